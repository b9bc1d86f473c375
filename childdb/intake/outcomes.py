"""What became of a row, as the caller tells it to the writers of return workbooks and of --records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from schemas.issues import Issue
from schemas.records import FileReading, SheetReading, SourceRow

FAULTS_SHEET, LISTS_SHEET, MEMORY_SHEET = "childdb - lỗi cần sửa", "childdb - danh mục", "childdb - ô đã tô"
FORM_LISTS_SHEET = "childdb - danh mục mẫu"
OWN_SHEETS = (FAULTS_SHEET, LISTS_SHEET, MEMORY_SHEET, FORM_LISTS_SHEET)  # what we add to workbooks, and never read
RowKey = tuple[str, int]  # the reading's sheet name and the row's number


@dataclass(frozen=True)
class RowOutcome:
    """new, changed, unchanged or held_back; issues that came up after the reading (matching); what a changed row says
    otherwise (table.column)."""

    status: str
    issues: tuple[Issue, ...] = ()
    changes: tuple[str, ...] = ()


Outcomes = Mapping[RowKey, RowOutcome]


def outcome_of(outcomes: Outcomes, sheet: SheetReading, row: SourceRow) -> RowOutcome:
    """The outcome of a row of data; where the caller tells none, what the reading alone says."""
    found = outcomes.get((sheet.name, row.number))
    return found or RowOutcome("held_back" if row.status == "held_back" else "new")


def has_faults(reading: FileReading, outcomes: Outcomes) -> bool:
    """Whether anything of the file is to be told to its sender."""
    if reading.issues or any(sheet.issues for sheet in reading.sheets):
        return True
    return any(
        row.issues or outcome_of(outcomes, s, row).issues
        for s in reading.sheets
        for row in s.rows
        if not row.skipped or row.issues
    )


def faulty_alone(reading: FileReading, outcomes: Outcomes) -> FileReading:
    """The reading with the rows above its tables and those with something to be put right; its file counts as not kept."""
    sheets = tuple(
        replace(sheet, rows=tuple(r for r in sheet.rows if r.skipped in ("title", "heading") or r.issues
                                  or outcome_of(outcomes, sheet, r).issues))
        for sheet in reading.sheets
    )  # fmt: skip
    return replace(reading, sheets=sheets, status="refused")
