"""From a child's facts to the figures they feed: behind which figures it stands, and which of them the facts decide.

Facts feed a figure where the child's answer (unit, group, belongs, counts) would be another one if nothing of their kind
were known of the child (no weighing, no dose ...), all else staying as it is. They decide it where it would be another one
already without them alone: an earlier weighing may say the same. What two lists tell alike is one fact.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from indicators.counting import TOTAL, UNKNOWN, Counter
from indicators.definition import Definition
from indicators.engine import needed_sources, write_paths
from indicators.geography import read_geography
from indicators.loader import catalogue
from indicators.prepare.contracts import SOURCES
from indicators.prepare.sources import connect, open_snapshot, prepare_opened
from indicators.results import counters_of
from indicators.sql_rules import physical_sql
from schemas.snapshot import SNAPSHOT

_BIRTH = ("birth_first", "birth_last", "birth_first_day", "birth_last_day", "birth_precision")


@dataclass(frozen=True, order=True)
class Fed:
    """A figure behind which a child stands, and whether the facts asked about feed it, and decide it by themselves."""

    indicator: str
    unit: str
    group_name: str
    group_value: str
    child: int
    standing: str
    feeds: bool
    decides: bool


FactKey = tuple[int, str, tuple[tuple[str, Any], ...]]
"""Child, table of the snapshot, and the columns that name the row (of `child`: the field)."""


def figures_fed(
    snapshot: Path, facts: Sequence[FactKey], *, as_of: date, geography: date | None = None,
    period_start: date | None = None,
) -> list[Fed]:  # fmt: skip
    """Every figure (unit, group) behind which the children of FACTS stand, and whether the facts feed and decide it."""
    definitions = [d for d in catalogue().values() if d.kind != "estimator"]
    children = sorted({child for child, _, _ in facts})
    con = connect()
    try:
        open_snapshot(con, snapshot)

        def standing() -> dict[tuple[str, str, str, str, int], str]:
            prepare_opened(con, as_of=as_of, geography=geography, period_start=period_start,
                           sources=needed_sources(definitions))  # fmt: skip
            write_paths(con, read_geography(con, geography or as_of), needed_sources(definitions))
            return _standing(con, definitions, children)

        told = standing()
        _forget(con, facts)
        without = standing()
        _forget(con, [(child, table, key if table == "child" else ()) for child, table, key in facts])
        bare = standing()
    finally:
        con.close()
    return sorted(
        Fed(*figure[:4], figure[4], told.get(figure, "none"),
            any(told.get(figure) != other.get(figure) for other in (without, bare)),
            told.get(figure) != without.get(figure))
        for figure in told.keys() | without.keys() | bare.keys()
    )  # fmt: skip


def _standing(
    con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition], children: Collection[int]
) -> dict[tuple[str, str, str, str, int], str]:
    """By figure and child: counted, not_counted, unknown, doubtful (of a ratio: by side)."""
    found: dict[tuple[str, str, str, str, int], str] = {}
    listed = ", ".join(str(c) for c in children) or "null"
    for definition in definitions:
        above, below = counters_of(definition)
        sides = [("numerator" if below else "", c) for c in above] + [("denominator", c) for c in below]
        for role, counter in sides:
            if SOURCES[counter.source].key != "child":
                continue
            for unit, child, side, *groups in con.execute(_query(definition, counter, listed)).fetchall():
                if below and side == "not_counted":
                    continue
                names = [g for g in definition.groups if g in _groups(counter)]
                for name, value in [(TOTAL, ""), *zip(names, groups, strict=True)]:
                    key = (definition.id, str(unit), name, str(value), int(child))
                    said = f"{role} {side}".strip()
                    found[key] = f"{found[key]}, {said}" if key in found and said not in found[key] else said
    return found


def _groups(counter: Counter) -> tuple[str, ...]:
    source = SOURCES[counter.source]
    return (*source.groups, *source.wide_groups)


def _query(definition: Definition, counter: Counter, listed: str) -> str:
    belongs = counter.population_sql()
    asked = physical_sql(counter.condition or counter.value or "true", counter.source)
    answer = asked if counter.value is None else f"({asked}) is not null or null"
    groups = "".join(f", coalesce(s.{g}, '{UNKNOWN}')" for g in definition.groups if g in _groups(counter))
    return f"""
        select p.unit, s.child,
            case when belongs is null then 'doubtful' when answer then 'counted' when not answer then 'not_counted'
                else 'unknown' end{groups}
        from (select *, {belongs} as belongs, {answer} as answer from prepared_{counter.source}
              where child in ({listed})) as s
        inner join unit_path as p on p.filed = s.unit
        where belongs or belongs is null
        order by all"""


def _forget(con: duckdb.DuckDBPyConnection, facts: Sequence[FactKey]) -> None:
    """The snapshot without these facts."""
    by_table: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for child, table, key in facts:
        by_table.setdefault(table, []).append((child, dict(key)))
    for table, rows in by_table.items():
        known = [c for c, _ in SNAPSHOT[table].columns]
        con.execute(f"create temp table if not exists cut_{table} as from snap_{table}")
        for child, named_by in rows:
            if table == "child":
                _blank(con, child, str(named_by["field"]), known)
                continue
            named = {c: v for c, v in named_by.items() if c in known}
            same = "".join(f" and {c} is not distinct from ${c}" for c in named)
            con.execute(f"delete from cut_{table} where child = $child{same}", {"child": child, **named})
        con.execute(f"create or replace temp view snap_{table} as from cut_{table}")


def _blank(con: duckdb.DuckDBPyConnection, child: int, field: str, known: Sequence[str]) -> None:
    """A field of a child's profile that nothing tells."""
    columns = [c for c in _BIRTH if c in known] if field == "birth_date" else [c for c in (field,) if c in known]
    for column in columns:
        con.execute(f"update cut_child set {column} = null where child = $child", {"child": child})
    if f"has_{field}" in known:
        con.execute(f"update cut_child set has_{field} = false where child = $child", {"child": child})
