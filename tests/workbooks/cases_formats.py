"""Formats other than .xlsx, files that must not be read, and workbooks without a list of children."""

import zipfile
from datetime import date

import openpyxl

from tests.workbooks.case import HEAD, SHEET, TITLE, Case, Want, Whole, at, book
from tests.workbooks.cases_text import TCVN3_HEAD, TCVN3_ROWS, TCVN3_WANTS
from tests.workbooks.writers import compound, put_part, write_ods, write_xls, write_xlsb

ROWS = [[t] for t in TITLE] + [[], list(HEAD),
    [1, "Lò Văn An", "05/03/2019", "Nam", "Thái", "Bản Hón"],
    [2, "Lò Thị Bình", "25/04/2020", "Nữ", "#N/A", "Bản Hón"],
    [3, "Lò Văn Chung", 2021, "Nam", "Thái", "Bản Hón"]]  # fmt: skip
WANTS = [
    Want(6, "Lò Văn An", "2019-03-05", "M", "03", "Bản Hón"),
    Want(7, "Lò Thị Bình", "2020-04-25", "F", "", "Bản Hón", status="held_back"),
    Want(8, "Lò Văn Chung", "2021", "M", "03", "Bản Hón"),
]
ERROR = at((7, "ethnicity_code", "formula_error"))


def ods(path):
    rows = [
        *ROWS,
        [4, "Lò Văn Dũng", date(2021, 3, 25), "Nam", "Thái", "Bản Hón"],
        [5, "Lò Văn Giang", "26/03/2021", "Nam", "Thái", "="],
        [6, "Lò Văn Hùng", "26/03/2021", "Nam", "Thái", "Bản Hón"],
    ]
    write_ods(path, SHEET, rows, hidden=[11], struck=[9])


def with_macro(path):
    book(ROWS[5:6])(path)
    with zipfile.ZipFile(path, "a") as archive:
        put_part(archive, "xl/vbaProject.bin", b"macro")


def with_entity(path):
    book(ROWS[5:6])(path)
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            if name == "xl/workbook.xml":
                data = (
                    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
                    + data.split(b"?>", 1)[-1]
                )
            put_part(archive, name, data)


def truncated(path):
    book(ROWS[5:6])(path)
    path.write_bytes(path.read_bytes()[:3000])


def two_corners(path):
    made = openpyxl.Workbook()
    made.active["A1"], made.active["XFD1048576"] = "a", "b"
    made.save(path)


def empty(path):
    made = openpyxl.Workbook()
    made.active.title = SHEET
    made.save(path)


def raw(data):
    return lambda path: path.write_bytes(data)


BUDGET = [
    ("STT", "Nội dung chi", "Đơn vị tính", "Số lượng", "Đơn giá", "Thành tiền"),
    (1, "Mua sữa cho trẻ em", "hộp", 100, 8000, 800000),
    (2, "Tập huấn", "buổi", 2, 500000, 1000000),
]

CASES = [
    Case("format.xls", lambda p: write_xls(p, SHEET, ROWS), WANTS, ERROR),
    Case("format-tcvn3.xls", lambda p: write_xls(p, SHEET, [["UBND x· Èng Cang"], ["DANH S¸CH"], ["Th¸ng 6 n¨m 2024"], [], TCVN3_HEAD, *TCVN3_ROWS], ".VnTime", struck=[7], hidden=[8]),
         [TCVN3_WANTS[0], Want(7, "Lường Thị Hương", "2020-09-17", "F", "03", "Bản Nà Lán", status="held_back")],
         at((7, "", "row_struck_through"), (8, "", "row_hidden"))),
    Case("format.xlsb", lambda p: write_xlsb(p, SHEET, [r or [None] for r in ROWS], hidden=[8]), [*WANTS[:2]], [*ERROR, *at((8, "", "row_hidden"))]),
    Case("format.ods", ods,
         [*WANTS, Want(9, "Lò Văn Dũng", "2021-03-25", "M", "03", "Bản Hón", status="held_back"), Want(10, "Lò Văn Giang", "2021-03-26", "M", "03", "", status="held_back")],
         [*ERROR, *at((9, "", "row_struck_through"), (10, "village", "formula_not_calculated"), (11, "", "row_hidden"))]),
    Case("format-macro.xlsm", with_macro, WANTS[:1], [("", "", "", "file_has_macros")]),
    Case("renamed.xlsx", lambda p: write_xls(p, SHEET, ROWS), WANTS, ERROR),
    Case("entity.xlsx", with_entity, [Whole("refused")], [("", "", "", "file_dangerous")]),
    Case("truncated.xlsx", truncated, [Whole("refused")], [("", "", "", "file_unreadable")]),
    Case("two-corners.xlsx", two_corners, [Whole("refused")], [("", "", "", "file_too_large")]),
    Case("password.xlsx", raw(compound({"EncryptedPackage": b"x" * 5000, "EncryptionInfo": b"y" * 5000})), [Whole("refused")], [("", "", "", "file_password")]),
    Case("page.xls", raw(b"<html><body><table><tr><td>STT</td></tr></table></body></html>"), [Whole("refused")], [("", "", "", "file_unreadable")]),
    Case("picture.csv", raw(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4), [Whole("refused")], [("", "", "", "file_unreadable")]),
    Case("nothing.xlsx", raw(b""), [Whole("refused")], [("", "", "", "file_unreadable")]),
    Case("empty.xlsx", empty, [Whole("refused")], [("", "", "", "file_no_table"), (SHEET, "", "", "sheet_empty")]),
    Case("budget.xlsx", book(BUDGET[1:], BUDGET[0], ("UBND XÃ ẲNG CANG", "DỰ TOÁN KINH PHÍ CHO TRẺ EM", "Năm 2024")), [Whole("refused")], [("", "", "", "file_no_table"), (SHEET, "", "", "template_unknown")]),
]  # fmt: skip
