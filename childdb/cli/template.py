"""childdb template: the blank workbooks that communes fill in; needs neither store nor key."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from childdb.cli.door import DATE, today
from childdb.cli.output import emit, format_option, lang, say


@click.group("template")
def command() -> None:
    """Mẫu bảng tính / workbook templates."""


@command.command("list")
@format_option
@click.pass_context
def list_(ctx: click.Context, fmt: str) -> None:
    """Danh mục mẫu / the templates."""
    from childdb.intake import templates

    rows = [{"id": t.id, "title": t.title[lang(ctx)], "list_kind": t.list_kind} for t in templates().values()]
    emit(rows, ["id", "title", "list_kind"], fmt)


@command.command("write")
@click.argument("template", metavar="ID")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--on", "on", type=DATE, help="Địa bàn theo ngày / units in force on this date (today).")
@click.pass_context
def write(ctx: click.Context, template: str, path: Path | None, on: date | None) -> None:
    """Ghi bảng tính trống theo mẫu ID vào PATH / write the blank workbook of template ID to PATH."""
    from childdb.intake import write_template
    from schemas.codes import units

    target = path or Path(f"{template}.xlsx")
    day = on or today()
    communes = [u for u in units().values() if u.level == "commune" and u.in_force(day)]
    write_template(template, target, units=communes)
    click.echo(say(ctx, f"Đã ghi {target}.", f"{target} was written."))
