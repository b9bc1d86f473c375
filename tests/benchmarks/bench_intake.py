"""A clean and a messy workbook of 200,000 rows, end to end against the floor of bench_import, with the peaks of memory;
and the preview of one commune's file beyond the start of the process. `python -m tests.benchmarks.bench_intake [rows]`.

The limit of 60 seconds a file is lifted, so that a slow machine is measured too.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from childdb.intake import Limits
from childdb.store import Store
from childdb.workflow import demo, importing
from tests.benchmarks.bench_import import NOW, floor, whole
from tests.benchmarks.large_book import write_clean, write_messy

ROWS = 200_000
# what a preview loads before it looks at its file: the start of the process
STARTED = (
    "import childdb.cli.main, childdb.workflow.importing, childdb.workflow.placing, childdb.workflow.preview, splink"
)


def imported(file, folder):
    """One import in this process: seconds by stage, rows, and the peaks of this process and of those that read."""
    store = Store.init(str(folder / "s.db"), folder / "k", now=NOW)
    times, outcomes = whole(store, [file], importing.Options(limits=Limits(seconds=900)))
    store.close()
    counts = [a for o in outcomes for a in o.accounting().values()]
    rows = sum(a.read - sum(a.skipped.values()) for a in counts)
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    issues = [i.code for o in outcomes for i in o.reading.issues]
    return {"times": times, "rows": rows, "held": sum(a.held_back for a in counts), "peaks": peaks, "issues": issues}


def in_process(file, folder):
    words = [sys.executable, "-m", "tests.benchmarks.bench_intake", "one", str(file), str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def tell(name, rows, write, folder):
    file = folder / f"{name}.xlsx"
    write(file, rows)
    low, raw = floor([file], folder)
    base = low["bare read"] + low["bare insert"]
    try:
        high = in_process(file, folder)
    except subprocess.CalledProcessError as fault:  # a process ended by the system for its memory has signal 9
        print(
            f"{name}: {raw} raw rows, bare read and insert {base:.2f} s; the import did not end (code {fault.returncode})"
        )
        return
    times = high["times"]
    whole_time = times["import"]
    print(
        f"{name}: {file.stat().st_size / 2**20:.1f} MB, {raw} raw rows, {high['rows']} of data, {high['held']} held back"
    )
    for code in high["issues"]:
        print(f"  NOT READ: {code}")
    for label, seconds in (low | times).items():
        print(f"  {label:34s} {seconds:8.2f} s")
    print(
        f"  reading, as far as it was waited for {whole_time - sum(v for k, v in times.items() if k != 'import'):6.2f} s"
    )
    print(f"  import / floor                     {whole_time / base:8.1f}")
    print(f"  rows of data a second              {high['rows'] / whole_time:8.0f}")
    print(f"  peak memory, importing | reading   {high['peaks'][0]:8.0f} | {high['peaks'][1]:.0f} MB")


def preview(folder):
    """One commune's register, previewed into an empty store by the command line."""
    file = max((f for files in demo.sample_rounds().values() for f in files), key=lambda f: f.stat().st_size)
    words = dict(os.environ, CHILDDB_DATABASE=str(folder / "p.db"), CHILDDB_KEY_FILE=str(folder / "p.key"))
    run = [sys.executable, "-c", "from childdb.cli.main import main; main()"]
    subprocess.run([*run, "init"], env=words, check=True, capture_output=True)
    times = {}
    for label, command in (
        ("start", [sys.executable, "-c", STARTED]), ("preview", [*run, "import", str(file), "--dry-run"]),
    ) * 2:  # fmt: skip
        start = time.perf_counter()
        subprocess.run(command, env=words, check=False, capture_output=True)
        times[label] = time.perf_counter() - start
    print(
        f"preview of {file.name}: {times['preview']:.2f} s, {times['preview'] - times['start']:.2f} s beyond the start"
    )


def main(rows=ROWS):
    for name, write in (("clean", write_clean), ("messy", write_messy)):
        with tempfile.TemporaryDirectory() as folder:
            tell(name, rows, write, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        preview(Path(folder))


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        print(json.dumps(imported(Path(sys.argv[2]), Path(sys.argv[3]))))
    else:
        main(*(int(rows) for rows in sys.argv[1:]))
