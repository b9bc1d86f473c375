"""Where work is done on the disk: a folder that a killed run leaves nothing in, and a full disk in one sentence."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb
from xlsxwriter.exceptions import FileCreateError

from schemas.errors import NoSpace, StoreBusy
from schemas.files import disk_full, file_lock


@contextmanager
def disk_faults_named() -> Iterator[None]:
    """Faults of writing files as ours; what is no fault of the disk passes as it is."""
    try:
        yield
    except OSError as fault:
        if not disk_full(fault):
            raise
        raise _full() from fault
    except (duckdb.IOException, FileCreateError) as fault:
        raise _full() from fault


@contextmanager
def workshop(place: Path) -> Iterator[Path]:
    """An empty folder for its owner alone, gone at the end; what a killed run left there in the clear goes first.

    The caller holds the lock that keeps others out of it.
    """
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True, mode=0o700)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def own_workshop(place: Path, busy: StoreBusy) -> Iterator[Path]:
    """A workshop with a lock of its own; raises BUSY where another process is in it."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as held:
        try:
            held.enter_context(file_lock(place.with_name(place.name + ".lock")))
        except BlockingIOError as fault:
            raise busy from fault
        yield held.enter_context(workshop(place))


def _full() -> NoSpace:
    return NoSpace("Đĩa đầy hoặc không ghi được; việc này chưa xong. Dọn bớt rồi chạy lại.",
                   "The disk is full or cannot be written; this is not done. Make room and run again.")  # fmt: skip
