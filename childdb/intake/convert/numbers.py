"""Numbers with decimal comma or point, with or without their unit; metres and grams told by unit or range.

Plausible limits by age are wide (about six standard deviations of the WHO standards): what lies outside cannot be
right, what lies inside may still get a growth flag later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from schemas.text import fold

_PLAIN = re.compile(r"^-?\d+(?:[.,]\d+)?$")
_GROUPED = re.compile(r"^\d{1,3}(?:[.,]\d{3})+$")
_METRES = re.compile(r"^(\d)\s*m\s*(\d{1,3})?$")
_METRES_LONG = re.compile(r"^(\d)[.,]?m?(\d{2})\s*(?:m|cm)?$")
_WEIGHT = re.compile(r"^(-?[\d.,]+)\s*(kg|kilo|ki lo|can|ky|ki|g|gr|gam|gram)?\.?$")
_WEIGHT_SPLIT = re.compile(r"^(\d+)\s*(?:kg|can|ky)\s*(?:(\d{1,3})|(\d)\s*lang|(\d{3})\s*g(?:r|am)?)$")
_HEIGHT_SPLIT = re.compile(r"^(\d+)\s*cm\s*(\d)$")
_LOOSE_POINT = re.compile(r"(?<=\d)\s*([.,])\s*(?=\d)")
# what stands in the cell of a child that was not weighed or measured
_UNMEASURED = frozenset(
    ("-", "--", "khong", "k", "ko", "khong can", "khong do", "ko can", "ko do", "chua can", "chua do", "vang", "vang mat", "khong can duoc",
     "khong do duoc", "khong co so lieu", "nghi", "di vang", "chua", "/", "…", "..")
)  # fmt: skip
_HEIGHT = re.compile(r"^(-?[\d.,]+)\s*(cm|mm|m|xentimet)?\.?$")


@dataclass(frozen=True)
class NumberRead:
    value: Decimal | None = None
    problem: str | None = None  # unreadable | implausible


NOT_MEASURED = NumberRead()
UNREADABLE = NumberRead(problem="unreadable")
IMPLAUSIBLE = NumberRead(problem="implausible")


def plain_number(text: str) -> Decimal | None:
    """A number with decimal comma or point; thousands groups only where nothing else can be meant."""
    text = text.strip().replace("\u00a0", "").replace(" ", "")
    if not _PLAIN.match(text):
        return None
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None


def _from_cell(value: object) -> Decimal | str | None:
    """A number cell as a Decimal of what the sheet shows, a text cell as folded text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(round(value, 6))) if abs(value) < 1e15 else None
    return _LOOSE_POINT.sub(r"\1", fold(value)) if isinstance(value, str) else None


@lru_cache(maxsize=65536)
def read_weight(value: object) -> NumberRead:
    """Weight in kg; grams by their unit, or by a number that can be no kilograms."""
    given = _from_cell(value)
    unit = ""
    if isinstance(given, str):
        if given in _UNMEASURED:
            return NOT_MEASURED
        split = _WEIGHT_SPLIT.match(given)
        if split:
            return _weight(Decimal(f"{split.group(1)}.{split.group(2) or split.group(3) or split.group(4)}"), "kg")
        found = _WEIGHT.match(given)
        if not found:
            return UNREADABLE
        unit = {
            "kilo": "kg",
            "ki lo": "kg",
            "can": "kg",
            "ky": "kg",
            "ki": "kg",
            "gr": "g",
            "gam": "g",
            "gram": "g",
        }.get(found.group(2) or "", found.group(2) or "")
        text = found.group(1)
        if unit == "g" and _GROUPED.match(text):
            text = re.sub(r"[.,]", "", text)
        given = plain_number(text)
    return UNREADABLE if given is None else _weight(given, unit)


def _weight(number: Decimal, unit: str) -> NumberRead:
    if unit == "g" or (not unit and number >= 1000):
        number = number / 1000
    return NumberRead(number.quantize(Decimal("0.001")).normalize()) if 0 < number < 200 else IMPLAUSIBLE


@lru_cache(maxsize=65536)
def read_height(value: object) -> NumberRead:
    """Length or height in cm; metres by their unit or range (below 2.5)."""
    given = _from_cell(value)
    unit = ""
    if isinstance(given, str):
        if given in _UNMEASURED:
            return NOT_MEASURED
        given = _HEIGHT_SPLIT.sub(r"\1.\2 cm", given)
        metres = _METRES.match(given)
        if metres:
            tail = metres.group(2) or "0"
            return _height(Decimal(f"{metres.group(1)}.{tail}") * 100, "cm")
        found = _HEIGHT.match(given)
        if not found:
            return UNREADABLE
        unit = {"xentimet": "cm"}.get(found.group(2) or "", found.group(2) or "")
        given = plain_number(found.group(1))
    return UNREADABLE if given is None else _height(given, unit)


