"""The store's promises, on SQLite and on PostgreSQL."""

import os
import stat
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from childdb.store import Placement, Store, audit, models
from childdb.store.batches import live_batches
from childdb.store.decisions import Decision, components, in_force
from childdb.store.migrate import configuration
from schemas.errors import KeyFault, NotFound, NotSetUp, StoreBusy, UnreadableFile, UsageFault
from schemas.issues import Issue
from schemas.records import identity_key
from tests.store.conftest import NOW
from tests.store.people import file, record, sheet

HELD = Issue("sex_missing", "sex", "C", "giá trị bí mật")


def write(store, reading, **placements):
    places = {(s.name, r.number): Placement("new") for s in reading.sheets for r in s.rows if r.status == "ready"}
    places |= {("Trang 1", int(k[3:])): v for k, v in placements.items()}
    return store.write_import(reading, places, actor="thử", now=NOW)


def test_every_row_is_accounted_for_and_a_repeated_row_is_unchanged(store):
    first = file(sheet(["title", record("Trẻ A"), record("Trẻ B", mother="Mẹ Hai"), HELD, "total"]), name="a.xlsx")
    report = write(store, first)
    counts = report.accounting["Trang 1"]
    assert (counts.read, counts.new, counts.held_back, counts.skipped) == (5, 2, 1, {"title": 1, "total": 1})
    second = file(
        sheet([record("Trẻ A"), record("Trẻ B", mother="Mẹ Hai", poor="poor"), record("Trẻ C")]), name="b.xlsx"
    )
    again = write(store, second)
    assert again.statuses == {("Trang 1", 1): "unchanged", ("Trang 1", 2): "changed", ("Trang 1", 3): "new"}
    with store.reading() as c:
        rows = c.scalar(select(func.count()).select_from(models.record))
    assert rows == 4  # the unchanged row is a pointer to the record it repeats


def test_an_unchanged_row_after_another_value_is_a_change_again(store):
    for name, poor in (("1", "poor"), ("2", "none")):
        write(store, file(sheet([record("Trẻ A", poor=poor)]), name=name))
    report = write(store, file(sheet([record("Trẻ A", poor="poor")]), name="3"))
    assert report.statuses == {("Trang 1", 1): "changed"}


def test_a_link_made_by_matching_stands_in_a_batch_before_the_import_and_outlives_its_undo(store):
    write(store, file(sheet([record("Trẻ A")]), name="1"))
    known = identity_key(record("Trẻ A").identity)
    moved = record("Trẻ A", village="Bản Co")
    report = write(store, file(sheet([moved]), name="2"), row1=Placement("same", partner_key=known, rule="r"))
    assert report.decision_batch == report.batch - 1
    assert report.statuses == {("Trang 1", 1): "changed"}
    assert len(set(store.children().values())) == 1
    undone = store.undo(report.batch, actor="thử", now=NOW)
    assert [d.batch for d in undone.decisions] == [report.decision_batch]
    assert len(set(store.children().values())) == 1
    assert write(store, file(sheet([moved]), name="3")).statuses == {("Trang 1", 1): "changed"}


def test_not_the_same_gives_both_children_back_with_their_keys(store):
    write(store, file(sheet([record("Trẻ A"), record("Trẻ B")]), name="1"))
    before = store.children()
    store.decide("same", 1, 2, actor="người", now=NOW)
    assert len(set(store.children().values())) == 1
    apart = store.decide("not_same", 1, 2, actor="người", now=NOW)
    assert store.children() == before
    store.undo(apart, actor="người", now=NOW)
    assert len(set(store.children().values())) == 1
    assert store.children(as_known=2) == before


