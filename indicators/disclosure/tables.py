"""The counts behind the figures, by unit as filed, and the equations that hold between them.

A figure shows up to five counts: of a share those who count (yes), who do not (no), of whom it is not known (unknown),
all three together (rows), and those of whom it is not known whether they belong (open). Each is a *table*: a number per
filed unit, in total and for each value of each group. Two definitions often show the same table (all children under 5,
live births ...): it stands here once. What is known to add up is an *equation* between tables; beside those of each
definition, equations that the numbers themselves show in every cell are found: one table as the sum of two or three
others (orphans of one parent or both). Any unit of any geography is a set of filed units, so sums over units need none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd

from indicators.counting import TOTAL
from indicators.definition import Count, Definition
from indicators.sql_rules import columns_of

SENSITIVE = ("orphan", "both_parents", "special_", "mental_", "entitled", "allowance_", "left_child_labour")
"""Columns whose holders are a group that is itself kept quiet: of whom among them something is not known, tells of them."""
PLACES = ("play_points", "villages", "schools", "child_friendly")
"""Items of communes' returns that count places, not persons: there is nobody to protect."""
_TOLD_BY_CHANCE = 8  # fewer non-empty cells than these may add up by accident


def strict(definition: Definition) -> bool:
    """Whether small counts of the unknown are protected too: among sealed facts and people of a sensitive group.

    Elsewhere they only tell in how many records a fact is missing.
    """
    counts = definition.numerator or (Count(definition.source, definition.population),)
    return any(
        c.source in ("sealed", "circumstance") or any(n.startswith(SENSITIVE) for n in columns_of(c.where, c.source))
        for c in counts
    )


@dataclass(frozen=True)
class Equation:
    """The sum of TERMS (table, +1 or -1) is nothing, in every cell of the total and of GROUPS."""

    terms: tuple[tuple[int, int], ...]
    groups: frozenset[str]


@dataclass
class Tables:
    """`counts[group][table, atom, value]`; atoms are filed units, TOTAL has one value; `has[group][table]`."""

    definitions: list[Definition]
    atoms: list[str]
    values: dict[str, list[str]]
    counts: dict[str, np.ndarray] = field(default_factory=dict)
    has: dict[str, np.ndarray] = field(default_factory=dict)
    shown_by: list[set[int]] = field(default_factory=list)
    protected: list[bool] = field(default_factory=list)
    """Whether a small count of the table stays behind (of the unknown only where a definition is strict)."""
    fields: list[dict[str, int]] = field(default_factory=list)
    """By definition: the number of the table of yes, no, unknown, rows, open (or: above, below ...)."""
    equations: list[Equation] = field(default_factory=list)
    size: list[int] = field(default_factory=list)
    """By definition: the table of all that its figures rest on."""


def of_persons(definition: Definition) -> bool:
    """Whether a figure counts persons: not communes, schools or play grounds."""
    if definition.kind == "units_meeting":
        return False
    counts = [Count(definition.source, definition.population, definition.value or definition.condition)]
    if definition.kind == "ratio":
        counts = [*definition.numerator, *definition.denominator]
    named = [columns_of(c.value or "true", c.source) for c in counts if c.source == "commune"]
    return len(named) < len(counts) or not all(n.startswith(PLACES) for names in named for n in names)


def read_tables(definitions: Sequence[Definition], filed: pd.DataFrame, threshold: int) -> Tables:
    """The tables of DEFINITIONS (estimators have none) from the figures by filed unit."""
    values = {TOTAL: [""]}
    for name, part in filed[filed["group_name"] != TOTAL].groupby("group_name"):
        values[str(name)] = sorted(set(part["group_value"]))
    found = Tables(list(definitions), sorted(set(filed["unit"])), values)
    builder = _Builder(found, threshold)
    by_indicator = dict(list(filed.groupby("indicator")))
    for number, definition in enumerate(definitions):
        builder.add(number, definition, by_indicator[definition.id])
    builder.finish()
    return found


_Cells = dict[str, np.ndarray]


