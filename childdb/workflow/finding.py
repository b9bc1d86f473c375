"""Finding a child by part of a name although names are encrypted: the index lives as long as the program."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from childdb.matching.finding import Entry, NameIndex
from childdb.matching.places import later_units
from childdb.matching.prepare import birth
from childdb.store import PersonRow, Store
from childdb.store.typed_names import typed_names
from childdb.workflow.matching import communes
from schemas.errors import UsageFault


@dataclass(frozen=True)
class Query:
    """What is asked: parts of the child's name, of its mother's, when it was born (2019, 2019-03, 05/03/2019), where."""

    name: str = ""
    mother: str = ""
    born: str | None = None
    commune: str | None = None
    limit: int = 20

    def __str__(self) -> str:
        return " ".join(filter(None, (self.name, self.mother, self.born, self.commune)))


@dataclass(frozen=True)
class Answer:
    """The children found, each by the identity that fits best; `children` how many fit in all; `near`: only by sound."""

    people: list[PersonRow]
    children: int
    near: bool


class Finder:
    """An index over STORE, made when the first question comes and anew when the store has changed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._index, self._known = NameIndex(()), -1
        self._lock = threading.Lock()

    def prepare(self) -> int:
        """Make the index where it is not up to date; returns how many names it holds."""
        with self._lock:
            last = self._store.last_batch()
            if last != self._known:
                self._index, self._known = NameIndex(_entries(self._store)), last
            return len(self._index)

    def behind(self) -> bool:
        """Whether the store has changed since the index was made."""
        return self._store.last_batch() != self._known

    def find(
        self, query: Query, *, reason: str, actor: str, now: datetime, within: Callable[[str], bool] | None = None,
        wait: bool = True,
    ) -> Answer:  # fmt: skip
        """The children that fit; the look-up is noted in the access log and the audit chain before they are given.

        WITHIN says of a unit's key whether its children may be found; without WAIT an index that is behind is used as it is.
        """
        if not query.name.strip() and not query.mother.strip():
            raise UsageFault("Cần ghi một phần họ tên.", "Give a part of a name.")
        born = birth(query.born, "") if query.born else None
        if query.born and born is None:
            raise UsageFault(
                f"“{query.born}”: ghi năm sinh, tháng hoặc ngày sinh như 2019, 03/2019, 05/03/2019.",
                f"“{query.born}”: write a year, month or day of birth like 2019, 2019-03, 2019-03-05.",
            )
        if wait or self._known < 0:
            self.prepare()
        here = None
        if query.commune or within:
            asked = communes(query.commune) if query.commune else None
            here = {
                key for key in self._index.communes
                if (asked is None or asked & set(later_units(key))) and (within is None or within(key))
            }  # fmt: skip
        found = self._index.find(query.name, mother=query.mother, born=born, communes=here, limit=query.limit)
        self._store.note_use(actor, "find", f"{' '.join(reason.split())}\n{query}", len(found.refs), now=now)
        people = {p.identity: p for p in self._store.people(only=found.refs)}
        return Answer([people[ref] for ref in found.refs if ref in people], found.children, found.near)

    def near(self, name: str, born: date | None, *, limit: int) -> list[PersonRow]:
        """Who is known by such a name and birth date; for a page that has noted its look already."""
        self.prepare()
        found = self._index.find(
            name, mother="", born=birth(born.isoformat(), "") if born else None, communes=None, limit=limit
        )
        people = {p.identity: p for p in self._store.people(only=found.refs)}
        return [people[ref] for ref in found.refs if ref in people]


def _entries(store: Store) -> Iterator[Entry]:
    for n in typed_names(store):
        yield (n.identity, n.child, n.full_name, n.mother_name, n.birth_date, n.birth_precision, n.commune)
