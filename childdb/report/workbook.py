"""The workbook of all targets by commune and year, ready to print: A4 across, headings repeated, one page wide."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

FONT = "Times New Roman"
_MARKS = ("…", "?", "–")  # what stands in the place of a number
Cell = str | int | Decimal | None


@dataclass(frozen=True)
class Sheet:
    """A page of the workbook: its name, title lines, headings, rows, and the widths of its columns in letters."""

    name: str
    titles: Sequence[str]
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[float]
    frozen: int = 1
    """Columns that stay in sight and are printed on every page."""


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The workbook (.xlsx) of SHEETS; numbers are numbers, text is never a formula, the same sheets give the same bytes."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    ) as book:
        book.set_properties({"created": datetime(2024, 1, 1)})  # noqa: DTZ001 - no clock in the bytes
        plain = {"font_name": FONT, "font_size": 10, "border": 1, "valign": "vcenter", "text_wrap": True}
        title = book.add_format({"font_name": FONT, "font_size": 13, "bold": True})
        note = book.add_format({"font_name": FONT, "font_size": 10, "italic": True})
        long = book.add_format({"font_name": FONT, "font_size": 10, "italic": True, "text_wrap": True, "valign": "top"})
        head = book.add_format({**plain, "bold": True, "align": "center", "bg_color": "#DDEBF7"})
        words, number = (
            book.add_format(plain),
            book.add_format({**plain, "num_format": "#,##0.##;-#,##0.##;0", "align": "right"}),
        )
        whole = book.add_format({**plain, "num_format": "#,##0", "align": "right"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name[:31])
            page.set_landscape()
            page.set_paper(9)
            page.set_margins(left=0.6, right=0.4, top=0.7, bottom=0.6)
            page.fit_to_pages(1, 0)
            page.set_footer("&C&P/&N")
            first = len(sheet.titles) + 1
            page.repeat_rows(first)
            page.repeat_columns(0, sheet.frozen - 1)
            page.freeze_panes(first + 1, sheet.frozen)
            for row, line in enumerate(sheet.titles):
                if row < 2:
                    page.write_string(row, 0, line, note if row else title)
                else:  # a long line must not widen the printed page
                    page.merge_range(row, 0, row, len(sheet.headings) - 1, line, long)
                    page.set_row(row, 42)
            for column, (heading, width) in enumerate(zip(sheet.headings, sheet.widths, strict=True)):
                page.set_column(column, column, width)
                page.write_string(first, column, heading, head)
            page.set_row(first, _height(sheet.headings, sheet.widths))
            for row, cells in enumerate(sheet.rows, first + 1):
                page.set_row(row, _height(cells, sheet.widths))
                for column, cell in enumerate(cells):
                    if isinstance(cell, str) or cell is None:
                        in_place_of_a_number = cell in _MARKS or str(cell).startswith("dưới ")
                        page.write_string(row, column, cell or "", number if in_place_of_a_number else words)
                    else:
                        page.write_number(row, column, float(cell), whole if cell == int(cell) else number)
            page.print_area(0, 0, first + len(sheet.rows), len(sheet.headings) - 1)
            page.autofilter(first, 0, first + len(sheet.rows), len(sheet.headings) - 1)
    return out.getvalue()


def _height(cells: Sequence[Cell], widths: Sequence[float]) -> float:
    """The height of a row in points: not every program makes room for a text that is wrapped."""
    lines = [
        -(-len(cell) // int(width * 1.3)) for cell, width in zip(cells, widths, strict=True) if isinstance(cell, str)
    ]
    return 13.5 * max([1, *lines])
