"""Two stored runs of the figures: what changed between them, and through what."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from childdb.store import Store
from childdb.store.runs import RunRow
from childdb.store.snapshot import write_snapshot
from childdb.workflow.explaining import unit_on
from indicators.compare import Change, Counts, Folders, Stand, counts_of, explain_change
from indicators.loader import catalogue
from schemas import codes
from schemas.errors import NotFound

PARTS = {
    "before": ("lần trước", "first run"),
    "definition": ("đổi định nghĩa", "changed definition"),
    "geography": ("đổi địa giới", "changed geography"),
    "identity": ("quyết định trùng trẻ", "identity decisions"),
    "withdrawn": ("trẻ không còn danh sách nào nêu", "children withdrawn"),
    "correction": ("sửa, bổ sung về trẻ đã biết", "corrections"),
    "returns": ("báo cáo của xã, số mật, danh mục", "returns, sealed counts, reference data"),
    "moved": ("chuyển đến, chuyển đi", "moves"),
    "died": ("chết", "deaths"),
    "aged_out": ("quá tuổi", "aged out"),
    "aged_in": ("đến tuổi", "aged in"),
    "events": ("việc xảy ra giữa hai ngày", "events between the dates"),
    "new": ("trẻ mới", "new children"),
    "after": ("lần sau", "second run"),
}
"""Words for what a line of a comparison tells, in the order of the lines."""


def compare(
    store: Store, first: int, second: int, *, ids: Sequence[str] = (), unit: str | None = None
) -> list[Change]:  # fmt: skip
    """The figures of two runs (of IDS, of a unit) that differ, with the parts of their change.

    An indicator that only one of the runs has, or that is no longer in the catalogue, is left out.
    """
    runs = {r.number: r for r in store.runs()}
    one, other = (_run(runs, number) for number in (first, second))
    before, after = (counts_of(store.run_values(r.number)) for r in (one, other))
    both = {i for i, _ in before} & {i for i, _ in after} & set(catalogue())
    for wanted in ids:
        if wanted not in both:
            raise NotFound(f"Hai lần tính không cùng có {wanted!r}.", f"Not both runs have {wanted!r}.")
    chosen = [d for i, d in catalogue().items() if i in (set(ids) or both)]
    units = {unit_on(unit, day) for day in (one.geography, other.geography) if _is(unit, day)} if unit else None
    if units is not None and not units:
        raise NotFound(f"Không có địa bàn {unit} vào hai ngày này.", f"There is no unit {unit} on these dates.")
    kept = {d.id for d in chosen}

    def wanted_of(counts: Counts) -> Counts:
        return {k: v for k, v in counts.items() if k[0] in kept and (units is None or k[1] in units)}

    with ExitStack() as stack:
        folders = _snapshots(store, one, other, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        changes = explain_change(folders, _stand(one), _stand(other), chosen, wanted_of(before), wanted_of(after))
    return [c for c in changes if c.parts]


def _run(runs: dict[int, RunRow], number: int) -> RunRow:
    if number not in runs:
        raise NotFound(f"Không có lần tính {number}.", f"There is no computation {number}.")
    return runs[number]


def _is(unit: str, day: date) -> bool:
    return unit in codes.units() or codes.unit_on(unit, day) is not None


def _stand(run: RunRow) -> Stand:
    return Stand(run.as_of, run.period_start, run.geography)


def _snapshots(store: Store, one: RunRow, other: RunRow, place: Path) -> Folders:
    days = sorted({one.as_of, other.as_of})
    write_snapshot(store, place / "first", as_known=one.batch, sealed_as_of=days)
    if one.batch == other.batch:
        return Folders(place / "first", place / "first", place / "first")
    write_snapshot(store, place / "linked", as_known=one.batch, sealed_as_of=days, linked_at=other.batch)
    write_snapshot(store, place / "second", as_known=other.batch, sealed_as_of=days)
    return Folders(place / "first", place / "linked", place / "second")


def lines(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """A line for each run and part: the counts of `before` and the parts add up to those of `after`."""
    found = []
    for c in changes:
        name = codes.units()[c.unit].name if c.unit in codes.units() else c.unit
        told = {"before": c.before, **c.parts, "after": c.after}
        found += [
            {"indicator": c.indicator, "unit": c.unit, "unit_name": name, "part": part,
             **dict(zip(("numerator", "denominator", "unknown"), map(_plain, told[part]), strict=True))}
            for part in PARTS if part in told
        ]  # fmt: skip
    return found


def _plain(count: Decimal) -> int | Decimal:
    return int(count) if count == int(count) else count
