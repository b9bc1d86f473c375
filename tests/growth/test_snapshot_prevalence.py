"""Prevalences from the store's children: the same figures as for a file of the same children with villages as clusters."""

import random
from datetime import date, timedelta

import duckdb
import pytest

from indicators.growth.prevalence import prevalence
from indicators.growth.snapshot_prevalence import snapshot_prevalence
from indicators.growth.sql import register, rounded_sql, zscore_query
from tests.growth.test_command import write

AS_OF, SINCE = date(2024, 11, 30), date(2023, 12, 1)


def district(children: int, seed: int) -> list[dict]:
    dice = random.Random(seed)
    found = []
    for child in range(children):
        now = dice.randint(30, 2000)
        measurements = []
        for _ in range(dice.choice([0, 1, 1, 2])):
            back = dice.randint(0, min(now, 500))
            age = now - back
            measurements.append({
                "on": AS_OF - timedelta(days=back), "age": age, "weight": round(3 + age / 150 + dice.gauss(0, 1.2), 1),
                "length": round(50 + age / 35 + dice.gauss(0, 4), 1), "oedema": dice.random() < 0.03,
            })  # fmt: skip
        found.append({
            "child": child, "sex": dice.choice("MF"), "now": now, "unit": dice.choice(["u1", "u2"]),
            "village": dice.choice(["a", "b", "c"]), "ethnicity": dice.choice(["01", "03"]),
            "poverty": dice.choice(["poor", "none", None]), "measurements": measurements,
        })  # fmt: skip
    return found


def opened(children: list[dict]) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    register(con)
    con.execute("create table prepared_child (child bigint, sex varchar, unit varchar, village varchar, ethnicity varchar,"
                " poverty varchar, age_months_hi integer)")  # fmt: skip
    con.execute("create table taken (child bigint, measured_on date, age_days integer, sex_code integer, weight_kg double,"
                " lenhei_cm double, measure varchar, oedema boolean)")  # fmt: skip
    for c in children:
        con.execute("insert into prepared_child values (?, ?, ?, ?, ?, ?, ?)", [
            c["child"], c["sex"], c["unit"], c["village"], c["ethnicity"], c["poverty"], int(c["now"] / 30.4375)])  # fmt: skip
        for m in {m["on"]: m for m in c["measurements"]}.values():
            con.execute("insert into taken values (?, ?, ?, ?, ?, ?, null, ?)", [
                c["child"], m["on"], m["age"], 1 + (c["sex"] == "F"), m["weight"], m["length"], m["oedema"]])  # fmt: skip
    scores = ", ".join(f"{rounded_sql(f'z{i}')} as z_{i}, f{i} as f_{i}" for i in ("len", "wei", "wfl", "bmi"))
    con.execute(f"create table growth_history as select child, measured_on, age_days, age_days / 30.4375 as age_months, oedema,"
                f" {scores} from ({zscore_query('taken', keep=['child', 'measured_on', 'age_days', 'oedema'])})")  # fmt: skip
    return con


def latest(c: dict) -> dict | None:
    last = {m["on"]: m for m in c["measurements"] if m["on"] >= SINCE}
    return last[max(last)] if last else None


def test_as_a_file_with_villages_as_clusters(tmp_path):
    children = district(260, seed=4)
    names = {"unit": {"u1": "Xã Một"}, "poverty": {"poor": "nghèo"}}
    with opened(children) as con:
        found = {row["Group"]: row for row in snapshot_prevalence(con, since=SINCE, names=names)}
    under_five = [c for c in children if int(c["now"] / 30.4375) < 60]
    lines = [
        [c["sex"].lower(), m["age"], m["weight"], m["length"], "y" if m["oedema"] else "n", f"{c['unit']}{c['village']}",
         c["ethnicity"]]
        for c in under_five if (m := latest(c))
    ]  # fmt: skip
    heading = ["sex", "age", "weight", "lenhei", "oedema", "cluster", "othergr"]
    expected = prevalence(write(tmp_path / "in.csv", lines, heading)).rows
    assert len(expected) == 23
    for row in expected:
        group = str(row["Group"]).replace("Other grouping", "Ethnicity")
        for name, value in row.items():
            if name != "Group":
                assert found[group][name] == (None if value is None else pytest.approx(value)), (group, name)
    assert found["All"]["children"] == len(under_five)
    assert found["All"]["measured"] == len(lines)
    first = [c for c in under_five if c["unit"] == "u1"]
    assert (found["Commune: Xã Một"]["children"], found["Commune: Xã Một"]["measured"]) == (
        len(first), sum(latest(c) is not None for c in first))  # fmt: skip
    assert "Poverty: nghèo" in found and found["Age group: 00-05 mo"]["children"] is None


def test_one_commune_alone_and_nobody_measured():
    with opened(district(60, seed=1)) as con:
        one = snapshot_prevalence(con, since=SINCE, units=["u2"])
        assert [row["Group"] for row in one if str(row["Group"]).startswith("Commune")] == ["Commune: u2"]
        assert snapshot_prevalence(con, since=date(2025, 1, 1)) == []
        assert snapshot_prevalence(con, since=SINCE, units=[]) == []
