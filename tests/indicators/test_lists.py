"""The lists behind the figures: allowances, registers against each other, doses due, zero-dose villages."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date

import pytest

from indicators.lists.doses import due_in_month, zero_dose
from indicators.lists.entitled import by_commune, entitled
from indicators.lists.registers import compare_registers, pairs
from indicators.prepare.allowance import CLAIMS, rates, standard
from indicators.prepare.sources import connect, prepare
from schemas.errors import NotFound
from tests.indicators.snapshots import ANG_TO, BUNG_LAO_NEW, BUNG_LAO_OLD, child, together, write_snapshot

DAY = date(2024, 11, 30)
LONG_AGO = date(2024, 1, 1)


@contextmanager
def prepared(folder, tables, as_of=DAY):
    write_snapshot(folder / "s", tables)
    con = connect()
    try:
        prepare(con, folder / "s", as_of=as_of, sources={"child"})
        yield con
    finally:
        con.close()


def state(key: int, **tables: list[dict]) -> dict[str, list[dict]]:
    """Rows of one child in force since January 2024."""
    return {name: [{"child": key, "valid_from": LONG_AGO, **row} for row in rows] for name, rows in tables.items()}


def parents(key: int, father: str | None = None, mother: str | None = None) -> dict[str, list[dict]]:
    told = {"father": father, "mother": mother}
    return state(key, parent_status=[{"parent": p, "status": s} for p, s in told.items() if s])


def code(key: int, *codes: str) -> dict[str, list[dict]]:
    return state(key, circumstance=[{"code": c} for c in codes])


def claims_of(folder, *parts, as_of=DAY, commune=None):
    with prepared(folder, together(*parts), as_of) as con:
        return entitled(con, as_of, commune)


def told(claims) -> set[tuple]:
    return {(c.child, c.clause, c.paid_to, c.sure, c.amount) for c in claims}


def test_the_highest_of_several_allowances_of_its_own_is_due_and_a_parents_beside_it(tmp_path):
    claims = claims_of(
        tmp_path,
        child(1, born=date(2022, 3, 5)), code(1, "1.01", "1.04.02"),  # without support, 2: 2.5 beats 2.0
        child(2, born=date(2012, 3, 5)), code(2, "1.01", "1.04.02"),  # 12 years: 1.5 against 2.0
        child(3, born=date(2012, 3, 5)), code(3, "1.04.01"), parents(3, "dead", "alive"),
        state(3, household_status=[{"status": "poor"}]),
    )  # fmt: skip
    assert told(claims) == {
        (1, "k1", "child", True, 1_250_000),
        (2, "k6_severe", "child", True, 1_000_000),
        (3, "k6_extreme", "child", True, 1_250_000),
        (3, "k4", "parent", True, 500_000),
    }


@pytest.mark.parametrize(
    ("born", "as_of", "amount"),
    [
        (date(2020, 12, 1), DAY, 1_250_000),  # four tomorrow
        (date(2020, 11, 30), DAY, 750_000),  # four today
        (date(2022, 3, 5), date(2024, 6, 30), 900_000),  # the standard before 01/07/2024
        (date(2022, 3, 5), date(2024, 7, 1), 1_250_000),
    ],
)
def test_the_amount_is_the_standard_of_the_day_by_the_coefficient_of_the_age(tmp_path, born, as_of, amount):
    assert told(claims_of(tmp_path, child(1, born=born), code(1, "1.01"), as_of=as_of)) == {
        (1, "k1", "child", True, amount)
    }


def test_before_the_decree_nothing_is_claimed(tmp_path):
    assert standard(date(2021, 6, 30)) is None
    past = {"child": [{**child(1)["child"][0], "birth_first": date(2015, 1, 1), "birth_last": date(2015, 1, 1)}]}
    home = {"residence": [{**child(1)["residence"][0], "valid_from": date(2020, 1, 1)}]}
    held = {"circumstance": [{"child": 1, "code": "1.01", "valid_from": date(2020, 1, 1)}]}
    assert claims_of(tmp_path, past, home, held, as_of=date(2021, 6, 30)) == []


def test_in_a_facility_the_allowance_is_the_facilitys_and_in_a_family_the_carer_has_one_too(tmp_path):
    claims = claims_of(
        tmp_path,
        child(1, born=date(2012, 3, 5)), code(1, "1.01"), state(1, care_arrangement=[{"form": "facility"}]),
        child(2, born=date(2012, 3, 5)), code(2, "1.01"), state(2, care_arrangement=[{"form": "relative"}]),
    )  # fmt: skip
    assert told(claims) == {
        (1, "d25", "facility", True, 2_000_000),
        (2, "k1", "child", True, 750_000),
        (2, "d20", "carer", True, 750_000),
    }


def test_a_single_parent_is_sure_where_the_child_lives_with_it_and_open_where_nothing_is_said(tmp_path):
    poor = [{"status": "near_poor"}]
    claims = claims_of(
        tmp_path,
        child(1), parents(1, "dead"), state(1, household_status=poor, care_arrangement=[{"form": "parents"}]),
        child(2), parents(2, "dead"), state(2, household_status=poor),
        child(3), parents(3, "dead"), state(3, household_status=poor, care_arrangement=[{"form": "relative"}]),
        child(4), parents(4, "dead", "prison"), state(4, household_status=poor),
        child(5), parents(5, "dead", "alive"), state(5, household_status=[{"status": "none"}]),
    )  # fmt: skip
    found = {(c.child, c.clause, c.sure) for c in claims if c.clause != "k7"}
    assert found == {(1, "k4", True), (2, "k4", False), (4, "k1", True)}


def test_the_youngest_poor_children_are_entitled_where_the_commune_is_recorded_as_extremely_difficult(tmp_path):
    hard = {"unit_trait": [{"unit": ANG_TO, "trait": "extremely_difficult", "valid_from": LONG_AGO}]}
    poor = [{"status": "poor"}]
    claims = claims_of(
        tmp_path, hard,
        child(1, born=date(2021, 12, 1)), state(1, household_status=poor),  # three tomorrow
        child(2, born=date(2021, 11, 30)), state(2, household_status=poor),
        child(3, BUNG_LAO_OLD, born=date(2023, 11, 30)), state(3, household_status=poor),
    )  # fmt: skip
    assert told(claims) == {(1, "k7", "child", True, 750_000), (3, "k7", "child", False, 750_000)}


def test_what_is_missing_is_all_or_the_rest_and_unknown_where_no_list_tells(tmp_path):
    paid = {"kind": "social_allowance"}
    claims = claims_of(
        tmp_path,
        child(1), code(1, "1.01"), state(1, support=[{**paid, "amount": 900_000}]),
        child(2), code(2, "1.01"),
        child(3), code(3, "1.01"), state(3, support=[paid]),
        child(4, BUNG_LAO_OLD), code(4, "1.01"),  # its unit has sent no list of support
    )  # fmt: skip
    assert {c.child: (c.received, c.missing) for c in claims} == {
        1: (True, 350_000),
        2: (False, 1_250_000),
        3: (True, None),
        4: (None, None),
    }
    sums = {s.commune: s for s in by_commune(claims)}
    ang_to = sums["03292"]
    assert (ang_to.entitled, ang_to.receiving, ang_to.not_receiving, ang_to.due) == (3, 2, 1, 3_750_000)
    assert (ang_to.missing, sums["03301"].not_known) == (1_600_000, 1)


def test_a_commune_narrows_the_list_and_one_that_is_not_there_is_refused(tmp_path):
    parts = [child(1), code(1, "1.01"), child(2, BUNG_LAO_OLD), code(2, "1.01")]
    assert [c.child for c in claims_of(tmp_path / "a", *parts, commune="03301")] == [2]
    assert len(claims_of(tmp_path / "b", *parts, commune="102")) == 2
    with pytest.raises(NotFound):
        claims_of(tmp_path / "c", *parts, commune="99999")


def test_every_clause_of_the_table_is_judged_and_every_judged_clause_is_in_the_table():
    assert {r.clause for r in rates()} == set(CLAIMS)


def on_list(key: int, kind: str, unit: str = ANG_TO) -> dict[str, list[dict]]:
    return {"listing": [{"child": key, "list_kind": kind, "list_date": LONG_AGO, "unit": unit}]}


def test_a_child_is_missing_only_on_lists_that_its_unit_sent_and_at_the_ages_they_are_for(tmp_path):
    tables = together(
        child(1), on_list(1, "register"), on_list(1, "immunization"),
        child(2), on_list(2, "register"),
        child(3, born=date(2012, 3, 5)), on_list(3, "register"),  # too old for the immunization list
        child(4), on_list(4, "immunization"),
        child(5, BUNG_LAO_OLD), on_list(5, "register", BUNG_LAO_OLD),  # its unit sent no immunization list
        child(6, born=date(2016, 3, 5)), on_list(6, "school"),
        child(7, born=date(2016, 9, 9)), on_list(7, "register"),  # of an age that the school lists, and not listed
    )  # fmt: skip
    with prepared(tmp_path, tables) as con:
        found, villages = compare_registers(con, DAY)
    assert {m.child: (m.stands_on, m.missing_on) for m in found} == {
        2: (("register",), ("immunization",)),
        4: (("immunization",), ("register",)),
        6: (("school",), ("register",)),
        7: (("register",), ("school",)),
    }
    assert pairs(found)["register", "immunization"] == 1
    ang_to = next(v for v in villages if v.commune == "03292")
    assert (ang_to.children, ang_to.lacking["immunization"], ang_to.lacking["poor"]) == (6, 1, None)


def test_units_stand_as_on_the_day_so_a_merged_commune_is_one_place(tmp_path):
    tables = together(child(1, BUNG_LAO_OLD), on_list(1, "register", BUNG_LAO_OLD), child(2, BUNG_LAO_NEW))
    with prepared(tmp_path, tables, as_of=date(2025, 8, 1)) as con:
        _, villages = compare_registers(con, date(2025, 8, 1))
    assert [(v.commune, v.children) for v in villages] == [("03301", 2)]


def dose(key: int, vaccine: str, day: date) -> dict[str, list[dict]]:
    return {"vaccination": [{"child": key, "vaccine": vaccine, "given_on": day, "late_birth_dose": False}]}


def test_the_doses_of_a_month_are_those_that_fall_due_and_those_still_waited_for(tmp_path):
    born = date(2024, 9, 10)
    tables = together(
        child(1, born=born), dose(1, "BCG", born), dose(1, "PENTA", date(2024, 11, 10)),  # second due 10/12
        child(2, born=date(2024, 7, 1)),  # PENTA since 01/09: late
        child(3, born=date(2024, 10, 15)),  # PENTA due 15/12
        child(4, born=date(2024, 11, 20)),  # PENTA due 20/01, not this month
        child(5, born=date(2010, 1, 1)),  # nothing of the first years is asked any more
        child(6, birth_precision="year"),
    )  # fmt: skip
    with prepared(tmp_path, tables) as con:
        found = due_in_month(con, DAY, date(2024, 12, 1))
    penta = {d.child: (d.number, d.due_on, d.state) for d in found.doses if d.vaccine == "PENTA"}
    assert penta == {
        1: (2, date(2024, 12, 10), "due"),
        2: (1, date(2024, 9, 1), "late"),
        3: (1, date(2024, 12, 15), "due"),
    }
    assert not {d.vaccine for d in found.doses} & {"ROTA", "PCV", "HPV"}  # no rollout date in the province
    assert 5 not in {d.child for d in found.doses}
    assert found.without_birth_day == 1


def test_a_vaccine_is_listed_from_its_rollout_in_the_province(tmp_path):
    given = {"vaccine_rollout": [{"vaccine": "ROTA", "province": "11", "given_from": date(2024, 11, 1)}]}
    with prepared(tmp_path, together(given, child(1, born=date(2024, 10, 15)))) as con:
        found = due_in_month(con, DAY, date(2024, 12, 1))
    assert ("ROTA", date(2024, 12, 15), "due") in {(d.vaccine, d.due_on, d.state) for d in found.doses}


def test_an_open_ended_recalled_row_lists_a_child_as_waiting_and_never_as_late(tmp_path):
    day = date(2027, 3, 31)
    with prepared(tmp_path, together(child(1, born=date(2026, 7, 15))), as_of=day) as con:
        found = due_in_month(con, day, date(2027, 4, 1))
    assert {d.state for d in found.doses if d.vaccine == "PENTA"} == {"waiting"}
    assert all(d.state != "late" and d.confidence == "recalled" for d in found.doses)


def test_zero_dose_children_by_village(tmp_path):
    born = date(2022, 3, 5)
    tables = together(
        child(1, born=born), on_list(1, "immunization"),
        child(2, born=born), dose(2, "PENTA", date(2022, 6, 1)),
        child(3, born=born),  # on no list, without a dose: not known
        child(4, born=date(2024, 6, 1)), on_list(4, "immunization"),  # not yet one
        child(5, born=born), dose(5, "DPT", date(2023, 9, 9)), dose(5, "BCG", born),
    )  # fmt: skip
    with prepared(tmp_path, tables) as con:
        villages, children = zero_dose(con, DAY)
    assert [(v.village, v.zero_dose, v.reached, v.not_known) for v in villages] == [("Bản Bó", 2, 1, 1)]
    assert {c.child: c.never_vaccinated for c in children} == {1: True, 5: False}
