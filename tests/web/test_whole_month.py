"""The whole month of an office in a real browser, from dropping the communes' workbooks to the package that the province
accepted: by mouse with all ten, and by keyboard alone with three. Many minutes: `make soak`."""

import base64
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from childdb.workflow.receiving import receive
from tests.web.conftest import at_the_desk, without_fault
from tests.workflow.office import make

pytestmark = [pytest.mark.soak, pytest.mark.system]
BOOKS = Path(__file__).resolve().parents[2] / "sample_data" / "workbooks" / "2024-11"
_DROP = """([files, where]) => {
    const all = new DataTransfer();
    for (const [name, text] of files) {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        all.items.add(new File([bytes], name));
    }
    document.querySelector(where).dispatchEvent(new DragEvent("drop", {dataTransfer: all, bubbles: true, cancelable: true}));
}"""


class Mouse:
    """Clicks; files are dragged in."""

    def __init__(self, page):
        self.page = page

    def drop(self, files):
        told = [[f.name, base64.b64encode(f.read_bytes()).decode()] for f in files]
        self.page.evaluate(_DROP, [told, ".drop"])

    def press(self, selector):
        self.page.locator(selector).first.click()

    def type(self, selector, text):
        self.page.locator(selector).first.click()
        self.page.locator(selector).first.fill(text)


class Keyboard(Mouse):
    """Tab, Enter and letters; the system's own window for choosing files is all that is passed over."""

    def drop(self, files):
        self._to("input[type=file]")
        self.page.set_input_files("input[type=file]", files)

    def press(self, selector):
        self._to(selector)
        self.page.keyboard.press("Enter")

    def type(self, selector, text):
        self._to(selector)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def _to(self, selector):
        target = self.page.locator(selector).first.element_handle()
        for _ in range(400):
            if self.page.evaluate("element => document.activeElement === element", target):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} is not reached by the keyboard")


@pytest.fixture
def office(tmp_path):
    made = make(tmp_path / "o")
    yield made
    made.close()


@pytest.mark.parametrize(("hand", "communes"), [(Keyboard, 3), (Mouse, 10)], ids=["keyboard", "mouse"])
def test_from_the_workbooks_to_the_accepted_package(office, chromium, hand, communes):
    books = sorted(BOOKS.glob("*so-theo-doi.xlsx"), key=lambda b: b.stat().st_size)[:communes]
    command = [sys.executable, "-m", "childdb", "--db", str(office.db), "--key-file", str(office.key_file), "web",
               "--port", "0", "--no-browser"]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        url = re.search(r"http://\S+", process.stdout.readline())[0]
        with at_the_desk(chromium, url) as page:
            page.set_default_timeout(600_000)
            _month(page, hand(page), books, office)
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _month(page, hand, books, office):
    def there(selector):
        page.wait_for_selector(selector)
        without_fault(page)

    hand.press("nav a[href='/import']")
    hand.drop(books)
    assert page.locator(".drop li").count() == len(books)
    hand.press("text=Đọc và xem trước")
    there("button:has-text('Nhập vào kho')")
    hand.press("button:has-text('Nhập vào kho')")
    there("h1:has-text('Đã nhập')")
    read, new, changed, unchanged, held, skipped = (
        int(text.replace(".", "")) for text in page.locator("tfoot th").all_inner_texts()[1:7]
    )
    assert read == new + changed + unchanged + held + skipped
    assert held > 0 and page.locator("a[download]").count() > 1

    hand.press("nav a[href='/held']")
    there("tbody a")
    before = int(re.match(r"[\d.]+", page.locator("h1").inner_text())[0].replace(".", ""))
    hand.press("tbody a")
    there("#ly-do")
    hand.type("#ly-do", "xã báo ghi nhầm")
    hand.press("button:has-text('Bỏ dòng')")
    there(f"h1:has-text('{before - 1} dòng'), .told")

    hand.press("nav a[href='/pairs']")
    there("table.side, p:has-text('Không còn cặp')")
    if page.locator("table.side").count():
        page.keyboard.press("b")
        there("table.side, p:has-text('Không còn cặp')")

    hand.press("nav a[href='/targets']")
    there("table.figures")
    hand.press("a:has-text('dưới 5 tuổi được đăng ký khai sinh')")
    there("text=Căn cứ: từ định nghĩa")

    hand.press("nav a[href='/sending']")
    there("#ky")
    hand.type("#ky", "2024-11")
    hand.press("text=Thử trước, chưa gửi")
    there("button:has-text('Gửi ')")
    hand.press("button:has-text('Gửi ')")
    page.wait_for_selector("h1:has-text('2024-11'), [role=alert]")
    if page.locator("[role=alert]").count():  # the store's last entry is of 2024: a person confirms the clock, once
        hand.press("nav a[href='/sending']")
        there("button:has-text('Đồng hồ đúng')")
        hand.press("button:has-text('Đồng hồ đúng')")
        there(".told")
        hand.type("#ky", "2024-11")
        hand.press("text=Thử trước, chưa gửi")
        there("button:has-text('Gửi ')")
        hand.press("button:has-text('Gửi ')")
    there("text=Đã chuyển đến")

    (sealed,) = office.stick.glob("*.age")
    taken = receive(sealed, office.place / "tinh", office.province, today=datetime.now(UTC).date())
    assert taken.verdict in ("accepted", "partly")
    answer = office.place / "bien-nhan"
    answer.write_bytes(taken.receipt.read_bytes())
    hand.press("nav a[href='/sending']")
    there("#bien")
    page.set_input_files("#bien", answer)
    hand.press("button:has-text('Đọc vào sổ')")
    there(".told:has-text('Nơi nhận')")
    hand.press("nav a[href='/']")
    there("text=Gói gần nhất nơi nhận đã nhận: tinh, kỳ 2024-11")
