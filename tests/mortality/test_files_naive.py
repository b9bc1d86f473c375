"""Both commands from file to standard output against a second computation, written from the requirement alone."""

import csv
import io
import math
from collections import defaultdict
from contextlib import redirect_stdout
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from childdb.cli.main import main

SEGMENTS = [(0, 1), (1, 3), (3, 6), (6, 12), (12, 24), (24, 36), (36, 48), (48, 60)]
AGES = {"NNMR": (0, 1), "PNNMR": (1, 12), "IMR": (0, 12), "CMR": (12, 60), "U5MR": (0, 60)}


def printed(*words: object) -> str:
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    assert not ended.value.code
    return out.getvalue()


def rates(births: list[dict], period: int, end: int | None) -> dict[str, float | None]:
    """The cohorts A, B, C of the Guide by their dates of birth; a birth is dead only where b5 is 0."""
    survival: list[float | None] = []
    for lower, upper in SEGMENTS:
        died = alive = 0.0
        seen = False
        for b in births:
            beyond = b["v008"] if end is None else end
            start = beyond - period
            if b["b7"] is not None and b["b7"] < lower:
                continue
            a = start - upper <= b["b3"] < start - lower
            c = beyond - upper <= b["b3"] < beyond - lower
            whole = start - lower <= b["b3"] < beyond - upper
            if not (a or c or whole):
                continue
            seen = True
            share = 1.0 if whole and not a and not c else 0.5
            alive += share * b["w"]
            if b["b7"] is not None and b["b7"] < upper:
                died += (1.0 if c and end is None else share) * b["w"]
        survival.append(1 - died / alive if seen else None)

    def dead(parts: list[float | None]) -> float | None:
        return None if None in parts else 1000 * (1 - math.prod(parts))

    found = {"NNMR": dead(survival[:1]), "IMR": dead(survival[:4]), "CMR": dead(survival[4:]), "U5MR": dead(survival)}
    both = None in (found["IMR"], found["NNMR"])
    return {**found, "PNNMR": None if both else found["IMR"] - found["NNMR"]}


BIRTH = some.tuples(
    some.sampled_from([0, 500_000, 1_000_000, 1_700_000]),
    some.integers(1440, 1443),
    some.integers(1, 5),
    some.sampled_from(["", "a", "b", "10", "9"]),
    some.integers(1318, 1443),
    some.one_of(some.none(), some.none(), some.integers(0, 66)),
)


@settings(max_examples=60, deadline=None)
@given(
    some.lists(BIRTH, min_size=20, max_size=150),
    some.sampled_from([12, 36, 60, 120]),
    some.sampled_from([None, "2019-03"]),
    some.booleans(),
    some.booleans(),
)
def test_cohort_as_a_whole(tmp_path_factory, births, period, end, unweighted, grouped):
    file = tmp_path_factory.mktemp("cohort") / "in.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        lines = [[w, v8, psu, 1, g, b3, int(b7 is None), "" if b7 is None else b7] for w, v8, psu, g, b3, b7 in births]
        csv.writer(out).writerows([["V005", "v008", "v021", "v022", "region", "b3", "b5", "b7"], *lines])
    options = ["--period", period]
    options += ["--period-end", end] if end else []
    options += ["--unweighted"] if unweighted else []
    options += ["--by", "region"] if grouped else []
    text = printed("mortality", "cohort", file, *options)
    assert text.splitlines()[0] == "group,indicator,R,SE,N,WN,LCI,UCI"
    found = {(row["group"], row["indicator"]): row for row in csv.DictReader(io.StringIO(text))}
    end_month = None if end is None else 1431
    groups = defaultdict(list)
    for w, v8, psu, g, b3, b7 in births:
        groups[g if grouped else "total"].append(
            {"w": 1.0 if unweighted else w / 1e6, "v008": v8, "psu": psu, "b3": b3, "b7": b7}
        )
    assert set(found) == {(g, name) for g in groups for name in AGES}
    for group, members in groups.items():
        counted = [b for b in members if b["w"] > 0]
        clusters = sorted({b["psu"] for b in counted})
        k = len(clusters)
        whole = rates(counted, period, end_month)
        without = [rates([b for b in counted if b["psu"] != psu], period, end_month) for psu in clusters]
        for name, (lower, upper) in AGES.items():
            row = found[group, name]
            exposed = [
                b["w"]
                for b in counted
                if (b["b7"] is None or b["b7"] >= lower)
                and (end_month or b["v008"]) - period - upper <= b["b3"] < (end_month or b["v008"]) - lower
            ]
            assert (int(row["N"]), float(row["WN"])) == (len(exposed), pytest.approx(sum(exposed), abs=1e-6))
            if whole[name] is None:
                assert row["R"] == row["SE"] == row["LCI"] == row["UCI"] == ""
                continue
            assert float(row["R"]) == pytest.approx(whole[name], abs=1e-6)
            if k < 2 or any(each[name] is None for each in without):
                assert row["SE"] == row["LCI"] == row["UCI"] == ""
                continue
            error = math.sqrt(
                sum((k * whole[name] - (k - 1) * each[name] - whole[name]) ** 2 for each in without) / (k * (k - 1))
            )
            assert float(row["SE"]) == pytest.approx(error, abs=2e-6)
            assert float(row["LCI"]) == pytest.approx(max(0.0, whole[name] - 1.96 * error), abs=5e-6)
            assert float(row["UCI"]) == pytest.approx(whole[name] + 1.96 * error, abs=5e-6)


