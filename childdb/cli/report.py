"""childdb report: the written report, its numbers traced and checked, forms for contributions, pictures and pages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from childdb.cli.door import DATE, actor, now, opened
from childdb.cli.output import emit, format_option, lang, say


@click.group("report")
def command() -> None:
    """Báo cáo Chỉ thị 28-CT/TW: lập, truy nguồn, kiểm tra / the report: written, traced, checked."""


_bodies = click.option("--bodies", type=click.Path(path_type=Path, dir_okay=False), envvar="CHILDDB_BODIES",
                       help="Tệp đặt tên cơ quan theo ngày / the dated names of the bodies.")  # fmt: skip
_unit = click.option("--unit", metavar="CODE", help="Địa bàn báo cáo / the reporting unit.")
_as_of = click.option("--as-of", type=DATE, help="Tính đến ngày / as on this date (30/11).")
_since = click.option("--since", type=DATE, help="So với ngày / against this date (31/12 năm trước).")
_inside = click.option(
    "--inside", is_flag=True, help="Chỉ dùng trong phòng: không giấu số nhỏ / exact, not to leave the office."
)
_out = click.option(
    "-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="Tệp kết quả / the file to write."
)


@command.command("annual")
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="Năm / the year.")
@_out
@_as_of
@_since
@_unit
@_bodies
@_inside
@click.pass_context
def annual(ctx: click.Context, year: int, out: Path | None, as_of: date | None, since: date | None, unit: str | None,
           bodies: Path | None, inside: bool) -> None:  # fmt: skip
    """Báo cáo năm thành tệp Word theo Nghị định 30/2020 / the yearly report as a Word document."""
    from childdb.report.settings import read_bodies
    from childdb.workflow import reporting as story
    from childdb.workflow.reporting_text import Period

    span = story.annual_span(year, as_of, since)
    asked = story.Asked(span, Period(f"năm {year}", f"năm {year + 1}"), story.reporting_unit(unit, span.as_of),
                        read_bodies(bodies), inside)  # fmt: skip
    with opened(ctx) as store:
        done = story.write_annual(store, out or Path(f"bao-cao-{year}.docx"), asked, actor=actor(), now=now())
    click.echo(say(
        ctx,
        f"Đã viết {done.path}: {done.numbers} con số, lần tính {done.figures.now.run} (và {done.figures.before.run} để so sánh).",
        f"Wrote {done.path}: {done.numbers} numbers, run {done.figures.now.run} (against run {done.figures.before.run}).",
    ))  # fmt: skip


_report = click.argument("report", type=click.Path(exists=True, path_type=Path, dir_okay=False), metavar="REPORT.docx")


@command.command("trace")
@_report
@click.option(
    "--number", type=int, metavar="N", help="Đi tới tệp, dòng, ô của con số thứ N / on to the cells of number N."
)
@click.option("--limit", type=int, default=20, show_default=True, help="Số trẻ / how many children.")
@format_option
@click.pass_context
def trace(ctx: click.Context, report: Path, number: int | None, limit: int, fmt: str) -> None:
    """Mỗi con số trong báo cáo từ đâu ra / where each number of a report comes from."""
    from childdb.workflow import reporting_checking as story

    with opened(ctx) as store:
        if number is None:
            rows = story.traced(store, report, lang(ctx))
            columns: list[str] = list(story.COLUMNS)
            vi = ["số thứ", "trong báo cáo", "mã chỉ tiêu", "chỉ tiêu", "địa bàn", "là", "tính đến", "lần tính", "lô"]
        else:
            rows = story.cells_behind(store, report, number, limit)
            columns = ["child", "standing", "table", "batch", "file", "sheet", "row", "cells", "list_kind", "list_date"]
            vi = ["mã trẻ (xã)", "thuộc", "bảng", "lô", "tệp", "trang", "dòng", "ô", "loại danh sách", "ngày lập"]
    emit(rows, columns, fmt, columns if lang(ctx) == "en" else vi)


@command.command("check")
@_report
@click.option("--all", "everything", is_flag=True, help="Cả những con số khớp / those that agree as well.")
@format_option
@click.pass_context
def check(ctx: click.Context, report: Path, everything: bool, fmt: str) -> int:
    """Con số nào trong báo cáo đã sửa không còn khớp với kho / which numbers no longer agree with the store."""
    from childdb.workflow import reporting_checking as story

    with opened(ctx) as store:
        lines = story.checked(store, report, lang(ctx))
    told = [x for x in lines if everything or x.standing != "agrees"]
    words = {k: v[lang(ctx) == "en"] for k, v in story.STANDINGS.items()}
    rows = [{**vars(x), "standing": words[x.standing] if fmt == "table" else x.standing,
             "around": x.around[:60] if fmt == "table" else x.around} for x in told]  # fmt: skip
    columns = ["number", "text", "expected", "now", "standing", "indicator", "unit", "field", "around"]
    vi = [
        "số thứ",
        "trong văn bản",
        "kết quả đã tính",
        "kho nay",
        "tình trạng",
        "mã chỉ tiêu",
        "địa bàn",
        "là",
        "trong câu",
    ]
    if rows or fmt != "table":
        emit(rows, columns, fmt, columns if lang(ctx) == "en" else vi)
    wrong = sum(x.standing in ("edited", "changed", "no_result") for x in lines)
    bound = sum(x.number > 0 for x in lines)
    click.echo(say(
        ctx,
        f"{bound} con số gắn với kết quả: {bound - wrong} khớp, {wrong} không khớp.",
        f"{bound} numbers are bound to results: {bound - wrong} agree, {wrong} do not.",
    ), err=fmt != "table")  # fmt: skip
    return 10 if wrong else 0
