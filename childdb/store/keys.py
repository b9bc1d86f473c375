"""The key file: made once, mode 0600, never from the database and never a default.

JSON: {"format": 1, "keys": [{"version": 1, "key": "<base64 of 32 bytes>"}, ...]}, the newest last. A rotation adds a
key before it writes anything, so that a crash at any point leaves a file that opens the store; older keys stay, for
another store that shares the file, and for backups of the database from before.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import KeyFault, NoSpace, NotSetUp
from schemas.files import whole_file


@dataclass(frozen=True)
class Key:
    version: int
    secret: bytes


def make(path: Path) -> list[Key]:
    """A new key file with one key; an existing file is left alone."""
    if path.exists():
        return read(path)
    keys = [Key(1, secrets.token_bytes(32))]
    write(path, keys)
    return keys


def fresh(keys: list[Key]) -> Key:
    return Key(max(k.version for k in keys) + 1, secrets.token_bytes(32))


def write(path: Path, keys: list[Key]) -> None:
    """Replace the key file at once or not at all."""
    content = {
        "format": 1,
        "keys": [{"version": k.version, "key": base64.b64encode(k.secret).decode("ascii")} for k in keys],
    }
    try:
        with whole_file(path) as out:
            out.write(json.dumps(content, indent=1).encode("ascii") + b"\n")
    except OSError as fault:
        raise NoSpace(
            f"Không ghi được tệp khóa {path}: {fault.strerror}.",
            f"The key file {path} cannot be written: {fault.strerror}.",
        ) from fault


def read(path: Path) -> list[Key]:
    """The keys of a key file, oldest first."""
    try:
        content = json.loads(path.read_text("ascii"))
        if content["format"] != 1:
            raise ValueError
        keys = [Key(int(e["version"]), base64.b64decode(e["key"], validate=True)) for e in content["keys"]]
        if not keys or any(len(k.secret) != 32 for k in keys):
            raise ValueError
    except FileNotFoundError as fault:
        raise NotSetUp(
            f"Chưa có tệp khóa {path}. Chạy “childdb init” để tạo kho dữ liệu và khóa.",
            f"There is no key file {path}. Run `childdb init` to make the store and the key.",
        ) from fault
    except (OSError, KeyError, TypeError, ValueError, binascii.Error) as fault:
        raise KeyFault(
            f"Tệp khóa {path} bị hỏng hoặc không phải tệp khóa của childdb.",
            f"The key file {path} is damaged or is no key file of childdb.",
        ) from fault
    return sorted(keys, key=lambda k: k.version)


def backup(path: Path, copy: Path) -> None:
    """A copy of the key file at another place, itself readable by its owner alone."""
    if copy.exists():
        raise KeyFault(f"{copy} đã có; chọn tên khác.", f"{copy} exists already; choose another name.")
    write(copy, read(path))
