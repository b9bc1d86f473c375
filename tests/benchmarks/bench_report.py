"""The yearly report with all annexes and pictures, on a demonstration store: seconds by part, and the most memory used.

python -m tests.benchmarks.bench_report [FOLDER of a demonstration]
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from childdb.report.settings import read_bodies
from childdb.store import Store
from childdb.workflow import demo as demonstration
from childdb.workflow import reporting, reporting_page, reporting_workbook
from childdb.workflow.reporting_text import Period

BUDGET = 20.0  # seconds, for the district


def main(folder: Path | None = None) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        place = folder or Path(scratch) / "demo"
        if folder is None:  # in a process of its own: the memory of importing is not the report's
            maker = multiprocessing.get_context("spawn").Process(target=_made, args=(place,))
            maker.start()
            maker.join()
        store = Store.open(str(place / demonstration.STORE), place / demonstration.KEY)
        try:
            _measure(store, Path(scratch))
        finally:
            store.close()


def _measure(store: Store, scratch: Path) -> None:
    now = datetime.now(UTC)
    asked = reporting.Asked(reporting.annual_span(2024, None, None), Period("năm 2024", "năm 2025", "2024"),
                            reporting.reporting_unit(None, date(2024, 11, 30)), read_bodies())  # fmt: skip
    clock = time.perf_counter()

    def told(what: str) -> None:
        nonlocal clock
        seconds = time.perf_counter() - clock
        print(f"{what:<44}{seconds:8.2f} s")
        clock = time.perf_counter()

    begun = clock
    figures = reporting.report_figures(store, asked, actor="bench", now=now)
    told("figures on both dates, parts, protection")
    written = reporting.write_word(store, scratch / "r.docx", asked, actor="bench", now=now, figures=figures)
    told(f"Word, {written.numbers} bound numbers, pictures")
    whole = clock - begun
    reporting_page.write_page(store, figures, scratch / "r.html")
    told("HTML page")
    reporting_workbook.write(figures, scratch / "r.xlsx")
    told("workbook")
    print(f"{'the yearly report':<44}{whole:8.2f} s   ({whole / BUDGET:.2f} of {BUDGET:g} s)")
    print(f"{'most memory of the process':<44}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MiB")


def _made(folder: Path) -> None:
    now = datetime.now(UTC)
    made = demonstration.prepare(folder, now=now)
    try:
        for name, files in demonstration.sample_rounds().items():
            demonstration.import_round(made, name, files, now=now, today=date(2024, 12, 1), progress=lambda _: None)
    finally:
        made.store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
