"""Layouts A and B: the commune's child register, on one sheet, one sheet per village, or with village lines between.

The wording of headings, the way of telling sex and birth date and the spelling are the commune's (mess.HABITS).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sample_data.book import Cell, Column, Line, Sheet, mark_twice, signed_place
from sample_data.circumstances import situation
from sample_data.communes import Commune
from sample_data.faults import REGISTER_FAULTS, SEX_MISSING, SEX_UNKNOWN, plant
from sample_data.lives import School, injury, injury_cause, marriage, registered, school, work
from sample_data.mess import Habits, unnamed
from sample_data.names import THAI, family_name, full_name
from sample_data.population import Child, Population, stream
from sample_data.rounds import ROUNDS
from sample_data.typed import Typist
from schemas.codes import circumstances

STILL_LISTED_STRUCK = 0.35  # of those who died or moved away since the last round: struck through, not deleted
STILL_LISTED_MOVED = 0.55  # of those who moved away: listed once more as moved away

# key: (heading of wording 1, 2, 3); a heading "a|b" stands in two rows
WORDS = {
    "stt": ("STT", "TT", "Số TT"),
    "name": ("Họ và tên trẻ", "Họ và tên", "Họ tên trẻ em"),
    "born": ("Ngày, tháng, năm sinh", "Ngày sinh", "Ngày tháng năm sinh"),
    "sex": ("Giới tính", "Giới", "Nam/Nữ"),
    "male": ("Giới tính|Nam", "Giới tính|Nam", "Giới|Nam"),
    "female": ("Giới tính|Nữ", "Giới tính|Nữ", "Nữ"),
    "born_male": ("Ngày tháng năm sinh|Nam", "Ngày sinh|Nam", "Năm sinh|Nam"),
    "born_female": ("Ngày tháng năm sinh|Nữ", "Ngày sinh|Nữ", "Năm sinh|Nữ"),
    "ethnicity": ("Dân tộc", "Dân tộc", "DT"),
    "pid": ("Số định danh cá nhân", "Số ĐDCN", "Số CCCD/định danh"),
    "registered": ("Đã khai sinh", "Đăng ký khai sinh", "ĐKKS"),
    "card": ("Số thẻ BHYT", "Thẻ BHYT", "Mã thẻ BHYT"),
    "head": ("Họ tên chủ hộ", "Chủ hộ", "Tên chủ hộ"),
    "village": ("Bản", "Thôn/bản", "Thôn, bản"),
    "poverty": ("Hộ nghèo/cận nghèo", "Hộ nghèo, cận nghèo", "Loại hộ"),
    "father": ("Họ tên cha", "Cha, mẹ|Cha", "Họ tên bố"),
    "mother": ("Họ tên mẹ", "Cha, mẹ|Mẹ", "Tên mẹ"),
    "father_state": ("Tình trạng cha, mẹ|Cha", "Tình trạng cha, mẹ|Cha", "Tình trạng bố"),
    "mother_state": ("Tình trạng cha, mẹ|Mẹ", "Tình trạng cha, mẹ|Mẹ", "Tình trạng mẹ"),
    "carer": ("Người chăm sóc", "Hiện sống với", "Người chăm sóc chính"),
    "circumstance": ("Hoàn cảnh của trẻ", "Hoàn cảnh", "Nhóm hoàn cảnh"),
    "level": ("Đi học|Cấp học", "Cấp học", "Đi học|Cấp"),
    "class": ("Đi học|Lớp", "Lớp", "Đi học|Lớp"),
    "dropped": ("Đi học|Bỏ học", "Bỏ học", "Đi học|Bỏ học"),
    "work": ("Lao động|Công việc", "Việc làm", "Lao động|Loại việc"),
    "hours": ("Lao động|Số giờ/tuần", "Giờ/tuần", "Lao động|Giờ/tuần"),
    "hazard": ("Lao động|Nặng nhọc", "Nguy hiểm", "Lao động|Nặng nhọc"),
    "allowance": ("Trợ cấp (đồng/tháng)", "Trợ cấp", "Mức trợ cấp"),
    "support": ("Trợ giúp", "Hỗ trợ", "Hình thức hỗ trợ"),
    "injured": ("Ngày bị tai nạn, thương tích", "Ngày tai nạn", "Ngày tai nạn thương tích"),
    "injury": ("Nguyên nhân tai nạn, thương tích", "Nguyên nhân tai nạn", "Loại tai nạn"),
    "married": ("Ngày cưới (tảo hôn)", "Ngày tảo hôn", "Ngày kết hôn"),
    "staying": ("Tình trạng cư trú", "Cư trú", "Thường trú/tạm trú"),
    "note": ("Ghi chú", "Ghi chú", "Ghi chú"),
}
WIDE = {
    "name": 24,
    "father": 22,
    "mother": 22,
    "head": 22,
    "village": 18,
    "pid": 15,
    "card": 17,
    "circumstance": 22,
}
NO_LETTER = ("1.14",)  # its letter o is read as a nought, so people write the word
INJURY_WORDS = {"traffic": "Tai nạn giao thông", "drowning": "Đuối nước", "other_injury": "Ngã"}
STATE_WORDS = {"dead": "Đã chết", "missing": "Bỏ đi", "prison": "Đi tù", "unable": "Mất khả năng"}
CARE_WORDS = {
    "relative": ("Ông bà", "Ông bà nội", "Chú, bác", "Ông bà ngoại"),
    "non_relative": ("Người nhận nuôi",),
    "facility": ("Trung tâm bảo trợ",),
    "parents": ("Cha mẹ", "Cha mẹ", "Bố mẹ"),
}
LEVEL_WORDS = {
    "nursery": "Nhà trẻ", "kindergarten": "Mẫu giáo", "primary": "Tiểu học", "lower_secondary": "THCS",
    "upper_secondary": "THPT", "none": "Không đi học",
}  # fmt: skip
WORK_WORDS = {
    "upland_field": ("Làm nương", "Nương rẫy", "Làm nương rẫy"),
    "herding": ("Chăn trâu bò", "Chăn trâu", "Chăn thả gia súc"),
    "household_trade": ("Bán hàng",),
    "craft": ("Dệt thổ cẩm", "Đan lát"),
    "hired": ("Làm thuê",),
    "construction": ("Phụ hồ",),
}
SUPPORT_WORDS = {"care_visit": "Thăm hỏi", "gift": "Tặng quà", "schooling": "Hỗ trợ học tập"}
CIRCUMSTANCE_WORDS = {
    "1.01": "Mồ côi cả cha và mẹ", "1.02": "Bị bỏ rơi", "1.04.01": "Khuyết tật đặc biệt nặng",
    "1.04.02": "Khuyết tật nặng", "1.04.03": "Khuyết tật nhẹ", "1.05": "Nhiễm HIV", "1.06": "Vi phạm pháp luật",
    "1.08": "Bỏ học kiếm sống", "1.11": "Bị xâm hại tình dục", "1.13": "Mắc bệnh hiểm nghèo", "1.14": "Di cư",
    "2.04": "Mồ côi cha hoặc mẹ", "2.05": "Cha mẹ ly hôn", "2.06": "Cha mẹ đi làm ăn xa", "2.11": "Tảo hôn",
}  # fmt: skip
# Decree 20/2021 art. 6: coefficients from 4 years on and under 4; the standard rose on 01/07/2024 (Decree 76/2024)
COEFFICIENTS = {"1.04.01": (2.5, 2.5), "1.04.02": (2.0, 2.5)}
STANDARD_BEFORE, STANDARD_AFTER, STANDARD_ROSE = 360_000, 500_000, date(2024, 7, 1)


def register_columns(habits: Habits) -> list[Column]:
    sexed = {
        "word": ["born", "sex"],
        "ticks": ["born", "male", "female"],
        "female_tick": ["born", "female"],
        "by_date": ["born_male", "born_female"],
    }[habits.sex]
    keys = [
        "stt", "name", *sexed, "ethnicity", "pid", "registered", "card", "head", "village", "poverty", "father",
        "mother", "father_state", "mother_state", "carer", "circumstance", "level", "class", "dropped", "work", "hours",
        "hazard", "allowance", "support", "injured", "injury", "married", "staying", "note",
    ]  # fmt: skip
    if habits.register == "village_rows":
        keys.remove("village")
    if habits.register == "sheets":  # the village sheets give the mother and the head of the household alone
        keys.remove("father")
    found = []
    for key in keys:
        *above, heading = WORDS[key][habits.wording - 1].split("|")
        found.append(Column(key, heading, tuple(above), WIDE.get(key, 10)))
    return found


def register_sheets(people: Population, commune: Commune, typist: Typist) -> list[Sheet]:
    habits, day = typist.habits, typist.round.day
    lines = register_lines(people, commune, typist)
    changes = habits.changes_in_june and typist.round.index == 1
    if changes:
        lines = _changed(lines, register_lines(people, commune, replace(typist, round=ROUNDS[0])))
    columns = register_columns(habits)
    age = 18 if habits.to_18 else 16
    title = [f"DANH SÁCH TRẺ EM DƯỚI {age} TUỔI{' CÓ BIẾN ĐỘNG' if changes else ''}", _as_on(habits, day)]
    place, signed = signed_place(commune, day), officers(people.seed, commune)
    if habits.register == "sheets":
        sheets = []
        for village in commune.villages:
            own = [line for line in lines if line.cells["village"] == village.name]
            if not own:
                continue
            _number(own)
            total = Line({"name": "Cộng", "ethnicity": f"{len(own)} trẻ"}, "total")
            head = [title[0], f"{village.name}, {commune.kind.lower()} {commune.name}", title[1]]
            sheets.append(Sheet(village.name, head, columns, [*own, total], place=place, signed=signed))
        return sheets
    _number(lines)
    count = len(lines)
    if habits.register == "village_rows":
        lines = _between(commune, lines)
    lines.append(Line({"name": "TỔNG CỘNG", "ethnicity": f"{count} trẻ"}, "total"))
    return [
        Sheet(
            "Sổ theo dõi trẻ em",
            title,
            columns,
            lines,
            place=place,
            signed=signed,
            heading_again=habits.heading_again,
        )
    ]


def _changed(lines: list[Line], before: list[Line]) -> list[Line]:
    """Only the lines that did not stand so in the list before."""
    known = [line.cells for line in before if not line.faults]
    old = {cells["_child"]: cells for cells in known}
    return [line for line in lines if line.faults or old.get(line.cells["_child"]) != line.cells]


def listed(people: Population, commune: Commune, typist: Typist) -> list[Child]:
    """The commune's children on the register, village by village, household by household, oldest first."""
    day, age = typist.round.day, 18 if typist.habits.to_18 else 16
    found = [
        c for c in people.children if c.lives_in(commune, day) and c.age(day) < age and not _too_new(people, c, day)
    ]
    order = {village.name: place for place, village in enumerate(commune.villages)}
    return sorted(found, key=lambda c: (order[typist.village(c)], c.household.number, c.number))


