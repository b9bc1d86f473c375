"""The limits of a rule as SQL conditions over the columns of `base` (see `sql`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from indicators.immunization.rules import Rule
from indicators.immunization.schedule import Limit, Wait
from schemas.dates import epoch_day

DAY_UNIT, MONTH_UNIT, DOM_UNIT, LATE_UNIT = 100_000_000, 3200, 32, 16
"""A dose's place, one number that sorts: its day, then what is wanted of it again when it is the last valid one:
month count, day of month, whether it came too late to be in time, and which vaccine of the series it was, so
that of two vaccines of a series on one day (measles and MR) one stands first."""

LAST_DAY_OF_MONTH = """case
            when given_month in (4, 6, 9, 11) then 30
            when given_month <> 2 then 31
            when given_year % 4 = 0 and (given_year % 100 <> 0 or given_year % 400 = 0) then 29
            else 28
        end"""


def allowed(rule: Rule, series: str, number: int) -> str:
    """Whether the rule's row for that dose, on the dose's day, is met; earlier valid doses are `SERIES_NUMBER`."""
    rows = [_met(limit) for limit in _merged(rule.by_dose[series, number])]
    return rows[0] if len(rows) == 1 else "(" + " or ".join(f"({row})" for row in rows) + ")"


def _merged(limits: tuple[Limit, ...]) -> list[Limit]:
    """Rows that follow each other without a gap and ask the same, as one."""
    merged: list[Limit] = []
    for limit in sorted(limits, key=lambda each: each.first_day or date.min):
        last = merged[-1] if merged else None
        if last is not None and _follows(last, limit):
            merged[-1] = replace(limit, first_day=last.first_day)
        else:
            merged.append(limit)
    return merged


def _follows(last: Limit, limit: Limit) -> bool:
    if last.last_day is None or limit.first_day is None or (limit.first_day - last.last_day).days != 1:
        return False
    return replace(last, first_day=None, last_day=None) == replace(limit, first_day=None, last_day=None)


def _met(limit: Limit) -> str:
    conditions = []
    if limit.first_day is not None:
        conditions.append(f"given_day >= {epoch_day(limit.first_day)}")
    if limit.last_day is not None:
        conditions.append(f"given_day <= {epoch_day(limit.last_day)}")
    if limit.age is not None:
        conditions.append(_age_met(limit.age))
    if limit.latest_age_days is not None:
        conditions.append(f"age_days <= {limit.latest_age_days}")
    if limit.series == "HEPB0":
        conditions.append("not late_birth_dose")
    if limit.number > 1:
        before = f"{limit.series.lower()}_{limit.number - 1}"
        conditions.append(f"given_day > {before} // {DAY_UNIT}")
        if limit.interval is not None:
            conditions.append(_interval_met(limit.interval, before))
    return " and ".join(conditions) or "true"


def _age_met(wait: Wait) -> str:
    return f"age_days >= {wait.days}" if wait.months is None else f"age_months >= {wait.months}"


def _interval_met(wait: Wait, before: str) -> str:
    if wait.months is None:
        return f"given_day >= {before} // {DAY_UNIT} + {wait.days}"
    months = f"given_months - {before} % {DAY_UNIT} // {MONTH_UNIT}"
    day_of_month = f"{before} % {MONTH_UNIT} // {DOM_UNIT}"
    # a month is complete on the same day number, or on the last day of a month that has no such day
    return f"{months} - case when ends_month or given_dom >= {day_of_month} then 0 else 1 end >= {wait.months}"
