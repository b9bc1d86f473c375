"""What holds as known at batch N: live assertions, children, and of each scope the assertion that prevails.

Everything is SQL in DuckDB over tables read once (extract.py); Python walks batches and decisions, never facts. The
temporary tables made here are the resolved store: the snapshot, the named records and the lineage read them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa
from sqlalchemy import select

from childdb.store import models as m
from childdb.store import resolve_events, resolve_fields, resolve_households, resolve_spells
from childdb.store.batches import live_batches
from childdb.store.decisions import Decision, components, in_force
from childdb.store.extract import Wanted, all_columns, extract
from childdb.store.store import Store
from schemas.errors import NotFound
from schemas.facts import FACTS
from schemas.text import fold


@dataclass(frozen=True)
class Resolved:
    """The resolved tables of a connection, the batch as known at which they hold, and the store's own number."""

    con: duckdb.DuckDBPyConnection
    batch: int
    store_id: str
    named: bool


@dataclass(frozen=True)
class Disagreement:
    """Two kinds of list say differently of one event; the more trusted one holds (issue `lists_disagree`)."""

    child: int
    table: str
    field: str
    event: str
    list_kinds: tuple[str, ...]


@contextmanager
def resolved(
    store: Store,
    *,
    as_known: int | None = None,
    without: frozenset[int] = frozenset(),
    named: bool = False,
    sealed: bool = False,
    linked_at: int | None = None,
    only: int | None = None,
) -> Iterator[Resolved]:
    """Resolve the store as known at a batch (the last, if none is given), as if the batches WITHOUT were undone.

    With NAMED the identifying columns come too, still encrypted; with SEALED the sealed ones, still encrypted. LINKED_AT
    takes the decisions on who is whom from another batch than the rest (to tell apart what a comparison owes to them).
    ONLY a child, by its key now: it alone with those of its households (whose lists tell how poor they are) is read, which
    takes a moment however large the store; a village's spelling is then that of its own lists.
    """
    # what does not fit in memory is spilled to a folder of the owner's alone, which goes with the connection
    with tempfile.TemporaryDirectory(prefix="childdb-spill-") as spill, duckdb.connect() as con:
        con.execute("set temp_directory = ?", [spill])
        con.execute("set preserve_insertion_order = false")
        wanted = _wanted(named, sealed)
        extract(con, store, wanted if only is None else _within(wanted, _household(store, only)), few=only is not None)
        batch = _batch(con, as_known)
        _live(con, batch, without)
        _children(con, linked_at)
        _assertions(con)
        resolve_fields.profiles(con, named=named)
        _village_names(con)
        resolve_spells.residences(con, named=named)
        resolve_spells.single_states(con)
        resolve_spells.set_states(con)
        resolve_households.poverty(con)
        resolve_events.events(con)
        yield Resolved(con, batch, _store_id(con), named)


def disagreements(store: Store, *, as_known: int | None = None) -> list[Disagreement]:
    """Where two kinds of list disagree about one event, as known at a batch."""
    with resolved(store, as_known=as_known) as known:
        rows = known.con.execute("from disagreement order by child, tbl, event, field").fetchall()
        return [
            Disagreement(child, table, field, event, tuple(sorted(kinds))) for child, table, field, event, kinds in rows
        ]


