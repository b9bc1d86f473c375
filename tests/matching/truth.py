"""Lists of a district with known truth: children written twice with the mistakes of real lists, at stated rates."""

from __future__ import annotations

import math
import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from schemas.codes import PROVINCE_ID_CODES, successor_of
from tests.matching.population import COMMUNES, Child, Population

COLUMNS = (
    "record_id", "list_id", "list_date", "full_name", "birth_date", "birth_precision", "sex", "ethnicity",
    "personal_id", "mother_name", "father_name", "household_head", "village", "commune",
)  # fmt: skip


DISTRICT = 20_000  # rows of one district's lists


@dataclass(frozen=True)
class Rates:
    """How often each mistake stands in one row; `plain_list` and `no_*` are shares of whole lists."""

    duplicates: float = 0.15
    hard: float = 0.02
    variety: float = 1.0
    same_list: float = 0.10  # of the duplicates, those on the very list of the first record
    moved_commune: float = 0.12
    moved_village: float = 0.06
    reform: float = 0.10  # lists after 1 July 2025, in the new communes
    plain_list: float = 0.10  # typed without any mark
    no_number: float = 0.35
    no_mother: float = 0.08
    no_father: float = 0.30
    no_head: float = 0.30
    no_ethnicity: float = 0.30
    year_list: float = 0.03
    number_blank: float = 0.20
    number_slip: float = 0.02
    number_other: float = 0.004  # another number altogether
    parents_swapped: float = 0.005  # the mother in the father's column
    new_year: float = 0.006  # a day that nobody knew, written as the first of January
    number_swapped: float = 0.001  # a twin's or sibling's number in the wrong row
    name_plain: float = 0.04
    name_slip: float = 0.05
    name_part_lost: float = 0.03
    name_order: float = 0.015
    nickname: float = 0.01
    name_blank: float = 0.004
    grown_blank: float = 0.08
    grown_slip: float = 0.05
    grown_part: float = 0.04
    head_changed: float = 0.05
    day_month: float = 0.025
    date_slip: float = 0.03
    year_only: float = 0.02
    month_only: float = 0.01
    date_blank: float = 0.003
    sex_wrong: float = 0.006
    sex_blank: float = 0.01
    village_blank: float = 0.05

    def times(self, factor: float) -> Rates:
        """The same mistakes, FACTOR times as often."""
        kept = {"duplicates", "hard", "variety", "same_list", "reform"}
        return replace(self, **{k: min(0.9, v * factor) for k, v in self.__dict__.items() if k not in kept})


MILD = Rates().times(0.5)
USUAL = Rates()
HARSH = Rates(no_number=0.6, no_mother=0.2, number_blank=0.4).times(1.6)
BLANK = Rates(no_number=1.0, no_father=0.7, no_head=0.6, no_ethnicity=0.7, grown_blank=0.15)
MANY_NAMES = Rates(variety=1.6)
TYPED_BADLY = Rates(name_slip=0.15, grown_slip=0.15, date_slip=0.08, day_month=0.06, name_plain=0.15, nickname=0.03)
REGIMES = {
    "mild": MILD, "usual": USUAL, "harsh": HARSH, "without numbers": BLANK, "many names": MANY_NAMES,
    "typed badly": TYPED_BADLY,
}  # fmt: skip


@dataclass(frozen=True)
class _List:
    """One list as its writer keeps it: what it has no column for, and how it is typed."""

    key: str
    day: date
    commune: str
    missing: frozenset[str]
    plain: bool
    years: bool


def records(count: int, seed: int, rates: Rates = USUAL) -> tuple[list[dict[str, str]], dict[str, int]]:
    """COUNT rows (cells as text, as a CSV gives them) and the child key of each record_id."""
    chance = random.Random(seed * 7919 + 13)
    copies = int(count * rates.duplicates)
    children = Population(count - copies, seed, rates.hard, rates.variety).children
    writer = _Writer(chance, rates, children)
    rows = [(child, writer.home_list(child)) for child in children]
    first = dict(enumerate(lst for _, lst in rows))
    siblings_twice = [c for c in children if c.kin]
    for _ in range(copies):
        child = chance.choice(siblings_twice if siblings_twice and chance.random() < 0.04 else children)
        rows.append((child, writer.other_list(child, first[child.key])))
    chance.shuffle(rows)
    out, truth = [], {}
    for number, (child, lst) in enumerate(rows, start=1):
        row = writer.write(child, lst)
        row["record_id"] = f"R{number:06d}"
        out.append({column: row[column] for column in COLUMNS})
        truth[row["record_id"]] = child.key
    return out, truth


