"""Templates: what a kind of sheet is recognised by and what its columns mean; loaded strictly from templates/."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from childdb.intake.words_lookup import code_lists, exact_key, load
from schemas.errors import InvalidDefinition
from schemas.facts import FACTS, LIST_KINDS

READERS = (
    "ignore", "name", "name_part", "person", "parent", "birth_date", "date_part", "date", "date_or_tick", "sex", "sex_tick", "tick",
    "ethnicity", "personal_id", "text", "phone", "village", "commune", "poverty", "poverty_tick", "circumstances", "circumstance_tick", "parents_status",
    "registered", "health_card", "class", "yes_no", "hours_day", "hours_week", "allowance", "money", "weight",
    "height", "muac", "birth_weight", "weeks", "count", "year", "decimal", "dose", "nationality",
)  # fmt: skip
_COLUMN_KEYS = {"id", "field", "reader", "heading", "other", "fill", "examples"}
_TEMPLATE_KEYS = {
    "id", "title", "list_kind", "period", "titles", "general", "needs_title", "doses", "circumstance_columns", "use",
    "blank", "signs", "column", "blank_ethnicity",
}  # fmt: skip
_SIGN_KEYS = {"all", "any", "at_least", "unless"}
_PSEUDO = ("row", "commune_return")  # what is no fact of a child
_EXTRA = {"child_profile.parent_name", "schooling.class"}


@dataclass(frozen=True)
class Column:
    """A column: the field it fills, its heading and the other headings seen, and how its cells are read."""

    id: str
    field: str
    reader: str
    heading: str
    other: tuple[str, ...] = ()
    fill: str = ""  # household | village: the value may be given once and left blank below
    examples: tuple[tuple[str, str], ...] = ()

    @property
    def headings(self) -> tuple[str, ...]:
        return (self.heading, *self.other)


@dataclass(frozen=True)
class Signs:
    """What a sheet must have: one of each group in `all`, `at_least` of `any`, none of `unless`."""

    all: tuple[tuple[str, ...], ...]
    any: tuple[str, ...]
    at_least: int
    unless: tuple[str, ...]

    def fit(self, columns: set[str]) -> bool:
        return (
            all(columns & set(group) for group in self.all)
            and len(columns & set(self.any)) >= self.at_least
            and not columns & set(self.unless)
        )


@dataclass(frozen=True)
class Template:
    """A kind of sheet. `period` is empty or month, quarter, year for periodic lists; `blank_ethnicity` the code
    that an empty ethnicity stands for, where the form says so."""

    id: str
    title: Mapping[str, str]
    list_kind: str
    period: str
    titles: tuple[str, ...]
    general: bool
    needs_title: bool
    doses: bool
    circumstance_columns: bool
    columns: Mapping[str, Column]
    blank: tuple[str, ...]
    signs: Signs
    blank_ethnicity: str = ""


def _fault(name: str, what: str) -> InvalidDefinition:
    return InvalidDefinition(f"{name}: {what}", f"{name}: {what}")


def _column(where: str, entry: Mapping[str, Any], id: str) -> Column:
    unknown = set(entry) - _COLUMN_KEYS
    missing = {"field", "reader", "heading", "other"} - set(entry)
    if unknown or missing:
        raise _fault(where, f"column {id}: unknown {sorted(unknown)}, missing {sorted(missing)}")
    reader, field = entry["reader"], entry["field"]
    if reader.startswith("code:"):
        if reader[5:] not in code_lists():
            raise _fault(where, f"column {id}: no code list {reader[5:]}")
    elif reader not in READERS:
        raise _fault(where, f"column {id}: unknown reader {reader}")
    table, _, rest = field.partition(".")
    column = rest.partition("[")[0]
    known = (
        table in _PSEUDO or field in _EXTRA or (table in FACTS and any(c.name == column for c in FACTS[table].columns))
    )
    if not known:
        raise _fault(where, f"column {id}: no field {field}")
    examples = tuple((str(cell), str(value)) for cell, value in entry.get("examples", []))
    return Column(id, field, reader, entry["heading"], tuple(entry["other"]), entry.get("fill", ""), examples)


@cache
def shared_columns() -> dict[str, Column]:
    return {id: _column("words/columns.toml", entry, id) for id, entry in load("columns").items()}


def parse(name: str, text: str) -> Template:
    """One template; unknown or missing keys are refused with file and key."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise _fault(name, str(fault)) from None
    unknown, missing = set(raw) - _TEMPLATE_KEYS, _TEMPLATE_KEYS - set(raw) - {"column", "blank_ethnicity"}
    if unknown or missing:
        raise _fault(name, f"unknown {sorted(unknown)}, missing {sorted(missing)}")
    if raw["id"] + ".toml" != name:
        raise _fault(name, "id is not the file's name")
    if raw["list_kind"] not in LIST_KINDS or raw["period"] not in ("", "month", "quarter", "year"):
        raise _fault(name, "list_kind or period")
    columns: dict[str, Column] = {}
    own = {entry["id"]: _column(name, entry, entry["id"]) for entry in raw.get("column", [])}
    for id in raw["use"]:
        if id not in own and id not in shared_columns():
            raise _fault(name, f"no column {id}")
        columns[id] = own[id] if id in own else shared_columns()[id]
    columns |= own
    _no_heading_twice(name, columns)
    signs = raw["signs"]
    if set(signs) != _SIGN_KEYS:
        raise _fault(name, f"signs must be {sorted(_SIGN_KEYS)}")
    named = (
        {id for group in signs["all"] for id in group} | set(signs["any"]) | set(signs["unless"]) | set(raw["blank"])
    )
    known = set(columns) | {"dose"} | set(shared_columns())
    if named - known:
        raise _fault(name, f"signs or blank name unknown columns {sorted(named - known)}")
    return Template(
        raw["id"], raw["title"], raw["list_kind"], raw["period"], tuple(raw["titles"]), raw["general"],
        raw["needs_title"], raw["doses"], raw["circumstance_columns"], columns, tuple(raw["blank"]),
        Signs(tuple(map(tuple, signs["all"])), tuple(signs["any"]), signs["at_least"], tuple(signs["unless"])),
        raw.get("blank_ethnicity", ""),
    )  # fmt: skip


def _no_heading_twice(name: str, columns: Mapping[str, Column]) -> None:
    """One heading, letter for letter, must mean one column."""
    seen: dict[str, str] = {}
    for column in columns.values():
        for heading in column.headings:
            key = "|".join(exact_key(part) for part in heading.split("|"))
            if seen.setdefault(key, column.id) != column.id:
                raise _fault(name, f"heading {heading!r} means {seen[key]} and {column.id}")


@cache
def templates() -> dict[str, Template]:
    """All templates by id; the folder is the registry."""
    found = {}
    folder = resources.files("childdb.intake.templates")
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            template = parse(entry.name, entry.read_text("utf-8"))
            found[template.id] = template
    return found
