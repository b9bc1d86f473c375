"""childdb indicators: the catalogue, the figures, and what stands behind one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from childdb.cli.door import actor, now, opened
from childdb.cli.indicator_missing import missing
from childdb.cli.indicator_options import (
    as_of_option,
    days_of,
    geography_option,
    ids_option,
    known_option,
    period_option,
    unit_key,
    unit_option,
)
from childdb.cli.indicator_release import release, releases
from childdb.cli.indicator_runs import compare, runs
from childdb.cli.indicator_trend import trend
from childdb.cli.output import emit, format_option, lang, say, shortened
from childdb.cli.verdict_table import show_verdicts
from schemas.errors import UsageFault

if TYPE_CHECKING:
    from childdb.workflow.explaining import Question


@click.group("indicators")
def command() -> None:
    """Chỉ tiêu: danh mục, kết quả, căn cứ / indicators: catalogue, figures, what stands behind them."""


for one in (runs, compare, trend, missing, release, releases):
    command.add_command(one)


@command.command("list")
@format_option
@click.pass_context
def list_(ctx: click.Context, fmt: str) -> None:
    """Danh mục chỉ tiêu / the catalogue."""
    from indicators.loader import catalogue

    rows = [
        {"id": d.id, "title": d.title[lang(ctx)], "kind": d.kind, "unit": d.unit, "source": d.source or "",
         "targets": len(d.targets), "confidence": d.confidence}
        for d in catalogue().values()
    ]  # fmt: skip
    columns = ["id", "title", "kind", "unit", "source", "targets", "confidence"]
    if fmt != "table":
        emit(rows, columns, fmt)
        return
    shown = [{**r, "title": shortened(str(r["title"]), 76), "targets": str(r["targets"] or "")} for r in rows]
    heads = ["id", "title", "targets"] if lang(ctx) == "en" else ["mã", "chỉ tiêu", "mức"]
    emit(shown, ["id", "title", "targets"], fmt, heads)


@command.command("show")
@click.argument("indicator", metavar="ID")
@format_option
@click.pass_context
def show(ctx: click.Context, indicator: str, fmt: str) -> None:
    """Một chỉ tiêu: điều kiện, căn cứ, mức phải đạt, ví dụ / one definition, whole."""
    from childdb.workflow.explaining import as_plain, describe

    if fmt == "table":
        click.echo(describe(indicator, lang(ctx)))
    elif fmt == "json":
        click.echo(json.dumps(as_plain(indicator), ensure_ascii=False, indent=1))
    else:
        emit(_flat(as_plain(indicator)), ["key", "value"], fmt)


def _flat(value: object, key: str = "") -> Iterator[dict[str, object]]:
    """A row per leaf: target.1.document and the like."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{key}.{name}".lstrip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _flat(inner, f"{key}.{number}")
    else:
        yield {"key": key, "value": value}


@command.command("run")
@as_of_option
@period_option
@geography_option
@known_option
@unit_option
@click.option("--all", "everything", is_flag=True, help="Mọi địa bàn và nhóm / every unit and group.")
@ids_option
@format_option
@click.pass_context
def run(ctx: click.Context, as_of: date | None, period: str | None, geography: date | None, as_known: int | None,
        unit: str | None, everything: bool, ids: tuple[str, ...], fmt: str) -> None:  # fmt: skip
    """Tính mọi chỉ tiêu và so với mức phải đạt / compute every figure and judge it by its targets."""
    from childdb.workflow import figures as story

    day, first = days_of(as_of, period)
    with opened(ctx) as store:
        results = story.figures(store, as_of=day, as_known=as_known, geography=geography, ids=list(ids) or None,
                                groups=everything, period_start=first)  # fmt: skip
        number = story.keep(store, results, actor=actor(), now=now())
        store.audit(actor(), "indicators run", {"run": number}, now=now())
    click.echo(say(ctx, f"Lần tính số {number}.", f"Run {number}."), err=True)
    for refusal in results.refusals:
        click.echo(refusal.en if lang(ctx) == "en" else refusal.vi, err=True)
    if everything:
        table = story.plain_table(results)
        emit(table, list(table[0]) if table else [], fmt)
        return
    show_verdicts(ctx, story.verdicts(results, unit_key(unit, results)), fmt)


