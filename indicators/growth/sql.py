"""The same z-scores set-wise: one SELECT over any relation, joined to WHO's tables on integer keys.

    register(connection)                                    loads the tables
    zscore_query("measured", keep=["child_key"])            the SELECT, z unrounded, flags 0 / 1 / null

The relation has sex_code (1, 2), age_days (integer), weight_kg, lenhei_cm (DOUBLE), measure ('L', 'H' or null) and
oedema (boolean). The rules are those of `zscore.py`, where they are explained; a test holds the two together.

What makes it fast: keys are dense integers, so that a join is a look-up; the product S L stands in the tables; L is 1
for length and head circumference, so that these need no power; a flag is a comparison without rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from indicators.growth.lms import DAYS_PER_MONTH, table_path
from indicators.growth.zscore import PLAUSIBLE

STANDARD = ("len", "wei", "wfl", "bmi", "hc")
REFERENCE = ("hfa", "wfa", "bfa")
INDICES = {"2006": STANDARD, "2007": REFERENCE}
GIRTHS = ("hc", "ac", "ts", "ss")
"""Indices of one measurement by age: head and arm circumference (cm), triceps and subscapular skinfold (mm)."""
LINEAR = ("len", "hc", "hfa")
"""Indices whose L is 1 throughout: z = (y - M) / (M S), and no restriction beyond 3 SD."""
TABLES_2006 = {"who2006_by_day": "day_key", "who2006_by_length": "length_key"}
TABLES_2007 = {"who2007_by_month": "month_key"}
TABLES = TABLES_2006 | TABLES_2007
ROWS = "growth_rows"
BY_DAY = ("len", "wei", "bmi", *GIRTHS)

NO_MEASUREMENTS: Mapping[str, str] = {}


def indices(reference: str = "2006", girths: Sequence[str] = ()) -> tuple[str, ...]:
    """The indices in WHO's order: those of REFERENCE, and of GIRTHS those that are not among them already."""
    named = INDICES[reference]
    return (*named, *(g for g in GIRTHS if reference == "2006" and g in girths and g not in named))


