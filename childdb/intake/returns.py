"""The return workbook: the sender's own file with each faulty cell coloured and noted, and a first sheet of all faults.

What the commune corrects in it and sends back is read by the ordinary way; a hidden column bears each row's token.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from childdb.intake.grid import Book, Grid, Limits, column_of, letter
from childdb.intake.outcomes import Outcomes, outcome_of
from childdb.intake.return_book import KEPT, copy_of, formulas, open_own, put_read, source_of
from childdb.intake.return_faults import Fault, write_faults
from childdb.intake.return_marks import Lists, Marks
from childdb.intake.template import Column, templates
from schemas.codes import communes_on
from schemas.issues import Issue
from schemas.records import FileReading, SheetReading

_TOKEN_HEADING = "childdb:ma-dong"  # noqa: S105 - the heading of a hidden column, no secret
_LAST_COLUMN = 16384
_KEPT_FORMULAS = ("total", "note", "signature", "blank")  # rows of which nothing is read


def write_return(
    path_in: Path, reading: FileReading, outcomes: Outcomes, path_out: Path, limits: Limits | None = None
) -> Path:
    """Write the return workbook of PATH_IN to PATH_OUT and give its path.

    .xlsx and .xlsm keep their layout and fonts; senders of other formats get a new .xlsx with the same cells.
    """
    source = source_of(path_in, limits or Limits())
    own = open_own(path_in, source) if reading.status == "read" else None
    suffix = path_in.suffix.lower()
    target = path_out.with_suffix(suffix if own is not None and suffix in KEPT else ".xlsx")
    book = own if own is not None else copy_of(source, reading)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        _fill(book, source, reading, outcomes)
        book.save(target)
    except (KeyError, ValueError, TypeError, AttributeError):
        if own is None:
            raise
        target = path_out.with_suffix(".xlsx")  # openpyxl took the sender's file and cannot write it: a new one
        book = copy_of(source, reading)
        _fill(book, source, reading, outcomes)
        book.save(target)
    return target


def _fill(book: Any, source: Book | None, reading: FileReading, outcomes: Outcomes) -> None:
    grids = {grid.name: grid for grid in source.sheets} if source else {}
    days = [sheet.list_date for sheet in reading.sheets if sheet.list_date]
    marks, lists = Marks(book), Lists(book, tuple(u.name for u in communes_on(max(days))) if days else ())
    marks.unmark()
    faults = [Fault(None, None, "", issue) for issue in reading.issues]
    tokens: dict[str, int] = {}
    for sheet in reading.sheets:
        faults += [Fault(sheet, None, issue.column or "", issue) for issue in sheet.issues]
        name = sheet.rows[0].sheet if sheet.rows else sheet.name
        if sheet.status == "read" and name in book.sheetnames:
            page = book[name]
            if name not in tokens:
                tokens[name] = _token_column(page, [s for s in reading.sheets if s.rows and s.rows[0].sheet == name])
            _settle_formulas(page, sheet, grids.get(name))
            faults += _mark_sheet(page, sheet, outcomes, marks, lists, tokens[name])
    marks.remember()
    write_faults(book, reading, faults, outcomes)


def _mark_sheet(
    page: Any, sheet: SheetReading, outcomes: Outcomes, marks: Marks, lists: Lists, token_column: int
) -> list[Fault]:
    columns = _columns(sheet)
    faults: list[Fault] = []
    for row in sheet.rows:
        if row.skipped is not None:
            faults += [Fault(sheet, row, _first_column(sheet), issue) for issue in row.issues]
            continue
        if row.token and token_column:
            page.cell(row.number, token_column, row.token)
        by_cell: dict[str, list[Issue]] = {}
        for issue in (*row.issues, *outcome_of(outcomes, sheet, row).issues):
            column = place_of_issue(sheet, issue)
            faults.append(Fault(sheet, row, column, issue))
            by_cell.setdefault(column, []).append(issue)
        for column, found in by_cell.items():
            cell = page[f"{column}{row.number}"]
            marks.mark(cell, found)
            if column in columns and any(re.search("unknown|missing|ambiguous", i.code) for i in found):
                lists.offer(page, cell.coordinate, columns[column].reader)
    return faults


def _columns(sheet: SheetReading) -> dict[str, Column]:
    """The template's columns by letter."""
    template = templates()[sheet.template or ""]
    by_field = {c.field: c for c in template.columns.values()}
    return {c.letter: by_field[c.field] for c in sheet.columns if c.field in by_field}


def place_of_issue(sheet: SheetReading, issue: Issue) -> str:
    """The column letter of an issue: its own, else its field's, else the name's, else the first."""
    if issue.column and re.fullmatch(r"[A-Z]{1,3}", issue.column):
        return issue.column
    wanted = {"ethnicity_code": "ethnicity", "height_cm": "length_cm", "doses": "given_on"}
    name = wanted.get(issue.field or "", issue.field or "full_name")
    for field in (name, "full_name"):
        for column in sheet.columns:
            if column.field and column.field.partition(".")[2].partition("[")[0] == field:
                return column.letter
    return _first_column(sheet)


def _first_column(sheet: SheetReading) -> str:
    return sheet.columns[0].letter if sheet.columns else "A"


def _token_column(page: Any, sheets: list[SheetReading]) -> int:
    """The hidden column of row tokens: the one that is there, else a new one behind the last; 0 where there is no room."""
    told = [c for sheet in sheets for c in sheet.columns if c.field == "row.token"]
    if told:
        return column_of(told[0].letter) + 1
    rows = [row for sheet in sheets for row in sheet.rows]
    taken = {column_of(c) + 1 for row in rows for c in row.cells}
    taken |= {column_of(c.letter) + 1 for sheet in sheets for c in sheet.columns}
    taken |= {area.max_col for area in page.merged_cells.ranges if area.max_col < _LAST_COLUMN}
    column = max(taken, default=0) + 1
    headings = [row.number for sheet in sheets for row in sheet.rows if row.skipped == "heading"]
    if column > _LAST_COLUMN or not headings:
        return 0
    first = sheets[0]
    page.cell(
        max((r.number for r in first.rows if r.skipped == "heading"), default=headings[0]), column, _TOKEN_HEADING
    )
    page.column_dimensions[letter(column - 1)].hidden = True
    return column


def _settle_formulas(page: Any, sheet: SheetReading, grid: Grid | None) -> None:
    """Formulas in rows that are read become the values that were read: saving drops stored results."""
    if grid is None:
        return
    read = {row.number for row in sheet.rows if row.skipped not in _KEPT_FORMULAS}
    for cell in formulas(page):
        value = grid.at(cell.row - 1, cell.column - 1)
        if cell.row in read and value is not None and (cell.row - 1, cell.column - 1) not in grid.errors:
            put_read(cell, value)


__all__ = ["place_of_issue", "write_return"]
