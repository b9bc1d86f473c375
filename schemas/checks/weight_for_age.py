"""A weight that no child of that age can have (about six standard deviations off the WHO standards)."""

from __future__ import annotations

import pandas as pd

CODE = "weight_implausible"
CONSEQUENCE = "hold"
ADVICE = ("Ghi cân nặng bằng kg, ví dụ 10,5.", "Write the weight in kg, for example 10,5.")
FRAME = "rows"
FIELD = "weight_kg"
EXAMPLE = (
    [
        {"birth_first": 19000, "birth_last": 19000, "measured_on": 19730, "weight_kg": 105.0},
        {"birth_first": 19000, "birth_last": 19000, "measured_on": 19730, "weight_kg": 10.5},
        {"birth_first": 19000, "birth_last": 19000, "measured_on": 19730, "weight_kg": None},
    ],
    [0],
)
_MONTH = 30.4375
# completed months: lowest from that age on, highest up to that age (kg)
LIMITS = (
    (0, 0.7, 7.5), (1, 1.2, 8.5), (2, 1.5, 10), (3, 2, 11.5), (6, 3, 14.5), (9, 3.8, 17), (12, 4.3, 19), (18, 5, 23),
    (24, 5.5, 27), (36, 6.5, 34), (48, 7.5, 42), (60, 8.5, 50), (84, 10, 70), (108, 12, 95), (132, 14, 120),
    (168, 18, 150), (1200, 22, 170),
)  # fmt: skip


def outside(frame: pd.DataFrame, column: str, limits: tuple[tuple[int, float, float], ...]) -> pd.Series[bool]:
    """Whether a measurement lies outside the limits of every age that the open birth date allows."""
    youngest = (frame["measured_on"] - frame["birth_last"]).astype("float64") / _MONTH
    oldest = (frame["measured_on"] - frame["birth_first"]).astype("float64") / _MONTH
    value = frame[column].astype("float64")
    low = pd.Series(0.0, index=frame.index)
    high = pd.Series(limits[-1][2], index=frame.index, dtype="float64")
    for months, lowest, _ in limits[:-1]:
        low = low.mask(youngest >= months, lowest)
    for months, _, highest in reversed(limits):
        high = high.mask(oldest < months + 1, highest)
    return ((value < low) | (value > high)) & value.notna()


def find(frame: pd.DataFrame) -> pd.Series[bool]:
    return outside(frame, "weight_kg", LIMITS)
