"""`childdb match file` through its door."""

import csv

import pytest
from click.testing import CliRunner

from childdb.cli.main import group
from childdb.matching.listing import COLUMNS
from schemas.errors import ChildDBError, UnreadableFile
from tests.matching.test_listing import listed
from tests.matching.truth import records


def write(path, rows, columns, delimiter=","):
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter=delimiter, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)


def read(path, delimiter=","):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def run(*words):
    result = CliRunner().invoke(group, [*map(str, words)], catch_exceptions=False, standalone_mode=False)
    return result


@pytest.fixture
def files(tmp_path):
    return tmp_path / "in.csv", tmp_path / "out.csv", tmp_path / "pairs.csv"


def test_the_output_is_the_input_with_a_cluster_id(files):
    source, target, _ = files
    rows = listed({}, {"personal_id": ""}, {"full_name": "Giàng A Sử", "sex": "M", "personal_id": "011219000009"})
    columns = ["ghi_chu", *reversed(COLUMNS)]
    write(source, rows, columns, ";")
    run("match", "file", source, target)
    out = read(target, ";")
    assert list(out[0]) == [*columns, "cluster_id"]
    assert [{c: row[c] for c in COLUMNS} for row in out] == [{c: row.get(c, "") for c in COLUMNS} for row in rows]
    assert [row["cluster_id"] for row in out] == ["r0", "r0", "r2"]


def test_pairs_go_out_for_review_and_come_back_answered(files):
    source, target, pairs = files
    rows, truth = records(1200, 5)
    write(source, rows, COLUMNS)
    run("match", "file", source, target, "--review", pairs)
    before = {row["record_id"]: row["cluster_id"] for row in read(target)}
    asked = read(pairs)
    assert list(asked[0]) == ["record_a", "record_b", "score", "why"]
    assert all(0 <= float(row["score"]) <= 1 and row["why"] for row in asked)
    assert all(before[row["record_a"]] != before[row["record_b"]] for row in asked)
    for row in asked:
        row["answer"] = "same" if truth[row["record_a"]] == truth[row["record_b"]] else "khác"
    write(pairs, asked, list(asked[0]))
    run("match", "file", source, target, "--answers", pairs)
    after = {row["record_id"]: row["cluster_id"] for row in read(target)}
    for row in asked:
        assert (after[row["record_a"]] == after[row["record_b"]]) == (row["answer"] == "same")


def test_reasons_are_in_the_language_asked_for(files):
    source, target, pairs = files
    rows = listed({"personal_id": ""}, {"personal_id": "", "full_name": "Quàng Thị Mai"})
    write(source, rows, COLUMNS)
    run("--lang", "en", "match", "file", source, target, "--review", pairs)
    assert "Same birth date" in read(pairs)[0]["why"]
    run("match", "file", source, target, "--review", pairs)
    assert "Cùng ngày sinh" in read(pairs)[0]["why"]


@pytest.mark.parametrize(
    "text",
    ["full_name\nx\n", "record_id\na\na\n", "record_id,full_name\n,x\n", ""],
    ids=["no record_id", "a record_id twice", "a blank record_id", "empty"],
)
def test_a_list_that_cannot_be_used_is_refused_in_one_sentence(files, text):
    source, target, _ = files
    source.write_text(text, "utf-8")
    with pytest.raises(UnreadableFile):
        run("match", "file", source, target)
    assert not target.exists()


@pytest.mark.parametrize("answer", ["r0,r9,same", "r0,r1,perhaps", "r0,r0,same", "r0,r1,same\nr1,r0,different"])
def test_answers_that_cannot_be_understood_are_refused(files, answer):
    source, target, pairs = files
    write(source, listed({}, {}), COLUMNS)
    pairs.write_text(f"record_a,record_b,answer\n{answer}\n", "utf-8")
    with pytest.raises(ChildDBError):
        run("match", "file", source, target, "--answers", pairs)
