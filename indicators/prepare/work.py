"""Child labour derived from age, hours, kind of work and hazard: by the law and by the statistics, side by side.

The limits come from indicators/parameters/child_labour_thresholds.csv, by definition and day: a row with limits
above 0 gives the hours above which (law, national survey) or from which (SDG) work is child labour; a limit of 0
is a ban. Three readings are ours and marked so in the definitions: which of our kinds of work are on the light list
of TT 09/2020 Annex II, that unpaid household chores are not economic work, and that unpaid family work of a
child of 13-14 counts as light. Hours not recorded leave the answer open, unless a ban decides.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import duckdb

from indicators.prepare.ages import completed_months
from indicators.prepare.moment import Moment

LIGHT_KINDS = ("arts_sport", "craft", "herding")
FAMILY_KINDS = ("upland_field", "household_trade", "domestic", "herding", "craft")
BANNED_KINDS = ("construction", "mining")

COLUMNS = {
    "works": "case when child_work.child is not null then true when u.tells_work then false end",
    **{
        name: f"case when child_work.child is not null then child_work.{name} when u.tells_work then false end"
        for name in ("child_labour_law", "child_labour_ncls", "child_labour_sdg", "hazardous_work")
    },
    "left_child_labour": "case when child_work.child_labour_law or not child_left.was_labour then false"
    " when child_left.was_labour and child_work.child is null then true"
    " when child_left.was_labour and not child_work.child_labour_law then true"
    " when child_left.child is null and u.tells_work then false end",
}


@dataclass(frozen=True)
class HourLimit:
    """Hours a week (and a day, where set) for ages from-to in completed years."""

    age_from: int
    age_to: int
    week: int
    day: int | None
    permitted_arts: bool


@cache
def hour_limits(family: tuple[str, ...], on: date) -> tuple[HourLimit, ...]:
    """The limits of the latest definition of a family in force on a day; before the first, the first."""
    text = resources.files("indicators.parameters").joinpath("child_labour_thresholds.csv").read_text("utf-8-sig")
    rows = [r for r in csv.DictReader(text.splitlines()) if r["definition"] in family]
    starts = sorted({r["valid_from"] for r in rows if r["valid_from"] <= on.isoformat()})
    start = starts[-1] if starts else min(r["valid_from"] for r in rows)
    name = next(r["definition"] for r in rows if r["valid_from"] == start)
    return tuple(
        HourLimit(
            int(r["age_from"]), int(r["age_to"]), int(r["hours_per_week_limit"]),
            int(r["hours_per_day_limit"]) if r["hours_per_day_limit"] else None, "arts" in r["condition"],
        )
        for r in rows
        if r["definition"] == name and int(r["hours_per_week_limit"] or 0) > 0
    )  # fmt: skip


def _listed(kinds: tuple[str, ...]) -> str:
    return ", ".join(f"'{k}'" for k in kinds)


def working(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """`child_work`: one row per child with work in force on the day: its hours in all, and the three answers.

    `child_left`: one row per child whose work, as it stood until it ended in the period, was judged; work that ended
    on one day is judged together, by the age of that day.
    """
    day = moment.as_of
    in_force = f"""
            select w.*, r.age_months_lo, r.age_months_hi, cast(null as date) as ended
            from snap_work_spell as w
            inner join resident as r on r.child = w.child
            where w.valid_from <= date '{day}' and (w.valid_to is null or w.valid_to > date '{day}')"""
    con.execute(f"create or replace temp table child_work as {_judged(in_force, day)}")
    over = f"""
            select
                w.*,
                {completed_months("c.birth_last", "w.valid_to")} as age_months_lo,
                {completed_months("c.birth_first", "w.valid_to")} as age_months_hi,
                w.valid_to as ended
            from snap_work_spell as w
            inner join resident as r on r.child = w.child
            inner join snap_child as c on c.child = w.child
            where w.valid_to between date '{moment.period_start}' and date '{day}'"""
    con.execute(
        f"""
        create or replace temp table child_left as
        select
            child,
            case
                when max(case when child_labour_law then 1 else 0 end) = 1 then true
                when count(child_labour_law) = count(*) then false
            end as was_labour
        from ({_judged(over, day)})
        group by child
        """
    )


def _judged(spells: str, on: date) -> str:
    """The answers of each child's spells (for each day on which some ended)."""
    return f"""
        with spell as ({spells}
        ),
        summed as (
            select
                child,
                min(age_months_lo) as months_lo,
                max(age_months_hi) as months_hi,
                case when count(hours_per_week) = count(*) then sum(hours_per_week) end as week,
                case when count(hours_per_day) = count(*) then sum(hours_per_day) end as day,
                sum(case when kind <> 'domestic' or paid then hours_per_week else 0 end) as economic_known,
                max(case when (kind <> 'domestic' or paid) and hours_per_week is null then 1 else 0 end)
                    as economic_open,
                max(case when hazardous or kind in ({_listed(BANNED_KINDS)}) then 1 else 0 end) as hazard,
                max(case when hazardous is null then 1 else 0 end) as hazard_open,
                max(case when kind <> 'arts_sport' then 1 else 0 end) as not_arts,
                max(case when (paid and kind not in ({_listed(LIGHT_KINDS)})) or kind = 'hired' then 1 else 0 end)
                    as off_light,
                max(case when kind = 'other' and not coalesce(paid, false) then 1 else 0 end) as kind_open
            from spell
            group by child, ended
        )
        select
            child,
            case
                when hazard = 1 then true
                when hazard_open = 0 then false
            end as hazardous_work,
            {_law(on)} as child_labour_law,
            {_survey(on)} as child_labour_ncls,
            {_sdg(on)} as child_labour_sdg
        from summed
        """


