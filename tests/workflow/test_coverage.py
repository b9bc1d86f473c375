"""The share of the children known, against what the commune reports, else last year's number; and counts after an undo."""

import shutil
from datetime import date, timedelta

import pytest

from childdb.store.standing import standing
from childdb.web import tasks
from childdb.workflow.coverage import ITEM, coverage
from childdb.workflow.placing import Register
from schemas.records import Record, SheetReading, SourceRow
from tests.store.people import COMMUNE, file, record, sheet
from tests.web.desk import Pages
from tests.workflow.conftest import blank_office  # noqa: F401 (fixture)
from tests.workflow.office import NOW, Office

UNIT = f"{COMMUNE[0]}@{COMMUNE[1]}"
A_YEAR_ON = NOW + timedelta(days=365)
DAY = date(2025, 11, 30)


@pytest.fixture
def office(blank_office, tmp_path):  # noqa: F811
    shutil.copytree(blank_office.place, tmp_path / "o")
    made = Office(tmp_path / "o")
    yield made
    made.close()


def _bring(office, *rows, listed=DAY, name="2"):
    reading = file(sheet(rows, listed=listed), name=name)
    placed = Register(office.store).place(reading)
    return office.store.write_import(reading, placed, actor="thử", now=A_YEAR_ON).batch


def _reports(office, number, listed):
    row = SourceRow("Trang 1", 1, {"A": "ô"}, "ready", Record({}, {}), unit_facts=({"item": ITEM, "value": number},))
    said = SheetReading("Trang 1", "read", "t", "commune_return", listed, "2025", *COMMUNE, (), (row,))
    office.store.write_import(file(said, name=f"bao-cao-{listed}"), {}, actor="thử", now=A_YEAR_ON)


def test_the_share_is_of_what_the_commune_reports_else_of_last_years_number_else_open(office):
    store = office.store  # three children since November 2024
    first = {"known": 3, "expected": None, "source": "", "of": ""}
    assert coverage(store, date(2024, 11, 30)) == {UNIT: first}
    _bring(
        office,
        record("Vì Văn Mới", mother="Lò Thị Bốn"),
        record("Lò Thị Lớn", born=date(2008, 1, 1), mother="Lò Thị Năm"),
    )
    _reports(office, 9, date(2024, 6, 30))  # older than a year
    last_year = {"known": 4, "expected": 3, "source": "last_year", "of": "2024-11-30"}  # who is 17 is not counted
    assert coverage(store, DAY) == {UNIT: last_year}
    _reports(office, 8, date(2025, 6, 30))
    assert coverage(store, DAY) == {UNIT: {"known": 4, "expected": 8, "source": "return", "of": "2025-06-30"}}


def test_the_first_page_tells_it_and_counts_no_child_of_a_batch_that_was_undone(office, monkeypatch):
    store = office.store
    wrong = _bring(office, record("Vì Văn Nhầm", mother="Lò Thị Bốn"), name="nham")
    assert standing(store)[0].children == 4
    store.undo(wrong, actor="x", now=A_YEAR_ON)
    assert standing(store)[0].children == 3
    _reports(office, 8, date(2024, 10, 30))
    monkeypatch.setattr(tasks, "now", lambda: A_YEAR_ON)
    monkeypatch.setattr(tasks, "today", A_YEAR_ON.date)
    pages = Pages(store, now=A_YEAR_ON)
    pages.alone().get("/")
    shown = pages.alone().get("/").text
    assert "<b>38 %</b>" in shown and "3/8; xã báo 30/10/2024" in shown and "ngày 30/11/2024" in shown
