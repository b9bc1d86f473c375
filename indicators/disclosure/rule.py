"""The numbers of disclosure control, dated: `indicators/parameters/disclosure.csv`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from indicators.parameters import parameter_rows


@dataclass(frozen=True)
class Rule:
    """Counts 1 to THRESHOLD - 1 do not leave; of a hidden count no more can be told than an interval WIDTH wide.

    A count below CHANGE_BELOW that moved by less than the threshold since it was shown, CHANGE_DAYS ago or later, does
    not leave either.
    """

    threshold: int
    width: int
    change_below: int
    change_days: int

    def small(self, count: int) -> bool:
        return 0 < abs(count) < self.threshold


def rule_on(day: date) -> Rule:
    """The rule of a day; before the first one, the first holds."""
    rows = sorted(parameter_rows("disclosure.csv"), key=lambda r: r["valid_from"])
    held = [r for r in rows if date.fromisoformat(r["valid_from"]) <= day] or rows[:1]
    return Rule(*(int(held[-1][name]) for name in ("threshold", "width", "change_below", "change_days")))
