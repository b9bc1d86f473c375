"""Periods by name, and the figures of one: events counted in it alone, stocks as on its last day."""

from __future__ import annotations

from datetime import date

import pytest

from indicators import api
from indicators.periods import period_named
from schemas.errors import UsageFault
from tests.indicators.populations import random_population
from tests.indicators.snapshots import DISTRICT, write_snapshot


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-12", date(2024, 12, 1), date(2024, 12, 31)),
        ("2024-Q1", date(2024, 1, 1), date(2024, 3, 31)),
        ("2024q4", date(2024, 10, 1), date(2024, 12, 31)),
        ("2023", date(2023, 1, 1), date(2023, 12, 31)),
        ("2024-2025", date(2024, 9, 1), date(2025, 8, 31)),
    ],
)
def test_a_period_runs_from_its_first_to_its_last_day(name, first, last):
    assert period_named(name) == (first, last)


@pytest.mark.parametrize("name", ["2024-13", "2024-00", "2024-Q5", "2024-2026", "0000", "24-11", "11/2024", ""])
def test_what_is_no_period_is_said_so(name):
    with pytest.raises(UsageFault, match="2024-2025"):
        period_named(name)


def test_the_months_of_a_year_add_up_to_its_quarters_and_to_the_year(tmp_path):
    tables = random_population(5, 200)
    folder = write_snapshot(tmp_path, tables)

    def births(name):
        first, last = period_named(name)
        found = api.run(folder, as_of=last, period_start=first, ids=["live_births"], geography=date(2024, 11, 30))
        return int(found.one("live_births", DISTRICT)["denominator"])

    quarters = [births(f"2024-Q{n}") for n in (1, 2, 3, 4)]
    assert [sum(births(f"2024-{m:02d}") for m in range(3 * q + 1, 3 * q + 4)) for q in range(4)] == quarters
    assert sum(quarters) == births("2024") > 0
    first, last = date(2024, 9, 1), date(2025, 8, 31)
    school_year = [b for b in tables["birth"] if b["live_birth"] and first <= b["born_on"] <= last]
    whole = api.run(folder, as_of=last, period_start=first, ids=["live_births"], geography=date(2024, 11, 30))
    filed = {u for u, above in whole.above.items() if DISTRICT in above}
    assert births("2024-2025") == sum(b["unit"] in filed for b in school_year)