def _too_new(people: Population, child: Child, day: date) -> bool:
    """Born in the last days and not yet on the list."""
    return (day - child.born).days < stream(people.seed, "listed after", child.number).randint(0, 25)


def register_lines(people: Population, commune: Commune, typist: Typist) -> list[Line]:
    lines = []
    for child in listed(people, commune, typist):
        line = Line(_cells(typist, child))
        draw = stream(people.seed, "register fault", typist.round.folder, child.number)
        hidden_sex = typist.habits.sex in ("female_tick", "by_date")
        faults = tuple(f for f in REGISTER_FAULTS if not hidden_sex or f not in (SEX_MISSING, SEX_UNKNOWN))
        if not unnamed(people.seed, child, typist.round.day):
            plant(line, draw, faults)
        lines.append(line)
    for child, line in _leavers(people, commune, typist):
        _insert(lines, line, child)
    mark_twice(lines)
    for line in lines:
        _spell_sex(line, typist.habits.sex)
    return lines


def _leavers(people: Population, commune: Commune, typist: Typist) -> list[tuple[Child, Line]]:
    """Those who died or moved away since the last round and still stand on the list."""
    day = typist.round.day
    found: list[tuple[Child, Line]] = []
    if typist.round.index == 0:
        return found
    before = date(2023, 12, 31) if typist.round.index == 1 else date(2024, 6, 30)
    for child in people.children:
        if not child.lives_in(commune, before) or child.lives_in(commune, day) or child.age(day) >= 16:
            continue
        chance = stream(people.seed, "leaver", child.number).random()
        line = Line(_cells(typist, child))
        line.cells["village"] = child.household.village.name
        if child.household.commune.code != commune.code:
            continue
        if chance < STILL_LISTED_STRUCK:
            line.struck = True
            line.faults.append(("", "row_struck_through"))
            found.append((child, line))
        elif child.died is None and child.home(day)[0] is None and chance < STILL_LISTED_MOVED + STILL_LISTED_STRUCK:
            line.cells["staying"] = "Chuyển đi"
            found.append((child, line))
    return found


