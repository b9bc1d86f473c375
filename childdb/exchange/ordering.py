"""Many short entries put in order with little memory: blocks are sorted, kept in a file without a name, and merged."""

from __future__ import annotations

import heapq
import tempfile
import weakref
from collections.abc import Iterator
from typing import IO

_BLOCK = 65_536  # entries in memory
_AT_ONCE = 1024  # entries of a sorted block that are read in one go


class Ordered:
    """Entries of WIDTH bytes, gone through in the order of their bytes, as often as is asked for."""

    def __init__(self, width: int, block: int = _BLOCK) -> None:
        self._width, self._block = width, block
        self._last: list[bytes] = []
        self._blocks = 0
        self._file: IO[bytes] | None = None

    def add(self, entry: bytes) -> None:
        self._last.append(entry)
        if len(self._last) >= self._block:
            self._put_away()

    def _put_away(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed when this goes)
            weakref.finalize(self, self._file.close)
        self._file.seek(0, 2)
        self._file.write(b"".join(sorted(self._last)))
        self._blocks += 1
        self._last = []

    def __iter__(self) -> Iterator[bytes]:
        return heapq.merge(*map(self._sorted, range(self._blocks)), sorted(self._last))

    def _sorted(self, number: int) -> Iterator[bytes]:
        if self._file is None:
            return
        whole, at_once = self._block * self._width, _AT_ONCE * self._width
        for start in range(0, whole, at_once):
            self._file.seek(number * whole + start)
            read = self._file.read(min(at_once, whole - start))
            yield from (read[n : n + self._width] for n in range(0, len(read), self._width))
