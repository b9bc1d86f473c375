"""What several comparisons say at once: how rare the name is that agrees, whether the household's grown-ups agree, signs of
two children, and how name, day and grown-ups agree together. Each is a ladder of patterns.toml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from childdb.matching.comparisons import Comparison, comparisons, patterns
from childdb.matching.prepare import column

_GROWN = ("mother", "father", "head")
ONE_NAME = ("equal", "without_marks", "other_name_by_marks", "other_tone", "other_marks", "order")
_NEAR_NAME = ("other_middle", "part", "near_name", "slip_elsewhere", "slip", "two_slips", "given_alone")
_OTHER_NAME = ("given", "clan", "differ")
_ALL_BUT_ONE_NAME = (*_OTHER_NAME, "near_name", "slip", "two_slips", "middle_for_given", "other_middle")
_NEARLY_TWO_NAMES = ("other_name_by_marks", "other_tone", "near_name", "other_middle")
_ONE_DAY = ("equal", "swapped")
_NEAR_DAY = ("open_month", "open", "day_slip", "new_year", "month_slip", "year_slip", "month")
_SIBLINGS_DAYS = 240
_NUMBERS = ("bits", "mother_b", "father_b", "head_b", "bday", "byear")
_NAMES = ("mother_s", "father_s", "head_s")
_RARE = (("r11", 11.0), ("r10", 10.2), ("r9", 9.4), ("r8", 8.5), ("r7", 7.5))
_SHARED = (("f26", 26.0), ("f21", 21.0), ("f17", 17.0), ("f14", 14.0), ("f11", 11.0), ("f8", 8.0), ("f1", 0.5))


class Columns:
    """What the patterns read of rows, as numbers, made once for all blocks of pairs."""

    def __init__(self, rows: pa.Table) -> None:
        self.numbers = {
            name: np.asarray(column(rows, name).cast(pa.float64()).to_numpy(zero_copy_only=False)) for name in _NUMBERS
        }
        # the three are told apart by one code, since the head here may be the father there; a blank is -1
        names = pa.concat_arrays([column(rows, name) for name in _NAMES]).dictionary_encode().indices
        codes = pc.fill_null(names, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        self.names = dict(zip(_NAMES, np.split(codes, len(_NAMES)), strict=True))


def gammas_of(columns: Columns, pairs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The level of each pattern for PAIRS (left, right and the levels of the comparisons), as Splink numbers levels."""
    seen = _Pairs(columns, pairs)
    made = {"rarity": _rarity(seen), "family": _family(seen), "kin": _kin(seen), "together": _together(seen),
            "numbered": _numbered(seen), "confirmed": _confirmed(seen)}  # fmt: skip
    return {entry.id: _gammas(entry, *made[entry.id]) for entry in patterns()}


def weigh_patterns(pairs: Mapping[str, np.ndarray], weights: Mapping[str, Mapping[str, float]]) -> np.ndarray:
    """The bits that the patterns add to each pair."""
    total = np.zeros(len(pairs["left"]))
    for entry in patterns():
        known = weights.get(entry.id, {})
        bits = [known.get(level.id, 0.0) for level in reversed(entry.levels)] + [0.0]  # the last for blanks: gamma -1
        total += np.asarray(bits)[pairs[entry.id]]
    return total


