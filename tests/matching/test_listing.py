"""`match_list` on small lists and on a generated one with known truth."""

import pytest

from childdb.matching.listing import match_list
from schemas.errors import CheckFailed
from tests.matching.judge import answered, judged, pairs_of, quality
from tests.matching.truth import REGIMES, records

CHILD = {
    "list_id": "a", "full_name": "Quàng Thị Ín", "birth_date": "2019-03-05", "birth_precision": "day", "sex": "F",
    "ethnicity": "03", "personal_id": "011319000001", "mother_name": "Lò Thị Pâng", "father_name": "Quàng Văn Ún",
    "household_head": "Quàng Văn Ún", "village": "Bản Co Cáng", "commune": "03301@1900-01-01",
}  # fmt: skip


def listed(*changes):
    return [
        CHILD | {"list_id": f"l{n}"} | change | {"record_id": f"r{n}"} for n, change in enumerate(changes)
    ]  # fmt: skip


def same(*changes):
    cluster = match_list(listed(*changes)).cluster
    return len(set(cluster)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"personal_id": "", "full_name": "Quang Thi In", "mother_name": "Lo Thi Pang"},
        {"personal_id": "", "birth_date": "2019-05-03"},
        {"personal_id": "011319000007", "village": ""},
        {"commune": "03301@2025-07-01", "personal_id": ""},
        {"full_name": "Quàng Ín", "birth_date": "05/03/2019"},
        {"personal_id": "", "mother_name": "Quàng Văn Ún", "father_name": "Lò Thị Pâng"},
        {"personal_id": "", "birth_date": "2019-01-01"},
        {"personal_id": "", "sex": "M"},
    ],
)
def test_a_child_written_with_one_mistake_is_found(change):
    assert same({}, change)


@pytest.mark.parametrize(
    "change",
    [
        {"full_name": "Quàng Thị Mai", "personal_id": "011319000002"},
        {"full_name": "Quàng Thị Mai", "personal_id": ""},
        {"personal_id": "", "mother_name": "Vì Thị Loan", "father_name": "Quàng Văn Tâm"},
        {"full_name": "Quàng Thị Mai", "birth_date": "2021-01-09", "personal_id": "011321000002"},
    ],
)
def test_twins_cousins_and_siblings_are_not_merged(change):
    assert not same({}, change)


ALONE, UNCLE = {"personal_id": "", "sex": ""}, {"household_head": "Quàng Văn Tân"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"full_name": "Quàng Văn Dung"}, {"full_name": "Quàng Văn Dũng"}),
        ({"full_name": "Quàng Minh Anh"}, {"full_name": "Quàng Minh Ánh"}),
        ({"full_name": "Quàng Minh Anh"}, {"full_name": "Quàng Ngọc Anh"}),
        ({"full_name": "Quàng Thị An"}, {"full_name": "Quàng Văn An"}),
        ({"household_head": "", "father_name": ""}, {"household_head": "", "mother_name": ""}),
        ({"full_name": "Quàng Văn Hoàng"}, {"full_name": "Quàng Văn Hoảng"}),
        ({"full_name": "Quàng Văn Quyết"}, {"full_name": "Quàng Văn Luyết"}),
        ({"personal_id": "011319000041"}, {"personal_id": "011319000042"}),
        ({"full_name": "Gái", "list_id": "birth"}, {"list_id": "birth"}),
        (UNCLE | {"mother_name": ""}, UNCLE | {"father_name": "", "birth_date": "2019-03-09"}),
    ],
    ids=[
        "twins by a mark",
        "by a mark of two",
        "by the middle name",
        "boy and girl",
        "nobody confirms",
        "by a tone",
        "by a rhyme",
        "by numbers in a row",
        "a newborn without a name on one list",
        "head alone",
    ],
)
def test_in_a_short_list_too_what_may_be_two_children_is_left_for_a_person(one, other):
    found = match_list(listed(ALONE | one, ALONE | other))
    assert len(set(found.cluster)) == 2
    assert [(d.left, d.right) for d in found.doubts] == [(0, 1)]


BLANKS = dict.fromkeys(("full_name", "birth_date", "sex", "personal_id", "mother_name", "father_name"), "")


def test_rows_of_blanks_are_nobody():
    empty = dict.fromkeys(CHILD, "")
    assert not same(empty, empty, BLANKS, BLANKS)


def test_an_empty_list_and_a_list_of_one_are_matched():
    assert match_list([]).cluster == []
    assert match_list(listed({})).cluster == [0]


def test_answers_outrank_scores_and_chains():
    rows = listed({}, {"village": ""}, {"sex": ""}, {"full_name": "Giàng A Sử", "personal_id": "", "sex": "M"})
    assert len(set(match_list(rows).cluster)) == 2
    parted = match_list(rows, {(0, 1): "different"}).cluster
    assert parted[0] != parted[1]
    related = match_list(rows, {(0, 2): "related", (1, 2): "same"}).cluster
    assert related[1] == related[2] != related[0]
    joined = match_list(rows, {(0, 3): "same"}).cluster
    assert joined[0] == joined[3] == joined[1]


def test_answers_that_contradict_one_another_are_refused():
    with pytest.raises(CheckFailed):
        match_list(listed({}, {}, {}), {(0, 1): "same", (1, 2): "same", (0, 2): "different"})


@pytest.fixture(scope="module")
def district():
    return records(2500, 31, REGIMES["mild"])


def test_a_generated_list_is_matched_with_few_mistakes(district):
    alone, helped = judged(*district)
    assert alone.wrong <= 1 and alone.recall > 0.9
    assert helped.recall > alone.recall and helped.wrong <= alone.wrong
    assert alone.asked_records <= 25


def test_answered_pairs_are_obeyed_to_the_last_one(district):
    rows, truth = district
    keys = [truth[row["record_id"]] for row in rows]
    doubts = match_list(rows).doubts
    contrary = {pair: "different" if said == "same" else "same" for pair, said in answered(doubts, keys).items()}
    cluster = match_list(rows, contrary).cluster
    for (left, right), said in contrary.items():
        assert (cluster[left] == cluster[right]) == (said == "same")


def test_the_order_of_rows_changes_no_cluster(district):
    rows = district[0][:1000]
    forward, backward = match_list(rows), match_list(rows[::-1])
    last = len(rows) - 1
    assert pairs_of(forward.cluster) == {(last - b, last - a) for a, b in pairs_of(backward.cluster)}


def test_quality_counts_what_it_says():
    found = quality([0, 0, 0, 3], [7, 7, 8, 8])
    assert (found.wrong, round(found.precision, 3), found.recall) == (1, 0.333, 0.5)
