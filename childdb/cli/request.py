"""childdb request: what parents ask about their child's data, and by when the law wants it answered."""

from __future__ import annotations

from datetime import datetime

import click

from childdb.cli.door import MOMENT, actor, now, opened, reason_option
from childdb.cli.output import emit_register, format_option, lang, say
from schemas.clocks import REQUESTS, clocks
from schemas.dates import on_this_clock

_HEADINGS = {
    "number": "số", "kind": "loại", "received": "nhận lúc", "acknowledge_by": "báo nhận trước", "acknowledged": "đã báo nhận",
    "due": "hạn trả lời", "answered": "đã trả lời", "late": "trễ", "done": "đã làm", "erased_in": "xóa ở lô",
}  # fmt: skip


@click.group("request")
def command() -> None:
    """Yêu cầu về dữ liệu cá nhân / requests about personal data (NĐ 356/2025, art. 5)."""


@command.command("add")
@click.option(
    "--kind", required=True, type=click.Choice(REQUESTS), help="Xem, cung cấp, sửa, rút đồng ý, xóa / what is asked."
)
@click.option("--from", "applicant", required=True, metavar="TEXT", help="Ai yêu cầu / who asks.")
@click.option("--child", type=int, metavar="KEY", help="Mã trẻ (childdb find) / the child's key.")
@click.option("--text", "words", default="", metavar="TEXT", help="Lời yêu cầu / in which words.")
@click.option("--received", type=MOMENT, help="Nhận lúc / when it came. [default: now]")
@click.pass_context
def add(
    ctx: click.Context, kind: str, applicant: str, child: int | None, words: str, received: datetime | None
) -> None:  # fmt: skip
    """Ghi một yêu cầu mới / note a new request; its clocks begin."""
    from childdb.workflow import duties

    moment = now()
    with opened(ctx) as store:
        made = duties.add_request(store, kind, applicant, received=received or moment, child=child, words=words,
                                  actor=actor(), now=moment)  # fmt: skip
    click.echo(say(ctx, f"Yêu cầu {made.number}: báo đã nhận trước {on_this_clock(made.acknowledge_by)}, trả lời trước {on_this_clock(made.due)}.",
                   f"Request {made.number}: acknowledge by {on_this_clock(made.acknowledge_by)}, answer by {on_this_clock(made.due)}."))  # fmt: skip


@command.command("list")
@click.option("--open", "only_open", is_flag=True, help="Chỉ những yêu cầu chưa trả lời / only those not answered.")
@format_option
@click.pass_context
def list_(ctx: click.Context, only_open: bool, fmt: str) -> None:
    """Liệt kê yêu cầu và thời hạn, không có tên / requests and their clocks, without names."""
    from childdb.workflow import duties

    with opened(ctx) as store:
        found = [r for r in duties.requests(store) if r.answered is None or not only_open]
    english = lang(ctx) == "en"
    words = {c.name: c.en if english else c.vi for c in clocks()} if fmt == "table" else {}
    rows = [{**vars(r), "late": r.late(now()), "kind": words.get(r.kind, r.kind)} for r in found]
    emit_register(ctx, rows, _HEADINGS, fmt)


@command.command("show")
@click.argument("number", type=int)
@reason_option
@click.pass_context
def show(ctx: click.Context, number: int, reason: str) -> None:
    """Ai yêu cầu, về trẻ nào / who asks, for which child; noted in the access log."""
    from childdb.workflow import duties

    with opened(ctx) as store:
        told = duties.request_told(store, number, reason=reason, actor=actor(), now=now())
    click.echo(say(ctx, f"Người yêu cầu: {told.applicant}\nMã trẻ: {told.child or ''}\nLời yêu cầu: {told.words}",
                   f"Applicant: {told.applicant}\nChild: {told.child or ''}\nWords: {told.words}"))  # fmt: skip


@command.command("acknowledge")
@click.argument("number", type=int)
@click.pass_context
def acknowledge(ctx: click.Context, number: int) -> None:
    """Ghi là đã báo cho người yêu cầu biết đã nhận / note that the applicant was told it came in."""
    from childdb.workflow import duties

    with opened(ctx) as store:
        made = duties.acknowledge(store, number, actor=actor(), now=now())
    click.echo(say(ctx, f"Yêu cầu {number}: đã báo nhận; trả lời trước {on_this_clock(made.due)}.",
                   f"Request {number}: acknowledged; answer by {on_this_clock(made.due)}."))  # fmt: skip


@command.command("answer")
@click.argument("number", type=int)
@click.option("--done", required=True, metavar="TEXT", help="Đã làm gì, hoặc vì sao không / what was done, or why not.")
@click.pass_context
def answer(ctx: click.Context, number: int, done: str) -> None:
    """Ghi là đã trả lời / note that the applicant was answered."""
    from childdb.workflow import duties

    with opened(ctx) as store:
        duties.answer(store, number, done, actor=actor(), now=now())
    click.echo(say(ctx, f"Yêu cầu {number}: đã trả lời.", f"Request {number}: answered."))
