"""Scoring block by block gives what Splink itself gives at once; of a part of the rows, what the whole gives of them."""

import duckdb
import numpy as np
import pytest

from childdb.matching.comparisons import comparisons, ladders, settings
from childdb.matching.linkage import Scoring, joined, scored_pairs
from childdb.matching.listing import match_prepared
from childdb.matching.model import shipped
from childdb.matching.patterns import weigh_patterns
from childdb.matching.prepare import comparable
from tests.matching import conventions


@pytest.fixture(scope="module")
def rows():
    return comparable(conventions.written(3000, 31, conventions.drawn(31))[0])


@pytest.fixture(scope="module")
def pairs(rows):
    return scored_pairs(rows, shipped().weights, shipped().prior)


def by_splink(rows):
    """Splink's own way: its blocks, its statement, its table."""
    from splink import DuckDBAPI, Linker

    model = shipped()
    with duckdb.connect() as con:
        con.register("typed", rows)
        con.execute("create table given as select * from typed")
        linker = Linker(DuckDBAPI(con).register("given"), settings(model.weights, model.prior), log_level=None)
        asked = con.sql(f"select * from {linker.inference.predict().physical_name}").to_arrow_table()
        found = asked.to_pylist()
    return {
        (min(r["unique_id_l"], r["unique_id_r"]), max(r["unique_id_l"], r["unique_id_r"])): (
            r["match_weight"], *(r[f"gamma_{entry.id}"] for entry in comparisons()),
        )
        for r in found
    }  # fmt: skip


def test_the_pairs_their_levels_and_weights_are_those_of_splink(rows, pairs):
    theirs = by_splink(rows)
    places = list(zip(pairs["left"].tolist(), pairs["right"].tolist(), strict=True))
    assert len(theirs) > 300
    assert set(places) == set(theirs)
    assert len(set(places)) == len(places)
    plain = pairs["weight"] - weigh_patterns(pairs, shipped().weights)
    for at, place in enumerate(places):
        weight, *gammas = theirs[place]
        assert plain[at] == pytest.approx(weight, abs=1e-6)
        assert gammas == [pairs[entry.id][at] for entry in comparisons()]


def test_small_blocks_give_the_same_as_one(rows, pairs):
    with Scoring(rows, shipped().weights, shipped().prior, block=29) as scoring:
        blocks = list(scoring.met())
    assert len(blocks) > 10
    again = joined(blocks)
    for name in ("left", "right", "weight", *(entry.id for entry in ladders())):
        assert np.array_equal(again[name], pairs[name]), name


def test_of_some_rows_the_pairs_that_touch_them_are_those_of_the_whole(rows, pairs):
    wanted = frozenset(range(0, len(rows), 5))
    with Scoring(rows, shipped().weights, shipped().prior) as scoring:
        some = joined(list(scoring.met(wanted)))
    touch = np.isin(pairs["left"], list(wanted)) | np.isin(pairs["right"], list(wanted))
    assert 0 < touch.sum() < len(touch)
    for name, column in some.items():
        assert np.array_equal(column, pairs[name][touch]), name


def test_what_is_found_of_some_rows_is_what_the_whole_says_of_them(rows):
    wanted = frozenset(range(0, len(rows), 3))
    whole, some = match_prepared(rows, {}, "vi"), match_prepared(rows, {}, "vi", wanted=wanted)
    touching = {(d.left, d.right) for d in whole.joins if d.left in wanted or d.right in wanted}
    assert touching
    # what joined two rows that are not wanted is no link here, and may have stood in the way there
    found = {(d.left, d.right) for d in some.joins}
    assert len(found & touching) >= 0.95 * len(touching)
    assert all(d.left in wanted or d.right in wanted for d in (*some.joins, *some.doubts))
    together = {}
    for row, name in enumerate(some.cluster):
        together.setdefault(name, []).append(row)
    assert all(set(members) & wanted for members in together.values() if len(members) > 1)


def test_nothing_of_a_list_is_left_for_the_next_one(rows):
    with Scoring(rows, shipped().weights, shipped().prior) as scoring:
        assert sum(len(block["left"]) for block in scoring.met()) > 0
    with Scoring(rows[:1], shipped().weights, shipped().prior) as scoring:
        assert list(scoring.met()) == []
