"""Layout E: the commune's book of births and deaths, from 1 January to the round's day, a sheet for each."""

from __future__ import annotations

from datetime import date

from sample_data.book import Column, Line, Sheet, mark_twice, signed_place
from sample_data.communes import Commune
from sample_data.lives import Stillbirth, birth, cause_of_death, stillbirths
from sample_data.population import Child, Population
from sample_data.typed import Typist
from sample_data.write_register import officers

PERSON = [
    Column("stt", "STT", width=6),
    Column("name", "Họ và tên", width=24),
    Column("born", "Ngày sinh"),
    Column("sex", "Giới tính", width=8),
    Column("ethnicity", "Dân tộc"),
    Column("mother", "Họ tên mẹ", width=22),
    Column("village", "Bản", width=18),
]
BIRTHS = [
    *PERSON,
    Column("outcome", "Tình trạng khi sinh", width=14),
    Column("place", "Nơi đẻ"),
    Column("attendant", "Người đỡ đẻ", width=16),
    Column("weeks", "Tuổi thai (tuần)", width=9),
    Column("weight", "Cân nặng khi sinh (g)", width=9),
    Column("visit", "Khám sau sinh tuần đầu", width=10),
    Column("registered", "Ngày đăng ký khai sinh", width=14),
    Column("note", "Ghi chú"),
]
DEATHS = [
    *PERSON,
    Column("died", "Ngày tử vong"),
    Column("cause", "Nguyên nhân tử vong", width=20),
    Column("place", "Nơi tử vong", width=14),
    Column("note", "Ghi chú"),
]
PLACES = {"hospital": "Bệnh viện", "station": "Trạm y tế", "home": "Tại nhà"}
ATTENDANTS = {
    "doctor": "Bác sĩ", "assistant_doctor": "Y sĩ", "midwife": "Nữ hộ sinh", "village_midwife": "Cô đỡ thôn bản",
    "other": "Mẹ chồng",
}  # fmt: skip
CAUSES = {
    "perinatal": "Ngạt sơ sinh", "pneumonia": "Viêm phổi", "diarrhoea": "Tiêu chảy", "congenital": "Dị tật bẩm sinh",
    "drowning": "Đuối nước", "traffic": "Tai nạn giao thông", "other_injury": "Ngã", "other": "Bệnh khác",
    "unknown": "Không rõ",
}  # fmt: skip


def births_deaths_sheets(people: Population, commune: Commune, typist: Typist) -> list[Sheet]:
    day = typist.round.day
    start = date(day.year, 1, 1)
    born = [c for c in people.children if start <= c.born <= day and _home(c, c.born) == commune.code]
    dead = [c for c in people.children if c.died and start <= c.died <= day and _home(c, c.died) == commune.code]
    place, signed = signed_place(commune, day), officers(people.seed, commune)
    period = [f"(Tính từ đầu năm đến ngày {day:%d/%m/%Y})"]
    births = _births(typist, born, stillbirths(people, start, day, commune.code))
    sheets = [Sheet("Sinh", ["DANH SÁCH TRẺ SINH", *period], BIRTHS, births, place=place, signed=signed)]
    if dead:
        title = ["DANH SÁCH TRẺ EM TỬ VONG", *period]
        sheets.append(Sheet("Tử vong", title, DEATHS, _deaths(typist, dead), place=place, signed=signed))
    return sheets


def _home(child: Child, day: date) -> str | None:
    here, _ = child.home(day)
    return here.code if here else None


def _births(typist: Typist, children: list[Child], dead: list[Stillbirth]) -> list[Line]:
    lines: list[Line] = []
    waiting = sorted(dead, key=lambda d: d.day)
    for child in sorted(children, key=lambda c: (c.born, c.number)):
        while waiting and waiting[0].day <= child.born:
            lines.append(_stillborn(typist, waiting.pop(0), len(lines) + 1))
        found = birth(typist.seed, child)
        known = found.registered_on if found.registered_on and found.registered_on <= typist.round.day else None
        lines.append(
            Line(
                _person(typist, child, len(lines) + 1)
                | {
                    "outcome": "Sống",
                    "place": PLACES[found.place],
                    "attendant": ATTENDANTS[found.attendant],
                    "weeks": found.weeks,
                    "weight": found.weight_g,
                    "visit": ("x" if found.postnatal_visit else "Không")
                    if (typist.round.day - child.born).days > 7
                    else None,
                    "registered": typist.date(child, "registered on", known),
                }
            )
        )
    lines += [_stillborn(typist, each, len(lines) + 1 + later) for later, each in enumerate(waiting)]
    mark_twice(lines)
    return lines


def _stillborn(typist: Typist, found: Stillbirth, number: int) -> Line:
    """A line without a name."""
    child = Child(10_000_000 + found.household.number, found.household, "", found.sex, found.day)
    cells = _person(typist, child, number) | {"_alike": None, "name": None, "outcome": "Thai chết lưu"}
    attendant = ATTENDANTS["village_midwife" if found.place == "home" else "midwife"]
    return Line(
        cells | {"place": PLACES[found.place], "attendant": attendant, "weeks": found.weeks, "weight": found.weight_g}
    )


def _deaths(typist: Typist, children: list[Child]) -> list[Line]:
    lines: list[Line] = []
    for child in sorted(children, key=lambda c: (c.died or c.born, c.number)):
        cause, place = cause_of_death(typist.seed, child)
        lines.append(
            Line(
                _person(typist, child, len(lines) + 1)
                | {
                    "died": typist.date(child, "died", child.died),
                    "cause": CAUSES[cause],
                    "place": PLACES[place],
                }
            )
        )
    return lines


def _person(typist: Typist, child: Child, number: int) -> dict[str, str | int | float | date | None]:
    return {
        "stt": number,
        "_alike": typist.alike(child),
        "name": typist.name(child),
        "born": typist.born(child),
        "sex": "Nam" if child.sex == "M" else "Nữ",
        "ethnicity": typist.ethnicity(child),
        "mother": typist.mother(child),
        "village": typist.village(child),
    }
