"""One sender at a time: a lock that the system itself takes back when its holder dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import text

from childdb.store.database import sqlite_file
from childdb.store.store import Store
from schemas.errors import StoreBusy
from schemas.files import file_lock

_LOCK = 28_2024  # the advisory lock that stands for "one sender" on PostgreSQL


@contextmanager
def sending_lock(store: Store) -> Iterator[None]:
    """Hold the lock for the block; refuses at once where another process holds it."""
    file = sqlite_file(store.url)
    if file is None:
        with store.engine.connect() as connection:
            if not connection.scalar(text("select pg_try_advisory_lock(:n)"), {"n": _LOCK}):
                raise _busy()
            try:
                yield
            finally:
                connection.execute(text("select pg_advisory_unlock(:n)"), {"n": _LOCK})
        return
    with ExitStack() as held:
        try:
            held.enter_context(file_lock(lock_file(file)))
        except BlockingIOError as fault:
            raise _busy() from fault
        yield


def lock_file(store_file: Path) -> Path:
    return store_file.with_name(store_file.name + ".sending")


def _busy() -> StoreBusy:
    return StoreBusy(
        "Một tiến trình khác đang gửi; không gửi hai lần.", "Another process is sending; nothing is sent twice."
    )