def _insert(lines: list[Line], line: Line, child: Child) -> None:
    place = next(
        (i for i, other in enumerate(lines) if other.cells["village"] == line.cells["village"]
         and int(str(other.cells["_household"])) >= child.household.number),
        None,
    )  # fmt: skip
    if place is None:
        own = [i for i, other in enumerate(lines) if other.cells["village"] == line.cells["village"]]
        place = own[-1] + 1 if own else len(lines)
    lines.insert(place, line)


def _cells(typist: Typist, child: Child) -> dict[str, Cell]:
    seed, day = typist.seed, typist.round.day
    cells: dict[str, Cell] = {
        "_child": child.number,
        "_alike": typist.alike(child),
        "_household": child.household.number,
        "name": typist.name(child),
        "born": typist.born(child),
        "sex": "Nam" if child.sex == "M" else "Nữ",
        "ethnicity": typist.ethnicity(child),
        "pid": typist.personal_id(child),
        "registered": _registered_word(typist, child),
        "card": typist.card(child),
        "head": typist.head(child),
        "village": typist.village(child),
        "poverty": _poverty_word(typist, child),
        "father": typist.father(child),
        "mother": typist.mother(child),
    }
    state = situation(seed, child, day)
    cells |= {
        "father_state": STATE_WORDS.get(state.father),
        "mother_state": STATE_WORDS.get(state.mother),
        "circumstance": _circumstance_word(typist, child, state.codes),
    }
    if state.codes:
        words = ("Mẹ",) if state.father == "dead" and state.care == "parents" else CARE_WORDS[state.care]
        cells["carer"] = words[child.household.number % len(words)]
    if state.amount:
        cells["allowance"] = allowance(child, state.codes[0], day)
    elif state.support:
        cells["support"] = SUPPORT_WORDS[state.support[0]]
    cells |= _school_cells(typist, school(seed, child, typist.round.school_year, day))
    job = work(seed, child, day)
    if job is not None:
        words = WORK_WORDS[job.kind]
        cells["work"] = words[int(typist.draw(child, "work word") * len(words))]
        cells["hours"] = int(job.hours_per_week)
        cells["hazard"] = "x" if job.hazardous else None
    if (hurt := injury(seed, child, day)) is not None:
        cells["injured"] = typist.date(child, "injured", hurt)
        cells["injury"] = INJURY_WORDS[injury_cause(seed, child, hurt)]
    if (wedding := marriage(seed, child)) is not None and wedding[0] <= day:
        cells["married"] = typist.date(child, "married", wedding[0])
    if child.moves and child.moves[0][1] is not None and child.moves[0][0] <= day:
        cells["note"] = f"Chuyển đến từ {child.household.commune.name}"
    return cells


