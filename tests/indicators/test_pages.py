"""The reference pages are those of the definitions as they stand."""

from __future__ import annotations

from pathlib import Path

from indicators.loader import catalogue
from indicators.pages import pages

FOLDER = Path(__file__).parents[2] / "docs" / "indicators"


def test_the_pages_are_current():
    for name, text in pages().items():
        assert (FOLDER / name).read_text("utf-8") == text, f"run: python -m indicators.pages docs/indicators ({name})"


def test_every_indicator_has_its_anchor():
    together = "\n".join(pages().values())
    assert all(f'<a id="{i}"></a>' in together for i in catalogue())
