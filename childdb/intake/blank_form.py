"""The blank workbook of a template: headings, notes, drop-down lists, date and number rules, protected headings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from childdb.intake.cell_lists import choices_of
from childdb.intake.grid import letter
from childdb.intake.outcomes import FORM_LISTS_SHEET
from childdb.intake.template import Column, Template, templates
from schemas.codes import Unit
from schemas.errors import NotFound

ROWS = 600  # lines ready to be typed in
_A4 = 220  # width units that can still be read on A4
DOSES = (
    ("BCG", "BCG:1"), ("Viêm gan B sơ sinh|≤24 giờ", "HEPB0:1:early"), ("Viêm gan B sơ sinh|>24 giờ", "HEPB0:1:late"),
    *((f"DPT-VGB-Hib|{n}", f"PENTA:{n}") for n in (1, 2, 3)), *((f"Bại liệt uống (OPV)|{n}", f"OPV:{n}") for n in (1, 2, 3)),
    *((f"Bại liệt tiêm (IPV)|{n}", f"IPV:{n}") for n in (1, 2)), ("Sởi", "MEASLES:1"), ("Sởi - Rubella (MR)", "MR:1"),
    ("DPT4", "DPT:4"), *((f"Viêm não Nhật Bản|{n}", f"JE:{n}") for n in (1, 2, 3)),
)  # fmt: skip
_WIDTHS = {
    "name": 26,
    "person": 22,
    "village": 18,
    "personal_id": 15,
    "circumstances": 24,
    "health_card": 17,
    "ignore": 8,
    "sex": 7,
    "ethnicity": 10,
    "yes_no": 9,
    "registered": 9,
    "class": 7,
    "birth_date": 11.5,
    "date": 11.5,
    "dose": 11.5,
}
NOTES = {
    "birth_date": "Ghi ngày/tháng/năm, ví dụ 05/03/2021; nếu chỉ biết năm thì ghi 2021.",
    "date": "Ghi ngày/tháng/năm, ví dụ 05/03/2024.",
    "dose": "Ghi ngày tiêm, ví dụ 05/03/2024; chưa tiêm thì để trống.",
    "personal_id": "12 chữ số; ô đã định dạng Văn bản để giữ số 0 ở đầu.",
    "weight": "Kilôgam, ví dụ 10,5.",
    "height": "Xentimét, ví dụ 85,5.",
    "muac": "Milimét, ví dụ 135.",
    "circumstances": "Nhóm hoàn cảnh theo Luật Trẻ em, Điều 10; nhiều nhóm cách nhau bằng dấu ;",
    "ethnicity": "Chọn theo danh mục 54 dân tộc.",
}
_LIMITS = {"weight": (0.5, 150), "height": (30, 210), "muac": (50, 400), "hours_day": (0, 24), "hours_week": (0, 112), "birth_weight": (300, 7500), "weeks": (20, 45), "year": (1930, 2100)}  # fmt: skip


def form_columns(template: Template) -> list[Column]:
    """The columns of the blank form, in order."""
    columns = [template.columns[id] for id in template.blank]
    if template.list_kind == "immunization":
        doses = [Column(f"dose_{code}", f"vaccination.given_on[{code}]", "dose", heading) for heading, code in DOSES]
        columns[-1:-1] = doses
    return columns


def write_template(
    template_id: str, path: Path, *, units: Sequence[Unit], children: Iterable[Mapping[str, Any]] = (),
    commune: Unit | None = None, on: date | None = None,
) -> None:  # fmt: skip
    """Write the blank form of a template to PATH (.xlsx).

    `units` are the communes to choose from; `children` rows to prefill, each a mapping of column ids
    (full_name, birth_date ...; dates as date) to what shall stand in the cell, `token` in a hidden column; `commune` and
    the date `on` are filled in where given.
    """
    import xlsxwriter

    if template_id not in templates():
        known = ", ".join(templates())
        raise NotFound(
            f"Không có mẫu {template_id}. Các mẫu: {known}.", f"No template {template_id}. There are: {known}."
        )
    template = templates()[template_id]
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": datetime(2024, 1, 1)})  # noqa: DTZ001 - the same form gives the same bytes
        _Form(book, template, units).write(list(children), commune, on)


class _Form:
    def __init__(self, book: Any, template: Template, units: Sequence[Unit]) -> None:
        self.template, self.units = template, units
        self.columns = form_columns(template)
        self.page = book.add_worksheet(template.title["vi"][:31].replace("/", "-"))
        self.lists = book.add_worksheet(FORM_LISTS_SHEET)
        self.lists.hide()
        self.listed: dict[str, str] = {}
        font = {"font_name": "Times New Roman", "font_size": 11}
        box = {
            **font,
            "bold": True,
            "align": "center",
            "valign": "vcenter",
            "text_wrap": True,
            "border": 1,
            "bg_color": "#DDEBF7",
        }
        self.heading, self.number = (
            book.add_format(box),
            book.add_format({**font, "italic": True, "align": "center", "border": 1}),
        )
        self.title = book.add_format({**font, "bold": True, "font_size": 14})
        self.label, self.entry = book.add_format(font), book.add_format({**font, "locked": False, "bottom": 4})
        free = {**font, "locked": False, "border": 1}
        self.plain = book.add_format(free)
        self.day = book.add_format({**free, "num_format": "dd/mm/yyyy", "align": "center"})
        self.centre = book.add_format({**free, "align": "center"})
        self.as_text = book.add_format({**free, "num_format": "@"})

    def write(self, children: list[Mapping[str, Any]], commune: Unit | None, on: date | None) -> None:
        page = self.page
        if any("token" in child for child in children):
            self.columns = [*self.columns, self.template.columns["token"]]
        page.write_string(0, 0, self.template.title["vi"].upper(), self.title)
        page.write_string(1, 0, "Xã:", self.label)
        page.write(1, 2, commune.name if commune else None, self.entry)
        page.data_validation(
            1, 2, 1, 2, {"validate": "list", "source": self._list("units", [u.name for u in self.units])}
        )
        page.write_string(2, 0, "Tính đến ngày:", self.label)
        page.write(2, 2, f"{on:%d/%m/%Y}" if on else None, self.entry)
        first = self._headings(4)
        rows = max(ROWS, len(children) + 100)
        for index, column in enumerate(self.columns):
            hidden = {"hidden": True} if column.id == "token" else {}
            page.set_column(index, index, _WIDTHS.get(column.reader, 12), None, hidden)
            self._rules(index, column, first, first + rows - 1)
        for offset in range(rows):
            child = {"stt": offset + 1, **children[offset]} if offset < len(children) else {}
            for index, column in enumerate(self.columns):
                self._cell(first + offset, index, column, child.get(column.id))
        page.freeze_panes(first, 2)
        page.protect(
            "",
            {
                "format_columns": True,
                "format_rows": True,
                "insert_rows": True,
                "delete_rows": True,
                "sort": True,
                "autofilter": True,
            },
        )
        self._for_paper(first, len(children))

    def _for_paper(self, first: int, filled: int) -> None:
        """A4 across, or A3 where the columns would be too small to read; the rows filled in, and some to write by hand."""
        page = self.page
        page.set_landscape()
        page.set_paper(9 if sum(_WIDTHS.get(c.reader, 12) for c in self.columns) <= _A4 else 8)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.fit_to_pages(1, 0)
        page.repeat_rows(4, first - 1)
        page.print_area(0, 0, first + max(filled + 10, 30) - 1, len(self.columns) - 1)
        page.set_footer("&C&P/&N")

    def _headings(self, row: int) -> int:
        """Headings in one or two rows, then the row of column numbers; the first row of data."""
        parts = [c.heading.split("|") for c in self.columns]
        depth = max(map(len, parts))
        for each in range(depth):
            self.page.set_row(row + each, 34 if depth == 1 else 30)
        index = 0
        while index < len(parts):
            part, last = parts[index], index
            if len(part) > 1:
                while last + 1 < len(parts) and parts[last + 1][0] == part[0] and len(parts[last + 1]) > 1:
                    last += 1
                self._box(row, index, row, last, part[0])
                for each in range(index, last + 1):
                    self._box(row + 1, each, row + depth - 1, each, parts[each][1])
            else:
                self._box(row, index, row + depth - 1, index, part[0])
            index = last + 1
        for index, column in enumerate(self.columns):
            self.page.write_number(row + depth, index, index + 1, self.number)
            if column.reader in NOTES:
                self.page.write_comment(
                    row + column.heading.count("|"), index, NOTES[column.reader], {"author": "childdb"}
                )
        return row + depth + 1

    def _box(self, top: int, left: int, bottom: int, right: int, text: str) -> None:
        if (top, left) == (bottom, right):
            self.page.write_string(top, left, text, self.heading)
        else:
            self.page.merge_range(top, left, bottom, right, text, self.heading)

    def _rules(self, index: int, column: Column, first: int, last: int) -> None:
        choices = choices_of(column.reader)
        rule: dict[str, Any] | None = None
        if choices:
            rule = {"validate": "list", "source": self._list(column.reader, choices), "error_type": "warning"}
            rule["error_message"] = "Chọn một giá trị trong danh mục."
        elif column.reader in ("date", "dose"):
            rule = {"validate": "date", "criteria": "between", "minimum": date(1990, 1, 1), "maximum": date(2100, 1, 1), "error_type": "warning", "error_message": "Ghi ngày theo mẫu 05/03/2024."}  # fmt: skip
        elif column.reader in _LIMITS:
            low, high = _LIMITS[column.reader]
            rule = {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high, "error_type": "warning", "error_message": f"Ghi số từ {low} đến {high}."}  # fmt: skip
        if rule:
            self.page.data_validation(first, index, last, index, rule)

    def _list(self, name: str, choices: Sequence[str]) -> str:
        if name not in self.listed:
            column = len(self.listed)
            for number, choice in enumerate(choices):
                self.lists.write_string(number, column, choice)
            at = letter(column)
            self.listed[name] = f"='{FORM_LISTS_SHEET}'!${at}$1:${at}${max(len(choices), 1)}"
        return self.listed[name]

    def _cell(self, row: int, index: int, column: Column, value: Any) -> None:
        style = self.day if column.reader in ("birth_date", "date", "dose") else self.as_text if column.reader in ("personal_id", "health_card", "phone", "class") else self.centre if column.id == "stt" or column.reader in ("sex", "yes_no", "registered") else self.plain  # fmt: skip
        if value is None:
            self.page.write_blank(row, index, None, style)
        elif isinstance(value, date):
            self.page.write_datetime(row, index, datetime(value.year, value.month, value.day), self.day)  # noqa: DTZ001
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            self.page.write_number(row, index, float(value), style)
        else:
            self.page.write_string(row, index, str(value), style)
