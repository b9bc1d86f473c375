"""The connection: where the store is, how it is opened, and what its faults are called.

SQLite in WAL mode with full synchronisation and foreign keys on; PostgreSQL by giving a URL. A write takes the
write lock at its beginning, so that what it reads is what it changes.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError

from schemas.errors import ChildDBError, NoSpace, NotFound, StoreBusy, UnreadableFile, UsageFault

BUSY_SECONDS = 10


def default_store() -> Path:
    return Path(platformdirs.user_data_dir("childdb", appauthor=False)) / "childdb.db"


def default_key_file() -> Path:
    return Path(platformdirs.user_config_dir("childdb", appauthor=False)) / "childdb.key"


def store_url(named: str | None) -> URL:
    """The URL of a store named by a URL, a path, or nothing (the user's data folder)."""
    text = named or str(default_store())
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser()))
    try:
        url = make_url(text)
    except ArgumentError as fault:
        raise UsageFault("Địa chỉ kho dữ liệu không đúng dạng.", "The store's URL has not the right form.") from fault
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise UsageFault(
            "Kho dữ liệu chỉ dùng SQLite hoặc PostgreSQL.", "The store is on SQLite or PostgreSQL and no other."
        )
    return url


def sqlite_file(url: URL) -> Path | None:
    """The database file of a SQLite URL; None on a server."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(url.database)


def connect(url: URL) -> Engine:
    """The engine; nothing is opened yet."""
    try:
        if url.get_backend_name() == "sqlite":
            engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            engine = create_engine(url, pool_pre_ping=True)
    except (NoSuchModuleError, ModuleNotFoundError) as fault:
        raise UsageFault(
            "Máy này chưa cài phần PostgreSQL: pip install childdb[postgres].",
            "The PostgreSQL part is not installed here: pip install childdb[postgres].",
        ) from fault
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={int(BUSY_SECONDS * 1000)}",
                   "cache_size=-65536", "temp_store=MEMORY"):  # fmt: skip
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    wanted = connection.get_execution_options().get("childdb_write")
    connection.exec_driver_sql("begin immediate" if wanted else "begin")


@contextmanager
def faults_named() -> Iterator[None]:
    """Driver faults as ours: locked, disk full, no database, no answer."""
    try:
        yield
    except (OperationalError, DatabaseError) as fault:
        raise _named(fault) from fault
    except OverflowError as fault:  # SQLite's own integers end there; the server's driver says it as below
        if "SQLite" not in str(fault):
            raise
        raise _no_number() from fault
    except OSError as fault:
        if fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG):
            raise NoSpace("Đĩa đầy hoặc không ghi được.", "The disk is full or cannot be written.") from fault
        raise


def _no_number() -> NotFound:
    return NotFound("Không có gì mang số ấy: số quá lớn.", "Nothing has that number: it is too large.")


def _named(fault: DatabaseError) -> ChildDBError:
    said = str(fault.orig).lower()
    if "locked" in said or "busy" in said or "lock timeout" in said:
        return StoreBusy(
            "Một tiến trình khác đang ghi vào kho dữ liệu; thử lại sau.",
            "Another process is writing to the store; try again.",
        )
    if "full" in said or "readonly" in said or "read-only" in said or "disk i/o" in said or "no space" in said:
        return NoSpace(
            "Đĩa đầy hoặc không ghi được; chưa có gì thay đổi.",
            "The disk is full or cannot be written; nothing was changed.",
        )
    if "not a database" in said or "malformed" in said or "unable to open" in said or "no such table" in said:
        return UnreadableFile(
            "Tệp này không phải kho dữ liệu childdb, hoặc đã hỏng.",
            "This file is no store of childdb, or it is damaged.",
        )
    if "bigint out of range" in said or "integer out of range" in said:
        return _no_number()
    if "connection" in said and isinstance(fault, OperationalError):
        return ChildDBError(
            "Không kết nối được máy chủ cơ sở dữ liệu; kiểm tra địa chỉ, tài khoản và mạng.",
            "The database server cannot be reached; check the address, the account and the network.",
        )
    return ChildDBError(
        f"Cơ sở dữ liệu báo lỗi ({type(fault.orig).__name__}).",
        f"The database reports an error ({type(fault.orig).__name__}).",
    )
