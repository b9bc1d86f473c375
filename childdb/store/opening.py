"""Making a store, and finding the key that opens one: a fresh database, one of ours, or somebody else's."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, inspect, select

from childdb.store import audit, keys
from childdb.store import models as m
from childdb.store.batches import open_batch
from childdb.store.crypto import Cipher
from childdb.store.migrate import HEAD, upgrade
from childdb.store.reference import load_reference
from schemas.errors import KeyFault, NoSpace, NotSetUp, UnreadableFile

_CHECK = "childdb"


def opened(engine: Engine, path: Path) -> Cipher:
    """The cipher for the store in ENGINE; refuses where there is no store, no key, or another schema."""
    settings = _settings(engine)
    if not settings:
        raise NotSetUp(
            "Cơ sở dữ liệu này chưa có kho childdb. Chạy “childdb init” để tạo.",
            "This database holds no store of childdb yet. Run `childdb init` to make it.",
        )
    ring = keys.read(path)
    if settings.get("schema", b"").decode() != HEAD:
        raise NotSetUp(
            "Kho dữ liệu thuộc phiên bản khác của childdb. Chạy “childdb init” để nâng cấp.",
            "The store is of another version of childdb. Run `childdb init` to bring it up to date.",
        )
    return _fitting(ring, settings, path)


def made(engine: Engine, file: Path | None, path: Path, *, now: datetime) -> None:
    """Make the store where there is none, with a key where there is none; bring an existing one to the newest schema.

    What a killed `init` has left half made is made whole.
    """
    if file is not None and not file.exists():
        _make_private(file)
    if _settings(engine):
        if not path.exists():
            raise KeyFault(
                f"Đã có kho dữ liệu nhưng thiếu tệp khóa {path}. Hãy chép lại bản sao tệp khóa; khóa mới không mở được kho.",
                f"The store is there but its key file {path} is not. Put back a copy of it; a new key would not open it.",
            )
        upgrade(engine)
        return
    _refuse_foreign(engine)
    upgrade(engine)
    with engine.connect() as plain, plain.execution_options(childdb_write=True).begin():
        if plain.scalar(select(m.setting.c.name).limit(1)) is not None:
            return  # another process was faster
        cipher = Cipher(keys.make(path)[-1].secret)
        _first_settings(plain, cipher)
        load_reference(plain, open_batch(plain, cipher, "reference", actor="childdb", now=now))
        audit.append(plain, cipher, "childdb", "init", {"schema": HEAD}, now=now)


def key_fits(connection: Connection, cipher: Cipher) -> bool:
    """Whether CIPHER is still the store's: another process may have rotated the key meanwhile."""
    kept = connection.scalar(select(m.setting.c.value).where(m.setting.c.name == "key_check"))
    return kept is not None and bytes(kept) == key_check(cipher)


def key_check(cipher: Cipher) -> bytes:
    return cipher.encrypt(_CHECK, "setting.key_check")


def _settings(engine: Engine) -> dict[str, bytes]:
    """What the store says of itself; empty where there is no store, or one half made."""
    if not inspect(engine).has_table("setting"):
        return {}
    with engine.connect() as connection:
        return {n: bytes(v) for n, v in connection.execute(select(m.setting.c.name, m.setting.c.value))}


def _refuse_foreign(engine: Engine) -> None:
    ours = {*m.metadata.tables, "alembic_version"}
    if set(inspect(engine).get_table_names()) - ours:
        raise UnreadableFile(
            "Cơ sở dữ liệu này đang chứa dữ liệu của chương trình khác; hãy chọn nơi khác.",
            "This database holds another program's data; choose another place.",
        )


def _make_private(file: Path) -> None:
    """The database file, made empty and readable by its owner alone."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as fault:
        raise NoSpace(
            f"Không tạo được kho dữ liệu {file}: {fault.strerror}.",
            f"The store {file} cannot be made: {fault.strerror}.",
        ) from fault


def _first_settings(connection: Connection, cipher: Cipher) -> None:
    wrapped = cipher.wrapped_lookup(secrets.token_bytes(32))
    cipher.with_lookup(wrapped)
    connection.execute(insert(m.setting), [
        {"name": "store_id", "value": secrets.token_hex(8).encode()},
        {"name": "schema", "value": HEAD.encode()},
        {"name": "lookup_secret", "value": wrapped},
        {"name": "key_check", "value": key_check(cipher)},
    ])  # fmt: skip


def _fitting(ring: list[keys.Key], settings: Mapping[str, bytes], path: Path) -> Cipher:
    """The cipher of the key of the ring that opens this store."""
    if "key_check" not in settings or "lookup_secret" not in settings:
        raise UnreadableFile("Kho dữ liệu thiếu phần thiết lập.", "The store lacks its settings.")
    for key in reversed(ring):
        cipher = Cipher(key.secret)
        if key_check(cipher) == settings["key_check"]:
            return cipher.with_lookup(settings["lookup_secret"])
    raise KeyFault(
        f"Tệp khóa {path} không phải khóa của kho dữ liệu này.", f"The key file {path} is not the key of this store."
    )
