"""childdb init: the store and its key."""

import click

from childdb.cli.door import now, place
from childdb.cli.output import say


@click.command("init")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Tạo kho dữ liệu và tệp khóa (làm lại được) / make the store and the key file (repeatable)."""
    from childdb.workflow.opening import init_store

    store = init_store(*place(ctx), now=now())
    try:
        click.echo(say(ctx, f"Kho dữ liệu: {store.place}", f"Store: {store.place}"))
        click.echo(say(ctx, f"Tệp khóa: {store.key_file}", f"Key file: {store.key_file}"))
        click.echo(
            say(
                ctx,
                "Giữ bản sao tệp khóa ở nơi khác (childdb key backup): mất khóa là mất họ tên.",
                "Keep a copy of the key elsewhere (childdb key backup): without it the names are lost.",
            )
        )
    finally:
        store.close()
