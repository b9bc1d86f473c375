"""From results to what may leave: the same frame, with the numbers of hidden figures empty and a column that says so."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from indicators.counting import TOTAL
from indicators.disclosure.earlier import Counts, Earlier, Figure, too_telling
from indicators.disclosure.few import UNKNOWNS, as_class
from indicators.disclosure.moves import Board, at
from indicators.disclosure.rule import Rule, rule_on
from indicators.disclosure.tables import Tables, of_persons, read_tables
from indicators.loader import catalogue
from indicators.prepare.sources import twelve_months
from indicators.results import Results

NUMBERS = (
    "numerator", "denominator", "unknown", "population_unknown", "value", "low", "high", "ci_low", "ci_high", "sd",
    "n_children",
)  # fmt: skip
SHOWN, HIDDEN = "shown", "suppressed"
COUNTS = ("numerator", "denominator", "unknown", "population_unknown")
_KEY = ["indicator", "unit", "group_name", "group_value"]


@dataclass(frozen=True)
class Protected:
    """`frame` has the columns of Results.frame and `disclosure` (shown, suppressed); `content` is for the store.

    The `unknown` of a figure that is shown is empty where it is 1 to threshold - 1.

    `exposed` are figures of which no set of other counts was found beside what earlier releases show: they may have
    been given away already, and nothing can hide them any more.
    """

    frame: pd.DataFrame
    content: dict[str, Any]
    exposed: tuple[Figure, ...]


def protect(
    results: Results, earlier: Sequence[Earlier] = (), *, indicators: Collection[str] | None = None,
    units: Collection[str] | None = None, groups: bool = True, rule: Rule | None = None,
) -> Protected:  # fmt: skip
    """The figures that may leave the office, of INDICATORS and UNITS (keys; all by default), by group if GROUPS.

    RESULTS are the whole catalogue, computed with `filed`; EARLIER is what was released before.
    """
    if results.filed is None:
        raise ValueError("results were computed without the figures by filed unit")
    rule = rule or rule_on(results.as_of)
    asked = _asked(results.frame, indicators, units, groups)
    watched = [d for d in catalogue().values() if of_persons(d)]
    telling = too_telling(
        catalogue(), {f: c for f, c in _counts(asked).items() if of_persons(catalogue()[f[0]])}, results.as_of,
        results.period_start, earlier, rule,
    )  # fmt: skip
    inside = set(results.filed["indicator"])
    filed = results.filed
    own = [e for e in earlier if e.is_of(results.as_of, results.period_start)]
    shown = {TOTAL, *asked["group_name"]}.union(*({g for _, _, g, _ in e.figures} for e in own))
    tables = read_tables([d for d in watched if d.id in inside], filed[filed["group_name"].isin(shown)], rule.threshold)
    hidden, exposed = _hidden(tables, results, asked, own, telling, rule)
    hidden |= set(telling) | _small_estimates(asked, rule)
    frame = _shown(asked, hidden, results)
    content = _content(frame, results)
    return Protected(_classed(frame, rule), content, exposed)


def _asked(
    frame: pd.DataFrame, indicators: Collection[str] | None, units: Collection[str] | None, groups: bool
) -> pd.DataFrame:
    keep = pd.Series(True, index=frame.index)
    if indicators is not None:
        keep &= frame["indicator"].isin(list(indicators))
    if units is not None:
        keep &= frame["unit"].isin(list(units))
    if not groups:
        keep &= frame["group_name"] == TOTAL
    return frame[keep].reset_index(drop=True)


def _counts(frame: pd.DataFrame) -> dict[Figure, Counts]:
    keys = zip(*(frame[c] for c in _KEY), strict=True)
    numbers = zip(*(_whole(frame[c]) for c in COUNTS), strict=True)
    return {(i, u, g, v): (a, b, c, d) for (i, u, g, v), (a, b, c, d) in zip(keys, numbers, strict=True)}


def _whole(column: pd.Series[Any]) -> list[int]:
    return [0 if x is None or x != x else round(x) for x in column]


def _hidden(
    tables: Tables, results: Results, asked: pd.DataFrame, own: Sequence[Earlier],
    telling: Mapping[Figure, frozenset[int]], rule: Rule,
) -> tuple[set[Figure], tuple[Figure, ...]]:  # fmt: skip
    """The figures to hide, and those that earlier releases give away."""
    place = _Place(tables, results, asked, own)
    past = place.masks([atoms for e in own for atoms in e.units.values()])
    board = Board(
        tables, rule, place.masks([place.atoms_of[u] for u in place.unit]), place.wanted(asked),
        place.nothing(len(place.unit)), past, place.fixed(own, len(past), _counts(results.frame)),
    )  # fmt: skip
    extra = {g: np.zeros((len(x), len(board.masks), x.shape[2]), bool) for g, x in tables.counts.items()}
    for figure, places in telling.items():
        place.mark(figure, places, board, extra)
    shown_before = {place.definition[f[0]] for e in own for f in e.figures if f[0] in place.definition}
    active = {place.definition[i] for i in asked["indicator"].unique() if i in place.definition} | shown_before
    exposed = board.protect(active, extra)
    return place.figures(board.hidden, board.wanted), place.named(exposed, board)


class _Place:
    """Where definitions, units and values stand in the board's arrays."""

    def __init__(self, tables: Tables, results: Results, asked: pd.DataFrame, own: Sequence[Earlier]) -> None:
        self.tables = tables
        for e in own:  # values of groups that only an earlier release has shown
            for _, _, g, v in e.figures:
                if g in tables.values and v not in tables.values[g]:
                    _new_value(tables, g, v)
        self.definition = {d.id: n for n, d in enumerate(tables.definitions)}
        self.unit = {u: n for n, u in enumerate(dict.fromkeys(asked["unit"]))}
        self.value = {g: {v: n for n, v in enumerate(vs)} for g, vs in tables.values.items()}
        self.atom = {a: n for n, a in enumerate(tables.atoms)}
        self.atoms_of: dict[str, list[str]] = {u: [] for u in self.unit}
        for atom, above in results.paths.items():
            for unit in above:
                if unit in self.atoms_of:
                    self.atoms_of[unit].append(atom)

    def masks(self, sets: Sequence[Sequence[str]]) -> np.ndarray:
        found = np.zeros((len(sets), len(self.atom)), bool)
        for row, atoms in enumerate(sets):
            found[row, [self.atom[a] for a in atoms if a in self.atom]] = True
        return found

    def nothing(self, units: int) -> dict[str, np.ndarray]:
        return {g: np.zeros((len(self.definition), units, len(vs)), bool) for g, vs in self.value.items()}

    def wanted(self, asked: pd.DataFrame) -> dict[str, np.ndarray]:
        """Every figure of the groups asked for: one without a row is a nothing that everybody sees."""
        found = self.nothing(len(self.unit))
        for (indicator, group), part in asked.groupby(["indicator", "group_name"]):
            if indicator in self.definition:
                units = sorted({self.unit[u] for u in part["unit"]})
                if group != TOTAL:
                    units = list(self.unit.values())
                found[str(group)][self.definition[str(indicator)], units] = True
        return found

    def fixed(self, own: Sequence[Earlier], units: int, now: dict[Figure, Counts]) -> dict[str, np.ndarray]:
        """What an earlier release of this day and period shows, with the counts of now (or in units not shown now)."""
        found = self.nothing(units)
        first = 0
        for e in own:
            row = {u: first + n for n, u in enumerate(e.units)}
            first += len(row)
            groups_told = {(i, g) for i, _, g, _ in e.figures}
            for indicator, g in groups_told:  # a figure without a row was told too: nothing
                if indicator in self.definition and g in self.value:
                    found[g][self.definition[indicator], list(row.values())] = True
            for (i, u, g, v), counts in e.figures.items():
                if i in self.definition and g in self.value and v in self.value[g]:
                    same = counts is not None and now.get((i, u, g, v), counts) == counts
                    found[g][self.definition[i], row[u], self.value[g][v]] = same
        return found

    def mark(self, figure: Figure, places: frozenset[int], board: Board, extra: dict[str, np.ndarray]) -> None:
        """A figure that earlier ones make telling: hidden, and the counts at those places protected."""
        i, u, g, v = figure
        if i not in self.definition or g not in self.value or v not in self.value[g]:
            return
        definition, value = self.definition[i], self.value[g][v]
        board.hidden[g][definition, self.unit[u], value] = True
        mask = np.nonzero((board.masks == board.units[self.unit[u]]).all(axis=1))[0]
        fields = self.tables.fields[definition]
        names = ("above", "no" if self.tables.definitions[definition].kind == "share" else "rows", "unknown", "open")
        tables = [fields[names[p]] for p in places if names[p] in fields]
        extra[g][at(tables, mask, value)] = True

    def figures(self, hidden: dict[str, np.ndarray], wanted: dict[str, np.ndarray]) -> set[Figure]:
        ids, units = list(self.definition), list(self.unit)
        return {
            (ids[d], units[u], g, self.tables.values[g][v])
            for g in hidden for d, u, v in zip(*np.nonzero(hidden[g] & wanted[g]), strict=True)
        }  # fmt: skip

    def named(self, exposed: Sequence[tuple[int, int, tuple[str, int]]], board: Board) -> tuple[Figure, ...]:
        found = []
        for table, mask, (g, v) in exposed:
            inside = [a for a, held in zip(self.tables.atoms, board.masks[mask], strict=True) if held]
            told = [u for u, atoms in self.atoms_of.items() if sorted(atoms) == sorted(inside)] or inside[:1]
            indicator = self.tables.definitions[min(self.tables.shown_by[table])].id
            found.append((indicator, told[0], g, self.tables.values[g][v]))
        return tuple(dict.fromkeys(found))


