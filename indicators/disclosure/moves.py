"""Moves: other counts that would show the same figures; every cell that a move touches is hidden.

A small count is safe when there is another set of counts that gives every figure shown, adds up in every equation, and
differs in that count. So for each small count a *move* is looked for: some children counted otherwise in one filed unit,
and as many the other way round in a second one (or in another value of the group), so that all sums above stay. Whatever
changes under the move is hidden; what was shown before must not change. How far a move can go up and down without any
count falling below nothing is the interval that an attacker is left with; it must be at least the width of the rule.
Each small count has a move of its own, and moves hide more and more cells, never fewer: so all of them hold at the end.

A move is a sign (+1, -1) for each table it changes, and a pattern of cells:

    within   A, v: +   A, w: -   B, v: -   B, w: +    two values of a group in two filed units; no total changes
    across   A: +      B: -                            the totals of two filed units, and of each group one value (where no
                                                       value has room in both: one in A, another in B)
    alone    the same without B: what contains A changes up to the top

Where one move would hide a figure of the whole, several small ones (a *walk*) are tried that only touch its parts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
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
_WALKS = 4  # in other orders, before whole groups are hidden
_TRIES = 300  # a move that needs more tables than these is dear: the next pattern is tried


def at(first: Sequence[int], second: np.ndarray, value: int) -> Any:
    """The cells of those rows and columns, and of one value of a group."""
    return np.ix_(np.asarray(first, np.intp), np.asarray(second, np.intp), np.asarray([value], np.intp))


@dataclass(frozen=True)
class Pattern:
    """The cells that move, each with its filed units and their signs."""

    cells: tuple[tuple[Cell, tuple[tuple[int, int], ...]], ...]


def _against(places: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    return tuple((atom, -way) for atom, way in places)


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
        self.bare = False
        atoms = np.eye(len(self.tables.atoms), dtype=bool)
        self.masks = np.unique(np.concatenate([atoms, self.units, self.past]), axis=0)
        self.masks = self.masks[self.masks.any(axis=1)]
        self.masks = self.masks[np.argsort(self.masks.sum(axis=1), kind="stable")]
        self.weight = 1 + self.units.sum(axis=1)  # of a value of a group
        self.weight_of_total = 3 * (1 + self.units.sum(axis=1) ** 2)  # the whole is hidden last
        self.dear = self.weight_of_total.max(initial=0)
        self.crowd = {g: x.sum(axis=0) for g, x in self.counts.items()}
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
                moves = self._cheapest(table, mask, cell)
                if moves is None:
                    walks = (self._walk(table, mask, cell, UNBOUND, np.random.default_rng(n)) for n in range(_WALKS))
                    moves = next((w for w in walks if w), None)
                if moves is None and self._hide_groups(table, cell[0]):
                    moves = self._of_totals(table, mask, cell) if cell[0] == TOTAL else []
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
        shown = np.asarray([bool(s & active) for s in self.tables.shown_by], bool) & np.asarray(
            self.tables.protected, bool
        )
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
        for patterns in self._patterns(table, mask, cell, self._wide, 3):
            for pattern in patterns:
                move = self._move(table, pattern, best.cost if best else UNBOUND)
                if move and move.cost == 0:
                    return move
                best = move or best
            if best is not None and best.cost < self.dear:
                return best  # what the next kinds of pattern hide lies higher
        return best

    def _cheapest(self, table: int, mask: int, cell: Cell) -> list[Move] | None:
        """One move, or several small ones where these hide less; None where whatever could change was shown before."""
        best = self._best(table, mask, cell)
        if best and best.cost < self.dear:  # it hides no figure of the whole
            return [best]
        for dearest in (0, best.cost - 1 if best else UNBOUND):
            walk = self._walk(table, mask, cell, dearest)
            if walk and (best is None or self._sum(walk) < best.cost):
                return walk
        return [best] if best else None

    def _of_totals(self, table: int, mask: int, cell: Cell) -> list[Move] | None:
        """A move of totals alone, once no group of theirs is shown."""
        self.bare = True
        found = self._cheapest(table, mask, cell)
        self.bare = False
        return found

    def _sum(self, moves: Sequence[Move]) -> int:
        return sum({(m.pattern, m.changed): m.cost for m in moves}.values())

    def _walk(
        self, table: int, mask: int, cell: Cell, dearest: int, order: np.random.Generator | None = None
    ) -> list[Move] | None:
        """Several moves one after the other that together change a count by the width, up or down or both.

        In an ORDER by chance, children may also change value before it is changed what is said of them.
        """
        size, start, reached, found = self._size(table), self._count(table, mask, cell), 0, []
        for upward in (True, False):
            taken, spare, gone = [], 0 if order is None else self.rule.width, 0
            while reached + gone < self.rule.width:
                step = self._step(table, mask, cell, upward, dearest, order)
                if step is None and spare:
                    spare -= 1
                    step = self._step(size, mask, cell, upward, dearest, order)
                if step is None:
                    break
                pattern, signs, room, cost = step
                far = min(room, self.rule.width - reached - gone) * (1 if upward else -1)
                self._go(pattern, signs, far)
                taken.append((pattern, signs, -far))
                found.append(Move(pattern, tuple(signs), (), cost))
                gone = max(0, (self._count(table, mask, cell) - start) * (1 if upward else -1))
            reached += gone
            for back in reversed(taken):
                self._go(*back)
        return found if reached >= self.rule.width else None

    def _count(self, table: int, mask: int, cell: Cell) -> int:
        return int(self.counts[cell[0]][table, self.masks[mask], cell[1]].sum())

    def _go(self, pattern: Pattern, signs: Mapping[int, int], size: int) -> None:
        for (g, v), places in pattern.cells:
            for t, sign in signs.items():
                for atom, way in places:
                    self.counts[g][t, atom, v] += sign * way * size

    def _step(
        self, table: int, mask: int, cell: Cell, upward: bool, dearest: int, order: np.random.Generator | None
    ) -> tuple[Pattern, dict[int, int], int, int] | None:
        """A move that can go at least one further, up or down, from the counts as they stand, and its cost."""

        def enough(room: Room) -> bool:
            return room[upward] > 0

        patterns = chain.from_iterable(self._patterns(table, mask, cell, enough, len(self.masks)))
        if order is not None:
            known = list(patterns)
            patterns = chain(known[n] for n in order.permutation(len(known)))
        for pattern in patterns:
            found = self._balanced(table, pattern, enough)
            if found:
                cost = self._cost(pattern, self._shown(found[0]))
                if cost <= dearest:
                    size = self.rule.width if order is None else 1
                    return pattern, found[0], min(found[1][upward], size), cost
        return None

    # -- patterns ------------------------------------------------------------------------------------------------

    def _wide(self, room: Room) -> bool:
        return sum(room) >= self.rule.width

    def _patterns(
        self, table: int, mask: int, cell: Cell, enough: Callable[[Room], bool], most: int
    ) -> Iterator[Iterator[Pattern]]:
        """Patterns that change the count and leave the table ENOUGH room, from the MOST filled units; the cheap first."""
        group, value = cell
        inside, outside = np.nonzero(self.masks[mask])[0], np.nonzero(~self.masks[mask])[0]
        own = self.tables.counts[group][table, inside, value]
        chosen = [int(a) for a in inside[np.argsort(-own, kind="stable")][:most]]
        size = self._size(table)
        others = [int(b) for b in outside[np.argsort(-self.tables.counts[TOTAL][size, outside, 0], kind="stable")]]
        totals = self.counts[TOTAL][table, :, 0].tolist()
        pairs = [(a, b) for a in chosen for b in others if enough((totals[a], totals[b]))]
        if group != TOTAL:
            yield (self._within(cell, w, a, b) for a, b in pairs for w in self._values(size, cell, a, b))
        yield (p for a, b in pairs for p in self._acrosses(table, size, cell, a, b))
        if group != TOTAL:
            yield (self._within(cell, w, a, None) for a in chosen for w in self._values(size, cell, a, None))
        yield (p for a in chosen for p in self._acrosses(table, size, cell, a, None))

    def _size(self, table: int) -> int:
        """The table of all rows of a definition that shows this one: where children are that could count otherwise."""
        return self.tables.size[min(self.tables.shown_by[table])]

    def _values(self, size: int, cell: Cell, a: int, b: int | None) -> Iterator[int]:
        counts = self.tables.counts[cell[0]][size]
        for w in range(counts.shape[1]):
            if w != cell[1] and counts[a, w] and (b is None or counts[b, w]):
                yield w

    def _within(self, cell: Cell, other: int, a: int, b: int | None) -> Pattern:
        rest = () if b is None else ((b, 1),)
        return Pattern(((cell, ((a, 1), *_against(rest))), ((cell[0], other), ((a, -1), *rest))))

    def _acrosses(self, table: int, size: int, cell: Cell, a: int, b: int | None) -> Iterator[Pattern]:
        """The totals, and of each group a value where there is room: with most of the children counted, or of all."""
        pairs = [(table, table), (size, size), (size, table), (table, size)]
        yield from dict.fromkeys(
            self._across(one, other, cell, a, b) for one, other in (pairs[:2] if b is None else pairs)
        )

    def _across(self, one: int, other: int, cell: Cell, a: int, b: int | None) -> Pattern:
        """Values for A where table ONE has most, for B where OTHER has; the same value for both where that has room."""
        rest = () if b is None else ((b, -1),)
        cells: list[tuple[Cell, tuple[tuple[int, int], ...]]] = [((TOTAL, 0), ((a, 1), *rest))]
        for g in self.counts:
            if g == TOTAL or self.bare:
                continue
            here = self._told_by(one, g)[a]
            value = cell[1] if g == cell[0] else int(here.argmax())
            if b is None:
                cells.append(((g, value), ((a, 1),)))
                continue
            there = self._told_by(other, g)[b]
            away, both = int(there.argmax()), here + there
            if one == other and g != cell[0]:
                same = int(both.argmax())
                if both[same] >= min(self.rule.width, here[value] + there[away]):
                    value = away = same
            elif g == cell[0] and both[value] >= min(self.rule.width, here[value] + there[away]):
                away = value
            cells += [((g, value), ((a, 1), *rest))] if value == away else [((g, value), ((a, 1),)), ((g, away), rest)]
        return Pattern(tuple(cells))

    def _told_by(self, table: int, group: str) -> np.ndarray:
        told: np.ndarray = self.counts[group][table] if self.tables.has[group][table] else self.crowd[group]
        return told

    # -- a move ----------------------------------------------------------------------------------------------------

    def _move(self, table: int, pattern: Pattern, below: int) -> Move | None:
        """The move that changes TABLE along PATTERN by the width, if there is one that costs less than BELOW."""
        found = self._balanced(table, pattern, self._wide)
        if found is None:
            return None
        cost = self._cost(pattern, self._shown(found[0]))
        return Move(pattern, tuple(found[0]), tuple(found[0]), cost) if cost < below else None

    def _shown(self, tables: Iterable[int]) -> list[int]:
        return sorted({d for t in tables for d in self.tables.shown_by[t]})

    def _room(self, table: int, pattern: Pattern) -> Room:
        """How far the counts that rise with the sign could fall, and those that fall with it."""
        up = down = UNBOUND
        for (g, v), places in pattern.cells:
            if self.tables.has[g][table]:
                counts = self.counts[g][table]
                for atom, way in places:
                    if way > 0:
                        up = min(up, max(0, int(counts[atom, v])))
                    else:
                        down = min(down, max(0, int(counts[atom, v])))
        return up, down

    def _balanced(
        self, table: int, pattern: Pattern, enough: Callable[[Room], bool]
    ) -> tuple[dict[int, int], Room] | None:
        """A sign for TABLE (+1) and for as many others as the equations ask for, and the room that is ENOUGH."""
        groups = {g for (g, _), _ in pattern.cells}
        told = self._told(pattern)
        tries = [_TRIES]

        def balanced(signs: dict[int, int], room: Room, todo: list[int]) -> tuple[dict[int, int], Room] | None:
            while todo:
                equation = self.tables.equations[todo[-1]]
                rest = sum(sign * signs.get(t, 0) for t, sign in equation.terms)
                if rest == 0 or (TOTAL not in groups and not groups & equation.groups):
                    todo = todo[:-1]
                    continue
                for t, sign, left in self._choices(equation, signs, rest, room, pattern, told):
                    tries[0] -= 1
                    found = balanced({**signs, t: sign}, left, todo + self.equations[t]) if enough(left) else None
                    if found or tries[0] < 0:
                        return found
                return None
            return signs, room

        room = self._room(table, pattern)
        return balanced({table: 1}, room, self.equations[table]) if enough(room) and table not in told else None

    def _choices(
        self,
        equation: Equation,
        signs: Mapping[int, int],
        rest: int,
        room: Room,
        pattern: Pattern,
        told: set[int],
    ) -> list[tuple[int, int, Room]]:
        """Tables that could bring an equation nearer to nothing, with their sign and the room that is left.

        Those that few definitions show come first.
        """
        found = []
        for t, coefficient in equation.terms:
            if t not in signs and t not in told:
                sign = -coefficient if rest > 0 else coefficient
                fall, rise = self._room(t, pattern)[::sign]
                left = min(room[0], fall), min(room[1], rise)
                found.append((len(self.tables.shown_by[t]), -sum(left), t, sign, left))
        return [(t, sign, left) for _, _, t, sign, left in sorted(found)]

    def _touched(self, pattern: Pattern, units: np.ndarray) -> Iterator[tuple[Cell, np.ndarray]]:
        """The cells of the pattern, each with the numbers of the units whose sums it changes."""
        found: dict[tuple[tuple[int, int], ...], np.ndarray] = {}
        for cell, places in pattern.cells:
            if places not in found:
                changed = np.sum([units[:, atom].astype(np.int8) * way for atom, way in places], axis=0)
                found[places] = np.nonzero(changed)[0]
            yield cell, found[places]

    def _told(self, pattern: Pattern) -> set[int]:
        """The tables that the pattern may not change: an earlier release shows them where it does."""
        if not len(self.past):
            return set()
        touched = self._touched(pattern, self.past)
        fixed = np.any([self.fixed[g][:, past, v].any(axis=1) for (g, v), past in touched], axis=0)
        return {t for t, shown in enumerate(self.tables.shown_by) if any(fixed[d] for d in shown)}

    def _cost(self, pattern: Pattern, shown: list[int]) -> int:
        cost = 0
        for (g, v), units in self._touched(pattern, self.units):
            newly = self.wanted[g][shown, :, v] & ~self.hidden[g][shown, :, v]
            weight = self.weight_of_total if g == TOTAL else self.weight
            cost += int(newly.sum(axis=0)[units] @ weight[units])
        return cost

    def _make(self, move: Move) -> None:
        shown = self._shown(move.changed)
        for (g, v), units in self._touched(move.pattern, self.units):
            self.hidden[g][at(shown, units, v)] = True
        for (g, v), masks in self._touched(move.pattern, self.masks):
            self.safe[g][at(move.wide, masks, v)] = True

    def _linked(self, table: int, group: str) -> set[int]:
        """The tables that equations of the group (TOTAL: all) lead to from a table, one after the other."""
        found, todo = {table}, [table]
        while todo:
            for number in self.equations[todo.pop()]:
                equation = self.tables.equations[number]
                if group == TOTAL or group in equation.groups:
                    more = {t for t, _ in equation.terms} - found
                    found |= more
                    todo += more
        return found

    def _hide_groups(self, table: int, group: str) -> bool:
        """Hide a group (TOTAL: every group) of all figures linked with a table, where it was never shown.

        Then nothing is known of who has which value: all children could have the same one.
        """
        tables = sorted(self._linked(table, group))
        shown = self._shown(tables)
        groups = [g for g in self.tables.counts if g != TOTAL] if group == TOTAL else [group]
        if any(self.fixed[g][shown].any() for g in groups):
            return False
        for g in groups:
            self.hidden[g][shown] = True
            self.safe[g][tables] = True
        return True

    def _hide_all(self, table: int) -> None:
        for d in self.tables.shown_by[table]:
            for g in self.hidden:
                self.hidden[g][d] = True
