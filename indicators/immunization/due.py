"""The next dose of each series that a child is due, by the schedule of the day on which it falls due.

A child is late only for what is surely asked and surely delivered where it lives: never by an open-ended
*recalled* row of the schedule, never for a vaccine without a rollout date in its province, and never for a dose
whose age it had reached before the law asked for the dose at all (it may catch up).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from indicators.immunization.judge import Dose, judge_doses
from indicators.immunization.law import LAW
from indicators.immunization.schedule import ScheduleRow, Wait, law_schedule
from indicators.parameters import parameter_rows
from schemas.dates import add_months

ELIGIBILITY_TABLE = "immunization_eligibility.csv"

Rollout = Mapping[tuple[str, str], date]
"""From when a series is delivered in a province: (series, province code) -> first day."""

DELIVERED_BY_PROVINCE = frozenset({"ROTA", "PCV", "HPV"})
"""New vaccines of Resolution 104/NQ-CP (15/08/2022), each delivered later than its law and by province."""

GIRLS_ONLY = frozenset({"HPV"})
BOOSTER_OF = {"DPT4": ("PENTA", 3)}
LATE_AFTER = Wait(months=1)
"""Past its due date by more than this a dose is late. The law names no such term: the office's lists are monthly."""

LISTED_UNTIL = Wait(months=60)
"""A dose recommended before this age is not asked for past it, where the schedule itself sets no end."""

_MONTH_DAYS = 30.4375  # the schedule's nominal month


@dataclass(frozen=True)
class Due:
    """A dose due from `due_on` until the day before `until`; `row` is the schedule row that asks for it."""

    series: str
    number: int
    due_on: date
    until: date
    late: bool
    delivered: bool  # in the child's province, as on the date asked
    row: ScheduleRow


def due_doses(
    born: date,
    doses: Sequence[Dose],
    as_of: date,
    province: str,
    rollout: Rollout,
    female: bool | None = None,
) -> list[Due]:
    """What is due to a child as on AS_OF, earliest first; a dose to come has a later `due_on`.

    A child whose sex is not known is listed for no vaccine given to girls only.
    """
    valid: dict[str, list[date]] = {}
    for dose, verdict in zip(doses, judge_doses(born, doses, LAW, as_of), strict=True):
        if verdict.valid and verdict.series is not None and dose.given_on is not None:
            valid.setdefault(verdict.series, []).append(dose.given_on)
    found = []
    for series in LAW.longest:
        if series in GIRLS_ONLY and not female:
            continue
        due = _next_due(born, {each: sorted(days) for each, days in valid.items()}, series, as_of, province, rollout)
        if due is not None:
            found.append(due)
    return sorted(found, key=lambda due: (due.due_on, due.series))


def _next_due(
    born: date, valid: Mapping[str, list[date]], series: str, as_of: date, province: str, rollout: Rollout
) -> Due | None:
    given = valid.get(series, [])
    number = len(given) + 1
    last = given[-1] if given else None
    if series in BOOSTER_OF:
        boosted, doses_needed = BOOSTER_OF[series]
        if len(valid.get(boosted, [])) < doses_needed:
            return None  # a booster is due to those who have what it boosts
        last = valid[boosted][doses_needed - 1]
    delivered_from = rollout.get((series, province))
    for row in _rows(series, number):
        due_on = _due_on(born, last, row)
        catching_up = row.limit.first_day is not None and due_on < row.limit.first_day
        if row.limit.first_day is not None:
            due_on = max(due_on, row.limit.first_day)
        if delivered_from is not None:
            due_on = max(due_on, delivered_from)
        if row.limit.last_day is None or due_on <= row.limit.last_day:
            return _due(born, due_on, row, as_of, delivered_from, catching_up)
    return None


def _due(
    born: date, due_on: date, row: ScheduleRow, as_of: date, delivered_from: date | None, catching_up: bool
) -> Due | None:
    series, number = row.limit.series, row.limit.number
    until = _until(born, series, number, row)
    if due_on >= until or as_of >= until:
        return None
    delivered = series not in DELIVERED_BY_PROVINCE or (delivered_from is not None and delivered_from <= as_of)
    asked = not catching_up and not row.open_and_recalled
    late = delivered and asked and as_of > LATE_AFTER.after(due_on)
    return Due(series, number, due_on, until, late, delivered, row)


@cache
def _rows(series: str, number: int) -> tuple[ScheduleRow, ...]:
    rows = [row for row in law_schedule() if (row.limit.series, row.limit.number) == (series, number)]
    return tuple(sorted(rows, key=lambda row: row.limit.first_day or date.min))


def _due_on(born: date, last_valid: date | None, row: ScheduleRow) -> date:
    """Not before the recommended age, the least age, and the least interval from the dose before."""
    days = [_recommended(row.recommended_age_days).after(born)]
    if row.limit.age is not None:
        days.append(row.limit.age.after(born))
    if row.limit.interval is not None and last_valid is not None:
        days.append(row.limit.interval.after(last_valid))
    return max(days)


def _recommended(days: int) -> Wait:
    """The table's nominal days as the calendar months they stand for, where they stand for whole months."""
    months = round(days / _MONTH_DAYS)
    return Wait(months=months) if months and abs(days - months * _MONTH_DAYS) < 1 else Wait(days=days)


@cache
def _ends() -> dict[tuple[str, int], Wait]:
    return {
        (row["series"], int(row["number"])): Wait(months=int(row["until_months"]))
        if row["until_months"]
        else Wait(days=int(row["until_days"]))
        for row in parameter_rows(ELIGIBILITY_TABLE)
    }


def _until(born: date, series: str, number: int, row: ScheduleRow) -> date:
    """The first day on which the dose is no longer asked for."""
    end = _ends().get((series, number))
    if end is not None:
        return end.after(born) + timedelta(days=1 if end.months is None else 0)
    if _recommended(row.recommended_age_days).after(born) < LISTED_UNTIL.after(born):
        return LISTED_UNTIL.after(born)
    return add_months(born, 18 * 12)
