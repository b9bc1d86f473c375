"""The set-wise SQL and the judge in plain Python are two writings of one rule."""

from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from indicators.immunization.judge import Dose, child_status, judge_doses
from indicators.immunization.law import LAW
from indicators.immunization.schedule import VACCINES
from indicators.immunization.sql import fully_immunized_query, judged_doses_query
from indicators.immunization.who import WHO
from schemas.dates import epoch_day

RULES = {"law": LAW, "who": WHO}

# Birth dates around month ends, leap days and the changes of the schedule, where calendars go wrong.
BIRTHS = some.one_of(
    some.dates(date(2009, 1, 1), date(2026, 6, 30)),
    some.sampled_from(
        [date(2020, 2, 29), date(2024, 2, 29), date(2023, 8, 31), date(2023, 12, 31), date(2023, 10, 31)]
    ),
)
AGES = some.one_of(
    some.integers(-3, 900),
    some.sampled_from([0, 1, 2, 28, 41, 42, 59, 60, 61, 62, 90, 97, 98, 269, 270, 274, 275, 364, 365, 366, 367, 372]),
)


# Doses of one series that follow each other by about the intervals that a rule asks.
GAPS = some.sampled_from([0, 6, 7, 8, 14, 27, 28, 29, 30, 31, 32, 55, 56, 57, 62, 180, 364, 365, 366, 367])
FIRST_AGES = some.sampled_from([0, 42, 59, 60, 61, 62, 90, 98, 150, 155, 270, 274, 276, 365, 366, 548])


@some.composite
def chains(draw: some.DrawFn) -> list[tuple[str, int, bool]]:
    """The doses of one vaccine, as (vaccine, age in days, later than 24 hours)."""
    vaccine = draw(some.sampled_from(["PENTA", "OPV", "IPV", "JE", "MR", "PCV", "ROTA", "HPV"]))
    age, chain = draw(FIRST_AGES), []
    for _ in range(draw(some.integers(1, 5))):
        chain.append((vaccine, age, False))
        age += draw(GAPS)
    return chain


@some.composite
def children(draw: some.DrawFn) -> tuple[date | None, list[Dose]]:
    born = draw(some.one_of(BIRTHS, BIRTHS, BIRTHS, some.none()))
    taken = draw(some.lists(some.tuples(some.sampled_from([*VACCINES, "MMRV"]), AGES, some.booleans()), max_size=6))
    for chain in draw(some.lists(chains(), max_size=3)):
        taken += chain
    start = born or date(2020, 1, 1)
    once = {(vaccine, age): late for vaccine, age, late in taken}
    doses = [Dose(vaccine, start + timedelta(days=age), late) for (vaccine, age), late in once.items()]
    # the SQL takes doses of one day in the order of their codes; the judge in the order given
    return born, sorted(doses, key=lambda dose: (dose.given_on, dose.vaccine))


def load(population: list[tuple[date | None, list[Dose]]]) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("create table children (child bigint, birth_date date, birth_day integer)")
    con.execute(
        "create table doses (child bigint, vaccine text, given_on date, given_day integer, late_birth_dose boolean)"
    )
    for child, (born, doses) in enumerate(population):
        con.execute("insert into children values (?, ?, ?)", [child, born, born and epoch_day(born)])
        for dose in doses:
            con.execute(
                "insert into doses values (?, ?, ?, ?, ?)",
                [child, dose.vaccine, dose.given_on, epoch_day(dose.given_on), dose.late_birth_dose],
            )
    return con


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    population=some.lists(children(), min_size=1, max_size=8),
    as_of=some.one_of(some.none(), some.dates(date(2015, 1, 1), date(2026, 12, 31))),
)
def test_the_set_wise_form_judges_every_dose_as_the_plain_one(rule, population, as_of):
    con = load(population)
    expected = []
    for child, (born, doses) in enumerate(population):
        for dose, verdict in zip(doses, judge_doses(born, doses, RULES[rule], as_of), strict=True):
            expected.append((child, dose.vaccine, verdict.series, dose.given_on, verdict.valid, verdict.number))
    found = con.execute(
        "select child, vaccine, series, given_on, valid, number from ("
        + judged_doses_query("doses", "children", RULES[rule], as_of)
        + ") as judged"
    ).fetchall()
    assert sorted(found, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    population=some.lists(children(), min_size=1, max_size=8),
    as_of=some.one_of(some.none(), some.dates(date(2015, 1, 1), date(2026, 12, 31))),
)
def test_the_set_wise_form_finds_the_same_children_fully_immunized(rule, population, as_of):
    con = load(population)
    expected = []
    for child, (born, doses) in enumerate(population):
        judged = judge_doses(born, doses, RULES[rule], as_of)
        status = child_status(born, doses, judged, RULES[rule])
        expected.append((child, *(getattr(status, name) for name in status.__dataclass_fields__)))
    names = ", ".join(status.__dataclass_fields__)
    query = fully_immunized_query("doses", "children", RULES[rule], as_of)
    found = con.execute(f"select child, {names} from ({query}) as status order by child").fetchall()
    assert found == expected


def test_a_month_from_the_end_of_a_month_is_complete_at_the_end_of_a_shorter_one():
    born = date(2022, 11, 30)
    taken = [Dose("OPV", each) for each in (date(2023, 1, 31), date(2023, 2, 27), date(2023, 2, 28), date(2023, 3, 28))]
    con = load([(born, taken)])
    found = con.execute("select number from (" + judged_doses_query("doses", "children") + ") as j order by given_day")
    assert [number for (number,) in found.fetchall()] == [1, None, 2, 3]
    assert [verdict.number for verdict in judge_doses(born, taken, LAW)] == [1, None, 2, 3]


def test_the_flags_by_antigen_say_valid_and_in_time_apart():
    born = date(2024, 1, 15)
    con = load([(born, [Dose("PENTA", date(2024, 3, 15)), Dose("PENTA", date(2025, 1, 15))])])
    query = fully_immunized_query("doses", "children")
    row = con.execute(
        f"select penta_1_valid, penta_1_in_time, penta_2_valid, penta_2_in_time, penta_3_valid from ({query}) as s"
    ).fetchone()
    assert row == (True, True, True, False, False)
