"""Rows whom no rule knows: the trained model weighs them against everybody known, and nobody is stopped to ask.

A row that the model knows for sure is linked. One that only may be a known child is taken as a child of its own: it
stands in the figures at once, and the pair comes up in `childdb match review`, which finds it in the store again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from childdb.matching.known import KnownPeople
from childdb.matching.listing import Doubt, match_prepared
from childdb.matching.names import unnamed
from childdb.matching.neighbours import Neighbours
from childdb.matching.people import ASK, NEW, SAME, Outcome, Person
from childdb.matching.prepare import column, replaced
from childdb.workflow.matching import RULE, cells_of, codes, decided

# what is wrong in the row itself, or leaves nothing to tell it by later: such rows wait
_MUST_WAIT = frozenset({
    "number_birth_differs", "number_sex_differs", "number_all_else_differs", "number_slip", "numbers_contradict",
    "typed_alike", "newborns_of_one_mother",
})  # fmt: skip


@dataclass(frozen=True)
class Weighed:
    """`links` are outcomes by reference where the model is sure, `let_in` the persons who are let in though a rule would
    ask, `asked` how many pairs a person will be asked about."""

    links: Mapping[int, Outcome] = field(default_factory=dict)
    let_in: frozenset[int] = frozenset()
    asked: int = 0

    def outcome(self, by_rule: Outcome) -> Outcome:
        """What holds in the end of a person of whom the rules said BY_RULE."""
        if by_rule.ref in self.links:
            return self.links[by_rule.ref]
        return Outcome(by_rule.ref, NEW) if by_rule.ref in self.let_in else by_rule


def may_be_let_in(outcome: Outcome, person: Person) -> bool:
    """Whether a doubtful row may stand as a child of its own until a person says whose it is."""
    return outcome.verdict == ASK and not unnamed(person.full_name) and not _MUST_WAIT.intersection(outcome.reasons)


def weigh(
    people: Sequence[Person], outcomes: Sequence[Outcome], known: KnownPeople, neighbours: Callable[[], Neighbours],
    here: Mapping[int, int], cannot_link: set[frozenset[int]],
) -> Weighed:  # fmt: skip
    """What the model says of the persons left over by the rules; HERE gives known identities that stand on lists of this
    file, with the number of the list."""
    let_in = frozenset(o.ref for o, p in zip(outcomes, people, strict=True) if may_be_let_in(o, p))
    taking_part = [(o, p) for o, p in zip(outcomes, people, strict=True) if o.verdict != ASK or o.ref in let_in]
    left = frozenset(place for place, (o, _) in enumerate(taking_part) if o.verdict == NEW or o.ref in let_in)
    if not left:
        return Weighed(let_in=let_in)
    near = neighbours().meet([cells_of(person, _list(min(person.lists, default=0))) for _, person in taking_part], left)
    refs = [person.ref for _, person in taking_part] + near.refs
    lists = (
        _list(here[ref]) if ref in here else lst
        for ref, lst in zip(refs, column(near.rows, "lst").to_pylist(), strict=True)
    )
    rows = replaced(near.rows, "lst", pa.array(lists, pa.string()))
    given = _given(refs, taking_part, known, cannot_link)
    found = match_prepared(rows, given, "vi", wanted=left)
    return Weighed(_links(found.joins, left, refs), let_in, len(found.doubts))


def _list(number: int) -> str:
    return f"this file, list {number}"


def _given(
    refs: Sequence[int], taking_part: Sequence[tuple[Outcome, Person]], known: KnownPeople,
    cannot_link: set[frozenset[int]],
) -> dict[tuple[int, int], str]:  # fmt: skip
    """What is decided: the known children, who must stay apart, and the links that the rules have just made."""
    places = {ref: place for place, ref in enumerate(refs)}
    # a new person is a child of its own so far: its reference, which is negative, is no key of a child
    child_of = {ref: ref if ref < 0 else known.child_of(ref) for ref in refs}
    given = decided(places, child_of, cannot_link)
    for outcome, _ in taking_part:
        if outcome.verdict == SAME and outcome.partner in places:
            one, other = sorted((places[outcome.ref], places[outcome.partner]))
            given[one, other] = SAME
    return given


def _links(joins: Sequence[Doubt], left: frozenset[int], refs: Sequence[int]) -> dict[int, Outcome]:
    """One link for each person left over that joined somebody, surest first and from those who are settled outward.

    A pair that would make one of two known children is left to the scan of the whole store.
    """
    links: dict[int, Outcome] = {}
    settled: set[int] = set()
    waiting = list(joins)
    while waiting:
        for join in waiting:
            free = [place for place in (join.left, join.right) if place in left and place not in settled]
            if len(free) == 1:
                partner = join.right if free[0] == join.left else join.left
                who = refs[free[0]]
                links[who] = Outcome(who, SAME, None, refs[partner], RULE, codes(join), score=join.score)
                settled.add(free[0])
                waiting.remove(join)
                break
        else:  # two new persons with nobody settled between them: the first begins a child
            both_free = [j for j in waiting if j.left in left - settled and j.right in left - settled]
            if not both_free:
                return links
            settled.add(both_free[0].left)
    return links
