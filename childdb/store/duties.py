"""The registers that the law asks for: requests about personal data, and breaches; what they say is encrypted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from childdb.store.bulk import Numbers
from childdb.store.crypto import Cipher
from childdb.store.models import incident, request
from schemas.errors import NotFound


@dataclass(frozen=True)
class Entry:
    """One line of a register; moments are UTC. `content` is what people wrote, by name."""

    number: int
    kind: str
    began: datetime
    due: datetime
    ended: datetime | None
    content: dict[str, Any]


_COLUMNS = {  # when it began, by when it is due, when it ended
    "request": ("received_at", "due_at", "answered_at"),
    "incident": ("detected_at", "told_by", "closed_at"),
}
_TABLES: dict[str, Table] = {"request": request, "incident": incident}


def listed(connection: Connection, cipher: Cipher, register: str) -> list[Entry]:
    """The entries of a register (request or incident), in the order of their numbers."""
    table, (began, due, ended) = _TABLES[register], _COLUMNS[register]
    rows = connection.execute(select(table).order_by(table.c.id)).mappings()
    return [
        Entry(int(row["id"]), str(row.get("kind", "breach")), _utc(row[began]), _utc(row[due]),
              _utc(row[ended]) if row[ended] else None, json.loads(cipher.decrypt(row["content"], f"{register}.content")))
        for row in rows
    ]  # fmt: skip


def named(connection: Connection, cipher: Cipher, register: str, number: int) -> Entry:
    """One entry; refuses where there is none."""
    found = next((entry for entry in listed(connection, cipher, register) if entry.number == number), None)
    if found is None:
        vi = "yêu cầu" if register == "request" else "sự cố"
        raise NotFound(f"Không có {vi} số {number}.", f"There is no {register} {number}.")
    return found


def add(connection: Connection, cipher: Cipher, register: str, began: datetime, due: datetime,
        content: Mapping[str, Any], kind: str | None = None) -> int:  # fmt: skip
    """A new entry; returns its number."""
    table, columns = _TABLES[register], _COLUMNS[register]
    number = Numbers(connection).take(table)
    values: dict[str, Any] = {columns[0]: _plain(began), columns[1]: _plain(due), **({"kind": kind} if kind else {})}
    connection.execute(insert(table).values(id=number, content=_kept(cipher, register, content), **values))
    return number


def change(connection: Connection, cipher: Cipher, register: str, entry: Entry, *, ended: datetime | None = None,
           **content: Any) -> None:  # fmt: skip
    """More words on an entry, and its end where it has ended."""
    table = _TABLES[register]
    values: dict[str, Any] = {"content": _kept(cipher, register, {**entry.content, **content})}
    if ended is not None:
        values[_COLUMNS[register][2]] = _plain(ended)
    connection.execute(update(table).where(table.c.id == entry.number).values(values))


def _kept(cipher: Cipher, register: str, content: Mapping[str, Any]) -> bytes:
    return cipher.encrypt(json.dumps(content, ensure_ascii=False, sort_keys=True), f"{register}.content")


def _plain(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
