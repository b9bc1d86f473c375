"""childdb audit: the chain of entries, proved or listed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import click

from childdb.cli.door import DATE, actor, opened
from childdb.cli.output import emit, format_option, lang, say
from schemas.errors import CheckFailed


@click.group("audit")
def command() -> None:
    """Chuỗi nhật ký / the audit chain."""


@command.command("verify")
@click.pass_context
def verify(ctx: click.Context) -> None:
    """Kiểm tra chuỗi còn nguyên vẹn / prove that the chain is whole."""
    with opened(ctx) as store:
        report = store.audit_verify()
    if not report.whole:
        raise CheckFailed(
            f"Chuỗi nhật ký bị phá ở mục {report.broken_at}.", f"The audit chain is broken at entry {report.broken_at}."
        )
    click.echo(say(ctx, f"Chuỗi nhật ký nguyên vẹn: {report.entries} mục, mã cuối {report.last_hash}.",
                   f"The audit chain is whole: {report.entries} entries, last hash {report.last_hash}."))  # fmt: skip


@command.command("list")
@format_option
@click.pass_context
def list_(ctx: click.Context, fmt: str) -> None:
    """Liệt kê các mục / list the entries."""
    with opened(ctx) as store:
        emit(store.audit_events(), ["id", "at", "actor", "action", "detail"], fmt)


@command.command("log")
@click.option("--actor", "whose", metavar="LOGIN", help="Chỉ của người này / of this one only.")
@click.option("--since", type=DATE, help="Từ ngày / from this day on.")
@format_option
@click.pass_context
def log(ctx: click.Context, whose: str | None, since: date | None, fmt: str) -> None:
    """Ai đã xem họ tên, khi nào, vì sao / who saw names, when and why; the newest first."""
    from childdb.workflow.people import access_log
    from schemas.rights import local

    start = datetime.combine(since, time.min).astimezone(UTC) if since else None
    with opened(ctx) as store:
        looks = access_log(store, local(actor()), actor=whose, since=start)
    columns = ["number", "at", "actor", "what", "rows", "reason", "asked"]
    headings = ["số", "lúc (UTC)", "ai", "việc", "số trẻ", "lý do", "đã tìm"]
    emit([vars(look) for look in looks], columns, fmt, columns if lang(ctx) == "en" else headings)
