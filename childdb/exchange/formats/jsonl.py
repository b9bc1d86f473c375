"""JSON Lines for machines: records.jsonl and indicators.jsonl, one object a line, keys in the profile's order."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from childdb.exchange.bundle import INDICATOR_COLUMNS, Bundle, LeftOut, Lines, PlainRow, encoded, record_line
from childdb.exchange.profile import profile

SUFFIX = ".jsonl"
WHOLE = True
RECORDS, INDICATORS = "records.jsonl", "indicators.jsonl"


def write(bundle: Bundle, folder: Path) -> list[Path]:
    return [write_records(bundle.records, folder), write_figures(bundle.indicators, folder)]


def write_records(records: Iterable[PlainRow], folder: Path) -> Path:
    return _lines(folder / RECORDS, map(record_line, records))


def write_figures(rows: Iterable[PlainRow], folder: Path) -> Path:
    return _lines(folder / INDICATORS, (encoded({k: row.get(k) for k in INDICATOR_COLUMNS}) + "\n" for row in rows))


def _lines(path: Path, lines: Iterable[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(lines)
    return path


def read(folder: Path) -> Bundle:
    return Bundle(profile(), Lines(folder / RECORDS), Lines(folder / INDICATORS))


def left_out(bundle: Bundle) -> list[LeftOut]:
    return []
