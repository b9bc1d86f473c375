"""Deaths and live births of the year from registers, through the command."""

import csv
import io
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from childdb.cli.main import main
from indicators.mortality.register import (
    RegisteredBirth,
    RegisteredDeath,
    age_classes,
    rate_per_1000,
    register_table,
)

BIRTHS = "birth_id,birth_date,live_birth,mother_commune,registered_on"
DEATHS = "death_id,birth_id,birth_date,death_date,residence_at_death,registered_on"


def run(tmp_path: Path, capsys, births: list[str], deaths: list[str], as_known: str = "2030-01-01"):
    for name, lines in (("births.csv", [BIRTHS, *births]), ("deaths.csv", [DEATHS, *deaths])):
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "mortality",
                "register",
                str(tmp_path / "births.csv"),
                str(tmp_path / "deaths.csv"),
                "--as-known",
                as_known,
            ]
        )
    out, err = capsys.readouterr()
    rows = {(row["year"], row["unit"]): row for row in csv.DictReader(io.StringIO(out))}
    return int(ended.value.code or 0), rows, err


def counts(row: dict[str, str]) -> str:
    return " ".join(
        row[name] for name in ("live_births", "stillbirths", "early_neonatal", "neonatal", "infant", "under5")
    )


def test_a_birth_counts_at_the_mothers_commune_and_a_death_where_the_child_lived(tmp_path, capsys):
    births = ["b1,2024-03-01,1,00301,2024-03-05", "b2,2024-04-01,1,00302,2024-04-05"]
    _, rows, _ = run(tmp_path, capsys, births, ["d1,b1,,2024-03-04,00302,2024-03-06"])
    assert counts(rows["2024", "00301"]) == "1 0 0 0 0 0"
    assert counts(rows["2024", "00302"]) == "1 0 1 1 1 1"
    assert counts(rows["2024", "total"]) == "2 0 1 1 1 1"
    assert [rows["2024", "total"][name] for name in ("nmr", "imr", "u5mr")] == ["500.000000"] * 3


def test_deaths_of_the_year_count_whatever_the_year_of_birth(tmp_path, capsys):
    _, rows, _ = run(tmp_path, capsys, ["b1,2023-12-30,1,c,2024-01-02"], ["d1,b1,,2024-01-10,c,2024-01-11"])
    assert counts(rows["2023", "total"]) == "1 0 0 0 0 0"
    assert counts(rows["2024", "total"]) == "0 0 0 1 1 1"
    assert rows["2024", "total"]["nmr"] == ""  # no live birth to set it against


def test_what_was_registered_later_was_not_known_then(tmp_path, capsys):
    births = ["b1,2024-03-01,1,c,2024-03-05", "b2,2024-03-01,1,c,2024-09-01"]
    deaths = ["d1,b1,,2024-03-02,c,2024-06-30", "d2,b2,,2024-03-02,c,2024-07-01"]
    _, rows, _ = run(tmp_path, capsys, births, deaths, "2024-06-30")
    assert counts(rows["2024", "total"]) == "1 0 1 1 1 1"
    _, rows, _ = run(tmp_path, capsys, births, deaths, "2024-06-29")
    assert counts(rows["2024", "total"]) == "1 0 0 0 0 0"
    _, rows, _ = run(tmp_path, capsys, births, deaths, "2024-12-31")
    assert counts(rows["2024", "total"]) == "2 0 2 2 2 2"


def test_a_stillbirth_is_counted_apart_and_its_death_is_no_death_of_a_live_birth(tmp_path, capsys):
    births = ["b1,2024-03-01,0,c,2024-03-01", "b2,2024-03-01,1,c,2024-03-01"]
    _, rows, _ = run(tmp_path, capsys, births, ["d1,b1,2024-03-01,2024-03-01,c,2024-03-01"])
    assert counts(rows["2024", "total"]) == "1 1 0 0 0 0"


@pytest.mark.parametrize(
    ("born", "died", "classes"),
    [
        ("2024-01-01", "2024-01-01", 4),
        ("2024-01-01", "2024-01-07", 4),  # 6 completed days
        ("2024-01-01", "2024-01-08", 3),
        ("2024-01-01", "2024-01-28", 3),  # 27 completed days
        ("2024-01-01", "2024-01-29", 2),
        ("2024-01-01", "2024-12-31", 2),
        ("2024-01-01", "2025-01-01", 1),
        ("2024-02-29", "2025-02-28", 2),  # a year older on 1 March
        ("2024-02-29", "2025-03-01", 1),
        ("2020-02-29", "2025-02-28", 1),
        ("2020-02-29", "2025-03-01", 0),
    ],
)
def test_a_death_falls_in_its_class_by_completed_days_and_years(born, died, classes):
    names = ["under5", "infant", "neonatal", "early_neonatal"]
    assert sorted(age_classes(date.fromisoformat(born), date.fromisoformat(died))) == sorted(names[:classes])


