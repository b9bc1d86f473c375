"""Why figures changed between two runs: one thing changed at a time, in a stated order, so that the parts add up.

Each part is the difference of two computations that differ in one thing alone; the parts of a figure are therefore
its whole change, of numerator, denominator and unknown records alike. The order (PARTS) is part of the answer: what
two causes did together is told of the earlier one.

    definition   the stored figure of the first run, and the same computed again by the definition of today
    geography    the units of the second run's date
    identity     the decisions on who is whom, as known at the second run
    withdrawn    children that nothing says any longer (imports undone)
    correction   all else that has since been said of the children known then, for the first run's date
    returns      communes' returns, counts of sealed cases and reference data that have come since
    moved        between the two dates: another unit, moved in from elsewhere, moved away
    died         between the two dates
    aged_out     the age of the second date: who no longer belongs
    aged_in      the same: who belongs now, and who counts otherwise
    events       what else holds on the second date: doses, weighings, births and deaths of its period ...
    new          children of whom no list dated up to the first run's date, and known then, had told
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from indicators.counting import TOTAL
from indicators.definition import Definition
from indicators.engine import compute, needed_sources
from indicators.prepare.ages import completed_months
from indicators.prepare.sources import connect, open_snapshot, prepare_opened
from indicators.sql_rules import physical_sql
from schemas.snapshot import SNAPSHOT

PARTS = (
    "definition", "geography", "identity", "withdrawn", "correction", "returns", "moved", "died", "aged_out", "aged_in",
    "events", "new",
)  # fmt: skip
ADULT_MONTHS = 216
_AGES = ("age_months_lo", "age_months_hi", "age_years_lo", "age_years_hi", "age_band", "school_age")
_HOME = ("unit", "village", "residence_kind")
_OF_CHILDREN = {name for name, table in SNAPSHOT.items() if any(c == "child" for c, _ in table.columns)}
_KEYED = ("child", "birth", "death", "marriage", "casualty")  # prepared sources with a row per child

Count = tuple[Decimal, Decimal, Decimal]
"""Numerator, denominator, unknown."""
Counts = dict[tuple[str, str], Count]
"""By (indicator, unit); what is not there counts as nothing."""
NOTHING: Count = (Decimal(0), Decimal(0), Decimal(0))


@dataclass(frozen=True)
class Stand:
    """What a run stood on: its date, the first day of its period (twelve months, if empty) and its geography."""

    as_of: date
    period_start: date | None
    geography: date


@dataclass(frozen=True)
class Change:
    """One figure in two runs, and the parts of its change (PARTS, those that are not nothing)."""

    indicator: str
    unit: str
    before: Count
    after: Count
    parts: dict[str, Count] = field(default_factory=dict)


@dataclass(frozen=True)
class Folders:
    """Three snapshots: as known at the first run; the same children linked by the decisions known at the second; as
    known at the second. Where nothing was written in between all three are one folder.
    """

    first: Path
    linked: Path
    second: Path


def explain_change(
    folders: Folders, first: Stand, second: Stand, definitions: Sequence[Definition], before: Counts, after: Counts
) -> list[Change]:
    """The change of every figure that stands in BEFORE or AFTER (the stored figures of the two runs), explained."""
    with connect() as con:
        steps = _Walk(con, folders, first, second, definitions).steps()
    parts: dict[tuple[str, str], dict[str, Count]] = defaultdict(dict)
    known = set(before) | set(after)
    recomputed = steps[0][1]
    _note(parts, known, "definition", before, recomputed)
    for (_, old), (name, new) in pairwise(steps):
        _note(parts, known, name, old, new)
    _note(parts, known, "definition", steps[-1][1], after)
    return [
        Change(i, u, before.get((i, u), NOTHING), after.get((i, u), NOTHING),
               {p: parts[i, u][p] for p in PARTS if any(parts[i, u].get(p, NOTHING))})
        for i, u in sorted(known)
    ]  # fmt: skip


def _note(
    parts: dict[tuple[str, str], dict[str, Count]], known: Collection[tuple[str, str]], name: str, old: Counts,
    new: Counts,
) -> None:  # fmt: skip
    for key in known:
        one, other = old.get(key, NOTHING), new.get(key, NOTHING)
        if one != other:
            so_far = parts[key].get(name, NOTHING)
            parts[key][name] = (
                so_far[0] + other[0] - one[0], so_far[1] + other[1] - one[1], so_far[2] + other[2] - one[2]
            )  # fmt: skip


class _Walk:
    """The recomputations, in order; each is named by what changed since the one before it."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, folders: Folders, first: Stand, second: Stand,
        definitions: Sequence[Definition],
    ) -> None:  # fmt: skip
        self.con, self.folders, self.first, self.second = con, folders, first, second
        self.definitions = list(definitions)
        self.sources = needed_sources(self.definitions)
        if any(d.kind == "estimator" for d in self.definitions):
            self.sources.add("child")

    def steps(self) -> list[tuple[str, Counts]]:
        f = self.folders
        open_snapshot(self.con, f.first)
        found = [("", self._counted(self.first))]
        here = Stand(self.first.as_of, self.first.period_start, self.second.geography)
        if here != self.first:
            found.append(("geography", self._counted(here)))
        if f.linked != f.first:
            open_snapshot(self.con, f.linked)
            found.append(("identity", self._counted(here)))
        self._note_known(here)
        if f.second != f.linked:
            open_snapshot(self.con, f.second)
            self.con.execute("create or replace temp table known_later as select child from snap_child")
            open_snapshot(self.con, f.linked, children="known_later")
            found.append(("withdrawn", self._counted(here)))
            open_snapshot(self.con, f.second, children="known_then")
            open_snapshot(self.con, f.linked, tables=set(SNAPSHOT) - _OF_CHILDREN)
            found.append(("correction", self._counted(here)))
        open_snapshot(self.con, f.second, children="known_then")
        later = self._counted(self.second)
        if "child" in self.sources:
            self.con.execute("create or replace temp table child_later as from prepared_child")
        found.append(("returns", self._counted(here)))
        if "child" in self.sources:
            found += self._through_time(here)
        found.append(("events", later))
        open_snapshot(self.con, f.second)
        found.append(("new", self._counted(self.second)))
        return found

    def _counted(self, stand: Stand) -> Counts:
        prepare_opened(
            self.con, as_of=stand.as_of, geography=stand.geography, period_start=stand.period_start,
            sources=self.sources,
        )  # fmt: skip
        return self._figures(self.definitions)

    def _figures(self, definitions: Sequence[Definition]) -> Counts:
        results = compute(
            self.con, definitions, as_of=self.second.as_of, geography=self.second.geography, groups=False, batch=None
        )
        return counts_of(results.frame.to_dict("records"))

    def _note_known(self, here: Stand) -> None:
        """`known_then`: the children of whom the first run knew: named by a list of its date, or counted in it."""
        counted = " ".join(f"union select child from prepared_{s}" for s in _KEYED if s in self.sources)
        self.con.execute(
            f"""
            create or replace temp table known_then as
            select child from snap_listing where list_date <= date '{here.as_of}' {counted}
            """
        )

    # -- from the first date to the second, with the same children and all that is known of them now ---------------

    def _through_time(self, here: Stand) -> list[tuple[str, Counts]]:
        con, day = self.con, self.second.as_of
        con.execute("create or replace temp table child_then as from prepared_child")
        con.execute(
            f"""
            create or replace temp table gone as
            select
                a.child,
                case
                    when d.child is not null then 'died'
                    when {completed_months("c.birth_last", day)} >= {ADULT_MONTHS} then 'adult'
                    else 'moved'
                end as why
            from child_then as a
            inner join snap_child as c on c.child = a.child
            left join (select distinct child from snap_death where died_on <= date '{day}') as d on d.child = a.child
            where a.child not in (select child from child_later)
            """
        )
        home = ", ".join(f"b.{c} as {c}" for c in _HOME)
        self._make(
            f"""
            select a.* replace ({home}) from child_then as a inner join child_later as b on b.child = a.child
            union all select a.* from child_then as a inner join gone as g on g.child = a.child and g.why <> 'moved'
            union all select * from child_later where child not in (select child from child_then)
            """
        )
        moved = self._figures(self.definitions)
        self._make("select * from prepared_child where child not in (select child from gone where why = 'died')")
        died = self._figures(self.definitions)
        ages = ", ".join(f"b.{c} as {c}" for c in _AGES)
        con.execute("create or replace temp table child_younger as from prepared_child")
        con.execute(
            f"""
            create or replace temp table child_older as
            select a.* replace ({ages}) from child_younger as a inner join child_later as b on b.child = a.child
            """
        )
        out = self._aged_out(died)
        self._make("from child_older")
        return [("moved", moved), ("died", died), ("aged_out", out), ("aged_in", self._figures(self.definitions))]

    def _make(self, query: str) -> None:
        self.con.execute(f"create or replace temp table child_made as {query}")
        self.con.execute("create or replace temp table prepared_child as from child_made")

    def _aged_out(self, before: Counts) -> Counts:
        """The figures once those have left that no longer belong, each definition by its own population."""
        found = dict(before)
        alike: dict[str, list[Definition]] = defaultdict(list)
        for definition in self.definitions:
            belongs = _belongs(definition)
            if belongs:
                alike[belongs].append(definition)
        for belongs, definitions in alike.items():
            self.con.execute(
                f"""
                create or replace temp table left_by_age as
                select child from child_younger where {belongs}
                except select child from child_older where {belongs}
                """
            )
            ((leavers,),) = self.con.execute("select count(*) from left_by_age").fetchall()
            if leavers:
                self._make(
                    """
                    select * from child_older where child in (select child from left_by_age)
                    union all select * from child_younger where child not in (select child from left_by_age)
                    """
                )
                for definition in definitions:
                    for key in [k for k in found if k[0] == definition.id]:
                        del found[key]
                found |= self._figures(definitions)
        return found


def _belongs(definition: Definition) -> str:
    """Who belongs to a definition on the source `child`, in SQL; empty where it has none (an estimate)."""
    if definition.source == "child" and definition.kind != "estimator":
        return f"({physical_sql(definition.population, 'child')})"
    below = [c for c in definition.denominator if c.source == "child"]
    wanted = below or [c for c in definition.numerator if c.source == "child"]
    return " or ".join(f"({physical_sql(c.where, 'child')})" for c in wanted)


def counts_of(rows: Iterable[Mapping[Any, Any]]) -> Counts:
    """The totals among rows of figures (of a frame, or as a run has stored them)."""
    return {
        (str(r["indicator"]), str(r["unit"])): (
            _whole(r["numerator"]), _whole(r["denominator"]), _whole(r["unknown"])
        )
        for r in rows if r["group_name"] == TOTAL
    }  # fmt: skip


def _whole(value: Any) -> Decimal:
    return Decimal(0) if value is None or value != value else Decimal(str(value))
