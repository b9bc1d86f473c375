"""Dates and ages as the whole house counts them: completed months, days since 1970-01-01, open birth dates."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

EPOCH = date(1970, 1, 1)


def epoch_day(day: date) -> int:
    """Whole days since 1970-01-01, on which the SQL of definitions takes differences."""
    return (day - EPOCH).days


def from_epoch_day(days: int) -> date:
    return EPOCH + timedelta(days=days)


def on_this_clock(moment: datetime) -> str:
    """A moment by this computer's clock: 05/03/2019 14:30; one without a zone is UTC, as the store keeps them."""
    return f"{(moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone():%d/%m/%Y %H:%M}"


def completed_months(born: date, on: date) -> int:
    """Completed calendar months from BORN to ON (negative before birth).

    A month is complete on the same day number; a child of 29 February turns a year older on 1 March.
    """
    return (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)


def completed_years(born: date, on: date) -> int:
    """Completed years; floor of completed months by twelve."""
    return completed_months(born, on) // 12


def add_months(day: date, months: int) -> date:
    """DAY plus calendar months: the same day number, else the last day of that month.

    This is the month arithmetic of the immunization rule *law*: 31 January plus one month is 28 or 29
    February, and the first birthday of a child of 29 February is 28 February.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


@dataclass(frozen=True)
class OpenDate:
    """A date known to the day, the month or the year: `first` and `last` are its earliest and latest day."""

    first: date
    last: date
    precision: str  # day | month | year

    @classmethod
    def of(cls, year: int, month: int | None = None, day: int | None = None) -> OpenDate:
        if month is None:
            return cls(date(year, 1, 1), date(year, 12, 31), "year")
        if day is None:
            return cls(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), "month")
        exact = date(year, month, day)
        return cls(exact, exact, "day")

    @classmethod
    def from_first(cls, first: date, precision: str) -> OpenDate:
        """The open date that a stored pair (first day, precision) stands for."""
        if precision == "day":
            return cls(first, first, "day")
        if precision == "month":
            return cls.of(first.year, first.month)
        return cls.of(first.year)

    def text(self) -> str:
        """YYYY-MM-DD, YYYY-MM or YYYY, as its precision."""
        return {
            "day": self.first.isoformat(),
            "month": f"{self.first:%Y-%m}",
            "year": f"{self.first.year:04d}",
        }[self.precision]
