"""Births, deaths and child marriages of the period, birth histories, and the store's counts of sealed circumstances."""

from __future__ import annotations

import duckdb

from indicators.prepare.ages import completed_months
from indicators.prepare.contracts import CIRCUMSTANCE_LETTERS
from indicators.prepare.moment import Moment
from schemas.dates import add_months, epoch_day


def prepare_birth(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """One row per birth of the period; registration counts as it stood on the as-of date.

    A birth without a date of registration is registered or not as the child's own record says, else not known.
    """
    day = moment.as_of
    con.execute(
        f"""
        create or replace temp table prepared_birth as
        select
            b.child,
            b.unit,
            b.sex,
            place,
            attendant,
            live_birth,
            attendant in ('doctor', 'assistant_doctor', 'midwife') as skilled_attendance,
            place in ('hospital', 'station') as in_facility,
            postnatal_visit_week1,
            case when registered_on is not null then registered_on <= date '{day}' else c.birth_registered end
                as registered,
            weight_g < 2500 as low_birth_weight,
            gestation_weeks < 37 as preterm,
            weight_g,
            gestation_weeks,
            case when registered_on <= date '{day}' then registered_on_day - born_on_day end as days_to_registration,
            {epoch_day(day)} - born_on_day as days_since
        from snap_birth as b
        left join snap_child as c on c.child = b.child
        where born_on between date '{moment.period_start}' and date '{day}'
        """
    )


def prepare_death(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """One row per death of the period before the 18th birthday (at the youngest reading of the birth date).

    A stillborn child that stands among the deaths too has not died: it is a row of the births.
    """
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
              and child not in (select child from snap_birth where not live_birth)
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


HISTORY_MONTHS = 120
"""The period of 60 months and the five years of age that a child may have had when it began."""


def prepare_history(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """Every live birth that can be exposed in the 60 months before the as-of month, with the age at death.

    A birth counts at the mother's commune, where it is recorded; else where the child lived last. Birth dates known
    only by year are left out; of one known by month the youngest age at death is taken. `recorded` births stand on a list
    of births and deaths; of the others only the children who lived to be listed elsewhere are known.
    """
    day = moment.as_of
    end = (day.year - 1900) * 12 + day.month
    first = add_months(day.replace(day=1), -HISTORY_MONTHS)
    con.execute(
        f"""
        create or replace temp table prepared_history as
        with born as (
            select child, max(unit) as unit, max(case when live_birth then 1 else 0 end) = 1 as live
            from snap_birth
            where live_birth is not null
            group by child
        ),
        died as (
            select child, min(died_on) as died_on
            from snap_death
            where died_on <= date '{day}'
            group by child
        ),
        lived as (
            select
                c.child, coalesce(b.unit, c.unit) as unit, c.birth_first, c.birth_last, d.died_on,
                b.child is not null as recorded
            from snap_child as c
            left join born as b on b.child = c.child
            left join died as d on d.child = c.child
            where c.birth_precision in ('day', 'month')
              and c.birth_first between date '{first}' and date '{day}'
              and coalesce(b.live, true)
        )
        select
            child,
            unit,
            cast((extract(year from birth_first) - 1900) * 12 + extract(month from birth_first) as integer)
                as born_month,
            case
                when died_on < birth_last then 0
                when died_on is not null then {completed_months("birth_last", "died_on")}
            end as death_age_months,
            {end} as end_month,
            recorded
        from lived
        """
    )


def prepare_marriage(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """One row per marriage of this period and of the same period a year before, at the latest residence.

    Not at the residence of the as-of date: who married at 17 last year is no child among the residents now. The age is
    reckoned from the dates; without a birth date it is the age that the list states.
    """
    before, until = add_months(moment.period_start, -12), add_months(moment.as_of, -12)
    ages = {f"years_of_age_{end}": f"c.birth_{side}" for end, side in (("lo", "last"), ("hi", "first"))}
    years = ", ".join(
        f"coalesce(cast(floor({completed_months(born, 'm.married_on')} / 12.0) as integer), m.age_years) as {name}"
        for name, born in ages.items()
    )
    con.execute(
        f"""
        create or replace temp table prepared_marriage as
        select
            m.child,
            c.unit,
            c.sex,
            m.married_on >= date '{moment.period_start}' as this_period,
            {years}
        from snap_marriage as m
        inner join snap_child as c on c.child = m.child
        where m.married_on between date '{before}' and date '{until}'
           or m.married_on between date '{moment.period_start}' and date '{moment.as_of}'
        """
    )


def prepare_sealed(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """The store's counts for the as-of date, a row for each child counted. Those of all groups together (code 1) are whole.

    The rows of single letters would count a child in two sealed groups twice; each is right for its own group. Nothing
    tells which of the children counted as supported are in no open category: no definition may ask for both.
    """
    con.execute(
        f"""
        create or replace temp table prepared_sealed as
        with counted as (
            select
                unit, code, sex, age_band, only_sealed, supported, unnest(range(children)) as place,
                substr(code, 1, 2) = '1.' and length(code) = 4 as letter
            from snap_sealed_count
            where as_of = date '{moment.as_of}'
        ),
        grouped as (
            select distinct unit
            from counted
            where code = '1'
        )
        select
            c.unit, c.code, c.sex, c.age_band, c.code = '1' or (g.unit is null and c.letter) as whole, c.letter,
            c.place < c.only_sealed as only_sealed,
            case when c.place < c.supported then true when u.tells_support then false end as supported
        from counted as c
        left join grouped as g on g.unit = c.unit
        left join unit_report as u on u.unit = c.unit
        """
    )


def prepare_circumstance(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """Categories in force of the residents, each once; a sub-group (1.03.04) stands under its group (1.03) too.

    Groups a and c also follow from what is recorded of both parents.
    """
    day = moment.as_of
    con.execute(
        f"""
        create or replace temp table prepared_circumstance as
        with held as (
            select child, code
            from snap_circumstance
            where valid_from <= date '{day}' and (valid_to is null or valid_to > date '{day}')
        ),
        under as (
            select child, code from held
            union
            select child, substr(code, 1, 4) as code from held
            union
            select child, '{CIRCUMSTANCE_LETTERS["special_a"]}' as code from prepared_child where special_a
            union
            select child, '{CIRCUMSTANCE_LETTERS["special_c"]}' as code from prepared_child where special_c
        )
        select
            c.child,
            c.unit,
            u.code,
            case
                when substr(u.code, 1, 2) = '1.' and length(u.code) = 4 then 'group'
                when substr(u.code, 1, 2) = '1.' then 'subgroup'
                when substr(u.code, 1, 1) = '2' then 'at_risk'
                else 'other'
            end as level,
            c.sex,
            c.supported,
            c.age_months_lo,
            c.age_months_hi
        from under as u
        inner join prepared_child as c on c.child = u.child
        """
    )
