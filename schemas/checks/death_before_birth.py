"""A death dated before the birth."""

from __future__ import annotations

import pandas as pd

CODE = "death_before_birth"
CONSEQUENCE = "hold"
ADVICE = ("Kiểm tra lại hai ngày.", "Check both dates.")
FRAME = "rows"
FIELD = "died_on"
EXAMPLE = (
    [
        {"birth_first": 19000, "died_on": 18999},
        {"birth_first": 19000, "died_on": 19000},
    ],
    [0],
)


def find(frame: pd.DataFrame) -> pd.Series[bool]:
    return (frame["died_on"] < frame["birth_first"]).fillna(False).astype(bool)
