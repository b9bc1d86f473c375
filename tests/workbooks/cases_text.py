"""Old fonts, damaged text, Unicode forms, names."""

import unicodedata

from openpyxl.styles import Font

from tests.workbooks.case import HEAD, SHEET, TITLE, Case, Want, Whole, at, book, csv_file

NFD = [[unicodedata.normalize("NFD", str(v)) for v in row] for row in (
    [1, "Lò Thị Hường", "05/03/2019", "Nữ", "Thái", "Bản Hón"],
    [2, "Giàng A Páo", "17/09/2020", "Nam", "H'Mông", "Bản Huổi Sứa"],
)]  # fmt: skip


def fonted(name):
    def then(page):
        for row in page.iter_rows():
            for cell in row:
                cell.font = Font(name=name)

    return then


# Họ và tên, Ngày sinh ... in TCVN3, as the codes of the font look in Latin-1
TCVN3_HEAD = ("STT", "Hä vµ tªn", "Ngµy sinh", "Giíi tÝnh", "D©n téc", "Th«n/b¶n")
TCVN3_TITLE = ("UBND x· Èng Cang", "Danh s¸ch trÎ em", "Th¸ng 6 n¨m 2024")
TCVN3_ROWS = (
    (1, "Lß V¨n §øc", "05/03/2019", "Nam", "Th¸i", "B¶n Hãn"),
    (2, "L\u00adêng ThÞ H\u00ad¬ng", "17/09/2020", "N÷", "Th¸i", "B¶n Nµ L¸n"),
    (3, "NguyÔn ThÞ Hoa", "01/12/2018", "N÷", "Kinh", "B¶n Hãn"),
)
TCVN3_WANTS = (
    Want(6, "Lò Văn Đức", "2019-03-05", "M", "03", "Bản Hón"),
    Want(7, "Lường Thị Hương", "2020-09-17", "F", "03", "Bản Nà Lán"),
    Want(8, "Nguyễn Thị Hoa", "2018-12-01", "F", "01", "Bản Hón"),
)
VNI_HEAD = ("STT", "Hoï vaø teân", "Ngaøy sinh", "Giôùi tính", "Daân toäc", "Thoân/baûn")
VNI_ROWS = (
    (1, "Loø Vaên Ñöùc", "05/03/2019", "Nam", "Thaùi", "Baûn Hoùn"),
    (2, "Löôøng Thò Höông", "17/09/2020", "Nöõ", "Thaùi", "Baûn Naø Laùn"),
    (3, "Nguyeãn Thò Hoa", "01/12/2018", "Nöõ", "Kinh", "Baûn Hoùn"),
)

