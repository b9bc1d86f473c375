"""The return workbook: the sender's own file with each faulty cell coloured and noted, and a first sheet of all faults.

What the commune corrects in it and sends back is read by the ordinary way; a hidden column bears each row's token.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

from childdb.intake.cell_lists import choices_of
from childdb.intake.grid import column_of, letter
from childdb.intake.outcomes import FAULTS_SHEET, LISTS_SHEET, Outcomes, outcome_of
from childdb.intake.template import Column, templates
from schemas.issues import Issue
from schemas.records import FileReading, SheetReading, SourceRow

_KEPT = (".xlsx", ".xlsm")
_HOLD, _WARN = "FFFFC7CE", "FFFFEB9C"
_TOKEN_HEADING = "childdb:ma-dong"  # noqa: S105 - the heading of a hidden column, no secret
_STATUS = {"new": "Mới", "changed": "Thay đổi", "unchanged": "Không đổi", "held_back": "Giữ lại, cần sửa"}
_RUNS = re.compile(r"\||webservice|hyperlink|dde|exec|call\(|\[", re.I)


def write_return(path_in: Path, reading: FileReading, outcomes: Outcomes, path_out: Path) -> Path:
    """Write the return workbook of PATH_IN to PATH_OUT and give its path.

    .xlsx and .xlsm keep their layout and fonts; senders of other formats get a new .xlsx with the same cells.
    """
    suffix = path_in.suffix.lower()
    target = path_out.with_suffix(suffix if suffix in _KEPT else ".xlsx")
    book, own = _open(path_in, reading)
    if not own:
        target = target.with_suffix(".xlsx")
    lists = _Lists(book)
    faults: list[tuple[SheetReading, SourceRow | None, Issue]] = []
    done: set[str] = set()
    for sheet in reading.sheets:
        faults += [(sheet, None, issue) for issue in sheet.issues]
        name = sheet.rows[0].sheet if sheet.rows else sheet.name
        if sheet.status == "read" and name in book.sheetnames:
            faults += _mark_sheet(book[name], sheet, outcomes, lists, first=name not in done)
            done.add(name)
    _write_faults(book, reading, faults, outcomes)
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target


def _open(path: Path, reading: FileReading) -> tuple[Any, bool]:
    """The sender's workbook, or a new one with the same cells as text; and whether it is the sender's."""
    import openpyxl

    if path.suffix.lower() in _KEPT and reading.status == "read":
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # parts that openpyxl does not keep; the sender's file stays as it is
                return openpyxl.load_workbook(path, keep_vba=path.suffix.lower() == ".xlsm"), True
        except Exception:  # noqa: S110 - a file that the fast reader takes and openpyxl does not gets a new workbook
            pass
    book = openpyxl.Workbook()
    book.remove(book["Sheet"])
    for sheet in reading.sheets:
        if not sheet.rows:
            continue
        name = sheet.rows[0].sheet
        page = book[name] if name in book.sheetnames else book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", name)[:31])
        for row in sheet.rows:
            page.row_dimensions[row.number].hidden = row.skipped == "hidden"
            for column, text in row.cells.items():
                _put_text(page.cell(row.number, column_of(column) + 1), text)
    return book, False


def _put_text(cell: Any, text: str) -> None:
    """Text that stays text: a leading = is no formula."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    if text[:1] in "=+-@\t\r":
        cell.quotePrefix = True


class _Lists:
    """Drop-down lists, on a hidden sheet of their own (a list in the cell's rule is limited to 255 characters)."""

    def __init__(self, book: Any) -> None:
        if LISTS_SHEET in book.sheetnames:
            book.remove(book[LISTS_SHEET])
        self.book = book
        self.page: Any = None
        self.known: dict[str, str] = {}

    def rule(self, reader: str) -> Any:
        """A validation rule with the choices of a reader, or None."""
        from openpyxl.worksheet.datavalidation import DataValidation

        choices = choices_of(reader)
        if not choices:
            return None
        if reader not in self.known:
            if self.page is None:
                self.page = self.book.create_sheet(LISTS_SHEET)
                self.page.sheet_state = "hidden"
            column = len(self.known) + 1
            for number, choice in enumerate(choices, 1):
                self.page.cell(number, column, choice)
            at = letter(column - 1)
            self.known[reader] = f"'{LISTS_SHEET}'!${at}$1:${at}${len(choices)}"
        return DataValidation(type="list", formula1=self.known[reader], allow_blank=True, showErrorMessage=False)


def _mark_sheet(
    page: Any, sheet: SheetReading, outcomes: Outcomes, lists: _Lists, *, first: bool
) -> list[tuple[SheetReading, SourceRow | None, Issue]]:
    columns = _columns(sheet)
    rules: dict[str, Any] = {}
    faults: list[tuple[SheetReading, SourceRow | None, Issue]] = []
    token_column = _token_column(page, sheet) if first or page.max_column else 0
    for row in sheet.rows:
        if row.skipped is not None:
            faults += [(sheet, row, issue) for issue in row.issues]
            continue
        _settle_formulas(page, row)
        if row.token:
            page.cell(row.number, token_column, row.token)
        issues = (*row.issues, *outcome_of(outcomes, sheet, row).issues)
        by_cell: dict[str, list[Issue]] = {}
        for issue in issues:
            faults.append((sheet, row, issue))
            by_cell.setdefault(place_of_issue(sheet, issue), []).append(issue)
        for column, found in by_cell.items():
            _mark_cell(page[f"{column}{row.number}"], found)
            reader = columns[column].reader if column in columns else ""
            if any("unknown" in i.code or "missing" in i.code or "ambiguous" in i.code for i in found):
                if reader not in rules and (rule := lists.rule(reader)) is not None:
                    rules[reader] = rule
                if reader in rules:
                    rules[reader].add(f"{column}{row.number}")
    for rule in rules.values():
        page.add_data_validation(rule)
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
    wanted = {
        "ethnicity_code": "ethnicity",
        "height_cm": "length_cm",
        "doses": "given_on",
        "commune_code": "commune_code",
    }
    name = wanted.get(issue.field or "", issue.field or "full_name")
    for field in (name, "full_name"):
        for column in sheet.columns:
            if column.field and column.field.partition(".")[2].partition("[")[0] == field:
                return column.letter
    return sheet.columns[0].letter if sheet.columns else "A"


