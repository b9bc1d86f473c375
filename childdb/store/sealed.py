"""Sealed circumstances, counted inside the store: what leaves is a number for each unit, category, sex and age band.

A case of protection counts as the category of the law that its kind names, from the day it was opened; nothing in the
store says that a case has ended, so it goes on. A kind that names no category is not counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb
import pyarrow as pa

from childdb.store.crypto import Cipher
from childdb.store.resolve import Resolved
from childdb.store.resolve_events import standing_sets
from childdb.store.resolve_spells import one_set
from childdb.store.snapshot_tables import contract_columns
from schemas.codes import is_sealed
from schemas.dates import add_months
from schemas.facts import FACTS
from schemas.snapshot import SNAPSHOT

AGE_BANDS = ((4, "0-3"), (7, "4-6"), (11, "7-10"), (16, "11-15"), (18, "16-17"))
"""Years of age below the number; a child whose birth date leaves the band open has none (not known)."""

CASE_CATEGORIES = {
    "violence": "1.09",
    "exploitation": "1.10",
    "sexual_abuse": "1.11",
    "trafficking": "1.12",
}
"""Letters i, k, l, m of article 10 of the Law on Children 2016, by the kind of a protection case."""


def count(known: Resolved, cipher: Cipher, days: Sequence[date]) -> None:
    """Make `snap_sealed_count` for the dates: children by each category stated, by its letter, and by group 1 ("1").

    Of them are counted too those in no open category of the group, and those who receive any support on the day.
    """
    con, table = known.con, SNAPSHOT["sealed_count"]
    con.execute(f"create temp table snap_sealed_count ({', '.join(f'{n} {k}' for n, k in table.columns)})")
    if not days:
        return
    _sealed_spells(con, cipher)
    for day in days:
        con.execute(
            f"insert into snap_sealed_count with found as ({_count(day)}) select {contract_columns(table)} from found"
        )
    con.execute("drop table sealed_spell")


def _sealed_spells(con: duckdb.DuckDBPyConnection, cipher: Cipher) -> None:
    """Who is in which sealed category from when to when; stands in memory for the time of the count alone."""
    decoded(con, cipher, "circumstance", "code_sealed")
    one_set(con, "circumstance", "(select clear from clear_code_sealed where kept = f.code_sealed)", "code", ())
    con.execute("create temp table sealed_spell as from circumstance_spell")
    decoded(con, cipher, "protection_case", "kind")
    decoded(con, cipher, "protection_case", "opened_on")
    scopes = {"kind": "f.kind"} if FACTS["protection_case"].scope_by else {}
    standing_sets(con, FACTS["protection_case"], ("kind", "opened_on"), scopes)
    named = " ".join(f"when '{kind}' then '{code}'" for kind, code in CASE_CATEGORIES.items())
    con.execute(
        f"""
        insert into sealed_spell
        select s.child, code, min(from_day), null
        from (
            select p.child, case k.clear {named} else k.clear end as code,
                coalesce(cast(o.clear as date), p.list_date) as from_day
            from protection_case_standing as p
            join clear_kind as k on k.kept = p.kind
            left join clear_opened_on as o on o.kept = p.opened_on
        ) as s
        group by s.child, code
        """
    )
    codes = [str(c) for (c,) in con.execute("select distinct code from sealed_spell where code is not null").fetchall()]
    open_codes = [c for c in codes if not c[:1].isdigit() or not is_sealed(c)]
    con.execute("delete from sealed_spell where code is null or code in (select unnest(?))", [open_codes])


def decoded(con: duckdb.DuckDBPyConnection, cipher: Cipher, table: str, column: str) -> None:
    """The few distinct values of a sealed column beside their encrypted form."""
    rows = con.execute(f"select distinct {column} from store.{table} where {column} is not null").fetchall()
    kept = [str(row[0]) for row in rows]
    clear = [cipher.decrypt(bytes.fromhex(value), f"{table}.{column}") for value in kept]
    con.register("filling", pa.table({"kept": pa.array(kept, pa.string()), "clear": pa.array(clear, pa.string())}))
    con.execute(f"create temp table clear_{column} as from filling")
    con.unregister("filling")


def _count(day: date) -> str:
    """Children who live in a unit on the day, as the indicators count them: alive, born, under 18 at the youngest."""
    at = f"date '{day}'"
    born_after = f"date '{add_months(day, -216)}'"
    return f"""
        with home as (
            select child, unit
            from residence_spell
            where valid_from <= {at} and (valid_to is null or valid_to > {at})
              and coalesce(residence_kind, '') <> 'moved_away'
        ),
        resident as (
            select h.child, h.unit, c.sex, {_band("c.birth_last", day)} as young, {_band("c.birth_first", day)} as old
            from home as h
            join snap_child as c on c.child = h.child
            left join snap_death as d on d.child = h.child and d.died_on <= {at}
            where d.child is null
              and (c.birth_first is null or c.birth_first <= {at})
              and (c.birth_last is null or c.birth_last > {born_after})
        ),
        in_open as (
            select distinct child
            from snap_circumstance
            where code like '1.%' and valid_from <= {at} and (valid_to is null or valid_to > {at})
        ),
        helped as (
            select distinct child
            from snap_support
            where valid_from <= {at} and (valid_to is null or valid_to > {at})
        ),
        stated as (
            select child, code
            from sealed_spell
            where valid_from <= {at} and (valid_to is null or valid_to > {at})
        ),
        counted as (
            select child, code
            from stated
            union
            select child, substr(code, 1, 4)
            from stated
            where length(code) > 4
            union
            select child, '1'
            from stated
            where code like '1.%'
        )
        select
            {at} as as_of, r.unit, s.code, r.sex,
            case when r.young = r.old or r.old = 'over' then r.young end as age_band,
            count(*) as children,
            count(*) filter (where o.child is null) as only_sealed,
            count(h.child) as supported
        from counted as s
        join resident as r on r.child = s.child
        left join in_open as o on o.child = s.child
        left join helped as h on h.child = s.child
        group by r.unit, s.code, r.sex, case when r.young = r.old or r.old = 'over' then r.young end"""


def _band(born: str, day: date) -> str:
    """The age band of a child born on a day: a year is complete on the same day number, of 29 February on 1 March."""
    whens = " ".join(f"when {born} > date '{_before(day, years)}' then '{band}'" for years, band in AGE_BANDS)
    return f"case when {born} is null then null {whens} else 'over' end"


def _before(day: date, years: int) -> date:
    return add_months(day, -12 * years)