def _question_options(*, required: bool = True) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Which figure is meant: indicator, unit, group, date, period, geography, batch."""

    def with_options(function: Callable[..., None]) -> Callable[..., None]:
        for option in (
            known_option, geography_option, period_option, as_of_option,
            click.option("--group", metavar="NAME=VALUE", help="Nhóm, vd sex=F / the figure of a group."),
            click.option("--unit", required=required, metavar="CODE", help="Địa bàn / unit."),
        ):  # fmt: skip
            function = option(function)
        return click.argument("indicator", metavar="ID", required=required)(function)

    return with_options


def _question(
    indicator: str, unit: str, group: str | None, as_of: date | None, period: str | None, geography: date | None,
    as_known: int | None,
) -> Question:  # fmt: skip
    from childdb.workflow.explaining import Question

    name, sign, value = (group or "").partition("=")
    if group and not (name and sign):
        raise UsageFault(f"“{group}”: ghi nhóm như sex=F.", f"“{group}”: write the group like sex=F.")
    day, first = days_of(as_of, period)
    return Question(indicator, unit, day, as_known, first, geography, (name, value) if group else None)


@command.command("explain")
@_question_options()
@format_option
@click.pass_context
def explain(ctx: click.Context, /, fmt: str, **which: Any) -> None:
    """Điều kiện, căn cứ, số đếm và mã các trẻ đằng sau một con số / what stands behind a figure."""
    from childdb.workflow.explaining import explain as story

    asked = _question(**which)
    with opened(ctx) as store:
        behind = story(store, asked)
    if fmt == "table":
        click.echo(behind.text(lang(ctx)))
    else:
        emit(behind.rows(), ["child", "standing"], fmt)


@command.command("trace")
@_question_options(required=False)
@click.option("--child", type=int, help="Chỉ một trẻ (mã) / one child (key).")
@click.option("--limit", type=int, default=20, show_default=True, help="Số trẻ / how many children.")
@click.option("--cell", metavar="SHEET!C14", help="Từ một ô (hoặc dòng: SHEET!14) tới các con số / from a cell or a row on to figures.")  # fmt: skip
@click.option("--batch", type=int, help="Lô của ô / the cell's batch.")
@format_option
@click.pass_context
def trace(ctx: click.Context, /, child: int | None, limit: int, cell: str | None, batch: int | None, fmt: str,
          **which: Any) -> None:  # fmt: skip
    """Từ một con số tới tệp, trang, dòng và ô, hoặc ngược lại / from a figure to file, sheet, row and cell, or back."""
    from childdb.workflow.explaining import trace as story

    if cell is not None or batch is not None:
        if cell is None or batch is None or which["indicator"] or which["unit"] or which["group"]:
            raise UsageFault("Ghi --batch và --cell cùng nhau, không kèm chỉ tiêu, --unit hay --group.",
                             "Give --batch and --cell together, without indicator, --unit or --group.")  # fmt: skip
        _trace_cell(ctx, batch, cell, which, fmt)
        return
    if not which["indicator"] or not which["unit"]:
        raise UsageFault("Ghi chỉ tiêu và --unit, hoặc --batch và --cell.",
                         "Give an indicator and --unit, or --batch and --cell.")  # fmt: skip
    asked = _question(**which)
    with opened(ctx) as store:
        rows = story(store, asked, child=child, limit=limit)
    columns = ["child", "standing", "table", "batch", "file", "sheet", "row", "cells", "list_kind", "list_date"]
    vi = ["mã trẻ", "thuộc", "bảng", "lô", "tệp", "trang", "dòng", "ô", "loại danh sách", "ngày lập"]
    emit(rows, columns, fmt, columns if lang(ctx) == "en" else vi)
    if fmt == "table":
        click.echo(say(ctx, f"{len(rows)} dòng nguồn.", f"{len(rows)} source rows."))


def _trace_cell(ctx: click.Context, batch: int, text: str, which: Mapping[str, Any], fmt: str) -> None:
    """The figures that a cell feeds."""
    from childdb.workflow.explaining import Cell, fed_by

    day, first = days_of(which["as_of"], which["period"])
    with opened(ctx) as store:
        rows = fed_by(store, Cell.named(batch, text), as_of=day, as_known=which["as_known"],
                      geography=which["geography"], period_start=first)  # fmt: skip
    columns = ["indicator", "unit", "unit_name", "group_name", "group_value", "child", "standing", "feeds", "decides"]
    vi = ["chỉ tiêu", "địa bàn", "tên", "nhóm", "giá trị nhóm", "mã trẻ", "thuộc", "góp vào", "quyết định"]
    emit(rows, columns, fmt, columns if lang(ctx) == "en" else vi)
    if fmt == "table":
        click.echo(say(ctx, f"{len(rows)} con số.", f"{len(rows)} figures."))
