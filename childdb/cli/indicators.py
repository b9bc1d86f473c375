"""childdb indicators: the catalogue, the figures, and what stands behind one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from childdb.cli.door import actor, now, opened
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
from childdb.cli.indicator_runs import compare, runs
from childdb.cli.output import emit, format_option, lang, say
from schemas.errors import UsageFault

if TYPE_CHECKING:
    from childdb.workflow.explaining import Question

VERDICTS = {"met": "đạt", "not_met": "chưa đạt", "cannot_tell": "chưa kết luận được", "not_comparable": "không so được",
            "no_data": "không có số liệu"}  # fmt: skip


@click.group("indicators")
def command() -> None:
    """Chỉ tiêu: danh mục, kết quả, căn cứ / indicators: catalogue, figures, what stands behind them."""


for one in (runs, compare):
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
    emit(rows, ["id", "title", "kind", "unit", "source", "targets", "confidence"], fmt)


@command.command("show")
@click.argument("indicator", metavar="ID")
@click.pass_context
def show(ctx: click.Context, indicator: str) -> None:
    """Một chỉ tiêu: điều kiện, căn cứ, mức phải đạt, ví dụ / one definition, whole."""
    from childdb.workflow.explaining import describe

    click.echo(describe(indicator, lang(ctx)))


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


def show_verdicts(ctx: click.Context, verdicts: Sequence[Mapping[str, Any]], fmt: str) -> None:
    """Figures beside their targets; a table for people, everything for programs."""
    english = lang(ctx) == "en"
    rows = []
    for v in verdicts:
        verdict = str(v["verdict"] or "")
        said = verdict.replace("_", " ") if english else VERDICTS.get(verdict, verdict)
        if v.get("confidence") == "recalled":
            said += " (recalled)" if english else " (chưa xác nhận)"
        rows.append({**v, "verdict": said if fmt == "table" else verdict, "bounds": f"{v['low']} - {v['high']}",
                     "goal": f"{v['comparator']} {v['target']}" if v.get("target") is not None else ""})  # fmt: skip
    if fmt != "table":
        emit(rows, [k for k in (rows[0] if rows else {}) if k not in ("bounds", "goal")], fmt)
        return
    columns = [
        "indicator",
        "numerator",
        "denominator",
        "unknown",
        "value",
        "bounds",
        "measure",
        "goal",
        "document",
        "verdict",
    ]
    vi = [
        "chỉ tiêu",
        "tử số",
        "mẫu số",
        "chưa biết",
        "giá trị",
        "thấp - cao",
        "đơn vị",
        "phải đạt",
        "văn bản",
        "kết luận",
    ]
    for row in rows:
        row["document"] = str(row.get("document") or "")[:22]
    emit(rows, columns, fmt, columns if english else vi)


def _question_options(function: Callable[..., None]) -> Callable[..., None]:
    """Which figure is meant: unit, group, date, period, geography, batch."""
    for option in (
        known_option, geography_option, period_option, as_of_option,
        click.option("--group", metavar="NAME=VALUE", help="Nhóm, vd sex=F / the figure of a group."),
        click.option("--unit", required=True, metavar="CODE", help="Địa bàn / unit."),
    ):  # fmt: skip
        function = option(function)
    return click.argument("indicator", metavar="ID")(function)


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
@_question_options
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
@_question_options
@click.option("--child", type=int, help="Chỉ một trẻ (mã) / one child (key).")
@click.option("--limit", type=int, default=20, show_default=True, help="Số trẻ / how many children.")
@format_option
@click.pass_context
def trace(ctx: click.Context, /, child: int | None, limit: int, fmt: str, **which: Any) -> None:
    """Từ một con số tới tệp, trang, dòng và ô / from a figure to file, sheet, row and cell."""
    from childdb.workflow.explaining import trace as story

    asked = _question(**which)
    with opened(ctx) as store:
        rows = story(store, asked, child=child, limit=limit)
    columns = ["child", "standing", "table", "batch", "file", "sheet", "row", "cells", "list_kind", "list_date"]
    vi = ["mã trẻ", "thuộc", "bảng", "lô", "tệp", "trang", "dòng", "ô", "loại danh sách", "ngày lập"]
    emit(rows, columns, fmt, columns if lang(ctx) == "en" else vi)
    if fmt == "table":
        click.echo(say(ctx, f"{len(rows)} dòng nguồn.", f"{len(rows)} source rows."))
