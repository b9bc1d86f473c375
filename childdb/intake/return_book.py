"""The workbook that goes back: the sender's own, opened so that nothing in it runs, or a new one with the same cells.

A new one keeps what the rows are read by: values with their types, merged cells, hidden and struck-through rows, error cells.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from childdb.intake.grid import Book, Cell, Grid, Limits, column_of, letter, shown
from childdb.intake.outcomes import OWN_SHEETS
from childdb.intake.preflight import Refused
from childdb.intake.workbook import open_book
from schemas.records import FileReading, SourceRow

KEPT = (".xlsx", ".xlsm")
_ZIPPED = ("xlsx", "xlsm")
_RUNS = re.compile(r"\||webservice|hyperlink|dde|exec|call\(|\[", re.I)
_MOST_MERGED = 100_000  # cells; openpyxl makes an object of each
_WIDEST = 45


def open_own(path: Path, source: Book | None) -> Any:
    """The sender's workbook, or None where it is of another kind or openpyxl cannot take it."""
    import openpyxl

    if source is None or source.kind not in _ZIPPED or path.suffix.lower() not in KEPT:
        return None
    if sum(_area(merge) for grid in source.sheets for merge in grid.merges) > _MOST_MERGED:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # parts that openpyxl does not keep; the sender's file stays as it is
            macros = path.suffix.lower() == ".xlsm"
            book = openpyxl.load_workbook(path, keep_vba=macros, rich_text=True, keep_links=False)
        _neutralise(book, {grid.name: grid for grid in source.sheets})
    except Exception:  # a file that the fast reader takes and openpyxl does not
        return None
    return book


def source_of(path: Path, limits: Limits) -> Book | None:
    """What stands in PATH; None where it cannot be read."""
    try:
        return open_book(path, limits)
    except Refused:
        return None


def _area(merge: tuple[int, int, int, int]) -> int:
    top, left, bottom, right = merge
    return (bottom - top + 1) * (right - left + 1)


# -- the sender's own -----------------------------------------------------------------------------------------------


def _neutralise(book: Any, grids: Mapping[str, Grid]) -> None:
    """Formulas that reach outside the workbook become what they last gave: none shall run where this file is opened."""
    for page in book.worksheets:
        grid = grids.get(page.title)
        for cell in formulas(page):
            if _RUNS.search(_formula_text(cell)):
                put_read(cell, grid.at(cell.row - 1, cell.column - 1) if grid else None)
        rules = page.data_validations.dataValidation
        page.data_validations.dataValidation = [r for r in rules if "[" not in f"{r.formula1}{r.formula2}"]
        for name in [n for n, defined in page.defined_names.items() if _RUNS.search(str(defined.value))]:
            del page.defined_names[name]
    for name in [n for n, defined in book.defined_names.items() if _RUNS.search(str(defined.value))]:
        del book.defined_names[name]


def formulas(page: Any) -> Iterator[Any]:
    """The cells of a page that hold formulas."""
    for row in page.iter_rows():
        for cell in row:
            if getattr(cell, "data_type", "") == "f":
                yield cell


def _formula_text(cell: Any) -> str:
    """A cell's formula, of an array or a table of data too."""
    return str(getattr(cell.value, "text", None) or cell.value)


def put_read(cell: Any, value: Cell) -> None:
    """What was read of a formula in its place; where it was never calculated, the formula as text."""
    if value is None:
        put_text(cell, _formula_text(cell))
    elif isinstance(value, str):
        put_text(cell, value)
    else:
        cell.value = value


def put_text(cell: Any, text: str) -> None:
    """Text that stays text: a leading = is no formula."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:32767]
    cell.data_type = "s"
    if text[:1] in "=+-@\t\r":
        cell.quotePrefix = True


# -- a new one ------------------------------------------------------------------------------------------------------


def copy_of(source: Book | None, reading: FileReading) -> Any:
    """A new workbook with the cells of the sheets that have rows."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book["Sheet"])
    grids = {grid.name: grid for grid in source.sheets} if source else {}
    rows: dict[str, list[SourceRow]] = {}
    for sheet in reading.sheets:
        for row in sheet.rows:
            rows.setdefault(row.sheet, []).append(row)
    for name, of_sheet in rows.items():
        if name not in OWN_SHEETS:
            _copy_sheet(book.create_sheet(_allowed(name)), of_sheet, grids.get(name))
    return book


def _allowed(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", name)[:31]


def _copy_sheet(page: Any, rows: list[SourceRow], grid: Grid | None) -> None:
    from openpyxl.styles import Alignment, Border, Font, Side

    thin = Side(style="thin", color="FF999999")
    border = Border(left=thin, right=thin, top=thin, bottom=thin)
    plain = Font(name="Times New Roman", size=11)
    struck, bold = Font(name="Times New Roman", size=11, strike=True), Font(name="Times New Roman", size=11, bold=True)
    widths: dict[int, int] = {}
    for row in rows:
        heading = row.skipped == "heading"
        page.row_dimensions[row.number].hidden = row.skipped == "hidden"
        for name, text in row.cells.items():
            column = column_of(name)
            cell = page.cell(row.number, column + 1)
            place = (row.number - 1, column)
            _put(cell, text, grid, place)
            cell.font = (
                struck if grid and place in grid.struck else bold if heading or row.skipped == "title" else plain
            )
            if heading:
                cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            if heading or row.skipped is None:
                cell.border = border
            if row.skipped is None:
                widths[column] = max(widths.get(column, 0), len(text))
    for r, c in grid.uncalculated if grid else ():
        _put_error(page.cell(r + 1, c + 1), "#N/A")  # a blank would be read as nothing said
    for column, width in widths.items():
        page.column_dimensions[letter(column)].width = min(max(width + 2, 6), _WIDEST)
    for top, left, bottom, right in grid.merges if grid else ():
        if _area((top, left, bottom, right)) <= _MOST_MERGED:
            page.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)


def _put_error(cell: Any, error: str) -> None:
    cell.value, cell.data_type = error, "e"


def _put(cell: Any, text: str, grid: Grid | None, place: tuple[int, int]) -> None:
    """One cell: TEXT as it was read (its old font decoded), or the typed value that stood there."""
    if grid is None:
        put_text(cell, text)
        return
    if place in grid.errors:
        _put_error(cell, grid.errors[place])
        return
    value = grid.at(*place)
    if isinstance(value, datetime | date) and (not isinstance(value, datetime) or shown(value) == shown(value.date())):
        cell.value = value
        cell.number_format = {"month": "mm/yyyy", "year": "yyyy"}.get(grid.open_dates.get(place, ""), "dd/mm/yyyy")
    elif isinstance(value, int | float) and shown(value) == text:
        cell.value = value
        if not isinstance(value, bool):
            cell.number_format = (
                "0" * grid.padded[place] if place in grid.padded else "0" if abs(value) >= 1e9 else "General"
            )
    else:
        put_text(cell, text)


__all__ = ["KEPT", "copy_of", "formulas", "open_own", "put_read", "put_text", "source_of"]
