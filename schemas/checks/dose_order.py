"""A dose dated before the one before it in its series."""

from __future__ import annotations

import pandas as pd

CODE = "dose_order"
CONSEQUENCE = "warn"
ADVICE = ("Kiểm tra lại ngày tiêm các mũi.", "Check the dates of the doses.")
FRAME = "doses"
FIELD = "doses"
EXAMPLE = (
    [
        {"row": 1, "vaccine": "OPV", "dose": 2, "given_on": 19000, "birth_first": 18900},
        {"row": 1, "vaccine": "OPV", "dose": 1, "given_on": 19100, "birth_first": 18900},
        {"row": 2, "vaccine": "OPV", "dose": 2, "given_on": 19200, "birth_first": 18900},
    ],
    [0],
)


def find(frame: pd.DataFrame) -> pd.Series[bool]:
    ordered = frame.sort_values(["row", "vaccine", "dose"])
    before = ordered.groupby(["row", "vaccine"])["given_on"].shift()
    return (ordered["given_on"] < before).fillna(False).astype(bool).reindex(frame.index)