def allowance(child: Child, code: str, day: date) -> int:
    """đồng a month (Decree 20/2021/NĐ-CP art. 6 k.1; art. 4 for the standard)."""
    older, younger = COEFFICIENTS.get(code, (1.5, 2.5))
    standard = STANDARD_AFTER if day >= STANDARD_ROSE else STANDARD_BEFORE
    return int(standard * (younger if child.age(day) < 4 else older))


def _registered_word(typist: Typist, child: Child) -> str:
    if registered(typist.seed, child, typist.round.day):
        return "Có" if typist.habits.wording == 1 else "x"
    return "Chưa"


def _poverty_word(typist: Typist, child: Child) -> str | None:
    """A blank in this column means neither poor nor near-poor; a household that got out of poverty is said so."""
    house, short = child.household, typist.habits.wording == 3
    now = house.poverty_on(typist.round.day)
    if now == "none":
        return "Thoát nghèo" if house.poverty != "none" else None
    return {"poor": "HN" if short else "Hộ nghèo", "near_poor": "HCN" if short else "Hộ cận nghèo"}[now]


def _circumstance_word(typist: Typist, child: Child, codes: tuple[str, ...]) -> str | None:
    found = list(codes)
    wedding = marriage(typist.seed, child)
    if wedding is not None and wedding[0] <= typist.round.day and not found:
        found.append("2.11")
    if not found:
        return None
    if typist.habits.circumstance == "letter" and found[0].startswith("1.") and found[0] not in NO_LETTER:
        return circumstances()[found[0][:4]].letter
    return CIRCUMSTANCE_WORDS.get(found[0], CIRCUMSTANCE_WORDS.get(found[0][:4], "Không nơi nương tựa"))


