"""How many of the children whom each commune should have are known: against the number that the commune reports, else
against those known there a year before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from childdb.store import Store
from childdb.store.returns import return_lines
from childdb.workflow.lists import children_prepared
from childdb.workflow.trend import KNOWN_WITHIN, known_by
from schemas.dates import add_months

ITEM = "children_u16"
"""The item of a commune's return that tells how many children under 16 live there (from the police or the statistics)."""
YEARS = 16  # a child by the Law on Children 2016, art. 1


def coverage(store: Store, on: date) -> dict[str, dict[str, Any]]:
    """By unit (key): children under 16 `known` to live there on a day, how many were `expected` (None: nothing tells),
    the `source` of that number (return, last_year, or empty) and the day it is `of`."""
    known, before = _counts(store, on, None), add_months(on, -12)
    told = {
        line.unit: (int(line.value), line.list_date)
        for line in sorted(return_lines(store, starts=ITEM), key=lambda x: (x.list_date, x.period))
        if line.item == ITEM and line.value and before < line.list_date <= on
    }
    batch = None if told.keys() >= known.keys() else known_by(store, before + timedelta(days=KNOWN_WITHIN))
    then = _counts(store, before, batch) if batch is not None else {}
    return {unit: _against(unit, count, told, then, before) for unit, count in known.items()}


def _against(
    unit: str, known: int, told: dict[str, tuple[int, date]], then: dict[str, int], before: date
) -> dict[str, Any]:  # fmt: skip
    expected, source, of = None, "", ""
    if unit in told:
        expected, source, of = told[unit][0], "return", told[unit][1].isoformat()
    elif then.get(unit):
        expected, source, of = then[unit], "last_year", before.isoformat()
    return {"known": known, "expected": expected, "source": source, "of": of}


def _counts(store: Store, on: date, batch: int | None) -> dict[str, int]:
    """Children under 16 (by the latest reading of their birth date) who live in each unit, as known at a batch."""
    with children_prepared(store, as_of=on, as_known=batch) as con:
        rows = con.execute(
            "select unit, count(*) from resident where coalesce(months_lo, 0) < ? group by unit", [12 * YEARS]
        ).fetchall()
    return {str(unit): int(count) for unit, count in rows}
