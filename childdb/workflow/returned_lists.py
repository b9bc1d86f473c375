"""Rows of lists that went out with the children's tokens: each is the child it was printed for, unless it speaks of another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from childdb.intake.cleaning_list import TEMPLATE, WRONG, answer
from childdb.matching.known import KnownPeople
from childdb.store import PersonRow, Placement, Store
from childdb.store.list_tokens import PREFIX, children_by_token, identities_of
from childdb.workflow.matching import person_of
from schemas.issues import Issue
from schemas.records import READY, FileReading, SheetReading, SourceRow, Value, identity_key
from schemas.text import normal

RowKey = tuple[str, int]
RULE = "list_token"


@dataclass(frozen=True)
class _Printed:
    """A row with the token of a child, and what the store has of that child."""

    sheet: SheetReading
    row: SourceRow
    cells: Mapping[str, Value]
    child: int
    people: tuple[PersonRow, ...]


def placed_by_token(store: Store, reading: FileReading, known: KnownPeople) -> dict[RowKey, Placement]:
    """A placement for each ready row that bears a child's token; rows without one are left to the matching."""
    printed = list(_printed(store, reading))
    times = Counter(p.row.token for p in printed)
    keys = {identity_key(p.cells, number) for p in printed for number in _numbers(p)}
    stored = store.identities_by_key(keys) if keys else {}
    return {(p.sheet.name, p.row.number): _placement(p, stored, known, times[p.row.token] > 1) for p in printed}


def _printed(store: Store, reading: FileReading) -> Iterator[_Printed]:
    ready = [
        (sheet, row) for sheet in reading.sheets for row in sheet.rows
        if row.status == READY and row.record and row.record.identity and (row.token or "").startswith(PREFIX)
    ]  # fmt: skip
    children = children_by_token(store, (row.token or "" for _, row in ready))
    identities = identities_of(store, children.values())
    people = (
        {p.identity: p for p in store.people(only=[i for ids in identities.values() for i in ids])} if ready else {}
    )
    for sheet, row in ready:
        child = children.get(row.token or "")
        own = tuple(people[i] for i in identities.get(child or 0, ()) if i in people)  # none of one who was erased
        if child is not None and own and row.record is not None:
            yield _Printed(sheet, row, row.record.identity, child, own)


def _numbers(p: _Printed) -> list[int]:
    return sorted({person.number for person in p.people})


def _placement(
    p: _Printed, stored: Mapping[str, tuple[int, int]], known: KnownPeople, copied: bool
) -> Placement:  # fmt: skip
    if copied:
        return _held(Issue("row_twice", "full_name", slots={"other": "…"}))
    if p.sheet.template == TEMPLATE and answer(((c.letter, c.field) for c in p.sheet.columns), p.row.cells) == WRONG:
        return _held(Issue("verified_wrong", "verified"))
    if _of_another(p, known):
        return _held(Issue("personal_id_of_other", "personal_id", value=str(p.cells["personal_id"])))
    for number in _numbers(p):
        found = stored.get(identity_key(p.cells, number))
        if found and found[1] == p.child:
            return Placement("known", identity=found[0], number=number)
    first = p.people[0]
    taken = stored.get(identity_key(p.cells, first.number))
    if taken or not any(_alike(p.cells, person.fields) for person in p.people):
        return _held(Issue("list_row_differs", "full_name"))
    partner = identity_key(first.fields, first.number)
    return Placement("same", partner_key=partner, rule=RULE, reasons=("danh sách in từ kho",), number=first.number)


def _held(issue: Issue) -> Placement:
    return Placement("ask", rule=RULE, issues=(issue,))


def _alike(cells: Mapping[str, Value], fields: Mapping[str, Value]) -> bool:
    """Whether the row still speaks of this person: the name, or the birth date, is as it was (or was not known)."""
    names = [normal(str(value)) if value else "" for value in (cells.get("full_name"), fields.get("full_name"))]
    return not all(names) or names[0] == names[1] or cells.get("birth_date") == fields.get("birth_date")


def _of_another(p: _Printed, known: KnownPeople) -> bool:
    number = re.sub(r"\D", "", str(p.cells.get("personal_id") or ""))
    if not number or any(
        re.sub(r"\D", "", str(person.fields.get("personal_id") or "")) == number for person in p.people
    ):
        return False
    alone = person_of(-1, None, {"personal_id": p.cells["personal_id"]})
    return any(
        other.child != p.child and re.sub(r"\D", "", other.personal_id or "") == number
        for other in known.candidates([alone])
    )
