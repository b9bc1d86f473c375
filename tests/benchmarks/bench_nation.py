"""The whole catalogue on the children of a nation: prepared province by province, then scanned at once.

`python -m tests.benchmarks.bench_nation [provinces [children in each]]` (25 provinces of a million). Each province is a
snapshot folder of its own, generated straight to Parquet, prepared alone and kept prepared as Parquet; then all of them
are scanned for the whole catalogue in one go, with DuckDB held to 8 GB, against a bare scan of the same columns. The
table tells also what half of the provinces cost (how it grows) and the most memory that the process ever took.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import duckdb

from indicators.counting import Counter, tally
from indicators.engine import needed_sources
from indicators.loader import catalogue
from indicators.prepare.contracts import SOURCES
from indicators.prepare.sources import connect, prepare
from indicators.results import counters_of
from tests.benchmarks.bench_catalogue import AS_OF, bare_scan, write_population

MEMORY = "8GB"
Times = tuple[float, float]
"""Seconds by the clock, and of the processor (both cores together): a busy machine stretches only the first."""


def counters_by_source() -> dict[str, list[Counter]]:
    """All the questions of the catalogue to each prepared source, estimates apart."""
    found: dict[str, dict[Counter, None]] = defaultdict(dict)
    for definition in catalogue().values():
        for side in counters_of(definition) if definition.kind != "estimator" else ():
            found |= {c.source: {**found[c.source], c: None} for c in side}
    return {source: list(counters) for source, counters in found.items()}


def prepare_province(number: int, children: int, place: Path, prepared: Path) -> Times:
    """Generate, prepare and keep one province; the seconds of preparing (not of generating): by the clock, and of the processor."""
    with tempfile.TemporaryDirectory(dir=place) as folder:
        snapshot = write_population(Path(folder) / "snapshot", children, seed=number + 1)
        con = connect()
        con.execute(f"set memory_limit = '{MEMORY}'")
        start = _now()
        prepare(con, snapshot, as_of=AS_OF, sources=needed_sources(list(catalogue().values())))
        for source in counters_by_source():
            target = prepared / source
            target.mkdir(parents=True, exist_ok=True)
            con.execute(
                f"copy (select * replace ('{number:02d}-' || unit as unit) from prepared_{source})"
                f" to '{target / f'{number:02d}.parquet'}' (format parquet)"
            )
        seconds = _since(start)
        con.close()
    return seconds


def _now() -> Times:
    return time.perf_counter(), time.process_time()


def _since(start: Times) -> Times:
    clock, processor = _now()
    return clock - start[0], processor - start[1]


def opened(prepared: Path, provinces: int) -> duckdb.DuckDBPyConnection:
    """A connection whose prepared sources are the files of the first PROVINCES."""
    con = connect()
    con.execute(f"set memory_limit = '{MEMORY}'")
    con.execute("set threads = 2")
    for source in counters_by_source():
        files = ", ".join(f"'{prepared / source / f'{n:02d}.parquet'}'" for n in range(provinces))
        con.execute(f"create temp view prepared_{source} as from read_parquet([{files}])")
    return con


def scanned(prepared: Path, provinces: int) -> tuple[Times, Times, int]:
    """Seconds of the bare scan, of the whole catalogue with all groups, and how many rows of counts it gave."""
    con = opened(prepared, provinces)
    asked = counters_by_source()
    start = _now()
    bare_scan(con, asked["child"])
    bare = _since(start)
    start = _now()
    rows = 0
    for source, counters in asked.items():
        used = {g for d in catalogue().values() if source in d.sources() for g in d.groups}
        rows += len(tally(con, source, counters, [g for g in SOURCES[source].groups if g in used]).keys)
    whole = _since(start)
    con.close()
    return bare, whole, rows


def main(provinces: int = 25, children: int = 1_000_000) -> None:
    """Prints the table, as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        seconds = [prepare_province(n, children, place, place / "prepared") for n in range(provinces)]
        clock, processor = (sum(x) for x in zip(*seconds, strict=True))
        million = provinces * children / 1e6
        print("| children | step | seconds | processor seconds | |\n|---|---|---|---|---|")
        print(f"| {provinces * children} | prepare, province by province | {clock:.1f} | {processor:.1f} |"
              f" {clock / million:.2f} s, {processor / million:.2f} processor s per million |")  # fmt: skip
        for part in sorted({max(1, provinces // 2), provinces}):
            bare, whole, rows = scanned(place / "prepared", part)
            print(f"| {part * children} | bare scan of the columns needed | {bare[0]:.2f} | {bare[1]:.2f} | |")
            print(f"| {part * children} | whole catalogue, all units and groups | {whole[0]:.2f} | {whole[1]:.2f} |"
                  f" {whole[1] / bare[1]:.1f} bare scans, {rows} rows of counts |")  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"| | most memory taken | | | {peak:.1f} GB, generating included |")


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
