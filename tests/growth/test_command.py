"""`childdb growth zscores` through its own door: what comes in, what goes out, what is said, which exit code."""

import csv
import random
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from childdb.cli.main import main
from indicators.growth.zscore import rounded, zscores, zscores_2007

HEADING = ["id", "sex", "age", "weight", "lenhei", "measure", "headc", "oedema"]


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([str(word) for word in words])
    return int(stopped.value.code or 0)


def write(path: Path, rows: list[list[object]], heading: list[str] = HEADING) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([heading, *rows])
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_row_stays_in_its_order_with_its_cells_as_typed(tmp_path):
    rows = [
        [1, "M", "987", "12.0", "72.86", "l", "", "n"],
        [2, "female", " 30 ", "4,2", "52.5", "L", "36.2", "N"],
        [3, "1", "NA", "9", "80", "", "", "y"],
        [4, "?", "100", "6", "60", "H", "40", ""],
        [5, "2", "1826", "14.5", "105", "h", "", "2"],
    ]
    source = write(tmp_path / "in.csv", rows)
    assert run("growth", "zscores", source, tmp_path / "out.csv") == 0
    found = read(tmp_path / "out.csv")
    assert list(found[0]) == [*HEADING, "zlen", "flen", "zwei", "fwei", "zwfl", "fwfl", "zbmi", "fbmi", "zhc", "fhc"]
    assert [[row[name] for name in HEADING] for row in found] == [[str(cell) for cell in row] for row in rows]
    assert [found[0]["zlen"], found[0]["flen"]] == ["-6.09", "1"]
    assert found[1]["zwei"] == f"{rounded(zscores(2, 30, 4.2)['zwei'])}"
    assert found[2]["zwfl"] == found[2]["fwfl"] == ""
    assert set(list(found[3].values())[8:]) == {""}


def test_many_rows_come_back_in_order_and_right(tmp_path):
    dice = random.Random(7)
    rows = [
        [i, dice.choice("12"), dice.randint(0, 1860), round(dice.uniform(2, 20), 1), round(dice.uniform(44, 121), 1),
         dice.choice("lhLH"), "", dice.choice(["n", "n", "n", "y"])]
        for i in range(30_000)
    ]  # fmt: skip
    source = write(tmp_path / "in.csv", rows)
    assert run("growth", "zscores", source, tmp_path / "out.csv") == 0
    assert run("growth", "zscores", source, tmp_path / "out.parquet") == 0
    found = read(tmp_path / "out.csv")
    assert [row["id"] for row in found] == [str(row[0]) for row in rows]
    assert pd.read_parquet(tmp_path / "out.parquet")["id"].tolist() == [str(row[0]) for row in rows]
    for row, out in list(zip(rows, found, strict=True))[::101]:
        _, sex, age, weight, length, measure, _, oedema = row
        expected = zscores(int(sex), age, weight, length, measure, oedema=oedema == "y")
        for name in ("zlen", "zwei", "zwfl", "zbmi"):
            shown = rounded(expected[name])
            assert out[name] == "" if shown is None else float(out[name]) == pytest.approx(shown, abs=1e-9)


def test_parquet_in_and_out_keeps_types_and_long_files_keep_their_order(tmp_path):
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select i as id, 1 + i % 2 as sex, i % 1800 as age, 4.0 + i % 9 as weight, 50.0 + i % 60 as lenhei,"
            f" date '2026-01-01' as seen from range(300000) t(i)) to '{tmp_path / 'in.parquet'}'"
        )
        assert run("growth", "zscores", tmp_path / "in.parquet", tmp_path / "out.parquet") == 0
        out = f"read_parquet('{tmp_path / 'out.parquet'}', file_row_number = true)"
        moved = connection.execute(f"select count(*), count(*) filter (where id <> file_row_number) from {out}")
        assert moved.fetchone() == (300000, 0)
        types = dict(row[:2] for row in connection.execute(f"describe select * from {out}").fetchall())
    assert (types["seen"], types["zlen"], types["flen"]) == ("DATE", "DOUBLE", "INTEGER")


