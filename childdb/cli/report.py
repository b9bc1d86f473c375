"""childdb report: the written report, its numbers traced and checked, forms for contributions, pictures and pages."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from childdb.cli.door import DATE, actor, now, opened, today
from childdb.cli.named_list import refuse_without_reason
from childdb.cli.output import emit, format_option, lang, say

if TYPE_CHECKING:
    from childdb.store import Store
    from childdb.workflow.reporting import Asked
    from childdb.workflow.reporting_figures import Figures, Span
    from childdb.workflow.reporting_text import Period


@click.group("report")
def command() -> None:
    """Báo cáo Chỉ thị 28-CT/TW: lập, truy nguồn, kiểm tra / the report: written, traced, checked."""


_bodies = click.option("--bodies", type=click.Path(path_type=Path, dir_okay=False), envvar="CHILDDB_BODIES",
                       help="Tệp đặt tên cơ quan theo ngày / the dated names of the bodies.")  # fmt: skip
_unit = click.option("--unit", metavar="CODE", help="Địa bàn báo cáo / the reporting unit.")
_year = click.option("--year", type=click.IntRange(2000, 2100), required=True, help="Năm / the year.")
_as_of = click.option("--as-of", type=DATE, help="Tính đến ngày / as on this date (30/11).")
_OPTIONS = {
    "audience": click.option("--to", "audience", default="", metavar="TEXT",
                             help="Gửi cho ai (ghi lại; bỏ trống: dự thảo) / who will see it (noted; empty: a draft)."),
    "inside": click.option("--inside", is_flag=True,
                           help="Chỉ dùng trong phòng: không giấu số nhỏ / exact, not to leave the office."),
    "bodies": _bodies,
    "unit": _unit,
    "since": click.option("--since", type=DATE, help="So với ngày / against this date (31/12 năm trước)."),
    "as_of": _as_of,
    "out": click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False),
                        help="Tệp kết quả / the file to write."),
}  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What the options that all papers share say."""

    out: Path | None = None
    as_of: date | None = None
    since: date | None = None
    unit: str | None = None
    bodies: Path | None = None
    inside: bool = False
    audience: str = ""


