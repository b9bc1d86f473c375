"""childdb key: a copy of the key, a new key, and the keys of exchange."""

from __future__ import annotations

from pathlib import Path

import click

from childdb.cli import key_exchange
from childdb.cli.door import actor, now, opened
from childdb.cli.output import say


@click.group("key")
def command() -> None:
    """Tệp khóa / the key file."""


@command.command("backup")
@click.argument("copy", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
def backup(ctx: click.Context, copy: Path) -> None:
    """Chép tệp khóa sang COPY (giữ nơi khác, không cùng máy) / copy the key file to COPY."""
    import shutil

    from childdb.store import keys
    from childdb.workflow.erasing import ledger_file

    with opened(ctx) as store:
        keys.backup(store.key_file, copy)
        erased = ledger_file(store.key_file)
        if erased.exists():  # belongs with the key: a restore on another computer needs both
            shutil.copyfile(erased, ledger_file(copy))
        store.audit(actor(), "key backup", {}, now=now())
    click.echo(say(ctx, f"Đã chép khóa sang {copy}.", f"The key was copied to {copy}."))


@command.command("rotate")
@click.pass_context
def rotate(ctx: click.Context) -> None:
    """Thay khóa mới, mã hóa lại mọi giá trị / a new key; every value is encrypted anew."""
    with opened(ctx) as store:
        written = store.rotate_key(actor=actor(), now=now())
    click.echo(say(ctx, f"Đã thay khóa; {written} giá trị được mã hóa lại. Hãy chép khóa mới (key backup).",
                   f"The key is new; {written} values were encrypted anew. Back it up (key backup)."))  # fmt: skip


command.add_command(key_exchange.signing)
command.add_command(key_exchange.receiver)
