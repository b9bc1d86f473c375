"""Confidence limits of shares and rates, from whole numbers.

Shares: Wilson score interval, 95 %. Rates (events over live births or children): exact Poisson limits (Garwood)
on the events, by bisection up to 100 events and by Byar's approximation above, where the two agree to 0.1 %. Odds
(one count over another, as boys over girls or this year over last): the exact binomial limits (Clopper and Pearson)
of the first count's share in both, by bisection up to 1,000 and by Wilson's interval above.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

Z95 = 1.959963984540054
_EXACT_UP_TO = 100


def wilson(numerator: np.ndarray, denominator: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Wilson limits of shares as fractions in [0, 1]; 0 and 1 themselves where none or all count."""
    n = np.maximum(denominator, 1).astype(float)
    share, z2 = numerator / n, Z95**2
    centre, scale = share + z2 / (2 * n), 1 + z2 / n
    spread = Z95 * np.sqrt(share * (1 - share) / n + z2 / (4 * n**2))
    low = np.where(numerator == 0, 0.0, np.maximum(0.0, (centre - spread) / scale))
    high = np.where(numerator == denominator, 1.0, np.minimum(1.0, (centre + spread) / scale))
    return low, high


@cache
def poisson_limits(events: int) -> tuple[float, float]:
    """Exact 95 % limits of a Poisson count: the means at which EVENTS is at the edge of a 2.5 % tail."""
    if events > _EXACT_UP_TO:
        return _byar(events)
    low = 0.0 if events == 0 else _solve(lambda mean: 1 - _at_most(events - 1, mean), 0.025, events)
    high = _solve(lambda mean: 1 - _at_most(events, mean), 0.975, events)
    return low, high


def _byar(events: int) -> tuple[float, float]:
    above = events + 1
    low = events * (1 - 1 / (9 * events) - Z95 / (3 * math.sqrt(events))) ** 3
    return low, above * (1 - 1 / (9 * above) + Z95 / (3 * math.sqrt(above))) ** 3


def _at_most(events: int, mean: float) -> float:
    """P(X <= EVENTS) for a Poisson mean."""
    term = total = math.exp(-mean)
    for k in range(1, events + 1):
        term *= mean / k
        total += term
    return total


_EXACT_ODDS_UP_TO = 1000


@cache
def odds_limits(one: int, other: int) -> tuple[float, float | None]:
    """95 % limits of ONE / OTHER for two independent counts; without an upper one where OTHER may be nothing."""
    both = one + other
    if both > _EXACT_ODDS_UP_TO:
        below, above = wilson(np.asarray([one]), np.asarray([both]))
        low, high = float(below[0]), float(above[0])
    else:
        low = 0.0 if one == 0 else _between(lambda p: 1 - _binomial_at_most(one - 1, both, p), 0.025, 1.0)
        high = 1.0 if other == 0 else _between(lambda p: 1 - _binomial_at_most(one, both, p), 0.975, 1.0)
    return low / (1 - low) if low < 1 else math.inf, high / (1 - high) if high < 1 else None


def _binomial_at_most(most: int, trials: int, p: float) -> float:
    """P(X <= MOST) for a binomial count, in logarithms so that no factor runs out of range."""
    if p <= 0 or p >= 1:
        return float(p <= 0 or most >= trials)
    each = math.lgamma(trials + 1)
    return math.fsum(
        math.exp(
            each - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * math.log(p) + (trials - k) * math.log1p(-p)
        )
        for k in range(most + 1)
    )


def _solve(rising: Callable[[float], float], wanted: float, events: int) -> float:
    return _between(rising, wanted, 2.0 * events + 20.0)


def _between(rising: Callable[[float], float], wanted: float, high: float) -> float:
    low = 0.0
    for _ in range(80):
        middle = (low + high) / 2
        if rising(middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def wilson_at(numerator: int, denominator: int, z: float) -> tuple[float, float]:
    """Wilson limits of one share at any Z."""
    n = max(denominator, 1)
    share, z2 = numerator / n, z**2
    centre, scale = share + z2 / (2 * n), 1 + z2 / n
    spread = z * math.sqrt(share * (1 - share) / n + z2 / (4 * n**2))
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
