"""Whom each accepted row of a file means: identities already known, the others by the rules, then by the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from childdb.matching.known import KnownPeople
from childdb.matching.linkage import statement
from childdb.matching.model import shipped
from childdb.matching.neighbours import Neighbours
from childdb.matching.people import ASK, SAME, Outcome, Person, match_new
from childdb.store import Placement, Store
from childdb.workflow.leftover import weigh
from childdb.workflow.matching import cells_of, person_of
from childdb.workflow.returned_lists import placed_by_token
from schemas.issues import Issue
from schemas.records import READY, FileReading, Record, SourceRow, identity_key

RowKey = tuple[str, int]

_WHY = {
    "personal_id": "match_id_contradicts",
    "number_slip": "match_id_contradicts",
}


class Register:
    """Everybody the store knows, held for one command, so that each file is matched without reading the store anew."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last = 0
        self.known = KnownPeople()
        self._neighbours: Neighbours | None = None
        self.asked = 0  # pairs of the file placed last that a person will be asked about
        self.refresh()
        model = shipped()
        statement(model.weights, model.prior)  # made here, since a caller may fill a register while files are read

    def refresh(self) -> None:
        """Take in the identities made since the last look."""
        rows = self._store.people(after=self._last)
        people = [person_of(row.identity, row.child, row.fields) for row in rows]
        self.known.add(people)
        if self._neighbours is not None:
            self._introduce(people)
        self._last = max([self._last, *(row.identity for row in rows)])

    @property
    def neighbours(self) -> Neighbours:
        """Everybody as the model compares them, made when a first row is left over by the rules."""
        if self._neighbours is None:
            self._neighbours = Neighbours()
            self._introduce(list(self.known))
        return self._neighbours

    def _introduce(self, people: Sequence[Person]) -> None:
        if people and self._neighbours is not None:
            sheets = self._store.latest_sheets(after=min(p.ref for p in people) - 1)
            standing = [p for p in people if p.ref in sheets]
            cells = (cells_of(p, str(sheets[p.ref])) for p in standing)
            self._neighbours.add(cells, [p.ref for p in standing], [p.child or 0 for p in standing])

    def on(self, store: Store) -> Register:
        """The same register for another view of the same store, such as a rehearsal; this one is not used any more."""
        self._store = store
        return self

    def place(self, reading: FileReading) -> dict[RowKey, Placement]:
        """A placement for each ready row of the file."""
        self.refresh()
        told = placed_by_token(self._store, reading, self.known) | self._erased(reading)
        ready = [(sheet_number, sheet, row) for sheet_number, sheet in enumerate(reading.sheets)
                 for row in sheet.rows if row.status == READY and row.record and row.record.identity
                 and (sheet.name, row.number) not in told]  # fmt: skip
        keys = {(s.name, r.number): identity_key(_identity(r.record)) for _, s, r in ready}
        stored = self._store.identities_by_key(set(keys.values()))
        twice = _typed_twice([(s.name, keys[s.name, r.number], r) for _, s, r in ready])
        first: dict[str, SourceRow] = {}  # of the identities that are new
        lists: dict[str, set[int]] = {}
        for number, sheet, row in ready:
            key = keys[sheet.name, row.number]
            lists.setdefault(key, set()).add(number)
            if key not in stored:
                first.setdefault(key, row)
        people = [
            person_of(-1 - place, None, _identity(row.record), frozenset(lists[key]))
            for place, (key, row) in enumerate(first.items())
        ]
        new = dict(zip(first, people, strict=True))
        apart = self._store.cannot_link()
        outcomes = match_new(people, self.known.candidates(people), apart)
        here = {stored[key][0]: min(numbers) for key, numbers in lists.items() if key in stored}
        weighed = weigh(people, outcomes, self.known, lambda: self.neighbours, here, apart)
        self.asked = weighed.asked
        by_key = {key: weighed.outcome(outcome) for key, outcome in zip(new, outcomes, strict=True)}
        key_of_ref = {p.ref: key for key, p in new.items()}
        return told | {
            place: self._placement(key, stored, by_key, key_of_ref, twice.get(place)) for place, key in keys.items()
        }

    def _erased(self, reading: FileReading) -> dict[RowKey, Placement]:
        """Rows that name a child erased at a parent's request: held, whatever else they say."""
        rows = [(s.name, r.number, r.record) for s in reading.sheets for r in s.rows if r.record and r.record.identity]
        requests = self._store.erased_among(record.identity for _, _, record in rows)
        return {
            (sheet, number): Placement("ask", erased=True, issues=(
                Issue("erased_child", "full_name", slots={"request": str(request)}),
            ))
            for (sheet, number, _), request in zip(rows, requests, strict=True) if request is not None
        }  # fmt: skip

    def _placement(
        self,
        key: str,
        stored: dict[str, tuple[int, int]],
        by_key: dict[str, Outcome],
        key_of_ref: dict[int, str],
        other_row: int | None,
    ) -> Placement:
        if other_row is not None:
            return Placement("ask", issues=(Issue("row_twice", "full_name", slots={"other": str(other_row)}),))
        if key in stored:
            return Placement("known", identity=stored[key][0], key=key)
        outcome = by_key[key]
        if outcome.verdict == SAME and outcome.partner is not None:
            theirs = outcome.partner
            return Placement(
                "same", partner=theirs if theirs > 0 else None, partner_key=key_of_ref.get(theirs), rule=outcome.rule,
                score=outcome.score, reasons=outcome.reasons, key=key,
            )  # fmt: skip
        if outcome.verdict == ASK:
            return Placement("ask", rule=outcome.rule, reasons=outcome.reasons, issues=(_why(outcome),))
        return Placement("new", key=key)


def _why(outcome: Outcome) -> Issue:
    if outcome.rule in _WHY:
        return Issue(_WHY[outcome.rule], "personal_id")
    return Issue("match_two_children" if len(outcome.candidates) > 1 else "match_uncertain", "full_name")


def _identity(record: Record | None) -> dict[str, Any]:
    return dict(record.identity) if record else {}


def _typed_twice(rows: Iterable[tuple[str, str, SourceRow]]) -> dict[RowKey, int]:
    """Rows of one sheet that are typed alike, with the number of another such row: one child or two?

    By sheet, not by kind of list: a newborn who died stands, typed alike, among the births and among the deaths.
    """
    listed = list(rows)
    times = Counter((sheet, key) for sheet, key, _ in listed)
    places: dict[tuple[str, str], list[SourceRow]] = {}
    for sheet, key, row in listed:
        if times[sheet, key] > 1:
            places.setdefault((sheet, key), []).append(row)
    found: dict[RowKey, int] = {}
    for (sheet, _), alike in places.items():
        for row in alike:
            other = next(r for r in alike if r is not row)
            found[sheet, row.number] = other.number
    return found
