"""Figures: a snapshot of what is known, computed as on a date, judged against its targets."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from childdb.exchange.bundle import INDICATOR_COLUMNS
from childdb.store import Store
from childdb.store.snapshot import write_snapshot
from indicators.counting import TOTAL
from indicators.engine import run
from indicators.loader import catalogue
from indicators.results import Results
from indicators.targets import compare_targets


@contextmanager
def snapshot_of(
    store: Store, *, as_of: date, as_known: int | None = None, without: frozenset[int] = frozenset()
) -> Iterator[Path]:
    """A snapshot in a folder that goes when it is no longer needed."""
    with tempfile.TemporaryDirectory(prefix="childdb-") as folder:
        place = Path(folder) / "snapshot"
        write_snapshot(store, place, as_known=as_known, sealed_as_of=(as_of,), without=without)
        yield place


def figures(
    store: Store, *, as_of: date, as_known: int | None = None, geography: date | None = None,
    ids: list[str] | None = None, groups: bool = True, period_start: date | None = None, filed: bool = False,
) -> Results:  # fmt: skip
    """Every figure (or those of IDS) as on a date, as known at a batch, in the units of a geography date.

    Events count from PERIOD_START on (twelve months, if none is given); FILED gives the figures by filed unit besides.
    """
    with snapshot_of(store, as_of=as_of, as_known=as_known) as place:
        return run(
            place, as_of=as_of, geography=geography, ids=ids, groups=groups, period_start=period_start, filed=filed
        )


def keep(store: Store, results: Results, *, actor: str, now: datetime) -> int:
    """Store a run with its figures; returns its number."""
    rows = [
        {name: _number(row[name]) for name in ("numerator", "denominator", "unknown", "value", "low", "high")}
        | {name: row[name] for name in ("indicator", "version", "unit", "group_name", "group_value")}
        for row in _rows(results.frame)
    ]
    return store.save_run(
        rows, as_of=results.as_of, geography=results.geography, batch=results.batch or store.last_batch(),
        snapshot=f"batch {results.batch}", actor=actor, now=now, period_start=results.period_start,
    )  # fmt: skip


def _number(value: Any) -> Any:
    if value is None or (not isinstance(value, Decimal) and pd.isna(value)):
        return None
    return value if isinstance(value, Decimal) else int(value)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def plain_table(results: Results) -> list[dict[str, Any]]:
    """The indicator table as plain values, in the columns of the package (dates and decimals as text)."""
    return plain_rows(results.frame)


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The same of a frame of figures."""
    nothing = [None] * len(frame)
    columns = [[_plain(v) for v in frame[name].tolist()] if name in frame else nothing for name in INDICATOR_COLUMNS]
    return [dict(zip(INDICATOR_COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(value: Any) -> Any:
    if isinstance(value, (str, bool)) or value is None:
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if value is pd.NaT or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return None
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else int(value)


def titles(lang: str = "vi") -> dict[str, str]:
    """Indicator -> its title."""
    return {id: definition.title[lang] for id, definition in catalogue().items()}


def verdicts(results: Results, unit: str) -> list[dict[str, Any]]:
    """Each figure of a unit beside each of its targets, with the verdict; a figure without a target once, without."""
    frame = results.frame
    own = frame[(frame["unit"] == unit) & (frame["group_name"] == TOTAL)]
    judged = compare_targets(results)
    judged = judged[judged["unit"] == unit]
    by_indicator: dict[str, list[dict[str, Any]]] = {}
    for verdict in _rows(judged):
        by_indicator.setdefault(str(verdict["indicator"]), []).append(verdict)
    found = []
    for figure in _rows(own):
        counts = {k: figure[k] for k in (
            "indicator", "unit", "unit_name", "numerator", "denominator", "unknown", "population_unknown", "value", "low",
            "high", "ci_low", "ci_high", "measure",
        )}  # fmt: skip
        for verdict in by_indicator.get(str(figure["indicator"])) or [{"verdict": ""}]:
            found.append({**verdict, **counts, "own_confidence": figure["confidence"]})
    return found
