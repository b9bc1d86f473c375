"""The destinations that the office has set, and their outbox: where sealed packages are kept."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import platformdirs

from childdb.exchange.destination import Destination
from childdb.exchange.formats import standards
from childdb.store import Store, named_settings
from childdb.store.database import sqlite_file
from schemas.errors import NotFound

_KIND = "destination"


def destinations(store: Store) -> dict[str, Destination]:
    return {name: Destination.of(value) for name, value in named_settings.read_all(store, _KIND).items()}


def destination(store: Store, name: str) -> Destination:
    found = destinations(store).get(name)
    if found is None:
        raise NotFound(f"Chưa có nơi nhận “{name}”. Chạy “childdb export destination add {name} …”.",
                       f"There is no destination {name!r}. Run `childdb export destination add {name} ...`.")  # fmt: skip
    return found


def set_destination(store: Store, wanted: Destination, *, actor: str, now: datetime) -> None:
    for name in wanted.formats:
        if name not in standards():
            raise NotFound(f"Không có định dạng “{name}”.", f"There is no format {name!r}.")
    named_settings.write(store, _KIND, wanted.name, wanted.plain(), actor=actor, now=now)


def remove_destination(store: Store, name: str, *, actor: str, now: datetime) -> None:
    named_settings.remove(store, _KIND, name, actor=actor, now=now)


def outbox(store: Store) -> Path:
    """The folder of sealed packages, beside the store's file (for a server: in the user's data folder)."""
    return beside_store(store, "da-gui")


def beside_store(store: Store, what: str) -> Path:
    """The place of a thing that belongs to a store and is no row of it."""
    file = sqlite_file(store.url)
    beside = file.parent if file else Path(platformdirs.user_data_dir("childdb", appauthor=False))
    return beside / f"{file.stem if file else named_settings.store_id(store)}-{what}"
