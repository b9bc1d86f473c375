"""What a lone "o" or "k" means in a column: the letter of a category, *no* (a zero, không), or a ring for *yes*; told by the other cells."""

from __future__ import annotations

from collections.abc import Iterable

from childdb.intake.convert.circumstances import only_letters
from childdb.intake.grid import Cell, shown

LETTER, NO, UNCLEAR = "letter", "no", "unclear"
RING, NOT = "o", "k"


def sign_of(value: Cell) -> str:
    """RING or NOT where a cell holds that letter alone, else nothing."""
    text = value.strip(" .").lower() if isinstance(value, str) else ""
    return text if text in (RING, NOT) else ""


def meaning_of_sign(sign: str, values: Iterable[Cell], *, letters: bool) -> str:
    """LETTER, NO or UNCLEAR, by all the cells of the column; `letters` where categories may be told by letters.

    Beside letters it is a letter, beside other words or marks *no*; in a column of rings and blanks alone it may be either.
    """
    signs = blanks = by_letter = others = 0
    for value in values:
        text = shown(value).strip()
        if not text:
            blanks += 1
        elif sign_of(value) == sign:
            signs += 1
        elif letters and not sign_of(value) and only_letters(text):
            by_letter += 1
        else:
            others += 1
    if by_letter:
        return LETTER if signs <= by_letter else UNCLEAR if blanks or others else NO
    return UNCLEAR if sign == RING and blanks and not others else NO
