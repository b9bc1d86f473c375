"""What a lone "o" means in a column: the letter of a category, a zero for *no*, or a ring for *yes*; told by the other cells."""

from __future__ import annotations

from collections.abc import Iterable

from childdb.intake.convert.circumstances import only_letters
from childdb.intake.grid import Cell, shown

LETTER, NO, UNCLEAR = "letter", "no", "unclear"


def is_ring(value: Cell) -> bool:
    return isinstance(value, str) and value.strip(" .").lower() == "o"


def meaning_of_ring(values: Iterable[Cell], *, letters: bool) -> str:
    """LETTER, NO or UNCLEAR, by all the cells of the column; `letters` where categories may be told by letters.

    Beside letters it is a letter, beside other words or marks a zero; in a column of rings and blanks alone it may be either.
    """
    rings = blanks = by_letter = others = 0
    for value in values:
        text = shown(value).strip()
        if not text:
            blanks += 1
        elif is_ring(value):
            rings += 1
        elif letters and only_letters(text):
            by_letter += 1
        else:
            others += 1
    if by_letter:
        return LETTER if rings <= by_letter else UNCLEAR if blanks or others else NO
    return UNCLEAR if blanks and not others else NO
