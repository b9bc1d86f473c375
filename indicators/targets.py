"""Figures judged by the targets of each document, one verdict per target, none merged.

A national target is a yardstick for a district or commune, not a duty, and is marked so. Between two target years
the path is a straight line and said to be *interpolated*; before the first year that target stands as *not yet
due*. A verdict is

    met, not_met       the value, all that the unknowns allow and the 95 % limits agree
    cannot_tell        the bounds left by unknown records or the limits span the target (or it is recalled)
    not_comparable     the target is set for another kind of area
    no_data            there is nothing below the line

A document does not judge a figure as on a day before it was issued. A commune that may or may not be extremely difficult
(no list of such communes is in force) is judged by the target of other communes only where it meets that one.
A target of 100 % (or 0 %) is judged on the count alone: no confidence interval can ever lie beyond it. A share of communes
is a full count and has no interval; nor has a standing threshold, by which a commune is recognised on its count. A recalled target decides nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from indicators.counting import TOTAL
from indicators.definition import Definition, Target
from indicators.loader import catalogue
from indicators.results import Results
from schemas.dates import add_months

VERDICTS = ("met", "not_met", "cannot_tell", "not_comparable", "no_data")
COLUMNS = (
    "indicator", "unit", "unit_name", "level", "document", "scope", "yardstick", "basis", "target_year", "comparator",
    "target", "confidence", "value", "low", "high", "ci_low", "ci_high", "verdict", "reason", "more_children",
    "records_to_settle",
)  # fmt: skip


@dataclass(frozen=True)
class Goal:
    """What a document asks for as on a day: the value on its path, and how it was come by."""

    document: str
    scope: str
    comparator: str
    value: Fraction
    year: int | None
    basis: str  # dated | interpolated | not_yet_due | kept | standing
    confidence: str

    def holds(self, figure: Fraction) -> bool:
        """Whether a figure meets the goal."""
        return {
            ">=": figure >= self.value,
            ">": figure > self.value,
            "<=": figure <= self.value,
            "<": figure < self.value,
        }[self.comparator]

    @property
    def upward(self) -> bool:
        return self.comparator in (">=", ">")


def goals_on(targets: tuple[Target, ...], day: date) -> list[Goal]:
    """One goal per document and scope."""
    paths: dict[tuple[str, str], list[Target]] = {}
    for target in targets:
        paths.setdefault((target.document, target.scope), []).append(target)
    return [_goal(sorted(path, key=lambda t: t.year or 0), day.year) for path in paths.values()]


def _goal(path: list[Target], year: int) -> Goal:
    first, last = path[0], path[-1]
    if first.year is None:
        return _as_goal(first, Fraction(first.value), "standing")
    exact = next((t for t in path if t.year == year), None)
    if exact:
        return _as_goal(exact, Fraction(exact.value), "dated")
    if year < first.year:
        return _as_goal(first, Fraction(first.value), "not_yet_due")
    if year > (last.year or 0):
        return _as_goal(last, Fraction(last.value), "kept")
    before = max((t for t in path if (t.year or 0) < year), key=lambda t: t.year or 0)
    after = min((t for t in path if (t.year or 0) > year), key=lambda t: t.year or 0)
    way = Fraction(year - (before.year or 0), (after.year or 0) - (before.year or 0))
    value = Fraction(before.value) + way * (Fraction(after.value) - Fraction(before.value))
    recalled = "recalled" if "recalled" in (before.confidence, after.confidence) else after.confidence
    return Goal(after.document, after.scope, after.comparator, value, year, "interpolated", recalled)


def _as_goal(target: Target, value: Fraction, basis: str) -> Goal:
    return Goal(target.document, target.scope, target.comparator, value, target.year, basis, target.confidence)


def compare_targets(results: Results, definitions: dict[str, Definition] | None = None) -> pd.DataFrame:
    """A row per figure (totals) and target with its verdict; columns as in COLUMNS."""
    known = definitions or catalogue()
    totals = results.frame[results.frame["group_name"] == TOTAL]
    rows = []
    for figure in totals.to_dict("records"):
        definition = known[str(figure["indicator"])]
        for goal in goals_on(definition.targets, results.as_of):
            rows.append(_row(definition, {str(k): v for k, v in figure.items()}, goal, results))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    whole = ("target_year", "more_children", "records_to_settle")
    return frame.astype(dict.fromkeys(whole, "Int64"))


_DATE = re.compile(r"(?:(\d{1,2})/(\d{1,2})/)?(\d{4})$")


def issued(document: str, definition: Definition) -> date | None:
    """When a document was issued, from its name, else from the definition's legal source that begins as it does."""
    found = _DATE.search(document)
    if found:
        day, month, year = found.groups()
        return date(int(year), int(month or 1), int(day or 1))
    begins = document.split()[:2]
    return next((s.in_force for s in definition.legal_sources if s.instrument.split()[:2] == begins), None)


