"""Rows of any list made comparable: names in parts, dates with their precision, places along the succession.

Each column of the table that comes out is one thing that the comparisons in comparisons.toml speak of. A cell that
cannot be read is a blank: evidence of nothing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from importlib import resources

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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


_TEXT, _WHOLE, _NUMBER, _FLAG = pa.string(), pa.int32(), pa.float64(), pa.bool_()
_NAME: dict[str, pa.DataType] = {
    "name_n": _TEXT,  # with tone marks
    "name_f": _TEXT,  # without
    "name_m": _WHOLE,  # the letters it is made of, as bits
    "core": _TEXT,  # the telling words, sorted
    "clan": _TEXT,
    "given": _TEXT,
    "given_n": _TEXT,
    "given_p": _TEXT,  # as it sounds
    "middle": _TEXT,  # the words between clan and given name
    "words": _WHOLE,
    "nick": _FLAG,  # whether the given name is one that is used at home alone
}
_BIRTH: dict[str, pa.DataType] = {
    "bdate": _TEXT,  # YYYY-MM-DD, known to the day
    "bkey": _TEXT,  # the same for 05/03 and 03/05
    "byear": _WHOLE,
    "bmonth": _WHOLE,
    "bday": _WHOLE,  # days since 1970-01-01
}
_ADULTS = {"mother": "mother_name", "father": "father_name", "head": "household_head"}  # and their columns


def _adult(who: str) -> dict[str, pa.DataType]:
    """With marks, without, its letters, its telling words, the given name as it sounds, whether that one is in use."""
    kinds = {"n": _TEXT, "f": _TEXT, "m": _WHOLE, "s": _TEXT, "g": _TEXT, "u": _FLAG}
    return {f"{who}_{part}": kind for part, kind in kinds.items()}


_PLACE: dict[str, pa.DataType] = {"commune": _TEXT, "root": _TEXT}  # the root is what the commune is today
SCHEMA = pa.schema(
    {
        "unique_id": _WHOLE,
        "pid": _TEXT,
        "pid_end": _TEXT,  # the last six digits
        **_NAME,
        **_BIRTH,
        "sex": _TEXT,
        "eth": _TEXT,
        **_adult("mother"),
        **_adult("father"),
        **_adult("head"),
        "village": _TEXT,
        **_PLACE,
        "lst": _TEXT,
        "given_k": _WHOLE,  # how many rows bear that given name, with its marks
        "bits": _NUMBER,  # how rare the name is in that commune: minus log2 of its share
        "mother_b": _NUMBER,  # how rare each grown-up's name is in the whole list, in the same measure
        "father_b": _NUMBER,
        "head_b": _NUMBER,
    }
)
"""One row of a list as the comparisons see it; null is a blank."""

_BREAK = "\x1f"  # between two cells that are read together


def comparable(rows: Sequence[Mapping[str, str]]) -> pa.Table:
    """ROWS (cells as text, by the column names of `match file`) made comparable, numbered from 0: a table by SCHEMA."""
    made = _years_alone(unweighed(rows))
    if pc.count_distinct(made["lst"]).as_py() == 1:  # one list that may name a child twice tells no two children apart
        made = replaced(made, "lst", pa.nulls(len(made), _TEXT))
    rarity = Rarity()
    rarity.count(made)
    return rarity.weigh(made)


def _years_alone(made: pa.Table) -> pa.Table:
    """MADE as it is; but where far more children than can be are born on the first of January, lists here write a
    birth year so, and such a date is its year alone."""
    days = column(made, "bdate")
    first = pc.fill_null(pc.ends_with(days, "-01-01"), False)
    if pc.sum(first, min_count=0).as_py() < max(_FEW, (len(days) - days.null_count) * _JANUARY_FIRST):
        return made
    for name in ("bdate", "bkey", "bmonth", "bday"):
        made = replaced(made, name, pc.if_else(first, None, column(made, name)))
    return made


def unweighed(rows: Sequence[Mapping[str, str]], first: int = 0) -> pa.Table:
    """The same numbered from FIRST, before it is known how rare each name is."""
    cells = {name: pa.array([row.get(name) or "" for row in rows], _TEXT) for name in _READ}
    read = _of_each(cells["personal_id"], {"pid": _TEXT, "pid_end": _TEXT}, _numbered)
    read |= _of_each(cells["full_name"], _NAME, _name)
    read |= _of_each(_together(cells["birth_date"], cells["birth_precision"]), _BIRTH, _born)
    read |= _of_each(cells["sex"], {"sex": _TEXT}, lambda text: (sex(text),))
    read |= _of_each(cells["ethnicity"], {"eth": _TEXT}, lambda text: (ethnicity(text),))
    for who, name in _ADULTS.items():
        read |= _of_each(cells[name], _adult(who), _grown)
    read |= _of_each(cells["village"], {"village": _TEXT}, lambda text: (village_name(nfc(text)) or None,))
    read |= _of_each(_together(cells["commune"], cells["list_date"]), _PLACE, _placed)
    read |= _of_each(cells["list_id"], {"lst": _TEXT}, lambda text: (nfc(text) or None,))
    read["unique_id"] = pa.array(range(first, first + len(rows)), _WHOLE)
    read["given_k"] = pa.array([0] * len(rows), _WHOLE)
    return pa.table([read.get(name, pa.nulls(len(rows), _NUMBER)) for name in SCHEMA.names], schema=SCHEMA)


_READ = (
    "full_name", "birth_date", "birth_precision", "sex", "ethnicity", "personal_id", *_ADULTS.values(), "village",
    "commune", "list_date", "list_id",
)  # fmt: skip


def column(made: pa.Table, name: str) -> pa.Array:
    """A column of the table MADE in one piece."""
    return made[name].combine_chunks()


def replaced(made: pa.Table, name: str, values: pa.Array) -> pa.Table:
    """MADE with other VALUES in a column."""
    place = made.schema.get_field_index(name)
    return made.set_column(place, made.schema.field(place), values)


def _together(one: pa.Array, other: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(one, other, _BREAK)


def _of_each(
    texts: pa.Array, kinds: Mapping[str, pa.DataType], work: Callable[[str], tuple[object, ...]]
) -> dict[str, pa.Array]:
    """The columns that WORK makes of each text: of each distinct one once, for a list repeats its names, days and places."""
    coded = texts.dictionary_encode()
    made = [work(text) for text in coded.dictionary.to_pylist()]
    parts = zip(*made, strict=True) if made else ([] for _ in kinds)
    return {
        name: pa.array(part, kind).take(coded.indices) for (name, kind), part in zip(kinds.items(), parts, strict=True)
    }  # fmt: skip


def _numbered(text: str) -> tuple[str | None, str | None]:
    digits = number(text)
    return digits, digits[6:] if digits else None


def _born(text: str) -> tuple[str | None, str | None, int | None, int | None, int | None]:
    born = birth(*text.rsplit(_BREAK, 1))
    if born is None:
        return None, None, None, None, None
    if born.precision != "day":
        return None, None, born.first.year, born.first.month if born.precision == "month" else None, None
    day = born.first
    return day.isoformat(), _swappable(day), day.year, day.month, (day - date(1970, 1, 1)).days


def _placed(text: str) -> tuple[str | None, str | None]:
    commune = commune_key(*text.rsplit(_BREAK, 1))
    return commune, root(commune) if commune else None


def _name(text: str) -> tuple[object, ...]:
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


def _grown(text: str) -> tuple[object, ...]:
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
        self._local: Counter[str] = Counter()
        self._homes: Counter[str] = Counter()
        self._given: Counter[str] = Counter()
        self._grown: Counter[str] = Counter()
        self._named = 0  # grown-ups

    def count(self, made: pa.Table, times: int = 1) -> None:
        """Take the names of the table MADE into account; with TIMES of -1, take them out again."""
        for core, seen in _tally(column(made, "core")):
            self._whole[core] += times * seen
        for place, seen in _tally(_at_home(made)):
            self._local[place] += times * seen
            self._homes[place.partition(_BREAK)[0]] += times * seen
        for given, seen in _tally(column(made, "given_n")):
            self._given[given] += times * seen
        for who in _ADULTS:
            for flat, seen in _tally(column(made, f"{who}_f")):
                if full := core_words(flat):
                    self._named += times * seen
                    self._grown[full] += times * seen
                if " " in full:
                    self._grown[flat.rpartition(" ")[2]] += times * seen

    def weigh(self, made: pa.Table) -> pa.Table:
        """MADE with `given_k`, `bits` and the rarity of the grown-ups filled in."""
        named = pc.and_(pc.is_valid(column(made, "core")), pc.is_valid(column(made, "given_n")))
        borne = _looked_up(column(made, "given_n"), self._borne_by)
        made = replaced(made, "given_k", pa.array(np.where(named, borne, 0), _WHOLE))
        total = self._whole.total()
        share = (_looked_up(column(made, "core"), self._whole.__getitem__) + _SMOOTHING * _ASSUMED_SHARE) / (
            total + _SMOOTHING
        )
        there = _looked_up(_at_home(made), self._local.__getitem__)
        homes = _looked_up(pc.fill_null(column(made, "root"), ""), self._homes.__getitem__)
        bits = -np.log2((there + _SMOOTHING * share) / (homes + _SMOOTHING))
        made = replaced(made, "bits", pa.array(bits, _NUMBER, mask=~np.asarray(named)))
        for who in _ADULTS:
            values = _looked_up(column(made, f"{who}_s"), self._bits)
            made = replaced(made, f"{who}_b", pa.array(values, _NUMBER, mask=np.isnan(values)))
        return made

    def _borne_by(self, given: str) -> int:
        return max(self._given[given], IN_USE if given in names_in_use() else 0)

    def _bits(self, name: str) -> float:
        if not name:
            return math.nan
        assumed = _ASSUMED_SHARE if " " in name else _ASSUMED_GIVEN
        return -math.log2((self._grown[name] + _SMOOTHING * assumed) / (self._named + _SMOOTHING))


def _at_home(made: pa.Table) -> pa.Array:
    """The telling words of each name with where it is borne."""
    return _together(pc.fill_null(column(made, "root"), ""), column(made, "core"))


def _tally(texts: pa.Array) -> Iterable[tuple[str, int]]:
    """Each distinct text and how often it stands there; no blank."""
    counted = pc.value_counts(texts.drop_null())
    return zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True)


def _looked_up(texts: pa.Array, value: Callable[[str], float]) -> np.ndarray:
    """The VALUE of each text as a number; not a number where it is blank."""
    coded = texts.dictionary_encode()
    values = np.array([value(text) for text in coded.dictionary.to_pylist()] + [math.nan])
    return np.asarray(values[pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)])
