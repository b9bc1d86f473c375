"""childdb restore: a store made again from a backup, on this computer or a new one."""

from __future__ import annotations

from pathlib import Path

import click

from childdb.cli.door import actor, now, place
from childdb.cli.output import say


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key", "key_copy", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Bản chép tệp khóa, nếu máy này chưa có khóa / the copy of the key file, if there is none here.")  # fmt: skip
@click.option("--erasures", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Sổ xóa giữ ở nơi khác / a ledger of erasures kept elsewhere.")  # fmt: skip
@click.pass_context
def command(ctx: click.Context, file: Path, key_copy: Path | None, erasures: Path | None) -> None:
    """Khôi phục kho từ FILE vào nơi chưa có kho / restore the store from FILE where there is none."""
    from childdb.workflow.backing_up import restore

    made = restore(file, *place(ctx), key_copy=key_copy, actor=actor(), now=now(), erasures=erasures)
    click.echo(say(ctx, f"Đã khôi phục bản sao lúc {made.made_at}: đến lô {made.batch}, {made.export_runs} lần gửi trong sổ, {made.packages} gói.",
                   f"Restored the backup of {made.made_at}: up to batch {made.batch}, {made.export_runs} runs in the ledger, {made.packages} packages."))  # fmt: skip
    click.echo(say(ctx, "Những gì ghi sau lúc đó phải nhập lại. Nếu là máy mới, cài lịch: childdb schedule install",
                   "What was written after that must be brought in again. On a new computer: childdb schedule install"))  # fmt: skip
    if made.erased_again:
        click.echo(
            say(
                ctx,
                f"Đã xóa lại {made.erased_again} trẻ theo sổ xóa.",
                f"{made.erased_again} children were erased again, by the ledger of erasures.",
            )
        )
