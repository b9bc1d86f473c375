"""The report as one HTML page that opens from a stick: no network, tables that sort, figures that open their derivation.

Everything stands inside the file: pictures as SVG, letters as outlines, style and script inline; a policy in the page forbids
the browser any request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib import resources
from typing import Any

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
WORDS = {
    "vi": {"skip": "Tới bảng", "search": "Lọc theo chữ", "close": "Đóng", "behind": "Nguồn gốc của con số", "pictures": "Hình vẽ",
           "definition": "Định nghĩa"},
    "en": {"skip": "To the tables", "search": "Filter by words", "close": "Close", "behind": "Where the figure comes from",
           "pictures": "Pictures", "definition": "Definition"},
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """Text, what it sorts by (a number, or nothing where there is none), the figure it opens, the verdict it tells."""

    text: str
    sort: str | None = None
    figure: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class PageTable:
    """A table: its id, caption, headings, rows; the first `words` columns (and those named) are text."""

    id: str
    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    words: int = 1


@dataclass(frozen=True)
class PagePicture:
    svg: str
    caption: str
    alt: str


@dataclass(frozen=True)
class Page:
    """What stands on the page, and what its figures open: `figures` by key, `indicators` by id, `words` for the counts."""

    title: str
    lines: Sequence[str]
    tables: Sequence[PageTable]
    pictures: Sequence[PagePicture]
    figures: Mapping[str, Mapping[str, str]]
    indicators: Mapping[str, Mapping[str, str]]
    words: Sequence[tuple[str, str]] = field(default_factory=tuple)
    lang: str = "vi"


def page_html(page: Page) -> str:
    """The whole page as text; the same page gives the same text."""
    words = WORDS[page.lang]
    data: dict[str, Any] = {"figures": page.figures, "indicators": page.indicators, "words": page.words}
    links = "".join(f'<a href="#{t.id}">{escape(t.caption)}</a>' for t in page.tables)
    lines = "".join(f"<p>{escape(line)}</p>\n" for line in page.lines)
    return (
        f'<!DOCTYPE html>\n<html lang="{page.lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(page.title)}</title>\n'
        f'<link rel="icon" href="data:,">\n<style>{_file("page.css")}</style>\n</head>\n<body>\n'
        f'<a class="skip" href="#{page.tables[0].id}">{words["skip"]}</a>\n<header><h1>{escape(page.title)}</h1>\n{lines}'
        f'<nav aria-label="{words["skip"]}">{links}<a href="#pictures">{words["pictures"]}</a></nav></header>\n<main>\n'
        f'<p><label for="search">{words["search"]}: </label><input id="search" type="search"></p>\n'
        + "".join(map(_table, page.tables))
        + f'<h2 id="pictures">{words["pictures"]}</h2>\n'
        + "".join(_picture(p, n) for n, p in enumerate(page.pictures, 1))
        + f'</main>\n<dialog id="behind" aria-labelledby="behind-title"><h2 id="behind-title">{words["behind"]}</h2>'
        f'<ul id="behind-counts"></ul><h3>{words["definition"]}</h3><pre id="behind-text"></pre>'
        f'<form method="dialog"><button autofocus>{words["close"]}</button></form></dialog>\n'
        f'<script type="application/json" id="figures">{_json(data)}</script>\n<script>{_file("page.js")}</script>\n</body>\n</html>\n'
    )


def _file(name: str) -> str:
    return resources.files("childdb.report").joinpath(name).read_text("utf-8")


def _json(data: Any) -> str:
    """JSON that cannot end the script element around it."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _table(table: PageTable) -> str:
    heads = "".join(
        f'<th scope="col"{" class=w" if n < table.words else ""}><button type="button">{escape(h)}</button></th>'
        for n, h in enumerate(table.headings)
    )
    rows = "".join(f"<tr>{''.join(_cell(c, n, table.words) for n, c in enumerate(row))}</tr>\n" for row in table.rows)
    return (
        f'<h2 id="{table.id}">{escape(table.caption)}</h2>\n<div class="wide" tabindex="0" role="region"'
        f' aria-label="{escape(table.caption)}"><table aria-labelledby="{table.id}">\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n"
    )


def _cell(cell: Cell, place: int, words: int) -> str:
    text = escape(cell.text)
    if cell.figure:
        text = f'<button type="button" data-f="{escape(cell.figure)}">{text}</button>'
    sort = f' data-v="{escape(cell.sort)}"' if cell.sort is not None else ""
    if place == 0:
        return f'<th scope="row"{sort}>{text}</th>'
    kind = f' class="{cell.verdict}"' if cell.verdict else ' class="w"' if place < words else ""
    return f"<td{kind}{sort}>{text}</td>"


def _picture(picture: PagePicture, number: int) -> str:
    start = picture.svg.index("<svg")
    svg = picture.svg[start:].replace("<svg ", f'<svg role="img" aria-label="{escape(picture.alt)}" ', 1)
    for mark in ('id="', "url(#", 'href="#'):  # ids of two pictures must not meet
        svg = svg.replace(mark, f"{mark}p{number}-")
    return f"<figure>{svg}<figcaption>{escape(picture.caption)}</figcaption></figure>\n"
