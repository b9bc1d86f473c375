"""Rows of any list made comparable: names in parts, dates with their precision, places along the succession.

Each column of the table that comes out is one thing that the comparisons in comparisons.toml speak of. A cell that
cannot be read is a blank: evidence of nothing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache, lru_cache
from importlib import resources

from childdb.matching.names import folded, normalised, unnamed
from childdb.matching.numbers import number
from childdb.matching.places import later_units, village_name
from schemas.codes import REFORM, communes_named, ethnic_groups, unit_on, units
from schemas.dates import OpenDate
from schemas.text import nfc

_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{4}|[0-9]{2})(?: [0-9:.]+)?\Z")
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?(?:[T ][0-9:.]+Z?)?\Z")
_PLAIN = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})\Z")
_MONTH_FIRST = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{4})\Z")
_YEAR = re.compile(r"([0-9]{4})(?:\.0)?\Z")
_IN_WORDS = re.compile(r"(?:(?:ngay )?([0-9]{1,2}) )?(?:thang ([0-9]{1,2}) )?nam ([0-9]{4})\Z")
_SOUNDS = (
    ("gi", "d"), ("tr", "c"), ("ch", "c"), ("ngh", "n"), ("ng", "n"), ("nh", "n"), ("gh", "g"), ("ph", "f"), ("th", "t"),
    ("kh", "k"), ("qu", "k"), ("r", "d"), ("x", "s"), ("y", "i"), ("l", "n"), ("q", "k"), ("c", "k"),
)  # fmt: skip
# words between clan and given name that tell no two children apart; H'Mông boys bear A, girls Thị
_FILLERS = frozenset({"van", "thi", "a"})
_SMOOTHING = 1000  # a file of a thousand rows weighs as much as what is assumed of a name never met
_ASSUMED_SHARE, _ASSUMED_GIVEN = 1 / 4000, 1 / 100
_JANUARY_FIRST, _FEW = 5 / 365, 10  # of births known to the day; five times what chance gives, and no handful of rows
IN_USE = 4  # rows that must bear a given name for it to be one, and no slip of the hand


@cache
def names_in_use() -> frozenset[str]:
    """Given names that are borne in this district whatever the list at hand: a short list shows few of them."""
    return _words_of("given_names.txt")


@cache
def _folded_in_use() -> frozenset[str]:
    return frozenset(map(folded, names_in_use()))


@cache
def nicknames() -> frozenset[str]:
    """Names used at home alone, as no register of births has them."""
    return _words_of("nicknames.txt")


def _words_of(name: str) -> frozenset[str]:
    text = resources.files("childdb.matching").joinpath(name).read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(normalised(word) for line in lines for word in line.split())


@dataclass(slots=True)
class Comparable:
    """One row as the comparisons see it; None is a blank."""

    unique_id: int
    pid: str | None
    pid_end: str | None  # the last six digits
    name_n: str | None  # with tone marks
    name_f: str | None  # without
    name_m: int | None  # the letters it is made of, as bits
    core: str | None  # the telling words, sorted
    clan: str | None
    given: str | None
    given_n: str | None
    given_p: str | None  # as it sounds
    middle: str | None  # the words between clan and given name
    words: int
    nick: bool | None  # whether the given name is one that is used at home alone
    bdate: str | None  # YYYY-MM-DD, known to the day
    bkey: str | None  # the same for 05/03 and 03/05
    byear: int | None
    bmonth: int | None
    bday: int | None  # days since 1970-01-01
    sex: str | None
    eth: str | None
    mother_n: str | None
    mother_f: str | None
    mother_m: int | None
    mother_s: str | None
    mother_g: str | None
    mother_u: bool | None  # whether the given name is in use
    father_n: str | None
    father_f: str | None
    father_m: int | None
    father_s: str | None
    father_g: str | None
    father_u: bool | None
    head_n: str | None
    head_f: str | None
    head_m: int | None
    head_s: str | None
    head_g: str | None
    head_u: bool | None
    village: str | None
    commune: str | None
    root: str | None  # what the commune is today
    lst: str | None
    given_k: int  # how many rows bear that given name, with its marks
    bits: float | None  # how rare the name is in that commune: minus log2 of its share
    mother_b: float | None  # how rare each grown-up's name is in the whole list, in the same measure
    father_b: float | None
    head_b: float | None


COLUMN_NAMES = tuple(field.name for field in fields(Comparable))


def comparable(rows: Sequence[Mapping[str, str]]) -> list[Comparable]:
    """ROWS (cells as text, by the column names of `match file`) made comparable, numbered from 0."""
    made = unweighed(_years_alone(rows))
    rarity = Rarity()
    rarity.count(made)
    rarity.weigh(made)
    return made


def _years_alone(rows: Sequence[Mapping[str, str]]) -> Iterable[Mapping[str, str]]:
    """ROWS as they are; but where far more children than can be are born on the first of January, lists here write a
    birth year so, and such a date is its year alone."""
    first = [_first_of_january(row) for row in rows]
    dated = sum(place is not None for place in first)
    if sum(map(bool, first)) < max(_FEW, dated * _JANUARY_FIRST):
        return rows
    return (
        {**row, "birth_precision": "year"} if is_first else row for row, is_first in zip(rows, first, strict=True)
    )  # fmt: skip


def _first_of_january(row: Mapping[str, str]) -> bool | None:
    """Whether a row's birth date, known to the day as far as it says, is a first of January; None where it is not."""
    born = birth(row.get("birth_date") or "", row.get("birth_precision") or "")
    return (born.first.month, born.first.day) == (1, 1) if born and born.precision == "day" else None


