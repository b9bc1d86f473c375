"""Dates: separators, precision, exchanged day and month, 1904, impossible and future ones."""

from datetime import date, datetime

from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.workbooks.case import Case, Want, at, book


def rows(*born):
    return [
        (n, f"Lò Văn {name}", value, "Nam", "Thái", "Bản Hón")
        for n, (name, value) in enumerate(zip(NAMES, born, strict=False), 1)
    ]


NAMES = ("An", "Bình", "Chung", "Dũng", "Giang", "Hùng", "Khánh", "Long", "Minh", "Nam", "Phong", "Quân", "Sơn", "Tùng")


def wants(*born):
    return [
        Want(5 + n, f"Lò Văn {name}", value or "", "M", "03", "Bản Hón", status="new" if value else "held_back")
        for n, (name, value) in enumerate(zip(NAMES, born, strict=False), 1)
    ]


def formats(**by_cell):
    def then(page):
        for cell, code in by_cell.items():
            page[cell].number_format = code

    return then


def mac(page):
    page.parent.epoch = CALENDAR_MAC_1904


CASES = [
    Case("dates-separators.xlsx", book(rows("05/03/2019", "5-3-2019", "25.03.2019", "5/3/19", "05 / 03 / 2019", "2019-03-05", "ngày 5 tháng 3 năm 2019", "05,03,2019", "05032019", "5\\3\\2019")),
         wants(*["2019-03-05"] * 2, "2019-03-25", *["2019-03-05"] * 7)),
    Case("dates-precision.xlsx", book(
        rows("3/2019", "T3/2019", "2019", 2019, "SN 2019", "sinh năm 2019", "tháng 3 năm 2019", date(2019, 3, 1), date(2019, 1, 1), 3.2019, "03-2019"),
        then=formats(C13="mmm-yy", C14="yyyy")),
        wants("2019-03", "2019-03", "2019", "2019", "2019", "2019", "2019-03", "2019-03", "2019", "2019-03", "2019-03")),
    Case("dates-excel.xlsx", book(rows(date(2019, 3, 5), datetime.fromisoformat("2019-03-25"), 43529, "43529", date(2020, 2, 29))),
         wants("2019-03-05", "2019-03-25", "2019-03-05", "2019-03-05", "2020-02-29")),
    Case("dates-1904.xlsx", book(rows(date(2019, 3, 5), date(2019, 3, 25)), then=mac), wants("2019-03-05", "2019-03-25")),
    Case("dates-month-first.xlsx", book(rows("03/25/2019", "12/31/2018", "04/05/2020", "07/19/2021")),
         wants("2019-03-25", "2018-12-31", "2020-04-05", "2021-07-19")),
    Case("dates-tie.xlsx", book(rows("25/03/2019", "12/31/2018", "04/05/2020", "07/07/2021")),
         wants("2019-03-25", None, None, "2021-07-07"), at((7, "birth_date", "birth_date_impossible"), (8, "birth_date", "birth_date_ambiguous"))),
    Case("dates-exchanged-by-excel.xlsx", book(rows("25/03/2019", date(2019, 5, 3), "19/12/2018", date(2020, 1, 12), "28/02/2019", date(2021, 7, 7), date(2018, 2, 11))),
         wants("2019-03-25", "2019-03-05", "2018-12-19", "2020-12-01", "2019-02-28", "2021-07-07", "2018-11-02"),
         at((7, "birth_date", "date_exchanged"), (9, "birth_date", "date_exchanged"), (12, "birth_date", "date_exchanged"))),
    Case("dates-exchanged-thin.xlsx", book(rows("25/03/2019", date(2019, 5, 3))),
         wants("2019-03-25", None), at((7, "birth_date", "birth_date_ambiguous"))),
    Case("dates-excel-and-text.xlsx", book(rows("25/03/2019", date(2019, 5, 3), "04/12/2018", date(2020, 1, 25))),
         wants("2019-03-25", "2019-05-03", "2018-12-04", "2020-01-25")),
    Case("dates-faulty.xlsx", book(rows("31/02/2019", "05/03/2032", "không nhớ", None, "5/13/2019", "05/03/1960", "05/03/2005", "O5/03/2019", "12/2031", "25/12/2018", "26/12/2018", "27/11/2017")),
         [*wants(None, None, None, None, None, None, "2005-03-05", "2019-03-05", None, "2018-12-25", "2018-12-26", "2017-11-27")],
         at((6, "birth_date", "birth_date_impossible"), (7, "birth_date", "birth_date_future"), (8, "birth_date", "birth_date_unreadable"),
            (9, "birth_date", "birth_date_missing"), (10, "birth_date", "birth_date_impossible"), (11, "birth_date", "birth_date_not_a_child"),
            (12, "birth_date", "birth_date_too_old"), (14, "birth_date", "birth_date_future"))),
    Case("dates-three-columns.xlsx", book(
        [(1, "Lò Văn An", 5, 3, 2019, "Nam"), (2, "Lò Văn Bình", None, 3, 2019, "Nam"), (3, "Lò Văn Chung", None, None, 2019, "Nam"), (4, "Lò Văn Dũng", 31, 2, 2019, "Nam")],
        [("STT", "Họ và tên", "Ngày sinh", None, None, "Giới tính"), (None, None, "Ngày", "Tháng", "Năm", None)], merges=("C5:E5", "A5:A6", "B5:B6", "F5:F6")),
        [Want(7, "Lò Văn An", "2019-03-05", "M"), Want(8, "Lò Văn Bình", "2019-03", "M"), Want(9, "Lò Văn Chung", "2019", "M"), Want(10, "Lò Văn Dũng", "", "M", status="held_back")],
        at((10, "birth_date", "birth_date_impossible"))),
]  # fmt: skip