class _Builder:
    def __init__(self, tables: Tables, threshold: int) -> None:
        self.tables, self.threshold = tables, threshold
        self.cells: list[_Cells] = []
        self.by_key: dict[object, int] = {}
        self.by_total: dict[bytes, list[int]] = defaultdict(list)
        self.atom = {a: n for n, a in enumerate(tables.atoms)}
        self.place = {g: {v: n for n, v in enumerate(vs)} for g, vs in tables.values.items()}

    def add(self, number: int, definition: Definition, frame: pd.DataFrame) -> None:
        above, below, unknown, opened = (self._cells(frame, definition, c) for c in (
            "numerator", "denominator", "unknown", "population_unknown"))  # fmt: skip
        t = self.tables
        t.fields.append({})
        sums: list[tuple[str, int]] = []
        parts: dict[str, tuple[object, _Cells | None]] = {"unknown": (None, unknown), "open": (None, opened)}
        if definition.kind == "share":
            parts |= {
                "above": (("yes", definition.source, definition.population, definition.condition), above),
                "no": (None, _less(below, above)), "rows": (_rows_key(definition), _plus(below, unknown)),
            }  # fmt: skip
            sums = [("above", 1), ("no", 1), ("unknown", 1), ("rows", -1)]
        else:
            parts |= {"above": (_above_key(definition), above), "rows": (_rows_key(definition), below)}
            if definition.per == 100 and above and below and all((above[g] <= below[g]).all() for g in above):
                parts["no"] = (None, _less(below, above))
                sums = [("above", 1), ("no", 1), ("rows", -1)]
        for name, (key, cells) in parts.items():
            if cells is not None:
                t.fields[number][name] = self._table(number, key, cells)
                t.protected[t.fields[number][name]] |= name not in ("unknown", "open") or (
                    strict(definition) and (name == "unknown" or definition.kind != "ratio")
                )
        t.size.append(t.fields[number]["rows"])
        if sums:
            self._equation([(t.fields[number][name], sign) for name, sign in sums], set(above or {}))

    def _cells(self, frame: pd.DataFrame, definition: Definition, column: str) -> _Cells | None:
        """A column of a definition's figures as arrays; None where it is no count (a mean's sum, dong)."""
        if column == "numerator" and (definition.kind == "mean" or definition.unit == "dong"):
            return None
        t = self.tables
        found = {g: np.zeros((len(t.atoms), len(t.values[g])), np.int64) for g in (TOTAL, *definition.groups)
                 if g in t.values}  # fmt: skip
        plain = frame[column].fillna(0)
        for g, group in frame.groupby("group_name"):
            units = [self.atom[u] for u in group["unit"]]
            places = [self.place[str(g)][v] for v in group["group_value"]]
            found[str(g)][units, places] = [int(x) for x in plain[group.index]]
        return found

    def _table(self, number: int, key: object, cells: _Cells) -> int:
        stamp = cells[TOTAL].tobytes()
        same = [self.by_key[key]] if key is not None and key in self.by_key else []
        if cells[TOTAL].sum() >= self.threshold:
            same += self.by_total[stamp]
        for table in same:
            known = self.cells[table]
            if all((known[g] == cells[g]).all() for g in cells if g in known):
                self.cells[table] = {**cells, **known}
                self.tables.shown_by[table].add(number)
                return table
        table = len(self.cells)
        self.cells.append(cells)
        self.tables.shown_by.append({number})
        self.tables.protected.append(False)
        self.by_total[stamp].append(table)
        if key is not None:
            self.by_key.setdefault(key, table)
        return table

    def _equation(self, terms: Iterable[tuple[int, int]], groups: set[str]) -> None:
        summed: dict[int, int] = defaultdict(int)
        for table, sign in terms:
            summed[table] += sign
        left = tuple((table, sign) for table, sign in sorted(summed.items()) if sign)
        if left and all(abs(sign) == 1 for _, sign in left):
            self.tables.equations.append(Equation(left, frozenset(groups - {TOTAL})))

    def finish(self) -> None:
        t = self.tables
        for g, values in t.values.items():
            t.has[g] = np.asarray([g in c for c in self.cells], bool)
            nothing = np.zeros((len(t.atoms), len(values)), np.int64)
            t.counts[g] = np.stack([c.get(g, nothing) for c in self.cells]) if self.cells else np.empty((0, 0, 0))
        known = {frozenset(x for x, _ in e.terms) for e in t.equations}
        for terms in self._sums():
            if frozenset(x for x, _ in terms) not in known:
                groups = set.intersection(*(set(self.cells[x]) for x, _ in terms))
                self._equation(terms, groups)

    def _sums(self) -> Iterable[tuple[tuple[int, int], ...]]:
        """Tables that are the sum of two or three others in every cell that they share."""
        sizes = [int(c[TOTAL].sum()) for c in self.cells]
        large = [n for n, size in enumerate(sizes) if size >= self.threshold]
        weights = np.random.default_rng(1).integers(1, 1 << 40, len(self.tables.atoms))
        mark = {n: int((self.cells[n][TOTAL][:, 0].astype(object) * weights).sum()) for n in large}
        pairs: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for b, c in combinations(large, 2):
            pairs[mark[b] + mark[c]].append((b, c))
        for a in large:
            for b, c in pairs.get(mark[a], ()):
                if a not in (b, c) and self._adds_up(a, (b, c)):
                    yield ((a, -1), (b, 1), (c, 1))
            for b in large:
                for c, d in pairs.get(mark[a] - mark[b], ()) if b != a else ():
                    if b < c and a not in (c, d) and self._adds_up(a, (b, c, d)):
                        yield ((a, -1), (b, 1), (c, 1), (d, 1))

    def _adds_up(self, whole: int, parts: tuple[int, ...]) -> bool:
        shared = set.intersection(*(set(self.cells[x]) for x in (whole, *parts)))
        filled = min(sum(int((self.cells[x][g] != 0).sum()) for g in shared) for x in parts)
        summed = {g: sum(self.cells[x][g] for x in parts) for g in shared}
        return filled >= _TOLD_BY_CHANCE and all((self.cells[whole][g] == summed[g]).all() for g in shared)


def _rows_key(definition: Definition) -> object:
    """What a denominator counts, where its rows are all that a predicate admits."""
    if definition.kind in ("share", "sum") and (definition.value or "1") == "1":
        return ("rows", definition.source, definition.population)
    below = definition.denominator
    return ("rows", below[0].source, below[0].where) if len(below) == 1 and not below[0].value else None


def _above_key(definition: Definition) -> object:
    above = definition.numerator
    if definition.kind == "sum":
        return _rows_key(definition) if definition.value == "1" else None
    return ("rows", above[0].source, above[0].where) if len(above) == 1 and not above[0].value else None


def _less(one: _Cells | None, other: _Cells | None) -> _Cells:
    return {g: one[g] - other[g] for g in one} if one and other else {}


def _plus(one: _Cells | None, other: _Cells | None) -> _Cells:
    return {g: one[g] + other[g] for g in one} if one and other else {}
