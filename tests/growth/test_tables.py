"""Our tables against the package they came from, and our scores against another package's."""

from importlib.metadata import distribution

import pandas as pd
import pyarrow.parquet as pq
import pytest

from indicators.growth import build_tables, lms
from indicators.growth.zscore import measurement_at, rounded, zscores


@pytest.mark.parametrize("name", ["who2006_by_day", "who2006_by_length", "who2007_by_month"])
def test_each_table_names_its_source(name):
    metadata = pq.read_schema(lms.table_path(name)).metadata
    assert b"WHO" in metadata[b"source"]
    assert b"pygrowthstandards" in metadata[b"taken_from"]


def test_the_tables_equal_those_of_the_package_to_the_last_digit():
    files = distribution("pygrowthstandards").files or []
    path = next(f.locate() for f in files if str(f).endswith(".parquet"))
    theirs = pd.read_parquet(str(path))
    theirs = theirs[(theirs["source"] == "who") & theirs["name"].isin(["child_growth", "growth"])]
    index = {"stature": "len", "weight": "wei", "body_mass_index": "bmi", "head_circumference": "hc"}
    index_2007 = {"stature": "hfa", "weight": "wfa", "body_mass_index": "bfa"}
    compared = 0
    for row in theirs.itertuples():
        sex = {"M": 1, "F": 2}[row.sex]
        if row.measurement_type not in index:
            continue
        if row.x_var_type == "stature":
            position = {"0-2": "L", "2-5": "H"}[row.age_group]
            ours = lms.by_length()[position, sex, round(row.x * 10)]
        elif row.name == "growth":
            ours = lms.by_month()[index_2007[row.measurement_type], sex, round(row.x / lms.DAYS_PER_MONTH)]
        else:
            ours = lms.by_day()[index[row.measurement_type], sex, round(row.x)]
        assert (ours.power, ours.median, ours.spread) == (row.l, row.m, row.s)
        compared += 1
    assert compared == 2 * (4 * 1857 + 651 + 551 + 168 + 168 + 60)


def test_the_committed_tables_are_what_the_script_writes():
    rows = build_tables.source_rows()
    for name, built in (
        ("who2006_by_day", build_tables.by_day(rows)),
        ("who2006_by_length", build_tables.by_length(rows)),
        ("who2007_by_month", build_tables.by_month(rows)),
    ):
        pd.testing.assert_frame_equal(pd.read_parquet(lms.table_path(name)), built, check_dtype=False)


@pytest.mark.parametrize("sex", [1, 2])
@pytest.mark.parametrize("index", ["hfa", "wfa", "bfa"])
def test_month_sixty_continues_the_row_of_months_smoothly(index, sex):
    table = lms.by_month()
    m60, m61, m62 = (table[index, sex, month].median for month in (60, 61, 62))
    assert m61 - m60 == pytest.approx(m62 - m61, abs=0.03)


def test_every_median_scores_nought_and_every_line_its_own_distance():
    for (_, sex, day), row in list(lms.by_day().items())[::37]:
        for z in (-3, -2, 0, 2, 3):
            value = measurement_at(z, row)
            assert ((value / row.median) ** row.power - 1) / (row.spread * row.power) == pytest.approx(z, abs=1e-9)
        assert sex in (1, 2) and 0 <= day <= 1856


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it leaves its tables open
@pytest.mark.parametrize("sex", ["M", "F"])
def test_another_package_gives_the_same_scores_to_two_decimals(sex):
    from cgmzscore.src.main import z_score_lhfa, z_score_wfa, z_score_wfl

    code = {"M": 1, "F": 2}[sex]
    for day in (0, 13, 91, 365, 730, 1000, 1500, 1826):
        length, lying = 50 + day * 0.03, day < 731
        for weight in (1.9, 3.1, 7.7, 12.4, 20.6):
            ours = zscores(code, day, weight, round(length, 1))
            text = str(round(length, 1))
            assert float(z_score_wfa(str(weight), str(day), sex)) == pytest.approx(rounded(ours["zwei"]), abs=0.0101)
            if lying or round(length, 1) >= 65:
                theirs = float(z_score_wfl(str(weight), str(day), sex, text))
                assert theirs == pytest.approx(rounded(ours["zwfl"]), abs=0.0101)
        theirs = float(z_score_lhfa(str(day), sex, text))
        if abs(theirs) <= 3:  # that package counts length, too, in last-SD widths beyond 3
            assert theirs == pytest.approx(rounded(ours["zlen"]), abs=0.0101)
