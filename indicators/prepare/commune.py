"""One row per commune in force, with its own returns and what NĐ 20/2014 asks of the schooling of its children.

A return filed by a unit that has since been merged says nothing about the merged one: its items are not known
there. The counts of children are made anew in the units of the geography, so they hold on both sides of a reform.
"""

from __future__ import annotations

import duckdb
import pandas as pd

from indicators.geography import Geography
from indicators.prepare.contracts import CHILDREN_OF_AGE, COMMUNE_ITEMS, SCHOOL_SHARES
from indicators.prepare.moment import Moment


def prepare_commune(con: duckdb.DuckDBPyConnection, moment: Moment, tree: Geography) -> None:
    """Items of the latest return listed in the period; shares by school age (year of start less birth year). Whether a commune is extremely difficult is not
    known as long as no list of such communes is in force.
    """
    _commune_paths(con, tree)
    items = ",\n            ".join(f"max(case when item = '{i}' then value end) as {i}" for i in COMMUNE_ITEMS)
    day = moment.as_of
    con.execute(
        f"""
        create or replace temp table prepared_commune as
        with latest as (
            select
                unit, item, value,
                row_number() over (partition by unit, item order by listed_on desc, period desc) as place
            from snap_commune_return
            where listed_on between date '{moment.period_start}' and date '{day}'
        ),
        returned as (
            select unit, {items}
            from latest
            where place = 1
            group by unit
        ),
        schooled as (
            select p.unit, {_school_counts()}
            from prepared_child as c
            inner join commune_path as p on p.filed = c.unit
            where c.school_age between 5 and 17
            group by p.unit
        ),
        of_age as (
            select p.unit, {_children_of_age()}
            from prepared_child as c
            inner join commune_path as p on p.filed = c.unit
            group by p.unit
        ),
        hard as (
            select distinct unit
            from snap_unit_trait
            where trait = 'extremely_difficult'
              and valid_from <= date '{day}' and (valid_to is null or valid_to > date '{day}')
        )
        select
            t.unit,
            {", ".join(f"cast(r.{i} as decimal(18, 3)) as {i}" for i in COMMUNE_ITEMS)},
            case when h.unit is not null then true when (select count(*) from hard) > 0 then false end
                as extremely_difficult,
            {", ".join(f"cast(coalesce(a.{name}, 0) as integer) as {name}" for name in CHILDREN_OF_AGE)},
            {", ".join(map(_percent, SCHOOL_SHARES))}
        from commune_tree as t
        left join returned as r on r.unit = t.unit
        left join schooled as f on f.unit = t.unit
        left join of_age as a on a.unit = t.unit
        left join hard as h on h.unit = t.unit
        """
    )


def _children_of_age() -> str:
    return ", ".join(
        f"count(case when c.age_months_lo >= {low} and c.age_months_hi < {high} then 1 end) as {name}"
        for name, (low, high) in CHILDREN_OF_AGE.items()
    )


def _school_counts() -> str:
    """Of each share: who is of the age, who counts, of whom it is not known."""
    return ", ".join(
        f"count(case when {who} then 1 end) as {name}_base, count(case when {who} and ({counts}) then 1 end) as {name}_yes,"
        f" count(case when {who} and ({counts}) is null then 1 end) as {name}_open"
        for name, (who, counts) in SCHOOL_SHARES.items()
    )


def _percent(name: str) -> str:
    """Lowest and highest share in percent that the children not known allow, cut to thousandths."""
    ends = {"lo": f"f.{name}_yes", "hi": f"(f.{name}_yes + f.{name}_open)"}
    return ", ".join(
        f"case when f.{name}_base > 0 then"
        f" cast(floor({text} * 100000.0 / f.{name}_base) / 1000 as decimal(18, 3)) end as {name}_{end}"
        for end, text in ends.items()
    )


def _commune_paths(con: duckdb.DuckDBPyConnection, tree: Geography) -> None:
    communes = {u.key for u in tree.tree() if u.level == "commune"}
    filed = [str(r[0]) for r in con.execute("select distinct unit from prepared_child order by unit").fetchall()]
    paths = [(f, u) for f, units in tree.paths(filed).items() for u in units if u in communes]
    _write(con, "commune_path", pd.DataFrame(paths, columns=["filed", "unit"], dtype="str"))
    _write(con, "commune_tree", pd.DataFrame({"unit": sorted(communes - set(tree.refusals))}, dtype="str"))


def _write(con: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    columns = ", ".join(f"{c} varchar" for c in frame.columns)
    con.execute(f"create or replace temp table {name} ({columns})")
    if len(frame):
        con.register("frame_written", frame)
        con.execute(f"insert into {name} select {', '.join(frame.columns)} from frame_written")
        con.unregister("frame_written")
