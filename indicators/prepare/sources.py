"""Opens a snapshot folder and makes from it the prepared sources (`prepared_child` ...) as on a day.

What is not recorded is not thereby false. Where lists name only those concerned (work, support, circumstances,
poor households ...), a child that is not named counts as *no* only in a unit that has sent such a list or any
such fact by then; in other units the answer is not known. Nor are there no births, deaths or marriages in a unit
that has never told of any (`reporting_unit`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path

import duckdb

from indicators.geography import read_geography
from indicators.prepare.casualties import prepare_casualty
from indicators.prepare.child import prepare_child, residents, unit_reports
from indicators.prepare.commune import prepare_commune
from indicators.prepare.contracts import SOURCES
from indicators.prepare.events import (
    prepare_birth,
    prepare_circumstance,
    prepare_death,
    prepare_history,
    prepare_marriage,
    prepare_sealed,
)
from indicators.prepare.moment import Moment
from schemas.dates import add_months
from schemas.errors import UnreadableFile
from schemas.snapshot import SNAPSHOT

EVENTS = {
    "birth": prepare_birth,
    "death": prepare_death,
    "marriage": prepare_marriage,
    "sealed": prepare_sealed,
    "history": prepare_history,
    "circumstance": prepare_circumstance,
}


def connect() -> duckdb.DuckDBPyConnection:
    """A connection of its own, in memory; it never asks the network for an extension."""
    con = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "false",
        },
    )
    con.execute("set enable_progress_bar = false")  # it would stand on standard output, amid the CSV
    return con


def prepare(
    con: duckdb.DuckDBPyConnection,
    snapshot: Path,
    *,
    as_of: date,
    geography: date | None = None,
    period_start: date | None = None,
    sources: Collection[str] | None = None,
) -> Moment:
    """Prepare SOURCES (all by default) in CON; the period is the twelve months that end on AS_OF."""
    open_snapshot(con, snapshot)
    return prepare_opened(con, as_of=as_of, geography=geography, period_start=period_start, sources=sources)


def prepare_opened(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: date,
    geography: date | None = None,
    period_start: date | None = None,
    sources: Collection[str] | None = None,
) -> Moment:
    """The same of the tables `snap_<table>` that stand in CON already."""
    moment = Moment(as_of, period_start or twelve_months(as_of), geography or as_of)
    wanted = set(SOURCES) if sources is None else set(sources)
    if wanted & {"child", "commune", "circumstance"}:
        prepare_child(con, moment)
    elif "sealed" in wanted:
        residents(con, moment)
        unit_reports(con, moment)
    for name, step in EVENTS.items():
        if name in wanted:
            step(con, moment)
    reporting_units(con, moment)
    for name, make in (("casualty", prepare_casualty), ("commune", prepare_commune)):
        if name in wanted:
            make(con, moment, read_geography(con, moment.geography))
    return moment


def reporting_units(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """`reporting_unit` (source, unit, told): units that send lists, and whether any by the day tells of such events."""
    day = moment.as_of
    vital = (
        f"select unit from snap_listing where list_kind = 'births_deaths' and list_date <= date '{day}'"
        f" union select unit from snap_birth where coalesce(listed_on, born_on) <= date '{day}'"
        f" union select unit from snap_death where coalesce(listed_on, died_on) <= date '{day}'"
    )
    married = (
        "select c.unit from snap_marriage as m inner join snap_child as c on c.child = m.child"
        f" where m.married_on <= date '{day}'"
    )
    parts = " union all ".join(
        f"select '{source}' as source, unit, unit in (select unit from ({told}) where unit is not null) as told from heard"
        for source, told in (("birth", vital), ("death", vital), ("marriage", married))
    )
    con.execute(
        f"""
        create or replace temp table reporting_unit as
        with heard as (
            select unit from snap_listing where list_date <= date '{day}' and unit is not null
            union
            select unit from snap_child where unit is not null
        )
        {parts}
        """
    )


def twelve_months(as_of: date) -> date:
    """The first day of the twelve months that end on AS_OF."""
    return add_months(as_of, -12) + timedelta(days=1)


def open_snapshot(
    con: duckdb.DuckDBPyConnection,
    snapshot: Path,
    *,
    tables: Collection[str] = frozenset(SNAPSHOT),
    children: str | None = None,
) -> None:
    """The snapshot's tables (or TABLES of it) as views `snap_<table>`; a table without a file is empty.

    CHILDREN names a table of child keys: rows of other children are left out.
    """
    if not snapshot.is_dir():
        raise UnreadableFile(
            f"Không có thư mục ảnh chụp dữ liệu {snapshot.name}.",
            f"There is no snapshot folder {snapshot.name}.",
        )
    for table in (SNAPSHOT[name] for name in sorted(tables)):
        one, many = snapshot / f"{table.name}.parquet", snapshot / table.name
        columns = ", ".join(f"cast({c} as {kind}) as {c}" for c, kind in table.columns)
        if one.exists() or many.is_dir():
            path = str(one if one.exists() else many / "**" / "*.parquet").replace("'", "''")
            text = f"select {columns} from read_parquet('{path}', hive_partitioning = false)"
            if children and any(c == "child" for c, _ in table.columns):
                text += f" where child in (select child from {children})"
        else:
            nulls = ", ".join(f"cast(null as {kind}) as {c}" for c, kind in table.columns)
            text = f"select {nulls} where false"
        con.execute(f"create or replace temp view snap_{table.name} as {text}")


def empty_sources(con: duckdb.DuckDBPyConnection) -> None:
    """All prepared tables without a row, as their contracts say (for examples and for binding)."""
    for source in SOURCES.values():
        columns = ", ".join(f"{c} {kind}" for c, kind in source.physical().items())
        con.execute(f"create or replace temp table prepared_{source.name} ({columns})")
    con.execute("create or replace temp table reporting_unit (source varchar, unit varchar, told boolean)")
