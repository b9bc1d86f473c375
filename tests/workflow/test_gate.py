"""The gate: a package whose records and figures are of other children is not made."""

from datetime import date

import pytest

from childdb.workflow.gate import FIGURE, Totals, check_totals
from schemas.errors import CheckFailed
from tests.workflow.office import DAY, make

UNIT = "03310@1900-01-01"


def record(born):
    return {"commune_code": "03310", "commune_from": "1900-01-01", "birth_date": born}


def figures(denominator, unknown, *others):
    row = {"indicator": FIGURE, "group_name": "total", "unit": UNIT, "denominator": denominator, "unknown": unknown}
    return [row, row | {"unit": "102@1900-01-01"}, row | {"group_name": "sex", "denominator": 99}, *others]


# born five years before the day: five complete; the day after: not yet. A year alone may be either.
BORN = ["2019-11-30", "2019-12-01", "2019", "2024-11", None, "2010-01-01"]


@pytest.mark.parametrize(("denominator", "unknown", "agrees"), [(2, 2, True), (1, 3, True), (2, 0, True), (4, 0, True),
                                                                (1, 0, False), (5, 0, False), (3, 2, False)])  # fmt: skip
def test_figures_agree_with_the_records_within_what_open_birth_dates_allow(denominator, unknown, agrees):
    totals = Totals(DAY)
    for born in BORN:
        totals.see(record(born))
    if agrees:
        check_totals(totals, figures(denominator, unknown))
    else:
        with pytest.raises(CheckFailed, match="không khớp"):
            check_totals(totals, figures(denominator, unknown))


def test_a_package_with_the_figures_of_another_day_is_not_made(tmp_path):
    from childdb.workflow import figures as counted
    from childdb.workflow.packages import build_package
    from tests.workflow.office import NOW

    office = make(tmp_path / "o")
    other = counted.figures(office.store, as_of=date(2026, 1, 31))
    with pytest.raises(CheckFailed, match=FIGURE):
        build_package(office.store, tmp_path / "goi", as_of=DAY, as_known=None, sender="A", receiver="B", reason="thử",
                      actor="x", now=NOW, results=other)  # fmt: skip
    assert not (tmp_path / "goi").exists()
    office.close()
