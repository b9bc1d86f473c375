"""The short form by which an agency or a commune writes its part: an Excel sheet or a Word document that the ordinary
import reads.

It is a commune's return (template commune_return) whose items begin with CONTRIBUTION: a line for each question, a code that
says whose it is, room for words, a cell for a number.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from childdb.report.word import format_run, same_bytes

FONT = "Times New Roman"
_HEADINGS = ("STT", "Mã chỉ tiêu", "Chỉ tiêu", "Số liệu", "Thuyết minh")
_WIDTHS = (6, 26, 52, 14, 70)


@dataclass(frozen=True)
class Asked:
    """One line of a form: its code, what it asks, and whether a number is wanted (else words)."""

    item: str
    asks: str
    number: bool


@dataclass(frozen=True)
class Form:
    """What one form is about: whose part, the commune of its seat, the day, the words of the period, its lines, the last day."""

    sender: str
    seat: str
    on: date
    period: str
    lines: Sequence[Asked]
    deadline: date

    def head(self) -> tuple[str, ...]:
        """The lines above the table: title, sender, commune, day, how to fill it in."""
        return (
            f"BIỂU BÁO CÁO THỰC HIỆN CHỈ THỊ 28-CT/TW {self.period.upper()}",
            f"Phần của: {self.sender}",
            f"Xã: {self.seat}",
            f"Tính đến ngày {self.on:%d/%m/%Y}",
            f"Gửi về trước ngày {self.deadline:%d.%m.%Y}. Không ghi họ tên trẻ em vào biểu này. Chỉ điền các ô trắng.",
        )


def write_form(path: Path, form: Form) -> None:
    """Write FORM to PATH (.xlsx, or .docx by its name); the same form gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".docx":
        path.write_bytes(word_form(form))
        return
    _write_excel(path, form)


def _write_excel(path: Path, form: Form) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": datetime(2024, 1, 1)})  # noqa: DTZ001 - no clock in the bytes
        plain = {"font_name": FONT, "font_size": 12, "valign": "top"}
        box = {**plain, "border": 1, "text_wrap": True}
        title = book.add_format({**plain, "bold": True, "font_size": 14})
        head = book.add_format({**box, "bold": True, "align": "center", "bg_color": "#DDEBF7"})
        fixed, words = book.add_format({**box, "bg_color": "#F2F2F2"}), book.add_format({**box, "locked": False})
        number = book.add_format({**box, "locked": False, "num_format": "#,##0.##"})
        page = book.add_worksheet("Biểu báo cáo")
        for row, (text, words_of) in enumerate(
            zip(form.head(), (title, {"bold": True}, {}, {}, {"italic": True}), strict=True)
        ):
            look = words_of if not isinstance(words_of, dict) else book.add_format({**plain, **words_of})
            page.write_string(row, 0, text, look)
        for column, (heading, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True)):
            page.set_column(column, column, width)
            page.write_string(6, column, heading, head)
        for place, line in enumerate(form.lines, 1):
            row = 6 + place
            page.set_row(row, 22 if line.number else 66)
            page.write_number(row, 0, place, fixed)
            page.write_string(row, 1, line.item, fixed)
            page.write_string(row, 2, line.asks, fixed)
            page.write_blank(row, 3, None, number if line.number else fixed)
            page.write_blank(row, 4, None, words)
        page.data_validation(7, 4, 6 + len(form.lines), 4, {"validate": "any", "input_title": "Viết ngắn gọn",
                             "input_message": "Nội dung được đưa nguyên văn vào báo cáo, ghi rõ là của cơ quan mình."})  # fmt: skip
        page.protect("", {"format_rows": True, "format_columns": True})
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(6)
        page.freeze_panes(7, 0)


_HINT = "Bấm vào đây để điền"


def word_form(form: Form) -> bytes:
    """The form as a Word document: the same lines and columns, a content control in each cell to fill in."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(15)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(12)
    normal.paragraph_format.space_after = Pt(2)
    for place, text in enumerate(form.head()):
        run = document.add_paragraph().add_run(text)
        run.bold, run.italic = place < 2, place == 4
    table = document.add_table(1 + len(form.lines), len(_HEADINGS), "Table Grid")
    table.autofit = False
    cells = [row.cells for row in table.rows]
    for heading, cell in zip(_HEADINGS, cells[0], strict=True):
        cell.paragraphs[0].add_run(heading).bold = True
        _ground(cell, "DDEBF7")
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    for place, (line, row) in enumerate(zip(form.lines, cells[1:], strict=True), 1):
        for text, cell in zip((str(place), line.item, line.asks), row, strict=False):
            format_run(cell.paragraphs[0].add_run(text), size=9 if text == line.item else None)
            _ground(cell, "F2F2F2")
        if line.number:
            _control(row[3], f"{line.item}.value", place * 2)
        else:
            _ground(row[3], "F2F2F2")
        _control(row[4], f"{line.item}.said", place * 2 + 1)
    for row in cells:
        for width, cell in zip((10, 42, 80, 27, 108), row, strict=True):
            cell.width = Mm(width)
    document.core_properties.created = document.core_properties.modified = datetime(2024, 1, 1)  # noqa: DTZ001 - no clock in the bytes
    out = io.BytesIO()
    document.save(out)
    return same_bytes(out.getvalue())


def _ground(cell: Any, colour: str) -> None:
    cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:fill="{colour}"/>'))


def _control(cell: Any, tag: str, number: int) -> None:
    """A content control that cannot be deleted and shows a hint until it is filled in."""
    cell.paragraphs[0]._p.append(parse_xml(
        f'<w:sdt {nsdecls("w")}><w:sdtPr><w:tag w:val={quoteattr(tag)}/><w:id w:val="{number}"/>'
        f'<w:lock w:val="sdtLocked"/><w:showingPlcHdr/><w:text w:multiLine="1"/></w:sdtPr><w:sdtContent><w:r><w:rPr>'
        f'<w:color w:val="767676"/></w:rPr><w:t>{_HINT}</w:t></w:r></w:sdtContent></w:sdt>'
    ))  # fmt: skip
