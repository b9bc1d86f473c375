"""What happens to a child: birth, registration, death, school, work, marriage, injury, vitamin A, mental-health screening.

Each function answers for one child and a day or a school year, from a stream of its own; nothing is stored. Rates
are constants at the top, near the baselines of Điện Biên and the mountains.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sample_data.circumstances import situation
from sample_data.names import HMONG, KHOMU
from sample_data.population import Child, Household, Population, stream
from sample_data.rounds import LAST_DAY
from schemas.dates import completed_months

NEONATAL_DEATHS = 0.0125  # of live births
POSTNEONATAL_DEATHS = 0.0085
DEATHS_1_TO_4 = 0.0065  # over the four years
DEATHS_A_YEAR_FROM_5 = 0.0005
NEVER_REGISTERED_UNDER_5 = 0.010
REGISTERED_LATE = 0.18  # after the 60 days of the Law on Civil Status
PERSONAL_ID_BORN_2016 = 0.95  # of those registered; the number comes with registration since 2016
PERSONAL_ID_BEFORE = 0.86
HEALTH_CARD_UNDER_6 = 0.985
HEALTH_CARD_FROM_6 = 0.91
LOW_BIRTH_WEIGHT = 0.075
SKILLED_ATTENDANCE = {HMONG: 0.68, KHOMU: 0.84}
SKILLED_ATTENDANCE_ELSE = 0.97
NURSERY, KINDERGARTEN_3_4, KINDERGARTEN_5 = 0.23, 0.93, 0.983
PRIMARY_ENROLLED = 0.995
BEHIND_A_GRADE = 0.022
DROP_OUT_A_YEAR = 0.011  # from grade 6 on; twice this among H'Mông
UPPER_SECONDARY = 0.62
WORKS = {"5-9": 0.02, "10-12": 0.13, "13-15": 0.20, "16-17": 0.32}
CHILD_MARRIAGES_A_YEAR = 0.012  # of girls of 14-17; a quarter of it for boys; three times among H'Mông
INJURED_A_YEAR = 0.0056  # half as many again of boys, half of girls
STILLBIRTHS_A_YEAR = 0.0012  # of the households with children; about 11 in 1,000 births
VITAMIN_A = 0.955  # of those of 6-35 months who are weighed
SCREENED = 0.18  # of pupils of 11-15
SCREENED_AT_RISK = 0.12
AT_RISK_SUPPORTED = 0.72


@dataclass(frozen=True)
class Birth:
    place: str
    attendant: str
    weeks: int
    weight_g: int | None
    postnatal_visit: bool
    registered_on: date | None


@dataclass(frozen=True)
class School:
    """A school year: level, grade (0 below primary), attending, the level completed, dropped out."""

    level: str
    grade: int
    attending: bool
    completed: bool = False
    dropped_out: bool = False


@dataclass(frozen=True)
class Work:
    kind: str
    hours_per_week: float
    hazardous: bool


def die(people: Population) -> None:
    """Decide who dies, and when; deaths before 2023 leave the population altogether."""
    for child in people.children:
        draw = stream(people.seed, "death", child.number)
        chance, days = draw.random(), None
        if chance < NEONATAL_DEATHS:
            days = int(28 * draw.random() ** 2.5)
        elif chance < NEONATAL_DEATHS + POSTNEONATAL_DEATHS:
            days = draw.randint(28, 364)
        elif chance < NEONATAL_DEATHS + POSTNEONATAL_DEATHS + DEATHS_1_TO_4:
            days = draw.randint(366, 365 * 5)
        elif draw.random() < DEATHS_A_YEAR_FROM_5 * 12:
            days = draw.randint(365 * 5 + 2, 365 * 17)
        if days is not None and child.born + timedelta(days=days) <= LAST_DAY:
            child.died = child.born + timedelta(days=days)
            child.moves.clear()
    people.children = [c for c in people.children if c.died is None or c.died >= date(2023, 1, 1)]


def cause_of_death(seed: int, child: Child) -> tuple[str, str]:
    """Cause and place of a death, by age."""
    draw = stream(seed, "cause", child.number)
    days = ((child.died or child.born) - child.born).days
    if days < 28:
        causes: tuple[str, ...] = ("perinatal",) * 5 + ("congenital", "pneumonia", "unknown")
    elif days < 365 * 5:
        causes = ("pneumonia",) * 3 + (
            "diarrhoea",
            "congenital",
            "drowning",
            "other_injury",
            "other",
            "unknown",
        )
    else:
        causes = ("drowning",) * 3 + ("traffic",) * 2 + ("other_injury", "other", "other")
    return draw.choice(causes), draw.choice(("home", "home", "hospital", "hospital", "station"))


def birth(seed: int, child: Child) -> Birth:
    draw = stream(seed, "birth", child.number)
    ethnicity = child.household.ethnicity
    skilled = draw.random() < SKILLED_ATTENDANCE.get(ethnicity, SKILLED_ATTENDANCE_ELSE)
    low = draw.random() < (0.55 if child.twin else LOW_BIRTH_WEIGHT)
    weight = draw.triangular(1600, 2490, 2350) if low else draw.triangular(2500, 4100, 3050)
    weeks = draw.choice((33, 34, 35, 36, 36, 37, 38)) if low else draw.choice((37, 38, 38, 39, 39, 39, 40, 40, 41))
    if skilled:
        place = draw.choice(("hospital", "hospital", "hospital", "station", "station"))
        attendant = draw.choice(
            ("doctor", "midwife", "midwife") if place == "hospital" else ("midwife", "assistant_doctor")
        )
    else:
        place, attendant = "home", draw.choice(("village_midwife", "other", "other"))
    weighed = skilled or draw.random() < 0.5
    rounded = round(weight / 100) * 100 if draw.random() < 0.8 else round(weight / 10) * 10
    visit = draw.random() < (0.82 if skilled else 0.45)
    return Birth(place, attendant, weeks, rounded if weighed else None, visit, registered_on(seed, child))


def registered_on(seed: int, child: Child) -> date | None:
    """The day the birth was registered, or None if it never was by 2024."""
    draw = stream(seed, "registration", child.number)
    if draw.random() < NEVER_REGISTERED_UNDER_5 * (2.2 if child.household.ethnicity == HMONG else 0.8):
        return None if child.age(LAST_DAY) < 5 else child.born + timedelta(days=draw.randint(400, 2000))
    if draw.random() < REGISTERED_LATE:
        return child.born + timedelta(days=int(61 + 300 * draw.random() ** 3))
    return child.born + timedelta(days=draw.randint(3, 60))


def registered(seed: int, child: Child, day: date) -> bool:
    on = registered_on(seed, child)
    return on is not None and on <= day


def has_personal_id(seed: int, child: Child, day: date) -> bool:
    known = PERSONAL_ID_BORN_2016 if child.born.year >= 2016 else PERSONAL_ID_BEFORE
    return registered(seed, child, day) and stream(seed, "has id", child.number).random() < known


def has_health_card(seed: int, child: Child, day: date) -> bool:
    share = HEALTH_CARD_UNDER_6 if child.age(day) < 6 else HEALTH_CARD_FROM_6
    return (day - child.born).days > 20 and stream(seed, "card", child.number).random() < share


def school(seed: int, child: Child, year: int, day: date) -> School | None:
    """The child's school year YEAR-(YEAR+1) as known on DAY; None below two years of age."""
    age = year - child.born.year
    draw = stream(seed, "school", child.number)
    chance, behind, starts, leaves = (
        draw.random(),
        draw.random() < BEHIND_A_GRADE,
        draw.random(),
        draw.random(),
    )
    if age < 2:
        return None
    if age == 2:
        return School("nursery", 0, chance < NURSERY)
    if age < 6:
        return School("kindergarten", 0, chance < (KINDERGARTEN_5 if age == 5 else KINDERGARTEN_3_4))
    if chance > PRIMARY_ENROLLED:
        return School("none", 0, False)
    grade = age - 5 - behind
    drop = DROP_OUT_A_YEAR * (2 if child.household.ethnicity == HMONG else 1)
    stops = 6 + int(leaves / drop) if leaves < 4 * drop else 99
    if "1.08" in situation(seed, child, day).codes:
        stops = min(stops, max(6, grade - 1), grade)
    if grade >= stops:
        return School("lower_secondary", stops, False, dropped_out=True)
    if grade > 12:
        return School("upper_secondary", 12, False, completed=True)
    if grade >= 10:
        goes = starts < UPPER_SECONDARY
        return School("upper_secondary", grade, True) if goes else School("lower_secondary", 9, False, completed=True)
    if grade < 1:
        return School("kindergarten", 0, True)
    return School("primary" if grade <= 5 else "lower_secondary", grade, True)


