"""Lists of children by key from the store's records as on a day, and their names for those who may see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import duckdb

from childdb.store import Store
from childdb.store.named import is_erased, named_records
from childdb.workflow.figures import snapshot_of
from indicators.prepare.sources import connect, prepare

NAMED = ("full_name", "birth_date", "mother_name")


@contextmanager
def children_prepared(store: Store, *, as_of: date, as_known: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the prepared children of a day in it, gone when it is no longer needed."""
    with snapshot_of(store, as_of=as_of, as_known=as_known) as place:
        con = connect()
        try:
            prepare(con, place, as_of=as_of, sources={"child"})
            yield con
        finally:
            con.close()


def with_names(
    store: Store, rows: Sequence[Mapping[str, Any]], *, as_of: date, as_known: int | None, what: str, reason: str,
    actor: str, now: datetime,
) -> list[dict[str, Any]]:  # fmt: skip
    """The rows with name, birth date and mother's name of their `child`; noted in the access log and the audit chain."""
    wanted = {row["child"] for row in rows}
    names = {
        child["child_key"]: {name: child[name] for name in NAMED}  # type: ignore[literal-required]
        for child in named_records(store, as_of=as_of, as_known=as_known)
        if child["child_key"] in wanted
    }
    erased = {child for child, cells in names.items() if is_erased(cells)}  # nobody can be looked for any more
    store.note_use(actor, what, reason, len(wanted), now=now)
    blank = dict.fromkeys(NAMED)
    return [{**row, **names.get(row["child"], blank)} for row in rows if row["child"] not in erased]