def _new_value(tables: Tables, group: str, value: str) -> None:
    """A value of a group that has no rows now: a column of nothing."""
    tables.values[group].append(value)
    counts = tables.counts[group]
    tables.counts[group] = np.concatenate([counts, np.zeros((*counts.shape[:2], 1), np.int64)], axis=2)


def _small_estimates(asked: pd.DataFrame, rule: Rule) -> set[Figure]:
    """Estimates are no sums of cells: each is judged by its own counts."""
    return {
        f for f, counts in _counts(asked).items()
        if catalogue()[f[0]].kind == "estimator" and any(rule.small(c) for c in counts)
    }  # fmt: skip


def _shown(asked: pd.DataFrame, hidden: set[Figure], results: Results) -> pd.DataFrame:
    """The frame asked for with hidden numbers empty; a figure of nothing that must be hidden gets a row."""
    frame = asked.copy()
    keys = list(zip(*(frame[c] for c in _KEY), strict=True))
    mask = np.asarray([k in hidden for k in keys], bool)
    for column in NUMBERS:
        frame[column] = frame[column].astype(object)
        frame.loc[mask, column] = None
    frame["disclosure"] = np.where(mask, HIDDEN, SHOWN)
    words = frame.drop_duplicates("indicator").set_index("indicator")
    units = frame.drop_duplicates("unit").set_index("unit")
    more = []
    for indicator, unit, group, value in sorted(hidden - set(keys)):
        row: dict[str, Any] = dict.fromkeys(frame.columns)
        for name in ("version", "confidence", "measure", "as_of", "geography", "batch"):
            row[name] = words.loc[indicator, name]
        row |= {name: units.loc[unit, name] for name in ("unit_name", "level")}
        row |= {"indicator": indicator, "unit": unit, "group_name": group, "group_value": value, "disclosure": HIDDEN}
        more.append(row)
    if more:
        frame = pd.concat([frame, pd.DataFrame(more, columns=frame.columns)], ignore_index=True)
        order = {i: n for n, i in enumerate(dict.fromkeys(asked["indicator"]))}
        place = {u: n for n, u in enumerate(dict.fromkeys(asked["unit"]))}
        frame = frame.assign(
            _i=frame["indicator"].map(order), _u=frame["unit"].map(place), _t=frame["group_name"] != TOTAL
        )
        frame = frame.sort_values(["_i", "_t", "_u", "group_name", "group_value"], kind="stable", ignore_index=True)
        frame = frame.drop(columns=["_i", "_u", "_t"])
    return frame


