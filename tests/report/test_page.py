"""The page as a browser has it: no request leaves it, it sorts, its figures open, keyboard and contrast hold."""

import pytest

from tests.report.conftest import called


@pytest.fixture(scope="module")
def page_file(office):
    place, words = office
    path = place / "trang.html"
    assert called(*words, "report", "html", "--year", 2024, "-o", path) == 0
    return path


def test_nothing_outside_is_named(page_file):
    import re

    text = page_file.read_text("utf-8")
    loaded = re.findall(r'(?:src|href)="([^"#][^"]*)"', text)
    assert [x for x in loaded if not x.startswith("data:")] == []
    assert not re.search(r"url\((?!#)", text)


@pytest.mark.system
def test_in_chromium(page_file, system_part):
    """Axe finds nothing; a heading sorts; Enter on a figure opens its derivation, Escape closes it; nothing is asked for."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=system_part("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        asked = []
        page.on("request", lambda r: asked.append(r.url))
        page.goto(page_file.as_uri())
        assert [u for u in asked if not u.startswith(("file:", "data:"))] == []
        page.locator("#targets + .wide thead button").nth(2).focus()
        page.keyboard.press("Enter")
        values = page.eval_on_selector_all(
            "#targets + .wide tbody td:nth-child(3)", "cells => cells.map(c => c.dataset.v).filter(v => v)"
        )
        assert len(values) > 20
        assert [float(v) for v in values] == sorted(map(float, values))
        figure = page.locator("button[data-f]").first
        figure.focus()
        page.keyboard.press("Enter")
        assert page.locator("dialog[open]").count() == 1
        assert "childdb indicators trace" in page.locator("#behind-counts").inner_text()
        page.keyboard.press("Escape")
        assert page.locator("dialog[open]").count() == 0
        page.locator("#search").fill("khai sinh")
        shown = page.locator("#targets + .wide tbody tr:visible")
        assert 0 < shown.count() < 20
        page.locator("#search").fill("")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        browser.close()
