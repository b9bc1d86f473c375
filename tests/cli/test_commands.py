"""The command line from outside: one commune's real workbooks, from init to the checked package."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from childdb.cli.main import VERBS, main

ROOT = Path(__file__).resolve().parents[2]
BOOKS = ROOT / "sample_data" / "workbooks"
NOVEMBER = ["--as-of", "2024-11-30"]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A store with the workbooks of one small commune in two rounds; the words that name it."""
    place = tmp_path_factory.mktemp("office")
    words = ["--db", str(place / "s.db"), "--key-file", str(place / "k")]
    for name in ("2023-12", "2024-11"):
        (place / name).mkdir()
        for book in (BOOKS / name).glob("03312*.xlsx"):
            shutil.copy(book, place / name)
    return place, words


def call(capsys, *args):
    """Exit code, standard output and standard error of one command."""
    with pytest.raises(SystemExit) as ended:
        main([str(a) for a in args])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return ended.value.code, out, err


@pytest.fixture
def run(office, capsys):
    _, words = office
    return lambda *args: call(capsys, *words, *args)


def test_a_command_on_the_store_refuses_without_one_and_makes_none(tmp_path, capsys):
    for verb in (["batches"], ["held", "list"], ["undo", "2"], ["indicators", "run"], ["audit", "verify"]):
        code, out, err = call(capsys, "--db", tmp_path / "no.db", "--key-file", tmp_path / "no.key", *verb)
        assert (code, out) == (4, "")
        assert "childdb init" in err
    assert list(tmp_path.iterdir()) == []


def test_init_makes_store_and_key_and_may_be_repeated(run, office):
    for _ in range(2):
        code, out, _ = run("init")
        assert code == 0
        assert "s.db" in out
    assert (office[0] / "k").exists()


def test_a_preview_shows_the_accounting_and_imports_nothing(run, office):
    code, out, _ = run("import", office[0] / "2023-12", "--dry-run", "--format", "json")
    rows = json.loads(out)
    assert code in (0, 3)
    assert {r["template"] for r in rows if r["status"] == "read"} >= {"child_register", "weighing_list"}
    for row in rows:
        parts = row["new"] + row["changed"] + row["unchanged"] + row["held_back"] + row["skipped"]
        assert row["read"] == parts
    assert any("child_profile.full_name" in r["columns"] for r in rows)
    assert run("batches", "--format", "csv")[1].count("\n") == 2  # the heading and the reference data


