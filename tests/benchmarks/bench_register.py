"""A commune's workbook against a store of very many children: filling the store, the register held for a command, placing the
workbook's rows, and finding a child. `python -m tests.benchmarks.bench_register [children ...]`; a million takes an hour.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

from childdb.matching.prepare import birth
from childdb.store import Store
from childdb.workflow.finding import Finder, Query
from childdb.workflow.placing import Register
from schemas.records import Record
from tests.matching.truth import province
from tests.store.people import file, sheet

NOW = datetime(2024, 12, 1, tzinfo=UTC)
WORKBOOK, COMMUNE = 20_000, 1_700  # rows of one import that fills the store; of a commune's workbook
SEED = 21


def main(*counts: int) -> None:
    print("children   filled s   register s   commune's workbook s   index to find s   a search ms   peak MiB")
    for count in counts or (20_000, 100_000):
        with tempfile.TemporaryDirectory() as folder:
            measured(count, Path(folder))


def measured(count: int, folder: Path) -> None:
    rows = province(count + COMMUNE, SEED)
    store = Store.init(str(folder / "s.db"), folder / "key", now=NOW)
    filled = timed(lambda: fill(store, islice(rows, count)))
    start = time.perf_counter()
    register = Register(store)
    len(register.neighbours)
    opened = time.perf_counter() - start
    book = reading(list(rows), "xa.xlsx")
    placed = timed(lambda: register.place(book))
    finder = Finder(store)
    indexed = timed(lambda: finder.prepare())
    asked = Query("lo van thanh", born="2019")
    searched = timed(lambda: finder.find(asked, reason="đo", actor="đo", now=NOW))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{count:8} {filled:10.1f} {opened:12.1f} {placed:22.1f} {indexed:17.1f} {searched * 1000:13.0f} {peak:10.0f}",
        flush=True,
    )
    store.close()


def timed(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def fill(store: Store, rows) -> None:
    """The children as communes' workbooks bring them, every row a new child: nothing is matched."""
    for number in range(10_000):
        some = list(islice(rows, WORKBOOK))
        if not some:
            return
        store.write_import(reading(some, f"{number}.xlsx"), {}, actor="đo", now=NOW)


def reading(rows, name: str):
    return file(sheet([record(row) for row in rows], listed=date(2024, 11, 30)), name=name)


def record(row: dict[str, str]) -> Record:
    """A row of a generated list as the intake reads it."""
    born = birth(row["birth_date"], row["birth_precision"])
    code, _, since = row["commune"].partition("@")
    names = ("full_name", "mother_name", "father_name", "personal_id")
    profile = {name: row[name] or None for name in names} | {
        "sex": row["sex"] or None, "birth_date": born.first if born else None,
        "birth_precision": born.precision if born else None,
    }  # fmt: skip
    home = {
        "commune_code": code, "commune_from": date.fromisoformat(since), "village": row["village"] or None,
        "household_head": row["household_head"] or None,
    }  # fmt: skip
    facts = {
        "child_profile": [{k: v for k, v in profile.items() if v}],
        "residence": [{k: v for k, v in home.items() if v}],
    }
    return Record(profile | home, facts)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
