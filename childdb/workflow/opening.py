"""Setting up and opening the store."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from childdb.exchange.keyring import Keyring, keyring_file
from childdb.store import Store
from childdb.store.database import default_key_file
from childdb.workflow.destinations import beside_store


def init_store(db: str | None, key_file: Path | None, *, now: datetime) -> Store:
    """Make the store and, if there is none, its key file; repeatable."""
    return Store.init(db, key_file, now=now)


def open_store(db: str | None, key_file: Path | None) -> Store:
    """Open an existing store with its key; never makes either."""
    return Store.open(db, key_file)


def web_folder(store: Store) -> Path:
    """Where the pages keep their queue and what was dragged in: beside the store, for its owner alone."""
    return beside_store(store, "trang")


def open_keyring(key_file: Path | None) -> Keyring:
    """The keys of exchange beside the store's key file; neither store nor key file need be there."""
    return Keyring.read(keyring_file(key_file or default_key_file()))


__all__ = ["Store", "init_store", "open_keyring", "open_store", "web_folder"]
