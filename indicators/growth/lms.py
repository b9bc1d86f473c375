"""WHO's LMS tables: L the Box-Cox power, M the median, S the coefficient of variation, by sex and age or length."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import isnan
from pathlib import Path

import pyarrow.parquet as pq

TABLES = Path(__file__).parent / "tables"
DAYS_PER_MONTH = 30.4375
"""WHO's month, in days: 365.25 / 12."""

STANDARD_INDICES = ("len", "wei", "bmi", "hc", "ac", "ts", "ss")
REFERENCE_INDICES = ("hfa", "wfa", "bfa")


@dataclass(frozen=True)
class LMS:
    """One row of a table, for one sex at one age or length."""

    power: float
    median: float
    spread: float

    def towards(self, upper: LMS, part: float) -> LMS:
        """Linear interpolation, as WHO's software does between two rows; PART is 0 at this row, 1 at UPPER."""
        if part <= 0:
            return self
        return LMS(
            self.power + part * (upper.power - self.power),
            self.median + part * (upper.median - self.median),
            self.spread + part * (upper.spread - self.spread),
        )


def table_path(name: str) -> Path:
    """The Parquet file of one table: who2006_by_day, who2006_by_length or who2007_by_month."""
    return TABLES / f"{name}.parquet"


@cache
def by_day() -> dict[tuple[str, int, int], LMS]:
    """(index, sex 1 or 2, age in days 0-1856) -> LMS; indices len, wei, bmi, hc, and from day 91 ac, ts, ss."""
    return _wide("who2006_by_day", "age_days", STANDARD_INDICES)


@cache
def by_month() -> dict[tuple[str, int, int], LMS]:
    """(index, sex, completed months 60-229, weight 60-121) -> LMS; indices hfa, wfa, bfa."""
    return _wide("who2007_by_month", "age_months", REFERENCE_INDICES)


@cache
def by_length() -> dict[tuple[str, int, int], LMS]:
    """(position L or H, sex, length in 0.1 cm) -> LMS of weight: L 450-1100, H 650-1200."""
    rows = pq.read_table(table_path("who2006_by_length")).to_pylist()
    return {(r["position"], r["sex"], r["tenths_cm"]): LMS(r["l"], r["m"], r["s"]) for r in rows}


def _wide(name: str, key: str, indices: tuple[str, ...]) -> dict[tuple[str, int, int], LMS]:
    rows = pq.read_table(table_path(name)).to_pylist()
    return {
        (index, row["sex"], row[key]): LMS(row[f"l_{index}"], row[f"m_{index}"], row[f"s_{index}"])
        for row in rows
        for index in indices
        if row[f"m_{index}"] is not None and not isnan(row[f"m_{index}"])
    }
