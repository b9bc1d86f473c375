"""Erasure: nothing that names the child is left in any byte, no figure moves, and a restore does not bring it back."""

import dataclasses
import io
import json
from datetime import UTC, date, datetime

import pytest

from childdb.cli.main import main
from childdb.store import Store, copying
from childdb.store import models as m
from childdb.store.answers import remember_heading
from childdb.store.named import named_records
from childdb.store.snapshot import write_snapshot
from childdb.workflow import duties, erasing, sending
from childdb.workflow.backing_up import backup, restore
from childdb.workflow.destinations import outbox
from childdb.workflow.finding import Finder, Query
from childdb.workflow.lists import with_names
from childdb.workflow.opening import web_folder
from childdb.workflow.placing import Register
from childdb.workflow.sending import Period
from childdb.workflow.sent_status import worklist
from childdb.workflow.villages import Place, in_place
from schemas.errors import NotFound, StoreBusy, UsageFault
from schemas.files import file_lock
from schemas.issues import Issue
from schemas.records import ColumnReading
from tests.store.people import file, record, sheet
from tests.workflow.office import DAY, copy, make

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
HOA = {"born": date(2021, 3, 4), "mother": "Lường Thị Thu", "number": "011321000017"}


def hoa(**words):
    return record("Lò Thị Hoa", **{**HOA, **words})


ROWS = (hoa(weights=[(DAY, "9.5")], doses=[("BCG", 1, DAY)]), record("Lò Thị Hoa", born=date(2019, 1, 2), mother="Lò Thị Mới"),
        record("Quàng Văn Ba", sex="M", mother="Vì Thị Tư"))  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Hoa stands on two lists, once with another spelling, on a held row, in a correction, a search and a package."""
    made = make(tmp_path_factory.mktemp("erasing") / "o", *ROWS)
    made.bring(hoa(mother="Lường T. Thu", weights=[(DAY, "9.7")]), name="2")
    held = sheet([Issue("sex_missing", "sex", value="Lò Thị Hoa"), "note"], name="giữ lại")
    cells = ({"A": "Lò Thị Hoà", "B": "04/03/2021"}, {"A": "Cháu Lò Thị Hoa đi Sơn La"})
    rows = tuple(r.__class__(r.sheet, r.number, c, r.status, r.record, r.issues, r.skipped)
                 for r, c in zip(held.rows, cells, strict=True))  # fmt: skip
    reading = file(held.__class__(**{**vars(held), "rows": rows}), name="3")
    made.store.write_import(reading, {}, actor="thử", now=NOW)
    made.store.correct(
        key_of(made), "full_name", "Lò Thị Hoa", "Lò Thị Hòa", actor="thử", now=NOW, reason="Lò Thị Hoa viết sai"
    )
    Finder(made.store).find(Query(name="hoa lo"), reason="khám", actor="lan", now=NOW)
    made.send(now=NOW)
    duties.add_request(made.store, "delete", "Lường Thị Thu", child=key_of(made), words="xóa cháu Lò Thị Hoa",
                       received=NOW, actor="lan", now=NOW)  # fmt: skip
    yield made
    made.close()


@pytest.fixture
def office(template, tmp_path):
    again = copy(template, tmp_path / "o")
    yield again
    again.close()


def key_of(office):
    return next(p.child for p in office.store.people() if p.fields["birth_date"] == HOA["born"])


def erase(office, **words):
    given = {"request": 1, "reason": "cha mẹ yêu cầu", "actor": "lan", "now": NOW} | words
    return erasing.erase(office.store, key_of(office), **given)


def hidden_forms(store):
    """How the child's own cells stand encrypted at rest, column by column, and their look-ups."""
    texts = ("Lò Thị Hòa", "Lường T. Thu", "Lường Thị Thu", HOA["number"])
    columns = [(t, c) for t, c in m.ENCRYPTED if c in ("mother_name", "personal_id")]
    forms = {store.cipher.encrypt(text, f"{t}.{c}") for text in texts for t, c in columns}
    forms |= {store.cipher.encrypt("Lò Thị Hòa", "child_profile.full_name")}
    with store.reading() as connection:
        own = [
            p.identity
            for p in store.people()
            if p.child == next(q.child for q in store.people() if q.fields["birth_date"] == HOA["born"])
        ]
        query = m.identity.select().with_only_columns(m.identity.c.lookup).where(m.identity.c.id.in_(own))
        forms |= {bytes(lookup) for (lookup,) in connection.execute(query)}
        held = (
            m.source_row.select()
            .with_only_columns(m.source_row.c.cells)
            .where(m.source_row.c.status.in_(("held_back", "skipped")))
        )
        forms |= {bytes(cells) for (cells,) in connection.execute(held)}
    return forms


