"""Users of the pages: made, given roles, let in, locked out; and the access log that each may read.

Whoever holds the key file may do everything on the command line; users and roles bind those who come over the network.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from childdb.store import Store, audit, passwords, users
from childdb.store.models import access_event
from childdb.store.passwords import refuse_weak
from childdb.store.users import Secret, User
from childdb.workflow.matching import communes
from schemas.codes import units
from schemas.errors import NotAllowed, UsageFault
from schemas.rights import OF_COMMUNES, Rights, rights_of

FAILURES = 5
LOCKED = timedelta(minutes=15)
_REFUSED = (
    "Không đăng nhập được: sai tên, mật khẩu hoặc mã, hoặc đang bị khóa 15 phút sau 5 lần sai.",
    "Not signed in: wrong login, password or code, or locked for 15 minutes after 5 failures.",
)


@dataclass(frozen=True)
class Account:
    """A user as lists show it: no secret. `ready`: has a password and a second factor, so may sign in."""

    login: str
    name: str
    active: bool
    roles: tuple[str, ...]
    communes: tuple[str, ...]
    ready: bool
    locked: bool


@dataclass(frozen=True)
class Standing:
    """What a signed-in user may do now; `stamp` changes with password and second factor, which ends older sessions."""

    rights: Rights
    name: str
    stamp: str


@dataclass(frozen=True)
class Look:
    """One look at named rows; `asked` are the words of a search, empty for those who see no names."""

    number: int
    at: datetime
    actor: str
    what: str
    rows: int
    reason: str
    asked: str


# -- who there is -----------------------------------------------------------------------------------------------------


def accounts(store: Store, *, now: datetime) -> list[Account]:
    """All users in the order of their logins."""
    with store.reading() as connection:
        return [
            Account(u.login, u.shown_name, u.active, u.roles, u.communes,
                    "password" in u.secret and "seed" in u.secret, users.locked(u.secret, now))
            for u in users.listed(connection, store.cipher)
        ]  # fmt: skip


def add(store: Store, login: str, roles: Collection[str], communes_named: Iterable[str] = (), *, name: str = "",
        actor: str, now: datetime) -> None:  # fmt: skip
    """A new user with roles, who may sign in once a password and a second factor are set."""
    places = refuse_new(store, login, roles, communes_named)
    with store.writing() as connection:
        _refuse_taken(connection, store, login)
        number = users.add(connection, store.cipher, login, name.strip())
        users.set_roles(connection, number, roles, OF_COMMUNES, places)
        _note(connection, store, actor, "user added", now, user=login, roles=sorted(roles), communes=sorted(places))


def refuse_new(store: Store, login: str, roles: Collection[str], communes_named: Iterable[str]) -> frozenset[str]:
    """Refuses what `add` would refuse; returns the units meant."""
    if not 1 < len(login) <= 60 or not login.isascii() or not all(c.isalnum() or c in "._-" for c in login):
        raise UsageFault("Tên đăng nhập: 2 đến 60 chữ cái không dấu, chữ số, dấu . _ -",
                         "A login has 2 to 60 plain letters, digits, . _ -")  # fmt: skip
    places = _places(communes_named)
    rights_of(login, roles, places)
    with store.reading() as connection:
        _refuse_taken(connection, store, login)
    return places


def _refuse_taken(connection: Connection, store: Store, login: str) -> None:
    if any(u.login.casefold() == login.casefold() for u in users.listed(connection, store.cipher)):
        raise UsageFault(f"Đã có người dùng “{login}”.", f"There is a user {login!r} already.")


def refuse_unknown(store: Store, login: str) -> None:
    """Refuses (NotFound) a login that nobody has."""
    with store.reading() as connection:
        users.named(connection, store.cipher, login)


def set_roles(store: Store, login: str, roles: Iterable[str], communes_named: Iterable[str] = (), *, actor: str,
              now: datetime) -> None:  # fmt: skip
    """Other roles in place of those the user has; holds at once."""
    given, places = frozenset(roles), _places(communes_named)
    rights_of(login, given, places)
    with store.writing() as connection:
        user = users.named(connection, store.cipher, login)
        users.set_roles(connection, user.number, given, OF_COMMUNES, places)
        _note(connection, store, actor, "user roles", now, user=login, roles=sorted(given), communes=sorted(places))


def set_active(store: Store, login: str, active: bool, *, actor: str, now: datetime) -> None:
    """Let a user in again or no more; holds at once, also for one who is signed in."""
    with store.writing() as connection:
        user = users.named(connection, store.cipher, login)
        users.set_active(connection, user.number, active)
        _note(connection, store, actor, "user enabled" if active else "user disabled", now, user=login)


def set_password(store: Store, login: str, password: str, *, actor: str, now: datetime) -> None:
    """A new password; lifts a lock, ends sessions."""
    refuse_weak(password, login)
    kept = passwords.kept(password)  # slow: outside the write transaction
    with store.writing() as connection:
        user = users.named(connection, store.cipher, login)
        secret: Secret = {**_unlocked(user.secret), "password": kept}
        users.set_secret(connection, store.cipher, user.number, secret)
        _note(connection, store, actor, "user password", now, user=login)


def change_own_password(store: Store, login: str, old: str, new: str, *, now: datetime) -> None:
    """A user's own new password, for who knows the old one; ends the other sessions. Guesses lock as at the door."""
    with store.reading() as connection:
        user = users.named(connection, store.cipher, login)
    if users.locked(user.secret, now) or not passwords.fits(old, user.secret.get("password")):
        with store.writing() as connection:
            _refused(connection, store, users.named(connection, store.cipher, login), now)
        raise NotAllowed("Mật khẩu cũ không đúng, hoặc đang bị khóa 15 phút sau 5 lần sai.",
                         "The old password is not right, or locked for 15 minutes after 5 failures.")  # fmt: skip
    set_password(store, login, new, actor=login, now=now)


