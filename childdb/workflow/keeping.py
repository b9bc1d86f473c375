"""What the pages keep on the disk while work is under way: sealed with age under a secret of the folder's own.

The secret stands in the folder under the store's key, as a backup's does: who has the folder without the key file reads
nothing of it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyrage

from childdb.store import Store
from childdb.store.copying import unwrapped, wrapped
from childdb.store.crypto import Cipher
from childdb.store.database import default_key_file
from childdb.workflow.disk import disk_faults_named
from schemas.errors import KeyFault, NotFound
from schemas.files import disk_full, whole_file

_SECRET = "khoa"  # noqa: S105  (a file's name)


class Sealer:
    """Seals and opens what is kept in one folder."""

    def __init__(self, secret: str) -> None:
        self._own = pyrage.x25519.Identity.from_str(secret)
        self._to = [self._own.to_public()]
        self._texts = Cipher(hashlib.sha256(secret.encode("ascii")).digest())

    @classmethod
    def of(cls, store: Store, folder: Path) -> Sealer:
        """The folder's own, made where there is none; after a change of the store's key it stands under the new one.

        One that no key of the key file opens is made anew: what was sealed with it is lost, and is dropped as unreadable.
        """
        file = folder / _SECRET
        kept = file.read_bytes() if file.exists() else b""
        try:
            secret = unwrapped(kept, store.key_file)
        except (KeyFault, ValueError):
            secret = str(pyrage.x25519.Identity.generate())
        if (now := wrapped(store, secret)) != kept:
            with disk_faults_named(), whole_file(file) as out:
                out.write(now)
        return cls(secret)

    @classmethod
    def found(cls, folder: Path, key_file: Path | None) -> Sealer:
        """The folder's own, for a process that has not opened the store."""
        return cls(unwrapped((folder / _SECRET).read_bytes(), key_file or default_key_file()))

    def seal(self, source: BinaryIO, path: Path) -> None:
        """SOURCE in PATH, whole or not at all."""
        with disk_faults_named(), whole_file(path) as out:
            pyrage.encrypt_io(source, out, self._to)

    def open(self, path: Path, target: BinaryIO) -> None:
        """What is sealed in PATH into TARGET; refuses (NotFound) what is not there or was not sealed here."""
        with disk_faults_named(), _there(), path.open("rb") as source:
            pyrage.decrypt_io(source, target, [self._own])

    def sealed(self, text: str) -> str:
        """A short text, many of which are read for one page: by the cipher of the store's cells."""
        return self._texts.encrypt(text, _SECRET).hex()

    def opened(self, text: str) -> str:
        with _there():
            return self._texts.decrypt(bytes.fromhex(text), _SECRET)

    def read(self, path: Path) -> bytes:
        """A sealed file's content."""
        out = io.BytesIO()
        self.open(path, out)
        return out.getvalue()


@contextmanager
def _there() -> Iterator[None]:
    try:
        yield
    except (OSError, pyrage.DecryptError, KeyFault) as fault:
        if isinstance(fault, OSError) and disk_full(fault):
            raise
        raise NotFound("Không có tệp này.", "There is no such file.") from fault
