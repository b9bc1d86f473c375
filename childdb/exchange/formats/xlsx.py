"""A workbook that people can open: children, indicators; headings as in the national form."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import python_calamine
import xlsxwriter

from childdb.exchange.bundle import INDICATOR_COLUMNS, Bundle, LeftOut, PlainRow, figure_cell
from childdb.exchange.profile import Field, profile

SUFFIX = ".xlsx"
WHOLE = True
FILE = "records.xlsx"
_YES, _NO = "Có", "Không"


def write(bundle: Bundle, folder: Path) -> list[Path]:
    path = folder / FILE
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "in_memory": False,
        "tmpdir": str(folder),  # the rows on their way bear names: nowhere else
    }
    with xlsxwriter.Workbook(path, options) as book:
        # a fixed creation date: the same content must give the same bytes
        book.set_properties({"created": datetime.datetime(2000, 1, 1), "title": bundle.profile.title["vi"]})  # noqa: DTZ001
        head = book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "vcenter",
                "align": "center",
                "bg_color": "#DDE6EE",
                "border": 1,
            }
        )
        cell = book.add_format({"border": 1, "num_format": "@", "valign": "top", "text_wrap": True})
        _sheet(book, "Trẻ em", [f.heading for f in bundle.profile.fields], head, cell,
               [[_shown(f, row.get(f.key)) for f in bundle.profile.fields] for row in bundle.records])  # fmt: skip
        _sheet(book, "Chỉ tiêu", list(INDICATOR_COLUMNS), head, cell,
               [[_text(row.get(k)) for k in INDICATOR_COLUMNS] for row in bundle.indicators])  # fmt: skip
    return [path]


def _sheet(book: Any, name: str, headings: list[str], head: Any, cell: Any, rows: list[list[str]]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3: thirty columns do not fit a smaller page
    sheet.fit_to_pages(1 if len(headings) < 20 else 2, 0)
    sheet.set_margins(0.4, 0.4, 0.5, 0.5)
    sheet.set_footer("&C&P / &N")
    sheet.repeat_rows(0)
    for column, heading in enumerate(headings):
        widest = max([len(heading) * 0.8, *(len(row[column]) for row in rows[:500])])
        sheet.set_column(column, column, min(max(9, widest + 2), 36))
    sheet.set_row(0, 34)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, head)
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            sheet.write_string(number, column, text, cell)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(headings) - 1)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _shown(field: Field, value: Any) -> str:
    if value is None:
        return ""
    if field.kind == "bool":
        return _YES if value else _NO
    if field.kind == "codes":
        return "; ".join(value)
    return str(value)


def read(folder: Path) -> Bundle:
    book = python_calamine.CalamineWorkbook.from_path(str(folder / FILE))
    fields = profile().fields
    records = []
    for row in book.get_sheet_by_name("Trẻ em").to_python(skip_empty_area=False)[1:]:
        records.append({f.key: _read(f, str(v)) for f, v in zip(fields, row, strict=False)})
    indicators: list[PlainRow] = []
    for row in book.get_sheet_by_name("Chỉ tiêu").to_python(skip_empty_area=False)[1:]:
        indicators.append({k: figure_cell(k, str(v)) for k, v in zip(INDICATOR_COLUMNS, row, strict=False)})
    return Bundle(profile(), tuple(records), tuple(indicators))


def _read(field: Field, text: str) -> Any:
    if field.kind == "codes":
        return text.split("; ") if text else []
    if text == "":
        return None
    if field.kind == "bool":
        return text == _YES
    return text


def left_out(bundle: Bundle) -> list[LeftOut]:
    return []
