"""Neonatal mortality as a synthetic-cohort probability with its standard error (see `_cohort`)."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from indicators.estimators import Estimate, _cohort

ASSUMES = _cohort.ASSUMES


def estimate(con: duckdb.DuckDBPyConnection) -> Iterator[Estimate]:
    """Deaths per 1,000 live births, by unit above the communes."""
    return _cohort.estimates(con, "NNMR")
