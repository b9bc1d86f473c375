"""childdb audit: the chain of entries, proved or listed."""

from __future__ import annotations

import click

from childdb.cli.door import opened
from childdb.cli.output import emit, format_option, say
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
