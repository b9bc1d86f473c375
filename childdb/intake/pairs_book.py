"""Pairs for a person as a workbook, to be answered on paper or in Excel: two rows a pair, one above the other; and the
answers that it brings back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from childdb.intake.grid import Cell, Limits
from childdb.intake.preflight import Refused
from childdb.intake.workbook import open_book
from schemas.errors import UnreadableFile
from schemas.text import fold

TITLE = "DANH SÁCH CÁC CẶP TRẺ CẦN XÁC ĐỊNH"
_HOW = (
    "Mỗi cặp gồm hai dòng. Ô tô màu là chỗ hai dòng khác nhau. Ghi vào cột Trả lời (dòng trên): Giống (là một trẻ), Khác (là "
    "hai trẻ) hoặc Họ hàng (hai trẻ trong một nhà: sinh đôi, anh chị em, anh em họ). Chưa rõ thì để trống."
)
_HEADINGS = ("Cặp", "Họ và tên", "Ngày sinh", "Giới tính", "Số định danh", "Họ tên mẹ", "Họ tên cha", "Chủ hộ", "Thôn, bản",
             "Xã", "Vì sao hỏi", "Trả lời", "Ghi chú", "Mã")  # fmt: skip
_WIDTHS = (5, 19, 11, 6, 14, 17, 17, 17, 13, 13, 32, 10, 10, 0)
_ANSWER, _TOKEN = 11, 13
_TOKEN_FORM = re.compile(r"(tre-[0-9a-f]+) (tre-[0-9a-f]+)\Z")


@dataclass(frozen=True)
class BookPair:
    """One pair: its cells by field, in the order of the fields; the fields that differ; why it is asked; its two tokens."""

    one: Sequence[str]
    other: Sequence[str]
    differ: frozenset[int]
    why: str
    tokens: tuple[str, str]


@dataclass(frozen=True)
class BookAnswer:
    """What stands in one pair's answer cell, where, and the tokens of the pair."""

    sheet: str
    row: int  # as Excel numbers it
    text: str
    tokens: tuple[str, str]


def write_pairs(path: Path, pairs: Sequence[BookPair], words: Sequence[str], *, on: date) -> None:
    """Write the pairs to PATH (.xlsx), A4 across, headings on every page; WORDS are the answers that the cell offers."""
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": datetime(on.year, on.month, on.day)})  # noqa: DTZ001 - a calendar day
        page = book.add_worksheet("Cặp cần xác định")
        styles = _styles(book)
        _page_set(page)
        page.merge_range(0, 0, 0, _TOKEN - 1, TITLE, styles["title"])
        page.merge_range(1, 0, 1, _TOKEN - 1, f"Ngày {on:%d/%m/%Y}. {_HOW}", styles["how"])
        page.set_row(1, 36)
        page.write_row(2, 0, _HEADINGS, styles["heading"])
        for place, pair in enumerate(pairs):
            _write_pair(page, 3 + 2 * place, place + 1, pair, styles)
        choices = {"validate": "list", "source": list(words), "error_title": "Trả lời",
                   "error_message": f"Chọn một trong: {', '.join(words)}."}  # fmt: skip
        page.data_validation(3, _ANSWER, 2 + 2 * len(pairs), _ANSWER, choices)
        page.print_area(0, 0, 2 + 2 * len(pairs), _TOKEN - 1)


def _styles(book: Any) -> Mapping[str, Any]:
    font = {"font_name": "Times New Roman", "font_size": 11}
    cell = {**font, "border": 1, "valign": "vcenter", "text_wrap": True, "num_format": "@"}
    centred = {"align": "center", "valign": "vcenter"}
    return {
        "title": book.add_format({**font, **centred, "font_size": 14, "bold": True}),
        "how": book.add_format({**font, "italic": True, "valign": "vcenter", "text_wrap": True}),
        "heading": book.add_format({**cell, **centred, "bold": True}),
        "text": book.add_format(cell),
        "differ": book.add_format({**cell, "bold": True, "bg_color": "#FFE699"}),
        "middle": book.add_format({**cell, **centred}),
        "why": book.add_format({**cell, "font_size": 9}),
        "answer": book.add_format({**cell, **centred, "bold": True}),
    }


def _page_set(page: Any) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.repeat_rows(2)
    page.freeze_panes(3, 2)
    page.set_footer("&CTrang &P/&N")
    for column, wide in enumerate(_WIDTHS):
        page.set_column(column, column, wide or None, None, {"hidden": True} if not wide else {})


def _write_pair(page: Any, top: int, number: int, pair: BookPair, styles: Mapping[str, Any]) -> None:
    page.merge_range(top, 0, top + 1, 0, number, styles["middle"])
    for row, cells in ((top, pair.one), (top + 1, pair.other)):
        page.set_row(row, 30)
        for place, text in enumerate(cells):
            page.write_string(row, 1 + place, text, styles["differ" if place in pair.differ else "text"])
        page.write_string(row, _TOKEN, " ".join(pair.tokens), styles["text"])
    page.merge_range(top, _ANSWER - 1, top + 1, _ANSWER - 1, pair.why, styles["why"])
    page.merge_range(top, _ANSWER, top + 1, _ANSWER, "", styles["answer"])
    page.merge_range(top, _ANSWER + 1, top + 1, _ANSWER + 1, "", styles["text"])


def read_pairs(path: Path) -> list[BookAnswer]:
    """The pairs of a workbook that `write_pairs` wrote, in its order, each once; UnreadableFile where PATH is none.

    Rows may have been sorted or deleted, columns moved: what is looked for are the heading Trả lời and the tokens.
    """
    try:
        book = open_book(path, Limits())
    except (OSError, Refused) as fault:
        raise UnreadableFile(f"Không đọc được {path.name}.", f"{path.name} cannot be read.") from fault
    found: dict[tuple[str, str], BookAnswer] = {}
    for grid in book.sheets:
        answered: int | None = None
        for place, row in enumerate(grid.rows):
            headed = [column for column, cell in enumerate(row) if fold(_text(cell)) == "tra loi"]
            answered = headed[0] if headed else answered
            tokens = next((made for cell in row if (made := _TOKEN_FORM.match(_text(cell)))), None)
            if answered is None or tokens is None:
                continue
            said = BookAnswer(grid.name, place + 1, _text(row[answered]) if answered < len(row) else "",
                              (tokens[1], tokens[2]))  # fmt: skip
            if said.tokens not in found or (said.text and not found[said.tokens].text):
                found[said.tokens] = said
    if not found:
        raise UnreadableFile(
            f"{path.name} không phải bảng các cặp do “childdb match review --write” ghi ra (không thấy cột Trả lời và mã của cặp).",
            f"{path.name} is no workbook that `childdb match review --write` wrote (no answers and tokens in it).",
        )
    return list(found.values())


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()
