"""Layouts: headings of several rows, villages between rows, several tables, ticks, households, hidden and struck rows."""

from datetime import date

import openpyxl
from openpyxl.styles import Font

from tests.workbooks.case import HEAD, SHEET, TITLE, Case, Want, Whole, at, book, put

A, B = (
    (1, "Lò Văn An", "05/03/2019", "Nam", "Thái", "Bản Hón"),
    (2, "Lò Thị Bình", "25/04/2020", "Nữ", "Thái", "Bản Hón"),
)
WANT_A, WANT_B = (
    Want(6, "Lò Văn An", "2019-03-05", "M", "03", "Bản Hón"),
    Want(7, "Lò Thị Bình", "2020-04-25", "F", "03", "Bản Hón"),
)


def moved(want, row, **other):
    from dataclasses import replace

    return replace(want, row=row, **other)


def village_sheets(path):
    made = openpyxl.Workbook()
    for number, village in enumerate(("Bản Hón", "Nà Lán")):
        page = made.active if number == 0 else made.create_sheet()
        page.title = village
        put(page, [row[:5] for row in (A, B)], HEAD[:5], TITLE)
    made.save(path)


def tables(path):
    made = openpyxl.Workbook()
    page = made.active
    page.title = SHEET
    put(page, [A, B])
    for r, line in enumerate([["DANH SÁCH CÂN ĐO TRẺ EM, tháng 6 năm 2024"], ["TT", "Họ tên trẻ", "Giới", "Ngày sinh", "Cân nặng (kg)", "Ngày cân"],
                              [1, "Lò Văn Chung", "Nam", "05/03/2021", 12.5, "15/06/2024"]], 10):  # fmt: skip
        for c, value in enumerate(line, 1):
            page.cell(r, c, value)
    made.save(path)


def struck(page):
    for cell in page[7]:
        cell.font = Font(strike=True)


def hidden(page):
    page.row_dimensions[7].hidden = True
    other = page.parent.create_sheet("Nháp")
    put(other, [A])
    other.sheet_state = "hidden"


A21_HEAD = [
    ("TT", "Họ và tên", "Ngày tháng năm sinh", None, "Họ tên mẹ hoặc cha", "Địa chỉ", "Các loại vắc xin tiêm chủng cơ bản", None, None, None, None, None, None, None, None, "Ghi chú"),
    (None, None, "Nam", "Nữ", None, None, "BCG", None, "Viêm gan B sơ sinh", None, "DPT-VGB-Hib", None, None, "Bại liệt", "Sởi", None),
    (None, None, None, None, None, None, "Ngày", "Sẹo", "≤24 giờ", ">24 giờ", 1, 2, 3, 1, None, None),
]  # fmt: skip
A21_MERGES = (
    "A6:A8", "B6:B8", "C6:D6", "C7:C8", "D7:D8", "E6:E8", "F6:F8", "G6:O6", "G7:H7", "I7:J7", "K7:M7", "O7:O8", "P6:P8",
)  # fmt: skip

