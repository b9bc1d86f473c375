"""Events: per child and kind of list the latest set holds whole; then each event once, by the declared order of trust.

A set is what one list gives for a child, per period and per value of the scope columns where the table says so. A
retraction takes back the sets of its kind of list before it; a person's correction those of every kind.
"""

from __future__ import annotations

import duckdb

from schemas.facts import FACTS, LIST_KINDS, FactTable

TABLES = tuple(t.name for t in FACTS.values() if t.scope == "events" and t.name != "protection_case")
_GOES_WITH = {("measurement", "measure"): "length_cm"}  # how a length was taken says nothing of another length


def events(con: duckdb.DuckDBPyConnection) -> None:
    """Make `<table>_standing` (the sets that hold, event by event) and `<table>_event`, and `disagreement`."""
    con.execute(
        "create temp table disagreement (child bigint, tbl varchar, field varchar, event varchar, kinds varchar[])"
    )
    for name in TABLES:
        table = FACTS[name]
        standing_sets(con, table, tuple(c.name for c in table.columns), {c: f"f.{c}" for c in table.scope_by})
        _each_once(con, table)


def standing_sets(
    con: duckdb.DuckDBPyConnection, table: FactTable, columns: tuple[str, ...], scope: dict[str, str]
) -> None:
    """The facts of the sets that hold; SCOPE gives the expression of each scope column."""
    value = "concat_ws('|', " + ", ".join(f"cast({e} as varchar)" for e in scope.values()) + ")" if scope else "''"
    period = "coalesce(a.period, '')" if table.per_period else "''"
    listed = ", ".join(f"f.{c}" for c in columns)
    con.execute(
        f"""
        create or replace temp table {table.name}_standing as
        with said as (
            select a.child, a.rank, a.row_id, a.list_kind, a.list_date, a.unit as list_unit, f.id,
                {period} as set_period, {value} as set_scope, {listed}
            from assertion as a
            join store.{table.name} as f on f.record_id = a.record_id
            where a.child is not null
        ),
        last as (
            select child, list_kind, set_period, set_scope, max(rank) as rank
            from said
            group by child, list_kind, set_period, set_scope
        ),
        floor as ({_floors(table)}),
        standing as (
            select l.*
            from last as l
            where not exists (
                select 1
                from floor as o
                where o.child = l.child
                  and o.rank > l.rank
                  and (o.list_kind = l.list_kind or o.list_kind = 'correction')
                  and (o.set_period = l.set_period or (o.list_kind = 'correction' and o.set_period = ''))
                  and (o.set_scope is null or o.set_scope = l.set_scope)
            )
        )
        select s.*, {_trust(table)} as distrust
        from said as s
        join standing as k using (child, list_kind, set_period, set_scope, rank)
        """
    )


def _floors(table: FactTable) -> str:
    """What takes back earlier sets: a retraction of one scope value or (NULL) of all; a correction's own set.

    A correction of one weighing says nothing of those of other periods.
    """
    period = "coalesce(period, '')" if table.per_period else "''"
    retracted = f"""
            select child, rank, list_kind, {period} as set_period,
                case when name = '{table.name}' then null else substr(name, {len(table.name) + 2}) end as set_scope
            from retraction
            where (name = '{table.name}' or name like '{table.name}:%') and child is not null"""
    if table.per_period:
        return retracted
    return f"""{retracted}
            union all
            select child, rank, list_kind, set_period, set_scope
            from last
            where list_kind = 'correction'"""


def _trust(table: FactTable) -> str:
    """0 for a person's correction, then the declared order, then every other kind alike."""
    order = ["correction", *table.trust]
    unknown = set(order) - set(LIST_KINDS)
    assert not unknown, f"{table.name}: unknown list kinds {sorted(unknown)}"  # noqa: S101
    whens = " ".join(f"when '{kind}' then {place}" for place, kind in enumerate(order))
    return f"(case list_kind {whens} else {len(order)} end)"


def _each_once(con: duckdb.DuckDBPyConnection, table: FactTable) -> None:
    """One row an event: each column from the most trusted list that fills it, of equals the latest."""
    key = list(table.key)
    # doses ticked without a date are told apart by their number
    blank = [f"case when {k} is null then dose end" for k in key if table.name == "vaccination" and k == "given_on"]
    group = ", ".join(["child", *key, *blank])
    # one number to order by: trust, then the later assertion, then the later fact of it
    order = "(distrust::bigint << 59) + ((134217727 - rank) << 32) + (4294967295 - id)"
    rest = [c.name for c in table.columns if c.name not in key]
    picked = "".join(
        f", arg_min({c}, ord) filter (where {_GOES_WITH.get((table.name, c), c)} is not null) as {c}" for c in rest
    )
    listed = "".join(f", {k}" for k in key)
    con.execute(
        f"""
        create temp table {table.name}_event as
        with ordered as (
            select *, {order} as ord
            from {table.name}_standing
        )
        select child{listed}{picked},
            arg_min(list_date, ord) as listed_on,
            arg_min(list_unit, ord) as list_unit
        from ordered
        group by {group}
        """
    )
    event = "concat_ws(' ', " + ", ".join(f"cast({k} as varchar)" for k in key) + ")" if key else "''"
    differing = ", ".join(f"case when min({c}) <> max({c}) then '{c}' end" for c in rest)
    if rest:
        con.execute(
            f"""
            insert into disagreement
            with differing as (
                select child, {event} as event, list_distinct(list(list_kind)) as kinds, [{differing}] as fields
                from {table.name}_standing
                group by {group}
                having count(distinct list_kind) > 1
            ),
            named as (
                select child, event, kinds, unnest(fields) as field
                from differing
            )
            select child, '{table.name}', field, event, kinds
            from named
            where field is not null
            """
        )