def score_columns(reference: str = "2006", girths: Sequence[str] = ()) -> list[str]:
    """The appended columns in WHO's order: zlen, flen, zwei, fwei, ..."""
    return [f"{letter}{index}" for index in indices(reference, girths) for letter in "zf"]


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Load WHO's tables, as temporary tables and, in the one row of `growth_rows`, as lists of their rows.

    Keys are dense from 1; key 0 is the row of nulls for whoever has no place in the table. sl_ is S L; ms_ is M S,
    for the indices whose L is 1; step_ is the way to the next row, 0 in the last, where WHO interpolates.
    """
    day, length, month = (
        str(table_path(name)).replace("'", "''") for name in ("who2006_by_day", "who2006_by_length", "who2007_by_month")
    )
    connection.execute(
        f"""
        create or replace temp table who2006_by_day as
        select (sex - 1) * 1857 + age_days + 1 as day_key, {", ".join(_made(index) for index in BY_DAY)}
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
            {_with_step({f"{letter}_wfl": letter for letter in "lms"}, "sex, position", "tenths_cm")}
        from read_parquet('{length}')
        union all by name
        select 0 as length_key
        """
    )
    columns = {f"{letter}_{index}": f"{letter}_{index}" for index in REFERENCE for letter in "lms"}
    connection.execute(
        f"""
        create or replace temp table who2007_by_month as
        select (sex - 1) * 170 + age_months - 59 as month_key, {_with_step(columns, "sex", "age_months")}
        from read_parquet('{month}')
        union all by name
        select 0 as month_key
        """
    )
    rows = ", ".join(f"(select list(t order by {key}) from {t} as t) as {t}" for t, key in TABLES.items())
    connection.execute(f"create or replace temp table {ROWS} as select {rows}")


def rounded_sql(z: str) -> str:
    """Z to two decimals, half away from nought; never -0.0. (The same as round(z, 2), which costs four times as much.)"""
    return f"round({z} * 100) / 100 + 0"


def zscore_query(
    relation: str,
    reference: str = "2006",
    *,
    keep: Sequence[str] = (),
    age_months: str | None = None,
    girths: Mapping[str, str] = NO_MEASUREMENTS,
    in_order: bool = False,
) -> str:
    """A SELECT of the columns KEEP of RELATION (a name or a bracketed query) and the scores of REFERENCE.

    AGE_MONTHS is an expression for the exact age in months, by default age_days / 30.4375; give it where the age was
    recorded in months or in parts of days. GIRTHS gives expressions for hc, ac (cm), ts, ss (mm; 2006 only). A join
    keeps no order of rows; IN_ORDER looks the tables up as lists instead, which does, and which DuckDB alone reads.
    """
    kept = "".join(f"{column}, " for column in keep)
    if reference == "2006":
        steps = _steps_2006(relation, kept, age_months, girths, in_order)
    else:
        steps = _steps_2007(relation, kept, age_months or f"age_days / {DAYS_PER_MONTH}", in_order)
    scores = ",\n    ".join(
        f"growth_{index} as z{index}, {_flag(index)} as f{index}" for index in indices(reference, tuple(girths))
    )
    return f"{steps}\nselect\n    {kept}\n    {scores}\nfrom growth_scored"


def _steps_2006(relation: str, kept: str, months: str | None, girths: Mapping[str, str], in_order: bool) -> str:
    # the exact age decides who is 9 or 60 months old; whole days say the same, and cost less
    months_column = f"cast({months} as double)" if months else "cast(null as double)"
    young = f"{months} < 9" if months else "age_days < 274"
    in_age = "growth_days <= 1856 and growth_months < 60" if months else "growth_days <= 1826"
    named = tuple(girths)
    values = "".join(f",\n        cast({girths[g]} as double) as growth_{g}_value" for g in named)
    carried = "".join(f"growth_{g}_value, " for g in named)
    absent = "".join(f", cast(null as double) as growth_{g}" for g in ("hc",) if g not in girths)
    return f"""with growth_child as (
    select
        {kept}
        case when sex_code between 1 and 2 then sex_code - 1 end as growth_girl,
        case when age_days >= 0 then age_days end as growth_days,
        {months_column} as growth_months,
        case when weight_kg >= 0 and not coalesce(oedema, false) then weight_kg end as growth_weight,
        case when lenhei_cm > 0 then lenhei_cm end as growth_raw_length,
        case when measure = 'L' then 0 when measure = 'H' and not coalesce({young}, false) then 1 end
            as growth_standing{values}
    from {relation}
), growth_aged as (
    select
        *,
        cast(growth_days >= 731 as integer) as growth_two,
        coalesce({in_age}, false) as growth_in_age
    from growth_child
), growth_placed as (
    select
        *,
        growth_raw_length + cast(0.7 as double) * coalesce(growth_standing - growth_two, 0) as growth_length,
        case when growth_days is null or growth_in_age then coalesce(growth_two, growth_standing) end as growth_table
    from growth_aged
), growth_tabled as (
    select
        *,
        floor(growth_length * 10) as growth_tenths,
        case
            when growth_table is not null then growth_table
            when growth_days is null then cast(growth_length >= 87 as integer)
        end as growth_tall
    from growth_placed
), growth_keyed as (
    select
        *,
        coalesce(case when growth_in_age then growth_girl * 1857 + growth_days + 1 end, 0) as growth_day_key,
        coalesce(
            case
                when growth_length >= 45 + 20 * growth_tall and growth_length <= 110 + 10 * growth_tall
                    then growth_girl * 1202 + cast(growth_tenths as integer) - 449 + 451 * growth_tall
            end,
            0
        ) as growth_length_key,
        (growth_length - growth_tenths / 10) / cast(0.1 as double) as growth_part,
        growth_weight / ((growth_length / 100) * (growth_length / 100)) as growth_bmi_value
    from growth_tabled
), growth_matched as (
    select
        {kept}
        growth_length,
        growth_weight,
        growth_bmi_value,
        {carried}
        {", ".join(_figures("who2006_by_day", named))},
        {", ".join(_between(f"{letter}_wfl") for letter in "lms")}
    from {_matched(TABLES_2006, in_order, named)}
), growth_plain as (
    select
        *,
        {_linear("len", "growth_length")},
        {_plain("wei", "growth_weight", "growth_weight > 0")},
        s_wfl * l_wfl as sl_wfl,
        {_plain("wfl", "growth_weight", "growth_weight >= 0")},
        {_plain("bmi", "growth_bmi_value", "growth_bmi_value > 0")}
        {"".join(f", {_of_girth(g)}" for g in named)}
        {absent}
    from growth_matched
), growth_scored as (
    select
        {kept}
        {", ".join(f"growth_{g}" for g in ("len", "hc"))},
        {_restricted("wei", "growth_weight")} as growth_wei,
        {_restricted("wfl", "growth_weight")} as growth_wfl,
        {_restricted("bmi", "growth_bmi_value")} as growth_bmi
        {"".join(f", {_restricted(g, f'growth_{g}_value')} as growth_{g}" for g in named if g not in LINEAR)}
    from growth_plain
)"""


def _steps_2007(relation: str, kept: str, months: str, in_order: bool) -> str:
    lms = ",\n        ".join(_between(f"{letter}_{index}") for index in REFERENCE for letter in "lms")
    return f"""with growth_child as (
    select
        {kept}
        sex_code as growth_sex,
        cast({months} as double) as growth_months,
        case when weight_kg > 0 and not coalesce(oedema, false) then weight_kg end as growth_weight,
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
    from {_matched(TABLES_2007, in_order)}
), growth_plain as (
    select
        *,
        m_hfa * s_hfa as ms_hfa,
        {_linear("hfa", "growth_length")},
        s_wfa * l_wfa as sl_wfa,
        {_plain("wfa", "growth_weight", "growth_weight > 0")},
        s_bfa * l_bfa as sl_bfa,
        {_plain("bfa", "growth_bmi_value", "growth_bmi_value > 0")}
    from growth_matched
), growth_scored as (
    select
        {kept}
        growth_hfa,
        {_restricted("wfa", "growth_weight")} as growth_wfa,
        {_restricted("bfa", "growth_bmi_value")} as growth_bfa
    from growth_plain
)"""


def _made(index: str) -> str:
    """What a table by day holds of an index, from its L, M and S."""
    if index in LINEAR:
        return f"m_{index}, m_{index} * s_{index} as ms_{index}"
    return f"l_{index}, m_{index}, s_{index} * l_{index} as sl_{index}"


def _figures(table: str, girths: Sequence[str] = ()) -> list[str]:
    """The columns of a table that a query needs."""
    if table == "who2006_by_day":
        of = ("len", "wei", "bmi", *girths)
        return [f"{part}_{index}" for index in of for part in (("m", "ms") if index in LINEAR else ("l", "m", "sl"))]
    own = [f"{m}_{index}" for index in (("wfl",) if table == "who2006_by_length" else REFERENCE) for m in "lms"]
    return [*own, *(f"step_{column}" for column in own)]


def _matched(tables: dict[str, str], in_order: bool, girths: Sequence[str] = ()) -> str:
    """What to put behind FROM so that the rows of TABLES (name -> key) stand beside the children."""
    if not in_order:
        return "growth_keyed" + "".join(f"\n    inner join {t} on growth_{k} = {k}" for t, k in tables.items())
    rows = ", ".join(f"{ROWS}.{table}[growth_{key} + 1] as {table}" for table, key in tables.items())
    figures = ", ".join(f"{table}.{column}" for table in tables for column in _figures(table, girths))
    return f"(select *, {figures} from (select growth_keyed.*, {rows} from growth_keyed cross join {ROWS}))"


def _with_step(columns: Mapping[str, str], partition: str, order: str) -> str:
    """Each column under its name and, as step_<name>, the difference of the following row; 0 where there is none."""
    steps = (
        f"coalesce(lead({c}) over (partition by {partition} order by {order}) - {c}, 0) as step_{name}"
        for name, c in columns.items()
    )
    return ", ".join([*(f"{c} as {name}" for name, c in columns.items()), *steps])


def _between(column: str) -> str:
    return f"{column} + growth_part * step_{column} as {column}"


def _linear(index: str, y: str) -> str:
    return f"({y} - m_{index}) / ms_{index} as growth_{index}"


def _plain(index: str, y: str, condition: str) -> str:
    """((y / M)^L - 1) / (S L); of a weight of nought -infinity, as L is below 0 in weight-for-length."""
    return f"case when {condition} then (power({y} / m_{index}, l_{index}) - 1) / sl_{index} end as plain_{index}"


def _of_girth(index: str) -> str:
    y = f"growth_{index}_value"
    return _linear(index, f"case when {y} > 0 then {y} end") if index in LINEAR else _plain(index, y, f"{y} > 0")


def _restricted(index: str, y: str) -> str:
    def at(z: int) -> str:
        return f"m_{index} * power(1 + sl_{index} * ({z}), 1 / l_{index})"

    return f"""case
            when abs(plain_{index}) <= 3 then plain_{index}
            when plain_{index} > 3 then 3 + ({y} - {at(3)}) / ({at(3)} - {at(2)})
            when plain_{index} < -3 then -3 + ({y} - {at(-3)}) / ({at(-2)} - {at(-3)})
        end"""


def _flag(index: str) -> str:
    """Whether z, rounded half away from nought to two decimals, is implausible: 100 z past the bound by a half."""
    lowest, highest = (
        f"cast({100 * bound + half} as double)" for bound, half in zip(PLAUSIBLE[index], (-0.5, 0.5), strict=True)
    )
    z = f"growth_{index}"
    return f"cast({z} * 100 >= {highest} or {z} * 100 <= {lowest} as integer)"
