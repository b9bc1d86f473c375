"""What the intake hands on: files, sheets, rows, and the typed record that an accepted row asserts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from schemas.issues import Issue
from schemas.text import fold, normal

Value = str | int | bool | date | Decimal | None

# why a row of the sheet is no row of data
SKIP_REASONS = (
    "title", "heading", "column_numbers", "repeated_heading", "village_row", "total", "signature", "note", "blank",
    "hidden",
)  # fmt: skip

READY, HELD = "ready", "held_back"
CONTRIBUTION = "28ct."
"""How the items begin by which agencies and communes write their part of the report; a line left empty is no answer."""


@dataclass(frozen=True)
class Record:
    """The typed record of one row.

    `identity` holds schemas.facts.IDENTITY_FIELDS (None where blank; dates as date); `facts` maps a fact
    table's name to its rows, each a dict of that table's columns, blanks left out; `retracts` names what is
    expressly retracted by "xóa": "table.column" of a field, or "table" / "table:scope value" of a set.
    """

    identity: Mapping[str, Value]
    facts: Mapping[str, Sequence[Mapping[str, Value]]]
    retracts: tuple[str, ...] = ()

    def canonical(self) -> str:
        """One text for equal content, whatever the order of columns or events; the store hashes it."""
        parts = [f"{k}={_text(v)}" for k, v in sorted(self.identity.items()) if v is not None]
        for table in sorted(self.facts):
            rows = sorted(
                "|".join(f"{k}={_text(v)}" for k, v in sorted(row.items()) if v is not None)
                for row in self.facts[table]
            )
            parts.append(f"{table}:" + ";".join(rows))
        parts.extend(f"-{name}" for name in sorted(self.retracts))
        return "\n".join(parts)


def _text(value: Value) -> str:
    if value.__class__ is str:  # most are
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value)


def identity_key(identity: Mapping[str, Value], number: int = 0) -> str:
    """The normalised identifying cells of a row: equal texts are one identity.

    NUMBER tells apart children typed alike (0 for the ordinary identity). Names are compared by
    schemas.text.normal (tone marks kept, their place not), villages by their folded name.
    """
    parts = []
    for name in ("full_name", "mother_name", "father_name", "household_head"):
        value = identity.get(name)
        parts.append(normal(str(value)) if value else "")
    for name in ("birth_date", "birth_precision", "sex", "commune_code", "commune_from"):
        parts.append(_text(identity[name]) if identity.get(name) is not None else "")
    pid = identity.get("personal_id")
    parts.append(re.sub(r"[^0-9A-Za-z]", "", str(pid)) if pid else "")
    village = identity.get("village")
    parts.append(fold(str(village)) if village else "")
    parts.append(str(number))
    return "\x1f".join(parts)


@dataclass(frozen=True)
class SourceRow:
    """One row of a sheet: `number` as Excel shows it; `cells` maps column letters to the raw text that stood there.

    Exactly one of these holds: `skipped` names a reason; or the row is data with status ready (a record) or
    held_back (issues, and the record as far as it could be read). `unit_facts` is for commune returns only.
    """

    sheet: str
    number: int
    cells: Mapping[str, str]
    status: str | None = None
    record: Record | None = None
    issues: tuple[Issue, ...] = ()
    skipped: str | None = None
    unit_facts: tuple[Mapping[str, Value], ...] = ()
    token: str | None = None


@dataclass(frozen=True)
class ColumnReading:
    """How one column was understood; `field` is like child_profile.full_name or vaccination.given_on[PENTA:2]."""

    letter: str
    heading: str
    field: str | None
    how: str = "exact"  # exact | synonym | fuzzy | position | unread


@dataclass(frozen=True)
class SheetReading:
    """One sheet as it was read. `status` is read, skipped (hidden, empty, no table) or refused."""

    name: str
    status: str
    template: str | None = None
    list_kind: str | None = None
    list_date: date | None = None
    period: str | None = None  # YYYY-MM, YYYY-H1, YYYY-Q1 or YYYY for periodic lists
    commune_code: str | None = None
    commune_from: date | None = None
    columns: tuple[ColumnReading, ...] = ()
    rows: tuple[SourceRow, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True)
class FileReading:
    """One file as it was read. `status` is read or refused (then `issues` say why)."""

    name: str
    sha256: str
    status: str
    sheets: tuple[SheetReading, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass
class Accounting:
    """read = new + changed + unchanged + held_back + skipped (by reason), per sheet, always."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    held_back: int = 0
    skipped: dict[str, int] = field(default_factory=dict)

    def holds(self) -> bool:
        parts = self.new + self.changed + self.unchanged + self.held_back + sum(self.skipped.values())
        return self.read == parts

    def as_dict(self) -> dict[str, Any]:
        return {
            "read": self.read, "new": self.new, "changed": self.changed, "unchanged": self.unchanged,
            "held_back": self.held_back, "skipped": sum(self.skipped.values()), "skipped_by_reason": dict(self.skipped),
        }  # fmt: skip
