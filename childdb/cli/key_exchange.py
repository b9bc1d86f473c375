"""childdb key signing, childdb key receiver: the keys of exchange, made, listed, replaced, revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from childdb.cli.door import actor, place, today
from childdb.cli.output import emit, format_option, say

if TYPE_CHECKING:
    from childdb.exchange.keyring import Entry, Keyring


@click.group("signing")
def signing() -> None:
    """Khóa ký gói (Ed25519) / keys that sign packages."""


@click.group("receiver")
def receiver() -> None:
    """Khóa niêm phong gói cho nơi nhận (age) / keys that packages are sealed for."""


def _ring(ctx: click.Context) -> Keyring:
    from childdb.workflow.opening import open_keyring

    return open_keyring(place(ctx)[1])


def _shown(ctx: click.Context, ring: Keyring, kinds: tuple[str, ...], fmt: str) -> None:
    words = {
        "signing": say(ctx, "của ta, để ký", "ours, to sign"),
        "sender": say(ctx, "nơi gửi được tin", "a sender we believe"),
        "opening": say(ctx, "của ta, để mở", "ours, to open"),
        "receiver": say(ctx, "nơi nhận", "a receiver"),
    }
    rows = [
        {"id": e.id, "use": words[e.kind], "name": e.name, "public": e.public, "made": e.made, "revoked": e.revoked}
        for e in ring.entries if e.kind in kinds
    ]  # fmt: skip
    emit(rows, ["id", "use", "name", "made", "revoked", "public"], fmt,
         [say(ctx, *pair) for pair in (("số khóa", "key"), ("dùng để", "use"), ("tên", "name"), ("từ ngày", "since"),
                                       ("thu hồi", "revoked"), ("phần công khai", "public part"))])  # fmt: skip


def _told(ctx: click.Context, entry: Entry, done: tuple[str, str]) -> None:
    click.echo(say(ctx, f"{done[0]} {entry.id} ({entry.name}). Phần công khai, gửi cho bên kia:",
                   f"{done[1]} {entry.id} ({entry.name}). The public part, for the other side:"))  # fmt: skip
    click.echo(entry.public)


NAME = click.option("--name", metavar="TEXT", help="Tên cho khóa / a name for the key.")


@signing.command("new")
@NAME
@click.pass_context
def signing_new(ctx: click.Context, name: str | None) -> None:
    """Tạo khóa ký / make a signing key."""
    _told(ctx, _ring(ctx).new_signing(name or actor(), today()), ("Đã tạo khóa ký", "Made the signing key"))


@signing.command("rotate")
@NAME
@click.pass_context
def signing_rotate(ctx: click.Context, name: str | None) -> None:
    """Tạo khóa ký mới và thu hồi khóa cũ / a new signing key; the old ones are revoked."""
    ring = _ring(ctx)
    old = ring.live("signing")
    entry = ring.new_signing(name or (old[-1].name if old else actor()), today())
    for one in old:
        ring.revoke(["signing"], one.id, today())
    _told(ctx, entry, ("Khóa ký mới", "The new signing key"))


@signing.command("trust")
@click.argument("name")
@click.argument("public")
@click.pass_context
def signing_trust(ctx: click.Context, name: str, public: str) -> None:
    """Tin chữ ký của nơi gửi NAME / believe what NAME signs with this public key."""
    _told(ctx, _ring(ctx).add_sender(name, public, today()), ("Tin khóa ký", "Believed: the key"))


@signing.command("list")
@format_option
@click.pass_context
def signing_list(ctx: click.Context, fmt: str) -> None:
    """Các khóa ký / the signing keys."""
    _shown(ctx, _ring(ctx), ("signing", "sender"), fmt)


@signing.command("revoke")
@click.argument("key")
@click.pass_context
def signing_revoke(ctx: click.Context, key: str) -> None:
    """Thu hồi khóa ký theo số khóa hoặc tên / revoke by the key's number or name."""
    for entry in _ring(ctx).revoke(["signing", "sender"], key, today()):
        click.echo(
            say(ctx, f"Đã thu hồi khóa {entry.id} ({entry.name}).", f"Revoked the key {entry.id} ({entry.name}).")
        )


@receiver.command("new")
@NAME
@click.pass_context
def receiver_new(ctx: click.Context, name: str | None) -> None:
    """Tạo cặp khóa để nơi này mở gói gửi đến / make a pair with which this place opens packages."""
    _told(ctx, _ring(ctx).new_opening(name or actor(), today()), ("Đã tạo khóa mở gói", "Made the opening key"))


@receiver.command("rotate")
@NAME
@click.pass_context
def receiver_rotate(ctx: click.Context, name: str | None) -> None:
    """Tạo cặp khóa mở gói mới; khóa cũ vẫn mở gói cũ / a new pair; the old one still opens older packages."""
    ring = _ring(ctx)
    old = ring.live("opening")
    entry = ring.new_opening(name or (old[-1].name if old else actor()), today())
    for one in old:
        ring.revoke(["opening"], one.id, today())
    _told(ctx, entry, ("Khóa mở gói mới", "The new opening key"))


@receiver.command("add")
@click.argument("name")
@click.argument("public")
@click.pass_context
def receiver_add(ctx: click.Context, name: str, public: str) -> None:
    """Ghi khóa age1… của nơi nhận NAME / keep the age1… key of the receiver NAME."""
    _told(ctx, _ring(ctx).add_receiver(name, public, today()), ("Đã ghi khóa nơi nhận", "Kept the receiver's key"))


@receiver.command("list")
@format_option
@click.pass_context
def receiver_list(ctx: click.Context, fmt: str) -> None:
    """Các khóa niêm phong / the sealing keys."""
    _shown(ctx, _ring(ctx), ("opening", "receiver"), fmt)


@receiver.command("revoke")
@click.argument("key")
@click.pass_context
def receiver_revoke(ctx: click.Context, key: str) -> None:
    """Thu hồi khóa theo số khóa hoặc tên / revoke by the key's number or name."""
    for entry in _ring(ctx).revoke(["receiver", "opening"], key, today()):
        click.echo(
            say(ctx, f"Đã thu hồi khóa {entry.id} ({entry.name}).", f"Revoked the key {entry.id} ({entry.name}).")
        )
