"""`childdb match` on a store, from outside: scanned, asked, answered by key and in a workbook, explained, taken back."""

import csv
import io
import itertools
from datetime import date

import openpyxl
import pytest

from childdb.store import Store
from childdb.workflow.placing import Register
from tests.cli.test_commands import call
from tests.store.conftest import NOW
from tests.store.people import file, record, sheet

DAY = itertools.count(1)


@pytest.fixture
def store(tmp_path):
    """A store, the words that name it, and a door for lists into it."""
    words = ["--db", str(tmp_path / "s.db"), "--key-file", str(tmp_path / "k")]
    Store.init(words[1], tmp_path / "k", now=NOW).close()

    def bring(*rows, listed=date(2024, 6, 30)):
        held = Store.open(words[1], tmp_path / "k")
        reading = file(sheet(rows, listed=listed), name=f"{next(DAY)}.xlsx")
        report = held.write_import(reading, Register(held).place(reading), actor="thử", now=NOW)
        held.close()
        return report

    return words, bring


@pytest.fixture
def run(store, capsys):
    return lambda *args: call(capsys, *store[0], *args)


def rows(out):
    return list(csv.DictReader(io.StringIO(out)))


DOUBTFUL = (record("Cà Thị Bích", mother="Lò Thị Tâm"), record("Cà Phương Thương", mother="Lò Thị Tâm"))


@pytest.fixture
def doubt(store):
    """Two lists with two girls of one mother and day: twins, or one girl under two names."""
    for day, row in enumerate(DOUBTFUL, start=1):
        store[1](row, listed=date(2024, 6, day))


def asked(run):
    return [r for r in rows(run("match", "scan", "--dry-run", "--format", "csv")[1]) if r["outcome"] == "cần hỏi"]


def test_a_scan_writes_what_it_decided_and_an_undo_takes_it_back(run, store):
    store[1](record("Quàng Thị Ín", mother="Lò Thị Pâng"), listed=date(2024, 6, 1))
    store[1](record("Tòng Văn Sơn", mother="Vì Thị Mai", sex="M"), listed=date(2024, 6, 2))
    code, out, err = run("match", "scan", "--format", "csv")
    assert code == 0
    assert [r["outcome"] for r in rows(out)] == []
    assert "2 danh tính" in err
    assert run("match", "list", "--format", "csv")[1].count("\n") == 1


def test_the_queue_shows_both_sides_and_one_key_answers(run, doubt, monkeypatch):
    (pair,) = asked(run)
    monkeypatch.setattr("sys.stdin", io.StringIO("?h"))
    code, out, err = run("match", "review")
    assert code == 0
    assert "Cà Thị Bích" in out and "Cà Phương Thương" in out and "≠" in out
    assert "1 câu trả lời" in err
    (said,) = rows(run("match", "list", "--format", "csv")[1])
    assert said["verdict"] == "related" and said["rule"] == "person"
    assert {said["child_a"], said["child_b"]} == {pair["child_a"], pair["child_b"]}
    assert asked(run) == []
    assert run("audit", "verify")[0] == 0


def test_going_back_takes_the_answer_back(run, doubt, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("g" + "l"))
    # after the last pair nothing is left to go back from, so the first answer stands
    run("match", "review")
    (said,) = rows(run("match", "list", "--format", "csv")[1])
    assert said["verdict"] == "same"
    code, out, _ = run("match", "close", said["decision"], "--reason", "nhầm")
    assert code == 0 and "undo" in out
    assert rows(run("match", "list", "--format", "csv")[1]) == []
    assert run("match", "close", said["decision"], "--reason", "nhầm")[0] != 0


def test_a_workbook_goes_out_and_its_answers_come_back_once(run, doubt, tmp_path):
    book = tmp_path / "cặp.xlsx"
    assert run("match", "review", "--write", book)[0] == 0
    made = openpyxl.load_workbook(book)
    page = made.active
    (answer,) = [cell for cell in page[3] if cell.value == "Trả lời"]
    page.cell(4, answer.column).value = "khác"
    made.save(book)
    code, out, _ = run("match", "review", "--answers", book)
    assert code == 0 and "1 cặp được trả lời" in out
    assert [r["verdict"] for r in rows(run("match", "list", "--format", "csv")[1])] == ["not_same"]
    assert "Không có gì mới" in run("match", "review", "--answers", book)[1]
    page.cell(4, answer.column).value = "có lẽ"
    made.save(book)
    code, _, err = run("match", "review", "--answers", book)
    assert code != 0 and "dòng 4" in err


def test_a_workbook_of_something_else_is_refused(run, doubt, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Trả lời"])
    book.save(tmp_path / "khác.xlsx")
    code, _, err = run("match", "review", "--answers", tmp_path / "khác.xlsx")
    assert code != 0 and "match review --write" in err


def test_a_pair_is_explained_feature_by_feature_without_names(run, doubt):
    (pair,) = asked(run)
    code, out, err = run("match", "explain", pair["child_a"], pair["child_b"])
    assert code == 0
    assert "Cùng ngày sinh" in out and "sinh đôi" in out and "+" not in pair["child_a"]
    assert "cần người xác định" in err
    assert "Bích" not in out + err
    shown = run("match", "explain", pair["child_a"], pair["child_b"], "--names", "--reason", "thử")[1]
    assert "Cà Thị Bích" in shown
    assert run("match", "explain", pair["child_a"], "1")[0] != 0


def test_what_was_joined_is_separated_again(run, doubt, monkeypatch):
    (pair,) = asked(run)
    monkeypatch.setattr("sys.stdin", io.StringIO("g"))
    run("match", "review")
    key = "match", "separate", pair["child_a"], pair["child_b"], "--reason", "hai cháu"
    code, _, err = run(*key)
    # a person said the same of them: that decision must be closed first
    assert code != 0 and "match list" in err
    (said,) = rows(run("match", "list", "--format", "csv")[1])
    run("match", "close", said["decision"], "--reason", "nhầm")
    assert run(*key)[0] == 0
    assert [r["verdict"] for r in rows(run("match", "list", "--format", "csv")[1])] == ["not_same"]
