"""childdb held: rows that wait; listed, or dismissed with a reason."""

from __future__ import annotations

from dataclasses import replace

import click

from childdb.cli.door import actor, now, opened
from childdb.cli.output import emit, format_option, lang, say
from schemas.errors import UsageFault
from schemas.issues import Issue


@click.group("held")
def command() -> None:
    """Các dòng giữ lại / rows held back."""


@command.command("list")
@click.option("--batch", type=int, help="Của một lô / of one batch.")
@click.option("--commune", metavar="CODE", help="Của một xã / of one commune.")
@click.option("--names", is_flag=True, help="Hiện cả ô gốc (có họ tên) / show the raw cells, names included.")
@click.option("--reason", default="", metavar="TEXT", help="Lý do xem họ tên / why names are needed.")
@format_option
@click.pass_context
def list_(ctx: click.Context, batch: int | None, commune: str | None, names: bool, reason: str, fmt: str) -> None:
    """Liệt kê / list."""
    if names and not reason.strip():
        raise UsageFault("Xem họ tên phải nêu lý do: --reason.", "Names are shown only with a reason: --reason.")
    with opened(ctx) as store:
        waiting = store.held_rows(batch=batch, commune=commune)
        if names:
            store.note_use(actor(), "held list", reason, len(waiting), now=now())
    language = lang(ctx)
    rows = []
    for row in waiting:
        shown = [i if names else _without_value(i) for i in row.issues]
        rows.append({
            "row_id": row.id, "batch": row.batch, "file": row.file, "sheet": row.sheet, "row": row.number,
            "commune": row.commune_code or "", "columns": ";".join(sorted({i.column for i in row.issues if i.column})),
            "issues": "; ".join(i.sentence(language) for i in shown),
            **({"cells": " | ".join(row.cells.values())} if names else {}),
        })  # fmt: skip
    columns = ["row_id", "batch", "file", "sheet", "row", "commune", "columns", "issues", *(["cells"] if names else [])]
    vi = ["số", "lô", "tệp", "trang", "dòng", "xã", "cột", "lỗi", *(["ô gốc"] if names else [])]
    emit(rows, columns, fmt, columns if language == "en" else vi)


def _without_value(issue: Issue) -> Issue:
    return replace(
        issue, value="…", slots={k: v for k, v in issue.slots.items() if k in ("list_date", "other", "choices")}
    )


@command.command("dismiss")
@click.argument("row_id", type=int)
@click.option("--reason", required=True, metavar="TEXT", help="Lý do / why.")
@click.pass_context
def dismiss(ctx: click.Context, row_id: int, reason: str) -> None:
    """Bỏ một dòng chờ, có lý do / dismiss a waiting row, with a reason."""
    with opened(ctx) as store:
        made = store.dismiss(row_id, reason, actor=actor(), now=now())
    click.echo(say(ctx, f"Đã bỏ dòng {row_id} (lô {made}).", f"Row {row_id} is dismissed (batch {made})."))


@command.command("admit")
@click.argument("row_id", type=int)
@click.option("--number", type=int, default=0, show_default=True,
              help="Số phân biệt trẻ ghi giống nhau (sinh đôi: 1, 2) / tells apart children typed alike.")  # fmt: skip
@click.option("--reason", required=True, metavar="TEXT", help="Lý do / why.")
@click.pass_context
def admit(ctx: click.Context, row_id: int, number: int, reason: str) -> None:
    """Nhận một dòng chờ / let a waiting row in."""
    with opened(ctx) as store:
        made = store.admit(row_id, number=number, actor=actor(), now=now(), reason=reason)
    click.echo(say(ctx, f"Đã nhận dòng {row_id} (lô {made}).", f"Row {row_id} is let in (batch {made})."))
