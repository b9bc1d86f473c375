"""One scan per source: all definitions counted together at the finest cell of unit and groups, then rolled up.

A counter asks of each row: does it belong (population), does it count (condition); three answers each. The three
counts of a condition travel packed in one 63-bit integer, 21 bits apiece (measured: half the time of three
counts), which holds as long as no unit has two million rows; that is checked. Rows whose population is NULL
are few and scanned apart. All counts and sums are whole numbers (decimals times 1,000).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from indicators.prepare.contracts import SOURCES
from indicators.sql_rules import columns_of, physical_sql
from schemas.errors import CheckFailed

BITS = 21
MASK = (1 << BITS) - 1
SCALE = 1000
UNKNOWN = "unknown"
TOTAL = "total"
SHARE_FIELDS = ("yes", "no", "unknown", "open_yes", "open_no", "open_unknown")
VALUE_FIELDS = ("rows", "sum", "squares", "missing", "open_rows")

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Counter:
    """One question to a source: a condition to count, or a value to sum."""

    source: str
    population: str
    condition: str | None = None
    value: str | None = None

    def population_sql(self) -> str:
        return physical_sql(self.population, self.source)

    def scale(self) -> int:
        """What a value is multiplied by to be whole."""
        kinds = SOURCES[self.source].physical()
        whole = all(kinds.get(c) == "integer" for c in columns_of(self.value or "", self.source))
        return 1 if whole else SCALE


@dataclass
class Tally:
    """Counts of one source by (filed unit, group, value); one row of integers per key, columns per counter."""

    keys: list[Key]
    rows: np.ndarray
    fields: dict[Counter, dict[str, np.ndarray]]
    _place: dict[Key, int] | None = None

    def place(self) -> dict[Key, int]:
        """Where each key stands."""
        if self._place is None:
            self._place = {k: n for n, k in enumerate(self.keys)}
        return self._place


def tally(con: duckdb.DuckDBPyConnection, source: str, counters: Sequence[Counter], groups: Sequence[str]) -> Tally:
    """Counts of all COUNTERS on one source, per filed unit in total and by each group."""
    frame = _scan(con, source, counters, groups, where=None)
    open_population = _open_population(counters)
    if open_population:
        opened = _scan(con, source, counters, groups, where=open_population)
        opened = frame[["unit", "group_name", "group_value"]].merge(
            opened, how="left", on=["unit", "group_name", "group_value"]
        )
        opened = opened.fillna(0)
    else:
        opened = None
    keys = list(zip(frame["unit"], frame["group_name"], frame["group_value"], strict=True))
    fields = {c: _unpack(c, n, frame, opened) for n, c in enumerate(counters)}
    return Tally(keys, frame["n_rows"].to_numpy(np.int64), fields)


def _open_population(counters: Sequence[Counter]) -> str:
    """True for a row whose belonging to some population is not known; empty where every population is certain."""
    texts = {c.population_sql() for c in counters if c.population.strip().lower() != "true"}
    return "\n   or ".join(f"({t}) is null" for t in sorted(texts))


def _scan(
    con: duckdb.DuckDBPyConnection,
    source: str,
    counters: Sequence[Counter],
    groups: Sequence[str],
    where: str | None,
) -> pd.DataFrame:
    names, aggregates = [], []
    for number, counter in enumerate(counters):
        for name, text in _aggregates(counter, number, opened=where is not None):
            names.append(name)
            aggregates.append(f"{text} as {name}")
    cell_keys = "".join(f", coalesce({g}, '{UNKNOWN}') as {g}" for g in groups)
    con.execute(
        f"""
        create or replace temp table cell as
        select unit{cell_keys}, count(*) as n_rows
            {"".join(", " + a for a in aggregates)}
        from prepared_{source}
        {"where " + where if where else ""}
        group by all
        """
    )
    largest = con.execute("select max(n) from (select sum(n_rows) as n from cell group by unit)").fetchone()
    if largest and largest[0] is not None and int(largest[0]) > MASK:
        raise CheckFailed(
            f"Một đơn vị có hơn {MASK} dòng {source}; bộ đếm không chứa hết.",
            f"A unit has more than {MASK} rows of {source}; the packed counts do not hold them.",
        )
    return _roll_groups(con, names, groups)


def _roll_groups(con: duckdb.DuckDBPyConnection, names: Sequence[str], groups: Sequence[str]) -> pd.DataFrame:
    """Cells summed per unit: in total, and by each group; `grouping` tells the total from a missing value."""
    sets = ", ".join(["(unit)", *(f"(unit, {g})" for g in groups)])
    label = "".join(f" when grouping({g}) = 0 then '{g}'" for g in groups)
    value = "".join(f" when grouping({g}) = 0 then {g}" for g in groups)
    sums = "".join(f", cast(sum({n}) as bigint) as {n}" for n in ["n_rows", *names])
    group_name = f"case{label} else '{TOTAL}' end" if groups else f"'{TOTAL}'"
    group_value = f"case{value} else '' end" if groups else "''"
    return con.execute(
        f"""
        select unit, {group_name} as group_name, {group_value} as group_value{sums}
        from cell
        group by grouping sets ({sets})
        order by all
        """
    ).df()


def _aggregates(counter: Counter, number: int, opened: bool) -> list[tuple[str, str]]:
    belongs = f"({counter.population_sql()})"
    if opened:
        belongs = f"{belongs} is null"
    if counter.value is None:
        condition = physical_sql(counter.condition or "true", counter.source)
        packed = f"case when {condition} then 1 when not ({condition}) then {1 << BITS} else {1 << (2 * BITS)} end"
        return [(f"k{number}", f"sum(case when {belongs} then {packed} else 0 end)")]
    if opened:
        return [(f"v{number}_rows", f"count(case when {belongs} then 1 end)")]
    value = f"cast(({physical_sql(counter.value, counter.source)}) * {counter.scale()} as bigint)"
    return [
        (f"v{number}_rows", f"count(case when {belongs} then {value} end)"),
        (f"v{number}_sum", f"coalesce(sum(case when {belongs} then {value} end), 0)"),
        (f"v{number}_squares", f"coalesce(sum(case when {belongs} then {value} * {value} end), 0)"),
        (f"v{number}_missing", f"count(case when {belongs} and {value} is null then 1 end)"),
    ]


def _unpack(counter: Counter, number: int, frame: pd.DataFrame, opened: pd.DataFrame | None) -> dict[str, np.ndarray]:
    none = np.zeros(len(frame), np.int64)

    def column(table: pd.DataFrame | None, name: str) -> np.ndarray:
        return none if table is None else table[name].to_numpy(np.int64)

    if counter.value is None:
        packed = [column(frame, f"k{number}"), column(opened, f"k{number}")]
        parts = [(p >> (BITS * shift)) & MASK for p in packed for shift in (0, 1, 2)]
        return dict(zip(SHARE_FIELDS, parts, strict=True))
    found = {f: column(frame, f"v{number}_{f}") for f in VALUE_FIELDS[:4]}
    return {**found, "open_rows": column(opened, f"v{number}_rows")}
