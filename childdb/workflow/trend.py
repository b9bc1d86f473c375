"""A figure over the past years: as known now, and as it was known then."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from childdb.store import Store
from childdb.store.snapshot import write_snapshot
from indicators.engine import run
from indicators.results import Results
from schemas.dates import add_months

KNOWN_WITHIN = 31
"""Days after a date by which its lists are in: what was known then is what was known by that day."""


@dataclass(frozen=True)
class Point:
    """One indicator as on one day: the figure as known now, and as known at THEN_BATCH (None: nothing was known)."""

    indicator: str
    measure: str
    as_of: date
    now: dict[str, Any]
    then_batch: int | None
    then: dict[str, Any] | None

    @property
    def change(self) -> Decimal | None:
        """What was learnt since: the value as known now less the value as known then."""
        if self.then is None or self.now["value"] is None or self.then["value"] is None:
            return None
        return Decimal(self.now["value"]) - Decimal(self.then["value"])


def trend(
    store: Store, ids: Sequence[str], unit: str, *, as_of: date, years: int, geography: date | None = None,
    known_within: int = KNOWN_WITHIN,
) -> tuple[list[Point], list[tuple[str, str]]]:  # fmt: skip
    """YEARS + 1 points per indicator, the same day of each year up to AS_OF, in the units of one geography date.

    Days for which that geography gives no exact figure of the unit are left out; why, is in the second list (vi, en).
    """
    days = [add_months(as_of, -12 * back) for back in range(years, -1, -1)]
    batches = {day: known_by(store, day + timedelta(days=known_within)) for day in days}
    now, refused = _runs(store, ids, None, days, geography or as_of)
    points = []
    then: dict[date, Results] = {}
    for batch in sorted({b for b in batches.values() if b is not None}):
        same = [d for d in days if batches[d] == batch]
        then |= _runs(store, ids, batch, same, geography or as_of)[0]
    for indicator in ids:
        for day in days:
            figure = _one(now[day], indicator, unit)
            if figure is None:
                continue
            old = _one(then[day], indicator, unit) if day in then else None
            points.append(Point(indicator, str(figure["measure"]), day, figure, batches[day], old))
    return points, refused


def _runs(
    store: Store, ids: Sequence[str], batch: int | None, days: Sequence[date], geography: date
) -> tuple[dict[date, Results], list[tuple[str, str]]]:
    """The figures of each day from one snapshot, and the sentences of what the geography refuses."""
    found = {}
    with tempfile.TemporaryDirectory(prefix="childdb-") as folder:
        place = Path(folder) / "snapshot"
        write_snapshot(store, place, as_known=batch, sealed_as_of=tuple(days))
        for day in days:
            found[day] = run(place, as_of=day, geography=geography, ids=list(ids), groups=False)
    sentences = {(r.vi, r.en): None for results in found.values() for r in results.refusals}
    return found, list(sentences)


def _one(results: Results, indicator: str, unit: str) -> dict[str, Any] | None:
    try:
        return dict(results.one(indicator, unit))
    except KeyError:
        return None


def known_by(store: Store, day: date) -> int | None:
    """The last batch that was made by a day; None where the store held nothing but reference data."""
    made = [b.number for b in store.batches() if b.made_at.date() <= day and b.kind != "reference"]
    return max(made, default=None)


def rows(points: Sequence[Point], unit: str) -> Iterator[dict[str, Any]]:
    """Points as flat rows."""
    kept = ("numerator", "denominator", "unknown", "value", "low", "high", "ci_low", "ci_high")
    for p in points:
        yield {
            "indicator": p.indicator, "unit": unit, "as_of": p.as_of, "measure": p.measure,
            **{k: _plain(p.now[k]) for k in kept}, "then_batch": p.then_batch,
            **{f"then_{k}": None if p.then is None else _plain(p.then[k]) for k in kept}, "change": p.change,
        }  # fmt: skip


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, Decimal) else int(value)
