"""Batches: which are live at N, and how a new one is opened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib.metadata import version

from sqlalchemy import Connection, func, insert, select

from childdb.store.crypto import Cipher
from childdb.store.models import batch
from schemas.errors import NotFound

BatchLine = tuple[int, int | None]  # (number, the batch it undoes)


@cache
def code_version() -> str:
    """The installed version, which every batch and computation bears (the front door's `__version__` lies above us)."""
    return version("childdb")


def live_batches(lines: Iterable[BatchLine], at: int | None = None) -> set[int]:
    """The batches live at AT (all, where none is given): not later, and named by no live undo up to AT.

    An undo is a batch and can itself be undone; a later one decides first.
    """
    wanted = sorted((line for line in lines if at is None or line[0] <= at), reverse=True)
    undone: set[int] = set()
    live: set[int] = set()
    for number, undoes in wanted:
        if number in undone:
            continue
        live.add(number)
        if undoes is not None:
            undone.add(undoes)
    return live


def batch_lines(connection: Connection) -> list[BatchLine]:
    return [(int(n), None if u is None else int(u)) for n, u in connection.execute(select(batch.c.id, batch.c.undoes))]


def last_batch(connection: Connection) -> int:
    return int(connection.scalar(select(func.max(batch.c.id))) or 0)


def require_batch(connection: Connection, number: int) -> None:
    if connection.scalar(select(batch.c.id).where(batch.c.id == number)) is None:
        raise NotFound(f"Không có lô {number}.", f"There is no batch {number}.")


def open_batch(
    connection: Connection,
    cipher: Cipher,
    kind: str,
    *,
    actor: str,
    now: datetime,
    undoes: int | None = None,
    reason: str | None = None,
    file: tuple[str, str] | None = None,
) -> int:
    """A new batch and its number; FILE is (name, SHA-256)."""
    number = last_batch(connection) + 1
    connection.execute(
        insert(batch).values(
            id=number,
            kind=kind,
            made_at=now.replace(tzinfo=None),
            actor=actor,
            undoes=undoes,
            reason=cipher.encrypt(reason, "batch.reason") if reason else None,
            file_name=cipher.encrypt(file[0], "batch.file_name") if file else None,
            file_lookup=cipher.lookup(file[1], "file") if file else None,
            file_kind=file[0].rpartition(".")[2][:10].lower() if file else None,
            code_version=code_version(),
        )
    )
    return number
