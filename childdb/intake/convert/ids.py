"""The personal number (số định danh): 12 digits; its province, century-sex and year digits against the row.

It has no check digit; a mismatch is an issue and no proof of which side is wrong. A number that Excel cut to 11
digits (or 10) is repaired only where province, sex and year then agree with the row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from childdb.intake.grid import Cell, shown
from schemas.codes import PROVINCE_ID_CODES
from schemas.text import fold

_SILENT = {
    "khong",
    "chua co",
    "chua",
    "khong co",
    "ko",
    "k",
    "x",
    "-",
    "0",
    "chua cap",
    "chua duoc cap",
    "khong ro",
    "?",
}
_ROUNDED = re.compile(r"^\d(?:[.,]\d+)?\s*e\s*\+?\s*\d+$", re.I)
_SEPARATORS = re.compile(r"[\s.\-_'’`\u00a0]")


@dataclass(frozen=True)
class IdRead:
    """The number, or the issue: (code, slots)."""

    value: str | None = None
    code: str | None = None
    slots: tuple[tuple[str, str], ...] = ()


def read_id(cell: Cell, padded: int | None, year: int | None, sex: str | None) -> IdRead:
    """The number in a cell, against the row's birth year and sex; `padded` is the width of a format of zeros."""
    if isinstance(cell, float) and (not cell.is_integer() or abs(cell) >= 1e15):
        return IdRead(code="personal_id_rounded" if abs(cell) >= 1e9 else "personal_id_form")
    text = shown(cell).strip()
    if fold(text) in _SILENT:
        return IdRead()
    if _ROUNDED.match(text):
        return IdRead(code="personal_id_rounded")
    digits = _SEPARATORS.sub("", text)
    if re.fullmatch(r"\d{1,13}\.0", text):
        digits = text[:-2]
    if not re.fullmatch(r"[0-9]+", digits):
        return IdRead(code="personal_id_form")
    numeric = isinstance(cell, int | float)
    if numeric and len(digits) >= 11 and digits.endswith("00000"):
        return IdRead(code="personal_id_rounded")
    if padded == 12 and numeric and len(digits) < 12:
        digits = digits.zfill(12)
    if len(digits) in (10, 11):
        return _repair(digits, year, sex)
    if len(digits) != 12:
        return IdRead(code="personal_id_form")
    if digits[:3] not in PROVINCE_ID_CODES:
        return IdRead(digits, "personal_id_province")
    return _against(digits, year, sex)


def _repair(digits: str, year: int | None, sex: str | None) -> IdRead:
    """The number with its leading zeros (one, or two of the codes 001 to 008), where what it tells agrees with the row."""
    whole = digits.zfill(12)
    sound = whole[:3] in PROVINCE_ID_CODES and year is not None and (sex is not None or len(digits) == 11)
    if sound and not contradictions(whole, year, sex):
        return IdRead(whole, "personal_id_repaired", (("read", whole),))
    return IdRead(code="personal_id_form")


def _against(digits: str, year: int | None, sex: str | None) -> IdRead:
    found = contradictions(digits, year, sex)
    if "year" in found:
        return IdRead(digits, "personal_id_contradicts", (("year", str(year)),))
    return IdRead(digits, "sex_contradicts_id") if "sex" in found else IdRead(digits)


def contradictions(digits: str, year: int | None, sex: str | None) -> set[str]:
    """Which of year and sex the number does not agree with."""
    found = set()
    century_digit = int(digits[3])
    if year is not None and 1900 + 100 * (century_digit // 2) + int(digits[4:6]) != year:
        found.add("year")
    if sex is not None and ("F" if century_digit % 2 else "M") != sex:
        found.add("sex")
    return found