def new_second_factor(store: Store, login: str, *, actor: str, now: datetime) -> tuple[str, str]:
    """A new second factor for a user's telephone: its seed and its otpauth address, shown this once; ends sessions."""
    seed = passwords.new_seed()
    with store.writing() as connection:
        user = users.named(connection, store.cipher, login)
        secret: Secret = {**_unlocked(user.secret), "seed": seed, "step": 0}
        users.set_secret(connection, store.cipher, user.number, secret)
        _note(connection, store, actor, "user second factor", now, user=login)
    return seed, passwords.address(seed, login)


def _places(named: Iterable[str]) -> frozenset[str]:
    """The communes that names or codes mean: those of today, where a name was in use before too."""
    found: set[str] = set()
    for text in named:
        meant = communes(text)
        found |= {key for key in meant if units()[key].valid_to is None} or meant
    return frozenset(found)


def _unlocked(secret: Secret) -> Secret:
    kept: Secret = {**secret}
    kept.pop("failures", None)
    kept.pop("locked_until", None)
    return kept


def _note(connection: Connection, store: Store, actor: str, action: str, now: datetime, **detail: object) -> None:
    audit.append(connection, store.cipher, actor, action, detail, now=now)


# -- the way in -------------------------------------------------------------------------------------------------------


def sign_in(store: Store, login: str, password: str, code: str, *, now: datetime) -> Standing:
    """The rights of who gives login, password and code; one sentence refuses all else (NotAllowed).

    Five failures in a row lock the way in for a quarter of an hour; a code is good once. Both are noted.
    """
    with store.reading() as connection:
        seen = users.find(connection, store.cipher, login)
    right = passwords.fits(password, seen.secret.get("password") if seen else None)  # slow: outside the transaction
    with store.writing() as connection:
        user = users.find(connection, store.cipher, login) if seen else None
        standing = None
        if user is not None:
            standing = _admitted(connection, store, user, right and _unchanged(user, seen), code, now)
        else:  # what was typed may be a password in the wrong box: it is kept nowhere
            _note(connection, store, "?", "sign-in refused", now)
    if standing is None:
        raise NotAllowed(*_REFUSED)
    return standing


def _unchanged(user: User, seen: User | None) -> bool:
    return seen is not None and user.secret.get("password") == seen.secret.get("password")


def _admitted(
    connection: Connection, store: Store, user: User, right: bool, code: str, now: datetime
) -> Standing | None:  # fmt: skip
    secret = user.secret
    if users.locked(secret, now) or not user.active:
        _refused(connection, store, user, now)
        return None
    step = passwords.step_of(code, secret["seed"], now, secret.get("step", 0)) if "seed" in secret else None
    if right and step is not None:
        again: Secret = {**_unlocked(secret), "step": step}
        users.set_secret(connection, store.cipher, user.number, again)
        _note(connection, store, user.login, "sign-in", now)
        return _standing(user)
    _refused(connection, store, user, now)
    return None


def _refused(connection: Connection, store: Store, user: User, now: datetime) -> None:
    """One failure more, noted; the last of a row locks."""
    if users.locked(user.secret, now) or not user.active:
        _note(connection, store, user.login, "sign-in refused", now, locked=True)
        return
    failures = user.secret.get("failures", 0) + 1
    failed: Secret = {**user.secret, "failures": failures}
    if failures >= FAILURES:
        failed["locked_until"], failed["failures"] = (now + LOCKED).isoformat(), 0
    users.set_secret(connection, store.cipher, user.number, failed)
    _note(connection, store, user.login, "sign-in refused", now, failures=failures)


def standing(store: Store, login: str) -> Standing | None:
    """What a signed-in user may now; None where the user is gone or disabled. Asked anew at every request."""
    with store.reading() as connection:
        user = users.find(connection, store.cipher, login)
    return _standing(user) if user is not None and user.active else None


def _standing(user: User) -> Standing:
    text = json.dumps([user.login, user.secret.get("password"), user.secret.get("seed")])
    stamp = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Standing(rights_of(user.login, user.roles, user.communes), user.shown_name, stamp)


# -- the access log ---------------------------------------------------------------------------------------------------


def access_log(store: Store, rights: Rights, *, actor: str | None = None, since: datetime | None = None,
               limit: int | None = None) -> list[Look]:  # fmt: skip
    """Looks at named rows, the newest first: one's own, and for an administrator those of all (or of ACTOR)."""
    whose = actor if rights.may("administer") else rights.login
    a = access_event.c
    query = select(access_event).order_by(a.id.desc()).limit(limit)
    if whose is not None:
        query = query.where(a.actor == whose)
    if since is not None:
        query = query.where(a.seen_at >= since.replace(tzinfo=None))
    with store.reading() as connection:
        rows = connection.execute(query).all()
    looks = []
    for row in rows:
        reason, _, asked = store.cipher.decrypt(row.purpose, "access_event.purpose").partition("\n")
        looks.append(Look(int(row.id), row.seen_at.replace(tzinfo=UTC), row.actor, row.what, row.rows, reason,
                          asked if rights.sees_names or row.actor == rights.login else ""))  # fmt: skip
    return looks


__all__ = [
    "Account", "Look", "Standing", "access_log", "accounts", "add", "change_own_password", "new_second_factor", "refuse_new",
    "refuse_unknown", "refuse_weak", "set_active", "set_password", "set_roles", "sign_in", "standing",
]  # fmt: skip
