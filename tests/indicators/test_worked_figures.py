"""The figures worked by hand in docs/figures.md."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from indicators import api
from indicators.estimators.capture_recapture import estimate
from indicators.intervals import poisson_limits, wilson
from indicators.prepare.allowance import rates, standard
from indicators.prepare.sources import connect
from indicators.targets import goals_on, judge, more_children, records_to_settle
from schemas.dates import completed_months

DAY = date(2025, 6, 30)
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "figures.md").read_text("utf-8")


def goal(definition, document):
    return next(g for g in goals_on(definition.targets, DAY) if g.document.startswith(document))


def test_a_share_with_records_that_are_not_known():
    low, high = wilson(np.array([76]), np.array([1032]))
    figure = {
        "numerator": 76, "denominator": 1032, "unknown": 49, "population_unknown": 0, "value": Decimal("7.36"),
        "low": Decimal("7.03"), "high": Decimal("11.56"), "ci_low": Decimal(f"{100 * low[0]:.2f}"),
        "ci_high": Decimal(f"{100 * high[0]:.2f}"),
    }  # fmt: skip
    assert (figure["ci_low"], figure["ci_high"]) == (Decimal("5.92"), Decimal("9.12"))
    definition = api.catalogue()["low_birth_weight"]
    wanted = goal(definition, "QĐ 1896")
    assert judge(definition, figure, wanted) == ("cannot_tell", "unknown_records_span_the_target")
    assert records_to_settle(definition, figure, wanted) == 11


def test_a_rate_of_few_events():
    low, high = poisson_limits(21)
    assert (round(low, 2), round(high, 2)) == (13.00, 32.10)
    figure = {
        "numerator": 21, "denominator": 1081, "unknown": 0, "population_unknown": 0, "value": Decimal("19.43"),
        "low": Decimal("19.43"), "high": Decimal("19.43"), "ci_low": Decimal(f"{low / 1.081:.2f}"),
        "ci_high": Decimal(f"{high / 1.081:.2f}"),
    }  # fmt: skip
    assert (figure["ci_low"], figure["ci_high"]) == (Decimal("12.03"), Decimal("29.70"))
    definition = api.catalogue()["infant_mortality"]
    assert judge(definition, figure, goal(definition, "QĐ 23")) == ("cannot_tell", "small_numbers")
    assert more_children(definition, figure, goal(definition, "QĐ 23")) == 8


def test_children_whom_no_list_knows():
    with connect() as con:
        con.execute("create table prepared_child (unit varchar, age_months_hi integer, on_register boolean,"
                    " on_immunization_list boolean)")  # fmt: skip
        for register, immunization, children in ((True, True, 40), (True, False, 10), (False, True, 5)):
            con.execute(f"insert into prepared_child select 'U', 20, {register}, {immunization} from range({children})")
        con.execute("create table unit_path as select 'U' as filed, 'U' as unit")
        (found,) = estimate(con)
    assert round(found.value, 2) == 1.22
    assert (found.ci_low, round(found.ci_high, 2)) == (0.0, 3.75)


@pytest.mark.parametrize(("day", "due"), [("2024-06-30", 900_000), ("2024-07-01", 1_250_000), ("2024-07-10", 750_000)])
def test_an_allowance_over_time(day, due):
    on = date.fromisoformat(day)
    months = completed_months(date(2020, 7, 10), on)
    (rate,) = (r for r in rates() if r.clause == "k1" and r.from_months <= months < r.before_months)
    amount, _ = standard(on)
    assert rate.coefficient * amount == due
    assert f"{due:,}" in PAGE