def _wanted(named: bool, sealed: bool) -> list[Wanted]:
    found = [
        Wanted(m.setting, ("name", "value"), where="name = 'store_id'"),
        Wanted(m.batch, ("id", "kind", "undoes")),
        Wanted(m.source_sheet, ("id", "batch_id", "list_kind", "list_date", "period", "commune_code", "commune_from")),
        Wanted(m.source_row, ("id", "sheet_id", "batch_id", "number", "status", "record_id"),
               where="status <> 'skipped'"),
        Wanted(m.row_decision, ("id", "batch_id", "source_row_id", "verdict", "record_id"),
               where="verdict = 'admitted'"),
        Wanted(m.record, ("id", "identity_id", "retracts", "replaces")),
        Wanted(m.identity, ("id", "child_key")),
        Wanted(m.match_decision, ("id", "batch_id", "verdict", "identity_a", "identity_b", "closes")),
        Wanted(m.household, ("id", "household_key")),
        Wanted(m.commune_return, all_columns(m.commune_return)),
        *(Wanted(t, all_columns(t)) for t in (m.admin_unit, m.admin_unit_successor, m.unit_trait, m.vaccine_rollout)),
    ]  # fmt: skip
    for name in FACTS:
        table = m.FACT_TABLES[name]
        if name == "child_profile" and not named:
            found.append(Wanted(table, all_columns(table, sealed=False), resolve_fields.PRESENT))
        elif name == "circumstance":
            found.append(Wanted(table, all_columns(table, sealed=sealed)))
        elif name == "protection_case":
            found.append(Wanted(table, ("id", "record_id", "kind", "opened_on") if sealed else ("id", "record_id")))
        else:
            found.append(Wanted(table, all_columns(table, sealed=named)))
    return found


def _household(store: Store, child: int) -> set[int]:
    """The identities of a child and of all who were ever written into one of its households."""
    link, r, h = m.child_link.c, m.record.c, m.FACT_TABLES["residence"].c
    with store.reading() as connection:
        own = select(link.identity_id).where(link.child_key == child)
        if connection.scalar(own) is None:
            raise NotFound("Không có trẻ mang mã này.", "There is no child with this key.")
        places = (
            select(h.household_id).join(m.record, r.id == h.record_id)
            .where(r.identity_id.in_(own), h.household_id.is_not(None))
        )  # fmt: skip
        mates = (
            select(r.identity_id)
            .join(m.FACT_TABLES["residence"], h.record_id == r.id)
            .where(h.household_id.in_(places))
        )
        people = select(link.child_key).where(link.identity_id.in_(mates) | (link.child_key == child))
        return {int(i) for (i,) in connection.execute(select(link.identity_id).where(link.child_key.in_(people)))}


def _within(wanted: list[Wanted], identities: set[int]) -> list[Wanted]:
    """The same tables, of some identities alone."""
    who = ", ".join(str(i) for i in sorted(identities))
    records = f"(select id from record where identity_id in ({who}))"
    pair = f"identity_a in ({who}) and identity_b in ({who})"
    of = {
        "source_row": f"(record_id in {records} or id in (select source_row_id from row_decision where record_id in {records}))",
        "row_decision": f"record_id in {records}",
        "record": f"identity_id in ({who})",
        "identity": f"id in ({who})",
        "match_decision": f"(({pair}) or closes in (select id from match_decision where {pair}))",
        "household": f"id in (select household_id from residence where record_id in {records})",
        "commune_return": "id < 0",
        **{m.FACT_TABLES[name].name: f"record_id in {records}" for name in FACTS},
    }
    return [replace(w, where=" and ".join(filter(None, (w.where, of.get(w.table.name))))) for w in wanted]


def _store_id(con: duckdb.DuckDBPyConnection) -> str:
    ((value,),) = con.execute("select value from store.setting").fetchall()
    return bytes.fromhex(value).decode("ascii")


def _batch(con: duckdb.DuckDBPyConnection, as_known: int | None) -> int:
    ((last,),) = con.execute("select coalesce(max(id), 0) from store.batch").fetchall()
    if as_known is not None and not 0 < as_known <= last:
        raise NotFound(f"Không có lô {as_known}.", f"There is no batch {as_known}.")
    return int(last) if as_known is None else as_known


def _live(con: duckdb.DuckDBPyConnection, at: int, without: frozenset[int]) -> None:
    lines = con.execute("select id, undoes from store.batch where id <= ?", [at]).fetchall()
    imagined = [(at + place, number) for place, number in enumerate(sorted(without), start=1)]
    live = live_batches([*lines, *imagined]) - {number for number, _ in imagined}
    _fill(con, "live", {"batch": pa.array(sorted(live), pa.int64())})


