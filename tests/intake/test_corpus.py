"""Every workbook of the corpus is read exactly as written beside it."""

import csv

import pytest

from childdb.intake import read_file
from childdb.intake.records_file import lines
from tests.workbooks.case import COLUMNS, TODAY
from tests.workbooks.make import CASES, FOLDER


def _expected(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _told(reading):
    """Issues as (sheet, row, field, code)."""
    for issue in reading.issues:
        yield "", "", issue.field or "", issue.code
    for sheet in reading.sheets:
        for issue in sheet.issues:
            yield sheet.name.partition(" (bảng")[0], "", issue.field or "", issue.code
        for row in sheet.rows:
            for issue in row.issues:
                yield row.sheet, str(row.number), issue.field or "", issue.code


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_the_workbook_is_read_exactly(case):
    reading = read_file(FOLDER / case.file, today=TODAY, **case.options)
    found = [{c: line.get(c, "") for c in COLUMNS} for line in lines(reading, {})]
    assert found == _expected(FOLDER / f"{case.file}.records.csv")
    told = [tuple(row.values()) for row in _expected(FOLDER / f"{case.file}.issues.csv")]
    assert sorted(_told(reading)) == sorted(told)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_every_row_of_a_read_sheet_appears_once(case):
    reading = read_file(FOLDER / case.file, today=TODAY, **case.options)
    places = [(row.sheet, row.number) for sheet in reading.sheets for row in sheet.rows]
    assert len(places) == len(set(places))
    for sheet in reading.sheets:
        assert all((row.skipped is None) != (row.status is None) for row in sheet.rows)
