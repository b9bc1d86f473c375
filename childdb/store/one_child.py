"""One child whole: what holds of it, from which rows, and whether something sealed is kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from childdb.store.lineage import Fact, facts_of
from childdb.store.resolve import resolved
from childdb.store.resolve_fields import NAMED_FIELDS
from childdb.store.resolve_spells import RESIDENCE_NAMED
from childdb.store.snapshot import project
from childdb.store.store import Store
from childdb.store.trace import TraceRow

TABLES = (
    "household_status", "circumstance", "parent_status", "care_arrangement", "birth", "death", "measurement",
    "vaccination", "health_event", "schooling", "work_spell", "marriage", "support", "listing",
)  # fmt: skip


@dataclass(frozen=True)
class OneChild:
    """`profile` and the rows of `residence` bear names in the clear; `tables` rows of the snapshot, oldest first.

    `facts` name the rows that assert each, `rows` are those rows; `sealed` is empty unless it was asked for.
    """

    child: int
    profile: Mapping[str, Any]
    residence: Sequence[Mapping[str, Any]]
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    facts: Sequence[Fact]
    rows: Sequence[TraceRow]
    rollout: Mapping[tuple[str, str], Any]
    sealed: int | None


def one_child(store: Store, child: int, *, sealed: bool) -> OneChild:
    """What is known of CHILD; with SEALED, how many rows say something sealed of it (never what)."""
    with resolved(store, named=True, only=child) as known:
        project(known)
        con = known.con

        def rows(sql: str) -> list[dict[str, Any]]:
            cursor = con.execute(sql, [child] if "?" in sql else None)
            names = [str(d[0]) for d in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        (profile,) = rows("from profile where child = ?") or [{}]
        places = rows("from residence_spell where child = ? order by valid_from")
        _decrypt(store, [profile], "child_profile", NAMED_FIELDS)
        _decrypt(store, places, "residence", RESIDENCE_NAMED)
        tables = {name: rows(f"from snap_{name} where child = ? order by all") for name in TABLES}
        rollout = {(r["vaccine"], r["province"]): r["given_from"] for r in rows("from snap_vaccine_rollout")}
        facts = facts_of(known, store, [child])
        hidden = None
        if sealed:
            ((hidden,),) = con.execute(
                """
                select count(*)
                from assertion as a
                where a.child = ? and (
                    a.record_id in (select record_id from store.protection_case)
                    or a.record_id in (select record_id from store.circumstance where code is null)
                )""",
                [child],
            ).fetchall()
    return OneChild(child, profile, places, tables, facts, store.trace_child(child), rollout, hidden)


def _decrypt(store: Store, rows: Sequence[dict[str, Any]], table: str, names: Sequence[str]) -> None:
    for row in rows:
        for name in names:
            if row.get(name) is not None:
                row[name] = store.cipher.decrypt(bytes.fromhex(row[name]), f"{table}.{name}")
