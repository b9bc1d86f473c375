"""Return workbooks: what the sender sees, and that the corrected file comes back as the same rows."""

from datetime import date

import openpyxl
import pytest

from childdb.intake import RowOutcome, read_file, records_csv, write_return
from childdb.intake.outcomes import FAULTS_SHEET, LISTS_SHEET
from schemas.records import HELD, READY
from tests.workbooks.case import HEAD, SHEET, book
from tests.workbooks.make import CASES, FOLDER

TODAY = date(2026, 11, 24)
FAULTY = [
    (1, "Lò Văn An", "05/03/2019", "Nam", "Thái", "Bản Hón"),
    (2, "Lò Thị Bình", "31/02/2020", "Nữ", "Thái", "Bản Hón"),
    (3, "Lò Văn Chung", "25/03/2021", "Nam", "Bản Hón", "Bản Hón"),
]
READABLE = [
    c
    for c in CASES
    if not c.file.startswith(
        ("two-corners", "entity", "truncated", "password", "page", "picture", "nothing", "empty", "budget")
    )
]


@pytest.fixture
def returned(tmp_path):
    source = tmp_path / "list.xlsx"
    book(FAULTY, then=_dress)(source)
    reading = read_file(source, today=TODAY)
    path = write_return(source, reading, {(SHEET, 6): RowOutcome("unchanged")}, tmp_path / "out" / "list.xlsx")
    return source, reading, path


def _dress(page):
    from openpyxl.comments import Comment
    from openpyxl.styles import Font

    page["B6"].font = Font(name="Arial", size=15)
    page["C7"].comment = Comment("xem lại", "xã")
    page.column_dimensions["B"].width = 33


def test_layout_and_fonts_are_kept_and_the_source_is_not_touched(returned):
    source, _, path = returned
    before = openpyxl.load_workbook(source)[SHEET]
    page = openpyxl.load_workbook(path)[SHEET]
    assert page["B6"].font.name == "Arial"
    assert page.column_dimensions["B"].width == 33
    assert [[c.value for c in row] for row in before.iter_rows(max_col=6)] == [
        [c.value for c in row] for row in page.iter_rows(max_col=6)
    ]


def test_each_faulty_cell_is_coloured_and_noted_beside_the_notes_that_were_there(returned):
    page = openpyxl.load_workbook(returned[2])[SHEET]
    assert page["C7"].fill.fgColor.rgb == "FFFFC7CE"
    assert "xem lại" in page["C7"].comment.text
    assert "không có trong lịch" in page["C7"].comment.text
    assert page["C6"].fill.fill_type is None


def test_a_wrong_code_gets_a_drop_down_list(returned):
    book_ = openpyxl.load_workbook(returned[2])
    rules = [rule for rule in book_[SHEET].data_validations.dataValidation if "E8" in str(rule.sqref)]
    assert len(rules) == 1
    assert LISTS_SHEET in rules[0].formula1
    assert book_[LISTS_SHEET].sheet_state == "hidden"
    assert "Thái" in [cell.value for cell in book_[LISTS_SHEET]["A"]]


def test_the_first_sheet_lists_all_faults_with_links_and_the_outcome_of_every_row(returned):
    page = openpyxl.load_workbook(returned[2]).worksheets[0]
    assert page.title == FAULTS_SHEET
    links = [cell.hyperlink.location or cell.hyperlink.target for cell in page["B"] if cell.hyperlink]
    assert [link.split("!")[1] for link in links] == ["C7", "E8"]
    words = [[cell.value for cell in row[:4]] for row in page.iter_rows()]
    assert [SHEET, None, 6, "Không đổi"] in [[a, b or None, c, d] for a, b, c, d in words]
    assert [SHEET, None, 7, "Giữ lại, cần sửa"] in [[a, b or None, c, d] for a, b, c, d in words]


def test_the_corrected_file_comes_back_as_the_same_rows(returned):
    _, reading, path = returned
    book_ = openpyxl.load_workbook(path)
    book_[SHEET]["C7"] = "28/02/2020"
    book_.save(path)
    again = read_file(path, today=TODAY)
    first, second = ({r.number: r for s in x.sheets for r in s.rows if r.skipped is None} for x in (reading, again))
    assert {n: r.token for n, r in first.items()} == {n: r.token for n, r in second.items()}
    assert first[6].record == second[6].record
    assert (first[7].status, second[7].status, second[8].status) == (HELD, READY, HELD)
    assert second[7].record.identity["birth_date"] == date(2020, 2, 28)


