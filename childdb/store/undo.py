"""Taking a batch back whole: an undo is a batch, deletes nothing, and can itself be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, literal, null, select, union

from childdb.store import models as m
from childdb.store.batches import batch_lines, live_batches, open_batch, require_batch
from childdb.store.crypto import Cipher
from childdb.store.decisions import rebuild_links
from schemas.errors import UsageFault


@dataclass(frozen=True)
class RestingDecision:
    """A decision that rests on the batch: it links or parts an identity that the batch brought in, answers one of its
    held rows (dismissed, admitted) or corrects a child that was known by it; `number` is its own in its table.
    """

    number: int
    batch: int
    verdict: str
    rule: str | None
    decided_by: str


@dataclass(frozen=True)
class UndoReport:
    """What an undo takes back: rows by status, the children concerned, and the decisions that rested on the batch."""

    batch: int
    kind: str
    undone_by: int | None
    rows: dict[str, int]
    children: int
    decisions: tuple[RestingDecision, ...]


def preview(connection: Connection, number: int) -> UndoReport:
    """What undoing batch NUMBER would concern; refuses what cannot be undone."""
    require_batch(connection, number)
    kind = str(connection.scalar(select(m.batch.c.kind).where(m.batch.c.id == number)))
    if kind in ("reference", "erasure"):
        raise UsageFault(f"Lô {number} ({kind}) không rút lại được.", f"Batch {number} ({kind}) cannot be undone.")
    if number not in live_batches(batch_lines(connection)):
        raise UsageFault(
            f"Lô {number} đã được rút lại; muốn nhập lại thì rút lô rút lại đó.",
            f"Batch {number} is undone already; to bring it back, undo that undo.",
        )
    s = m.source_row.c
    rows = connection.execute(select(s.status, func.count()).where(s.batch_id == number).group_by(s.status))
    return UndoReport(
        number,
        kind,
        None,
        {str(k): int(n) for k, n in rows},
        _children(connection, number),
        _resting(connection, number),
    )


def _children(connection: Connection, number: int) -> int:
    """How many children the batch says something of: by its rows, its admitted rows, its decisions."""
    link, s, d, w = m.child_link.c, m.source_row.c, m.match_decision.c, m.row_decision.c
    of_record = select(link.child_key).join(m.record, m.record.c.identity_id == link.identity_id)
    concerned = union(
        of_record.join(m.source_row, s.record_id == m.record.c.id).where(s.batch_id == number),
        of_record.join(m.row_decision, w.record_id == m.record.c.id).where(w.batch_id == number),
        select(link.child_key)
        .join(m.match_decision, (d.identity_a == link.identity_id) | (d.identity_b == link.identity_id))
        .where(d.batch_id == number),
    ).subquery()
    return int(connection.scalar(select(func.count()).select_from(concerned)) or 0)


def _resting(connection: Connection, number: int) -> tuple[RestingDecision, ...]:
    d, w, i, s, r = m.match_decision.c, m.row_decision.c, m.identity.c, m.source_row.c, m.record.c
    live = live_batches(batch_lines(connection))
    brought = select(i.id).where(i.first_batch == number)
    queries = (
        select(d.id, d.batch_id, d.verdict, d.rule, d.decided_by)
        .where(d.verdict != "closed", d.identity_a.in_(brought) | d.identity_b.in_(brought))
        .order_by(d.id),
        select(w.id, w.batch_id, w.verdict, null(), m.batch.c.actor)
        .join(m.source_row, s.id == w.source_row_id)
        .join(m.batch, m.batch.c.id == w.batch_id)
        .where(s.batch_id == number, w.verdict.in_(("dismissed", "admitted")))
        .order_by(w.id),
        select(s.id, s.batch_id, literal("correction"), null(), m.batch.c.actor)
        .join(m.record, r.id == s.record_id)
        .join(m.batch, m.batch.c.id == s.batch_id)
        .where(m.batch.c.kind == "correction", s.batch_id != number, r.identity_id.in_(brought))
        .order_by(s.id),
    )
    return tuple(RestingDecision(*row) for query in queries for row in connection.execute(query) if row[1] in live)


def undo(
    connection: Connection, cipher: Cipher, number: int, *, actor: str, now: datetime, reason: str = ""
) -> UndoReport:
    """Write the undo as a batch of its own; returns the preview with its number filled in."""
    before = preview(connection, number)
    made = open_batch(connection, cipher, "undo", actor=actor, now=now, undoes=number, reason=reason or None)
    rebuild_links(connection)
    return UndoReport(number, before.kind, made, before.rows, before.children, before.decisions)
