"""Layout G: the figures that a commune reports about itself, one line per item, once a year."""

from __future__ import annotations

from datetime import date

from sample_data.book import Column, Line, Sheet, signed_place
from sample_data.commune_items import ITEMS
from sample_data.communes import Commune
from sample_data.population import Population, stream
from sample_data.typed import Typist
from sample_data.write_register import officers

COLUMNS = [
    Column("stt", "STT", width=6),
    Column("item", "Mã chỉ tiêu", width=32),
    Column("says", "Chỉ tiêu", width=58),
    Column("value", "Số liệu", width=12),
    Column("said", "Thuyết minh", width=26),
]


def commune_return_sheets(people: Population, commune: Commune, typist: Typist) -> list[Sheet]:
    day = typist.round.day
    values = figures(people, commune, day)
    lines = [
        Line(
            {
                "stt": place + 1,
                "item": item.code,
                "says": f"{item.says} ({item.unit})",
                "value": values[item.code],
            }
        )
        for place, item in enumerate(ITEMS)
    ]
    title = ["BIỂU BÁO CÁO SỐ LIỆU VỀ CÔNG TÁC TRẺ EM", f"Tính đến ngày {day:%d/%m/%Y}"]
    place_line, signed = signed_place(commune, day), officers(people.seed, commune)
    return [Sheet("Biểu báo cáo", title, COLUMNS, lines, number_row=False, place=place_line, signed=signed)]


def figures(people: Population, commune: Commune, day: date) -> dict[str, int]:
    """The commune's figures of the year of DAY, by item."""
    values: dict[str, int] = {}
    bases = _bases(people, commune, day)
    for item in ITEMS:
        draw = stream(people.seed, "return", commune.code, item.code)
        place = draw.random()
        drift = 0.03 * (day.year - 2024) if item.base else 0.0
        if item.base == "yes":
            values[item.code] = int(place < item.low + drift)
        elif item.base == "":
            values[item.code] = round(item.low + (item.high - item.low) * place)
        elif item.base.startswith("exact "):
            values[item.code] = bases[item.base.removeprefix("exact ")]
        else:
            base = values.get(item.base, bases.get(item.base, 0))
            values[item.code] = round(base * min(1.0, item.low + (item.high - item.low) * place + drift))
    return values


def _bases(people: Population, commune: Commune, day: date) -> dict[str, int]:
    here = [c for c in people.children if c.lives_in(commune, day)]
    ages = [c.age(day) for c in here]
    parents = {c.household.number for c in here if c.age(day) >= 5}
    return {
        "villages": len(commune.villages),
        "parents": 2 * len(parents),
        "children_7": sum(7 <= a < 16 for a in ages),
        "children_11": sum(11 <= a < 16 for a in ages),
        "children_6": sum(6 <= a < 16 for a in ages),
        "children_to_8": sum(a < 8 for a in ages),
        "children_under_5": sum(a < 5 for a in ages),
        "births": sum(c.born.year == day.year for c in here),
    }
