"""The whole catalogue on 17 thousand and on a million children: preparing, scanning, all told.

`python -m tests.benchmarks.bench_catalogue [children ...]` writes a table. The scan is compared in the same run with
its floor: a bare scan of the columns it needs with four filtered counts.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from indicators.counting import TOTAL, tally
from indicators.engine import compute, needed_sources, run
from indicators.loader import catalogue
from indicators.prepare.contracts import SOURCES
from indicators.prepare.sources import connect, prepare
from indicators.results import counters_of
from indicators.sql_rules import columns_of
from schemas.dates import epoch_day
from schemas.snapshot import SCHEMA_VERSION, SNAPSHOT

AS_OF = date(2024, 11, 30)
DAY = epoch_day(AS_OF)
CHILDREN_PER_COMMUNE = 1700
Arrays = dict[str, object]


def write_population(folder: Path, children: int, seed: int = 1) -> Path:
    """A snapshot of believable children straight to Parquet: some twenty facts each, seeded."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    communes = max(10, children // CHILDREN_PER_COMMUNE)
    keys = np.arange(1, children + 1, dtype=np.int64)
    commune = np.sort(rng.integers(0, communes, children))
    unit = np.asarray([f"{n:05d}@1900-01-01" for n in range(communes)])[commune]
    born = DAY - rng.integers(0, 16 * 365, children)
    sex = np.where(rng.random(children) < 0.52, "M", "F")
    sealed = {"folder": folder}
    _write(sealed, "admin_unit", _units(communes))
    _write(
        sealed,
        "child",
        {
            "child": keys,
            "unit": unit,
            "birth_first_day": born,
            "birth_last_day": born,
            "birth_precision": np.full(children, "day"),
            "sex": sex,
            "ethnicity": np.asarray(["03", "05", "01", "17"])[rng.choice(4, children, p=[0.6, 0.2, 0.15, 0.05])],
            "birth_registered": _some(rng, rng.random(children) < 0.97, 0.98),
            "has_personal_id": rng.random(children) < 0.9,
            "has_health_card": rng.random(children) < 0.95,
            "named": np.full(children, True),
        },
    )
    _write(
        sealed,
        "residence",
        {
            "child": keys,
            "unit": unit,
            "village": np.char.add("Ban ", rng.integers(1, 15, children).astype(str)),
            "household": keys,
            "residence_kind": np.full(children, "permanent"),
            "valid_from_day": np.full(children, epoch_day(date(2023, 12, 1))),
        },
    )
    _write_lists(sealed, rng, keys, unit)
    _write_measurements(sealed, rng, keys, born)
    _write_doses(sealed, rng, keys, born)
    _write_states(sealed, rng, keys, born, unit, sex)
    (folder / "manifest.json").write_text(json.dumps({"batch": 1, "schema_version": SCHEMA_VERSION}), "utf-8")
    return folder


def _some(rng: np.random.Generator, values: np.ndarray, share: float) -> pa.Array:
    return pa.array(values, mask=rng.random(len(values)) > share)


