"""Import end to end against its floor in the same run: the bare read and the bare insert of the same rows.

The floor reads the same workbooks with the same reader (python-calamine) and inserts the rows it gives, as they
are, with the same driver (sqlite3) in one transaction. The import reads, checks, matches, encrypts and commits.
"""

import sqlite3
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import python_calamine

from childdb.store import Store
from childdb.workflow import demo, importing, placing

NOW, TODAY = datetime(2024, 12, 1, tzinfo=UTC), date(2024, 12, 1)


@contextmanager
def clock(table, name):
    start = time.perf_counter()
    yield
    table[name] = table.get(name, 0.0) + time.perf_counter() - start


def floor(files, folder):
    times = {}
    rows = []
    with clock(times, "bare read"):
        for file in files:
            book = python_calamine.CalamineWorkbook.from_path(str(file))
            for name in book.sheet_names:
                rows.extend((name, "\x1f".join(map(str, row))) for row in book.get_sheet_by_name(name).to_python())
    with clock(times, "bare insert"):
        con = sqlite3.connect(folder / "floor.db")
        con.execute("pragma journal_mode=wal")
        con.execute("pragma synchronous=full")
        con.execute("create table row (id integer primary key, sheet text, cells text)")
        con.executemany("insert into row (sheet, cells) values (?, ?)", rows)
        con.commit()
        con.close()
    return times, len(rows)


def whole(store, files, options=None):
    options = options or importing.Options()
    times = {}
    register_place, write = placing.Register.place, Store.write_import

    def timed_place(self, reading):
        with clock(times, "  of it matching"):
            return register_place(self, reading)

    def timed_write(self, *args, **words):
        with clock(times, "  of it store (encrypt, commit)"):
            return write(self, *args, **words)

    placing.Register.place, Store.write_import = timed_place, timed_write
    try:
        with clock(times, "import"):
            outcomes = importing.import_files(store, files, options, actor="bench", now=NOW, today=TODAY)
    finally:
        placing.Register.place, Store.write_import = register_place, write
    return times, outcomes


def main():
    rounds = demo.sample_rounds()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        store = Store.init(str(folder / "s.db"), folder / "k", now=NOW)
        for name, files in rounds.items():
            (folder / name).mkdir()
            low, raw = floor(files, folder / name)
            high, outcomes = whole(store, files)
            children = len(set(store.children().values()))
            rows = sum(len(o.statuses) for o in outcomes)
            base = low["bare read"] + low["bare insert"]
            print(f"round {name}: {len(files)} files, {raw} raw rows, {rows} rows of data, {children} children known")
            for label, seconds in (low | high).items():
                print(f"  {label:34s} {seconds:8.2f} s")
            print(f"  import / floor                     {high['import'] / base:8.1f}")
            print(f"  rows of data a second              {rows / high['import']:8.0f}")
        store.close()


if __name__ == "__main__":
    main()
