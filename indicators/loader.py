"""The catalogue: every TOML file under indicators/catalogue, read strictly.

An unknown key, a missing key, a missing citation, an id that is not the file's name or stands twice, and SQL
outside the allow-list are refused with the file and the key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from indicators.definition import CONFIDENCES, KINDS, UNITS, Count, Definition, Example, LegalSource, Target
from indicators.prepare.contracts import SOURCES
from indicators.sql_rules import parse, refusal
from schemas.errors import InvalidDefinition, NotFound

CATALOGUE = Path(__file__).parent / "catalogue"
COMPARATORS = (">=", "<=", ">", "<")
NOT_COMPUTED = "not_computed.toml"

_COMMON = {"id", "title", "programmes", "kind", "unit", "better", "groups", "legal_source"}
_OPTIONAL = {"target", "example", "note"}
_BY_KIND: dict[str, set[str]] = {
    "share": {"source", "population", "condition"},
    "ratio": {"numerator", "denominator", "per"},
    "sum": {"source", "population", "value"},
    "mean": {"source", "population", "value"},
    "units_meeting": {"source", "population", "standard"},
    "estimator": {"estimator", "source"},
}


class _Entry:
    """One table of a file, with the words to refuse it."""

    def __init__(self, table: Any, where: str) -> None:
        if not isinstance(table, dict):
            raise refusal(where, "phải là một bảng", "must be a table")
        self.table: Mapping[str, Any] = table
        self.where = where

    def keys(self, wanted: set[str], optional: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        for key in sorted(set(self.table) - wanted - optional):
            raise refusal(f"{self.where}, {key}", "khóa lạ", "unknown key")
        for key in sorted(wanted - set(self.table)):
            raise refusal(f"{self.where}, {key}", "thiếu khóa", "missing key")

    def text(self, key: str, choices: tuple[str, ...] = ()) -> str:
        value = self.table[key]
        if not isinstance(value, str) or not value.strip():
            raise refusal(f"{self.where}, {key}", "phải là chữ, không trống", "must be text and not empty")
        if choices and value not in choices:
            listed = ", ".join(choices)
            raise refusal(f"{self.where}, {key}", f"phải là một trong {listed}", f"must be one of {listed}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.table[key]
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise refusal(f"{self.where}, {key}", "phải là danh sách chữ", "must be a list of text")
        return tuple(value)

    def day(self, key: str) -> date:
        value = self.table[key]
        if type(value) is not date:
            raise refusal(f"{self.where}, {key}", "phải là ngày", "must be a date")
        return value

    def many(self, key: str) -> list[_Entry]:
        value = self.table.get(key, [])
        listed = value if isinstance(value, list) else [value]
        return [_Entry(v, f"{self.where}, {key} {n}") for n, v in enumerate(listed, 1)]

    def words(self, key: str) -> dict[str, str]:
        entry = _Entry(self.table[key], f"{self.where}, {key}")
        entry.keys({"vi", "en"})
        return {lang: entry.text(lang) for lang in ("vi", "en")}


def read_definition(path: Path) -> Definition:
    """The definition in one file; InvalidDefinition names file and key."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise refusal(path.name, f"không đọc được TOML ({error})", f"not readable as TOML ({error})") from error
    entry = _Entry(table, path.name)
    kind = entry.text("kind", KINDS) if "kind" in table else ""
    entry.keys(_COMMON | _BY_KIND.get(kind, {"kind"}), _OPTIONAL)
    if entry.text("id") != path.stem:
        raise refusal(f"{path.name}, id", "id phải trùng tên tệp", "the id must equal the file name")
    definition = _definition(entry, kind, path)
    _check(definition, path.name)
    return definition


def _definition(entry: _Entry, kind: str, path: Path) -> Definition:
    table = entry.table
    return Definition(
        id=entry.text("id"),
        title=entry.words("title"),
        programmes=entry.texts("programmes"),
        kind=kind,
        unit=entry.text("unit", UNITS),
        better=entry.text("better", ("higher", "lower", "neither")),
        source=entry.text("source", tuple(SOURCES)) if "source" in table else "",
        population=entry.text("population") if "population" in table else "true",
        condition=_condition(entry, kind),
        value=entry.text("value") if "value" in table else None,
        numerator=tuple(_count(e) for e in entry.many("numerator")),
        denominator=tuple(_count(e) for e in entry.many("denominator")),
        estimator=entry.text("estimator") if "estimator" in table else None,
        per=_per(entry, kind),
        groups=entry.texts("groups"),
        note=entry.words("note") if "note" in table else {},
        legal_sources=tuple(_legal_source(e) for e in entry.many("legal_source")),
        targets=tuple(_target(e) for e in entry.many("target")),
        examples=tuple(_example(e) for e in entry.many("example")),
        path=path,
    )


def _condition(entry: _Entry, kind: str) -> str | None:
    key = {"share": "condition", "units_meeting": "standard"}.get(kind)
    return entry.text(key) if key else None


def _per(entry: _Entry, kind: str) -> int:
    if kind != "ratio":
        return {"percent": 100, "per_100000_children": 100_000}.get(entry.table["unit"], 1)
    if type(entry.table["per"]) is not int or entry.table["per"] not in (1, 100, 1000, 100000):
        raise refusal(f"{entry.where}, per", "phải là 1, 100, 1000 hoặc 100000", "must be 1, 100, 1000 or 100000")
    return int(entry.table["per"])


