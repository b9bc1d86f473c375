"""The state of the data in counts by commune, from the store's own rows: nothing is decrypted, nothing resolved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from childdb.store import models as m
from childdb.store.batches import batch_lines, live_batches
from childdb.store.held import settled_rows
from childdb.store.store import Store
from schemas.records import HELD


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
        live = live_batches(batch_lines(connection))
        settled = settled_rows(connection, live)
        held: dict[str, int] = {}
        for row, batch, code, since in connection.execute(
            select(r.id, r.batch_id, s.commune_code, s.commune_from)
            .join(m.source_sheet, s.id == r.sheet_id).where(r.status == HELD)
        ):  # fmt: skip
            if batch in live and row not in settled:
                unit = _unit(code, since)
                held[unit] = held.get(unit, 0) + 1
        last: dict[str, tuple[datetime, date]] = {}
        for code, since, batch, at, listed in connection.execute(
            select(s.commune_code, s.commune_from, s.batch_id, b.made_at, s.list_date)
            .join(m.batch, b.id == s.batch_id).where(b.kind == "import").order_by(b.id)
        ):  # fmt: skip
            if batch in live:
                unit = _unit(code, since)
                last[unit] = (at, max(listed, last[unit][1]) if unit in last else listed)
        children = {
            _unit(code, since): int(count)
            for code, since, count in connection.execute(
                select(i.commune_code, i.commune_from, func.count(k.child_key.distinct()))
                .join(m.child_link, k.identity_id == i.id).group_by(i.commune_code, i.commune_from)
            )
        }  # fmt: skip
    return [
        CommuneStanding(unit, held.get(unit, 0), children.get(unit, 0), *last.get(unit, (None, None)))
        for unit in sorted(held.keys() | last.keys())
    ]


def communes_of_batches(store: Store) -> dict[int, set[str]]:
    """Of each batch the communes of its sheets and of the held rows that it decided on; a batch of neither is left out."""
    s, r, d = m.source_sheet.c, m.source_row.c, m.row_decision.c
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
                found.setdefault(int(batch), set()).add(_unit(code, since))
    return found


def _unit(code: str | None, since: date | None) -> str:
    return f"{code}@{since}" if code and since else ""
