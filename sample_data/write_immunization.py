"""Layout D: the immunization list after form A2.1: birth date under Nam or Nữ, a column per dose, three heading rows."""

from __future__ import annotations

from sample_data.book import Cell, Column, Line, Sheet, mark_twice, signed_place
from sample_data.communes import Commune
from sample_data.doses import doses
from sample_data.faults import IMMUNIZATION_FAULTS, plant
from sample_data.mess import unnamed
from sample_data.population import Child, Population, stream
from sample_data.typed import Typist
from sample_data.write_register import listed, officers

BASIC, AGAIN = "Các vắc xin cơ bản", "Tiêm nhắc, vắc xin khác"
UNDER_AGE = {0: 2, 1: 2, 2: 5}  # in the first rounds the list holds the younger children only

COLUMNS = [
    Column("stt", "TT", width=6),
    Column("name", "Họ và tên", width=24),
    Column("born_male", "Nam", ("Ngày tháng năm sinh",)),
    Column("born_female", "Nữ", ("Ngày tháng năm sinh",)),
    Column("mother", "Họ tên mẹ hoặc cha", width=22),
    Column("village", "Địa chỉ (bản)", width=18),
    Column("BCG:1", "BCG", (BASIC,)),
    Column("HEPB0:1", "≤24 giờ", (BASIC, "Viêm gan B sơ sinh")),
    Column("HEPB0:late", ">24 giờ", (BASIC, "Viêm gan B sơ sinh")),
    *(Column(f"PENTA:{n}", str(n), (BASIC, "DPT-VGB-Hib")) for n in (1, 2, 3)),
    *(Column(f"OPV:{n}", str(n), (BASIC, "Bại liệt uống")) for n in (1, 2, 3)),
    Column("MEASLES:1", "Sởi", (BASIC,)),
    *(Column(f"IPV:{n}", str(n), (AGAIN, "Bại liệt tiêm (IPV)")) for n in (1, 2)),
    Column("DPT:4", "DPT4", (AGAIN,)),
    Column("MR:1", "Sởi - Rubella", (AGAIN,)),
    *(Column(f"JE:{n}", str(n), (AGAIN, "Viêm não Nhật Bản")) for n in (1, 2, 3)),
    Column("note", "Ghi chú"),
]


def immunization_sheets(people: Population, commune: Commune, typist: Typist) -> list[Sheet]:
    day, lines = typist.round.day, []
    age = UNDER_AGE[typist.round.index]
    for child in listed(people, commune, typist):
        if child.age(day) >= age:
            continue
        draw = stream(people.seed, "immunization fault", typist.round.folder, child.number)
        line = Line(_cells(people, typist, child))
        if not unnamed(people.seed, child, day):
            plant(line, draw, IMMUNIZATION_FAULTS)
        line.cells["born_male" if child.sex == "M" else "born_female"] = line.cells.pop("born")
        lines.append(line)
    mark_twice(lines)
    for place, line in enumerate(lines):
        line.cells["stt"] = place + 1
    title = [
        f"SỔ TIÊM CHỦNG TRẺ EM DƯỚI {age} TUỔI",
        "Mẫu A2.1",
        f"Tính đến ngày {day:%d/%m/%Y}",
    ]
    place_line, signed = signed_place(commune, day), officers(people.seed, commune)
    return [Sheet("Tiêm chủng", title, COLUMNS, lines, place=place_line, signed=signed)]


def _cells(people: Population, typist: Typist, child: Child) -> dict[str, Cell]:
    cells: dict[str, Cell] = {
        "_alike": typist.alike(child),
        "name": typist.name(child),
        "born": typist.born(child),
        "mother": typist.mother(child),
        "village": typist.village(child),
    }
    for dose in doses(people.seed, child, typist.round.day):
        key = "HEPB0:late" if dose.late_birth_dose else f"{dose.vaccine}:{dose.number}"
        cells[key] = typist.date(child, key, dose.day)
    return cells
