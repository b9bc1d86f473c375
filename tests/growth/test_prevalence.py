"""Prevalences against a naive recount child by child in plain Python, and the rules on who counts."""

import csv
import io
import json
import math
import random
import statistics
from pathlib import Path

import pytest
from scipy.stats import t as student

from indicators.growth.design_based import t_quantile
from indicators.growth.estimates import AGES_2006
from indicators.growth.prevalence import prevalence
from indicators.growth.zscore import flag, rounded, zscores, zscores_2007
from schemas.errors import UnreadableFile
from tests.growth.test_command import run, write

HEADING = ["sex", "age", "weight", "lenhei", "measure", "oedema", "cluster", "strata", "sw"]
BEYOND = {"_3": -3, "_2": -2, "_1": -1, "1": 1, "2": 2, "3": 3}


def random_children(count: int, seed: int) -> list[list[object]]:
    dice = random.Random(seed)
    children = []
    for _ in range(count):
        age = dice.choice([None, *[dice.randint(0, 1840) for _ in range(20)]])
        grown = 800 if age is None else age
        length = round(50 + 32 * math.sqrt(grown / 1000) + dice.gauss(0, 4), 1)
        weight = round(max(1.5, 3.3 + 5.5 * math.sqrt(grown / 500) + dice.gauss(0, 1.5)), 1)
        swollen = "y" if dice.random() < 0.03 else "n"
        stratum = dice.randint(1, 3)
        weighting = dice.choice([0.4, 1.0, 1.7, 3.2])
        children.append(
            [dice.choice([1, 2, "m", "f", ""]), "" if age is None else age, weight, length, dice.choice(["l", "h", ""]),
             swollen, dice.randint(1, 6), stratum, weighting]
        )  # fmt: skip
    return children


def without(children: list[list[object]], *names: str) -> tuple[list[list[object]], list[str]]:
    kept = [i for i, name in enumerate(HEADING) if name not in names]
    return [[child[i] for i in kept] for child in children], [HEADING[i] for i in kept]


def recount(children: list[list[object]], names: list[str]) -> dict[str, dict[str, float | None]]:
    """What the rules say, one child after another."""
    records = []
    for child in children:
        cells = dict(zip(names, child, strict=True))
        age = None if cells["age"] == "" else int(cells["age"])
        if age is not None and age > 1826:
            continue
        sex = {"1": 1, "m": 1, "2": 2, "f": 2}.get(str(cells["sex"]))
        swollen = cells["oedema"] == "y"
        scores = zscores(sex, age, cells["weight"], cells["lenhei"], cells["measure"] or None, oedema=swollen)
        seen, averaged = {}, {}
        for name, index in (("HA", "len"), ("WA", "wei"), ("BMI", "bmi"), ("WH", "wfl")):
            z = rounded(scores[f"z{index}"]) if flag(index, scores[f"z{index}"]) == 0 else None
            averaged[name] = z
            seen[name] = -3.1 if swollen and name != "HA" else z
        months = None if age is None else age / 30.4375
        band = None if months is None else next((label for label, end in AGES_2006.items() if months < end), None)
        label = {1: "Male", 2: "Female"}.get(sex)
        groups = ["All"]
        groups += [f"Age group: {band}"] if band else []
        groups += [f"Sex: {label}"] if label else []
        groups += [f"Age + sex: {band}.{label}"] if band and label else []
        records.append(
            {"groups": groups, "seen": seen, "averaged": averaged, "w": float(cells.get("sw", 1)),
             "h": cells.get("strata", 0), "psu": cells.get("cluster", len(records))}
        )  # fmt: skip
    found = {}
    for group in {g for record in records for g in record["groups"]}:
        row = found[group] = {}
        for name in ("HA", "WA", "BMI", "WH"):
            z = [r["seen"][name] if group in r["groups"] else None for r in records]
            row[f"{name}Z_unwpop"] = sum(value is not None for value in z)
            row[f"{name}Z_pop"] = sum(r["w"] for r, value in zip(records, z, strict=True) if value is not None)
            for suffix, cut in BEYOND.items():
                ones = [None if v is None else float(v < cut if cut < 0 else v > cut) for v in z]
                row |= logit_limits(f"{name}{suffix}", linearised(records, ones))
            values = [r["averaged"][name] if group in r["groups"] else None for r in records]
            row |= plain_limits(name, linearised(records, values))
            row[f"{name}_stdev"] = deviation(records, values)
        for name, both in (("HA_2_WH_2", lambda w: w < -2), ("HA_2_WH2", lambda w: w > 2)):
            pairs = [(r["seen"]["HA"], r["seen"]["WH"]) if group in r["groups"] else (None, None) for r in records]
            ones = [None if None in (h, w) else float(h < -2 and both(w)) for h, w in pairs]
            row |= logit_limits(name, linearised(records, ones))
    return found