def unweighed(rows: Iterable[Mapping[str, str]], first: int = 0) -> list[Comparable]:
    """The same numbered from FIRST, before it is known how rare each name is."""
    return [_one(place, row) for place, row in enumerate(rows, start=first)]


def _one(place: int, row: Mapping[str, str]) -> Comparable:
    get = row.get
    pid = number(get("personal_id"))
    name = _name(get("full_name") or "")
    born = birth(get("birth_date") or "", get("birth_precision") or "")
    exact = born.first if born and born.precision == "day" else None
    commune = commune_key(get("commune") or "", get("list_date") or "")
    return Comparable(
        place, pid, pid[6:] if pid else None, *name,
        exact.isoformat() if exact else None, _swappable(exact) if exact else None,
        born.first.year if born else None, born.first.month if born and born.precision != "year" else None,
        (exact - date(1970, 1, 1)).days if exact else None,
        sex(get("sex") or ""), ethnicity(get("ethnicity") or ""),
        *_grown(get("mother_name") or ""), *_grown(get("father_name") or ""), *_grown(get("household_head") or ""),
        village_name(nfc(get("village") or "")) or None, commune, root(commune) if commune else None,
        nfc(get("list_id") or "") or None, 0, None, None, None, None,
    )  # fmt: skip


@lru_cache(maxsize=131072)
def _name(
    text: str,
) -> tuple[
    str | None,
    str | None,
    int | None,
    str | None,
    str | None,
    str | None,
    str | None,
    str | None,
    str | None,
    int,
    bool | None,
]:
    if unnamed(text):
        return (None, None, None, None, None, None, None, None, None, 0, None)
    flat = folded(text)
    words = flat.split()
    marked = normalised(text).split()
    clan = words[0] if len(words) > 1 else None
    return (
        normalised(text), flat, letters(flat), core_words(flat), clan, words[-1], marked[-1], sound(words[-1]),
        " ".join(words[1:-1]) or None, len(words), marked[-1] in nicknames(),
    )  # fmt: skip


@lru_cache(maxsize=131072)
def _grown(text: str) -> tuple[str | None, str | None, int | None, str | None, str | None, bool | None]:
    flat = folded(text)
    if not flat or unnamed(text):
        return (None, None, None, None, None, None)
    in_use = flat.split()[-1] in _folded_in_use()
    return normalised(text), flat, letters(flat), core_words(flat), sound(flat.split()[-1]), in_use


def letters(flat: str) -> int:
    """The letters of a folded name as bits: a to z, and one for all else.

    >>> letters("ba") == letters("ab ") == 0b11
    True
    """
    found = 0
    for letter in flat.replace(" ", ""):
        place = ord(letter) - 97
        found |= 1 << (place if 0 <= place < 26 else 26)
    return found


def core_words(flat: str) -> str:
    """The telling words of a folded name sorted: order and Văn, Thị, A make no difference."""
    words = flat.split()
    telling = [word for word in words if word not in _FILLERS]
    if len(telling) < 2 and words and words[-1] in _FILLERS:  # a child called A
        telling.append(words[-1])
    return " ".join(sorted(telling))


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """A folded syllable with the letters that are confused here made one: s/x, ch/tr, l/n, i/y, d/gi/r, n/ng/nh."""
    for old, new in _SOUNDS:
        word = word.replace(old, new)
    return re.sub(r"(.)\1+", r"\1", word)


@lru_cache(maxsize=65536)
def birth(text: str, precision: str) -> OpenDate | None:
    """The birth date: ISO or day first; PRECISION may say that a full date stands for its month or year only."""
    text = text.strip()
    try:
        born = _read_birth(text)
    except ValueError:
        return None
    if born is None or not 1990 <= born.first.year <= 2100:
        return None
    said = folded(precision).replace("_", " ")
    if "day" in said or "ngay" in said or said in ("d", "ymd", "dmy"):
        return born
    if "month" in said or "thang" in said or said in ("m", "ym", "my"):
        return OpenDate.of(born.first.year, born.first.month) if born.precision == "day" else born
    if "year" in said or "nam" in said.split() or said in ("y", "yyyy"):
        return OpenDate.of(born.first.year)
    return born


