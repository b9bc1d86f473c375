"""The ledger of deliveries: what was made to be sent, every attempt, every answer. Rows are added and never changed.

A run is one version of a period's package for one destination; an attempt is an entry of what happened to it (started,
delivered, failed, approved, lost, known); an answer is the receiver's receipt. For each destination, period and version
there is at most one run, of each run at most one entry *delivered* and one answer. What kept a package from being made
at all has no run to stand under: it is an entry of the audit chain.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from childdb.store import audit
from childdb.store.bulk import Numbers
from childdb.store.models import audit_event, delivery, export_run, identity, receipt
from childdb.store.store import Store
from schemas.errors import CheckFailed, ChildDBError, NotAllowed, NotFound

STARTED, DELIVERED, FAILED, APPROVED, LOST = "started", "delivered", "failed", "approved", "lost"
KNOWN = "known"  # the receiver has another file of this number: sent by this office before its store was restored
NOT_MADE = "export not made"
ACCEPTED, PARTLY, REFUSED = "accepted", "partly", "refused"


@dataclass(frozen=True)
class Attempt:
    """One entry of what happened to a run."""

    number: int
    run: int
    tried_at: datetime
    carrier: str
    outcome: str
    said: str | None


@dataclass(frozen=True)
class Answer:
    """The receiver's receipt: its verdict, and its content as it was signed."""

    received_at: datetime
    verdict: str
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Run:
    """A package that was made, with all that happened to it; `counts` is what its maker noted of it."""

    number: int
    made_at: datetime
    actor: str
    batch: int
    destination: str
    period: str
    version: int
    as_of: date
    manifest: str
    counts: Mapping[str, Any]
    attempts: tuple[Attempt, ...]
    answer: Answer | None

    @property
    def delivered(self) -> bool:
        return any(a.outcome == DELIVERED for a in self.attempts)

    @property
    def lost(self) -> bool:
        return any(a.outcome == LOST for a in self.attempts)

    @property
    def known(self) -> bool:
        return any(a.outcome == KNOWN for a in self.attempts)

    @property
    def open(self) -> bool:
        """Whether it still has to be carried."""
        return not (self.delivered or self.lost or self.known or self.answer)

    @property
    def waits_for_release(self) -> bool:
        return bool(self.counts.get("approval")) and not any(a.outcome == APPROVED for a in self.attempts)

    @property
    def state(self) -> str:
        """accepted, partly, refused, delivered, lost, known, waiting, failed, interrupted or ready."""
        if self.answer:
            return self.answer.verdict
        if self.known:
            return KNOWN
        if self.delivered or self.lost:
            return DELIVERED if self.delivered else LOST
        if self.waits_for_release:
            return "waiting"
        tried = [a for a in self.attempts if a.outcome in (STARTED, FAILED)]
        if not tried:
            return "ready"
        return "failed" if tried[-1].outcome == FAILED else "interrupted"


def runs(store: Store, destination: str | None = None) -> list[Run]:
    """The runs (of a destination), oldest first."""
    with store.reading() as connection:
        return _runs(connection, store, destination)


def _runs(connection: Connection, store: Store, destination: str | None) -> list[Run]:
    attempts: dict[int, list[Attempt]] = {}
    d, r = delivery.c, receipt.c
    for row in connection.execute(
        select(d.id, d.export_run_id, d.tried_at, d.carrier, d.outcome, d.said).order_by(d.id)
    ):
        attempts.setdefault(int(row[1]), []).append(Attempt(*row))
    answers = {
        int(run): Answer(at, verdict, json.loads(store.cipher.decrypt(content, "receipt.content")))
        for run, at, verdict, content in connection.execute(
            select(d.export_run_id, r.received_at, r.verdict, r.content).join(delivery, r.delivery_id == d.id)
        )
    }
    e = export_run.c
    query = select(e.id.label("number"), e.made_at, e.actor, e.batch_id.label("batch"), e.destination, e.period,
                   e.version, e.as_of, e.manifest_sha256.label("manifest"), e.counts).order_by(e.id)  # fmt: skip
    if destination is not None:
        query = query.where(e.destination == destination)
    found = [dict(row) for row in connection.execute(query).mappings()]
    return [
        Run(**row, attempts=tuple(attempts.get(row["number"], ())), answer=answers.get(row["number"])) for row in found
    ]


def run_of(store: Store, number: int) -> Run:
    found = next((r for r in runs(store) if r.number == number), None)
    if found is None:
        raise NotFound(f"Không có lần gửi {number}.", f"There is no run {number}.")
    return found


