"""A row's cells into typed values by field, with every issue on the way; dates by the evidence of their column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from childdb.intake.cell_readers import Reading, reader_for
from childdb.intake.convert.circumstances import category_of_letter
from childdb.intake.convert.dates import DateRead, Order, evidence, read_date
from childdb.intake.grid import Cell, Grid, Place, letter, shown
from childdb.intake.marks import LETTER, NOT, RING, UNCLEAR, meaning_of_sign, sign_of
from childdb.intake.template import Column
from schemas.dates import OpenDate
from schemas.facts import FACTS
from schemas.issues import Issue
from schemas.text import fold

# fields of --records, where they are named otherwise than the column
_SAID = {
    "ethnicity": "ethnicity_code", "code": "circumstance_codes", "status": "circumstance_codes", "length_cm": "height_cm",
    "given_on": "doses",
}  # fmt: skip
_GARBLED = {"twice": "text_twice_converted", "lost": "text_lost_letter", "unclear": "text_unclear"}
_DATES = ("birth_date", "date", "dose", "date_or_tick")
_NOT_GIVEN = {
    "chua",
    "khong",
    "k",
    "ko",
    "-",
    "0",
    "hoan",
    "ccd",
    "chong chi dinh",
    "tam hoan",
    "chua tiem",
    "khong tiem",
    "/",
}
_MARKS = {"x", "v", "co", "da tiem", "da", "+", "✓", "✔", "√", "roi", "1", "du", "xx"}
_FAR = 2200
_RINGS = ("circumstances", "circumstance_tick", "poverty_tick", "tick", "sex_tick")


@dataclass(frozen=True)
class Field:
    """A column of the table in use: where it stands, what it fills, and its name in issues (as in --records)."""

    index: int
    column: Column
    table: str
    name: str
    qualifier: str  # what stands in brackets after the field
    letter: str
    said: str


def field_of(index: int, column: Column) -> Field:
    table, _, rest = column.field.partition(".")
    name, _, qualifier = rest.partition("[")
    qualifier = qualifier.rstrip("]")
    return Field(index, column, table, name, qualifier, letter(index), _said(table, name, qualifier))


def _said(table: str, name: str, qualifier: str) -> str:
    if table == "parent_status":
        return f"{qualifier}_status"
    if table == "care_arrangement":
        return "care_arrangement"
    if table in ("birth", "death", "health_event", "support", "work_spell"):
        return name
    return _SAID.get(name, name)


@dataclass
class RowValues:
    """What one row says: values by field (as the column names it), issues, and what it retracts."""

    values: dict[str, Any] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    retracts: list[str] = field(default_factory=list)
    letters: Mapping[str, str] = field(default_factory=dict)  # the column of each field
    raw: dict[str, str] = field(default_factory=dict)


class CellReader:
    """Reads the cells of one table; what equal cells give is remembered per column."""

    def __init__(
        self, grid: Grid, fields: Sequence[Field], data: Sequence[int], list_date: date, headings: Mapping[int, str]
    ) -> None:
        self.grid, self.fields, self.list_date = grid, fields, list_date
        self.marked = bool(grid.errors or grid.uncalculated or grid.garbled)
        self.letters = {f.column.field: f.letter for f in fields}
        self.legends = {f.index: _legend(headings.get(f.index, "")) for f in fields if f.column.reader == "sex"}
        self.orders: dict[int, Order] = {}
        self.memo: dict[int, dict[tuple[type, Cell], tuple[Any, tuple[Issue, ...]]]] = {f.index: {} for f in fields}
        self._judge_dates(data)
        self.signs = {
            (f.index, sign): meaning_of_sign(sign, (grid.at(r, f.index) for r in data), letters=coded)
            for f in fields
            if f.column.reader in _RINGS
            for coded in [f.column.reader == "circumstances"]
            for sign in ((RING, NOT) if coded else (RING,))
        }

    def _judge_dates(self, data: Sequence[int]) -> None:
        """Columns of dates that were typed by one hand are judged together where one alone tells too little."""
        dates = [f for f in self.fields if f.column.reader in _DATES]
        latest = self.list_date.year
        births = [f for f in dates if f.column.reader == "birth_date"]
        doses = [f for f in dates if f.column.reader == "dose"]
        alone = [[f] for f in dates if f not in births and f not in doses]
        for group in [g for g in (births, doses) if g] + alone:
            values = [self.grid.at(r, f.index) for f in group for r in data]
            values = [v for v in values if v is not None]
            order = evidence(values, latest)
            for f in group:
                self.orders[f.index] = order

    def read(self, r: int, filled: dict[Place, Cell]) -> RowValues:
        """The values and issues of row R; `filled` holds what a merged or household cell gives to it."""
        result = RowValues(letters=self.letters)
        row = self.grid.rows[r] if r < len(self.grid.rows) else []
        width = len(row)
        for f in self.fields:
            value = row[f.index] if f.index < width else None
            if filled and (r, f.index) in filled:
                value = filled[r, f.index]
            if self.marked and self._marked(r, f, value, result):
                continue
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            self._read_cell(r, f, value, result)
        return result

    def _marked(self, r: int, f: Field, value: Cell, result: RowValues) -> bool:
        """Note a cell that must not be read: an error, a formula without value, damaged text."""
        place = (r, f.index)
        cell = f"{f.letter}{r + 1}"
        if place in self.grid.errors:
            error = self.grid.errors[place]
            result.issues.append(Issue("formula_error", f.said, f.letter, error, {"cell": cell}))
            return True
        if place in self.grid.uncalculated:
            result.issues.append(Issue("formula_not_calculated", f.said, f.letter, None, {"cell": cell}))
            return True
        if place in self.grid.garbled and isinstance(value, str):
            result.issues.append(Issue(_GARBLED[self.grid.garbled[place]], f.said, f.letter, value))
            result.raw[f.column.field] = value
            return True
        return False

    def _read_cell(self, r: int, f: Field, value: Cell, result: RowValues) -> None:
        memo = self.memo[f.index]
        key = (value.__class__, value)
        special = bool(self.grid.open_dates) and (r, f.index) in self.grid.open_dates
        found = None if special else memo.get(key)
        target = f.column.field
        if found is None:
            if isinstance(value, str) and len(value) < 12 and fold(value).strip() in ("xoa", "xoa bo"):
                result.retracts.append(_retracted(f))
                return
            found = self._convert(r, f, value)
            if not special:
                memo[key] = found
        converted, issues = found
        if converted is not None and not (converted is False and result.values.get(target)):
            result.values[target] = converted  # a category with two columns holds where either is marked
        if issues:
            result.issues.extend(issues)
            result.raw[target] = shown(value)
        elif f.column.reader in ("personal_id", "commune"):
            result.raw[target] = shown(value)

    def _convert(self, r: int, f: Field, value: Cell) -> tuple[Any, tuple[Issue, ...]]:
        if f.column.reader in _DATES:
            return self._convert_date(r, f, value)
        if f.column.reader == "personal_id":
            return value, ()  # needs the row's birth year and sex
        if f.column.reader == "sex" and (sex := self.legends.get(f.index, {}).get(shown(value).strip())):
            return sex, ()
        if (f.index, sign_of(value)) in self.signs:
            return self._convert_sign(f, value)
        try:
            read: Reading = reader_for(f.column.reader)(value)
        except TypeError:  # an unhashable or outlandish cell: times, durations
            read = Reading(None, (("number_unreadable", ()),))
        words = read.value if f.column.reader == "circumstance_tick" and isinstance(read.value, tuple) else ()
        if any(not code.startswith(f.qualifier) for code in words):  # they must tell this very category
            read = Reading(None, (("yes_no_unknown", ()),))
        issues = tuple(Issue(code, f.said, f.letter, shown(value), dict(slots)) for code, slots in read.issues)
        return read.value, issues

    def _convert_sign(self, f: Field, value: Cell) -> tuple[Any, tuple[Issue, ...]]:
        """A lone "o" or "k", by what it means in its column."""
        meaning, codes = self.signs[f.index, sign_of(value)], f.column.reader == "circumstances"
        if meaning == UNCLEAR:
            code = (
                "circumstance_unknown"
                if codes
                else "sex_unknown"
                if f.column.reader == "sex_tick"
                else "yes_no_unknown"
            )
            return None, (Issue(code, f.said, f.letter, shown(value)),)
        if not codes:
            return False, ()
        return (category_of_letter(shown(value)) if meaning == LETTER else ()), ()

    def _convert_date(self, r: int, f: Field, value: Cell) -> tuple[Any, tuple[Issue, ...]]:
        if f.column.reader in ("dose", "date_or_tick") and not isinstance(value, date):
            word = fold(shown(value)).strip(" .")
            if word in _NOT_GIVEN:
                return None, ()
            if word in _MARKS:
                if f.column.reader == "date_or_tick":
                    return True, ()
                return None, (Issue("dose_date_missing", f.said, f.letter, shown(value)),)
        place = (r, f.index)
        read = read_date(
            value, self.orders.get(f.index, Order()), self.list_date.year,
            open_date=self.grid.open_dates.get(place), date_1904=self.grid.date_1904,
        )  # fmt: skip
        return self._judge(f, value, read)

    def _judge(self, f: Field, value: Cell, read: DateRead) -> tuple[Any, tuple[Issue, ...]]:
        """The date, or the issue of its kind of column."""
        said, at = shown(value), f.letter
        birth = f.column.reader == "birth_date"
        if read.problem == "ambiguous":
            slots = {"first": f"{read.choices[0]:%d/%m/%Y}", "second": f"{read.choices[1]:%d/%m/%Y}"}
            return None, (Issue("birth_date_ambiguous" if birth else "date_ambiguous", f.said, at, said, slots),)
        if read.problem or read.when is None:
            if birth and read.problem == "impossible":
                return None, (Issue("birth_date_impossible", f.said, at, said),)
            return None, (Issue("birth_date_unreadable" if birth else "date_unreadable", f.said, at, said),)
        if not birth and read.when.precision != "day" and f.name != "since":
            return None, (Issue("date_unreadable", f.said, at, said),)
        if read.when.first > self.list_date:
            slots = {"list_date": f"{self.list_date:%d/%m/%Y}"}
            return None, (Issue("birth_date_future" if birth else "date_future", f.said, at, said, slots),)
        issues: tuple[Issue, ...] = ()
        if read.exchanged:
            issues = (Issue("date_exchanged", f.said, at, said, {"read": f"{read.when.first:%d/%m/%Y}"}),)
        return (read.when if birth else read.when.first), issues


def _legend(heading: str) -> dict[str, str]:
    """What digits mean for the sex, where the heading says so: Giới tính (1: Nam, 2: Nữ)."""
    text = fold(heading)
    found: dict[str, str] = {}
    for word, sex in (("nam", "M"), ("nu", "F")):
        told = re.search(rf"(\d)\s*[:=.\-]?\s*(?:la\s*)?{word}\b|\b{word}\s*[:=.\-]?\s*(?:la\s*)?(\d)", text)
        if told:
            found[told.group(1) or told.group(2)] = sex
    return found if len(found) == 2 else {}


def _retracted(f: Field) -> str:
    """What "xóa" in a cell of this column retracts: a field, or a set."""
    table = FACTS.get(f.table)
    if table is None:
        return f"{f.table}.{f.name}"
    if table.scope == "field":
        return f"{f.table}.{f.name}"
    if f.table == "vaccination":
        return f"vaccination:{f.qualifier.split(':')[0]}"
    if f.table == "parent_status" and f.qualifier in ("father", "mother"):
        return f"parent_status:{f.qualifier}"
    return f.table if table.many or table.scope == "events" else f"{f.table}.{f.name}"


def birth_from_parts(values: dict[str, Any], list_date: date) -> tuple[OpenDate | None, str | None]:
    """A birth date typed in three columns; (date, None), (None, problem) or (None, None) where all are blank."""
    parts = {k: values.get(f"child_profile.birth_date[{k}]") for k in ("day", "month", "year")}
    if all(v is None for v in parts.values()):
        return None, None
    numbers: dict[str, int] = {}
    for name, text in parts.items():
        if text is not None:
            if not re.fullmatch(r"[0-9]{1,4}", str(text).strip()):
                return None, "birth_date_unreadable"
            numbers[name] = int(text)
    year = numbers.get("year")
    if year is None or ("day" in numbers and "month" not in numbers):
        return None, "birth_date_unreadable"
    if year < 100:
        year += 2000 if 2000 + year <= list_date.year + 1 else 1900
    try:
        found = OpenDate.of(year, numbers.get("month"), numbers.get("day"))
    except ValueError:
        return None, "birth_date_impossible"
    return found, "birth_date_future" if found.first > list_date else None
