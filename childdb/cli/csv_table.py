"""CSV files that analysts bring: read whole as text, refused with one sentence that names row and column."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TextIO, TypeVar

from schemas.errors import ChildDBError, NoSpace, UnreadableFile
from schemas.text import nfc

Value = TypeVar("Value")

DELIMITERS = ",;\t"  # spreadsheets in Vietnamese write the semicolon
MISSING = frozenset({"", "na", "nan", "null", "none", "."})  # how statistical packages write an empty cell
_SEPARATOR = re.compile(r'"?sep=(.)"?\s*\Z', re.IGNORECASE)
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ][0-9:.]+Z?)?\Z")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})\Z")


def parse_date(text: str) -> date:
    """YYYY-MM-DD, or day first as Vietnam writes it (31/12/2024); ValueError for anything else."""
    if found := _ISO.match(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_FIRST.match(text):
        return date(int(found[3]), int(found[2]), int(found[1]))
    raise ValueError


def parse_whole(text: str) -> int:
    """A whole number, also written 1345.0 as statistical packages do; ValueError for anything else."""
    number = float(text)
    if not number.is_integer():
        raise ValueError
    return int(number)


@dataclass(frozen=True)
class CsvTable:
    """The cells of one file, as text, as they stand; `lines` gives each row's line in the file."""

    name: str
    delimiter: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]

    def place(self, column: str) -> int | None:
        """Where COLUMN stands, whatever its case and blanks; None where it is absent."""
        wanted = _key(column)
        return next((place for place, name in enumerate(self.header) if _key(name) == wanted), None)

    def require(self, columns: Sequence[str]) -> None:
        missing = [column for column in columns if self.place(column) is None]
        if missing:
            names = ", ".join(missing)
            raise UnreadableFile(
                f"Tệp {self.name} thiếu cột: {names}. Dòng đầu của tệp phải là tên cột.",
                f"{self.name} lacks the column(s): {names}. The first line of the file must name the columns.",
            )

    def texts(self, column: str) -> list[str]:
        """The cells of COLUMN without outer blanks; empty texts where the file has no such column."""
        place = self.place(column)
        if place is None:
            return [""] * len(self.rows)
        return [row[place].strip() for row in self.rows]

    def values(self, column: str, parse: Callable[[str], Value]) -> list[Value | None]:
        """The cells of COLUMN as PARSE reads them, None where empty; the first that it refuses is an error.

        Few distinct texts stand in a column of dates or codes, so each is parsed once.
        """
        known: dict[str, Value | None] = {}
        values = []
        for row, text in enumerate(self.texts(column)):
            if text not in known:
                try:
                    known[text] = None if text.casefold() in MISSING else parse(text)
                except (ValueError, OverflowError):
                    raise self.refusal(row, column) from None
            values.append(known[text])
        return values

    def refusal(self, row: int, column: str) -> ChildDBError:
        """The error for a cell that cannot be read (ROW counts from 0). It never repeats the cell itself."""
        line = self.lines[row]
        return UnreadableFile(
            f"Tệp {self.name}, dòng {line}, cột {column}: không đọc được giá trị trong ô này.",
            f"{self.name}, row {line}, column {column}: the value in this cell cannot be read.",
        )

    def empty_cell(self, row: int, column: str) -> ChildDBError:
        line = self.lines[row]
        return UnreadableFile(
            f"Tệp {self.name}, dòng {line}, cột {column}: ô này không được để trống.",
            f"{self.name}, row {line}, column {column}: this cell must not be empty.",
        )


def _key(name: str) -> str:
    return nfc(name).casefold()


def read_csv(path: Path) -> CsvTable:
    """PATH as UTF-8 (with or without a byte order mark) or as the UTF-16 of Excel's *Unicode text*.

    Its delimiter is read from the first line, or from a line `sep=;` above it, as Excel has it.
    """
    try:
        with path.open(encoding=_encoding(path), newline="") as file:
            return _read(path.name, file)
    except UnicodeError:
        raise UnreadableFile(
            f"Tệp {path.name} không phải UTF-8. Hãy lưu lại thành CSV UTF-8 rồi chạy lại.",
            f"{path.name} is not UTF-8. Save it as CSV UTF-8 and run again.",
        ) from None
    except OSError as fault:
        raise UnreadableFile(
            f"Không mở được tệp {path.name}: {fault.strerror}.", f"{path.name} cannot be opened: {fault.strerror}."
        ) from None
    except csv.Error as fault:
        raise UnreadableFile(f"Tệp {path.name} không phải CSV: {fault}.", f"{path.name} is not CSV: {fault}.") from None


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def _read(name: str, file: TextIO) -> CsvTable:
    text = io.StringIO(file.read(), newline="")
    first = text.readline()
    if named := _SEPARATOR.match(first):
        delimiter, above = named[1], 1
    else:
        delimiter, above = max(DELIMITERS, key=first.count), 0  # the comma, where none occurs
        text.seek(0)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    header = next(reader, [])
    if not header:
        raise UnreadableFile(
            f"Tệp {name} trống: không có cả dòng tên cột.", f"{name} is empty: not even a line of column names."
        )
    rows, lines = [], []
    for row in reader:
        if not row:
            continue  # a blank line is no row
        if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
            raise UnreadableFile(
                f"Tệp {name}, dòng {reader.line_num + above}: có nhiều ô hơn số cột.",
                f"{name}, row {reader.line_num + above}: more cells than columns.",
            )
        rows.append((row + [""] * (len(header) - len(row)))[: len(header)])
        lines.append(reader.line_num + above)
    return CsvTable(name, delimiter, header, rows, lines)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str = ",") -> None:
    """Write beside PATH first and then put in its place, so that a failed run leaves no half-made file."""
    beside = path.with_name(path.name + ".part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
        beside.replace(path)
    except OSError as fault:
        raise NoSpace(
            f"Không ghi được tệp {path.name}: {fault.strerror}.", f"{path.name} cannot be written: {fault.strerror}."
        ) from None


def print_csv(header: Sequence[str], rows: Iterable[Sequence[str]], out: TextIO) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
