"""Layout F: children of school age of the whole commune, by school year (after the universalisation survey)."""

from __future__ import annotations

from sample_data.book import Column, Line, Sheet, signed_place
from sample_data.communes import Commune
from sample_data.faults import SCHOOL_FAULTS, plant
from sample_data.lives import school
from sample_data.population import Population, stream
from sample_data.typed import Typist
from sample_data.write_register import LEVEL_WORDS, listed, officers

AGES = (5, 6, 11, 14)  # school year's start less birth year: the ages that the survey reports on

COLUMNS = [
    Column("stt", "STT", width=6),
    Column("name", "Họ và tên học sinh", width=24),
    Column("born", "Ngày sinh"),
    Column("female", "Nữ", width=6),
    Column("ethnicity", "Dân tộc"),
    Column("mother", "Họ tên mẹ", width=22),
    Column("village", "Thôn, bản", width=18),
    Column("level", "Cấp học"),
    Column("class", "Lớp", width=6),
    Column("dropped", "Bỏ học", width=8),
    Column("completed", "Hoàn thành cấp học", width=11),
]


def school_sheets(people: Population, commune: Commune, typist: Typist) -> list[Sheet]:
    year, day, lines = typist.round.school_year, typist.round.day, []
    for child in listed(people, commune, typist):
        found = school(people.seed, child, year, day)
        if found is None or year - child.born.year not in AGES:
            continue
        attends = found.attending or found.dropped_out or found.completed
        line = Line(
            {
                "name": typist.name(child),
                "born": typist.born(child),
                "female": "x" if child.sex == "F" else None,
                "ethnicity": typist.ethnicity(child),
                "mother": typist.mother(child),
                "village": typist.village(child),
                "level": LEVEL_WORDS[found.level if attends else "none"],
                "class": found.grade or None,
                "dropped": "x" if found.dropped_out else None,
                "completed": "x" if found.completed else None,
            }
        )
        plant(line, stream(people.seed, "school fault", typist.round.folder, child.number), SCHOOL_FAULTS, 0.002)
        lines.append(line)
    for place, line in enumerate(lines):
        line.cells["stt"] = place + 1
    title = [
        "DANH SÁCH HỌC SINH, TRẺ EM TRONG ĐỘ TUỔI PHỔ CẬP",
        f"Năm học {year} - {year + 1}",
        f"Tính đến ngày {day:%d/%m/%Y}",
    ]
    place_line, signed = signed_place(commune, day), officers(people.seed, commune)
    return [Sheet("Phổ cập", title, COLUMNS, lines, place=place_line, signed=signed)]