def bytes_at(folder):
    return b"".join(p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file() and p.name.startswith("s.db"))


def test_no_byte_of_what_names_the_child_is_left_in_the_stores_files(office):
    forms = hidden_forms(office.store)
    office.store.engine.dispose()
    before = bytes_at(office.place)
    assert sum(form in before for form in forms) > 8
    done = erase(office)
    office.store.engine.dispose()
    after = bytes_at(office.place)
    assert [form for form in forms if form in after] == []
    assert (done.swept, done.identities, done.rows) == (True, 2, 5)


def test_every_encrypted_text_that_is_left_says_nothing_of_the_child(office):
    erase(office)
    left = []
    with office.store.reading() as connection:
        for table, column in m.ENCRYPTED:
            kept = m.metadata.tables[table]
            for number, value in connection.execute(kept.select().with_only_columns(kept.c.id, kept.c[column])):
                text = office.store.cipher.decrypt(value, f"{table}.{column}") if value else ""
                if any(word in text for word in ("Hòa", "Hoà", "hoa lo", "Lường", HOA["number"], "04/03/2021")):
                    left.append((table, column, number))
                assert "cháu Lò Thị Hoa" not in text
    # the parent who asked is the evidence that is kept; the namesake's row is not touched
    assert left == [("request", "content", 1)]
    names = [c["full_name"] for c in named_records(office.store, as_of=DAY)]
    assert sorted(n for n in names if n) == ["Lò Thị Hoa", "Quàng Văn Ba"]
    assert names.count("") == 1


def test_names_of_files_and_what_was_written_in_the_registers_say_nothing_of_the_child(office):
    store, words = office.store, {"actor": "lan", "now": NOW}
    office.bring(record("Vì Thị Năm", mother="Lò Thị Sáu"), name="bo-sung_chau.lo-thi-hoa.xlsx")
    headed = tuple(
        ColumnReading(c, f"{of} | Cân nặng", None) for c, of in (("A", "Cháu Lò Thị Hoa"), ("B", "Cháu khác"))
    )
    own = dataclasses.replace(sheet([], name="Lò Thị Hoà"), columns=headed)
    refused = dataclasses.replace(
        own, status="refused", issues=(Issue("heading_unread", None, "A", "Lò Thị Hoa | Cao"),)
    )
    store.write_import(file(own, refused, name="hai"), {}, **words)
    remember_heading(store, (own.commune_code, own.commune_from, "t"), "lo thi hoa | can nang", "x", **words)
    duties.add_incident(store, "mất sổ có cháu Lò Thị Hoà", detected=NOW, **words)
    duties.add_incident(store, "mất USB", detected=NOW, **words)
    duties.close_incident(store, 1, "báo mẹ cháu Lò Thị Hoa", **words)
    duties.add_request(store, "view", "Lò Thị Hoa (chị)", received=NOW, **words)
    duties.answer(store, 2, "đã cho xem dữ liệu của Lò Thị Hòa", **words)
    erase(office)
    with store.reading() as connection:
        (sheets, issues, answers) = (
            connection.execute(t.select()).all() for t in (m.source_sheet, m.row_issue, m.heading_answer)
        )
    assert [c["heading"] for c in sheets[-1].columns] == ["(đã xóa tên)", "Cháu khác | Cân nặng"]
    assert store.cipher.decrypt(sheets[-1].name, "source_sheet.name") == "(đã xóa tên)" and answers == []
    assert all(i.value is None and i.slots is None for i in issues if i.source_row_id is None)
    assert store.batches()[-3].file == "(đã xóa tên).xlsx" and store.batches()[1].file == "1"
    one, other = duties.incidents(store)
    assert (one.what, one.done, other.what) == ("(đã xóa tên)", "(đã xóa tên)", "mất USB")
    assert duties.requests(store)[1].done == "(đã xóa tên)"
    assert (
        duties.request_told(store, 2, reason="x", **words).applicant == "Lò Thị Hoa (chị)"
    )  # the evidence that is kept


