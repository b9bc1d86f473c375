"""Writing many rows at once: numbers given under the write lock, and the driver's own fastest way in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, func, select

BLOCK = 10_000
IN_LIST = 900  # SQLite takes a limited number of parameters in one statement


class Numbers:
    """The next free `id` of each table, for one write transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._next: dict[str, int] = {}

    def take(self, table: Table) -> int:
        if table.name not in self._next:
            self._next[table.name] = int(self._connection.scalar(select(func.max(table.c.id))) or 0) + 1
        number = self._next[table.name]
        self._next[table.name] += 1
        return number


class Writer:
    """Gathers rows per table and writes them in blocks, tables that others refer to first."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[str, tuple[Table, tuple[str, ...], list[tuple[Any, ...]]]] = {}

    def add(self, table: Table, columns: tuple[str, ...], row: tuple[Any, ...]) -> None:
        if table.name not in self._rows:
            self._rows[table.name] = (table, columns, [])
        self._rows[table.name][2].append(row)

    def flush(self) -> None:
        order = (
            {t.name: place for place, t in enumerate(next(iter(self._rows.values()))[0].metadata.sorted_tables)}
            if self._rows
            else {}
        )
        for table, columns, rows in sorted(self._rows.values(), key=lambda entry: order[entry[0].name]):
            for start in range(0, len(rows), BLOCK):
                insert_rows(self._connection, table, columns, rows[start : start + BLOCK])
        self._rows.clear()


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """ROWS into TABLE by executemany (SQLite) or COPY (PostgreSQL)."""
    if not rows:
        return
    names = ", ".join(f'"{c}"' for c in columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        convert = [(place, f) for place, c in enumerate(columns) if (f := _for_sqlite(table.c[c].type))]
        connection.exec_driver_sql(
            f'insert into "{table.name}" ({names}) values ({marks})', [_converted(row, convert) for row in rows]
        )
        return
    as_json = [c for c, name in enumerate(columns) if table.c[name].type.__class__.__name__ == "JSON"]
    cursor = connection.connection.cursor()
    with cursor.copy(f'copy "{table.name}" ({names}) from stdin') as copy:
        for row in rows:
            copy.write_row(_with_json(row, as_json))
    cursor.close()


def _converted(row: tuple[Any, ...], convert: Sequence[tuple[int, Callable[[Any], Any]]]) -> tuple[Any, ...]:
    """The row with the few cells changed that sqlite3 does not take as they are."""
    if not convert:
        return row
    cells = list(row)
    for place, f in convert:
        if cells[place] is not None:
            cells[place] = f(cells[place])
    return tuple(cells)


def _with_json(row: tuple[Any, ...], places: list[int]) -> Sequence[Any]:
    if not places:
        return row
    cells = list(row)
    for place in places:
        if cells[place] is not None:
            cells[place] = json.dumps(cells[place], ensure_ascii=False)
    return cells


def _for_sqlite(kind: Any) -> Callable[[Any], Any] | None:
    """What SQLAlchemy's own types would do before they hand a value to sqlite3; None where they do nothing."""
    name = kind.__class__.__name__
    if name == "JSON":
        return lambda v: json.dumps(v, ensure_ascii=False)
    if name == "Date":
        return date.isoformat
    if name == "DateTime":
        return lambda v: v.isoformat(" ", "microseconds") if isinstance(v, datetime) else v
    if name == "Numeric":
        return lambda v: float(v) if isinstance(v, Decimal) else v
    if name == "Boolean":
        return int
    return None


def chunks(values: Iterable[Any], size: int = IN_LIST) -> Iterator[list[Any]]:
    """VALUES in lists of at most SIZE."""
    block: list[Any] = []
    for value in values:
        block.append(value)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block
