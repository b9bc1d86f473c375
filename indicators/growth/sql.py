"""The same z-scores set-wise: one SELECT over any relation, joined to WHO's tables on integer keys.

    register(connection)                                    loads the tables
    zscore_query("measured", keep=["child_key"])            the SELECT, z unrounded, flags 0 / 1 / null

The relation has sex_code (1, 2), age_days (integer), weight_kg, lenhei_cm (DOUBLE), measure ('L', 'H' or null) and
oedema (boolean). The rules are those of `zscore.py`, where they are explained; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from indicators.growth.lms import DAYS_PER_MONTH, table_path
from indicators.growth.zscore import PLAUSIBLE

STANDARD = ("len", "wei", "wfl", "bmi", "hc")
REFERENCE = ("hfa", "wfa", "bfa")
INDICES = {"2006": STANDARD, "2007": REFERENCE}
TABLES_2006 = {"who2006_by_day": "day_key", "who2006_by_length": "length_key"}
TABLES_2007 = {"who2007_by_month": "month_key"}


def score_columns(reference: str = "2006") -> list[str]:
    """The appended columns in WHO's order: zlen, flen, zwei, fwei, ..."""
    return [f"{letter}{index}" for index in INDICES[reference] for letter in "zf"]


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Load WHO's tables, as temporary tables and as lists of their columns.

    Keys are dense from 1; key 0 is the row of nulls for whoever has no place in the table.
    """
    day, length, month = (
        str(table_path(name)).replace("'", "''") for name in ("who2006_by_day", "who2006_by_length", "who2007_by_month")
    )
    connection.execute(
        f"""
        create or replace temp table who2006_by_day as
        select (sex - 1) * 1857 + age_days + 1 as day_key, * exclude (sex, age_days)
        from read_parquet('{day}')
        union all by name
        select 0 as day_key
        """
    )
    connection.execute(
        f"""
        create or replace temp table who2006_by_length as
        select
            (sex - 1) * 1202 + tenths_cm + (case position when 'L' then -449 else 2 end) as length_key,
            {_with_next(("l", "m", "s"), "sex, position", "tenths_cm")}
        from read_parquet('{length}')
        union all by name
        select 0 as length_key
        """
    )
    columns = tuple(f"{letter}_{index}" for index in REFERENCE for letter in "lms")
    connection.execute(
        f"""
        create or replace temp table who2007_by_month as
        select (sex - 1) * 170 + age_months - 59 as month_key, {_with_next(columns, "sex", "age_months")}
        from read_parquet('{month}')
        union all by name
        select 0 as month_key
        """
    )
    for table, key in (TABLES_2006 | TABLES_2007).items():
        for column in _figures(table):
            connection.execute(f"set variable {table}_{column} = (select list({column} order by {key}) from {table})")


def zscore_query(
    relation: str,
    reference: str = "2006",
    *,
    keep: Sequence[str] = (),
    age_months: str | None = None,
    head_cm: str = "cast(null as double)",
    in_order: bool = False,
) -> str:
    """A SELECT of the columns KEEP of RELATION (a name or a bracketed query) and the scores of REFERENCE.

    AGE_MONTHS is an expression for the exact age in months, by default age_days / 30.4375; give it where the age was
    recorded in months or in parts of days. HEAD_CM is an expression for the head circumference (2006 only). A join
    keeps no order of rows; IN_ORDER looks the tables up as lists instead, which does, and which DuckDB alone reads.
    """
    months = age_months or f"age_days / {DAYS_PER_MONTH}"
    kept = "".join(f"{column}, " for column in keep)
    if reference == "2006":
        steps = _steps_2006(relation, kept, months, head_cm, _matched(TABLES_2006, in_order))
    else:
        steps = _steps_2007(relation, kept, months, _matched(TABLES_2007, in_order))
    scores = ",\n    ".join(f"growth_{index} as z{index}, {_flag(index)} as f{index}" for index in INDICES[reference])
    return f"{steps}\nselect\n    {kept}\n    {scores}\nfrom growth_scored"


def _steps_2006(relation: str, kept: str, months: str, head: str, matched: str) -> str:
    lms = ", ".join(f"{letter}_{index}" for index in ("len", "wei", "bmi", "hc") for letter in "lms")
    return f"""with growth_child as (
    select
        {kept}
        sex_code as growth_sex,
        case when age_days >= 0 then age_days end as growth_days,
        cast({months} as double) as growth_months,
        case when not coalesce(oedema, false) then weight_kg end as growth_weight,
        case when lenhei_cm > 0 then lenhei_cm end as growth_raw_length,
        case when measure = 'H' and {months} < 9 then null else measure end as growth_position,
        cast({head} as double) as growth_head
    from {relation}
), growth_placed as (
    select
        *,
        case
            when growth_days < 731 and growth_position = 'H' then growth_raw_length + cast(0.7 as double)
            when growth_days >= 731 and growth_position = 'L' then growth_raw_length - cast(0.7 as double)
            else growth_raw_length
        end as growth_length,
        growth_days is not null and growth_days <= 1856 and growth_months < 60 as growth_in_age
    from growth_child
), growth_tabled as (
    select
        *,
        case
            when growth_days is not null and not growth_in_age then null
            when growth_days < 731 then 'L'
            when growth_days >= 731 then 'H'
            when growth_position is not null then growth_position
            when growth_length < 87 then 'L'
            else 'H'
        end as growth_table
    from growth_placed
), growth_keyed as (
    select
        *,
        case
            when growth_in_age and growth_sex in (1, 2) then (growth_sex - 1) * 1857 + growth_days + 1
            else 0
        end as growth_day_key,
        case
            when growth_sex not in (1, 2) or growth_sex is null then 0
            when growth_table = 'L' and growth_length between 45 and 110
                then (growth_sex - 1) * 1202 + cast(floor(growth_length * 10) as integer) - 449
            when growth_table = 'H' and growth_length between 65 and 120
                then (growth_sex - 1) * 1202 + cast(floor(growth_length * 10) as integer) + 2
            else 0
        end as growth_length_key,
        (growth_length - floor(growth_length * 10) / 10) / cast(0.1 as double) as growth_part,
        growth_weight / ((growth_length / 100) * (growth_length / 100)) as growth_bmi_value
    from growth_tabled
), growth_matched as (
    select
        {kept}
        growth_length,
        growth_weight,
        growth_bmi_value,
        growth_head,
        {lms},
        {_between("l", "growth_part")} as l_wfl,
        {_between("m", "growth_part")} as m_wfl,
        {_between("s", "growth_part")} as s_wfl
    from {matched}
), growth_plain as (
    select
        *,
        {_plain("len", "growth_length")} as growth_len,
        {_plain("wei", "growth_weight")} as plain_wei,
        {_plain("wfl", "growth_weight", zero=True)} as plain_wfl,
        {_plain("bmi", "growth_bmi_value")} as plain_bmi,
        {_plain("hc", "growth_head")} as growth_hc
    from growth_matched
), growth_scored as (
    select
        {kept}
        growth_len,
        {_restricted("wei", "growth_weight")} as growth_wei,
        {_restricted("wfl", "growth_weight")} as growth_wfl,
        {_restricted("bmi", "growth_bmi_value")} as growth_bmi,
        growth_hc
    from growth_plain
)"""


def _steps_2007(relation: str, kept: str, months: str, matched: str) -> str:
    lms = ",\n        ".join(
        f"{_between(f'{letter}_{index}', 'growth_part')} as {letter}_{index}" for index in REFERENCE for letter in "lms"
    )
    return f"""with growth_child as (
    select
        {kept}
        sex_code as growth_sex,
        cast({months} as double) as growth_months,
        case when not coalesce(oedema, false) then weight_kg end as growth_weight,
        case when lenhei_cm > 0 then lenhei_cm end as growth_length
    from {relation}
), growth_keyed as (
    select
        *,
        case
            when growth_months >= 60 and growth_months < 229 and growth_sex in (1, 2)
                then (growth_sex - 1) * 170 + cast(floor(growth_months) as integer) - 59
            else 0
        end as growth_month_key,
        growth_months - floor(growth_months) as growth_part,
        growth_weight / ((growth_length / 100) * (growth_length / 100)) as growth_bmi_value
    from growth_child
), growth_matched as (
    select
        {kept}
        growth_length,
        case when growth_months < 121 then growth_weight end as growth_weight,
        growth_bmi_value,
        {lms}
    from {matched}
), growth_plain as (
    select
        *,
        {_plain("hfa", "growth_length")} as growth_hfa,
        {_plain("wfa", "growth_weight")} as plain_wfa,
        {_plain("bfa", "growth_bmi_value")} as plain_bfa
    from growth_matched
), growth_scored as (
    select
        {kept}
        growth_hfa,
        {_restricted("wfa", "growth_weight")} as growth_wfa,
        {_restricted("bfa", "growth_bmi_value")} as growth_bfa
    from growth_plain
)"""


def _figures(table: str) -> list[str]:
    """The columns of a table: L, M, S of each index, and of the next row where WHO interpolates."""
    if table == "who2006_by_day":
        return [f"{letter}_{index}" for index in ("len", "wei", "bmi", "hc") for letter in "lms"]
    own = list("lms") if table == "who2006_by_length" else [f"{m}_{index}" for index in REFERENCE for m in "lms"]
    return [*own, *(f"next_{column}" for column in own)]


def _matched(tables: dict[str, str], in_order: bool) -> str:
    """What to put behind FROM so that the rows of TABLES (name -> key) stand beside the children."""
    if not in_order:
        return "growth_keyed" + "".join(f"\n    inner join {t} on growth_{k} = {k}" for t, k in tables.items())
    found = ", ".join(
        f"getvariable('{table}_{column}')[growth_{key} + 1] as {column}"
        for table, key in tables.items()
        for column in _figures(table)
    )
    return f"(select *, {found} from growth_keyed)"


def _with_next(columns: Sequence[str], partition: str, order: str) -> str:
    """Each column and, as next_<column>, the same of the following row."""
    following = (f"lead({c}) over (partition by {partition} order by {order}) as next_{c}" for c in columns)
    return ", ".join([*columns, *following])


def _between(column: str, part: str) -> str:
    return f"case when {part} > 0 and next_{column} is not null then {column} + {part} * (next_{column} - {column}) else {column} end"


def _plain(index: str, y: str, *, zero: bool = False) -> str:
    """((y / M)^L - 1) / (S L) for a measurement above nought; a weight of nought counts for weight-for-length."""
    formula = f"(power({y} / m_{index}, l_{index}) - 1) / (s_{index} * l_{index})"
    nought = f" when {y} = 0 and m_{index} is not null then cast('-infinity' as double)" if zero else ""
    return f"case when {y} > 0 then {formula}{nought} end"


def _restricted(index: str, y: str) -> str:
    def at(z: int) -> str:
        return f"m_{index} * power(1 + l_{index} * s_{index} * ({z}), 1 / l_{index})"

    return f"""case
            when plain_{index} > 3 then 3 + ({y} - {at(3)}) / ({at(3)} - {at(2)})
            when plain_{index} < -3 then -3 + ({y} - {at(-3)}) / ({at(-2)} - {at(-3)})
            else plain_{index}
        end"""


def _flag(index: str) -> str:
    lowest, highest = PLAUSIBLE[index]
    z = f"round(growth_{index}, 2)"
    return f"case when {z} < {lowest} or {z} > {highest} then 1 when {z} is not null then 0 end"
