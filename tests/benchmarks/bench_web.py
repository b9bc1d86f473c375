"""The office's pages on the sample district (17,000 children) or on any store: milliseconds of the server, and of a real
Chromium until the first paint and until all is there.

    python -m tests.benchmarks.bench_web [STORE KEYFILE]
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

PATHS = ("/", "/import", "/batches", "/held", "/find", "/pairs", "/targets", "/due")
TIMES = 7


def sample(place: Path) -> tuple[Path, Path]:
    """The demonstration's store, of all three rounds of all ten communes."""
    from childdb.workflow import demo as story

    demo = story.prepare(place / "demo", now=datetime.now(UTC))
    for name, files in story.sample_rounds().items():
        story.import_round(
            demo, name, files, now=datetime.now(UTC), today=datetime.now(UTC).date(), progress=lambda _: None
        )
    demo.store.close()
    return demo.folder / story.STORE, demo.folder / story.KEY


def main(*given: str) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        print("chromium is not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if given:
            store, key = place / "s.db", place / "k"
            shutil.copy(given[0], store)
            shutil.copy(given[1], key)
        else:
            store, key = sample(place)
        command = [
            sys.executable,
            "-m",
            "childdb",
            "--db",
            str(store),
            "--key-file",
            str(key),
            "web",
            "--port",
            "0",
            "--no-browser",
        ]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found is not None
            _measure(found[0], chromium)
        finally:
            process.terminate()
            process.communicate()


def _measure(url: str, chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768}, base_url=url.split("/start")[0])
        page.set_default_timeout(300_000)
        page.goto(url)
        for path, ready in (("/pairs", "table.side"), ("/due", "#xa"), ("/targets", "table.figures")):
            page.goto(path)  # what takes long is computed by the worker once, and shown from then on
            page.wait_for_selector(ready)
        page.goto("/held")
        row = page.locator("tbody a").first.get_attribute("href")
        page.goto("/find")
        page.fill("#ten", "lo thi")
        page.keyboard.press("Enter")
        page.wait_for_selector("tbody a")
        child = page.locator("tbody a").first.get_attribute("href")
        figure = "/targets/birth_registration_u5"
        print(f"load average {os.getloadavg()[0]:.1f}; milliseconds, median (worst) of {TIMES}")
        print(f"{'page':34} {'server':>14} {'first paint':>16} {'all there':>16}")
        for path in (*PATHS, str(row), str(child), figure):
            name = re.sub(r"\d{3,}", "N", path)
            _line(name, [_visit(page, path) for _ in range(TIMES)])
        _line("search (POST /find)", [_search(page) for _ in range(TIMES)])
        times = []
        for _ in range(TIMES):
            start = time.perf_counter()
            page.goto(str(child))
            page.wait_for_selector("#nguon-1", state="attached")
            times.append((time.perf_counter() - start) * 1000)
        print(f"{'child, with all its facts':34} {'':14} {'':16} {_two(times)}")
        browser.close()


_TIMES = """() => {
    const n = performance.getEntriesByType("navigation")[0];
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    return [n.responseEnd - n.requestStart, paint ? paint.startTime : null, n.loadEventEnd || n.domComplete];
}"""


def _times(page):
    while (found := page.evaluate(_TIMES))[1] is None:
        time.sleep(0.02)
    return found


def _visit(page, path):
    page.goto(path, wait_until="load")
    return _times(page)


def _search(page):
    page.goto("/find")
    page.fill("#ten", "nguyen van")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    return _times(page)


def _line(name, rows):
    server, paint, whole = ([r[i] for r in rows] for i in range(3))
    print(f"{name:34} {_two(server)} {_two(paint):>16} {_two(whole):>16}", flush=True)


def _two(times):
    return f"{statistics.median(times):7.0f} ({max(times):4.0f})"


if __name__ == "__main__":
    main(*sys.argv[1:])
