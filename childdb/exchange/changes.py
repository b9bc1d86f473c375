"""What changed between two packages, and the state of a receiver who applies them.

A state is the records by child key. Its digest is the SHA-256 over the records' canonical lines in the order of keys: a
receiver who applied changes compares it with the manifest's, so that the two routes, whole and changes, cannot part.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from childdb.exchange.bundle import PlainRow
from childdb.exchange.profile import profile
from schemas.errors import CheckFailed

CHANGES = ("added", "changed", "left", "merged", "withdrawn")
Fate = Callable[[str], tuple[str, str | None]]


@dataclass(frozen=True)
class Change:
    """One child: added or changed (the record stands in records.jsonl), left, merged INTO another, or withdrawn."""

    child_key: str
    change: str
    into: str | None = None


@dataclass(frozen=True)
class Base:
    """The package that the receiver has accepted: its manifest's SHA-256, its records, and what became of a child.

    FATE tells, of a child that goes no longer, left, merged (and into which) or withdrawn.
    """

    manifest: str
    records: Iterable[PlainRow]
    fate: Fate


def compared(base: Base, after: Iterable[PlainRow]) -> list[Change]:
    """The changes from the base to AFTER, by child key."""
    before = {str(r["child_key"]): _line(r) for r in base.records}
    found = []
    still = set()
    for record in after:
        key = str(record["child_key"])
        still.add(key)
        if key not in before:
            found.append(Change(key, "added"))
        elif before[key] != _line(record):
            found.append(Change(key, "changed"))
    for key in before.keys() - still:
        change, into = base.fate(key)
        found.append(Change(key, change, into))
    return sorted(found, key=lambda c: int(c.child_key))


def applied(
    state: Mapping[str, PlainRow], records: Iterable[PlainRow], changes: Iterable[Change]
) -> dict[str, PlainRow]:
    """The state after a changes package."""
    sent = {str(r["child_key"]): r for r in records}
    after = dict(state)
    for change in changes:
        if change.change in ("added", "changed"):
            if change.child_key not in sent or (change.change == "added") == (change.child_key in state):
                raise CheckFailed("Gói thay đổi không khớp với dữ liệu đã nhận.",
                                  "The changes do not fit what was received before.")  # fmt: skip
            after[change.child_key] = sent[change.child_key]
        elif after.pop(change.child_key, None) is None:
            raise CheckFailed("Gói thay đổi không khớp với dữ liệu đã nhận.",
                              "The changes do not fit what was received before.")  # fmt: skip
    return after


def state_digest(records: Iterable[PlainRow]) -> str:
    total = hashlib.sha256()
    for _, line in sorted((int(r["child_key"]), _line(r)) for r in records):
        total.update(line)
    return total.hexdigest()


def _line(record: PlainRow) -> bytes:
    plain = {k: v for k in profile().keys if (v := record.get(k)) is not None and v != []}
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode("utf-8")).digest()
