"""Lowest and highest values against an enumeration of every possibility, rounding and confidence limits."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from indicators.definition import Example
from indicators.examples import example_connection, run_example
from indicators.intervals import poisson_limits, wilson
from indicators.loader import catalogue
from indicators.results import divided

AGES = {True: "20", False: "70", None: "54..65"}
ANSWERS = {True: "yes", False: "no", None: ""}
three_valued = st.sampled_from((True, False, None))


@pytest.fixture(scope="module")
def con():
    with example_connection() as connection:
        yield connection


def enumerated(rows):
    """All figures that the unknowns allow, in hundredths of a percent rounded half up."""
    found = []
    choices = [product((True, False) if p is None else (p,), (True, False) if c is None else (c,)) for p, c in rows]
    for world in product(*[list(x) for x in choices]):
        inside = [c for p, c in world if p]
        if inside:
            share = Decimal(sum(inside)) * 100 / Decimal(len(inside))
            found.append(share.quantize(Decimal("0.01"), ROUND_HALF_UP))
    return found


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(three_valued, three_valued), min_size=1, max_size=6))
def test_bounds_are_the_lowest_and_highest_of_all_possibilities(con, rows):
    table = "\n".join(
        ["child | age_months | birth_registered", "---"]
        + [f"{n} | {AGES[p]} | {ANSWERS[c]}" for n, (p, c) in enumerate(rows)]
    )
    figure = run_example(
        con, catalogue()["birth_registration_u5"], Example("", {"child": table}, dict.fromkeys(("low", "high")))
    )
    possible = enumerated(rows)
    if not possible:
        assert figure == {"low": "none", "high": "none"}
    else:
        assert figure == {"low": float(min(possible)), "high": float(max(possible))}


def test_halves_are_rounded_up_and_away_from_zero_not_to_even():
    numerator, denominator = np.asarray([1, 3, -1, 1]), np.asarray([800, 800, 800, 3])
    assert list(divided(numerator, denominator, 100)) == [13, 38, -13, 3333]


@pytest.mark.parametrize("events", [0, 1, 2, 9, 40, 100, 101, 500])
def test_poisson_limits_are_those_of_the_chi_square(events):
    low, high = poisson_limits(events)
    wanted_low = chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    assert low == pytest.approx(wanted_low, rel=2e-3)
    assert high == pytest.approx(chi2.ppf(0.975, 2 * events + 2) / 2, rel=2e-3)


def test_wilson_limits_are_those_of_the_textbook():
    low, high = wilson(np.asarray([81, 0, 10]), np.asarray([263, 10, 10]))  # Newcombe 1998, method 3
    assert (round(float(low[0]), 4), round(float(high[0]), 4)) == (0.2553, 0.3662)
    assert low[1] == 0.0 and high[2] == 1.0
