"""Encryption at rest: AES-SIV for values, a keyed hash for look-ups, one derived key for each use.

AES-SIV (RFC 5297) is deterministic: equal values of one column give equal bytes, so equality and uniqueness work;
the table and column stand in the associated data, so a value cannot be moved elsewhere. Look-ups of whole texts
use HMAC-SHA256. There are no hashes of parts of names: few syllables, known frequencies.
"""

from __future__ import annotations

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.errors import KeyFault


class Cipher:
    """Values under one master key of 32 bytes; look-ups under the store's own secret.

    The look-up secret is made once, stands in the store encrypted under the master key, and is carried over by a
    rotation: otherwise every stored hash would have to be made again from names in the clear.
    """

    def __init__(self, master: bytes, lookup_secret: bytes | None = None) -> None:
        self._siv = AESSIV(_derive(master, b"values", 64))
        self._lookup = lookup_secret or b""

    def with_lookup(self, wrapped: bytes) -> Cipher:
        """This cipher with the store's look-up secret, taken out of its wrapping."""
        self._lookup = bytes.fromhex(self.decrypt(wrapped, "setting.lookup_secret"))
        return self

    def wrapped_lookup(self, secret: bytes) -> bytes:
        return self.encrypt(secret.hex(), "setting.lookup_secret")

    def encrypt(self, text: str, place: str) -> bytes:
        return self._siv.encrypt(text.encode("utf-8") or b"\x00", [place.encode("utf-8")])

    def decrypt(self, data: bytes, place: str) -> str:
        try:
            clear = self._siv.decrypt(bytes(data), [place.encode("utf-8")])
        except InvalidTag as fault:
            raise KeyFault(
                "Khóa không mở được dữ liệu này: sai tệp khóa, hoặc dữ liệu đã bị thay đổi.",
                "The key does not open this data: another key file, or the data was changed.",
            ) from fault
        return "" if clear == b"\x00" else clear.decode("utf-8")

    def lookup(self, text: str, purpose: str) -> bytes:
        """The keyed hash by which a whole text is found again; PURPOSE keeps uses apart."""
        if not self._lookup:
            raise RuntimeError("a cipher without its look-up secret was asked for a look-up")
        return hmac.digest(self._lookup, f"{purpose}\x1f{text}".encode(), "sha256")[:20]


def _derive(master: bytes, use: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=b"childdb/1/" + use).derive(master)