def _between(low: int, high: int) -> str:
    return f"months_lo >= {low * 12} and months_hi < {(high + 1) * 12}"


def _above(limit: HourLimit) -> str:
    """More hours than allowed, a week or a day; not known where the hours that could decide are not."""
    by_week, by_day = f"week > {limit.week}", "false" if limit.day is None else f"day > {limit.day}"
    return f"case when {by_week} or {by_day} then true when week <= {limit.week} then false end"


def _law(on: date) -> str:
    """By the Labour Code: hazard at any age; under 13 anything but arts and sport; 13-14 off the light list or
    above its hours; 15-17 above theirs. Unpaid family work needs its hours to be classed."""
    limits = hour_limits(("vn_law_2012", "vn_law_2019"), on)
    arts = next(x for x in limits if x.age_from == 0)
    light = next(x for x in limits if x.age_to == 14)
    youth = next(x for x in limits if x.age_from == 15)
    return f"""case
                when hazard = 1 and months_lo >= 60 and months_hi < 216 then true
                when {_between(0, 12)} and not_arts = 0 then {_above(arts)}
                when {_between(0, 12)} and off_light = 1 then true
                when {_between(0, 12)} then week > 0 or day > 0
                when {_between(13, 14)} and off_light = 1 then true
                when {_between(13, 14)} and kind_open = 1 then null
                when {_between(13, 14)} then {_above(light)}
                when {_between(15, 17)} then {_above(youth)}
            end"""


def _survey(on: date) -> str:
    """By the national survey of 2018 (thresholds recalled): economic hours, the light list at 13-14, hazard."""
    by_age = {x.age_from: x for x in hour_limits(("ncls_vn_2018",), on)}
    young, light, youth = by_age[5], by_age[13], by_age[15]
    return f"""case
                when hazard = 1 and months_lo >= 60 and months_hi < 216 then true
                when {_between(5, 12)} and not_arts = 0 then false
                when {_between(5, 12)} then {_economic(young.week)}
                when {_between(13, 14)} and off_light = 1 then true
                when {_between(13, 14)} then {_above(light)}
                when {_between(15, 17)} then {_above(youth)}
                when months_hi < 60 or months_lo >= 216 then false
            end"""


def _sdg(on: date) -> str:
    """SDG 8.7.1, series 1: economic hours at or above the limit of the age."""
    steps = "\n                ".join(
        f"when {_between(x.age_from, x.age_to)} then {_economic(x.week)}"
        for x in hour_limits(("sdg_8_7_1_economic",), on)
    )
    return f"""case
                {steps}
                when months_hi < 60 or months_lo >= 216 then false
            end"""


def _economic(limit: int) -> str:
    return f"case when economic_known >= {limit} then true when economic_open = 0 then false end"
