"""Poverty belongs to the household: what one child's list says holds for all who live there.

A statement is about the household of which the child was a member on its date; where none is known it is the child's
own. While a child lives in a household of which something was said, that holds; else the child's own latest statement.
"""

from __future__ import annotations

import duckdb


def poverty(con: duckdb.DuckDBPyConnection) -> None:
    """Make `poverty_said` (each statement with its household) and `household_status_spell`."""
    _said(con)
    _homes(con)
    con.execute(
        """
        create temp table household_status_spell as
        with of_household as (
            select *
            from poverty_said
            where household is not null
            qualify row_number() over (partition by household, list_date order by rank desc, none) = 1
        ),
        of_child as (
            select *
            from poverty_said
            qualify row_number() over (partition by child, list_date order by rank desc, none) = 1
        ),
        first_word as (
            select household, min(list_date) as first_date
            from of_household
            group by household
        ),
        heard as (
            select h.child, h.household, h.valid_from, s.list_date, s.rank, s.status, s.year, s.none,
                greatest(s.list_date, h.valid_from) as since
            from home as h
            join of_household as s on s.household = h.household
            where s.list_date < h.valid_to
            union all
            select h.child, h.household, h.valid_from, s.list_date, s.rank, s.status, s.year, s.none,
                greatest(s.list_date, h.valid_from)
            from home as h
            join of_child as s on s.child = h.child
            left join first_word as w on w.household = h.household
            where s.list_date < h.valid_to and (w.first_date is null or s.list_date < w.first_date)
        ),
        in_force as (
            select *
            from heard
            qualify row_number() over (partition by child, since order by list_date desc, rank desc) = 1
        ),
        stretched as (
            select i.*, coalesce(
                lead(i.since) over (partition by i.child order by i.since), date '9999-12-31'
            ) as until
            from in_force as i
        ),
        bounded as (
            select s.child, s.household, s.status, s.year, s.none, s.since, least(s.until, h.valid_to) as until
            from stretched as s
            join home as h on h.child = s.child and h.valid_from = s.valid_from
        ),
        stepped as (
            select *, (
                none is distinct from lag(none) over steps
                or status is distinct from lag(status) over steps
                or year is distinct from lag(year) over steps
                or household is distinct from lag(household) over steps
                or since is distinct from lag(until) over steps
            )::integer as step
            from bounded
            window steps as (partition by child order by since)
        ),
        numbered as (
            select *, sum(step) over (partition by child order by since) as part
            from stepped
        )
        select child, household, status, year, min(since) as valid_from,
            nullif(max(until), date '9999-12-31') as valid_to
        from numbered
        where not none
        group by child, household, status, year, part
        """
    )


def _said(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        """
        create temp table poverty_said as
        with said as (
            select a.child, a.list_date, a.rank, a.row_id, f.id, f.status, f.year, false as none
            from assertion as a
            join store.household_status as f on f.record_id = a.record_id
            where a.child is not null and f.status is not null
            union all
            select child, list_date, rank, null, null, null, null, true
            from retraction
            where name = 'household_status'
        ),
        single as (
            select *
            from said
            qualify row_number() over (partition by child, rank order by none, id desc) = 1
        )
        select s.*, h.household
        from single as s
        asof left join residence_spell as h on h.child = s.child and h.valid_from <= s.list_date
        where h.child is null or h.valid_to is null or h.valid_to > s.list_date
        union all
        select s.*, null
        from single as s
        asof join residence_spell as h on h.child = s.child and h.valid_from <= s.list_date
        where h.valid_to <= s.list_date
        """
    )


def _homes(con: duckdb.DuckDBPyConnection) -> None:
    """Make `home`: stretches of one household a child, without gaps, from the first word on it to the last."""
    con.execute(
        """
        create temp table home as
        with points as (
            select child, household, valid_from as since
            from residence_spell
            union all
            select child, null, valid_to
            from residence_spell as r
            where valid_to is not null and not exists (
                select 1
                from residence_spell as n
                where n.child = r.child and n.valid_from = r.valid_to
            )
            union all
            select child, null, date '0001-01-01'
            from profile
        ),
        stepped as (
            select *, (
                household is distinct from lag(household) over steps or row_number() over steps = 1
            )::integer as step
            from points
            window steps as (partition by child order by since)
        )
        select child, household, since as valid_from,
            coalesce(lead(since) over (partition by child order by since), date '9999-12-31') as valid_to
        from stepped
        where step = 1
        """
    )
