"""The figures of a report: this date and the date before, judged, explained, and looked up again by their reference.

The same function makes a figure for writing and for checking, so that a number in a document can be set against the
store word for word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from childdb.report.change import FELL, ROSE, direction
from childdb.report.figure import Count, Figure, Judged
from childdb.store import Store
from childdb.store.runs import RunRow
from childdb.workflow.figures import keep, snapshot_of
from childdb.workflow.reporting_protection import Protection
from childdb.workflow.trend import KNOWN_WITHIN, known_by
from indicators.compare import Folders, Stand, counts_of, explain_change
from indicators.counting import TOTAL
from indicators.disclosure import as_class, rule_on
from indicators.engine import run
from indicators.intervals import wilson_at
from indicators.lists.places import inside, places
from indicators.loader import catalogue
from indicators.prepare.sources import connect, prepare
from indicators.results import Results
from indicators.targets import compare_targets
from schemas import codes

ADULT = 16
INDICES = {"haz": "stunting_u5", "waz": "underweight_u5", "whz": "wasting_u5"}
"""The indices of growth under 5, each with the indicator of those below -2."""
APART = 3.0902323061678132  # z of 99.8 %: ten communes seldom stand out by chance
_DATED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


@dataclass(frozen=True)
class Span:
    """What a report covers: its date, the first day of its period (twelve months, if empty), and what it is set against."""

    as_of: date
    since: date
    period_start: date | None = None
    since_start: date | None = None
    """The first day of the period that ends on SINCE."""


@dataclass(frozen=True)
class Numbered:
    """Results with the number under which the store keeps them."""

    run: int
    results: Results


class Figures:
    """All figures of a report by indicator and unit (its key)."""

    def __init__(
        self,
        now: Numbered,
        before: Numbered,
        unit: str,
        lang: str,
        protection: Protection,
        then: Numbered | None = None,
    ) -> None:
        self.now, self.before, self.unit, self.lang = now, before, unit, lang
        self.then = then
        """The date before as it was known then; None where the store knew nothing then, or the same."""
        self.protection = protection
        self.ages: list[tuple[str, int, int]] = []
        """Age in years, boys, girls of the whole unit (where they were counted)."""
        self.z_counts: Mapping[str, Counter[int]] = {}
        """Of the whole unit's children under 5, by index (haz, waz, whz): how many in each half z (-4 is from -2 to -1.5)."""
        self.parts: Mapping[tuple[str, str], Mapping[str, Count]] = {}
        self._made: dict[tuple[str, str], Figure] = {}
        numbered = [n for n in (now, before, then) if n]
        self._rows = {n.run: _by_key(n.results.frame) for n in numbered}
        self._goals = {n.run: _goals(n.results) for n in numbered}

    def explain(self, parts: Mapping[tuple[str, str], Mapping[str, Count]]) -> None:
        """Take in what the changes are made of."""
        self.parts = parts
        self._made.clear()

    @cached_property
    def communes(self) -> list[str]:
        """The keys of the communes of the unit, by code; none where the unit is one."""
        frame = self.now.results.frame
        found = frame[(frame["level"] == "commune")]["unit"].unique()
        above = self.now.results.above
        return sorted(u for u in map(str, found) if self.unit in above.get(u, ()))

    def ids(self) -> list[str]:
        return [i for i in catalogue() if (i, self.unit) in self._rows[self.now.run]]

    def one(self, indicator: str, unit: str | None = None) -> Figure:
        """A figure with what it was before, its goals, its parts, and (of the whole unit) the communes that stand out."""
        key = unit or self.unit
        if (indicator, key) not in self._made:
            self._made[indicator, key] = self._whole(indicator, key)
        return self._made[indicator, key]

    def has(self, indicator: str, unit: str) -> bool:
        return (indicator, unit) in self._rows[self.now.run]

    def _whole(self, indicator: str, key: str) -> Figure:
        figure = self._plain(self.now, indicator, key)
        before = self._plain(self.before, indicator, key) if (indicator, key) in self._rows[self.before.run] else None
        told = self.then and (indicator, key) in self._rows[self.then.run]
        then = self._plain(self.then, indicator, key) if self.then and told and key == self.unit else None
        figure = replace(figure, before=before, then=then, parts=self.parts.get((indicator, key), {}))
        return replace(figure, apart=self._apart(indicator)) if key == self.unit else figure

    def of_run(self, number: int, indicator: str, unit: str) -> Figure | None:
        """The figure that a reference names; None where the run has none."""
        if number == self.now.run and (indicator, unit) in self._rows[number]:
            return self.one(indicator, unit)
        if number == self.before.run and (indicator, unit) in self._rows[number]:
            return self._plain(self.before, indicator, unit)
        if self.then and number == self.then.run and (indicator, unit) in self._rows[number]:
            return self._plain(self.then, indicator, unit)
        return None

    def _plain(self, of: Numbered, indicator: str, unit: str) -> Figure:
        definition = catalogue()[indicator]
        row, few = self._rows[of.run][indicator, unit], 0
        if not self.protection.inside and (told := as_class(definition, row, rule_on(of.results.as_of))):
            row, few = {**row, "low": told.get("low"), "high": told.get("high")}, rule_on(of.results.as_of).threshold
        n = {
            name: _number(row[name])
            for name in ("numerator", "denominator", "value", "low", "high", "ci_low", "ci_high")
        }
        return Figure(
            run=of.run, indicator=indicator, title=definition.title[self.lang], unit=unit.split("@")[0],
            unit_name=codes.units()[unit].name if unit in codes.units() else unit, as_of=of.results.as_of,
            kind=definition.kind, measure=definition.unit, confidence=str(row["confidence"]),
            unknown=int(row["unknown"]), population_unknown=int(row["population_unknown"]),
            judged=tuple(self._goals[of.run].get((indicator, unit), ())),
            hidden=self.protection.hides(of.run, indicator, unit), few=few,
            numerator=n["numerator"], denominator=n["denominator"], value=n["value"], low=n["low"], high=n["high"],
            ci_low=n["ci_low"], ci_high=n["ci_high"],
        )  # fmt: skip

    def _apart(self, indicator: str) -> list[tuple[Figure, str]]:
        """The communes whose share lies apart from the whole beyond chance and beyond what is unknown."""
        whole = self._plain(self.now, indicator, self.unit)
        if whole.kind != "share" or whole.value is None or whole.hidden:
            return []
        found = []
        for unit in self.communes:
            if not self.has(indicator, unit):
                continue
            f = self._plain(self.now, indicator, unit)
            side = None if f.hidden else stands_apart(f, whole.value)
            if side:
                found.append((f, side))
        return found


