"""Mortality from registers as health statistics count it: deaths of the year over live births of the year.

Circular 20/2019/TT-BYT and the statistics on children: a birth counts at the mother's commune, a death where the
child lived; deaths of the year count whatever the year of birth (definitions.md, section 3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from typing import TypeVar

from schemas.dates import completed_years

TOTAL = "total"
RATE_DECIMALS = 6


@dataclass(frozen=True)
class RegisteredBirth:
    """One entry of the birth register; None where a cell is empty."""

    birth_id: str
    born: date | None
    live: bool | None
    mother_commune: str
    registered_on: date | None


@dataclass(frozen=True)
class RegisteredDeath:
    """One entry of the death register; `birth_id` leads to the birth, where it is known."""

    death_id: str
    birth_id: str
    born: date | None
    died: date | None
    residence: str
    registered_on: date | None


@dataclass
class RegisterCounts:
    """Births and deaths of one unit and year. Each death class holds the ones before it."""

    live_births: int = 0
    stillbirths: int = 0
    early_neonatal: int = 0  # before 7 completed days
    neonatal: int = 0  # before 28 completed days
    infant: int = 0  # before the first birthday
    under5: int = 0  # before the fifth birthday

    def values(self) -> list[int]:
        return [getattr(self, each.name) for each in fields(self)]


def rate_per_1000(deaths: int, live_births: int) -> str:
    """Deaths per 1,000 live births with six decimals, half up; empty where there was no live birth."""
    if live_births == 0:
        return ""
    scale = 10**RATE_DECIMALS
    scaled = (2 * 1000 * scale * deaths + live_births) // (2 * live_births)
    return f"{scaled // scale}.{scaled % scale:0{RATE_DECIMALS}d}"


@dataclass
class RegisterTable:
    """Counts by (year, unit), and how many known entries could not be placed or aged, by why."""

    counts: dict[tuple[int, str], RegisterCounts] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def rows(self) -> Iterable[tuple[int, str, RegisterCounts]]:
        """Years upwards; in each the communes by code, then `total`."""
        order = sorted(self.counts, key=lambda key: (key[0], key[1] == TOTAL, key[1]))
        return ((year, unit, self.counts[year, unit]) for year, unit in order)

    def add(self, year: int, commune: str, classes: Iterable[str]) -> None:
        """Count one event in its commune and in the total; without a commune in the total alone."""
        for unit in {commune, TOTAL} - {""}:
            counts = self.counts.setdefault((year, unit), RegisterCounts())
            for each in classes:
                setattr(counts, each, getattr(counts, each) + 1)

    def leave_out(self, why: str) -> None:
        self.left_out[why] = self.left_out.get(why, 0) + 1


def register_table(
    births: Iterable[RegisteredBirth], deaths: Iterable[RegisteredDeath], as_known: date
) -> RegisterTable:
    """Births and deaths as the registers knew them at the end of AS_KNOWN.

    An entry registered later (without a date of registration: whose event came later) is unknown, also as the birth
    that a death leads to. An entry that repeats an id
    is one event, as last registered; so are two deaths that lead to one birth. A death that leads to a
    stillbirth is not the death of a live birth. Without a date of birth, or with one after the death, a death
    has no age: it is left out and counted in `left_out`.
    """
    table = RegisterTable()
    known_births = _latest((birth for birth in births if _known(birth, as_known)), lambda birth: birth.birth_id)
    for birth in known_births:
        _count_birth(table, birth)
    by_id = {birth.birth_id: birth for birth in known_births if birth.birth_id}
    known_deaths = _latest((death for death in deaths if _known(death, as_known)), lambda death: death.death_id)
    for death in _latest(known_deaths, lambda death: death.birth_id):
        _count_death(table, death, by_id.get(death.birth_id) if death.birth_id else None)
    return table


def _known(entry: RegisteredBirth | RegisteredDeath, as_known: date) -> bool:
    """Registered by AS_KNOWN; without a date of registration, an entry whose event had happened by then."""
    since = entry.registered_on or (entry.died if isinstance(entry, RegisteredDeath) else entry.born)
    return since is None or since <= as_known


Entry = TypeVar("Entry", RegisteredBirth, RegisteredDeath)


def _latest(entries: Iterable[Entry], identity: Callable[[Entry], str]) -> list[Entry]:
    """One entry per identity, the last registered (of equal dates the later in the file); all that have none."""
    kept: dict[object, Entry] = {}
    for place, entry in enumerate(entries):
        key = identity(entry) or place
        before = kept.get(key)
        if before is None or (entry.registered_on or date.min) >= (before.registered_on or date.min):
            kept[key] = entry
    return list(kept.values())


def _count_birth(table: RegisterTable, birth: RegisteredBirth) -> None:
    if birth.born is None:
        table.leave_out("birth_without_date")
    elif birth.live is None:
        table.leave_out("birth_not_said_live_or_still")
    else:
        table.add(birth.born.year, birth.mother_commune, ["live_births" if birth.live else "stillbirths"])


def _count_death(table: RegisterTable, death: RegisteredDeath, birth: RegisteredBirth | None) -> None:
    if birth is not None and birth.live is False:
        return
    born = death.born or (birth.born if birth else None)
    if death.died is None:
        table.leave_out("death_without_date")
    elif born is None:
        table.leave_out("death_without_birth_date")
    elif death.died < born:
        table.leave_out("death_before_birth")
    elif classes := age_classes(born, death.died):
        table.add(death.died.year, death.residence, classes)


def age_classes(born: date, died: date) -> list[str]:
    """The classes of `RegisterCounts` that a death falls in; none from the fifth birthday on."""
    days, years = (died - born).days, completed_years(born, died)
    inside = {"early_neonatal": days < 7, "neonatal": days < 28, "infant": years < 1, "under5": years < 5}
    return [name for name, falls in inside.items() if falls]