def test_of_two_erasures_at_once_the_ledger_forgets_neither(office, monkeypatch):
    """One writes while the other has read: it waits, and is refused in a sentence where that lasts."""
    path = erasing.ledger_file(office.key_file)
    entry = [erasing.Entry(7, 1, NOW.isoformat(), ("ab",))]
    monkeypatch.setattr(erasing, "_PATIENCE", 1)
    with file_lock(path.with_name(path.name + ".lock")), pytest.raises(StoreBusy):
        erasing.remember(office.store, entry)
    erasing.remember(office.store, entry)
    assert erasing.remembered(path, office.store) == entry


def test_an_upload_that_was_broken_off_goes_with_the_erasure(office):
    left = web_folder(office.store) / "jobs" / ("0" * 32) / "files"
    left.mkdir(parents=True)
    (left / "0").write_bytes(b"Lo Thi Hoa")
    erase(office)
    assert not left.parent.exists()


def test_snapshots_as_known_at_any_batch_are_the_same_bytes(office, tmp_path):
    def taken(name):
        found = {}
        for batch in (2, last):
            place = tmp_path / name / str(batch)
            write_snapshot(office.store, place, as_known=batch, sealed_as_of=(DAY,))
            found |= {(batch, p.name): p.read_bytes() for p in place.glob("*.parquet")}
        return found

    last = office.store.last_batch()
    before = taken("before")
    erase(office)
    assert taken("after") == before


def test_it_is_a_batch_that_cannot_be_undone_and_the_undo_of_others_still_works(office):
    done = erase(office)
    with pytest.raises(UsageFault):
        office.store.undo(done.batch, actor="thử", now=NOW)
    office.store.undo(2, actor="thử", now=NOW)
    assert office.store.audit_verify().whole
    (event,) = [e for e in office.store.audit_events() if e["action"] == "erasure"]
    assert json.loads(event["detail"]) == {"batch": done.batch, "identities": 2, "records": 3, "request": 1, "rows": 5}


def test_packages_that_bear_the_child_are_destroyed_and_the_next_has_it_no_more(office):
    assert len(list(outbox(office.store).glob("*.age"))) == 1
    done = erase(office)
    assert (done.packages, done.receivers) == (1, ("tinh",))
    assert list(outbox(office.store).glob("*.age")) == []
    kept_back = {work.child_key: work.full_name for work in worklist(office.store, as_of=DAY)}
    assert kept_back[str(done_key(office))] == ""


def done_key(office):
    return next(c["child_key"] for c in named_records(office.store, as_of=DAY) if c["full_name"] == "")


def test_a_later_list_that_names_the_child_is_held_back_and_nothing_of_it_is_kept(office):
    erase(office)
    again = [hoa(), hoa(mother="Lường T. Thu"), hoa(village="Bản Khác"), hoa(number=None, village="Bản Khác"),
             record("Lò Thị Hoà", **{**HOA, "number": None}), record("Tên Khác", number=HOA["number"])]  # fmt: skip
    batch = office.bring(*again, record("Lò Thị Mới Sinh", mother="Lò Thị Bảy"), name="4")
    waiting = office.store.held_rows(batch=batch)
    assert [[issue.code for issue in row.issues] for row in waiting] == [["erased_child"]] * 6
    assert "yêu cầu số 1" in waiting[0].issues[0].sentence()
    assert {(str(row.cells), row.record) for row in waiting} == {("{}", None)}
    with pytest.raises(UsageFault):
        office.store.admit(waiting[0].id, actor="thử", now=NOW)
    office.store.dismiss(waiting[0].id, "đã xóa", actor="thử", now=NOW)


