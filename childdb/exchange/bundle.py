"""What a format writes and reads: records in the profile's fields, and the indicator table.

Rows are read anew each time somebody goes through them, so that a package of any size is written and checked row by row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from childdb.exchange.profile import Profile, profile

PlainRow = Mapping[str, Any]  # JSON values: str, int, bool, None, list of str; dates and decimals as text

INDICATOR_COLUMNS = (
    "indicator", "version", "unit", "unit_name", "group_name", "group_value", "numerator", "denominator", "unknown",
    "value", "low", "high", "as_of", "geography", "batch",
)  # fmt: skip

_NEVER_EMPTY = {"group_name", "group_value"}  # the total row has empty text there, never nothing
# a sum or a mean has decimals above its line, and those stay text as in JSON Lines
_INTEGERS = {"numerator", "denominator", "unknown", "batch"}
encoded = json.JSONEncoder(ensure_ascii=False).encode


class Rows(Protocol):
    """Rows that can be gone through more than once: a tuple, or a file."""

    def __iter__(self) -> Iterator[PlainRow]: ...

    def __len__(self) -> int: ...


class Lines:
    """The rows of a JSON Lines file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __iter__(self) -> Iterator[PlainRow]:
        with self._path.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)

    def __len__(self) -> int:
        return sum(1 for _ in self.raw())

    def raw(self) -> Iterator[bytes]:
        """The lines as they stand, each with its line break."""
        with self._path.open("rb") as lines:
            yield from lines


def record_line(record: PlainRow) -> str:
    """A record as its line in records.jsonl: the profile's fields in their order; no codes are an empty list."""
    row = {key: record.get(key) for key in profile().keys}
    for key in profile().lists:
        row[key] = row[key] or []
    return encoded(row) + "\n"


def figure_cell(key: str, text: str) -> Any:
    """What stands in a column of the indicator table, from its text: empty is nothing, counts are numbers."""
    if text == "" and key not in _NEVER_EMPTY:
        return None
    return int(text) if key in _INTEGERS and text.lstrip("-").isdigit() else text


@dataclass(frozen=True)
class LeftOut:
    """What a format cannot carry: a field (or a kind of row), in how many rows it is filled, and why."""

    format: str
    what: str
    rows: int
    vi: str
    en: str


@dataclass(frozen=True)
class Bundle:
    """The content of a package, before any file is written."""

    profile: Profile
    records: Rows
    indicators: Rows
