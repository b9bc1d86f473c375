"""The store's tables read into DuckDB in one consistent read, so that resolving costs the store nothing.

A plain SQLite file is read by ADBC as Arrow in a process of its own (arrow_reader.py says why), PostgreSQL by ADBC here,
anything else (a small file, a rehearsal, an encrypted file) as rows by SQLAlchemy. ADBC guesses the type of a SQLite
column from its first rows and aborts where a later one differs; so every column that may be empty is asked for as text
('' where empty), and DuckDB casts it by the model. Encrypted columns come as the hexadecimal text of their bytes, or as
a yes or no, never in the clear.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import duckdb
import pyarrow as pa
from sqlalchemy import JSON, Boolean, Column, Date, Engine, Integer, LargeBinary, Numeric, Table

from childdb.store.database import faults_named, sqlite_file
from childdb.store.store import Store
from schemas.errors import ChildDBError

BATCH_ROWS = 65_536
SMALL_FILE = 16 * 2**20  # bytes; below this a process of its own costs more than it saves


@dataclass(frozen=True)
class Wanted:
    """A table to be read: which columns, and of which encrypted ones only whether they are filled (`has_<name>`)."""

    table: Table
    columns: tuple[str, ...]
    presence: tuple[str, ...] = ()
    where: str = ""


class _Source(Protocol):
    """Answers the statements it was opened with, each once and in their order."""

    def read(self, sql: str) -> AbstractContextManager[Any]: ...


def extract(con: duckdb.DuckDBPyConnection, store: Store, wanted: Sequence[Wanted], *, few: bool = False) -> None:
    """Fill schema `store` of CON with the wanted tables, all as they stood at one moment; FEW: a handful of rows."""
    con.execute("create schema if not exists store")
    statements = [_statement(item, store.engine.dialect.name) for item in wanted]
    with faults_named(), _source(store, statements, few) as source:
        for item, statement in zip(wanted, statements, strict=True):
            _copy(con, source, item, statement)


def _statement(item: Wanted, dialect: str) -> str:
    asked = [_asked(item.table.c[name], dialect) for name in item.columns]
    asked += [f'case when "{name}" is null then 0 else 1 end as "has_{name}"' for name in item.presence]
    where = f" where {item.where}" if item.where else ""
    return f'select {", ".join(asked)} from "{item.table.name}"{where}'


def _copy(con: duckdb.DuckDBPyConnection, source: _Source, item: Wanted, statement: str) -> None:
    given = [_given(item.table.c[name]) for name in item.columns]
    given += [f'cast("has_{name}" as boolean) as "has_{name}"' for name in item.presence]
    with source.read(statement) as incoming:
        con.register("incoming", incoming)
        try:
            con.execute(f'create table store."{item.table.name}" as select {", ".join(given)} from incoming')
        finally:
            con.unregister("incoming")


def _asked(column: Column[Any], dialect: str) -> str:
    name = f'"{column.name}"'
    if isinstance(column.type, LargeBinary):
        hexed = f"hex({name})" if dialect == "sqlite" else f"upper(encode({name}, 'hex'))"
        return f"coalesce({hexed}, '') as {name}"
    if isinstance(column.type, Integer) and not column.nullable:
        return name
    return f"coalesce(cast({name} as text), '') as {name}"


def _given(column: Column[Any]) -> str:
    name = f'"{column.name}"'
    if isinstance(column.type, Integer) and not column.nullable:
        return f"cast({name} as bigint) as {name}"
    return f"cast(nullif(cast({name} as varchar), '') as {_kind(column)}) as {name}"


def _kind(column: Column[Any]) -> str:
    kind = column.type
    if isinstance(kind, Boolean):
        return "boolean"
    if isinstance(kind, Integer):
        return "bigint"
    if isinstance(kind, Date):
        return "date"
    if isinstance(kind, Numeric):
        return f"decimal({kind.precision}, {kind.scale})"
    return "json" if isinstance(kind, JSON) else "varchar"


@contextmanager
def _source(store: Store, statements: Sequence[str], few: bool) -> Iterator[_Source]:
    """The fastest way to read this store; within a rehearsal, its own open transaction."""
    engine, file = store.engine, sqlite_file(store.url)
    if few or store.rehearsing or engine.driver not in ("pysqlite", "psycopg"):
        with store.reading() as connection:
            yield _Rows(connection)
    elif file is not None and file.stat().st_size > SMALL_FILE:
        with _apart(file, statements) as found:
            yield found
    elif engine.dialect.name == "postgresql" and (uri := _adbc_uri(engine)):
        with _adbc_postgresql(uri) as found:
            yield found
    else:
        with store.reading() as connection:
            yield _Rows(connection)


class _Stream:
    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pa.PythonFile(pipe, mode="r")

    @contextmanager
    def read(self, sql: str) -> Iterator[Any]:
        with pa.ipc.open_stream(self._pipe) as reader:
            yield reader


@contextmanager
def _apart(file: Path, statements: Sequence[str]) -> Iterator[_Source]:
    reader = [sys.executable, "-P", str(Path(__file__).with_name("arrow_reader.py")), str(file)]
    with subprocess.Popen(reader, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:  # noqa: S603
        assert child.stdin is not None and child.stdout is not None  # noqa: S101  (both are pipes)
        try:
            child.stdin.write(json.dumps(statements).encode() + b"\n")
            child.stdin.close()
            yield _Stream(child.stdout)
        except (pa.ArrowInvalid, OSError, duckdb.InvalidInputException) as fault:
            raise ChildDBError(
                "Không đọc được kho dữ liệu để chụp; thử lại.", "The store could not be read; try again."
            ) from fault
        finally:
            child.kill()


class _Adbc:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @contextmanager
    def read(self, sql: str) -> Iterator[Any]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            with cursor.fetch_record_batch() as reader:
                yield reader


def _adbc_uri(engine: Engine) -> str | None:
    try:
        import adbc_driver_postgresql  # noqa: F401
    except ModuleNotFoundError:
        return None
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def _adbc_postgresql(uri: str) -> Iterator[_Source]:
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(uri) as connection:
        # otherwise a table read later would see what was committed in between
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read")
        yield _Adbc(connection)
        connection.rollback()


class _Rows:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @contextmanager
    def read(self, sql: str) -> Iterator[Any]:
        result = self._connection.exec_driver_sql(sql)
        names = list(result.keys())
        yield pa.Table.from_batches(
            [
                pa.RecordBatch.from_arrays([pa.array(values) for values in zip(*rows, strict=True)], names=names)
                for rows in result.partitions(BATCH_ROWS)
            ]
            or [pa.RecordBatch.from_arrays([pa.array([], pa.string()) for _ in names], names=names)]
        )


def all_columns(table: Table, *, sealed: bool = True) -> tuple[str, ...]:
    """The names of a table's columns, without its encrypted ones where SEALED is false."""
    return tuple(c.name for c in table.columns if sealed or not isinstance(c.type, LargeBinary))


__all__ = ["Wanted", "all_columns", "extract"]
