"""A third generator of truth, written by somebody who had not seen the matching; never trained on.

Households make children; each child stands in one row, some in further ones, each on a list drawn anew. A row gets a
Poisson number of mistakes, a further row one more, each in one field drawn by weight. Whoever wrote it knew the columns
and the district, and nothing of what the matching looks at: here it shows what it does with lists that are not ours.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta

from schemas.codes import successor_of, units
from tests.matching import stranger_names as names
from tests.matching.truth import COLUMNS, plain

_REFORM = date(2025, 7, 1)
_NAMES = {unit.key: unit.name for unit in units().values() if unit.level == "commune"}
_COMMUNES = [key for key in _NAMES if key.endswith("@1900-01-01")]
_NOW = {key: successor_of(key) or key for key in _COMMUNES}  # the commune of after the reform


@dataclass(frozen=True)
class Habits:
    """How a district lives and keeps its lists; shares are of children or rows as said. Defaults: the main set."""

    copies: float = 0.15  # of rows, those that are a child's second or later one
    falling: float = 2.3  # one child has k copies in proportion to k ** -falling, k from 1 to 5
    hard: float = 0.02  # children put beside one they resemble, for each row
    kinds: tuple[float, ...] = (0.5, 0.24, 0.14, 0.12)  # of those: twins, near siblings, namesakes, cousins of one name
    moved: float = 0.16  # children with a second home
    peoples: tuple[float, ...] = (0.68, 0.13, 0.09, 0.10)  # Thái, Mông, Khơ Mú, Kinh
    renamed: float = 0.0  # villages merged, numbered or named anew at the reform
    numbers: bool = True  # any personal number at all
    fathers: bool = True  # any father's name at all
    heads: float = 1.0  # household heads named, against the usual
    dates_as: str = "iso"  # iso, or slash: dd/mm/yyyy, mm/yyyy, yyyy
    sexes: tuple[str, str] = ("M", "F")
    commune_as: str = "code"  # code or name
    after_reform: bool = False  # only lists drawn up after it
    one_list: bool = False  # everybody on one list of the latest day


TIDY = Habits()
NAMED = {
    "the main set": TIDY,
    "without numbers": Habits(
        numbers=False, fathers=False, dates_as="slash", sexes=("Nam", "Nữ"), commune_as="name"
    ),
    "twins": Habits(hard=0.08, kinds=(0.55, 0.2, 0.1, 0.15), copies=0.20, falling=1.6),
    "after the reform": Habits(
        after_reform=True, one_list=True, commune_as="name", renamed=0.45, moved=0.30, heads=0.5,
        peoples=(0.30, 0.48, 0.17, 0.05),
    ),
}  # fmt: skip


# -- the children


@dataclass(frozen=True)
class _Village:
    commune: str
    name: str
    later: str  # its name after the reform
    people: str
    clans: dict[str, list[str]]
    size: float


@dataclass(frozen=True)
class _Home:
    village: _Village
    people: str
    head: str


@dataclass(frozen=True)
class _Child:
    home: _Home
    couple: tuple[str, str]  # father and mother
    father: str  # empty where none is named
    name: str
    sex: str
    born: date
    number: str
    moved: tuple[date, _Home] | None


class _Families:
    """Households of a few children each, then the children put beside one they resemble."""

    def __init__(self, chance: random.Random, habits: Habits) -> None:
        self.chance, self.habits = chance, habits
        self.villages = self._renamed(self._villages())
        self.serials: defaultdict[tuple[int, str], set[int]] = defaultdict(set)

    def children(self, count: int) -> list[_Child]:
        hard = int(self.habits.hard * count / (1 - self.habits.copies))
        found: list[_Child] = []
        while len(found) < count - hard:
            found += self._household()
        pool = list(found)
        for _ in range(count - len(found)):
            like = self.chance.choice(pool)
            beside = (self._twin, self._near_sibling, self._namesake, self._cousin)
            found.append(self.chance.choices(beside, self.habits.kinds)[0](like))
        self.chance.shuffle(found)
        return found[:count]

    def _villages(self) -> list[_Village]:
        chance, villages = self.chance, {}
        for commune in _COMMUNES:
            for turn in range(chance.randint(9, 13)):
                town = commune == _COMMUNES[0] and turn < 8
                name = f"Tổ dân phố {turn + 1}" if town else names.village(chance)
                if chance.random() < 0.12:
                    name += chance.choice([" 1", " 2", " A", " B"])
                if (commune, name) in villages:
                    continue
                people = chance.choices(names.PEOPLES, (0.45, 0.05, 0.03, 0.47) if town else self.habits.peoples)[0]
                clans = {each: [names.drawn(chance, names.CLANS[each]) for _ in range(4)] for each in names.PEOPLES}
                size = chance.lognormvariate(0, 0.5)
                villages[commune, name] = _Village(commune, name, name, people, clans, size)
        return list(villages.values())

    def _renamed(self, villages: list[_Village]) -> list[_Village]:
        chance, after = self.chance, []
        for village in villages:
            if chance.random() < self.habits.renamed:
                joined = chance.choice([other.name for other in villages if other.commune == village.commune])
                numbered = f"Bản {village.name.split()[-1]} {chance.choice('12')}"
                village = replace(village, later=chance.choice([joined, numbered, names.village(chance)]))
            after.append(village)
        return after

    def _number(self, year: int, sex: str) -> str:
        """Some 6,500 children of one sex are born in the province in a year; no serial is drawn twice."""
        taken = self.serials[year, sex]
        serial = self.chance.randrange(6500)
        while serial in taken:
            serial = self.chance.randrange(6500)
        taken.add(serial)
        province = "011" if self.chance.random() < 0.95 else self.chance.choice(["014", "001", "012", "015"])
        return f"{province}{2 + (sex == 'F')}{year % 100:02d}{serial:06d}"

    def _child(self, home: _Home, couple: tuple[str, str], born: date, sex: str = "", name: str = "") -> _Child:
        chance, (father, mother) = self.chance, couple
        sex = sex or chance.choice("MF")
        born = min(born, date(2026, 9, 1) - timedelta(chance.randrange(200)))
        chance.random()  # drawn and not used by the stranger; without it every list would be another
        name = name or names.person(chance, home.people, sex, father.split()[0])
        number = self._number(born.year, sex) if chance.random() < 0.995 else ""
        named = "" if chance.random() < 0.07 else father
        moved = self._move(home, mother, born) if chance.random() < self.habits.moved else None
        return _Child(home, couple, named, name, sex, born, number, moved)

    def _move(self, home: _Home, mother: str, born: date) -> tuple[date, _Home]:
        chance, near = self.chance, [other for other in self.villages if other.commune == home.village.commune]
        village = chance.choice(near if chance.random() < 0.35 else self.villages)
        day, head = born + timedelta(chance.randrange(200, 4000)), home.head
        if chance.random() >= 0.6:
            head = chance.choice([mother, names.person(chance, home.people, "M", mother.split()[0], True)])
        return day, _Home(village, home.people, head)

    def _household(self) -> list[_Child]:
        chance = self.chance
        village = chance.choices(self.villages, [village.size for village in self.villages])[0]
        people = village.people if chance.random() < 0.9 else chance.choices(names.PEOPLES, self.habits.peoples)[0]
        clan = chance.choices(village.clans[people], (5, 2, 1, 1))[0]
        elder = names.person(chance, people, "M", clan, True)
        couples = [self._couple(people, clan) for _ in range(1 + (chance.random() < 0.13))]
        old = len(couples) > 1 or chance.random() < 0.18
        home = _Home(village, people, elder if old else couples[0][chance.random() < 0.08])
        children: list[_Child] = []
        for couple in couples:
            year, count = self._year(), chance.choices((1, 2, 3, 4, 5), (0.24, 0.4, 0.22, 0.1, 0.04))[0]
            born = self._day_in(year)
            for _ in range(count):
                if born.year > 2026:
                    born = self._day_in(self._year())
                child = self._child(home, couple, born)
                while child.name in [other.name for other in children if other.couple == couple]:
                    child = replace(child, name=names.person(chance, people, child.sex, clan))
                children.append(child)
                born += timedelta(int(330 + chance.expovariate(1 / 600)))
        return children

    def _couple(self, people: str, clan: str) -> tuple[str, str]:
        chance = self.chance
        father = names.person(chance, people, "M", clan, True)
        if people == "Mông" and chance.random() < 0.4:  # the name of a grown man
            father = f"{clan} {chance.choice(['Chứ', 'Nhìa', 'Xáy', 'Súa', 'Bla'])} {father.split()[-1]}"
        return father, names.person(chance, people, "F", "", True)

    def _year(self) -> int:
        return self.chance.randint(2009, 2026)

    def _day_in(self, year: int) -> date:
        return date(year, 1, 1) + timedelta(self.chance.randrange(365))

    def _one_word_apart(self, like: _Child, sex: str) -> str:
        chance, words, given = self.chance, like.name.split(), names.GIVEN[like.home.people, sex]
        at = len(words) - (1 if len(words) < 3 or chance.random() < 0.75 else 2)
        word = words[at]
        while word == words[at]:  # seldom the tone alone
            word = names.drawn(chance, given) if chance.random() >= 0.05 else names.other_tone(word, chance)
        return " ".join([*words[:at], word, *words[at + 1 :]])

    def _twin(self, like: _Child) -> _Child:
        sex = like.sex if self.chance.random() < 0.8 else "MF"[like.sex == "M"]
        name = self._one_word_apart(like, sex)
        if sex != like.sex:
            name = " ".join({"Văn": "Thị", "Thị": "Văn", "A": "Thị"}.get(word, word) for word in name.split())
        twin = self._child(like.home, like.couple, like.born, sex, name)
        twin = replace(twin, father=like.father, moved=like.moved)
        if like.number and sex == like.sex and self.chance.random() < 0.07:  # entered in one morning: the next number
            twin = replace(twin, number=f"{like.number[:6]}{int(like.number[6:]) + 1:06d}")
        return twin

    def _near_sibling(self, like: _Child) -> _Child:
        born = like.born + timedelta(self.chance.randint(290, 600))
        return self._child(like.home, like.couple, born, like.sex, self._one_word_apart(like, like.sex))

    def _namesake(self, like: _Child) -> _Child:
        """Of one year and village."""
        born, couple = self._day_in(like.born.year), self._relatives(like)
        return self._child(replace(like.home, head=couple[0]), couple, born, like.sex, like.name)

    def _cousin(self, like: _Child) -> _Child:
        """Of one name and household."""
        couple = self._relatives(like)
        born = like.born + timedelta(self.chance.randint(-500, 500))
        return self._child(like.home, couple, born, like.sex, like.name)

    def _relatives(self, like: _Child) -> tuple[str, str]:
        chance, people, clan = self.chance, like.home.people, like.name.split()[0]
        return names.person(chance, people, "M", clan, True), names.person(chance, people, "F", "", True)


# -- the lists


@dataclass(frozen=True)
class _Kind:
    """Its share of the rows; the shares of its rows with a cell filled, a day and a month; the ages it holds."""

    share: float
    number: float
    mother: float
    father: float
    head: float
    day: float
    month: float
    ages: tuple[int, int]


_KINDS = {
    "DS": _Kind(0.41, 0.99, 0.98, 0.95, 0.98, 0.985, 0.01, (0, 16)),  # the commune's book of its population
    "TC": _Kind(0.23, 0.96, 0.97, 0.55, 0.75, 0.985, 0.01, (0, 7)),  # immunization
    "CD": _Kind(0.05, 0.00, 0.96, 0.55, 0.85, 0.94, 0.04, (0, 6)),  # weighing
    "TH": _Kind(0.23, 0.98, 0.94, 0.90, 0.50, 0.98, 0.01, (3, 16)),  # school
    "HN": _Kind(0.08, 0.96, 0.88, 0.85, 1.0, 0.95, 0.03, (0, 16)),  # poor households
}
_DAYS = [
    date(2023, 5, 15), date(2023, 12, 1), date(2024, 6, 10), date(2024, 11, 20), date(2025, 4, 15), date(2025, 9, 20),
    date(2026, 3, 15), date(2026, 10, 5),
]  # fmt: skip
_FIELDS = {  # where a mistake stands
    "name": 0.27, "born": 0.20, "number": 0.07, "mother": 0.16, "father": 0.08, "head": 0.09, "village": 0.10,
    "commune": 0.03, "sex": 0.012, "ethnicity": 0.02,
}  # fmt: skip
_ETHNICITIES = {
    "Mông": ["H'Mông", "HMông", "Mèo"],
    "Khơ Mú": ["Khơ-mú", "Khơ mú", "Thái"],
    "Thái": ["Thái đen", "Thai", "Kinh", ""],
    "Kinh": ["Việt", "Thái", ""],
}


def written(count: int, seed: int, habits: Habits = TIDY) -> tuple[list[dict[str, str]], dict[str, int]]:
    """COUNT rows (cells as text, as a CSV gives them) and the child of each record_id."""
    chance = random.Random(f"b/{seed}")
    families = _Families(chance, habits)
    children = families.children(count - round(count * habits.copies))
    writer = _Writer(chance, habits, families.villages)
    rows = [(writer.row(child, copy=False), key) for key, child in enumerate(children)]
    several = list(range(len(children)))
    chance.shuffle(several)
    for key in several:
        if len(rows) >= count:
            break
        for _ in range(chance.choices(range(1, 6), [k**-habits.falling for k in range(1, 6)])[0]):
            if len(rows) < count:
                rows.append((writer.row(children[key], copy=True), key))
    chance.shuffle(rows)
    keys = list(range(1, len(children) + 1))
    chance.shuffle(keys)
    truth = {}
    for place, (row, key) in enumerate(rows, start=1):
        row["record_id"] = f"r{place:06d}"
        truth[row["record_id"]] = keys[key]
    return [{column: row[column] for column in COLUMNS} for row, _ in rows], truth


def _poisson(chance: random.Random, mean: float) -> int:
    drawn, share, count = chance.random(), math.exp(-mean), 0
    reached = share
    while drawn > reached and count < 8:
        count += 1
        share *= mean / count
        reached += share
    return count


class _Writer:
    def __init__(self, chance: random.Random, habits: Habits, villages: list[_Village]) -> None:
        self.chance, self.habits, self.villages = chance, habits, villages
        self.days = [day for day in _DAYS if day > _REFORM or not habits.after_reform]

    def _list(self, child: _Child) -> tuple[str, date]:
        """A list that holds children of this age; after many misses its ages are taken less strictly."""
        shares = [kind.share for kind in _KINDS.values()]
        for turn in range(60):
            kind, day = self.chance.choices(list(_KINDS), shares)[0], self.chance.choice(self.days)
            youngest, oldest = _KINDS[kind].ages
            if youngest <= (day - child.born).days / 365.25 < oldest + 3 * (turn > 25) and day > child.born:
                return kind, day
        return "DS", _DAYS[-1]

    def row(self, child: _Child, copy: bool) -> dict[str, str]:
        """One row of CHILD; a COPY has more mistakes, and may stand where the child no longer lives, or not yet."""
        chance, habits = self.chance, self.habits
        rolled = lambda rate: chance.random() < rate  # noqa: E731
        listed, day = self._list(child)
        kind, home = _KINDS[listed], child.home
        if child.moved:
            there = day >= child.moved[0]
            home = child.moved[1] if there != (copy and rolled(0.5)) else home
        known, after = chance.random(), day >= _REFORM
        cells = {
            "name": child.name, "born": child.born, "sex": child.sex, "ethnicity": child.home.people,
            "precision": "day" if known < kind.day else "month" if known < kind.day + kind.month else "year",
            "number": child.number if rolled(kind.number) and habits.numbers else "",
            "mother": child.couple[1] if rolled(kind.mother) else "",
            "father": child.father if rolled(kind.father) and habits.fathers else "",
            "head": home.head if rolled(kind.head * habits.heads) else "",
            "village": home.village.later if after else home.village.name, "commune": home.village.commune,
        }  # fmt: skip
        if (day - child.born).days < 120 and rolled(0.06):  # not named yet
            cells["name"] = {"M": "Trai", "F": "Gái"}[child.sex]
        mistakes = 0 if copy and rolled(0.06) else copy + _poisson(chance, 0.7 if copy else 0.2)
        if cells["number"] and rolled(0.01 if copy else 0.002):  # one for the time being, or another line's
            province, serial = chance.choice(["011", "011", "014"]), chance.randrange(900, 7400)
            cells["number"] = f"{province}{2 + (child.sex == 'F')}{child.born.year % 100:02d}{serial:06d}"
        for _ in range(mistakes):
            self._err(chance.choices(list(_FIELDS), list(_FIELDS.values()))[0], cells, child)
        if rolled(0.01):
            cells |= {cell: plain(cells[cell]) for cell in ("name", "mother", "father", "head", "village")}
        return self._shown(cells, listed, day)

    def _shown(self, cells: dict, listed: str, day: date) -> dict[str, str]:
        """CELLS as this district writes them."""
        habits, commune = self.habits, cells["commune"]
        unit = _NOW[commune] if day >= _REFORM else commune
        born, precision = cells["born"], cells["precision"]
        if habits.dates_as == "slash":
            shown = born.strftime({"day": "%d/%m/%Y", "month": "%m/%Y", "year": "%Y"}[precision])
        else:
            shown = born.strftime({"day": "%Y-%m-%d", "month": "%Y-%m-01", "year": "%Y-01-01"}[precision])
        return {
            "list_id": "DS-CHUNG" if habits.one_list else f"{listed}-{unit[:5]}-{day:%Y%m}",
            "list_date": (_DAYS[-1] if habits.one_list else day).isoformat(),
            "full_name": cells["name"], "birth_date": shown, "birth_precision": precision,
            "sex": habits.sexes[cells["sex"] == "F"], "ethnicity": cells["ethnicity"], "personal_id": cells["number"],
            "mother_name": cells["mother"], "father_name": cells["father"] if habits.fathers else "",
            "household_head": cells["head"], "village": cells["village"],
            "commune": _NAMES[unit] if habits.commune_as == "name" else unit[:5],
        }  # fmt: skip

    def _err(self, field: str, cells: dict, child: _Child) -> None:
        """Put one mistake into CELLS."""
        chance = self.chance
        match field:
            case "name":
                cells["name"] = names.misspelt(cells["name"], names.IN_CHILDREN, chance)
            case "born" if cells["precision"] == "day":
                self._err_birth(cells)
            case "number" if cells["number"]:
                cells["number"] = self._other_number(cells["number"])
            case "mother" | "father" | "head":
                self._err_grown(field, cells, child)
            case "village":
                cells["village"] = self._other_village(cells["village"])
            case "commune":
                joined = [other for other in _COMMUNES if _NOW[other] == _NOW[cells["commune"]]]
                cells["commune"] = chance.choice(joined if chance.random() < 0.6 else _COMMUNES)
            case "sex":
                cells["sex"] = "MF"[cells["sex"] == "M"]
            case "ethnicity":
                others = {people: chance.choice(spellings) for people, spellings in _ETHNICITIES.items()}
                cells["ethnicity"] = others.get(cells["ethnicity"], cells["ethnicity"])

    def _err_birth(self, cells: dict) -> None:
        drawn = self.chance.random()
        if drawn >= 0.75:
            cells["precision"] = "month" if self.chance.random() < 0.55 else "year"
            return
        with suppress(ValueError):  # no such day: no mistake
            cells["born"] = self._other_day(cells["born"], drawn)

    def _other_day(self, born: date, drawn: float) -> date:
        """Another day, by a number DRAWN below 0.75; ValueError where the calendar has no such day."""
        chance, day, month = self.chance, born.day, born.month
        if drawn < 0.26 and day <= 12:
            return born.replace(month=day, day=month)
        if drawn < 0.26:
            return born.replace(day=day + chance.choice([1, -1, -10]))
        if drawn < 0.44:
            days = [other for other in (day + 1, day - 1, day + 10, day - 10, day + 20) if 1 <= other <= 28]
            return born.replace(day=chance.choice(days))
        if drawn < 0.56:
            months = [other for other in (month - 1, month + 1, month - 10, month + 10) if 1 <= other <= 12]
            return born.replace(month=chance.choice(months))
        if drawn < 0.66:
            return born.replace(year=born.year + chance.choice([-1, -1, 1]))
        if drawn < 0.71:  # by the moon
            return born - timedelta(chance.randint(22, 48))
        return date(born.year, 1, 1)

    def _other_number(self, number: str) -> str:
        chance, at = self.chance, self.chance.randrange(3, 12)
        if chance.random() < 0.55:
            digit = chance.choice([digit for digit in "0123456789" if digit != number[at]])
            return number[:at] + digit + number[at + 1 :]
        if chance.random() < 0.5:
            return number[: at - 1] + number[at] + number[at - 1] + number[at + 1 :]
        return ""

    def _err_grown(self, who: str, cells: dict, child: _Child) -> None:
        chance, drawn = self.chance, self.chance.random()
        if drawn < 0.70 and cells[who]:
            cells[who] = names.misspelt(cells[who], names.IN_GROWN, chance)
        elif drawn < 0.84:
            cells[who] = ""
        elif who == "head":
            cells["head"] = chance.choice([child.father, child.couple[1]])
        elif drawn < 0.90:
            cells["mother"], cells["father"] = cells["father"], cells["mother"]
        else:  # a step-parent, an aunt, a grandmother
            people, (middle, sex) = child.home.people, ("Văn", "M") if who == "father" else ("Thị", "F")
            cells[who] = (
                f"{names.drawn(chance, names.CLANS[people])} {middle} {names.drawn(chance, names.GIVEN[people, sex])}"
            )

    def _other_village(self, name: str) -> str:
        chance, drawn = self.chance, self.chance.random()
        ways = (
            (0.30, lambda: name.replace("Bản ", "")), (0.50, lambda: plain(name)),
            (0.60, lambda: names.other_tone(name, chance)), (0.70, lambda: names.slip(name, chance)),
            (0.78, lambda: name.replace("Bản", "Thôn")), (0.88, lambda: ""),
            (1.00, lambda: chance.choice(self.villages).name),
        )  # fmt: skip
        return next(way() for reach, way in ways if drawn < reach)
