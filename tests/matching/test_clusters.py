"""Constrained clustering: decisions outrank scores, also through chains."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from childdb.matching.cluster import Clusters, Contradiction

COUNT = 8
ROWS = st.integers(0, COUNT - 1)
PAIRS = st.tuples(ROWS, ROWS).filter(lambda pair: pair[0] != pair[1])


@given(st.lists(PAIRS, max_size=4), st.lists(PAIRS, max_size=20))
@settings(max_examples=200)
def test_no_order_of_joins_brings_a_parted_pair_together(parted, joins):
    clusters = Clusters(COUNT)
    clusters.part(parted)
    naive = {row: {row} for row in range(COUNT)}
    for one, other in joins:
        union = naive[one] | naive[other]
        forbidden = any(set(pair) <= union for pair in parted) and naive[one] is not naive[other]
        assert clusters.parted(one, other) == forbidden
        if forbidden:
            with pytest.raises(Contradiction):
                clusters.join(one, other)
        else:
            clusters.join(one, other)
            for row in union:
                naive[row] = union
        assert sorted(clusters.members(one)) == sorted(naive[one])
    assert all(clusters.find(a) != clusters.find(b) for a, b in parted)


def test_what_a_score_speaks_against_a_decision_still_joins():
    clusters = Clusters(3)
    clusters.speak_against([(0, 1)])
    clusters.join(1, 2)
    assert clusters.spoken_against(0, 2) and not clusters.parted(0, 2)
    clusters.join(0, 2)
    assert clusters.find(0) == clusters.find(1)
