"""Held rows, corrections, lineage and kept computations."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from childdb.store import Placement, models
from schemas.errors import NotFound, UsageFault
from schemas.issues import Issue
from schemas.records import ColumnReading, FileReading, Record, SheetReading, SourceRow, identity_key
from tests.store.conftest import NOW
from tests.store.people import COMMUNE, file, record, sheet
from tests.store.test_store import HELD, write

ASK = Placement("ask", issues=(Issue("match_uncertain", "full_name"),))
FIRST = ("Trang 1", 1)


def with_tokens(made, *tokens):
    rows = tuple(replace(r, token=t) for r, t in zip(made.rows, tokens, strict=True))
    return replace(made, rows=rows)


def test_an_admitted_row_counts_as_known_and_as_said(store):
    write(store, file(sheet([record("Trẻ A")]), name="1"), row1=ASK)
    admitted = store.admit(store.held_rows()[0].id, actor="người", now=NOW)
    assert write(store, file(sheet([record("Trẻ A")]), name="2")).statuses[FIRST] == "unchanged"
    store.undo(store.last_batch(), actor="người", now=NOW)
    store.undo(admitted, actor="người", now=NOW)
    assert len(store.held_rows()) == 1
    assert write(store, file(sheet([record("Trẻ A")]), name="3")).statuses[FIRST] == "new"


def test_a_held_row_may_be_admitted_as_a_child_that_is_known(store):
    write(store, file(sheet([record("Trẻ A")]), name="1"))
    known = store.people()[0]
    write(store, file(sheet([record("Trẻ A", mother=None)]), name="2"), row1=ASK)
    batch = store.admit(store.held_rows()[0].id, actor="người", now=NOW, same_as=known.identity)
    assert set(store.children().values()) == {known.child}
    assert {p.child for p in store.people()} == {known.child}
    store.undo(batch, actor="người", now=NOW)
    assert len(set(store.children().values())) == 2
    assert len(store.held_rows()) == 1


def test_two_children_typed_alike_stand_apart_by_their_number(store):
    twice = file(sheet([record("Gái"), record("Gái")]), name="1")
    write(store, twice, row1=ASK, row2=ASK)
    for number, row in enumerate(store.held_rows(), start=1):
        store.admit(row.id, actor="người", now=NOW, number=number)
    assert sorted(p.number for p in store.people()) == [1, 2]
    assert len(set(store.children().values())) == 2


def test_a_row_sent_again_with_its_token_closes_the_held_one_even_if_it_is_held_again(store):
    write(store, file(with_tokens(sheet([HELD, HELD]), "t1", "t2"), name="1"))
    answer = with_tokens(sheet([record("Trẻ A"), HELD]), "t1", "t2")
    batch = write(store, file(answer, name="2")).batch
    assert [(r.batch, r.number) for r in store.held_rows()] == [(batch, 2)]
    store.undo(batch, actor="thử", now=NOW)
    assert [(r.batch, r.number) for r in store.held_rows()] == [(2, 1), (2, 2)]


def test_a_token_from_another_commune_or_kind_closes_nothing(store):
    write(store, file(with_tokens(sheet([HELD]), "t1"), name="1"))
    write(store, file(with_tokens(sheet([record("Trẻ A")], kind="weighing"), "t1"), name="2"))
    elsewhere = replace(with_tokens(sheet([record("Trẻ A")]), "t1"), commune_code="03312")
    write(store, file(elsewhere, name="3"))
    write(store, file(with_tokens(sheet([HELD], kind="weighing", period="2024-06"), "t2"), name="4"))
    write(store, file(with_tokens(sheet([record("Trẻ A")], kind="weighing", period="2024-07"), "t2"), name="5"))
    write(store, file(with_tokens(sheet([record("Trẻ A")]), "t2"), name="6"))
    assert len(store.held_rows()) == 2


def test_a_link_that_joins_two_stored_children_moves_all_their_identities(store):
    one, two = record("Trẻ A"), record("Trẻ A", mother="Mẹ Hai")
    third = record("Trẻ A", mother="Mẹ Hai", village="Bản Co")
    write(store, file(sheet([one, two]), name="1"))
    write(store, file(sheet([third]), name="2"), row1=Placement("same", partner_key=identity_key(two.identity)))
    fourth = record("Trẻ A", mother=None)
    rows = file(sheet([fourth, fourth]), name="3")
    write(store, rows, row1=Placement("same", partner_key=identity_key(one.identity)),
          row2=Placement("same", partner_key=identity_key(two.identity)))  # fmt: skip
    assert len(set(store.children().values())) == 1
    assert {p.identity: p.child for p in store.people()} == store.children()


def test_what_was_wrong_with_sheets_and_file_is_kept_with_the_batch(store):
    bad = SheetReading("Trang hỏng", "refused", issues=(Issue("commune_unknown", "commune"),))
    reading = FileReading("tep.xlsx", "x", "read", (sheet([record("Trẻ A")]), bad), (Issue("file_slow"),))
    write(store, reading)
    with store.reading() as c:
        assert sorted(c.scalars(select(models.row_issue.c.code))) == ["commune_unknown", "file_slow"]


def returns(*values, commune=COMMUNE[0], name):
    rows = tuple(
        SourceRow("Trang 1", n, {"A": "ô"}, "ready", Record({}, {}), unit_facts=({"item": f"item{n}", "value": v},))
        for n, v in enumerate(values, start=1)
    )
    made = SheetReading("Trang 1", "read", "t", "commune_return", date(2024, 6, 30), "2024-H1", commune, COMMUNE[1], (),
                        rows)  # fmt: skip
    return file(made, name=name)


def test_what_a_commune_says_of_itself_is_new_unchanged_or_changed_and_its_own(store):
    assert set(write(store, returns(4, 5, name="1")).statuses.values()) == {"new"}
    again = write(store, returns(4, 6, name="2")).statuses
    assert [again["Trang 1", 1], again["Trang 1", 2]] == ["unchanged", "changed"]
    assert set(write(store, returns(4, 6, name="3", commune="03312")).statuses.values()) == {"new"}
    r = models.commune_return.c
    with store.reading() as c:
        kept = c.execute(select(r.commune_code, func.count()).group_by(r.commune_code).order_by(r.commune_code)).all()
    assert [tuple(k) for k in kept] == [("03310", 3), ("03312", 2)]


@pytest.mark.parametrize(
    ("field", "new"),
    [("sex", "X"), ("birth_date", "2020"), ("mother_birth_year", True), ("birth_precision", "day"), ("colour", "red")],
)
def test_a_correction_that_does_not_fit_its_field_is_refused(store, field, new):
    write(store, file(sheet([record("Trẻ A")]), name="1"))
    with pytest.raises(UsageFault):
        store.correct(store.people()[0].child, field, None, new, actor="a", now=NOW, reason="r")
    assert store.last_batch() == 2


def test_a_child_is_traced_to_files_sheets_rows_and_on_request_cells(store):
    columns = (ColumnReading("A", "Họ tên", "child_profile.full_name"),)
    first = replace(sheet([HELD, record("Trẻ A")]), columns=columns)
    write(store, file(first, name="mot.xlsx"))
    write(store, file(sheet([record("Trẻ A", poor="poor")]), name="hai.xlsx"), row1=ASK)
    child = store.people()[0].child
    admitted = store.admit(store.held_rows()[1].id, actor="người", now=NOW)
    rows = store.trace_child(child)
    assert [(r.batch, r.file, r.sheet, r.row, r.admitted_by) for r in rows] == [
        (2, "mot.xlsx", "Trang 1", 2, None),
        (3, "hai.xlsx", "Trang 1", 1, admitted),
    ]
    assert rows[0].columns == (("A", "Họ tên", "child_profile.full_name"),)
    assert rows[0].cells == {}
    assert store.trace_child(child, names=True)[0].cells == {"A": "ô bí mật 2"}
    assert len(store.trace_child(child, as_known=3)) == 1
    store.undo(2, actor="a", now=NOW)
    assert [r.batch for r in store.trace_child(child)] == [3]
    with pytest.raises(NotFound):
        store.trace_child(1)


def test_an_undo_tells_of_every_decision_that_rested_on_the_batch(store):
    write(store, file(sheet([record("Trẻ A"), HELD, record("Trẻ B")]), name="1"))
    store.dismiss(store.held_rows()[0].id, "nhầm", actor="a", now=NOW)
    store.decide("not_same", 1, 2, actor="a", now=NOW)
    store.correct(store.people()[0].child, "ethnicity", "03", "01", actor="a", now=NOW, reason="r")
    told = store.undo_preview(2)
    assert sorted((d.verdict, d.batch) for d in told.decisions) == [
        ("correction", 5),
        ("dismissed", 3),
        ("not_same", 4),
    ]
    assert told.children == 2
    assert store.undo_preview(4).children == 2


@pytest.mark.parametrize(
    "decision", [("same", 1, 1), ("same", 1, None), ("closed", None, None), ("maybe", 1, 2)], ids=str
)
def test_a_decision_that_says_nothing_is_refused(store, decision):
    write(store, file(sheet([record("Trẻ A"), record("Trẻ B")]), name="1"))
    with pytest.raises(UsageFault):
        store.decide(*decision, actor="a", now=NOW)
    with pytest.raises(NotFound):
        store.decide("same", 1, 99, actor="a", now=NOW)


def test_a_computation_is_kept_with_its_figures(store):
    row = {"indicator": "x", "version": "v", "unit": "11@1900-01-01", "group_name": "sex", "group_value": "F",
           "numerator": 3, "denominator": 4, "unknown": 1, "value": 75, "low": 60, "high": 80}  # fmt: skip
    number = store.save_run([row, row], as_of=date(2024, 11, 30), geography=date(2024, 11, 30), batch=1,
                            snapshot="abc", actor="a", now=NOW)  # fmt: skip
    (kept,) = store.runs()
    assert (kept.number, kept.batch, kept.snapshot, kept.figures) == (number, 1, "abc", 2)
    assert store.run_values(number)[0] == row
    with pytest.raises(NotFound):
        store.run_values(99)