def test_nobody_is_matched_with_or_found_as_who_was_erased(office):
    erase(office)
    assert Finder(office.store).find(Query(name="hòa"), reason="thử", actor="lan", now=NOW).children == 1
    assert all(p.fields["full_name"] for p in office.store.people())
    near = Register(office.store).place(file(sheet([record("Lò Thị Hòe", **{**HOA, "number": None})]), name="5"))
    assert [p.verdict for p in near.values()] == ["new"]


def test_no_list_of_children_to_look_for_names_who_was_erased(office):
    key = key_of(office)
    erase(office)
    rows = [{"child": key, "task": "cân"}, {"child": office.store.people()[-1].child, "task": "cân"}]
    named = with_names(
        office.store, rows, as_of=DAY, as_known=None, what="list", reason="đi thăm", actor="lan", now=NOW
    )
    assert [row["child"] for row in named] == [rows[1]["child"]]
    gone = next(c for c in named_records(office.store, as_of=DAY) if c["child_key"] == key)
    assert not in_place(gone, Place(gone["unit"], None))


def test_a_restore_of_an_older_backup_erases_again(office, tmp_path):
    backup(office.store, tmp_path / "b.childdb", actor="thử", now=NOW)
    assert erase(office).backups == 1
    for name, ledger in (("same", office.key_file), ("other", tmp_path / "usb")):
        place = tmp_path / name
        place.mkdir()
        words = {"key_copy": office.key_file, "actor": "thử", "now": NOW}
        if ledger != office.key_file:  # the copy of the key lies without its ledger: it is named
            ledger.write_bytes(office.key_file.read_bytes())
            words |= {"key_copy": ledger, "erasures": erasing.ledger_file(office.key_file)}
        made = restore(tmp_path / "b.childdb", str(place / "s.db"), place / "k", **words)
        assert made.erased_again == 1
        store = Store.open(str(place / "s.db"), place / "k")
        assert not [p for p in store.people() if p.fields["birth_date"] == HOA["born"]]
        assert list(outbox(store).glob("*.age")) == []
        assert store.audit_events()[-1]["action"] == "erasure again"
        assert store.audit_verify().whole
        with pytest.raises(UsageFault):
            store.undo(store.last_batch(), actor="thử", now=NOW)
        reading = file(sheet([hoa()]), name="6")
        assert [p.erased for p in Register(store).place(reading).values()] == [True]
        assert erasing.remembered(erasing.ledger_file(place / "k"), store) != []
        store.close()


def test_a_restore_that_is_cut_brings_nobody_back(office, tmp_path, monkeypatch):
    backup(office.store, tmp_path / "b.childdb", actor="thử", now=NOW)
    erase(office)
    (tmp_path / "new").mkdir()
    whole = copying.restore_store

    def cut(*words):
        whole(*words)
        raise KeyboardInterrupt

    monkeypatch.setattr(copying, "restore_store", cut)
    with pytest.raises(KeyboardInterrupt):
        restore(tmp_path / "b.childdb", str(tmp_path / "new" / "s.db"), tmp_path / "new" / "k",
                key_copy=office.key_file, erasures=erasing.ledger_file(office.key_file), actor="thử", now=NOW)  # fmt: skip
    store = Store.open(str(tmp_path / "new" / "s.db"), tmp_path / "new" / "k")
    assert not [p for p in store.people() if p.fields["birth_date"] == HOA["born"]]
    store.close()


