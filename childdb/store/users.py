"""Who may use the store over the network: users with their roles, and what is kept of their secrets."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NotRequired, TypedDict

from sqlalchemy import Connection, delete, insert, select, update

from childdb.store.bulk import Numbers
from childdb.store.crypto import Cipher
from childdb.store.models import app_user, role
from childdb.store.passwords import Kept
from schemas.errors import NotFound


class Secret(TypedDict):
    """What is kept, encrypted, of a user's ways in; `step` is the last code's step, `failures` those in a row."""

    password: NotRequired[Kept]
    seed: NotRequired[str]
    step: NotRequired[int]
    failures: NotRequired[int]
    locked_until: NotRequired[str]


@dataclass(frozen=True)
class User:
    """One user; `communes` are keys of units (CODE@FROM), empty but for roles of communes."""

    number: int
    login: str
    shown_name: str
    active: bool
    roles: tuple[str, ...]
    communes: tuple[str, ...]
    secret: Secret


def listed(connection: Connection, cipher: Cipher) -> list[User]:
    """All users in the order of their logins."""
    roles: dict[int, list[tuple[str, str | None]]] = {}
    for who, name, code, since in connection.execute(
        select(role.c.user_id, role.c.name, role.c.commune_code, role.c.commune_from)
    ):
        roles.setdefault(int(who), []).append((name, f"{code}@{since.isoformat()}" if code else None))
    return [
        User(
            int(row.id), row.login, cipher.decrypt(row.shown_name, "app_user.shown_name") if row.shown_name else "",
            bool(row.active), tuple(sorted({name for name, _ in roles.get(row.id, ())})),
            tuple(sorted({key for _, key in roles.get(row.id, ()) if key})),
            json.loads(cipher.decrypt(row.secret, "app_user.secret")) if row.secret else {},
        )
        for row in connection.execute(select(app_user).order_by(app_user.c.login))
    ]  # fmt: skip


def find(connection: Connection, cipher: Cipher, login: str) -> User | None:
    return next((user for user in listed(connection, cipher) if user.login == login), None)


def named(connection: Connection, cipher: Cipher, login: str) -> User:
    """The user of that login; refuses where there is none."""
    found = find(connection, cipher, login)
    if found is None:
        raise NotFound(f"Không có người dùng “{login}”.", f"There is no user {login!r}.")
    return found


def add(connection: Connection, cipher: Cipher, login: str, shown_name: str) -> int:
    number = Numbers(connection).take(app_user)
    kept = cipher.encrypt(shown_name, "app_user.shown_name") if shown_name else None
    connection.execute(insert(app_user).values(id=number, login=login, shown_name=kept, active=True))
    return number


def set_active(connection: Connection, number: int, active: bool) -> None:
    connection.execute(update(app_user).where(app_user.c.id == number).values(active=active))


def set_secret(connection: Connection, cipher: Cipher, number: int, secret: Secret) -> None:
    text = json.dumps(secret, sort_keys=True)
    kept = cipher.encrypt(text, "app_user.secret")
    connection.execute(update(app_user).where(app_user.c.id == number).values(secret=kept))


def set_roles(connection: Connection, number: int, roles: Iterable[str], of_communes: Iterable[str],
              communes: Iterable[str]) -> None:  # fmt: skip
    """The user's roles in place of earlier ones; those OF_COMMUNES once for each of the units COMMUNES."""
    connection.execute(delete(role).where(role.c.user_id == number))
    numbers, local = Numbers(connection), set(of_communes)
    for name in sorted(set(roles)):
        for key in sorted(communes) if name in local else [None]:
            place: dict[str, Any] = {}
            if key:
                code, since = key.split("@")
                place = {"commune_code": code, "commune_from": date.fromisoformat(since)}
            connection.execute(insert(role).values(id=numbers.take(role), user_id=number, name=name, **place))


def locked(secret: Secret, now: datetime) -> bool:
    until = secret.get("locked_until")
    return until is not None and now < datetime.fromisoformat(until)
