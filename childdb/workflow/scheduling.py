"""The schedule: which package is due when, and one run that brings all that is due, oldest first, each once.

A schedule falls due on a day of the month and asks for the figures of the month, quarter or year that ended before it.
What fell due while the machine was off is due still. The ledger alone decides what has gone: a schedule remembers
nothing but since when it stands, so that two schedulers, a restored store or a second run cannot send again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta

from dateutil.rrule import MONTHLY, rrule

from childdb.store import Store, ledger, named_settings
from childdb.store.sending_lock import sending_lock
from childdb.workflow import sending
from childdb.workflow.destinations import destination
from childdb.workflow.sending import Outcome, Period, Sender
from schemas.errors import ChildDBError, NotFound, UsageFault

_KIND = "schedule"
EVERY = {"monthly": 1, "quarterly": 3, "yearly": 12}  # months from one due day to the next


@dataclass(frozen=True)
class Schedule:
    """EVERY so often, on DAY (of a month without that day: on its last), to destination TO.

    MONTH is one of the months in which a quarterly or yearly package falls due; SINCE the first day that counts.
    """

    name: str
    every: str
    day: int
    to: str
    since: date
    month: int = 1

    def __post_init__(self) -> None:
        if self.every not in EVERY:
            raise UsageFault(f"Chu kỳ là một trong: {', '.join(EVERY)}.", f"Every: one of {', '.join(EVERY)}.")
        if not 1 <= self.day <= 31 or not 1 <= self.month <= 12:
            raise UsageFault("Ngày từ 1 đến 31, tháng từ 1 đến 12.", "A day from 1 to 31, a month from 1 to 12.")

    def due_days(self, until: date) -> Iterator[date]:
        """The days on which a package fell due, oldest first."""
        step = EVERY[self.every]
        months = [m for m in range(1, 13) if (m - self.month) % step == 0]
        # of the days 28 to DAY that a month has, the last: the 31st of a short month is its last day
        days, last = (list(range(28, self.day + 1)), -1) if self.day > 28 else ([self.day], 1)
        start = datetime.combine(self.since, time())
        for due in rrule(MONTHLY, dtstart=start, until=datetime.combine(until, time()), bymonth=months,
                         bymonthday=days, bysetpos=last):  # fmt: skip
            yield due.date()

    def period(self, due: date) -> Period:
        """What is asked for on a due day: figures as on the last day of the month before it."""
        end = due.replace(day=1) - timedelta(days=1)
        names = {
            "monthly": f"{end:%Y-%m}",
            "quarterly": f"{end.year}-Q{(end.month + 2) // 3}",
            "yearly": f"{end.year}",
        }
        return Period(names[self.every], end)


@dataclass(frozen=True)
class Due:
    """A package that fell due."""

    day: date
    to: str
    period: Period


@dataclass(frozen=True)
class Step:
    """What a run did about one due package: its outcome, or the fault that kept it from being made."""

    due: Due
    outcome: Outcome | None
    fault: ChildDBError | None


def schedules(store: Store) -> list[Schedule]:
    return [
        Schedule(**{**content, "since": date.fromisoformat(content["since"])})
        for content in named_settings.read_all(store, _KIND).values()
    ]


def set_schedule(store: Store, wanted: Schedule, *, actor: str, now: datetime) -> Schedule:
    """Keep a schedule; one of that name keeps the earlier of the two beginnings, so that nothing missed is forgotten."""
    destination(store, wanted.to)
    earlier = [s.since for s in schedules(store) if s.name == wanted.name]
    kept = replace(wanted, since=min([wanted.since, *earlier]))
    content = {**asdict(kept), "since": kept.since.isoformat()}
    named_settings.write(store, _KIND, kept.name, content, actor=actor, now=now)
    return kept


def remove_schedule(store: Store, name: str, *, actor: str, now: datetime) -> None:
    named_settings.remove(store, _KIND, name, actor=actor, now=now)


def next_due(schedule: Schedule, today: date) -> date:
    """The first due day after TODAY."""
    ahead = replace(schedule, since=max(schedule.since, today + timedelta(days=1)))
    return next(ahead.due_days(ahead.since + timedelta(days=800)))


def outstanding(store: Store, today: date) -> list[Due]:
    """What fell due and has not gone, oldest first; a refused package waits for a person and is none of it."""
    runs = ledger.runs(store)
    found = {
        (s.to, due.period.name): due
        for s in schedules(store)
        for due in (Due(day, s.to, s.period(day)) for day in s.due_days(today))
        if _asks_for_more(runs, due)
    }
    return sorted(found.values(), key=lambda d: (d.day, d.to, d.period.name))


def _asks_for_more(runs: list[ledger.Run], due: Due) -> bool:
    last = next((r for r in reversed(runs) if (r.destination, r.period) == (due.to, due.period.name)), None)
    if last is None or last.open or last.lost:
        return True
    # sent by hand before the period had ended: its end is still to be told
    return last.state != ledger.REFUSED and last.as_of < due.period.as_of


def run_due(who: Sender, today: date) -> list[Step]:
    """Bring what is due, in order; after a package that could not go, nothing more goes to that destination.

    Raises where the clock is not to be believed or another scheduler is at it.
    """
    done: list[Step] = []
    with sending_lock(who.store):
        sending.believe_clock(who)
        _ask(who)
        stopped: set[str] = set()
        for due in outstanding(who.store, today):
            if due.to not in stopped:
                step = _bring(who, due)
                done.append(step)
                if step.fault or not step.outcome or step.outcome.fault or step.outcome.run.open:
                    stopped.add(due.to)
    return done


def _bring(who: Sender, due: Due) -> Step:
    try:
        to = destination(who.store, due.to)
        outcome = sending.send_alone(who, to, due.period)
        if not outcome.run.open and outcome.run.as_of < due.period.as_of and outcome.run.state != ledger.REFUSED:
            outcome = sending.send_alone(who, to, due.period, correction=True)
        return Step(due, outcome, None)
    except ChildDBError as fault:
        return Step(due, None, fault)


def _ask(who: Sender) -> None:
    """Look for receipts wherever something scheduled goes."""
    for name in sorted({s.to for s in schedules(who.store)}):
        with suppress(NotFound):
            sending.ask_for_receipts(who, destination(who.store, name))


def period_asked(store: Store, to: str, today: date, name: str | None, as_of: date | None = None) -> Period:
    """The period meant: as named, as on its last day; or the month of the day named; or what is due, or ended last."""
    if not name:
        return sending.month_of(as_of) if as_of else period_by_hand(store, to, today)
    if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])|-Q[1-4])?", name):
        raise UsageFault("Kỳ ghi như 2024-11, 2024-Q4 hoặc 2024.", "Write the period like 2024-11, 2024-Q4 or 2024.")
    return Period(name, as_of or min(today, sending.period_end(name)))


def period_by_hand(store: Store, name: str, today: date) -> Period:
    """What `send` means without a period: the oldest package that is due, else the month that ended last."""
    for due in outstanding(store, today):
        if due.to == name:
            return due.period
    end = today.replace(day=1) - timedelta(days=1)
    return sending.month_of(end)
