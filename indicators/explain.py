"""What stands behind one figure: the predicates, the law, the counts and the keys of the rows on each side."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from indicators.counting import TOTAL, UNKNOWN, Counter
from indicators.definition import Definition
from indicators.engine import compute, read_batch, write_paths
from indicators.geography import read_geography
from indicators.loader import chosen
from indicators.prepare.contracts import SOURCES
from indicators.prepare.sources import connect, prepare
from indicators.results import counters_of
from indicators.sql_rules import physical_sql
from schemas.errors import NotFound


@dataclass(frozen=True)
class Side:
    """One question of a definition, as it is written and as it is run, with the keys of the rows by their answer.

    `counted` rows are above the line (or summed), `not_counted` only below it, `unknown` belong but their answer is not
    known, `doubtful` may or may not belong. Keys are child keys, or units where the source has a row per unit.
    """

    role: str  # numerator | denominator | both
    source: str
    population: str
    condition: str
    sql: str
    keys: dict[str, list[int | str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Explanation:
    """The figure of one unit and what it rests on."""

    definition: Definition
    figure: dict[str, Any]
    sides: tuple[Side, ...]


def explain(
    snapshot: Path, indicator: str, *, unit: str, as_of: date, geography: date | None = None,
    period_start: date | None = None, group: tuple[str, str] | None = None,
) -> Explanation:  # fmt: skip
    """The figure of an indicator for a unit (CODE or CODE@DATE), in total or for a GROUP (name, value).

    NotFound where the geography has no such unit, or the indicator no such group there.
    """
    definition = chosen([indicator])[0]
    on = geography or as_of
    con = connect()
    try:
        prepare(con, snapshot, as_of=as_of, geography=on, period_start=period_start, sources=set(definition.sources()))
        results = compute(
            con, [definition], as_of=as_of, geography=on, groups=group is not None, batch=read_batch(snapshot)
        )
        key = _unit_key(unit, sorted(set(results.frame["unit"])))
        try:
            figure = results.one(indicator, key, *(group or (TOTAL, "")))
        except KeyError as error:
            told = "=".join(group or ())
            raise NotFound(f"Chỉ tiêu {indicator} không có nhóm {told} ở {key}.",
                           f"The indicator {indicator} has no group {told} in {key}.") from error  # fmt: skip
        write_paths(con, read_geography(con, on), set(definition.sources()))
        above, below = ([], []) if definition.kind == "estimator" else counters_of(definition)
        role = "numerator" if below else "both"
        sides = [_side(con, c, role, key, group) for c in above]
        sides += [_side(con, c, "denominator", key, group) for c in below]
        return Explanation(definition, figure, tuple(sides))
    finally:
        con.close()


def _unit_key(unit: str, units: list[str]) -> str:
    found = [u for u in units if u == unit or u.split("@")[0] == unit]
    if len(found) != 1:
        raise NotFound(
            f"Không có (hoặc không rõ) đơn vị {unit} trong địa giới này.",
            f"There is no single unit {unit} in this geography.",
        )
    return found[0]


def _side(
    con: duckdb.DuckDBPyConnection, counter: Counter, role: str, unit: str, group: tuple[str, str] | None
) -> Side:
    population = counter.population_sql()
    asked = counter.condition if counter.value is None else counter.value
    condition = physical_sql(asked or "true", counter.source)
    answer = condition if counter.value is None else f"({condition}) is not null or null"
    source = SOURCES[counter.source]
    key = source.key
    within = "true"
    if group:  # a source without the group has no part in a figure by it
        known = group[0] in (*source.groups, *source.wide_groups)
        within = f"coalesce(s.{group[0]}, '{UNKNOWN}') = $value" if known else "false and $value is null"
    rows = con.execute(
        f"""
        select
            s.{key} as row_key,
            case
                when belongs is null then 'doubtful'
                when answer then 'counted'
                when not answer then 'not_counted'
                else 'unknown'
            end as side
        from (
            select *, {population} as belongs, {answer} as answer
            from prepared_{counter.source}
        ) as s
        inner join unit_path as p on p.filed = s.unit
        where p.unit = $unit and (belongs or belongs is null) and {within}
        order by row_key
        """,
        {"unit": unit} | ({"value": group[1]} if group else {}),
    ).fetchall()
    keys: dict[str, list[int | str]] = {"counted": [], "not_counted": [], "unknown": [], "doubtful": []}
    for row_key, side in rows:
        if role == "both" or side != "not_counted":  # other rows of a source say nothing of a ratio
            keys[side].append(row_key)
    return Side(role, counter.source, counter.population, asked or "true", f"{population} / {condition}", keys)
