"""The choices that a column's cells have, as people read them: for drop-down lists in blank forms and return workbooks."""

from __future__ import annotations

from functools import cache

from childdb.intake.words_lookup import code_list, load
from schemas.codes import ethnic_groups
from schemas.text import nfc


def circumstance_label(code: str) -> str:
    """A circumstance as the drop-down lists have it."""
    name = load("circumstances")["names"][code][0]
    return nfc(name[0].upper() + name[1:])


@cache
def choices_of(reader: str) -> tuple[str, ...]:
    """The choices of a reader; none where any text may stand."""
    if reader == "sex":
        return ("Nam", "Nữ")
    if reader in ("yes_no", "registered"):
        return ("Có", "Không")
    if reader in ("tick", "sex_tick", "poverty_tick", "circumstance_tick"):
        return ("x",)
    if reader == "ethnicity":
        names = [g.name for c, g in sorted(ethnic_groups().items()) if c != "99"]
        near = ["Thái", "HMông", "Khơ-mú", "Kinh"]  # the district's own first
        return tuple([*near, *(n for n in names if n not in near)])
    if reader == "poverty":
        return tuple(code_list("poverty").labels.values())
    if reader == "circumstances":
        return tuple(circumstance_label(code) for code in load("circumstances")["names"])
    if reader == "parents_status":
        return ("Còn cả cha và mẹ", "Mồ côi cha", "Mồ côi mẹ", "Mồ côi cả cha và mẹ")
    return tuple(code_list(reader[5:]).labels.values()) if reader.startswith("code:") else ()
