"""A sheet as plain values with the evidence that the values alone do not show (fonts, errors, hidden rows)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

Cell = str | int | float | bool | date | datetime | time | timedelta | None
Place = tuple[int, int]  # row and column, counted from 0


@dataclass(frozen=True)
class Limits:
    """What a file may cost before it is refused; each breach is one sentence to the sender."""

    file_bytes: int = 200 * 2**20
    unpacked_bytes: int = 1200 * 2**20
    parts: int = 5_000
    dense_cells: int = 24_000_000
    sheets: int = 300
    seconds: float = 60.0
    memory_bytes: int = 2 * 2**30

    @classmethod
    def of(cls, said: Mapping[str, float]) -> Limits:
        """The limits with those that are SAID otherwise: seconds, sheets, parts, cells; file_mb, unpacked_mb, memory_mb."""
        found: dict[str, Any] = {}
        for name, value in said.items():
            stem, _, unit = name.rpartition("_")
            if unit == "mb":
                found[f"{stem}_bytes"] = int(value * 2**20)
            else:
                found["dense_cells" if name == "cells" else name] = value if name == "seconds" else int(value)
        return cls(**found)


@dataclass
class Grid:
    """One sheet: `rows` holds Python values (None for blank), row 0 being the sheet's first row.

    `errors` maps a cell to the error that stands there; `uncalculated` are formulas without a stored value;
    `fonts` names the legacy encoding that a cell's font belongs to (tcvn3, tcvn3_capital, vni); `padded` the
    width of a number format of zeros; `open_dates` the precision (month, year) of a date format without a day.
    """

    name: str
    rows: list[list[Cell]]
    visible: bool = True
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)  # first row, first column, last row, last
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    errors: dict[Place, str] = field(default_factory=dict)
    uncalculated: set[Place] = field(default_factory=set)
    struck: set[Place] = field(default_factory=set)
    fonts: dict[Place, str] = field(default_factory=dict)
    padded: dict[Place, int] = field(default_factory=dict)
    open_dates: dict[Place, str] = field(default_factory=dict)
    date_1904: bool = False
    garbled: dict[Place, str] = field(default_factory=dict)  # set by legacy_text: twice | lost | unclear

    @property
    def width(self) -> int:
        return max((len(row) for row in self.rows), default=0)

    def within(self, left: int, right: int, first: int, stop: int) -> Grid:
        """This sheet with the columns from LEFT to before RIGHT alone in the rows from FIRST to before STOP."""

        def inside(place: Place) -> bool:
            return left <= place[1] < right

        rows = [
            [v if left <= c < right else None for c, v in enumerate(row[:right])] if first <= r < stop else row
            for r, row in enumerate(self.rows)
        ]
        return replace(
            self,
            rows=rows,
            merges=[m for m in self.merges if left <= m[1] < right],
            errors={p: v for p, v in self.errors.items() if inside(p)},
            uncalculated={p for p in self.uncalculated if inside(p)},
            struck={p for p in self.struck if inside(p)},
            fonts={p: v for p, v in self.fonts.items() if inside(p)},
            padded={p: v for p, v in self.padded.items() if inside(p)},
            open_dates={p: v for p, v in self.open_dates.items() if inside(p)},
            garbled={p: v for p, v in self.garbled.items() if inside(p)},
        )

    def at(self, row: int, column: int) -> Cell:
        if row >= len(self.rows) or column >= len(self.rows[row]):
            return None
        return self.rows[row][column]


@dataclass
class Book:
    """A workbook: its kind (xlsx, xlsm, xls, xlsb, ods, docx, csv), its sheets and what was noticed beside the cells."""

    kind: str
    sheets: list[Grid]
    macros: bool = False
    external_links: bool = False


@cache
def letter(column: int) -> str:
    """A column's letters: 0 is A, 26 is AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def column_of(letters: str) -> int:
    index = 0
    for char in letters:
        index = index * 26 + ord(char) - 64
    return index - 1


def place_of(reference: str) -> Place:
    """Row and column of a reference like BC12."""
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters) :]) - 1, column_of(letters.replace("$", ""))


def shown(value: Cell) -> str:
    """A value as text, near to what the sheet shows: whole numbers without point, dates as YYYY-MM-DD."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return str(value)
