"""Children drowned, and those killed or hurt on the road, of this period and of the one it is set against.

Drownings are set against the same days of the base year (indicators/parameters/base_years.csv), road casualties against
the same days a year before. A commune counts only where its lists tell of both periods; of another one row that
lacks nothing but its period says that nothing is known. What telling of a period means is our reading: a list of births and deaths dated from
its first day to three months after its last, or such a death; for the road an injury with its cause besides, up to its end.
"""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from indicators.geography import Geography
from indicators.parameters import parameter_rows
from indicators.prepare.ages import completed_months
from indicators.prepare.moment import Moment
from schemas.dates import add_months

LATE_MONTHS = 3
Span = tuple[date, date]


def spans(moment: Moment) -> dict[str, tuple[Span, Span | None]]:
    """By kind: this period, and the one before it; none where the base year is not over yet."""
    now = (moment.period_start, moment.as_of)
    base = int(next(r["year"] for r in parameter_rows("base_years.csv") if r["kind"] == "drowning"))
    back = {"drowning": moment.as_of.year - base, "traffic": 1}
    return {
        kind: (now, (add_months(now[0], -12 * years), add_months(now[1], -12 * years)) if years > 0 else None)
        for kind, years in back.items()
    }


def prepare_casualty(con: duckdb.DuckDBPyConnection, moment: Moment, tree: Geography) -> None:
    """`prepared_casualty`: a row per child, kind and period; per commune of which it is not known, one without a child."""
    con.execute("create or replace temp table compared (unit varchar, kind varchar, counted boolean)")
    parts = []
    for kind, (now, before) in spans(moment).items():
        _compare_units(con, tree, kind, now, before)
        for span, is_now in ((now, "true"), (before, "false")):
            if span is not None:
                parts.append(f"select * from ({_events(kind, span)}) cross join (select {is_now} as now)")
    con.execute(
        f"""
        create or replace temp table prepared_casualty as
        select e.child, e.unit, e.sex, e.kind, e.counted, e.now, e.age_months_lo, e.age_months_hi
        from ({" union all ".join(parts)}) as e
        inner join compared as c on c.unit = e.unit and c.kind = e.kind and c.counted
        union all
        select null, unit, null, kind, true, null, 0, 0
        from compared
        where not counted
        """
    )


def _compare_units(con: duckdb.DuckDBPyConnection, tree: Geography, kind: str, now: Span, before: Span | None) -> None:
    """The filed units whose communes tell of both periods, and the communes that do not."""
    told, heard = set[str](), set[str]()
    untold = set[str]()
    for place, span in enumerate((now, before)):
        telling, listing = _units(con, _telling(kind, span)), _units(con, _heard(span)) if span else set()
        here, quiet = set(tree.communes(telling).values()), set(tree.silent(telling | listing, telling))
        heard |= here | quiet
        told = here if place == 0 else told & here
        untold |= quiet
    known = told - untold
    filed = tree.communes(_units(con, "select unit from snap_death union select unit from snap_child"))
    rows = [(u, kind, True) for u, commune in filed.items() if commune in known]
    rows += [(u, kind, False) for u in sorted(heard - known)]
    if rows:
        con.register("compared_frame", pd.DataFrame(rows, columns=["unit", "kind", "counted"]))
        con.execute("insert into compared select * from compared_frame")
        con.unregister("compared_frame")


def _units(con: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    return {str(r[0]) for r in con.execute(f"select distinct unit from ({query}) where unit is not null").fetchall()}


def _heard(span: Span) -> str:
    return f"select unit from snap_listing where list_date between date '{span[0]}' and date '{_late(span)}'"


def _late(span: Span) -> date:
    return add_months(span[1], LATE_MONTHS)


def _telling(kind: str, span: Span | None) -> str:
    if span is None:
        return "select unit from snap_child where false"
    deaths = (
        f"{_heard(span)} and list_kind = 'births_deaths'"
        f" union select unit from snap_death where died_on between date '{span[0]}' and date '{span[1]}'"
    )
    if kind == "drowning":
        return deaths
    return (
        f"select unit from ({deaths}) intersect select c.unit from snap_health_event as e"
        " inner join snap_child as c on c.child = e.child"
        f" where e.kind = 'injury' and e.result is not null and e.on_date <= date '{span[1]}'"
    )


def _events(kind: str, span: Span) -> str:
    """Deaths of the kind (of a cause not known: perhaps), and for the road the children hurt who did not die of it."""
    dead = f"""
            select
                child, unit, sex, '{kind}' as kind, case when cause = '{kind}' then true end as counted,
                {_age("birth_last", "died_on")} as age_months_lo, {_age("birth_first", "died_on")} as age_months_hi
            from snap_death
            where died_on between date '{span[0]}' and date '{span[1]}' and coalesce(cause, 'unknown') in ('{kind}', 'unknown')
              and child not in (select child from snap_birth where not live_birth)"""
    if kind == "drowning":
        return dead
    return f"""{dead}
            union all
            select
                c.child, c.unit, c.sex, 'traffic', case when e.sure then true end,
                {_age("c.birth_last", "e.on_date")}, {_age("c.birth_first", "e.on_date")}
            from (
                select child, max(on_date) as on_date, max(case when result is not null then 1 else 0 end) = 1 as sure
                from snap_health_event
                where kind = 'injury' and coalesce(result, 'traffic') = 'traffic'
                  and on_date between date '{span[0]}' and date '{span[1]}'
                group by child
            ) as e
            inner join snap_child as c on c.child = e.child
            where c.child not in (
                select child
                from snap_death
                where cause = 'traffic' and died_on between date '{span[0]}' and date '{span[1]}'
            )"""


def _age(born: str, on: str) -> str:
    """Completed months, 0 for a birth date read later than the event."""
    months = completed_months(born, on)
    return f"case when {months} < 0 then 0 else {months} end"
