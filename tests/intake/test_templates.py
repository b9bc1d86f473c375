"""Templates: strict loading, the examples of their columns, and the blank forms they write."""

from datetime import date

import openpyxl
import pytest

from childdb.intake import read_file, write_template
from childdb.intake.blank_form import form_columns
from childdb.intake.cell_lists import choices_of
from childdb.intake.template import parse, shared_columns, templates
from schemas.codes import units
from schemas.errors import InvalidDefinition, NotFound
from schemas.facts import LIST_KINDS

TODAY = date(2026, 11, 24)
UNITS = [u for u in units().values() if u.level == "commune" and u.in_force(date(2024, 6, 1))]
CHILD = {
    "full_name": "Lò Văn An", "birth_date": date(2021, 3, 25), "birth_date_male": date(2021, 3, 25), "sex": "Nam",
    "ethnicity": "Thái", "personal_id": "011221000123", "village": "Bản Hón", "weight": 12.5, "height": 88, "measured_on": date(2024, 6, 15),
    "class": "MG 3 tuổi", "poverty": "Hộ nghèo", "work_kind": "Làm nương rẫy", "hours_per_week": 5, "support_kind": "Tặng quà",
    "support_amount": 200000, "screened_on": date(2024, 6, 2), "birth_weight": 3100, "item": "play_areas", "value": 3,
}  # fmt: skip


def _text(**changes):
    base = {
        "id": '"x"', "title.vi": '"x"', "title.en": '"x"', "list_kind": '"register"', "period": '""', "titles": "[]", "general": "true",
        "needs_title": "false", "doses": "false", "circumstance_columns": "false", "use": '["full_name"]', "blank": '["full_name"]',
        "signs": '{ all = [["full_name"]], any = ["full_name"], at_least = 1, unless = [] }',
    } | changes  # fmt: skip
    return "\n".join(f"{k} = {v}" for k, v in base.items() if v)


def test_a_whole_template_loads():
    assert parse("x.toml", _text()).id == "x"


@pytest.mark.parametrize("changes", [
    {"id": '"y"'}, {"list_kind": '"lists"'}, {"period": '"week"'}, {"titels": "[]"}, {"titles": ""}, {"use": '["no_such"]'},
    {"blank": '["no_such"]'}, {"signs": "{ all = [], any = [], at_least = 1 }"},
    {"column": '[{ id = "a", field = "child_profile.shoe_size", reader = "text", heading = "a", other = [] }]'},
    {"column": '[{ id = "a", field = "child_profile.full_name", reader = "guess", heading = "a", other = [] }]'},
    {"column": '[{ id = "a", field = "child_profile.full_name", reader = "text", heading = "a", other = [], colour = "red" }]'},
    {"column": '[{ id = "a", field = "row.a", reader = "ignore", heading = "Họ và tên", other = [] }]'},
], ids=str)  # fmt: skip
def test_a_template_with_a_fault_is_refused_with_its_name(changes):
    with pytest.raises(InvalidDefinition, match=r"x\.toml"):
        parse("x.toml", _text(**changes))


@pytest.mark.parametrize("template", templates().values(), ids=lambda t: t.id)
def test_a_filled_form_is_read_by_the_template_that_wrote_it(template, tmp_path):
    path = tmp_path / "form.xlsx"
    wanted = {c.id for c in form_columns(template)}
    write_template(template.id, path, units=UNITS, children=[{k: v for k, v in CHILD.items() if k in wanted}])
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["C2"], book.worksheets[0]["C3"] = "Xã Ẳng Cang", date(2024, 6, 30)
    book.save(path)
    reading = read_file(path, today=TODAY)
    sheet = reading.sheets[0]
    assert (sheet.template, sheet.status, sheet.list_date, sheet.commune_code) == (
        template.id,
        "read",
        date(2024, 6, 30),
        "03310",
    )
    assert all(column.field for column in sheet.columns)
    data = [row for row in sheet.rows if row.skipped is None]
    assert len(data) == 1
    assert data[0].status == "ready", [i.sentence("en") for i in data[0].issues]


@pytest.mark.parametrize("template", templates().values(), ids=lambda t: t.id)
def test_the_blank_form_protects_its_headings_and_offers_its_lists(template, tmp_path):
    path = tmp_path / "form.xlsx"
    write_template(template.id, path, units=UNITS)
    page = openpyxl.load_workbook(path).worksheets[0]
    assert page.protection.sheet
    assert page.title == template.title["vi"][:31]
    asked = {c.reader for c in form_columns(template) if choices_of(c.reader)}
    assert sum(rule.type == "list" for rule in page.data_validations.dataValidation) == 1 + len(
        [c for c in form_columns(template) if c.reader in asked]
    )


def test_the_same_form_gives_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_template("child_register", tmp_path / name, units=UNITS)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_an_unknown_template_is_named_with_those_there_are(tmp_path):
    with pytest.raises(NotFound, match="child_register"):
        write_template("no_such", tmp_path / "a.xlsx", units=UNITS)


def test_every_kind_of_list_but_a_correction_has_a_template():
    assert {t.list_kind for t in templates().values()} == set(LIST_KINDS) - {"correction"}


def test_the_shared_columns_load():
    assert {"full_name", "birth_date", "sex"} <= set(shared_columns())


def test_a_register_may_tell_of_injuries_and_child_marriages(tmp_path):
    path = tmp_path / "so.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["SỔ THEO DÕI TRẺ EM"],
        ["Xã Ẳng Cang, tính đến ngày 30/06/2024"],
        ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Dân tộc", "Thôn bản", "Ngày bị tai nạn, thương tích",
         "Ngày cưới (tảo hôn)"],
        [1, "Lò Thị An", "05/03/2008", "Nữ", "Thái", "Bản Bó", "02/02/2024", "12/05/2024"],
        [2, "Lò Văn Bình", "05/03/2015", "Nam", "Thái", "Bản Bó", None, None],
    ):  # fmt: skip
        sheet.append(row)
    book.save(path)
    rows = [r for r in read_file(path, today=TODAY).sheets[0].rows if r.skipped is None]
    assert [r.status for r in rows] == ["ready", "ready"]
    told, silent = (r.record.facts for r in rows)
    assert told["health_event"] == [{"kind": "injury", "on_date": date(2024, 2, 2)}]
    assert told["marriage"] == [{"married_on": date(2024, 5, 12)}]
    assert "marriage" not in silent and "health_event" not in silent
