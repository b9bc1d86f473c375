"""The school's mental-health screening of 2024: who was screened, who is at risk, who got support."""

from __future__ import annotations

from sample_data.book import Column, Line, Sheet, signed_place
from sample_data.communes import Commune
from sample_data.lives import screening
from sample_data.population import Population
from sample_data.typed import Typist
from sample_data.write_register import listed, officers

COLUMNS = [
    Column("stt", "STT", width=6),
    Column("name", "Họ và tên", width=24),
    Column("born", "Ngày sinh"),
    Column("sex", "Giới tính", width=8),
    Column("mother", "Họ tên mẹ", width=22),
    Column("village", "Bản", width=18),
    Column("screened", "Ngày sàng lọc"),
    Column("risk", "Có nguy cơ", width=9),
    Column("supported", "Ngày được hỗ trợ"),
]


def mental_health_sheets(people: Population, commune: Commune, typist: Typist) -> list[Sheet]:
    lines: list[Line] = []
    for child in listed(people, commune, typist):
        found = screening(people.seed, child)
        if found is None:
            continue
        when, risk, helped = found
        lines.append(
            Line(
                {
                    "stt": len(lines) + 1,
                    "name": typist.name(child),
                    "born": typist.born(child),
                    "sex": "Nam" if child.sex == "M" else "Nữ",
                    "mother": typist.mother(child),
                    "village": typist.village(child),
                    "screened": typist.date(child, "screened", when),
                    "risk": "Có" if risk else "Không",
                    "supported": typist.date(child, "supported", helped),
                }
            )
        )
    day = typist.round.day
    title = ["DANH SÁCH SÀNG LỌC SỨC KHỎE TÂM THẦN HỌC SINH", f"Tính đến ngày {day:%d/%m/%Y}"]
    place, signed = signed_place(commune, day), officers(people.seed, commune)
    return [Sheet("Sàng lọc tâm lý", title, COLUMNS, lines, place=place, signed=signed)]
