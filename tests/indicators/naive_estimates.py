"""The estimators once more, child by child, in fractions: mortality by synthetic cohort and capture-recapture."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from schemas.dates import add_months, completed_months
from tests.indicators.naive import Row, World

AGES = {"cohort_neonatal": 1, "cohort_infant": 12, "cohort_under5": 60}
SEGMENTS = ((0, 1), (1, 3), (3, 6), (6, 12), (12, 24), (24, 36), (36, 48), (48, 60))


def births(world: World) -> list[Row]:
    """Live births of ten years with the month of birth and the completed months at death, both since 1900."""
    day, found = world.day, []
    first = add_months(day.replace(day=1), -120)
    for c in world.tables["child"]:
        told = [b for b in world.of("birth", c["child"]) if b["live_birth"] is not None]
        if c["birth_precision"] not in ("day", "month") or not first <= c["birth_first"] <= day:
            continue
        if told and not any(b["live_birth"] for b in told):
            continue
        died = min((d["died_on"] for d in world.of("death", c["child"]) if d["died_on"] <= day), default=None)
        age = None if died is None else max(0, completed_months(c["birth_last"], died))
        found.append({
            "unit": max(b["unit"] for b in told) if told else c["unit"], "recorded": bool(told), "age": age,
            "born": (c["birth_first"].year - 1900) * 12 + c["birth_first"].month,
        })  # fmt: skip
    return found


def _rate(rows: list[Row], end: int, until: int) -> Fraction | None:
    """Deaths per 1,000 before UNTIL months: segment by segment, whole and half cohorts of the 60 months before END."""
    living = Fraction(1)
    for low, high in SEGMENTS:
        if low >= until:
            break
        deaths = exposed = Fraction(0)
        for r in rows:
            if r["age"] is not None and r["age"] < low:
                continue
            begins, ends = r["born"] + low, r["born"] + high  # the months in which the child has that age
            if not (ends >= end - 60 and begins < end):
                continue
            inside = begins >= end - 60 and ends < end
            share = Fraction(1) if inside else Fraction(1, 2)
            exposed += share
            if r["age"] is not None and r["age"] < high:
                deaths += 1 if ends >= end else share
        if not exposed:
            return None
        living *= 1 - deaths / exposed
    return 1000 * (1 - living)


def cohort(world: World, estimator: str, inside: Callable[[object], bool]) -> dict[str, float | None]:
    """Value, limits and standard error for the births in some communes."""
    end, until = (world.day.year - 1900) * 12 + world.day.month, AGES[estimator]
    rows = [r for r in births(world) if inside(r["unit"])]
    nothing = dict.fromkeys(("value", "sd", "ci_low", "ci_high"))
    communes = sorted({r["unit"] for r in rows})
    late = any(
        min((r["born"] for r in rows if r["unit"] == u and r["recorded"]), default=end) > end - 48 for u in communes
    )
    rate = _rate(rows, end, until)
    if late or rate is None:
        return nothing
    without = [_rate([r for r in rows if r["unit"] != u], end, until) for u in communes]
    k = len(communes)
    if k < 2 or None in without:
        return nothing | {"value": float(rate)}
    pseudo = [k * rate - (k - 1) * w for w in without]
    error = math.sqrt(sum((p - rate) ** 2 for p in pseudo) / (k * (k - 1)))
    return {"value": float(rate), "sd": error, "ci_low": max(0.0, float(rate) - 1.96 * error),
            "ci_high": float(rate) + 1.96 * error}  # fmt: skip


def chapman(world: World, inside: Callable[[object], bool]) -> dict[str, float | None]:
    """Children under 5 on neither of two lists."""
    known = [
        (c["on_register"], c["on_immunization_list"])
        for c in world.sources["child"]
        if inside(c["unit"]) and c["age_months"] and c["age_months"][1] < 60
    ]
    both, one, other = (known.count(pair) for pair in ((True, True), (True, False), (False, True)))
    if not both:
        return dict.fromkeys(("value", "ci_low", "ci_high"))
    total = Fraction((both + one + 1) * (both + other + 1), both + 1) - 1
    missed = max(Fraction(0), total - both - one - other)
    variance = Fraction((both + one + 1) * (both + other + 1) * one * other, (both + 1) ** 2 * (both + 2))
    spread = 1.959963984540054 * math.sqrt(variance)
    return {"value": float(missed), "ci_low": max(0.0, float(missed) - spread), "ci_high": float(missed) + spread}


def estimates(world: World, estimator: str, inside: Callable[[object], bool]) -> dict[str, float | None]:
    return chapman(world, inside) if estimator == "capture_recapture" else cohort(world, estimator, inside)
