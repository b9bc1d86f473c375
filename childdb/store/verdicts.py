"""Many decisions at once, as a scan or an answered workbook makes them; and the decisions in force, for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from childdb.store import models as m
from childdb.store.batches import batch_lines, live_batches, open_batch
from childdb.store.bulk import Numbers, Writer, chunks
from childdb.store.crypto import Cipher
from childdb.store.decisions import check, in_force, read_decisions, rebuild_links
from schemas.errors import NotFound, UsageFault


@dataclass(frozen=True)
class Verdict:
    """What is to be decided of two identities: same, not_same or related (closed only closes the decision CLOSES);
    REASONS are codes, never names."""

    verdict: str
    one: int | None = None
    other: int | None = None
    rule: str = "person"
    score: float | None = None
    reasons: tuple[str, ...] = ()
    closes: int | None = None


@dataclass(frozen=True)
class DecisionRow:
    """A decision in force: by whom or which rule, when, with what score, for what reasons."""

    number: int
    batch: int
    made_at: datetime
    verdict: str
    one: int
    other: int
    decided_by: str
    rule: str | None
    score: float | None
    reasons: tuple[str, ...]


def decide_all(
    connection: Connection, cipher: Cipher, verdicts: Sequence[Verdict], *, actor: str, now: datetime, reason: str = ""
) -> int:
    """One decision batch for all of VERDICTS, which undo takes back whole; returns its number."""
    if not verdicts:
        raise UsageFault("Không có quyết định nào để ghi.", "There is no decision to write.")
    for said in verdicts:
        check(connection, said.verdict, said.one, said.other, said.closes)
    made = open_batch(connection, cipher, "decision", actor=actor, now=now, reason=reason or None)
    numbers, writer = Numbers(connection), Writer(connection)
    columns = ("id", "batch_id", "verdict", "identity_a", "identity_b", "decided_by", "rule", "score", "reasons",
               "closes")  # fmt: skip
    for said in verdicts:
        pair = sorted(who for who in (said.one, said.other) if who is not None)
        low, high = pair if len(pair) == 2 else (None, None)
        score = None if said.score is None else round(said.score, 4)
        writer.add(m.match_decision, columns, (numbers.take(m.match_decision), made, said.verdict, low, high, actor,
                                               said.rule, score, list(said.reasons), said.closes))  # fmt: skip
    writer.flush()
    rebuild_links(connection)
    return made


def standing(connection: Connection) -> list[DecisionRow]:
    """The decisions in force that link or part two identities, in their order."""
    live = live_batches(batch_lines(connection))
    kept = {d.id for d in in_force(read_decisions(connection), live)}
    d, b = m.match_decision.c, m.batch.c
    query = select(
        d.id, d.batch_id, b.made_at, d.verdict, d.identity_a, d.identity_b, d.decided_by, d.rule, d.score, d.reasons
    ).join(m.batch, b.id == d.batch_id).order_by(d.id)  # fmt: skip
    return [
        DecisionRow(number, batch, made, verdict, one, other, by, rule, None if score is None else float(score),
                    tuple(reasons or ()))
        for number, batch, made, verdict, one, other, by, rule, score, reasons in connection.execute(query)
        if number in kept and one is not None and other is not None
    ]  # fmt: skip


def own_keys(connection: Connection, identities: Iterable[int]) -> dict[int, int]:
    """The key that each identity bears of its own, by which its child was and would be known apart from any other."""
    i = m.identity.c
    return {
        int(who): int(key)
        for block in chunks(sorted(set(identities)))
        for who, key in connection.execute(select(i.id, i.child_key).where(i.id.in_(block)))
    }


def identity_of(connection: Connection, key: int) -> int:
    """The identity whose own key KEY is: of a child, its lowest one."""
    who = connection.scalar(select(m.identity.c.id).where(m.identity.c.child_key == key))
    if who is None:
        raise NotFound("Không có trẻ mang mã này.", "There is no child with this key.")
    return int(who)


def latest_sheets(connection: Connection, after: int = 0) -> dict[int, int]:
    """Identity -> the last sheet on which it stands, for those (numbered after AFTER) of whom a live row speaks."""
    lines = batch_lines(connection)
    dead = {number for number, _ in lines} - live_batches(lines)
    found: dict[int, int] = {}
    for query in _asserted(dead, after):
        for who, sheet in connection.execute(query):
            found[who] = max(sheet, found.get(who, 0))
    return found


def _asserted(dead: Iterable[int], after: int) -> tuple[Select[Any], Select[Any]]:
    r, s, w, gone = m.record.c, m.source_row.c, m.row_decision.c, sorted(dead)
    last = select(r.identity_id, func.max(s.sheet_id)).where(r.identity_id > after, s.batch_id.not_in(gone))
    accepted = last.join(m.source_row, s.record_id == r.id).where(s.status.in_(("new", "changed", "unchanged")))
    admitted = (
        last.join(m.row_decision, w.record_id == r.id)
        .join(m.source_row, s.id == w.source_row_id)
        .where(w.verdict == "admitted", w.batch_id.not_in(gone))
    )
    return accepted.group_by(r.identity_id), admitted.group_by(r.identity_id)
