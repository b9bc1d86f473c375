"""From counts to figures, per kind of definition: value, lowest and highest, confidence limits.

Bounds of a share: a row whose condition is not known may count or not; one whose belonging is not known may
belong or not. So the lowest value takes every unknown as not counting and lets in the doubtful rows that do
not count, the highest the reverse; a test compares both with an enumeration of all possibilities.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indicators.counting import Counter, Tally
from indicators.definition import Definition
from indicators.intervals import Z95, odds_limits, poisson_limits, wilson
from indicators.results import Keyed, counters_of, decimals, divided, paired

Columns = dict[str, np.ndarray]
Tallies = dict[str, Tally]


def figures(definition: Definition, tallies: Tallies, keyed: Keyed) -> Columns:
    """The numeric columns of a definition for its keys (not for estimators, which bring their own)."""
    above, below = counters_of(definition)
    if definition.kind in ("share", "units_meeting"):
        return _share(_fields(above[0], tallies, keyed), _rows(above[0], tallies, keyed), definition)
    if definition.kind in ("sum", "mean"):
        taken = _fields(above[0], tallies, keyed)
        return _value(taken, _rows(above[0], tallies, keyed), definition.kind, above[0].scale())
    return _ratio(definition, above, below, tallies, keyed)


def _fields(counter: Counter, tallies: Tallies, keyed: Keyed) -> Columns:
    table = tallies[counter.source]
    return {name: keyed.take(table, column) for name, column in table.fields[counter].items()}


def _rows(counter: Counter, tallies: Tallies, keyed: Keyed) -> np.ndarray:
    return keyed.take(tallies[counter.source], tallies[counter.source].rows)


def _share(c: Columns, rows: np.ndarray, definition: Definition) -> Columns:
    yes, unknown, per = c["yes"], c["unknown"], definition.per
    known = yes + c["no"]
    everyone = known + unknown
    low_below = everyone + c["open_no"] + c["open_unknown"]
    high_below = everyone + c["open_yes"] + c["open_unknown"]
    low, high = (
        divided(yes, low_below, per),
        divided(yes + unknown + c["open_yes"] + c["open_unknown"], high_below, per),
    )
    # where nobody surely belongs, only one kind of doubtful row may be left, and it fixes the figure
    low = np.where(low_below == 0, per * 100, low)
    high = np.where(high_below == 0, 0, high)
    some = low_below + c["open_yes"] > 0
    ci_low, ci_high = (_hundredths(end * per) for end in wilson(yes, known))
    counted = (known > 0) & (definition.kind == "share")  # a census of communes has no sampling error to speak of
    return {
        "numerator": yes,
        "denominator": known,
        "unknown": unknown,
        "population_unknown": c["open_yes"] + c["open_no"] + c["open_unknown"],
        "value": decimals(divided(yes, known, per), known > 0),
        "low": decimals(low, some),
        "high": decimals(high, some),
        "ci_low": decimals(ci_low, counted),
        "ci_high": decimals(ci_high, counted),
        "sd": np.full(len(yes), None, object),
        "n_children": rows,
    }


def _hundredths(values: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.floor(values * 100 + 0.5).astype(np.int64)
    return found


def _value(c: Columns, rows: np.ndarray, kind: str, scale: int) -> Columns:
    n, total, missing = c["rows"], c["sum"], c["missing"]
    certain = (missing == 0) & (c["open_rows"] == 0)
    value = divided(total, n * scale if kind == "mean" else np.full_like(n, scale), 1)
    known = n > 0 if kind == "mean" else certain | (n > 0)
    sd = _deviations(n, total, c["squares"], scale)
    spread = np.where(n > 1, Z95 * sd / np.sqrt(np.maximum(n, 1)), 0.0) * 100
    limits = (n > 1) & (kind == "mean")
    return {
        "numerator": decimals(divided(total, np.full_like(n, scale), 1), known),
        "denominator": n,
        "unknown": missing,
        "population_unknown": c["open_rows"],
        "value": decimals(value, known),
        "low": decimals(value, known & certain),
        "high": decimals(value, known & certain),
        "ci_low": decimals(np.floor(value - spread + 0.5).astype(np.int64), limits),
        "ci_high": decimals(np.floor(value + spread + 0.5).astype(np.int64), limits),
        "sd": decimals(_hundredths(sd), limits),
        "n_children": rows,
    }


def _deviations(n: np.ndarray, total: np.ndarray, squares: np.ndarray, scale: int) -> np.ndarray:
    """Sample standard deviations from whole sums (Python integers, for the products are large)."""
    found = [
        max(0, int(k) * int(q) - int(t) ** 2) / (int(k) * (int(k) - 1)) if k > 1 else 0
        for k, t, q in zip(n, total, squares, strict=True)
    ]
    deviations: np.ndarray = np.sqrt(np.asarray(found, float)) / scale
    return deviations


def _ratio(
    definition: Definition, above: Sequence[Counter], below: Sequence[Counter], tallies: Tallies, keyed: Keyed
) -> Columns:
    top, top_open, top_bounded = _events(above, tallies, keyed)
    base, base_open, base_bounded = _events(below, tallies, keyed)
    if paired(definition) != (definition.numerator, definition.denominator):
        base_open = np.zeros_like(base_open)  # the same communes are open on both sides: they are told of once
    per, rows = definition.per, _rows(below[0], tallies, keyed)
    low_base, high_top = base + base_open, top + top_open
    sure = base > 0
    high = divided(high_top, base, per)
    if definition.unit == "percent":
        high = np.minimum(high, np.maximum(per * 100, divided(top, base, per)))  # a part is never more than the whole
    if definition.unit == "percent_change":  # one that is not known may stand in either period, or in both
        base_bounded = top_bounded = (top_open == 0) & (base_open == 0)
    limits = [_limits(definition, int(k), int(n)) for k, n in zip(top, base, strict=True)]
    return {
        "numerator": top,
        "denominator": base,
        "unknown": top_open,
        "population_unknown": base_open,
        "value": decimals(divided(top, base, per), sure),
        "low": decimals(divided(top, low_base, per), (low_base > 0) & base_bounded),
        "high": decimals(high, sure & top_bounded),
        "ci_low": _spelled([a for a, _ in limits]),
        "ci_high": _spelled([b for _, b in limits]),
        "sd": np.full(len(top), None, object),
        "n_children": rows,
    }


def _limits(definition: Definition, top: int, base: int) -> tuple[float | None, float | None]:
    """95 % limits of a ratio of counts: exact Poisson for rates, Wilson for parts of a whole, exact binomial where one
    count is set against another. What communes return of themselves is a full count and has none."""
    if base == 0:
        return None, None
    if definition.unit == "percent_change":
        low, high = odds_limits(base - top, base)
        return None if high is None else definition.per * (1 - high), definition.per * (1 - low)
    if definition.unit == "per_100_girls":
        low, high = odds_limits(top, base)
        return definition.per * low, None if high is None else definition.per * high
    if definition.denominator[0].source == "commune":
        return None, None
    if definition.unit == "percent":
        below, above = wilson(np.asarray([min(top, base)]), np.asarray([base]))
        return definition.per * float(below[0]), definition.per * float(above[0])
    fewest, most = poisson_limits(top)
    return definition.per * fewest / base, definition.per * most / base


def _spelled(values: list[float | None]) -> np.ndarray:
    known = np.asarray([v is not None for v in values], bool)
    return decimals(_hundredths(np.asarray([0.0 if v is None else v for v in values], float)), known)


def _events(counters: Sequence[Counter], tallies: Tallies, keyed: Keyed) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Events counted (or summed), rows not known, and where the unknown rows leave the figure bounded."""
    size = len(keyed.keys)
    sure, opened, bounded = np.zeros(size, np.int64), np.zeros(size, np.int64), np.ones(size, bool)
    for counter in counters:
        taken = _fields(counter, tallies, keyed)
        if counter.value is None:
            sure, opened = sure + taken["yes"], opened + taken["unknown"]
        else:
            missing = taken["missing"] + taken["open_rows"]
            sure, opened = sure + taken["sum"] // counter.scale(), opened + missing
            bounded &= missing == 0
    return sure, opened, bounded
