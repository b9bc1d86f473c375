"""Setting up and opening the store."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from childdb.store import Store


def init_store(db: str | None, key_file: Path | None, *, now: datetime) -> Store:
    """Make the store and, if there is none, its key file; repeatable."""
    return Store.init(db, key_file, now=now)


def open_store(db: str | None, key_file: Path | None) -> Store:
    """Open an existing store with its key; never makes either."""
    return Store.open(db, key_file)