def test_an_entry_that_repeats_an_id_is_one_event_as_last_registered(tmp_path, capsys):
    births = ["b1,2024-03-01,1,c,2024-03-05", "b1,2024-03-01,1,e,2024-04-05"]
    deaths = ["d1,b1,,2024-03-02,c,2024-03-06", "d2,b1,,2024-03-02,c,2024-05-06"]
    _, rows, _ = run(tmp_path, capsys, births, deaths)
    assert counts(rows["2024", "total"]) == "1 0 1 1 1 1"
    assert ("2024", "e") in rows
    assert counts(rows["2024", "c"]) == "0 0 1 1 1 1"


def test_a_death_without_an_age_is_left_out_and_said_to_be(tmp_path, capsys):
    deaths = ["d1,,,2024-03-02,c,2024-03-06", "d2,,2024-03-05,2024-03-02,c,2024-03-06"]
    code, rows, err = run(tmp_path, capsys, ["b1,2024-01-01,1,c,2024-01-01"], deaths)
    assert code == 0
    assert counts(rows["2024", "total"]) == "1 0 0 0 0 0"
    assert len(err.strip().splitlines()) == 2


def test_years_and_communes_stand_in_order_with_the_total_last(tmp_path, capsys):
    births = [
        f"{n},20{year}-01-01,1,{unit},2026-01-01" for n, (year, unit) in enumerate([(25, "9"), (24, "2"), (25, "1")])
    ]
    _, rows, _ = run(tmp_path, capsys, births, [])
    assert list(rows) == [("2024", "2"), ("2024", "total"), ("2025", "1"), ("2025", "9"), ("2025", "total")]


def test_empty_registers_give_a_header_alone(tmp_path, capsys):
    assert run(tmp_path, capsys, [], []) == (0, {}, "")


@pytest.mark.parametrize(
    ("births", "deaths", "words"),
    [
        (["b1,2024-02-30,1,c,2024-03-05"], [], ["births.csv", "dòng 2", "birth_date"]),
        (["b1,2024-02-28,maybe,c,2024-03-05"], [], ["births.csv", "dòng 2", "live_birth"]),
        ([], ["d1,b1,,yesterday,c,2024-03-06"], ["deaths.csv", "dòng 2", "death_date"]),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_by_file_row_and_column(tmp_path, capsys, births, deaths, words):
    code, rows, err = run(tmp_path, capsys, births, deaths)
    assert (code, rows) == (6, {})
    assert all(word in err for word in words)


def test_a_date_that_is_none_is_a_usage_fault(tmp_path, capsys):
    assert run(tmp_path, capsys, [], [], "soon")[0] == 2


DAYS = some.integers(0, 1200).map(lambda days: date(2021, 1, 1) + timedelta(days=days))


@given(
    births=some.lists(some.tuples(DAYS, some.booleans(), some.sampled_from("ab"), DAYS), max_size=12),
    deaths=some.lists(
        some.tuples(some.integers(0, 11), DAYS, some.sampled_from("ab"), DAYS), max_size=12, unique_by=lambda d: d[0]
    ),
    as_known=DAYS,
)
def test_a_total_is_the_sum_of_its_communes_and_of_what_a_plain_count_finds(births, deaths, as_known):
    table = register_table(
        [RegisteredBirth(str(n), born, live, unit, entered) for n, (born, live, unit, entered) in enumerate(births)],
        [RegisteredDeath(f"d{n}", str(n), None, died, unit, entered) for n, died, unit, entered in deaths],
        as_known,
    )
    expected: Counter = Counter()
    for born, live, unit, entered in births:
        if entered <= as_known:
            for each in (unit, "total"):
                expected[born.year, each, "live_births" if live else "stillbirths"] += 1
    for n, died, unit, entered in deaths:
        known = n < len(births) and births[n][3] <= as_known and births[n][1]
        if entered <= as_known and known and died >= births[n][0]:
            for name in age_classes(births[n][0], died):
                for each in (unit, "total"):
                    expected[died.year, each, name] += 1
    found = Counter(
        {
            (year, unit, name): getattr(row, name)
            for year, unit, row in table.rows()
            for name in ("live_births", "stillbirths", "early_neonatal", "neonatal", "infant", "under5")
            if getattr(row, name)
        }
    )
    assert found == expected


def test_rates_are_rounded_half_up_at_six_decimals():
    assert rate_per_1000(1, 3) == "333.333333"
    assert rate_per_1000(2, 3) == "666.666667"
    assert rate_per_1000(1, 128_000_000 * 2) == "0.000004"
    assert rate_per_1000(0, 0) == ""


def test_an_entry_without_a_date_of_registration_is_known_from_its_event_on(tmp_path, capsys):
    births = ["b1,2024-03-01,1,c,", "b2,2024-08-01,1,c,"]
    deaths = ["d1,b1,,2024-03-02,c,", "d2,b1,,2024-09-02,c,"]
    _, rows, _ = run(tmp_path, capsys, births, deaths, "2024-07-01")
    assert counts(rows["2024", "total"]) == "1 0 1 1 1 1"
