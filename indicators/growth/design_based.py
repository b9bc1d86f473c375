"""Design-based estimates: a mean or a share with its standard error and 95 % limits, strata and clusters honoured.

Method: Taylor linearisation of the ratio estimator for a domain of a stratified design with clusters drawn with
replacement, as R's package `survey` computes it (Lumley T. Complex Surveys. Hoboken: Wiley, 2010, chapter 2): the
clusters of a stratum that have no child of the domain count with nought, a stratum of one cluster is centred at
the grand mean ("adjust"), limits of a mean are symmetrical, those of a share are taken on the logit scale.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class StratumSums:
    """Sums over the clusters of one stratum, of each cluster's y total (a) and weight total (b) within the domain."""

    clusters: int
    """All clusters of the stratum, those without a child of the domain included."""
    a: float
    b: float
    aa: float
    ab: float
    bb: float


@dataclass(frozen=True)
class Estimate:
    """A mean or share with standard error and 95 % limits; all None where no child was measured."""

    value: float | None = None
    error: float | None = None
    lower: float | None = None
    upper: float | None = None


def mean(strata: Sequence[StratumSums], freedom: int) -> Estimate:
    """Weighted mean; limits value +- t x error with FREEDOM degrees (clusters less strata)."""
    found = _ratio(strata)
    if found is None:
        return Estimate()
    value, error = found
    reach = t_quantile(freedom) * error
    return Estimate(value, error, value - reach, value + reach)


def share(strata: Sequence[StratumSums], freedom: int) -> Estimate:
    """Weighted share of ones among noughts and ones; limits on the logit scale, 0 and 1 without width."""
    found = _ratio(strata)
    if found is None:
        return Estimate()
    value, error = found
    if value <= 0 or value >= 1:
        edge = 0.0 if value <= 0 else 1.0
        return Estimate(edge, 0.0, edge, edge)
    centre = math.log(value / (1 - value))
    reach = t_quantile(freedom) * error / (value * (1 - value))
    return Estimate(value, error, _from_logit(centre - reach), _from_logit(centre + reach))


@cache  # one analysis asks for the same quantile hundreds of times
def t_quantile(freedom: int, probability: float = 0.975) -> float:
    """Student's t below which PROBABILITY (> 0.5) lies; nan without degrees of freedom."""
    if freedom <= 0:
        return math.nan
    low, high = 0.0, 2.0
    while _t_below(high, freedom) < probability:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if _t_below(middle, freedom) < probability:
            low = middle
        else:
            high = middle
        if high - low <= 1e-13 * high:
            break
    return (low + high) / 2


def _ratio(strata: Sequence[StratumSums]) -> tuple[float, float] | None:
    weight = math.fsum(s.b for s in strata)
    if weight <= 0:
        return None
    value = math.fsum(s.a for s in strata) / weight
    variance = math.fsum(_stratum_variance(s, value) for s in strata) / weight**2
    return value, math.sqrt(max(variance, 0.0))


def _stratum_variance(s: StratumSums, value: float) -> float:
    """Variance of the sum over clusters of a - value x b."""
    squares = s.aa - 2 * value * s.ab + value**2 * s.bb
    if s.clusters == 1:
        return squares
    total = s.a - value * s.b
    return s.clusters / (s.clusters - 1) * (squares - total**2 / s.clusters)


def _from_logit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def _t_below(t: float, freedom: int) -> float:
    """P(T <= t) for t >= 0, through the regularised incomplete beta function."""
    return 1 - 0.5 * _incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """I_x(a, b) by its continued fraction (Abramowitz and Stegun 26.5.8), turned round where it converges faster."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(logarithm) / a / _beta_fraction(a, b, x)


def _beta_fraction(a: float, b: float, x: float) -> float:
    """1 + d1/(1 + d2/(1 + ...)), from the far end; 500 terms suffice for a, b up to millions at this x."""
    fraction = 1.0
    for step in range(500, 0, -1):
        half = step // 2
        if step % 2:
            d = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            d = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        fraction = 1 + d / fraction
    return fraction