def test_age_in_months_and_the_reference_for_school_age(tmp_path):
    rows = [["f", 60.32, 18.7, 113.8], ["f", 228.5, 50, 160], ["m", 229, 50, 160], ["m", 120.5, 30, 138]]
    source = write(tmp_path / "in.csv", rows, ["sex", "age", "weight", "lenhei"])
    options = ("--reference", "2007", "--age-unit", "months")
    assert run("growth", "zscores", source, tmp_path / "out.csv", *options) == 0
    found = read(tmp_path / "out.csv")
    assert [found[0][name] for name in ("zhfa", "zwfa", "zbfa")] == ["0.96", "0.21", "-0.58"]
    assert found[1]["zhfa"] == str(rounded(zscores_2007(2, 228, 50, 160)["zhfa"]))
    assert [found[1]["zwfa"], found[2]["zhfa"], found[2]["fbfa"]] == ["", "", ""]
    assert found[3]["fwfa"] == "0"


def test_half_months_keep_their_sixty_month_end(tmp_path):
    source = write(tmp_path / "in.csv", [[1, 59.99, 15, 100], [1, 60, 15, 100]], ["sex", "age", "weight", "lenhei"])
    assert run("growth", "zscores", source, tmp_path / "out.csv", "--age-unit", "months") == 0
    first, second = read(tmp_path / "out.csv")
    assert first["zlen"] != "" and second["zlen"] == second["zwfl"] == ""


def test_quotes_line_breaks_empty_headings_and_semicolons_survive(tmp_path):
    source = tmp_path / "in.csv"
    source.write_bytes(
        b'\xef\xbb\xbf"";Sex;AGE;weight;lenhei;note\r\n1;1;100;"6,2";61;"two; words"\r\n2;2;200;7;65;"a ""b""\nc"\r\n'
    )
    assert run("growth", "zscores", source, tmp_path / "out.csv") == 0
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as lines:
        found = list(csv.reader(lines))
    assert found[0][:6] == ["", "Sex", "AGE", "weight", "lenhei", "note"]
    assert [row[5] for row in found[1:]] == ["two; words", 'a "b"\nc']
    assert all(row[6] for row in found[1:])


def test_a_heading_without_rows_gives_a_heading_without_rows(tmp_path):
    source = write(tmp_path / "in.csv", [])
    assert run("growth", "zscores", source, tmp_path / "out.csv") == 0
    assert (tmp_path / "out.csv").read_text().count("\n") == 1


def test_a_negative_age_is_told_and_the_row_is_kept(tmp_path, capsys):
    source = write(tmp_path / "in.csv", [[1, 1, -5, 9, 80, "l", "", ""], [2, 1, 400, "nine", 74, "l", "", ""]])
    assert run("--lang", "en", "growth", "zscores", source, tmp_path / "out.csv") == 3
    told = capsys.readouterr().err
    assert "1 rows have a negative age" in told and "1 cells are no number" in told
    assert [row["zlen"] == "" for row in read(tmp_path / "out.csv")] == [True, False]


def test_words_that_mean_nothing_are_told_and_count_as_empty(tmp_path, capsys):
    rows = [
        [1, "boy?", 400, 9, 74, "l", "", "n"],
        [2, "F", 400, 9, 74, "x", "", "maybe"],
        [3, 2, 400, 9, 74, "", "", ""],
    ]
    source = write(tmp_path / "in.csv", rows)
    assert run("--lang", "en", "growth", "zscores", source, tmp_path / "out.csv") == 0
    assert "3 cells of sex, measure or oedema" in capsys.readouterr().err
    first, second, third = read(tmp_path / "out.csv")
    assert first["zlen"] == "" and second["zwei"] == third["zwei"] != ""


@pytest.mark.parametrize(
    ("sex", "oedema", "girl", "swollen"),
    [("1", "y", 0, 1), (" m ", "Y", 0, 1), ("M", "1", 0, 1), ("1.0", "yes", 0, 1), ("Nam", "Có", 0, 1), ("2", "n", 1, 0),
     ("f", "2", 1, 0), ("F", "no", 1, 0), ("nữ", "không", 1, 0), ("2", "NA", 1, 0), ("Female", "", 1, 0)],
)  # fmt: skip
def test_sex_and_oedema_are_read_in_all_their_spellings(tmp_path, sex, oedema, girl, swollen):
    source = write(tmp_path / "in.csv", [[1, sex, "400", "9", "74", "l", "", oedema]])
    assert run("growth", "zscores", source, tmp_path / "out.csv") == 0
    row = read(tmp_path / "out.csv")[0]
    assert float(row["zlen"]) == rounded(zscores(1 + girl, 400, 9, 74, "l")["zlen"])
    assert (row["zwei"] == row["zwfl"] == row["zbmi"] == "") is bool(swollen)


