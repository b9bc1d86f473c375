"""Rows of any list made comparable."""

import pytest

from childdb.matching.prepare import comparable, core_words, sound

BASE = {"record_id": "1", "full_name": "Lò Văn Thành", "birth_date": "2019-03-05", "sex": "Nam", "commune": "03301"}


def one(**cells):
    return comparable([BASE | cells])[0]


@pytest.mark.parametrize(
    ("text", "precision", "year", "month", "day"),
    [
        ("2019-03-05", "", 2019, 3, "2019-03-05"),
        ("05/03/2019", "day", 2019, 3, "2019-03-05"),
        ("5-3-2019", "", 2019, 3, "2019-03-05"),
        ("2019-03", "", 2019, 3, None),
        ("03/2019", "month", 2019, 3, None),
        ("2019", "year", 2019, None, None),
        ("2019-01-01", "year", 2019, None, None),
        ("2019-03-01", "month", 2019, 3, None),
        ("31/02/2019", "day", None, None, None),
        ("không rõ", "", None, None, None),
    ],
)
def test_a_birth_date_is_read_with_its_precision_and_the_unreadable_is_blank(text, precision, year, month, day):
    row = one(birth_date=text, birth_precision=precision)
    assert (row.byear, row.bmonth, row.bdate) == (year, month, day)


def test_day_and_month_swapped_share_a_key():
    assert one(birth_date="2019-05-03").bkey == one(birth_date="2019-03-05").bkey
    assert one(birth_date="2019-05-13").bkey == "2019-05-13"


def test_order_and_fillers_make_no_difference_and_the_given_name_does():
    assert core_words("giang a su") == core_words("su giang") != core_words("giang a dua")
    assert sound("xuan") == sound("suan") and sound("tran") == sound("chan")


def test_a_reused_code_means_what_the_date_of_its_list_says():
    assert one(list_date="2024-06-01").commune == "03301@1900-01-01"
    assert one(list_date="01/09/2025").commune == "03301@2025-07-01"
    assert one(commune="03292@1900-01-01").root == one(list_date="2025-09-01").root


def test_placeholders_and_blanks_are_blank():
    row = one(full_name="Gái", sex="", mother_name=" ", personal_id="không có")
    assert (row.name_f, row.sex, row.mother_f, row.pid) == (None, None, None, None)


def test_a_common_name_tells_less_than_a_rare_one():
    rows = [BASE] * 40 + [BASE | {"full_name": "Quàng Thị Ín"}]
    made = comparable(rows)
    assert made[0].bits < made[-1].bits