def _verdict(definition: Definition, figure: dict[str, Any], goal: Goal, results: Results) -> tuple[str, str]:
    since = issued(goal.document, definition)
    if since is not None and since > results.as_of:
        return "not_comparable", "document_of_a_later_day"
    if definition.unit == "per_100000_children" and not _a_year(results):
        return "not_comparable", "period_is_not_a_year"  # events of a year over the children there are
    reason = scope_refused(goal.scope, str(figure["unit"]), str(figure["level"]), results)
    if reason:
        return "not_comparable", reason
    verdict, reason = judge(definition, figure, goal)
    if goal.scope == "commune" and verdict == "not_met" and not _told_of(results, "extremely_difficult"):
        return "cannot_tell", "not_known_whether_extremely_difficult"
    return verdict, reason


def _a_year(results: Results) -> bool:
    """Whether the period is twelve months (so it is where none was asked for)."""
    start = results.period_start
    return start is None or add_months(start, 12) == results.as_of + timedelta(days=1)


def _told_of(results: Results, trait: str) -> bool:
    """Whether any unit is on record with a trait: without such a list no unit can be said to lack it."""
    return any(t == trait for _, t in results.traits)


def _row(definition: Definition, figure: dict[str, Any], goal: Goal, results: Results) -> dict[str, object]:
    verdict, reason = _verdict(definition, figure, goal, results)
    judged = verdict in ("met", "not_met", "cannot_tell")
    copied = ("indicator", "unit", "unit_name", "level", "value", "low", "high", "ci_low", "ci_high")
    return {
        **{c: figure[c] for c in copied},
        "document": goal.document,
        "scope": goal.scope,
        "yardstick": goal.scope == "national",
        "basis": goal.basis,
        "target_year": goal.year,
        "comparator": goal.comparator,
        "target": Decimal(goal.value.numerator) / Decimal(goal.value.denominator),
        "confidence": goal.confidence,
        "verdict": verdict,
        "reason": reason,
        "more_children": more_children(definition, figure, goal) if judged else None,
        "records_to_settle": records_to_settle(definition, figure, goal) if judged else None,
    }


def judge(definition: Definition, figure: dict[str, Any], goal: Goal) -> tuple[str, str]:
    """The verdict and its reason for one figure."""
    exact = _exact(definition, figure)
    if exact is None:
        return "no_data", "nothing_below_the_line"
    if goal.confidence == "recalled":
        return "cannot_tell", "recalled_target"
    answer = goal.holds(exact)
    bounds = _bounds(definition, figure)
    open_records = int(figure["unknown"]) + int(figure["population_unknown"])
    if open_records and any(b is None or goal.holds(b) != answer for b in bounds):
        return "cannot_tell", "unknown_records_span_the_target"
    limits = [] if _is_edge(definition, goal) else [figure["ci_low"], figure["ci_high"]]
    if any(x is not None and goal.holds(Fraction(x)) != answer for x in limits):
        return "cannot_tell", "small_numbers"
    return ("met" if answer else "not_met"), ""


