"""childdb backup: the store, its ledger, the exchange keys and the packages sent, in one encrypted file."""

from __future__ import annotations

from pathlib import Path

import click

from childdb.cli.door import actor, now, opened, place
from childdb.cli.output import say


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--check", is_flag=True, help="Chỉ mở thử một bản sao đã có / only open one that is there.")
@click.pass_context
def command(ctx: click.Context, file: Path, check: bool) -> None:
    """Sao lưu vào FILE khi đang dùng, mã hóa, mở lại để kiểm tra / back up to FILE, encrypted, opened again."""
    from childdb.workflow.backing_up import backup, look

    if check:
        made = look(file, place(ctx)[1])
    else:
        with opened(ctx) as store:
            made = backup(store, file, actor=actor(), now=now())
    size = f"{made.bytes / 1_000_000:.1f}"
    click.echo(say(ctx, f"Bản sao {made.file} mở được: đến lô {made.batch}, {made.export_runs} lần gửi trong sổ, {made.packages} gói, {size} MB.",
                   f"The backup {made.file} opens: up to batch {made.batch}, {made.export_runs} runs in the ledger, {made.packages} packages, {size} MB."))  # fmt: skip
    if not check:
        click.echo(say(ctx, "Bản sao chỉ mở được bằng tệp khóa; giữ một bản chép khóa ở nơi khác: childdb key backup",
                       "It opens with the key file alone; keep a copy of that elsewhere: childdb key backup"))  # fmt: skip
