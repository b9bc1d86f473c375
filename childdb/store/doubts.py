"""What the lists leave open about children: issues of accepted rows and of rows held back, and which rows a child has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from childdb.store import models as m
from childdb.store.batches import batch_lines, live_batches
from childdb.store.bulk import chunks
from childdb.store.held import HeldRow
from childdb.store.imports import CLEANING
from childdb.store.store import Store
from schemas.issues import Issue
from schemas.records import HELD

Order = tuple[date, int, int]  # list date, batch, row


@dataclass(frozen=True)
class Naming:
    """One live accepted row that names a child."""

    row: int
    child: int
    order: Order
    list_kind: str
    unit: str


@dataclass(frozen=True)
class CleaningRow:
    """A row of a cleaning list that came back: its columns as (letter, field) and its cells."""

    columns: tuple[tuple[str, str | None], ...]
    cells: dict[str, str]


def namings(store: Store) -> list[Naming]:
    """The live accepted rows that name a child, in the order in which they prevail."""
    r, s, sheet, link = m.record.c, m.source_row.c, m.source_sheet.c, m.child_link.c
    query = (
        select(s.id, link.child_key, sheet.list_date, s.batch_id, sheet.list_kind, sheet.commune_code, sheet.commune_from)
        .join(m.record, s.record_id == r.id).join(m.child_link, link.identity_id == r.identity_id)
        .join(m.source_sheet, sheet.id == s.sheet_id).where(s.status.in_(("new", "changed", "unchanged")))
    )  # fmt: skip
    with store.reading() as connection:
        live = live_batches(batch_lines(connection))
        found = [
            Naming(int(row), int(child), (listed, int(batch), int(row)), kind, f"{code}@{since}" if code else "")
            for row, child, listed, batch, kind, code, since in connection.execute(query) if batch in live
        ]  # fmt: skip
    return sorted(found, key=lambda n: n.order)


def issues_of_rows(store: Store, rows: Iterable[int], codes: Sequence[str]) -> dict[int, list[Issue]]:
    """The issues of these rows that are of these kinds, with the values that stood there."""
    i = m.row_issue.c
    wanted = set(rows)
    query = (
        select(i.source_row_id, i.code, i.field, i.column, i.value, i.slots)
        .where(i.code.in_(codes), i.source_row_id.is_not(None)).order_by(i.id)
    )  # fmt: skip
    found: dict[int, list[Issue]] = {}
    with store.reading() as connection:
        for row, code, field, column, value, slots in connection.execute(query):
            if row in wanted:
                found.setdefault(int(row), []).append(Issue(
                    code, field, column, store.cipher.decrypt(value, "row_issue.value") if value else None,
                    json.loads(store.cipher.decrypt(slots, "row_issue.slots")) if slots else {},
                ))  # fmt: skip
    return found


def cleaning_rows(store: Store, rows: Iterable[int]) -> dict[int, CleaningRow]:
    """The cells of rows of cleaning lists."""
    s, sheet = m.source_row.c, m.source_sheet.c
    found: dict[int, CleaningRow] = {}
    with store.reading() as connection:
        for block in chunks(sorted(set(rows))):
            query = select(s.id, s.cells, sheet.columns).join(m.source_sheet, sheet.id == s.sheet_id)
            for row, cells, columns in connection.execute(query.where(s.id.in_(block), sheet.list_kind == CLEANING)):
                said = tuple((c["letter"], c["field"]) for c in columns)
                found[int(row)] = CleaningRow(said, json.loads(store.cipher.decrypt(cells, "source_row.cells")))
    return found


def held_with_tokens(store: Store, codes: Sequence[str], commune: str | None) -> list[tuple[HeldRow, str]]:
    """The waiting rows that have an issue of these kinds, each with the token by which its correction closes it."""
    waiting = [h for h in store.held_rows(commune=commune) if h.record and any(i.code in codes for i in h.issues)]
    s = m.source_row.c
    tokens: dict[int, str] = {}
    with store.reading() as connection:
        for block in chunks(h.id for h in waiting):
            query = select(s.id, s.token).where(s.id.in_(block), s.token.is_not(None), s.status == HELD)
            tokens.update({int(row): str(token) for row, token in connection.execute(query)})
    return [(h, tokens[h.id]) for h in waiting if h.id in tokens]
