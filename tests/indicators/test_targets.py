"""Verdicts: honest about small numbers, unknown records, recalled targets and areas."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from indicators import api
from indicators.definition import Target
from indicators.targets import goals_on, judge, more_children, records_to_settle
from tests.indicators.snapshots import ANG_TO, DISTRICT, XUAN_LAO, child, together, write_snapshot

DEFINITION = api.catalogue()["birth_registration_u5"]


def target(year, value, comparator=">=", confidence="confirmed"):
    return Target("D", "national", year, comparator, Decimal(value), confidence, "made up")


def figure(yes, no, unknown=0, ci=None):
    base = yes + no + unknown
    percent = lambda n, d: Decimal(n) * 100 / Decimal(d) if d else None  # noqa: E731
    return {
        "numerator": yes,
        "denominator": yes + no,
        "unknown": unknown,
        "population_unknown": 0,
        "value": percent(yes, yes + no),
        "low": percent(yes, base),
        "high": percent(yes + unknown, base),
        "ci_low": ci and Decimal(ci[0]),
        "ci_high": ci and Decimal(ci[1]),
    }


def goal(*targets, on=date(2025, 6, 1)):
    return goals_on(tuple(targets), on)[0]


@pytest.mark.parametrize(
    ("year", "value", "basis"),
    [
        (2024, 90, "not_yet_due"),
        (2025, 90, "dated"),
        (2027, 92, "interpolated"),
        (2030, 95, "dated"),
        (2033, 95, "kept"),
    ],
)
def test_the_path_between_target_years_is_a_line_and_said_to_be_one(year, value, basis):
    found = goal(target(2025, "90"), target(2030, "95"), on=date(year, 3, 1))
    assert (found.value, found.basis) == (Fraction(value), basis)


def test_a_path_with_a_recalled_end_is_recalled():
    found = goal(target(2025, "90", confidence="recalled"), target(2030, "95"), on=date(2027, 1, 1))
    assert found.confidence == "recalled"
    assert judge(DEFINITION, figure(99, 1), found) == ("cannot_tell", "recalled_target")


def test_documents_and_areas_are_never_merged():
    two = goals_on(api.catalogue()["stunting_u5"].targets, date(2025, 1, 1))
    assert len({(g.document, g.scope) for g in two}) == len(two) >= 4


def test_clear_figures_are_met_or_not_met():
    assert judge(DEFINITION, figure(96, 4, ci=("90.2", "98")), goal(target(2025, "90")))[0] == "met"
    assert judge(DEFINITION, figure(50, 50, ci=("40", "60")), goal(target(2025, "90")))[0] == "not_met"


def test_unknown_records_that_span_the_target_leave_it_open():
    assert judge(DEFINITION, figure(90, 5, 5), goal(target(2025, "92"))) == (
        "cannot_tell",
        "unknown_records_span_the_target",
    )


def test_small_numbers_leave_it_open():
    assert judge(DEFINITION, figure(9, 1, ci=("59.6", "98.2")), goal(target(2025, "85"))) == (
        "cannot_tell",
        "small_numbers",
    )


def test_a_target_of_all_is_judged_on_the_count_alone():
    every = goal(target(2030, "100"), on=date(2030, 1, 1))
    assert judge(DEFINITION, figure(40, 0, ci=("91", "100")), every) == ("met", "")
    assert judge(DEFINITION, figure(39, 1, ci=("87", "99.6")), every) == ("not_met", "")


def test_no_data_is_not_a_failure():
    assert judge(DEFINITION, figure(0, 0), goal(target(2025, "90")))[0] == "no_data"


@pytest.mark.parametrize(
    ("comparator", "value", "yes", "no", "more"),
    [
        (">=", "95", 18, 2, 1),
        (">", "95", 18, 2, 2),
        ("<=", "10", 3, 17, 1),
        ("<", "10", 3, 17, 2),
        (">=", "50", 18, 2, 0),
    ],
)
def test_how_many_more_children_would_meet_the_target(comparator, value, yes, no, more):
    wanted = goal(target(2025, value, comparator))
    assert more_children(DEFINITION, figure(yes, no), wanted) == more
    if more:
        sign = 1 if comparator.startswith(">") else -1
        assert wanted.holds(Fraction((yes + sign * more) * 100, yes + no))
        assert not wanted.holds(Fraction((yes + sign * (more - 1)) * 100, yes + no))


def test_the_shortest_list_of_records_that_would_settle_it():
    assert records_to_settle(DEFINITION, figure(90, 5, 5), goal(target(2025, "92"))) == 2
    assert records_to_settle(DEFINITION, figure(50, 50), goal(target(2025, "92"))) is None


def test_a_run_is_compared_with_every_target_and_says_why_not(tmp_path):
    folder = write_snapshot(
        tmp_path,
        together(
            child(1, birth_registered=True),
            child(2, XUAN_LAO, birth_registered=True),
            {"unit_trait": [{"unit": DISTRICT, "trait": "mountainous", "valid_from": date(2021, 1, 1)}]},
        ),
    )
    results = api.run(folder, as_of=date(2024, 11, 30))
    table = api.compare_targets(results)
    assert set(table["verdict"]) <= {"met", "not_met", "cannot_tell", "not_comparable", "no_data"}
    commune = table[(table["unit"] == ANG_TO) & (table["indicator"] == "stunting_u5")]
    mountain = commune[commune["scope"] == "mountainous"].iloc[0]
    assert mountain["verdict"] == "no_data"  # a commune of a mountainous district, and nobody measured
    flat = table[(table["unit"] == "03299@1900-01-01") & (table["scope"] == "mountainous")]
    assert set(flat["verdict"]) == {"not_comparable"}
    national = table[(table["unit"] == ANG_TO) & (table["indicator"] == "birth_registration_u5")].iloc[0]
    assert bool(national["yardstick"]) and national["basis"] == "not_yet_due"
    assert national["verdict"] == "cannot_tell" and national["reason"] == "small_numbers"


def test_a_ratio_is_judged_by_its_poisson_limits():
    mortality = replace(api.catalogue()["infant_mortality"])
    row = {
        "numerator": 1,
        "denominator": 60,
        "unknown": 0,
        "population_unknown": 0,
        "value": Decimal("16.67"),
        "low": Decimal("16.67"),
        "high": Decimal("16.67"),
        "ci_low": Decimal("0.42"),
        "ci_high": Decimal("92.86"),
    }
    wanted = goal(target(2025, "12.5", "<="))
    assert judge(mortality, row, wanted) == ("cannot_tell", "small_numbers")
    assert more_children(mortality, row, wanted) == 1
