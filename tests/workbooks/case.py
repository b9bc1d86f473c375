"""One messy workbook of the corpus: how it is made, and what must be read from it, written by hand beside it."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

COLUMNS = (
    "file", "sheet", "row", "full_name", "birth_date", "birth_precision", "sex", "ethnicity_code", "personal_id", "village",
    "commune_code", "circumstance_codes", "weight_kg", "height_cm", "muac_mm", "doses", "status",
)  # fmt: skip
TODAY = date(2026, 11, 24)
SHEET = "Danh sách"
TITLE = ("UBND XÃ ẲNG CANG", "DANH SÁCH TRẺ EM", "Tháng 6 năm 2024")
HEAD = ("STT", "Họ và tên", "Ngày sinh", "Giới tính", "Dân tộc", "Thôn/bản")


@dataclass(frozen=True)
class Want:
    """What must be read of one row."""

    row: int
    name: str = ""
    born: str = ""
    sex: str = ""
    ethnicity: str = ""
    village: str = ""
    status: str = "new"
    pid: str = ""
    commune: str = "03310"
    circumstances: str = ""
    weight: str = ""
    height: str = ""
    muac: str = ""
    doses: str = ""
    sheet: str = SHEET

    def line(self, file: str) -> dict[str, str]:
        precision = {10: "day", 7: "month", 4: "year"}.get(len(self.born), "none")
        return {
            "file": file, "sheet": self.sheet, "row": str(self.row), "full_name": self.name, "birth_date": self.born,
            "birth_precision": precision, "sex": self.sex, "ethnicity_code": self.ethnicity, "personal_id": self.pid,
            "village": self.village, "commune_code": self.commune, "circumstance_codes": self.circumstances,
            "weight_kg": self.weight, "height_cm": self.height, "muac_mm": self.muac, "doses": self.doses,
            "status": self.status,
        }  # fmt: skip


@dataclass(frozen=True)
class Whole:
    """A file or a sheet that is not read."""

    status: str
    sheet: str = ""

    def line(self, file: str) -> dict[str, str]:
        return dict.fromkeys(COLUMNS, "") | {"file": file, "sheet": self.sheet, "status": self.status}


@dataclass(frozen=True)
class Case:
    """`issues` are (sheet, row or "", field, code); `options` go to read_file."""

    file: str
    make: Callable[[Path], None]
    wants: Sequence[Want | Whole]
    issues: Sequence[tuple[str, int | str, str, str]] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        self.make(folder / self.file)
        self.write_expected(folder)

    def write_expected(self, folder: Path) -> None:
        with (folder / f"{self.file}.records.csv").open("w", encoding="utf-8", newline="") as stream:
            rows = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            rows.writeheader()
            rows.writerows(want.line(self.file) for want in self.wants)
        with (folder / f"{self.file}.issues.csv").open("w", encoding="utf-8", newline="") as stream:
            out = csv.writer(stream, lineterminator="\n")
            out.writerow(("sheet", "row", "field", "code"))
            out.writerows(sorted(self.issues, key=str))


def at(*found: tuple[int | str, str, str], sheet: str = SHEET) -> list[tuple[str, int | str, str, str]]:
    """Issues of one sheet as (row, field, code)."""
    return [(sheet, *each) for each in found]


def book(
    rows: Sequence[Sequence[Any]],
    head: Sequence[Sequence[Any]] | Sequence[Any] = HEAD,
    title: Sequence[str] = TITLE,
    *,
    sheet: str = SHEET,
    merges: Sequence[str] = (),
    then: Callable[[Any], None] | None = None,
) -> Callable[[Path], None]:
    """A workbook of one sheet: title lines in column A, a blank row, headings, rows. Data starts below the headings."""

    def make(path: Path) -> None:
        made = openpyxl.Workbook()
        page = made.active
        page.title = sheet
        put(page, rows, head, title)
        for area in merges:
            page.merge_cells(area)
        if then:
            then(page)
        save(made, path)

    return make


def put(page: Any, rows: Sequence[Sequence[Any]], head: Any = HEAD, title: Sequence[str] = TITLE) -> None:
    heads = [head] if not isinstance(head[0], list | tuple) else head
    lines = [*([t] for t in title), [], *heads, *rows] if title else [*heads, *rows]
    for r, line in enumerate(lines, 1):
        for c, value in enumerate(line, 1):
            if value is not None:
                cell = page.cell(r, c, value)
                if isinstance(value, date):
                    cell.number_format = "dd/mm/yyyy"


def save(made: Any, path: Path) -> None:
    made.save(path)


def csv_file(lines: Sequence[Sequence[str]], encoding: str, delimiter: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        text = "\r\n".join(delimiter.join(line) for line in lines) + "\r\n"
        path.write_bytes((tones_apart(text) if encoding == "cp1258" else text).encode(encoding))

    return make


def tones_apart(text: str) -> str:
    """Letters with hat, breve or horn whole, tones as marks behind them: the only form that Windows-1258 has."""
    found = ""
    for char in text:
        parts = unicodedata.normalize("NFD", char)
        tone = "".join(c for c in parts if c in "\u0300\u0301\u0303\u0309\u0323")
        found += unicodedata.normalize("NFC", "".join(c for c in parts if c not in tone)) + tone
    return found
