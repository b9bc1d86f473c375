"""The month of an office in the browser: from dropping workbooks on."""

import zipfile

import pytest

from tests.web.conftest import ATTACK, without_fault

pytestmark = pytest.mark.system


def test_import_by_mouse(office, desk):
    """Dropped, previewed as a picture of the sheet, a column corrected, imported, the returns downloaded, undone."""
    head = ("TT", "Họ và tên", "Ngày sinh", "Giới tính", "Dân tộc", "Người sinh ra", "Thôn (bản)")
    desk.goto("/import")
    without_fault(desk)
    desk.set_input_files("#tep", [office.workbook("tre-em.xlsx", head=head)])
    assert "tre-em.xlsx" in desk.locator(".drop ul").inner_text()
    desk.click("text=Đọc và xem trước")
    desk.wait_for_url("**/import/*")
    desk.wait_for_selector("table.sheet", timeout=60_000)
    without_fault(desk)
    assert ATTACK in desk.locator("table.sheet tbody").inner_text()  # as text, never as markup
    column = desk.locator("table.sheet select").nth(5)
    assert column.locator("option").first.inner_text() == "không đọc"
    column.select_option(label="Họ tên mẹ")
    desk.click("text=Đọc lại theo nghĩa đã chọn")
    desk.wait_for_selector("table.sheet", timeout=60_000)
    assert desk.locator("table.sheet select").nth(5).locator("option").first.inner_text() == "Họ tên mẹ"
    desk.click("text=Nhập vào kho")
    desk.wait_for_selector("h1:has-text('Đã nhập')", timeout=60_000)
    without_fault(desk)
    counts = desk.locator("table tbody tr").first.locator("td").all_inner_texts()
    assert counts[2:8] == ["9", "3", "0", "0", "1", "5"]
    with desk.expect_download() as fetched:
        desk.click("text=Tải tất cả")
    assert zipfile.ZipFile(fetched.value.path()).namelist() == ["tre-em.xlsx"]
    desk.click("text=Rút lại…")
    desk.wait_for_selector("h1:has-text('Rút lại lô')", timeout=60_000)
    assert "3 trẻ liên quan" in desk.locator("main").inner_text()
    without_fault(desk)
    desk.fill("#ly-do", "nhập nhầm")
    desk.click("button.grave")
    desk.wait_for_selector("h1:has-text('Đã rút lại lô')", timeout=60_000)
    desk.goto("/batches")
    without_fault(desk)
    assert "đã rút" in desk.locator("tbody").inner_text()