def test_without_a_person_and_without_yes_nothing_is_asked_and_nothing_imported(run, office, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, _, err = run("import", office[0] / "2023-12")
    assert code == 2
    assert "--yes" in err
    assert run("batches", "--format", "csv")[1].count("\n") == 2


def test_the_rounds_are_imported_and_held_rows_give_exit_code_3(run, office):
    for name in ("2023-12", "2024-11"):
        code, out, _ = run("import", office[0] / name, "--yes", "--returns", office[0] / "tra-lai")
        assert code in (0, 3)
        assert "đọc" in out
    listed = list(csv.DictReader(io.StringIO(run("batches", "--format", "csv")[1])))
    assert sum(b["kind"] == "import" for b in listed) == len(list(office[0].glob("20*/*.xlsx")))
    assert all(b["live"] == "True" for b in listed)


def test_the_same_files_again_make_no_batch_and_say_which_it_was(run, office):
    before = run("batches", "--format", "csv")[1]
    code, out, _ = run("import", office[0] / "2024-11", "--yes")
    assert code == 0
    assert "không có gì mới" in out
    assert run("batches", "--format", "csv")[1] == before


def test_held_rows_are_listed_without_names_unless_a_reason_is_given(run):
    code, out, _ = run("held", "list", "--format", "json")
    assert code == 0
    held = json.loads(out)
    assert held
    assert "cells" not in held[0]
    assert run("held", "list", "--names")[0] == 2
    code, out, _ = run("held", "list", "--names", "--reason", "đối chiếu với xã", "--format", "json")
    assert json.loads(out)[0]["cells"]
    assert "names" in run("audit", "list")[1]
    assert run("held", "dismiss", held[0]["row_id"], "--reason", "nhập thử")[0] == 0
    assert len(json.loads(run("held", "list", "--format", "json")[1])) == len(held) - 1


def test_every_indicator_is_listed_and_shown(run):
    listed = json.loads(run("indicators", "list", "--format", "json")[1])
    assert len(listed) >= 12
    assert {"share", "ratio", "sum", "mean", "units_meeting", "estimator"} <= {r["kind"] for r in listed}
    for language, word in (("vi", "Căn cứ"), ("en", "Law")):
        code, out, _ = run("--lang", language, "indicators", "show", "birth_registration_u5")
        assert code == 0
        assert word in out
    assert run("indicators", "show", "no_such_indicator")[0] == 11
    whole = json.loads(run("indicators", "show", "birth_registration_u5", "--format", "json")[1])
    flat = {r["key"]: r["value"] for r in csv.DictReader(io.StringIO(
        run("indicators", "show", "birth_registration_u5", "--format", "csv")[1]
    ))}  # fmt: skip
    assert whole["condition"] == flat["condition"] == "birth_registered"
    assert whole["target"][0]["document"] == flat["target.1.document"]
    assert "Giả định" in run("indicators", "show", "children_on_no_list")[1]


def test_the_table_of_figures_fits_a_screen_and_the_csv_has_every_column(run):
    for language in ("vi", "en"):
        code, out, _ = run("--lang", language, "indicators", "run", *NOVEMBER, "--unit", "03312")
        assert code == 0
        assert max(map(len, out.splitlines())) <= 120
        assert max(map(len, run("--lang", language, "indicators", "list")[1].splitlines())) <= 120
    rows = list(
        csv.DictReader(io.StringIO(run("indicators", "run", *NOVEMBER, "--unit", "03312", "--format", "csv")[1]))
    )
    assert len({r["indicator"] for r in rows}) > 100
    judged = [r for r in rows if r["verdict"]]
    assert all(r["document"] and r["target"] and r["comparator"] and r["basis"] and r["scope"] for r in judged)
    assert all(r["reason"] for r in judged if r["verdict"] in ("cannot_tell", "not_comparable"))
    assert {"low", "high", "ci_low", "ci_high", "more_children", "records_to_settle"} <= set(rows[0])


def test_what_is_due_is_of_the_month_after_the_day(run):
    code, out, _ = run("immunization", "due", *NOVEMBER, "--commune", "03312", "--format", "json")
    assert code == 0
    rows = json.loads(out)
    assert rows and all(r["until"] > "2024-12-01" for r in rows)
    assert max(r["due_on"] for r in rows) < "2025-01-01"
    assert {r["state"] for r in rows if r["due_on"] >= "2024-12-01"} == {"due"}


def test_a_trend_tells_what_is_known_now_beside_what_was_known_then(run):
    code, out, _ = run("indicators", "trend", "birth_registration_u5", "stunting_u5", *NOVEMBER, "--unit", "03312",
                       "--years", "1", "--format", "json")  # fmt: skip
    assert code == 0
    points = json.loads(out)
    assert [(p["indicator"], p["as_of"]) for p in points] == [
        (i, f"{y}-11-30") for i in ("birth_registration_u5", "stunting_u5") for y in (2023, 2024)
    ]
    assert points[1]["value"] and points[1]["then_batch"] is None  # the lists came in long after
    assert run("indicators", "trend", "no_such_indicator")[0] == 11


def test_the_open_records_behind_a_verdict_are_listed_by_name_for_a_reason_alone(run):
    asked = ("indicators", "missing", "birth_registration_u5", "--unit", "03312", *NOVEMBER, "--all")
    code, out, _ = run(*asked, "--format", "json")
    assert code == 0
    rows = json.loads(out)
    assert all(r["lacks"] for r in rows)
    assert run(*asked, "--names")[0] == 2
    named = json.loads(run(*asked, "--names", "--reason", "xác minh khai sinh", "--format", "json")[1])
    assert [r["child"] for r in named] == [r["child"] for r in rows]


def test_figures_are_computed_judged_and_explained_down_to_the_cell(run):
    code, out, _ = run("indicators", "run", *NOVEMBER, "--unit", "03312", "--format", "json")
    assert code == 0
    registered = next(r for r in json.loads(out) if r["indicator"] == "birth_registration_u5")
    assert registered["verdict"] in ("met", "not_met", "cannot_tell")
    assert float(registered["low"]) <= float(registered["value"]) <= float(registered["high"])
    explained = list(csv.DictReader(io.StringIO(
        run("indicators", "explain", "birth_registration_u5", "--unit", "03312", *NOVEMBER, "--format", "csv")[1]
    )))  # fmt: skip
    counted = [r for r in explained if r["standing"] == "counted"]
    assert len(counted) == registered["numerator"]
    assert sum(r["standing"] in ("counted", "not_counted") for r in explained) == registered["denominator"]
    code, out, _ = run(
        "indicators", "trace", "birth_registration_u5", "--unit", "03312", *NOVEMBER, "--child", counted[0]["child"],
        "--format", "json",
    )  # fmt: skip
    traced = json.loads(out)
    assert code == 0
    assert any(r["file"].startswith("03312") and r["cells"] for r in traced)
    assert "birth_registered" in run("indicators", "explain", "birth_registration_u5", "--unit", "03312", *NOVEMBER)[1]


def test_an_undo_first_shows_the_figures_that_will_move(run):
    listed = list(csv.DictReader(io.StringIO(run("batches", "--format", "csv")[1])))
    register = [b for b in listed if "so-theo-doi" in b["file"]][-1]["batch"]
    code, out, _ = run("--lang", "en", "undo", register, "--dry-run", *NOVEMBER)
    assert code == 0
    assert "difference" in out
    assert run("undo", register, "--yes", *NOVEMBER, "--reason", "nhập nhầm")[0] == 0
    undone = list(csv.DictReader(io.StringIO(run("batches", "--format", "csv")[1])))
    assert next(b for b in undone if b["batch"] == register)["live"] == "False"
    assert run("undo", register, "--yes")[0] == 2
    assert run("undo", undone[-1]["batch"], "--yes", *NOVEMBER)[0] == 0
    back = list(csv.DictReader(io.StringIO(run("batches", "--format", "csv")[1])))
    assert next(b for b in back if b["batch"] == register)["live"] == "True"
    assert run("undo", "99999", "--yes")[0] == 11


def test_the_package_is_built_read_back_and_a_changed_one_is_refused(run, office):
    goi = office[0] / "goi"
    code, _, err = run("export", "build", goi, *NOVEMBER)
    assert code == 2
    assert "--reason" in err
    assert run("export", "build", goi, *NOVEMBER, "--reason", "gửi tỉnh")[0] in (0, 3)
    code, out, _ = run("export", "check", goi)
    assert code == 0
    assert "đạt" in out
    with (goi / "records.jsonl").open("a") as stream:
        stream.write("{}\n")
    assert run("export", "check", goi)[0] == 10
    assert run("audit", "verify")[0] == 0


def test_a_snapshot_is_written_once_and_an_older_batch_can_be_asked_for(run, office):
    assert run("snapshot", office[0] / "anh", *NOVEMBER)[0] == 0
    assert (office[0] / "anh" / "manifest.json").exists()
    assert run("snapshot", office[0] / "anh", *NOVEMBER)[0] == 2
    assert run("snapshot", office[0] / "anh-cu", *NOVEMBER, "--as-known", "3")[0] == 0
    old = json.loads((office[0] / "anh-cu" / "manifest.json").read_text("utf-8"))
    assert old["batch"] == 3


@pytest.mark.parametrize("name", ["missing.xlsx", "empty.xlsx", "text.xlsx", "budget.csv"])
def test_a_file_that_cannot_be_read_is_one_sentence_and_exit_code_6(run, tmp_path, name):
    path = tmp_path / name
    if name == "empty.xlsx":
        path.write_bytes(b"")
    elif name == "text.xlsx":
        path.write_text("đây không phải bảng tính", "utf-8")
    elif name == "budget.csv":
        path.write_text("Khoản,Số tiền\nĐiện,100\nNước,200\n", "utf-8")
    code, out, err = run("import", path, "--yes")
    assert code == 6
    assert err.strip()
    assert name in out


def test_words_that_do_not_fit_end_with_2(run):
    assert run("undo", "không-phải-số")[0] == 2
    assert run("indicators", "run", "--as-of", "hôm qua")[0] == 2
    assert run("no-such-verb")[0] == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_scripts_exist(capsys, shell):
    code, out, _ = call(capsys, "completion", shell)
    assert code == 0
    assert "childdb" in out


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_help_and_a_mention_in_the_readme_or_docs(capsys, verb):
    code, out, _ = call(capsys, verb, "--help")
    assert code == 0
    assert "Usage" in out
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    assert any(f"childdb {verb}" in page.read_text("utf-8") for page in pages)
