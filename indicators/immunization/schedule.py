"""The two tables of minimum ages and intervals: the dated schedule of law, and the undated one of WHO.

They stand in `indicators/parameters/` as they were compiled, each row with its source and confidence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

from indicators.parameters import parameter_rows
from schemas.dates import add_months

LAW_TABLE = "immunization_schedule.csv"
WHO_TABLE = "immunization_who_minimum.csv"


@dataclass(frozen=True)
class Wait:
    """The least time from one day to another: completed calendar months, or days. Exactly one is set."""

    months: int | None = None
    days: int | None = None

    def after(self, day: date) -> date:
        """The first day on which the wait is over."""
        if self.months is not None:
            return add_months(day, self.months)
        return day + timedelta(days=self.days or 0)


@dataclass(frozen=True)
class Limit:
    """What dose NUMBER of a series needs to be valid, on a day from `first_day` to `last_day` (None = open)."""

    series: str
    number: int
    first_day: date | None = None
    last_day: date | None = None
    age: Wait | None = None
    interval: Wait | None = None  # from the last valid dose of the series
    latest_age_days: int | None = None

    def holds_on(self, day: date) -> bool:
        return (self.first_day is None or self.first_day <= day) and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True)
class ScheduleRow:
    """A row of the dated schedule, with what due dates and lateness need besides the limit."""

    limit: Limit
    vaccine: str
    recommended_age_days: int
    recommended_age_text: str
    counts_for_full_immunization: bool
    confidence: str
    source: str

    @property
    def open_and_recalled(self) -> bool:
        """Carried over without a text that was seen: such a row never makes a child late."""
        return self.limit.last_day is None and self.confidence == "recalled"


def _whole(row: dict[str, str], column: str) -> int | None:
    return int(row[column]) if row[column].strip() else None


def _wait(row: dict[str, str], what: str) -> Wait | None:
    """Months where the table has them, else the days beside; None where both are empty."""
    months, days = _whole(row, f"min_{what}_months"), _whole(row, f"min_{what}_days")
    if months is not None:
        return Wait(months=months)
    return None if days is None else Wait(days=days)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text.strip() else None


@cache
def law_schedule() -> tuple[ScheduleRow, ...]:
    """The dated schedule; its earliest rows hold for every day before them too.

    The booster of DPT is dose 4 of DPT in the table, but a series of its own (DPT4, dose 1) to the rules.
    """
    rows = parameter_rows(LAW_TABLE)
    earliest = min(row["valid_from"] for row in rows)
    return tuple(_schedule_row(row, earliest) for row in rows)


def _schedule_row(row: dict[str, str], earliest: str) -> ScheduleRow:
    booster = row["series"] == "DPT"
    limit = Limit(
        series="DPT4" if booster else row["series"],
        number=int(row["series_dose"]) - 3 if booster else int(row["series_dose"]),
        first_day=None if row["valid_from"] == earliest else _day(row["valid_from"]),
        last_day=_day(row["valid_to"]),
        age=_wait(row, "age"),
        interval=_wait(row, "interval"),
    )
    return ScheduleRow(
        limit=limit,
        vaccine=row["vaccine"],
        recommended_age_days=int(row["recommended_age_days"]),
        recommended_age_text=row["recommended_age_text"],
        counts_for_full_immunization=row["counts_for_full_immunization"] == "yes",
        confidence=row["confidence"],
        source=row["source"],
    )


@cache
def who_minimum() -> tuple[Limit, ...]:
    """The minimums of WHO in days. The note on HEPB0 there: valid only on the day of birth or the next."""
    return tuple(
        Limit(
            series=row["series"],
            number=int(row["series_dose"]),
            age=None if (age := _whole(row, "min_age_days")) is None else Wait(days=age),
            interval=None if (gap := _whole(row, "min_interval_days")) is None else Wait(days=gap),
            latest_age_days=1 if row["note"].startswith("valid only on the day of birth or the next") else None,
        )
        for row in parameter_rows(WHO_TABLE)
    )


_SERIES = {
    "MEASLES": "MCV",
    "MR": "MCV",
    "MCV": "MCV",
    "DPT": "DPT4",
    "DPT4": "DPT4",
    **{each: each for each in ("BCG", "HEPB0", "PENTA", "OPV", "IPV", "JE", "TD", "ROTA", "PCV", "HPV")},
}
VACCINES = tuple(_SERIES)
DPT_CONTAINING = frozenset({"PENTA", "DPT4"})
"""Series whose doses hold diphtheria, tetanus and whole pertussis: a child with one is no zero-dose child."""


@lru_cache(maxsize=1024)
def series_of(vaccine: str) -> str | None:
    """The series of a vaccine by its component, whatever its case, blanks and hyphens; None if not known."""
    return _SERIES.get(re.sub(r"[\s_.-]+", "", vaccine).upper())
