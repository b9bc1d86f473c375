"""What ends a command early: one sentence in the language of the run, its exit code, no traceback and no child's data."""

import pytest

from childdb.cli.faults import not_of_ours
from tests.cli.test_commands import call


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["imprt"], "Không có lệnh “imprt”. Xem: childdb --help"),
        (["import"], "Lệnh còn thiếu 'FILE|FOLDER...'. Xem: childdb import --help"),
        (["held", "list", "--fromat", "csv"], "Không có tùy chọn --fromat. Có phải: --format?"),
        (["held", "list", "--format", "xml"], "chọn một trong: table, csv, json."),
        (["--lang", "en", "imprt"], "No such command 'imprt'."),
    ],
)
def test_words_that_do_not_fit_are_told_in_the_language_of_the_run(capsys, words, sentence):
    code, out, err = call(capsys, *words)
    assert (code, out) == (2, "")
    assert sentence in err


def test_a_place_that_cannot_be_written_is_named(capsys, tmp_path):
    blocked = tmp_path / "tep"
    blocked.write_text("")
    code, _, err = call(capsys, "template", "write", "child_register", blocked / "mau.xlsx")
    assert code in (6, 8)
    assert str(tmp_path) in err


def caught(work):
    try:
        work()
    except Exception as fault:
        return not_of_ours(fault)


def test_a_fault_nobody_foresaw_tells_its_place_and_nothing_of_the_data():
    fault = caught(lambda: int("Lò Thị Hoa"))
    for sentence in (fault.vi, fault.en):
        assert "ValueError" in sentence
        assert "test_faults:" in sentence
        assert "Hoa" not in sentence
    assert fault.exit_code == 1


def test_a_full_disk_has_its_exit_code():
    def write():
        with open("/dev/full", "w") as out:
            out.write("x")

    assert caught(write).exit_code == 8
