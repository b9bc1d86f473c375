"""A blank is evidence of nothing: it neither matches nor disagrees."""

import numpy as np
import pytest

from childdb.matching.comparisons import comparisons, ladders
from childdb.matching.linkage import scored_pairs
from childdb.matching.listing import match_list
from childdb.matching.model import shipped
from childdb.matching.prepare import comparable
from tests.matching import conventions
from tests.matching.truth import REGIMES, records

# the columns without which a comparison has nothing to compare
NEEDED = {
    "number": ("pid",), "name": ("name_f",), "birth": ("byear",), "sex": ("sex",), "mother": ("mother_f",),
    "father": ("father_f",), "head": ("head_f",), "place": ("village", "root"), "ethnicity": ("eth",), "list": ("lst",),
}  # fmt: skip
GROWN = ("mother_f", "father_f", "head_f")


@pytest.fixture(scope="module", params=["harsh", "drawn"])
def pairs(request):
    rows, _ = (
        records(1500, 77, REGIMES["harsh"])
        if request.param == "harsh"
        else conventions.written(1500, 88, conventions.drawn(88))
    )
    made = comparable(rows)
    return made.to_pylist(), scored_pairs(made, shipped().weights, shipped().prior)


def test_a_comparison_with_a_blank_on_either_side_is_blank_and_no_other_is(pairs):
    rows, found = pairs
    assert set(NEEDED) == {entry.id for entry in comparisons()}
    for name, columns in NEEDED.items():
        for left, right, gamma in zip(found["left"], found["right"], found[name], strict=True):
            blank = all(rows[left][c] is None or rows[right][c] is None for c in columns)
            assert (gamma == -1) == blank, name


def test_the_weight_of_a_pair_is_the_sum_over_what_is_not_blank(pairs):
    _, found = pairs
    model = shipped()
    for place in range(len(found["left"])):
        levels = [(entry, entry.level(int(found[entry.id][place]))) for entry in ladders()]
        naive = model.prior + sum(model.weights[entry.id][level.id] for entry, level in levels if level)
        assert naive == pytest.approx(found["weight"][place], abs=1e-6)


def test_where_no_grown_up_can_be_compared_nothing_is_said_of_the_family(pairs):
    rows, found = pairs
    for place, (left, right) in enumerate(zip(found["left"], found["right"], strict=True)):
        one, other = ([rows[row][c] for c in GROWN] for row in (left, right))
        if not any(one) or not any(other):
            assert found["family"][place] == found["together"][place] == -1
            kin = next(entry for entry in ladders() if entry.id == "kin").level(int(found["kin"][place]))
            assert kin is None or kin.id == "none"


def test_a_pattern_that_is_not_there_weighs_nothing():
    for entry in ladders():
        if entry.absent:
            assert shipped().weights[entry.id][entry.absent] == 0


CHILD = {
    "full_name": "Lò Văn Thành",
    "birth_date": "2019-03-05",
    "sex": "M",
    "mother_name": "Cà Thị Ín",
    "village": "Hón",
}


@pytest.mark.parametrize(
    "kept", [(), ("full_name",), ("birth_date",), ("mother_name", "village"), ("full_name", "sex")]
)
def test_rows_of_which_little_is_written_are_never_one_child(kept):
    row = {name: CHILD[name] for name in kept}
    rows = [row | {"record_id": "a", "list_id": "1"}, row | {"record_id": "b", "list_id": "2"}]
    assert len(np.unique(match_list(rows).cluster)) == 2