class _Pairs:
    """Columns of rows and levels of comparisons, pair by pair."""

    def __init__(self, columns: Columns, pairs: Mapping[str, np.ndarray]) -> None:
        self._columns, self._pairs = columns, pairs
        self.left, self.right = pairs["left"], pairs["right"]
        self._ladders = {entry.id: entry for entry in comparisons()}
        self.agrees = {who: self.at(who, ("equal", "without_marks", "part", "slip")) for who in _GROWN}
        head, parents = self._names("head_s"), {who: self._names(f"{who}_s") for who in ("mother", "father")}
        # the head counts apart unless he is a parent who agrees already; and he may be a parent on the other side
        same = {who: _both(head[0], names[0]) | _both(head[1], names[1]) for who, names in parents.items()}
        crossed = {who: _both(head[0], names[1]) | _both(head[1], names[0]) for who, names in parents.items()}
        self.head_apart = self.agrees["head"].copy()
        for who, alike in same.items():
            self.head_apart &= ~(self.agrees[who] & alike)
        self.crossed = np.zeros(len(self.left), bool)
        for who, meets in crossed.items():
            self.crossed |= meets & ~self.agrees[who] & ~self.agrees["head"]
        self.swapped = self.at("mother", ("crossed",)) | self.at("father", ("crossed",))  # one is the other there
        self.agreeing = (
            self.agrees["mother"].astype(int) + self.agrees["father"] + self.head_apart + self.crossed + self.swapped
        )  # fmt: skip
        blank = [self._pairs[who] < 0 for who in _GROWN]
        self.head_is_parent = same["mother"] | same["father"]
        self.nobody = blank[0] & blank[1] & blank[2] & ~self.crossed
        self.parent = self.agrees["mother"] | self.agrees["father"]
        # another clan is another mother; a father or head may be written under another name of his
        self.differs = {who: self.at(who, ("differ", "given")) for who in _GROWN}
        self.named = self._pairs["name"] >= 0

    def at(self, name: str, levels: Sequence[str]) -> np.ndarray:
        """Which pairs reached one of LEVELS of the comparison NAME."""
        entry = self._ladders[name]
        return np.isin(self._pairs[name], [entry.gamma(level) for level in levels])

    def least(self, column: str) -> np.ndarray:
        """The lesser of the two sides' numbers; where one is blank, not a number."""
        values = self._columns.numbers[column]
        return np.asarray(np.minimum(values[self.left], values[self.right]))

    def apart(self, column: str) -> np.ndarray:
        values = self._columns.numbers[column]
        return np.asarray(np.abs(values[self.left] - values[self.right]))

    def _names(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        """The names of a column as numbers, on the left and on the right; -1 where it is blank."""
        coded = self._columns.names[column]
        return coded[self.left], coded[self.right]


def _both(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.asarray((one == other) & (one >= 0))


Found = tuple[dict[str, np.ndarray], np.ndarray]
"""Where each level may hold (the first in the ladder's order does), and where the pattern is blank."""


def _gammas(entry: Comparison, levels: Mapping[str, np.ndarray], blank: np.ndarray) -> np.ndarray:
    rest = [level.id for level in entry.levels if level.id not in levels]
    conditions = [blank, *(levels[level.id] for level in entry.levels if level.id in levels)]
    gammas = [-1, *(entry.gamma(level.id) for level in entry.levels if level.id in levels)]
    return np.select(conditions, gammas, default=entry.gamma(rest[0]) if rest else -1)


def _rarity(seen: _Pairs) -> Found:
    """How much it says that the name agrees, or nearly; read only where it does."""
    bits = seen.least("bits")
    agree = seen.at("name", (*ONE_NAME, *_NEAR_NAME))
    return {name: bits >= least for name, least in _RARE}, ~agree


def _family(seen: _Pairs) -> Found:
    """Whether grown-ups agree, in any part, and how rare their names are taken together."""
    bits = np.zeros(len(seen.left))
    for who, counted in (
        ("mother", seen.agrees["mother"]),
        ("father", seen.agrees["father"]),
        ("head", seen.head_apart),
    ):
        bits += np.where(counted, np.nan_to_num(seen.least(f"{who}_b")), 0.0)
    heads = seen.least("head_b")
    bits += np.where(seen.swapped, np.nan_to_num(seen.least("mother_b")), 0.0)
    bits += np.where(seen.crossed, np.where(np.isnan(heads), 8.0, heads), 0.0)
    return {name: bits >= least for name, least in _SHARED}, seen.nobody


def _kin(seen: _Pairs) -> Found:
    """What differs while all else agrees: two children, not one."""
    one_day, one_name = seen.at("birth", ("equal",)), seen.at("name", ONE_NAME)
    mother_blank = ~seen.agrees["mother"] & ~seen.differs["mother"]
    family = seen.agrees["mother"] | (mother_blank & (seen.agrees["father"] | seen.agrees["head"]))
    other = seen.at("name", _ALL_BUT_ONE_NAME)
    return {
        "twins": one_day & seen.at("name", _OTHER_NAME) & family,
        "near_twins": one_day & seen.at("name", _NEARLY_TWO_NAMES) & (seen.parent | seen.agrees["head"]),
        "siblings": (seen.apart("bday") > _SIBLINGS_DAYS) & other & seen.parent,
        "siblings_year": (seen.apart("byear") > 0) & other & seen.parent,
        "cousins": seen.differs["mother"] & seen.agrees["head"],
        "namesakes": one_name & seen.differs["mother"] & (seen.differs["father"] | seen.differs["head"]),
        "namesakes_mother": one_name & seen.differs["mother"],
        "namesakes_father": one_name & seen.differs["father"] & ~seen.agrees["mother"],
    }, ~seen.named | np.isnan(seen.least("byear"))  # fmt: skip


def _together(seen: _Pairs) -> Found:
    """What agrees at once says more, or less, than each alone."""
    names = {"name": seen.at("name", ONE_NAME), "near": seen.at("name", (*ONE_NAME, *_NEAR_NAME))}
    days = {"day": seen.at("birth", _ONE_DAY), "slip": seen.at("birth", (*_ONE_DAY, *_NEAR_DAY))}
    grown = {"two": seen.agreeing >= 2, "one": seen.agreeing == 1, "none": seen.agreeing == 0}
    levels = {
        level.id: names[level.id.split("_")[0]] & days[level.id.split("_")[1]] & grown[level.id.split("_")[2]]
        for entry in patterns() if entry.id == "together" for level in entry.levels if level.id != entry.absent
    }  # fmt: skip
    return levels, ~seen.named | seen.nobody


def _numbered(seen: _Pairs) -> Found:
    """What agrees besides an equal number."""
    name, day = seen.at("name", ONE_NAME), seen.at("birth", _ONE_DAY)
    return {
        "name_day": name & day,
        "name_near": name & seen.at("birth", _NEAR_DAY),
        "near_day": seen.at("name", _NEAR_NAME) & day,
    }, ~seen.at("number", ("equal",)) | ~seen.named  # fmt: skip


def _confirmed(seen: _Pairs) -> Found:
    """Whom a name and a day do not suffice for: namesakes of one day, and cousins under one head."""
    nobody = (seen.agreeing == 0) & ~seen.at("number", ("slip_named",))
    alone = (seen.agreeing == 1) & seen.head_apart & ~seen.head_is_parent
    return {"nobody": nobody, "head_alone": alone & ~seen.at("birth", _ONE_DAY)}, ~seen.named
