"""One row per child: who lives where on the as-of date, and what is known of each, joined from small steps."""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from indicators.prepare import allowance, care, growth_status, immunization_status, school, work
from indicators.prepare.ages import completed_months
from indicators.prepare.contracts import CHILD
from indicators.prepare.moment import Moment

AGE_BANDS = ((0, 11, "0"), (12, 59, "1-4"), (60, 131, "5-10"), (132, 179, "11-14"), (180, 215, "15-17"))
"""Bands in completed months: infants, to school age, primary, lower secondary, beyond."""
GROWTH_AGES = (
    (0, 5, "0-5"),
    (6, 11, "6-11"),
    (12, 23, "12-23"),
    (24, 35, "24-35"),
    (36, 47, "36-47"),
    (48, 59, "48-59"),
)
"""Bands in completed months by which WHO shows nutrition."""


def prepare_child(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """Make `prepared_child`; the steps leave tables of their own that `explain` reads."""
    residents(con, moment)
    unit_reports(con, moment)
    for step in (
        listed, school.schooling, work.working, care.circumstances, care.parents_and_carers, care.support,
        allowance.allowances, care.health_events, growth_status.measured, immunization_status.immunized,
    ):  # fmt: skip
        step(con, moment)
    con.execute(f"create or replace temp table prepared_child as {wide({*CHILD.columns, *CHILD.intervals})}")


def residents(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """Children who live in a unit on the day: born, alive, under 18 at the youngest reading of the birth date.

    Of two spells open on one day the later holds. A child that moved away lives in no unit of ours.
    """
    day = moment.as_of
    con.execute(
        f"""
        create or replace temp table resident as
        with dwelling as (
            select child, unit, village, residence_kind, household, valid_from_day
            from snap_residence
            where valid_from <= date '{day}'
              and (valid_to is null or valid_to > date '{day}')
        ),
        twice as (
            select child
            from dwelling
            group by child
            having count(*) > 1
        ),
        ranked as (
            select d.*, row_number() over (partition by d.child order by d.valid_from_day desc, d.unit) as place
            from dwelling as d
            inner join twice as t on t.child = d.child
        ),
        home as (
            select d.child, d.unit, d.village, d.residence_kind, d.household
            from dwelling as d
            left join twice as t on t.child = d.child
            where t.child is null
            union all
            select child, unit, village, residence_kind, household
            from ranked
            where place = 1
        ),
        aged as (
            select
                c.child, h.unit, h.village, h.residence_kind, h.household, c.sex, c.ethnicity, c.birth_first,
                c.birth_first_day, c.birth_precision, c.birth_registered, c.has_personal_id, c.has_health_card,
                {completed_months("c.birth_last", day)} as months_lo,
                {completed_months("c.birth_first", day)} as months_hi,
                case
                    when extract(year from c.birth_first) = extract(year from c.birth_last)
                        then cast({moment.school_year} - extract(year from c.birth_first) as integer)
                end as school_age
            from home as h
            inner join snap_child as c on c.child = h.child
            left join snap_death as d on d.child = c.child and d.died_on <= date '{day}'
            where d.child is null
              and coalesce(h.residence_kind, '') <> 'moved_away'
              and (c.birth_first is null or c.birth_first <= date '{day}')
        )
        select
            *,
            case when months_lo < 0 then 0 else months_lo end as age_months_lo,
            months_hi as age_months_hi
        from aged
        where months_lo < 216 or months_lo is null
        """
    )


def unit_reports(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """Which units have told of what by the day: a list of that kind, or any such fact of a child living there."""
    day = moment.as_of
    facts = {
        "circumstance": ("snap_circumstance", "valid_from", ""),
        "circumstance_parents": ("snap_parent_status", "valid_from", ""),
        "support": ("snap_support", "valid_from", ""),
        "work": ("snap_work_spell", "valid_from", ""),
        "poverty": ("snap_household_status", "valid_from", ""),
        "mental": ("snap_health_event", "on_date", "and f.kind like 'mental%'"),
        "vitamin_a": ("snap_health_event", "on_date", "and f.kind = 'vitamin_a'"),
        "injury": ("snap_health_event", "on_date", "and f.kind = 'injury'"),
        "marriage": ("snap_marriage", "married_on", ""),
    }
    kinds = {
        "register": "circumstance", "support": "support", "work": "work", "poor_households": "poverty",
        "mental_health": "mental",
    }  # fmt: skip
    told = " union all ".join(
        f"""
        select distinct r.unit, '{fact.split("_parents", maxsplit=1)[0]}' as fact
        from {table} as f
        inner join resident as r on r.child = f.child
        where f.{since} <= date '{day}' {where}"""
        for fact, (table, since, where) in facts.items()
    )
    lists = " ".join(f"when '{kind}' then '{fact}'" for kind, fact in kinds.items())
    names = ("circumstance", "support", "work", "poverty", "mental", "vitamin_a", "injury", "marriage")
    con.execute(
        f"""
        create or replace temp table unit_report as
        with told as (
            select unit, case list_kind {lists} end as fact
            from (
                select distinct unit, list_kind
                from snap_listing
                where list_date <= date '{day}'
            )
            union all {told}
        )
        select unit, {", ".join(f"max(case when fact = '{n}' then 1 else 0 end) = 1 as tells_{n}" for n in names)}
        from told
        group by unit
        """
    )


def listed(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """On which lists each child has stood by the day, and whether a birth record names it."""
    kinds = {"register": "register", "immunization_list": "immunization", "school_list": "school",
             "poor_list": "poor_households"}  # fmt: skip
    flags = ", ".join(f"max(case when list_kind = '{k}' then 1 else 0 end) = 1 as on_{n}" for n, k in kinds.items())
    con.execute(
        f"""
        create or replace temp table child_listed as
        select child, {flags}
        from snap_listing
        where list_date <= date '{moment.as_of}'
        group by child
        """
    )


_OWN = {
    **{c: f"r.{c}" for c in ("child", "unit", "village", "residence_kind", "sex", "ethnicity", "school_age")},
    **{c: f"r.{c}" for c in ("birth_registered", "has_personal_id", "has_health_card")},
    "age_months_lo": "r.age_months_lo",
    "age_months_hi": "r.age_months_hi",
    **{f"on_{n}": f"coalesce(child_listed.on_{n}, false)" for n in ("register", "immunization_list", "school_list",
                                                                    "poor_list")},
    "has_birth_record": "birth_record.child is not null",
}  # fmt: skip


def _band(bands: tuple[tuple[int, int, str], ...]) -> str:
    """The band that holds every age the birth date allows; null where it allows more than one."""
    whens = " ".join(
        f"when r.age_months_lo >= {low} and r.age_months_hi <= {high} then '{name}'" for low, high, name in bands
    )
    return f"case {whens} end"


def wide(names: Collection[str]) -> str:
    """The query of `prepared_child` with these columns of its contract, over the tables of the steps that they need."""
    from_years = {f"age_years_{end}": f"(r.age_months_{end} - r.age_months_{end} % 12) / 12" for end in ("lo", "hi")}
    columns = {
        **_OWN, **from_years, "age_band": _band(AGE_BANDS), "growth_age": _band(GROWTH_AGES), **care.COLUMNS, **allowance.COLUMNS, **school.COLUMNS, **work.COLUMNS,
        **growth_status.COLUMNS, **immunization_status.COLUMNS,
    }  # fmt: skip
    ends = {f"{name}_{end}" for name in CHILD.intervals for end in ("lo", "hi") if name in names}
    contract = {c: kind for c, kind in CHILD.physical().items() if c in names or c in ends}
    listed_columns = ",\n            ".join(f"cast({columns[c]} as {kind}) as {c}" for c, kind in contract.items())
    steps = ("child_listed", "child_school", "child_work", "child_left", "child_circumstance", "child_parent",
             "child_support", "child_allowance", "child_health", "child_growth", "child_immunization", "birth_record")  # fmt: skip
    joins = "\n        ".join(
        f"left join {table} on {table}.child = r.child" for table in steps if f"{table}." in listed_columns
    )
    return f"""
        with birth_record as (
            select distinct child
            from snap_birth
        )
        select
            {listed_columns}
        from resident as r
        left join unit_report as u on u.unit = r.unit
        {joins}
        """
