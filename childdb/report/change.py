"""Whether a figure rose, fell or did not change: said only as far as unknown records and small numbers allow."""

from __future__ import annotations

import math
from decimal import Decimal

from childdb.report.figure import Figure

ROSE, FELL, SAME, UNCLEAR, UNKNOWN = "rose", "fell", "same", "unclear", "unknown"


def direction(figure: Figure) -> str | None:
    """rose or fell; same (not one count differs); unclear (within chance); unknown (the unknown records span it); None
    where one of the two figures is missing.

    Chance: the limits of the difference from the 95 % limits of both figures (Newcombe 1998, method 10; for rates the
    same square-and-add); without limits (full counts, sums) every difference counts.
    """
    before = figure.before
    if before is None or figure.value is None or before.value is None or before.hidden or figure.hidden:
        return None
    change = figure.value - before.value
    if not figure.open_records and not before.open_records and _counts(figure) == _counts(before):
        return SAME
    if not _bounds_agree(figure, before, change):
        return UNKNOWN
    if change == 0 or not _beyond_chance(figure, before, change):
        return UNCLEAR
    return ROSE if change > 0 else FELL


def _counts(figure: Figure) -> tuple[Decimal | None, Decimal | None]:
    return figure.numerator, figure.denominator


def _bounds_agree(figure: Figure, before: Figure, change: Decimal) -> bool:
    """Whether the direction holds for every value that the unknown records allow."""
    if not figure.open_records and not before.open_records:
        return True
    ends = (figure.low, figure.high, before.low, before.high)
    if any(e is None for e in ends):
        return False
    low, high, low_before, high_before = (e for e in ends if e is not None)
    return low > high_before if change > 0 else high < low_before if change < 0 else True


def _beyond_chance(figure: Figure, before: Figure, change: Decimal) -> bool:
    limits = (figure.ci_low, figure.ci_high, before.ci_low, before.ci_high)
    if any(x is None for x in limits) or figure.value is None or before.value is None:
        return True
    low, high, low_before, high_before = (float(x) for x in limits if x is not None)
    now, then = float(figure.value), float(before.value)
    below = math.hypot(now - low, high_before - then)
    above = math.hypot(high - now, then - low_before)
    return float(change) - below > 0 if change > 0 else float(change) + above < 0
