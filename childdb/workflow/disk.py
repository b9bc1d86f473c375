"""Where work is done on the disk: a folder that a killed run leaves nothing in, and a full disk in one sentence."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from xlsxwriter.exceptions import FileCreateError

from schemas.errors import NoSpace
from schemas.files import disk_full


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


def _full() -> NoSpace:
    return NoSpace("Đĩa đầy hoặc không ghi được; việc này chưa xong. Dọn bớt rồi chạy lại.",
                   "The disk is full or cannot be written; this is not done. Make room and run again.")  # fmt: skip
