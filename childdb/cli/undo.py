"""childdb undo: take a batch back whole, after showing what will move."""

from __future__ import annotations

import sys
from datetime import date

import click

from childdb.cli.door import DATE, actor, now, opened, today
from childdb.cli.output import emit, lang, say
from schemas.errors import UsageFault


@click.command("undo")
@click.argument("batch", type=int)
@click.option("--as-of", type=DATE, help="Tính chỉ tiêu đến ngày / figures as on this date (default: today).")
@click.option("--dry-run", is_flag=True, help="Chỉ xem con số nào thay đổi / only show what would move.")
@click.option("--yes", is_flag=True, help="Không hỏi / do not ask.")
@click.option("--reason", default="", help="Lý do / why.")
@click.pass_context
def command(ctx: click.Context, batch: int, as_of: date | None, dry_run: bool, yes: bool, reason: str) -> None:
    """Rút lại lô BATCH; rút lại một lần rút thì lô cũ trở lại / take batch BATCH back; an undo can be undone."""
    from childdb.workflow.undoing import moves

    with opened(ctx) as store:
        report = store.undo_preview(batch)
        moved = moves(store, batch, as_of=as_of or today())
        counts = ", ".join(f"{k}: {n}" for k, n in sorted(report.rows.items())) or "-"
        click.echo(say(ctx, f"Lô {batch} ({report.kind}): {counts}; {report.children} trẻ liên quan.",
                       f"Batch {batch} ({report.kind}): {counts}; {report.children} children concerned."))  # fmt: skip
        if moved:
            columns = ["indicator", "unit", "before", "after", "difference"]
            vi = ["chỉ tiêu", "địa bàn", "đang là", "sẽ là", "chênh lệch"]
            emit(moved, columns, "table", columns if lang(ctx) == "en" else vi)
        else:
            click.echo(say(ctx, "Không con số nào của huyện thay đổi.", "No figure of the district moves."))
        for d in report.decisions:
            click.echo(say(ctx, f"Quyết định {d.number} (lô {d.batch}, {d.verdict}, {d.rule}) dựa trên lô này và vẫn giữ.",
                           f"Decision {d.number} (batch {d.batch}, {d.verdict}, {d.rule}) rests on it and stays."))  # fmt: skip
        if dry_run:
            return
        if not yes:
            if not sys.stdin.isatty():
                raise UsageFault(
                    "Không có người trả lời: chạy lại với --yes.", "Nobody to answer: run again with --yes."
                )
            click.confirm(say(ctx, f"Rút lại lô {batch}?", f"Undo batch {batch}?"), abort=True)
        done = store.undo(batch, actor=actor(), now=now(), reason=reason)
        click.echo(say(ctx, f"Đã rút lại lô {batch}; việc rút là lô {done.undone_by}.",
                       f"Batch {batch} is undone; the undo is batch {done.undone_by}."))  # fmt: skip