def write_run(
    store: Store, *, destination: str, period: str, version: int, as_of: date, batch: int, manifest: str,
    counts: Mapping[str, Any], actor: str, now: datetime,
) -> Run:  # fmt: skip
    """A package that stands in the outbox; refuses a second one of the same destination, period and version."""
    with store.writing() as connection:
        e = export_run.c
        same = (e.destination == destination) & (e.period == period) & (e.version == version)
        if connection.scalar(select(e.id).where(same)) is not None:
            raise CheckFailed(f"Kỳ {period}, bản {version} đã có trong sổ gửi.",
                              f"Period {period}, version {version} is in the ledger already.")  # fmt: skip
        number = Numbers(connection).take(export_run)
        connection.execute(insert(export_run).values(
            id=number, made_at=now.replace(tzinfo=None), actor=actor, batch_id=batch, destination=destination,
            period=period, version=version, as_of=as_of, manifest_sha256=manifest, counts=dict(counts),
        ))  # fmt: skip
        audit.append(connection, store.cipher, actor, "export run", {"run": number, "manifest": manifest}, now=now)
    return run_of(store, number)


def write_attempt(
    store: Store, run: int, carrier: str, outcome: str, said: str | None, *, actor: str, now: datetime
) -> int:
    """An entry of what happened to a run; a second *delivered* of one run is refused."""
    with store.writing() as connection:
        d = delivery.c
        if outcome == DELIVERED and connection.scalar(
            select(d.id).where((d.export_run_id == run) & (d.outcome == DELIVERED))
        ):
            raise CheckFailed(f"Lần gửi {run} đã chuyển xong từ trước.", f"Run {run} was delivered before.")
        number = Numbers(connection).take(delivery)
        connection.execute(insert(delivery).values(
            id=number, export_run_id=run, tried_at=now.replace(tzinfo=None), carrier=carrier, outcome=outcome, said=said
        ))  # fmt: skip
        audit.append(connection, store.cipher, actor, f"export {outcome}", {"run": run}, now=now)
        return number


def approve(store: Store, run: Run, *, actor: str, now: datetime) -> None:
    """A second person's release; refuses the person who made the package, and what waits for none."""
    if not run.open or not run.waits_for_release:
        raise NotFound(f"Lần gửi {run.number} không chờ duyệt.", f"Run {run.number} waits for no release.")
    if actor == run.actor:
        raise NotAllowed("Người lập gói không được tự duyệt; cần người thứ hai.",
                         "Who made the package may not release it; a second person is needed.")  # fmt: skip
    write_attempt(store, run.number, "person", APPROVED, actor, actor=actor, now=now)


def write_answer(
    store: Store, run: Run, verdict: str, content: Mapping[str, Any], *, actor: str, now: datetime
) -> bool:
    """Keep a receipt; False where the same one is kept already. A second, different one is refused."""
    with store.writing() as connection:
        kept = next(r.answer for r in _runs(connection, store, run.destination) if r.number == run.number)
        if kept:
            if kept.content == content:
                return False
            raise CheckFailed(f"Lần gửi {run.number} đã có biên nhận khác.",
                              f"Run {run.number} has another receipt already.")  # fmt: skip
        if not run.attempts:
            raise CheckFailed(f"Lần gửi {run.number} chưa được gửi đi.", f"Run {run.number} was never sent.")
        connection.execute(insert(receipt).values(
            id=Numbers(connection).take(receipt), delivery_id=run.attempts[-1].number,
            received_at=now.replace(tzinfo=None), verdict=verdict,
            content=store.cipher.encrypt(json.dumps(content, ensure_ascii=False, sort_keys=True), "receipt.content"),
        ))  # fmt: skip
        audit.append(connection, store.cipher, actor, "export answer", {"run": run.number, "verdict": verdict}, now=now)
        return True


@dataclass(frozen=True)
class NotMade:
    """Why a package could not even be made; PERIOD and DESTINATION are empty where the clock was not believed."""

    at: str
    destination: str
    period: str
    vi: str
    en: str


def write_not_made(
    store: Store, destination: str, period: str, fault: ChildDBError, *, actor: str, now: datetime
) -> None:
    """Note what kept a package from being made; the sentence of a fault bears no child's name."""
    detail = {"destination": destination, "period": period, "code": fault.exit_code, "vi": fault.vi, "en": fault.en}
    store.audit(actor, NOT_MADE, detail, now=now)


def not_made(store: Store) -> list[NotMade]:
    """What could not be made and has not been made since, in the order of destinations and periods."""
    a = audit_event.c
    about = {r.number: (r.destination, r.period) for r in runs(store)}
    with store.reading() as connection:
        rows = connection.execute(
            select(a.at, a.action, a.detail).where(a.action.startswith("export ")).order_by(a.id)
        ).all()
    found: dict[tuple[str, str], NotMade] = {}
    for at, action, text in rows:
        detail = json.loads(text)
        if action == NOT_MADE:
            one = NotMade(at, detail["destination"], detail["period"], detail["vi"], detail["en"])
            found[one.destination, one.period] = one
        elif "run" in detail:
            found.pop(("", ""), None)  # the clock is believed again
            # made, or going on with what was made: its own entries tell the rest
            found.pop(about.get(detail["run"], ("", "")), None)
    return [found[key] for key in sorted(found)]


def origins(store: Store) -> dict[int, bool]:
    """Identity -> whether the batch that first brought it is live."""
    live = store.live()
    with store.reading() as connection:
        rows = connection.execute(select(identity.c.id, identity.c.first_batch))
        return {int(who): int(first) in live for who, first in rows}
