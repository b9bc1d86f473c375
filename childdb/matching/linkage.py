"""Splink over prepared rows: the pairs that its blocks bring together, each with its levels and its score."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from childdb.matching.comparisons import comparisons, ladders, settings
from childdb.matching.patterns import gammas_of, weigh_patterns
from childdb.matching.prepare import COLUMN_NAMES, Comparable

_TYPES = (
    {name: pa.int32() for name in ("unique_id", "words", "byear", "bmonth", "bday", "given_k")}
    | {name: pa.float64() for name in ("bits", "mother_b", "father_b", "head_b")}
    | {name: pa.bool_() for name in ("nick", "mother_u", "father_u", "head_u")}
)


def scored_pairs(
    rows: Sequence[Comparable], weights: Mapping[str, Mapping[str, float]], prior: float,
    also: Iterable[tuple[int, int]] = (),
) -> dict[str, np.ndarray]:  # fmt: skip
    """Arrays of equal length: `left` < `right` (places of ROWS), `weight` in bits, and one of levels per comparison.

    A level is Splink's gamma: -1 blank, 0 the last of the ladder, upward to the first. ALSO names pairs that are scored
    though no block brings them together.
    """
    names = [entry.id for entry in comparisons()]
    if len(rows) < 2:
        every = ("left", "right", "weight", *(entry.id for entry in ladders()))
        return {name: np.array([], dtype=np.int64) for name in every}
    logging.getLogger("splink").setLevel(logging.ERROR)
    from splink import DuckDBAPI, Linker  # its import takes half a second, and only matching needs it

    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.register("typed", as_table(rows))
        connection.execute("create table prepared as select * from typed")
        prepared = DuckDBAPI(connection).register("prepared")
        # the settings are our own and fit the table: checking them takes as long as scoring a short list
        asked = settings(weights, prior)
        for one, other in also:
            low, high = sorted((one, other))
            asked["blocking_rules_to_generate_predictions"].append(f"l.unique_id = {low} and r.unique_id = {high}")
        linker = Linker(prepared, asked, validate_settings=False, log_level=None)
        found = linker.inference.predict().physical_name
        gammas = ", ".join(f"gamma_{name} as {name}" for name in names)
        ordered = f"least(unique_id_l, unique_id_r) as left, greatest(unique_id_l, unique_id_r) as right, {gammas}"
        query = f"select {ordered}, match_weight as weight from {found} order by all"
        pairs = {name: np.asarray(column) for name, column in connection.sql(query).fetchnumpy().items()}
    pairs |= gammas_of(rows, pairs)
    pairs["weight"] = pairs["weight"] + weigh_patterns(pairs, weights)
    return pairs


def as_table(rows: Sequence[Comparable]) -> pa.Table:
    """ROWS as columns, with the types that the comparisons expect."""
    return pa.table({n: pa.array([getattr(r, n) for r in rows], _TYPES.get(n, pa.string())) for n in COLUMN_NAMES})
