"""The run: prepare the sources once, scan each once, roll up, and set out the figures.

results = run(Path("snapshot"), as_of=date(2024, 11, 30))
results.frame                      one row per indicator, unit and group value (columns: indicators.results)
"""

from __future__ import annotations

import json
from collections import Counter as Counter_
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from indicators.counting import TOTAL, Counter, Key, Tally, tally
from indicators.definition import Definition
from indicators.estimators import Estimate, estimator
from indicators.figures import figures
from indicators.geography import Geography, UnitRow, read_geography
from indicators.loader import chosen
from indicators.prepare.contracts import SOURCES
from indicators.prepare.sources import connect, prepare
from indicators.results import COLUMNS, Keyed, Results, counters_of, decimals, roll_up
from schemas.errors import CheckFailed, UnreadableFile


def run(
    snapshot: Path,
    *,
    as_of: date,
    geography: date | None = None,
    ids: list[str] | None = None,
    groups: bool = True,
    con: duckdb.DuckDBPyConnection | None = None,
    period_start: date | None = None,
    filed: bool = False,
) -> Results:
    """All figures (or those of IDS) as on a day, in the units of the geography date (the as-of date by default).

    Events count from PERIOD_START (twelve months, if none is given) to the day. FILED gives the same by filed unit
    besides. A connection given is used and left open with the prepared tables (`prepared_child` ...) in it.
    """
    definitions = chosen(ids)
    on = geography or as_of
    own = con or connect()
    try:
        batch = read_batch(snapshot)
        prepare(own, snapshot, as_of=as_of, geography=on, period_start=period_start,
                sources=needed_sources(definitions))  # fmt: skip
        results = compute(own, definitions, as_of=as_of, geography=on, groups=groups, batch=batch, filed=filed)
        return replace(results, period_start=period_start)
    finally:
        if con is None:
            own.close()


