"""The figures of a run: counts rolled up along the tree, then value, bounds and confidence limits per key.

Columns of `Results.frame`, one row per indicator, unit and group value:

    indicator, version (of the definition), confidence (weakest mark of its legal sources), unit, unit_name, level,
    group_name ('total', 'sex' ...), group_value ('' for the total, 'unknown' where the group is not known),
    numerator, denominator, unknown (belongs, but whether it counts is not known), population_unknown (not
    known whether it belongs), value, low, high (Decimal in the definition's unit: what the unknowns allow),
    ci_low, ci_high (95 %: Wilson for shares, exact Poisson for rates), sd (means), n_children (rows of the
    source), measure (the definition's unit), as_of, geography, batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from indicators.counting import TOTAL, Counter, Key, Tally
from indicators.definition import Count, Definition
from indicators.geography import Geography, Refusal

COLUMNS = (
    "indicator", "version", "confidence", "unit", "unit_name", "level", "group_name", "group_value", "numerator",
    "denominator", "unknown", "population_unknown", "value", "low", "high", "ci_low", "ci_high", "sd", "n_children",
    "measure", "as_of", "geography", "batch",
)  # fmt: skip


@dataclass(frozen=True)
class Results:
    """The frame, what it was computed on, and the units for which no exact figure can be given."""

    frame: pd.DataFrame
    as_of: date
    geography: date
    batch: int | None
    refusals: tuple[Refusal, ...] = ()
    traits: frozenset[tuple[str, str]] = frozenset()
    """(unit, trait) in force on the as-of date, for the scopes of targets."""
    above: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The units above each unit, upwards."""
    period_start: date | None = None
    """The first day of the period that ends on the as-of date; empty where it was not asked for (twelve months)."""
    filed: pd.DataFrame | None = None
    """The same figures by unit as filed, before any roll-up (for disclosure control), where they were asked for."""
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The units that hold each filed unit for certain."""

    def one(self, indicator: str, unit: str, group_name: str = TOTAL, group_value: str = "") -> dict[str, object]:
        """The single row of a figure as a dict; KeyError where it is not in the frame."""
        f = self.frame
        found = f[
            (f["indicator"] == indicator) & (f["unit"] == unit)
            & (f["group_name"] == group_name) & (f["group_value"] == group_value)
        ]  # fmt: skip
        if len(found) != 1:
            raise KeyError((indicator, unit, group_name, group_value))
        return {str(k): v for k, v in found.iloc[0].items()}


def roll_up(table: Tally, geography: Geography) -> Tally:
    """The tally of filed units as the tally of the units of a geography, communes to province."""
    paths = geography.paths(sorted({k[0] for k in table.keys}))
    refused = set(geography.refusals)
    rows, targets = [], []
    index: dict[Key, int] = {}
    for number, (unit, name, value) in enumerate(table.keys):
        for above in paths[unit]:
            if above not in refused:
                key = (above, name, value)
                rows.append(number)
                targets.append(index.setdefault(key, len(index)))
    take, put = np.asarray(rows, np.int64), np.asarray(targets, np.int64)

    def summed(column: np.ndarray) -> np.ndarray:
        total = np.zeros(len(index), np.int64)
        np.add.at(total, put, column[take])
        return total

    fields = {c: {f: summed(a) for f, a in fs.items()} for c, fs in table.fields.items()}
    return Tally(list(index), summed(table.rows), fields)


class Keyed:
    """The keys of one definition's figures, and where each stands in a tally (last, an added 0: nowhere)."""

    def __init__(self, keys: list[Key]) -> None:
        self.keys = keys
        self._places: dict[int, np.ndarray] = {}

    def take(self, table: Tally, column: np.ndarray) -> np.ndarray:
        """A column of a tally for these keys; 0 where the tally does not have the key."""
        if id(table) not in self._places:
            place = table.place()
            self._places[id(table)] = np.asarray([place.get(k, -1) for k in self.keys], np.int64)
        taken: np.ndarray = np.append(column, 0)[self._places[id(table)]]
        return taken


def decimals(hundredths: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Whole hundredths as an object array of Decimal, None where not known."""
    distinct, inverse = np.unique(hundredths, return_inverse=True)
    spelled = np.asarray([Decimal(int(d)).scaleb(-2) for d in distinct], object)
    found: np.ndarray = spelled[inverse] if len(spelled) else np.empty(0, object)
    found[~np.asarray(known, bool)] = None
    return found


def divided(numerator: np.ndarray, denominator: np.ndarray, per: int) -> np.ndarray:
    """NUMERATOR * PER / DENOMINATOR in whole hundredths, halves away from zero, by integers alone."""
    below = np.maximum(denominator, 1)
    top = np.abs(numerator) * (per * 100)
    rounded: np.ndarray = np.sign(numerator) * ((2 * top + below) // (2 * below))
    return rounded


def counters_of(definition: Definition) -> tuple[list[Counter], list[Counter]]:
    """The questions of a definition: above the line (or the only one) and below it."""
    if definition.kind in ("share", "units_meeting"):
        return [Counter(definition.source, definition.population, definition.condition)], []
    if definition.kind in ("sum", "mean"):
        return [Counter(definition.source, definition.population, None, definition.value)], []
    above, below = (
        [Counter(c.source, c.where, None, c.value) if c.value else Counter(c.source, "true", c.where) for c in counts]
        for counts in paired(definition)
    )
    return above, below


def paired(definition: Definition) -> tuple[tuple[Count, ...], tuple[Count, ...]]:
    """Numerator and denominator of a ratio; of two sums over one source, a row counts only where it gives both.

    (A commune that returns how many schools are safe, but not how many there are, must not raise the rate of others.)
    """
    above, below = definition.numerator, definition.denominator
    if len(above) != 1 or len(below) != 1 or above[0].source != below[0].source:
        return above, below
    one, other = above[0], below[0]
    if one.value is None or other.value is None or one.where != other.where:
        return above, below
    return (
        (replace(one, value=f"case when ({other.value}) is not null then {one.value} end"),),
        (replace(other, value=f"case when ({one.value}) is not null then {other.value} end"),),
    )
