"""A typed record as text and back: how a held row keeps what was read of it, so that it can be admitted later."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from schemas.records import Record, Value


def record_text(record: Record, unit_facts: Sequence[Mapping[str, Value]] = ()) -> str:
    return json.dumps(
        {"identity": dict(record.identity), "facts": {t: [dict(r) for r in rows] for t, rows in record.facts.items()},
         "retracts": list(record.retracts), "unit_facts": [dict(f) for f in unit_facts]},
        default=_tagged, ensure_ascii=False,
    )  # fmt: skip


def record_from(text: str) -> tuple[Record, tuple[Mapping[str, Value], ...]]:
    """The record, and what the row says of its commune."""
    data = json.loads(text, object_hook=_untagged)
    return Record(data["identity"], data["facts"], tuple(data["retracts"])), tuple(data.get("unit_facts", ()))


def _tagged(value: Any) -> dict[str, str]:
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    raise TypeError(type(value).__name__)


def _untagged(value: dict[str, Any]) -> Any:
    if set(value) == {"$date"}:
        return date.fromisoformat(value["$date"])
    if set(value) == {"$decimal"}:
        return Decimal(value["$decimal"])
    return value
