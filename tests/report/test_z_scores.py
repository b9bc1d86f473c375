"""The picture of z-scores against the standard: its bars hold everybody and tell of no few children."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from childdb.report.pictures import Spread, z_spreads
from childdb.workflow.reporting_pictures import ENDS, _bars

halves = st.dictionaries(st.integers(-14, 14), st.integers(0, 30), max_size=29)


@settings(max_examples=60, deadline=None)
@given(halves)
def test_bars_hold_everybody_and_few_children_share_their_neighbours_height(counts):
    bars = dict(_bars(counts, 5))
    assert sorted(bars) == list(range(ENDS[0], ENDS[1] + 1))
    assert abs(sum(bars.values()) - sum(counts.values())) < 1e-9
    exact = dict(_bars(counts, 0))
    clamped = Counter()
    for half, n in counts.items():
        clamped[min(max(half, ENDS[0]), ENDS[1])] += n
    assert all(exact[h] == clamped[h] for h in exact)
    # the bars below -2 and above stand on their own sides of the middle: nobody changes side of 0
    assert abs(sum(bars[h] for h in bars if h < 0) - sum(n for h, n in counts.items() if h < 0)) < 1e-9


def test_few_at_the_end_are_spread_toward_the_middle():
    bars = dict(_bars({-10: 1, -9: 0, -8: 2, -7: 2, -6: 40, 0: 100, 9: 3, 8: 9}, 5))
    assert bars[-10] == bars[-9] == bars[-8] == bars[-7] == 1.25 and bars[-6] == 40
    assert bars[9] == bars[8] == 6 and bars[0] == 100


def test_the_same_spreads_give_the_same_picture():
    spread = Spread("Chiều cao theo tuổi", [(h / 2, 5.0) for h in range(-10, 10)], "dưới -2: 26,64% (chuẩn 2,3%)")
    drawn = z_spreads([spread], kind="svg")
    assert drawn == z_spreads([spread], kind="svg") and drawn != z_spreads([spread], kind="svg", lang="en")
