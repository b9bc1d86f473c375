"""Childhood mortality of birth histories as a synthetic cohort probability, with a jackknife standard error.

Conventions of the Guide to DHS Statistics, chapter on infant and child mortality: eight age segments; a birth
cohort that crosses a segment's period only in part counts half; N, WN as the R package DHS.rates gives them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Months = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

SEGMENTS = ((0, 1), (1, 3), (3, 6), (6, 12), (12, 24), (24, 36), (36, 48), (48, 60))
"""Lower and upper limit (not included) of each age segment in completed months."""

INDICATORS = {"NNMR": (0, 1), "PNNMR": (1, 12), "IMR": (0, 12), "CMR": (12, 60), "U5MR": (0, 60)}
"""Each indicator with its ages in completed months, upper limit not included."""

CONFIDENCE_FACTOR = 1.96


@dataclass(frozen=True)
class BirthHistories:
    """One entry per birth. Dates are century-month codes: (year - 1900) * 12 + month."""

    born: Months  # b3
    age_at_death: Months  # b7, completed months; ALIVE where the child lives
    end: Months  # the first month after the period: that of the interview, or the one given as end
    weight: Numbers  # v005, in millionths
    cluster: Months  # v021 as numbers from 0


ALIVE = -1


@dataclass(frozen=True)
class CohortRate:
    """A rate per 1,000 with its standard error and limits; None where it cannot be computed."""

    indicator: str
    rate: float | None
    standard_error: float | None
    births: int
    weighted_births: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class _Segments:
    """Deaths and exposure by cluster (rows) and age segment (columns), in half children."""

    deaths: Numbers  # times weight
    exposure: Numbers  # times weight
    births: Numbers  # not weighted, to tell no exposure from a rounding remainder


def cohort_rates(births: BirthHistories, period: int, ends_at_interview: bool) -> list[CohortRate]:
    """The five rates of the PERIOD months before `end`, jackknifed over the clusters that have births here.

    Births of weight 0 are left out, and with them clusters that have no other. With fewer than two clusters,
    or where leaving one out leaves an age segment without exposure, there is no standard error.
    """
    births = _with_weight(births)
    segments = _count(births, period, ends_at_interview)
    total = _rates(*(part.sum(axis=0, keepdims=True) for part in (segments.deaths, segments.exposure, segments.births)))
    left_out = _rates(
        segments.deaths.sum(axis=0) - segments.deaths,
        segments.exposure.sum(axis=0) - segments.exposure,
        segments.births.sum(axis=0) - segments.births,
    )
    return [
        _rate(births, period, name, float(total[0, place]), left_out[:, place]) for place, name in enumerate(INDICATORS)
    ]


def _with_weight(births: BirthHistories) -> BirthHistories:
    kept = births.weight > 0
    _, cluster = np.unique(births.cluster[kept], return_inverse=True)
    return BirthHistories(
        births.born[kept],
        births.age_at_death[kept],
        births.end[kept],
        births.weight[kept],
        cluster.astype(np.int64),
    )


def _count(births: BirthHistories, period: int, ends_at_interview: bool) -> _Segments:
    clusters = int(births.cluster.max()) + 1 if len(births.cluster) else 0
    shape = (clusters, len(SEGMENTS))
    deaths, exposure, exposed = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for column, (lower, upper) in enumerate(SEGMENTS):
        halves, latest = _cohort_halves(births, period, lower, upper)
        dies = (births.age_at_death >= lower) & (births.age_at_death < upper)
        # Deaths of the latest cohort are known up to the interview, its survival is not: they count whole.
        death_halves = np.where(latest, 2, halves) if ends_at_interview else halves
        for into, amount in (
            (deaths, death_halves * dies * births.weight),
            (exposure, halves * births.weight),
            (exposed, halves.astype(np.float64)),
        ):
            into[:, column] = np.bincount(births.cluster, weights=amount, minlength=clusters)
    return _Segments(deaths, exposure, exposed)


def _cohort_halves(births: BirthHistories, period: int, lower: int, upper: int) -> tuple[Months, npt.NDArray[np.bool_]]:
    """How many halves of each birth are exposed in this age segment, and which belong to the latest cohort.

    Cohorts A, B and C of the Guide: those whose segment begins before the period, lies inside it, or runs
    past its end. Only children who reached the segment are exposed.
    """
    start = births.end - period
    reached = (births.age_at_death == ALIVE) | (births.age_at_death >= lower)
    earliest = (births.born >= start - upper) & (births.born < start - lower)
    whole = (births.born >= start - lower) & (births.born < births.end - upper)
    latest = (births.born >= births.end - upper) & (births.born < births.end - lower)
    halves = np.where(latest | earliest, 1, np.where(whole, 2, 0))
    return np.where(reached, halves, 0).astype(np.int64), latest & reached


def _rates(deaths: Numbers, exposure: Numbers, births: Numbers) -> Numbers:
    """One row of five rates per row of segments; NaN where a segment needed has no exposure."""
    probability = np.divide(deaths, exposure, out=np.full(deaths.shape, np.nan), where=births > 0)
    survival = 1 - probability
    neonatal = probability[:, 0]
    infant = 1 - survival[:, :4].prod(axis=1)
    child = 1 - survival[:, 4:].prod(axis=1)
    under_five = 1 - survival.prod(axis=1)
    rates: Numbers = 1000 * np.column_stack([neonatal, infant - neonatal, infant, child, under_five])
    return rates


def _rate(births: BirthHistories, period: int, name: str, rate: float, left_out: Numbers) -> CohortRate:
    lower_age, upper_age = INDICATORS[name]
    exposed = (
        ((births.age_at_death == ALIVE) | (births.age_at_death >= lower_age))
        & (births.born >= births.end - period - upper_age)
        & (births.born < births.end - lower_age)
    )
    count, weighted = int(exposed.sum()), float(births.weight[exposed].sum()) / 1_000_000
    if np.isnan(rate):
        return CohortRate(name, None, None, count, weighted, None, None)
    error = _jackknife(rate, left_out)
    if error is None:
        return CohortRate(name, rate, None, count, weighted, None, None)
    margin = CONFIDENCE_FACTOR * error
    return CohortRate(name, rate, error, count, weighted, max(0.0, rate - margin), rate + margin)


def _jackknife(rate: float, left_out: Numbers) -> float | None:
    """Square root of sum((r_i - r)^2) / (k (k - 1)), with r_i = k r - (k - 1) r_(i)."""
    clusters = len(left_out)
    if clusters < 2 or np.isnan(left_out).any():
        return None
    pseudo_values = clusters * rate - (clusters - 1) * left_out
    return float(np.sqrt(((pseudo_values - rate) ** 2).sum() / (clusters * (clusters - 1))))


def by_group(births: BirthHistories, groups: list[str]) -> Iterator[tuple[str, BirthHistories]]:
    """The births of each value in GROUPS, numbers in their order and texts after them."""
    labels, member, sizes = np.unique(np.array(groups, dtype=object), return_inverse=True, return_counts=True)
    births_of = np.split(np.argsort(member, kind="stable"), np.cumsum(sizes)[:-1])
    for place in sorted(range(len(labels)), key=lambda place: _natural(str(labels[place]))):
        kept = births_of[place]
        yield (
            str(labels[place]),
            BirthHistories(
                births.born[kept],
                births.age_at_death[kept],
                births.end[kept],
                births.weight[kept],
                births.cluster[kept],
            ),
        )


def _natural(label: str) -> tuple[int, float, str]:
    try:
        return (0, float(label), label)
    except ValueError:
        return (1, 0.0, label)
