"""Moves: other counts that would show the same figures; every cell that a move touches is hidden.

A small count is safe when there is another set of counts that gives every figure shown, adds up in every equation, and
differs in that count. So for each small count a *move* is looked for: some children counted otherwise in one filed unit,
and as many the other way round in a second one (or in another value of the group), so that all sums above stay. Whatever
changes under the move is hidden; what was shown before must not change. How far a move can go up and down without any
count falling below nothing is the interval that an attacker is left with; it must be at least the width of the rule.
Each small count has a move of its own, and moves hide more and more cells, never fewer: so all of them hold at the end.

A move is a sign (+1, -1) for each table it changes, and a pattern of cells:

    within   A, v: +   A, w: -   B, v: -   B, w: +    two values of a group in two filed units; no total changes
    across   A: +      B: -                            the totals of two filed units, and one value of each group
    alone    the same without B: what contains A changes up to the top
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from indicators.counting import TOTAL
from indicators.disclosure.rule import Rule
from indicators.disclosure.tables import Equation, Tables

Cell = tuple[str, int]
"""A group (TOTAL too) and the number of its value."""
Room = tuple[int, int]
"""How far a change along a pattern can go down and up before a count falls below nothing."""
UNBOUND = 1 << 40
_TRIES = 300  # a move that needs more tables than these is dear: the next pattern is tried


def at(first: Sequence[int], second: np.ndarray, value: int) -> Any:
    """The cells of those rows and columns, and of one value of a group."""
    return np.ix_(np.asarray(first, np.intp), np.asarray(second, np.intp), np.asarray([value], np.intp))


@dataclass(frozen=True)
class Pattern:
    """Filed units A (+) and B (-, or none), the cells that move with that sign, and those that move against it."""

    a: int
    b: int | None
    along: tuple[Cell, ...]
    against: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        return self.along + self.against


@dataclass(frozen=True)
class Move:
    """A pattern, the tables that change, those of them left open wide enough, and the cost of what it newly hides."""

    pattern: Pattern
    changed: tuple[int, ...]
    wide: tuple[int, ...]
    cost: int


@dataclass
class Board:
    """What may be shown and what is hidden: arrays by group of [definition, unit, value].

    `units[unit, atom]` tells what a unit contains; `wanted` are the figures asked for; `fixed` those that an earlier
    release shows with the same counts, on units `past[unit, atom]` of their own.
    """

    tables: Tables
    rule: Rule
    units: np.ndarray
    wanted: dict[str, np.ndarray]
    hidden: dict[str, np.ndarray]
    past: np.ndarray
    fixed: dict[str, np.ndarray]

    def __post_init__(self) -> None:
        self.counts = self.tables.counts  # as a walk has changed them
        atoms = np.eye(len(self.tables.atoms), dtype=bool)
        self.masks = np.unique(np.concatenate([atoms, self.units, self.past]), axis=0)
        self.masks = self.masks[self.masks.any(axis=1)]
        self.masks = self.masks[np.argsort(self.masks.sum(axis=1), kind="stable")]
        self.weight = 1 + self.units.sum(axis=1)
        self.safe = {
            g: np.zeros((len(x), len(self.masks), x.shape[2]), bool) for g, x in self.tables.counts.items()
        }  # fmt: skip
        self.equations: dict[int, list[int]] = defaultdict(list)
        for number, equation in enumerate(self.tables.equations):
            for table, _ in equation.terms:
                self.equations[table].append(number)

    # -- the work ------------------------------------------------------------------------------------------------

    def protect(self, active: set[int], extra: dict[str, np.ndarray]) -> list[tuple[int, int, Cell]]:
        """Hide what is small and what would give it away, for tables of the ACTIVE definitions.

        EXTRA marks [table, mask, value] to protect beside the small ones. Returns what could not be protected (table,
        mask, cell): what earlier releases have told already.
        """
        exposed = []
        for table, mask, cell in self._small(active, extra):
            if not self.safe[cell[0]][table, mask, cell[1]]:
                best = self._best(table, mask, cell)
                moves = [best] if best else self._walk(table, mask, cell)
                if moves is None:
                    exposed.append((table, mask, cell))
                    self._hide_all(table)
                    continue
                for move in moves:
                    self._make(move)
                self.safe[cell[0]][table, mask, cell[1]] = True
        return exposed

    def _small(self, active: set[int], extra: dict[str, np.ndarray]) -> Iterator[tuple[int, int, Cell]]:
        """Small counts of any unit and of any filed unit, totals first, then the smaller units first."""
        shown = np.asarray([bool(s & active) for s in self.tables.shown_by], bool)
        for g in sorted(self.tables.counts, key=lambda g: (g != TOTAL, g)):
            summed = self.sums(g)
            small = (np.abs(summed) > 0) & (np.abs(summed) < self.rule.threshold)
            if g in extra:
                small |= extra[g]
            small &= (self.tables.has[g] & shown)[:, None, None]
            for mask, table, value in zip(*np.nonzero(small.transpose(1, 0, 2)), strict=True):
                yield int(table), int(mask), (g, int(value))

    def sums(self, group: str) -> np.ndarray:
        """The counts of a group by [table, mask, value]."""
        found: np.ndarray = np.einsum("tav,ma->tmv", self.tables.counts[group], self.masks.astype(np.int64))
        return found

    def _best(self, table: int, mask: int, cell: Cell) -> Move | None:
        """The cheapest move that changes a count; None where whatever could change was shown before."""
        best: Move | None = None
        for patterns in self._patterns(table, mask, cell):
            for pattern in patterns:
                move = self._move(table, pattern, best.cost if best else UNBOUND)
                if move and move.cost == 0:
                    return move
                best = move or best
            if best is not None and best.cost < self.weight.max():
                return best  # what the next kinds of pattern hide lies higher
        return best

    def _walk(self, table: int, mask: int, cell: Cell) -> list[Move] | None:
        """Several moves one after the other that together change a count by the width, up or down or both."""
        left, found = self.rule.width, []
        for upward in (True, False):
            self.counts = {g: x.copy() for g, x in self.tables.counts.items()}
            while left:
                step = self._step(table, mask, cell, upward)
                if step is None:
                    break
                pattern, signs, room = step
                size = min(room, left)
                for g, v in pattern.cells:
                    way = size if (g, v) in pattern.along else -size
                    for t, sign in signs.items():
                        self.counts[g][t, pattern.a, v] += sign * (way if upward else -way)
                        if pattern.b is not None:
                            self.counts[g][t, pattern.b, v] -= sign * (way if upward else -way)
                found.append(Move(pattern, tuple(signs), (), 0))
                left -= size
        self.counts = self.tables.counts
        return None if left else found

    def _step(self, table: int, mask: int, cell: Cell, upward: bool) -> tuple[Pattern, dict[int, int], int] | None:
        """A move that can go at least one further, up or down, from the counts as they stand."""
        for patterns in self._patterns(table, mask, cell):
            for pattern in patterns:
                found = self._balanced(table, pattern, lambda room: room[upward] > 0)
                if found and not self._changes_past(pattern, self._shown(found[0])):
                    return pattern, found[0], min(found[1][upward], self.rule.width)
        return None

    # -- patterns ------------------------------------------------------------------------------------------------

    def _patterns(self, table: int, mask: int, cell: Cell) -> Iterator[Iterator[Pattern]]:
        """Patterns that change the count, the cheap kinds first."""
        group, value = cell
        inside, outside = np.nonzero(self.masks[mask])[0], np.nonzero(~self.masks[mask])[0]
        own = self.tables.counts[group][table, inside, value]
        chosen = [int(a) for a in inside[np.argsort(-own, kind="stable")][:3]]
        size = self._size(table)
        others = [int(b) for b in outside[np.argsort(-self.tables.counts[TOTAL][size, outside, 0], kind="stable")]]
        if group != TOTAL:
            yield (
                self._within(size, cell, w, a, b)
                for a in chosen
                for b in others
                for w in self._values(size, cell, a, b)
            )
        yield (self._across(size, cell, a, b) for a in chosen for b in others)
        if group != TOTAL:
            yield (self._within(size, cell, w, a, None) for a in chosen for w in self._values(size, cell, a, None))
        yield (self._across(size, cell, a, None) for a in chosen)

    def _size(self, table: int) -> int:
        """The table of all rows of a definition that shows this one: where children are that could count otherwise."""
        return self.tables.size[min(self.tables.shown_by[table])]

    def _values(self, size: int, cell: Cell, a: int, b: int | None) -> Iterator[int]:
        counts = self.tables.counts[cell[0]][size]
        for w in range(counts.shape[1]):
            if w != cell[1] and counts[a, w] and (b is None or counts[b, w]):
                yield w

    def _within(self, size: int, cell: Cell, other: int, a: int, b: int | None) -> Pattern:
        return Pattern(a, b, (cell,), ((cell[0], other),))

    def _across(self, size: int, cell: Cell, a: int, b: int | None) -> Pattern:
        """The totals, and of each group the value with most children on both sides."""
        along: list[Cell] = [(TOTAL, 0)]
        for g, counts in self.tables.counts.items():
            if g != TOTAL:
                here = counts[size, a] if b is None else np.minimum(counts[size, a], counts[size, b])
                along.append(cell if g == cell[0] else (g, int(np.argmax(here))))
        return Pattern(a, b, tuple(along), ())

    # -- a move ----------------------------------------------------------------------------------------------------

    def _move(self, table: int, pattern: Pattern, below: int) -> Move | None:
        """The move that changes TABLE along PATTERN by the width, if there is one that costs less than BELOW."""
        found = self._balanced(table, pattern, lambda room: sum(room) >= self.rule.width)
        if found is None:
            return None
        shown = self._shown(found[0])
        if self._changes_past(pattern, shown):
            return None
        cost = self._cost(pattern, shown)
        return Move(pattern, tuple(found[0]), tuple(found[0]), cost) if cost < below else None

    def _shown(self, tables: Iterable[int]) -> list[int]:
        return sorted({d for t in tables for d in self.tables.shown_by[t]})

    def _room(self, table: int, pattern: Pattern) -> Room:
        """How far the counts that rise with the sign could fall, and those that fall with it."""
        up = down = UNBOUND
        for cells, first, second in ((pattern.along, pattern.a, pattern.b), (pattern.against, pattern.b, pattern.a)):
            for g, v in cells:
                if self.tables.has[g][table]:
                    counts = self.counts[g][table]
                    if first is not None:
                        up = min(up, max(0, int(counts[first, v])))
                    if second is not None:
                        down = min(down, max(0, int(counts[second, v])))
        return up, down

    def _balanced(
        self, table: int, pattern: Pattern, enough: Callable[[Room], bool]
    ) -> tuple[dict[int, int], Room] | None:
        """A sign for TABLE (+1) and for as many others as the equations ask for, and the room that is ENOUGH."""
        groups = {g for g, _ in pattern.cells}
        tries = [_TRIES]

        def balanced(signs: dict[int, int], room: Room, todo: list[int]) -> tuple[dict[int, int], Room] | None:
            while todo:
                equation = self.tables.equations[todo[-1]]
                rest = sum(sign * signs.get(t, 0) for t, sign in equation.terms)
                if rest == 0 or (TOTAL not in groups and not groups & equation.groups):
                    todo = todo[:-1]
                    continue
                for t, sign, left in self._choices(equation, signs, rest, room, pattern):
                    tries[0] -= 1
                    found = balanced({**signs, t: sign}, left, todo + self.equations[t]) if enough(left) else None
                    if found or tries[0] < 0:
                        return found
                return None
            return signs, room

        room = self._room(table, pattern)
        return balanced({table: 1}, room, self.equations[table]) if enough(room) else None

    def _choices(
        self, equation: Equation, signs: Mapping[int, int], rest: int, room: Room, pattern: Pattern
    ) -> list[tuple[int, int, Room]]:
        """Tables that could bring an equation nearer to nothing, with their sign and the room that is left.

        Those that few definitions show come first.
        """
        found = []
        for t, coefficient in equation.terms:
            if t not in signs:
                sign = -coefficient if rest > 0 else coefficient
                fall, rise = self._room(t, pattern)[::sign]
                left = min(room[0], fall), min(room[1], rise)
                found.append((len(self.tables.shown_by[t]), -sum(left), t, sign, left))
        return [(t, sign, left) for _, _, t, sign, left in sorted(found)]

    def _touched(self, pattern: Pattern, units: np.ndarray) -> np.ndarray:
        """The numbers of the units whose sums the pattern changes."""
        return np.nonzero(units[:, pattern.a] != (False if pattern.b is None else units[:, pattern.b]))[0]

    def _changes_past(self, pattern: Pattern, shown: list[int]) -> bool:
        past = self._touched(pattern, self.past)
        return any(self.fixed[g][at(shown, past, v)].any() for g, v in pattern.cells) if len(past) else False

    def _cost(self, pattern: Pattern, shown: list[int]) -> int:
        units = self._touched(pattern, self.units)
        weight, cost = self.weight[units], 0
        for g, v in pattern.cells:
            cells = at(shown, units, v)
            open_ = self.wanted[g][cells] & ~self.hidden[g][cells]
            cost += int(open_[:, :, 0].sum(axis=0) @ weight) * (3 if g == TOTAL else 1)
        return cost

    def _make(self, move: Move) -> None:
        pattern, shown = move.pattern, self._shown(move.changed)
        units, masks = self._touched(pattern, self.units), self._touched(pattern, self.masks)
        for g, v in pattern.cells:
            self.hidden[g][at(shown, units, v)] = True
            self.safe[g][at(move.wide, masks, v)] = True

    def _hide_all(self, table: int) -> None:
        for d in self.tables.shown_by[table]:
            for g in self.hidden:
                self.hidden[g][d] = True