def work(seed: int, child: Child, day: date) -> Work | None:
    age = child.age(day)
    if age < 5 or age > 17:
        return None
    band = "5-9" if age < 10 else "10-12" if age < 13 else "13-15" if age < 16 else "16-17"
    draw = stream(seed, "work", child.number)
    share = WORKS[band] * {HMONG: 1.7, "01": 0.3}.get(child.household.ethnicity, 0.95)
    left = "1.08" in situation(seed, child, day).codes
    if draw.random() > share and not left:
        return None
    if left:
        kind, hours = draw.choice(("hired", "upland_field", "construction")), 24 + 20 * draw.random()
    else:
        kind = draw.choice(("upland_field",) * 5 + ("herding",) * 4 + ("household_trade", "craft"))
        hours = draw.triangular(2, 26, 8) + max(0, age - 12) * 2
    hazardous = kind == "construction" or (kind in ("upland_field", "hired") and draw.random() < 0.07)
    return Work(kind, round(hours), hazardous)


def marriage(seed: int, child: Child) -> tuple[date, int, int] | None:
    """Day, own age and spouse's age of a child marriage in 2023 or 2024."""
    draw = stream(seed, "marriage", child.number)
    rate = CHILD_MARRIAGES_A_YEAR * (3 if child.household.ethnicity == HMONG else 1) * (1 if child.sex == "F" else 0.25)
    for year in (2023, 2024):
        when = date(year, 1, 1) + timedelta(days=draw.randrange(334))
        if draw.random() < rate and 14 <= child.age(when) <= 17:
            return when, child.age(when), max(15, child.age(when) + draw.randint(-1, 5))
    return None


