"""What a format writes and reads: records in the profile's fields, and the indicator table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from childdb.exchange.profile import Profile

PlainRow = Mapping[str, Any]  # JSON values: str, int, bool, None, list of str; dates and decimals as text

INDICATOR_COLUMNS = (
    "indicator", "version", "unit", "unit_name", "group_name", "group_value", "numerator", "denominator", "unknown",
    "value", "low", "high", "as_of", "geography", "batch",
)  # fmt: skip

_NEVER_EMPTY = {"group_name", "group_value"}  # the total row has empty text there, never nothing
# a sum or a mean has decimals above its line, and those stay text as in JSON Lines
_INTEGERS = {"numerator", "denominator", "unknown", "batch"}


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
    records: tuple[PlainRow, ...]
    indicators: tuple[PlainRow, ...]
