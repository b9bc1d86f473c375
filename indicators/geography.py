"""Units as filed, seen in the geography of any date, along the tree up to the province.

A unit in force on the date stands for itself. An earlier or later one is followed through the successions; where
that leads to exactly one unit, whole, the move is exact. Where it does not, the children count only in the
units that all possibilities share (the province, say), and the others are refused with a sentence: a figure
is never spread by guess.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

import duckdb

LEVELS = ("province", "district", "commune")


@dataclass(frozen=True)
class UnitRow:
    """One unit of the snapshot; `valid_to` is its last day."""

    key: str
    code: str
    valid_from: date
    valid_to: date | None
    level: str
    parent: str | None
    name: str


@dataclass(frozen=True)
class Refusal:
    """A unit for which the geography gives no exact figure, and why."""

    unit: str
    vi: str
    en: str


@dataclass
class Geography:
    """The tree of one date. `paths` gives for a filed unit the units of the tree that hold it for certain."""

    on: date
    units: dict[str, UnitRow]
    forward: dict[str, list[tuple[str, str]]]
    backward: dict[str, list[tuple[str, str]]]
    refusals: dict[str, Refusal] = field(default_factory=dict)

    def in_force(self, key: str) -> bool:
        """Whether a unit holds on the date; on the very day of a reform its successor does."""
        unit = self.units[key]
        if unit.valid_from > self.on or (unit.valid_to is not None and unit.valid_to < self.on):
            return False
        later = (self.units.get(s) for s, _ in self.forward[key])
        return not any(s is not None and s.valid_from <= self.on for s in later)

    def reached(self, key: str) -> tuple[set[str], bool]:
        """The units of the date that KEY may be, and whether the way was whole all along."""
        if key not in self.units:
            return set(), False
        if self.in_force(key):
            return {key}, True
        steps = self.forward if self.units[key].valid_from <= self.on else self.backward
        found: set[str] = set()
        whole = True
        for other, share in steps[key]:
            further, exact = self.reached(other)
            found |= further
            whole = whole and exact and share == "whole"
        return found, whole and bool(found)

    def ancestry(self, key: str) -> list[str]:
        """A unit and those above it, upwards."""
        path = []
        step: str | None = key
        while step is not None and step in self.units:
            path.append(step)
            step = self.units[step].parent
        return path

    def paths(self, filed: list[str]) -> dict[str, tuple[str, ...]]:
        """For each filed unit the units of the tree that hold it; the doubtful ones are refused."""
        found: dict[str, tuple[str, ...]] = {}
        for key in filed:
            if key not in self.units:
                self._refuse_stranger(key)
            reached, whole = self.reached(key)
            lines = [self.ancestry(r) for r in sorted(reached)]
            if len(lines) == 1 and whole:
                found[key] = tuple(lines[0])
                continue
            shared = [u for u in lines[0] if all(u in line for line in lines)] if lines else []
            if len(lines) == 1:
                shared = shared[1:]  # a part of it lies elsewhere
            found[key] = tuple(shared)
            for unit in {u for line in lines for u in line} - set(shared):
                self._refuse(unit, key)
        return found

    def communes(self, filed: Collection[str]) -> dict[str, str]:
        """The commune of the tree that holds a filed unit for certain; else the unit as filed."""
        paths = self.paths(sorted(filed))
        return {u: next((p for p in above if self.units[p].level == "commune"), u) for u, above in paths.items()}

    def silent(self, heard: Collection[str], told: Collection[str]) -> dict[str, int]:
        """By commune: how many of the filed units that are HEARD of have not TOLD, where any has not.

        A commune that has told itself speaks for its former parts; one that has not is asked through them.
        """
        parts: dict[str, set[str]] = defaultdict(set)
        for unit, commune in self.communes(heard).items():
            parts[commune].add(unit)
        asked = {c: (units - {c} or units) - set(told) for c, units in parts.items() if c not in told}
        return {c: len(units) for c, units in asked.items() if units}

    def _refuse(self, unit: str, filed: str) -> None:
        name, other, day = self.units[unit].name, self.units[filed].name, self.on.isoformat()
        self.refusals[unit] = Refusal(
            unit,
            f"Không tính được cho {name} theo địa giới ngày {day}: số liệu ghi theo {other} ({filed}) không tách được.",
            f"No exact figure for {name} in the units of {day}:"
            f" what was filed under {other} ({filed}) cannot be split.",
        )

    def _refuse_stranger(self, key: str) -> None:
        self.refusals[key] = Refusal(
            key,
            f"Số liệu ghi theo đơn vị {key} không có trong danh mục đơn vị hành chính, nên không tính vào đâu.",
            f"What was filed under {key} counts nowhere: it is not in the list of administrative units.",
        )

    def tree(self) -> list[UnitRow]:
        """Communes in force on the date and what stands above them, province first."""
        communes = [k for k, u in self.units.items() if u.level == "commune" and self.in_force(k)]
        keys = {a for c in communes for a in self.ancestry(c)}
        rows = [self.units[k] for k in keys]
        return sorted(rows, key=lambda u: (LEVELS.index(u.level) if u.level in LEVELS else 9, u.key))


def read_geography(con: duckdb.DuckDBPyConnection, on: date) -> Geography:
    """The geography of a day from the snapshot's own unit tables."""
    rows = con.execute(
        "select unit, code, valid_from, valid_to, level, parent, name from snap_admin_unit order by unit"
    ).fetchall()
    forward: dict[str, list[tuple[str, str]]] = defaultdict(list)
    backward: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for unit, successor, share in con.execute(
        "select unit, successor, share from snap_admin_unit_successor order by unit, successor"
    ).fetchall():
        forward[unit].append((successor, share))
        backward[successor].append((unit, share))
    for unit, olds in backward.items():
        if len(olds) > 1:  # a merged unit: looking back, no old one is the whole of it
            backward[unit] = [(old, "part") for old, _ in olds]
    return Geography(on, {r[0]: UnitRow(*r) for r in rows}, forward, backward)
