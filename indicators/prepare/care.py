"""Circumstances, parents and carers, support and health events, as on the day."""

from __future__ import annotations

import duckdb

from indicators.prepare.contracts import CIRCUMSTANCE_LETTERS
from indicators.prepare.moment import Moment
from schemas.dates import add_months

WITHOUT_PARENT = ("dead", "missing", "facility", "prison")
"""Both parents in one of these states: one of the cases of NĐ 20/2021/NĐ-CP Đ.5 k.1 (points b to l)."""

ENTITLED_CODES = ("1.03.01", "1.03.03", "1.03.04", "1.03.05", "1.03.06", "1.03.08", "1.03.09", "1.03.10")
"""Sub-cases of group c (NĐ 56/2017 Đ.5) that are cases of NĐ 20/2021 Đ.5 k.1; k.2 is so in part only."""

UNDECIDED_CODES = ("1.03", "1.03.02")


def _named(flag: str, tells: str) -> str:
    """Yes if recorded; no if the unit tells of such things; else not known."""
    return f"case when {flag} then true when u.tells_{tells} then false end"


_C, _P = "child_circumstance", "child_parent"
_BOTH_DEAD = (
    f"(coalesce({_P}.father_dead, false) and coalesce({_P}.mother_dead, false)) or coalesce({_C}.special_a, false)"
)
_DEAD = f"coalesce({_P}.father_dead, false) or coalesce({_P}.mother_dead, false) or coalesce({_C}.special_a, false)"
_STATED_DEAD = f"(coalesce({_P}.father_dead, false) and coalesce({_P}.mother_dead, false))"
_DERIVED = {
    "special_a": _STATED_DEAD,
    "special_c": f"(coalesce({_P}.without_both, false) and not {_STATED_DEAD})",
}
"""Groups that follow from what is recorded of the parents, whatever circumstance is named (NĐ 56/2017 Đ.3, Đ.5)."""

_WITHOUT = (
    f"coalesce({_P}.without_both, false) or coalesce({_C}.special_a, false) or coalesce({_C}.special_b, false)"
    f" or coalesce({_C}.special_c, false)"
)
WITHOUT_SUPPORT = (
    f"coalesce({_P}.without_both, false) or coalesce({_C}.special_a, false) or coalesce({_C}.entitled_c, false)"
    f" or (coalesce({_C}.special_b, false) and coalesce({_P}.care_form, '') <> 'adoption')"
)
UNDECIDED = f"coalesce({_C}.undecided_c, false)"
"""Over joined `child_circumstance` and `child_parent`: a case of NĐ 20/2021 Đ.5 k.1 whatever the age; perhaps one."""

COLUMNS = {
    "poverty": "case when child_support.poverty is not null then child_support.poverty"
    " when u.tells_poverty then 'none' end",
    **{
        name: _named(f"({_C}.{name} or {_DERIVED.get(name, 'false')})", "circumstance") for name in CIRCUMSTANCE_LETTERS
    },
    "special_circumstance": _named(f"({_C}.special or coalesce({_P}.without_both, false))", "circumstance"),
    "at_risk": f"case when {_C}.at_risk or child_support.poverty in ('poor', 'near_poor') then true"
    " when u.tells_circumstance and (child_support.poverty is not null or u.tells_poverty) then false end",
    "supported": _named("child_support.supported", "support"),
    "social_allowance": _named("child_support.social_allowance", "support"),
    "both_parents_dead": _named(f"({_BOTH_DEAD})", "circumstance"),
    "orphan": _named(f"({_DEAD})", "circumstance"),
    "orphan_kind": f"case when {_BOTH_DEAD} then 'both' when {_P}.father_dead then 'father'"
    f" when {_P}.mother_dead then 'mother' when u.tells_circumstance then 'none' end",
    "without_parental_care": _named(f"({_WITHOUT})", "circumstance"),
    "entitled_no_support": f"case when r.age_months_lo >= 192 then false"
    f" when ({WITHOUT_SUPPORT}) and r.age_months_hi < 192 then true"
    f" when ({WITHOUT_SUPPORT}) or {UNDECIDED} then null"
    " when u.tells_circumstance then false end",
    "care_form": f"{_P}.care_form",
    "family_care": f"{_P}.care_form in ('parents', 'relative', 'non_relative', 'adoption')",
    "alternative_care": f"{_P}.care_form in ('relative', 'non_relative', 'adoption', 'facility')",
    "mental_screened": _named("child_health.mental_screened", "mental"),
    "mental_need": _named("child_health.mental_need", "mental"),
    "mental_supported": _named("child_health.mental_supported", "mental"),
    "vitamin_a": _named("child_health.vitamin_a", "vitamin_a"),
    "injured": _named("child_health.injured", "injury"),
    "married": _named("child_health.married", "marriage"),
}


_NEED = (
    "(kind = 'mental_risk' and coalesce(result, '') not in ('no', 'false', '0', 'negative'))"
    " or (kind = 'mental_screening' and result = 'positive')"
)


def _holds(table: str, moment: Moment) -> str:
    day = moment.as_of
    return f"{table}.valid_from <= date '{day}' and ({table}.valid_to is null or {table}.valid_to > date '{day}')"


