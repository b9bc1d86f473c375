"""The documents through LibreOffice: they open, keep their numbers when saved again, and their pages hold their text."""

import re
import subprocess

import openpyxl
import pytest

from childdb.report.binding import read_report
from tests.report.conftest import called

pytestmark = pytest.mark.system


def converted(soffice, path, kind, folder):
    profile = f"-env:UserInstallation=file://{folder}/profile"
    subprocess.run([soffice, profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(path)], check=True,
                   capture_output=True, timeout=300)  # fmt: skip
    return folder / f"{path.stem}.{kind}"


def test_a_report_saved_again_by_libreoffice_keeps_every_bound_number(written, system_part, tmp_path):
    again = read_report(converted(system_part("libreoffice"), written, "docx", tmp_path))
    first = read_report(written)
    assert [(f.text, f.ref) for f in again.found] == [(f.text, f.ref) for f in first.found]
    assert again.removed == again.typed == ()


def test_its_pages_bear_their_text_and_nothing_leaves_the_paper(written, system_part, tmp_path):
    pdf = converted(system_part("libreoffice"), written, "pdf", tmp_path)
    boxes = subprocess.run([system_part("pdftoppm").replace("pdftoppm", "pdftotext"), "-bbox", str(pdf), "-"], check=True,
                           capture_output=True, text=True).stdout  # fmt: skip
    words = 0
    for page in boxes.split("<page ")[1:]:
        width, height = (float(x) for x in re.match(r'width="([\d.]+)" height="([\d.]+)"', page).groups())
        for x0, x1, y1 in re.findall(r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="([\d.]+)"', page):
            assert float(x0) >= 30 * 72 / 25.4 - 3  # the left margin
            assert float(x1) <= width - 15 * 72 / 25.4 + 3
            assert float(y1) <= height
            words += 1
    assert words > 2000

    assert all(word in boxes for word in ("PHÒNG", "LAO", "BÁO"))
    assert "HÒA" in boxes


def test_the_communes_sheet_is_one_page_and_names_need_a_reason(office, system_part, tmp_path):
    place, words = office
    assert called(*words, "report", "commune", "--unit", "03312", "--year", 2024, "--names") == 2
    sheet = place / "xa.docx"
    assert called(*words, "report", "commune", "--unit", "03312", "--year", 2024, "-o", sheet) == 0
    pdf = converted(system_part("libreoffice"), sheet, "pdf", tmp_path)
    assert pdf.read_bytes().count(b"/Type/Page/") + pdf.read_bytes().count(b"/Type/Page\n") == 1


def test_the_workbook_prints_across_with_its_headings_repeated(office):
    place, words = office
    path = place / "chi-tieu.xlsx"
    assert called(*words, "report", "excel", "--year", 2024, "-o", path) == 0
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) == 4
    targets = book["So với mức"]
    (year,) = (c.column for row in targets.iter_rows() for c in row if c.value == "Năm")
    assert {type(row[year - 1].value) for row in targets.iter_rows(min_row=6)} <= {
        str,
        type(None),
    }  # 2025, and not 2.025
    for page in book:
        assert page.page_setup.orientation == "landscape"
        assert int(page.page_setup.paperSize) == 9
        assert page.print_title_rows
        assert page.page_setup.fitToHeight == 0
