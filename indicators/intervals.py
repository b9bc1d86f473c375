"""Confidence limits of shares and rates, from whole numbers.

Shares: Wilson score interval, 95 %. Rates (events over live births or children): exact Poisson limits (Garwood)
on the events, by bisection up to 100 events and by Byar's approximation above, where the two agree to 0.1 %.
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


def _solve(rising: Callable[[float], float], wanted: float, events: int) -> float:
    low, high = 0.0, 2.0 * events + 20.0
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
