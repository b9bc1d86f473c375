"""The sample workbooks: every planted fault is found, and no row is held that has none."""

import csv
from datetime import date
from pathlib import Path

import pytest

from childdb.intake import read_file

ROUND = Path(__file__).parents[2] / "sample_data" / "workbooks" / "2024-06"
LISTED = sorted(path for path in ROUND.glob("*.xlsx") if path.with_name(f"{path.stem}.issues.csv").exists())
MATCHING = {"row_twice"}  # found by the matching, not by the reading


def test_there_are_sample_workbooks_with_faults():
    assert len(LISTED) >= 5


@pytest.mark.parametrize("path", LISTED, ids=lambda path: path.stem)
def test_every_planted_fault_is_found_and_no_other_row_is_held(path):
    reading = read_file(path, today=date(2026, 11, 24))
    with path.with_name(f"{path.stem}.issues.csv").open(encoding="utf-8", newline="") as stream:
        planted = {(int(row["row"]), row["code"]) for row in csv.DictReader(stream)}
    rows = [row for sheet in reading.sheets for row in sheet.rows if row.skipped is None]
    found = {(row.number, issue.code) for row in rows for issue in row.issues}
    assert {fault for fault in planted if fault[1] not in MATCHING} <= found
    assert {row.number for row in rows if row.status == "held_back"} <= {number for number, _ in planted}
    assert all(sheet.status == "read" for sheet in reading.sheets)