def _count(entry: _Entry) -> Count:
    entry.keys({"source", "where"}, {"value"})
    return Count(
        entry.text("source", tuple(SOURCES)),
        entry.text("where"),
        entry.text("value") if "value" in entry.table else None,
    )


def _legal_source(entry: _Entry) -> LegalSource:
    entry.keys({"instrument", "provision", "in_force", "confidence", "source"})
    return LegalSource(
        entry.text("instrument"), entry.text("provision"), entry.day("in_force"),
        entry.text("confidence", CONFIDENCES), entry.text("source"),
    )  # fmt: skip


def _target(entry: _Entry) -> Target:
    entry.keys({"document", "scope", "comparator", "value", "confidence", "source"}, {"year"})
    value, year = entry.table["value"], entry.table.get("year")
    if type(value) not in (int, float):
        raise refusal(f"{entry.where}, value", "phải là số", "must be a number")
    if year is not None and type(year) is not int:
        raise refusal(f"{entry.where}, year", "phải là năm", "must be a year")
    return Target(
        entry.text("document"), entry.text("scope"), year, entry.text("comparator", COMPARATORS),
        Decimal(str(value)), entry.text("confidence", CONFIDENCES), entry.text("source"),
    )  # fmt: skip


def _example(entry: _Entry) -> Example:
    entry.keys({"says", "given", "expect"})
    given = _Entry(entry.table["given"], f"{entry.where}, given")
    given.keys(set(), set(SOURCES))
    expect = _Entry(entry.table["expect"], f"{entry.where}, expect")
    expect.keys(set(), {"numerator", "denominator", "unknown", "population_unknown", "value", "low", "high", "sd"})
    if not expect.table:
        raise refusal(f"{entry.where}, expect", "trống", "is empty")
    return Example(entry.text("says"), {k: given.text(k) for k in given.table}, dict(expect.table))


def _check(definition: Definition, name: str) -> None:
    if not definition.legal_sources:
        raise refusal(f"{name}, legal_source", "thiếu trích dẫn", "the citation is missing")
    if definition.kind == "ratio" and not (definition.numerator and definition.denominator):
        raise refusal(name, "thiếu tử số hoặc mẫu số", "numerator or denominator is missing")
    if definition.kind == "units_meeting" and definition.source != "commune":
        raise refusal(f"{name}, source", "phải là commune", "must be commune")
    for text, source, key in _expressions(definition):
        parse(text, source, f"{name}, {key}")
    for source in definition.sources():
        contract = SOURCES[source]
        for group in definition.groups:
            if group not in contract.groups + contract.wide_groups:
                raise refusal(
                    f"{name}, groups",
                    f"nguồn {source} không chia theo {group}",
                    f"{source} has no group {group}",
                )


def _expressions(definition: Definition) -> list[tuple[str, str, str]]:
    """Every SQL text with its source and key."""
    found = []
    if definition.source and definition.kind != "estimator":
        found.append((definition.population, definition.source, "population"))
        if definition.condition:
            found.append((definition.condition, definition.source, "condition"))
        if definition.value:
            found.append((definition.value, definition.source, "value"))
    for key, counts in (("numerator", definition.numerator), ("denominator", definition.denominator)):
        for count in counts:
            found.append((count.where, count.source, key))
            if count.value:
                found.append((count.value, count.source, key))
    return found


def read_catalogue(folder: Path) -> dict[str, Definition]:
    """All definitions under a folder by id, in the order of ids."""
    found: dict[str, Definition] = {}
    for path in sorted(folder.glob("*/*.toml")):
        definition = read_definition(path)
        if definition.id in found:
            raise refusal(f"{path.parent.name}/{path.name}, id", "id đã có ở tệp khác", "the id stands twice")
        found[definition.id] = definition
    return dict(sorted(found.items()))


@cache
def catalogue() -> dict[str, Definition]:
    """The catalogue of this installation."""
    return read_catalogue(CATALOGUE)


def chosen(ids: list[str] | None) -> list[Definition]:
    """The definitions named, or all; NotFound names the first that is not there."""
    known = catalogue()
    for wanted in ids or []:
        if wanted not in known:
            raise NotFound(f"Không có chỉ tiêu {wanted!r}.", f"There is no indicator {wanted!r}.")
    return [known[i] for i in ids] if ids else list(known.values())


@cache
def not_computed() -> dict[str, dict[str, str]]:
    """Targets that a district's records cannot answer: id -> title and what data would be needed (vi, en)."""
    path = CATALOGUE / NOT_COMPUTED
    found: dict[str, dict[str, str]] = {}
    for entry in _Entry(tomllib.loads(path.read_text("utf-8")), NOT_COMPUTED).many("indicator"):
        entry.keys({"id", "vi", "en", "needs_vi", "needs_en"})
        words = {k: entry.text(k) for k in ("id", "vi", "en", "needs_vi", "needs_en")}
        if words["id"] in found:
            raise InvalidDefinition(f"{NOT_COMPUTED}: {words['id']} hai lần.", f"{NOT_COMPUTED}: {words['id']} twice.")
        found[words["id"]] = words
    return found
