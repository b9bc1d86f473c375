"""Profile fields: each column by itself, by precision (birth dates), then list date, batch and row; corrections first.

A blank asserts nothing. A retraction sets a floor: what was said before it is gone. So does a correction by a person;
after it a value that it replaced does not prevail, another one does.
"""

from __future__ import annotations

import duckdb

from schemas.facts import FACTS, OPEN

TABLE = "child_profile"
NAMED_FIELDS = tuple(c.name for c in FACTS[TABLE].columns if c.protection != OPEN)
OPEN_FIELDS = tuple(c.name for c in FACTS[TABLE].columns if c.protection == OPEN and c.name != "birth_precision")
PRESENT = ("full_name", "personal_id", "health_card")  # of these the snapshot says only whether they are known
_FINENESS = "case birth_precision when 'year' then 0 when 'month' then 1 else 2 end"


def fields(*, named: bool) -> tuple[str, ...]:
    """The columns that are resolved one by one; without names, `has_<name>` stands for the identifying ones."""
    return (*OPEN_FIELDS, *(NAMED_FIELDS if named else tuple(f"has_{name}" for name in PRESENT)))


def profiles(con: duckdb.DuckDBPyConnection, *, named: bool) -> None:
    """Make `profile_said` (what each assertion says, without what does not prevail) and `profile` (what holds)."""
    wanted = fields(named=named)
    said = ", ".join(f"nullif(p.{f}, false) as {f}" if f.startswith("has_") else f"p.{f}" for f in wanted)
    con.execute(
        f"""
        create temp table profile_said as
        select a.child, a.rank, a.row_id, a.is_correction, p.birth_precision, {said}
        from assertion as a
        join store.child_profile as p on p.record_id = a.record_id
        where a.child is not null
        """
    )
    _retracted(con, wanted)
    _corrected(con, wanted)
    # precision before rank, in one number: a rank stays far below 2^40
    finest = f"arg_max({{0}}, {_FINENESS} * 1099511627776 + rank) filter (where birth_date is not null)"
    held = ",\n            ".join(
        (finest.format(f) if f == "birth_date" else f"arg_max({f}, rank) filter (where {f} is not null)") + f" as {f}"
        for f in wanted
    )
    con.execute(
        f"""
        create temp table profile as
        select
            c.child,
            p.* exclude (child)
        from (
            select distinct child
            from assertion
            where child is not null
        ) as c
        left join (
            select child, {finest.format("birth_precision")} as birth_precision, {held}
            from profile_said
            group by child
        ) as p on p.child = c.child
        """
    )


def _retracted(con: duckdb.DuckDBPyConnection, wanted: tuple[str, ...]) -> None:
    con.execute(
        f"""
        create temp table field_retraction as
        select child, substr(name, {len(TABLE) + 2}) as field, max(rank) as rank
        from retraction
        where name like '{TABLE}.%'
        group by all
        """
    )
    for field in _named_in(con, "select distinct field from field_retraction", wanted):
        _drop(con, field, "field_retraction")


def _corrected(con: duckdb.DuckDBPyConnection, wanted: tuple[str, ...]) -> None:
    """What a correction outranks, and what it says must not come back."""
    con.execute(
        """
        create temp table field_correction as
        select a.child, a.rank, r.replaces ->> 'field' as field, r.replaces ->> 'value' as value
        from assertion as a
        join store.record as r on r.id = a.record_id
        where a.is_correction and r.replaces is not null and a.child is not null
        """
    )
    for field in _named_in(con, "select distinct field from field_correction", wanted):
        con.execute(
            f"""
            create or replace temp table standing as
            select f.child, f.rank, '{_stored(field)}' as field, f.value
            from field_correction as f
            join profile_said as s on s.child = f.child and s.rank = f.rank and s.{field} is not null
            where f.field = '{_stored(field)}'
            """
        )
        con.execute(
            f"""
            update profile_said as s
            set {field} = null
            from standing as f
            where s.child = f.child and s.rank > f.rank and not s.is_correction
              and {_text(field)} = upper(f.value)
            """
        )
        _drop(con, field, "(select child, field, max(rank) as rank from standing group by all)")


def _text(field: str) -> str:
    """A value as a correction writes it down; where only presence is known, nothing is ever equal."""
    return "cast(null as varchar)" if field.startswith("has_") else f"upper(cast(s.{field} as varchar))"


def _drop(con: duckdb.DuckDBPyConnection, field: str, floors: str) -> None:
    con.execute(
        f"""
        update profile_said as s
        set {field} = null
        from {floors} as f
        where s.child = f.child and f.field = '{_stored(field)}' and s.rank < f.rank
        """
    )


def _stored(field: str) -> str:
    return field.removeprefix("has_")


def _named_in(con: duckdb.DuckDBPyConnection, query: str, wanted: tuple[str, ...]) -> list[str]:
    found = {str(row[0]) for row in con.execute(query).fetchall()}
    return [f for f in wanted if _stored(f) in found]
