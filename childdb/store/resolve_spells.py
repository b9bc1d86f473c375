"""State tables as spells: what a list dated D states holds from D until the next differing statement.

Of the statements of one date that of the highest batch (then the later row) holds. A blank asserts nothing, so a column
left blank keeps what was said of the same state before; a retraction asserts none from its list's date.
"""

from __future__ import annotations

import duckdb

from schemas.facts import FACTS, OPEN

RESIDENCE_NAMED = tuple(c.name for c in FACTS["residence"].columns if c.protection != OPEN)
SINGLE = {"parent_status": ("parent", "status"), "care_arrangement": (None, "form")}
_DAY = "window day as (partition by child, list_date order by rank rows between unbounded preceding and unbounded following)"
SETS = {
    "circumstance": ("code", ()),
    "work_spell": ("kind", ("hours_per_day", "hours_per_week", "hazardous", "paid")),
    "support": ("kind", ("amount", "legal_basis")),
}


def residences(con: duckdb.DuckDBPyConnection, *, named: bool) -> None:
    """Make `residence_held` (a statement a row, blanks filled) and `residence_spell`.

    What is said of a household is kept only while the child stays in it: another commune, another village or another
    household begins anew, blanks and all. Lists of several kinds may speak of one day (the register names the household,
    the immunization book of that day only the village): the last word holds, and what it leaves blank is taken from
    those that do not contradict it.
    """
    kept = ("residence_kind", *(("relation_to_head", *RESIDENCE_NAMED) if named else ()))
    stated = ", ".join(f"r.{c}" for c in kept)
    empty = ", ".join(f"null as {c}" for c in kept)
    con.execute(
        f"""
        create temp table residence_held as
        with said as (
            select
                a.child, a.list_date, a.list_kind, a.rank, a.row_id, false as none,
                r.commune_code || '@' || r.commune_from as unit,
                coalesce(v.name, r.village) as village,
                h.household_key as household, {stated}
            from assertion as a
            join store.residence as r on r.record_id = a.record_id
            left join store.household as h on h.id = r.household_id
            left join village_name as v
                on v.unit = r.commune_code || '@' || r.commune_from and v.said = r.village
            where a.child is not null
            union all
            select child, list_date, list_kind, rank, null, true, null, null, null, {empty}
            from retraction
            where name = 'residence'
        ),
        {_of_one_day("said", ("village", "household", *kept))},
        retracted as (
            select *, sum(none::integer) over so_far as run_0
            from of_day
            window so_far as (partition by child order by list_date)
        ),
        placed as (
            select
                * exclude (unit),
                last_value(unit ignore nulls) over (partition by child, run_0 order by list_date) as unit
            from retracted
        ),
        {_run("placed", "unit", "child, run_0", "run_1")},
        {_filled("in_run_1", "village", "child, run_0, run_1", "settled")},
        {_run("settled", "village", "child, run_0, run_1", "run_2", both=True)},
        {_filled("in_run_2", "household", "child, run_0, run_1, run_2", "housed")},
        {_run("housed", "household", "child, run_0, run_1, run_2", "run_3", both=True)}
        select
            * exclude ({", ".join(kept)}),
            {", ".join(f"last_value({c} ignore nulls) over home as {c}" for c in kept)}
        from in_run_3
        window home as (partition by child, run_0, run_1, run_2, run_3 order by list_date)
        """
    )
    value = ("unit", "village", "household", *kept)
    con.execute(f"create temp table residence_spell as {_spells('residence_held', ('child',), value)} where not none")


def _of_one_day(source: str, columns: tuple[str, ...]) -> str:
    """`of_day`: what the kinds of list say of one day, as far as it agrees with the last word, blanks filled from it."""
    agreed = []
    before = "since_none"
    for column in ("unit", "village", "household"):
        agreed.append(f"""of_day_{column} as (
            select *
            from {before}
            {_DAY}
            qualify {column} is null or {column} = last_value({column} ignore nulls) over day
        )""")
        before = f"of_day_{column}"
    filled = ", ".join(f"last_value({c} ignore nulls) over day as {c}" for c in columns)
    return f"""by_kind as (
            select *
            from {source}
            qualify row_number() over (partition by child, list_date, list_kind order by rank desc, none) = 1
        ),
        since_none as (
            select *
            from by_kind
            {_DAY}
            qualify rank >= coalesce(max(rank) filter (where none) over day, rank) and (not none or rank = max(rank) over day)
        ),
        {", ".join(agreed)},
        of_day as (
            select * exclude ({", ".join(columns)}), {filled}
            from {before}
            {_DAY}
        )"""


def _run(source: str, column: str, within: str, name: str, *, both: bool = False) -> str:
    """Number the runs of one value; with BOTH a blank before the first value is no change."""
    known = f"and lag({column}) over steps is not null" if both else "and row_number() over steps > 1"
    return f"""stepped_{name} as (
            select *, ({column} is distinct from lag({column}) over steps {known})::integer as step_{name}
            from {source}
            window steps as (partition by {within} order by list_date)
        ),
        in_{name} as (
            select *, sum(step_{name}) over (partition by {within} order by list_date) as {name}
            from stepped_{name}
        )"""


