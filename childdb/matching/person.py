"""What matching is asked about, a person as typed, and what it answers for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

NEW, SAME, ASK = "new", "same", "ask"


@dataclass(frozen=True, slots=True)
class Person:
    """One identity: the identifying cells of a row as typed (NFC), blanks None.

    `ref` is the caller's reference; `child` the key of the child it belongs to now (None for a new one).
    `lists` may name the lists of this import on which it stands, known identities too: two persons of one
    list are seldom one child, which tells a newborn without a name from its named twin.
    """

    ref: int
    child: int | None
    full_name: str | None
    birth_first: date | None
    birth_precision: str | None  # day | month | year
    sex: str | None  # M | F
    personal_id: str | None
    mother_name: str | None
    father_name: str | None
    household_head: str | None
    village: str | None
    commune: str  # CODE@YYYY-MM-DD
    lists: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """What the rules say of one new person.

    `same`: link `ref` with the identity `partner`; `child` is the child's key, or None where the partner is a new
    person too. `ask`: hold the row; `candidates` are the identities that made it doubtful. `new`: a child of its own.
    """

    ref: int
    verdict: str
    child: int | None = None
    partner: int | None = None
    rule: str = ""
    reasons: tuple[str, ...] = ()
    candidates: tuple[int, ...] = ()
    score: float | None = None
