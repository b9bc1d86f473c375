"""What communes and agencies reported of themselves, item by item, with the row and cells that say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from childdb.store import models as m
from childdb.store.batches import batch_lines, live_batches
from childdb.store.store import Store

_SAYS = ("commune_return.item", "commune_return.value", "commune_return.said")


@dataclass(frozen=True)
class ReturnLine:
    """One item of one return; `unit` is the key of the commune that the sheet names; `cells` the letters of its columns."""

    unit: str
    period: str
    item: str
    value: Decimal | None
    said: str | None
    list_date: date
    batch: int
    sheet: str
    row: int
    cells: tuple[str, ...]


def return_lines(store: Store, *, starts: str = "", as_known: int | None = None) -> list[ReturnLine]:
    """What holds at a batch of the items that begin with STARTS: per unit, period and item the latest list, then batch."""
    c, r, s = m.commune_return.c, m.source_row.c, m.source_sheet.c
    with store.reading() as connection:
        live = live_batches(batch_lines(connection), as_known)
        rows = connection.execute(
            select(c.commune_code, c.commune_from, c.period, c.item, c.value, c.said, s.list_date, r.batch_id, s.name,
                   r.number, r.id, s.columns)
            .join(m.source_row, r.record_id == c.record_id)
            .join(m.source_sheet, s.id == r.sheet_id)
            .where(r.status.in_(("new", "changed", "unchanged")), c.item.startswith(starts, autoescape=True))
            .order_by(s.list_date, r.batch_id, r.id)
        ).all()  # fmt: skip
    found: dict[tuple[str, str, str], ReturnLine] = {}
    for code, since, period, item, value, said, listed, batch, sheet, number, _, columns in rows:
        if batch in live:
            unit = f"{code}@{since}"
            found[unit, period, item] = ReturnLine(
                unit, period, item, value, said, listed, batch, store.cipher.decrypt(sheet, "source_sheet.name"), number,
                _letters(columns),
            )  # fmt: skip
    return [found[key] for key in sorted(found)]


def _letters(columns: list[Any]) -> tuple[str, ...]:
    return tuple(str(c["letter"]) for c in columns if c["field"] in _SAYS)
