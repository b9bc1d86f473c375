"""Weights and heights: drawn as z-scores, turned into kilograms and centimetres by WHO's own tables.

Heights fall behind with age, as they do in the mountains: stunting near 26 %, underweight near 16 %, wasting near 5 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from indicators.growth.lms import LMS, by_day, by_length
from sample_data.names import HMONG, KINH
from sample_data.population import Child, stream

HEIGHT_SPREAD = 1.12
HEIGHT_AT_BIRTH, HEIGHT_FROM_TWO = -0.45, -1.47  # mean z of length at birth, and from 24 months on
WEIGHT_MEAN, WEIGHT_SPREAD = -0.47, 0.94  # z of weight for length
POORER, BETTER = -0.22, 0.55  # added to the mean z of height among H'Mông and Kinh
MEASURED = 0.955
ARM_MEASURED = 0.2
OEDEMA = 0.0007


@dataclass(frozen=True)
class Measurement:
    day: date
    weight_kg: float
    length_cm: float
    position: str  # L lying, H standing
    muac_mm: int | None
    oedema: bool


def value(lms: LMS, z: float) -> float:
    """The measurement whose z-score is Z (inverse of the LMS formula)."""
    if abs(lms.power) < 1e-9:
        raise ValueError("power")
    return float(lms.median * (1 + lms.power * lms.spread * z) ** (1 / lms.power))


def measurement(seed: int, child: Child, day: date) -> Measurement | None:
    """The weighing of the half-year that ends on DAY; None if the child was missed or is five years old."""
    draw = stream(seed, "weighing", child.number, day)
    village = child.home(day)[1]
    when = day - timedelta(days=20 + (sum(map(ord, village.name)) % 12 if village else 0))
    days = (when - child.born).days
    if draw.random() > MEASURED or days < 10 or child.age(when) >= 5 or not child.alive(when):
        return None
    sex = 1 if child.sex == "M" else 2
    lasting = stream(seed, "growth", child.number)
    tall, heavy = lasting.gauss(0, 1), lasting.gauss(0, 1)
    shift = {HMONG: POORER, KINH: BETTER}.get(child.household.ethnicity, 0.0)
    part = min(1.0, days / 731)
    z = HEIGHT_AT_BIRTH + (HEIGHT_FROM_TWO - HEIGHT_AT_BIRTH) * part + shift + HEIGHT_SPREAD * tall
    z = max(-4.8, min(3.5, z + draw.gauss(0, 0.15)))
    lying = value(by_day()["len", sex, days], z) + (0.7 if days >= 731 else 0.0)
    position = "L" if days < 731 else "H"
    length = round(lying - (0.7 if position == "H" else 0.0), 1)
    w = max(-4.2, min(3.8, WEIGHT_MEAN + WEIGHT_SPREAD * heavy + draw.gauss(0, 0.2)))
    weight = round(_weight(sex, position, length, days, w), 1)
    arm = round(value(by_length()["L", sex, 750], w / 3) * 5 + 95 + days / 60) if draw.random() < ARM_MEASURED else None
    if days < 183:
        arm = None
    return Measurement(when, weight, length, position, arm, draw.random() < OEDEMA)


def _weight(sex: int, position: str, length: float, days: int, z: float) -> float:
    tenths = round(length * 10)
    table = by_length()
    if (position, sex, tenths) in table:
        return value(table[position, sex, tenths], z)
    return value(by_day()["wei", sex, days], z - 0.8)