CASES = [
    Case("layout-plain.xlsx", book([A, B]), [WANT_A, WANT_B]),
    Case("layout-number-row.xlsx", book([(1, 2, 3, 4, 5, 6), A, B, (), ("Tổng cộng", None, "2 trẻ"), (), (None, None, None, "Ẳng Cang, ngày 30 tháng 6 năm 2024"), (None, "NGƯỜI LẬP BIỂU", None, "TM. ỦY BAN NHÂN DÂN"), (), (None, "Lò Thị Hoa", None, "Quàng Văn Sơn")]),
         [moved(WANT_A, 7), moved(WANT_B, 8)]),
    Case("layout-two-rows.xlsx", book(
        [(1, "Lò Văn An", "05/03/2019", "x", None, "Thái", "Lò Văn Hai", "Cà Thị Ba"), (2, "Lò Thị Bình", "25/04/2020", None, "x", "Thái", None, "Cà Thị Tư"), (3, "Lò Thị Chi", "25/05/2020", "x", "x", "Thái", None, None), (4, "Lò Thị Dung", "26/05/2020", None, None, "Thái", None, None)],
        [("STT", "Họ và tên", "Ngày sinh", "Giới tính", None, "Dân tộc", "Cha, mẹ", None), (None, None, None, "Nam", "Nữ", None, "Cha", "Mẹ")],
        merges=("A5:A6", "B5:B6", "C5:C6", "D5:E5", "F5:F6", "G5:H5")),
        [Want(7, "Lò Văn An", "2019-03-05", "M", "03"), Want(8, "Lò Thị Bình", "2020-04-25", "F", "03"),
         Want(9, "Lò Thị Chi", "2020-05-25", "", "03", status="held_back"), Want(10, "Lò Thị Dung", "2020-05-26", "", "03", status="held_back")],
        at((9, "sex", "sex_told_twice"), (10, "sex", "sex_missing"))),
    Case("layout-two-rows-unmerged.xlsx", book(
        [(1, "Lò Văn An", "05/03/2019", None, "Thái", "Bản Hón"), (2, "Lò Thị Bình", None, "25/04/2020", "Thái", "Bản Hón")],
        [("STT", "Họ và tên", "Năm sinh", None, "Dân tộc", "Bản"), (None, None, "Nam", "Nữ", None, None)]),
        [moved(WANT_A, 7), moved(WANT_B, 8)]),
    Case("layout-a21.xlsx", book(
        [(*range(1, 17),),
         (1, "Lò Văn An", "15/03/2023", None, "Cà Thị Ba", "Bản Hón", "20/03/2023", "x", "15/03/2023", None, "15/05/2023", "15/06/2023", None, "10/05/2023", "10/12/2023", None),
         (2, "Lò Thị Bình", None, "05/04/2023", "Cà Thị Tư", "Bản Hón", "20/04/2023", None, None, "08/04/2023", "chưa", None, None, None, None, None),
         (3, "Lò Thị Chi", None, "05/05/2023", "Cà Thị Năm", "Bản Hón", "01/05/2023", None, None, None, "12/07/2023", "12/06/2023", None, None, None, None),
         (4, "Lò Thị Dung", None, "05/06/2023", "Cà Thị Sáu", "Bản Hón", "x", None, None, None, "12/13/2023", "tháng trước", "12/07/2031", None, None, None)],
        A21_HEAD, ("UBND XÃ ẲNG CANG", "SỔ TIÊM CHỦNG TRẺ EM", "Mẫu A2.1/CSYT", "Tính đến ngày 30/06/2024"), merges=A21_MERGES),
        [Want(10, "Lò Văn An", "2023-03-15", "M", doses="BCG:1:2023-03-20;HEPB0:1:2023-03-15;MEASLES:1:2023-12-10;OPV:1:2023-05-10;PENTA:1:2023-05-15;PENTA:2:2023-06-15"),
         Want(11, "Lò Thị Bình", "2023-04-05", "F", doses="BCG:1:2023-04-20;HEPB0:1:2023-04-08"),
         Want(12, "Lò Thị Chi", "2023-05-05", "F", doses="BCG:1:2023-05-01;PENTA:1:2023-07-12;PENTA:2:2023-06-12", status="held_back"),
         Want(13, "Lò Thị Dung", "2023-06-05", "F", status="held_back")],
        at((12, "doses", "date_before_birth"), (12, "doses", "dose_order"), (13, "doses", "dose_date_missing"), (13, "doses", "date_unreadable"), (13, "doses", "date_unreadable"), (13, "doses", "date_future"))),
    Case("layout-female-tick.xlsx", book(
        [(1, "Lò Văn An", "05/03/2019", None), (2, "Lò Thị Bình", "25/04/2020", "x"), (3, "Lò Thị Chi", "25/05/2020", "?")], ("STT", "Họ và tên", "Ngày sinh", "Nữ")),
        [Want(6, "Lò Văn An", "2019-03-05", "M"), Want(7, "Lò Thị Bình", "2020-04-25", "F"), Want(8, "Lò Thị Chi", "2020-05-25", "", status="held_back")],
        at((8, "sex", "sex_unknown"))),
    Case("layout-village-rows.xlsx", book(
        [("I. Bản Hón",), A[:5], B[:5], ("Thôn: Nà Lán (1 trẻ)",), (3, "Lò Văn Chung", "05/03/2021", "Nam", "Thái"), ("Cộng", None, 3)], HEAD[:5], merges=("A6:E6", "A9:E9")),
        [moved(WANT_A, 7), moved(WANT_B, 8), Want(10, "Lò Văn Chung", "2021-03-05", "M", "03", "Nà Lán")]),
    Case("layout-village-sheets.xlsx", village_sheets,
         [moved(WANT_A, 6, sheet="Bản Hón"), moved(WANT_B, 7, sheet="Bản Hón"), moved(WANT_A, 6, sheet="Nà Lán", village="Nà Lán"), moved(WANT_B, 7, sheet="Nà Lán", village="Nà Lán")]),
    Case("layout-repeated-heading.xlsx", book([A, (), HEAD, (1, 2, 3, 4, 5, 6), B]), [WANT_A, moved(WANT_B, 10)]),
    Case("layout-two-tables.xlsx", tables, [WANT_A, WANT_B, Want(12, "Lò Văn Chung", "2021-03-05", "M", weight="12.5")]),
    Case("layout-misspelt.xlsx", book(
        [(1, "Lò Văn An", "05/03/2019", "Nam", "Thái", "Bản Hón", "Lò Văn Hai", "x")], ("So TT", "Ho va\nten tre", "Ngay thang\n nam sinhh", "Gioi tinh", "Dan toc", "Thon ban", "Hộ tên ch hộ", "Cột lạ hoắc")),
        [WANT_A], at(("", "", "heading_unread"))),
    Case("layout-order.xlsx", book([("Thái", "Bản Hón", "Nam", "05/03/2019", "Lò Văn An", 1)], ("Dân tộc", "Bản", "Giới", "NTNS", "Họ tên", "TT")), [WANT_A]),
    Case("layout-struck.xlsx", book([A, B], then=struck), [WANT_A, moved(WANT_B, 7, status="held_back")], at((7, "", "row_struck_through"))),
    Case("layout-hidden.xlsx", book([A, B], then=hidden), [WANT_A, Whole("skipped", "Nháp")],
         [*at((7, "", "row_hidden")), ("Nháp", "", "", "sheet_hidden")]),
    Case("layout-hidden-asked.xlsx", book([A, B], then=hidden), [WANT_A, WANT_B, moved(WANT_A, 6, sheet="Nháp")], options={"hidden": True}),
    Case("layout-formulas.xlsx", book([(1, "Lò Văn An", "05/03/2019", "Nam", "Thái", '=B6&" "'), (2, "#N/A", "25/04/2020", "Nữ", "Thái", "Bản Hón"), (3, "Lò Văn Chung", "=C6", "Nam", "Thái", "Bản Hón")]),
         [moved(WANT_A, 6, village="", status="held_back"), moved(WANT_B, 7, name="", status="held_back"), Want(8, "Lò Văn Chung", "", "M", "03", "Bản Hón", status="held_back")],
         at((6, "village", "formula_not_calculated"), (7, "full_name", "formula_error"), (8, "birth_date", "formula_not_calculated"))),
    Case("layout-household.xlsx", book(
        [(1, 1, "Lò Văn Hai", "Lò Văn An", "05/03/2019", "Nam", "Hộ nghèo", "Bản Hón"), (2, None, None, "Lò Thị Bình", "25/04/2020", "Nữ", None, None),
         (3, 2, "Cà Văn Ba", "Cà Văn Chung", "05/03/2021", "Nam", None, None), (4, None, None, "Cà Thị Dung", "25/03/2022", "Nữ", None, None), (5, 3, "Cà Văn Tư", "Cà Văn Em", "26/03/2021", "Nam", "Cận nghèo", "Bản Lạn")],
        ("STT", "Hộ số", "Chủ hộ", "Họ và tên", "Ngày sinh", "Giới tính", "Hộ nghèo/cận nghèo", "Bản")),
        [Want(6, "Lò Văn An", "2019-03-05", "M", "", "Bản Hón", circumstances="2.01"), Want(7, "Lò Thị Bình", "2020-04-25", "F", "", "Bản Hón", circumstances="2.01"),
         Want(8, "Cà Văn Chung", "2021-03-05", "M", "", "Bản Hón"), Want(9, "Cà Thị Dung", "2022-03-25", "F", "", "Bản Hón"), Want(10, "Cà Văn Em", "2021-03-26", "M", "", "Bản Lạn", circumstances="2.02")]),
    Case("layout-household-merged.xlsx", book(
        [(1, "Lò Văn Hai", "Lò Văn An", "05/03/2019", "Nam", "x"), (2, None, "Lò Thị Bình", "25/04/2020", "Nữ", None), (3, "Cà Văn Ba", "Cà Văn Chung", "05/03/2021", "Nam", None)],
        ("STT", "Chủ hộ", "Họ và tên", "Ngày sinh", "Giới tính", "Hộ nghèo"), merges=("B6:B7", "F6:F7")),
        [Want(6, "Lò Văn An", "2019-03-05", "M", circumstances="2.01"), Want(7, "Lò Thị Bình", "2020-04-25", "F", circumstances="2.01"), Want(8, "Cà Văn Chung", "2021-03-05", "M")]),
    Case("layout-two-name-columns.xlsx", book(
        [(1, "Lò Văn", "An", "05/03/2019", "Nam", "Thái"), (2, "Lò Thị", "Bình", "25/04/2020", "Nữ", "Thái")],
        [("STT", "Họ và tên", None, "Ngày sinh", "Giới tính", "Dân tộc"), (None, "Họ đệm", "Tên", None, None, None)], merges=("B5:C5",)),
        [moved(WANT_A, 7, village=""), moved(WANT_B, 8, village="")]),
    Case("layout-no-numbers-no-title.xlsx", book([A[1:], B[1:]], HEAD[1:], ()), [moved(WANT_A, 2), moved(WANT_B, 3)], options={"commune": "Ẳng Cang", "list_date": date(2024, 6, 30)}),
    Case("layout-wide-title-date.xlsx", book([(1, "Lò Văn An", "Nam", date(2021, 3, 5), 12.5, 88)], ("STT", "Họ tên", "Giới", "Ngày sinh", "Cân nặng", "Chiều cao"),
         ("TRẠM Y TẾ XÃ ẲNG CANG", "KẾT QUẢ CÂN ĐO TRẺ EM", "Ngày 15 tháng 6 năm 2024")), [Want(6, "Lò Văn An", "2021-03-05", "M", weight="12.5", height="88")]),
    Case("layout-blank-lines.xlsx", book([A, (3,), (), (4, None, None, None, None, "Bản Hón"), B]), [WANT_A, moved(WANT_B, 10)]),
    Case("layout-merged-row-missing-all.xlsx", book([A, (2, "Lò Thị Bình")]), [WANT_A, Want(7, "Lò Thị Bình", status="held_back")],
         at((7, "birth_date", "birth_date_missing"), (7, "sex", "sex_missing"), (7, "ethnicity_code", "ethnicity_missing"), (7, "village", "village_missing"))),
]  # fmt: skip
