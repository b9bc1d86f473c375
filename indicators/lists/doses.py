"""Which doses fall due in a month, child by child, and the zero-dose children by village."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import duckdb

from indicators.geography import read_geography
from indicators.immunization.due import LISTED_UNTIL, Due, Rollout, due_doses
from indicators.immunization.judge import Dose
from indicators.immunization.schedule import series_of
from indicators.lists.places import inside, places
from schemas.dates import add_months


@dataclass(frozen=True)
class DueDose:
    """A dose that a child should have in the month. `state`: due (falls due in it), waiting (since earlier), late."""

    child: int
    commune: str
    commune_name: str
    village: str | None
    birth_date: date
    vaccine: str
    number: int
    due_on: date
    until: date
    state: str
    confidence: str  # of the schedule's row
    on_immunization_list: bool


@dataclass(frozen=True)
class DueList:
    """The doses, and how many children could not be judged because their birth date is not known to the day."""

    doses: list[DueDose]
    without_birth_day: int


def due_in_month(con: duckdb.DuckDBPyConnection, on: date, month: date, code: str | None = None) -> DueList:
    """What is due in the month that begins on MONTH, by what is known as on a day (source child prepared).

    A vaccine not delivered in the child's province is not listed. What has waited since before the month is listed
    for children under 5 alone (the doses of school age are given by year and are not in a commune's book).
    """
    kept, provinces, rollout = inside(places(con, on), code), _provinces(con, on), _rollout(con)
    given = _doses(con, on)
    ends = add_months(month, 1)
    rows = con.execute(
        """
        select r.child, r.unit, r.village, r.sex, r.birth_first, r.birth_precision, p.on_immunization_list
        from resident as r
        inner join prepared_child as p on p.child = r.child
        """
    ).fetchall()
    found, without = [], 0
    for child, unit, village, sex, born, precision, listed in rows:
        if unit not in kept:
            continue
        if precision != "day":
            without += 1
            continue
        place = kept[unit]
        for due in due_doses(born, given.get(child, []), on, provinces.get(unit, ""), rollout, female=sex == "F"):
            state = _state(due, born, month, ends)
            if state:
                found.append(DueDose(
                    int(child), place.commune, place.name, village, born, due.series, due.number, due.due_on,
                    due.until, state, due.row.confidence, bool(listed),
                ))  # fmt: skip
    found.sort(key=lambda d: (d.commune, d.village or "", d.child, d.due_on, d.vaccine))
    return DueList(found, without)


def _state(due: Due, born: date, month: date, ends: date) -> str | None:
    if not due.delivered or due.due_on >= ends or due.until <= month:
        return None
    if due.due_on >= month:
        return "due"
    if month >= LISTED_UNTIL.after(born):
        return None
    return "late" if due.late else "waiting"


def _doses(con: duckdb.DuckDBPyConnection, on: date) -> dict[int, list[Dose]]:
    given: dict[int, list[Dose]] = defaultdict(list)
    for child, vaccine, day, late in con.execute(
        f"select child, vaccine, given_on, late_birth_dose from snap_vaccination where given_on <= date '{on}'"
        " order by child, given_on, vaccine"
    ).fetchall():
        given[child].append(Dose(vaccine, day, bool(late)))
    return given


def _rollout(con: duckdb.DuckDBPyConnection) -> Rollout:
    rows = con.execute("select vaccine, province, given_from from snap_vaccine_rollout").fetchall()
    return {(series_of(vaccine) or vaccine, province): day for vaccine, province, day in rows}


def _provinces(con: duckdb.DuckDBPyConnection, on: date) -> dict[str, str]:
    """The province's code of each unit as filed."""
    tree = read_geography(con, on)
    return {unit: tree.units[tree.ancestry(unit)[-1]].code for unit in tree.units}


@dataclass(frozen=True)
class ZeroDoseVillage:
    """Children who have had their first birthday and are under 5: without a DPT-containing dose by it, with, unknown."""

    commune: str
    commune_name: str
    village: str | None
    zero_dose: int
    reached: int
    not_known: int


@dataclass(frozen=True)
class ZeroDoseChild:
    """A child without any DPT-containing dose before its first birthday; `never_vaccinated` without any dose at all."""

    child: int
    commune: str
    commune_name: str
    village: str | None
    age_months: int
    never_vaccinated: bool | None


def zero_dose(
    con: duckdb.DuckDBPyConnection, on: date, code: str | None = None
) -> tuple[list[ZeroDoseVillage], list[ZeroDoseChild]]:
    """By village, and the children themselves, among those of 12 to 59 completed months (source child prepared)."""
    kept = inside(places(con, on), code)
    rows = con.execute(
        """
        select child, unit, village, age_months_lo, zero_dose_12m, never_vaccinated
        from prepared_child
        where age_months_lo >= 12 and age_months_hi < 60
        """
    ).fetchall()
    counts: dict[tuple[str, str, str | None], list[int]] = defaultdict(lambda: [0, 0, 0])
    children = []
    for child, unit, village, age, zero, never in rows:
        if unit not in kept:
            continue
        place = kept[unit]
        counts[place.commune, place.name, village][2 if zero is None else 0 if zero else 1] += 1
        if zero:
            children.append(ZeroDoseChild(int(child), place.commune, place.name, village, age, never))
    return list(_villages(counts)), sorted(children, key=lambda c: (c.commune, c.village or "", c.child))


def _villages(counts: dict[tuple[str, str, str | None], list[int]]) -> Iterator[ZeroDoseVillage]:
    for key in sorted(counts, key=lambda k: (k[0], k[2] or "")):
        yield ZeroDoseVillage(*key, *counts[key])