def linearised(records: list[dict], y: list[float | None]) -> tuple[float, float, int] | None:
    weight = sum(r["w"] for r, value in zip(records, y, strict=True) if value is not None)
    strata = {r["h"] for r in records}
    psus = {h: {r["psu"] for r in records if r["h"] == h} for h in strata}
    freedom = sum(map(len, psus.values())) - len(strata)
    if not weight:
        return None
    mean = sum(r["w"] * value for r, value in zip(records, y, strict=True) if value is not None) / weight
    variance = 0.0
    for h in strata:
        totals = dict.fromkeys(psus[h], 0.0)
        for record, value in zip(records, y, strict=True):
            if record["h"] == h and value is not None:
                totals[record["psu"]] += record["w"] * (value - mean) / weight
        middle = sum(totals.values()) / len(totals)
        variance += len(totals) / (len(totals) - 1) * sum((total - middle) ** 2 for total in totals.values())
    return mean, math.sqrt(variance), freedom


def plain_limits(name: str, found: tuple[float, float, int] | None) -> dict[str, float | None]:
    if found is None:
        return dict.fromkeys((f"{name}_r", f"{name}_se", f"{name}_ll", f"{name}_ul"))
    mean, error, freedom = found
    reach = student.ppf(0.975, freedom) * error
    return {f"{name}_r": mean, f"{name}_se": error, f"{name}_ll": mean - reach, f"{name}_ul": mean + reach}


def logit_limits(name: str, found: tuple[float, float, int] | None) -> dict[str, float | None]:
    if found is None:
        return dict.fromkeys((f"{name}_r", f"{name}_se", f"{name}_ll", f"{name}_ul"))
    share, error, freedom = found
    low = high = share
    if 1e-12 < share < 1 - 1e-12:
        reach = student.ppf(0.975, freedom) * error / (share * (1 - share))
        centre = math.log(share / (1 - share))
        low, high = (1 / (1 + math.exp(-x)) for x in (centre - reach, centre + reach))
    values = zip(("r", "se", "ll", "ul"), (share, error, low, high), strict=True)
    return {f"{name}_{part}": 100 * value for part, value in values}


def deviation(records: list[dict], values: list[float | None]) -> float | None:
    pairs = [(r["w"], v) for r, v in zip(records, values, strict=True) if v is not None]
    if len(pairs) < 2:
        return None
    weight = sum(w for w, _ in pairs)
    mean = sum(w * v for w, v in pairs) / weight
    return math.sqrt(sum(w * (v - mean) ** 2 for w, v in pairs) / weight * len(pairs) / (len(pairs) - 1))


@pytest.mark.parametrize(
    "dropped",
    [("cluster", "strata", "sw"), ("cluster", "strata"), ("strata",), ("cluster",), ()],
    ids=["simple", "weights", "clusters", "strata", "all"],
)
def test_every_cell_agrees_with_a_naive_recount(tmp_path, dropped):
    children, names = without(random_children(160, seed=len(dropped)), *dropped)
    found = prevalence(write(tmp_path / "in.csv", children, names))
    expected = recount(children, names)
    assert len(found.rows) == 21
    compared = 0
    for row in found.rows:
        for name, value in expected[row["Group"]].items():
            if value is None:
                assert row[name] is None, (row["Group"], name)
            else:
                assert row[name] == pytest.approx(value, rel=1e-7, abs=1e-6), (row["Group"], name)
            compared += 1
    assert compared == 21 * (4 * (2 + 6 * 4 + 4 + 1) + 8)


