"""A consistent copy of a store as one SQLite file, taken while others use it; and a store made again from such a copy.

The copy of a PostgreSQL store is a SQLite file too: any copy can be restored to either kind.
"""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, inspect, select

from childdb.store import keys
from childdb.store import models as m
from childdb.store.bulk import BLOCK
from childdb.store.crypto import Cipher
from childdb.store.database import connect, faults_named, sqlite_file
from childdb.store.migrate import upgrade
from childdb.store.store import Store
from schemas.errors import CheckFailed, KeyFault, UnreadableFile, UsageFault
from schemas.files import settle

_PLACE = "backup.identity"


def copy_store(store: Store, file: Path) -> None:
    """The whole store as of one moment in FILE, which is new; names in it stay encrypted as they are."""
    source = sqlite_file(store.url)
    if source is not None:
        with faults_named():
            _vacuum(source, file)
        return
    engine = connect(URL.create("sqlite", database=str(file)))
    try:
        with faults_named():
            upgrade(engine)
        with store.reading() as origin:
            _pour(origin, engine)
    finally:
        engine.dispose()


def _vacuum(source: Path, file: Path) -> None:
    connection = sqlite3.connect(source)
    try:
        connection.execute("vacuum into ?", (str(file),))
    except sqlite3.Error as fault:
        raise UnreadableFile(
            f"Không chép được kho dữ liệu ({fault}).", f"The store cannot be copied ({fault})."
        ) from fault
    finally:
        connection.close()


def restore_store(file: Path, url: URL) -> None:
    """Make the store named by URL out of the copy in FILE; refuses a place where something is."""
    refuse_taken(url)
    place = sqlite_file(url)
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with faults_named():
            growing = place.with_name(place.name + ".restoring")
            growing.unlink(missing_ok=True)
            _vacuum(file, growing)
            growing.chmod(0o600)
            with growing.open("rb+") as whole:
                os.fsync(whole.fileno())
            growing.replace(place)
            settle(place.parent)
        return
    target, origin = connect(url), connect(URL.create("sqlite", database=str(file)))
    try:
        with faults_named():
            upgrade(target)
            with origin.connect() as connection:
                _pour(connection, target)
    finally:
        target.dispose()
        origin.dispose()


def refuse_taken(url: URL) -> None:
    """Refuse a place where a store, or what is left of one, is."""
    place = sqlite_file(url)
    if place is None:
        target = connect(url)
        try:
            with faults_named():
                if inspect(target).get_table_names():
                    raise UsageFault("Cơ sở dữ liệu đích không trống.", "The database to restore to is not empty.")
        finally:
            target.dispose()
        return
    # a journal left behind by a lost store would be played into the restored one
    for there in (place, *(place.with_name(place.name + end) for end in ("-wal", "-shm", "-journal"))):
        if there.exists():
            raise UsageFault(f"{there} đã có; đổi tên hoặc chuyển nó đi rồi khôi phục.",
                             f"{there} exists; rename or move it, then restore.")  # fmt: skip


def _pour(origin: Connection, target: Engine) -> None:
    """Every row of every table, tables that others refer to first, in one transaction."""
    with target.connect() as plain, plain.execution_options(childdb_write=True).begin():
        for table in m.metadata.sorted_tables:
            plain.execute(table.delete())
            columns = tuple(c.name for c in table.columns)
            order = list(table.primary_key.columns) or list(table.columns)
            rows = origin.execution_options(yield_per=BLOCK).execute(select(table).order_by(*order))
            for block in rows.partitions(BLOCK):
                plain.execute(table.insert(), [dict(zip(columns, row, strict=True)) for row in block])


def proved(file: Path, key_file: Path) -> dict[str, int]:
    """Open the copy in FILE as a store and say what stands in it; refuses one that is not whole."""
    connection = sqlite3.connect(file)
    try:
        (said,) = connection.execute("pragma integrity_check").fetchone()
    except sqlite3.DatabaseError as fault:
        raise CheckFailed("Bản sao không phải kho dữ liệu.", "The copy is no store.") from fault
    finally:
        connection.close()
    if said != "ok":
        raise CheckFailed("Bản sao bị hỏng (integrity_check).", "The copy is damaged (integrity_check).")
    engine = connect(URL.create("sqlite", database=str(file)))
    try:
        with faults_named():
            upgrade(engine)  # a copy made by an earlier version is brought up to date
    finally:
        engine.dispose()
    store = Store.open(str(file), key_file)
    try:
        report = store.audit_verify()
        if not report.whole:
            raise CheckFailed(f"Chuỗi nhật ký trong bản sao bị phá ở mục {report.broken_at}.",
                              f"The audit chain in the copy is broken at entry {report.broken_at}.")  # fmt: skip
        with store.reading() as reading:
            sent = len(reading.execute(select(m.export_run.c.id)).all())
        return {"batch": store.last_batch(), "audit_entries": report.entries, "export_runs": sent}
    finally:
        store.close()


def wrapped(store: Store, secret: str) -> bytes:
    """A backup's own secret under the store's key."""
    return store.cipher.encrypt(secret, _PLACE)


def unwrapped(content: bytes, key_file: Path) -> str:
    """The secret again, by any key of the key file, older ones too."""
    for key in reversed(keys.read(key_file)):
        try:
            return Cipher(key.secret).decrypt(content, _PLACE)
        except KeyFault:
            continue
    raise KeyFault(
        f"Tệp khóa {key_file} không mở được bản sao lưu này.", f"The key file {key_file} does not open this backup."
    )


def restored(store: Store, made_at: str, *, actor: str, now: datetime) -> None:
    """Note in the audit chain that the store was put back to a copy."""
    store.audit(actor, "restore", {"backup_of": made_at}, now=now.astimezone(UTC))
