"""The made-up population: households of the ten communes with their children, twins, namesakes and moves.

Every choice is drawn from a stream of its own, named by the seed and what it is for, so that one more question to
one child shifts no answer of another. No network, no real person.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from sample_data.communes import Commune, Village, communes
from sample_data.names import HMONG, KHOMU, KINH, THAI, family_name, full_name
from sample_data.rounds import FIRST_DAY, LAST_DAY
from schemas.dates import completed_years

POOR_OR_NEAR_POOR = {THAI: 0.31, HMONG: 0.62, KHOMU: 0.56, KINH: 0.05}
POOR_AMONG_THEM = 0.6
LEAVES_POVERTY_IN_A_YEAR = 0.06
CHILDREN = {THAI: (1, 2, 2, 2, 3), HMONG: (2, 3, 4, 4, 5), KHOMU: (2, 2, 3, 3, 4), KINH: (1, 2, 2, 2, 3)}
VILLAGE_SIZE = {THAI: 1.0, HMONG: 0.68, KHOMU: 0.58, KINH: 1.0}  # households of a village, as a weight
OTHER_ETHNICITY = 0.03  # of the households of a village
TWINS = 0.009  # of the births
HEAD_IS_GRANDFATHER = 0.18
MOVES_INSIDE_A_YEAR = 0.006  # to another commune of the district
MOVES_OUT_A_YEAR = 0.004
BORN_A_BOY = 0.53  # sex ratio at birth of about 113 boys to 100 girls
DIED_OR_LEFT = 1.029  # so many more are born than live here at the end
NAMESAKES = 6  # pairs of children of one name, birth date and commune, but of two mothers


def stream(*names: object) -> random.Random:
    """A random stream of its own, named by NAMES."""
    return random.Random(":".join(str(n) for n in names))


@dataclass
class Household:
    """A household at its first home; parents' names never change, poverty may end."""

    number: int
    commune: Commune
    village: Village
    ethnicity: str
    father: str
    mother: str
    head: str
    poverty: str  # poor | near_poor | none
    poverty_ends: date | None = None

    def poverty_on(self, day: date) -> str:
        ended = self.poverty_ends is not None and self.poverty_ends <= day
        return "none" if ended else self.poverty


@dataclass
class Child:
    """A child: who it is, and where it lives when (`moves`: from which day it lives elsewhere, None for away)."""

    number: int
    household: Household
    name: str
    sex: str
    born: date
    twin: bool = False
    died: date | None = None
    moves: list[tuple[date, Commune | None, Village | None]] = field(default_factory=list)

    def home(self, day: date) -> tuple[Commune | None, Village | None]:
        place: tuple[Commune | None, Village | None] = (self.household.commune, self.household.village)
        for when, commune, village in self.moves:
            if when <= day:
                place = (commune, village)
        return place

    def age(self, day: date) -> int:
        return completed_years(self.born, day)

    def alive(self, day: date) -> bool:
        return self.born <= day and (self.died is None or self.died > day)

    def lives_in(self, commune: Commune, day: date) -> bool:
        here, _ = self.home(day)
        return self.alive(day) and here is not None and here.code == commune.code


@dataclass
class Population:
    seed: int
    communes: tuple[Commune, ...]
    households: list[Household]
    children: list[Child]


def populate(seed: int, children: int) -> Population:
    """About CHILDREN living children under 16 on the last round's day, with those who died or grew up since 2023."""
    people = Population(seed, communes(seed), [], [])
    for commune in people.communes:
        wanted, found = round(children * commune.share * DIED_OR_LEFT), 0
        while found < wanted:
            household = _household(people, commune)
            people.households.append(household)
            for child in _births(people, household):
                people.children.append(child)
                found += child.age(LAST_DAY) < 16
    for child in people.children:
        _move(people, child)
    _namesakes(people)
    return people


def _household(people: Population, commune: Commune) -> Household:
    number = len(people.households) + 1
    draw = stream(people.seed, "household", number)
    village = draw.choices(commune.villages, [VILLAGE_SIZE[v.ethnicity] for v in commune.villages])[0]
    ethnicity = village.ethnicity
    if draw.random() < OTHER_ETHNICITY:
        ethnicity = draw.choice((THAI, THAI, KHOMU, KINH))
    father = full_name(draw, ethnicity, "M", family_name(draw, ethnicity))
    mother = full_name(draw, ethnicity, "F", family_name(draw, ethnicity), plain=True)
    head = father
    if draw.random() < HEAD_IS_GRANDFATHER:
        head = full_name(draw, ethnicity, "M", father.split()[0])
    poverty, ends = "none", None
    if draw.random() < POOR_OR_NEAR_POOR[ethnicity]:
        poverty = "poor" if draw.random() < POOR_AMONG_THEM else "near_poor"
        if draw.random() < LEAVES_POVERTY_IN_A_YEAR:
            ends = date(2024, draw.randint(1, 10), 1)
    return Household(number, commune, village, ethnicity, father, mother, head, poverty, ends)


def _births(people: Population, household: Household) -> Iterator[Child]:
    """The household's children born in the window, oldest first, twins among them."""
    draw = stream(people.seed, "births", household.number)
    span = (LAST_DAY - date(1995, 1, 1)).days
    born = date(1995, 1, 1) + timedelta(days=draw.randrange(span + 1))
    number, taken = len(people.children), set[str]()
    for _ in range(draw.choice(CHILDREN[household.ethnicity])):
        twins = draw.random() < TWINS
        for _ in range(2 if twins else 1):
            sex = "M" if draw.random() < BORN_A_BOY else "F"
            name = full_name(draw, household.ethnicity, sex, household.father.split()[0])
            while name.split()[-1] in taken:
                name = full_name(draw, household.ethnicity, sex, household.father.split()[0])
            taken.add(name.split()[-1])
            if FIRST_DAY <= born <= LAST_DAY:
                number += 1
                yield Child(number, household, name, sex, born, twins)
        born += timedelta(days=int(draw.triangular(400, 2900, 1000)))


def _move(people: Population, child: Child) -> None:
    """At most one move in the two years of the rounds: to another commune of the district, or away."""
    draw = stream(people.seed, "move", child.number)
    chance = draw.random()
    start = max(date(2024, 1, 5), child.born + timedelta(days=30))
    span = (date(2024, 11, 20) - start).days
    if span <= 0 or chance > MOVES_INSIDE_A_YEAR + MOVES_OUT_A_YEAR:
        return
    when = start + timedelta(days=draw.randrange(span))
    if chance < MOVES_OUT_A_YEAR:
        child.moves.append((when, None, None))
        return
    target = draw.choice([c for c in people.communes if c.code != child.household.commune.code])
    same = [v for v in target.villages if v.ethnicity == child.household.ethnicity] or list(target.villages)
    child.moves.append((when, target, draw.choice(same)))


def _namesakes(people: Population) -> None:
    """Some children get the name and birth date of another child of their commune (other mother, other house)."""
    draw = stream(people.seed, "namesakes")
    made = 0
    while made < min(NAMESAKES, len(people.children) // 200):
        first = draw.choice(people.children)
        others = [
            c
            for c in people.children
            if c.household.commune.code == first.household.commune.code
            and c.sex == first.sex
            and not c.twin
            and not c.moves
            and c.household.mother != first.household.mother
            and c.household.head != first.household.head
            and c.household.father.split()[0] == first.household.father.split()[0]
            and abs((c.born - first.born).days) < 60
        ]
        if not others or first.twin:
            continue
        other = draw.choice(others)
        other.name, other.born = first.name, first.born
        made += 1
