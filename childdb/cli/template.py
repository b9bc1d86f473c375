"""childdb template: the workbooks that communes fill in, blank (no store is needed) or with the children known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from childdb.cli.door import DATE, actor, now, opened, today
from childdb.cli.output import emit, format_option, lang, say
from schemas.errors import UsageFault


@click.group("template")
def command() -> None:
    """Mẫu bảng tính / workbook templates."""


@command.command("list")
@format_option
@click.pass_context
def list_(ctx: click.Context, fmt: str) -> None:
    """Danh mục mẫu / the templates."""
    from childdb.intake.template import templates

    rows = [{"id": t.id, "title": t.title[lang(ctx)], "list_kind": t.list_kind} for t in templates().values()]
    emit(rows, ["id", "title", "list_kind"], fmt)


@command.command("write")
@click.argument("template", metavar="ID")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--on", "on", type=DATE, help="Địa bàn theo ngày / units in force on this date (today).")
@click.option("--prefill", metavar="VILLAGE", help="Điền sẵn trẻ đã biết của bản này / fill in a village's children.")
@click.option("--commune", metavar="NAME|CODE", help="Xã của bản, nếu trùng tên / the village's commune.")
@click.option("--reason", default="", metavar="TEXT", help="Lý do ghi họ tên (khi --prefill) / why names are needed.")
@click.pass_context
def write(ctx: click.Context, template: str, path: Path | None, on: date | None, prefill: str | None,
          commune: str | None, reason: str) -> None:  # fmt: skip
    """Ghi bảng tính trống theo mẫu ID vào PATH / write the blank workbook of template ID to PATH."""
    target = path or Path(f"{template}.xlsx")
    if prefill is not None:
        _prefilled(ctx, template, target, prefill, commune, on, reason)
        return
    if commune is not None:
        raise UsageFault("--commune chỉ dùng cùng --prefill.", "--commune goes with --prefill.")
    from childdb.intake import write_template
    from schemas.codes import communes_on

    write_template(template, target, units=communes_on(on or today()))
    click.echo(say(ctx, f"Đã ghi {target}.", f"{target} was written."))


def _prefilled(
    ctx: click.Context, template: str, target: Path, village: str, commune: str | None, on: date | None, reason: str
) -> None:
    from childdb.workflow.prefill import prefill
    from childdb.workflow.villages import place_of

    if not reason.strip():
        raise UsageFault(
            "Ghi sẵn họ tên phải nêu lý do: --reason.", "Names are filled in only with a reason: --reason."
        )
    day = on or today()
    with opened(ctx) as store:
        place = place_of(store, commune, village, day)
        count = prefill(
            store, template, target, place, on=day, dated=on is not None, reason=reason, actor=actor(), now=now()
        )
    click.echo(say(ctx, f"Đã ghi {target}: {count} trẻ.", f"{target} was written: {count} children."))


@command.group("answers")
def answers() -> None:
    """Tiêu đề cột đã hỏi khi nhập / headings that were asked about at an import."""


@answers.command("list")
@format_option
@click.pass_context
def answers_list(ctx: click.Context, fmt: str) -> None:
    """Các câu trả lời đã ghi nhớ / the answers that are remembered."""
    from childdb.intake.meanings import meaning
    from childdb.intake.template import templates
    from childdb.store.answers import heading_answers

    with opened(ctx) as store:
        kept = heading_answers(store)
    rows = []
    for a in kept:
        template = templates().get(a.template)
        column = template.columns.get(a.field) if template else None
        rows.append({
            "answer": a.number, "commune": f"{a.commune_code}@{a.commune_from}", "template": a.template, "heading": a.heading,
            "field": column.field if column else a.field, "meaning": meaning(column.field if column else a.field, a.template),
            "answered_at": a.answered_at.isoformat(" ", "minutes"), "actor": a.actor,
        })  # fmt: skip
    columns = ["answer", "commune", "template", "heading", "field", "meaning", "answered_at", "actor"]
    vi = ["số", "xã", "mẫu", "tiêu đề", "trường", "nghĩa là", "lúc (UTC)", "người"]
    emit(rows, columns, fmt, columns if lang(ctx) == "en" else vi)


@answers.command("forget")
@click.argument("answer", type=int, metavar="NUMBER")
@click.pass_context
def answers_forget(ctx: click.Context, answer: int) -> None:
    """Quên một câu trả lời; lần nhập sau sẽ hỏi lại / forget one; the next import asks again."""
    from childdb.store.answers import forget_heading

    with opened(ctx) as store:
        forget_heading(store, answer, actor=actor(), now=now())
    click.echo(say(ctx, f"Đã quên câu trả lời {answer}.", f"Answer {answer} is forgotten."))
