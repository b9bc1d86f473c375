"""The keys of exchange, in one private file beside the store's key file: never in the database, never a default.

Four kinds: `signing`, our own Ed25519 keys; `sender`, the public keys of those whose packages we believe; `opening`, our
own age identities, with which we open what is sealed for us; `receiver`, the age recipients for whom we seal. A key
that was revoked stays listed: what it signed is refused from then on, and an opening key still opens older packages.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from schemas.errors import KeyFault, NoSpace, NotFound, UsageFault
from schemas.files import whole_file

KINDS = ("signing", "sender", "opening", "receiver")


@dataclass(frozen=True)
class Entry:
    """One key: its number (from the public part), whose it is, since and until when. SECRET only of our own."""

    kind: str
    id: str
    name: str
    public: str
    made: str
    revoked: str | None = None
    secret: str | None = None


def keyring_file(key_file: Path) -> Path:
    return key_file.with_name(key_file.name + ".exchange")


@dataclass
class Keyring:
    """The keys of a file; every change is written at once."""

    path: Path
    entries: list[Entry]

    @classmethod
    def read(cls, path: Path) -> Keyring:
        """The keyring of PATH; empty where there is no file yet."""
        try:
            content = json.loads(path.read_text("utf-8"))
            if content["format"] != 1:
                raise ValueError
            return cls(path, [Entry(**entry) for entry in content["keys"]])
        except FileNotFoundError:
            return cls(path, [])
        except (OSError, ValueError, TypeError, KeyError) as fault:
            raise KeyFault(f"Tệp khóa gửi nhận {path} bị hỏng.", f"The exchange key file {path} is damaged.") from fault

    def live(self, kind: str) -> list[Entry]:
        """The keys of a kind that are not revoked, the newest last."""
        return [e for e in self.entries if e.kind == kind and not e.revoked]

    def new_signing(self, name: str, today: date) -> Entry:
        key = Ed25519PrivateKey.generate()
        return self._add(
            "signing", name, _text(key.public_key().public_bytes_raw()), today, _text(key.private_bytes_raw())
        )

    def new_opening(self, name: str, today: date) -> Entry:
        identity = pyrage.x25519.Identity.generate()
        return self._add("opening", name, str(identity.to_public()), today, str(identity))

    def add_sender(self, name: str, public: str, today: date) -> Entry:
        try:
            Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        except ValueError as fault:
            raise UsageFault("Khóa công khai Ed25519 không đúng dạng (base64 của 32 byte).",
                             "No public Ed25519 key (base64 of 32 bytes).") from fault  # fmt: skip
        return self._add("sender", name, public, today)

    def add_receiver(self, name: str, public: str, today: date) -> Entry:
        """Whom to seal for from now on under NAME; an earlier key of that name is revoked."""
        try:
            pyrage.x25519.Recipient.from_str(public)
        except pyrage.RecipientError as fault:
            raise UsageFault("Khóa người nhận không đúng dạng age1….", "No recipient of the form age1….") from fault
        self.entries = [
            replace(e, revoked=today.isoformat()) if e in self.live("receiver") and e.name == name else e
            for e in self.entries
        ]
        return self._add("receiver", name, public, today)

    def revoke(self, kinds: Iterable[str], which: str, today: date) -> list[Entry]:
        """Revoke the live keys of KINDS whose number or name is WHICH."""
        meant = [e for kind in kinds for e in self.live(kind) if which in (e.id, e.name)]
        if not meant:
            raise NotFound(f"Không có khóa “{which}” đang dùng.", f"There is no key {which!r} in use.")
        self.entries = [replace(e, revoked=today.isoformat()) if e in meant else e for e in self.entries]
        self._write()
        return meant

    def _add(self, kind: str, name: str, public: str, today: date, secret: str | None = None) -> Entry:
        entry = Entry(kind, key_id(public), name, public, today.isoformat(), None, secret)
        if any((e.kind, e.id) == (kind, entry.id) for e in self.entries):
            raise UsageFault(f"Khóa {entry.id} đã có.", f"The key {entry.id} is there already.")
        self.entries.append(entry)
        self._write()
        return entry

    def _write(self) -> None:
        text = json.dumps({"format": 1, "keys": [asdict(e) for e in self.entries]}, ensure_ascii=False, indent=1)
        try:
            with whole_file(self.path) as out:
                out.write(text.encode("utf-8") + b"\n")
        except OSError as fault:
            raise NoSpace(f"Không ghi được tệp khóa {self.path}: {fault.strerror}.",
                          f"The key file {self.path} cannot be written: {fault.strerror}.") from fault  # fmt: skip


def key_id(public: str) -> str:
    """A key's number for people: 16 hexadecimal digits of the SHA-256 of its public text."""
    return hashlib.sha256(public.encode("utf-8")).hexdigest()[:16]


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
