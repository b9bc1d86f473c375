"""Settings with names, kept in the store: destinations, schedules, whom to tell. No secret stands in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from childdb.store import audit
from childdb.store.models import setting
from childdb.store.store import Store
from schemas.errors import NotFound


def read_all(store: Store, kind: str) -> dict[str, dict[str, Any]]:
    """The settings of a kind by name, in the order of names."""
    with store.reading() as connection:
        rows = connection.execute(
            select(setting.c.name, setting.c.value).where(setting.c.name.startswith(f"{kind}:", autoescape=True))
        )
        found = {name.split(":", 1)[1]: json.loads(bytes(value)) for name, value in rows}
    return dict(sorted(found.items()))


def write(store: Store, kind: str, name: str, value: Mapping[str, Any], *, actor: str, now: datetime) -> None:
    """Keep a setting in place of an earlier one of that name."""
    with store.writing() as connection:
        connection.execute(delete(setting).where(setting.c.name == f"{kind}:{name}"))
        content = json.dumps(value, ensure_ascii=False, sort_keys=True).encode("utf-8")
        connection.execute(insert(setting).values(name=f"{kind}:{name}", value=content))
        audit.append(connection, store.cipher, actor, f"{kind} set", {"name": name}, now=now)


def remove(store: Store, kind: str, name: str, *, actor: str, now: datetime) -> None:
    with store.writing() as connection:
        if not connection.execute(delete(setting).where(setting.c.name == f"{kind}:{name}")).rowcount:
            raise NotFound(f"Không có “{name}”.", f"There is no {name!r}.")
        audit.append(connection, store.cipher, actor, f"{kind} removed", {"name": name}, now=now)


def store_id(store: Store) -> str:
    """The store's own random number (16 hexadecimal digits), the same on every copy of it."""
    with store.reading() as connection:
        value = connection.scalar(select(setting.c.value).where(setting.c.name == "store_id"))
    return bytes(value or b"").decode("ascii")
