"""Births, deaths and child marriages of the period, and the store's counts of sealed circumstances."""

from __future__ import annotations

import duckdb

from indicators.prepare.ages import completed_months
from indicators.prepare.moment import Moment


def prepare_birth(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """One row per birth of the period; registration counts as it stood on the as-of date."""
    con.execute(
        f"""
        create or replace temp table prepared_birth as
        select
            child,
            unit,
            sex,
            place,
            attendant,
            live_birth,
            attendant in ('doctor', 'assistant_doctor', 'midwife') as skilled_attendance,
            place in ('hospital', 'station') as in_facility,
            postnatal_visit_week1,
            coalesce(registered_on <= date '{moment.as_of}', false) as registered,
            weight_g < 2500 as low_birth_weight,
            gestation_weeks < 37 as preterm,
            weight_g,
            gestation_weeks,
            case
                when registered_on <= date '{moment.as_of}' then registered_on_day - born_on_day
            end as days_to_registration
        from snap_birth
        where born_on between date '{moment.period_start}' and date '{moment.as_of}'
        """
    )


def prepare_death(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """One row per death of the period before the 18th birthday (at the youngest reading of the birth date)."""
    con.execute(
        f"""
        create or replace temp table prepared_death as
        with aged as (
            select
                *,
                died_on_day - birth_last_day as days_lo,
                died_on_day - birth_first_day as days_hi,
                {completed_months("birth_last", "died_on")} as months_lo,
                {completed_months("birth_first", "died_on")} as months_hi
            from snap_death
            where died_on between date '{moment.period_start}' and date '{moment.as_of}'
        )
        select
            child,
            unit,
            sex,
            cause,
            place,
            case
                when cause in ('drowning', 'traffic', 'other_injury') then true
                when cause <> 'unknown' then false
            end as injury_death,
            case when cause = 'drowning' then true when cause <> 'unknown' then false end as drowning_death,
            coalesce(registered_on <= date '{moment.as_of}', false) as registered,
            case when days_lo < 0 then 0 else days_lo end as age_days_lo,
            days_hi as age_days_hi,
            case when months_lo < 0 then 0 else months_lo end as age_months_lo,
            months_hi as age_months_hi
        from aged
        where months_lo < 216 or months_lo is null
        """
    )


def prepare_marriage(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """One row per marriage of this period and of the year before it, at the latest residence.

    Not at the residence of the as-of date: who married at 17 last year is no child among the residents now.
    """
    before = moment.period_start.replace(year=moment.period_start.year - 1, day=min(moment.period_start.day, 28))
    con.execute(
        f"""
        create or replace temp table prepared_marriage as
        select
            m.child,
            c.unit,
            c.sex,
            m.married_on >= date '{moment.period_start}' as this_period,
            m.age_years as years_of_age
        from snap_marriage as m
        inner join snap_child as c on c.child = m.child
        where m.married_on between date '{before}' and date '{moment.as_of}'
        """
    )


def prepare_sealed(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """The store's counts for the as-of date; where it gives the group in one row (code 1), that row alone.

    The rows of single letters would count a child in two sealed groups twice.
    """
    con.execute(
        f"""
        create or replace temp table prepared_sealed as
        with counted as (
            select unit, code, sex, age_band, children, only_sealed
            from snap_sealed_count
            where as_of = date '{moment.as_of}'
        ),
        grouped as (
            select distinct unit
            from counted
            where code = '1'
        )
        select c.unit, c.code, c.sex, c.age_band, c.children, c.only_sealed
        from counted as c
        left join grouped as g on g.unit = c.unit
        where c.code = '1' or (g.unit is null and substr(c.code, 1, 2) = '1.' and length(c.code) = 4)
        """
    )
