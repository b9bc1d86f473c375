"""All measurements of a snapshot with their scores, and what a clinic asks of them: who falters, who is severe.

`score_history` makes the temporary table `growth_history` in a connection where the snapshot is open
(`indicators.prepare.sources.open_snapshot`): one row per child and day of measuring, with child, unit (where it was
measured), measured_on, age_days, age_months, sex, weight_kg, length_cm, measure, oedema, muac_mm; z_len, z_wei, z_wfl,
z_bmi rounded to two decimals, and f_len ... 1 where WHO calls the score implausible. Up to 60 months the scores are
those of the standards of 2006, from then on those of the reference of 2007 (no z_wfl).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import duckdb

from indicators.growth.muac import muac_sql
from indicators.growth.sql import register, rounded_sql, zscore_query

SCORES = ("len", "wei", "wfl", "bmi")
FALL = 1.0
"""A fall of more than this many z between two measurements is faltering."""
REFERENCE_NAMES = {"len": "hfa", "wei": "wfa", "bmi": "bfa"}
KEPT = ("child", "unit", "measured_on", "age_days", "sex", "weight_kg", "lenhei_cm", "measure", "oedema", "muac_mm")


def score_history(con: duckdb.DuckDBPyConnection, *, until: date) -> None:
    """Make `growth_history` of every measurement up to UNTIL; a birth date that is not known to the day gives no z by age."""
    register(con)
    con.execute(
        f"""
        create or replace temp table growth_measured as
        select
            m.child,
            m.unit,
            m.measured_on,
            c.sex,
            case c.sex when 'M' then 1 when 'F' then 2 end as sex_code,
            case when c.birth_precision = 'day' and m.measured_on_day >= c.birth_first_day
                then m.measured_on_day - c.birth_first_day end as age_days,
            cast(m.weight_kg as double) as weight_kg,
            cast(m.length_cm as double) as lenhei_cm,
            m.measure,
            coalesce(m.oedema, false) as oedema,
            m.muac_mm
        from snap_measurement as m
        inner join snap_child as c on c.child = m.child
        where m.measured_on <= date '{until}'
        """
    )
    small = zscore_query("(select * from growth_measured where age_days is null or age_days <= 1826)", keep=KEPT)
    large = zscore_query("(select * from growth_measured where age_days > 1826)", "2007", keep=KEPT)
    standard = ", ".join(f"{rounded_sql(f'z{i}')} as z_{i}, f{i} as f_{i}" for i in SCORES)
    reference = ", ".join(
        f"{rounded_sql('z' + REFERENCE_NAMES[i])} as z_{i}, f{REFERENCE_NAMES[i]} as f_{i}"
        if i in REFERENCE_NAMES
        else f"cast(null as double) as z_{i}, cast(null as integer) as f_{i}"
        for i in SCORES
    )
    kept = ", ".join(KEPT)
    con.execute(
        f"""
        create or replace temp table growth_history as
        select * rename (lenhei_cm as length_cm), age_days / 30.4375 as age_months
        from (
            select {kept}, {standard} from ({small})
            union all
            select {kept}, {reference} from ({large})
        )
        """
    )


def of_child(con: duckdb.DuckDBPyConnection, child: int) -> list[dict[str, Any]]:
    """The measurements of one child, oldest first."""
    return _rows(con.execute("from growth_history where child = ? order by measured_on", [child]))


def faltering(
    con: duckdb.DuckDBPyConnection, *, since: date, units: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Children whose z has fallen by more than `FALL` below an earlier one; one row per child and index.

    Needs `growth_history` and `resident` (child, unit, village). The fall told is that of the latest measurement since
    SINCE that lies more than `FALL` below the highest before it: index, from_on, from_z, to_on, to_z, fall, and the
    latest z with `recovered` (it has come back to within `FALL`). Implausible scores take no part. By unit; severe
    (below -3) first, then by the depth of the fall.
    """
    long = " union all ".join(
        f"select child, '{i}' as index, {place} as place, measured_on, z_{i} as z from growth_history where f_{i} = 0"
        for place, i in enumerate(("len", "wei", "wfl"))
    )
    return _rows(con.execute(
        f"""
        with long as ({long}),
        compared as (
            select
                *,
                max(z) over before as from_z,
                arg_max(measured_on, z) over before as from_on,
                last_value(z) over (partition by child, index order by measured_on
                    rows between unbounded preceding and unbounded following) as latest_z
            from long
            window before as (partition by child, index order by measured_on
                rows between unbounded preceding and 1 preceding)
        ),
        fallen as (
            select *, round(from_z - z, 2) as fall
            from compared
            where round(from_z - z, 2) > {FALL} and measured_on >= date '{since}'
            qualify row_number() over (partition by child, index order by measured_on desc) = 1
        )
        select
            r.unit, r.village, f.child, f.index, f.from_on, f.from_z, f.measured_on as to_on, f.z as to_z, f.fall,
            f.latest_z, round(f.from_z - f.latest_z, 2) <= {FALL} as recovered
        from fallen as f
        inner join resident as r on r.child = f.child
        {_within(units)}
        order by r.unit, f.latest_z >= -3, f.fall desc, f.child, f.place
        """
    ))  # fmt: skip