def _exact(definition: Definition, figure: dict[str, Any]) -> Fraction | None:
    """The figure unrounded where it is a quotient of counts."""
    if figure["value"] is None:
        return None
    if definition.kind in ("share", "units_meeting", "ratio"):
        return Fraction(int(figure["numerator"]) * definition.per, int(figure["denominator"]))
    return Fraction(figure["value"])


def _bounds(definition: Definition, figure: dict[str, Any]) -> list[Fraction | None]:
    """Lowest and highest possible value: unrounded where only the condition is open."""
    unknown, base = int(figure["unknown"]), int(figure["denominator"]) + int(figure["unknown"])
    if definition.kind in ("share", "units_meeting") and base and not int(figure["population_unknown"]):
        yes = int(figure["numerator"])
        return [Fraction(k * definition.per, base) for k in (yes, yes + unknown)]
    return [None if figure[end] is None else Fraction(figure[end]) for end in ("low", "high")]


def _is_edge(definition: Definition, goal: Goal) -> bool:
    """Whether no interval has a say: at the ends of the scale, and at the thresholds by which a unit is recognised."""
    return goal.basis == "standing" or (definition.unit == "percent" and goal.value in (0, 100))


def more_children(definition: Definition, figure: dict[str, Any], goal: Goal) -> int | None:
    """How many more (or fewer, for a goal that asks for less) above the line would meet the goal; 0 if it is met."""
    exact = _exact(definition, figure)
    if exact is None or definition.kind not in ("share", "units_meeting", "ratio"):
        return None
    if goal.holds(exact):
        return 0
    count, base = int(figure["numerator"]), int(figure["denominator"])
    edge = goal.value * base / definition.per  # the count at which the figure equals the goal
    if goal.upward:
        needed = -(-edge.numerator // edge.denominator)
        needed += 1 if goal.comparator == ">" and needed == edge else 0
        return needed - count if definition.kind == "ratio" or needed <= base else None
    allowed = edge.numerator // edge.denominator
    allowed -= 1 if goal.comparator == "<" and allowed == edge else 0
    return count - allowed if allowed >= 0 else None


def records_to_settle(definition: Definition, figure: dict[str, Any], goal: Goal) -> int | None:
    """The fewest open records that, once known, could settle a share one way or the other; None if not so.

    A record whose belonging is open is taken as one that belongs: it weighs no more than that.
    """
    unknown = int(figure["unknown"]) + int(figure["population_unknown"])
    if definition.kind not in ("share", "units_meeting") or not unknown:
        return None
    if figure["low"] is None and int(figure["population_unknown"]):  # a commune that never told is no record
        return None
    yes, base = int(figure["numerator"]), int(figure["denominator"]) + unknown
    if judge(definition, figure, goal)[1] != "unknown_records_span_the_target":
        return None
    for known in range(unknown + 1):
        lowest = (yes, yes + unknown - known)  # all of the known ones do not count
        highest = (yes + known, yes + unknown)  # all of them count
        for low, high in (lowest, highest):
            if len({goal.holds(Fraction(end * definition.per, base)) for end in (low, high)}) == 1:
                return known
    return None


def scope_refused(scope: str, unit: str, level: str, results: Results) -> str:
    """Why a target of that scope does not judge the unit; empty where it does."""
    line = (unit, *results.above.get(unit, ()))
    if scope == "national":
        return ""
    if scope in ("province", "district", "commune"):
        hard = (unit, "extremely_difficult") in results.traits
        return "" if level == scope and not (scope == "commune" and hard) else "other_level"
    if scope == "commune_extremely_difficult":
        return "" if level == "commune" and (unit, "extremely_difficult") in results.traits else "not_such_a_commune"
    if scope == "rural":
        return (
            ""
            if level == "commune" and _told_of(results, "urban") and (unit, "urban") not in results.traits
            else "not_known_to_be_rural"
        )
    if scope.isdigit():
        return "" if any(u.split("@")[0] == scope for u in line) else "other_province"
    return "" if any((u, scope) in results.traits for u in line) else f"not_known_to_be_{scope}"
