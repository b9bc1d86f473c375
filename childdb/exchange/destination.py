"""Where packages go, how, and what they hold: one destination as it was set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import SplitResult, urlsplit

from schemas.errors import InvalidDefinition, UsageFault

CARRIERS = ("folder", "sftp", "https")


@dataclass(frozen=True)
class Destination:
    """`address`: a folder, sftp://USER@HOST:PORT/PATH or https://...; secrets are named by their files.

    `receiver_key`: the name in the keyring; `changes`: only what changed since the last accepted package; `approval`: a
    second person releases; `sealed_facts`: sealed facts go too, in a part of their own; `attempts`: tries of one run.
    """

    name: str
    carrier: str
    address: str
    receiver_key: str
    sender: str
    receiver: str
    host_key: str | None = None
    login_key_file: str | None = None
    password_file: str | None = None
    authority_file: str | None = None
    token_file: str | None = None
    formats: tuple[str, ...] = ()
    changes: bool = False
    approval: bool = False
    sealed_facts: bool = False
    attempts: int = 4

    def __post_init__(self) -> None:
        if not re.fullmatch("[a-z0-9][a-z0-9-]{0,23}", self.name):
            raise UsageFault("Tên nơi nhận: chữ thường không dấu, số, gạch ngang, tối đa 24 ký tự.",
                             "A destination's name: small letters, digits, hyphens, 24 at most.")  # fmt: skip
        if self.carrier not in CARRIERS:
            raise UsageFault(
                f"Cách gửi là một trong: {', '.join(CARRIERS)}.", f"A carrier is one of {', '.join(CARRIERS)}."
            )
        if self.carrier == "sftp":
            parts = urlsplit(self.address)
            if (
                parts.scheme != "sftp"
                or not parts.hostname
                or not parts.username
                or not parts.path
                or not _port_fits(parts)
            ):
                raise UsageFault("SFTP: ghi USER@HOST[:PORT]/THƯ-MỤC.", "SFTP: write USER@HOST[:PORT]/FOLDER.")
            if not self.host_key or len(self.host_key.split()) < 2:
                raise UsageFault("SFTP cần khóa máy chủ: --host-key “ssh-ed25519 AAAA…”.",
                                 "SFTP needs the server's key: --host-key 'ssh-ed25519 AAAA...'.")  # fmt: skip
        if self.carrier == "https":
            parts = urlsplit(self.address)
            if parts.scheme != "https" or not parts.hostname or not _port_fits(parts):
                raise UsageFault("Địa chỉ phải có dạng https://MÁY-CHỦ[:CỔNG]/….",
                                 "The address must have the form https://HOST[:PORT]/....")  # fmt: skip

    def plain(self) -> dict[str, Any]:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Destination:
        known = {f.name for f in fields(cls)}
        if extra := set(content) - known:
            raise InvalidDefinition(f"Nơi nhận có mục lạ: {sorted(extra)}.", f"Unknown keys: {sorted(extra)}.")
        return cls(**{**content, "formats": tuple(content.get("formats", ()))})


def _port_fits(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False
