"""Files that stand whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO)


def disk_full(fault: OSError) -> bool:
    """Whether it is the disk's fault: full, or not to be written."""
    return fault.errno in _FULL


@contextmanager
def whole_file(path: Path, *, mode: int = 0o600) -> Iterator[BinaryIO]:
    """A file to write PATH's new content into; it takes PATH's place, safe on the disk, when the block ends well.

    Readable by its owner alone unless MODE says otherwise. Raises OSError; PATH is then as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    growing = path.with_name(f"{path.name}.{os.getpid()}.part")
    growing.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        os.replace(growing, path)
        settle(path.parent)
    finally:
        growing.unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """The folder's entries on the disk too, where the system can do that: after a power cut the file must be there."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold PATH for the block, as no other process does; BlockingIOError at once where one does.

    The system takes the lock back when its holder dies, however it dies.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle)
        yield
    finally:
        os.close(handle)


def _take(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as fault:
            raise BlockingIOError(*fault.args) from fault
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
