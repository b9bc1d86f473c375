"""Layout C: the weighing of each half-year, children under five, one sheet per commune."""

from __future__ import annotations

from sample_data.book import Column, Line, Sheet, mark_twice, signed_place
from sample_data.communes import Commune
from sample_data.faults import WEIGHING_FAULTS, plant
from sample_data.growth import measurement
from sample_data.lives import takes_vitamin_a
from sample_data.mess import typed_number, unnamed
from sample_data.population import Population, stream
from sample_data.typed import Typist
from sample_data.write_register import listed, officers

COLUMNS = [
    Column("stt", "STT", width=6),
    Column("name", "Họ và tên", width=24),
    Column("born", "Ngày sinh"),
    Column("sex", "Giới", width=7),
    Column("mother", "Họ tên mẹ", width=22),
    Column("village", "Bản", width=18),
    Column("day", "Ngày cân"),
    Column("weight", "Cân nặng (kg)", ("Kết quả",), 9),
    Column("height", "Chiều dài/cao (cm)", ("Kết quả",), 9),
    Column("position", "Tư thế đo", width=9),
    Column("muac", "MUAC (mm)", width=9),
    Column("oedema", "Phù", width=6),
    Column("vitamin_a", "Uống vitamin A", width=9),
]


def weighing_sheets(people: Population, commune: Commune, typist: Typist) -> list[Sheet]:
    lines = []
    for child in listed(people, commune, typist):
        found = measurement(people.seed, child, typist.round.day)
        if found is None or child.home(found.day)[0] is not child.home(typist.round.day)[0]:
            continue
        draw = stream(people.seed, "weighing cells", typist.round.folder, child.number)
        line = Line(
            {
                "_alike": typist.alike(child),
                "name": typist.name(child),
                "born": typist.born(child),
                "sex": "Nam" if child.sex == "M" else "Nữ",
                "mother": typist.mother(child),
                "village": typist.village(child),
                "day": typist.date(child, "weighed", found.day),
                "weight": typed_number(draw, found.weight_kg, "kg"),
                "height": typed_number(draw, found.length_cm, "cm"),
                "position": "Nằm" if found.position == "L" else "Đứng",
                "muac": found.muac_mm,
                "oedema": "x" if found.oedema else None,
                "vitamin_a": "x" if takes_vitamin_a(people.seed, child, found.day) else None,
            }
        )
        if not unnamed(people.seed, child, typist.round.day):
            plant(line, draw, WEIGHING_FAULTS)
        lines.append(line)
    mark_twice(lines)
    for place, line in enumerate(lines):
        line.cells["stt"] = place + 1
    lines.append(Line({"name": "Tổng số", "weight": f"{len(lines)} trẻ"}, "total"))
    day = typist.round.day
    title = [
        "DANH SÁCH CÂN ĐO TRẺ EM DƯỚI 5 TUỔI",
        f"Đợt {'2' if day.month > 6 else '1'} năm {day.year} - tháng {day.month} năm {day.year}",
        f"Tính đến ngày {day:%d/%m/%Y}",
    ]
    place_line, signed = signed_place(commune, day), officers(people.seed, commune)
    return [Sheet("Cân đo", title, COLUMNS, lines, place=place_line, signed=signed)]
