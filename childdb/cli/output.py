"""How the command line shows rows: a table for people, CSV or JSON for programs; and progress on standard error."""

from __future__ import annotations

import csv
import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click

from schemas.dates import on_this_clock
from schemas.text import neutral


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[str], None]]:
    """A bar on standard error; call what is yielded with the name of each thing done."""
    bar: Any = click.progressbar(
        length=length, label=label, file=sys.stderr, item_show_func=lambda name: str(name or "")
    )
    with bar:
        yield lambda name: bar.update(1, name)


FORMATS = click.Choice(["table", "csv", "json"])
format_option = click.option(
    "--format", "fmt", type=FORMATS, default="table", show_default=True, help="Dạng in ra / output form."
)


def say(ctx: click.Context, vi: str, en: str) -> str:
    """The sentence in the language asked for."""
    return en if lang(ctx) == "en" else vi


def lang(ctx: click.Context) -> str:
    return str((ctx.find_root().obj or {}).get("lang") or "vi")


def emit(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], fmt: str, headings: Sequence[str] = ()) -> None:
    """Print ROWS: `columns` are the keys (CSV and JSON names), `headings` what a table shows instead."""
    listed = [[_plain(row.get(c)) for c in columns] for row in rows]
    if fmt == "json":
        click.echo(json.dumps([dict(zip(columns, row, strict=True)) for row in listed], ensure_ascii=False, indent=1))
    elif fmt == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(
            [["" if v is None else neutral(v) if isinstance(v, str) else v for v in row] for row in listed]
        )
    else:
        _table(listed, list(headings or columns))


def emit_register(
    ctx: click.Context, rows: Iterable[Mapping[str, Any]], headings: Mapping[str, str], fmt: str
) -> None:  # fmt: skip
    """Print ROWS under HEADINGS (column and what it is called in Vietnamese); in a table moments are told by this computer's
    clock."""
    columns = list(headings)
    if fmt == "table":
        rows = [{k: on_this_clock(v) if isinstance(v, datetime) else v for k, v in row.items()} for row in rows]
    emit(rows, columns, fmt, columns if lang(ctx) == "en" else list(headings.values()))


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value


def width(text: str) -> int:
    """Columns that TEXT takes on a terminal: combining marks take none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def shortened(text: str, columns: int) -> str:
    """TEXT in at most so many columns; what is cut is marked."""
    return text if width(text) <= columns else text[: columns - 1].rstrip() + "…"


def _table(rows: list[list[Any]], headings: list[str]) -> None:
    texts = [["" if v is None else _yes_no(v) for v in row] for row in rows]
    numeric = [
        bool(rows) and all(isinstance(r[i], (int, float)) or r[i] in (None, "") or _number(r[i]) for r in rows)
        for i in range(len(headings))
    ]
    widths = [max([width(h), *(width(r[i]) for r in texts)]) for i, h in enumerate(headings)]
    click.echo("  ".join(_pad(h, w, n) for h, w, n in zip(headings, widths, numeric, strict=True)).rstrip())
    click.echo("  ".join("─" * w for w in widths))
    for row in texts:
        click.echo("  ".join(_pad(t, w, n) for t, w, n in zip(row, widths, numeric, strict=True)).rstrip())


def _yes_no(value: Any) -> str:
    if value is True:
        return "x"
    return "" if value is False else str(value)


def _number(value: Any) -> bool:
    return isinstance(value, str) and value.replace(",", "").replace(".", "").lstrip("-").isdigit()


def _pad(text: str, columns: int, right: bool) -> str:
    space = " " * (columns - width(text))
    return space + text if right else text + space
