"""The page that says what went, what did not, why, and what to do: one file, nothing fetched, no child in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from childdb.store import Store
from childdb.workflow.destinations import beside_store
from childdb.workflow.disk import disk_faults_named
from childdb.workflow.sent_status import Line, status
from schemas.files import whole_file

_STYLE = """
body { font: 17px/1.5 "Segoe UI", "Noto Sans", sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; color: #1b1b1b }
h1 { font-size: 1.5rem } .when { color: #555 }
.call { border-left: 6px solid #b3261e; background: #fdf1f0; padding: .6rem 1rem; margin: 1rem 0 }
.calm { border-left: 6px solid #00695c; background: #eef7f5; padding: .6rem 1rem; margin: 1rem 0 }
table { border-collapse: collapse; width: 100% } th, td { border: 1px solid #bbb; padding: .35rem .6rem; text-align: left; vertical-align: top }
th { background: #dde6ee } td.n { text-align: right } code { background: #eee; padding: .1rem .3rem }
"""
_WORDS = {
    "vi": ("Tình hình gửi gói dữ liệu", "Lập lúc", "Cần người xử lý", "Không có việc gì cần người xử lý.", "Chưa gửi gói nào.",
           ("Nơi nhận", "Kỳ", "Bản", "Số trẻ", "Giữ lại", "Lập lúc", "Lần cuối", "Tình trạng", "Việc cần làm")),
    "en": ("Packages sent", "Made at", "Needs a person", "Nothing needs a person.", "Nothing was sent yet.",
           ("To", "Period", "Version", "Children", "Held", "Made", "Last", "State", "To do")),
}  # fmt: skip


def page_file(store: Store) -> Path:
    return beside_store(store, "tinh-hinh-gui.html")


def write_page(store: Store, *, now: datetime, lang: str = "vi", file: Path | None = None) -> Path:
    """Write the page (beside the store, if no FILE is given), whole or as it was."""
    path = file or page_file(store)
    text = page(status(store, now=now), now, lang)
    with disk_faults_named(), whole_file(path) as out:
        out.write(text.encode("utf-8"))
    return path


def page(lines: Sequence[Line], now: datetime, lang: str) -> str:
    """The page's HTML: what needs a person first, then every package, the newest first."""
    title, made, calls, calm, none, heads = _WORDS[lang]
    needing = [one for one in lines if one.needs_person]
    body = [f"<h1>{escape(title)}</h1>", f'<p class="when">{escape(made)} {now.astimezone():%d/%m/%Y %H:%M}</p>']
    if needing:
        body.append(f"<h2>{escape(calls)} ({len(needing)})</h2>")
        body += [_call(one, lang) for one in needing]
    else:
        body.append(f'<p class="calm">{escape(calm)}</p>')
    body.append(_table(lines, heads, lang) if lines else f"<p>{escape(none)}</p>")
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>\n'
        + "\n".join(body) + "\n</body></html>\n"
    )  # fmt: skip


def said(line: Line, lang: str) -> tuple[str, str]:
    """State and remedy of a line in a language."""
    return (line.en, line.todo_en) if lang == "en" else (line.vi, line.todo_vi)


def _call(line: Line, lang: str) -> str:
    what, todo = said(line, lang)
    about = " · ".join(filter(None, (line.destination, line.period)))
    head = f"<strong>{escape(about)}</strong>: " if about else ""
    return f'<p class="call">{head}{escape(what)}<br>{escape(todo)}</p>'


def _table(lines: Iterable[Line], heads: Sequence[str], lang: str) -> str:
    rows = []
    for one in reversed(list(lines)):
        cells = (
            one.destination,
            one.period,
            one.version,
            one.records,
            one.held,
            one.made_at,
            one.last_at,
            *said(one, lang),
        )
        rows.append("<tr>" + "".join(map(_cell, cells)) + "</tr>")
    return f"<table><thead><tr>{''.join(f'<th>{escape(h)}</th>' for h in heads)}</tr></thead>\n{chr(10).join(rows)}</table>"


def _cell(value: object) -> str:
    kind = ' class="n"' if isinstance(value, int) else ""
    return f"<td{kind}>{'' if value is None else escape(str(value))}</td>"
