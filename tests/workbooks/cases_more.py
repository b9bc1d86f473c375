"""What other hands do: tables of several kinds, people beside the child, categories with kinds, damage in a part of a sheet."""

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from tests.workbooks.case import HEAD, Case, Want, at, book, csv_file, put

SHORT = HEAD[:4]
BABIES = ("TRẠM Y TẾ XÃ ẲNG CANG", "SỔ TIÊM CHỦNG TRẺ EM", "Tính đến ngày 30/06/2024")


def strike_in_text(page):
    page["B7"] = CellRichText("Lò Văn ", TextBlock(InlineFont(strike=True), "Bình"))


def far_format(page):
    page["ZZ60000"].font = Font(bold=True)


def kinds_of_lists(path):
    made = openpyxl.Workbook()
    made.active.title = "Tiêm chủng"
    put(made.active, [(1, "Lò Văn An", "05/03/2023", "Nam", "10/03/2023")], (*SHORT, "BCG"), BABIES)
    put(
        made.create_sheet("Cân đo"),
        [(1, "Lò Văn Bình", "05/03/2021", "Nam", 12.5)],
        (*SHORT, "CN (kg)"),
        ("TRẠM Y TẾ XÃ ẲNG CANG", "KẾT QUẢ CÂN ĐO", "Ngày 15/06/2024"),
    )
    made.save(path)


