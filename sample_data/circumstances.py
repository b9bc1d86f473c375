"""What burdens a child: parents dead or away, disability, and the other groups of art. 10 of the Law on Children.

Rates are near Điện Biên's (3.3 % of the children under 16 in special circumstances; sealed groups very few).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from sample_data.population import Child, stream
from sample_data.rounds import LAST_DAY

# code -> children in 10,000; group 1 sums to about 330 (3.3 %), group 2 apart from poverty to about 560
GROUP_1 = {
    "1.01": 26, "1.02": 5, "1.03": 40, "1.04": 138, "1.05": 2, "1.06": 2, "1.08": 62, "1.11": 1, "1.13": 90, "1.14": 2,
}  # fmt: skip
GROUP_2 = {"2.04": 230, "2.05": 60, "2.06": 270}
DISABILITY = (("1.04.01", 0.15), ("1.04.02", 0.45), ("1.04.03", 0.40))
HOUSEHOLD = ("1.01", "1.03", "2.04", "2.05", "2.06")  # shared by the children of a household
HOUSEHOLD_FACTOR = 1.3  # for those born too late to share it
FROM_AGE = {"1.06": 13, "1.08": 11, "1.11": 6, "1.13": 0}
NEEDS_POVERTY = ("1.13",)
SUPPORTED = 0.92  # of those in special circumstances
ALLOWANCE_PAID = 0.90  # of those entitled to the monthly allowance (Decree 20/2021 art. 5)
BEGAN_LATE = 0.12  # circumstances that began in the months between the rounds

# Decree 56/2017 art. 5: how a child without support lost both parents' care, and the state of each parent
WITHOUT_SUPPORT = (
    ("1.03.01", "dead", "missing"),
    ("1.03.03", "dead", "prison"),
    ("1.03.04", "missing", "missing"),
    ("1.03.06", "prison", "missing"),
    ("1.03.07", "unable", "unable"),
)


@dataclass(frozen=True)
class Situation:
    """A child's lasting situation: circumstance codes, parents' state, carer, support; `since` when it began."""

    codes: tuple[str, ...] = ()
    since: date | None = None
    father: str = "alive"
    mother: str = "alive"
    care: str = "parents"
    support: tuple[str, ...] = ()
    amount: int = 0


NOTHING = Situation()


def situation(seed: int, child: Child, day: date) -> Situation:
    """What holds for the child on DAY."""
    found = _situation(seed, child.number, child.born, child.household.poverty, child.household.number)
    return NOTHING if found.since is None or found.since > day else found


def fatherless(seed: int, household: int) -> bool:
    """Whether the father of the household is dead, or will be, or is away for good: another heads it."""
    found = _household_code(seed, household)
    return found in ("1.01", "1.03") or (found == "2.04" and _household_draw(seed, household)[2] < 0.72)


@cache
def _household_draw(seed: int, household: int) -> tuple[float, date, float, float]:
    """What all children of the household share: the chance, since when, and two numbers for the details."""
    draw = stream(seed, "household burden", household)
    chance, late = draw.random() * 10_000, draw.random() < BEGAN_LATE
    since = date(2015, 1, 1) + timedelta(days=draw.randrange(3285))
    if late:
        since = date(2024, 1, 2) + timedelta(days=draw.randrange(330))
    return chance, since, draw.random(), draw.random()


def _household_code(seed: int, household: int) -> str | None:
    chance = _household_draw(seed, household)[0]
    for code, rate in (GROUP_1 | GROUP_2).items():
        if code in HOUSEHOLD:
            if chance < rate * HOUSEHOLD_FACTOR:
                return code
            chance -= rate * HOUSEHOLD_FACTOR
    return None


@cache
def _situation(seed: int, number: int, born: date, poverty: str, household: int) -> Situation:
    shared = _household_code(seed, household)
    _, began, one, two = _household_draw(seed, household)
    if shared and born < began + timedelta(days=260):
        return _burden(one, two, shared, max(born, began))
    draw = stream(seed, "circumstance", number)
    chance = draw.random() * 10_000
    for code, rate in GROUP_1.items():
        if code in HOUSEHOLD:
            continue
        if code in NEEDS_POVERTY:
            rate = round(rate / 0.345) if poverty != "none" else 0
        if code in FROM_AGE:
            rate = round(rate * 16 / (16 - FROM_AGE[code]))
        if chance < rate:
            break
        chance -= rate
    else:
        return NOTHING
    first = date(born.year + FROM_AGE.get(code, 0) + 1, born.month, min(born.day, 28))
    if code in ("1.02", "1.04", "1.14"):
        first = born
    late = draw.random() < BEGAN_LATE
    since = date(2024, 1, 2) + timedelta(days=draw.randrange(330)) if late else first
    since = max(since, first)
    if since > LAST_DAY:
        return NOTHING
    return _burden(draw.random(), draw.random(), code, since)


def _burden(one: float, two: float, code: str, since: date) -> Situation:
    father, mother, care, detail = "alive", "alive", "parents", code
    if code == "1.01":
        father = mother = "dead"
        care = "relative" if one < 0.84 else "facility" if one < 0.94 else "non_relative"
    elif code == "1.02":
        father = mother = "missing"
        care = "relative" if one < 0.5 else "non_relative"
    elif code == "1.03":
        detail, father, mother = WITHOUT_SUPPORT[int(one * len(WITHOUT_SUPPORT))]
        care = "relative" if two < 0.9 else "facility"
    elif code == "1.04":
        detail = next(c for c, top in _running(DISABILITY) if one < top)
    elif code == "2.04":
        father, mother = ("dead", "alive") if one < 0.72 else ("alive", "dead")
    elif code == "2.06":
        care = "relative"
    support, amount = _support(code, detail, one, two)
    return Situation((detail,), since, father, mother, care, support, amount)


def _running(pairs: tuple[tuple[str, float], ...]) -> list[tuple[str, float]]:
    top, found = 0.0, []
    for name, share in pairs:
        top += share
        found.append((name, top + 1e-9))
    return found


def entitled(code: str) -> bool:
    """Whether the group itself carries the monthly allowance (Decree 20/2021 art. 5 k.1 and k.6)."""
    return code in ("1.01", "1.02", "1.03.01", "1.03.03", "1.03.04", "1.03.06", "1.04.01", "1.04.02")


def _support(code: str, detail: str, one: float, two: float) -> tuple[tuple[str, ...], int]:
    """Kinds of support, and 1 where the monthly allowance is paid (its sum is worked out by the register)."""
    if code.startswith("2"):
        return (("schooling",), 0) if two < 0.2 else ((), 0)
    mixed = (one * 7 + two * 3) % 1.0
    if entitled(detail) and mixed < ALLOWANCE_PAID:
        return ("social_allowance",), 1
    if mixed < SUPPORTED + 0.02:
        return (("care_visit",) if mixed < 0.4 else ("gift",) if mixed < 0.7 else ("schooling",)), 0
    return (), 0