def _token_column(page: Any, sheet: SheetReading) -> int:
    """The hidden column of row tokens: the one that is there, else a new one behind the last."""
    heading = max((r.number for r in sheet.rows if r.skipped == "heading"), default=1)
    last = int(page.max_column)
    for column in range(1, last + 1):
        if page.cell(heading, column).value == _TOKEN_HEADING:
            return column
    told = [c for c in sheet.columns if c.field == "row.token"]
    if told:
        return column_of(told[0].letter) + 1
    page.cell(heading, last + 1, _TOKEN_HEADING)
    page.column_dimensions[letter(last)].hidden = True
    return last + 1


def _settle_formulas(page: Any, row: SourceRow) -> None:
    """Formulas of a data row become the values that were read: saving drops stored results, and none shall run."""
    for cell in page[row.number]:
        if cell.data_type == "f":
            text = row.cells.get(cell.column_letter, "")
            if text.startswith("#") or not text:
                if _RUNS.search(str(cell.value)):
                    _put_text(cell, str(cell.value))
                continue
            _put_value(cell, text)


def _put_value(cell: Any, text: str) -> None:
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?", text):
        cell.value = float(text) if "." in text else int(text)
    else:
        _put_text(cell, text)


def _mark_cell(cell: Any, issues: list[Issue]) -> None:
    from openpyxl.cell.cell import MergedCell
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    if isinstance(cell, MergedCell):
        return
    holds = any(issue.holds for issue in issues)
    cell.fill = PatternFill("solid", start_color=_HOLD if holds else _WARN)
    words = "\n".join(f"{i.sentence('vi')} {i.advice('vi')}" for i in issues)
    before = cell.comment.text + "\n———\n" if cell.comment is not None else ""
    comment = Comment(before + words, "childdb")
    comment.width, comment.height = 320, 40 + 22 * (1 + len(before + words) // 45)
    cell.comment = comment


def _write_faults(
    book: Any, reading: FileReading, faults: list[tuple[SheetReading, SourceRow | None, Issue]], outcomes: Outcomes
) -> None:
    """The first sheet: every fault with a link to its cell, then the outcome of every row."""
    from openpyxl.styles import Alignment, Font

    if FAULTS_SHEET in book.sheetnames:
        book.remove(book[FAULTS_SHEET])
    page = book.create_sheet(FAULTS_SHEET, 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    bold = Font(bold=True)
    page["A1"], page["A1"].font = "Các lỗi cần sửa (sửa ngay trong tệp này rồi gửi lại)", Font(bold=True, size=14)
    for number, heading in enumerate(("Trang", "Ô", "Dòng", "Mức", "Lỗi", "Cách sửa", "Giá trị"), 1):
        page.cell(3, number, heading).font = bold
    at = 4
    for issue in reading.issues:
        at = _fault_line(page, at, ("", "", "", issue))
    for sheet, row, issue in faults:
        if row is None:
            at = _fault_line(page, at, (sheet.name, issue.column or "", "", issue))
            continue
        cell = f"{place_of_issue(sheet, issue)}{row.number}"
        at = _fault_line(page, at, (row.sheet, cell, str(row.number), issue))
        page.cell(at - 1, 2).hyperlink = f"#'{row.sheet.replace(chr(39), chr(39) * 2)}'!{cell}"
        page.cell(at - 1, 2).style = "Hyperlink"
    at += 1
    page.cell(at, 1, "Kết quả từng dòng").font = bold
    for sheet in reading.sheets:
        for row in sheet.rows:
            if row.skipped is None:
                at += 1
                status = _STATUS.get(outcome_of(outcomes, sheet, row).status, "")
                words: tuple[str | int, ...] = (row.sheet, "", row.number, status)
                for number, value in enumerate(words, 1):
                    _put_plain(page.cell(at, number), value)
    for column, width in zip("ABCDEFG", (22, 10, 8, 16, 60, 60, 30), strict=True):
        page.column_dimensions[column].width = width
    for line in page.iter_rows(min_row=4, max_row=min(at, 5000), min_col=5, max_col=6):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.freeze_panes = "A4"


def _fault_line(page: Any, at: int, line: tuple[str, str, str, Issue]) -> int:
    sheet, cell, row, issue = line
    level = "Giữ lại" if issue.consequence == "hold" else "Nhắc" if issue.consequence == "warn" else "Không đọc"
    words = (sheet, cell, int(row) if row else "", level, issue.sentence("vi"), issue.advice("vi"), issue.value or "")
    for number, value in enumerate(words, 1):
        _put_plain(page.cell(at, number), value)
    return at + 1


def _put_plain(cell: Any, value: str | int) -> None:
    if isinstance(value, str):
        _put_text(cell, value)
    else:
        cell.value = value
