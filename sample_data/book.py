"""A workbook as a commune would make it: title block, headings merged over one to three rows, column numbers,
data, totals, signatures; written by xlsxwriter so that the same content gives the same bytes.
"""

from __future__ import annotations

import csv
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from sample_data.communes import Commune
from sample_data.mess import Habits, written

Cell = str | int | float | date | None
MADE_ON = datetime(2024, 1, 1)  # noqa: DTZ001 - the fixed creation date in every file
ERROR_CELL = "#N/A"
FONT = {"font_name": "Times New Roman", "font_size": 11}


@dataclass(frozen=True)
class Column:
    """A column: its key in the rows, its heading, the headings above it, its width in characters."""

    key: str
    heading: str
    above: tuple[str, ...] = ()
    width: float = 12


@dataclass
class Line:
    """One line: data (cells by column key), village, total or heading (again); `faults` are (field, code)."""

    cells: dict[str, Cell] = field(default_factory=dict)
    kind: str = "data"
    struck: bool = False
    faults: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Sheet:
    name: str
    title: list[str]
    columns: list[Column]
    lines: list[Line]
    number_row: bool = True
    heading_again: int = 0
    place: str = ""
    signed: tuple[str, ...] = ()
    head_block: bool = True


@dataclass(frozen=True)
class Planted:
    """A fault that stands in a workbook: where, and which issue must be found there."""

    sheet: str
    row: int
    field: str
    code: str


def title_place(commune: Commune) -> str:
    return f"{commune.name}, huyện Mường Ảng, tỉnh Điện Biên"