def _height(number: Decimal, unit: str) -> NumberRead:
    if unit == "m" or (not unit and 0 < number < Decimal("2.5")):
        number *= 100
    elif unit == "mm":
        number /= 10
    return NumberRead(number.quantize(Decimal("0.1")).normalize()) if 25 <= number <= 215 else IMPLAUSIBLE


@lru_cache(maxsize=65536)
def read_muac(value: object) -> NumberRead:
    """Arm circumference in mm; centimetres by their unit or range (5 to 35)."""
    given = _from_cell(value)
    unit = ""
    if isinstance(given, str):
        if given in _UNMEASURED:
            return NOT_MEASURED
        found = _HEIGHT.match(_HEIGHT_SPLIT.sub(r"\1.\2 cm", given))
        if not found or found.group(2) == "m":
            return UNREADABLE
        unit = found.group(2) or ""
        given = plain_number(found.group(1))
    if given is None:
        return UNREADABLE
    if unit == "cm" or (not unit and 5 <= given <= 35):
        given *= 10
    if not 50 <= given <= 400:
        return IMPLAUSIBLE
    return NumberRead(given.quantize(Decimal(1)))


@lru_cache(maxsize=65536)
def read_decimal(value: object) -> Decimal | None:
    """Any number; thousands groups of three read as such (1.234.567)."""
    given = _from_cell(value)
    if not isinstance(given, str):
        return given
    text = re.sub(r"\s*(?:%|dong|vnd|d|gio|h|tuan|nguoi|tre|gio/tuan|gio/ngay|tieng)\.?$", "", given).strip()
    if text.count(".") + text.count(",") > 1 and _GROUPED.match(text.replace(" ", "")):
        return Decimal(re.sub(r"[., ]", "", text))
    return plain_number(text)


@lru_cache(maxsize=65536)
def read_money(value: object) -> Decimal | None:
    """An amount in đồng: 540.000 and 540,000 are thousands; 540 nghìn too."""
    given = _from_cell(value)
    if not isinstance(given, str):
        return given
    text = re.sub(r"\s*(?:đồng|dong|vnd|đ|d)?\s*(?:/\s*(?:thang|t))?\.?$", "", given).strip()
    thousands = re.match(r"^([\d.,]+)\s*(?:nghin|ngan|k)$", text)
    if thousands:
        number = plain_number(thousands.group(1))
        return number * 1000 if number is not None else None
    if _GROUPED.match(text.replace(" ", ".")):
        return Decimal(re.sub(r"[., ]", "", text))
    return plain_number(text)


# completed months of age: lowest and highest weight in kg, length or height in cm, that can be right
_WEIGHTS = (
    (0, 0.7, 7.5), (1, 1.2, 8.5), (2, 1.5, 10), (3, 2, 11.5), (6, 3, 14.5), (9, 3.8, 17), (12, 4.3, 19), (18, 5, 23),
    (24, 5.5, 27), (36, 6.5, 34), (48, 7.5, 42), (60, 8.5, 50), (84, 10, 70), (108, 12, 95), (132, 14, 120),
    (168, 18, 150), (192, 22, 170),
)  # fmt: skip
_HEIGHTS = (
    (0, 30, 66), (1, 34, 70), (2, 37, 75), (3, 40, 78), (6, 47, 84), (9, 51, 91), (12, 54, 97), (18, 59, 105),
    (24, 62, 113), (36, 69, 125), (48, 75, 135), (60, 80, 145), (84, 90, 160), (108, 98, 175), (132, 105, 190),
    (168, 115, 205), (192, 120, 212),
)  # fmt: skip


def plausible(kind: str, value: float, first_months: int, last_months: int) -> bool:
    """Whether a weight (kg) or height (cm) can be right at an age known to lie between two numbers of months."""
    table = _WEIGHTS if kind == "weight" else _HEIGHTS
    lows = [low for months, low, _ in table if months <= max(first_months, 0)]
    highs = [high for months, _, high in table if months >= last_months] or [table[-1][2]]
    return lows[-1] <= value <= highs[0]