def read_batch(snapshot: Path) -> int | None:
    """The batch number in the snapshot's manifest."""
    try:
        manifest = json.loads((snapshot / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableFile(
            f"Không đọc được manifest.json của ảnh chụp dữ liệu {snapshot.name}.",
            f"The manifest.json of the snapshot {snapshot.name} cannot be read.",
        ) from error
    batch = manifest.get("batch")
    return None if batch is None else int(batch)


def needed_sources(definitions: Sequence[Definition]) -> set[str]:
    return {s for d in definitions for s in d.sources()}


def compute(
    con: duckdb.DuckDBPyConnection,
    definitions: Sequence[Definition],
    *,
    as_of: date,
    geography: date,
    groups: bool,
    batch: int | None,
    filed: bool = False,
) -> Results:
    """Figures from the prepared tables and unit tables that stand in CON."""
    tree = read_geography(con, geography)
    raw = _tallies(con, definitions, groups)
    keys = sorted({k[0] for table in raw.values() for k in table.keys})
    paths = tree.paths(keys)  # first all refusals, then the sums without the refused
    tallies = {plan: roll_up(table, tree) for plan, table in raw.items()}
    if any(d.kind == "estimator" for d in definitions):
        write_paths(con, tree, needed_sources(definitions))
    units = {u.key: u for u in tree.tree() if u.key not in tree.refusals}
    parts = [_figures_of(con, d, tallies, units) for d in definitions]
    silent = _silent(con, read_geography(con, geography))  # what is only heard of makes no refusals
    for definition, part in zip(definitions, parts, strict=True):
        _without_the_silent(definition, part, silent)
    stamp = {"as_of": as_of, "geography": geography, "batch": batch}
    frame = _joined(parts).assign(**stamp)[list(COLUMNS)]
    by_filed = None
    if filed:
        own = {k: tree.units.get(k) or UnitRow(k, k, geography, None, "commune", None, k) for k in keys}
        counted = [_figures_of(con, d, raw, own) for d in definitions if d.kind != "estimator"]
        by_filed = _joined(counted).assign(**stamp)[list(COLUMNS)]
    traits = con.execute(
        "select unit, trait from snap_unit_trait where valid_from <= $day and (valid_to is null or valid_to > $day)",
        {"day": as_of},
    ).fetchall()
    return Results(
        frame,
        as_of,
        geography,
        batch,
        tuple(tree.refusals.values()),
        frozenset((u, t) for u, t in traits),
        {u.key: tuple(tree.ancestry(u.key)[1:]) for u in tree.tree()},
        filed=by_filed,
        paths={f: tuple(u for u in above if u not in tree.refusals) for f, above in paths.items()},
    )


def _silent(con: duckdb.DuckDBPyConnection, tree: Geography) -> dict[str, Counter_[str]]:
    """By source and unit of the tree: how many filed units below it have never told of such events."""
    heard: dict[str, dict[str, bool]] = defaultdict(dict)
    for source, unit, told in con.execute("select source, unit, told from reporting_unit order by all").fetchall():
        heard[source][unit] = told
    found: dict[str, Counter_[str]] = {}
    for source, units in heard.items():
        quiet = tree.silent(units, {u for u, told in units.items() if told})
        above = tree.paths(sorted(quiet))
        found[source] = Counter_()
        for commune, number in quiet.items():
            found[source].update(dict.fromkeys(above[commune], number))
    return found


def _without_the_silent(definition: Definition, part: dict[str, np.ndarray], silent: dict[str, Counter_[str]]) -> None:
    """A figure of events has no bounds where a commune has never told of any; a number has no value where nobody has: not 0."""
    counts = [silent[s] for s in definition.sources() if s in silent]
    if definition.kind == "estimator" or not counts:
        return
    quiet = np.asarray([max(c[u] for c in counts) for u in part["unit"]], np.int64)
    part["population_unknown"] = part["population_unknown"] + quiet
    for column in ("low", "high"):
        part[column][quiet > 0] = None
    for column in ("numerator", "value") if definition.kind == "sum" else ():
        part[column][(quiet > 0) & (part["denominator"] == 0)] = None


def _joined(parts: Sequence[dict[str, np.ndarray]]) -> pd.DataFrame:
    """One frame of all definitions; numerators are whole numbers, and decimals for sums and means."""
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    columns = {c: np.concatenate([p[c] for p in parts]) for c in parts[0]}
    return pd.DataFrame({**columns, "numerator": pd.Series(columns["numerator"].astype(object), dtype=object)})


Plan = tuple[str, tuple[str, ...]]


def plan_of(definition: Definition, source: str, groups: bool) -> Plan:
    """Which scan counts a definition on a source: the common one, or one of its own for groups of many values."""
    contract = SOURCES[source]
    wide = tuple(g for g in contract.wide_groups if groups and g in definition.groups)
    return source, wide


def _tallies(con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition], groups: bool) -> dict[Plan, Tally]:
    """The counts by filed unit."""
    counters: dict[Plan, dict[Counter, None]] = defaultdict(dict)
    for definition in definitions:
        above, below = ([], []) if definition.kind == "estimator" else counters_of(definition)
        for counter in (*above, *below):
            counters[plan_of(definition, counter.source, groups)][counter] = None
    used = {s: {g for d in definitions if s in d.sources() for g in d.groups} for s, _ in counters}
    found = {}
    for (source, wide), questions in counters.items():
        # only the groups that some definition asks for make the cells finer
        asked = [g for g in SOURCES[source].groups if groups and g in used[source]]
        found[source, wide] = tally(con, source, list(questions), [*asked, *wide])
    return found


def write_paths(con: duckdb.DuckDBPyConnection, tree: Geography, sources: set[str]) -> None:
    """The table `unit_path` (filed, unit): which units hold a filed unit, for estimators and explanations."""
    filed: set[str] = set()
    for source in sources:
        filed |= {str(r[0]) for r in con.execute(f"select distinct unit from prepared_{source}").fetchall()}
    paths = [(f, u) for f, units in tree.paths(sorted(filed)).items() for u in units if u not in tree.refusals]
    con.execute("create or replace temp table unit_path (filed varchar, unit varchar)")
    if paths:
        frame = pd.DataFrame(paths, columns=["filed", "unit"])
        con.register("paths_frame", frame)
        con.execute("insert into unit_path select filed, unit from paths_frame")
        con.unregister("paths_frame")


def _figures_of(
    con: duckdb.DuckDBPyConnection, definition: Definition, tallies: dict[Plan, Tally], units: dict[str, UnitRow]
) -> dict[str, np.ndarray]:
    columns: Mapping[str, np.ndarray]
    if definition.kind == "estimator":
        keys, columns = _estimated(con, definition, list(units))
    else:
        above, below = counters_of(definition)
        own = {c.source: _tally_for(definition, c.source, tallies) for c in (*above, *below)}
        keyed = Keyed(_keys(definition, own, list(units)))
        columns, keys = figures(definition, own, keyed), keyed.keys
    size = len(keys)
    parts: dict[str, np.ndarray] = {
        **{c: np.full(size, v, object) for c, v in _words(definition).items()},
        "unit": np.asarray([k[0] for k in keys], object),
        "unit_name": np.asarray([units[k[0]].name for k in keys], object),
        "level": np.asarray([units[k[0]].level for k in keys], object),
        "group_name": np.asarray([k[1] for k in keys], object),
        "group_value": np.asarray([k[2] for k in keys], object),
        **columns,
    }
    shown = (parts["group_name"] == TOTAL) | _has_rows(parts)
    return {c: a[shown] for c, a in parts.items()}


def _words(definition: Definition) -> dict[str, str]:
    return {
        "indicator": definition.id,
        "version": definition.version,
        "confidence": definition.confidence,
        "measure": definition.unit,
    }


def _tally_for(definition: Definition, source: str, tallies: dict[Plan, Tally]) -> Tally:
    wide = tuple(g for g in SOURCES[source].wide_groups if g in definition.groups)
    return tallies.get((source, wide)) or tallies[source, ()]


def _has_rows(parts: dict[str, np.ndarray]) -> np.ndarray:
    """Where anything at all was counted: an empty cell of a group is no row."""
    counted = parts["denominator"] + parts["unknown"] + parts["population_unknown"] > 0
    some: np.ndarray = counted | np.asarray([n is not None and n != 0 for n in parts["numerator"]], bool)
    return some


def _keys(definition: Definition, own: dict[str, Tally], units: list[str]) -> list[Key]:
    """Every unit in total, and each group value that a source shows."""
    wanted = set(definition.groups)
    keys: dict[Key, None] = {(u, TOTAL, ""): None for u in units}
    known = set(units)
    seen = sorted({k for t in own.values() for k in t.keys if k[1] in wanted and k[0] in known})
    keys.update(dict.fromkeys(seen))
    return list(keys)


def _estimated(
    con: duckdb.DuckDBPyConnection, definition: Definition, units: list[str]
) -> tuple[list[Key], dict[str, np.ndarray]]:
    found = {e.unit: e for e in estimator(definition.estimator or "")(con)}
    rows = [found.get(u, Estimate(u)) for u in units]
    if any(r.denominator < 0 for r in rows):
        raise CheckFailed(f"Ước lượng {definition.id} âm.", f"The estimate {definition.id} is negative.")

    def spelled(values: list[float | None]) -> np.ndarray:
        whole = np.asarray([round((v or 0.0) * 100) for v in values], np.int64)
        return decimals(whole, np.asarray([v is not None for v in values], bool))

    return [(u, TOTAL, "") for u in units], {
        "numerator": np.asarray([r.numerator for r in rows], np.int64),
        "denominator": np.asarray([r.denominator for r in rows], np.int64),
        "unknown": np.asarray([r.unknown for r in rows], np.int64),
        "population_unknown": np.zeros(len(rows), np.int64),
        "value": spelled([r.value for r in rows]),
        "low": np.full(len(rows), None, object),
        "high": np.full(len(rows), None, object),
        "ci_low": spelled([r.ci_low for r in rows]),
        "ci_high": spelled([r.ci_high for r in rows]),
        "sd": spelled([r.standard_error for r in rows]),
        "n_children": np.asarray([r.n_children for r in rows], np.int64),
    }
