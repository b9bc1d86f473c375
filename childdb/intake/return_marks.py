"""Marks on the cells of a return workbook: colour, note and drop-down list; and how those of an earlier return go away.

What a cell looked like before is kept on a hidden sheet, so that a cell that was put right looks again as its sender made it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import fromstring, tostring

from childdb.intake.cell_lists import choices_of
from childdb.intake.grid import letter
from childdb.intake.outcomes import LISTS_SHEET, MEMORY_SHEET, OWN_SHEETS
from schemas.issues import Issue

HOLD, WARN = "FFFFC7CE", "FFFFEB9C"
AUTHOR = "childdb"
MUST, MAY = "Cần sửa:", "Nên xem lại:"
_NOTE = re.compile(rf"(?:\n———\n)?(?:{MUST}|{MAY})\n.*", re.S)


class Lists:
    """Drop-down lists, on a hidden sheet of their own (a list in the cell's rule is limited to 255 characters)."""

    def __init__(self, book: Any, communes: Sequence[str] = ()) -> None:
        if LISTS_SHEET in book.sheetnames:
            book.remove(book[LISTS_SHEET])
        self.book, self.communes = book, communes
        self.page: Any = None
        self.known: dict[str, str] = {}

    def offer(self, page: Any, cell: str, reader: str) -> None:
        """A list with the choices of a reader in CELL, if there are any and no list of the sender's stands there."""
        from openpyxl.worksheet.datavalidation import DataValidation

        source = self._source(reader)
        if source is None:
            return
        rules = page.data_validations.dataValidation
        if any(rule.type == "list" and cell in rule for rule in rules):
            return
        _make_room(rules, cell)
        for rule in rules:
            if rule.formula1 == source:
                rule.add(cell)
                return
        page.add_data_validation(
            DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=False, sqref=cell)
        )

    def _source(self, reader: str) -> str | None:
        choices = self.communes if reader == "commune" else choices_of(reader)
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
        return self.known[reader]


def _make_room(rules: list[Any], cell: str) -> None:
    """Take CELL out of every rule: two rules on one cell are not allowed."""
    from openpyxl.worksheet.cell_range import CellRange, MultiCellRange

    one = CellRange(cell)
    row, column = one.min_row, one.min_col
    for rule in [r for r in rules if cell in r]:
        left = []
        for area in rule.sqref.ranges:
            if not area.issuperset(one):
                left.append(area)
                continue
            for low, top, high, bottom in (
                (area.min_col, area.min_row, area.max_col, row - 1), (area.min_col, row + 1, area.max_col, area.max_row),
                (area.min_col, row, column - 1, row), (column + 1, row, area.max_col, row),
            ):  # fmt: skip
                if low <= high and top <= bottom:
                    left.append(CellRange(min_col=low, min_row=top, max_col=high, max_row=bottom))
        if left:
            rule.sqref = MultiCellRange(left)
        else:
            rules.remove(rule)


class Marks:
    """Colours and notes on cells; `unmark` first takes away those of an earlier return."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.fills: dict[tuple[str, str], str] = {}  # what a cell was filled with before, as XML
        if MEMORY_SHEET in book.sheetnames:
            for name, cell, fill in book[MEMORY_SHEET].iter_rows(max_col=3, values_only=True):
                self.fills[str(name), str(cell)] = str(fill)
            book.remove(book[MEMORY_SHEET])
        self.before, self.fills = self.fills, {}

    def unmark(self) -> None:
        """Every mark of ours off the sender's sheets, wherever its cell has moved to."""
        from openpyxl.styles import PatternFill

        for page in self.book.worksheets:
            if page.title in OWN_SHEETS:
                continue
            rules = page.data_validations.dataValidation
            page.data_validations.dataValidation = [r for r in rules if f"'{LISTS_SHEET}'!" not in str(r.formula1)]
            for row in page.iter_rows():
                for cell in row:
                    if cell.comment is None or not _NOTE.search(cell.comment.text):
                        continue
                    _keep_senders_note(cell)
                    if cell.fill.fill_type == "solid" and cell.fill.start_color.rgb in (HOLD, WARN):
                        fill = self.before.get((page.title, cell.coordinate))
                        cell.fill = _fill(fill) if fill else PatternFill()

    def mark(self, cell: Any, issues: Sequence[Issue]) -> None:
        """Colour CELL and say in a note what is wrong and what to write."""
        from openpyxl.cell.cell import MergedCell
        from openpyxl.comments import Comment
        from openpyxl.styles import PatternFill, Protection

        if isinstance(cell, MergedCell):
            return
        holds = any(issue.holds for issue in issues)
        self.fills.setdefault((cell.parent.title, cell.coordinate), tostring(cell.fill.to_tree(), "unicode"))
        cell.fill = PatternFill("solid", start_color=HOLD if holds else WARN)
        cell.protection = Protection(locked=False)
        said = dict.fromkeys(f"{i.sentence('vi')} {i.advice('vi')}" for i in issues)
        words = "\n".join((MUST if holds else MAY, *said))
        before = cell.comment.text + "\n———\n" if cell.comment is not None else ""
        comment = Comment(before + words, AUTHOR)
        lines = sum(1 + len(line) // 42 for line in comment.text.splitlines())
        comment.width, comment.height = 320, 16 + 19 * lines
        cell.comment = comment

    def remember(self) -> None:
        """Write down what the marked cells looked like."""
        if not self.fills:
            return
        page = self.book.create_sheet(MEMORY_SHEET)
        page.sheet_state = "veryHidden"
        for (name, cell), fill in self.fills.items():
            page.append([name, cell, fill])


def _keep_senders_note(cell: Any) -> None:
    from openpyxl.comments import Comment

    kept = _NOTE.sub("", cell.comment.text)
    cell.comment = Comment(kept, cell.comment.author) if kept else None


def _fill(text: str) -> Any:
    from openpyxl.styles.fills import Fill

    root: Any = fromstring("<fill/>" if "<!" in text else text)  # noqa: S314 - no declaration, no entity
    return Fill.from_tree(root)


__all__ = ["HOLD", "WARN", "Lists", "Marks"]
