"""childdb user: who may use the pages over the network, and what each may see and do there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from childdb.cli.door import actor, now, opened
from childdb.cli.output import emit, format_option, lang, say
from schemas.errors import UsageFault
from schemas.rights import ROLES, WORDS

if TYPE_CHECKING:
    from childdb.store import Store

_roles = click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), metavar="|".join(ROLES),
                      help="Vai; thêm administrator, sealed bằng cách ghi nhiều lần / role; repeat to add administrator, sealed.")  # fmt: skip
_communes = click.option("--commune", "communes", multiple=True, metavar="NAME|CODE",
                         help="Xã của vai collaborator, commune; ghi nhiều lần / the role's commune; repeatable.")  # fmt: skip
_stdin = click.option("--stdin", is_flag=True, help="Đọc mật khẩu từ đầu vào / read the password from standard input.")


@click.group("user")
def command() -> None:
    """Người dùng và quyền khi dùng qua mạng / users and rights over the network."""


@command.command("add")
@click.argument("login")
@click.option("--name", default="", metavar="TEXT", help="Họ tên / the person's name.")
@_roles
@_communes
@_stdin
@click.pass_context
def add(
    ctx: click.Context, login: str, name: str, roles: tuple[str, ...], communes: tuple[str, ...], stdin: bool
) -> None:
    """Thêm người dùng LOGIN, đặt mật khẩu và mã thứ hai / a new user, with password and second factor."""
    from childdb.workflow import people

    with opened(ctx) as store:
        people.refuse_new(store, login, roles, communes)  # before a password is asked for
        password = _asked(ctx, stdin, login)
        people.add(store, login, roles, communes, name=name, actor=actor(), now=now())
        people.set_password(store, login, password, actor=actor(), now=now())
        _second_factor(ctx, store, login)


@command.command("list")
@format_option
@click.pass_context
def list_(ctx: click.Context, fmt: str) -> None:
    """Liệt kê người dùng / list the users."""
    from childdb.workflow import people
    from schemas.codes import units

    with opened(ctx) as store:
        found = people.accounts(store, now=now())
    english = lang(ctx) == "en"
    people_shown = fmt == "table"
    rows = [
        {
            "login": a.login, "name": a.name, "active": a.active, "ready": a.ready, "locked": a.locked,
            "roles": ", ".join(WORDS[r][english] if people_shown else r for r in a.roles),
            "communes": ", ".join(units()[c].name if people_shown else c for c in a.communes),
        }
        for a in found
    ]  # fmt: skip
    columns = ["login", "name", "roles", "communes", "active", "ready", "locked"]
    headings = ["tên đăng nhập", "họ tên", "vai", "xã", "được vào", "đủ mật khẩu và mã", "đang khóa"]
    emit(rows, columns, fmt, columns if english else headings)


@command.command("role")
@click.argument("login")
@_roles
@_communes
@click.pass_context
def role(ctx: click.Context, login: str, roles: tuple[str, ...], communes: tuple[str, ...]) -> None:
    """Đặt vai của LOGIN thay cho vai cũ / other roles in place of the old ones."""
    from childdb.workflow import people

    with opened(ctx) as store:
        people.set_roles(store, login, roles, communes, actor=actor(), now=now())
    words = ", ".join(WORDS[r][lang(ctx) == "en"] for r in roles)
    click.echo(say(ctx, f"{login}: {words}.", f"{login}: {words}."))


@command.command("disable")
@click.argument("login")
@click.option("--undo", is_flag=True, help="Cho vào lại / let in again.")
@click.pass_context
def disable(ctx: click.Context, login: str, undo: bool) -> None:
    """Không cho LOGIN vào nữa, kể cả khi đang mở trang / let LOGIN in no more, at once."""
    from childdb.workflow import people

    with opened(ctx) as store:
        people.set_active(store, login, undo, actor=actor(), now=now())
    click.echo(say(ctx, f"{login}: {'được vào lại' if undo else 'không được vào nữa'}.",
                   f"{login}: {'let in again' if undo else 'let in no more'}."))  # fmt: skip


@command.command("password")
@click.argument("login")
@_stdin
@click.pass_context
def password(ctx: click.Context, login: str, stdin: bool) -> None:
    """Đặt mật khẩu mới, mở khóa / a new password; lifts a lock."""
    from childdb.workflow import people

    with opened(ctx) as store:
        people.refuse_unknown(store, login)
        people.set_password(store, login, _asked(ctx, stdin, login), actor=actor(), now=now())
    click.echo(say(ctx, f"Đã đặt mật khẩu mới cho {login}.", f"{login} has a new password."))


@command.command("totp")
@click.argument("login")
@click.pass_context
def totp(ctx: click.Context, login: str) -> None:
    """Mã thứ hai mới cho điện thoại của LOGIN / a new second factor for the telephone."""
    with opened(ctx) as store:
        _second_factor(ctx, store, login)


def _second_factor(ctx: click.Context, store: Store, login: str) -> None:
    from childdb.workflow import people

    seed, address = people.new_second_factor(store, login, actor=actor(), now=now())
    spaced = " ".join(seed[i : i + 4] for i in range(0, len(seed), 4))
    click.echo(say(ctx, f"{login}: nhập khóa này vào ứng dụng mã (Google Authenticator, FreeOTP ...), chỉ hiện một lần:\n  {spaced}\n  {address}",
                   f"{login}: put this key into the authenticator on the telephone; it is shown this once:\n  {spaced}\n  {address}"))  # fmt: skip


def _asked(ctx: click.Context, stdin: bool, login: str) -> str:
    """The password, twice from a person or once from standard input; a weak one is refused here already."""
    from childdb.store.passwords import refuse_weak

    if stdin:
        said = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        said = str(click.prompt(say(ctx, "Mật khẩu", "Password"), hide_input=True, err=True,
                                confirmation_prompt=say(ctx, "Gõ lại", "Again")))  # fmt: skip
    else:
        raise UsageFault("Không có ai để hỏi mật khẩu; dùng --stdin.", "Nobody to ask for a password; use --stdin.")
    refuse_weak(said, login)
    return said
