"""Z-scores of one child, in plain Python: the readable statement of what `sql.py` does for a whole table.

Sources
    WHO Multicentre Growth Reference Study Group. WHO Child Growth Standards: length/height-for-age,
    weight-for-age, weight-for-length, weight-for-height and body mass index-for-age: methods and development.
    Geneva: WHO, 2006. Chapter 7, computation of centiles and z-scores.
    The same: head circumference-for-age, arm circumference-for-age, triceps skinfold-for-age and subscapular
    skinfold-for-age: methods and development. Geneva: WHO, 2007.
    de Onis M et al. Development of a WHO growth reference for school-aged children and adolescents.
    Bull World Health Organ 2007;85:660-7.
Ages, lengths, flags and edges are treated as WHO's own R packages `anthro` and `anthroplus` treat them.
"""

from __future__ import annotations

import math

from indicators.growth.lms import DAYS_PER_MONTH, LMS, by_day, by_length, by_month

STANDING_MINUS_LYING_CM = 0.7
TWO_YEARS_DAYS = 731
LAST_DAY = 1856
LAST_MONTH_2006 = 60.0
STANDING_FROM_MONTHS = 9.0
LENGTH_RANGE_CM = {"L": (45.0, 110.0), "H": (65.0, 120.0)}
LYING_BELOW_CM = 87.0
MONTHS_2007 = {"hfa": (60.0, 229.0), "wfa": (60.0, 121.0), "bfa": (60.0, 229.0)}
PLAUSIBLE = {
    "len": (-6.0, 6.0),
    "wei": (-6.0, 5.0),
    "wfl": (-5.0, 5.0),
    "bmi": (-5.0, 5.0),
    "hc": (-5.0, 5.0),
    "ac": (-5.0, 5.0),
    "ts": (-5.0, 5.0),
    "ss": (-5.0, 5.0),
    "hfa": (-6.0, 6.0),
    "wfa": (-6.0, 5.0),
    "bfa": (-5.0, 5.0),
}
"""Lowest and highest plausible z; a rounded z beyond them is flagged and leaves the prevalence."""

Scores = dict[str, float | int | None]


def zscores(
    sex: int | None,
    age_days: float | None,
    weight_kg: float | None = None,
    length_cm: float | None = None,
    measure: str | None = None,
    head_cm: float | None = None,
    oedema: bool | None = None,
    *,
    age_months: float | None = None,
    arm_cm: float | None = None,
    triceps_mm: float | None = None,
    subscapular_mm: float | None = None,
) -> Scores:
    """Z-scores of a child of 0 to 60 months by the WHO Child Growth Standards (2006, 2007).

    SEX is 1 (boy) or 2 (girl). AGE_DAYS is rounded half up to whole days; where the age was given in months, pass
    AGE_MONTHS as well (it decides who is 60 months old). WEIGHT_KG in kg, LENGTH_CM and HEAD_CM in cm. MEASURE is
    'L' (lying), 'H' (standing) or None. OEDEMA makes all weight-based z-scores None. ARM_CM (mid-upper arm) in cm and
    the skinfolds in mm have a standard from day 91 on.

    Formula (chapter 7): z = ((y / M)^L - 1) / (S L). For the indices of weight, arm and skinfolds, beyond 3 and -3 the
    distance to the 3 SD line is counted in units of the distance between the 2 and the 3 SD line.

    Returns zlen, zwei, zwfl, zbmi, zhc, zac, zts, zss (unrounded, None where not computed) and flen ... fss (1
    implausible, 0 plausible, None without a z).
    """
    days = None if age_days is None or age_days < 0 else math.floor(age_days + 0.5)
    months = age_months if age_months is not None else None if days is None else _known(age_days) / DAYS_PER_MONTH
    position = _position(measure, months)
    length = _adjusted_length(_positive(length_cm), days, position)
    weight = None if oedema else weight_kg
    z: dict[str, float | None] = dict.fromkeys(("len", "wei", "wfl", "bmi", "hc", "ac", "ts", "ss"))
    if sex in (1, 2):
        z["wfl"] = _weight_for_length(sex, days, months, weight, length, position)
        if days is not None and days <= LAST_DAY and months is not None and months < LAST_MONTH_2006:
            table = by_day()
            z["len"] = plain(length, table["len", sex, days])
            z["hc"] = plain(_positive(head_cm), table["hc", sex, days])
            z["wei"] = restricted(_positive(weight), table["wei", sex, days])
            z["bmi"] = restricted(_bmi(weight, length), table["bmi", sex, days])
            for index, y in (("ac", arm_cm), ("ts", triceps_mm), ("ss", subscapular_mm)):
                z[index] = restricted(_positive(y), table.get((index, sex, days)))
    return _with_flags(z)


