"""Lineage: from a row of the snapshot to the rows, sheets and columns that assert it, and from a row to its child."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import select

from childdb.store import models as m
from childdb.store.resolve import Resolved, resolved
from childdb.store.resolve_events import TABLES as EVENT_TABLES
from childdb.store.resolve_fields import fields
from childdb.store.resolve_spells import SETS, SINGLE
from childdb.store.store import Store
from schemas.errors import NotFound, UsageFault
from schemas.facts import FACTS

TABLES = (
    "child", "residence", "household_status", "listing", "circumstance", "parent_status", "care_arrangement",
    "work_spell", "support", *EVENT_TABLES,
)  # fmt: skip


@dataclass(frozen=True)
class SourceRef:
    """One row of one sheet of one import, and the letters of the columns that say it."""

    batch: int
    sheet: int
    row: int
    columns: tuple[str, ...]
    row_id: int


@dataclass(frozen=True)
class Fact:
    """One row of the snapshot (of `child`: one field of it), named by its key, and the rows that assert it."""

    child: int
    table: str
    key: tuple[tuple[str, Any], ...]
    rows: tuple[SourceRef, ...]


def facts_behind(
    store: Store,
    child_keys: Iterable[int],
    tables: Sequence[str] = TABLES,
    *,
    as_known: int | None = None,
) -> list[Fact]:
    """What the snapshot says of these children, with the source rows that assert it.

    Rows of the snapshot of sealed facts have none: their lineage ends at the count.
    """
    if unknown := set(tables) - set(TABLES):
        raise UsageFault(
            f"Không có bảng {sorted(unknown)} của từng trẻ.", f"There are no tables by child named {sorted(unknown)}."
        )
    with resolved(store, as_known=as_known) as known:
        return facts_of(known, store, child_keys, tables)


def facts_of(known: Resolved, store: Store, child_keys: Iterable[int], tables: Sequence[str] = TABLES) -> list[Fact]:
    """The same of a store that is resolved already."""
    known.con.register("filling", pa.table({"child": pa.array(sorted(set(child_keys)), pa.int64())}))
    known.con.execute("create or replace temp table asked as from filling")
    known.con.unregister("filling")
    found = [fact for table in tables for fact in _of_table(known, table)]
    sheets = _sheet_columns(store, {ref[1] for _, _, _, refs in found for ref in refs})
    return [
        Fact(child, table, key, tuple(
            SourceRef(batch, sheet, row, _letters(sheets[sheet], table, key), row_id)
            for batch, sheet, row, row_id in refs
        ))
        for child, table, key, refs in found
    ]  # fmt: skip


Ref = tuple[int, int, int, int]
_Found = tuple[int, str, tuple[tuple[str, Any], ...], list[Ref]]


def _of_table(known: Resolved, table: str) -> Iterator[_Found]:
    """Each row of the snapshot of the children asked for, with (batch, sheet, row, row id) of its assertions."""
    columns, query = _said(table, named=known.named)
    listed = ", ".join(f's."{c}"' for c in columns)
    rows = known.con.execute(
        f"""
        select s.child{"," if columns else ""} {listed},
            list(distinct (a.batch_id, a.sheet_id, a.number, a.row_id) order by (a.batch_id, a.sheet_id, a.number, a.row_id))
        from ({query}) as s
        join assertion as a on a.rank = s.rank
        where s.child in (select child from asked)
        group by s.child{"," if columns else ""} {listed}
        order by s.child{"," if columns else ""} {listed}
        """
    ).fetchall()
    for child, *values, refs in rows:
        yield int(child), table, tuple(zip(columns, values, strict=True)), [tuple(r) for r in refs]


def _said(table: str, *, named: bool) -> tuple[tuple[str, ...], str]:
    """The key columns of a table, and the ranks of the assertions that say each of its rows."""
    if table == "child":
        return ("field",), " union all ".join(
            f"select p.child, '{f.removeprefix('has_')}' as field, p.rank from profile_said as p "
            f"join profile as h on h.child = p.child and h.{f} = p.{f}"
            + (" and h.birth_precision is not distinct from p.birth_precision" if f == "birth_date" else "")
            for f in fields(named=named)
        )
    if table == "listing":
        columns = ("list_kind", "list_date", "period", "unit")
        return columns, "select * from assertion where not is_correction"
    if table in EVENT_TABLES:
        key = FACTS[table].key
        return key, f"select child, rank{''.join(f', {k}' for k in key)} from {table}_standing"
    if table in SETS:
        member = SETS[table][0]
        return (
            (member, "valid_from"),
            f"""
            select s.child, s.rank, f.{member}, p.valid_from
            from {table}_set as s
            join store.{table} as f on f.record_id = s.record_id
            join {table}_spell as p on p.child = s.child and p.{member} = f.{member} and {_within("s", "p")}""",
        )
    if table == "household_status":
        return (
            ("valid_from", "status"),
            """
            select p.child, s.rank, p.valid_from, p.status
            from household_status_spell as p
            join poverty_said as s on s.status = p.status and s.year is not distinct from p.year
                and (s.household = p.household or s.child = p.child)
                and s.list_date < coalesce(p.valid_to, date '9999-12-31')
            where not s.none""",
        )
    scope = SINGLE[table][0] if table in SINGLE else None
    value = SINGLE[table][1] if table in SINGLE else "unit"
    key = ((scope,) if scope else ()) + ("valid_from",)
    same = f" and p.{scope} = s.{scope}" if scope else ""
    return (
        key,
        f"""
        select s.child, s.rank, p.valid_from{f", p.{scope}" if scope else ""}
        from {table}_held as s
        join {table}_spell as p on p.child = s.child{same} and p.{value} is not distinct from s.{value}
            and {_within("s", "p")}""",
    )


def _within(said: str, spell: str) -> str:
    return (
        f"{said}.list_date >= {spell}.valid_from and {said}.list_date < coalesce({spell}.valid_to, date '9999-12-31')"
    )


def _sheet_columns(store: Store, sheets: set[int]) -> dict[int, list[dict[str, str | None]]]:
    s = m.source_sheet.c
    found: dict[int, list[dict[str, str | None]]] = {}
    wanted = sorted(sheets)
    with store.reading() as connection:
        for start in range(0, len(wanted), 500):
            block = wanted[start : start + 500]
            for number, columns in connection.execute(select(s.id, s.columns).where(s.id.in_(block))):
                found[int(number)] = json.loads(columns) if isinstance(columns, str) else columns
    return found


def _letters(columns: list[dict[str, str | None]], table: str, key: tuple[tuple[str, Any], ...]) -> tuple[str, ...]:
    """The columns read into this fact: child_profile.sex of the field sex, vaccination.given_on[PENTA:2] of its doses."""
    values = {name: str(value) for name, value in key}
    if table == "child":
        wanted = f"child_profile.{values['field']}"
        return tuple(str(c["letter"]) for c in columns if c["field"] == wanted)
    scope = next((values[c] for c in (*FACTS[table].scope_by, *FACTS[table].key) if c in values), None) if (
        table in FACTS
    ) else None  # fmt: skip
    found = []
    for column in columns:
        head, _, mark = str(column["field"] or "").partition("[")
        fits = not mark or scope is None or mark.rstrip("]").split(":")[0] == scope
        if head.partition(".")[0] == table and fits:
            found.append(str(column["letter"]))
    return tuple(found)


def children_of_cell(store: Store, batch: int, sheet: str | int, row: int, *, as_known: int | None = None) -> list[int]:
    """The keys of the children of whom a row of a sheet (by name or number) speaks, as known at a batch."""
    s, r = m.source_sheet.c, m.source_row.c
    with store.reading() as connection:
        sheets = connection.execute(select(s.id, s.name).where(s.batch_id == batch)).all()
        named = [
            int(number) for number, name in sheets
            if number == sheet or store.cipher.decrypt(name, "source_sheet.name") == sheet
        ]  # fmt: skip
        ids = [int(i) for (i,) in connection.execute(select(r.id).where(r.sheet_id.in_(named), r.number == row))]
    if not ids:
        raise NotFound(f"Lô {batch} không có dòng {row} ở trang này.", f"Batch {batch} has no row {row} on this sheet.")
    with resolved(store, as_known=as_known) as known:
        marks = ", ".join(str(i) for i in ids)
        rows = known.con.execute(
            f"select distinct child from assertion where row_id in ({marks}) and child is not null order by child"
        ).fetchall()
    return [int(child) for (child,) in rows]


__all__ = ["TABLES", "Fact", "SourceRef", "children_of_cell", "facts_behind", "facts_of"]
