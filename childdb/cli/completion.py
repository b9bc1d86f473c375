"""childdb completion: the shell's completion script (bash, zsh, fish, PowerShell)."""

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", "powershell"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """In ra đoạn lệnh gõ tắt cho SHELL / print the completion script for SHELL."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"{shell}?")
    click.echo(kind(ctx.find_root().command, {}, "childdb", "_CHILDDB_COMPLETE").source())
