"""The state of the data in counts by commune, from the store's own rows: nothing is decrypted, nothing resolved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select, true

from childdb.store import models as m
from childdb.store.batches import batch_lines, live_batches
from childdb.store.held import unit_key, waiting
from childdb.store.store import Store


@dataclass(frozen=True)
class CommuneStanding:
    """One commune (a unit's key, empty where a sheet names none): rows that wait, children, the last live import."""

    unit: str
    held: int
    children: int
    last_import: datetime | None
    last_list: date | None


def standing(store: Store) -> list[CommuneStanding]:
    """Every commune of which the store has a list, by key."""
    s, r, b, i, k = m.source_sheet.c, m.source_row.c, m.batch.c, m.identity.c, m.child_link.c
    with store.reading() as connection:
        lines = batch_lines(connection)
        live = live_batches(lines)
        held = {
            unit_key(code, since): int(count)
            for code, since, count in connection.execute(
                select(s.commune_code, s.commune_from, func.count(r.id))
                .join(m.source_sheet, s.id == r.sheet_id).where(*waiting(connection))
                .group_by(s.commune_code, s.commune_from)
            )
        }  # fmt: skip
        last: dict[str, tuple[datetime, date]] = {}
        for code, since, batch, at, listed in connection.execute(
            select(s.commune_code, s.commune_from, s.batch_id, b.made_at, s.list_date)
            .join(m.batch, b.id == s.batch_id).where(b.kind == "import").order_by(b.id)
        ):  # fmt: skip
            if batch in live:
                unit = unit_key(code, since)
                last[unit] = (at, max(listed, last[unit][1]) if unit in last else listed)
        undone = sorted({number for number, _ in lines} - live)
        stands = or_(*_stands(undone)) if undone else true()
        children = {
            unit_key(code, since): int(count)
            for code, since, count in connection.execute(
                select(i.commune_code, i.commune_from, func.count(k.child_key.distinct()))
                .join(m.child_link, k.identity_id == i.id).where(stands).group_by(i.commune_code, i.commune_from)
            )
        }  # fmt: skip
    return [
        CommuneStanding(unit, held.get(unit, 0), children.get(unit, 0), *last.get(unit, (None, None)))
        for unit in sorted(held.keys() | last.keys())
    ]


def _stands(undone: list[int]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether a row of a batch that is not among the UNDONE asserts something of an identity, or was admitted by one."""
    i, r, row, d = m.identity.c, m.record.c, m.source_row.c, m.row_decision.c
    said = (
        select(row.id).join(m.record, r.id == row.record_id).where(r.identity_id == i.id, row.batch_id.not_in(undone))
    )
    let_in = select(d.id).join(m.record, r.id == d.record_id).where(r.identity_id == i.id, d.batch_id.not_in(undone))
    return said.exists(), let_in.exists()


@dataclass(frozen=True)
class BatchAbout:
    """What a batch speaks of: the communes (keys of units) of its sheets and of the held rows that it decided on."""

    number: int
    kind: str
    undoes: int | None
    communes: frozenset[str]


def batches_about(store: Store) -> list[BatchAbout]:
    """Every batch, oldest first; nothing is decrypted."""
    s, r, d, b = m.source_sheet.c, m.source_row.c, m.row_decision.c, m.batch.c
    of_sheets = select(s.batch_id, s.commune_code, s.commune_from)
    of_rows = (
        select(d.batch_id, s.commune_code, s.commune_from)
        .join(m.source_row, r.id == d.source_row_id)
        .join(m.source_sheet, s.id == r.sheet_id)
    )
    found: dict[int, set[str]] = {}
    with store.reading() as connection:
        for query in (of_sheets, of_rows):
            for batch, code, since in connection.execute(query):
                found.setdefault(int(batch), set()).add(unit_key(code, since))
        lines = connection.execute(select(b.id, b.kind, b.undoes).order_by(b.id)).all()
    return [BatchAbout(int(n), kind, undoes, frozenset(found.get(int(n), ()))) for n, kind, undoes in lines]
