"""The lists of the national cleaning procedure: written to print and sign, one sheet a village; and what their rows answer.

What comes back is read like any list, by the template `cleaning_list`. Each row bears two hidden cells: the token of its
child (or held row), and a seal over the cells as they were printed, by which a row that nobody touched is known.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from pathlib import Path
from typing import Any

from childdb.intake.blank_form import NOTES
from childdb.intake.cell_lists import choices_of
from childdb.intake.grid import shown
from childdb.intake.template import Column, templates
from childdb.intake.words_lookup import code_list
from schemas.codes import Unit

TEMPLATE = "cleaning_list"
RIGHT, WRONG, CHANGED = "right", "wrong", "changed"
TITLES = {
    "no-number": "DANH SÁCH TRẺ EM CHƯA CÓ SỐ ĐỊNH DANH CÁ NHÂN",
    "wrong-number": "DANH SÁCH TRẺ EM CÓ SỐ ĐỊNH DANH CHƯA ĐÚNG",
    "doubtful-facts": "DANH SÁCH TRẺ EM CÓ THÔNG TIN CẦN XÁC MINH",
    "new-children": "DANH SÁCH TRẺ EM MỚI ĐƯỢC BỔ SUNG",
}
_HOW = {
    "no-number": "Công an xã đối chiếu Cơ sở dữ liệu quốc gia về dân cư và ghi số định danh vào cột Số định danh cá nhân.",
    "wrong-number": "Ghi số đúng vào cột Số định danh cá nhân; số đang ghi mà đúng thì ghi “Đúng” vào cột Kết quả.",
    "doubtful-facts": "Sai ở ô nào sửa ngay vào ô đó; thông tin đang ghi mà đúng thì ghi “Đúng” vào cột Kết quả.",
    "new-children": "Kiểm tra tại hộ: đúng thì ghi “Đúng” vào cột Kết quả; sai ở ô nào sửa ngay vào ô đó.",
}
_WIDTHS = {"stt": 4.5, "full_name": 19, "birth_date": 10.5, "sex": 5.5, "ethnicity": 8, "father_name": 16, "mother_name": 16,
           "guardian_name": 14, "household_head": 16, "personal_id": 14, "doubts": 20, "verified": 8.5, "notes": 8}  # fmt: skip
_HIDDEN = ("village", "token", "seal")
_LINE, _LETTERS = 15.0, 1.05  # points a line takes; letters of Times 11 that a width unit holds
_BLANK_ROWS = 3  # for children whom the visit finds and nobody knew


@dataclass(frozen=True)
class VillageSheet:
    """One sheet: the village (empty where it is not known) and its rows, each a mapping of column ids and `token`."""

    unit: Unit
    village: str
    rows: Sequence[Mapping[str, Any]]


def write_cleaning_list(kind: str, path: Path, sheets: Sequence[VillageSheet], *, on: date) -> None:
    """Write the list KIND as on a day to PATH (.xlsx); A4 across, headings on every page, to be signed."""
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": datetime(on.year, on.month, on.day)})  # noqa: DTZ001 - a calendar day
        styles = _Styles(book)
        several = len({s.unit.key for s in sheets}) > 1
        names: set[str] = set()
        for sheet in sheets:
            said = sheet.village or "Chưa rõ bản"
            name = _sheet_name(f"{sheet.unit.short_name} - {said}" if several else said, names)
            _Page(book.add_worksheet(name), styles, kind, sheet, on).write()


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that Excel allows and no other sheet has."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", wanted)[:28].strip() or "Trang"
    name, number = plain, 2
    while name.casefold() in taken:
        name, number = f"{plain[:26]} {number}", number + 1
    taken.add(name.casefold())
    return name


class _Styles:
    def __init__(self, book: Any) -> None:
        font = {"font_name": "Times New Roman", "font_size": 11}
        cell = {**font, "border": 1, "valign": "vcenter", "text_wrap": True}
        centred = {"align": "center", "valign": "vcenter"}
        self.agency = book.add_format({**font, **centred, "font_size": 12, "bold": True})
        self.rule = book.add_format({**font, **centred, "font_size": 12, "bold": True, "underline": 1})
        self.title = book.add_format({**font, **centred, "font_size": 14, "bold": True})
        self.subtitle = book.add_format({**font, **centred, "font_size": 12})
        self.how = book.add_format({**font, "italic": True, "valign": "vcenter", "text_wrap": True})
        self.heading = book.add_format({**cell, **centred, "bold": True})
        self.numbers = book.add_format({**cell, **centred, "italic": True, "font_size": 9})
        self.text = book.add_format(cell)
        self.centre = book.add_format({**cell, **centred})
        self.number = book.add_format({**cell, **centred, "num_format": "@"})
        self.day = book.add_format({**cell, **centred, "num_format": "dd/mm/yyyy"})
        self.total = book.add_format({**font, "bold": True})
        self.signer = book.add_format(
            {**font, "font_size": 12, "bold": True, "align": "center", "valign": "top", "text_wrap": True}
        )
        self.dated = book.add_format({**font, **centred, "italic": True})
        self.sign = book.add_format({**font, "align": "center", "valign": "top", "italic": True})


class _Page:
    """One sheet of a list."""

    def __init__(self, page: Any, styles: _Styles, kind: str, sheet: VillageSheet, on: date) -> None:
        self.page, self.styles, self.kind, self.sheet, self.on = page, styles, kind, sheet, on
        template = templates()[TEMPLATE]
        wanted = [i for i in template.blank if i != "guardian_name" or kind == "doubtful-facts"]
        self.columns: list[Column] = [template.columns[i] for i in (*wanted, "token", "seal")]
        self.last = len([c for c in self.columns if c.id not in _HIDDEN]) - 1

    def write(self) -> None:
        page, last = self.page, self.last
        for index, column in enumerate(self.columns):
            hidden = column.id in _HIDDEN
            page.set_column(index, index, _WIDTHS.get(column.id, 12), None, {"hidden": hidden} if hidden else {})
        first = self._heading(self._titles())
        for place, row in enumerate(self.sheet.rows):
            self._row(first + place, place + 1, row)
        below = first + len(self.sheet.rows)
        for place in range(_BLANK_ROWS):
            self._row(below + place, None, {})
        end = below + _BLANK_ROWS
        page.write_string(end, 0, f"Tổng cộng: {len(self.sheet.rows)} trẻ", self.styles.total)
        self._sign(end + 1, last)
        page.data_validation(first, self._index("verified"), end - 1, self._index("verified"), {
            "validate": "list", "source": list(choices_of("code:verified")), "error_type": "warning",
            "error_message": "Ghi Đúng hoặc Sai.",
        })  # fmt: skip
        page.set_landscape()
        page.set_paper(9)
        page.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.6)
        page.fit_to_pages(1, 0)
        page.repeat_rows(first - 2, first - 1)
        page.freeze_panes(first, 2)
        page.set_footer("&C&P/&N")

    def _index(self, id: str) -> int:
        return next(i for i, column in enumerate(self.columns) if column.id == id)

    def _titles(self) -> int:
        """The lines of a commune's paper and the list's own; gives the row of the heading."""
        unit, styles, last = self.sheet.unit, self.styles, self.last
        half = last // 2
        merge = self.page.merge_range
        merge(0, 0, 0, half - 2, "ỦY BAN NHÂN DÂN", styles.agency)
        merge(1, 0, 1, half - 2, unit.name.upper(), styles.rule)
        merge(0, half, 0, last, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", styles.agency)
        merge(1, half, 1, last, "Độc lập - Tự do - Hạnh phúc", styles.rule)
        merge(3, 0, 3, last, TITLES[self.kind], styles.title)
        kind = unit.name.removesuffix(unit.short_name).strip().lower()
        where = f"{self.sheet.village or 'Chưa rõ bản'}, {kind} {unit.short_name}"
        merge(4, 0, 4, last, f"{where} - tính đến ngày {self.on:%d/%m/%Y}", styles.subtitle)
        merge(5, 0, 5, last, _HOW[self.kind], styles.how)
        self.page.set_row(5, 18)
        return 7

    def _heading(self, row: int) -> int:
        self.page.set_row(row, 34)
        for index, column in enumerate(self.columns):
            self.page.write_string(row, index, column.heading, self.styles.heading)
            if column.id not in _HIDDEN:
                self.page.write_number(row + 1, index, index + 1, self.styles.numbers)
            if column.reader in NOTES and column.id not in _HIDDEN:
                self.page.write_comment(row, index, NOTES[column.reader], {"author": "childdb"})
        return row + 2

    def _row(self, at: int, number: int | None, row: Mapping[str, Any]) -> None:
        cells = {**row, "stt": number, "village": self.sheet.village or None} if row else {}
        lines = 1
        for index, column in enumerate(self.columns):
            value = cells.get(column.id)
            if column.id == "seal" and number is not None:
                value = seal({c.field: shown(cells.get(c.id)) for c in self.columns})
            style = self._style(column)
            if value is None:
                self.page.write_blank(at, index, None, style)
            elif isinstance(value, date):
                self.page.write_datetime(at, index, datetime(value.year, value.month, value.day), self.styles.day)  # noqa: DTZ001
            elif isinstance(value, int):
                self.page.write_number(at, index, value, style)
            else:
                self.page.write_string(at, index, str(value), style)
                if column.id not in _HIDDEN:
                    lines = max(lines, ceil(len(str(value)) / (_WIDTHS.get(column.id, 12) * _LETTERS)))
        self.page.set_row(at, max(24.0, lines * _LINE + 4))

    def _style(self, column: Column) -> Any:
        if column.id == "birth_date":
            return self.styles.day
        if column.id == "personal_id":
            return self.styles.number
        return self.styles.centre if column.id in ("stt", "sex", "ethnicity", "verified") else self.styles.text

    def _sign(self, at: int, last: int) -> None:
        """Place, date and name stay empty: they are written by hand."""
        third = (last + 1) // 3
        merge = self.page.merge_range
        spans = [(0, third - 1), (third, 2 * third - 1), (2 * third, last)]
        kind = self.sheet.unit.name.removesuffix(self.sheet.unit.short_name).strip().upper()
        signers = (
            ("NGƯỜI LẬP DANH SÁCH", "(ký, ghi rõ họ tên)"), (f"CÔNG AN {kind}", "(đã đối chiếu; ký, đóng dấu)"),
            (f"TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH {kind}", "(ký, đóng dấu)"),
        )  # fmt: skip
        self.page.set_row(at + 1, 2 * _LINE + 4)
        self.page.set_row(at + 2, 5 * _LINE)  # room for signature and seal
        merge(
            at,
            spans[2][0],
            at,
            spans[2][1],
            f"{self.sheet.unit.short_name}, ngày …… tháng …… năm ………",
            self.styles.dated,
        )
        for (left, right), (who, words) in zip(spans, signers, strict=True):
            merge(at + 1, left, at + 1, right, who, self.styles.signer)
            merge(at + 2, left, at + 2, right, words, self.styles.sign)


def seal(said: Mapping[str, str]) -> str:
    """A short digest of what stands in the cells of a row, by field; blank cells and those of `row` aside."""
    kept = sorted(
        f"{field}={text.strip()}" for field, text in said.items() if text.strip() and not field.startswith("row.")
    )
    return hashlib.sha256("|".join(kept).encode()).hexdigest()[:12]


def answer(columns: Iterable[tuple[str, str | None]], cells: Mapping[str, str]) -> str:
    """What a row that came back says: right, wrong, changed (a cell was written, whatever the verdict), or nothing ("").

    COLUMNS are (letter, field) of the sheet; CELLS the row's texts by letter.
    """
    said = {field: cells.get(at, "") for at, field in columns if field}
    printed = said.get("row.seal", "").strip()
    if printed and seal(said) != printed:
        return CHANGED
    return code_list("verified").find(said.get("row.verified", "")) or ""


__all__ = ["CHANGED", "RIGHT", "TEMPLATE", "TITLES", "WRONG", "VillageSheet", "answer", "seal", "write_cleaning_list"]
