"""Requests of parents and breaches of personal data, with the clocks that the law sets (schemas/clocks.py)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from childdb.store import Store, audit, duties, verdicts
from childdb.store.duties import Entry
from schemas.clocks import REQUESTS, clock
from schemas.errors import UsageFault


@dataclass(frozen=True)
class Request:
    """A request: `acknowledge_by` and `due` by law. Who asks, of which child and in which words stands only in `told`."""

    number: int
    kind: str
    received: datetime
    acknowledge_by: datetime
    acknowledged: datetime | None
    due: datetime
    answered: datetime | None
    done: str
    erased_in: int | None

    def late(self, now: datetime) -> bool:
        """Whether a period has run out before what it is for was done."""
        return (self.answered or now) > self.due or (self.acknowledged or self.answered or now) > self.acknowledge_by


@dataclass(frozen=True)
class Told:
    """Who asks and for which child: named, so each look is noted."""

    applicant: str
    child: int | None
    words: str


@dataclass(frozen=True)
class Incident:
    """A breach: by when the authority is to be told, when it was, when the file was closed. Its file is kept five years."""

    number: int
    detected: datetime
    notify_by: datetime
    notified: datetime | None
    notified_to: str
    closed: datetime | None
    what: str
    children: int | None
    done: str

    def late(self, now: datetime) -> bool:
        return (self.notified or now) > self.notify_by


@dataclass(frozen=True)
class Waiting:
    """What of both registers waits, for the first page: open entries, those of them late, and the next moment due."""

    requests: int
    incidents: int
    late: int
    next_due: datetime | None


# -- requests ---------------------------------------------------------------------------------------------------------


def add_request(store: Store, kind: str, applicant: str, *, received: datetime, actor: str, now: datetime,
                child: int | None = None, words: str = "") -> Request:  # fmt: skip
    """Note a request on the day it came; its clocks run from then."""
    if kind not in REQUESTS:
        raise UsageFault(f"Không có loại yêu cầu “{kind}”.", f"There is no kind of request {kind!r}.")
    if not applicant.strip():
        raise UsageFault("Ghi ai yêu cầu.", "Say who asks.")
    _refuse_future(received, now)
    due = clock(kind, received.date()).due(received)
    with store.writing() as connection:
        if child is not None:
            verdicts.identity_of(connection, child)
        content = {"applicant": applicant.strip(), "child": child, "words": words.strip()}
        number = duties.add(connection, store.cipher, "request", received, due, content, kind)
        _note(connection, store, actor, "request added", now, request=number, kind=kind)
        return _request(duties.named(connection, store.cipher, "request", number))


def requests(store: Store) -> list[Request]:
    """All requests in the order of their numbers, without who asks."""
    with store.reading() as connection:
        return [_request(entry) for entry in duties.listed(connection, store.cipher, "request")]


def request_told(store: Store, number: int, *, reason: str, actor: str, now: datetime) -> Told:
    """Who asks what for which child; the look is noted first."""
    with store.reading() as connection:
        content = duties.named(connection, store.cipher, "request", number).content
    store.note_use(actor, "request show", reason, 1, now=now)
    return Told(content["applicant"], content["child"], content["words"])


def acknowledge(store: Store, number: int, *, actor: str, now: datetime) -> Request:
    """Note that the applicant was told that the request came in."""
    return _changed(store, number, "request acknowledged", actor, now, acknowledged=now.isoformat())


def answer(store: Store, number: int, done: str, *, actor: str, now: datetime) -> Request:
    """Note that the applicant was answered, and what was done."""
    if not done.strip():
        raise UsageFault("Ghi đã làm gì: --done.", "Say what was done: --done.")
    return _changed(store, number, "request answered", actor, now, ended=now, done=done.strip())


def _changed(store: Store, number: int, action: str, actor: str, now: datetime, *, ended: datetime | None = None,
             **content: Any) -> Request:  # fmt: skip
    over = (f"Yêu cầu {number} đã trả lời.", f"Request {number} is answered already.")
    return _request(_change(store, "request", number, over, action, actor, now, ended, content))


def _request(entry: Entry) -> Request:
    said = entry.content
    return Request(
        entry.number, entry.kind, entry.began, clock("acknowledge", entry.began.date()).due(entry.began),
        _moment(said.get("acknowledged")), entry.due, entry.ended, said.get("done", ""), said.get("erased_in"),
    )  # fmt: skip


# -- incidents --------------------------------------------------------------------------------------------------------


def add_incident(store: Store, what: str, *, detected: datetime, actor: str, now: datetime,
                 children: int | None = None) -> Incident:  # fmt: skip
    """Note a breach from the hour it was found; CHILDREN: how many it concerns, where known."""
    if not what.strip():
        raise UsageFault("Ghi chuyện gì đã xảy ra.", "Say what happened.")
    _refuse_future(detected, now)
    due = clock("breach", detected.date()).due(detected)
    with store.writing() as connection:
        content = {"what": what.strip(), "children": children}
        number = duties.add(connection, store.cipher, "incident", detected, due, content)
        _note(connection, store, actor, "incident added", now, incident=number)
        return _incident(duties.named(connection, store.cipher, "incident", number))


def incidents(store: Store) -> list[Incident]:
    """All breaches in the order of their numbers."""
    with store.reading() as connection:
        return [_incident(entry) for entry in duties.listed(connection, store.cipher, "incident")]


def notify_incident(store: Store, number: int, to: str, *, actor: str, now: datetime) -> Incident:
    """Note that the authority (and the parents, where they must be) was told."""
    if not to.strip():
        raise UsageFault("Ghi đã báo cho ai.", "Say who was told.")
    return _incident_changed(store, number, "incident notified", actor, now, notified=now.isoformat(), to=to.strip())


def close_incident(store: Store, number: int, done: str, *, actor: str, now: datetime) -> Incident:
    """Close the file: what was done about it."""
    if not done.strip():
        raise UsageFault("Ghi đã làm gì: --done.", "Say what was done: --done.")
    return _incident_changed(store, number, "incident closed", actor, now, ended=now, done=done.strip())


def _incident_changed(store: Store, number: int, action: str, actor: str, now: datetime, *,
                      ended: datetime | None = None, **content: Any) -> Incident:  # fmt: skip
    over = (f"Sự cố {number} đã khép.", f"Incident {number} is closed already.")
    return _incident(_change(store, "incident", number, over, action, actor, now, ended, content))


def _incident(entry: Entry) -> Incident:
    said = entry.content
    return Incident(entry.number, entry.began, entry.due, _moment(said.get("notified")), said.get("to", ""), entry.ended,
                    said["what"], said.get("children"), said.get("done", ""))  # fmt: skip


# -- both -------------------------------------------------------------------------------------------------------------


def _change(store: Store, register: str, number: int, over: tuple[str, str], action: str, actor: str, now: datetime,
            ended: datetime | None, content: dict[str, Any]) -> Entry:  # fmt: skip
    """An entry of a register with what is new of it, noted; OVER refuses one that has ended.

    Of two times told of one thing the first stands: it is by that one that the law's clock is judged.
    """
    with store.writing() as connection:
        entry = duties.named(connection, store.cipher, register, number)
        if entry.ended is not None:
            raise UsageFault(*over)
        said = entry.content
        content |= {name: said[name] for name in ("acknowledged", "notified") if name in said and name in content}
        if "to" in content and "to" in said:
            content["to"] = f"{said['to']}; {content['to']}"
        duties.change(connection, store.cipher, register, entry, ended=ended, **content)
        _note(connection, store, actor, action, now, **{register: number})
        return duties.named(connection, store.cipher, register, number)


def waiting(store: Store, *, now: datetime) -> Waiting:
    """What waits in both registers."""
    asked = [r for r in requests(store) if r.answered is None]
    broken = [i for i in incidents(store) if i.closed is None]
    due = [r.due if r.acknowledged else min(r.due, r.acknowledge_by) for r in asked]
    due += [i.notify_by for i in broken if i.notified is None]
    late = sum(r.late(now) for r in asked) + sum(i.late(now) for i in broken)
    return Waiting(len(asked), len(broken), late, min(due, default=None))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _refuse_future(moment: datetime, now: datetime) -> None:
    if moment > now + timedelta(minutes=5):
        raise UsageFault("Thời điểm ghi ở tương lai.", "That moment is still to come.")


def _note(connection: Connection, store: Store, actor: str, action: str, now: datetime, **detail: object) -> None:
    audit.append(connection, store.cipher, actor, action, detail, now=now)