def test_a_file_returned_twice_keeps_its_tokens(returned, tmp_path):
    path = returned[2]
    again = read_file(path, today=TODAY)
    twice = write_return(path, again, {}, tmp_path / "twice.xlsx")
    third = read_file(twice, today=TODAY)
    assert [r.token for s in again.sheets for r in s.rows] == [r.token for s in third.sheets for r in s.rows]


@pytest.mark.parametrize("case", READABLE, ids=lambda case: case.file)
def test_an_untouched_return_workbook_reads_like_its_source(case, tmp_path):
    source = FOLDER / case.file
    reading = read_file(source, today=TODAY, **case.options)
    path = write_return(source, reading, {}, tmp_path / case.file)
    again = read_file(path, today=TODAY, **case.options)
    keys = [
        {
            (r.sheet, r.number): (r.status, r.record and r.record.canonical(), bool(r.issues))
            for s in x.sheets
            for r in s.rows
            if r.skipped is None
        }
        for x in (reading, again)
    ]
    assert keys[0] == keys[1]


def test_marks_of_an_earlier_return_go_away_and_the_cell_looks_as_before(returned, tmp_path):
    from openpyxl.styles import PatternFill

    source, _, _ = returned
    book_ = openpyxl.load_workbook(source)
    book_[SHEET]["C7"].fill = PatternFill("solid", start_color="FF00B050")
    book_.save(source)
    first = write_return(source, read_file(source, today=TODAY), {}, tmp_path / "first.xlsx")
    book_ = openpyxl.load_workbook(first)
    assert book_[SHEET]["C7"].fill.fgColor.rgb == "FFFFC7CE"
    book_[SHEET]["C7"] = "28/02/2020"
    book_.save(first)
    second = write_return(first, read_file(first, today=TODAY), {}, tmp_path / "second.xlsx")
    page = openpyxl.load_workbook(second)[SHEET]
    assert page["C7"].fill.fgColor.rgb == "FF00B050"
    assert page["C7"].comment.text == "xem lại"
    assert page["E8"].comment.text.count("Bản Hón") == 1
    assert len(page.data_validations.dataValidation) == 1


def test_a_form_of_ours_keeps_its_own_lists(tmp_path):
    from childdb.intake import write_template
    from schemas.codes import communes_on

    source = tmp_path / "form.xlsx"
    child = {"full_name": "Lò Văn An", "birth_date": "31/02/2020", "sex": "Nam", "ethnicity": "Bản Hón"}
    write_template("child_register", source, units=communes_on(date(2024, 6, 1)), children=[child])
    reading = read_file(source, today=date(2024, 6, 1), commune="03310")
    path = write_return(source, reading, {}, tmp_path / "out" / "form.xlsx")
    book_ = openpyxl.load_workbook(path)
    rules = [r for r in book_.worksheets[1].data_validations.dataValidation if r.type == "list"]
    assert rules
    assert {r.formula1.partition("!")[0].strip("'=") for r in rules} <= set(book_.sheetnames)


def test_what_reaches_outside_the_workbook_goes_back_as_text(tmp_path):
    source = tmp_path / "list.xlsx"

    def reach(page):
        page["A1"] = "=cmd|'/C calc'!A0"
        page["H20"] = '=WEBSERVICE("http://x")'
        page.parent.create_sheet("Khác")["A1"] = "=[1]Sheet1!A1"

    book(FAULTY, then=reach)(source)
    path = write_return(source, read_file(source, today=TODAY), {}, tmp_path / "out.xlsx")
    cells = [cell for page in openpyxl.load_workbook(path).worksheets for row in page.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]


def test_no_formula_leaves_in_a_cell_we_write(tmp_path):
    source = tmp_path / "list.csv"
    rows = [
        "UBND xã Ẳng Cang;tháng 6 năm 2024",
        ";".join(HEAD),
        "1;=HYPERLINK(\"http://x\");31/02/2019;Nam;Thái;+cmd|' /C calc'!A0",
    ]
    source.write_text("\n".join(rows), "utf-8")
    path = write_return(source, read_file(source, today=TODAY), {}, tmp_path / "out.xlsx")
    cells = [cell for page in openpyxl.load_workbook(path).worksheets for row in page.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]


