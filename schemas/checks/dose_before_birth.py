"""A dose dated before the child's birth."""

from __future__ import annotations

import pandas as pd

CODE = "date_before_birth"
CONSEQUENCE = "hold"
ADVICE = ("Kiểm tra lại ngày này và ngày sinh.", "Check this date and the birth date.")
FRAME = "doses"
FIELD = "doses"
EXAMPLE = (
    [
        {"row": 1, "vaccine": "BCG", "dose": 1, "given_on": 18990, "birth_first": 19000},
        {"row": 2, "vaccine": "BCG", "dose": 1, "given_on": 19000, "birth_first": 19000},
    ],
    [0],
)


def find(frame: pd.DataFrame) -> pd.Series[bool]:
    return (frame["given_on"] < frame["birth_first"]).fillna(False).astype(bool)
