"""Dates as people type them, with their precision; day before month or month before day by the whole column's evidence.

Excel running in English takes 05/03/2021 for 3 May and leaves 25/03/2021 as text: then the column's real dates all
have a day of at most 12 and its texts all one above, and the real ones are exchanged back. Where the evidence is
too thin to tell, the dates concerned are an issue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from childdb.intake.grid import Cell
from schemas.dates import OpenDate
from schemas.text import fold

DAY_FIRST, MONTH_FIRST, MIXED = "day_first", "month_first", "mixed"
UNREADABLE, IMPOSSIBLE, AMBIGUOUS = "unreadable", "impossible", "ambiguous"
_CERTAIN = 0.05  # the chance that ordinary dates would look so exchanged (or so month-first) by accident
_SMALL_DAY, _LARGE_DAY = 0.4, 0.6  # shares of days up to 12 and above
_PIVOT_AHEAD = 1  # a two-digit year up to next year is of this century

_BETWEEN = r"[^\w?…]+|\s*_+\s*"  # any separator
_FULL = re.compile(rf"^(\d{{1,2}})(?:{_BETWEEN})(\d{{1,2}})(?:{_BETWEEN})(\d{{4}}|\d{{2}})$")
_CLOCK = re.compile(r"[t ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?$")
_ISO = re.compile(r"^(\d{4})[/\-.](\d{1,2})[/\-.](\d{1,2})$")
_MONTH = re.compile(r"^(?:thang|th|t)?\.?\s*(\d{1,2})\s*(?:[/\-.,]|nam|\s)\s*(\d{4})$")
_MONTH_ISO = re.compile(r"^(\d{4})[/\-.](\d{1,2})$")
_MONTH_SHORT = re.compile(
    r"^(?:(?:thang|th|t)\.?\s*)?(\d{1,2})[/\-.](\d{2})$"
)  # 3/19: no day and month, for no month is 19
_MONTH_ENGLISH = re.compile(r"^([a-z]{3})[a-z]*[\s\-/,.]+(\d{4}|\d{2})$")
_UNTOLD = r"[?.…_\-x\s]*"  # a day, or day and month, left open: ../../2019, __/3/2019
_OPEN_MONTH = re.compile(rf"^{_UNTOLD}/\s*(\d{{1,2}})\s*/\s*(\d{{4}})$")
_OPEN_YEAR = re.compile(rf"^{_UNTOLD}/{_UNTOLD}/\s*(\d{{4}})$")
_LETTER_O = re.compile(r"(?<![a-z])[o](?=\d)|(?<=\d)[o](?![a-z])")  # the letter typed for the digit
_YEAR = re.compile(r"^(?:(?:sinh nam|sn|s\.n|nam sinh|nam|ns|sinh)\.?:?\s*)?(\d{4})$")
_WORDS = re.compile(r"^(?:ngay\s*)?(\d{1,2})\s*thang\s*(\d{1,2})\s*(?:nam\s*|[/,\-. ]+)(\d{4}|\d{2})$")
_ENGLISH = re.compile(r"^(\d{1,2})[\s\-/]([a-z]{3})[a-z]*[\s\-/,]+(\d{4}|\d{2})$")
_SERIAL_TEXT = re.compile(r"^\s*\d{5}\s*$")
_SOLAR = re.compile(r"\s*\(?\s*(?:duong lich|dl)\s*\)?$")  # the calendar in use; a lunar date (al) is not read
_WHOLE_FLOAT = re.compile(r"^\s*(?:19|20)\d{2}\.0\s*$")
_COMPACT = re.compile(r"^\d{8}$")
_MONTHS = {
    m: n for n, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_PREFIX = re.compile(r"^(?:sinh ngay|ngay sinh|ngay|sinh)\s*:?\s*(?=\d)")


@dataclass(frozen=True)
class Parts:
    """A typed date before its order is known: `first` and `second` are day and month in one order or the other."""

    first: int
    second: int
    year: int


@dataclass(frozen=True)
class Order:
    """How a column's dates are to be read."""

    text: str = DAY_FIRST
    excel: str = "genuine"  # genuine | exchanged | mixed


