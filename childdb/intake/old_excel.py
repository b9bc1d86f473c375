""".xls through xlrd, which alone shows fonts, strikes, error cells and hidden rows of that format."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

from childdb.intake.evidence import date_precision
from childdb.intake.grid import Book, Cell, Grid, Limits
from childdb.intake.legacy_fonts import encoding_of_font
from childdb.intake.preflight import Refused, check_extent


def read(path: Path, limits: Limits) -> Book:
    import xlrd

    try:
        book = xlrd.open_workbook(str(path), formatting_info=True, ragged_rows=True, logfile=io.StringIO())
    except Exception as fault:  # xlrd lets the errors of a damaged file through as they come
        if "encrypted" in str(fault).lower():
            raise Refused("file_password") from None
        raise Refused("file_unreadable") from fault
    grids = []
    try:
        for sheet in book.sheets():
            check_extent(sheet.nrows * max(sheet.ncols, 1), limits, sheet.name)
            grids.append(_grid(book, sheet))
    except Refused:
        raise
    except Exception as fault:
        raise Refused("file_unreadable") from fault
    return Book("xls", grids)


def _grid(book: Any, sheet: Any) -> Grid:
    import xlrd

    grid = Grid(sheet.name, [], visible=sheet.visibility == 0, date_1904=bool(book.datemode))
    errors = xlrd.error_text_from_code
    for r in range(sheet.nrows):
        row: list[Cell] = []
        for c in range(sheet.row_len(r)):
            kind, value = sheet.cell_type(r, c), sheet.cell_value(r, c)
            if kind == xlrd.XL_CELL_ERROR:
                grid.errors[r, c] = errors.get(value, "#VALUE!")
                row.append(None)
                continue
            row.append(_value(kind, value, book.datemode))
            if row[-1] is not None:
                _note_format(book, sheet, grid, r, c)
        grid.rows.append(row)
    grid.merges = [(r1, c1, r2 - 1, c2 - 1) for r1, r2, c1, c2 in sheet.merged_cells]
    grid.hidden_rows = {r for r, info in sheet.rowinfo_map.items() if info.hidden}
    grid.hidden_columns = {c for c, info in sheet.colinfo_map.items() if info.hidden}
    return grid


def _value(kind: int, value: Any, datemode: int) -> Cell:
    import xlrd

    if kind == xlrd.XL_CELL_TEXT:
        return str(value) if value.strip() else None
    if kind == xlrd.XL_CELL_NUMBER:
        return float(value)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_DATE:
        try:
            moment = xlrd.xldate_as_datetime(value, datemode)
        except (ValueError, OverflowError):
            return float(value)
        return date(moment.year, moment.month, moment.day)
    return None


def _note_format(book: Any, sheet: Any, grid: Grid, r: int, c: int) -> None:
    style = book.xf_list[sheet.cell_xf_index(r, c)]
    font = book.font_list[style.font_index]
    if font.struck_out:
        grid.struck.add((r, c))
    encoding = encoding_of_font(font.name)
    if encoding:
        grid.fonts[r, c] = encoding
    code = book.format_map[style.format_key].format_str if style.format_key in book.format_map else ""
    if isinstance(grid.rows[r][c] if r < len(grid.rows) else None, str):
        return
    if code.strip("0") == "" and len(code) >= 9:
        grid.padded[r, c] = len(code)
    precision = date_precision(code)
    if precision:
        grid.open_dates[r, c] = precision