def _any(condition: str, name: str) -> str:
    return f"max(case when {condition} then 1 else 0 end) = 1 as {name}"


def circumstances(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """Open and sensitive circumstances in force, one row per child that has any."""
    letters = ",\n            ".join(_any(f"substr(code, 1, 4) = '{p}'", n) for n, p in CIRCUMSTANCE_LETTERS.items())
    entitled, undecided = (", ".join(f"'{c}'" for c in codes) for codes in (ENTITLED_CODES, UNDECIDED_CODES))
    con.execute(
        f"""
        create or replace temp table child_circumstance as
        select
            child,
            {letters},
            {_any("substr(code, 1, 2) = '1.'", "special")},
            {_any("substr(code, 1, 2) = '2.' or code = '2'", "at_risk")},
            {_any(f"code in ({entitled})", "entitled_c")},
            {_any(f"code in ({undecided})", "undecided_c")},
            {_any("code = '1.04.01'", "extreme_disability")},
            {_any("code = '1.04.02'", "severe_disability")},
            {_any("code in ('1.04.01', '1.04.02', '1.04.03')", "disability_degree")}
        from snap_circumstance
        where {_holds("snap_circumstance", moment)}
        group by child
        """
    )


def parents_and_carers(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """Whether each parent is dead, whether both are out of reach, and the form of care in force."""
    gone = ", ".join(f"'{s}'" for s in WITHOUT_PARENT)
    told = ", ".join(
        f"coalesce(p.{parent}_{state}, false) as {parent}_{state}"
        for parent in ("father", "mother")
        for state in ("lost", "alive", "told")
    )
    con.execute(
        f"""
        create or replace temp table child_parent as
        with parent as (
            select
                child,
                {_any("parent = 'father' and status = 'dead'", "father_dead")},
                {_any("parent = 'mother' and status = 'dead'", "mother_dead")},
                {_any(f"parent = 'father' and status in ({gone})", "father_gone")},
                {_any(f"parent = 'mother' and status in ({gone})", "mother_gone")},
                {_any("parent = 'father' and status in ('dead', 'missing')", "father_lost")},
                {_any("parent = 'mother' and status in ('dead', 'missing')", "mother_lost")},
                {_any("parent = 'father' and status = 'alive'", "father_alive")},
                {_any("parent = 'mother' and status = 'alive'", "mother_alive")},
                {_any("parent = 'father' and status is not null", "father_told")},
                {_any("parent = 'mother' and status is not null", "mother_told")}
            from snap_parent_status
            where {_holds("snap_parent_status", moment)}
            group by child
        ),
        carer as (
            select child, max(form) as care_form
            from snap_care_arrangement
            where {_holds("snap_care_arrangement", moment)}
            group by child
        )
        select
            coalesce(p.child, c.child) as child,
            coalesce(p.father_dead, false) as father_dead,
            coalesce(p.mother_dead, false) as mother_dead,
            coalesce(p.father_gone and p.mother_gone, false) as without_both,
            {told},
            c.care_form
        from parent as p
        full join carer as c on c.child = p.child
        """
    )


def support(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """Supports in force, and the poverty of the household (poor before near poor, where lists disagree)."""
    con.execute(
        f"""
        create or replace temp table child_support as
        with received as (
            select
                child,
                true as supported,
                {_any("kind = 'social_allowance'", "social_allowance")},
                sum(case when kind = 'social_allowance' then amount end) as allowance_paid
            from snap_support
            where {_holds("snap_support", moment)}
            group by child
        ),
        household as (
            select
                child,
                case
                    when max(case when status = 'poor' then 1 else 0 end) = 1 then 'poor'
                    when max(case when status = 'near_poor' then 1 else 0 end) = 1 then 'near_poor'
                    else 'none'
                end as poverty
            from snap_household_status
            where {_holds("snap_household_status", moment)}
            group by child
        )
        select coalesce(s.child, h.child) as child, s.supported, s.social_allowance, s.allowance_paid, h.poverty
        from received as s
        full join household as h on h.child = s.child
        """
    )


def health_events(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """Events of the period (vitamin A: of the last six months), and marriages up to the day.

    In need of mental-health care: noted as at high risk (unless the note says no) or screened positive in the period.
    """
    half_year = add_months(moment.as_of, -6)
    con.execute(
        f"""
        create or replace temp table child_health as
        with event as (
            select
                child,
                {_any("kind in ('mental_screening', 'mental_risk')", "mental_screened")},
                {_any(_NEED, "mental_need")},
                {_any("kind = 'mental_support'", "mental_supported")},
                {_any(f"kind = 'vitamin_a' and on_date > date '{half_year}'", "vitamin_a")},
                {_any("kind = 'injury'", "injured")}
            from snap_health_event
            where on_date between date '{moment.period_start}' and date '{moment.as_of}'
            group by child
        ),
        wed as (
            select distinct child
            from snap_marriage
            where married_on <= date '{moment.as_of}'
        )
        select
            coalesce(e.child, w.child) as child,
            e.mental_screened,
            e.mental_need,
            e.mental_supported,
            e.vitamin_a,
            e.injured,
            w.child is not null as married
        from event as e
        full join wed as w on w.child = e.child
        """
    )
