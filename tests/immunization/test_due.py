"""What is due next, and who may be called late."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as some

from indicators.immunization.due import due_doses
from indicators.immunization.judge import Dose, judge_doses
from indicators.immunization.law import LAW
from indicators.immunization.schedule import VACCINES

BORN = date(2024, 1, 31)


def due(as_of: date, *doses: Dose, born: date = BORN, rollout=None, female: bool | None = None):
    found = due_doses(born, doses, as_of, "11", rollout or {}, female)
    return {each.series: each for each in found}


def test_a_newborn_is_due_its_birth_doses_at_once_and_the_rest_in_calendar_months():
    found = due(BORN)
    assert {series: each.due_on for series, each in found.items() if series in ("HEPB0", "BCG", "PENTA", "MCV")} == {
        "HEPB0": BORN,
        "BCG": BORN,
        "PENTA": date(2024, 3, 31),
        "MCV": date(2024, 10, 31),
    }


def test_the_next_dose_waits_for_the_interval_from_the_last_valid_one():
    late_first = due(date(2024, 9, 1), Dose("PENTA", date(2024, 8, 30)), Dose("PENTA", date(2024, 8, 31)))
    assert (late_first["PENTA"].number, late_first["PENTA"].due_on) == (2, date(2024, 9, 30))


def test_a_dose_is_due_by_the_schedule_of_the_day_on_which_it_falls_due():
    second = due(date(2024, 9, 1), Dose("IPV", date(2024, 6, 30)))["IPV"]
    assert (second.number, second.due_on) == (2, date(2024, 10, 31))
    older = due(date(2024, 7, 1), Dose("IPV", date(2023, 9, 1)), born=date(2023, 1, 10))["IPV"]
    assert older.due_on == date(2024, 8, 1)  # nine months old long ago, but asked only from that day


def test_a_child_is_late_a_month_after_the_due_date():
    assert not due(date(2024, 4, 30))["PENTA"].late
    assert due(date(2024, 5, 1))["PENTA"].late


def test_a_child_past_the_age_before_the_law_asked_may_catch_up_and_is_not_late():
    once = Dose("IPV", date(2023, 9, 1))
    older = due(date(2025, 6, 1), once, born=date(2023, 1, 10))["IPV"]  # nine months old in October 2023
    assert (older.number, older.due_on, older.late) == (2, date(2024, 8, 1), False)
    assert due(date(2025, 6, 1), Dose("IPV", date(2024, 6, 30)))["IPV"].late  # nine months old in October 2024


def test_an_open_ended_recalled_row_makes_no_child_late():
    found = due(date(2027, 6, 1), born=date(2026, 7, 1))
    assert found["PENTA"].row.open_and_recalled
    assert not any(each.late for each in found.values())


def test_a_new_vaccine_makes_nobody_late_without_a_rollout_date_in_the_province():
    born, as_of = date(2024, 9, 1), date(2025, 6, 1)
    assert not due(as_of, born=born)["ROTA"].late
    assert not due(as_of, born=born)["ROTA"].delivered
    elsewhere = due(as_of, born=born, rollout={("ROTA", "14"): date(2024, 12, 1)})["ROTA"]
    assert not elsewhere.delivered
    here = due(as_of, born=born, rollout={("ROTA", "11"): date(2024, 12, 1)})["ROTA"]
    assert (here.late, here.due_on) == (True, date(2024, 12, 1))


def test_a_booster_is_due_to_those_who_have_what_it_boosts():
    doses = [Dose("PENTA", date(2024, month, 30)) for month in (4, 5)]
    assert "DPT4" not in due(date(2025, 9, 1), *doses)
    boosted = due(date(2025, 9, 1), *doses, Dose("PENTA", date(2025, 6, 30)))["DPT4"]
    assert boosted.due_on == date(2025, 6, 30) + timedelta(days=180)


def test_what_the_law_no_longer_asks_for_is_not_due():
    assert "HEPB0" in due(date(2024, 2, 1)) and "HEPB0" not in due(date(2024, 2, 2))
    assert "BCG" in due(date(2025, 1, 30)) and "BCG" not in due(date(2025, 1, 31))
    assert "MCV" in due(date(2026, 3, 1)) and due(date(2026, 3, 1))["MCV"].number == 1


def test_only_girls_are_due_the_vaccine_given_to_girls():
    born, as_of = date(2015, 8, 1), date(2026, 9, 1)
    assert "HPV" not in due(as_of, born=born) and "HPV" not in due(as_of, born=born, female=False)
    assert due(as_of, born=born, female=True)["HPV"].due_on == date(2026, 8, 1)


@given(
    born=some.dates(date(2012, 1, 1), date(2025, 12, 31)),
    taken=some.lists(some.tuples(some.sampled_from(VACCINES), some.integers(0, 900)), max_size=12),
    age=some.integers(0, 1500),
)
def test_a_dose_given_when_it_is_due_is_valid(born, taken, age):
    as_of = born + timedelta(days=age)
    doses = [Dose(vaccine, born + timedelta(days=days)) for vaccine, days in taken if days <= age]
    for each in due_doses(born, doses, as_of, "11", {("ROTA", "11"): date(2024, 8, 1)}, female=True):
        given_on = max(each.due_on, as_of + timedelta(days=1))
        if each.series == "HEPB0" or given_on >= each.until:
            continue
        more = [*doses, Dose(each.row.vaccine, given_on)]
        assert judge_doses(born, more, LAW)[-1].number == each.number
