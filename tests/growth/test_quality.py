"""Quality of measuring: a careful commune passes, a careless one is named, with the figure that gave it away."""

import random

import duckdb
import pytest

from indicators.growth.lms import by_day
from indicators.growth.muac import muac_class, muac_sql
from indicators.growth.quality import dissimilarity, quality
from indicators.growth.zscore import measurement_at
from tests.growth.test_command import run, write

HEADING = ["commune", "sex", "age", "weight", "lenhei", "measure"]


def commune(name: str, seed: int, *, rounded_to: float = 0.1, spread: float = 1.0, heaped: bool = False) -> list[list]:
    dice = random.Random(seed)
    children = []
    for _ in range(600):
        age = round(dice.choice([12, 18, 24, 36]) * 30.4375) if heaped else dice.randint(150, 1800)
        z = max(-2.9, min(2.9, dice.gauss(-0.6, spread)))
        length = measurement_at(z, by_day()["len", 1, age])
        weight = measurement_at(max(-2.9, min(2.9, z * 0.6 + dice.gauss(0, 0.8 * spread))), by_day()["wei", 1, age])
        length, weight = (round(round(value / rounded_to) * rounded_to, 2) for value in (length, weight))
        children.append([name, 1, age, weight, length, "l" if age < 731 else "h"])
    return children


def by_name(rows: list[dict]) -> dict[str, dict]:
    return {row["group"]: row for row in rows}


def test_a_careful_commune_needs_no_visit_and_a_careless_one_does(tmp_path):
    children = [
        *commune("careful", 1),
        *commune("whole figures", 2, rounded_to=1),
        *commune("guessed ages", 3, heaped=True),
    ]
    found = by_name(quality(write(tmp_path / "in.csv", children, HEADING), "commune"))
    assert list(found) == ["All", "careful", "guessed ages", "whole figures"]
    assert found["careful"]["visit"] == 0 and found["careful"]["reasons"] == ""
    assert "weight_digits" in found["whole figures"]["reasons"]
    assert found["whole figures"]["length_digits"] == pytest.approx(90)
    assert "age_heaping" in found["guessed ages"]["reasons"]
    assert found["careful"]["age_heaping"] == pytest.approx(1, abs=0.4)


def test_wild_measuring_shows_in_the_spread_and_in_implausible_scores(tmp_path):
    wild = [[*child[:4], child[4] + random.Random(i).choice([-20, 0, 25]), child[5]]
            for i, child in enumerate(commune("wild", 4))]  # fmt: skip
    found = by_name(quality(write(tmp_path / "in.csv", wild, HEADING), "Commune"))["wild"]
    assert found["visit"] == 1
    assert {"sd_len", "implausible_len"} <= set(str(found["reasons"]).split())


def test_few_children_are_not_judged(tmp_path):
    children = commune("small", 5, rounded_to=1)[:20]
    found = by_name(quality(write(tmp_path / "in.csv", children, HEADING), "commune"))["small"]
    assert (found["visit"], found["reasons"]) == (None, "")


@pytest.mark.parametrize(
    ("counts", "expected"),
    [([7] * 10, 0), ([70, *[0] * 9], 90), ([5, 0, 0, 0, 0, 5, 0, 0, 0, 0], 80), ([0] * 10, None)],
)
def test_dissimilarity_of_end_digits(counts, expected):
    assert dissimilarity(counts) == (None if expected is None else pytest.approx(expected))


def test_the_command_shows_a_table_and_refuses_an_unknown_column(tmp_path, capsys):
    source = write(tmp_path / "in.csv", commune("A", 6), HEADING)
    assert run("--lang", "en", "growth", "quality", source, "--by", "commune") == 0
    told = capsys.readouterr().out
    assert "Weight digits" in told and len(told.splitlines()) == 3
    assert run("growth", "quality", source, "--by", "village") == 2
    assert run("growth", "quality", source, "--format", "json") == 0


@pytest.mark.parametrize(
    ("muac", "months", "oedema", "expected"),
    [
        (114.9, 12, False, "severe"),
        (115, 12, None, "moderate"),
        (124.9, 6, False, "moderate"),
        (125, 59.9, False, "none"),
        (110, 5.9, False, None),
        (110, 60, False, None),
        (None, 12, True, "severe"),
        (None, 12, False, None),
        (0, 12, False, None),
    ],
)
def test_muac_goes_by_its_cut_offs_in_python_and_sql(muac, months, oedema, expected):
    assert muac_class(muac, months, oedema) == expected
    with duckdb.connect() as connection:
        values = "select cast(? as double) as muac_mm, cast(? as double) as age_months, cast(? as boolean) as oedema"
        query = f"select {muac_sql()} from ({values})"
        assert connection.execute(query, [muac, months, oedema]).fetchone() == (expected,)
