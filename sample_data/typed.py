"""What stands in the cells that every list shares: name, birth date, sex, mother, village, numbers, corrections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sample_data.book import Cell
from sample_data.circumstances import fatherless
from sample_data.lives import has_health_card, has_personal_id
from sample_data.mess import (
    CORRECTED_A_ROUND,
    ID_SPACED,
    ID_ZERO_LOST,
    Habits,
    typed_date,
    typed_name,
    unnamed,
    year_only,
)
from sample_data.names import GIVEN_BOYS, GIVEN_GIRLS, KHOMU, KINH, THAI, UNNAMED
from sample_data.population import Child, stream
from sample_data.rounds import ROUNDS, Round

# dân tộc as communes write it
ETHNIC_WORDS = {
    THAI: ("Thái",),
    "08": ("Mông", "H'Mông", "HMông", "Mông"),
    KHOMU: ("Khơ Mú", "Khơ-mú", "Khơ mú"),
    KINH: ("Kinh",),
}
CORRECTED_FIELDS = (("father", 0.40), ("card", 0.70), ("ethnicity", 0.85), ("name", 0.95), ("born", 1.01))


@dataclass(frozen=True)
class Typist:
    """One commune's hand in one round."""

    seed: int
    habits: Habits
    round: Round
    code: str  # of the commune

    def draw(self, child: Child, what: str) -> float:
        return stream(self.seed, self.code, what, child.number).random()

    def name(self, child: Child) -> str:
        if unnamed(self.seed, child, self.round.day):
            plain = UNNAMED[child.sex][int(self.draw(child, "unnamed word") < 0.2)]
            return plain
        text = wrong_name(self.seed, child) if self.mistaken(child) == "name" else child.name
        return typed_name(stream(self.seed, self.code, "name", child.number), text, self.habits)

    def alike(self, child: Child) -> str:
        """Equal for two children whom no list of the commune can tell apart (unnamed twins of one sex)."""
        name = child.sex if unnamed(self.seed, child, self.round.day) else str(child.number)
        word = self.name(child) if name == child.sex else ""
        return f"{name}|{word}|{child.born}|{child.household.number}"

    def born(self, child: Child) -> Cell:
        if year_only(self.seed, child, self.round.day):
            return child.born.year if self.draw(child, "year as number") < 0.5 else str(child.born.year)
        day = child.born + timedelta(days=1) if self.mistaken(child) == "born" else child.born
        return typed_date(stream(self.seed, self.code, "born", child.number), day, self.habits.dates)

    def date(self, child: Child, what: str, day: date | None) -> Cell:
        if day is None:
            return None
        return typed_date(stream(self.seed, self.code, what, child.number), day, self.habits.dates)

    def mother(self, child: Child) -> str:
        draw = stream(self.seed, self.code, "mother", child.household.number)
        return typed_name(draw, child.household.mother, self.habits)

    def father(self, child: Child) -> str:
        text = child.household.father
        if self.mistaken(child) == "father":
            text = (
                text.rsplit(" ", 1)[0] + " " + stream(self.seed, "wrong", child.number).choice(("Inh", "Panh", "Sơn"))
            )
        return typed_name(stream(self.seed, self.code, "father", child.household.number), text, self.habits)

    def head(self, child: Child) -> str:
        draw = stream(self.seed, self.code, "head", child.household.number)
        house = child.household
        head = house.mother if fatherless(self.seed, house.number) and house.head == house.father else house.head
        return typed_name(draw, head, self.habits)

    def village(self, child: Child) -> str:
        village = child.home(self.round.day)[1] or child.household.village
        return village.name

    def ethnicity(self, child: Child) -> str:
        group = child.household.ethnicity
        if self.mistaken(child) == "ethnicity":
            group = THAI if group != THAI else KHOMU
        words = ETHNIC_WORDS[group]
        return words[int(self.draw(child, "ethnic word") * len(words))]

    def personal_id(self, child: Child) -> Cell:
        if not has_personal_id(self.seed, child, self.round.day):
            return None
        number, chance = personal_id(child), self.draw(child, "id form")
        if chance < ID_ZERO_LOST:
            return int(number)
        if chance < ID_ZERO_LOST + ID_SPACED:
            return f"{number[:3]} {number[3:6]} {number[6:]}"
        return number

    def card(self, child: Child) -> Cell:
        if self.mistaken(child) == "card" or not has_health_card(self.seed, child, self.round.day):
            return None
        number = f"11{20_000_000 + child.household.number * 97 + child.number % 7 * 13:08d}"
        number = f"11{20_000_000 + child.number:08d}"
        if not self.habits.long_card:
            return int(number) if self.habits.wording == 3 else number
        poverty = child.household.poverty
        letters = "TE" if child.age(self.round.day) < 6 else {"poor": "HN", "near_poor": "CN"}.get(poverty, "DT")
        return f"{letters}111{number}"

    def mistaken(self, child: Child) -> str | None:
        """The field that is still typed wrongly in this round, to be corrected in a later one."""
        wrong = mistake(self.seed, child)
        return wrong[0] if wrong and self.round.index < wrong[1] else None


def mistake(seed: int, child: Child) -> tuple[str, int] | None:
    """The field of the child that was mistyped at first, and the round in which it is put right."""
    draw = stream(seed, "mistake", child.number)
    when = 1 if draw.random() < CORRECTED_A_ROUND else 2 if draw.random() < CORRECTED_A_ROUND else 0
    if not when:
        return None
    chance = draw.random()
    field = next(name for name, top in CORRECTED_FIELDS if chance < top)
    old = child.born.year <= 2018 and has_personal_id(seed, child, ROUNDS[0].day)
    if field in ("name", "born") and (not old or child.twin or year_only(seed, child, ROUNDS[0].day)):
        field = "father"
    return field, when


def wrong_name(seed: int, child: Child) -> str:
    """The child's name with another given name."""
    pool = (GIVEN_BOYS if child.sex == "M" else GIVEN_GIRLS)[child.household.ethnicity].split()
    given = stream(seed, "wrong name", child.number).choice([g for g in pool if g != child.name.split()[-1]])
    return child.name.rsplit(" ", 1)[0] + " " + given


def personal_id(child: Child) -> str:
    """A made-up number of right form: 011 (Điện Biên), century and sex, birth year, six digits of its own."""
    century = 2 if child.sex == "M" else 3
    return f"011{century}{child.born.year % 100:02d}{child.number + 1009:06d}"