def test_the_records_file_has_one_line_per_row_and_words_for_each_issue(returned, tmp_path):
    _, reading, _ = returned
    out = tmp_path / "records.csv"
    records_csv([reading], [{(SHEET, 6): RowOutcome("unchanged")}], out)
    lines = out.read_text("utf-8").splitlines()
    assert lines[0] == (
        "file,sheet,row,full_name,birth_date,birth_precision,sex,ethnicity_code,personal_id,village,commune_code,"
        "circumstance_codes,weight_kg,height_cm,muac_mm,doses,status,issues"
    )
    assert lines[1] == "list.xlsx,Danh sách,6,Lò Văn An,2019-03-05,day,M,03,,Bản Hón,03310,,,,,,unchanged,"
    assert lines[2].startswith(
        "list.xlsx,Danh sách,7,Lò Thị Bình,,none,F,03,,Bản Hón,03310,,,,,,held_back,birth_date:Ngày sinh"
    )
    assert len(lines) == 4


def test_macros_pictures_and_rich_text_go_back_and_nothing_is_lost(tmp_path):
    import zipfile

    import xlsxwriter
    from PIL import Image

    macros = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    (tmp_path / "vba.bin").write_bytes(macros)
    Image.new("RGB", (20, 20), "red").save(tmp_path / "seal.png")
    source = tmp_path / "list.xlsm"
    with xlsxwriter.Workbook(str(source)) as made:
        made.add_vba_project(str(tmp_path / "vba.bin"))
        page, red = made.add_worksheet("DS"), made.add_format({"bold": True, "font_color": "red"})
        page.write_row(0, 0, ["UBND xã Ẳng Cang, tháng 6 năm 2024"])
        page.write_row(2, 0, HEAD)
        page.write_row(3, 0, FAULTY[1])
        page.write_rich_string(3, 1, "Lò ", red, "Thị", " Bình")
        page.insert_image("J3", str(tmp_path / "seal.png"))
    path = write_return(source, read_file(source, today=TODAY), {}, tmp_path / "out" / "list.xlsm")
    assert path.suffix == ".xlsm"
    with zipfile.ZipFile(path) as archive:
        assert archive.read("xl/vbaProject.bin") == macros
    page = openpyxl.load_workbook(path, rich_text=True)["DS"]
    assert next(run.font.b for run in page["B4"].value if hasattr(run, "font")) is True
    assert len(page._images) == 1


def test_a_sheet_as_wide_as_excel_allows_goes_back_without_tokens(tmp_path):
    source = tmp_path / "wide.xlsx"
    book(FAULTY, then=lambda page: page.__setitem__("XFD5", "ghi chú"))(source)
    path = write_return(source, read_file(source, today=TODAY), {}, tmp_path / "out.xlsx")
    assert openpyxl.load_workbook(path)[SHEET]["C7"].comment is not None


def test_two_rules_never_stand_on_one_cell(tmp_path):
    from openpyxl.worksheet.datavalidation import DataValidation

    def rule(page):
        page.add_data_validation(DataValidation(type="textLength", formula1="1", formula2="30", sqref="E1:E100"))

    source = tmp_path / "list.xlsx"
    book(FAULTY, then=rule)(source)
    path = write_return(source, read_file(source, today=TODAY), {}, tmp_path / "out.xlsx")
    rules = openpyxl.load_workbook(path)[SHEET].data_validations.dataValidation
    assert [r.type for r in rules if "E8" in r] == ["list"]
    assert [r.type for r in rules if "E7" in r] == ["textLength"]


def test_a_file_too_large_to_mark_goes_back_with_its_faulty_rows_alone(returned, tmp_path):
    from childdb.intake.outcomes import faulty_alone

    source, reading, _ = returned
    path = write_return(source, faulty_alone(reading, {}), {}, tmp_path / "alone.xlsx")
    page = openpyxl.load_workbook(path)[SHEET]
    assert page["B6"].value is None
    assert page["B7"].value == "Lò Thị Bình"
    again = read_file(path, today=TODAY)
    assert {r.number for s in again.sheets for r in s.rows if r.skipped is None} == {7, 8}
    assert {r.token for s in again.sheets for r in s.rows if r.token} <= {
        r.token for s in reading.sheets for r in s.rows
    }
