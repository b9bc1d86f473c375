"""The same rules as `judge`, set-wise in SQL: the doses of all children judged in one query.

The next valid dose of a series is the earliest one that its next row allows; between two valid doses nothing
changes. So one pass over the doses per number of a series finds every valid dose, however many doses a child
was given. A pass is one aggregation to a row per child, which is cheaper than windows over all doses.

Relations taken: doses (child, vaccine, given_on, given_day, late_birth_dose), children (child, birth_date,
birth_day); days count from 1970-01-01. Calendar months are integer arithmetic on year, month and day, with
the last day of a month standing for every later day number, as `schemas.dates.add_months` has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from indicators.immunization.judge import FULL
from indicators.immunization.law import LAW
from indicators.immunization.rules import Rule
from indicators.immunization.schedule import DPT_CONTAINING, VACCINES, series_of
from indicators.immunization.sql_terms import DAY_UNIT, DOM_UNIT, LAST_DAY_OF_MONTH, LATE_UNIT, MONTH_UNIT, allowed
from schemas.dates import epoch_day

SERIES = tuple(dict.fromkeys(series_of(vaccine) or "" for vaccine in VACCINES))


def judged_doses_query(doses: str, children: str, rule: Rule = LAW, as_of: date | None = None) -> str:
    """child, vaccine, series, given_on, given_day, valid, number: one row per dose of a known child.

    Of two vaccines of a series on one day the first by its code stands for the first in the list. One vaccine
    stands at most once on a day, as in a snapshot.
    """
    numbers = " ".join(
        f"when base.series = {SERIES.index(series)} and base.place = passes.{_name(series, number)} then {number}"
        for series, number in _doses_of(rule)
    )
    names = " ".join(f"when {code} then '{series}'" for code, series in enumerate(SERIES))
    return f"""
with {_passes(doses, children, rule, as_of)},
numbered as (
    select
        base.child,
        base.vaccine,
        base.series,
        base.given_on,
        base.given_day,
        case when base.judged then case {numbers} end end as number
    from base
    inner join passes
    on passes.child = base.child
)
select
    child,
    vaccine,
    case series {names} end as series,
    given_on,
    given_day,
    number is not null as valid,
    number
from numbered"""


def fully_immunized_query(
    doses: str,
    children: str,
    rule: Rule = LAW,
    as_of: date | None = None,
    before_months: Mapping[tuple[str, int], int] = MappingProxyType({}),
) -> str:
    """One row per child of CHILDREN; every answer but the last is null where the birth date is not known.

    fully_immunized_12m, fully_immunized_12m_with_ipv, fully_immunized_12m_crude, zero_dose_12m; for each dose
    of the rule `<series>_<number>_valid` and `<series>_<number>_in_time`; and never_vaccinated. For the doses of
    BEFORE_MONTHS also `<series>_<number>_on_time`: valid, on a day before the child completed so many months.
    """
    full = " and ".join(f"{_in_time(_name(series, number))}" for series, number in FULL.items())
    crude = " and ".join(f"coalesce({series.lower()}_given, 0) >= {number}" for series, number in FULL.items())
    answers = {
        "fully_immunized_12m": full,
        "fully_immunized_12m_with_ipv": f"{full} and {_in_time(_name('IPV', 1))}",
        "fully_immunized_12m_crude": crude,
        "zero_dose_12m": "coalesce(dpt_before_first_birthday, 0) = 0",
    }
    for series, number in _doses_of(rule):
        name = _name(series, number)
        answers[f"{name}_valid"] = f"{name} is not null"
        answers[f"{name}_in_time"] = _in_time(name)
    for (series, number), months in before_months.items():
        end = f"cast(known.birth_date + interval {months} month as date) - date '1970-01-01'"
        answers[f"{_name(series, number)}_on_time"] = f"coalesce({_name(series, number)} < ({end}) * {DAY_UNIT}, false)"
    columns = "".join(
        f"\n    case when known.birth_day is not null then {condition} end as {name},"
        for name, condition in answers.items()
    )
    return f"""
with {_passes(doses, children, rule, as_of)}
select
    known.child,{columns}
    coalesce(doses_counted, 0) = 0 as never_vaccinated
from {children} as known
left join passes
on passes.child = known.child"""


def _doses_of(rule: Rule) -> list[tuple[str, int]]:
    return sorted(rule.by_dose)


def _name(series: str, number: int) -> str:
    return f"{series.lower()}_{number}"


def _in_time(name: str) -> str:
    return f"coalesce({name} % {2 * LATE_UNIT} < {LATE_UNIT}, false)"


def _passes(doses: str, children: str, rule: Rule, as_of: date | None) -> str:
    """The named steps that end in `passes`: one row per child with a dose, the place of each valid dose in it."""
    longest = max(rule.longest.values())
    steps = [_base(doses, children, rule, as_of)]
    steps += [_pass(rule, number) for number in range(1, longest + 1)]
    later = ", ".join(f"pass_{number}.{_name(series, number)}" for series, number in _doses_of(rule) if number > 1)
    joins = "\n    ".join(
        f"left join pass_{number}\n    on pass_{number}.child = pass_1.child" for number in range(2, longest + 1)
    )
    steps.append(f"""
