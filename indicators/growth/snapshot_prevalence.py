"""Prevalences of a district's own children, as WHO's analyser has them for a survey: villages are the clusters.

Needs a connection with `prepared_child` (`indicators.prepare.sources.prepare`) and `growth_history`
(`indicators.growth.history.score_history`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb

from indicators.growth.estimates import INDICATORS, Grouping, Row, age_sex_groupings, estimate

GROUPS = {"unit": "Commune", "ethnicity": "Ethnicity", "poverty": "Poverty"}
"""Columns of `prepared_child` and the label that their groups get."""
UNDER_FIVE = "age_months_hi < 60"


def snapshot_prevalence(
    con: duckdb.DuckDBPyConnection,
    *,
    since: date,
    units: Sequence[str] | None = None,
    names: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Row]:
    """A row per group under WHO's column names: children now under five, each by its latest measurement from SINCE on.

    By age at measuring and sex as in `prevalence`, and by commune, ethnicity and poverty; NAMES gives for these columns
    what stands for a code. `children` and `measured` state the coverage: children under five living there, and how many
    of them were measured since then (None by age: who was not measured has no age at measuring). Without a child
    measured the list is empty.
    """
    chosen = "" if units is None else f"and unit in ({', '.join(repr(u) for u in units) or repr('')})"
    scores = ", ".join(f"case when h.f_{i} = 0 then h.z_{i} end as {name}" for name, i in INDICATORS["2006"].items())
    con.execute(
        f"""
        create or replace temp table scored as
        with latest as (
            select *
            from growth_history
            where measured_on >= date '{since}' and age_days <= 1826
            qualify row_number() over (partition by child order by measured_on desc) = 1
        )
        select
            case p.sex when 'M' then 1 when 'F' then 2 end as sex_code, h.age_months, coalesce(h.oedema, false) as oedema,
            p.unit || '/' || coalesce(p.village, '') as cluster, cast(null as varchar) as stratum, 1.0 as weight,
            {", ".join(_named(f"p.{column}", column, names) for column in GROUPS)}, {scores}
        from latest as h
        inner join (select * from prepared_child where {UNDER_FIVE} {chosen}) as p on p.child = h.child
        """
    )
    if not (con.execute("select count(*) from scored").fetchone() or (0,))[0]:
        return []
    groupings = [
        *age_sex_groupings("age_months"),
        *(Grouping(label, f"cast({c} as varchar)") for c, label in GROUPS.items()),
    ]
    covered = _coverage(con, since, chosen, names)
    none: dict[str, float | None] = {"children": None, "measured": None}
    return [{"Group": row["Group"], **covered.get(str(row["Group"]), none), **row} for row in estimate(con, groupings)]


def _coverage(
    con: duckdb.DuckDBPyConnection, since: date, chosen: str, names: Mapping[str, Mapping[str, str]] | None
) -> dict[str, dict[str, float | None]]:
    """Group -> children living there who are surely under five, and those of them measured since then."""
    groups = {"All": "'All'", "Sex": "case sex when 'M' then 'Male' when 'F' then 'Female' end"}
    groups |= {label: _named(column, column, names).rpartition(" as ")[0] for column, label in GROUPS.items()}
    asked = " union all ".join(
        f"select '{label}' as label, {expression} as name, child from living" for label, expression in groups.items()
    )
    found = con.execute(
        f"""
        with living as (select * from prepared_child where {UNDER_FIVE} {chosen}),
        seen as (select distinct child from growth_history where measured_on >= date '{since}'),
        grouped as ({asked})
        select g.label, g.name, count(*), count(s.child)
        from grouped as g
        left join seen as s on s.child = g.child
        where g.name is not null
        group by g.label, g.name
        """
    )
    return {
        name if label == "All" else f"{label}: {name}": {"children": children, "measured": measured}
        for label, name, children, measured in found.fetchall()
    }


def _named(expression: str, column: str, names: Mapping[str, Mapping[str, str]] | None) -> str:
    """EXPRESSION with its codes replaced by NAMES, as COLUMN."""
    known = (names or {}).get(column)
    if not known:
        return f"{expression} as {column}"
    whens = " ".join(f"when {_text(code)} then {_text(name)}" for code, name in known.items())
    return f"case {expression} {whens} else {expression} end as {column}"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
