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


@dataclass(frozen=True)
class Bundle:
    """The content of a package, before any file is written."""

    profile: Profile
    records: tuple[PlainRow, ...]
    indicators: tuple[PlainRow, ...]
