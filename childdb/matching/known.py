"""Everybody known, indexed once, so that each further list is matched against its candidates alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence

from childdb.matching.names import normalised, unnamed
from childdb.matching.numbers import number
from childdb.matching.people import newborn_key
from childdb.matching.person import Person


class KnownPeople:
    """Known identities by what a new person could have in common with them: number, name, mother and birth day.

    `candidates` gives every identity of each child met, not only the one met, so that a child with two numbers or
    a pair decided to be different is seen whole.
    """

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self._by_ref: dict[int, Person] = {}
        self._blocks: dict[Hashable, list[int]] = defaultdict(list)
        self._of_child: dict[int, list[int]] = defaultdict(list)
        self.add(people)

    def __len__(self) -> int:
        return len(self._by_ref)

    def __iter__(self) -> Iterator[Person]:
        return iter(self._by_ref.values())

    def child_of(self, ref: int) -> int | None:
        return self._by_ref[ref].child

    def add(self, people: Iterable[Person]) -> None:
        """Take in more identities; one that is known already is left as it is."""
        for person in people:
            if person.ref in self._by_ref:
                continue
            self._by_ref[person.ref] = person
            if person.child is not None:
                self._of_child[person.child].append(person.ref)
            for key in _keys(person):
                self._blocks[key].append(person.ref)

    def candidates(self, new: Sequence[Person]) -> Iterator[Person]:
        """The known identities worth weighing against NEW, in the order of their references."""
        met = {ref for person in new for key in _keys(person) for ref in self._blocks.get(key, ())}
        children = {self._by_ref[ref].child for ref in met}
        for child in children:
            if child is not None:
                met.update(self._of_child[child])
        return (self._by_ref[ref] for ref in sorted(met))


def _keys(person: Person) -> Iterator[Hashable]:
    if digits := number(person.personal_id):
        yield "number", digits
    if not unnamed(person.full_name):
        yield "name", normalised(person.full_name)
    if newborn := newborn_key(person):
        yield "newborn", newborn