CASES = [
    Case("layout-given-name-unheaded.xlsx", book(
        [(1, "Lò Văn", "An", "05/03/2019", "Nam"), (2, "Lò Thị", "Bình", "25/04/2020", "Nữ")], ("STT", "Họ và tên", None, "Ngày sinh", "Giới tính")),
        [Want(6, "Lò Văn An", "2019-03-05", "M"), Want(7, "Lò Thị Bình", "2020-04-25", "F")]),
    Case("layout-tables-of-two-kinds.xlsx", book(
        [(1, "Lò Văn An", "05/03/2021", "Nam", 12.5, 90), (), ("DANH SÁCH TRẺ TIÊM CHỦNG",), (*SHORT, "BCG", "OPV1"), (1, "Lò Văn Bình", "06/03/2023", "Nam", "10/03/2023", "10/05/2023")],
        (*SHORT, "Cân nặng (kg)", "Chiều cao (cm)"), ("UBND XÃ ẲNG CANG", "DANH SÁCH CÂN ĐO TRẺ EM", "Ngày 15/06/2024")),
        [Want(6, "Lò Văn An", "2021-03-05", "M", weight="12.5", height="90"), Want(10, "Lò Văn Bình", "2023-03-06", "M", doses="BCG:1:2023-03-10;OPV:1:2023-05-10")]),
    Case("layout-months-by-title.xlsx", book(
        [(1, "Lò Văn An", "05/03/2022", "Nam", 11, None, "11,8"), (2, "Lò Văn Bình", "06/03/2022", "Nam", 10, "10,4", None)], (*SHORT, "T1", "T2", "T3"),
        ("TRẠM Y TẾ XÃ ẲNG CANG", "SỔ THEO DÕI CÂN NẶNG TRẺ EM", "Quý I năm 2024")),
        [Want(6, "Lò Văn An", "2022-03-05", "M", weight="11.8"), Want(7, "Lò Văn Bình", "2022-03-06", "M", weight="10.4")], at(("", "measured_on", "measured_on_sheet_date"))),
    Case("layout-rounds.xlsx", book(
        [(1, "Lò Văn An", "05/03/2021", "Nam", "11,5", 86, "12,1", "88,5")],
        [(*SHORT, "Lần 1 (T3/2024)", None, "Lần 2 (T6/2024)", None), (None, None, None, None, *["CN (kg)", "CC (cm)"] * 2)],
        ("TRẠM Y TẾ XÃ ẲNG CANG", "KẾT QUẢ CÂN ĐO TRẺ", "Tháng 6 năm 2024"), merges=("E5:F5", "G5:H5")),
        [Want(7, "Lò Văn An", "2021-03-05", "M", weight="12.1", height="88.5")], at(("", "measured_on", "measured_on_sheet_date"))),
    Case("layout-sheets-by-kind.xlsx", kinds_of_lists,
         [Want(6, "Lò Văn An", "2023-03-05", "M", doses="BCG:1:2023-03-10", sheet="Tiêm chủng"), Want(6, "Lò Văn Bình", "2021-03-05", "M", weight="12.5", sheet="Cân đo")]),
    Case("layout-sections.xlsx", book(
        [("I", "Trẻ em mồ côi cả cha và mẹ"), (1, "Lò Văn An", "05/03/2012", "Nam"), ("II. Trẻ em khuyết tật (1 trẻ)",), (1, "Lò Văn Bình", "06/03/2012", "Nam")], SHORT,
        ("UBND XÃ ẲNG CANG", "DANH SÁCH TRẺ EM CÓ HOÀN CẢNH ĐẶC BIỆT", "Quý II năm 2024")),
        [Want(7, "Lò Văn An", "2012-03-05", "M", circumstances="1.01"), Want(9, "Lò Văn Bình", "2012-03-06", "M", circumstances="1.04")]),
    Case("layout-units-below.xlsx", book(
        [(None, None, "(dd/mm/yyyy)", "(Nam/Nữ)", "(kg)", "(cm)"), (1, "Lò Văn An", "05/03/2021", "Nam", 12.5, 90)], (*SHORT, "Cân nặng", "Chiều cao"),
        ("TRẠM Y TẾ XÃ ẲNG CANG", "KẾT QUẢ CÂN ĐO", "Ngày 15/06/2024")), [Want(7, "Lò Văn An", "2021-03-05", "M", weight="12.5", height="90")]),
    Case("layout-dose-and-lot.xlsx", book(
        [(1, "Lò Văn An", "05/03/2023", "Nam", "10/03/2023", "A12", "10/05/2023", "không")],
        [(*SHORT, "BCG", None, "OPV1", None), (None, None, None, None, "Ngày tiêm", "Số lô", "Ngày uống", "Phản ứng")], BABIES, merges=("E5:F5", "G5:H5")),
        [Want(7, "Lò Văn An", "2023-03-05", "M", doses="BCG:1:2023-03-10;OPV:1:2023-05-10")], at(("", "", "heading_unread"), ("", "", "heading_unread"))),
    Case("layout-total-by-sex.xlsx", book(
        [(1, "Lò Văn An", "05/03/2019", "Nam"), ("Tổng số", None, None, 1), (None, "Nam", 1), (None, "Nữ", 0)], SHORT), [Want(6, "Lò Văn An", "2019-03-05", "M")]),
    Case("layout-total-like-a-year.xlsx", book(
        [(1, "Lò Văn An", "05/03/2019", "Nam"), (2, "Tổng Thị Bình", 2019, "Nữ"), (None, "Tổng cộng", 2000, None), ("Cộng", None, 2019, 2)], SHORT),
        [Want(6, "Lò Văn An", "2019-03-05", "M"), Want(7, "Tổng Thị Bình", "2019", "F")]),
    Case("layout-struck-in-text.xlsx", book([(1, "Lò Văn An", "05/03/2019", "Nam"), (2, "x", "06/03/2019", "Nam")], SHORT, then=strike_in_text),
         [Want(6, "Lò Văn An", "2019-03-05", "M"), Want(7, "Lò Văn Bình", "2019-03-06", "M", status="held_back")], at((7, "", "row_struck_through"))),
    Case("layout-far-format.xlsx", book([(1, "Lò Văn An", "05/03/2019", "Nam")], SHORT, then=far_format), [Want(6, "Lò Văn An", "2019-03-05", "M")]),
    Case("layout-left-empty-for-kinh.xlsx", book(
        [(1, "Trần Văn An", "05/03/2019", "Nam", None), (2, "Lò Thị Bình", "25/04/2020", "Nữ", "Thái")], (*SHORT, "Dân tộc (bỏ trống nếu là Kinh)")),
        [Want(6, "Trần Văn An", "2019-03-05", "M", "01"), Want(7, "Lò Thị Bình", "2020-04-25", "F", "03")]),
    Case("layout-survey.xlsx", book(
        [(1, "Trần Văn An", "Con", "05/03/2014", None, None, "4A*"), (2, "Lò Thị Bình", "Con", "25/04/2019", "x", "Thái", "NT")],
        ("TT", "Họ và tên", "Quan hệ với chủ hộ", "Ngày sinh", "Nữ", "Dân tộc", "Lớp"),
        ("PHIẾU ĐIỀU TRA PHỔ CẬP GIÁO DỤC - XÓA MÙ CHỮ", "Xã Ẳng Cang; Bản Hón; Số phiếu 001a", "Tháng 6 năm 2024")),
        [Want(6, "Trần Văn An", "2014-03-05", "M", "01", "Bản Hón"), Want(7, "Lò Thị Bình", "2019-04-25", "F", "03", "Bản Hón")]),
    Case("layout-mothers-year.xlsx", book(
        [(1, "Lò Văn An", "05/03/2019", "Nam", "Thái", "Cà Thị Ba", 1995, "Khơ Mú")], (*SHORT, "Dân tộc", "Họ tên mẹ", "Năm sinh", "Dân tộc")),
        [Want(6, "Lò Văn An", "2019-03-05", "M", "03")], at(("", "", "heading_unread"))),
    Case("layout-birth-in-three-unheaded.xlsx", book([(1, "Lò Văn An", 5, 3, 2019, "Nam")], ("STT", "Họ và tên", "Ngày", "Tháng", "Năm", "Giới tính")),
         [Want(6, "Lò Văn An", "2019-03-05", "M")]),
    Case("text-one-column-of-tcvn3.xlsx", book(
        [(n, f"Lò Văn {name}", f"0{n}/03/2019", "Nam", ethnicity, village) for n, (name, ethnicity, village) in enumerate(
            [("An", "Th¸i", "B¶n Hãn"), ("Bình", "HM«ng", "Pó Nen"), ("Chung", "Kh¬ Mó", "B¶n ¼ng"), ("Dũng", "Th¸i", "B¶n Hãn"), ("Giang", "HM«ng", "Pó Nen")], 1)]),
        [Want(6, "Lò Văn An", "2019-03-01", "M", "03", "Bản Hón"), Want(7, "Lò Văn Bình", "2019-03-02", "M", "08", "Pú Nen"), Want(8, "Lò Văn Chung", "2019-03-03", "M", "29", "Bản Ẳng"),
         Want(9, "Lò Văn Dũng", "2019-03-04", "M", "03", "Bản Hón"), Want(10, "Lò Văn Giang", "2019-03-05", "M", "08", "Pú Nen")]),
    Case("text-twice-headings.xlsx", book(
        [(1, "Lũ Thị Cỳc", "05/03/2019", "Nữ", "Thỏi", "Bản Hún"), (2, "Vừ A Sỏng", "06/03/2019", "Nam", "Mụng", "Tõn Lập"), (3, "Hạng A Tủa", "07/03/2019", "Nam", "Kinh", "Bản Mới")],
        ("STT", "Họ và tờn", "Ngày sinh", "Giới tớnh", "Dõn tộc", "Thụn/bản"), ("UBND XÃ ẲNG CANG", "DANH SÁCH TRẺ EM", "Thỏng 6 năm 2024")),
        [Want(6, "", "2019-03-05", "F", "", "", status="held_back"), Want(7, "", "2019-03-06", "M", "", "", status="held_back"), Want(8, "Hạng A Tủa", "2019-03-07", "M", "01", "Bản Mới")],
        at((6, "full_name", "text_twice_converted"), (6, "ethnicity_code", "text_twice_converted"), (6, "village", "text_twice_converted"), (7, "full_name", "text_twice_converted"),
           (7, "ethnicity_code", "text_twice_converted"), (7, "village", "text_twice_converted"))),
    Case("text-lost-elsewhere.xlsx", book(
        [(1, "Lò Văn An", "05/03/2019", "Nam", "Thái", "B?n M?i"), (2, "LÃ² VÄƒn BÃ¬nh", "06/03/2019", "Nam", "Thái", "Huá»•i Sá»©a"), (3, "Lò Văn Chung", "07/03/2019", "Nam", "Thái", "Pú Nen"), (4, "Lò Văn Dũng", "08/03/2019", "Nam", "Thái", "-")]),
        [Want(6, "Lò Văn An", "2019-03-05", "M", "03"), Want(7, "", "2019-03-06", "M", "03", "Huá»•i Sá»©a", status="held_back"), Want(8, "Lò Văn Chung", "2019-03-07", "M", "03", "Pú Nen"), Want(9, "Lò Văn Dũng", "2019-03-08", "M", "03")],
        at((6, "village", "value_not_read"), (7, "full_name", "name_unreadable"), (9, "village", "village_missing"))),
    Case("names-of-mothers.xlsx", book(
        [(1, "con Cà Thị Ba", "05/06/2024", "Nam"), (2, "Côn Thị Bình", "06/06/2024", "Nữ"), (3, "Bé gái con chị Hoa", "07/06/2024", "Nữ")], SHORT),
        [Want(6, "", "2024-06-05", "M"), Want(7, "Côn Thị Bình", "2024-06-06", "F"), Want(8, "", "2024-06-07", "F")], at((6, "full_name", "name_missing"), (8, "full_name", "name_missing"))),
    Case("values-doses-by-age.xlsx", book(
        [(1, "Lò Văn An", "02/01/2022", "Nam", "10/03/2022", "11/04/2022", "10/03/2022", "12/06/2022", "05/10/2022", "10/07/2023", "01/02/2022", "02/02/2022")],
        (*SHORT, "DPT-VGB-Hib 2 tháng", "DPT-VGB-Hib (3 tháng)", "OPV 1 (2 tháng)", "IPV lúc 5 tháng tuổi", "Sởi (9 tháng)", "MR (18 tháng)", "Viêm gan B mũi 2", "Sởi - quai bị - rubella"), BABIES),
        [Want(6, "Lò Văn An", "2022-01-02", "M", doses="IPV:1:2022-06-12;MEASLES:1:2022-10-05;MR:1:2023-07-10;OPV:1:2022-03-10;PENTA:1:2022-03-10;PENTA:2:2022-04-11")],
        at(("", "", "heading_unread"), ("", "", "heading_unread"))),
    Case("values-circumstance-k.xlsx", book(
        [(n, f"Lò Văn {name}", "05/03/2012", "Nam", said) for n, (name, said) in enumerate([("An", "d"), ("Bình", "k"), ("Chung", "d, k"), ("Dũng", "khuyết tật thuộc hộ nghèo"), ("Giang", "HN - mồ côi cha")], 1)], (*SHORT, "Nhóm hoàn cảnh")),
        [Want(6, "Lò Văn An", "2012-03-05", "M", circumstances="1.04"), Want(7, "Lò Văn Bình", "2012-03-05", "M", circumstances="1.10"), Want(8, "Lò Văn Chung", "2012-03-05", "M", circumstances="1.04;1.10"),
         Want(9, "Lò Văn Dũng", "2012-03-05", "M", circumstances="1.04;2.01"), Want(10, "Lò Văn Giang", "2012-03-05", "M", circumstances="2.01;2.04")]),
    Case("values-circumstance-kinds.xlsx", book(
        [(1, "Lò Văn An", "05/03/2012", "Nam", "x", None, None, None, "x"), (2, "Lò Văn Bình", "06/03/2012", "Nam", None, None, "x", "x", None)],
        [(*SHORT, "Mồ côi", None, None, "Khuyết tật", None), (None, None, None, None, "Cả cha và mẹ", "Cha", "Mẹ", "Nặng", "Nhẹ")], merges=("E5:G5", "H5:I5")),
        [Want(7, "Lò Văn An", "2012-03-05", "M", circumstances="1.01;1.04.03"), Want(8, "Lò Văn Bình", "2012-03-06", "M", circumstances="1.04.02;2.04")]),
    Case("reform-old-beside-new.xlsx", book(
        [(n, f"Lò Văn {name}", "05/03/2019", "Nam", said) for n, (name, said) in enumerate([("An", "Mường Lạn"), ("Bình", "Mường Lạn (cũ)"), ("Chung", "Xuân Lao cũ"), ("Dũng", 3256), ("Giang", "TT Mường Ảng")], 1)],
        (*SHORT, "Xã"), ("TỈNH ĐIỆN BIÊN", "DANH SÁCH TRẺ EM", "Tháng 7 năm 2025")),
        [Want(6 + n, f"Lò Văn {name}", "2019-03-05", "M", commune=code) for n, (name, code) in enumerate(
            [("An", "03313@2025-07-01"), ("Bình", "03313"), ("Chung", "03302"), ("Dũng", "03256@2025-07-01"), ("Giang", "03256")])]),
    Case("values-floats.csv", csv_file(
        [["UBND XÃ ẲNG CANG"], ["Tháng 6 năm 2024"], list(SHORT), ["1", "Lò Văn An", "2020.0", "Nam"], ["2", "Lò Văn Bình", "12.2020", "Nam"]], "utf-8", ","),
        [Want(4, "Lò Văn An", "2020", "M", sheet="values-floats"), Want(5, "Lò Văn Bình", "2020-12", "M", sheet="values-floats")]),
]  # fmt: skip
