"""childdb indicators runs, compare: the computations kept, and why two of them differ."""

from __future__ import annotations

import click

from childdb.cli.door import opened
from childdb.cli.indicator_options import ids_option
from childdb.cli.output import emit, format_option, lang, say


@click.command("runs")
@format_option
@click.pass_context
def runs(ctx: click.Context, fmt: str) -> None:
    """Các lần tính đã lưu / the computations kept."""
    with opened(ctx) as store:
        kept = store.runs()
    columns = ["run", "made_at", "actor", "batch", "as_of", "period_start", "geography", "figures"]
    vi = ["lần tính", "lúc", "người", "lô", "tính đến", "từ ngày", "địa giới", "số con số"]
    rows = [{**{c: getattr(r, c) for c in columns[1:]}, "run": r.number} for r in kept]
    emit(rows, columns, fmt, columns if lang(ctx) == "en" else vi)


@click.command("compare")
@click.argument("first", type=int, metavar="RUN")
@click.argument("second", type=int, metavar="RUN")
@ids_option
@click.option("--unit", metavar="CODE", help="Chỉ địa bàn này / only this unit.")
@format_option
@click.pass_context
def compare(ctx: click.Context, first: int, second: int, ids: tuple[str, ...], unit: str | None, fmt: str) -> None:
    """Vì sao con số của hai lần tính khác nhau; các phần cộng lại đúng bằng chênh lệch / why two runs differ."""
    from childdb.workflow import comparing as story

    with opened(ctx) as store:
        rows = story.lines(story.compare(store, first, second, ids=ids, unit=unit))
    columns = ["indicator", "unit", "unit_name", "part", "numerator", "denominator", "unknown"]
    vi = ["chỉ tiêu", "địa bàn", "tên", "phần", "tử số", "mẫu số", "chưa biết"]
    if fmt == "table":
        if not rows:
            click.echo(say(ctx, "Không con số nào thay đổi.", "No figure has changed."))
            return
        words = 1 if lang(ctx) == "en" else 0
        rows = [{**r, "part": story.PARTS[r["part"]][words]} for r in rows]
    emit(rows, columns, fmt, columns if lang(ctx) == "en" else vi)
