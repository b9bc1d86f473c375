"""childdb report: the written report, its numbers traced and checked, forms for contributions, pictures and pages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from childdb.cli.door import DATE, actor, now, opened
from childdb.cli.output import say


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
