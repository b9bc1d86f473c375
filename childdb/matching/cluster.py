"""Clusters under decisions: what a person said outranks any score, also through chains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

Pair = tuple[int, int]


class Contradiction(Exception):
    """Decisions that cannot all hold: a pair said to be different is joined by a chain of others."""

    def __init__(self, pair: Pair) -> None:
        super().__init__("decisions contradict one another")
        self.pair = pair


class Clusters:
    """Disjoint groups of rows; `part` forbids a pair, and with it every join that would bring the two together."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))
        self._members: dict[int, list[int]] = {}
        self._parted: dict[int, set[int]] = defaultdict(set)  # root -> roots it must not meet
        self._against: dict[int, set[int]] = defaultdict(set)  # root -> roots that a score speaks against

    def __len__(self) -> int:
        return len(self._parent)

    def find(self, row: int) -> int:
        root = row
        while self._parent[root] != root:
            root = self._parent[root]
        while self._parent[row] != root:
            self._parent[row], row = root, self._parent[row]
        return root

    def members(self, row: int) -> list[int]:
        root = self.find(row)
        return self._members.get(root, [root])

    def part(self, pairs: Iterable[Pair]) -> None:
        """These are different children: a decision."""
        self._forbid(self._parted, pairs)

    def speak_against(self, pairs: Iterable[Pair]) -> None:
        """The score says that these are different: only a decision joins them."""
        self._forbid(self._against, pairs)

    def _forbid(self, where: dict[int, set[int]], pairs: Iterable[Pair]) -> None:
        for one, other in pairs:
            first, second = self.find(one), self.find(other)
            if first == second:
                raise Contradiction((one, other))
            where[first].add(second)
            where[second].add(first)

    def parted(self, one: int, other: int) -> bool:
        return self.find(other) in self._parted.get(self.find(one), ())

    def spoken_against(self, one: int, other: int) -> bool:
        return self.find(other) in self._against.get(self.find(one), ())

    def join(self, one: int, other: int) -> None:
        """Make the two one child; Contradiction if they were decided to be different."""
        first, second = self.find(one), self.find(other)
        if first == second:
            return
        if second in self._parted.get(first, ()):
            raise Contradiction((one, other))
        if len(self.members(first)) < len(self.members(second)):
            first, second = second, first
        self._members[first] = self.members(first) + self.members(second)
        self._parent[second] = first
        for where in (self._parted, self._against):
            for third in where.pop(second, set()):
                where[third].discard(second)
                if third != first:
                    where[third].add(first)
                    where[first].add(third)
