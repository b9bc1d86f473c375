"""Lineage from a child back to the sheets: which rows assert what is known of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, null, select

from childdb.store import models as m
from childdb.store.batches import batch_lines, live_batches
from childdb.store.bulk import chunks
from childdb.store.crypto import Cipher
from childdb.store.decisions import children
from schemas.errors import NotFound


@dataclass(frozen=True)
class TraceRow:
    """One assertion of a child: the row that makes it, and how its columns were understood.

    `cells` (by column letter) is empty unless names were asked for: raw cells may name a person. `admitted_by` is the
    batch of the decision that let a held row in.
    """

    batch: int
    kind: str
    file: str
    sheet: str
    row: int
    list_kind: str
    list_date: date
    period: str | None
    commune_code: str | None
    commune_from: date | None
    status: str
    identity: int
    record: int
    admitted_by: int | None
    columns: tuple[tuple[str, str, str | None], ...]
    cells: dict[str, str]


def of_child(
    connection: Connection, cipher: Cipher, child: int, *, names: bool = False, at: int | None = None
) -> list[TraceRow]:
    """The assertions of CHILD as known at batch AT, in the order of their batches and rows."""
    identities = [who for who, key in children(connection, at).items() if key == child]
    if not identities:
        raise NotFound("Không có trẻ mang mã này.", "There is no child with this key.")
    live = live_batches(batch_lines(connection), at)
    found: dict[int, TraceRow] = {}
    for block in chunks(identities):
        for query in _queries(block):
            for line in connection.execute(query):
                row_id, by, *rest = list[Any](line)
                if rest[0] in live and (by is None or by in live):
                    found[row_id] = _row(cipher, rest, by, names)
    return [found[row_id] for row_id in sorted(found, key=lambda i: (found[i].batch, i))]


def _queries(identities: list[int]) -> tuple[Select[Any], Select[Any]]:
    r, s, sheet, b, d = m.record.c, m.source_row.c, m.source_sheet.c, m.batch.c, m.row_decision.c
    told = (
        s.batch_id, b.kind, b.file_name, sheet.name, s.number, sheet.list_kind, sheet.list_date, sheet.period,
        sheet.commune_code, sheet.commune_from, s.status, r.identity_id, r.id.label("record"), sheet.columns, s.cells,
    )  # fmt: skip
    of_row = (m.source_sheet, sheet.id == s.sheet_id), (m.batch, b.id == s.batch_id)
    accepted = (
        select(s.id, null().label("by"), *told)
        .join(m.record, s.record_id == r.id)
        .where(s.status.in_(("new", "changed", "unchanged")))
    )
    admitted = (
        select(s.id, d.batch_id, *told)
        .join(m.row_decision, d.source_row_id == s.id)
        .join(m.record, d.record_id == r.id)
        .where(d.verdict == "admitted")
    )
    for target, on in of_row:
        accepted, admitted = accepted.join(target, on), admitted.join(target, on)
    return accepted.where(r.identity_id.in_(identities)), admitted.where(r.identity_id.in_(identities))


def _row(cipher: Cipher, told: list[Any], admitted_by: int | None, names: bool) -> TraceRow:
    batch, kind, file, sheet, number, list_kind, list_date, period, code, since, status, who, record, columns, cells = (
        told
    )
    return TraceRow(
        batch=batch, kind=kind, file=cipher.decrypt(file, "batch.file_name") if file else "",
        sheet=cipher.decrypt(sheet, "source_sheet.name"), row=number, list_kind=list_kind, list_date=list_date,
        period=period, commune_code=code, commune_from=since, status=status, identity=who, record=record,
        admitted_by=admitted_by, columns=tuple((c["letter"], c["heading"], c["field"]) for c in columns),
        cells=json.loads(cipher.decrypt(cells, "source_row.cells")) if names else {},
    )  # fmt: skip
