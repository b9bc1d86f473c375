"""What a row changes, and what it brings to light: told while the import is written."""

from dataclasses import replace
from datetime import date

import pytest

from childdb.store import Placement, Store
from schemas.records import ColumnReading
from tests.store.conftest import NOW
from tests.store.people import file, record, sheet

DOSES = [("BCG", 1, date(2020, 5, 7)), ("PENTA", 1, date(2020, 7, 9))]


@pytest.fixture
def store(tmp_path):
    made = Store.init(str(tmp_path / "s.db"), tmp_path / "k", now=NOW)
    yield made
    made.close()


def bring(store, *rows, name, columns=(), **words):
    made = replace(sheet(rows, **words), columns=tuple(columns))
    places = {("Trang 1", n): Placement("known") for n in range(1, len(rows) + 1)}
    return store.write_import(file(made, name=name), places, actor="thử", now=NOW)


def changes(report):
    return set(report.changes.get(("Trang 1", 1), ()))


def test_a_row_tells_what_it_changes_and_one_that_says_nothing_new_is_unchanged(store):
    said = {"poor": "poor", "codes": ("2.03",), "doses": DOSES, "weights": [(date(2024, 6, 1), "10.5")]}
    assert bring(store, record("An", **said), name="1").statuses == {("Trang 1", 1): "new"}
    july = {"listed": date(2024, 7, 31)}
    less = record("An", poor="poor")  # blanks assert nothing
    report = bring(store, less, name="2", **july)
    assert report.statuses == {("Trang 1", 1): "unchanged"}
    assert report.changes == {}
    more = record("An", poor="none", codes=("2.03", "1.04"), doses=[DOSES[0], ("PENTA", 1, date(2020, 7, 10))],
                  weights=[(date(2024, 6, 1), "10.6")])  # fmt: skip
    report = bring(store, more, name="3", **july)
    assert report.statuses == {("Trang 1", 1): "changed"}
    assert changes(report) == {
        "household_status.status", "circumstance.code", "vaccination.given_on", "measurement.weight_kg"
    }  # fmt: skip


def test_sealed_circumstances_and_names_are_compared_as_they_are_kept(store):
    bring(store, record("An", codes=("1.05",)), name="1")
    assert changes(bring(store, record("An", codes=("1.05",), poor="poor"), name="2")) == {"household_status.status"}
    assert changes(bring(store, record("An", codes=("1.05", "1.04")), name="3")) == {"circumstance.code"}


def test_a_kind_of_list_that_names_a_child_for_the_first_time_changes_nothing_by_itself(store):
    bring(store, record("An", poor="poor"), name="1")
    report = bring(store, record("An", poor="poor"), name="2", kind="weighing", period="2024-07")
    assert report.statuses == {("Trang 1", 1): "unchanged"}


def test_poverty_that_another_list_told_of_the_household_is_known(store):
    bring(store, record("An", poor="none"), record("Bình"), name="1")
    bring(store, record("Bình", poor="poor"), name="2", listed=date(2024, 7, 31))
    assert changes(bring(store, record("An", poor="poor"), name="3", listed=date(2024, 8, 31))) == set()
    assert changes(bring(store, record("An", poor="none"), name="4", listed=date(2024, 9, 30))) == {
        "household_status.status"
    }


def test_a_list_that_repeats_what_a_correction_replaced_is_told_so(store):
    bring(store, record("An"), name="1")
    child = next(iter(store.children().values()))
    store.correct(child, "ethnicity", "03", "05", actor="người", now=NOW, reason="giấy khai sinh")
    column = ColumnReading("E", "Dân tộc", "child_profile.ethnicity")
    older = bring(store, record("An"), name="2", columns=[column])
    assert older.issues == {}
    later = bring(store, record("An"), name="3", columns=[column], listed=date(2025, 1, 31))
    (issue,) = later.issues["Trang 1", 1]
    assert (issue.code, issue.field, issue.column) == ("correction_repeated", "ethnicity", "E")
    third = bring(store, record("An", ethnicity="12"), name="4", columns=[column], listed=date(2025, 2, 28))
    assert third.issues == {}
    assert changes(third) == {"child_profile.ethnicity"}


def test_two_kinds_of_list_that_disagree_about_one_event_are_told(store):
    day = date(2024, 6, 1)
    bring(store, record("An", weights=[(day, "10.5")]), name="1", kind="weighing", period="2024-06")
    report = bring(store, record("An", weights=[(day, "11.5")]), name="2")
    assert [i.code for i in report.issues["Trang 1", 1]] == ["lists_disagree"]
    assert bring(store, record("An", weights=[(day, "10.5")]), name="3", listed=date(2024, 7, 31)).issues == {}
