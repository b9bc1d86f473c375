"""A birth registered before the child was born."""

from __future__ import annotations

import pandas as pd

CODE = "date_before_birth"
CONSEQUENCE = "hold"
ADVICE = ("Kiểm tra lại ngày này và ngày sinh.", "Check this date and the birth date.")
FRAME = "rows"
FIELD = "registered_on"
EXAMPLE = (
    [
        {"birth_first": 19000, "registered_on": 18999},
        {"birth_first": 19000, "registered_on": 19030},
    ],
    [0],
)


def find(frame: pd.DataFrame) -> pd.Series[bool]:
    return (frame["registered_on"] < frame["birth_first"]).fillna(False).astype(bool)
