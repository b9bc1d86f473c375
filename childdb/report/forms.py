"""The short form by which an agency or a commune writes its part: an Excel sheet that the ordinary import reads.

It is a commune's return (template commune_return) whose items begin with CONTRIBUTION: a line for each question, a code that
says whose it is, room for words, a cell for a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

FONT = "Times New Roman"
_HEADINGS = ("STT", "Mã chỉ tiêu", "Chỉ tiêu", "Số liệu", "Thuyết minh")
_WIDTHS = (6, 26, 52, 14, 70)


@dataclass(frozen=True)
class Asked:
    """One line of a form: its code, what it asks, and whether a number is wanted (else words)."""

    item: str
    asks: str
    number: bool


def write_form(
    path: Path, sender: str, seat: str, on: date, period: str, lines: Sequence[Asked], deadline: date
) -> None:
    """Write the form of SENDER, whose seat is the commune SEAT, to PATH (.xlsx); the same form gives the same bytes."""
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": datetime(2024, 1, 1)})  # noqa: DTZ001 - no clock in the bytes
        plain = {"font_name": FONT, "font_size": 12, "valign": "top"}
        box = {**plain, "border": 1, "text_wrap": True}
        title = book.add_format({**plain, "bold": True, "font_size": 14})
        head = book.add_format({**box, "bold": True, "align": "center", "bg_color": "#DDEBF7"})
        fixed, words = book.add_format({**box, "bg_color": "#F2F2F2"}), book.add_format({**box, "locked": False})
        number = book.add_format({**box, "locked": False, "num_format": "#,##0.##"})
        page = book.add_worksheet("Biểu báo cáo")
        page.write_string(0, 0, f"BIỂU BÁO CÁO THỰC HIỆN CHỈ THỊ 28-CT/TW {period.upper()}", title)
        page.write_string(1, 0, f"Phần của: {sender}", book.add_format({**plain, "bold": True}))
        page.write_string(2, 0, f"Xã: {seat}", book.add_format(plain))
        page.write_string(3, 0, f"Tính đến ngày {on:%d/%m/%Y}", book.add_format(plain))
        page.write_string(4, 0, f"Gửi về trước ngày {deadline:%d.%m.%Y}. Không ghi họ tên trẻ em vào biểu này. Chỉ điền các ô trắng.",
                          book.add_format({**plain, "italic": True}))  # fmt: skip
        for column, (heading, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True)):
            page.set_column(column, column, width)
            page.write_string(6, column, heading, head)
        for place, line in enumerate(lines, 1):
            row = 6 + place
            page.set_row(row, 22 if line.number else 66)
            page.write_number(row, 0, place, fixed)
            page.write_string(row, 1, line.item, fixed)
            page.write_string(row, 2, line.asks, fixed)
            page.write_blank(row, 3, None, number if line.number else fixed)
            page.write_blank(row, 4, None, words)
        page.data_validation(7, 4, 6 + len(lines), 4, {"validate": "any", "input_title": "Viết ngắn gọn",
                             "input_message": "Nội dung được đưa nguyên văn vào báo cáo, ghi rõ là của cơ quan mình."})  # fmt: skip
        page.protect("", {"format_rows": True, "format_columns": True})
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(6)
        page.freeze_panes(7, 0)