def test_weights_of_one_change_nothing(tmp_path):
    children, names = without(random_children(150, 5), "cluster", "strata", "sw")
    plain = prevalence(write(tmp_path / "a.csv", children, names)).rows
    weighted = prevalence(write(tmp_path / "b.csv", [[*c, 1] for c in children], [*names, "sw"])).rows
    assert len(plain) == len(weighted) > 0
    for one, other in zip(plain, weighted, strict=True):  # sums of doubles on two threads differ in the last digit
        assert one.pop("Group") == other.pop("Group")
        assert one == pytest.approx(other, rel=1e-12)


def test_oedema_counts_as_severe_in_weight_and_has_no_place_in_the_mean(tmp_path):
    children = [[1, 400, 10, 76, "l", "y"], [1, 400, 10, 76, "l", "n"]]
    row = prevalence(write(tmp_path / "in.csv", children, HEADING[:6])).rows[0]
    assert [row[f"{name}_3_r"] for name in ("WA", "WH", "BMI", "HA")] == [50, 50, 50, 0]
    assert row["WAZ_unwpop"] == 2
    assert row["WA_r"] == rounded(zscores(1, 400, 10)["zwei"]) and row["WA_stdev"] is None


def test_flagged_children_leave_and_the_cut_off_is_held_against_the_rounded_score(tmp_path):
    flagged = [1, 400, 40, 76, "l", "n"]
    row = prevalence(write(tmp_path / "in.csv", [flagged, [1, 400, 10, 76, "l", "n"]], HEADING[:6])).rows[0]
    assert row["WAZ_unwpop"] == 1


def test_rows_past_the_age_or_without_cluster_are_counted_out(tmp_path, capsys):
    children = [[1, 1827, 15, 105, "h", "n", 1], [1, 400, 10, 76, "l", "n", ""], [2, 400, 9, 75, "l", "n", 2]]
    source = write(tmp_path / "in.csv", children, HEADING[:7])
    assert prevalence(source).excluded == 2
    assert run("--lang", "en", "growth", "prevalence", source) == 0
    assert "2 rows left out" in capsys.readouterr().err


def test_a_row_without_weight_weighs_nothing(tmp_path):
    children = [[1, 400, 10, 76, "l", "n", "NA"], [2, 400, 9, 75, "l", "n", 2]]
    found = prevalence(write(tmp_path / "in.csv", children, [*HEADING[:6], "sw"]))
    assert found.without_weight == 1
    assert (found.rows[0]["WAZ_pop"], found.rows[0]["WAZ_unwpop"]) == (2, 2)


@pytest.mark.parametrize("rows", [[], [[1, 400, 10, 76, "l", "n", -1]]])
def test_nothing_left_or_a_negative_weight_is_one_sentence(tmp_path, capsys, rows):
    source = write(tmp_path / "in.csv", rows, [*HEADING[:6], "sw"])
    with pytest.raises(UnreadableFile):
        prevalence(source)
    assert run("growth", "prevalence", source) == 6
    assert capsys.readouterr().err.count("\n") == 1


def test_further_groups_are_shown_where_their_columns_are(tmp_path):
    children = [[1, 400, 10, 76, "Urban", 1], [2, 500, 9, 75, "Rural", "Q5"], [2, 500, 9, 75, "Rural", "?"]]
    names = ["sex", "age", "weight", "lenhei", "typeres", "wealthq"]
    groups = [row["Group"] for row in prevalence(write(tmp_path / "in.csv", children, names)).rows]
    assert groups[21:] == ["Area: Rural", "Area: Urban", "Wealth quintile: Q1: Poorest", "Wealth quintile: Q5: Richest"]