def _filled(source: str, column: str, within: str, name: str) -> str:
    return f"""{name} as (
            select
                * exclude ({column}),
                last_value({column} ignore nulls) over (partition by {within} order by list_date) as {column}
            from {source}
        )"""


def _spells(source: str, of: tuple[str, ...], value: tuple[str, ...]) -> str:
    """Statements of equal value that follow each other, as one spell each; `none` ends one without beginning one."""
    key, said = ", ".join(of), ", ".join(value)
    differs = " or ".join(f"{v} is distinct from lag({v}) over steps" for v in ("none", *value))
    return f"""
        with stepped as (
            select {key}, {said}, none, list_date,
                ({differs} or row_number() over steps = 1)::integer as step
            from {source}
            window steps as (partition by {key} order by list_date)
        ),
        begun as (
            select * exclude (step), lead(list_date) over (partition by {key} order by list_date) as valid_to
            from stepped
            where step = 1
        )
        select {key}, {said}, list_date as valid_from, valid_to
        from begun"""


def single_states(con: duckdb.DuckDBPyConnection) -> None:
    """Make `<table>_held` and `<table>_spell` for the states of one value: each parent's, and the form of care."""
    for table, (scope, value) in SINGLE.items():
        stated = f"f.{scope}" if scope else "''"
        scopes = FACTS[table].column(scope).codes if scope else ("",)
        of = scope or "scope"
        listed = ", ".join(f"('{s}')" for s in scopes)
        con.execute(
            f"""
            create temp table {table}_held as
            with said as (
                select a.child, a.list_date, a.rank, a.row_id, f.id, {stated} as {of}, f.{value}, false as none
                from assertion as a
                join store.{table} as f on f.record_id = a.record_id
                where a.child is not null and f.{value} is not null
                union all
                select r.child, r.list_date, r.rank, null, null, s.scope, null, true
                from retraction as r
                join (values {listed}) as s (scope) on r.name in ('{table}', '{table}:' || s.scope)
            )
            select *
            from said
            qualify row_number() over (partition by child, {of}, list_date order by rank desc, none, id desc) = 1
            """
        )
        spells = _spells(f"{table}_held", ("child", of), (value,))
        con.execute(f"create temp table {table}_spell as {spells} where not none")


def set_states(con: duckdb.DuckDBPyConnection) -> None:
    """Make `<table>_set` (the statements that hold) and `<table>_spell` where a list states a whole set."""
    for table in SETS:
        member, attributes = SETS[table]
        one_set(con, table, f"f.{member}", member, attributes)


def one_set(
    con: duckdb.DuckDBPyConnection, table: str, expression: str, member: str, attributes: tuple[str, ...]
) -> None:
    """A whole set a statement: a member's spell lasts while each next set names it, and its words stay the same.

    A member that is blank (a sealed code, which is not read) still makes its statement a set.
    """
    con.execute(
        f"""
        create or replace temp table {table}_set as
        with said as (
            select distinct a.child, a.list_date, a.rank, a.row_id, a.record_id, false as none
            from assertion as a
            join store.{table} as f on f.record_id = a.record_id
            where a.child is not null
            union all
            select child, list_date, rank, null, null, true
            from retraction
            where name = '{table}'
        ),
        held as (
            select *
            from said
            qualify row_number() over (partition by child, list_date order by rank desc, none) = 1
        )
        select
            *,
            row_number() over (partition by child order by list_date) as place,
            lead(list_date) over (partition by child order by list_date) as next_date
        from held
        """
    )
    values = "".join(f", f.{c}" for c in attributes)
    kept = "".join(
        f", last_value({c} ignore nulls) over (partition by child, {member}, run order by place) as {c}"
        for c in attributes
    )
    listed = "".join(f", {c}" for c in attributes)
    changed = " or ".join(f"{c} is distinct from lag({c}) over steps" for c in attributes) or "false"
    con.execute(
        f"""
        create or replace temp table {table}_spell as
        with members as (
            select s.child, s.list_date, s.next_date, s.place, {expression} as {member}{values}
            from {table}_set as s
            join store.{table} as f on f.record_id = s.record_id
            where {expression} is not null
            qualify row_number() over (partition by s.child, s.place, {expression} order by f.id desc) = 1
        ),
        runs as (
            select *, place - row_number() over (partition by child, {member} order by place) as run
            from members
        ),
        filled as (
            select child, {member}, list_date, next_date, place, run{kept}
            from runs
        ),
        stepped as (
            select *, ({changed})::integer as step
            from filled
            window steps as (partition by child, {member}, run order by place)
        ),
        numbered as (
            select *, sum(step) over (partition by child, {member}, run order by place) as part
            from stepped
        )
        select
            child, {member}{listed},
            min(list_date) as valid_from,
            case when bool_or(next_date is null) then null else max(next_date) end as valid_to
        from numbered
        group by child, {member}, run, part{listed}
        """
    )
