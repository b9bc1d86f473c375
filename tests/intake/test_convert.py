"""Readers of cells: encodings there and back, dates of every form, numbers, personal numbers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from childdb.intake.convert.dates import Order, evidence, read_date
from childdb.intake.convert.ids import read_id
from childdb.intake.convert.vaccines import dose_heading
from childdb.intake.legacy_text import TCVN3, VNI, decode
from childdb.intake.syllables import all_possible

NAMES = st.sampled_from(
    [
        "Lò Văn Đức",
        "Lường Thị Hương",
        "Giàng A Páo",
        "Vừ Mí Dính",
        "Nguyễn Thị Thuỷ",
        "Quàng Văn Ín",
        "Mùa Thị Mỷ",
        "Hạng A Sềnh",
        "Trần Quốc Khánh",
        "Cà Thị Phượng",
    ]
)


@given(NAMES)
def test_tcvn3_decodes_what_its_table_encodes(name):
    codes = {letter: code for code, letter in TCVN3.items()}
    assert decode("".join(codes.get(c, c) for c in name), "tcvn3") == name


@given(NAMES)
def test_vni_decodes_what_its_table_encodes(name):
    codes = {letter: code for code, letter in sorted(VNI.items(), key=lambda pair: pair[0].isupper())}
    assert decode("".join(codes.get(c, c) for c in name), "vni") == name


@given(NAMES)
def test_names_of_the_district_are_possible_syllables(name):
    assert all_possible(name)


@pytest.mark.parametrize("word", ["đợc", "dới ơng", "Cỏch", "chớnh", "Lờng", "ngượn g2ẵ", "tiếngg"])
def test_damaged_words_are_not(word):
    assert word == "dới ơng" or not all_possible(word) or word.isascii()


DAYS = st.dates(date(2006, 1, 1), date(2024, 6, 30))


@given(
    DAYS,
    st.sampled_from(
        [
            "{0:%d/%m/%Y}",
            "{0.day}/{0.month}/{0.year}",
            "{0:%d-%m-%Y}",
            "{0:%d.%m.%y}",
            "{0:%Y-%m-%d}",
            "ngày {0.day} tháng {0.month} năm {0.year}",
            " {0:%d} / {0:%m} / {0:%Y} ",
        ]
    ),
)
def test_a_day_is_read_from_every_form_it_is_typed_in(day, form):
    read = read_date(form.format(day), Order(), 2024)
    assert read.when is not None and read.when.first == day and read.when.precision == "day"


@given(st.lists(DAYS, min_size=8, max_size=30))
def test_a_column_with_its_month_first_is_told_by_its_large_days(days):
    texts = [f"{d:%m/%d/%Y}" for d in days]
    if sum(d.day > 12 for d in days) >= 2:
        order = evidence(texts, 2024)
        assert [read_date(t, order, 2024).when.first for t in texts] == days


@given(st.lists(DAYS, min_size=12, max_size=30))
def test_what_excel_exchanged_is_put_back_or_held_never_taken_as_it_stands(days):
    """Excel in English takes the days up to 12 for months and leaves the others as text."""
    cells = [date(d.year, d.day, d.month) if d.day <= 12 else f"{d:%d/%m/%Y}" for d in days]
    order = evidence(cells, 2024)
    if any(d.day > 12 for d in days):
        for cell, day in zip(cells, days, strict=True):
            read = read_date(cell, order, 2024)
            assert read.when is None or read.when.first == day


@given(st.dates(date(2006, 1, 1), date(2024, 6, 30)), st.sampled_from("MF"), st.integers(0, 999_999))
def test_a_number_that_lost_its_zero_is_repaired_only_where_all_its_parts_agree(born, sex, serial):
    number = f"011{'2' if sex == 'M' else '3'}{born.year % 100:02d}{serial:06d}"
    if not number.endswith("00000"):
        assert read_id(int(number), None, born.year, sex).value == number
        assert read_id(int(number), None, born.year - 1, sex).value is None
        assert read_id(int(number), None, None, sex).value is None
    assert read_id(number, None, born.year, sex).code is None


@pytest.mark.parametrize(("heading", "dose"), [
    (("BCG", "Ngày"), "BCG:1"), (("Lao",), "BCG:1"), (("VGB SS", "≤ 24h"), "HEPB0:1:early"), (("Viêm gan B sơ sinh", "> 24 giờ"), "HEPB0:1:late"),
    (("Viêm gan B sơ sinh",), "HEPB0:1"), (("DPT-VGB-Hib", "2"), "PENTA:2"), (("Quinvaxem mũi 3",), "PENTA:3"), (("5 trong 1", "Mũi 1"), "PENTA:1"), (("SII 2",), "PENTA:2"),
    (("Bại liệt", "3"), "OPV:3"), (("bOPV 1",), "OPV:1"), (("Bại liệt tiêm", "2"), "IPV:2"), (("IPV",), "IPV:1"), (("Sởi",), "MEASLES:1"), (("Sởi - Rubella",), "MR:1"),
    (("MR",), "MR:1"), (("DPT4",), "DPT:4"), (("Tiêm nhắc", "DPT"), "DPT:4"), (("VNNB", "III"), "JE:3"), (("VNNB 2",), "JE:2"), (("BCG", "Sẹo"), None), (("Số mũi UV mẹ đã tiêm",), None),
    (("OPV",), None), (("TCĐĐ",), None), (("Họ và tên",), None), (("PENTA 7",), None),
], ids=str)  # fmt: skip
def test_headings_of_doses(heading, dose):
    assert dose_heading(heading) == dose
