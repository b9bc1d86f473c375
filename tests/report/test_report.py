"""The written report: the form of Decree 30/2020 in its XML, every number in the result table, edits found again."""

import csv
import io
import json
import re
import shutil
import sqlite3
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl
import pytest
from lxml import etree

from childdb.report.binding import read_report
from childdb.report.numbers import measured, plain
from childdb.report.settings import outline, read_bodies
from childdb.report.text_width import width_mm
from childdb.store import Store
from childdb.store.returns import return_lines
from childdb.workflow.importing import find_files
from childdb.workflow.reporting import period_span, reporting_unit
from childdb.workflow.reporting_commune import TASKS, _tasks
from indicators.loader import catalogue
from schemas import codes
from schemas.errors import InvalidDefinition, NotFound
from tests.report.conftest import called

W = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
     "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"}  # fmt: skip
NOW = datetime(2024, 12, 1, 8, 0, tzinfo=UTC)
QUARTER = 1440 / 25.4  # twips in a millimetre


def part(path, name):
    with zipfile.ZipFile(path) as package:
        return etree.fromstring(package.read(name))


def attribute(node, name):
    return node.get(f"{{{W['w']}}}{name}")


def texts(nodes):
    return ["".join(n.itertext(f"{{{W['w']}}}t")) for n in nodes]


@pytest.fixture(scope="module")
def document(written):
    return part(written, "word/document.xml")


def run_of(document, text):
    """The first run that says TEXT."""
    return next(r for r in document.iter(f"{{{W['w']}}}r") if "".join(r.itertext(f"{{{W['w']}}}t")).startswith(text))


def size(run):
    return int(attribute(run.find("w:rPr/w:sz", W), "val")) / 2


def has(run, mark):
    return run.find(f"w:rPr/w:{mark}", W) is not None


def test_page_and_margins(document):
    for section in document.iter(f"{{{W['w']}}}sectPr"):
        paper, margins = section.find("w:pgSz", W), section.find("w:pgMar", W)
        sides = sorted(round(int(attribute(paper, s)) / QUARTER) for s in ("w", "h"))
        assert sides == [210, 297]
        mm = {s: int(attribute(margins, s)) / QUARTER for s in ("top", "bottom", "left", "right")}
        assert 19.9 <= mm["top"] <= 25.1
        assert 19.9 <= mm["bottom"] <= 25.1
        assert 29.9 <= mm["left"] <= 35.1
        assert 14.9 <= mm["right"] <= 20.1
        assert section.find("w:titlePg", W) is not None  # no number on the first page


def test_font_and_page_number(written, document):
    styles = part(written, "word/styles.xml")
    normal = next(s for s in styles.iter(f"{{{W['w']}}}style") if attribute(s, "styleId") == "Normal")
    fonts = normal.find("w:rPr/w:rFonts", W)
    assert {attribute(fonts, s) for s in ("ascii", "hAnsi", "eastAsia", "cs")} == {"Times New Roman"}
    with zipfile.ZipFile(written) as package:
        headers = [package.read(n) for n in package.namelist() if re.match(r"word/header\d+\.xml", n)]
    numbered = [etree.fromstring(h) for h in headers if b" PAGE " in h]
    assert numbered
    for header in numbered:
        assert attribute(header.find(".//w:jc", W), "val") == "center"
        assert 13 <= size(next(header.iter(f"{{{W['w']}}}r"))) <= 14