@dataclass(frozen=True)
class DateRead:
    """A date, or the problem; of an ambiguous one both readings; `exchanged` if day and month were put back."""

    when: OpenDate | None = None
    problem: str | None = None
    choices: tuple[date, ...] = ()
    exchanged: bool = False


def century(year: int, latest: int) -> int:
    """The full year of two digits: of this century unless that lies ahead."""
    if year >= 100:
        return year
    return 2000 + year if 2000 + year <= latest + _PIVOT_AHEAD else 1900 + year


@lru_cache(maxsize=65536)
def split(text: str, latest: int) -> Parts | DateRead:
    """The parts of a date whose order is open, or the date itself where its form leaves one reading."""
    plain = _LETTER_O.sub("0", re.sub(r"\s+", " ", fold(text)).strip(" ,;'`"))
    plain = _SOLAR.sub("", plain)
    open_day = _OPEN_MONTH.match(plain) or _OPEN_YEAR.match(plain)
    if open_day:
        return _made(*(int(part) for part in reversed(open_day.groups())))
    plain = _CLOCK.sub("", _PREFIX.sub("", plain.strip(" .")).strip())
    plain = re.sub(r"\s*([/\-.,\\])\s*", r"\1", plain)
    found = _FULL.match(plain)
    if found:
        first, second, year = map(int, found.groups())
        return Parts(first, second, century(year, latest) if len(found.group(3)) == 2 else year)
    found = _ISO.match(plain)
    if found:
        year, month, day = map(int, found.groups())
        return _made(year, month, day)
    found = _WORDS.match(plain)
    if found:
        day, month, year = map(int, found.groups())
        return _made(century(year, latest), month, day)
    found = _ENGLISH.match(plain)
    if found and found.group(2) in _MONTHS:
        return _made(century(int(found.group(3)), latest), _MONTHS[found.group(2)], int(found.group(1)))
    found = _MONTH.match(plain)
    if found:
        return _made(int(found.group(2)), int(found.group(1)))
    found = _MONTH_ISO.match(plain)
    if found:
        return _made(int(found.group(1)), int(found.group(2)))
    found = _MONTH_SHORT.match(plain)
    if found and int(found.group(1)) <= 12 < int(found.group(2)):
        return _made(century(int(found.group(2)), latest), int(found.group(1)))
    found = _MONTH_ENGLISH.match(plain)
    if found and found.group(1) in _MONTHS and int(found.group(2)) > 31:
        return _made(int(found.group(2)), _MONTHS[found.group(1)])
    found = _YEAR.match(plain)
    if found:
        return _made(int(found.group(1)))
    return _compact(plain)


