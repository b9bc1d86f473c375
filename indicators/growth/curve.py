"""WHO's lines at -3 ... +3 z, for drawing: by age in months, or by length, from the same tables as the scores."""

from __future__ import annotations

from itertools import pairwise

from indicators.growth.lms import DAYS_PER_MONTH, LMS, by_day, by_length, by_month
from indicators.growth.zscore import STANDING_MINUS_LYING_CM, TWO_YEARS_DAYS, measurement_at

LINES = (-3, -2, -1, 0, 1, 2, 3)
LAST_DAY = 1826
LAST_MONTH = {"hfa": 228, "wfa": 120, "bfa": 228}
IN_2007 = {"len": "hfa", "wei": "wfa", "bmi": "bfa"}

Line = list[tuple[float, float]]


def lines_by_age(index: str, sex: int, first: float, last: float) -> dict[int, list[Line]]:
    """The lines of INDEX (len, wei, bmi) for SEX 1 or 2 from age FIRST to LAST in months, z -> pieces of (months, value).

    A piece ends where the standard does: length-for-age and BMI-for-age at 24 months, where lying becomes standing, and
    all at 60 months, where the standards of 2006 give way to the reference of 2007.
    """
    cuts = [0, TWO_YEARS_DAYS, LAST_DAY + 1] if index in ("len", "bmi") else [0, LAST_DAY + 1]
    pieces: list[list[tuple[float, LMS]]] = []
    for start, end in pairwise(cuts):
        weekly = [*range(start, end - 1, 7), end - 1]
        days = [day for day in weekly if first <= day / DAYS_PER_MONTH <= last]
        pieces.append([(d / DAYS_PER_MONTH, by_day()[index, sex, d]) for d in days])
    later = IN_2007[index]
    pieces.append([
        (float(month), by_month()[later, sex, month])
        for month in range(60, LAST_MONTH[later] + 1)
        if first <= month <= last
    ])  # fmt: skip
    return _drawn(pieces)


def lines_by_length(position: str, sex: int, first: float, last: float) -> dict[int, list[Line]]:
    """The lines of weight for length (POSITION L) or height (H) between FIRST and LAST cm.

    The table by height begins at 65 cm; below it stands the one by length, which is the same 0.7 cm on.
    """
    tables = {"L": 0.0} if position == "L" else {"L": STANDING_MINUS_LYING_CM, "H": 0.0}
    found = {
        round(tenths / 10 - tables[table], 1): lms  # a later table takes the place of the one before it
        for (table, of, tenths), lms in sorted(by_length().items(), key=lambda row: list("LH").index(row[0][0]))
        if table in tables and of == sex
    }
    chosen = [(x, found[x]) for x in sorted(found) if first <= x <= last and round(x * 10) % 5 == 0]
    return _drawn([chosen])


def _drawn(pieces: list[list[tuple[float, LMS]]]) -> dict[int, list[Line]]:
    return {z: [[(x, measurement_at(z, lms)) for x, lms in piece] for piece in pieces if len(piece) > 1] for z in LINES}