def test_school_age_has_years_and_no_weight_for_age_over_all(tmp_path):
    dice = random.Random(3)
    pupils = [[dice.choice([1, 2]), round(dice.uniform(60, 228.9), 2), dice.uniform(15, 60), dice.uniform(100, 170)]
              for _ in range(300)]  # fmt: skip
    source = write(tmp_path / "in.csv", pupils, ["sex", "age", "weight", "lenhei"])
    rows = {row["Group"]: row for row in prevalence(source, "2007", age_in_months=True).rows}
    assert len(rows) == 27
    assert [rows[g]["Years"] for g in ("All", "Age Group 1: 60-71 mo", "Age Group 1: 228-228 mo")] == [
        "Total (5-19)",
        "5",
        "19",
    ]
    assert rows["Age + Sex: Female.120-179 mo"]["Years"] == "Total (10-14)"
    assert rows["Age + Sex: Female.120-179 mo"]["Months"] == "(120-179)"
    assert rows["All"]["WA_2_r"] is None and rows["Age Group 2: 60-119 mo"]["WA_2_r"] is not None
    z = [zscores_2007(s, m, w, h)["zhfa"] for s, m, w, h in pupils]
    kept = [rounded(value) for value in z if flag("hfa", value) == 0]
    assert rows["All"]["HA_r"] == pytest.approx(statistics.fmean(kept))
    assert rows["All"]["HA_2_r"] == pytest.approx(100 * sum(value < -2 for value in kept) / len(kept))


def test_four_children_as_the_manual_of_who_prints_them(tmp_path):
    children = [[1, 1001, 18, 100], [2, 1000, 15, 80], [2, 1010, 10, 100], [1, 1000, 15, 100]]
    source = write(tmp_path / "in.csv", children, ["sex", "age", "weight", "lenhei"])
    rows = {row["Group"]: row for row in prevalence(source).rows}
    assert [rows["All"][c] for c in ("HAZ_pop", "HAZ_unwpop", "HA_3_r")] == [4, 4, 25]
    assert rows["All"]["HA_3_se"] == pytest.approx(25)
    assert rows["Sex: Female"]["HA_3_se"] == pytest.approx(40.82483, abs=5e-6)
    assert (rows["Sex: Male"]["HA_3_r"], rows["Sex: Male"]["HA_3_se"]) == (0, 0)
    assert (rows["Age group: 00-05 mo"]["HAZ_unwpop"], rows["Age group: 00-05 mo"]["HA_3_r"]) == (0, None)


def test_csv_json_and_table_say_the_same(tmp_path, capsys):
    children, names = without(random_children(80, 9), "cluster", "strata", "sw")
    source = write(tmp_path / "in.csv", children, names)
    told: dict[str, str] = {}
    for form in ("csv", "json", "table"):
        assert run("--lang", "en", "growth", "prevalence", source, "--format", form) == 0
        told[form] = capsys.readouterr().out
    from_csv, from_json = list(csv.DictReader(io.StringIO(told["csv"]))), json.loads(told["json"])
    assert [row["Group"] for row in from_csv] == [row["Group"] for row in from_json]
    assert float(from_csv[0]["HA_2_r"]) == from_json[0]["HA_2_r"]
    assert f"{from_json[0]['HA_2_r']:.1f}" in told["table"]
    assert list(from_csv[0])[:4] == ["Group", "HAZ_pop", "HAZ_unwpop", "HA_3_r"]


@pytest.mark.parametrize("freedom", [1, 2, 7, 30, 1000, 10**6])
def test_students_t_is_students_t(freedom):
    assert t_quantile(freedom) == pytest.approx(student.ppf(0.975, freedom), rel=1e-9)


def test_the_source_may_be_parquet(tmp_path: Path):
    import pandas as pd

    pd.DataFrame({"sex": [1, 2], "age": [400, 500], "weight": [10.0, 9.0], "lenhei": [76.0, 75.0]}).to_parquet(
        tmp_path / "in.parquet"
    )
    assert prevalence(tmp_path / "in.parquet").rows[0]["HAZ_unwpop"] == 2
