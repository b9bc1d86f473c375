"""The schedule: due days as a calendar on the wall has them, all that is due in order and once, and what stops it."""

import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from childdb.exchange import receipts
from childdb.exchange.signing import own_key
from childdb.store import clock, ledger
from childdb.store.sending_lock import sending_lock
from childdb.workflow import sending
from childdb.workflow.scheduling import (
    EVERY,
    Schedule,
    next_due,
    outstanding,
    period_by_hand,
    remove_schedule,
    run_due,
    schedules,
    set_schedule,
)
from childdb.workflow.sending import Period, period_end
from childdb.workflow.sent_page import page, write_page
from childdb.workflow.sent_status import status
from schemas.errors import CheckFailed, KeyFault, NotFound, StoreBusy, UsageFault
from tests.workflow.office import NOW, copy, make

FEBRUARY = datetime(2025, 2, 5, 6, 7, tzinfo=UTC)


def wall_calendar(schedule, until):
    """Day by day: due on the day, or on the last day of a month that lacks it."""
    found, day = [], schedule.since
    while day <= until:
        last = (day + timedelta(days=1)).month != day.month
        if (day.day == schedule.day or (last and day.day < schedule.day)) and (
            (day.month - schedule.month) % EVERY[schedule.every] == 0
        ):
            found.append(day)
        day += timedelta(days=1)
    return found


@given(st.sampled_from(sorted(EVERY)), st.integers(1, 31), st.integers(1, 12), st.dates(date(2019, 1, 1), date(2026, 1, 1)),
       st.integers(0, 900))  # fmt: skip
def test_due_days_are_those_of_a_calendar_on_the_wall(every, day, month, since, length):
    schedule, until = Schedule("x", every, day, "tinh", since, month), since + timedelta(days=length)
    days = list(schedule.due_days(until))
    assert days == wall_calendar(schedule, until)
    periods = [schedule.period(d) for d in days]
    assert len({p.name for p in periods}) == len(periods)
    assert all(p.as_of < d and (p.as_of + timedelta(days=1)).day == 1 for p, d in zip(periods, days, strict=True))
    if every == "monthly" or (every, month) in (("quarterly", 1), ("yearly", 1)):
        assert all(period_end(p.name) == p.as_of for p in periods)
    assert next_due(schedule, until) > until


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    office = make(tmp_path_factory.mktemp("scheduled") / "o")
    schedule(office)
    yield office
    office.close()


@pytest.fixture
def office(template, tmp_path):
    again = copy(template, tmp_path / "o")
    yield again
    again.close()


def schedule(office, since=date(2024, 12, 2), **words):
    wanted = Schedule("tinh-monthly", "monthly", 5, "tinh", since, **words)
    return set_schedule(office.store, wanted, actor="thử", now=NOW)


def tick(office, now=FEBRUARY):
    return run_due(office.who(now=now), now.date())


def refuse(office, run, verdict="refused"):
    reason = [receipts.Reason(None, None, "package", "Kỳ đã khóa.", "Closed.")] if verdict == "refused" else []
    return receipts.written(run.counts["number"], run.manifest, verdict, reason, receiver="Tỉnh", today=NOW.date(),
                            key=own_key(office.province))  # fmt: skip


def test_what_was_missed_is_caught_up_in_order_once_and_stops_where_it_cannot_go(office):
    assert [(d.period.name, str(d.period.as_of)) for d in outstanding(office.store, FEBRUARY.date())] == [
        ("2024-11", "2024-11-30"), ("2024-12", "2024-12-31"), ("2025-01", "2025-01-31"),
    ]  # fmt: skip
    shutil.rmtree(office.stick)
    (stopped,) = tick(office)  # nothing later overtakes the one that could not go
    assert (stopped.due.period.name, stopped.outcome.run.state) == ("2024-11", "failed")
    office.stick.mkdir()
    done = tick(office, FEBRUARY + timedelta(hours=1))
    assert [s.outcome.run.period for s in done] == ["2024-11", "2024-12", "2025-01"]
    assert [s.outcome.made for s in done] == [False, True, True]
    assert [r.state for r in ledger.runs(office.store)] == ["delivered"] * 3
    files = {p.name: p.stat().st_mtime_ns for p in office.stick.iterdir()}
    assert len(files) == 3
    assert tick(office, FEBRUARY + timedelta(hours=2)) == []
    assert {p.name: p.stat().st_mtime_ns for p in office.stick.iterdir()} == files
    # the receipts of all of them are found by the next run, and one that is refused waits for a person
    for run, verdict in zip(ledger.runs(office.store), ("accepted", "refused", "accepted"), strict=True):
        (office.stick / f"{run.counts['number']}.receipt.json").write_bytes(refuse(office, run, verdict))
    assert tick(office, FEBRUARY + timedelta(hours=3)) == []
    assert [r.state for r in ledger.runs(office.store)] == ["accepted", "refused", "accepted"]
    assert [one.needs_person for one in status(office.store)] == [False, True, False]
    assert len(files) == len([p for p in office.stick.iterdir() if p.suffix == ".age"])


