"""An import rehearsed on a copy of the store: nothing stays, and nobody else has to wait for it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from childdb.store import Store
from childdb.store.copying import copy_store
from childdb.store.database import sqlite_file


@contextmanager
def rehearsal(store: Store, place: Path) -> Iterator[Store]:
    """A store on which everything may be written; the copy (in PLACE) goes with it.

    On a server the rehearsal is a transaction taken back: there it keeps nobody from reading or writing.
    """
    if sqlite_file(store.url) is None:
        with store.rehearsal() as rehearsed:
            yield rehearsed
        return
    with tempfile.TemporaryDirectory(prefix="thu-", dir=place, ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "copy.db"
        copy_store(store, copy)
        rehearsed = Store.open(str(copy), store.key_file)
        try:
            yield rehearsed
        finally:
            rehearsed.close()
