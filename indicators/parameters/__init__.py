"""Numbers and lists set by law, dated, each with its citation."""

from __future__ import annotations

import csv
from importlib import resources

from schemas.errors import InvalidDefinition


def parameter_rows(name: str) -> list[dict[str, str]]:
    """The rows of `indicators/parameters/NAME`; a row without a source is refused."""
    text = resources.files("indicators.parameters").joinpath(name).read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    for line, row in enumerate(rows, start=2):
        if not (row.get("source") or "").strip():
            raise InvalidDefinition(f"{name}, dòng {line}: thiếu nguồn (source).", f"{name}, row {line}: no source.")
    return rows
