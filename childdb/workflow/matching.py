"""The whole store matched with itself: who is one child, who is related but distinct, and whom a person must tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from childdb.matching.listing import DIFFERENT, SAME, Doubt, match_prepared
from childdb.matching.neighbours import Neighbours
from childdb.matching.people import Person
from childdb.matching.places import later_units
from childdb.matching.prepare import comparable
from childdb.store import PersonRow, Store, Verdict
from schemas.codes import communes_named
from schemas.errors import NotFound

RULE = "model"  # decided by the trained model, not by a person and not by a deterministic rule


@dataclass(frozen=True)
class Pair:
    """Two identities and what was said of them; WHY in words, `reasons` as codes, the score a probability."""

    one: PersonRow
    other: PersonRow
    score: float
    why: str
    reasons: tuple[str, ...]

    @property
    def key(self) -> tuple[int, int]:
        return (min(self.one.identity, self.other.identity), max(self.one.identity, self.other.identity))


@dataclass(frozen=True)
class Scan:
    """What a scan found: pairs that are one child, that are related but distinct, and those for a person, most costly
    first; and how many identities of how many children it looked at."""

    identities: int
    children: int
    same: list[Pair]
    related: list[Pair]
    ask: list[Pair]


def communes(text: str) -> frozenset[str]:
    """The units that a code, key or name means, of today and of before."""
    found = frozenset(unit.key for unit in communes_named(text))
    if not found:
        raise NotFound(f"Không có xã “{text}”.", f"There is no commune “{text}”.")
    return found


def scan(store: Store, *, commune: frozenset[str] | None = None, lang: str = "vi") -> Scan:
    """Match everybody of whom a live row speaks; with COMMUNE (keys of units) only pairs with a child written there or in
    a unit that became it. Nothing is written."""
    sheets = store.latest_sheets()
    people = [person for person in store.people() if person.identity in sheets]
    persons = [person_of(p.identity, p.child, p.fields) for p in people]
    cells = [cells_of(person, str(sheets[person.ref])) for person in persons]
    wanted = None
    if commune is not None:
        here = {person.ref for person in persons if commune & set(later_units(person.commune))}
        people, rows, wanted = _around(people, cells, here)
    else:
        rows = comparable(cells)
    places = {person.identity: place for place, person in enumerate(people)}
    given = decided(places, {p.identity: p.child for p in people}, store.cannot_link())
    found = match_prepared(rows, given, lang, wanted=wanted)

    def pairs(doubts: Sequence[Doubt]) -> list[Pair]:
        return [Pair(people[d.left], people[d.right], d.score, d.why, codes(d)) for d in doubts]

    children = len({p.child for p in people})
    return Scan(len(people), children, pairs(found.joins), pairs(found.kin), pairs(found.doubts))


def _around(
    people: list[PersonRow], cells: list[dict[str, str]], here: set[int]
) -> tuple[list[PersonRow], pa.Table, frozenset[int]]:
    everybody = Neighbours()
    everybody.add(iter(cells), [p.identity for p in people], [p.child for p in people])
    near = everybody.around(here)
    by_identity = {person.identity: person for person in people}
    wanted = frozenset(place for place, ref in enumerate(near.refs) if ref in here)
    return [by_identity[ref] for ref in near.refs], near.rows, wanted


def write(store: Store, found: Scan, *, actor: str, now: datetime) -> int | None:
    """What the scan decided, as one batch of decisions; None where there is nothing to decide."""
    said = [
        Verdict(verdict, pair.one.identity, pair.other.identity, RULE, pair.score, pair.reasons)
        for verdict, pairs in (("same", found.same), ("related", found.related))
        for pair in pairs
    ]
    return store.decide_all(said, actor=actor, now=now) if said else None


def decided(
    places: Mapping[int, int], child_of: Mapping[int, int | None], apart: set[frozenset[int]]
) -> dict[tuple[int, int], str]:
    """What is decided already, as answers by pair of places: the children as they are linked, and who must stay apart.

    PLACES gives the place of each identity that takes part.
    """
    answers: dict[tuple[int, int], str] = {}
    first: dict[int | None, int] = {}
    for identity, place in places.items():
        lowest = first.setdefault(child_of[identity], place)
        if lowest != place:
            answers[min(lowest, place), max(lowest, place)] = SAME
    for pair in apart:
        here = sorted(places[identity] for identity in pair if identity in places)
        if len(here) == 2:
            answers[here[0], here[1]] = DIFFERENT
    return answers


def person_of(ref: int, child: int | None, fields: Mapping[str, Any], lists: frozenset[int] = frozenset()) -> Person:
    """Matching's person from the identity fields of a row (with the LISTS it stands on) or of the store."""

    def text(name: str) -> str | None:
        value = fields.get(name)
        return str(value) if value else None

    birth, since = fields.get("birth_date"), fields.get("commune_from")
    return Person(
        ref=ref,
        child=child,
        full_name=text("full_name"),
        birth_first=birth if isinstance(birth, date) else None,
        birth_precision=text("birth_precision"),
        sex=text("sex"),
        personal_id=text("personal_id"),
        mother_name=text("mother_name"),
        father_name=text("father_name"),
        household_head=text("household_head"),
        village=text("village"),
        commune=f"{fields.get('commune_code') or ''}@{since or ''}",
        lists=lists,
    )


_CELLS = (
    "full_name", "birth_precision", "sex", "personal_id", "mother_name", "father_name", "household_head", "village",
)  # fmt: skip


def cells_of(person: Person, listed: str) -> dict[str, str]:
    """A person's cells by the columns of `match file`; LISTED stands for the list on which it was read."""
    cells = {name: value for name in _CELLS if (value := getattr(person, name))}
    if person.birth_first:
        cells["birth_date"] = person.birth_first.isoformat()
    if not person.commune.startswith("@"):
        cells["commune"] = person.commune
    return cells | {"list_id": listed}


def codes(found: Doubt) -> tuple[str, ...]:
    """The reasons as codes, the weightiest first: feature:level:bits."""
    return tuple(f"{r.comparison}:{r.level}:{r.bits:+.1f}" for r in found.reasons)
