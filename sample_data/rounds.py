"""The three rounds in which the communes sent their workbooks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Round:
    """A round: its folder, the day its lists are drawn up to, and the school year (its first calendar year)."""

    index: int
    folder: str
    day: date
    school_year: int


ROUNDS = (
    Round(0, "2023-12", date(2023, 12, 31), 2023),
    Round(1, "2024-06", date(2024, 6, 30), 2023),
    Round(2, "2024-11", date(2024, 11, 30), 2024),
)
FIRST_DAY = date(2006, 12, 1)
LAST_DAY = ROUNDS[-1].day
