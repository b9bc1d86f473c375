"""Runs the examples of a definition through the engine itself, on the small tables they draw."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from indicators.counting import TOTAL
from indicators.definition import Definition, Example
from indicators.engine import compute
from indicators.prepare.contracts import SOURCES, PreparedSource
from indicators.prepare.sources import connect, empty_sources
from indicators.text_tables import Cell, typed_rows

DAY = date(2024, 11, 30)
ABOVE = "P"
"""The unit above all units of an example: its figure is the one expected."""


def example_connection() -> duckdb.DuckDBPyConnection:
    """A connection with the empty prepared tables; one serves for many examples."""
    con = connect()
    con.execute("set threads = 1")  # the tables have a handful of rows
    empty_sources(con)
    con.execute(
        "create temp table snap_admin_unit (unit varchar, code varchar, valid_from date, valid_to date,"
        " level varchar, parent varchar, name varchar)"
    )
    con.execute("create temp table snap_admin_unit_successor (unit varchar, successor varchar, share varchar)")
    con.execute("create temp table snap_unit_trait (unit varchar, trait varchar, valid_from date, valid_to date)")
    return con


def run_example(con: duckdb.DuckDBPyConnection, definition: Definition, example: Example) -> dict[str, Any]:
    """The figure that an example gives, in the keys that it expects."""
    for source in definition.sources():
        con.execute(f"delete from prepared_{source}")
    units = {"U"}
    for name, text in example.given.items():
        rows = typed_rows(text, SOURCES[name])
        units |= {str(r["unit"]) for r in rows}
        insert_rows(con, SOURCES[name], rows)
    _write_units(con, units)
    results = compute(con, [definition], as_of=DAY, geography=DAY, groups=False, batch=None)
    figure = results.one(definition.id, ABOVE, TOTAL, "")
    return {key: _plain(figure[key]) for key in example.expect}


def insert_rows(con: duckdb.DuckDBPyConnection, source: PreparedSource, rows: list[dict[str, Cell]]) -> None:
    """Rows into a prepared table; columns not named are not known."""
    for row in rows:
        columns, marks = ", ".join(row), ", ".join("?" for _ in row)
        con.execute(f"insert into prepared_{source.name} ({columns}) values ({marks})", list(row.values()))


def _write_units(con: duckdb.DuckDBPyConnection, units: set[str]) -> None:
    con.execute("delete from snap_admin_unit")
    rows = [(ABOVE, "province", None), *((u, "commune", ABOVE) for u in sorted(units))]
    for unit, level, parent in rows:
        con.execute(
            "insert into snap_admin_unit values (?, ?, date '1900-01-01', null, ?, ?, ?)",
            [unit, unit, level, parent, unit],
        )


def _plain(value: object) -> Any:
    """Figures as TOML writes them: whole numbers and floats, `none` for what has no value."""
    if value is None:
        return "none"
    if isinstance(value, Decimal):
        return float(value)
    return int(str(value))