def test_parquet_may_hold_numbers_where_a_csv_holds_words(tmp_path):
    frame = pd.DataFrame({"sex": [1.0, 2.0, float("nan")], "age": [400, 500.4, 600], "weight": [9, 9.5, 10],
                          "lenhei": [74, 78, 80], "oedema": [1, 2, 2], "measure": ["l", None, "H"]})  # fmt: skip
    frame.to_parquet(tmp_path / "in.parquet")
    assert run("growth", "zscores", tmp_path / "in.parquet", tmp_path / "out.csv") == 0
    first, second, third = read(tmp_path / "out.csv")
    assert first["zwei"] == "" and float(first["zlen"]) == rounded(zscores(1, 400, 9, 74, "l")["zlen"])
    assert float(second["zwei"]) == rounded(zscores(2, 500, 9.5, 78)["zwei"])
    assert third["zlen"] == third["zwfl"] == ""


@pytest.mark.parametrize(("kept", "told"), [("weight", "zwei"), ("lenhei", "zlen"), ("headc", "zhc")])
def test_a_file_that_measured_one_thing_alone_has_the_scores_of_that(tmp_path, kept, told):
    values = {"weight": 9.5, "lenhei": 78, "headc": 46}
    source = write(tmp_path / "in.csv", [[2, 500, values[kept]]], ["sex", "age", kept])
    assert run("growth", "zscores", source, tmp_path / "out.csv") == 0
    (row,) = read(tmp_path / "out.csv")
    words = {"weight": None, "lenhei": None, kept: values[kept]}
    whole = zscores(2, 500, words["weight"], words["lenhei"], head_cm=words.get("headc"))
    assert float(row[told]) == rounded(whole[told])
    assert {name for name in ("zlen", "zwei", "zwfl", "zbmi") if row[name]} <= {told}


@pytest.mark.parametrize(("lost", "kept"), [("sex", "age"), ("age", "sex"), ("weight", "sex,age,measure,oedema")])
def test_without_sex_age_or_anything_measured_it_is_one_sentence_and_no_output(tmp_path, capsys, lost, kept):
    source = write(tmp_path / "in.csv", [], kept.split(","))
    assert run("growth", "zscores", source, tmp_path / "out.csv") == 6
    told = capsys.readouterr().err
    assert lost in told and told.count("\n") == 1
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("in.csv", b"sex,age,weight,lenhei\n1,100,6,60\n1,100\n", 6),
        ("in.csv", b"sex,age,weight,lenhei\n1,100,6,6\xff\xfe0\n", 6),
        ("in.csv", b"", 6),
        ("in.parquet", b"no parquet", 6),
        ("in.xlsx", b"PK", 6),
        ("in.csv", b"sex,age,weight,lenhei,zlen\n1,100,6,60,1\n", 2),
        ("in.csv", b"sex,age,weight,lenhei,AGE\n1,100,6,60,1\n", 2),
    ],
)
def test_a_bad_file_is_one_sentence_that_quotes_no_row(tmp_path, capsys, name, content, code):
    (tmp_path / name).write_bytes(content)
    (tmp_path / "out.csv").write_text("as before")
    assert run("growth", "zscores", tmp_path / name, tmp_path / "out.csv") == code
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "100,6" not in told and "Traceback" not in told
    assert (tmp_path / "out.csv").read_text() == "as before"
    assert {path.name for path in tmp_path.iterdir()} == {name, "out.csv"}


def test_a_missing_file_and_an_unwritable_place_have_their_codes(tmp_path):
    assert run("growth", "zscores", tmp_path / "none.csv", tmp_path / "out.csv") == 6
    source = write(tmp_path / "in.csv", [])
    assert run("growth", "zscores", source, tmp_path / "no folder" / "out.csv") == 8
    assert run("growth", "zscores", source, tmp_path / "out.xlsx") == 2
