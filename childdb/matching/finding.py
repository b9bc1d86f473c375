"""Finding a child by part of its name, with tone marks or without: an index in memory, made once, asked many times."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from childdb.matching.names import folded, normalised
from childdb.matching.prepare import sound
from schemas.dates import OpenDate

Entry = tuple[int, int, str, str, str | None, str | None, str]
"""identity, child, name, mother's name, first day of birth (ISO), its precision, commune key"""
_NEVER = np.iinfo(np.int32).min


@dataclass(frozen=True)
class Found:
    """`refs` are identities, one for each child, the best fitting first, as many as were asked for; `children` how many fit
    in all; `near` whether the name only sounds like what was asked."""

    refs: list[int]
    children: int
    near: bool = False


class _Names:
    """The distinct names of a column and who bears each: a word, or its beginning, gives names; names give rows."""

    def __init__(self, texts: Sequence[str]) -> None:
        number: dict[str, int] = {}
        of_row = np.fromiter((number.setdefault(text, len(number)) for text in texts), np.int32, len(texts))
        self.names = list(number)
        self._order = np.argsort(of_row, kind="stable")
        self._starts = np.searchsorted(of_row[self._order], np.arange(len(self.names) + 1))
        words: dict[str, list[int]] = defaultdict(list)
        self._sounds: dict[str, set[str]] = defaultdict(set)
        for place, name in enumerate(self.names):
            for word in dict.fromkeys(folded(name).split()):
                words[word].append(place)
        for word in words:
            self._sounds[sound(word)].add(word)
        self._of_word = {word: np.asarray(places, np.int32) for word, places in words.items()}
        self._words = sorted(words)

    def with_words(self, words: Sequence[str], *, by_sound: bool = False) -> np.ndarray:
        """The places of the names in which each of WORDS begins some word (or sounds like one)."""
        found: np.ndarray | None = None
        for word in words:
            meant = self._sounds.get(sound(word), ()) if by_sound else self._beginning(word)
            lists = [self._of_word[w] for w in meant]
            here = np.unique(np.concatenate(lists)) if lists else np.array([], np.int32)
            found = here if found is None else np.intersect1d(found, here, assume_unique=True)
        return np.array([], np.int32) if found is None else found

    def _beginning(self, start: str) -> list[str]:
        first = bisect_left(self._words, start)
        return self._words[first : bisect_left(self._words, start + "\U0010ffff")]

    def rows(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The rows that bear the names at PLACES, and beside each row which of PLACES it was."""
        counts = self._starts[places + 1] - self._starts[places]
        which = np.repeat(np.arange(len(places)), counts)
        within = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
        return self._order[np.repeat(self._starts[places], counts) + within], which


class NameIndex:
    """Everybody by the words of the name; nothing of it is written anywhere."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        columns = list(zip(*entries, strict=True)) or [()] * 7
        self._ref = np.asarray(columns[0], np.int64)
        children, self._child = np.unique(np.asarray(columns[1], np.int64), return_inverse=True)
        self._children = len(children)
        self._names, self._mothers = _Names(columns[2]), _Names(columns[3])
        spans: dict[tuple[str | None, str | None], tuple[int, int]] = {}
        for key in set(zip(columns[4], columns[5], strict=True)):
            spans[key] = _span(*key)
        born = [spans[key] for key in zip(columns[4], columns[5], strict=True)]
        self._first = np.fromiter((first for first, _ in born), np.int32, len(born))
        self._last = np.fromiter((last for _, last in born), np.int32, len(born))
        communes = {key: place for place, key in enumerate(dict.fromkeys(columns[6]))}
        self._commune = np.fromiter((communes[key] for key in columns[6]), np.int32, len(columns[6]))
        self._communes = communes

    def __len__(self) -> int:
        return len(self._ref)

    @property
    def communes(self) -> Collection[str]:
        return self._communes

    def find(
        self, name: str, *, mother: str = "", born: OpenDate | None = None, communes: Collection[str] | None = None,
        limit: int = 20,
    ) -> Found:  # fmt: skip
        """Whose name has a word that begins with each word of NAME, in any order; COMMUNES are keys of units.

        Nobody found, names that sound alike are looked for.
        """
        for by_sound in (False, True):
            rows, rank = self._by_name(name, mother, by_sound)
            kept = np.ones(len(rows), bool)
            if born is not None:
                low, high = _days(born.first), _days(born.last)
                kept &= (self._first[rows] != _NEVER) & (self._first[rows] <= high) & (self._last[rows] >= low)
            if communes is not None:
                wanted = [place for key, place in self._communes.items() if key in communes]
                kept &= np.isin(self._commune[rows], wanted)
            rows, rank = rows[kept], rank[kept]
            if len(rows):
                return Found(self._best(rows, rank, limit), self._bearers(rows), by_sound)
        return Found([], 0)

    def _bearers(self, rows: np.ndarray) -> int:
        """How many children the rows are."""
        seen = np.zeros(self._children, bool)
        seen[self._child[rows]] = True
        return int(seen.sum())

    def _best(self, rows: np.ndarray, rank: np.ndarray, limit: int) -> list[int]:
        """The best fit first, then by birth, one row a child: the newest identity stands for it."""
        key = (rank.astype(np.int64) << 32) + (self._first[rows].astype(np.int64) - _NEVER)
        taken = 20 * limit  # a common name is borne by half of all: only the head of the list is put in order
        while True:
            head = np.argpartition(key, taken)[:taken] if taken < len(rows) else np.arange(len(rows))
            ordered = rows[head][np.lexsort((-self._ref[rows[head]], key[head]))]
            first = dict.fromkeys(self._child[ordered].tolist())
            if len(first) >= limit or taken >= len(rows):
                _, places = np.unique(self._child[ordered], return_index=True)
                return [int(ref) for ref in self._ref[ordered[np.sort(places)[:limit]]]]
            taken *= 8

    def _by_name(self, name: str, mother: str, by_sound: bool) -> tuple[np.ndarray, np.ndarray]:
        words, hers = folded(name).split(), folded(mother).split()
        if not words and not hers:
            return np.array([], np.int64), np.array([], np.int64)
        rows, rank = None, None
        if words:
            places = self._names.with_words(words, by_sound=by_sound)
            rows, which = self._names.rows(places)
            ranks = np.fromiter((_rank(name, self._names.names[place]) for place in places), np.int64, len(places))
            rank = ranks[which]
        if hers:
            of_mother, _ = self._mothers.rows(self._mothers.with_words(hers, by_sound=by_sound))
            if rows is None or rank is None:
                return of_mother, np.zeros(len(of_mother), np.int64)
            kept = np.isin(rows, of_mother)
            rows, rank = rows[kept], rank[kept]
        return rows, rank  # type: ignore[return-value]


def _rank(asked: str, name: str) -> int:
    """How far NAME is from what was asked: the same; the same but for marks; its words in that order; the rest."""
    if normalised(asked) == normalised(name):
        return 0
    wanted, found = folded(asked), folded(name)
    if wanted == found:
        return 1
    in_order = f" {wanted}" in f" {found}"
    marked = f" {normalised(asked)}" in f" {normalised(name)}"
    return 2 if marked and in_order else 3 if in_order else 4


def _span(first: str | None, precision: str | None) -> tuple[int, int]:
    if not first:
        return _NEVER, _NEVER
    born = OpenDate.from_first(date.fromisoformat(first[:10]), precision or "day")
    return _days(born.first), _days(born.last)


def _days(day: date) -> int:
    return (day - date(1970, 1, 1)).days