def zscores_2007(
    sex: int | None,
    age_months: float | None,
    weight_kg: float | None = None,
    height_cm: float | None = None,
    oedema: bool | None = None,
) -> Scores:
    """Z-scores of a child of 5 to 19 years by the WHO growth reference of 2007.

    AGE_MONTHS is the exact age in months of 30.4375 days; L, M and S are interpolated between completed months.
    Height and body mass index from month 60 up to, not including, month 229; weight up to, not including, 121.
    Height is taken as standing: WHO's software adjusts no length at these ages.

    Returns zhfa, zwfa, zbfa (unrounded) and fhfa, fwfa, fbfa, formula and flags as in `zscores`.
    """
    height, weight = _positive(height_cm), None if oedema else _positive(weight_kg)
    z: dict[str, float | None] = dict.fromkeys(("hfa", "wfa", "bfa"))
    if sex in (1, 2) and age_months is not None:
        z["hfa"] = plain(height, _at_month("hfa", sex, age_months))
        z["wfa"] = restricted(weight, _at_month("wfa", sex, age_months))
        z["bfa"] = restricted(_bmi(weight, height), _at_month("bfa", sex, age_months))
    return _with_flags(z)


def plain(y: float | None, lms: LMS | None) -> float | None:
    """((y / M)^L - 1) / (S L); None without a measurement or a table row."""
    if y is None or lms is None:
        return None
    if y == 0:  # a weight of nought has no logarithm; its z is without limit and flagged
        return -math.inf
    return (math.pow(y / lms.median, lms.power) - 1) / (lms.spread * lms.power)


def restricted(y: float | None, lms: LMS | None) -> float | None:
    """The z of an index of weight, arm or skinfold: beyond 3 SD either way, counted in the last SD's width."""
    z = plain(y, lms)
    if z is None or lms is None or y is None or -3 <= z <= 3:
        return z
    side = 3 if z > 3 else -3
    inner, outer = measurement_at(side * 2 / 3, lms), measurement_at(side, lms)
    return side + (y - outer) / abs(outer - inner)


def measurement_at(z: float, lms: LMS) -> float:
    """The measurement at Z standard deviations, |z| <= 3: M (1 + L S z)^(1 / L)."""
    return lms.median * math.pow(1 + lms.power * lms.spread * z, 1 / lms.power)


def rounded(z: float | None) -> float | None:
    """Two decimals, half away from nought, as published."""
    if z is None or not math.isfinite(z):
        return None
    return math.copysign(math.floor(abs(z) * 100 + 0.5) / 100, z)


def _position(measure: str | None, months: float | None) -> str | None:
    """L, H or None; WHO disbelieves a standing height before nine months of age."""
    if measure is None or measure.upper() not in ("L", "H"):
        return None
    too_young = months is not None and months < STANDING_FROM_MONTHS
    return None if measure.upper() == "H" and too_young else measure.upper()


def adjusted_length(length_cm: float | None, age_days: int | None, measure: str | None) -> float | None:
    """Length (cm) as the standards take it: lying before 731 days, standing from then on; as `zscores` has it."""
    months = None if age_days is None else age_days / DAYS_PER_MONTH
    return _adjusted_length(_positive(length_cm), age_days, _position(measure, months))


def _adjusted_length(length: float | None, days: int | None, position: str | None) -> float | None:
    """Lying below two years and standing from then on: 0.7 cm more or less where measured otherwise."""
    if length is None or days is None:
        return length
    if days < TWO_YEARS_DAYS and position == "H":
        return length + STANDING_MINUS_LYING_CM
    if days >= TWO_YEARS_DAYS and position == "L":
        return length - STANDING_MINUS_LYING_CM
    return length


def _weight_for_length(
    sex: int, days: int | None, months: float | None, weight: float | None, length: float | None, position: str | None
) -> float | None:
    """Weight for length or height: by age, else as measured, else lying below 87 cm."""
    if weight is None or weight < 0 or length is None:
        return None
    if days is not None and (days > LAST_DAY or months is None or months >= LAST_MONTH_2006):
        return None
    if days is not None:
        table = "L" if days < TWO_YEARS_DAYS else "H"
    else:
        table = position or ("L" if length < LYING_BELOW_CM else "H")
    shortest, longest = LENGTH_RANGE_CM[table]
    if not shortest <= length <= longest:
        return None
    tenths = math.floor(length * 10)
    part = (length - tenths / 10) / 0.1
    lower = by_length()[table, sex, tenths]
    upper = by_length().get((table, sex, tenths + 1), lower)
    return restricted(weight, lower.towards(upper, part))


def _at_month(index: str, sex: int, months: float) -> LMS | None:
    first, beyond = MONTHS_2007[index]
    if not first <= months < beyond:
        return None
    completed = math.floor(months)
    table = by_month()
    lower = table[index, sex, completed]
    return lower.towards(table.get((index, sex, completed + 1), lower), months - completed)


def _bmi(weight: float | None, length: float | None) -> float | None:
    if weight is None or weight <= 0 or length is None:
        return None
    metres = length / 100
    return weight / (metres * metres)


def _positive(value: float | None) -> float | None:
    return value if value is not None and value > 0 else None


def _known(value: float | None) -> float:
    return math.nan if value is None else value


def _with_flags(z: dict[str, float | None]) -> Scores:
    scores: Scores = {}
    for index, value in z.items():
        scores[f"z{index}"] = value
        scores[f"f{index}"] = flag(index, value)
    return scores


def flag(index: str, z: float | None) -> int | None:
    """1 where the rounded z of INDEX (len, wei, wfl ...) is implausible, 0 where not, None without a z."""
    published = rounded(z)
    if published is None:
        return None
    lowest, highest = PLAUSIBLE[index]
    return int(published < lowest or published > highest)