def _paper(*without: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options that all papers share (but WITHOUT some), given to the command as one Wanted."""
    taken = [name for name in _OPTIONS if name not in without]

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def called(*args: Any, **words: Any) -> None:
            command(*args, wanted=Wanted(**{name: words.pop(name) for name in taken}), **words)

        for name in taken:
            called = _OPTIONS[name](called)
        return called

    return decorated


@command.command("annual")
@_year
@_paper()
@click.pass_context
def annual(ctx: click.Context, year: int, wanted: Wanted) -> None:
    """Báo cáo năm thành tệp Word theo Nghị định 30/2020 / the yearly report as a Word document."""
    span, words = _of_year(year, wanted)
    _write(ctx, span, words, wanted)


@command.command("period")
@click.argument("name", metavar="2024-H1|2024-Q3|2024-11")
@_paper("as_of")
@click.pass_context
def period(ctx: click.Context, name: str, wanted: Wanted) -> None:
    """Báo cáo 6 tháng, quý, tháng thành tệp Word / the report of a half year, quarter or month."""
    from childdb.workflow import reporting as story

    span, words = story.period_span(name, wanted.since)
    _write(ctx, span, words, wanted)


def _write(ctx: click.Context, span: Span, words: Period, wanted: Wanted) -> None:
    from childdb.workflow import reporting as story

    with opened(ctx) as store:
        asked = _asked(span, words, wanted)
        done = story.write_word(
            store, wanted.out or Path(f"bao-cao-{words.name}.docx"), asked, actor=actor(), now=now()
        )
    click.echo(say(
        ctx,
        f"Đã viết {done.path}: {done.numbers} con số, lần tính {done.figures.now.run} (và {done.figures.before.run} để so sánh).",
        f"Wrote {done.path}: {done.numbers} numbers, run {done.figures.now.run} (against run {done.figures.before.run}).",
    ))  # fmt: skip
    _say_noted(ctx, done.figures)


def _of_year(year: int, wanted: Wanted) -> tuple[Span, Period]:
    from childdb.workflow import reporting as story
    from childdb.workflow.reporting_text import Period

    return story.annual_span(year, wanted.as_of, wanted.since), Period(f"năm {year}", f"năm {year + 1}", str(year))


def _asked(span: Span, words: Period, wanted: Wanted, spoken: str = "vi") -> Asked:
    from childdb.workflow import reporting as story

    settings = story.bodies(wanted.bodies)
    unit = story.reporting_unit(wanted.unit, span.as_of, settings)
    return story.Asked(span, words, unit, settings, wanted.inside, spoken, wanted.audience)


def _figures(store: Store, year: int, wanted: Wanted, spoken: str = "vi") -> Figures:
    from childdb.workflow import reporting as story

    return story.report_figures(store, _asked(*_of_year(year, wanted), wanted, spoken), actor=actor(), now=now())


def _say_written(ctx: click.Context, path: Path, figures: Figures) -> None:
    click.echo(say(ctx, f"Đã viết {path}.", f"Wrote {path}."))
    _say_noted(ctx, figures)


def _say_noted(ctx: click.Context, figures: Figures) -> None:
    """That the paper counts as let out, so that later releases know what it shows."""
    if figures.protection.noted:
        numbers = ", ".join(map(str, figures.protection.noted))
        click.echo(say(ctx, f"Ghi là đã đưa ra ngoài: bản công bố {numbers}.", f"Noted as let out: release {numbers}."))


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


_FORMS = {"excel": (".xlsx",), "word": (".docx",), "both": (".xlsx", ".docx")}


@command.command("request")
@_year
@click.option("-o", "--out", type=click.Path(path_type=Path, file_okay=False), help="Thư mục / the folder to write to.")
@click.option(
    "--form",
    type=click.Choice(["excel", "word", "both"]),
    default="excel",
    show_default=True,
    help="Phiếu Excel hay Word / forms in Excel or Word.",
)
@_as_of
@_unit
@_bodies
@click.pass_context
def request(ctx: click.Context, year: int, out: Path | None, form: str, as_of: date | None, unit: str | None,
            bodies: Path | None) -> None:  # fmt: skip
    """Phiếu xin đóng góp báo cáo cho từng ngành, từng xã / a form for each agency and commune."""
    from childdb.report.settings import read_bodies
    from childdb.workflow import reporting as story
    from childdb.workflow.reporting_contributions import write_forms

    on = story.annual_span(year, as_of, None).as_of
    settings = read_bodies(bodies)
    made = write_forms(
        out or Path(f"phieu-{year}"), settings, story.reporting_unit(unit, on, settings), on, f"năm {year}",
        suffixes=_FORMS[form],
    )  # fmt: skip
    for path in made:
        click.echo(str(path))
    click.echo(
        say(
            ctx,
            f"{len(made)} phiếu. Nhận lại bằng “childdb import”.",
            f"{len(made)} forms. Take them in with `childdb import`.",
        )
    )


_STATES = {"answered": "đã gửi", "waiting": "chưa gửi", "late": "quá hạn"}


@command.command("status")
@_year
@click.option("--on", type=DATE, help="Xét vào ngày (hôm nay) / seen on this day (today).")
@_as_of
@_unit
@_bodies
@format_option
@click.pass_context
def status(ctx: click.Context, year: int, on: date | None, as_of: date | None, unit: str | None, bodies: Path | None,
           fmt: str) -> None:  # fmt: skip
    """Ai đã gửi phần báo cáo, ai chưa, còn mấy ngày tới 5/12 / who has answered, who must be telephoned."""
    from childdb.report.settings import read_bodies
    from childdb.workflow import reporting as story
    from childdb.workflow.reporting_contributions import status as told

    day, settings = story.annual_span(year, as_of, None).as_of, read_bodies(bodies)
    with opened(ctx) as store:
        rows = told(store, settings, story.reporting_unit(unit, day, settings), day, str(year), on or today())
    vietnamese = fmt == "table" and lang(ctx) == "vi"
    shown = [{**r, "state": _STATES[r["state"]] if vietnamese else r["state"]} for r in rows]
    columns = ["sender", "name", "phone", "state", "lines", "listed_on", "days_left"]
    vi = ["mã", "cơ quan, xã", "điện thoại", "tình trạng", "số dòng", "ngày gửi", "còn (ngày)"]
    emit(shown, columns, fmt, vi if lang(ctx) == "vi" else columns)
    answered = sum(r["state"] == "answered" for r in rows)
    left = rows[0]["days_left"] if rows else 0
    limit = f"{settings.deadline(year):%d/%m/%Y}"
    click.echo(say(
        ctx,
        f"{answered} trên {len(rows)} nơi đã gửi; " + (f"còn {left} ngày tới {limit}." if left >= 0 else f"quá hạn {-left} ngày ({limit})."),
        f"{answered} of {len(rows)} have answered; " + (f"{left} days to {limit}." if left >= 0 else f"{-left} days late ({limit})."),
    ), err=fmt != "table")  # fmt: skip


@command.command("excel")
@_year
@_paper()
@click.pass_context
def excel(ctx: click.Context, year: int, wanted: Wanted) -> None:
    """Mọi chỉ tiêu theo xã, theo năm thành bảng tính để in / all targets by commune and year as a workbook."""
    from childdb.workflow import reporting_workbook as story

    with opened(ctx) as store:
        figures = _figures(store, year, wanted)
        path = story.write(figures, wanted.out or Path(f"chi-tieu-{year}.xlsx"))
    _say_written(ctx, path, figures)


@command.command("commune")
@click.option("--unit", "commune", metavar="CODE", required=True, help="Xã / the commune.")
@_year
@_paper("unit")
@click.option("--names", is_flag=True, help="Kèm danh sách họ tên / with names.")
@click.option("--reason", default="", metavar="TEXT", help="Lý do xem họ tên / why names are needed.")
@click.pass_context
def commune(ctx: click.Context, commune: str, year: int, wanted: Wanted, names: bool, reason: str) -> None:
    """Một trang A4 cho một xã, để treo; họ tên chỉ khi có lý do / one A4 page for a commune."""
    from childdb.workflow import reporting_commune as story
    from childdb.workflow.reporting import reporting_unit

    refuse_without_reason(names, reason)
    span, _ = _of_year(year, wanted)
    unit = reporting_unit(commune, span.as_of)
    why = story.Reason(actor(), reason, now()) if names else None
    with opened(ctx) as store:
        figures = _figures(store, year, wanted)
        out = wanted.out or Path(f"xa-{unit.split('@')[0]}-{year}.docx")
        lists = out.with_name(f"{out.stem}-danh-sach.xlsx") if names else None
        path = story.write_sheet(store, figures, unit, out, why, lists)
    _say_written(ctx, path, figures)
    if lists and lists.exists():
        click.echo(say(ctx, f"Danh sách đủ, có họ tên: {lists}.", f"The whole lists, with names: {lists}."))


@command.command("html")
@_year
@_paper()
@click.pass_context
def html(ctx: click.Context, year: int, wanted: Wanted) -> None:
    """Một trang HTML không cần mạng, mở từ USB / one HTML page that needs no network."""
    from childdb.workflow import reporting_page as story

    with opened(ctx) as store:
        figures = _figures(store, year, wanted, lang(ctx))
        path = story.write_page(store, figures, wanted.out or Path(f"chi-tieu-{year}.html"))
    _say_written(ctx, path, figures)