def _read_birth(text: str) -> OpenDate | None:
    """As the many lists write it; a day or month of 00 is one that is not known."""
    if found := _YEAR.match(text):
        return _open(found[1])
    if found := (_ISO.match(text) or _PLAIN.match(text)):
        return _open(*found.groups())
    if found := _DAY_FIRST.match(text):
        day, month = (found[2], found[1]) if int(found[2]) > 12 else (found[1], found[2])
        return _open(found[3] if len(found[3]) == 4 else f"20{found[3]}", month, day)
    if found := _MONTH_FIRST.match(text):
        return _open(found[2], found[1])
    if found := _IN_WORDS.match(folded(text)):
        return _open(found[3], found[2], found[1] if found[2] else None)
    return None


def _open(year: str, month: str | None = None, day: str | None = None) -> OpenDate:
    if not month or not int(month):
        return OpenDate.of(int(year))
    return OpenDate.of(int(year), int(month), int(day) if day and int(day) else None)


def _swappable(day: date) -> str:
    low, high = sorted((day.day, day.month))
    return f"{day.year}-{low:02d}-{high:02d}" if high <= 12 else day.isoformat()


@lru_cache(maxsize=256)
def sex(text: str) -> str | None:
    word = folded(text)
    if word in ("m", "nam", "trai", "male", "1", "boy"):
        return "M"
    return "F" if word in ("f", "nu", "gai", "female", "2", "0", "girl") else None


@lru_cache(maxsize=4096)
def ethnicity(text: str) -> str | None:
    """The code of an ethnic group, from its code or name; a name not known stands for itself."""
    word = folded(text)
    if not word:
        return None
    if word.isdigit():
        return word.zfill(2)
    for code, group in ethnic_groups().items():
        if word.replace(" ", "") in (folded(n).replace(" ", "") for n in (group.name, *group.other_names)):
            return code
    return {"mong": "08", "h mong": "08", "hmong": "08"}.get(word, word)


@lru_cache(maxsize=65536)
def commune_key(text: str, listed: str) -> str | None:
    """CODE@DATE of a commune given as key, code or name; the list's date decides what a reused code means."""
    text = nfc(text)
    if not text or text in units():
        return text or None
    if "@" in text:  # a code and a day on which it was in force, or a code that nobody knows
        code, _, since = text.partition("@")
        text, listed = code.strip(), since
    day = birth(listed, "")
    on = day.first if day else date(REFORM.year - 1, 12, 31)
    if text.isdigit():
        unit = unit_on(text.zfill(5), on)
        return unit.key if unit else f"{text.zfill(5)}@{on.year if on >= REFORM else 1900}"
    found = communes_named(text, on) or communes_named(text.partition(",")[0], on)
    return found[0].key if len(found) == 1 else folded(text)


@lru_cache(maxsize=4096)
def root(commune: str) -> str:
    return later_units(commune)[-1]


class Rarity:
    """How rare each name is: a child's in its commune, drawn to its share in the whole list and to what is assumed of
    any; a grown-up's in the whole list (a given name alone, among given names)."""

    def __init__(self) -> None:
        self._whole: Counter[str] = Counter()
        self._local: Counter[tuple[str | None, str]] = Counter()
        self._homes: Counter[str | None] = Counter()
        self._given: Counter[str] = Counter()
        self._grown: Counter[str] = Counter()
        self._named = 0  # grown-ups

    def count(self, rows: Sequence[Comparable], times: int = 1) -> None:
        """Take the names of ROWS into account; with TIMES of -1, take them out again."""
        for row in rows:
            if row.core:
                self._whole[row.core] += times
                self._local[row.root, row.core] += times
                self._homes[row.root] += times
            if row.given_n:
                self._given[row.given_n] += times
            for name in (row.mother_s, row.father_s, row.head_s):
                if name:
                    self._named += times
                    self._grown[name] += times
            for full, flat in ((row.mother_s, row.mother_f), (row.father_s, row.father_f), (row.head_s, row.head_f)):
                if full and flat and " " in full:
                    self._grown[flat.rpartition(" ")[2]] += times

    def weigh(self, rows: Sequence[Comparable]) -> None:
        """Fill in `given_k`, `bits` and the rarity of the grown-ups."""
        total = self._whole.total()
        for row in rows:
            if row.core and row.given_n:
                row.given_k = max(self._given[row.given_n], IN_USE if row.given_n in names_in_use() else 0)
                share = (self._whole[row.core] + _SMOOTHING * _ASSUMED_SHARE) / (total + _SMOOTHING)
                near = (self._local[row.root, row.core] + _SMOOTHING * share) / (self._homes[row.root] + _SMOOTHING)
                row.bits = -math.log2(near)
            row.mother_b, row.father_b, row.head_b = map(self._bits, (row.mother_s, row.father_s, row.head_s))

    def _bits(self, name: str | None) -> float | None:
        if not name:
            return None
        assumed = _ASSUMED_SHARE if " " in name else _ASSUMED_GIVEN
        return -math.log2((self._grown[name] + _SMOOTHING * assumed) / (self._named + _SMOOTHING))