def severe(
    con: duckdb.DuckDBPyConnection, *, since: date, units: Sequence[str] | None = None, moderate: bool = False
) -> list[dict[str, Any]]:
    """Children who at their latest measurement since SINCE are severe: one row per child, the most urgent first.

    Acute before slow: oedema, weight-for-length below -3 or arm below 115 mm (`acute`); then weight-for-age, then
    length-for-age below -3. MODERATE adds, after them, those below -2 or an arm below 125 mm. Columns: unit, village,
    child, measured_on, age_months, severity (severe, moderate), signs, acute, z_wfl, z_wei, z_len, muac_mm, oedema.
    """
    signs = {
        "severe": {"oedema": "oedema", "wfl": "w < -3", "muac": "arm = 'severe'", "wei": "u < -3", "len": "s < -3"},
        "moderate": {"wfl": "w < -2", "muac": "arm = 'moderate'", "wei": "u < -2", "len": "s < -2"},
    }

    def named(severity: str) -> str:
        words = ", ".join(f"case when {when} then '{sign}' end" for sign, when in signs[severity].items())
        return f"concat_ws(' ', {words})"

    wanted = "true" if moderate else "severity = 'severe'"
    return _rows(con.execute(
        f"""
        with latest as (
            select
                *,
                case when f_wfl = 0 then z_wfl end as w,
                case when f_wei = 0 then z_wei end as u,
                case when f_len = 0 then z_len end as s,
                {muac_sql(oedema="false")} as arm
            from growth_history
            where measured_on >= date '{since}'
            qualify row_number() over (partition by child order by measured_on desc) = 1
        ),
        signed as (select *, {named("severe")} as first_signs, {named("moderate")} as second_signs from latest),
        judged as (
            select
                *,
                case when first_signs <> '' then 'severe' when second_signs <> '' then 'moderate' end as severity,
                case when first_signs <> '' then first_signs else second_signs end as signs
            from signed
        )
        select
            r.unit, r.village, j.child, j.measured_on, j.age_months, j.severity, j.signs,
            regexp_matches(j.signs, 'oedema|wfl|muac') as acute,
            j.w as z_wfl, j.u as z_wei, j.s as z_len, j.muac_mm, j.oedema
        from judged as j
        inner join resident as r on r.child = j.child
        {_within(units)}{" and" if units is not None else " where"} severity is not null and {wanted}
        order by severity desc, acute desc, j.oedema desc, least(w, u, s) nulls first, j.child
        """
    ))  # fmt: skip


def _within(units: Sequence[str] | None) -> str:
    if units is None:
        return ""
    listed = ", ".join("'" + unit.replace("'", "''") + "'" for unit in units) or "''"
    return f"where r.unit in ({listed})"


def _rows(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [str(column[0]) for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