def stands_apart(figure: Figure, whole: Decimal) -> str | None:
    """above or below the whole, or None where chance (99.8 %) or the unknown records leave it open."""
    if figure.value is None or not figure.denominator or figure.low is None or figure.high is None:
        return None
    n, d = int(figure.numerator or 0), int(figure.denominator)
    low, high = wilson_at(n, d, APART)
    if min(low * 100, float(figure.low)) > whole:
        return "above"
    return "below" if max(high * 100, float(figure.high)) < whole else None


def _by_key(frame: pd.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    totals = frame[frame["group_name"] == TOTAL]
    return {(str(r["indicator"]), str(r["unit"])): {str(k): v for k, v in r.items()} for r in totals.to_dict("records")}


def _number(value: Any) -> Decimal | None:
    return None if value is None or value != value else Decimal(str(value))


def _goals(results: Results) -> dict[tuple[str, str], list[Judged]]:
    """The goals of each figure; those of documents that did not exist yet on the day are left out."""
    found: dict[tuple[str, str], list[Judged]] = {}
    for r in compare_targets(results).to_dict("records"):
        goals = found.setdefault((str(r["indicator"]), str(r["unit"])), [])
        number = len(goals)
        goals.append(Judged(
            str(r["document"]), str(r["comparator"]), Decimal(str(r["target"])), _whole(r["target_year"]), str(r["basis"]),
            str(r["confidence"]), str(r["verdict"]), str(r["reason"]), bool(r["yardstick"]), _whole(r["more_children"]),
            _whole(r["records_to_settle"]), number,
        ))  # fmt: skip
    return {key: [g for g in goals if _existed(g.document, results.as_of)] for key, goals in found.items()}


def _whole(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _existed(document: str, on: date) -> bool:
    dated = _DATED.search(document)
    return dated is None or date(int(dated[3]), int(dated[2]), int(dated[1])) <= on


def computed(
    store: Store, span: Span, unit: str, lang: str, *, protection: Protection, actor: str, now: datetime,
    parts: bool = True,
) -> Figures:  # fmt: skip
    """The figures on both dates, kept as runs (a run that is there already is not kept twice), with the parts of change."""
    with snapshot_of(store, as_of=span.as_of) as place:
        later, earlier = _both(place, span)
        numbered = (
            Numbered(_kept(store, later, actor, now), later),
            Numbered(_kept(store, earlier, actor, now), earlier),
        )
        then = _as_known_then(store, span, earlier, actor, now)
        figures = _figures(place, numbered, unit, lang, protection, parts=parts, then=then)
        figures.ages, figures.z_counts = _counted(place, span.as_of, unit)
        return figures


def _as_known_then(store: Store, span: Span, known_now: Results, actor: str, now: datetime) -> Numbered | None:
    """The figures of the date before from what the store knew a month after it, where that was something else."""
    batch = known_by(store, span.since + timedelta(days=KNOWN_WITHIN))
    if batch is None or batch == known_now.batch:
        return None
    results = _at(store, span.since, span.since_start, batch)
    return Numbered(_kept(store, results, actor, now), results)


def _at(store: Store, on: date, start: date | None, batch: int) -> Results:
    with snapshot_of(store, as_of=on, as_known=batch) as place:
        return run(place, as_of=on, period_start=start, groups=False, filed=True)


def _counted(place: Path, on: date, unit: str) -> tuple[list[tuple[str, int, int]], dict[str, Counter[int]]]:
    """Children under 16 of a unit by completed year of age (where it is known) and sex; those under 5 by z-score."""
    con = connect()
    try:
        prepare(con, place, as_of=on, sources={"child"})
        kept = set(inside(places(con, on), unit.split("@")[0]))
        rows = con.execute(
            "select unit, age_years_lo, sex, count(*) from prepared_child where age_years_lo = age_years_hi group by all"
        ).fetchall()
        lying = {
            index: con.execute(
                f"select unit, cast(floor({index} * 2) as integer), count(*) from prepared_child"
                f" where age_months_hi < 60 and {index} is not null group by all"
            ).fetchall()
            for index in INDICES
        }
    finally:
        con.close()
    counted = Counter[tuple[int, str]]()
    for home, age, sex, n in rows:
        if home in kept and sex in ("M", "F") and age < ADULT:
            counted[age, sex] += n
    ages = [(str(age), counted[age, "M"], counted[age, "F"]) for age in range(ADULT)] if counted else []
    found: dict[str, Counter[int]] = {index: Counter() for index in INDICES}
    for index, halves in lying.items():
        for home, half, n in halves:
            if home in kept:
                found[index][half] += n
    return ages, found


def again(
    store: Store, runs: tuple[RunRow, RunRow, RunRow | None], unit: str, lang: str, *, protection: Protection,
    as_known: int | None, parts: bool,
) -> Figures:  # fmt: skip
    """The figures of kept runs (the report's, the one before, the same as known then) computed again; nothing is kept.

    The first two are as known at a batch; what was known then stays as it is.
    """
    now, before, then = runs
    known = Numbered(then.number, _at(store, then.as_of, then.period_start, then.batch)) if then else None
    span = Span(now.as_of, before.as_of, now.period_start, before.period_start)
    with snapshot_of(store, as_of=now.as_of, as_known=as_known) as place:
        later, earlier = _both(place, span)
        return _figures(
            place, (Numbered(now.number, later), Numbered(before.number, earlier)), unit, lang, protection,
            parts=parts, then=known,
        )  # fmt: skip


def _both(place: Path, span: Span) -> tuple[Results, Results]:
    later = run(place, as_of=span.as_of, period_start=span.period_start, groups=False, filed=True)
    return later, run(place, as_of=span.since, period_start=span.since_start, groups=False, filed=True)


def _figures(
    place: Path, numbered: tuple[Numbered, Numbered], unit: str, lang: str, protection: Protection, *, parts: bool,
    then: Numbered | None,
) -> Figures:  # fmt: skip
    now, before = numbered
    figures = Figures(now, before, unit, lang, protection, then)
    for n in numbered:
        protection.see(n.run, n.results, unit, figures.communes)
    if then:
        protection.see(then.run, then.results, unit, ())
    if parts:
        figures.explain(_parts(place, figures))
    return figures


def _parts(place: Path, figures: Figures) -> dict[tuple[str, str], Mapping[str, Count]]:
    """What the changes of the unit's figures are made of (of those that can be told to have changed), as known now."""
    one, other = figures.before.results, figures.now.results
    changed = [i for i in figures.ids() if direction(figures.one(i)) in (ROSE, FELL)]
    wanted = {i for i in changed if catalogue()[i].targets and catalogue()[i].source in ("child", "")}
    if not wanted:
        return {}
    before, after = (
        {k: v for k, v in counts_of(r.frame.to_dict("records")).items() if k[0] in wanted and k[1] == figures.unit}
        for r in (one, other)
    )
    changes = explain_change(
        Folders(place, place, place), Stand(one.as_of, one.period_start, one.geography),
        Stand(other.as_of, other.period_start, other.geography), [catalogue()[i] for i in sorted(wanted)], before, after,
    )  # fmt: skip
    return {(c.indicator, c.unit): c.parts for c in changes if c.unit == figures.unit}


def _kept(store: Store, results: Results, actor: str, now: datetime) -> int:
    """The number of the stored run that says the same, or of the one that is kept now."""
    for old in reversed(store.runs()):
        if _same_stand(old, results) and _same_figures(store, old, results):
            return old.number
    return keep(store, results, actor=actor, now=now)


def _same_stand(old: RunRow, results: Results) -> bool:
    return (old.as_of, old.geography, old.batch, old.period_start) == (
        results.as_of, results.geography, results.batch, results.period_start,
    )  # fmt: skip


def _same_figures(store: Store, old: RunRow, results: Results) -> bool:
    kept = {
        (v["indicator"], v["unit"], v["group_name"], v["group_value"]): v["version"]
        for v in store.run_values(old.number)
    }
    totals = results.frame[["indicator", "unit", "group_name", "group_value", "version"]].to_numpy().tolist()
    return len(kept) == len(totals) and all(kept.get(tuple(t[:4])) == t[4] for t in totals)