def test_country_agency_number_place_title(document):
    country, motto = (
        run_of(document, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        run_of(document, "Độc lập - Tự do - Hạnh phúc"),
    )
    assert 12 <= size(country) <= 13
    assert has(country, "b")
    assert 13 <= size(motto) <= 14
    assert has(motto, "b")
    superior, own = run_of(document, "ỦY BAN NHÂN DÂN"), run_of(document, "PHÒNG LAO ĐỘNG")
    assert not has(superior, "b")
    assert has(own, "b")
    assert 12 <= size(superior) <= 13
    assert 12 <= size(own) <= 13
    number = run_of(document, "Số:")
    assert size(number) == 13
    assert re.fullmatch(r"Số:\s+/BC-LĐTBXH", "".join(number.itertext()))
    place = run_of(document, "Mường Ảng, ngày")
    assert has(place, "i")
    assert 13 <= size(place) <= 14
    assert re.fullmatch(r"Mường Ảng, ngày\s+tháng 11 năm 2024", "".join(place.itertext()))
    for text in ("BÁO CÁO", "Kết quả thực hiện Chỉ thị số 28-CT/TW năm 2024"):
        run = run_of(document, text)
        assert has(run, "b")
        assert 13 <= size(run) <= 14
        assert attribute(run.getparent().find("w:pPr/w:jc", W), "val") == "center"
    assert run_of(document, "DỰ THẢO") is not None
    assert "Kính gửi: Ủy ban nhân dân huyện Mường Ảng" in texts(document.iter(f"{{{W['w']}}}p"))


def test_rules_are_as_long_as_the_decree_says(document):
    lengths = []
    for paragraph in document.iter(f"{{{W['w']}}}p"):
        if paragraph.find("w:pPr/w:pBdr", W) is not None:
            indent = paragraph.find("w:pPr/w:ind", W)
            cell = next(paragraph.iterancestors(f"{{{W['w']}}}tc"), None)
            room = int(attribute(cell.find("w:tcPr/w:tcW", W), "w")) / QUARTER - 3.8 if cell is not None else 160
            lengths.append(room - 2 * int(attribute(indent, "left")) / QUARTER)
    agency, motto, title = lengths
    own = max(width_mm(t, 12, bold=True) for t in ("PHÒNG LAO ĐỘNG -", "THƯƠNG BINH VÀ XÃ HỘI"))
    assert own / 3 <= agency <= own / 2
    assert motto == pytest.approx(width_mm("Độc lập - Tự do - Hạnh phúc", 14, bold=True), abs=1)
    assert 160 / 3 <= title <= 80


def test_body_signature_recipients_annexes(document):
    paragraphs = list(document.iter(f"{{{W['w']}}}p"))
    body = [p for p in paragraphs if p.find("w:pPr/w:ind", W) is not None and len("".join(p.itertext())) > 200]
    assert len(body) > 5
    for p in body:
        assert attribute(p.find("w:pPr/w:jc", W), "val") == "both"
        assert round(int(attribute(p.find("w:pPr/w:ind", W), "firstLine")) / QUARTER, 1) in (10.0, 12.7)
        assert int(attribute(p.find("w:pPr/w:spacing", W), "before")) >= 120  # twentieths of a point
        assert all(13 <= int(attribute(s, "val")) / 2 <= 14 for s in p.iter(f"{{{W['w']}}}sz"))
    said = texts(paragraphs)
    assert any(t.endswith("./.") for t in said)
    legal = [r for r in document.iter(f"{{{W['w']}}}r") if "".join(r.itertext()).startswith("Căn cứ Chỉ thị")]
    assert all(has(r, "i") for r in legal)
    assert legal
    recipients = run_of(document, "Nơi nhận:")
    assert has(recipients, "b")
    assert has(recipients, "i")
    assert size(recipients) == 12
    assert size(run_of(document, "- Như trên;")) == 11
    assert size(run_of(document, "- Lưu: VT")) == 11
    assert has(run_of(document, "TRƯỞNG PHÒNG"), "b")
    for roman in ("I", "II", "III", "IV"):
        run = run_of(document, f"Phụ lục {roman}")
        assert size(run) == 14
        assert has(run, "b")
    restarts = [attribute(n, "start") for n in document.iter(f"{{{W['w']}}}pgNumType")]
    assert restarts == ["1"] * 4


def test_parts_are_lettered_the_vietnamese_way(document):
    letters = [t[0] for t in texts(document.iter(f"{{{W['w']}}}p")) if re.match(r"[a-zđ]\) ", t)]
    assert letters[:6] == ["a", "b", "c", "d", "đ", "e"]


def test_every_picture_has_its_words(document):
    pictures = list(document.iter(f"{{{W['wp']}}}docPr"))
    assert len(pictures) >= 2
    assert all(len(p.get("descr") or "") > 40 for p in pictures)


def test_every_number_of_the_text_stands_in_the_result_table(office, written):
    _, words = office
    reading = read_report(written)
    store = Store.open(words[1], Path(words[3]))
    try:
        kept = {}
        for run in store.runs():
            for v in store.run_values(run.number):
                if v["group_name"] == "total":
                    kept[run.number, v["indicator"], v["unit"].split("@")[0]] = v
    finally:
        store.close()
    plain_fields = wider = 0
    for found in reading.found:
        head = found.ref.field.partition(".")[0]
        if head in ("numerator", "denominator", "unknown"):
            value = kept[found.ref.run, found.ref.indicator, found.ref.unit][head]
            few = head == "unknown" and 0 < int(value) < 5 and found.text == "dưới 5"
            assert few or plain(Decimal(str(value)), "vi") == found.text
            plain_fields += 1
        elif head in ("value", "low", "high"):
            value = Decimal(str(kept[found.ref.run, found.ref.indicator, found.ref.unit][head]))
            if measured(value, catalogue()[found.ref.indicator].unit, "vi") != found.text:
                # bounds are wider where few are unknown
                told = Decimal(re.sub("[^0-9,]", "", found.text).replace(",", "."))
                assert (head, told < value) in (("low", True), ("high", False))
                wider += 1
            plain_fields += 1
    assert plain_fields > 500 and wider < 60
    assert reading.removed == reading.typed == ()


def test_few_children_are_not_told(written):
    """A second look at the disclosure control: no small count of children stands in the report."""
    for found in read_report(written).found:
        definition = catalogue().get(found.ref.indicator)
        if (
            definition
            and definition.kind in ("share", "ratio")
            and "commune" not in definition.sources()
            and found.ref.field == "numerator"
        ):
            assert found.text == "0" or int(found.text.replace(".", "")) >= 5


def test_two_runs_give_the_same_bytes(office, written):
    place, words = office
    again = place / "again.docx"
    shown = releases(words)
    assert called(*words, "report", "annual", "--year", 2024, "-o", again) == 0
    assert again.read_bytes() == written.read_bytes()
    assert releases(words) == shown  # what was shown already is not noted twice


def releases(words):
    store = Store.open(words[1], Path(words[3]))
    try:
        return store.releases()
    finally:
        store.close()


def test_a_draft_that_leaves_is_noted_as_a_release(office, written):
    """The runs of both dates, with the figures that the paper shows and without those that it hides."""
    # under the first paper that showed them: the page or the workbook, where another test made it before
    noted = sorted(releases(office[1]), key=lambda r: -len(r.content["figures"]))[:2]
    assert sorted(r.content["as_of"] for r in noted) == ["2023-12-31", "2024-11-30"]
    assert all(r.audience.startswith("dự thảo báo cáo: ") for r in noted)
    noted.sort(key=lambda r: r.content["as_of"], reverse=True)
    told = {(i, u.split("@")[0]): counts for i, u, _, _, counts in noted[0].content["figures"]}
    found = read_report(written).found
    values = [f.ref for f in found if f.ref.field == "numerator" and f.ref.run == noted[0].run]
    assert len(values) > 80 and all(told[r.indicator, r.unit] is not None for r in values)
    assert any(counts is None for counts in told.values())


def test_names_stand_behind_the_page_and_long_lists_in_a_workbook(office, tmp_path, capsys):
    _, words = office
    sheet = tmp_path / "xa.docx"
    wanted = ("report", "commune", "--unit", "03312", "--year", 2024, "--inside", "-o", sheet, "--names")
    assert called(*words, *wanted, "--reason", "thăm hộ") == 0
    assert "xa-danh-sach.xlsx" in capsys.readouterr().out
    assert {p.stat().st_mode & 0o077 for p in tmp_path.iterdir()} == {0}
    written = part(sheet, "word/document.xml")
    lists = [t for t in written.iter(f"{{{W['w']}}}tbl") if "Họ tên mẹ" in texts([t])[0]]
    book = openpyxl.load_workbook(tmp_path / "xa-danh-sach.xlsx")
    assert len(book.sheetnames) == len(lists) >= 3
    lengths = [page.max_row - 5 for page in book]
    assert [len(t.findall("w:tr", W)) - 1 for t in lists] == [min(n, 25) for n in lengths]
    assert max(lengths) > 25
    assert f"danh sách đủ {max(lengths)} trẻ: tệp xa-danh-sach.xlsx" in texts([written])[0]


def test_a_task_is_not_counted_where_its_number_would_give_a_hidden_figure_away():
    todo = dict.fromkeys(TASKS, [(1, "")] * 7) | {"severe": [(1, "")] * 3}
    told = {row[0]: row[1] for row in _tasks(todo, {"unregistered"}, exact=False).rows}
    assert (told[TASKS["unregistered"]], told[TASKS["severe"]], told[TASKS["due"]]) == ("…", "dưới 5", "7")
    assert {row[1] for row in _tasks(todo, {"unregistered"}, exact=True).rows} == {"7", "3"}


def test_a_date_to_compare_with_lies_before(office):
    assert called(*office[1], "report", "html", "--year", 2024, "--since", "2024-12-31") == 2


def test_check_finds_the_edited_the_removed_and_the_typed(office, written, tmp_path, capsys):
    _, words = office
    assert called(*words, "report", "check", written) == 0
    edited = tmp_path / "sua.docx"
    shutil.copy(written, edited)
    root = part(edited, "word/document.xml")
    controls = [s for s in root.iter(f"{{{W['w']}}}sdt") if s.find("w:sdtPr/w:tag", W) is not None]
    controls[0].find(".//w:t", W).text = "99,9%"
    gone = controls[3]
    gone.getparent().remove(gone)
    run_of(root, "I. CÔNG TÁC").find("w:t", W).text += " 4711"
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(edited, "w") as new:
        for name in old.namelist():
            new.writestr(name, etree.tostring(root) if name == "word/document.xml" else old.read(name))
    capsys.readouterr()
    assert called(*words, "report", "check", edited, "--format", "json") == 10
    told = json.loads(capsys.readouterr().out)
    assert [t["text"] for t in told if t["standing"] == "edited"] == ["99,9%"]
    assert [t["standing"] for t in told].count("removed") == 1
    assert [t["text"] for t in told if t["standing"] == "typed"] == ["4711"]


def test_trace_walks_from_a_number_to_the_cells(office, written, capsys):
    _, words = office
    capsys.readouterr()
    assert called(*words, "report", "trace", written, "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == len(read_report(written).found)
    assert {r["as_of"] for r in rows} == {"2024-11-30", "2023-12-31"}
    for indicator, file in (("full_immunization_u1", "tiem-chung"), ("communes_play_points", "bao-cao")):
        number = next(r["number"] for r in rows if r["indicator"] == indicator and r["unit"] == "102")
        assert called(*words, "report", "trace", written, "--number", number, "--format", "csv") == 0
        cells = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
        assert any(file in c["file"] and re.match(r"[A-Z]+\d+", c["cells"]) for c in cells)
    place = next(c for c in cells if c["standing"] == "play_points")  # and from the cell of the return back
    back = ("indicators", "trace", "--batch", place["batch"], "--cell", f"{place['sheet']}!{place['cells'].split()[0]}")
    assert called(*words, *back, "--as-of", "2024-11-30", "--format", "csv") == 0
    fed = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {(f["indicator"], f["unit"].split("@")[0]) for f in fed} == {
        ("communes_play_points", u) for u in ("03312", "102", "11")
    }
    assert called(*words, "report", "trace", written, "--number", 999999) == 11


def test_a_file_that_is_no_report_is_one_sentence(office, tmp_path):
    _, words = office
    other = tmp_path / "khac.docx"
    other.write_bytes(b"no package")
    assert called(*words, "report", "check", other) == 6


def filled(form, values):
    """A Word form with some of its content controls filled in, as Word does it."""
    document = docx.Document(form)
    for control in document.element.body.iter(f"{{{W['w']}}}sdt"):
        said = values.get(attribute(control.find("w:sdtPr/w:tag", W), "val"))
        if said is not None:
            hint = control.find("w:sdtPr/w:showingPlcHdr", W)
            hint.getparent().remove(hint)
            next(control.iter(f"{{{W['w']}}}t")).text = said
    document.save(form)
    return form


def test_forms_come_back_with_accounting_and_go_in_as_written(office, written, tmp_path, capsys):
    place, words = office
    copy = tmp_path / "s.db"
    shutil.copy(place / "s.db", copy)
    words = ("--db", str(copy), *words[2:])
    assert called("report", "request", "--year", 2024, "-o", tmp_path / "phieu", "--form", "both") == 0
    forms = sorted((tmp_path / "phieu").glob("*.xlsx"))
    assert len(forms) == 12 + 10
    form = next(f for f in forms if "cong-an" in f.name)
    said = "Đã tổ chức 7 buổi tuyên truyền; phối hợp <các trường> & thôn bản."
    book = openpyxl.load_workbook(form)
    page = book.active
    row = next(r for r in range(1, 40) if page.cell(r, 2).value == "28ct.cong_an.hoat_dong.1")
    page.cell(row, 5).value = said
    number = next(r for r in range(1, 40) if page.cell(r, 2).value == "28ct.cong_an.so.1")
    page.cell(number, 4).value = 7
    book.save(form)
    assert called(*words, "import", form, "--yes") == 0  # lines left empty are no held rows
    page.cell(3, 1).value = "Xã: Mường Đăng"  # once more, with another commune in its head: the later one counts
    page.cell(number, 4).value = 8
    book.save(form)
    assert called(*words, "import", form, "--yes") == 0
    in_word = next((tmp_path / "phieu").glob("*trung-tam-y-te*.docx"))
    by_word = filled(in_word, {"28ct.y_te.hoat_dong.1.said": said, "28ct.y_te.so.1.value": "1.250"})
    (tmp_path / "thu.docx").write_bytes(written.read_bytes())  # a letter in the same folder is no form
    assert find_files([tmp_path]) == sorted([*forms, *(tmp_path / "phieu").glob("*.docx")])
    assert called(*words, "import", by_word, "--yes") == 0
    capsys.readouterr()
    store = Store.open(words[1], Path(words[3]))
    lines = {x.item: x for x in return_lines(store, starts="28ct.y_te.")}
    told = {i: Decimal(50) for i in outline().over_years}
    zero = {"unknown": 0} | dict.fromkeys(("numerator", "denominator", "low", "high"), Decimal(0))
    kept = [zero | {"indicator": i, "version": "x", "unit": "102@1900-01-01", "group_name": "total", "group_value": "", "value": v}
            for i, v in told.items()]  # fmt: skip
    store.save_run(
        kept, as_of=date(2021, 12, 31), geography=date(2021, 12, 31), batch=1, snapshot="x", actor="thử", now=NOW
    )
    store.close()
    assert lines["28ct.y_te.so.1"].value == 1250 and lines["28ct.y_te.hoat_dong.1"].said == said
    assert {x.sheet for x in lines.values()} == {"Văn bản Word"} and lines["28ct.y_te.hoat_dong.1"].row == 7
    for on, state, left in (("2024-11-28", "waiting", 7), ("2024-12-06", "late", -1)):
        assert called(*words, "report", "status", "--year", 2024, "--on", on, "--format", "json") == 0
        rows = json.loads(capsys.readouterr().out)
        assert [r["sender"] for r in rows if r["state"] == "answered"] == ["y_te", "cong_an"]
        assert {r["state"] for r in rows} == {"answered", state}
        assert {r["days_left"] for r in rows} == {left}
    report = tmp_path / "b.docx"
    with sqlite3.connect(copy) as store:  # as if the first round had come when it was due
        store.execute(
            "update batch set made_at = '2024-01-10 08:00:00.000000' where id <= (select max(batch_id) from source_sheet"
            " where list_date < '2024-02-01')"
        )
    assert called(*words, "report", "annual", "--year", 2024, "-o", report) == 0
    then = releases(words)[-1]  # the year before as known then is shown beside what is known now
    assert (then.content["as_of"], then.audience) == ("2023-12-31", "dự thảo báo cáo: b.docx")
    assert then.content["batch"] < releases(words)[-2].content["batch"]
    theirs = [
        s
        for s in part(report, "word/document.xml").iter(f"{{{W['w']}}}sdt")
        if attribute(s.find("w:sdtPr/w:tag", W), "val") == "theirs"
    ]
    told = texts(theirs)
    assert f"[Công an huyện] {said}" in told
    assert any(t.endswith(": 8") for t in told) and not any(t.endswith(": 7") for t in told)
    # a year that no release has shown, and no disclosure control has seen, is in no picture of a paper that leaves
    words_of = [p.get("descr") for p in part(report, "word/document.xml").iter(f"{{{W['wp']}}}docPr")]
    assert any("2023 " in t for t in words_of) and not any("2021 " in t for t in words_of)


def test_the_body_that_reports_is_a_dated_setting():
    bodies = read_bodies()
    district = codes.unit_on("102", date(2024, 11, 30))
    assert bodies.body(district, date(2024, 11, 30)).letters == "LĐTBXH"
    province = codes.unit_on("11", date(2025, 11, 30))
    assert bodies.body(province, date(2024, 11, 30)).own[0].startswith("Sở Lao động")
    assert list(bodies.body(province, date(2025, 11, 30)).own) == ["Sở Y tế"]
    commune = codes.unit_on("03301", date(2025, 11, 30))
    assert list(bodies.body(commune, date(2025, 11, 30)).superior) == ["Ủy ban nhân dân", "Tỉnh Điện Biên"]
    with pytest.raises(NotFound):
        bodies.body(district, date(2025, 11, 30))


def test_the_unit_that_reports_is_a_setting(tmp_path):
    assert reporting_unit(None, date(2024, 11, 30)) == "102@1900-01-01"
    assert reporting_unit(None, date(2025, 11, 30)) == "11@1900-01-01"
    own = tmp_path / "co-quan.toml"
    own.write_text('reports = ["11"]\n[due]\nmonth=12\nday=5\n[[question]]\nid="a"\nasks="?"\nlines=1\n', "utf-8")
    assert reporting_unit(None, date(2024, 11, 30), read_bodies(own)) == "11@1900-01-01"


def test_a_file_of_bodies_is_read_strictly(tmp_path):
    own = tmp_path / "co-quan.toml"
    own.write_text('[due]\nmonth=12\nday=5\n[[body]]\nlevel="district"\nfrom=1900-01-01\nwhat=1\n', "utf-8")
    with pytest.raises(InvalidDefinition, match="body 1"):
        read_bodies(own)
    whole = Path(read_bodies.__globals__["__file__"]).with_name("bodies.toml").read_text("utf-8")
    for old, new, said in (
        ("[due]", "[do]", "question, due"), ("from = 1900-01-01", 'from = "1900-01-01"', "dấu nháy"), ("{unit}", "{unti}", "chỉ được dùng"),
    ):  # fmt: skip
        assert old in whole
        own.write_text(whole.replace(old, new), "utf-8")
        with pytest.raises(InvalidDefinition, match=said):
            read_bodies(own).body(codes.unit_on("102", date(2024, 11, 30)), date(2024, 11, 30))


@pytest.mark.parametrize(
    ("name", "start", "end", "before", "words", "after"),
    [
        ("2024-H1", "2024-01-01", "2024-06-30", "2023-07-01", "6 tháng đầu năm 2024", "6 tháng cuối năm 2024"),
        ("2024-Q3", "2024-07-01", "2024-09-30", "2024-04-01", "quý III năm 2024", "quý IV năm 2024"),
        ("2024-12", "2024-12-01", "2024-12-31", "2024-11-01", "tháng 12 năm 2024", "tháng 1 năm 2025"),
    ],
)
def test_a_part_of_a_year_is_set_against_the_one_before(name, start, end, before, words, after):
    span, said = period_span(name, None)
    assert [str(d) for d in (span.period_start, span.as_of, span.since_start)] == [start, end, before]
    assert (said.words, said.next_words) == (words, after)
