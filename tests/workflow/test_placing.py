"""Whom the rows of a file mean, against a real store."""

from datetime import date

import pytest

from childdb.store import Store
from childdb.workflow.placing import Register
from tests.store.conftest import NOW
from tests.store.people import file, record, sheet


@pytest.fixture
def store(tmp_path):
    made = Store.init(str(tmp_path / "s.db"), tmp_path / "k", now=NOW)
    yield made
    made.close()


def bring(store, *rows, name="1", kind="register"):
    reading = file(sheet(rows, kind=kind), name=name)
    placements = Register(store).place(reading)
    return store.write_import(reading, placements, actor="thử", now=NOW), placements


def verdicts(placements):
    return [p.verdict for _, p in sorted(placements.items())]


def test_the_same_cells_are_the_known_identity_and_an_added_number_links_to_it(store):
    bring(store, record("Lò Thị Hoa"))
    _, again = bring(store, record("LÒ THỊ  HOA"), name="2")
    assert verdicts(again) == ["known"]
    report, linked = bring(store, record("Lò Thị Hoa", number="011320000001"), name="3")
    assert verdicts(linked) == ["same"]
    assert report.statuses == {("Trang 1", 1): "changed"}
    assert len(set(store.children().values())) == 1


def test_one_child_on_two_lists_of_one_import_is_one_child(store):
    with_head = record("Lò Thị Hoa")
    other = record("Lò Thị Hoa", number="011320000001")
    reading = file(sheet([with_head]), sheet([other], name="Trang 2", kind="weighing", period="2024-06"), name="1")
    report = store.write_import(reading, Register(store).place(reading), actor="thử", now=NOW)
    assert sorted(report.statuses.values()) == ["changed", "new"]
    assert len(set(store.children().values())) == 1


def test_two_rows_typed_alike_in_one_list_are_held_for_a_person(store):
    report, placements = bring(store, record("Gái"), record("Gái"), record("Lò Thị Hoa", mother="Mẹ Hai"))
    assert verdicts(placements) == ["ask", "ask", "new"]
    assert report.accounting["Trang 1"].held_back == 2
    held = store.held_rows()
    assert [h.issues[0].code for h in held] == ["row_twice", "row_twice"]
    store.admit(held[0].id, number=1, actor="người", now=NOW)
    store.admit(held[1].id, number=2, actor="người", now=NOW)
    assert len(set(store.children().values())) == 3
    assert store.held_rows() == []


def test_strangers_with_blank_keys_are_never_one_child(store):
    bring(store, record("Lò Thị Hoa", mother=None, born=date(2020, 5, 6), village="Bản Co"))
    _, placements = bring(store, record("Vàng A Dế", mother=None, sex="M", village="Bản Co"), name="2")
    assert verdicts(placements) == ["new"]


def test_another_day_of_birth_is_another_child(store):
    bring(store, record("Lò Thị Hoa"))
    _, placements = bring(store, record("Lò Thị Hoa", born=date(2018, 1, 2)), name="2")
    assert verdicts(placements) == ["new"]


def test_a_number_that_is_another_childs_is_held(store):
    bring(store, record("Lò Thị Hoa", number="011320000001"))
    other = record("Giàng A Sùng", sex="M", number="011320000001", mother="Mẹ Hai", born=date(2019, 3, 4))
    report, _ = bring(store, other, name="2")
    assert report.accounting["Trang 1"].held_back == 1
    assert store.held_rows()[0].issues[0].code == "match_id_contradicts"


def test_a_pair_decided_to_be_different_is_not_linked_again(store):
    bring(store, record("Lò Thị Hoa"))
    moved = record("Lò Thị Hoa", village="Bản Co")
    report, _ = bring(store, moved, name="2")
    store.undo(report.decision_batch, actor="người", now=NOW)
    store.decide("not_same", 1, 2, actor="người", now=NOW)
    bring(store, moved, name="3")
    assert len(set(store.children().values())) == 2


def test_a_newborn_on_the_sheet_of_births_and_on_that_of_deaths_is_one_child_and_not_held(store):
    born = sheet([record("Lò Thị Hoa")], name="Sinh", kind="births_deaths")
    died = sheet([record("Lò Thị Hoa")], name="Tử vong", kind="births_deaths")
    reading = file(born, died, name="1")
    placements = Register(store).place(reading)
    report = store.write_import(reading, placements, actor="thử", now=NOW)
    assert verdicts(placements) == ["new", "new"]
    assert sorted(report.statuses.values()) in (["changed", "new"], ["new", "unchanged"])
    assert len(set(store.children().values())) == 1