def test_a_package_that_was_being_made_or_that_the_ledger_forgot_does_not_bear_who_was_erased(office, monkeypatch):
    (forgotten := outbox(office.store) / "goi-khac.age").write_bytes(b"of before a restore")
    build = sending.build_package

    def erased_meanwhile(*words, **named):
        made = build(*words, **named)
        monkeypatch.undo()
        erase(office)
        return made

    monkeypatch.setattr(sending, "build_package", erased_meanwhile)
    sent = office.send(Period("2026-02", date(2026, 2, 28)), now=NOW).run
    assert (sent.version, sent.state, sent.batch) == (2, "delivered", office.store.last_batch())
    assert [p.name for p in outbox(office.store).glob("*.age")] == [f"{sent.counts['number']}.age"]
    assert not forgotten.exists()


def test_a_restore_of_a_later_backup_finds_nothing_to_do(office, tmp_path):
    erase(office)
    backup(office.store, tmp_path / "b.childdb", actor="thử", now=NOW)
    (tmp_path / "new").mkdir()
    made = restore(tmp_path / "b.childdb", str(tmp_path / "new" / "s.db"), tmp_path / "new" / "k",
                   key_copy=office.key_file, actor="thử", now=NOW)  # fmt: skip
    assert made.erased_again == 0


def test_an_erasure_that_was_cut_after_the_ledger_can_be_done_again(office, monkeypatch):
    with pytest.MonkeyPatch.context() as cut, pytest.raises(KeyboardInterrupt):
        cut.setattr(erasing.erasing, "erase", _cut)
        erase(office)
    assert erase(office).identities == 2


def _cut(*_, **__):
    raise KeyboardInterrupt


def test_while_another_reads_the_erasure_holds_and_the_file_is_written_anew_later(office):
    other = Store.open(str(office.place / "s.db"), office.key_file)
    with other.reading() as connection:
        connection.execute(m.batch.select()).fetchall()
        done = erase(office)
        assert not done.swept
    other.close()
    assert erasing.finish(office.store)


def test_a_new_key_after_an_erasure(office):
    erase(office)
    office.store.rotate_key(actor="thử", now=NOW)
    reading = file(sheet([hoa()]), name="7")
    assert [p.erased for p in Register(office.store).place(reading).values()] == [True]


def test_the_command_asks_for_a_person_or_yes_and_says_what_is_left_to_do(office, capsys, monkeypatch):
    words = ["--db", str(office.place / "s.db"), "--key-file", str(office.key_file), "erase", str(key_of(office))]
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    said = {}
    for more in ((), ("--request", "1", "--reason", "x"), ("--request", "1", "--reason", "x", "--yes")):
        with pytest.raises(SystemExit) as ended:
            main([*words, *more])
        said[ended.value.code] = "".join(capsys.readouterr())
    assert set(said) == {2, 0}
    assert "2 cách ghi tên, 3 bản ghi, 5 dòng gốc, 1 gói" in said[0]
    assert "tinh" in said[0] and "k.erasures" in said[0]
    with pytest.raises(SystemExit) as ended:
        main([*words[:4], "key", "backup", str(office.place / "copy")])
    assert (office.place / "copy.erasures").read_bytes() == (office.place / "k.erasures").read_bytes()


def test_what_is_no_request_to_erase_this_child_erases_nothing(office):
    other = next(p.child for p in office.store.people() if p.child != key_of(office))
    duties.add_request(office.store, "view", "Mẹ", received=NOW, actor="lan", now=NOW)
    last = office.store.last_batch()
    for child, words in (
        (other, {"request": 1}),
        (key_of(office), {"request": 2}),
        (key_of(office), {"request": 1, "reason": " "}),
    ):
        with pytest.raises(UsageFault):
            erasing.erase(office.store, child, **({"reason": "x"} | words), actor="lan", now=NOW)
    for child, request in ((7, 1), (other, 9)):
        with pytest.raises(NotFound):
            erasing.erase(office.store, child, request=request, reason="x", actor="lan", now=NOW)
    assert office.store.last_batch() == last
    key = key_of(office)
    erase(office)
    duties.add_request(office.store, "delete", "Mẹ", received=NOW, actor="lan", now=NOW)
    with pytest.raises(NotFound):
        erasing.erase(office.store, key, request=3, reason="x", actor="lan", now=NOW)
