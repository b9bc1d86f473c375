"""Schooling in the school year in force, and which levels a child has completed by then."""

from __future__ import annotations

import duckdb

from indicators.prepare.moment import Moment

COLUMNS = {
    "school_level": "child_school.level",
    "attending": "child_school.attending",
    "in_nursery": "child_school.in_nursery",
    "in_kindergarten": "child_school.in_kindergarten",
    "in_primary": "child_school.in_primary",
    "in_lower_secondary": "child_school.in_lower_secondary",
    "dropped_out": "child_school.dropped_out",
    "completed_preschool": "child_school.completed_preschool",
    "completed_primary": "child_school.completed_primary",
    "completed_lower_secondary": "child_school.completed_lower_secondary",
}


def schooling(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """No row of the year: not known. Being at a higher level means having completed the ones below it.

    A child whose last known level is lower, or the same and not marked completed, has not completed; one who
    has no record at all is not known. Lists mark those who dropped out alone: who attends has not.
    """
    year = moment.school_year

    def at(level: str) -> str:
        """Attending that level: no if not attending at all; not known if attending is, or at which level."""
        return f"case when max_attending = 0 then false when max_attending = 1 then level = '{level}' end"

    con.execute(
        f"""
        create or replace temp table child_school as
        with ranked as (
            select
                child,
                school_year,
                case level
                    when 'nursery' then 0 when 'kindergarten' then 1 when 'primary' then 2
                    when 'lower_secondary' then 3 when 'upper_secondary' then 4 when 'vocational' then 4
                end as height,
                level,
                attending,
                completed,
                dropped_out
            from snap_schooling
            where school_year <= {year}
        ),
        ever as (
            select
                child,
                max(height) as height,
                max(case when completed then height else -1 end) as completed_height,
                max(case when school_year = {year} then level end) as level,
                max(case when school_year = {year} then cast(attending as integer) end) as max_attending,
                max(case when school_year = {year} then cast(dropped_out as integer) end) as max_dropped_out
            from ranked
            group by child
        )
        select
            child,
            level,
            max_attending = 1 as attending,
            {at("nursery")} as in_nursery,
            {at("kindergarten")} as in_kindergarten,
            {at("primary")} as in_primary,
            {at("lower_secondary")} as in_lower_secondary,
            case
                when max_dropped_out is not null then max_dropped_out = 1
                when max_attending = 1 then false
            end as dropped_out,
            height > 1 or completed_height >= 1 as completed_preschool,
            height > 2 or completed_height >= 2 as completed_primary,
            height > 3 or completed_height >= 3 as completed_lower_secondary
        from ever
        """
    )
