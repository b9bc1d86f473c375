"""Ed25519 signatures (RFC 8032) over a manifest or a receipt: the same bytes and key give the same signature."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from childdb.exchange.keyring import Entry, Keyring, key_id
from childdb.exchange.package import MANIFEST, SIGNATURE
from schemas.errors import CheckFailed, KeyFault


def sign(content: bytes, key: Entry) -> dict[str, str]:
    """What goes beside the content: the algorithm, the key's public part and the signature."""
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(key.secret or ""))
    return {
        "algorithm": "Ed25519",
        "key": key.id,
        "public": key.public,
        "signature": base64.b64encode(private.sign(content)).decode("ascii"),
    }


def verified(content: bytes, signature: object, believed: Iterable[Entry]) -> Entry:
    """The believed key that made the signature; refuses any other, and one that was revoked."""
    try:
        said = dict(signature)  # type: ignore[call-overload]
        algorithm, public, made = said["algorithm"], str(said["public"]), base64.b64decode(said["signature"])
    except (KeyError, TypeError, ValueError) as fault:
        raise CheckFailed("Chữ ký không đọc được.", "The signature cannot be read.") from fault
    keys = [e for e in believed if e.public == public]
    if algorithm != "Ed25519" or not keys:
        raise CheckFailed(f"Chữ ký của một khóa chưa được tin cậy ({key_id(public)}).",
                          f"Signed by a key that is not believed here ({key_id(public)}).")  # fmt: skip
    if all(e.revoked for e in keys):
        raise CheckFailed(f"Khóa ký {keys[0].id} đã bị thu hồi.", f"The signing key {keys[0].id} was revoked.")
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public)).verify(made, content)
    except (InvalidSignature, ValueError) as fault:
        raise CheckFailed("Chữ ký không khớp: nội dung đã bị thay đổi.",
                          "The signature does not fit: the content was changed.") from fault  # fmt: skip
    return next(e for e in keys if not e.revoked)


def own_key(ring: Keyring) -> Entry:
    """The key we sign with: the newest that is not revoked."""
    live = ring.live("signing")
    if not live:
        raise KeyFault("Chưa có khóa ký. Chạy “childdb key signing new”.",
                       "There is no signing key yet. Run `childdb key signing new`.")  # fmt: skip
    return live[-1]


def sign_package(folder: Path, key: Entry) -> None:
    """Write manifest.sig; the signature covers every file by the manifest's hashes."""
    signature = sign((folder / MANIFEST).read_bytes(), key)
    (folder / SIGNATURE).write_text(json.dumps(signature, indent=1) + "\n", "utf-8")


def package_signer(folder: Path, believed: Iterable[Entry]) -> Entry:
    """Whose package it is; refuses one without a signature or of somebody unknown."""
    try:
        signature = json.loads((folder / SIGNATURE).read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise CheckFailed(
            "Gói không có chữ ký đọc được.", "The package bears no signature that can be read."
        ) from fault
    return verified((folder / MANIFEST).read_bytes(), signature, believed)
