"""An .ods by its own content.xml: values, repeated cells, errors, hidden rows, strikes and fonts."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

from childdb.intake.grid import Book, Cell, Grid, Limits
from childdb.intake.legacy_fonts import encoding_of_font
from childdb.intake.preflight import Refused, check_extent, unpack

_NS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TABLE, _OFFICE, _TEXT, _STYLE = (_NS % name for name in ("table", "office", "text", "style"))
_MONTH_SHOWN = re.compile(r"^(?:\D*\d{1,2}|[A-Za-z]{3,9})\s*[/.\- ]\s*\d{4}$|^[A-Za-z]{3}[- ]\d{2}$")
_EXTENSION = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"


def read(path: Path, limits: Limits) -> Book:
    from defusedxml.ElementTree import fromstring

    with zipfile.ZipFile(path) as archive:
        try:
            root = fromstring(unpack(archive, "content.xml", limits))
            named = fromstring(unpack(archive, "styles.xml", limits)) if "styles.xml" in archive.NameToInfo else None
        except Refused:
            raise
        except Exception as fault:  # broken XML, or a forbidden declaration
            raise Refused("file_unreadable") from fault
    styles = _styles(named) if named is not None else {}
    styles.update(_styles(root))
    grids = [_grid(table, styles, limits) for table in root.iter(_TABLE + "table")]
    if len(grids) > limits.sheets:
        raise Refused("file_too_large", what=f"{len(grids)} trang tính")
    return Book("ods", grids)


def _styles(root: Any) -> dict[str, dict[str, str]]:
    """Per style name what it says of strike, font and visibility."""
    found: dict[str, dict[str, str]] = {}
    for style in root.iter(_STYLE + "style"):
        entry = {}
        for properties in style:
            for key, value in properties.attrib.items():
                local = key.rsplit("}", 1)[-1]
                if local in ("text-line-through-style", "font-name", "font-family", "display"):
                    entry[local] = value
        found[style.get(_STYLE + "name", "")] = entry
    return found


def _grid(table: Any, styles: dict[str, dict[str, str]], limits: Limits) -> Grid:
    shown = styles.get(table.get(_TABLE + "style-name", ""), {}).get("display", "true") != "false"
    grid = Grid(table.get(_TABLE + "name", ""), [], shown)
    default_styles = _column_styles(table)
    pending = 0  # blank rows repeated to the sheet's end are dropped
    width = 0
    for element in _rows(table):
        repeat = int(element.get(_TABLE + "number-rows-repeated", "1"))
        row = _row(element, len(grid.rows) + pending, grid, styles, default_styles)
        if not row:
            pending += repeat
            continue
        width = max(width, len(row))
        check_extent((len(grid.rows) + pending + repeat) * width, limits, grid.name)
        grid.rows.extend([] for _ in range(pending))
        pending = 0
        hidden = element.get(_TABLE + "visibility", "visible") in ("collapse", "filter")
        for _ in range(repeat):
            if hidden:
                grid.hidden_rows.add(len(grid.rows))
            grid.rows.append(list(row))
    return grid


def _rows(table: Any) -> Any:
    for child in table:
        if child.tag == _TABLE + "table-row":
            yield child
        elif child.tag in (_TABLE + "table-header-rows", _TABLE + "table-row-group", _TABLE + "table-rows"):
            yield from _rows(child)


def _column_styles(table: Any) -> list[str]:
    names: list[str] = []
    for column in table.iter(_TABLE + "table-column"):
        repeat = min(int(column.get(_TABLE + "number-columns-repeated", "1")), 1024)
        names.extend([column.get(_TABLE + "default-cell-style-name", "")] * repeat)
    return names


def _row(element: Any, r: int, grid: Grid, styles: dict[str, dict[str, str]], default_styles: list[str]) -> list[Cell]:
    row: list[Cell] = []
    blanks = 0
    for cell in element:
        if cell.tag not in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            continue
        repeat = int(cell.get(_TABLE + "number-columns-repeated", "1"))
        at = len(row) + blanks
        value, fault = _value(cell)
        precision, padded = _precision(cell, value)
        _note_merge(cell, r, at, grid)
        if value is None and fault is None:
            blanks += repeat
            continue
        if repeat > 16384:
            repeat = 1
        row.extend([None] * blanks)
        blanks = 0
        fallback = default_styles[at] if at < len(default_styles) else ""
        style = styles.get(cell.get(_TABLE + "style-name", "") or fallback, {})
        for column in range(at, at + repeat):
            row.append(value)
            if fault == "never":
                grid.uncalculated.add((r, column))
            elif fault:
                grid.errors[r, column] = fault
            if style.get("text-line-through-style", "none") != "none":
                grid.struck.add((r, column))
            if precision:
                grid.open_dates[r, column] = precision
            if padded:
                grid.padded[r, column] = padded
            encoding = encoding_of_font(style.get("font-name", "") or style.get("font-family", "").strip("'"))
            if encoding and isinstance(value, str):
                grid.fonts[r, column] = encoding
    return row


def _note_merge(cell: Any, r: int, c: int, grid: Grid) -> None:
    down = int(cell.get(_TABLE + "number-rows-spanned", "1"))
    across = int(cell.get(_TABLE + "number-columns-spanned", "1"))
    if down > 1 or across > 1:
        grid.merges.append((r, c, r + down - 1, c + across - 1))


def _value(cell: Any) -> tuple[Cell, str | None]:
    """The value of a cell, and the error or "never" where a formula has none."""
    kind = cell.get(_OFFICE + "value-type")
    text = "\n".join(_paragraph(p) for p in cell.findall(_TEXT + "p"))
    formula = cell.get(_TABLE + "formula")
    if cell.get(_EXTENSION + "value-type") == "error" or (formula and text.startswith(("#", "Err:"))):
        return None, text.strip() or "#VALUE!"
    if kind is None:
        return (None, "never") if formula and not text.strip() else (text if text.strip() else None, None)
    if kind in ("float", "currency", "percentage"):
        return float(cell.get(_OFFICE + "value", "nan")), None
    if kind == "date":
        given = cell.get(_OFFICE + "date-value", "")
        try:
            return date.fromisoformat(given[:10]), None
        except ValueError:
            return given or None, None
    if kind == "boolean":
        return cell.get(_OFFICE + "boolean-value") == "true", None
    return (text if text.strip() else None), None


def _precision(cell: Any, value: Cell) -> tuple[str | None, int | None]:
    """What the shown text tells of the number format: a date without its day, a number filled up with zeros."""
    if not isinstance(value, date | float):
        return None, None
    text = "".join(_paragraph(p) for p in cell.findall(_TEXT + "p")).strip()
    if isinstance(value, date):
        short = "year" if re.fullmatch(r"\d{4}", text) else "month" if _MONTH_SHOWN.match(text) else None
        return short, None
    return None, len(text) if re.fullmatch(r"0\d{8,}", text) else None


def _paragraph(element: Any) -> str:
    """A paragraph's text; <text:s/> stands for blanks, notes are left out."""
    parts = [element.text or ""]
    for child in element:
        if child.tag == _TEXT + "s":
            parts.append(" " * int(child.get(_TEXT + "c", "1")))
        elif child.tag == _TEXT + "line-break":
            parts.append("\n")
        elif not child.tag.endswith("annotation"):
            parts.append(_paragraph(child))
        parts.append(child.tail or "")
    return "".join(parts)
