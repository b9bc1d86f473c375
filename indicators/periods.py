"""Periods by name: a month (2024-11), a quarter (2024-Q4), a year (2024), a school year (2024-2025).

A school year runs from 1 September to 31 August, as `Moment.school_year` reads a date. Stocks (children, their
status) stand as on the last day of a period; events (births, deaths, marriages, returns) count from its first day on.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

from schemas.errors import UsageFault


def period_named(name: str) -> tuple[date, date]:
    """The first and the last day of a period; a UsageFault where the name is none."""
    text = name.strip()
    if found := re.fullmatch(r"(\d{4})-(\d{2})", text):
        year, month = int(found[1]), int(found[2])
        if year and 1 <= month <= 12:
            return date(year, month, 1), _last(year, month)
    elif found := re.fullmatch(r"(\d{4})-?[Qq]([1-4])", text):
        year, quarter = int(found[1]), int(found[2])
        if year:
            return date(year, 3 * quarter - 2, 1), _last(year, 3 * quarter)
    elif found := re.fullmatch(r"(\d{4})-(\d{4})", text):
        year = int(found[1])
        if year and int(found[2]) == year + 1:
            return date(year, 9, 1), date(year + 1, 8, 31)
    elif re.fullmatch(r"\d{4}", text) and int(text):
        return date(int(text), 1, 1), date(int(text), 12, 31)
    raise UsageFault(
        f"“{name}” không phải là kỳ: ghi tháng 2024-11, quý 2024-Q4, năm 2024 hoặc năm học 2024-2025.",
        f"“{name}” is no period: write a month 2024-11, a quarter 2024-Q4, a year 2024 or a school year 2024-2025.",
    )


def _last(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
