"""The doses a child got: on time, late, missed, or given too early; on the commune's vaccination days.

Ages follow the programme in force in 2018-2024 (TT 38/2017/TT-BYT, TT 10/2024/TT-BYT); about nine children in ten
complete the eight vaccines before their first birthday.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from sample_data.names import HMONG, KINH
from sample_data.population import Child, stream
from schemas.dates import add_months

NEVER, MISSES_ONE, VERY_LATE, TOO_EARLY = 0.010, 0.040, 0.035, 0.012
HMONG_FACTOR, KINH_FACTOR = 1.8, 0.5
BIRTH_DOSE_24H, BIRTH_DOSE_LATER = 0.86, 0.05
SKIPS_A_SESSION = 0.12
LATER_DOSE_MISSED = 0.06  # each of IPV 2, MR, DPT, JE

BASIC = (
    ("PENTA", 1, 2), ("OPV", 1, 2), ("PENTA", 2, 3), ("OPV", 2, 3), ("PENTA", 3, 4), ("OPV", 3, 4),
)  # fmt: skip
LATER = (
    ("IPV", 1, 5),
    ("MEASLES", 1, 9),
    ("IPV", 2, 9),
    ("JE", 1, 12),
    ("MR", 1, 18),
    ("DPT", 4, 18),
    ("JE", 3, 24),
)


@dataclass(frozen=True)
class Dose:
    vaccine: str
    number: int
    day: date
    late_birth_dose: bool = False


def doses(seed: int, child: Child, until: date) -> list[Dose]:
    """All doses given up to UNTIL, in order of date."""
    draw = stream(seed, "doses", child.number)
    factor = {HMONG: HMONG_FACTOR, KINH: KINH_FACTOR}.get(child.household.ethnicity, 0.85)
    fate, missed = draw.random() / factor, draw.randrange(8)
    never = fate < NEVER
    late = NEVER + MISSES_ONE <= fate < NEVER + MISSES_ONE + VERY_LATE
    early = NEVER + MISSES_ONE + VERY_LATE <= fate < NEVER + MISSES_ONE + VERY_LATE + TOO_EARLY
    given: list[Dose] = [] if never else _at_birth(draw, child)
    if not never:
        given += _series(draw, child, delay=draw.randint(5, 9) if late else 0, early=early)
    if NEVER <= fate < NEVER + MISSES_ONE:
        lost = (("BCG", 1), *(b[:2] for b in BASIC), ("MEASLES", 1))[missed]
        given = [d for d in given if d.vaccine != lost[0] or d.number < lost[1]]
    end = min(until, child.died - timedelta(days=1)) if child.died else until
    return sorted((d for d in given if d.day <= end), key=lambda d: (d.day, d.vaccine, d.number))


def _at_birth(draw: random.Random, child: Child) -> list[Dose]:
    found, chance = [], draw.random()
    if chance < BIRTH_DOSE_24H:
        found.append(Dose("HEPB0", 1, child.born))
    elif chance < BIRTH_DOSE_24H + BIRTH_DOSE_LATER:
        found.append(Dose("HEPB0", 1, child.born + timedelta(days=draw.randint(2, 7)), late_birth_dose=True))
    bcg = _session(child, child.born + timedelta(days=draw.randint(3, 25)))
    return [*found, Dose("BCG", 1, bcg)]


def _series(draw: random.Random, child: Child, delay: int, early: bool) -> list[Dose]:
    """The series in order: a dose waits for its age and, inside its series, for a month after the one before."""
    found: list[Dose] = []
    last: dict[str, date] = {}
    for vaccine, number, months in BASIC:
        due = add_months(child.born, months + delay)
        if vaccine == "OPV" and found and found[-1].number == number:
            day = found[-1].day  # given in one visit
        else:
            due = max(due, add_months(last[vaccine], 1)) if vaccine in last else due
            skips = draw.random() < SKIPS_A_SESSION
            day = _session(child, add_months(due, 1) if skips else due)
            if early and number == 3:
                day = last[vaccine] + timedelta(days=17)
        last[vaccine] = day
        found.append(Dose(vaccine, number, day))
    for vaccine, number, months in LATER:
        due = add_months(child.born, months + (delay if months <= 9 else 0))
        missed = draw.random() < (LATER_DOSE_MISSED if vaccine != "MEASLES" else 0.0)
        skips = draw.random() < SKIPS_A_SESSION
        if vaccine == "JE" and number == 3 and "JE" not in last:
            continue
        if vaccine == "IPV" and number == 2 and (child.born < date(2021, 1, 1) or "IPV" not in last):
            continue
        if missed:
            continue
        day = _session(child, add_months(due, 1) if skips else due)
        last[vaccine] = day
        found.append(Dose(vaccine, number, day))
        if vaccine == "JE" and number == 1:
            found.append(Dose("JE", 2, day + timedelta(days=14)))
    return found


def _session(child: Child, due: date) -> date:
    """The commune's next vaccination day from DUE on: two days a month."""
    home = child.home(due)[0] or child.household.commune
    first = 4 + int(home.code) % 7
    for month in (due, add_months(due.replace(day=1), 1)):
        for day in (first, first + 14):
            if (session := month.replace(day=day)) >= due:
                return session
    raise ValueError("no session")