def write_book(path: Path, commune: Commune, habits: Habits, sheets: list[Sheet]) -> list[Planted]:
    """Write the workbook, and beside it NAME.issues.csv where it holds faults; returns what was planted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": dict(FONT),
    }
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"author": f"UBND {commune.kind.lower()} {commune.name}", "created": MADE_ON})
    book.set_size(1600, 1000)
    planted: list[Planted] = []
    pen = _Pen(book, commune, habits)
    for sheet in sheets:
        planted += pen.sheet(sheet)
    book.close()
    _pack_tight(path)
    listed = path.with_name(path.stem + ".issues.csv")
    if planted:
        with listed.open("w", encoding="utf-8", newline="") as stream:
            rows = csv.writer(stream, lineterminator="\n")
            rows.writerow(("sheet", "row", "field", "code"))
            rows.writerows((p.sheet, p.row, p.field, p.code) for p in planted)
    elif listed.exists():
        listed.unlink()
    return planted


_SPANS = re.compile(rb' spans="[0-9:]+"')  # a hint to readers that none needs


def _pack_tight(path: Path) -> None:
    """Pack the workbook again at zlib's best level: a twentieth smaller, names, dates and order kept."""
    with zipfile.ZipFile(path) as loose:
        parts = [(info, loose.read(info)) for info in loose.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as tight:
        for info, content in parts:
            entry = zipfile.ZipInfo(info.filename, MADE_ON.timetuple()[:6])
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            tight.writestr(entry, _SPANS.sub(b"", content), compresslevel=9)


def mark_twice(lines: list[Line]) -> None:
    """Children typed alike in one list (unnamed twins) cannot be told apart: both rows must be held."""
    alike: dict[Cell, list[Line]] = {}
    for line in lines:
        if line.cells.get("_alike") is not None and not line.faults:
            alike.setdefault(line.cells["_alike"], []).append(line)
    for group in alike.values():
        if len(group) > 1:
            for line in group:
                line.faults.append(("full_name", "row_twice"))


class _Pen:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Any, commune: Commune, habits: Habits) -> None:
        self.book, self.commune, self.habits = book, commune, habits
        font = FONT
        make = book.add_format
        self.day = make({**font, "num_format": "dd/mm/yyyy"})
        self.bold = make({**font, "bold": True, "align": "center"})
        self.big = make({**font, "bold": True, "align": "center", "font_size": 14})
        self.italic = make({**font, "italic": True, "align": "center"})
        box = {"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1}
        self.heading = make({**font, **box})
        self.number = make({**font, "italic": True, "align": "center", "border": 1})
        self.struck = make({**font, "font_strikeout": True})
        self.struck_day = make({**font, "font_strikeout": True, "num_format": "dd/mm/yyyy"})

    def text(self, text: str) -> str:
        return written(text, self.habits)

    def sheet(self, sheet: Sheet) -> list[Planted]:
        ws = self.book.add_worksheet(self.text(sheet.name)[:31])
        for index, column in enumerate(sheet.columns):
            ws.set_column(index, index, column.width)
        row = self._title(ws, sheet)
        row = self._headings(ws, row, sheet.columns)
        if sheet.number_row:
            for index in range(len(sheet.columns)):
                ws.write_number(row, index, index + 1, self.number)
            row += 1
        ws.freeze_panes(row, 2)
        planted: list[Planted] = []
        since = 0
        for line in sheet.lines:
            if sheet.heading_again and since == sheet.heading_again:
                row, since = self._headings(ws, row, sheet.columns), 0
            self._line(ws, row, sheet, line)
            planted += [Planted(self.text(sheet.name)[:31], row + 1, *fault) for fault in line.faults]
            row, since = row + 1, since + 1
        self._closing(ws, row + 1, sheet)
        return planted

    def _title(self, ws: Any, sheet: Sheet) -> int:
        row, last = 0, len(sheet.columns) - 1
        middle = max(3, min(5, last // 2))
        if sheet.head_block:
            unit = f"UBND {self.commune.kind} {self.commune.name}".upper()
            pairs = (
                ("UBND HUYỆN MƯỜNG ẢNG", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", self.bold),
                (unit, "Độc lập - Tự do - Hạnh phúc", self.bold),
            )
            for left, right, style in pairs:
                ws.merge_range(row, 0, row, middle - 1, self.text(left), style)
                ws.merge_range(row, middle, row, last, self.text(right), style)
                row += 1
            row += 1
        for number, text in enumerate(sheet.title):
            ws.merge_range(row, 0, row, last, self.text(text), self.big if number == 0 else self.italic)
            row += 1
        return row + 1

    def _headings(self, ws: Any, row: int, columns: list[Column]) -> int:
        """Headings in as many rows as needed; equal ones side by side are merged across, lone ones down."""
        depth = 1 + max(len(c.above) for c in columns)
        for level in range(depth):
            start = 0
            while start < len(columns):
                above = columns[start].above
                end = start
                if level < len(above):
                    while end + 1 < len(columns) and columns[end + 1].above[: level + 1] == above[: level + 1]:
                        end += 1
                    self._box(ws, row + level, start, row + level, end, above[level])
                elif level == len(above):
                    self._box(ws, row + level, start, row + depth - 1, start, columns[start].heading)
                start = end + 1
        return row + depth

    def _box(self, ws: Any, top: int, left: int, bottom: int, right: int, text: str) -> None:
        if (top, left) == (bottom, right):
            ws.write_string(top, left, self.text(text), self.heading)
        else:
            ws.merge_range(top, left, bottom, right, self.text(text), self.heading)

    def _line(self, ws: Any, row: int, sheet: Sheet, line: Line) -> None:
        if line.kind == "village":
            ws.merge_range(row, 0, row, len(sheet.columns) - 1, self.text(str(line.cells["village"])), self.bold)
            return
        style, day = (self.struck, self.struck_day) if line.struck else (None, self.day)
        if line.kind == "total":
            style = self.bold
        for index, column in enumerate(sheet.columns):
            value = line.cells.get(column.key)
            if value is None:
                continue
            if isinstance(value, date):
                ws.write_datetime(row, index, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
            elif value == ERROR_CELL:
                ws.write_formula(row, index, "=NA()", style, ERROR_CELL)
            elif isinstance(value, str):
                ws.write_string(row, index, self.text(value), style)
            else:
                ws.write_number(row, index, value, style)

    def _closing(self, ws: Any, row: int, sheet: Sheet) -> None:
        if not sheet.signed:
            return
        last = len(sheet.columns) - 1
        left, right = 1, max(3, last - 3)
        ws.write_string(row, right, self.text(sheet.place), self.italic)
        ws.write_string(row + 1, left, self.text("NGƯỜI LẬP BIỂU"), self.bold)
        ws.write_string(row + 1, right, self.text("TM. ỦY BAN NHÂN DÂN"), self.bold)
        ws.write_string(row + 2, left, self.text("(Ký, ghi rõ họ tên)"), self.italic)
        ws.write_string(row + 2, right, self.text("CHỦ TỊCH"), self.bold)
        for index, name in zip((left, right), sheet.signed, strict=False):
            ws.write_string(row + 6, index, self.text(name), self.bold)


def signed_place(commune: Commune, day: date) -> str:
    return f"{commune.name}, ngày {day:%d} tháng {day:%m} năm {day.year}"