def _units(communes: int) -> Arrays:
    districts = -(-communes // 12)
    names = [f"{n:05d}" for n in range(communes)]
    rows = [("11@1900-01-01", "11", "province", None)]
    rows += [(f"d{n}@1900-01-01", f"d{n}", "district", "11@1900-01-01") for n in range(districts)]
    rows += [(f"{c}@1900-01-01", c, "commune", f"d{n // 12}@1900-01-01") for n, c in enumerate(names)]
    unit, code, level, parent = zip(*rows, strict=True)
    return {
        "unit": list(unit),
        "code": list(code),
        "level": list(level),
        "parent": list(parent),
        "name": list(code),
        "valid_from_day": np.full(len(rows), epoch_day(date(1900, 1, 1))),
    }


def _write(place: dict[str, Path], name: str, given: Arrays) -> None:
    """Columns by name; a date is given as its `_day` and cast."""
    table = SNAPSHOT[name]
    size = len(next(iter(given.values())))  # type: ignore[arg-type]
    arrays = {}
    for column, kind in table.columns:
        days = given.get(f"{column}_day")
        wanted = {
            "bigint": pa.int64(),
            "integer": pa.int32(),
            "varchar": pa.string(),
            "boolean": pa.bool_(),
            "date": pa.date32(),
        }.get(kind, pa.decimal128(*map(int, kind[8:-1].split(","))) if "(" in kind else None)
        if kind == "date" and days is not None:
            arrays[column] = pa.array(np.asarray(days, np.int32)).cast(pa.date32())
        elif column in given:
            arrays[column] = pa.array(given[column]).cast(wanted)
        else:
            arrays[column] = pa.nulls(size, wanted)
    pq.write_table(pa.table(arrays), place["folder"] / f"{name}.parquet", row_group_size=122_880)


def _write_lists(place, rng, keys, unit) -> None:
    parts = []
    for kind, share in (("register", 0.98), ("immunization", 0.35), ("school", 0.6), ("poor_households", 0.3)):
        chosen = rng.random(len(keys)) < share
        parts.append((keys[chosen], unit[chosen], np.full(chosen.sum(), kind)))
    child, units, kinds = (np.concatenate(x) for x in zip(*parts, strict=True))
    order = np.argsort(child, kind="stable")
    _write(
        place,
        "listing",
        {
            "child": child[order],
            "unit": units[order],
            "list_kind": kinds[order],
            "list_date_day": np.full(len(child), DAY - 20),
        },
    )


def _write_measurements(place, rng, keys, born) -> None:
    young = (born > DAY - 1826) & (rng.random(len(keys)) < 0.9)
    child = np.repeat(keys[young], 2)
    day = np.tile([DAY - 170, DAY - 15], young.sum())
    age = np.maximum(0, day - np.repeat(born[young], 2))
    length = 49 + 1.27 * np.sqrt(age) + rng.normal(0, 3.5, len(child))
    weight = (length / 100) ** 2 * rng.normal(15.5, 1.4, len(child))
    seen = age > 0
    _write(
        place,
        "measurement",
        {
            "child": child[seen],
            "measured_on_day": day[seen],
            "measure": np.where(age[seen] < 731, "L", "H"),
            "weight_kg": pa.array(np.round(weight[seen], 1)).cast(pa.decimal128(6, 3), safe=False),
            "length_cm": pa.array(np.round(length[seen], 1)).cast(pa.decimal128(5, 1), safe=False),
            "oedema": np.full(seen.sum(), False),
        },
    )


def _write_doses(place, rng, keys, born) -> None:
    plan = (
        ("BCG", 3),
        ("HEPB0", 0),
        ("PENTA", 62),
        ("PENTA", 93),
        ("PENTA", 124),
        ("OPV", 62),
        ("OPV", 93),
        ("OPV", 124),
        ("IPV", 155),
        ("MEASLES", 275),
        ("MR", 550),
        ("DPT", 550),
        ("JE", 370),
    )
    young = born > DAY - 6 * 365
    child, vaccine, given = [], [], []
    for name, age in plan:
        taken = young & (rng.random(len(keys)) < 0.93)
        day = born[taken] + age + rng.integers(0, 25, taken.sum())
        done = day <= DAY
        child.append(keys[taken][done])
        given.append(day[done])
        vaccine.append(np.full(done.sum(), name))
    columns = [np.concatenate(x) for x in (child, vaccine, given)]
    order = np.lexsort((columns[2], columns[1], columns[0]))
    child, vaccine, given = (c[order] for c in columns)
    _write(
        place,
        "vaccination",
        {"child": child, "vaccine": vaccine, "given_on_day": given, "late_birth_dose": np.full(len(child), False)},
    )


def _write_states(place, rng, keys, born, unit, sex) -> None:
    def chosen(share):
        return rng.random(len(keys)) < share

    def spell(name, share, **columns):
        taken = chosen(share)
        size = taken.sum()
        _write(
            place,
            name,
            {
                "child": keys[taken],
                "valid_from_day": np.full(size, DAY - 300),
                **{c: np.asarray(v)[rng.integers(0, len(v), size)] for c, v in columns.items()},
            },
        )

    spell("household_status", 0.6, status=["poor", "near_poor", "none"])
    spell("circumstance", 0.05, code=["1.01", "1.03", "1.04", "2.05", "2.06"])
    spell("parent_status", 0.04, parent=["father", "mother"], status=["dead", "missing", "prison"])
    spell("care_arrangement", 0.05, form=["relative", "facility", "parents"])
    spell("support", 0.08, kind=["social_allowance", "gift"])
    spell(
        "work_spell",
        0.04,
        kind=["upland_field", "herding", "hired"],
        hours_per_week=[4.0, 12.0, 44.0],
        hours_per_day=[1.0, 2.0, 8.0],
        hazardous=[False, False, True],
        paid=[False, True],
    )
    school = born < DAY - 3 * 365
    ages = (DAY - born[school]) // 365
    level = np.select(
        [ages < 6, ages < 11, ages < 15], ["kindergarten", "primary", "lower_secondary"], "upper_secondary"
    )
    _write(
        place,
        "schooling",
        {
            "child": keys[school],
            "school_year": np.full(school.sum(), 2024),
            "level": level,
            "attending": rng.random(school.sum()) < 0.96,
            "dropped_out": np.full(school.sum(), False),
            "completed": np.full(school.sum(), False),
        },
    )
    event = chosen(0.1)
    _write(
        place,
        "health_event",
        {
            "child": keys[event],
            "on_date_day": np.full(event.sum(), DAY - 40),
            "kind": np.asarray(["vitamin_a", "mental_screening", "injury"])[rng.integers(0, 3, event.sum())],
        },
    )
    newborn = born > DAY - 365
    _write(
        place,
        "birth",
        {
            "child": keys[newborn],
            "born_on_day": born[newborn],
            "unit": unit[newborn],
            "sex": sex[newborn],
            "live_birth": np.full(newborn.sum(), True),
            "weight_g": rng.integers(2000, 4000, newborn.sum()),
            "attendant": np.full(newborn.sum(), "midwife"),
        },
    )


def measured(children: int, folder: Path) -> list[tuple[str, float, str]]:
    """Seconds of each step, the best of three for the scans."""
    write_population(folder, children)
    definitions = list(catalogue().values())
    con = connect()
    start = time.perf_counter()
    prepare(con, folder, as_of=AS_OF, sources=needed_sources(definitions))
    prepared = time.perf_counter() - start
    counters = {c: None for d in definitions if d.kind != "estimator" for side in counters_of(d) for c in side}
    of_child = [c for c in counters if c.source == "child"]
    groups = SOURCES["child"].groups
    bare = _best(lambda: bare_scan(con, of_child))
    scan = _best(lambda: tally(con, "child", of_child, groups))
    rest = _best(lambda: compute(con, definitions, as_of=AS_OF, geography=AS_OF, groups=True, batch=1), 1)
    con.close()
    start = time.perf_counter()
    results = run(folder, as_of=AS_OF)
    everything = time.perf_counter() - start
    totals = int((results.frame["group_name"] == TOTAL).sum())
    return [
        ("prepare the sources", prepared, f"{prepared * 1e6 / children:.2f} s per million"),
        ("bare scan, four filtered counts", bare, f"{len(needed_columns(of_child))} columns"),
        ("fused scan and groups", scan, f"{len(of_child)} counters, {scan / bare:.1f} bare scans"),
        ("scan, roll-up and figures", rest, f"{len(results.frame)} figures, {totals} of them totals"),
        ("all told, from the folder", everything, f"{len(definitions)} definitions"),
    ]


def needed_columns(counters) -> list[str]:
    named = set(SOURCES["child"].groups) | {"unit"}
    for c in counters:
        named |= columns_of(c.population, c.source) | columns_of(c.condition or c.value or "true", c.source)
    intervals = SOURCES["child"].intervals
    return sorted({x for n in named for x in ((f"{n}_lo", f"{n}_hi") if n in intervals else (n,))})


def bare_scan(con: duckdb.DuckDBPyConnection, counters) -> None:
    """Reads every column the catalogue needs once, with four filtered counts."""
    reads = ", ".join(f"count({c})" for c in needed_columns(counters))
    con.execute(
        f"""
        select {reads},
            count(case when age_months_hi < 60 then 1 end), count(case when birth_registered then 1 end),
            count(case when sex = 'F' then 1 end), count(case when attending then 1 end)
        from prepared_child
        """
    ).fetchall()


def _best(step, times: int = 3) -> float:
    found = []
    for _ in range(times):
        start = time.perf_counter()
        step()
        found.append(time.perf_counter() - start)
    return min(found)


def main(sizes: list[int] | None = None) -> None:
    """Prints the table, as Markdown."""
    lines = ["| children | step | seconds | |", "|---|---|---|---|"]
    for children in sizes or [17_000, 1_000_000]:
        with tempfile.TemporaryDirectory() as folder:
            for name, seconds, note in measured(children, Path(folder)):
                lines.append(f"| {children} | {name} | {seconds:.3f} | {note} |")
    print("\n".join(lines))


if __name__ == "__main__":
    main([int(a) for a in sys.argv[1:]])
