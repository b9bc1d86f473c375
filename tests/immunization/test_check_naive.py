"""`immunization check` as a whole against a second computation, written from the requirement and the tables alone.

Nothing of the judging code is used: the tables are read as CSV, months are counted here once more.
"""

import calendar
import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import indicators.parameters as parameters
from childdb.cli.main import main

TABLES = Path(parameters.__file__).parent
COLUMNS = ["child", "birth_date", "vaccine", "date", "dose", "register_note", "remark"]
SERIES = {"MEASLES": "MCV", "MR": "MCV", "MCV": "MCV", "DPT": "DPT4", "DPT4": "DPT4"}


def table(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


LAW_ROWS, WHO_ROWS = table("immunization_schedule.csv"), table("immunization_who_minimum.csv")
KNOWN = {row["series"] for row in LAW_ROWS} - {"DPT"} | {"DPT4"}


def months_on(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


def law_row(series: str, number: int, day: date) -> dict[str, str] | None:
    table_series, table_number = ("DPT", number + 3) if series == "DPT4" else (series, number)
    on = max(day, date(2011, 6, 24))
    for row in LAW_ROWS:
        if (row["series"], row["series_dose"]) != (table_series, str(table_number)):
            continue
        if date.fromisoformat(row["valid_from"]) <= on and (
            not row["valid_to"] or on <= date.fromisoformat(row["valid_to"])
        ):
            return row
    return None


def who_row(series: str, number: int, day: date) -> dict[str, str] | None:
    found = [r for r in WHO_ROWS if (r["series"], r["series_dose"]) == (series, str(number))]
    return found[0] if found else None


def early(row: dict[str, str], what: str, since: date, day: date) -> bool:
    months, days = row.get(f"min_{what}_months", ""), row[f"min_{what}_days"]
    if months:
        return day < months_on(since, int(months))
    return bool(days) and day < since + timedelta(days=int(days))


def judge(rule: str, rows: list[dict[str, str]], as_of: date | None) -> tuple[list[str], dict[str, list[str]]]:
    """Per row the number of a valid dose or '', and per child the five answers."""
    find = law_row if rule == "law" else who_row
    numbers = [""] * len(rows)
    answers = {}
    for child in dict.fromkeys(row["child"] for row in rows):
        own = [i for i, row in enumerate(rows) if row["child"] == child]
        born = date.fromisoformat(rows[own[0]]["birth_date"])
        given_on = {i: date.fromisoformat(rows[i]["date"]) for i in own if rows[i]["vaccine"]}
        given_on = {i: d for i, d in given_on.items() if d >= born and (as_of is None or d <= as_of)}
        series = {i: SERIES.get(rows[i]["vaccine"].upper(), rows[i]["vaccine"].upper()) for i in given_on}
        for name in KNOWN:
            count, last, seen = 0, None, set()
            for i in sorted((i for i in given_on if series[i] == name), key=lambda i: given_on[i]):
                day = given_on[i]
                row = find(name, count + 1, day)
                second, late = day in seen, name == "HEPB0" and "24" in rows[i]["register_note"]
                seen.add(day)
                if row is None or second or late or early(row, "age", born, day):
                    continue
                if rule == "who" and name == "HEPB0" and day > born + timedelta(days=1):
                    continue
                if last is not None and early(row, "interval", last, day):
                    continue
                count, last = count + 1, day
                numbers[i] = str(count)
        birthday = months_on(born, 12) if rule == "law" else born.replace(year=born.year + 1) if (
            born.month, born.day) != (2, 29) else date(born.year + 1, 3, 1)  # fmt: skip
        in_time = {i for i, d in given_on.items() if (d < birthday if rule == "law" else (d - born).days <= 365)}

        def full(chosen: set[int], of: dict[int, str] = series) -> bool:
            got = [of[i] for i in chosen]
            return all(got.count(n) >= k for n, k in (("BCG", 1), ("PENTA", 3), ("OPV", 3), ("MCV", 1)))

        valid = {i for i in in_time if numbers[i]}
        dpt = [i for i in given_on if series[i] in ("PENTA", "DPT4") and given_on[i] < birthday]
        told = [
            full(valid),
            full(valid) and any(series[i] == "IPV" for i in valid),
            full(in_time),
            not dpt,
            not given_on,
        ]
        answers[child] = [str(int(each)) for each in told]
    return numbers, answers


BIRTHS = some.one_of(
    some.dates(date(2009, 6, 1), date(2026, 6, 30)),
    some.sampled_from(
        [date(2024, 2, 29), date(2020, 2, 29), date(2023, 8, 31), date(2022, 12, 31), date(2023, 11, 30)]
    ),
)
VACCINES = [*sorted(KNOWN - {"MCV"}), "MEASLES", "MR", "MCV", "DPT", "penta", "Bcg", "ABC", ""]
AGES = some.one_of(
    some.integers(-3, 700),
    some.sampled_from(
        [0, 1, 2, 41, 42, 43, 59, 61, 62, 69, 70, 98, 152, 153, 269, 270, 274, 275, 364, 365, 366, 548, 1461]
    ),
)
DOSE = some.tuples(some.sampled_from([*VACCINES, *["PENTA", "OPV"] * 5, "IPV", "MEASLES", "BCG"]), AGES,
                   some.sampled_from(["", "", "", ">24 giờ"]))  # fmt: skip
STEPS = some.lists(some.sampled_from([0, 1, 27, 28, 29, 30, 31, 32, 56, 60, 112]), min_size=1, max_size=5)
SCHEDULE = some.tuples(some.sampled_from(["PENTA", "OPV", "IPV", "MR", "JE", "PCV", "ROTA"]), AGES, STEPS)


@some.composite
def children(draw) -> list[list[str]]:
    rows = []
    for child in range(draw(some.integers(1, 4))):
        born = draw(BIRTHS)
        doses = draw(some.lists(DOSE, max_size=12))
        for vaccine, age, steps in draw(some.lists(SCHEDULE, max_size=3)):
            for step in steps:
                doses.append((vaccine, age, ""))
                age += step
        for vaccine, age, note in doses or [("", 0, "")]:
            on = (born + timedelta(days=age)).isoformat() if vaccine else ""
            rows.append([f"c{child}", born.isoformat(), vaccine, on, "9", note, 'x, "y"'])
    return draw(some.permutations(rows))


def check(folder: Path, rows: list[list[str]], *options: str) -> tuple[list[dict[str, str]], dict[str, list[str]]]:
    source, out, by_child = folder / "in.csv", folder / "out.csv", folder / "children.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    with pytest.raises(SystemExit) as ended:
        main(["immunization", "check", str(source), str(out), "--children", str(by_child), *options])
    assert not ended.value.code
    with out.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    with by_child.open(encoding="utf-8", newline="") as file:
        heading, *answers = csv.reader(file)
    assert heading == ["child", "fully_immunized_12m", "fully_immunized_12m_with_ipv", "fully_immunized_12m_crude",
                       "zero_dose_12m", "never_vaccinated"]  # fmt: skip
    return found, {row[0]: row[1:] for row in answers}


@settings(max_examples=120, deadline=None)
@given(rows=children(), rule=some.sampled_from(["law", "who"]), as_of=some.one_of(some.none(), some.integers(0, 900)))
def test_the_command_agrees_with_a_second_reading_of_the_requirement(tmp_path_factory, rows, rule, as_of):
    day = None if as_of is None else date.fromisoformat(rows[0][1]) + timedelta(days=as_of)
    options = [] if day is None else ["--as-of", day.isoformat()]
    found, answers = check(tmp_path_factory.mktemp("check"), rows, "--rule", rule, *options)
    assert [[row[name] for name in COLUMNS] for row in found] == rows
    numbers, expected = judge(rule, [dict(zip(COLUMNS, row, strict=True)) for row in rows], day)
    assert [row["number"] for row in found] == numbers
    assert [row["valid"] for row in found] == ["1" if number else "0" for number in numbers]
    assert all(bool(row["reason"]) is (row["valid"] == "0") for row in found)
    assert answers == expected
    assert list(answers) == list(dict.fromkeys(row[0] for row in rows))
