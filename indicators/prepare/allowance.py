"""Who is entitled to a monthly allowance under Decree 20/2021 by what the records say, and how much a month.

Amount = standard of the day x coefficient (indicators/parameters/social_allowance_*.csv). Of several clauses that
give a child an allowance of its own the highest alone is paid (Đ.6 k.2); in a facility none of them is (Đ.25 k.5).
Clause 3 (HIV) is sealed and never told by child. Readings that are ours, for want of records: a single parent is one
whose spouse is dead or missing and with whom the child lives; clause 7 is sure only in communes recorded as extremely
difficult; a child of 16 and over counts under clause 2 where it is in school and would fall under clause 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

import duckdb

from indicators.parameters import parameter_rows
from indicators.prepare.care import UNDECIDED, WITHOUT_SUPPORT
from indicators.prepare.moment import Moment

STANDARD_TABLE, RATES_TABLE = "social_allowance_standard.csv", "social_allowance_coefficients.csv"
OF_THE_CHILD = ("child", "parent")
"""To whom an allowance of Đ.5 is paid for a child; the carer's and the facility's are reported apart."""

COLUMNS = {
    "allowance_entitled": "case when child_allowance.entitled then true when child_allowance.doubtful then null"
    " when u.tells_circumstance and (child_support.poverty is not null or u.tells_poverty) then false end",
    "allowance_due": "child_allowance.due",
}


@dataclass(frozen=True)
class Rate:
    """A clause, to whom it is paid, for ages [from, before) in completed months, with its coefficient and words."""

    clause: str
    paid_to: str
    from_months: int
    before_months: int
    coefficient: Decimal
    provision: str
    vi: str
    en: str


@cache
def rates() -> tuple[Rate, ...]:
    return tuple(
        Rate(
            r["clause"], r["paid_to"], int(r["from_months"]), int(r["before_months"]), Decimal(r["coefficient"]),
            r["provision"], r["vi"], r["en"],
        )
        for r in parameter_rows(RATES_TABLE)
    )  # fmt: skip


def standard(on: date) -> tuple[int, str] | None:
    """The standard in force on a day, đồng a month, and how sure it is; None before the decree."""
    rows = [r for r in parameter_rows(STANDARD_TABLE) if r["valid_from"] <= on.isoformat()]
    latest = max(rows, key=lambda r: r["valid_from"], default=None)
    return None if latest is None else (int(latest["amount"]), latest["confidence"])


def _younger(months: int) -> str:
    return f"(case when age_months_hi < {months} then true when age_months_lo >= {months} then false end)"


_STUDENT = f"(not {_younger(192)} and attending)"
_POOR = "(case when poverty in ('poor', 'near_poor') then true when poverty = 'none' then false end)"
CLAIMS = {
    "k1": f"without_support and not in_facility and {_younger(192)}",
    "k2": f"without_support and not in_facility and {_STUDENT}",
    "k4": f"single_parent and {_POOR} and ({_younger(192)} or {_STUDENT})",
    "k6_extreme": f"extreme_disability and not in_facility and {_younger(192)}",
    "k6_severe": f"severe_disability and not in_facility and {_younger(192)}",
    "k7": f"{_younger(36)} and {_POOR} and hard_commune and not in_facility"
    " and not coalesce(without_support or extreme_disability or severe_disability, false)",
    "d20": f"without_support and in_family and {_younger(192)}",
    "d25": f"without_support and in_facility and {_younger(192)}",
}
"""When a clause applies, over the columns of `allowance_case`; NULL where the records leave it open."""


def allowances(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """`allowance_claim`: one row per child and receiver; `child_allowance`: one per child with any claim."""
    found = standard(moment.as_of)
    _cases(con, moment)
    claims = " union all ".join(
        f"select child, '{clause}' as clause, '{paid_to}' as paid_to, {applies} as sure, {_amount(clause, found)} as amount"
        " from allowance_case"
        for clause, applies in CLAIMS.items()
        for paid_to in {r.paid_to for r in rates() if r.clause == clause}
    )
    con.execute(
        f"""
        create or replace temp table allowance_claim as
        with claimed as (
            select *
            from ({claims})
            where {"coalesce(sure, true)" if found else "false"}
        ),
        ranked as (
            select
                *,
                row_number() over (
                    partition by child, paid_to order by coalesce(sure, false) desc, amount desc nulls first, clause
                ) as place
            from claimed
        )
        select child, clause, paid_to, coalesce(sure, false) as sure, amount
        from ranked
        where place = 1
        """
    )
    of_the_child = ", ".join(f"'{p}'" for p in OF_THE_CHILD)
    con.execute(
        f"""
        create or replace temp table child_allowance as
        select
            child,
            max(case when sure then 1 else 0 end) = 1 as entitled,
            max(case when not sure and clause <> 'k7' then 1 else 0 end) = 1 as doubtful,
            case
                when count(case when sure and amount is null then 1 end) = 0
                    then sum(case when sure then amount end)
            end as due
        from allowance_claim
        where paid_to in ({of_the_child})
        group by child
        """
    )


def _amount(clause: str, found: tuple[int, str] | None) -> str:
    """Đồng a month by age; not known where the age straddles two rates."""
    if found is None:
        return "cast(null as integer)"
    steps = " ".join(
        f"when age_months_lo >= {r.from_months} and age_months_hi < {r.before_months}"
        f" then {int(r.coefficient * found[0])}"
        for r in rates()
        if r.clause == clause
    )
    return f"cast(case {steps} end as integer)"


def _cases(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """What the clauses ask, one row per child of whom the records tell anything that could entitle it."""
    day = moment.as_of
    con.execute(
        f"""
        create or replace temp table allowance_case as
        with hard as (
            select distinct unit
            from snap_unit_trait
            where trait = 'extremely_difficult'
              and valid_from <= date '{day}' and (valid_to is null or valid_to > date '{day}')
        )
        select
            r.child,
            r.age_months_lo,
            r.age_months_hi,
            case when {WITHOUT_SUPPORT} then true when {UNDECIDED} then null else false end as without_support,
            {_single_parent()} as single_parent,
            {_disability("extreme")} as extreme_disability,
            {_disability("severe")} as severe_disability,
            case when hard.unit is not null then true end as hard_commune,
            coalesce(child_parent.care_form, '') = 'facility' as in_facility,
            coalesce(child_parent.care_form, '') in ('relative', 'non_relative') as in_family,
            child_school.attending,
            case when child_support.poverty is not null then child_support.poverty when u.tells_poverty then 'none' end
                as poverty
        from resident as r
        left join unit_report as u on u.unit = r.unit
        left join hard on hard.unit = r.unit
        left join child_circumstance on child_circumstance.child = r.child
        left join child_parent on child_parent.child = r.child
        left join child_support on child_support.child = r.child
        left join child_school on child_school.child = r.child
        where child_circumstance.child is not null
           or child_parent.child is not null
           or (r.age_months_lo < 36 and child_support.poverty in ('poor', 'near_poor'))
        """
    )


def _single_parent() -> str:
    """One parent lost, the child with the other: where neither the other's state nor the carer is recorded, open."""
    steps = " ".join(
        f"when child_parent.{lost}_lost and (child_parent.{other}_alive"
        f" or (child_parent.care_form = 'parents' and not child_parent.{other}_told)) then true"
        f" when child_parent.{lost}_lost and child_parent.{other}_told then false"
        for lost, other in (("father", "mother"), ("mother", "father"))
    )
    return f"""case
                when coalesce(child_parent.care_form, 'parents') <> 'parents' then false
                {steps}
                when child_parent.father_lost or child_parent.mother_lost then null
                else false
            end"""


def _disability(degree: str) -> str:
    """Open where a disability is recorded without its degree."""
    return (
        f"case when child_circumstance.{degree}_disability then true"
        " when coalesce(child_circumstance.special_d, false) and not child_circumstance.disability_degree then null"
        " else false end"
    )