def test_undo_and_undo_of_undo_and_the_same_file_again(store):
    one = file(sheet([record("Trẻ A")]), name="1", sha="x")
    batch = write(store, one).batch
    assert store.live_import_of("x") == batch
    undone = store.undo(batch, actor="thử", now=NOW).undone_by
    assert store.live_import_of("x") is None
    with pytest.raises(UsageFault, match="đã được rút lại"):
        store.undo(batch, actor="thử", now=NOW)
    store.undo(undone, actor="thử", now=NOW)
    assert store.live_import_of("x") == batch
    with pytest.raises(NotFound):
        store.undo(999, actor="thử", now=NOW)
    with pytest.raises(UsageFault):
        store.undo(1, actor="thử", now=NOW)


def test_a_child_whose_only_import_is_undone_is_new_again(store):
    batch = write(store, file(sheet([record("Trẻ A")]), name="1")).batch
    store.undo(batch, actor="thử", now=NOW)
    assert write(store, file(sheet([record("Trẻ A")]), name="2")).statuses == {("Trang 1", 1): "new"}


def test_held_rows_wait_until_dismissed_with_a_reason_or_admitted(store):
    ask = Placement("ask", issues=(Issue("match_uncertain", "full_name"),))
    write(store, file(sheet([HELD, record("Trẻ A")]), name="1"), row2=ask)
    first, second = store.held_rows()
    assert [i.code for i in first.issues] == ["sex_missing"]
    assert first.issues[0].value == "giá trị bí mật"
    assert second.record == record("Trẻ A")
    with pytest.raises(UsageFault):
        store.dismiss(first.id, "  ", actor="người", now=NOW)
    gone = store.dismiss(first.id, "gõ nhầm", actor="người", now=NOW)
    store.admit(second.id, actor="người", now=NOW, number=1)
    assert store.held_rows() == []
    assert len(store.people()) == 1
    store.undo(gone, actor="người", now=NOW)
    assert [r.id for r in store.held_rows()] == [first.id]
    with pytest.raises(NotFound):
        store.dismiss(12345, "không có", actor="người", now=NOW)


def test_a_rehearsal_shows_everything_and_leaves_nothing(store):
    with store.rehearsal() as rehearsed:
        report = write(rehearsed, file(sheet([record("Trẻ A")]), name="1"))
        assert report.statuses == {("Trang 1", 1): "new"}
        assert len(rehearsed.people()) == 1
    assert store.people() == []
    assert store.last_batch() == 1


def test_the_audit_chain_tells_of_a_changed_a_removed_and_a_reordered_entry(store):
    for name in "abcd":
        store.audit("thử", name, {"n": 1}, now=NOW)
    assert store.audit_verify().whole
    for spoil in (
        "update audit_event set actor = 'ai đó' where id = 3",
        "delete from audit_event where id = 2",
        "delete from audit_event where id = (select max(id) from audit_event)",
        "delete from audit_event",
        "update audit_event set id = case id when 3 then 400 else id end",
        "update setting set value = (select value from setting where name = 'key_check') where name = 'audit_end'",
    ):
        with store.engine.connect() as c:
            transaction = c.begin()
            c.execute(text(spoil))
            assert not audit.verify(c, store.cipher).whole, spoil
            transaction.rollback()


def test_a_use_of_names_is_an_entry_of_the_chain_without_the_reason_in_the_clear(store):
    store.note_use("thử", "export", "lý do rất riêng", 12, now=NOW)
    last = store.audit_events()[-1]
    assert last["action"] == "names"
    assert "riêng" not in last["detail"]


def test_a_new_key_opens_everything_and_leaves_child_keys_alone(store, store_place):
    write(store, file(sheet([HELD, record("Trẻ A", codes=("1.05", "1.04"))]), name="1", sha="x"))
    before, held = store.people(), store.held_rows()
    assert store.rotate_key(actor="thử", now=NOW) > 5
    again = Store.open(*store_place)
    assert again.people() == before
    assert again.held_rows() == held
    assert again.live_import_of("x") == 2
    assert again.audit_verify().whole
    again.close()


