"""The first sheet of a return workbook: what is to be done, every fault with a link to its cell, the outcome of every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from childdb.intake.meanings import meaning
from childdb.intake.outcomes import FAULTS_SHEET, Outcomes, outcome_of
from childdb.intake.return_book import put_text
from childdb.intake.return_marks import HOLD, WARN
from schemas.issues import Issue
from schemas.records import FileReading, SheetReading, SourceRow

_STATUS = {"new": "Mới", "changed": "Thay đổi", "unchanged": "Không đổi", "held_back": "Giữ lại, cần sửa"}
_SKIPPED = {
    "title": "tiêu đề", "heading": "đầu bảng", "column_numbers": "số thứ tự cột", "repeated_heading": "đầu bảng lặp lại",
    "village_row": "tên thôn, bản", "section": "tên nhóm", "total": "cộng", "signature": "ký tên", "note": "ghi chú", "blank": "trống", "hidden": "ẩn",
}  # fmt: skip
_WIDTHS = (18, 8, 7, 17, 24, 48, 44, 20)
_LINE = 15.0  # points
_HEADINGS = ("Trang", "Ô", "Dòng", "Mức", "Họ và tên", "Lỗi", "Cách sửa", "Đang ghi")
_OUTCOMES = ("Trang", "", "Dòng", "Kết quả", "Họ và tên", "Nội dung thay đổi")
_HOW = (
    "Sửa ngay trong tệp này, ở đúng ô được tô màu (bấm vào cột Ô để đến ô đó), rồi lưu và gửi lại chính tệp này.",
    "Ô tô đỏ: dòng đang được giữ lại, phải sửa. Ô tô vàng: dòng đã nhận, nên xem lại. Trỏ chuột vào ô để xem ghi chú.",
    "Dòng đã nhận thì để nguyên: khi gửi lại, chỉ chỗ có thay đổi được cập nhật. Không xóa cột ẩn ở cuối bảng.",
)


@dataclass(frozen=True)
class Fault:
    """One issue: of the file (no sheet), of a sheet (no row), or of the cell in COLUMN of a row."""

    sheet: SheetReading | None
    row: SourceRow | None
    column: str
    issue: Issue

    @property
    def rank(self) -> int:
        """What concerns all comes first, then what holds a row back, then the rest."""
        return 0 if self.row is None else 1 if self.issue.holds else 2


def write_faults(book: Any, reading: FileReading, faults: Sequence[Fault], outcomes: Outcomes) -> None:
    """Put the sheet before the sender's own."""
    if FAULTS_SHEET in book.sheetnames:
        book.remove(book[FAULTS_SHEET])
    page = book.create_sheet(FAULTS_SHEET, 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    _Sheet(page).write(reading, sorted(faults, key=lambda f: f.rank), outcomes)


class _Sheet:
    def __init__(self, page: Any) -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        self.page, self.at = page, 1
        thin = Side(style="thin", color="FFBFBFBF")
        self.border = Border(left=thin, right=thin, top=thin, bottom=thin)
        self.font = Font(name="Times New Roman", size=11)
        self.bold = Font(name="Times New Roman", size=11, bold=True)
        self.large = Font(name="Times New Roman", size=14, bold=True)
        self.link = Font(name="Times New Roman", size=11, color="FF0563C1", underline="single")
        self.wrapped = Alignment(wrap_text=True, vertical="top")
        self.centred = Alignment(horizontal="center", vertical="top")
        self.headed = Alignment(horizontal="center", vertical="center", wrap_text=True)
        self.shade = PatternFill("solid", start_color="FFDDEBF7")
        self.colours = {1: PatternFill("solid", start_color=HOLD), 2: PatternFill("solid", start_color=WARN)}

    def write(self, reading: FileReading, faults: Sequence[Fault], outcomes: Outcomes) -> None:
        self._lay_out()
        self._say("CÁC LỖI CẦN SỬA", self.large)
        for line in (*_sums(reading, outcomes), *_HOW):
            self._say(line, self.font)
        self.at += 1
        self._head(_HEADINGS)
        for fault in faults:
            self._fault(fault)
        self.at += 1
        self._say("KẾT QUẢ TỪNG DÒNG", self.bold)
        self._head(_OUTCOMES)
        for sheet in reading.sheets:
            for row in sheet.rows:
                if row.skipped is None:
                    self._outcome(sheet, row, outcomes)

    def _lay_out(self) -> None:
        page = self.page
        for column, width in zip("ABCDEFGH", _WIDTHS, strict=True):
            page.column_dimensions[column].width = width
        page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
        page.sheet_properties.pageSetUpPr.fitToPage = True
        page.page_setup.fitToHeight = 0
        page.page_margins.left = page.page_margins.right = 0.4
        page.page_margins.top = page.page_margins.bottom = 0.6
        page.oddFooter.center.text = "&P/&N"

    def _say(self, text: str, font: Any) -> None:
        self._put(1, text).font = font
        self.at += 1

    def _put(self, column: int, value: str | int) -> Any:
        cell = self.page.cell(self.at, column)
        if isinstance(value, str):
            put_text(cell, value)
        else:
            cell.value = value
        return cell

    def _head(self, headings: Sequence[str]) -> None:
        for column, heading in enumerate(headings, 1):
            cell = self._put(column, heading)
            cell.font, cell.fill, cell.border, cell.alignment = self.bold, self.shade, self.border, self.headed
        self.at += 1

    def _line(self, words: Sequence[str | int]) -> None:
        for column, value in enumerate(words, 1):
            cell = self._put(column, value)
            cell.font, cell.border = self.font, self.border
            cell.alignment = self.centred if column in (2, 3) else self.wrapped
        lines = max(ceil(len(str(value)) / width) for value, width in zip(words, _WIDTHS, strict=False))
        self.page.row_dimensions[self.at].height = _LINE * max(lines, 1)

    def _fault(self, fault: Fault) -> None:
        issue, row = fault.issue, fault.row
        level = (
            "Phải sửa (giữ lại)" if issue.holds else "Nên xem lại" if issue.consequence == "warn" else "Không đọc được"
        )
        sheet = fault.sheet.name if fault.sheet else ""
        cell = f"{fault.column}{row.number}" if row else fault.column
        self._line((row.sheet if row else sheet, cell, row.number if row else "", level, _name(row) if row else "",
                    issue.sentence("vi"), issue.advice("vi"), issue.value or ""))  # fmt: skip
        if row:
            self._link(row.sheet, cell)
            self.page.cell(self.at, 4).fill = self.colours[fault.rank]
        self.at += 1

    def _outcome(self, sheet: SheetReading, row: SourceRow, outcomes: Outcomes) -> None:
        outcome = outcome_of(outcomes, sheet, row)
        changed = ", ".join(dict.fromkeys(meaning(name, sheet.template) for name in outcome.changes))
        self._line((row.sheet, "", row.number, _STATUS.get(outcome.status, ""), _name(row), changed))
        if outcome.status == "held_back":
            self.page.cell(self.at, 4).fill = self.colours[1]
        self.at += 1

    def _link(self, sheet: str, cell: str) -> None:
        from openpyxl.worksheet.hyperlink import Hyperlink

        at = self.page.cell(self.at, 2)
        quoted = sheet.replace("'", "''")
        at.hyperlink = Hyperlink(ref=at.coordinate, location=f"'{quoted}'!{cell}")
        at.font = self.link


def _sums(reading: FileReading, outcomes: Outcomes) -> list[str]:
    """What became of the rows, in words; and how many were no rows of data, by reason."""
    counts: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    for sheet in reading.sheets:
        for row in sheet.rows:
            if row.skipped is None:
                counts[outcome_of(outcomes, sheet, row).status] += 1
            else:
                skipped[row.skipped] += 1
    words = [
        f"mới {counts['new']}, thay đổi {counts['changed']}, không đổi {counts['unchanged']}, giữ lại {counts['held_back']}"
    ]
    said = [f"Tệp có {counts.total()} dòng dữ liệu: {words[0]}."]
    if skipped:
        reasons = ", ".join(f"{_SKIPPED.get(reason, reason)} {n}" for reason, n in skipped.most_common())
        said.append(f"Không phải dữ liệu, bỏ qua {skipped.total()} dòng: {reasons}.")
    return said


def _name(row: SourceRow) -> str:
    return str(row.record.identity.get("full_name") or "") if row.record and row.record.identity else ""


__all__ = ["Fault", "write_faults"]
