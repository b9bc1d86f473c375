"""Personal numbers as matching reads them (12 digits; TT 07/2016/TT-BCA, no check digit)."""

from __future__ import annotations

import re
from functools import lru_cache

from schemas.codes import PROVINCE_ID_CODES

_NOT_DIGITS = re.compile(r"[^0-9]")


@lru_cache(maxsize=262144)
def number(text: str | None) -> str | None:
    """The twelve digits that TEXT stands for, or None where it cannot be a number.

    Excel drops the leading zero of a number kept as a value, so eleven digits get it back. A number that looks
    wrong proves nothing, neither sameness nor difference.
    """
    if not text:
        return None
    digits = _NOT_DIGITS.sub("", text)
    if len(digits) == 11:
        digits = "0" + digits
    if len(digits) != 12 or digits[:3] not in PROVINCE_ID_CODES or len(set(digits[6:])) == 1:
        return None
    return digits


def slip(one: str, other: str) -> bool:
    """Whether two numbers differ by what a typist slips on: one digit, or two neighbours swapped."""
    places = [i for i in range(12) if one[i] != other[i]]
    if len(places) == 1:
        return True
    return (
        len(places) == 2
        and places[1] == places[0] + 1
        and one[places[0]] == other[places[1]]
        and one[places[1]] == other[places[0]]
    )
