"""Whom the rows of an import mean: each new identity is a known child, a new child, or a question for a person.

Pure and linear: the new persons are put into blocks by number, by name and birth year, and (for newborns without a
name) by mother and birth date, and the known ones stream past. The pair rules are in `rules`; the answers are
settled together in `settle`, so that no order of rows changes them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence, Set

from childdb.matching.names import normalised, unnamed
from childdb.matching.numbers import number
from childdb.matching.person import ASK, NEW, SAME, Outcome, Person
from childdb.matching.reasons import REASONS, sentence
from childdb.matching.rules import judge
from childdb.matching.settle import Edge, Settlement

__all__ = ["ASK", "NEW", "REASONS", "SAME", "Outcome", "Person", "match_new", "sentence"]


def match_new(
    new: Sequence[Person],
    known: Iterable[Person],
    cannot_link: Set[frozenset[int]] = frozenset(),
) -> list[Outcome]:
    """One outcome per new person, in their order; KNOWN is read once.

    Two NEW persons typed exactly alike are taken for two rows of one list (a caller gives rows of different lists
    that are typed alike one identity, or names their `lists`). CANNOT_LINK holds pairs of identity references that
    were decided not to be the same.
    """
    settlement = Settlement(new, cannot_link)
    blocks = _Blocks(new)
    for person in known:
        newborn = newborn_key(person)
        settlement.know(person, newborn if newborn in blocks.newborns else None)
        for place in blocks.met_by(person):
            _weigh(settlement, place, person, None)
    for one, other in blocks.pairs():
        _weigh(settlement, one, new[other], other)
    settlement.newborns = blocks.newborns
    return settlement.outcomes()


def _weigh(settlement: Settlement, place: int, other: Person, other_place: int | None) -> None:
    person = settlement.new[place]
    if frozenset((person.ref, other.ref)) in settlement.cannot_link:
        return
    if judgement := judge(person, other):
        settlement.add(Edge(place, other, other_place, judgement))


def newborn_key(person: Person) -> tuple[str, int] | None:
    """Mother and day of birth, by which a child without a name is known."""
    if person.birth_first is None or person.birth_precision != "day" or not person.mother_name:
        return None
    return normalised(person.mother_name), person.birth_first.toordinal()


class _Blocks:
    """The new persons by what a known one would have in common with them."""

    def __init__(self, new: Sequence[Person]) -> None:
        self.of: dict[Hashable, list[int]] = defaultdict(list)
        self.newborns: dict[tuple[str, int], list[int]] = defaultdict(list)
        for place, person in enumerate(new):
            if digits := number(person.personal_id):
                self.of[digits].append(place)
            if newborn := newborn_key(person):
                self.newborns[newborn].append(place)
            if unnamed(person.full_name):
                continue
            name = normalised(person.full_name)
            self.of[name].append(place)  # the block of all years, for those without a birth date
            self.of[name, person.birth_first.year if person.birth_first else None].append(place)

    def met_by(self, person: Person) -> set[int]:
        """The places of the new persons worth weighing against a known one (newborns apart)."""
        met: set[int] = set()
        if digits := number(person.personal_id):
            met.update(self.of.get(digits, ()))
        if unnamed(person.full_name):
            return met
        name = normalised(person.full_name)
        if name not in self.of:
            return met
        if person.birth_first is None:
            met.update(self.of[name])
        else:
            met.update(self.of.get((name, person.birth_first.year), ()))
            met.update(self.of.get((name, None), ()))
        return met

    def pairs(self) -> Iterator[tuple[int, int]]:
        """The pairs of new persons worth weighing, each once."""
        seen: set[tuple[int, int]] = set()
        for key, members in self.of.items():
            if len(members) < 2:
                continue
            dateless = [] if not isinstance(key, str) else self.of.get((key, None), [])
            named_block = isinstance(key, str) and not key.isdigit()
            left = dateless if named_block else members
            seen.update((min(a, b), max(a, b)) for a in left for b in members if a != b)
        return iter(sorted(seen))
