"""childdb incident: breaches of personal data, and the hours in which the authority must be told."""

from __future__ import annotations

from datetime import datetime

import click

from childdb.cli.door import MOMENT, actor, now, opened
from childdb.cli.output import emit_register, format_option, say
from schemas.dates import on_this_clock

_HEADINGS = {
    "number": "số", "detected": "phát hiện", "notify_by": "báo trước", "notified": "đã báo", "notified_to": "báo cho",
    "closed": "đã khép", "late": "trễ", "children": "số trẻ", "what": "chuyện gì", "done": "đã làm",
}  # fmt: skip


@click.group("incident")
def command() -> None:
    """Sự cố lộ, mất dữ liệu cá nhân / breaches of personal data (Law 91/2025, art. 23)."""


@command.command("add")
@click.option(
    "--what",
    required=True,
    metavar="TEXT",
    help="Chuyện gì đã xảy ra, không ghi tên trẻ / what happened, without names.",
)
@click.option("--detected", type=MOMENT, help="Phát hiện lúc / when it was found. [default: now]")
@click.option("--children", type=click.IntRange(min=0), help="Bao nhiêu trẻ liên quan / how many children it concerns.")
@click.pass_context
def add(ctx: click.Context, what: str, detected: datetime | None, children: int | None) -> None:
    """Ghi một sự cố / note a breach; its clock begins."""
    from childdb.workflow import duties

    moment = now()
    with opened(ctx) as store:
        made = duties.add_incident(
            store, what, detected=detected or moment, children=children, actor=actor(), now=moment
        )
    click.echo(say(ctx, f"Sự cố {made.number}: báo cơ quan có thẩm quyền (mẫu 08) trước {on_this_clock(made.notify_by)}. Ai đã xem những gì: childdb audit log",
                   f"Incident {made.number}: notify the authority (form 08) by {on_this_clock(made.notify_by)}. Who saw what: childdb audit log"))  # fmt: skip


@command.command("list")
@click.option("--open", "only_open", is_flag=True, help="Chỉ những sự cố chưa khép / only those not closed.")
@format_option
@click.pass_context
def list_(ctx: click.Context, only_open: bool, fmt: str) -> None:
    """Liệt kê sự cố và hạn báo / breaches and their clocks."""
    from childdb.workflow import duties

    with opened(ctx) as store:
        found = [i for i in duties.incidents(store) if i.closed is None or not only_open]
    emit_register(ctx, [{**vars(i), "late": i.late(now())} for i in found], _HEADINGS, fmt)


@command.command("notify")
@click.argument("number", type=int)
@click.option("--to", required=True, metavar="TEXT", help="Đã báo cho ai / who was told.")
@click.pass_context
def notify(ctx: click.Context, number: int, to: str) -> None:
    """Ghi là đã báo / note that the authority was told."""
    from childdb.workflow import duties

    moment = now()
    with opened(ctx) as store:
        made = duties.notify_incident(store, number, to, actor=actor(), now=moment)
    late = made.late(moment)
    click.echo(say(ctx, f"Sự cố {number}: đã báo{', trễ hạn' if late else ''}.",
                   f"Incident {number}: notified{', late' if late else ''}."))  # fmt: skip


@command.command("close")
@click.argument("number", type=int)
@click.option("--done", required=True, metavar="TEXT", help="Đã làm gì / what was done.")
@click.pass_context
def close(ctx: click.Context, number: int, done: str) -> None:
    """Khép hồ sơ; giữ 5 năm / close the file, which is kept five years."""
    from childdb.workflow import duties

    with opened(ctx) as store:
        duties.close_incident(store, number, done, actor=actor(), now=now())
    click.echo(say(ctx, f"Sự cố {number}: đã khép.", f"Incident {number}: closed."))
