"""From pairs to answers: links are joined into children, and where a join cannot be right a person is asked.

Order plays no part: doubts that hold a row come first, then firm links, then newborns without a name, then the
check that no joined group holds two known children, two numbers, or a pair that was decided to be different.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import combinations

from childdb.matching.names import folded, normalised, unnamed
from childdb.matching.numbers import number
from childdb.matching.person import ASK, NEW, SAME, Outcome, Person
from childdb.matching.places import village_name
from childdb.matching.rules import NEWBORN_RULE, Judgement, judge, sex_relation

_RANK = {"personal_id": 0, "name_birth_sex_mother": 1, "name_birth_sex_household": 2, "name_birth_sex_father": 3}


@dataclass(frozen=True, slots=True)
class Edge:
    """A judgement between the new person at `place` and another, who is new too where `other_place` is set."""

    place: int
    other: Person
    other_place: int | None
    judgement: Judgement


class _Groups:
    """Disjoint sets over whole numbers; the highest member is the root, so a known child is always one."""

    def __init__(self) -> None:
        self.parent: dict[int, int] = {}

    def find(self, node: int) -> int:
        root = node
        while (above := self.parent.get(root, root)) != root:
            root = above
        while (above := self.parent.get(node, node)) != root:
            self.parent[node] = root
            node = above
        return root

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.find(one), self.find(other)))
        self.parent[low] = high


class Settlement:
    """Gathers what is known and how the new persons stand to it; `outcomes` settles it."""

    def __init__(self, new: Sequence[Person], cannot_link: Set[frozenset[int]]) -> None:
        self.new = new
        self.cannot_link = cannot_link
        self.newborns: dict[tuple[str, int], list[int]] = {}
        self._guarded = {ref for pair in cannot_link for ref in pair}
        self._node_of: dict[tuple[str, int], int] = {}  # known child -> node
        self._known: dict[int, Person] = {}  # node -> one of its identities
        self._numbers: dict[int, set[str]] = defaultdict(set)  # node of a known child -> its numbers
        self._node_of_ref = {person.ref: place for place, person in enumerate(new)}
        self._newborn_known: dict[tuple[str, int], list[tuple[int, Person]]] = defaultdict(list)
        self._same: list[Edge] = []
        self._doubts: list[Edge] = []
        self._asked: dict[int, tuple[str, tuple[str, ...], set[int]]] = {}
        self._groups = _Groups()

    # -- gathering

    def know(self, person: Person, newborn: tuple[str, int] | None) -> None:
        """Remember of a known identity what a chain through its child may contradict."""
        digits = number(person.personal_id)
        if digits or newborn or person.ref in self._guarded:
            node = self._node(person)
            if digits:
                self._numbers[node].add(digits)
            if newborn:
                self._newborn_known[newborn].append((node, person))
            if person.ref in self._guarded:
                self._node_of_ref[person.ref] = node

    def add(self, edge: Edge) -> None:
        (self._same if edge.judgement.verdict == SAME else self._doubts).append(edge)

    def _node(self, person: Person) -> int:
        key = ("ref", person.ref) if person.child is None else ("child", person.child)
        node = self._node_of.setdefault(key, len(self.new) + len(self._node_of))
        self._known.setdefault(node, person)
        return node

    def _end(self, edge: Edge) -> int:
        return self._node(edge.other) if edge.other_place is None else edge.other_place

    # -- settling

    def outcomes(self) -> list[Outcome]:
        self._hold_rows_typed_alike()
        for edge in self._doubts:
            if edge.judgement.firm:
                self._hold_edge(edge)
        self._set_aside_links_with_held()
        for edge in self._same:
            self._groups.join(edge.place, self._end(edge))
        self._settle_newborns()
        self._hold_what_cannot_be()
        return self._told()

    def _ask(self, place: int, rule: str, reasons: tuple[str, ...], candidates: set[int]) -> None:
        if place in self._asked:
            self._asked[place][2].update(candidates)
        else:
            self._asked[place] = (rule, reasons, set(candidates))

    def _hold_edge(self, edge: Edge) -> None:
        self._ask(edge.place, edge.judgement.rule, edge.judgement.reasons, {edge.other.ref})
        if edge.other_place is not None:
            ref = self.new[edge.place].ref
            self._ask(edge.other_place, edge.judgement.rule, edge.judgement.reasons, {ref})

    def _set_aside_links_with_held(self) -> None:
        """What is linked with a held row waits with it, unless another rule knows it."""
        for edge in filter(self._touches_held, self._same):
            doubt = Judgement(ASK, edge.judgement.rule, ("partner_held",))
            self._doubts.append(Edge(edge.place, edge.other, edge.other_place, doubt))
        self._same = [edge for edge in self._same if not self._touches_held(edge)]

    def _touches_held(self, edge: Edge) -> bool:
        return edge.place in self._asked or edge.other_place in self._asked

    def _hold_rows_typed_alike(self) -> None:
        """Two rows of one list that say the same: twins, or one child written twice; only a number tells."""
        alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for place, person in enumerate(self.new):
            if not number(person.personal_id):
                alike[_typed(person)].append(place)
        for members in alike.values():
            for one, other in combinations(members, 2):
                first, second = self.new[one], self.new[other]
                if not _on_different_lists(first, second) and not self._parted(first, second):
                    self._ask(one, "typed_alike", ("typed_alike",), {second.ref})
                    self._ask(other, "typed_alike", ("typed_alike",), {first.ref})

    def _parted(self, one: Person, other: Person) -> bool:
        return frozenset((one.ref, other.ref)) in self.cannot_link

    # newborns without a name

    def _settle_newborns(self) -> None:
        for key, places in self.newborns.items():
            members = [(place, self.new[place]) for place in places] + self._newborn_known.get(key, [])
            if len(members) > 1 and any(unnamed(person.full_name) for _, person in members):
                for sex in ("M", "F"):
                    self._settle_siblings([(node, p) for node, p in members if _may_be(p, sex)])

    def _settle_siblings(self, members: list[tuple[int, Person]]) -> None:
        """One mother's children of one day and sex: linked where just one new meets just one other."""
        groups: dict[int, list[tuple[int, Person]]] = defaultdict(list)
        for node, person in members:
            groups[self._groups.find(node)].append((node, person))
        links = [
            (one, other, judgement)
            for first, second in combinations(groups.values(), 2)
            for one in first
            for other in second
            if (judgement := self._newborn_link(one[1], other[1]))
            and not (self._holds_known(one[0]) and self._holds_known(other[0]))
        ]
        for one, other, judgement in sorted(links, key=lambda link: (link[0][0], link[1][0])):
            (place, person), (node, partner) = sorted((one, other), key=lambda member: member[0])
            edge = Edge(place, partner, node if node < len(self.new) else None, judgement)
            if self._touches_held(edge):
                continue
            clear = len(groups) == 2 and judgement.verdict == SAME
            if clear and self._may_join(person, partner, edge.other_place is not None):
                self._same.append(edge)
                self._groups.join(place, node)
            else:
                self._hold_newborns(edge)

    def _newborn_link(self, one: Person, other: Person) -> Judgement | None:
        if self._parted(one, other):
            return None
        judgement = judge(one, other)
        return judgement if judgement and judgement.rule == NEWBORN_RULE else None

    def _may_join(self, one: Person, other: Person, both_new: bool) -> bool:
        """Not two rows of one list: there they are twins. Of new rows the lists must be named to know it."""
        if both_new:
            return _on_different_lists(one, other) and not (unnamed(one.full_name) and unnamed(other.full_name))
        return not one.lists & other.lists

    def _hold_newborns(self, edge: Edge) -> None:
        doubt = Judgement(ASK, NEWBORN_RULE, ("newborns_of_one_mother",))
        self._doubts.append(Edge(edge.place, edge.other, edge.other_place, doubt))

    def _holds_known(self, node: int) -> bool:
        return self._groups.find(node) >= len(self.new)

    # what cannot be

    def _hold_what_cannot_be(self) -> None:
        members: dict[int, list[int]] = defaultdict(list)
        for edge in self._same:
            for node in (edge.place, self._end(edge)):
                members[self._groups.find(node)].append(node)
        broken = {root: reason for root, nodes in members.items() if (reason := self._impossible(set(nodes)))}
        for pair in self.cannot_link:
            nodes = [self._node_of_ref[ref] for ref in pair if ref in self._node_of_ref]
            roots = {self._groups.find(node) for node in nodes}
            if len(set(nodes)) == 2 and len(roots) == 1:
                broken[roots.pop()] = "decided_different"
        for edge in self._same:
            if reason := broken.get(self._groups.find(edge.place)):
                self._hold_edge(
                    Edge(edge.place, edge.other, edge.other_place, Judgement(ASK, reason, (reason,), firm=True))
                )
        self._same = [edge for edge in self._same if self._groups.find(edge.place) not in broken]

    def _impossible(self, nodes: set[int]) -> str | None:
        """Why a joined group cannot be one child, or None."""
        known = [node for node in nodes if node >= len(self.new)]
        if len(known) > 1:
            return "fits_two"
        written = {digits for node in nodes - set(known) if (digits := number(self.new[node].personal_id))}
        numbers = self._numbers.get(known[0], set()) if known else set()
        if (numbers and written - numbers) or (not numbers and len(written) > 1):
            return "numbers_contradict"
        return "fits_two" if len({self.new[n].sex for n in nodes - set(known)} - {None}) > 1 else None

    # telling

    def _told(self) -> list[Outcome]:
        self._hold_doubtful()
        links = self._links()
        told = []
        for place, person in enumerate(self.new):
            if place in self._asked:
                rule, reasons, candidates = self._asked[place]
                told.append(Outcome(person.ref, ASK, rule=rule, reasons=reasons, candidates=tuple(sorted(candidates))))
            else:
                told.append(links.get(place) or Outcome(person.ref, NEW))
        return told

    def _hold_doubtful(self) -> None:
        """A doubt holds whom no rule links with a known child, and the new rows joined with it."""
        doubtful: set[int] = set()
        for edge in self._doubts:
            ends = [(edge.place, edge.other.ref)]
            if edge.other_place is not None:
                ends.append((edge.other_place, self.new[edge.place].ref))
                if self._groups.find(edge.place) == self._groups.find(edge.other_place):
                    continue
            for place, candidate in ends:
                if not self._holds_known(place):
                    self._ask(place, edge.judgement.rule, edge.judgement.reasons, {candidate})
                    doubtful.add(self._groups.find(place))
        for edge in self._same:
            if self._groups.find(edge.place) in doubtful:
                held = Judgement(ASK, edge.judgement.rule, ("partner_held",))
                self._hold_edge(Edge(edge.place, edge.other, edge.other_place, held))
        self._same = [edge for edge in self._same if self._groups.find(edge.place) not in doubtful]

    def _links(self) -> dict[int, Outcome]:
        """A tree of links for each joined group, from its known child, else from its first new person."""
        beside: dict[int, list[tuple[int, int, int, Person, Edge]]] = defaultdict(list)
        for edge in self._same:
            end, rank = self._end(edge), _RANK.get(edge.judgement.rule, 9)
            beside[end].append((rank, edge.place, end, edge.other, edge))
            if edge.other_place is not None:
                beside[edge.place].append((rank, edge.other_place, edge.place, self.new[edge.place], edge))
        links: dict[int, Outcome] = {}
        seen: set[int] = set()
        for start in sorted(beside, key=lambda node: (node < len(self.new), node)):
            if start in seen:
                continue
            child = self._known[start].child if start >= len(self.new) else None
            seen.add(start)
            frontier = [start]
            while frontier:
                steps = [step for node in frontier for step in beside[node] if step[1] not in seen]
                frontier = []
                for _, place, _, partner, edge in sorted(steps, key=lambda step: (step[0], step[1], step[3].ref)):
                    if place not in seen:
                        seen.add(place)
                        frontier.append(place)
                        found = edge.judgement
                        links[place] = Outcome(self.new[place].ref, SAME, child, partner.ref, found.rule, found.reasons)
        return links


def _typed(person: Person) -> tuple[object, ...]:
    names = (person.full_name, person.mother_name, person.father_name, person.household_head)
    first = "" if unnamed(person.full_name) else normalised(person.full_name)
    return (
        first, *(normalised(name) for name in names[1:]), person.birth_first, person.birth_precision, person.sex,
        folded(village_name(person.village or "")), person.commune,
    )  # fmt: skip


def _on_different_lists(one: Person, other: Person) -> bool:
    return bool(one.lists and other.lists) and not one.lists & other.lists


def _may_be(person: Person, sex: str) -> bool:
    return sex_relation(person, _OF_SEX[sex]) != "differ"


_OF_SEX = {
    sex: Person(0, None, None, None, None, sex, None, None, None, None, None, "") for sex in ("M", "F")
}  # fmt: skip
