"""Requests and breaches: the law's clocks, to the day and hour, and what each entry tells to whom."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from childdb.store.models import incident, request
from childdb.workflow import duties
from schemas.clocks import REQUESTS, clock, clocks
from schemas.errors import NotFound, UsageFault
from tests.workflow.office import Office

THURSDAY = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)


@pytest.fixture
def store(blank_office, tmp_path):
    shutil.copytree(blank_office.place, tmp_path / "o")
    office = Office(tmp_path / "o")
    yield office.store
    office.close()


@pytest.mark.parametrize(
    ("name", "start", "due"),
    [
        ("acknowledge", "2026-03-05", "2026-03-09"),  # Thursday; the weekend does not count
        ("acknowledge", "2026-03-06", "2026-03-10"),
        ("acknowledge", "2026-03-07", "2026-03-10"),
        ("view", "2026-03-05", "2026-03-15"),
        ("provide", "2026-03-05", "2026-03-15"),
        ("correct", "2026-03-05", "2026-03-15"),
        ("withdraw", "2026-03-05", "2026-03-20"),
        ("delete", "2026-03-05", "2026-03-25"),
        ("breach", "2026-03-05", "2026-03-08"),
    ],
)
def test_each_clock_is_the_laws(name, start, due):
    began = datetime.fromisoformat(f"{start}T07:30:00+00:00")
    assert clock(name, began.date()).due(began) == datetime.fromisoformat(f"{due}T07:30:00+00:00")


def test_a_working_day_is_one_in_vietnam():
    saturday = datetime.fromisoformat("2026-03-07T06:00:00+07:00")
    assert clock("acknowledge", saturday.date()).due(saturday.astimezone(UTC)) == saturday + timedelta(days=3)


def test_every_kind_of_request_has_a_clock_with_its_source():
    assert {c.name for c in clocks()} == {*REQUESTS, "acknowledge", "breach"}
    assert all("356/2025" in c.source or "91/2025" in c.source for c in clocks())
    with pytest.raises(UsageFault):
        clock("view", datetime(2025, 12, 31, tzinfo=UTC).date())


def test_a_request_from_first_to_last(store):
    key = store.people()[0].child
    made = duties.add_request(store, "view", "Mẹ cháu", child=key, words="cho xem", received=THURSDAY,
                              actor="lan", now=THURSDAY)  # fmt: skip
    assert not made.late(THURSDAY + timedelta(days=3))
    assert made.late(THURSDAY + timedelta(days=5))  # not acknowledged
    duties.acknowledge(store, 1, actor="lan", now=THURSDAY + timedelta(days=1))
    told = duties.request_told(store, 1, reason="trả lời", actor="lan", now=THURSDAY)
    assert (told.applicant, told.child, told.words) == ("Mẹ cháu", key, "cho xem")
    done = duties.answer(store, 1, "in ra và trao", actor="lan", now=THURSDAY + timedelta(days=9))
    assert not done.late(THURSDAY + timedelta(days=99))
    assert done.done == "in ra và trao"
    with pytest.raises(UsageFault):
        duties.answer(store, 1, "lại", actor="lan", now=THURSDAY)


def test_who_asks_stands_encrypted_and_a_look_at_it_is_noted(store):
    duties.add_request(store, "delete", "Lò Văn Kín", received=THURSDAY, actor="lan", now=THURSDAY)
    with store.reading() as connection:
        assert "Kín".encode() not in bytes(connection.scalar(request.select().with_only_columns(request.c.content)))
    assert "Kín" not in str(duties.requests(store)) + str(store.audit_events())
    duties.request_told(store, 1, reason="trả lời", actor="lan", now=THURSDAY)
    assert store.audit_events()[-1]["action"] == "names"


def test_a_breach_from_first_to_last(store):
    made = duties.add_incident(store, "mất một USB", detected=THURSDAY, children=40, actor="lan", now=THURSDAY)
    assert made.notify_by == THURSDAY + timedelta(hours=72)
    assert made.late(THURSDAY + timedelta(hours=73))
    in_time = THURSDAY + timedelta(hours=70)
    assert not duties.notify_incident(store, 1, "A05", actor="lan", now=in_time).late(THURSDAY + timedelta(days=9))
    assert duties.close_incident(store, 1, "đổi khóa", actor="lan", now=in_time).closed == in_time
    with pytest.raises(UsageFault):
        duties.notify_incident(store, 1, "A05", actor="lan", now=in_time)
    with store.reading() as connection:
        assert b"USB" not in bytes(connection.scalar(incident.select().with_only_columns(incident.c.content)))


def test_of_two_times_told_the_first_stands(store):
    later = THURSDAY + timedelta(days=9)
    duties.add_request(store, "view", "Mẹ", received=THURSDAY, actor="lan", now=THURSDAY)
    duties.acknowledge(store, 1, actor="lan", now=THURSDAY)
    assert duties.acknowledge(store, 1, actor="lan", now=later).acknowledged == THURSDAY
    duties.add_incident(store, "mất sổ", detected=THURSDAY, actor="lan", now=THURSDAY)
    duties.notify_incident(store, 1, "A05", actor="lan", now=THURSDAY)
    told = duties.notify_incident(store, 1, "cha mẹ", actor="lan", now=later)
    assert (told.notified, told.notified_to) == (THURSDAY, "A05; cha mẹ") and not told.late(later)


def test_what_waits_is_counted_with_the_next_moment_due(store):
    assert duties.waiting(store, now=THURSDAY) == duties.Waiting(0, 0, 0, None)
    duties.add_request(store, "delete", "Mẹ", received=THURSDAY, actor="lan", now=THURSDAY)
    duties.add_incident(store, "mất sổ", detected=THURSDAY, actor="lan", now=THURSDAY)
    soon, later = (duties.waiting(store, now=THURSDAY + timedelta(days=d)) for d in (1, 30))
    assert soon == duties.Waiting(1, 1, 0, THURSDAY + timedelta(hours=72))
    assert later.late == 2


def test_what_makes_no_sense_is_refused(store):
    tomorrow = THURSDAY + timedelta(days=1)
    for words in ({"received": tomorrow}, {"received": THURSDAY, "child": 0}):
        with pytest.raises((UsageFault, NotFound)):
            duties.add_request(store, "view", "Mẹ", actor="lan", now=THURSDAY, **words)
    for kind, applicant in (("burn", "Mẹ"), ("view", " ")):
        with pytest.raises(UsageFault):
            duties.add_request(store, kind, applicant, received=THURSDAY, actor="lan", now=THURSDAY)
    for number in (0, 7):
        with pytest.raises(NotFound):
            duties.acknowledge(store, number, actor="lan", now=THURSDAY)
        with pytest.raises(NotFound):
            duties.close_incident(store, number, "x", actor="lan", now=THURSDAY)
