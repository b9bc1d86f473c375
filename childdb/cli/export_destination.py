"""childdb export destination: where packages go, how, and what they hold."""

from __future__ import annotations

from pathlib import Path

import click

from childdb.cli.door import actor, now, opened
from childdb.cli.output import emit, format_option, say
from schemas.errors import UsageFault

SENDER, RECEIVER = "Phòng LĐTB&XH huyện Mường Ảng", "Sở LĐTB&XH tỉnh Điện Biên"


def whole_path(file: str) -> str:
    """The path from the root on: the system's timer stands in another folder than who typed it."""
    return str(Path(file).expanduser().absolute())


@click.group("destination")
def command() -> None:
    """Nơi nhận gói / where packages go."""


@command.command("add")
@click.argument("name")
@click.option("--folder", metavar="PATH", help="Thư mục: USB, ổ mạng / a folder: stick, share.")
@click.option("--sftp", metavar="USER@HOST[:PORT]/PATH", help="Máy chủ SFTP / an SFTP server.")
@click.option("--https", metavar="URL", help="Máy chủ HTTPS / an HTTPS server.")
@click.option("--receiver-key", metavar="NAME", help="Tên khóa nơi nhận (key receiver add); mặc định NAME.")
@click.option("--host-key", metavar="TEXT", help="SFTP: khóa máy chủ, “ssh-ed25519 AAAA…” / the pinned host key.")
@click.option("--login-key", "login_key_file", metavar="FILE", help="SFTP: khóa đăng nhập / the login key.")
@click.option("--password-file", metavar="FILE", help="SFTP: tệp mật khẩu / a file with the password.")
@click.option("--authority", "authority_file", metavar="FILE", help="HTTPS: chứng thư gốc riêng / a CA of its own.")
@click.option("--token-file", metavar="FILE", help="HTTPS: tệp mã truy cập / a file with the bearer token.")
@click.option("--format", "formats", multiple=True, help="Thêm định dạng fhir, dhis2, adx, sdmx / further formats.")
@click.option("--changes", is_flag=True, help="Chỉ gửi thay đổi từ lần đã nhận / only what changed.")
@click.option("--approval", is_flag=True, help="Cần người thứ hai duyệt / a second person releases.")
@click.option("--sealed-facts", is_flag=True, help="Được nhận thông tin niêm kín / may receive sealed facts.")
@click.option("--attempts", type=click.IntRange(1, 20), default=4, show_default=True, help="Số lần thử / tries.")
@click.option("--sender", default=SENDER, show_default=True, help="Nơi gửi / sender.")
@click.option("--receiver", default=RECEIVER, show_default=True, help="Nơi nhận / receiver.")
@click.pass_context
def add(ctx: click.Context, /, name: str, folder: str | None, sftp: str | None, https: str | None,
        receiver_key: str | None, **words: object) -> None:  # fmt: skip
    """Đặt (hoặc đặt lại) nơi nhận NAME / set the destination NAME."""
    from childdb.exchange.destination import Destination
    from childdb.workflow.destinations import set_destination

    given = {"folder": folder, "sftp": sftp, "https": https}
    chosen = [(carrier, address) for carrier, address in given.items() if address]
    if len(chosen) != 1:
        raise UsageFault("Chọn đúng một cách gửi: --folder, --sftp hoặc --https.",
                         "Choose one way: --folder, --sftp or --https.")  # fmt: skip
    carrier, address = chosen[0]
    if carrier == "sftp" and "://" not in address:
        address = f"sftp://{address}"
    if carrier == "folder":
        address = whole_path(address)
    words |= {key: whole_path(str(file)) for key, file in words.items() if key.endswith("_file") and file}
    wanted = Destination.of({"name": name, "carrier": carrier, "address": address,
                             "receiver_key": receiver_key or name, **words})  # fmt: skip
    with opened(ctx) as store:
        set_destination(store, wanted, actor=actor(), now=now())
    click.echo(say(ctx, f"Đã đặt nơi nhận “{name}” ({carrier}).", f"The destination {name!r} is set ({carrier})."))


@command.command("list")
@format_option
@click.pass_context
def list_(ctx: click.Context, fmt: str) -> None:
    """Các nơi nhận / the destinations."""
    from childdb.workflow.destinations import destinations

    with opened(ctx) as store:
        rows = [d.plain() for d in destinations(store).values()]
    emit(rows, ["name", "carrier", "address", "receiver_key", "changes", "approval", "sealed_facts"], fmt,
         [say(ctx, *pair) for pair in (("tên", "name"), ("cách gửi", "carrier"), ("địa chỉ", "address"),
                                       ("khóa nhận", "key"), ("chỉ thay đổi", "changes"), ("cần duyệt", "approval"),
                                       ("niêm kín", "sealed"))])  # fmt: skip


@command.command("remove")
@click.argument("name")
@click.pass_context
def remove(ctx: click.Context, name: str) -> None:
    """Bỏ nơi nhận NAME; sổ gửi vẫn giữ / remove NAME; the ledger stays."""
    from childdb.workflow.destinations import remove_destination

    with opened(ctx) as store:
        remove_destination(store, name, actor=actor(), now=now())
    click.echo(say(ctx, f"Đã bỏ nơi nhận “{name}”.", f"The destination {name!r} is removed."))