passes as (
    select pass_1.*, {later}
    from pass_1
    {joins}
)""")
    return ",".join(steps)


def _base(doses: str, children: str, rule: Rule, as_of: date | None) -> str:
    """One row per dose of a known child with its age, its place, and whether it counts and may be judged."""
    codes = " ".join(f"when '{vaccine}' then {SERIES.index(series_of(vaccine) or '')}" for vaccine in VACCINES)
    ranks = " ".join(f"when '{vaccine}' then {rank}" for rank, vaccine in enumerate(sorted(VACCINES)))
    in_time = "age_months < 12" if rule.in_time_days is None else f"age_days <= {rule.in_time_days}"
    birthday = "age_months < 12" if rule.in_time_days is None else "age_full_months < 12"
    not_later = "" if as_of is None else f" and (given_day is null or given_day <= {epoch_day(as_of)})"
    return f"""
born as (
    select
        child,
        birth_day,
        cast(extract(year from birth_date) * 12 + extract(month from birth_date) as integer) as birth_months,
        cast(extract(day from birth_date) as integer) as birth_dom
    from {children}
),
given as (
    select
        given.child,
        given.vaccine,
        case given.vaccine {codes} end as series,
        case given.vaccine {ranks} end as rank,
        given.given_on,
        given.given_day,
        coalesce(given.late_birth_dose, false) as late_birth_dose,
        cast(extract(year from given.given_on) as integer) as given_year,
        cast(extract(month from given.given_on) as integer) as given_month,
        cast(extract(day from given.given_on) as integer) as given_dom,
        born.birth_day,
        born.birth_months,
        born.birth_dom
    from {doses} as given
    inner join born
    on born.child = given.child
),
aged as (
    select
        *,
        given_day - birth_day as age_days,
        given_year * 12 + given_month as given_months,
        given_dom = {LAST_DAY_OF_MONTH} as ends_month,
        given_year * 12 + given_month - birth_months - case when given_dom >= birth_dom then 0 else 1 end
            as age_full_months
    from given
),
timed as (
    select
        *,
        case
            when ends_month and given_dom < birth_dom then age_full_months + 1
            else age_full_months
        end as age_months,
        vaccine is not null
            and coalesce(given_day >= birth_day, true){not_later} as counted
    from aged
),
base as (
    select
        child,
        vaccine,
        series,
        given_on,
        given_day,
        late_birth_dose,
        age_days,
        age_months,
        given_months,
        given_dom,
        ends_month,
        counted,
        counted and age_days is not null and series is not null as judged,
        coalesce({in_time}, false) as in_time,
        coalesce({birthday}, false) as before_first_birthday,
        cast(given_day as bigint) * {DAY_UNIT} + given_months * {MONTH_UNIT} + given_dom * {DOM_UNIT}
            + case when {in_time} then 0 else {LATE_UNIT} end + rank as place
    from timed
)"""


def _pass(rule: Rule, number: int) -> str:
    """Dose NUMBER of each series: the earliest dose after the valid one before it that the rule's row allows."""
    found = [
        f"min(case when series = {SERIES.index(series)} and {allowed(rule, series, number)} then place end)"
        f" as {_name(series, number)}"
        for series, reach in sorted(rule.longest.items())
        if reach >= number
    ]
    if number == 1:
        found = [f"{each.replace('min(case when ', 'min(case when judged and ', 1)}" for each in found]
        found += _counts()
        columns = ",\n        ".join(found)
        return f"""
pass_1 as (
    select
        child,
        {columns}
    from base
    group by child
)"""
    columns = ",\n        ".join(found)
    codes = ", ".join(str(SERIES.index(series)) for series, reach in sorted(rule.longest.items()) if reach >= number)
    return f"""
pass_{number} as (
    select
        base.child,
        {columns}
    from base
    inner join pass_{number - 1}
    on pass_{number - 1}.child = base.child
    where judged
    and series in ({codes})
    group by base.child
)"""


def _counts() -> list[str]:
    """How many doses of each series were given in time whatever their validity, and of which a child had any."""
    containing = ", ".join(str(SERIES.index(series)) for series in sorted(DPT_CONTAINING))
    return [
        *(
            f"count(case when counted and in_time and series = {SERIES.index(series)} then 1 end)"
            f" as {series.lower()}_given"
            for series in FULL
        ),
        f"count(case when counted and before_first_birthday and series in ({containing}) then 1 end)"
        " as dpt_before_first_birthday",
        "count(case when counted then 1 end) as doses_counted",
    ]
