"""The dated settings of the report: who reports to whom under which name, which agencies report, the plan of the text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from childdb.report.blocks import Body
from schemas.codes import Unit, units
from schemas.errors import InvalidDefinition, NotFound

_BODY_KEYS = {
    "level",
    "from",
    "superior",
    "own",
    "own_words",
    "letters",
    "place",
    "addressee",
    "signs",
    "recipients",
    "source",
}
_AGENCY_KEYS = {"id", "name", "from", "numbers"}
_SECTION_KEYS = {"id", "title", "documents", "order"}
_SECTION_MORE = {"programme", "domains", "indicators", "always"}


@dataclass(frozen=True)
class Agency:
    """An agency that reports its part; `numbers` are the figures that only it knows."""

    id: str
    name: str
    numbers: tuple[str, ...]
    phone: str = ""


@dataclass(frozen=True)
class Question:
    """What a form asks in words, and how many lines it leaves."""

    id: str
    asks: str
    lines: int


@dataclass(frozen=True)
class Section:
    """A section of the text and what it claims."""

    id: str
    title: str
    documents: tuple[str, ...]
    order: int
    programme: str = ""
    domains: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    always: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bodies:
    """One file of settings, read strictly."""

    bodies: tuple[Mapping[str, Any], ...]
    agencies: tuple[Mapping[str, Any], ...]
    questions: tuple[Question, ...]
    due: tuple[int, int] = (12, 5)
    """Month and day by which the parts must be there."""
    phones: Mapping[str, str] = field(default_factory=dict)
    """Of communes, by code."""
    reports: tuple[str, ...] = ("102", "11")
    """Codes of the unit that reports, the first in force: the district, after its end the province."""

    def deadline(self, year: int) -> date:
        return date(year, *self.due)

    def phone_of(self, unit: Unit) -> str:
        return self.phones.get(unit.code, "")

    def body(self, unit: Unit, on: date) -> Body:
        """The body of UNIT's level in force on a day, its names filled in."""
        found = [b for b in self.bodies if b["level"] == unit.level and _in_force(b, on) and _is_unit(b, unit)]
        if not found:
            raise NotFound(
                f"Chưa đặt cơ quan báo cáo cho {unit.name} vào ngày {on:%d/%m/%Y}; thêm vào tệp của --bodies.",
                f"No reporting body is set for {unit.name} on {on}; add it to the file of --bodies.",
            )
        b = max(found, key=lambda b: (bool(b.get("unit")), b["from"]))
        words = _words(unit)

        def filled(text: str) -> str:
            try:
                return text.format_map(words)
            except (KeyError, ValueError, IndexError) as fault:
                raise InvalidDefinition(f"Tên cơ quan “{text}”: chỉ được dùng {{{'}, {'.join(words)}}}.",
                                        f"The body's name {text!r}: only {{{'}, {'.join(words)}}} may stand in it.") from fault  # fmt: skip

        return Body(
            [filled(t) for t in b["superior"]], [filled(t) for t in b["own"]], filled(b["own_words"]), b["letters"],
            filled(b["place"]), filled(b["addressee"]), [filled(t) for t in b["signs"]],
            [filled(t) for t in b["recipients"]], b["source"],
        )  # fmt: skip

    def agencies_on(self, on: date) -> list[Agency]:
        return [
            Agency(a["id"], a["name"], tuple(a["numbers"]), a.get("phone", ""))
            for a in self.agencies
            if _in_force(a, on)
        ]


def _in_force(entry: Mapping[str, Any], on: date) -> bool:
    until: date | None = entry.get("until")
    return bool(entry["from"] <= on) and (until is None or on <= until)


def _is_unit(entry: Mapping[str, Any], unit: Unit) -> bool:
    return entry.get("unit") in (None, unit.code, unit.key)


def _words(unit: Unit) -> dict[str, str]:
    above = units().get(f"{unit.parent_code}@{unit.parent_from}") if unit.parent_code else None
    found: dict[str, str] = {}
    for name, of in (("unit", unit), ("parent", above)):
        said = of.name if of else ""
        found |= {name: said, name.upper(): said.upper(), f"{name}_low": said[:1].lower() + said[1:]}
    return found | {"short": unit.short_name}


