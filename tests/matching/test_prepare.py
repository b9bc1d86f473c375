"""Rows of any list made comparable."""

from types import SimpleNamespace

import pytest

from childdb.matching.prepare import comparable, core_words, sound

BASE = {"record_id": "1", "full_name": "Lò Văn Thành", "birth_date": "2019-03-05", "sex": "Nam", "commune": "03301"}


def one(**cells):
    return SimpleNamespace(**comparable([BASE | cells]).to_pylist()[0])


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
        ("05/03/19", "", 2019, 3, "2019-03-05"),
        ("03/15/2019", "", 2019, 3, "2019-03-15"),
        ("20190305", "", 2019, 3, "2019-03-05"),
        ("00/03/2019", "", 2019, 3, None),
        ("2019-00-00", "", 2019, None, None),
        ("năm 2019", "", 2019, None, None),
        ("5 tháng 3 năm 2019", "ngày", 2019, 3, "2019-03-05"),
        ("01/01/2019", "chỉ có năm", 2019, None, None),
        ("2019-03-01", "YM", 2019, 3, None),
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
    assert made["bits"][0].as_py() < made["bits"][-1].as_py()


def test_a_list_that_writes_years_as_the_first_of_january_means_the_years():
    born = [{"record_id": str(n), "full_name": f"Lò Thị {n}", "birth_date": "01/01/2019"} for n in range(12)]
    assert set(comparable(born)["bdate"].to_pylist()) == {None}
    assert comparable(born[:3])["bdate"][0].as_py() == "2019-01-01"


@pytest.mark.parametrize(
    "commune",
    ["03307", "3307", "03307@1900-01-01", "03307@2024-11-30", "Xã Ẳng Nưa", "ang nua", "Ẳng Nưa, Điện Biên"],
)
def test_a_commune_is_known_by_code_key_and_name_and_by_what_it_became(commune):
    assert one(commune=commune, list_date="2024-03-01").root == "03256@2025-07-01"