def _fill(con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, pa.Array]) -> None:
    con.register("filling", pa.table(columns))
    con.execute(f"create temp table {name} as from filling")
    con.unregister("filling")


def _children(con: duckdb.DuckDBPyConnection, linked_at: int | None) -> None:
    """Each identity's child: the key of the lowest identity that the decisions in force link it with."""
    rows = con.execute(
        "select id, batch_id, verdict, identity_a, identity_b, closes from store.match_decision order by id"
    ).fetchall()
    if linked_at is None:
        live = {int(n) for (n,) in con.execute("select batch from live").fetchall()}
    else:
        live = live_batches(con.execute("select id, undoes from store.batch").fetchall(), linked_at)
    standing = in_force([Decision(*row) for row in rows], live)
    met = {i for d in standing for i in (d.identity_a, d.identity_b) if i is not None}
    lowest = components(met, standing)
    _fill(con, "linked", {"identity_id": pa.array(lowest.keys(), pa.int64()),
                          "lowest": pa.array(lowest.values(), pa.int64())})  # fmt: skip
    con.execute(
        """
        create temp table child_of as
        select i.id as identity_id, l.child_key as child
        from store.identity as i
        left join linked as k on k.identity_id = i.id
        join store.identity as l on l.id = coalesce(k.lowest, i.id)
        """
    )


def _assertions(con: duckdb.DuckDBPyConnection) -> None:
    """Every accepted row that counts, in the order in which it prevails (`rank`), and what it retracts."""
    con.execute(
        """
        create temp table assertion as
        with accepted as (
            select r.id as row_id, r.sheet_id, r.batch_id, r.number, r.record_id
            from store.source_row as r
            join store.batch as b on b.id = r.batch_id and b.kind in ('import', 'correction')
            where r.status in ('new', 'changed', 'unchanged')
            union all
            select r.id, r.sheet_id, r.batch_id, r.number, arg_max(d.record_id, d.id)
            from store.row_decision as d
            join store.source_row as r on r.id = d.source_row_id and r.status = 'held_back'
            where d.batch_id in (select batch from live) and d.record_id is not null
            group by r.id, r.sheet_id, r.batch_id, r.number
        )
        select
            row_number() over (order by s.list_date, a.batch_id, a.row_id) as rank,
            a.row_id, a.sheet_id, a.batch_id, a.number, a.record_id,
            c.child, s.list_kind, s.list_date, s.period,
            s.commune_code || '@' || s.commune_from as unit,
            s.list_kind = 'correction' as is_correction
        from accepted as a
        join store.source_sheet as s on s.id = a.sheet_id
        join store.record as r on r.id = a.record_id
        left join child_of as c on c.identity_id = r.identity_id
        where a.batch_id in (select batch from live)
        """
    )
    con.execute(
        """
        create temp table retraction as
        select a.rank, a.child, a.list_kind, a.list_date, a.period, n.name as name
        from assertion as a
        join (
            select id as record_id, unnest(from_json(retracts, '["VARCHAR"]')) as name
            from store.record
            where json_array_length(retracts) > 0
        ) as n on n.record_id = a.record_id
        """
    )


def _village_names(con: duckdb.DuckDBPyConnection) -> None:
    """One spelling for each village of a commune: of those that fold alike, that of the latest live list.

    It is chosen among live assertions alone, so that an undone import leaves no spelling behind.
    """
    said = con.execute(
        """
        select r.commune_code || '@' || r.commune_from as unit, r.village, max(a.rank) as rank
        from assertion as a
        join store.residence as r on r.record_id = a.record_id
        where r.village is not null
        group by all
        order by rank
        """
    ).fetchall()
    latest = {(unit, fold(village)): village for unit, village, _ in said}
    rows = [(unit, village, latest[unit, fold(village)]) for unit, village, _ in said]
    _fill(con, "village_name", {
        name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(("unit", "said", "name"))
    })  # fmt: skip
