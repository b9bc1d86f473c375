"""What changed between two packages, and the state of a receiver who applies them.

A state is the records by child key. Its digest is the SHA-256 over the SHA-256 of each record's line, in the order of keys:
a receiver who applied changes compares it with the manifest's, so that the two routes, whole and changes, cannot part.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from childdb.exchange.bundle import Lines, PlainRow, record_line
from childdb.exchange.ordering import Ordered
from schemas.errors import CheckFailed

Fate = Callable[[str], tuple[str, str | None]]
_KEY = 8  # bytes of a child key, of 19 digits at most
_BEGINS = b'{"child_key": "'


@dataclass(frozen=True)
class Change:
    """One child: added or changed (the record stands in records.jsonl), left, merged INTO another, or withdrawn."""

    child_key: str
    change: str
    into: str | None = None


class State:
    """Child keys and the SHA-256 of each child's line, in the order of keys, whatever order they come in."""

    def __init__(self) -> None:
        self._order = Ordered(_KEY + hashlib.sha256().digest_size)

    def add(self, child_key: str, line: bytes) -> None:
        self._order.add(int(child_key).to_bytes(_KEY, "big") + hashlib.sha256(line).digest())

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        return ((int.from_bytes(entry[:_KEY], "big"), entry[_KEY:]) for entry in self._order)

    def digest(self) -> str:
        """Refuses two records of one child."""
        total, before = hashlib.sha256(), -1
        for key, line in self:
            if key == before:
                raise CheckFailed("Một trẻ có hai bản ghi.", "A child has two records.")
            total.update(line)
            before = key
        return total.hexdigest()


def state_of(records: Iterable[PlainRow]) -> State:
    state = State()
    for record in records:
        state.add(str(record["child_key"]), record_line(record).encode("utf-8"))
    return state


def state_of_file(path: Path) -> State:
    """The state that a records.jsonl written here holds: its lines begin with the child's key."""
    state = State()
    for line in Lines(path).raw():
        state.add(line[len(_BEGINS) : line.index(b'"', len(_BEGINS))].decode("ascii"), line)
    return state


@dataclass(frozen=True)
class Base:
    """The package that the receiver has accepted: its manifest's SHA-256, its state, and what became of a child.

    FATE tells, of a child that goes no longer, left, merged (and into which) or withdrawn.
    """

    manifest: str
    state: State
    fate: Fate


def compared(base: Base, after: State) -> Iterator[Change]:
    """The changes from the base to AFTER, by child key."""
    both = heapq.merge(((key, 0, line) for key, line in base.state), ((key, 1, line) for key, line in after))
    for key, found in groupby(both, key=itemgetter(0)):
        lines = {side: line for _, side, line in found}
        if 1 not in lines:
            yield Change(str(key), *base.fate(str(key)))
        elif 0 not in lines:
            yield Change(str(key), "added")
        elif lines[0] != lines[1]:
            yield Change(str(key), "changed")


def applied(before: Iterable[PlainRow], sent: Iterable[PlainRow], changes: Iterable[Change]) -> Iterator[PlainRow]:
    """The records after a changes package; refuses, at the end at the latest, changes that do not fit the records."""
    awaited = {c.child_key: c.change for c in changes}
    coming = {key for key, change in awaited.items() if change in ("added", "changed")}
    for record in before:
        change = awaited.pop(str(record["child_key"]), None)
        if change is None:
            yield record
        elif change == "added":
            raise _unfit()
    if any(change != "added" for change in awaited.values()):
        raise _unfit()
    for record in sent:
        if str(record["child_key"]) not in coming:
            raise _unfit()
        coming.remove(str(record["child_key"]))
        yield record
    if coming:
        raise _unfit()


def _unfit() -> CheckFailed:
    return CheckFailed(
        "Gói thay đổi không khớp với dữ liệu đã nhận.", "The changes do not fit what was received before."
    )
