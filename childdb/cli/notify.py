"""childdb notify: the mail that goes when sending needs a person."""

from __future__ import annotations

import click

from childdb.cli.door import actor, now, opened
from childdb.cli.export_destination import whole_path
from childdb.cli.output import emit, format_option, lang, say


@click.group("notify")
def command() -> None:
    """Thư báo khi việc gửi cần người xử lý / the mail when sending needs a person."""


@command.command("set")
@click.option("--smtp", required=True, metavar="HOST[:PORT]", help="Máy chủ thư / the SMTP server (port 587).")
@click.option("--from", "origin", required=True, metavar="ADDRESS", help="Người gửi / the sender.")
@click.option(
    "--to", multiple=True, required=True, metavar="ADDRESS", help="Người nhận / the addressee; may be repeated."
)
@click.option("--security", type=click.Choice(["starttls", "tls", "none"]), help="Mặc định: 465 tls, còn lại starttls.")
@click.option("--user", metavar="NAME", help="Tài khoản thư / the account.")
@click.option("--password-file", metavar="FILE", help="Tệp mật khẩu / a file with the password.")
@click.option("--authority", "authority_file", metavar="FILE", help="Chứng thư gốc riêng / a CA of its own.")
@click.pass_context
def set_(ctx: click.Context, smtp: str, origin: str, to: tuple[str, ...], security: str | None, user: str | None,
         password_file: str | None, authority_file: str | None) -> None:  # fmt: skip
    """Đặt thư báo / set the mail."""
    from childdb.workflow.notifying import Mail, set_mail
    from schemas.errors import UsageFault

    host, _, port = smtp.partition(":")
    if not host or (port and not (port.isdigit() and 0 < int(port) < 65536)):
        raise UsageFault(
            "Máy chủ thư ghi như mail.huyen.gov.vn:587.", "Write the server like mail.district.gov.vn:587."
        )
    number = int(port or 587)
    chosen = security or ("tls" if number == 465 else "starttls")
    secret, authority = (file and whole_path(file) for file in (password_file, authority_file))
    wanted = Mail(host, number, origin, to, chosen, user, secret, authority, lang(ctx))
    with opened(ctx) as store:
        set_mail(store, wanted, actor=actor(), now=now())
    click.echo(say(ctx, "Đã đặt thư báo. Thử: childdb notify test", "The mail is set. Try it: childdb notify test"))


@command.command("show")
@format_option
@click.pass_context
def show(ctx: click.Context, fmt: str) -> None:
    """Cài đặt thư báo / the mail's settings."""
    from childdb.workflow.notifying import mail

    with opened(ctx) as store:
        wanted = mail(store)
    rows = [{"server": f"{wanted.host}:{wanted.port}", "security": wanted.security, "from": wanted.sender,
             "to": " ".join(wanted.to), "user": wanted.user}] if wanted else []  # fmt: skip
    emit(rows, ["server", "security", "from", "to", "user"], fmt,
         [say(ctx, *pair) for pair in (("máy chủ", "server"), ("bảo mật", "security"), ("người gửi", "from"),
                                       ("người nhận", "to"), ("tài khoản", "account"))])  # fmt: skip


@command.command("test")
@click.pass_context
def test(ctx: click.Context) -> None:
    """Gửi một thư thử / send a trial mail."""
    from childdb.workflow.notifying import try_mail

    with opened(ctx) as store:
        wanted = try_mail(store, now=now())
    click.echo(say(ctx, f"Đã gửi thư thử đến {', '.join(wanted.to)}.", f"A trial mail went to {', '.join(wanted.to)}."))


@command.command("off")
@click.pass_context
def off(ctx: click.Context) -> None:
    """Thôi gửi thư báo / no more mails."""
    from childdb.workflow.notifying import no_mail

    with opened(ctx) as store:
        no_mail(store, actor=actor(), now=now())
    click.echo(say(ctx, "Đã tắt thư báo.", "No more mails."))
