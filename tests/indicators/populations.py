"""Random children with the mess of real lists: open birth dates, moves, blanks, doubts, deaths, odd doses."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from indicators.prepare.contracts import COMMUNE_ITEMS
from tests.indicators.snapshots import ANG_TO, BUNG_LAO_OLD, CHIENG_DONG, XUAN_LAO

AS_OF = date(2024, 11, 30)
UNITS = (ANG_TO, BUNG_LAO_OLD, CHIENG_DONG, XUAN_LAO)
VACCINES = ("BCG", "HEPB0", "PENTA", "PENTA", "PENTA", "OPV", "OPV", "OPV", "IPV", "MEASLES", "MR", "JE", "DPT")
CODES = (
    "1.01",
    "1.01.03",
    "1.02",
    "1.03",
    "1.03.02",
    "1.03.04",
    "1.04",
    "1.04.01",
    "1.04.02",
    "1.04.03",
    "1.08",
    "1.13.01",
    "1.14",
    "2.05",
    "2.10",
    "3",
)
WORK = ("upland_field", "herding", "household_trade", "hired", "domestic", "craft", "arts_sport", "mining", "other")
LEVELS = ("nursery", "kindergarten", "primary", "lower_secondary", "upper_secondary", "none", None)


def random_population(seed: int, size: int = 120) -> dict[str, list[dict]]:
    rng = random.Random(seed)
    tables: dict[str, list[dict]] = {
        name: []
        for name in (
            "child",
            "residence",
            "household_status",
            "listing",
            "circumstance",
            "parent_status",
            "care_arrangement",
            "birth",
            "death",
            "measurement",
            "vaccination",
            "health_event",
            "schooling",
            "work_spell",
            "marriage",
            "support",
            "commune_return",
            "sealed_count",
            "unit_trait",
        )
    }
    quiet = set(rng.sample(UNITS, rng.randint(0, 2)))  # units that send only registers
    for key in range(1, size + 1):
        _child(rng, tables, key, quiet)
    for unit in UNITS:
        _commune(rng, tables, unit)
    return tables


def _maybe(rng: random.Random, value: object, chance: float = 0.8) -> object:
    return value if rng.random() < chance else None


def _day(rng: random.Random, low: int, high: int) -> date:
    return AS_OF - timedelta(days=rng.randint(low, high))


def _child(rng: random.Random, tables: dict, key: int, quiet: set[str]) -> None:
    unit = rng.choice(UNITS)
    born = AS_OF - timedelta(
        days=rng.choice((rng.randint(-20, 800), rng.randint(0, 2200), rng.randint(0, 7000), 365 * rng.randint(0, 18)))
    )
    precision = rng.choices(("day", "month", "year"), (8, 1, 1))[0]
    first, last = _span(born, precision)
    if rng.random() < 0.03:
        first = last = precision = None
    sex = rng.choice(("M", "F", "F", None))
    tables["child"].append(
        {
            "child": key,
            "unit": unit,
            "birth_first": first,
            "birth_last": last,
            "birth_precision": precision,
            "sex": sex,
            "ethnicity": rng.choice(("03", "05", "01", None)),
            "birth_registered": rng.choice((True, True, False, None)),
            "has_personal_id": rng.choice((True, False)),
            "has_health_card": rng.choice((True, False)),
            "named": True,
        }
    )
    _home(rng, tables, key, unit)
    spell = {"valid_from": _day(rng, 1, 900), "valid_to": _maybe(rng, _day(rng, -200, 300), 0.2)}
    for kind in ("register", "immunization", "school", "poor_households"):
        if rng.random() < (0.6 if unit not in quiet or kind == "register" else 0.0):
            tables["listing"].append(
                {"child": key, "list_kind": kind, "list_date": _day(rng, -10, 500), "period": "2024", "unit": unit}
            )
    _growth_and_doses(rng, tables, key, born)
    if unit in quiet:
        return
    if rng.random() < 0.3:
        tables["household_status"].append(
            {"child": key, "household": key, "status": rng.choice(("poor", "near_poor", "none")), "year": 2024, **spell}
        )
    _care(rng, tables, key, spell)
    _school_and_work(rng, tables, key, spell)
    _events(rng, tables, key, unit, born, sex, first, last)


def _span(born: date, precision: str) -> tuple[date, date]:
    if precision == "day":
        return born, born
    if precision == "month":
        following = (born.replace(day=1) + timedelta(days=32)).replace(day=1)
        return born.replace(day=1), following - timedelta(days=1)
    return date(born.year, 1, 1), date(born.year, 12, 31)


def _home(rng: random.Random, tables: dict, key: int, unit: str) -> None:
    kind = rng.choices(("permanent", "temporary", "moved_away", None), (8, 1, 0.5, 0.5))[0]
    start = _day(rng, 0, 800)
    base = {"child": key, "village": rng.choice(("Bản Bó", "Nà Luông", None)), "household": key}
    if rng.random() < 0.2:
        moved = start + timedelta(days=200)
        end = moved if rng.random() < 0.7 else None  # else two spells are open on one day
        tables["residence"].append(
            {**base, "unit": rng.choice(UNITS), "residence_kind": "permanent", "valid_from": start, "valid_to": end}
        )
        start = moved
    tables["residence"].append(
        {
            **base,
            "unit": unit,
            "residence_kind": kind,
            "valid_from": start,
            "valid_to": _maybe(rng, _day(rng, -99, 5), 0.1),
        }
    )


def _growth_and_doses(rng: random.Random, tables: dict, key: int, born: date) -> None:
    for day in sorted({_day(rng, -5, 420) for _ in range(rng.randint(0, 2))}):
        age = max(0, (day - born).days)
        length = 50 + age**0.5 * 1.3 + rng.uniform(-9, 6)
        weight = max(2.0, (length / 100) ** 2 * rng.uniform(12, 20))
        tables["measurement"].append(
            {
                "child": key,
                "measured_on": day,
                "weight_kg": _maybe(rng, Decimal(f"{weight:.1f}"), 0.95),
                "length_cm": _maybe(rng, Decimal(f"{length:.1f}"), 0.95),
                "measure": rng.choice(("L", "H", None)),
                "oedema": rng.choices((None, False, True), (5, 5, 0.3))[0],
                "unit": None,
            }
        )
    if rng.random() < 0.6:
        keep = rng.random()
        seen = set()
        for number, vaccine in enumerate(VACCINES):
            day = born + timedelta(days=30 * number + rng.randint(-20, 60))
            if rng.random() < 0.4 + 0.6 * keep and (vaccine, day) not in seen and vaccine:
                seen.add((vaccine, day))
                tables["vaccination"].append(
                    {
                        "child": key,
                        "vaccine": vaccine,
                        "dose": None,
                        "given_on": day,
                        "late_birth_dose": rng.choice((None, False, True)) if vaccine == "HEPB0" else None,
                    }
                )


def _care(rng: random.Random, tables: dict, key: int, spell: dict) -> None:
    if rng.random() < 0.25:
        for code in sorted(rng.sample(CODES, rng.randint(1, 2))):
            tables["circumstance"].append({"child": key, "code": code, **spell})
    for parent in ("father", "mother"):
        if rng.random() < 0.3:
            status = rng.choice(("alive", "dead", "dead", "missing", "prison", "facility", "unable"))
            tables["parent_status"].append({"child": key, "parent": parent, "status": status, **spell})
    if rng.random() < 0.4:
        form = rng.choice(("parents", "relative", "non_relative", "adoption", "facility", "none"))
        tables["care_arrangement"].append({"child": key, "form": form, **spell})
    if rng.random() < 0.3:
        kind = rng.choice(("social_allowance", "gift", "schooling"))
        tables["support"].append({"child": key, "kind": kind, "amount": None, "legal_basis": None, **spell})


def _school_and_work(rng: random.Random, tables: dict, key: int, spell: dict) -> None:
    for year in range(2022, 2026):
        if rng.random() < 0.6:
            tables["schooling"].append(
                {
                    "child": key,
                    "school_year": year,
                    "level": rng.choice(LEVELS),
                    "grade": None,
                    "attending": rng.choice((True, True, False, None)),
                    "completed": rng.choice((True, False, None)),
                    "dropped_out": rng.choice((True, False, None)),
                }
            )
    for kind in rng.sample(WORK, rng.choice((0, 0, 1, 2))):
        tables["work_spell"].append(
            {
                "child": key,
                "kind": kind,
                "hours_per_day": _maybe(rng, Decimal(rng.randint(0, 9)), 0.6),
                "hours_per_week": _maybe(rng, Decimal(rng.choice((0, 1, 14, 20, 21, 40, 43, 50))), 0.7),
                "hazardous": rng.choices((None, False, True), (2, 6, 1))[0],
                "paid": rng.choice((None, True, False)),
                **spell,
            }
        )


def _events(rng, tables, key, unit, born, sex, first, last) -> None:  # type: ignore[no-untyped-def]
    for kind in ("vitamin_a", "mental_screening", "mental_risk", "mental_support", "injury"):
        if rng.random() < 0.15:
            said = ("traffic", "drowning", None) if kind == "injury" else ("positive", "negative", "no", "yes", None)
            result = rng.choice(said)
            tables["health_event"].append(
                {"child": key, "kind": kind, "on_date": _day(rng, -30, 500), "result": result}
            )
    if rng.random() < 0.08:
        tables["marriage"].append(
            {"child": key, "married_on": _day(rng, -30, 800), "age_years": rng.choice((None, 16, 18, 19))}
        )
    if rng.random() < 0.5:
        born = first or _day(rng, 0, 400)
        tables["birth"].append(
            {
                "child": key,
                "born_on": born,
                "live_birth": rng.choice((True, True, True, False, None)),
                "unit": unit,
                "place": rng.choice(("hospital", "home", None)),
                "attendant": rng.choice(("doctor", "none", None)),
                "gestation_weeks": _maybe(rng, rng.randint(20, 41)),
                "weight_g": _maybe(rng, rng.randint(1800, 4200)),
                "postnatal_visit_week1": rng.choice((True, False, None)),
                "sex": sex,
                "registered_on": _maybe(rng, born + timedelta(days=rng.choice((1, 59, 60, 61, 300)))),
            }
        )
    if rng.random() < 0.15 and last is not None and last < date(2019, 12, 1):
        day = date(2020, rng.randint(1, 12), 5)
        row = {"child": key, "birth_first": first, "birth_last": last, "died_on": day, "unit": unit, "sex": sex}
        tables["death"].append({**row, "cause": rng.choice(("drowning", "drowning", "unknown"))})
    elif rng.random() < 0.15 and (last is None or last <= AS_OF):
        died = min(AS_OF, (last or AS_OF - timedelta(days=30)) + timedelta(days=rng.choice((0, 5, 27, 28, 400, 3000))))
        cause = rng.choice(("perinatal", "drowning", "traffic", "other", "unknown", None))
        tables["death"].append(
            {
                "child": key,
                "birth_first": first,
                "birth_last": last,
                "died_on": died,
                "unit": unit,
                "cause": cause,
                "sex": sex,
            }
        )


def _commune(rng: random.Random, tables: dict, unit: str) -> None:
    for day in (date(2020, 12, 31), date(2023, 12, 31), date(2024, 11, 30)):
        for kind in ("births_deaths", "register"):
            if rng.random() < 0.7:
                row = {"child": None, "list_kind": kind, "list_date": day, "period": None, "unit": unit}
                tables["listing"].append(row)
    for item in COMMUNE_ITEMS:
        for period, listed in (("2023", date(2023, 12, 5)), ("2024", date(2024, 11, 20))):
            if rng.random() < 0.6:
                value = Decimal(rng.randint(0, 9))
                tables["commune_return"].append(
                    {"unit": unit, "period": period, "item": item, "value": value, "said": None, "listed_on": listed}
                )
    for code in ("1", "1.05", "1.11", "1.11.01"):
        if rng.random() < (0.2 if code == "1" else 0.5):
            tables["sealed_count"].append(
                {
                    "as_of": AS_OF,
                    "unit": unit,
                    "code": code,
                    "sex": "F",
                    "age_band": rng.choice(("11-15", "16-17", None)),
                    "children": 3,
                    "only_sealed": rng.randint(0, 3),
                    "supported": rng.randint(0, 3),
                }
            )
    if rng.random() < 0.4:
        tables["unit_trait"].append(
            {
                "unit": unit,
                "trait": "extremely_difficult",
                "valid_from": date(2021, 1, 1),
                "valid_to": None,
                "source": "made up",
            }
        )