def test_a_period_sent_by_hand_before_its_end_is_sent_again_at_its_end_and_no_more(office):
    now = datetime(2024, 12, 5, 9, 0, tzinfo=UTC)
    assert period_by_hand(office.store, "tinh", now.date()) == Period("2024-11", date(2024, 11, 30))
    assert office.send(Period("2024-11", date(2024, 11, 20))).run.version == 1
    (step,) = tick(office, now)
    assert (step.outcome.run.version, step.outcome.run.as_of) == (2, date(2024, 11, 30))
    assert tick(office, now) == []


def test_a_missing_key_a_wrong_clock_and_a_second_scheduler_are_noted_and_harm_nothing(office):
    now = datetime(2024, 12, 5, 9, 0, tzinfo=UTC)
    (line,) = status(office.store, now=now)
    assert (line.state, line.needs_person, line.run) == ("due", True, None)
    with sending_lock(office.store), pytest.raises(StoreBusy):
        tick(office, now)
    with pytest.raises(CheckFailed, match="Đồng hồ"):
        tick(office, now.replace(year=2035))
    office.ring.revoke(["signing"], "huyện", NOW.date())
    (step,) = tick(office, now)
    assert isinstance(step.fault, KeyFault)
    assert {(one.state, one.period) for one in status(office.store, now=now)} == {
        ("not_made", "2024-11"),
        ("clock", ""),
    }
    assert "key signing new" in next(one.vi for one in status(office.store, now=now) if one.state == "not_made")
    assert ledger.runs(office.store) == []
    office.province.add_sender("huyện mới", office.ring.new_signing("huyện", NOW.date()).public, NOW.date())
    assert tick(office, now)[0].outcome.run.state == "delivered"
    assert [one.state for one in status(office.store, now=now)] == ["delivered"]
    assert office.store.audit_verify().whole
    later = status(office.store, now=now + timedelta(days=20))[0]
    assert (later.needs_person, "20 ngày" in later.vi) == (True, True)


def test_a_person_may_say_that_the_clock_is_right_after_a_wrong_one_wrote(office):
    wrong = NOW + timedelta(days=380)
    office.store.undo(2, actor="thử", now=wrong)
    with pytest.raises(CheckFailed, match="--confirm"):
        clock.check_clock(office.store, NOW)
    clock.confirm_clock(office.store, actor="thử", now=NOW)
    clock.check_clock(office.store, NOW + timedelta(days=1))
    with pytest.raises(CheckFailed):
        clock.check_clock(office.store, NOW - timedelta(days=1))
    with pytest.raises(CheckFailed):
        clock.check_clock(office.store, NOW + timedelta(days=500))


def test_a_schedule_asks_for_a_destination_and_keeps_its_earliest_beginning(office):
    with pytest.raises(NotFound):
        set_schedule(office.store, Schedule("x", "monthly", 5, "bo", NOW.date()), actor="thử", now=NOW)
    for words in ({"day": 0}, {"day": 32}, {"every": "weekly"}, {"month": 13}):
        with pytest.raises(UsageFault):
            Schedule(**{"name": "x", "every": "monthly", "day": 5, "to": "tinh", "since": NOW.date(), **words})
    assert schedule(office, since=date(2025, 6, 1)).since == date(2024, 12, 2)
    assert schedule(office, since=date(2024, 6, 1)).since == date(2024, 6, 1)
    remove_schedule(office.store, "tinh-monthly", actor="thử", now=NOW)
    assert schedules(office.store) == []
    assert outstanding(office.store, FEBRUARY.date()) == []
    assert period_by_hand(office.store, "tinh", date(2025, 1, 3)).name == "2024-12"
    assert [str(period_end(p)) for p in ("2024-02", "2024-Q4", "2023-12", "2024", "2025-Q1")] == [
        "2024-02-29", "2024-12-31", "2023-12-31", "2024-12-31", "2025-03-31",
    ]  # fmt: skip


def test_the_page_tells_what_needs_a_person_without_a_child_or_a_link_outside(office):
    file = write_page(office.store, now=FEBRUARY)
    text = file.read_text("utf-8")
    assert "Cần người xử lý (3)" in text
    assert "2025-01" in text
    assert not any(word in text for word in ("http", "src=", "Lò Thị Hoa"))
    assert "<script" not in page([], FEBRUARY, "en")
    assert "Nothing needs a person" in page([], FEBRUARY, "en")
    assert sending.REASON not in text