def _classed(frame: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """The frame with small counts of the unknown empty, and the bounds that a class of them gives."""
    few = np.zeros(len(frame), bool)
    for column in UNKNOWNS:
        few |= np.asarray([rule.small(x) for x in _whole(frame[column])], bool)
    columns = {c: frame[c].tolist() for c in ("indicator", *UNKNOWNS, "numerator", "denominator", "low", "high")}
    for place in np.nonzero(few & (frame["disclosure"] == SHOWN).to_numpy())[0].tolist():
        row = {c: values[place] for c, values in columns.items()}
        for column, told in as_class(catalogue()[row["indicator"]], row, rule).items():
            columns[column][place] = told
    return frame.assign(**{c: np.asarray(columns[c], object) for c in (*UNKNOWNS, "low", "high")})


def _content(frame: pd.DataFrame, results: Results) -> dict[str, Any]:
    """What the store keeps of a release: enough to protect the next one."""
    atoms: dict[str, list[str]] = {str(u): [] for u in dict.fromkeys(frame["unit"])}
    for atom, above in results.paths.items():
        for unit in above:
            if unit in atoms:
                atoms[unit].append(atom)
    counts = _counts(frame)
    return {
        "as_of": results.as_of.isoformat(),
        "period_start": (results.period_start or twelve_months(results.as_of)).isoformat(),
        "geography": results.geography.isoformat(),
        "batch": results.batch,
        "units": atoms,
        "figures": [
            [*figure, list(counts[figure]) if shown else None]
            for figure, shown in zip(counts, frame["disclosure"] == SHOWN, strict=True)
        ],
    }  # fmt: skip
