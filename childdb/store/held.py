"""Rows held back: kept with their cells and issues until corrected, admitted or dismissed by a person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from childdb.store import models as m
from childdb.store.batches import batch_lines, live_batches, open_batch
from childdb.store.bulk import Numbers
from childdb.store.crypto import Cipher
from childdb.store.typed import record_from
from schemas.errors import NotFound, UsageFault
from schemas.issues import Issue
from schemas.records import HELD, Record, Value


@dataclass(frozen=True)
class HeldRow:
    """An open held row. `cells` and issue values may hold names: shown only with a reason."""

    id: int
    batch: int
    file: str
    sheet: str
    number: int
    commune_code: str | None
    commune_from: date | None
    list_kind: str
    list_date: date
    issues: tuple[Issue, ...]
    cells: dict[str, str]
    record: Record | None
    unit_facts: tuple[Mapping[str, Value], ...] = ()
    period: str | None = None


def settled_rows(connection: Connection, live: set[int]) -> set[int]:
    """Held rows that a live decision has dismissed, admitted or closed."""
    d = m.row_decision.c
    return {row for row, number in connection.execute(select(d.source_row_id, d.batch_id)) if number in live}


def held_rows(
    connection: Connection,
    cipher: Cipher,
    *,
    batch: int | None = None,
    commune: str | None = None,
    row: int | None = None,
) -> list[HeldRow]:
    """The rows that still wait, oldest batch first; of one batch, one commune code or one row if named."""
    live = live_batches(batch_lines(connection))
    settled = settled_rows(connection, live)
    s, sheet, b = m.source_row.c, m.source_sheet.c, m.batch.c
    query = (
        select(s.id, s.batch_id, b.file_name, sheet.name, s.number, sheet.commune_code, sheet.commune_from,
               sheet.list_kind, sheet.list_date, s.cells, s.typed, sheet.period)
        .join(m.source_sheet, sheet.id == s.sheet_id).join(m.batch, b.id == s.batch_id)
        .where(s.status == HELD).order_by(s.id)
    )  # fmt: skip
    if batch is not None:
        query = query.where(s.batch_id == batch)
    if commune is not None:
        query = query.where(sheet.commune_code == commune)
    if row is not None:
        query = query.where(s.id == row)
    found = [r for r in connection.execute(query) if r[1] in live and r[0] not in settled]
    issues = _issues(connection, cipher, {int(r[0]) for r in found})
    return [_row(cipher, line, tuple(issues.get(int(line[0]), ()))) for line in found]


def _row(cipher: Cipher, line: Any, issues: tuple[Issue, ...]) -> HeldRow:
    number, batch, file, sheet, row, code, since, kind, listed, cells, typed, period = line
    record, unit_facts = record_from(cipher.decrypt(typed, "source_row.typed")) if typed else (None, ())
    return HeldRow(
        id=int(number), batch=int(batch), file=cipher.decrypt(file, "batch.file_name") if file else "",
        sheet=cipher.decrypt(sheet, "source_sheet.name"), number=row, commune_code=code, commune_from=since,
        list_kind=kind, list_date=listed, issues=issues, cells=json.loads(cipher.decrypt(cells, "source_row.cells")),
        record=record, unit_facts=unit_facts, period=period,
    )  # fmt: skip


def _issues(connection: Connection, cipher: Cipher, rows: set[int]) -> dict[int, list[Issue]]:
    i = m.row_issue.c
    query = select(i.source_row_id, i.code, i.field, i.column, i.value, i.slots).where(i.source_row_id.is_not(None))
    found: dict[int, list[Issue]] = {}
    for row, code, field, column, value, slots in connection.execute(query.order_by(i.id)):
        if row in rows:
            found.setdefault(row, []).append(Issue(
                code, field, column, cipher.decrypt(value, "row_issue.value") if value else None,
                json.loads(cipher.decrypt(slots, "row_issue.slots")) if slots else {},
            ))  # fmt: skip
    return found


def dismiss(connection: Connection, cipher: Cipher, row: int, reason: str, *, actor: str, now: datetime) -> int:
    """Close a held row with a reason; a batch of kind dismissal, which can be undone."""
    if not reason.strip():
        raise UsageFault("Cần nêu lý do bỏ dòng.", "A reason is needed to dismiss a row.")
    if not held_rows(connection, cipher, row=row):
        raise NotFound(f"Không có dòng chờ số {row}.", f"There is no waiting row {row}.")
    made = open_batch(connection, cipher, "dismissal", actor=actor, now=now, reason=reason)
    connection.execute(insert(m.row_decision).values(
        id=Numbers(connection).take(m.row_decision), batch_id=made, source_row_id=row, verdict="dismissed",
        reason=cipher.encrypt(reason, "row_decision.reason"),
    ))  # fmt: skip
    return made
