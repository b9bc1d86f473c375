"""Rows of a commune's return: an item of the form and its figure or words, asserted of the commune itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from childdb.intake.rows import RowValues
from schemas.issues import Issue
from schemas.records import CONTRIBUTION, HELD, READY, SourceRow


def return_row(sheet: str, number: int, cells: Mapping[str, str], row: RowValues, token: str | None) -> SourceRow:
    item, value, said = (row.values.get(f"commune_return.{c}") for c in ("item", "value", "said"))
    if str(item).startswith(CONTRIBUTION) and value is None and said is None and not row.issues:
        return SourceRow(sheet, number, cells, skipped="blank")
    fact: dict[str, Any] = {"item": item, "value": value, "said": said}
    if not item or (value is None and said is None and not row.issues):
        row.issues.append(Issue("item_missing", "item" if not item else "value"))
    held = any(issue.holds for issue in row.issues)
    kept = {k: v for k, v in fact.items() if v is not None}
    return SourceRow(
        sheet,
        number,
        cells,
        HELD if held else READY,
        None,
        tuple(row.issues),
        unit_facts=() if held else (kept,),
        token=token,
    )
