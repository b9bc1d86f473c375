"""What a rule is: limits by series, number and day, and what *in time* means. `law` and `who` are the two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from indicators.immunization.schedule import Limit
from schemas.dates import add_months, completed_years


@dataclass(frozen=True)
class Rule:
    """One way to judge doses. `in_time_days` None means before the first birthday by calendar months."""

    name: str
    limits: tuple[Limit, ...]
    in_time_days: int | None

    @cached_property
    def by_dose(self) -> dict[tuple[str, int], tuple[Limit, ...]]:
        found: dict[tuple[str, int], tuple[Limit, ...]] = {}
        for limit in self.limits:
            key = (limit.series, limit.number)
            found[key] = (*found.get(key, ()), limit)
        return found

    @cached_property
    def longest(self) -> dict[str, int]:
        """The last number that each series ever reaches under this rule."""
        reach: dict[str, int] = {}
        for series, number in self.by_dose:
            reach[series] = max(number, reach.get(series, 0))
        return reach

    def limit(self, series: str, number: int, day: date) -> Limit | None:
        """The limit of that dose on DAY; None where the rule has no such row on that day."""
        return next((each for each in self.by_dose.get((series, number), ()) if each.holds_on(day)), None)

    def has_series(self, series: str, day: date) -> bool:
        return any(self.limit(series, number, day) is not None for number in range(1, self.longest.get(series, 0) + 1))

    def in_time(self, born: date, day: date) -> bool:
        """Early enough for the share of children fully immunized under 1."""
        if self.in_time_days is None:
            return day < add_months(born, 12)
        return day <= born + timedelta(days=self.in_time_days)

    def before_first_birthday(self, born: date, day: date) -> bool:
        """Only the month arithmetic of the law gives a child of 29 February its birthday on 28 February."""
        if self.in_time_days is None:
            return day < add_months(born, 12)
        return completed_years(born, day) < 1