def _compact(plain: str) -> Parts | DateRead:
    if not _COMPACT.match(plain):
        return DateRead(problem=UNREADABLE)
    day_first = Parts(int(plain[:2]), int(plain[2:4]), int(plain[4:]))
    year_first = _made(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
    sound = 1900 < day_first.year < 2100
    if sound and (year_first.problem or not 1900 < int(plain[:4]) < 2100):
        return day_first
    if not sound and year_first.when is not None and 1900 < int(plain[:4]) < 2100:
        return year_first
    return DateRead(problem=UNREADABLE)


def _made(year: int, month: int | None = None, day: int | None = None) -> DateRead:
    if not 1900 <= year <= 2200:
        return DateRead(problem=UNREADABLE)
    try:
        return DateRead(OpenDate.of(year, month, day))
    except ValueError:
        return DateRead(problem=IMPOSSIBLE)


def evidence(values: Iterable[Cell], latest: int) -> Order:
    """The order of a column's dates by all of its cells."""
    only_day_first = only_month_first = open_texts = 0
    large_days = small_days = 0
    for value in values:
        if isinstance(value, datetime | date):
            if value.day > 12:
                large_days += 1
            elif value.day != value.month:
                small_days += 1
        elif isinstance(value, str):
            parts = split(value, latest)
            if isinstance(parts, Parts) and parts.first <= 31 and parts.second <= 31:
                if parts.first > 12 >= parts.second:
                    only_day_first += 1
                elif parts.second > 12 >= parts.first:
                    only_month_first += 1
                elif parts.first != parts.second and parts.first <= 12:
                    open_texts += 1
    return Order(
        _text_order(only_day_first, only_month_first, open_texts),
        _excel_order(large_days, small_days, only_day_first, open_texts + only_month_first),
    )


def _text_order(day_first: int, month_first: int, open_texts: int) -> str:
    if not month_first:
        return DAY_FIRST
    if not day_first:
        return MONTH_FIRST if month_first >= 2 or _SMALL_DAY**open_texts < _CERTAIN else MIXED
    if day_first >= 3 * month_first:
        return DAY_FIRST
    return MONTH_FIRST if month_first >= 3 * day_first else MIXED


def _excel_order(large_days: int, small_days: int, only_day_first: int, other_texts: int) -> str:
    if large_days or not small_days or not only_day_first or other_texts:
        return "genuine"
    chance = _SMALL_DAY**small_days * _LARGE_DAY**only_day_first
    if chance < _CERTAIN:
        return "exchanged"
    return "mixed"


def read_date(
    value: Cell, order: Order, latest: int, *, open_date: str | None = None, date_1904: bool = False
) -> DateRead:
    """One cell as a date; `open_date` is the precision that the cell's format shows (month or year)."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return _read_excel(value, order, open_date)
    if isinstance(value, bool | time | timedelta):
        return DateRead(problem=UNREADABLE)
    if isinstance(value, int | float):
        return _read_number(float(value), order, latest, date_1904)
    if value is None:
        return DateRead(problem=UNREADABLE)
    if _WHOLE_FLOAT.match(value):  # a table of numbers written as text: 2020.0
        return _read_number(float(value), order, latest, date_1904)
    if _SERIAL_TEXT.match(value) and not 1900 <= int(value.strip()[1:]) <= latest + 1:  # 52019 may be May 2019 too
        return _read_number(float(value), order, latest, date_1904)
    parts = split(value, latest)
    return _resolve(parts, order.text) if isinstance(parts, Parts) else parts


def _read_excel(value: date, order: Order, open_date: str | None) -> DateRead:
    if open_date == "month":
        return _made(value.year, value.month)
    if open_date == "year":
        return _made(value.year)
    if order.excel != "genuine" and value.day <= 12 and value.day != value.month:
        other = date(value.year, value.day, value.month)
        if order.excel == "exchanged":
            return DateRead(OpenDate.of(other.year, other.month, other.day), exchanged=True)
        return DateRead(problem=AMBIGUOUS, choices=(value, other))
    return _made(value.year, value.month, value.day)


def _resolve(parts: Parts, order: str) -> DateRead:
    day_first = _made(parts.year, parts.second, parts.first)
    month_first = _made(parts.year, parts.first, parts.second)
    if order == DAY_FIRST:
        return day_first
    if order == MONTH_FIRST:
        return month_first
    if day_first.when and month_first.when and parts.first != parts.second:
        return DateRead(problem=AMBIGUOUS, choices=(day_first.when.first, month_first.when.first))
    return day_first


def _read_number(value: float, order: Order, latest: int, date_1904: bool) -> DateRead:
    """A bare number: a year, a serial day of Excel, or ddmmyyyy whose leading zero went."""
    if value.is_integer() or 10_000 < value < 80_000:  # a serial day may bear a time
        whole = int(value)
        if 1900 <= whole <= 2200:
            return _made(whole)
        if 10_000 <= whole <= 80_000:
            base = date(1904, 1, 1) if date_1904 else date(1899, 12, 30)
            found = base + timedelta(days=whole)
            return (
                _made(found.year, found.month, found.day)
                if 1950 <= found.year <= latest + 30
                else DateRead(problem=UNREADABLE)
            )
        if 1_000_000 <= whole <= 99_999_999:
            parts = split(f"{whole:08d}", latest)
            return _resolve(parts, order.text) if isinstance(parts, Parts) else parts
        return DateRead(problem=UNREADABLE)
    month, _, rest = f"{value:.4f}".partition(".")
    if len(rest.rstrip("0")) >= 3 and 1 <= int(month) <= 12:  # 3.2021 typed for March 2021, 12.202 for December 2020
        return _made(int(rest), int(month))
    return DateRead(problem=UNREADABLE)
