"""The process that opens files for childdb.intake.guarded: python -m childdb.intake.worker, jobs on stdin, results on stdout.

A job reads a file or writes its return workbook. Where the system can fork, the libraries are loaded once and each job is
done in a fork of its own; elsewhere the process does one job and ends.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from childdb.intake.grid import Limits
from childdb.intake.read import read_file
from childdb.intake.returns import write_return

_JOBS: dict[str, Callable[..., Any]] = {"read": read_file, "return": write_return}


def send(stream: BinaryIO, what: object) -> None:
    """One length-prefixed message; both ends are ours, so pickle is safe here."""
    data = pickle.dumps(what, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(struct.pack("<Q", len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """The next message, or None at the end."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    (size,) = struct.unpack("<Q", head)
    data = stream.read(size)
    return pickle.loads(data) if len(data) == size else None  # noqa: S301 - from our own child


def _limit_memory(limits: Limits) -> None:
    """Address space runs ahead of what is used; the parent watches the resident size as well."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes * 3, limits.memory_bytes * 3))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _do(out: BinaryIO, job: tuple[str, tuple[Any, ...], dict[str, Any]]) -> None:
    kind, said, words = job
    _limit_memory(words["limits"])
    gc.disable()  # one job, then the process ends
    try:
        send(out, ("done", _JOBS[kind](*said, **words)))
    except MemoryError:
        send(out, ("memory", None))


def _warm() -> None:
    """Load what every reading needs, once."""
    from childdb.intake import headings, validate

    headings.vocabulary()
    validate.warm()
    import python_calamine  # noqa: F401
    import rapidfuzz  # noqa: F401


def main() -> None:
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not fall among the messages
    stdin = sys.stdin.buffer
    if not hasattr(os, "fork"):
        send(out, ("pid", os.getpid()))
        if (job := receive(stdin)) is not None:
            _do(out, job)
        return
    _warm()
    while (job := receive(stdin)) is not None:
        child = os.fork()
        if child == 0:
            ended = 70  # what a fault of ours ends with; the parent says that the file could not be read
            try:
                _do(out, job)
                ended = 0
            finally:
                os._exit(ended)
        send(out, ("pid", child))
        _, status = os.waitpid(child, 0)
        if status:
            send(out, ("died", status & 0x7F or status >> 8))


if __name__ == "__main__":
    main()
