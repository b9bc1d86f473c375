"""A disk that is full or cannot be written, whichever library meets it, in one sentence."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from xlsxwriter.exceptions import FileCreateError

from schemas.errors import NoSpace

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO)


@contextmanager
def disk_faults_named() -> Iterator[None]:
    """Faults of writing files as ours; what is no fault of the disk passes as it is."""
    try:
        yield
    except OSError as fault:
        if fault.errno not in _FULL:
            raise
        raise _full() from fault
    except (duckdb.IOException, FileCreateError) as fault:
        raise _full() from fault


def _full() -> NoSpace:
    return NoSpace("Đĩa đầy hoặc không ghi được; chưa gửi gì. Dọn bớt rồi chạy lại.",
                   "The disk is full or cannot be written; nothing was sent. Make room and run again.")  # fmt: skip
