"""Everybody's name as it was typed or corrected, for an index that lives in memory alone and is never written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Text, cast, select

from childdb.store import models as m
from childdb.store.batches import batch_lines, live_batches
from childdb.store.store import Store
from childdb.store.verdicts import latest_sheets


@dataclass(frozen=True, slots=True)
class TypedName:
    """One name of one identity; `birth_date` is the ISO text of its first day, `commune` CODE@DATE."""

    identity: int
    child: int
    full_name: str
    mother_name: str
    birth_date: str | None
    birth_precision: str | None
    commune: str


def typed_names(store: Store) -> Iterator[TypedName]:
    """The names of all identities of whom a live row speaks, in their order; a corrected name comes as one more.

    Equal names are equal bytes at rest, so each is decrypted once: seconds for a million children.
    """
    with store.reading() as connection:
        lines = batch_lines(connection)
        live = live_batches(lines)
        # where nothing was ever taken back, everybody is spoken of
        spoken = None if len(live) == len(lines) else set(latest_sheets(connection))
        i, link = m.identity.c, m.child_link.c
        columns = (i.id, link.child_key, i.full_name, i.mother_name, cast(i.birth_date, Text), i.birth_precision,
                   i.commune_code, cast(i.commune_from, Text))  # fmt: skip
        query = select(*columns).join(m.child_link, link.identity_id == i.id).order_by(i.id)
        name, mother = _reader(store, "identity.full_name"), _reader(store, "identity.mother_name")
        for who, child, full, hers, born, precision, code, since in connection.execute(query):
            his, of = name(full), mother(hers)
            if (his or of) and (spoken is None or who in spoken):
                yield TypedName(who, child, his, of, born, precision, f"{code}@{since}")
        p, r, s, w = m.FACT_TABLES["child_profile"].c, m.record.c, m.source_sheet.c, m.source_row.c
        corrected = (
            select(*columns[:2], p.full_name, *columns[3:])
            .join(m.child_link, link.identity_id == i.id)
            .join(m.record, r.identity_id == i.id)
            .join(m.FACT_TABLES["child_profile"], p.record_id == r.id)
            .join(m.source_row, w.record_id == r.id)
            .join(m.source_sheet, s.id == w.sheet_id)
            .where(s.list_kind == "correction", p.full_name.is_not(None), w.batch_id.in_(sorted(live)))
        )
        again = _reader(store, "child_profile.full_name")
        for who, child, full, hers, born, precision, code, since in connection.execute(corrected):
            if his := again(full):  # of one who was erased nothing is left
                yield TypedName(who, child, his, mother(hers), born, precision, f"{code}@{since}")


def _reader(store: Store, place: str) -> Callable[[bytes | None], str]:
    clear: dict[bytes, str] = {}

    def read(kept: bytes | None) -> str:
        if kept is None:
            return ""
        if kept not in clear:
            clear[kept] = store.cipher.decrypt(kept, place)
        return clear[kept]

    return read
