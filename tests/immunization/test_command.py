"""`childdb immunization check` from outside: files in, files out."""

import csv
from pathlib import Path

import pytest

from childdb.cli.main import main

HEADER = "child,birth_date,vaccine,date,dose,register_note"


def run(tmp_path: Path, capsys, text: str, *options: str, lang: str = "vi"):
    """Exit code, rows of OUT, rows of CHILDREN by child, standard error; None for a file not written."""
    source, out, children = (tmp_path / name for name in ("in.csv", "out.csv", "children.csv"))
    source.write_text(text, encoding="utf-8")
    rule = () if "--rule" in options else ("--rule", "law")
    arguments = ["immunization", "check", str(source), str(out), "--children", str(children), *rule, *options]
    with pytest.raises(SystemExit) as ended:
        main(["--lang", lang, *arguments])
    captured = capsys.readouterr()
    rows, statuses = read(out), read(children)
    by_child = None if statuses is None else {row["child"]: row for row in statuses}
    return int(ended.value.code or 0), rows, by_child, captured.err


def read(path: Path) -> list[dict[str, str]] | None:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) if path.exists() else None


def lines(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


def test_every_row_and_column_is_kept_in_order_and_three_are_added(tmp_path, capsys):
    text = (
        "số,child,birth_date,vaccine,date,ghi chú\n"
        '1,b, 2023-01-10 ,penta,10/05/2023,"a, b"\n'
        "2,a,2023-01-10,,,\n"
        "3,b,2023-01-10,PENTA ,2023-03-10,x\n"
    )
    code, rows, _, err = run(tmp_path, capsys, text)
    assert (code, err) == (0, "")
    assert list(rows[0]) == ["số", "child", "birth_date", "vaccine", "date", "ghi chú", "valid", "number", "reason"]
    original = [{name: row[name] for name in list(row)[:6]} for row in rows]
    assert original == list(csv.DictReader(text.splitlines()))
    assert [(row["valid"], row["number"], bool(row["reason"])) for row in rows] == [
        ("1", "2", False),
        ("0", "", True),
        ("1", "1", False),
    ]


def test_a_child_without_a_dose_counts(tmp_path, capsys):
    _, _, children, _ = run(tmp_path, capsys, lines("a,2023-01-10,,,,", "b,2023-01-10,BCG,2023-01-11,1,"))
    assert list(children) == ["a", "b"]
    assert list(children["a"].values()) == ["a", "0", "0", "0", "1", "1"]
    assert list(children["b"].values()) == ["b", "0", "0", "0", "1", "0"]


def full_child(birth_dose_note: str = "") -> str:
    doses = ["HEPB0,2023-01-10", "BCG,2023-01-10", "IPV,2023-06-10", "MEASLES,2023-10-10"]
    doses += [f"{vaccine},2023-0{month}-10" for vaccine in ("PENTA", "OPV") for month in (3, 4, 5)]
    return lines(*(f"a,2023-01-10,{dose},,{birth_dose_note}" for dose in doses))


def test_a_fully_immunized_child_is_said_to_be_by_both_rules_where_it_is(tmp_path, capsys):
    for rule in ("law", "who"):
        _, rows, children, _ = run(tmp_path, capsys, full_child(), "--rule", rule)
        assert {row["valid"] for row in rows} == {"1"}
        assert list(children["a"].values()) == ["a", "1", "1", "1", "0", "0"]


def test_the_note_of_the_register_makes_the_birth_dose_alone_invalid(tmp_path, capsys):
    _, rows, children, _ = run(tmp_path, capsys, full_child(">24 giờ"))
    assert [row["vaccine"] for row in rows if row["valid"] == "0"] == ["HEPB0"]
    assert children["a"]["fully_immunized_12m"] == "1"


def test_the_written_number_decides_nothing_and_may_be_absent(tmp_path, capsys):
    text = "child,birth_date,vaccine,date\na,2023-01-10,PENTA,2023-03-10\na,2023-01-10,PENTA,2023-04-10\n"
    _, rows, _, _ = run(tmp_path, capsys, text)
    assert [row["number"] for row in rows] == ["1", "2"]
    _, rows, _, _ = run(tmp_path, capsys, lines("a,2023-01-10,PENTA,2023-03-10,3,", "a,2023-01-10,PENTA,2023-04-10,1,"))
    assert [row["number"] for row in rows] == ["1", "2"]


def test_nothing_after_the_as_of_date_counts(tmp_path, capsys):
    _, rows, children, _ = run(tmp_path, capsys, full_child(), "--as-of", "2023-03-09")
    assert [row["vaccine"] for row in rows if row["valid"] == "1"] == ["HEPB0", "BCG"]
    assert list(children["a"].values()) == ["a", "0", "0", "0", "1", "0"]


def test_reasons_come_in_the_language_asked_for(tmp_path, capsys):
    text = lines("a,2023-01-10,PENTA,2023-01-11,,")
    assert run(tmp_path, capsys, text)[1][0]["reason"] == "chưa đủ tuổi"
    assert run(tmp_path, capsys, text, lang="en")[1][0]["reason"] == "younger than the minimum age"


def test_a_header_alone_gives_headers_alone_also_with_a_byte_order_mark(tmp_path, capsys):
    code, rows, children, err = run(tmp_path, capsys, "\ufeff" + HEADER + "\n")
    assert (code, rows, children, err) == (0, [], {}, "")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == HEADER + ",valid,number,reason\n"


def test_a_semicolon_file_comes_back_with_semicolons(tmp_path, capsys):
    run(tmp_path, capsys, lines("a,2023-01-10,BCG,2023-01-10,1,").replace(",", ";"))
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[1] == "a;2023-01-10;BCG;2023-01-10;1;;1;1;"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["trống"]),
        ("child,vaccine\na,BCG\n", ["birth_date", "date"]),
        (lines("a,2023-01-10,BCG,2023-01-10,,", "a,2023-01-10,OPV,2023-02-30,,"), ["dòng 3", "cột date"]),
        (lines("a,10.13.2023,BCG,2023-01-10,,"), ["dòng 2", "cột birth_date"]),
        (lines(",2023-01-10,BCG,2023-01-10,,"), ["dòng 2", "cột child"]),
        (lines("a,2023-01-10,BCG,2023-01-10,,", "a,2023-01-11,OPV,2023-02-10,,"), ["dòng 3", "ngày sinh"]),
        (lines("a,2023-01-10,BCG,2023-01-10,,,,more"), ["dòng 2"]),
        (HEADER + ",valid\n", ["valid"]),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(tmp_path, capsys, text, words):
    code, rows, children, err = run(tmp_path, capsys, text)
    assert (code, rows, children) == (6, None, None)
    assert len(err.strip().splitlines()) == 1
    assert all(word in err for word in words)