def read_bodies(path: Path | None = None) -> Bodies:
    """The settings in PATH, or those that come with the program."""
    place = path or resources.files("childdb.report").joinpath("bodies.toml")
    name = path.name if path else "bodies.toml"
    try:
        table = tomllib.loads(place.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise InvalidDefinition(f"{name}: không đọc được ({fault}).", f"{name}: not readable ({fault}).") from fault
    _keys(name, "body", table.get("body", []), _BODY_KEYS, {"until", "unit"})
    _keys(name, "agency", table.get("agency", []), _AGENCY_KEYS, {"until", "phone"})
    _keys(name, "question", table.get("question", []), {"id", "asks", "lines"}, set())
    for entry in (*table.get("body", ()), *table.get("agency", ())):
        if not all(isinstance(entry[k], date) for k in ("from", "until") if k in entry):
            raise InvalidDefinition(f"{name}: from, until là ngày không có dấu nháy: from = 2025-07-01.",
                                    f"{name}: from and until are dates without quotes: from = 2025-07-01.")  # fmt: skip
    try:
        return Bodies(
            tuple(table.get("body", ())), tuple(table.get("agency", ())), tuple(Question(**q) for q in table["question"]),
            (table["due"]["month"], table["due"]["day"]), dict(table.get("phones", {})),
            tuple(table.get("reports", Bodies.reports)),
        )  # fmt: skip
    except (KeyError, TypeError) as fault:
        raise InvalidDefinition(f"{name}: thiếu hoặc sai mục question, due.",
                                f"{name}: question or due is missing or has not the right form.") from fault  # fmt: skip


def _keys(file: str, kind: str, entries: Iterable[Mapping[str, Any]], wanted: set[str], more: set[str]) -> None:
    for place, entry in enumerate(entries, 1):
        for key in sorted(set(entry) ^ wanted):
            if key in more:
                continue
            vi, en = ("khóa lạ", "unknown key") if key in entry else ("thiếu khóa", "missing key")
            raise InvalidDefinition(f"{file}, {kind} {place}, {key}: {vi}.", f"{file}, {kind} {place}, {key}: {en}.")


@dataclass(frozen=True)
class Outline:
    """The plan: sections in order, the indicators of the first part, and what the pictures show."""

    sections: tuple[Section, ...]
    direction: Section
    over_years: tuple[str, ...]
    communes: tuple[str, ...]
    map: tuple[str, ...]
    sheet: tuple[str, ...]
    """The indicators of a commune's sheet."""

    def claimed(self, indicators: Sequence[tuple[str, str, Sequence[str]]]) -> dict[str, str]:
        """Which section has which indicator, of (id, domain, programmes)."""
        ranked = sorted([self.direction, *self.sections], key=lambda s: s.order)
        found: dict[str, str] = {}
        for name, domain, programmes in indicators:
            section = next(
                (s for s in ranked if name in s.indicators), None
            ) or next((s for s in ranked if domain in s.domains or (s.programme and s.programme in programmes)), None)  # fmt: skip
            if section is not None:
                found[name] = section.id
        return found


def _section(entry: Mapping[str, Any]) -> Section:
    lists = {k: tuple(entry.get(k, ())) for k in ("documents", "domains", "indicators", "always")}
    return Section(entry["id"], entry["title"], order=entry["order"], programme=entry.get("programme", ""), **lists)


@cache
def outline() -> Outline:
    table = tomllib.loads(resources.files("childdb.report").joinpath("outline.toml").read_text("utf-8"))
    _keys("outline.toml", "section", table["section"], _SECTION_KEYS, _SECTION_MORE)
    sections = tuple(_section(s) for s in table["section"])
    first = table["direction"]
    direction = Section("direction", "", ("QĐ 23/QĐ-TTg",), first["order"], indicators=tuple(first["indicators"]))
    shown = table["pictures"]
    return Outline(
        sections,
        direction,
        tuple(shown["over_years"]),
        tuple(shown["communes"]),
        tuple(shown["map"]),
        tuple(shown["sheet"]),
    )
