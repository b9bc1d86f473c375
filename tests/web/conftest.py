"""The pages as an office has them: the real command, a real browser, and a request that leaves the loopback fails the test."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from childdb.workflow.opening import open_store
from tests.report.conftest import called
from tests.workbooks.case import book

TITLE = ("UBND XÃ NẶM LỊCH", "DANH SÁCH TRẺ EM", "Tính đến ngày 30 tháng 11 năm 2024")
HEAD = ("TT", "Họ và tên", "Ngày sinh", "Giới tính", "Dân tộc", "Họ tên mẹ", "Thôn (bản)")
ATTACK = '<script>document.title="hacked"</script><img src=x onerror=alert(1)>'
ROWS = (
    (1, "Lò Văn An", "05/03/2019", "Nam", "Thái", "Lò Thị Xuân", "Bản Hón"),
    (2, "Lò Thị Bình", "25/04/2020", "Nữ", "Thái", "Lò Thị Xuân", "Bản Hón"),
    (3, "Quàng Văn Chung", "31/02/2021", "Nam", "Thái", "Quàng Thị Thu", "Nà Lán"),
    (4, "Cà Thị Dung", "12/12/2022", "Nữ", "Thái", ATTACK, "Nà Lán"),
)


class Office:
    """A store at PLACE; `words` name it on the command line."""

    def __init__(self, place: Path):
        self.place = place
        self.words = ("--db", str(place / "s.db"), "--key-file", str(place / "k"))

    def run(self, *args):
        return called(*self.words, *args)

    def workbook(self, name="tre-em.xlsx", rows=ROWS, head=HEAD, title=TITLE) -> Path:
        path = self.place / name
        book(rows, head, title)(path)
        return path

    def opened(self):
        return open_store(str(self.place / "s.db"), self.place / "k")

    @contextmanager
    def served(self):
        """The address that `childdb web` prints, while it runs."""
        command = [sys.executable, "-m", "childdb", *self.words, "web", "--port", "0", "--no-browser"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            yield re.search(r"http://\S+", process.stdout.readline())[0]
        finally:
            process.terminate()
            process.communicate(timeout=30)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    made = Office(tmp_path_factory.mktemp("web"))
    assert made.run("init") == 0
    return made


@pytest.fixture(scope="module")
def served(office):
    with office.served() as url:
        yield url


@pytest.fixture(scope="module")
def chromium():
    """Not longer than its module: while it is there an event loop runs, and tests of other modules start their own."""
    import shutil

    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("chromium is not installed")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def at_the_desk(chromium, url):
    """A page of one person, let in by the start address; nothing may leave the loopback, nothing may be thrown."""
    base = url.split("/start")[0]
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, base_url=base, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(40_000)
    left, thrown = [], []
    page.on("request", lambda r: left.append(r.url) if not r.url.startswith((base + "/", "data:")) else None)
    page.on("pageerror", lambda e: thrown.append(str(e)))
    page.on("console", lambda m: thrown.append(m.text) if "Content Security Policy" in m.text else None)
    page.goto(url)
    yield page
    context.close()
    assert left == [] and thrown == []


@pytest.fixture(scope="module")
def desk(chromium, served):
    with at_the_desk(chromium, served) as page:
        yield page


def without_fault(page):
    """Axe finds nothing serious on the page as it stands."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page)
    serious = [v for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    assert not serious, [(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in serious]
