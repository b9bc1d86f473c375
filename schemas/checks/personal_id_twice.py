"""One personal number that stands for two children of a list."""

from __future__ import annotations

import pandas as pd

CODE = "personal_id_twice"
CONSEQUENCE = "hold"
ADVICE = ("Kiểm tra lại số của cả hai trẻ.", "Check the numbers of both children.")
FRAME = "rows"
FIELD = "personal_id"
EXAMPLE = (
    [
        {"personal_id": "011219000001", "identity": "a"},
        {"personal_id": "011219000001", "identity": "b"},
        {"personal_id": None, "identity": "c"},
        {"personal_id": None, "identity": "d"},
    ],
    [0, 1],
)


def find(frame: pd.DataFrame) -> pd.Series[bool]:
    told = frame["personal_id"].notna()
    people = frame[told].groupby("personal_id")["identity"].nunique()
    return told & frame["personal_id"].isin(people[people > 1].index)
