"""Splink over prepared rows: the pairs that its blocks bring together, each with its levels and its score.

Splink writes the statement that scores pairs once for a model; here it is run for every list, block by block, so that
neither the statement's making is paid for again nor all pairs of a long list stand in memory at once.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from types import TracebackType

import duckdb
import numpy as np
import pyarrow as pa

from childdb.matching.comparisons import blocking, comparisons, ladders, settings
from childdb.matching.patterns import Columns, gammas_of, weigh_patterns
from childdb.matching.prepare import SCHEMA

_BLOCK = 1_000_000  # pairs scored at a time
_INPUT = re.compile(r"__splink__df_pruned_predict_input_[lr]_[0-9a-f]+\b")


class Scoring:
    """ROWS, numbered by their places, in a database of their own in memory; to be closed, best by `with`."""

    def __init__(
        self, rows: pa.Table, weights: Mapping[str, Mapping[str, float]], prior: float, block: int = _BLOCK,
        rules: Sequence[str] | None = None,
    ) -> None:  # fmt: skip
        self._weights, self._columns, self._block = weights, Columns(rows), block
        self._rules = blocking(len(rows)) if rules is None else rules
        self._statement = statement(weights, prior)
        self._con = in_memory()
        self._con.register("typed", rows)
        self._con.execute("create temp table prepared as select * from typed")
        self._con.unregister("typed")

    def __enter__(self) -> Scoring:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._con.close()

    def met(self, wanted: Collection[int] | None = None) -> Iterator[dict[str, np.ndarray]]:
        """The pairs that share a block, or those of them with one of the WANTED rows, scored block by block.

        A block is arrays of equal length: `left` < `right` (places), `weight` in bits, and one of levels per ladder.
        A level is Splink's gamma: -1 blank, 0 the last of the ladder, upward to the first.
        """
        one, once = "prepared", "l.unique_id < r.unique_id"
        if wanted is not None:
            self._con.register("named", pa.table({"unique_id": pa.array(sorted(wanted), pa.int32())}))
            self._con.execute(
                "create or replace temp table fresh as select * from prepared semi join named using (unique_id)"
            )
            self._con.unregister("named")
            one = "fresh"
            once = "l.unique_id <> r.unique_id"
        met = (
            "select least(l.unique_id, r.unique_id) as join_key_l, greatest(l.unique_id, r.unique_id) as join_key_r "
            f"from {one} as l join prepared as r on {rule} where {once}"
            for rule in self._rules
        )
        yield from self._scored(" union ".join(met))

    def these(self, left: np.ndarray, right: np.ndarray, *, meeting: bool) -> Iterator[dict[str, np.ndarray]]:
        """The pairs named by place, scored the same way: all of them, or those MEETING in a block."""
        if not len(left):  # as of most short lists: nothing is worth a statement
            return
        table = pa.table({"l": pa.array(left, pa.int32()), "r": pa.array(right, pa.int32())})
        self._con.register("named", table)
        query = "select distinct least(n.l, n.r) as join_key_l, greatest(n.l, n.r) as join_key_r from named as n"
        if meeting:
            rules = " or ".join(f"({rule})" for rule in self._rules)
            query += f" join prepared as l on l.unique_id = n.l join prepared as r on r.unique_id = n.r where {rules}"
        yield from self._scored(query)
        self._con.unregister("named")

    def _scored(self, met: str) -> Iterator[dict[str, np.ndarray]]:
        """The pairs that the query MET gives."""
        gammas = ", ".join(f"gamma_{entry.id} as {entry.id}" for entry in comparisons())
        self._con.execute(f"create or replace temp table met as {met}")
        ((count,),) = self._con.execute("select count(*) from met").fetchall()
        for start in range(0, count, self._block):
            within = f"rowid >= {start} and rowid < {start + self._block}"
            self._con.execute(
                f"create or replace temp table pairs as select '' as match_key, * from met where {within}"
            )
            query = (
                f"select unique_id_l as left, unique_id_r as right, {gammas}, match_weight as weight "
                f"from ({self._statement})"
            )
            pairs = {name: np.asarray(column) for name, column in self._con.execute(query).fetchnumpy().items()}
            for entry in comparisons():
                pairs[entry.id] = pairs[entry.id].astype(np.int8)
            pairs |= {name: levels.astype(np.int8) for name, levels in gammas_of(self._columns, pairs).items()}
            pairs["weight"] = pairs["weight"] + weigh_patterns(pairs, self._weights)
            yield pairs


def scored_pairs(
    rows: pa.Table, weights: Mapping[str, Mapping[str, float]], prior: float,
    also: Iterable[tuple[int, int]] = (),
) -> dict[str, np.ndarray]:  # fmt: skip
    """All pairs that meet at once, in the order of their places, as `Scoring.met` gives them block by block; ALSO names
    pairs that are scored though no block brings them together."""
    if len(rows) < 2:
        return joined([])
    with Scoring(rows, weights, prior) as scoring:
        blocks = list(scoring.met())
        if named := sorted({(min(pair), max(pair)) for pair in also}):
            left, right = (np.array(side, np.int64) for side in zip(*named, strict=True))
            blocks += scoring.these(left, right, meeting=False)
    return joined(blocks)


def joined(blocks: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Blocks of pairs as one, each pair once, in the order of their places."""
    names = ("left", "right", "weight", *(entry.id for entry in ladders()))
    if not blocks:
        return {name: np.array([], dtype=np.float64 if name == "weight" else np.int64) for name in names}
    whole = {name: np.concatenate([block[name] for block in blocks]) for name in names}
    order = np.lexsort((whole["right"], whole["left"]))
    left, right = whole["left"][order], whole["right"][order]
    first = np.ones(len(order), bool)
    first[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    return {name: column[order[first]] for name, column in whole.items()}


def statement(weights: Mapping[str, Mapping[str, float]], prior: float) -> str:
    """What scores the table `pairs` of the table `prepared`: made by Splink once for a model, which takes half a second."""
    return _statement(json.dumps(settings(weights, prior)))


@lru_cache(maxsize=4)
def _statement(asked: str) -> str:
    """The same for settings ASKED (as JSON)."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    from splink import DuckDBAPI, Linker  # its import takes half a second, and only matching needs it

    with duckdb.connect() as con:
        con.register("typed", SCHEMA.empty_table())
        con.execute("create table prepared as select * from typed")
        con.execute("create table pairs (match_key varchar, join_key_l integer, join_key_r integer)")
        api = DuckDBAPI(con)
        # the settings are our own and fit the table: checking them takes as long as scoring a short list
        linker = Linker(api.register("prepared"), json.loads(asked), validate_settings=False, log_level=None)
        linker.table_management.register_blocked_pairs_for_predict(api.register("pairs"))
        written = linker.inference.predict().sql_used_to_create
    return _INPUT.sub("prepared", written)


def in_memory() -> duckdb.DuckDBPyConnection:
    """A connection whose temporary tables are its own and never on any disk: what they hold names children."""
    return _database().cursor()


@cache
def _database() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("set enable_progress_bar = false")
    con.execute("set temp_directory = ''")
    return con
