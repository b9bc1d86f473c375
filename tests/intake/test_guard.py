"""Reading in a process of its own: limits of time, memory and size, and what a breach says."""

from datetime import date
from pathlib import Path

import pytest

from childdb.intake import Limits, read_file, read_file_guarded, read_files
from tests.workbooks.make import FOLDER

TODAY = date(2026, 11, 24)
PLAIN = FOLDER / "layout-plain.xlsx"


def test_a_file_is_read_alike_in_the_child_and_here():
    assert read_file_guarded(PLAIN, today=TODAY) == read_file(PLAIN, today=TODAY)


def test_files_come_in_order_and_a_refused_one_does_not_stop_the_next():
    paths = [PLAIN, FOLDER / "two-corners.xlsx", FOLDER / "no-such.xlsx", FOLDER / "format.xls"]
    found = list(read_files(paths, today=TODAY))
    assert [path for path, _ in found] == paths
    assert [reading.status for _, reading in found] == ["read", "refused", "refused", "read"]
    assert [i.code for _, r in found for i in r.issues] == ["file_too_large", "file_missing"]


def test_a_file_that_takes_too_long_is_stopped_and_said_so(tmp_path):
    reading = read_file_guarded(_large(tmp_path), today=TODAY, limits=Limits(seconds=0.05))
    assert [i.code for i in reading.issues] == ["file_slow"]


def test_a_file_that_takes_too_much_memory_is_stopped_and_said_so(tmp_path):
    reading = read_file_guarded(_large(tmp_path), today=TODAY, limits=Limits(memory_bytes=60 * 2**20))
    assert [i.code for i in reading.issues] == ["file_too_large"]


def test_after_a_breach_the_next_file_is_read(tmp_path):
    large, limits = _large(tmp_path), Limits(seconds=0.05)
    first = dict(read_files([large], today=TODAY, limits=limits))
    assert first[large].status == "refused"
    assert read_file_guarded(PLAIN, today=TODAY).status == "read"


@pytest.mark.parametrize(("limits", "name"), [
    (Limits(file_bytes=1000), "layout-plain.xlsx"), (Limits(unpacked_bytes=5000), "layout-plain.xlsx"),
    (Limits(dense_cells=10), "layout-plain.xlsx"), (Limits(dense_cells=10), "format.xls"), (Limits(dense_cells=10), "format.xlsb"),
    (Limits(dense_cells=10), "format.ods"), (Limits(sheets=1), "layout-village-sheets.xlsx"),
])  # fmt: skip
def test_every_limit_can_be_set_and_its_breach_is_one_sentence(limits, name):
    reading = read_file(FOLDER / name, today=TODAY, limits=limits)
    assert [i.code for i in reading.issues] == ["file_too_large"]
    assert reading.issues[0].sentence("vi").count(".") >= 1


def _large(folder: Path) -> Path:
    import xlsxwriter

    path = folder / "large.xlsx"
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["UBND xã Ẳng Cang, tháng 6 năm 2024"])
        page.write_row(1, 0, ["STT", "Họ và tên", "Ngày sinh", "Giới tính"])
        for number in range(30_000):
            page.write_row(2 + number, 0, [number + 1, f"Lò Văn An {'A' * (number % 7)}", "05/03/2019", "Nam"])
    return path
