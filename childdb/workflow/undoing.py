"""What an undo would move: the district's figures now, and without the batch."""

from __future__ import annotations

from datetime import date
from typing import Any

from childdb.store import Store
from childdb.workflow.figures import snapshot_of
from indicators.engine import run
from indicators.results import Results


def moves(store: Store, batch: int, *, as_of: date) -> list[dict[str, Any]]:
    """The figures (without groups) that would move, with value before, after and the difference."""
    without = frozenset({batch})
    with snapshot_of(store, as_of=as_of) as here, snapshot_of(store, as_of=as_of, without=without) as there:
        before, after = _values(run(here, as_of=as_of, groups=False)), _values(run(there, as_of=as_of, groups=False))
    found = []
    for key in sorted(set(before) | set(after)):
        old, new = before.get(key), after.get(key)
        if old != new:
            found.append({
                "indicator": key[0], "unit": key[1], "before": old, "after": new,
                "difference": None if old is None or new is None else new - old,
            })  # fmt: skip
    return found


def _values(results: Results) -> dict[tuple[str, str], Any]:
    frame = results.frame
    return {(str(i), str(u)): v for i, u, v in zip(frame["indicator"], frame["unit"], frame["value"], strict=True)}
