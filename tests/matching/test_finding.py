"""The index of names against a naive search, and `childdb find` on a store from outside."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from childdb.matching.finding import NameIndex
from childdb.matching.names import folded
from childdb.store import Store
from childdb.workflow.placing import Register
from schemas.dates import OpenDate
from tests.cli.test_commands import call
from tests.store.conftest import NOW
from tests.store.people import file, record, sheet

WORDS = st.sampled_from(["Lò", "Lo", "Văn", "Thị", "A", "Thành", "Thanh", "Thánh", "Ín", "Giàng", "Sử"])
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
ENTRIES = st.lists(
    st.tuples(st.integers(1, 5), NAMES, NAMES, st.sampled_from(["2019-03-05", "2019-01-01", "2020-01-01", None])),
    max_size=12,
)
QUERIES = st.sampled_from(["lo", "thanh", "th", "van thanh", "thanh lo", "Thành", "giang a su", "zz"])


def naive(entries, name, born):
    """The children of whom some row's name has a word that begins with each word asked."""
    found = set()
    for child, full, _, day in entries:
        fits = all(any(w.startswith(asked) for w in folded(full).split()) for asked in folded(name).split())
        if fits and (born is None or (day is not None and born.first <= date.fromisoformat(day) <= born.last)):
            found.add(child)
    return found


@settings(deadline=None)
@given(ENTRIES, QUERIES, st.sampled_from([None, OpenDate.of(2019), OpenDate.of(2019, 3)]))
def test_the_index_finds_what_a_naive_search_finds(entries, name, born):
    index = NameIndex(
        (ref, child, full, mother, day, "day", "x@1900-01-01") for ref, (child, full, mother, day) in enumerate(entries)
    )
    found = index.find(name, born=born)
    expected = naive(entries, name, born)
    if expected:
        assert {entries[ref][0] for ref in found.refs} == expected
        assert found.children == len(expected) == len(found.refs)
        assert not found.near
    else:
        assert not found.refs or found.near


def test_a_name_as_it_was_asked_comes_first_and_a_birth_year_alone_fits_each_of_its_days():
    rows = [("Lo Van Thanh", "2019-05-05", "day"), ("Lò Văn Thành", "2019-01-01", "year"), ("Thành Văn Lò", None, None)]
    index = NameIndex((n, n, name, "", day, how, "x@y") for n, (name, day, how) in enumerate(rows))
    assert index.find("Lò Văn Thành").refs == [1, 0, 2]
    assert index.find("lo van", born=OpenDate.of(2019, 5, 5)).refs == [0, 1]
    assert index.find("xx").refs == []
    assert sorted(index.find("no van than").refs) == [0, 1, 2]  # l and n are confused here


@pytest.fixture
def run(tmp_path, capsys):
    words = ["--db", str(tmp_path / "s.db"), "--key-file", str(tmp_path / "k")]
    store = Store.init(words[1], tmp_path / "k", now=NOW)
    rows = (record("Lò Văn Thành", sex="M", mother="Cà Thị Ín"), record("Giàng A Sử", sex="M"))
    for name, row in zip("ab", rows, strict=True):
        reading = file(sheet([row]), name=name)
        made = store.write_import(reading, Register(store).place(reading), actor="thử", now=NOW).batch
    store.undo(made, actor="thử", now=NOW)
    child = next(p.child for p in store.people() if p.fields["full_name"] == "Lò Văn Thành")
    store.correct(child, "full_name", "Lò Văn Thành", "Lò Văn Thịnh", actor="thử", now=NOW, reason="thử")
    store.close()
    return tmp_path, lambda *args: call(capsys, *words, *args)


def found(out):
    return [row["full_name"] for row in csv.DictReader(io.StringIO(out))]


def test_a_child_is_found_and_each_search_is_in_the_audit_chain_without_a_name(run):
    place, find = run
    assert found(find("find", "lo van thanh", "--format", "csv")[1]) == ["Lò Văn Thành"]
    assert found(find("find", "lo van thinh", "--format", "csv")[1]) == ["Lò Văn Thành"]  # by the corrected name
    assert found(find("find", "van", "--mother", "in", "--born", "2020", "--format", "csv")[1]) == ["Lò Văn Thành"]
    assert found(find("find", "van", "--born", "06/05/2021", "--format", "csv")[1]) == []
    assert found(find("find", "giang a su", "--format", "csv")[1]) == []  # its import was undone
    store = Store.open(str(place / "s.db"), place / "k")
    looked = [e for e in store.audit_events() if e["action"] == "names"]
    store.close()
    assert len(looked) == 5
    assert not any("Lò" in e["detail"] or "lo van" in e["detail"] for e in looked)
    for path in place.iterdir():
        assert "Lò Văn Thành".encode() not in path.read_bytes()


def test_several_searches_in_one_run_and_a_slip_ends_none_of_them(run, monkeypatch):
    _, find = run
    monkeypatch.setattr("sys.stdin", io.StringIO("thanh\nthanh --born xx\n'\nlo --commune 03310\n\n"))
    code, out, err = find("find")
    assert code == 0
    assert out.count("Lò Văn Thành") == 2
    assert "xx" in err


def test_a_search_for_nothing_or_nowhere_is_refused_in_one_sentence(run):
    _, find = run
    assert find("find", "thanh", "--commune", "Nơi nào")[0] != 0
    assert find("find", "thanh", "--reason", " ")[0] != 0
