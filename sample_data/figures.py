"""The truth behind the workbooks: figures counted naively in the population itself, for tests to compare with.

They say what is so, not what the lists say: rows held back, newborns not yet listed and children struck through make
the office's figures differ a little; tests compare with a tolerance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from indicators.growth.zscore import zscores
from sample_data.circumstances import situation
from sample_data.doses import doses
from sample_data.growth import measurement
from sample_data.lives import birth, injury, marriage, registered, school, screening, stillbirths, takes_vitamin_a, work
from sample_data.population import Child, Population
from sample_data.rounds import ROUNDS
from schemas.dates import add_months, completed_months

SKILLED = ("doctor", "assistant_doctor", "midwife")


@dataclass(frozen=True)
class Figure:
    numerator: int
    denominator: int

    @property
    def share(self) -> float:
        return self.numerator / self.denominator if self.denominator else 0.0


def _share(children: Iterable[Child], holds: Callable[[Child], bool]) -> Figure:
    answers = [holds(c) for c in children]
    return Figure(sum(answers), len(answers))


def figures(people: Population, day: date, commune: str | None = None) -> dict[str, Figure]:
    """Figures of the district (or of one commune by code) as on DAY; deaths and births of DAY's year up to DAY."""
    seed = people.seed
    here = [c for c in people.children if _lives(c, day, commune)]
    under = {years: [c for c in here if c.age(day) < years] for years in (5, 16)}
    special = [c for c in under[16] if _special(seed, c, day)]
    both_dead = [c for c in under[16] if situation(seed, c, day).codes == ("1.01",)]
    year = day.year if day.month >= 8 else day.year - 1
    five = [c for c in here if year - c.born.year == 5]
    eleven = [c for c in here if year - c.born.year == 11]
    workers = [c for c in here if 5 <= c.age(day) < 18]
    small = [c for c in here if 6 <= completed_months(c.born, day) < 36]
    year_ago = add_months(day, -12)
    wed = [c for c in here if (w := marriage(seed, c)) is not None and year_ago < w[0] <= day]
    found = {
        "children_under_16": Figure(len(under[16]), len(under[16])),
        "birth_registration_u5": _share(under[5], lambda c: registered(seed, c, day)),
        "full_immunization_u1": _share(
            [c for c in here if 12 <= completed_months(c.born, day) < 24], lambda c: fully_immunized(seed, c)
        ),
        "poor_or_near_poor": _share(under[16], lambda c: c.household.poverty_on(day) != "none"),
        "children_special_circumstances": Figure(len(special), len(under[16])),
        "special_circumstances_supported": _share(special, lambda c: bool(situation(seed, c, day).support)),
        "orphans_in_family_care": _share(both_dead, lambda c: situation(seed, c, day).care != "facility"),
        "works": _share(workers, lambda c: work(seed, c, day) is not None),
        "preschool_age5": _share(five, lambda c: (y := school(seed, c, year, day)) is not None and y.attending),
        "vitamin_a": _share(small, lambda c: _had_vitamin_a(seed, c, day)),
        "injured": _share(under[16], lambda c: (on := injury(seed, c, day)) is not None and on > year_ago),
        "child_marriages": Figure(len(wed), len(here)),
        "primary_completion": _share(eleven, lambda c: _past_primary(seed, c, year, day)),
    }
    found |= _growth(seed, [c for c in under[5]], day)
    found |= _births_and_deaths(people, day, commune)
    screened = [s for c in here if (s := screening(seed, c)) is not None and s[0] <= day]
    found["mental_health_supported"] = Figure(
        sum(s[2] is not None and s[2] <= day for s in screened if s[1]), sum(s[1] for s in screened)
    )
    return found


def _had_vitamin_a(seed: int, child: Child, day: date) -> bool:
    """At a weighing of the last six months."""
    weighed = [measurement(seed, child, turn.day) for turn in ROUNDS if turn.day <= day]
    since = add_months(day, -6)
    return any(m.day > since and takes_vitamin_a(seed, child, m.day) for m in weighed if m is not None)


def _lives(child: Child, day: date, commune: str | None) -> bool:
    place = child.home(day)[0]
    return child.alive(day) and place is not None and commune in (None, place.code)


def _special(seed: int, child: Child, day: date) -> bool:
    return any(code.startswith("1.") for code in situation(seed, child, day).codes)


def _past_primary(seed: int, child: Child, year: int, day: date) -> bool:
    found = school(seed, child, year, day)
    return found is not None and found.level in ("lower_secondary", "upper_secondary")


def fully_immunized(seed: int, child: Child) -> bool:
    """BCG 1, DPT-VGB-Hib 3, OPV 3, measles 1, all before the first birthday (doses counted, not judged)."""
    birthday = add_months(child.born, 12)
    given = Counter(d.vaccine for d in doses(seed, child, birthday) if d.day < birthday)
    return given["BCG"] >= 1 and given["PENTA"] >= 3 and given["OPV"] >= 3 and given["MEASLES"] >= 1


def _growth(seed: int, children: list[Child], day: date) -> dict[str, Figure]:
    names = {"stunting_u5": ("len", -2), "underweight_u5": ("wei", -2), "wasting_u5": ("wfl", -2)}
    counts = {name: [0, 0] for name in names}
    for child in children:
        found = measurement(seed, child, day)
        if found is None:
            continue
        days = (found.day - child.born).days
        z = zscores(
            1 if child.sex == "M" else 2,
            days,
            found.weight_kg,
            found.length_cm,
            found.position,
            oedema=found.oedema,
        )
        for name, (index, limit) in names.items():
            score = z[f"z{index}"]
            if score is not None and not z[f"f{index}"]:
                counts[name][0] += score < limit
                counts[name][1] += 1
    return {name: Figure(*pair) for name, pair in counts.items()}


def _births_and_deaths(people: Population, day: date, commune: str | None) -> dict[str, Figure]:
    start = date(day.year, 1, 1)
    born = [c for c in people.children if start <= c.born <= day and _at(c, c.born, commune)]
    dead = [c for c in people.children if c.died and start <= c.died <= day and _at(c, c.died, commune)]
    ages = [((c.died or c.born) - c.born).days for c in dead]
    dead_born = stillbirths(people, start, day, commune)
    papers = [birth(people.seed, c) for c in born]
    weighed = [p.weight_g for p in papers if p.weight_g is not None]
    return {
        "neonatal_mortality": Figure(sum(days < 28 for days in ages), len(born)),
        "infant_mortality": Figure(sum(c.age(c.died) < 1 for c in dead if c.died), len(born)),
        "under5_mortality": Figure(sum(c.age(c.died) < 5 for c in dead if c.died), len(born)),
        "stillbirth_rate": Figure(len(dead_born), len(born) + len(dead_born)),
        "skilled_birth_attendance": Figure(sum(p.attendant in SKILLED for p in papers), len(papers)),
        "low_birth_weight": Figure(sum(w < 2500 for w in weighed), len(weighed)),
    }


def _at(child: Child, day: date, commune: str | None) -> bool:
    place = child.home(day)[0]
    return place is not None and commune in (None, place.code)
