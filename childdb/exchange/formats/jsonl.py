"""JSON Lines for machines: records.jsonl and indicators.jsonl, one object a line, keys in the profile's order."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from childdb.exchange.bundle import INDICATOR_COLUMNS, Bundle, LeftOut
from childdb.exchange.profile import profile

SUFFIX = ".jsonl"
WHOLE = True


def write(bundle: Bundle, folder: Path) -> list[Path]:
    records, indicators = folder / "records.jsonl", folder / "indicators.jsonl"
    _lines(records, bundle.records, bundle.profile.keys)
    _lines(indicators, bundle.indicators, INDICATOR_COLUMNS)
    return [records, indicators]


def _lines(path: Path, rows: Iterable[Any], keys: tuple[str, ...]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for row in rows:
            out.write(json.dumps({k: row.get(k) for k in keys}, ensure_ascii=False) + "\n")


def read(folder: Path) -> Bundle:
    return Bundle(profile(), _rows(folder / "records.jsonl"), _rows(folder / "indicators.jsonl"))


def _rows(path: Path) -> tuple[dict[str, Any], ...]:
    with path.open(encoding="utf-8") as lines:
        return tuple(json.loads(line) for line in lines)


def left_out(bundle: Bundle) -> list[LeftOut]:
    return []