def _school_cells(typist: Typist, year: School | None) -> dict[str, Cell]:
    if year is None:
        return {}
    if year.dropped_out:
        return {"level": LEVEL_WORDS[year.level], "class": year.grade, "dropped": "x"}
    if not year.attending:
        return {"level": LEVEL_WORDS["none"]}
    return {"level": LEVEL_WORDS[year.level], "class": year.grade or None}


def _spell_sex(line: Line, how: str) -> None:
    cells = line.cells
    sex = cells.pop("sex")
    if how == "word":
        cells["sex"] = sex
    elif how in ("ticks", "female_tick"):
        cells["male"] = "x" if sex == "Nam" else "?" if sex in ("?", "Bé") else None
        cells["female"] = "x" if sex == "Nữ" else None
        if sex in ("?", "Bé"):
            line.faults[:] = [("sex", "sex_unknown")]
    else:
        cells["born_male" if sex == "Nam" else "born_female"] = cells.pop("born")
        if line.faults == [("birth_date", "birth_date_missing")]:
            line.faults.append(("sex", "sex_missing"))  # no date stands in either column


def _number(lines: list[Line]) -> None:
    for place, line in enumerate(lines):
        line.cells["stt"] = place + 1


def _between(commune: Commune, lines: list[Line]) -> list[Line]:
    """The lines with a line naming the village before the children of each."""
    found = []
    for village in commune.villages:
        own = [line for line in lines if line.cells["village"] == village.name]
        if own:
            found += [Line({"village": village.name}, "village"), *own]
    return found


def _as_on(habits: Habits, day: date) -> str:
    if habits.wording == 3:
        return f"(Số liệu tính đến ngày {day:%d} tháng {day:%m} năm {day.year})"
    return f"Tính đến ngày {day:%d/%m/%Y}"


def officers(seed: int, commune: Commune) -> tuple[str, str]:
    """Two made-up signers."""
    draw = stream(seed, "officers", commune.code)
    return tuple(full_name(draw, THAI, sex, family_name(draw, THAI)) for sex in ("F", "M"))  # type: ignore[return-value]