def completed_years(born: date, died: date) -> int:
    years = died.year - born.year
    birthday = (3, 1) if (born.month, born.day) == (2, 29) and not leap(died.year) else (born.month, born.day)
    return years - ((died.month, died.day) < birthday)


def leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


DAY = some.one_of(
    some.integers(0, 2200).map(lambda days: date(2019, 1, 1) + timedelta(days=days)),
    some.sampled_from([date(2020, 2, 29), date(2024, 2, 29), date(2021, 2, 28), date(2021, 3, 1), date(2022, 12, 31)]),
)
LIFE = some.one_of(some.integers(-2, 60), some.sampled_from([6, 7, 27, 28, 364, 365, 366, 1825, 1826, 1827]))
REGISTERED = some.integers(0, 500)


@settings(max_examples=60, deadline=None)
@given(
    some.lists(some.tuples(DAY, some.booleans(), some.sampled_from(["03127", "03130", ""]), REGISTERED), max_size=15),
    some.lists(
        some.tuples(some.integers(0, 17), LIFE, some.booleans(), some.sampled_from(["03127", "03203"]), REGISTERED),
        max_size=12,
        unique_by=lambda death: death[0],
    ),
    DAY,
)
def test_register_as_a_whole(tmp_path_factory, births, deaths, as_known):
    folder = tmp_path_factory.mktemp("register")
    lines = [
        [f"b{n}", born, int(live), unit, born + timedelta(days=late)]
        for n, (born, live, unit, late) in enumerate(births)
    ]
    with (folder / "births.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["birth_id", "birth_date", "live_birth", "mother_commune", "registered_on"], *lines])
    dead = []
    for n, life, says_birth, unit, late in deaths:
        born = births[n][0] if n < len(births) else date(2021, 5, 5)
        died = born + timedelta(days=life)
        linked = f"b{n}" if n < len(births) else ""
        dead.append(
            [f"d{n}", linked, born if says_birth or not linked else "", died, unit, died + timedelta(days=late)]
        )
    with (folder / "deaths.csv").open("w", encoding="utf-8", newline="") as out:
        heading = ["death_id", "birth_id", "birth_date", "death_date", "residence_at_death", "registered_on"]
        csv.writer(out).writerows([heading, *dead])
    text = printed("mortality", "register", folder / "births.csv", folder / "deaths.csv", "--as-known", as_known)

    columns = ["live_births", "stillbirths", "early_neonatal", "neonatal", "infant", "under5"]
    expected: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(columns, 0))

    def count(year: int, unit: str, name: str) -> None:
        for each in {unit, "total"} - {""}:
            expected[year, each][name] += 1

    known = {row[0]: row for row in lines if row[4] <= as_known}
    for _, born, live, unit, _ in known.values():
        count(born.year, unit, "live_births" if live else "stillbirths")
    for _, linked, born_said, died, unit, registered in dead:
        birth = known.get(linked)
        if registered > as_known or (birth is not None and not birth[2]):
            continue
        born = born_said or (birth[1] if birth else None)
        if born is None or died < born:
            continue
        days, years = (died - born).days, completed_years(born, died)
        for name, inside in zip(columns[2:], (days < 7, days < 28, years < 1, years < 5), strict=True):
            if inside:
                count(died.year, unit, name)
    heading, *rows = csv.reader(io.StringIO(text))
    assert heading == ["year", "unit", *columns, "nmr", "imr", "u5mr"]
    assert [(int(row[0]), row[1]) for row in rows] == sorted(expected, key=lambda k: (k[0], k[1] == "total", k[1]))
    for row in rows:
        counts = expected[int(row[0]), row[1]]
        assert [int(cell) for cell in row[2:8]] == list(counts.values())
        for cell, name in zip(row[8:], ("neonatal", "infant", "under5"), strict=True):
            live = counts["live_births"]
            assert cell == "" if not live else float(cell) == pytest.approx(1000 * counts[name] / live, abs=1e-6)
