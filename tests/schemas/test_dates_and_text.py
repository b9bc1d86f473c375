"""Ages, open dates and comparable text."""

import unicodedata
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.dates import OpenDate, add_months, completed_months, completed_years, epoch_day, from_epoch_day
from schemas.text import fold, nfc, normal

DAYS = st.dates(date(1950, 1, 1), date(2080, 12, 31))


def test_a_child_of_29_february_is_a_year_older_on_1_march():
    born = date(2020, 2, 29)
    assert completed_years(born, date(2021, 2, 28)) == 0
    assert completed_years(born, date(2021, 3, 1)) == 1
    assert add_months(born, 12) == date(2021, 2, 28)


@given(DAYS, st.integers(0, 240))
def test_completed_months_never_run_ahead_of_the_calendar(born, months):
    reached = add_months(born, months)
    assert completed_months(born, reached + timedelta(days=3)) >= months
    assert completed_months(born, reached - timedelta(days=1)) < months or months == 0


@given(DAYS)
def test_epoch_days_go_there_and_back(day):
    assert from_epoch_day(epoch_day(day)) == day


@given(DAYS, st.sampled_from(["day", "month", "year"]))
def test_an_open_date_holds_the_day_it_was_made_from(day, precision):
    made = OpenDate.of(day.year, day.month if precision != "year" else None, day.day if precision == "day" else None)
    assert made.first <= day <= made.last
    assert OpenDate.from_first(made.first, precision) == made
    assert len(made.text()) == {"day": 10, "month": 7, "year": 4}[precision]


def test_names_typed_with_the_tone_in_another_place_are_one_name_and_other_tones_are_not():
    assert normal("Lò Văn Thuỷ") == normal("LÒ VĂN THỦY")
    assert normal("Hoà") == normal("Hòa")
    assert normal("Lường") != normal("Lương")
    assert normal("Đàm") != normal("Dàm")


@given(st.text(alphabet="aăâđeêioôơuưyáàảãạÁĐ hcngt'-", max_size=30))
def test_composed_and_decomposed_text_compare_alike(text):
    assert normal(unicodedata.normalize("NFD", text)) == normal(unicodedata.normalize("NFC", text))
    assert normal(normal(text)) == normal(text)
    assert fold(fold(text)) == fold(text)
    assert unicodedata.is_normalized("NFC", nfc(text))