def province(count: int, seed: int, rates: Rates = USUAL) -> Iterator[dict[str, str]]:
    """COUNT rows of many districts of this kind, each with communes, lists and numbers of its own: a long list in which, as
    in truth, the communes are many and not large. At most 63 districts; no more than some 1.2 million rows."""
    numbers = sorted(PROVINCE_ID_CODES)
    for district, code in zip(range(math.ceil(count / DISTRICT)), numbers, strict=False):
        rows, _ = records(min(DISTRICT, count - district * DISTRICT), seed * 1000 + district, rates)
        for row in rows:
            commune, _, since = row["commune"].partition("@")
            yield row | {
                "record_id": f"{district}-{row['record_id']}", "list_id": f"{district}/{row['list_id']}",
                "commune": f"8{district:02d}{commune[-2:]}@{since}",
                "personal_id": row["personal_id"] and code + row["personal_id"][3:],
            }  # fmt: skip


class _Writer:
    def __init__(self, chance: random.Random, rates: Rates, children: list[Child]) -> None:
        self.chance, self.rates, self.children = chance, rates, children
        self.lists = {commune: self._lists_of(commune) for commune in COMMUNES}

    def _lists_of(self, commune: str) -> list[_List]:
        kinds = [("dangky", 2), ("cando", 2), ("tiemchung", 2), ("truong", 1), ("ngheo", 1)]
        return [self._list(f"{kind}-{commune[:5]}-{turn}", commune) for kind, turns in kinds for turn in range(turns)]

    def _list(self, key: str, commune: str) -> _List:
        chance, rates = self.chance, self.rates
        lacks = {
            "personal_id": rates.no_number, "mother_name": rates.no_mother, "father_name": rates.no_father,
            "household_head": rates.no_head, "ethnicity": rates.no_ethnicity,
        }  # fmt: skip
        missing = frozenset(column for column, rate in lacks.items() if chance.random() < rate)
        if {"mother_name", "father_name", "household_head"} <= missing:
            missing -= {chance.choice(["mother_name", "father_name", "household_head"])}
        day = date(2023, 12, 5) + timedelta(days=chance.randint(0, 330))
        if chance.random() < rates.reform:
            day = date(2025, 7, 15) + timedelta(days=chance.randint(0, 120))
        return _List(key, day, commune, missing, chance.random() < rates.plain_list, chance.random() < rates.year_list)

    def home_list(self, child: Child) -> _List:
        return self.chance.choices(self.lists[child.commune], [6, 1, 2, 1, 2, 1, 1, 1])[0]

    def other_list(self, child: Child, first: _List) -> _List:
        if self.chance.random() < self.rates.same_list:
            return first
        commune = child.commune
        if self.chance.random() < self.rates.moved_commune:
            commune = self.chance.choice(COMMUNES)
        return self.chance.choice([lst for lst in self.lists[commune] if lst is not first])

    # -- one row

    def write(self, child: Child, lst: _List) -> dict[str, str]:
        rates, roll = self.rates, lambda rate: self.chance.random() < rate
        born, precision = self._birth(child, lst)
        sex = "" if roll(rates.sex_blank) else "FM"[child.sex == "F"] if roll(rates.sex_wrong) else child.sex
        sex = child.sex if sex and not roll(rates.sex_wrong) else sex
        row = {
            "list_id": lst.key,
            "list_date": lst.day.isoformat(),
            "full_name": self._name(child),
            "birth_date": born,
            "birth_precision": precision,
            "sex": sex,
            "ethnicity": child.ethnicity,
            "personal_id": self._number(child),
            "mother_name": self._grown(child.mother),
            "father_name": self._grown(child.father),
            "household_head": self._head(child),
            "village": self._village(child, lst),
            "commune": self._commune(lst),
        }
        if roll(rates.parents_swapped):
            row["mother_name"], row["father_name"] = row["father_name"], row["mother_name"]
        for column in lst.missing:
            row[column] = ""
        if lst.plain:
            for column in ("full_name", "mother_name", "father_name", "household_head", "village"):
                row[column] = plain(row[column])
        return row

    def _birth(self, child: Child, lst: _List) -> tuple[str, str]:
        rates, chance = self.rates, self.chance
        day = child.born
        if chance.random() < rates.day_month and day.day <= 12:
            day = date(day.year, day.day, day.month)
        if chance.random() < rates.date_slip:
            day = self._slipped(day)
        if chance.random() < rates.new_year:
            day = date(day.year, 1, 1)
        draw = chance.random()
        if draw < rates.date_blank:
            return "", ""
        if lst.years or draw < rates.date_blank + rates.year_only:
            return f"{day.year}", "year"
        if draw < rates.date_blank + rates.year_only + rates.month_only:
            return f"{day:%Y-%m}", "month"
        return day.isoformat(), "day"

    def _slipped(self, day: date) -> date:
        kind = self.chance.choice(["day", "day", "month", "year"])
        try:
            if kind == "day":
                return day.replace(day=self.chance.choice([max(1, day.day - 1), day.day + 1, (day.day + 10) % 28 + 1]))
            if kind == "month":
                return day.replace(month=day.month % 12 + 1)
            return day.replace(year=day.year + self.chance.choice([-1, 1]))
        except ValueError:
            return day

    def _name(self, child: Child) -> str:
        rates, chance = self.rates, self.chance
        clan, middle, given = child.name
        if chance.random() < rates.name_blank:
            return chance.choice(["", "Trai" if child.sex == "M" else "Gái"])
        if chance.random() < rates.nickname:
            return f"{clan} {middle} {chance.choice(['Bi', 'Cún', 'Tý', 'Nhọng', 'Bống', 'Tôm', 'Sâu', 'Út'])}"
        if chance.random() < rates.name_part_lost:
            return chance.choice(
                [f"{clan} {given}", given, f"{middle} {given}", f"{clan} {middle.split()[-1]} {given}"]
            )
        if chance.random() < rates.name_order:
            return f"{given} {clan}" if child.ethnicity == "08" else f"{clan} {given} {middle}"
        return self._slips(child.full_name, rates.name_slip, rates.name_plain)

    def _slips(self, name: str, slip: float, marks: float) -> str:
        if self.chance.random() < marks:
            name = plain(name)
        return misspelt(name, self.chance) if self.chance.random() < slip else name

    def _grown(self, name: str) -> str:
        rates, chance = self.rates, self.chance
        if chance.random() < rates.grown_blank:
            return ""
        if chance.random() < rates.grown_part:
            return chance.choice([name.split()[-1], f"{name.split()[0]} {name.split()[-1]}"])
        return self._slips(name, rates.grown_slip, rates.name_plain)

    def _head(self, child: Child) -> str:
        head = child.head
        if self.chance.random() < self.rates.head_changed:
            head = self.chance.choice([child.father, child.mother])
        return self._grown(head)

    def _number(self, child: Child) -> str:
        rates, chance = self.rates, self.chance
        if chance.random() < rates.number_blank:
            return ""
        digits = child.number
        if chance.random() < rates.number_other:
            digits = digits[:6] + f"{chance.randint(0, 999_999):06d}"
        if chance.random() < rates.number_swapped:
            digits = self.children[max(0, child.key - 1)].number
        if chance.random() < rates.number_slip:
            place = chance.randint(6, 11) if chance.random() < 0.8 else chance.randint(0, 5)
            digits = digits[:place] + str((int(digits[place]) + chance.randint(1, 9)) % 10) + digits[place + 1 :]
        return digits

    def _village(self, child: Child, lst: _List) -> str:
        chance = self.chance
        if chance.random() < self.rates.village_blank:
            return ""
        name = child.village
        if lst.commune != child.commune or chance.random() < self.rates.moved_village:
            name = chance.choice(["Co Cáng", "Hua Ná", "Pá Cha", "Nà Dên", "Bó Mạy", "Kéo", "Giảng", "Ten", "Hới"])
        return f"Bản {name}" if chance.random() < 0.7 else name

    def _commune(self, lst: _List) -> str:
        if lst.day >= date(2025, 7, 1):
            return successor_of(lst.commune) or lst.commune
        return lst.commune


def plain(text: str) -> str:
    """TEXT without tone marks, hats and horns."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "D")


def misspelt(name: str, chance: random.Random) -> str:
    """One slip of hand or ear: a tone lost, a letter doubled, dropped or taken for one that sounds alike."""
    words = name.split()
    place = chance.randrange(len(words))
    word = words[place]
    sounds = [
        ("x", "s"),
        ("s", "x"),
        ("ch", "tr"),
        ("tr", "ch"),
        ("l", "n"),
        ("i", "y"),
        ("y", "i"),
        ("d", "gi"),
        ("n", "ng"),
    ]
    fitting = [(a, b) for a, b in sounds if a in word.lower()]
    kind = chance.random()
    if kind < 0.35 and plain(word) != word:
        word = plain(word)
    elif kind < 0.65 and fitting:
        a, b = chance.choice(fitting)
        word = word.lower().replace(a, b, 1).capitalize()
    elif kind < 0.8 and len(word) > 2:
        cut = chance.randrange(1, len(word))
        word = word[:cut] + word[cut + 1 :]
    else:
        cut = chance.randrange(len(word))
        word = word[: cut + 1] + chance.choice("aeiouhngt") + word[cut + 1 :]
    words[place] = word
    return " ".join(words)