def test_another_key_a_damaged_key_and_no_key_are_refused_in_a_sentence(store, store_place, tmp_path):
    url, key = store_place
    other = tmp_path / "other"
    Store.init(str(tmp_path / "other.db"), other, now=NOW).close()
    with pytest.raises(KeyFault, match="không phải khóa"):
        Store.open(url, other)
    other.write_text("{}")
    with pytest.raises(KeyFault, match="hỏng"):
        Store.open(url, other)
    key.unlink()
    with pytest.raises(NotSetUp, match="childdb init"):
        Store.open(url, key)
    assert not key.exists()


def test_init_is_repeatable_and_keeps_key_and_content(store, store_place):
    write(store, file(sheet([record("Trẻ A")]), name="1"))
    secret = Path(store_place[1]).read_bytes()
    again = Store.init(*store_place, now=NOW)
    assert Path(store_place[1]).read_bytes() == secret
    assert again.people() == store.people()
    again.close()


def test_the_key_file_and_the_database_are_for_their_owner_alone(tmp_path):
    Store.init(str(tmp_path / "s.db"), tmp_path / "k", now=NOW).close()
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "s.db").stat().st_mode) & 0o077 == 0


def test_opening_never_makes_a_store(tmp_path):
    with pytest.raises(NotSetUp, match="childdb init"):
        Store.open(str(tmp_path / "none.db"), tmp_path / "none.key")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_store_is_refused(tmp_path):
    (tmp_path / "no.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises((UnreadableFile, NotSetUp)):
        Store.open(str(tmp_path / "no.db"), tmp_path / "no.key")


def test_nothing_that_names_a_person_stands_in_the_database_file(tmp_path):
    store = Store.init(str(tmp_path / "s.db"), tmp_path / "k", now=NOW)
    ask = Placement("ask", issues=(Issue("match_uncertain", "full_name", value="Trẻ Hỏi"),))
    rows = [HELD, record("Trẻ Tên", number="011320000001", codes=("1.05",)), record("Trẻ Hỏi")]
    write(store, file(sheet(rows, name="Trang 1"), name="tep-bi-mat.xlsx"), row3=ask)
    store.dismiss(store.held_rows()[0].id, "lý do bí mật", actor="a", now=NOW)
    raw = b"".join(p.read_bytes() for p in tmp_path.glob("s.db*"))
    store.close()
    secrets = ["Trẻ", "Mẹ Một", "Chủ Hộ", "011320000001", "bí mật", "tep-bi-mat", "1.05", "Trang 1"]
    for secret in secrets:
        assert secret.encode("utf-8") not in raw, secret
        assert secret.encode("utf-16-le") not in raw, secret
    assert "Bản Hón".encode() in raw  # villages are not encrypted: the scan does see clear text


def test_a_second_writer_is_told_that_the_store_is_busy(tmp_path, monkeypatch):
    monkeypatch.setattr("childdb.store.database.BUSY_SECONDS", 0.2)
    one = Store.init(str(tmp_path / "s.db"), tmp_path / "k", now=NOW)
    other = Store.open(str(tmp_path / "s.db"), tmp_path / "k")
    with one.writing(), pytest.raises(StoreBusy):
        other.audit("b", "x", {}, now=NOW)
    one.close()
    other.close()


def test_the_migration_makes_what_the_models_say(store):
    from alembic import command

    config = configuration()
    with store.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.check(config)  # raises where autogenerate would write a difference


KILLED = """
import sys
from pathlib import Path
from childdb.store import Placement, Store
from tests.store.conftest import NOW
from tests.store.people import file, record, sheet
store = Store.open(sys.argv[1], Path(sys.argv[2]))
reading = file(sheet([record(f"Trẻ {n}", mother=f"Mẹ {n}") for n in range(1500)]), name="lon.xlsx")
places = {("Trang 1", r.number): Placement("new") for r in reading.sheets[0].rows}
print("go", flush=True)
store.write_import(reading, places, actor="thử", now=NOW)
print("done", flush=True)
"""


def killed_at(place, seconds):
    root = Path(__file__).resolve().parents[2]
    running = subprocess.Popen(
        [sys.executable, "-c", KILLED, *map(str, place)], cwd=root, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert running.stdout.readline() == "go\n"
    time.sleep(seconds)
    running.kill()
    running.communicate()


def check_whole_or_nothing(place, base):
    store = Store.open(*place)
    people, batches = len(store.people()), store.batches()
    assert people - base in (0, 1500)
    assert store.audit_verify().whole
    assert all(b.rows == {"new": 1500} or b.kind == "reference" or b.rows == {"unchanged": 1500} for b in batches)
    store.close()
    return people


KILLS = [("sqlite", s) for s in (0.0, 0.05, 0.15, 0.3, 0.45)] + [("postgresql", s) for s in (0.1, 0.35)]


@pytest.mark.parametrize(("kind", "seconds"), KILLS)
def test_an_import_killed_at_any_moment_leaves_the_store_as_before_or_as_after(place, seconds):
    Store.init(*place, now=NOW).close()
    killed_at(place, seconds)
    check_whole_or_nothing(place, 0)


@pytest.mark.soak
def test_hundreds_of_kills_never_leave_half_an_import(tmp_path):
    place = (str(tmp_path / "s.db"), tmp_path / "k")
    for n in range(200):
        for old in tmp_path.glob("s.db*"):
            old.unlink()
        Store.init(*place, now=NOW).close()
        killed_at(place, 0.004 * n)
        check_whole_or_nothing(place, 0)


def naive_live(undoes, at):
    """Straight from the words: live if not later than AT and no live undo up to AT names it."""

    def live(n):
        return n <= at and not any(u == n and live(m) for m, u in undoes.items() if m > n)

    return {n for n in undoes if live(n)}


@given(st.lists(st.integers(0, 30), max_size=14), st.integers(0, 15))
def test_live_batches_are_those_of_the_recursive_definition(choices, at):
    undoes = {}
    for number, choice in enumerate(choices, start=1):
        undoes[number] = choice if 0 < choice < number else None
    assert live_batches(undoes.items(), at) == naive_live(undoes, at)


PAIRS = st.tuples(st.sampled_from(["same", "same", "not_same", "related"]), st.integers(1, 7), st.integers(1, 7))


@settings(max_examples=200)
@given(st.lists(PAIRS, max_size=12))
def test_no_chain_of_links_joins_a_pair_decided_to_be_apart(pairs):
    made = [Decision(n, 1, v, min(a, b), max(a, b)) for n, (v, a, b) in enumerate(pairs, 1) if a != b]
    lowest = components(range(1, 8), made)
    for d in made:
        if d.verdict != "same":
            assert lowest[d.identity_a] != lowest[d.identity_b]
    if all(d.verdict == "same" for d in made):  # then plain connected components
        groups = {i: {i} for i in range(1, 8)}
        for d in made:
            joined = groups[d.identity_a] | groups[d.identity_b]
            for i in joined:
                groups[i] = joined
        assert lowest == {i: min(g) for i, g in groups.items()}


def test_a_closed_decision_counts_again_when_its_closing_is_closed():
    same = Decision(1, 1, "same", 1, 2)
    close = Decision(2, 2, "closed", None, None, closes=1)
    again = Decision(3, 3, "closed", None, None, closes=2)
    assert in_force([same, close], {1, 2}) == []
    assert in_force([same, close, again], {1, 2, 3}) == [same]
    assert in_force([same, close], {1}) == [same]  # the closing batch was undone


def test_periods_keep_their_own_unchanged(store):
    june = sheet([record("Trẻ A", weights=[(date(2024, 6, 1), "10.5")])], kind="weighing", period="2024-06")
    write(store, file(june, name="1"))
    july = sheet([record("Trẻ A", weights=[(date(2024, 7, 1), "10.9")])], kind="weighing", period="2024-07",
                 listed=date(2024, 6, 30) + timedelta(days=31))  # fmt: skip
    assert write(store, file(july, name="2")).statuses == {("Trang 1", 1): "changed"}
    assert write(store, file(june, name="3")).statuses == {("Trang 1", 1): "unchanged"}
