"""The synthetic cohort against a computation birth by birth, as the Guide to DHS Statistics words it."""

import csv
import io
import math
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from childdb.cli.main import main
from indicators.mortality.cohort import ALIVE, BirthHistories, cohort_rates

HEADER = "v005,v008,v021,v022,b3,b5,b7"


def run(tmp_path: Path, capsys, text: str, *options: str) -> tuple[int, list[dict[str, str]], str]:
    file = tmp_path / "histories.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["mortality", "cohort", str(file), *options])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), list(csv.DictReader(io.StringIO(out))), err


def births(*lines: str) -> str:
    return "\n".join([HEADER, *lines]) + "\n"


def naive_rates(rows, period, end=None):
    """The five rates, one birth and one age segment after the other."""
    limits = [0, 1, 3, 6, 12, 24, 36, 48, 60]
    survival = []
    for lower, upper in pairwise(limits):
        deaths = exposed = 0.0
        for weight, interview, _, born, age in rows:
            last = (interview if end is None else end) - 1  # last month of the period
            first = last - period + 1
            if age is not None and age < lower:
                continue
            enters, leaves = born + lower, born + upper  # months in which the child enters and leaves the segment
            if enters > last or leaves < first:
                continue
            begins_before, ends_after = enters < first, leaves > last
            share = 0.5 if begins_before or ends_after else 1.0
            exposed += share * weight
            if age is not None and age < upper:
                deaths += weight * (1.0 if ends_after and end is None else share)
        if exposed == 0:
            return None
        survival.append(1 - deaths / exposed)
    infant, all_five = math.prod(survival[:4]), math.prod(survival)
    neonatal = 1 - survival[0]
    child = 1 - math.prod(survival[4:])
    return [1000 * each for each in (neonatal, 1 - infant - neonatal, 1 - infant, child, 1 - all_five)]


def histories(rows, end=None) -> BirthHistories:
    return BirthHistories(
        born=np.array([row[3] for row in rows], dtype=np.int64),
        age_at_death=np.array([ALIVE if row[4] is None else row[4] for row in rows], dtype=np.int64),
        end=np.array([row[1] if end is None else end for row in rows], dtype=np.int64),
        weight=np.array([row[0] for row in rows], dtype=np.float64),
        cluster=np.array([row[2] for row in rows], dtype=np.int64),
    )


BIRTH = some.tuples(
    some.integers(1, 3_000_000),
    some.integers(1440, 1444),
    some.integers(0, 4),
    some.integers(1320, 1443),
    some.one_of(some.none(), some.none(), some.integers(0, 70)),
)


@settings(max_examples=60, deadline=None)
@given(
    rows=some.lists(BIRTH, min_size=30, max_size=120),
    period=some.sampled_from([24, 60, 100]),
    end=some.sampled_from([None, 1430]),
)
def test_rates_agree_with_a_count_birth_by_birth(rows, period, end):
    expected = naive_rates(rows, period, end)
    found = cohort_rates(histories(rows, end), period, ends_at_interview=end is None)
    if expected is None:
        assert found[-1].rate is None
    else:
        assert [each.rate for each in found] == pytest.approx(expected)


@settings(max_examples=30, deadline=None)
@given(rows=some.lists(BIRTH, min_size=40, max_size=120))
def test_the_standard_error_is_that_of_leaving_each_cluster_out_in_turn(rows):
    found = cohort_rates(histories(rows), 60, ends_at_interview=True)
    clusters = sorted({row[2] for row in rows})
    whole = naive_rates(rows, 60)
    without = [naive_rates([row for row in rows if row[2] != cluster], 60) for cluster in clusters]
    if whole is None or None in without or len(clusters) < 2:
        assert found[-1].standard_error is None
        return
    k = len(clusters)
    for place, each in enumerate(found):
        pseudo = [k * whole[place] - (k - 1) * left[place] for left in without]
        variance = sum((value - whole[place]) ** 2 for value in pseudo) / (k * (k - 1))
        assert each.standard_error == pytest.approx(math.sqrt(variance), abs=1e-6)
        assert each.lower == pytest.approx(max(0, each.rate - 1.96 * each.standard_error))
        assert each.upper == pytest.approx(each.rate + 1.96 * each.standard_error)


# One birth a month for ten years before an interview in month 1441, in two clusters; docs/mortality.md works it out.
def worked_example() -> str:
    lines = []
    for month in range(1321, 1441):
        age = {1440: 0, 1400: 0, 1390: 4, 1370: 13, 1381: 0}.get(month)
        lines.append(f"1000000,1441,{month % 2 + 1},1,{month},{1 if age is None else 0},{'' if age is None else age}")
    return births(*lines)


