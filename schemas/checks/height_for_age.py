"""A length or height that no child of that age can have (about six standard deviations off the WHO standards)."""

from __future__ import annotations

import pandas as pd

from schemas.checks.weight_for_age import outside

CODE = "height_implausible"
CONSEQUENCE = "hold"
ADVICE = ("Ghi chiều cao bằng cm, ví dụ 85,5.", "Write the height in cm, for example 85,5.")
FRAME = "rows"
FIELD = "height_cm"
EXAMPLE = (
    [
        {"birth_first": 19000, "birth_last": 19000, "measured_on": 19730, "length_cm": 198.0},
        {"birth_first": 19000, "birth_last": 19000, "measured_on": 19730, "length_cm": 85.5},
        {"birth_first": 19000, "birth_last": 19000, "measured_on": 19730, "length_cm": 10.5},
    ],
    [0, 2],
)
LIMITS = (
    (0, 30, 66), (1, 34, 70), (2, 37, 75), (3, 40, 78), (6, 47, 84), (9, 51, 91), (12, 54, 97), (18, 59, 105),
    (24, 62, 113), (36, 69, 125), (48, 75, 135), (60, 80, 145), (84, 90, 160), (108, 98, 175), (132, 105, 190),
    (168, 115, 205), (1200, 120, 212),
)  # fmt: skip


def find(frame: pd.DataFrame) -> pd.Series[bool]:
    return outside(frame, "length_cm", LIMITS)
