"""Estimators: one function in one file each, for figures that no count of rows gives.

A file has a first line that says what it estimates, `ASSUMES` (vi, en: its assumptions, printed with the figure)
and `estimate(con)`, which reads the prepared tables and `unit_path` (filed, unit) and gives one Estimate per unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module, resources

import duckdb

from schemas.errors import InvalidDefinition


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % limits; None where the data do not carry it."""

    unit: str
    numerator: int = 0
    denominator: int = 0
    unknown: int = 0
    value: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    n_children: int = 0
    standard_error: float | None = None


Estimator = Callable[[duckdb.DuckDBPyConnection], Iterable[Estimate]]


def names() -> list[str]:
    """The estimators there are: the folder is the registry."""
    files = resources.files("indicators.estimators").iterdir()
    return sorted(f.name[:-3] for f in files if f.name.endswith(".py") and not f.name.startswith("_"))


def estimator(name: str) -> Estimator:
    """The function of one estimator."""
    if name not in names():
        raise InvalidDefinition(f"Không có cách ước lượng {name!r}.", f"There is no estimator {name!r}.")
    function: Estimator = import_module(f"indicators.estimators.{name}").estimate
    return function


def assumptions(name: str) -> dict[str, str]:
    """What an estimator assumes, in vi and en; printed with its figures."""
    found: dict[str, str] = import_module(f"indicators.estimators.{name}").ASSUMES
    return found