CASES = [
    Case("text-nfd.xlsx", book(NFD, [unicodedata.normalize("NFD", h) for h in HEAD], [unicodedata.normalize("NFD", t) for t in TITLE]),
         [Want(6, "Lò Thị Hường", "2019-03-05", "F", "03", "Bản Hón"), Want(7, "Giàng A Páo", "2020-09-17", "M", "08", "Bản Huổi Sứa")]),
    Case("text-tcvn3-by-font.xlsx", book(TCVN3_ROWS, TCVN3_HEAD, TCVN3_TITLE, then=fonted(".VnTime")), TCVN3_WANTS),
    Case("text-tcvn3-no-font.xlsx", book(TCVN3_ROWS, TCVN3_HEAD, TITLE), TCVN3_WANTS),
    Case("text-tcvn3-capital-font.xlsx", book(
        [(1, "lß v¨n ®øc", "05/03/2019", "nam", "th¸i", "b¶n hãn"), (2, "lß thÞ an", "06/03/2019", "n÷", "th¸i", "b¶n hãn")],
        TCVN3_HEAD, TITLE, then=fonted(".VnTimeH")),
        [Want(6, "LÒ VĂN ĐỨC", "2019-03-05", "M", "03", "BẢN HÓN"), Want(7, "LÒ THỊ AN", "2019-03-06", "F", "03", "BẢN HÓN")]),
    Case("text-vni.xlsx", book(VNI_ROWS, VNI_HEAD, TITLE, then=fonted("VNI-Times")), TCVN3_WANTS),
    Case("text-vni-no-font.xlsx", book(VNI_ROWS, VNI_HEAD, TITLE), TCVN3_WANTS),
    Case("text-viqr.xlsx", book(
        [(1, "Lo` Va(n DDu+'c", "05/03/2019", "Nam", "Tha'i", "Ba?n Ho'n"),
         (2, "Lu+o+`ng Thi. Hu+o+ng", "17/09/2020", "Nu+~", "Tha'i", "Ba?n Na` La'n"),
         (3, "Nguye^~n Thi. Hoa", "01/12/2018", "Nu+~", "Kinh", "Ba?n Ho'n")],
        ("STT", "Ho. va` te^n", "Nga`y sinh", "Gio+'i ti'nh", "Da^n to^.c", "Tho^n/ba?n"), TITLE), TCVN3_WANTS),
    Case("text-tcvn3-lost-u.xlsx", book(
        [(1, "Lß V¨n §øc", "05/03/2019", "Nam", "Th¸i", "B¶n Hãn"),
         (2, "Lêng ThÞ H\u00ad¬ng", "17/09/2020", "N÷", "Th¸i", "B¶n Hãn"),
         (3, "TrÇn ThÞ Th", "17/10/2020", "N÷", "Kinh", "B¶n Hãn")], TCVN3_HEAD, TITLE, then=fonted(".VnTime")),
        [Want(6, "Lò Văn Đức", "2019-03-05", "M", "03", "Bản Hón"),
         Want(7, "", "2020-09-17", "F", "03", "Bản Hón", status="held_back"),
         Want(8, "", "2020-10-17", "F", "01", "Bản Hón", status="held_back")],
        at((7, "full_name", "text_lost_letter"), (8, "full_name", "text_lost_letter"))),
    Case("text-twice-converted.xlsx", book(
        [(1, "Lũ Thị Cỳc", "05/03/2019", "Nữ", "Thỏi", "Bản Hún"), (2, "Lường Minh Chớnh", "17/09/2020", "Nam", "Kinh", "Bản Hún")],
        HEAD, TITLE),
        [Want(6, "", "2019-03-05", "F", "", "", status="held_back"), Want(7, "", "2020-09-17", "M", "01", "", status="held_back")],
        at((6, "full_name", "text_twice_converted"), (6, "ethnicity_code", "text_twice_converted"), (6, "village", "text_twice_converted"),
           (7, "full_name", "text_twice_converted"), (7, "village", "text_twice_converted"))),
    Case("text-unicode-lost-u.xlsx", book(
        [(1, "Lờng Văn An", "05/03/2019", "Nam", "Thái", "Bản Hón"), (2, "Lò Văn Bình", "06/03/2019", "Nam", "Thái", "Bản Hón")]),
        [Want(6, "", "2019-03-05", "M", "03", "Bản Hón", status="held_back"), Want(7, "Lò Văn Bình", "2019-03-06", "M", "03", "Bản Hón")],
        at((6, "full_name", "text_lost_letter"))),
    Case("text-cp1258.csv", csv_file(
        [[TITLE[0]], [TITLE[2]], list(HEAD), ["1", "Lò Văn Đức", "05/03/2019", "Nam", "Thái", "Bản Hón"],
         ["2", "Nguyễn Thị Hoa", "1/12/2018", "Nữ", "Kinh", "Bản Hón"]],
        "cp1258", ";"),
        [Want(4, "Lò Văn Đức", "2019-03-05", "M", "03", "Bản Hón", sheet="text-cp1258"), Want(5, "Nguyễn Thị Hoa", "2018-12-01", "F", "01", "Bản Hón", sheet="text-cp1258")]),
    Case("text-utf16.tsv", csv_file(
        [list(TITLE[:1]), list(TITLE[2:]), list(HEAD), ["1", "Lò Văn Đức", "05/03/2019", "Nam", "Thái", "Bản Hón"]], "utf-16", "\t"),
        [Want(4, "Lò Văn Đức", "2019-03-05", "M", "03", "Bản Hón", sheet="text-utf16")]),
    Case("text-utf8-bom.csv", csv_file(
        [list(TITLE[:1]), list(TITLE[2:]), list(HEAD), ["1", '"Lò Văn Đức"', "05/03/2019", "Nam", "Thái", '"Bản Hón, khu 2"']], "utf-8-sig", ","),
        [Want(4, "Lò Văn Đức", "2019-03-05", "M", "03", "Bản Hón, khu 2", sheet="text-utf8-bom")]),
    Case("text-tcvn3-bytes.csv", csv_file(
        [["UBND x· Èng Cang"], ["Th¸ng 6 n¨m 2024"], list(TCVN3_HEAD), *[[str(v) for v in row] for row in TCVN3_ROWS]], "latin-1", ";"),
        [Want(w.row - 2, w.name, w.born, w.sex, w.ethnicity, w.village, sheet="text-tcvn3-bytes") for w in TCVN3_WANTS]),
    Case("names-newborns.xlsx", book(
        [(1, "Trai", "05/06/2024", "Nam", "Thái", "Bản Hón"), (2, "Gái", "06/06/2024", None, "Thái", "Bản Hón"),
         (3, "chưa đặt tên", "07/06/2024", "Nữ", "Mông", "Bản Hón"), (4, None, "08/06/2024", "Nam", "Thái", "Bản Hón"),
         (5, "Chưa có tên", "09/06/2024", None, "Thái", "Bản Hón"), (6, "Trai", "09/06/2024", "Nữ", "Thái", "Bản Hón")]),
        [Want(6, "", "2024-06-05", "M", "03", "Bản Hón"), Want(7, "", "2024-06-06", "F", "03", "Bản Hón"),
         Want(8, "", "2024-06-07", "F", "08", "Bản Hón"), Want(9, "", "2024-06-08", "M", "03", "Bản Hón"),
         Want(10, "", "2024-06-09", "", "03", "Bản Hón", status="held_back"), Want(11, "", "2024-06-09", "", "03", "Bản Hón", status="held_back")],
        at(*[(r, "full_name", "name_missing") for r in range(6, 12)], (10, "sex", "sex_missing"), (11, "sex", "sex_told_twice"))),
    Case("names-with-notes.xlsx", book(
        [(1, "Lò Văn An (chuyển đi)", "05/03/2019", "Nam", "Thái", "Bản Hón"), (2, "Lò Thị Bình - đã mất", "05/04/2019", "Nữ", "Thái", "Bản Hón"),
         (3, "Lò Văn Ch?u", "05/05/2019", "Nam", "Thái", "Bản Hón"), (4, "  Lò   Văn  Dũng ", "05/06/2019", "Nam", "Thái", "Bản Hón"),
         (5, "5. Hoà A Súa", "05/07/2019", "Nam", "Mông", "Bản Hón"), (6, "Lò Thị Xxh", "05/08/2019", "Nữ", "Thái", "Bản Hón")]),
        [Want(6, "Lò Văn An", "2019-03-05", "M", "03", "Bản Hón"), Want(7, "Lò Thị Bình", "2019-04-05", "F", "03", "Bản Hón"),
         Want(8, "", "2019-05-05", "M", "03", "Bản Hón", status="held_back"), Want(9, "Lò Văn Dũng", "2019-06-05", "M", "03", "Bản Hón"),
         Want(10, "Hoà A Súa", "2019-07-05", "M", "08", "Bản Hón"), Want(11, "Lò Thị Xxh", "2019-08-05", "F", "03", "Bản Hón")],
        at((6, "full_name", "name_has_note"), (7, "full_name", "name_has_note"), (8, "full_name", "name_unreadable"))),
    Case("text-mixed-encodings.xlsx", book(
        [(1, "Nguyễn Thị Hoa", "05/03/2019", "Nữ", "Kinh", "Bản Hón"), (2, "Lß V¨n §øc", "05/04/2019", "Nam", "Thái", "Bản Hón"),
         (3, "Lã Văn Tùng", "05/05/2019", "Nam", "Kinh", "Bản Hón"), (4, "Lâm Tá", "05/06/2019", "Nam", "Kinh", "Bản Hón")]),
        [Want(6, "Nguyễn Thị Hoa", "2019-03-05", "F", "01", "Bản Hón"), Want(7, "Lò Văn Đức", "2019-04-05", "M", "03", "Bản Hón"),
         Want(8, "Lã Văn Tùng", "2019-05-05", "M", "01", "Bản Hón"), Want(9, "", "2019-06-05", "M", "01", "Bản Hón", status="held_back")],
        at((9, "full_name", "text_unclear"))),
]  # fmt: skip
__all__ = ["CASES", "SHEET", "Whole"]