def test_the_input_is_never_written_over(tmp_path, capsys):
    source = tmp_path / "in.csv"
    source.write_text(full_child(), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["immunization", "check", str(source), str(source), "--rule", "law"])
    assert ended.value.code == 2
    assert source.read_text(encoding="utf-8") == full_child()


def test_a_file_that_is_not_utf8_is_refused_with_what_to_do(tmp_path, capsys):
    source = tmp_path / "in.csv"
    source.write_bytes("child,birth_date,vaccine,date\nđông,,,\n".encode("cp1258"))
    with pytest.raises(SystemExit) as ended:
        main(["immunization", "check", str(source), str(tmp_path / "out.csv"), "--rule", "law"])
    assert ended.value.code == 6
    assert "UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("above", ["", "sep=;\r\n"])
def test_what_excel_writes_is_read(tmp_path, encoding, above):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    text = above + 'child;birth_date;vaccine;date;ghi chú\r\nđ;10/01/2023;BCG;11/01/2023;"hai; ""dòng""\r\ndưới"\r\n'
    source.write_bytes(text.encode(encoding))
    with pytest.raises(SystemExit) as ended:
        main(["immunization", "check", str(source), str(out), "--rule", "who"])
    assert ended.value.code == 0
    with out.open(encoding="utf-8", newline="") as written:
        heading, row = csv.reader(written, delimiter=";")
    assert heading == ["child", "birth_date", "vaccine", "date", "ghi chú", "valid", "number", "reason"]
    assert row == ["đ", "10/01/2023", "BCG", "11/01/2023", 'hai; "dòng"\r\ndưới', "1", "1", ""]
