"""childdb indicators trend: figures over the past years, as known now and as known then."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from childdb.cli.door import opened, today
from childdb.cli.indicator_options import as_of_option, geography_option, unit_option
from childdb.cli.output import emit, format_option, lang, say
from childdb.workflow.verdict_words import figure

_FIGURE = ("numerator", "denominator", "unknown", "value", "low", "high", "ci_low", "ci_high")
COLUMNS = (
    "indicator", "unit", "as_of", "measure", *_FIGURE, "then_batch", *(f"then_{c}" for c in _FIGURE), "change",
)  # fmt: skip
TABLE = ["indicator", "as_of", "counts", "shown", "limits", "batch", "then_counts", "then_shown", "change"]
HEADINGS = ["chỉ tiêu", "ngày", "tử số/mẫu số", "như nay biết", "KTC 95 %", "lô", "tử số/mẫu số", "như đã biết", "lệch"]
ENGLISH = ["indicator", "date", "counts", "as known now", "95 % limits", "batch", "counts", "as known then", "change"]


@click.command("trend")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@as_of_option
@click.option("--years", type=click.IntRange(1, 20), default=4, show_default=True, help="Số năm trước / years before.")
@click.option("--known-within", type=click.IntRange(0, 366), default=31, show_default=True, metavar="DAYS",
              help="'Như đã biết' là sau ngày ấy bao nhiêu ngày / 'then' is so many days after the date.")  # fmt: skip
@unit_option
@geography_option
@format_option
@click.pass_context
def trend(
    ctx: click.Context, ids: tuple[str, ...], as_of: date | None, years: int, known_within: int, unit: str | None,
    geography: date | None, fmt: str,
) -> None:  # fmt: skip
    """Diễn biến qua các năm: như nay biết và như khi đó đã biết / over the past years, as known now and then."""
    from childdb.workflow import trend as story
    from childdb.workflow.explaining import unit_on
    from indicators.loader import chosen

    day = as_of or today()
    chosen(list(ids))
    key = unit_on(unit, geography or day) if unit else _district(geography or day)
    with opened(ctx) as store:
        points, refused = story.trend(
            store, ids, key, as_of=day, years=years, geography=geography, known_within=known_within
        )
    for vi, en in refused:
        click.echo(say(ctx, vi, en), err=True)
    rows = list(story.rows(points, key))
    if fmt != "table":
        emit(rows, COLUMNS, fmt)
        return
    emit([_shown(r) for r in rows], TABLE, fmt, ENGLISH if lang(ctx) == "en" else HEADINGS)
    click.echo(say(
        ctx,
        f"Như đã biết: theo những gì kho có sau {known_within} ngày; '-': khi đó kho chưa có số liệu.",
        f"As known then: by what the store held {known_within} days later; '-': it held nothing then.",
    ))  # fmt: skip


def _district(on: date) -> str:
    return "102@1900-01-01" if on < date(2025, 7, 1) else "11@1900-01-01"


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    measure = str(row["measure"])
    known = row["then_numerator"] is not None or row["then_denominator"] is not None
    return {
        "indicator": row["indicator"],
        "as_of": row["as_of"],
        "counts": f"{row['numerator']}/{row['denominator']}",
        "shown": figure(row["value"], measure),
        "limits": "" if row["ci_low"] is None else f"{row['ci_low']}-{row['ci_high']}",
        "batch": str(row["then_batch"] or "-"),
        "then_counts": f"{row['then_numerator']}/{row['then_denominator']}" if known else "-",
        "then_shown": figure(row["then_value"], measure) if known else "-",
        "change": row["change"],
    }
