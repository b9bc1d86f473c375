"""The gate: a package whose records and figures are of other children is not made."""

import random
from contextlib import closing
from datetime import date, timedelta

import pytest

from childdb.store.snapshot import write_snapshot
from childdb.workflow.figures import plain_table
from childdb.workflow.gate import FIGURE, Totals, check_figures, check_totals
from childdb.workflow.packages import plain_records
from indicators.engine import run
from indicators.prepare.sources import connect
from indicators.recount import Recount, recountable
from schemas.errors import CheckFailed
from tests.store import people
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


def dressed(chance, number):
    """A child of any age, with whatever a register and an immunization book may tell."""
    born = DAY - timedelta(days=chance.randrange(6700))
    sex, some = chance.choice("MF"), chance.random
    child = people.record(
        f"Trẻ {number}", born=born, sex=sex, ethnicity=chance.choice(["03", "29", "01", None]),
        mother=chance.choice(["Mẹ Một", None]), poor=chance.choice(["poor", "near_poor", "none", None]),
        number=f"{number:012d}" if some() < 0.5 else None,
        codes=chance.sample(["1.01", "1.02", "1.03.01", "1.03.02", "1.04.01", "1.08", "2.01", "1.13"], chance.randrange(3)),
        doses=[(v, n, born + timedelta(days=chance.randrange(1, 500))) for v, n in
               chance.sample([("BCG", 1), ("HEPB0", 1), ("PENTA", 1), ("PENTA", 2), ("PENTA", 3), ("OPV", 1), ("MR", 1)], chance.randrange(6))],
    )  # fmt: skip
    (profile,) = child.facts["child_profile"]
    profile |= {"birth_registered": chance.choice([True, False, None])}
    precision = chance.choice(["day", "day", "month", "year"])
    if precision != "day":
        first = born.replace(day=1) if precision == "month" else born.replace(month=1, day=1)
        profile |= {"birth_date": first, "birth_precision": precision}
    parents = [{"parent": p, "status": s} for p in ("father", "mother")
               if (s := chance.choice([None, None, "alive", "dead", "missing", "prison"]))]  # fmt: skip
    facts = {
        "parent_status": parents,
        "support": [{"kind": k} for k in chance.sample(["social_allowance", "food"], chance.randrange(3))],
        "care_arrangement": [{"form": f}] if (f := chance.choice([None, "parents", "relative", "facility"])) else [],
    }
    child.facts.update({name: rows for name, rows in facts.items() if rows})
    return child


def gate_of(chance, place, children):
    """What the gate sees of an office of such children: the snapshot, the records, the indicator table."""
    office = make(place, *(dressed(chance, n) for n in range(children)))
    write_snapshot(office.store, place / "snapshot")
    records = list(plain_records(office.store, DAY, office.store.last_batch()))
    office.close()
    return place / "snapshot", records, plain_table(run(place / "snapshot", as_of=DAY))


def figures_agree(snapshot, records, table):
    with closing(connect()) as con:
        run(snapshot, as_of=DAY, con=con)
        recount = Recount(con, as_of=DAY)
        for one in records:
            recount.see(one)
        check_figures(recount, table)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    return gate_of(random.Random(7), tmp_path_factory.mktemp("gate") / "o", 40)


def test_every_figure_that_a_record_can_tell_is_the_same_over_the_records(crowd):
    assert len(recountable()) > 30
    figures_agree(*crowd)


def test_figures_of_another_day_stop_the_package(crowd):
    snapshot, records, _ = crowd
    with pytest.raises(CheckFailed, match="children_under_16"):
        figures_agree(snapshot, records, plain_table(run(snapshot, as_of=date(2026, 1, 31))))


@pytest.mark.parametrize(
    ("fields", "figures"),
    [
        (
            {"sex": "M", "circumstance_codes": ["1.01"], "household_status": "poor"},
            {"children_under_16", "orphans_both", "poor_children"},
        ),
        (
            {"support_kinds": [], "father_status": "dead", "doses": [], "personal_id": None},
            {"allowance_received", "orphans_father", "full_immunization_u5", "personal_id_u6"},
        ),
        ({"commune_code": "03292"}, {r.id for r in recountable()} - {"penta_dropout", "bcg_measles_dropout"}),
    ],
)
def test_records_that_say_otherwise_stop_the_package(crowd, fields, figures):
    snapshot, records, table = crowd
    changed = [r | fields if str(r["birth_date"]) > "2020" else r for r in records]
    with pytest.raises(CheckFailed, match="không khớp với bản ghi") as fault:
        figures_agree(snapshot, changed, table)
    assert figures <= set(fault.value.en.split("(")[1].split(";")[0].split(", "))


@pytest.mark.soak
def test_no_store_is_stopped_for_nothing(tmp_path):
    for seed in range(60):
        figures_agree(*gate_of(random.Random(seed), tmp_path / str(seed), 25))