def injury(seed: int, child: Child, day: date) -> date | None:
    """The day of the latest injury in 2023 or 2024, up to DAY."""
    draw = stream(seed, "injury", child.number)
    found = None
    for year in (2023, 2024):
        when = date(year, 1, 1) + timedelta(days=draw.randrange(365))
        if draw.random() < INJURED_A_YEAR * (1.5 if child.sex == "M" else 0.5) and child.alive(when) and when <= day:
            found = when
    return found


def injury_cause(seed: int, child: Child, day: date) -> str:
    """What hurt the child on DAY."""
    young = ("other_injury",) * 4 + ("traffic", "drowning")
    return stream(seed, "injury cause", child.number, day).choice(
        young if child.age(day) < 6 else young + ("traffic",) * 3
    )


def takes_vitamin_a(seed: int, child: Child, day: date) -> bool:
    """Whether the child, weighed on DAY, is given vitamin A there (6 to 35 months of age)."""
    share = stream(seed, "vitamin A", child.number, day).random()
    return 6 <= completed_months(child.born, day) < 36 and share < VITAMIN_A


@dataclass(frozen=True)
class Stillbirth:
    household: Household
    day: date
    sex: str
    weeks: int
    weight_g: int
    place: str


def stillbirths(people: Population, start: date, day: date, commune: str | None = None) -> list[Stillbirth]:
    """The stillbirths from START to DAY, of households with children none of whom was born in the year around."""
    born: dict[int, list[date]] = {}
    for child in people.children:
        born.setdefault(child.household.number, []).append(child.born)
    found = []
    for house in people.households:
        if house.number not in born or commune not in (None, house.commune.code):
            continue
        draw = stream(people.seed, "stillbirth", house.number)
        for year in (2023, 2024):
            when, chance = date(year, 1, 1) + timedelta(days=draw.randrange(365)), draw.random()
            sex, weeks, place = draw.choice("MF"), draw.randint(23, 40), draw.choice(("hospital", "hospital", "home"))
            near = any(abs((b - when).days) < 320 for b in born[house.number])
            if chance < STILLBIRTHS_A_YEAR and start <= when <= day and not near:
                found.append(Stillbirth(house, when, sex, weeks, round(55 * (weeks - 15) + 400, -1), place))
    return found


def screening(seed: int, child: Child) -> tuple[date, bool, date | None] | None:
    """Day of the school's mental-health screening of 2024, whether at risk, and the day support began."""
    draw = stream(seed, "mental", child.number)
    when = date(2024, 10, 1) + timedelta(days=draw.randrange(14))
    pupil = school(seed, child, 2024, when)
    if not 11 <= child.age(when) <= 15 or pupil is None or not pupil.attending or draw.random() > SCREENED:
        return None
    risk = draw.random() < SCREENED_AT_RISK
    helped = risk and draw.random() < AT_RISK_SUPPORTED
    return when, risk, when + timedelta(days=draw.randint(5, 25)) if helped else None
