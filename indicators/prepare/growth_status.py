"""The latest weighing of the last twelve months and what it says by the growth standards of WHO.

Under 5 the standards of 2006, from 5 to 18 the reference of 2007 (for overweight and obesity). A score that WHO
flags as implausible, a child whose day of birth is not known, or one not measured is *not known*. Oedema counts
as wasted and underweight and not as overweight, as WHO's survey analysis has it. Scores are compared at two decimals, as WHO Anthro
does.
"""

from __future__ import annotations

import duckdb

from indicators.growth.sql import register, zscore_query
from indicators.prepare.moment import Moment

COLUMNS = {
    "measured": "child_growth.child is not null",
    **{
        name: f"child_growth.{name}"
        for name in ("haz", "waz", "whz", "oedema", "underweight", "stunted", "wasted", "overweight", "obese",
                     "overweight_obese", "any_malnutrition")
    },
}  # fmt: skip


def measured(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """One row per child measured in the period, with its scores (decimals) and the answers they give."""
    register(con)
    con.execute(
        f"""
        create or replace temp table weighed as
        with taken as (
            select
                m.child,
                m.measured_on_day,
                m.weight_kg,
                m.length_cm,
                m.measure,
                m.oedema,
                r.sex,
                r.birth_first_day,
                r.birth_precision,
                row_number() over (partition by m.child order by m.measured_on_day desc) as place
            from snap_measurement as m
            inner join resident as r on r.child = m.child
            where m.measured_on between date '{moment.period_start}' and date '{moment.as_of}'
        )
        select
            child,
            case sex when 'M' then 1 when 'F' then 2 end as sex_code,
            case when birth_precision = 'day' then measured_on_day - birth_first_day end as age_days,
            cast(weight_kg as double) as weight_kg,
            cast(length_cm as double) as lenhei_cm,
            measure,
            oedema
        from taken
        where place = 1
        """
    )
    small = "(select * from weighed where age_days between 0 and 1826)"
    large = "(select * from weighed where age_days >= 1827)"
    con.execute(
        f"""
        create or replace temp table child_growth as
        with standard as (
            select child, oedema, {_scores(("len", "wei", "wfl"))}
            from ({zscore_query(small, keep=["child", "oedema"])})
        ),
        reference as (
            select child, {_scores(("bfa",))}
            from ({zscore_query(large, "2007", keep=["child"])})
        ),
        answered as (
            select
                child,
                len as haz,
                wei as waz,
                wfl as whz,
                len < -2 as stunted,
                case when oedema then true else wei < -2 end as underweight,
                case when oedema then true else wfl < -2 end as wasted,
                case when oedema then false else wfl > 2 end as overweight,
                case when oedema then false else wfl > 3 end as obese
            from standard
            union all
            select child, null, null, null, null, null, null, bfa > 1, bfa > 2
            from reference
        )
        select
            w.child, coalesce(w.oedema, false) as oedema, a.haz, a.waz, a.whz, a.stunted, a.underweight, a.wasted, a.overweight, a.obese,
            a.overweight as overweight_obese,
            a.stunted or a.underweight or a.wasted as any_malnutrition
        from weighed as w
        left join answered as a on a.child = w.child
        """
    )


def _scores(indices: tuple[str, ...]) -> str:
    return ", ".join(f"case when f{i} = 0 then cast(round(z{i}, 2) as decimal(6, 2)) end as {i}" for i in indices)
