"""A measurement that WHO flags is told to the sender, the row stands, and the figure leaves it out."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from childdb.store import Store
from childdb.workflow.growth_flags import with_growth_flags
from childdb.workflow.importing import import_reading
from childdb.workflow.placing import Register
from schemas.records import ColumnReading
from tests.store.conftest import NOW
from tests.store.people import file, record, sheet


@pytest.fixture
def store(tmp_path):
    made = Store.init(str(tmp_path / "s.db"), tmp_path / "k", now=NOW)
    yield made
    made.close()


def measured(name, weight, length=None, *, born=date(2022, 6, 30), precision="day", **more):
    row = record(name, born=born, sex="F")
    row.facts["child_profile"][0]["birth_precision"] = precision
    row.facts["measurement"] = [{"measured_on": date(2024, 6, 30), "weight_kg": Decimal(str(weight)),
                                 "length_cm": None if length is None else Decimal(str(length)), **more}]  # fmt: skip
    return row


def codes(store, *rows):
    made = sheet(rows, kind="weighing", period="2024-06")
    letters = (
        ColumnReading("F", "Cân nặng", "measurement.weight_kg"),
        ColumnReading("G", "Chiều cao", "measurement.length_cm"),
    )
    reading = file(replace(made, columns=letters), name="can-do.xlsx")
    found = import_reading(store, Register(store), Path("can-do.xlsx"), reading, actor="thử", now=NOW)
    return found, {number: [i.code for i in issues] for (_, number), issues in found.extra_issues.items()}


def test_each_flag_is_a_warning_with_its_column_and_the_row_stands(store):
    outcome, found = codes(
        store,
        measured("Lò Thị Một", 11, 85),
        measured("Lò Thị Hai", 11, 64),  # z of length below -6, weight for length in its limits no more
        measured("Lò Thị Ba", 22.9, 85),
        measured("Lò Thị Bốn", 22.9, 85, oedema=True),
        measured("Lò Thị Năm", 11, 64, precision="year"),
    )
    assert set(outcome.statuses.values()) == {"new"}
    assert found[3] == ["growth_flag_weight", "growth_flag_weight_for_height"]
    assert "growth_flag_height" in found[2]
    assert not {1, 4, 5} & set(found)
    issue = outcome.extra_issues["Trang 1", 3][0]
    assert (issue.column, issue.field, issue.holds) == ("F", "weight_kg", False)
    assert "z = +" in issue.sentence("vi") and "," in issue.slots["z"]
    assert issue.sentence("en") != issue.sentence("vi")


def test_past_five_years_the_reference_of_2007_judges(store):
    _, found = codes(
        store,
        measured("Lò Thị Sáu", 60, 110, born=date(2017, 1, 1)),
        measured("Lò Thị Bảy", 20, 118, born=date(2017, 1, 1)),
    )
    assert found == {1: ["growth_flag_weight", "growth_flag_weight_for_height"]}


def test_rows_without_measurements_keep_their_placements(store):
    reading = file(sheet([record("Lò Thị Hoa")]), name="1")
    placements = Register(store).place(reading)
    assert with_growth_flags(reading, placements) == placements
