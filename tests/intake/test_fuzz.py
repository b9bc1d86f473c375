"""Real workbooks, mutated in structure, values and bytes: no crash, exact accounting, nothing accepted that validation refuses."""

import shutil
import tempfile
import unicodedata
from datetime import date, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from childdb.intake import Limits, read_file
from childdb.intake.guarded import Reader
from childdb.intake.validate import check_rows
from schemas.codes import ethnic_groups
from schemas.records import READY
from tests.workbooks.make import CASES, FOLDER

TODAY = date(2026, 11, 24)
BOOKS = [c.file for c in CASES if c.file.endswith(".xlsx") and not c.file.startswith(
    ("two-corners", "entity", "truncated", "password", "nothing", "renamed"))]  # fmt: skip
JUNK = st.one_of(
    st.sampled_from([
        "", " ", "x", "?", "#N/A", "=1/0", "=A1", "'=1", "Nam", "Nữ", "31/02/2020", "99/99/9999", "05/03/2032", "2021", "1.1E+10",
        "xóa", "Tổng cộng", "Bản Hón", "STT", "Họ và tên", "Ngày sinh", "Lß V¨n §øc", "Lũ Thị Cỳc", "Lờng Văn An", "Trai", "12,5kg",
        "011219000123", "0", "-5", "1e308", "\u00ad", "\u200b", "A" * 4000, "a\nb\nc", "ＬＡ", "🧒", "ngày 5 tháng 3", "TM. UBND", "HN; KT", "đ",
    ]),
    st.integers(-(10**15), 10**15), st.floats(allow_nan=False, allow_infinity=False, width=32), st.booleans(),
    st.dates(date(1900, 3, 1), date(2200, 1, 1)), st.datetimes(), st.times(),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30), st.none(),
)  # fmt: skip
PLACE = st.tuples(st.integers(1, 14), st.integers(1, 9))
MUTATION = st.one_of(
    st.tuples(st.just("put"), PLACE, JUNK), st.tuples(st.just("put"), PLACE, JUNK), st.tuples(st.just("put"), PLACE, JUNK),
    st.tuples(st.just("insert_row"), st.integers(1, 12)), st.tuples(st.just("delete_row"), st.integers(1, 12)),
    st.tuples(st.just("insert_column"), st.integers(1, 8)), st.tuples(st.just("delete_column"), st.integers(1, 8)),
    st.tuples(st.just("repeat_row"), st.integers(5, 9), st.integers(8, 25)), st.tuples(st.just("merge"), PLACE, st.integers(0, 3), st.integers(0, 3)),
    st.tuples(st.just("hide"), st.integers(1, 12)), st.tuples(st.just("strike"), PLACE), st.tuples(st.just("font"), PLACE),
    st.tuples(st.just("nfd"), PLACE), st.tuples(st.just("swap"), PLACE, PLACE),
)  # fmt: skip


_FAR = 10**6  # cells: openpyxl moves rows and columns one possible cell after the other


def mutate(page, mutation):
    kind, *words = mutation
    if page.max_row * page.max_column > _FAR and kind.startswith(("insert", "delete", "repeat")):
        return
    if kind == "put":
        put(page, *words[0], words[1])
    elif kind == "insert_row":
        page.insert_rows(words[0])
    elif kind == "delete_row":
        page.delete_rows(words[0])
    elif kind == "insert_column":
        page.insert_cols(words[0])
    elif kind == "delete_column":
        page.delete_cols(words[0])
    elif kind == "repeat_row":
        for column in range(1, page.max_column + 1):
            put(page, words[1], column, page.cell(words[0], column).value)
    elif kind == "merge":
        (row, column), down, across = words
        page.merge_cells(start_row=row, start_column=column, end_row=row + down, end_column=column + across)
    elif kind == "hide":
        page.row_dimensions[words[0]].hidden = True
    elif kind in ("strike", "font"):
        page.cell(*words[0]).font = Font(strike=True) if kind == "strike" else Font(name=".VnTime")
    elif kind == "nfd":
        value = page.cell(*words[0]).value
        put(page, *words[0], unicodedata.normalize("NFD", value) if isinstance(value, str) else value)
    elif kind == "swap":
        first, second = (page.cell(*place).value for place in words)
        put(page, *words[0], second)
        put(page, *words[1], first)


def put(page, row, column, value):
    cell = page.cell(row, column)
    if type(cell).__name__ != "MergedCell" and not isinstance(value, time):
        cell.value = value
        if isinstance(value, str) and value.startswith("#"):
            cell.data_type = "e"


def judge(reading, rows):
    """The three promises of every reading."""
    for sheet in reading.sheets:
        numbers = [row.number for row in sheet.rows]
        assert len(numbers) == len(set(numbers))
        if sheet.status == "read":
            assert numbers == list(range(numbers[0], numbers[-1] + 1))
        for row in sheet.rows:
            assert (row.skipped is None) == (row.status is not None)
            if row.status == READY and row.record is not None:
                accepted(row.record, sheet.list_date)
                assert not any(issue.holds for issue in row.issues)
        assert [r.status for r in check_rows(sheet.rows, {})] == [r.status for r in sheet.rows]
    first = [s for s in reading.sheets if s.status == "read"]
    if first and rows and len({s.rows[0].sheet for s in first}) == len(reading.sheets) == 1:
        assert sum(len(s.rows) for s in first) >= rows


def accepted(record, list_date):
    identity = record.identity
    assert identity["birth_date"] is None or identity["birth_date"] <= list_date
    assert identity["sex"] in (None, "M", "F")
    assert identity["personal_id"] is None or len(identity["personal_id"]) == 12
    profile = record.facts.get("child_profile", ({},))[0]
    assert profile.get("ethnicity") is None or profile["ethnicity"] in ethnic_groups()
    for dose in record.facts.get("vaccination", ()):
        assert identity["birth_date"] is None or identity["birth_date"] <= dose["given_on"] <= list_date
    for measured in record.facts.get("measurement", ()):
        assert measured["measured_on"] <= list_date
        assert 0 < measured.get("weight_kg", 1) < 200


def fuzz(name, mutations):
    with tempfile.TemporaryDirectory() as folder:
        book = openpyxl.load_workbook(FOLDER / name)
        for mutation in mutations:
            mutate(book.worksheets[0], mutation)
        path = Path(folder) / name
        book.save(path)
        judge(read_file(path, today=TODAY), 0)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(BOOKS), st.lists(MUTATION, min_size=1, max_size=8))
def test_no_mutation_of_cells_breaks_the_promises(name, mutations):
    fuzz(name, mutations)


@pytest.mark.soak
@settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(BOOKS), st.lists(MUTATION, min_size=1, max_size=12))
def test_no_mutation_of_cells_breaks_the_promises_in_the_long_run(name, mutations):
    fuzz(name, mutations)


@pytest.fixture(scope="module")
def reader():
    with Reader() as found:
        yield found


@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from([c.file for c in CASES]), st.integers(0, 10**6), st.binary(min_size=1, max_size=6), st.booleans()
)
def test_no_damage_to_the_bytes_breaks_the_promises(reader, name, at, data, cut):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        shutil.copy(FOLDER / name, path)
        whole = bytearray(path.read_bytes())
        if whole:
            where = at % len(whole)
            whole = whole[:where] if cut else whole[:where] + data + whole[where + len(data) :]
        path.write_bytes(whole)
        judge(reader.read(path, today=TODAY, limits=Limits(seconds=20)), 0)
