"""Reading a file in a process of its own, with limits of time and memory: whatever the file does, only that process dies."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from childdb.intake.grid import Limits
from childdb.intake.outcomes import Outcomes, faulty_alone
from childdb.intake.read import fingerprint
from childdb.intake.worker import receive, send
from schemas.issues import Issue
from schemas.records import FileReading

_POLL = 0.2
_AHEAD = 2
_STARTING = 60.0  # seconds that the process may take to load its libraries
_TO_WRITE = Limits(seconds=300)  # a return workbook costs some five times what its reading does
_MEMORY_SIGNALS = (6, 9)  # the fast reader aborts where memory cannot be had; the system kills where there is none

K = TypeVar("K")
R = TypeVar("R")


class Reader:
    """A reading process; it is replaced when a file breaks its limits. Use as a context manager."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._messages: queue.Queue[Any] = queue.Queue()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._process is None:
            return
        with contextlib.suppress(OSError):
            if self._process.stdin:
                self._process.stdin.close()
        self._process.kill()  # it holds nothing that would be lost, and its own end takes longer
        self._process.wait()
        self._listener.join(5)
        if self._process.stdout:
            self._process.stdout.close()
        self._process = None

    def _start(self) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "childdb.intake.worker"]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._messages = queue.Queue()
        self._listener = threading.Thread(target=_listen, args=(self._process.stdout, self._messages), daemon=True)
        self._listener.start()
        return self._process

    def read(self, path: Path, **words: Any) -> FileReading:
        """One file as it was read; a breach of its limits gives a refused reading with one issue."""
        found = self._do("read", (path,), words)
        if isinstance(found, Issue):
            return FileReading(path.name, fingerprint(path), "refused", issues=(found,))
        return found  # type: ignore[no-any-return]

    def write_return(
        self, path: Path, reading: FileReading, outcomes: Outcomes, out: Path, **words: Any
    ) -> Path | None:
        """The return workbook of PATH near OUT; where the whole of it breaks the limits, one with the faulty rows alone,
        and None where that does too."""
        for said in (reading, faulty_alone(reading, outcomes)):
            found = self._do("return", (path, said, outcomes, out), words)
            if not isinstance(found, Issue):
                return found  # type: ignore[no-any-return]
        return None

    def _do(self, kind: str, said: tuple[Any, ...], words: dict[str, Any]) -> Any:
        """What the job gives, or the issue of the limit that it broke."""
        limits = words["limits"] = words.get("limits") or Limits()
        process = self._process or self._start()
        found: Any
        try:
            send(process.stdin, (kind, said, words))  # type: ignore[arg-type]
            found = self._wait(limits)
        except OSError:
            found = Issue("file_unreadable")
        if isinstance(found, Issue):
            self._drop()
        elif not _can_fork():
            self.close()
        return found

    def _drop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self.close()

    def _wait(self, limits: Limits) -> Any:
        too_large = Issue("file_too_large", slots={"what": f"cần hơn {limits.memory_bytes // 2**20} MB bộ nhớ"})
        end, reading_pid = time.monotonic() + _STARTING, 0
        while True:
            try:
                kind, what = self._messages.get(timeout=_POLL)
            except queue.Empty:
                if reading_pid and _resident(reading_pid) > limits.memory_bytes:
                    _kill(reading_pid)
                    return too_large
                if time.monotonic() > end:
                    _kill(reading_pid)
                    return Issue("file_slow", slots={"seconds": f"{limits.seconds:g}"})
                continue
            if kind == "pid":
                reading_pid, end = what, time.monotonic() + limits.seconds
            elif kind == "done":
                return what
            elif kind == "memory" or (kind == "died" and what in _MEMORY_SIGNALS):
                return too_large
            else:
                return Issue("file_unreadable")


def _listen(stream: Any, messages: queue.Queue[Any]) -> None:
    with contextlib.suppress(OSError, ValueError):
        while (message := receive(stream)) is not None:
            messages.put(message)
    messages.put(("ended", None))


def _can_fork() -> bool:
    return sys.platform != "win32"


def _kill(pid: int) -> None:
    """End the reading process alone; on Windows it is the worker itself, which is dropped anyway."""
    if pid and _can_fork():
        import os
        import signal

        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def _resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 where that cannot be seen."""
    if sys.platform == "win32":
        return _resident_windows(pid)
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * 4096
    except (OSError, ValueError, IndexError):
        return 0


def _resident_windows(pid: int) -> int:
    import ctypes

    class Counters(ctypes.Structure):
        _fields_ = (("cb", ctypes.c_ulong), ("faults", ctypes.c_ulong), *((f"n{i}", ctypes.c_size_t) for i in range(8)))

    windll: Any = ctypes.__dict__["windll"]
    handle = windll.kernel32.OpenProcess(0x1000 | 0x10, False, pid)
    counters = Counters()
    counters.cb = ctypes.sizeof(counters)
    done = windll.psapi.GetProcessMemoryInfo(handle, ctypes.byref(counters), counters.cb)
    windll.kernel32.CloseHandle(handle)
    return int(counters.n1) if done else 0


def read_file_guarded(path: Path, **words: Any) -> FileReading:
    """read_file (the same keywords) in a child process with the limits of `limits`."""
    with Reader() as reader:
        return reader.read(path, **words)


def read_files(paths: Sequence[Path], **words: Any) -> Iterator[tuple[Path, FileReading]]:
    """Each file as it was read, in the order given, each in a process of its own.

    While the caller works on one file, the next `_AHEAD` are read, so that both cores are busy.
    """
    jobs = ((path, partial(_read_one, path, words)) for path in paths)
    return _in_processes(jobs, len(paths))


def write_returns(jobs: Sequence[tuple[Path, FileReading, Outcomes, Path]]) -> Iterator[Path | None]:
    """The return workbook of each (source, reading, outcomes, where to), two at a time; None where it cannot be made."""
    made = ((job, partial(_return_one, job)) for job in jobs)
    return (path for _, path in _in_processes(made, len(jobs)))


def _read_one(path: Path, words: dict[str, Any], reader: Reader) -> FileReading:
    return reader.read(path, **dict(words))


def _return_one(job: tuple[Path, FileReading, Outcomes, Path], reader: Reader) -> Path | None:
    return reader.write_return(*job, limits=_TO_WRITE)


def _in_processes(jobs: Iterable[tuple[K, Callable[[Reader], R]]], count: int) -> Iterator[tuple[K, R]]:
    """What each job gives, in their order, each with a reader of its own while others run."""
    with contextlib.ExitStack() as open_readers, ThreadPoolExecutor(_AHEAD) as threads:
        idle: queue.Queue[Reader] = queue.Queue()
        for _ in range(min(_AHEAD, count)):
            idle.put(open_readers.enter_context(Reader()))

        def run(job: Callable[[Reader], R]) -> R:
            reader = idle.get()
            try:
                return job(reader)
            finally:
                idle.put(reader)

        waiting: deque[tuple[K, Future[R]]] = deque()
        try:
            for key, job in jobs:
                waiting.append((key, threads.submit(run, job)))
                if len(waiting) > _AHEAD:
                    done, found = waiting.popleft()
                    yield done, found.result()
            while waiting:
                done, found = waiting.popleft()
                yield done, found.result()
        finally:
            for _, pending in waiting:
                pending.cancel()
