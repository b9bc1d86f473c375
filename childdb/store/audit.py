"""The audit chain: append-only entries, each bearing the hash of the one before; counts and codes, never a name.

The chain's last number and hash are kept sealed under the store's key: so a cut at its end, or a chain written anew
by someone who has the database but not the key, is found too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from childdb.store.crypto import Cipher
from childdb.store.models import audit_event, setting
from schemas.errors import KeyFault

_FIRST = "0" * 64
_SEAL = "audit_end"


@dataclass(frozen=True)
class AuditReport:
    """How many entries the chain has, its last hash, and the number of the first that does not fit (or None)."""

    entries: int
    last_hash: str
    broken_at: int | None

    @property
    def whole(self) -> bool:
        return self.broken_at is None


def append(
    connection: Connection, cipher: Cipher, actor: str, action: str, detail: Mapping[str, Any], *, now: datetime
) -> None:
    """One more entry; inside the caller's write transaction, so that two writers cannot fork the chain."""
    previous = connection.execute(
        select(audit_event.c.id, audit_event.c.hash).order_by(audit_event.c.id.desc()).limit(1)
    ).first()
    number, before = (previous[0] + 1, previous[1]) if previous else (1, _FIRST)
    text = json.dumps(detail, ensure_ascii=False, sort_keys=True)
    entry = {"id": number, "at": now.isoformat(), "actor": actor, "action": action, "detail": text, "previous": before}
    digest = _hash(entry)
    connection.execute(insert(audit_event).values(**entry, hash=digest))
    seal = cipher.encrypt(f"{number}:{digest}", f"setting.{_SEAL}")
    connection.execute(delete(setting).where(setting.c.name == _SEAL))
    connection.execute(insert(setting).values(name=_SEAL, value=seal))


def verify(connection: Connection, cipher: Cipher) -> AuditReport:
    """Walk the chain from its beginning: an altered, removed, added or reordered entry breaks it, at its end too.

    What no store can see alone is that all of it, seal included, was put back to an earlier state: compare `entries`
    and `last_hash` with those noted elsewhere.
    """
    before, expected = _FIRST, 1
    for row in connection.execute(select(audit_event).order_by(audit_event.c.id)).mappings():
        entry = {k: row[k] for k in ("id", "at", "actor", "action", "detail", "previous")}
        if row["id"] != expected or row["previous"] != before or row["hash"] != _hash(entry):
            return AuditReport(expected - 1, before, expected)
        before, expected = row["hash"], expected + 1
    whole = _sealed_end(connection, cipher) == f"{expected - 1}:{before}"
    return AuditReport(expected - 1, before, None if whole else expected)


def _sealed_end(connection: Connection, cipher: Cipher) -> str | None:
    seal = connection.scalar(select(setting.c.value).where(setting.c.name == _SEAL))
    try:
        return cipher.decrypt(seal, f"setting.{_SEAL}") if seal else None
    except KeyFault:
        return None


def _hash(entry: Mapping[str, Any]) -> str:
    canonical = json.dumps(
        [entry[k] for k in ("id", "at", "actor", "action", "detail", "previous")], ensure_ascii=False
    )
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
