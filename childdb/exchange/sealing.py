"""One file out of a package folder, sealed with age for its receivers; and back.

The payload is a tar without times, owners or order of its own: the same content gives the same payload. It is
compressed (gzip) before it is sealed; age draws a fresh key each time, so the sealed file is kept and sent again bit
for bit.
"""

from __future__ import annotations

import gzip
import tarfile
import tempfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import IO, cast

import pyrage

from childdb.exchange.keyring import Entry
from schemas.errors import CheckFailed, KeyFault, NoSpace, UnreadableFile
from schemas.files import disk_full, whole_file


def write_payload(folder: Path, out: IO[bytes]) -> None:
    """The folder as a deterministic tar: names in order, mode 0644, nobody's, of no time."""
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = tarfile.TarInfo(path.relative_to(folder).as_posix())
            entry.size = path.stat().st_size
            with path.open("rb") as content:
                tar.addfile(entry, content)


def seal(folder: Path, sealed: Path, receivers: Iterable[Entry]) -> None:
    """The folder's payload in SEALED, for those receivers alone; whole or absent."""
    recipients = [pyrage.x25519.Recipient.from_str(e.public) for e in receivers]
    if not recipients:
        raise KeyFault("Chưa có khóa của nơi nhận. Chạy “childdb key receiver add”.",
                       "There is no receiver's key yet. Run `childdb key receiver add`.")  # fmt: skip
    try:
        with tempfile.TemporaryFile() as payload, whole_file(sealed) as out:
            with gzip.GzipFile(fileobj=payload, mode="wb", compresslevel=6, mtime=0) as pressed:
                write_payload(folder, cast(IO[bytes], pressed))
            payload.seek(0)
            pyrage.encrypt_io(payload, out, recipients)
    except OSError as fault:
        raise NoSpace(f"Không ghi được {sealed.name}: {fault.strerror}.",
                      f"{sealed.name} cannot be written: {fault.strerror}.") from fault  # fmt: skip


def unseal(sealed: Path, folder: Path, openers: Iterable[Entry]) -> None:
    """The package that was sealed, in FOLDER, which is new; refuses what our keys do not open."""
    identities = [pyrage.x25519.Identity.from_str(e.secret or "") for e in openers]
    if not identities:
        raise KeyFault("Chưa có khóa để mở gói. Chạy “childdb key receiver new”.",
                       "There is no key to open packages. Run `childdb key receiver new`.")  # fmt: skip
    with tempfile.TemporaryFile() as payload:
        try:
            with sealed.open("rb") as source:
                pyrage.decrypt_io(source, payload, identities)
        except FileNotFoundError as fault:
            raise UnreadableFile(f"Không có tệp {sealed.name}.", f"There is no file {sealed.name}.") from fault
        except (pyrage.DecryptError, OSError) as fault:
            _unless_full(fault)
            raise CheckFailed(
                f"{sealed.name}: không mở được: không niêm phong cho nơi này, hoặc tệp đã hỏng.",
                f"{sealed.name} does not open: not sealed for this place, or the file is damaged.",
            ) from fault
        payload.seek(0)
        _extract(payload, folder)


def _extract(payload: IO[bytes], folder: Path) -> None:
    folder.mkdir(parents=True)
    try:
        with gzip.GzipFile(fileobj=payload) as pressed, tarfile.open(fileobj=pressed, mode="r|") as tar:
            for entry in tar:
                name = PurePosixPath(entry.name)
                if not entry.isfile() or name.is_absolute() or ".." in name.parts:
                    raise CheckFailed("Gói chứa mục không được phép.", "The package holds an entry that may not be.")
                tar.extract(entry, folder, filter="data")
    except (tarfile.TarError, EOFError, OSError, zlib.error) as fault:
        _unless_full(fault)
        raise CheckFailed("Nội dung gói không đọc được.", "The package's content cannot be read.") from fault


def _unless_full(fault: Exception) -> None:
    """A full disk is not the package's fault."""
    if isinstance(fault, OSError) and disk_full(fault):
        raise fault
