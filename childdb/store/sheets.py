"""The sheets that came in, by number: name, kind of list, date; for walking from a fact to its source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from childdb.store import models as m
from childdb.store.store import Store


@dataclass(frozen=True)
class SheetLine:
    name: str
    list_kind: str
    list_date: date


def sheets(store: Store) -> dict[int, SheetLine]:
    """Every sheet by its number."""
    s = m.source_sheet.c
    with store.reading() as connection:
        return {
            int(number): SheetLine(store.cipher.decrypt(name, "source_sheet.name"), kind, day)
            for number, name, kind, day in connection.execute(select(s.id, s.name, s.list_kind, s.list_date))
        }