def test_the_figure_worked_by_hand_in_the_documentation_comes_out(tmp_path, capsys):
    code, rows, _ = run(tmp_path, capsys, worked_example(), "--period", "60")
    assert code == 0
    found = {row["indicator"]: row for row in rows}
    # 0 months: 61 births exposed, the ones of months 1380 and 1440 half: 60; deaths of 1381, 1400 and 1440 whole
    assert float(found["NNMR"]["R"]) == pytest.approx(1000 * 3 / 60, abs=1e-6)
    # 3-5 months: births 1375-1377 and 1435-1437 half, 1378-1434 whole less the two dead before; one death of 58
    survival = (1 - 3 / 60) * (1 - 1 / (57 - 2 + 3))
    assert float(found["IMR"]["R"]) == pytest.approx(1000 * (1 - survival), abs=1e-6)
    # 12-23 months: births 1357-1368 and 1417-1428 half, 1369-1416 whole less the three dead before; one of 57
    assert float(found["CMR"]["R"]) == pytest.approx(1000 / 57, abs=1e-6)
    assert found["NNMR"]["N"] == "61"


def test_deaths_of_the_latest_cohort_count_half_when_an_end_is_given(tmp_path, capsys):
    _, whole, _ = run(tmp_path, capsys, worked_example())
    _, half, _ = run(tmp_path, capsys, worked_example(), "--period-end", "2020-01")  # month 1441, as the interview
    assert float(whole[0]["R"]) == pytest.approx(1000 * 3 / 60, abs=1e-6)
    assert float(half[0]["R"]) == pytest.approx(1000 * 2.5 / 60, abs=1e-6)


def test_the_month_of_interview_is_left_out(tmp_path, capsys):
    _, before, _ = run(tmp_path, capsys, worked_example())
    _, after, _ = run(tmp_path, capsys, worked_example() + "1000000,1441,1,1,1441,0,0\n")
    assert before == after


def test_groups_stand_by_value_and_total_stands_alone(tmp_path, capsys):
    text = worked_example()
    _, rows, _ = run(tmp_path, capsys, text, "--by", "v021")
    assert [row["group"] for row in rows] == ["1"] * 5 + ["2"] * 5
    assert all(row["SE"] == row["LCI"] == row["UCI"] == "" for row in rows)  # one cluster: no standard error
    _, rows, _ = run(tmp_path, capsys, text)
    assert {row["group"] for row in rows} == {"total"}
    assert [row["indicator"] for row in rows] == ["NNMR", "PNNMR", "IMR", "CMR", "U5MR"]


def test_unweighted_counts_every_birth_once_and_needs_no_weights(tmp_path, capsys):
    lines = worked_example().splitlines()
    heavy = "\n".join([lines[0], *("9" + line for line in lines[1:40]), *lines[40:]])
    bare = "\n".join(line.split(",", 1)[1] for line in lines)
    _, expected, _ = run(tmp_path, capsys, worked_example())
    assert run(tmp_path, capsys, heavy, "--unweighted")[1] == expected
    assert run(tmp_path, capsys, bare, "--unweighted")[1] == expected
    assert run(tmp_path, capsys, heavy)[1] != expected


def test_weights_are_in_millionths(tmp_path, capsys):
    _, rows, _ = run(tmp_path, capsys, worked_example().replace("1000000,", "2500000,"))
    assert rows[0]["N"] == "61"
    assert float(rows[0]["WN"]) == 152.5


def test_a_file_with_a_byte_order_mark_and_a_header_alone_gives_a_header_alone(tmp_path, capsys):
    code, rows, err = run(tmp_path, capsys, "\ufeff" + HEADER + "\n")
    assert (code, rows, err) == (0, [], "")


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", 6, ["trống"]),
        ("v005,v008\n1,2\n", 6, ["b3", "b5", "b7", "v021"]),
        (births("1000000,1441,1,1,1400,1,", "1000000,14x1,1,1,1400,1,"), 6, ["dòng 3", "v008"]),
        (births("1000000,1441,1,1,1400,0,"), 6, ["dòng 2", "b7"]),
        (births("1000000,1441,1,1,1400,2,"), 6, ["dòng 2", "b5"]),
        (births("-5,1441,1,1,1400,1,"), 6, ["dòng 2", "v005"]),
        (births("1000000,1441,,1,1400,1,"), 6, ["dòng 2", "v021"]),
    ],
)
def test_bad_input_is_one_sentence_that_names_row_and_column(tmp_path, capsys, text, code, words):
    found, rows, err = run(tmp_path, capsys, text)
    assert (found, rows) == (code, [])
    assert len(err.strip().splitlines()) == 1
    assert all(word in err for word in words)


def test_a_column_to_group_by_that_is_absent_is_a_usage_fault(tmp_path, capsys):
    assert run(tmp_path, capsys, worked_example(), "--by", "v024")[0] == 2
    assert run(tmp_path, capsys, worked_example(), "--period-end", "2020-13")[0] == 2


def test_the_command_prints_csv_and_nothing_else_from_outside(tmp_path):
    file = tmp_path / "histories.csv"
    file.write_text(worked_example(), encoding="utf-8")
    command = [sys.executable, "-c", "from childdb.cli.main import main; main()", "mortality", "cohort", str(file)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[0] == "group,indicator,R,SE,N,WN,LCI,UCI"
    assert len(done.stdout.splitlines()) == 6
