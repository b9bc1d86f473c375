"""The month of an office in the browser, step by step on one store: each test goes on where the last ended."""

import io
import re
import zipfile

import openpyxl
import pytest

from tests.web.conftest import ATTACK, HEAD, without_fault

pytestmark = pytest.mark.system


def waited(page, selector):
    page.wait_for_selector(selector)
    without_fault(page)


def tab_to(page, what):
    """Press Tab until the focus is on WHAT (a selector), as somebody without a mouse does."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", what):
            return
    raise AssertionError(f"{what} is not reached by the keyboard")


def test_import_by_mouse(office, desk):
    """Dropped, previewed as a picture of the sheet, a column corrected, imported; the returns downloaded as one zip."""
    desk.goto("/import")
    without_fault(desk)
    desk.set_input_files("#tep", [office.workbook("tre-em.xlsx", head=(*HEAD[:5], "Người sinh ra", HEAD[6]))])
    assert "tre-em.xlsx" in desk.locator(".drop ul").inner_text()
    desk.click("text=Đọc và xem trước")
    waited(desk, "table.sheet")
    assert ATTACK in desk.locator("table.sheet tbody").inner_text()  # as text, never as markup
    column = desk.locator("table.sheet select").nth(5)
    assert column.locator("option").first.inner_text() == "không đọc"
    column.select_option(label="Họ tên mẹ")
    desk.click("text=Đọc lại theo nghĩa đã chọn")
    desk.wait_for_selector("table.sheet")
    assert desk.locator("table.sheet select").nth(5).locator("option").first.inner_text() == "Họ tên mẹ"
    desk.click("text=Nhập vào kho")
    waited(desk, "h1:has-text('Đã nhập')")
    counts = desk.locator("table tbody tr").first.locator("td").all_inner_texts()
    assert counts[2:8] == ["9", "3", "0", "0", "1", "5"]
    with desk.expect_download() as fetched:
        desk.click("text=Tải tất cả")
    assert zipfile.ZipFile(fetched.value.path()).namelist() == ["tre-em.xlsx"]


def test_held_row_put_right_by_keyboard(desk):
    """The faulty cell stands first; corrected without a mouse, the row is read again by the same checks and closed."""
    desk.goto("/")
    without_fault(desk)
    tab_to(desk, "nav a[href='/held']")
    desk.keyboard.press("Enter")
    waited(desk, "h1:has-text('1 dòng giữ lại')")
    tab_to(desk, "tbody a")
    desk.keyboard.press("Enter")
    waited(desk, "input[aria-invalid]")
    tab_to(desk, "input[aria-invalid]")
    desk.keyboard.press("Control+A")
    desk.keyboard.type("28/02/2021")
    desk.keyboard.press("Enter")
    desk.wait_for_selector(".told")
    assert "Đã nhận dòng (là một trẻ mới)" in desk.locator(".told").inner_text()
    assert desk.locator("h1").inner_text() == "0 dòng giữ lại"


def test_find_and_the_childs_page(office, desk):
    """By a part of the name without marks; the page names the file of each fact; both looks stand in the audit chain."""
    desk.goto("/find")
    without_fault(desk)
    desk.fill("#ten", "ca thi dung")
    desk.keyboard.press("Enter")
    waited(desk, "h2:has-text('1 trẻ')")
    assert "/find" in desk.url and "dung" not in desk.url
    assert ATTACK in desk.locator("tbody").inner_text()
    desk.click("tbody a")
    waited(desk, "section >> nth=2")
    text = desk.locator("main").inner_text()
    assert "12/12/2022" in text and "tre-em.xlsx" in text and "Còn thiếu: Số định danh, Khai sinh" in text
    assert re.search(r"Uốn ván - bạch hầu \(Td\)\s+1\s+12/12/2029\s+chưa đến", text)
    assert desk.title() != "hacked"
    store = office.opened()
    seen = [e["detail"] for e in store.audit_events() if e["action"] == "names"]
    store.close()
    assert any("find" in d for d in map(str, seen)) and any("web child" in d for d in map(str, seen))


def test_undo(desk):
    """What would move is shown first; a reason is asked for; the batch is told to be undone."""
    desk.goto("/batches")
    without_fault(desk)
    desk.locator("button:has-text('Rút lại')").last.click()
    waited(desk, "h1:has-text('Rút lại lô')")
    assert "trẻ liên quan" in desk.locator("main").inner_text()
    desk.fill("#ly-do", "nhập nhầm")
    desk.click("button.grave")
    waited(desk, "h1:has-text('Đã rút lại lô')")
    desk.goto("/batches")
    assert "đã rút" in desk.locator("tbody").inner_text()


def test_same_child_by_one_key(office, desk):
    """Two spellings of one child: differences are marked, g says *one child*, l takes that back."""
    other = ((1, "Lò Văn Ân", "06/03/2019", "Nam", "Thái", "Lò Thị Xuân", "Bản Hón"),)
    title = ("UBND XÃ NẶM LỊCH", "DANH SÁCH TRẺ EM", "Tính đến ngày 31 tháng 10 năm 2024")
    first = office.workbook("mot.xlsx")
    second = office.workbook("hai.xlsx", other, title=title)
    assert office.run("import", first, second, "--yes", "--returns", office.place / "r") in (0, 3)
    desk.goto("/pairs")
    waited(desk, "table.side")
    differing = desk.locator("tr.differs th").all_inner_texts()
    assert differing == ["Họ và tên", "Ngày sinh"]
    desk.keyboard.press("g")
    desk.wait_for_selector("text=Không còn cặp nào")
    desk.keyboard.press("l")
    desk.wait_for_selector("text=Đã rút câu trả lời vừa rồi (một trẻ)")
    waited(desk, "table.side")


def test_targets_down_to_the_cell(office, desk):
    """A figure with its verdict; its derivation names file, row and cells; the workbook has the same figure."""
    desk.goto("/targets?as_of=2024-11-30")
    waited(desk, "table.figures")
    desk.click("a:has-text('dưới 5 tuổi được đăng ký khai sinh')")
    waited(desk, "text=Căn cứ: từ định nghĩa")
    desk.click("text=Căn cứ: từ định nghĩa")
    waited(desk, "pre.definition")
    assert "tre-em.xlsx" in desk.locator("main").inner_text() or "mot.xlsx" in desk.locator("main").inner_text()
    with desk.expect_download() as fetched:
        desk.goto("/targets")
        desk.click("text=Tải Excel, mọi xã")
    book = openpyxl.load_workbook(io.BytesIO(fetched.value.path().read_bytes()))
    titles = [row[1].value for row in book["Chỉ tiêu"].iter_rows(min_row=4)]
    assert any("dưới 5 tuổi được đăng ký khai sinh" in t for t in titles)
