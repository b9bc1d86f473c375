"""Rows held back: kept with their cells and issues until corrected, admitted or dismissed by a person."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, tuple_

from childdb.store import models as m
from childdb.store.batches import batch_lines, live_batches, open_batch
from childdb.store.bulk import Numbers, chunks
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

    @property
    def unit(self) -> str:
        """The key of its commune, empty where none is known."""
        return unit_key(self.commune_code, self.commune_from)


@dataclass(frozen=True)
class HeldLine:
    """A held row as a list shows it: where it stands and why it waits; its unit (a key) is empty where none is known."""

    id: int
    unit: str
    file: str
    sheet: str
    number: int
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class HeldPage:
    """Some lines of a list of COUNT; and what the whole list may be narrowed to: rows by unit, and by code of issue."""

    lines: list[HeldLine]
    count: int
    by_unit: dict[str, int]
    by_code: dict[str, int]


def waiting(connection: Connection) -> tuple[ColumnElement[bool], ...]:
    """Which source rows wait: held back by a live batch, and not dismissed, admitted or closed by a live decision."""
    lines = batch_lines(connection)
    undone = sorted({number for number, _ in lines} - live_batches(lines))
    s, d = m.source_row.c, m.row_decision.c
    settled = select(d.id).where(d.source_row_id == s.id, d.batch_id.not_in(undone)).exists()
    return s.status == HELD, s.batch_id.not_in(undone), ~settled


def of_units(units: Collection[str] | None) -> tuple[ColumnElement[bool], ...]:
    """Rows whose sheet is of one of UNITS (keys; an empty one: of a sheet that names none); of all where None is given."""
    if units is None:
        return ()
    sheet = m.source_sheet.c
    named = [(code, date.fromisoformat(since)) for code, _, since in (u.partition("@") for u in units) if since]
    here = tuple_(sheet.commune_code, sheet.commune_from).in_(named)
    return (or_(here, sheet.commune_code.is_(None)) if "" in units else here,)


def unit_key(code: str | None, since: date | None) -> str:
    return f"{code}@{since}" if code and since else ""


def held_page(
    connection: Connection, cipher: Cipher, *, within: Collection[str] | None, unit: str | None, code: str | None,
    first: int, most: int,
) -> HeldPage:  # fmt: skip
    """MOST lines from the FIRSTth of the rows that wait WITHIN some units, of one UNIT and with an issue of one CODE if
    asked for; only what is shown is decrypted."""
    s, sheet, b, i = m.source_row.c, m.source_sheet.c, m.batch.c, m.row_issue.c
    rows = select(s.id).join(m.source_sheet, sheet.id == s.sheet_id).where(*waiting(connection), *of_units(within))
    units = rows.with_only_columns(sheet.commune_code, sheet.commune_from, func.count())
    by_unit = connection.execute(units.group_by(sheet.commune_code, sheet.commune_from)).all()
    rows = rows.where(*of_units(None if unit is None else [unit]))
    causes = rows.join(m.row_issue, i.source_row_id == s.id).with_only_columns(i.code, func.count(s.id.distinct()))
    by_code = connection.execute(causes.group_by(i.code)).all()
    if code is not None:
        rows = rows.where(select(i.id).where(i.source_row_id == s.id, i.code == code).exists())
    count = int(connection.scalar(rows.with_only_columns(func.count())) or 0)
    shown = rows.join(m.batch, b.id == s.batch_id).with_only_columns(
        s.id, sheet.commune_code, sheet.commune_from, b.file_name, sheet.name, s.number
    )
    found = connection.execute(shown.order_by(s.id).limit(most).offset(first)).all()
    issues = _issues(connection, cipher, [int(r[0]) for r in found])
    lines = [
        HeldLine(int(row), unit_key(home, since), cipher.decrypt(file, "batch.file_name") if file else "",
                 cipher.decrypt(name, "source_sheet.name"), number, tuple(issues.get(int(row), ())))
        for row, home, since, file, name, number in found
    ]  # fmt: skip
    return HeldPage(lines, count, {unit_key(c, d): int(n) for c, d, n in by_unit}, {c: int(n) for c, n in by_code})


def held_ids(connection: Connection, unit: str, *, after: int = 0, most: int | None = None) -> list[int]:
    """The numbers of the rows of a unit that wait, from the one AFTER a number on."""
    s, sheet = m.source_row.c, m.source_sheet.c
    rows = select(s.id).join(m.source_sheet, sheet.id == s.sheet_id)
    rows = rows.where(*waiting(connection), *of_units([unit]), s.id > after).order_by(s.id).limit(most)
    return [int(row) for row in connection.scalars(rows)]


def held_rows(
    connection: Connection,
    cipher: Cipher,
    *,
    batch: int | None = None,
    commune: str | None = None,
    row: int | None = None,
) -> list[HeldRow]:
    """The rows that still wait, oldest batch first; of one batch, one commune code or one row if named."""
    s, sheet, b = m.source_row.c, m.source_sheet.c, m.batch.c
    query = (
        select(s.id, s.batch_id, b.file_name, sheet.name, s.number, sheet.commune_code, sheet.commune_from,
               sheet.list_kind, sheet.list_date, s.cells, s.typed, sheet.period)
        .join(m.source_sheet, sheet.id == s.sheet_id).join(m.batch, b.id == s.batch_id)
        .where(*waiting(connection)).order_by(s.id)
    )  # fmt: skip
    if batch is not None:
        query = query.where(s.batch_id == batch)
    if commune is not None:
        query = query.where(sheet.commune_code == commune)
    if row is not None:
        query = query.where(s.id == row)
    found = connection.execute(query).all()
    issues = _issues(connection, cipher, [int(r[0]) for r in found])
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


def _issues(connection: Connection, cipher: Cipher, rows: Collection[int]) -> dict[int, list[Issue]]:
    i = m.row_issue.c
    query = select(i.source_row_id, i.code, i.field, i.column, i.value, i.slots).order_by(i.id)
    found: dict[int, list[Issue]] = {}
    for block in chunks(rows):
        for row, code, field, column, value, slots in connection.execute(query.where(i.source_row_id.in_(block))):
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
