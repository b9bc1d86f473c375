"""Backups: consistent while the store is written to, opened before they are believed, and carried on from."""

import shutil
import threading
from datetime import timedelta

import pytest

from childdb.exchange.keyring import Keyring, keyring_file
from childdb.store import Store, keys, ledger
from childdb.workflow.backing_up import backup, look, restore
from childdb.workflow.destinations import outbox
from childdb.workflow.sending import Sender, send
from childdb.workflow.sent_status import status
from schemas.errors import CheckFailed, KeyFault, NotSetUp, UnreadableFile, UsageFault
from tests.store.conftest import blank, on_postgresql, postgres, server  # noqa: F401 (fixtures)
from tests.store.people import record
from tests.workflow.office import NOVEMBER, NOW, copy, make

LATER = NOW + timedelta(hours=1)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """An office that has sent November."""
    office = make(tmp_path_factory.mktemp("backup") / "o")
    office.send()
    yield office
    office.close()


@pytest.fixture
def office(template, tmp_path):
    again = copy(template, tmp_path / "o")
    yield again
    again.close()


def bring_back(file, place, office, key=None):
    """The backup restored on a new computer; returns its store."""
    place.mkdir()
    restore(file, str(place / "s.db"), place / "k", key_copy=key or office.key_file, actor="thử", now=LATER)
    return Store.open(str(place / "s.db"), place / "k")


def sender(store, now=LATER):
    return Sender(store, Keyring.read(keyring_file(store.key_file)), "cán bộ", now)


def test_a_new_machine_has_all_of_it_and_does_not_send_last_month_again(office, tmp_path):
    keys.backup(office.key_file, tmp_path / "usb-key")
    made = backup(office.store, tmp_path / "b.childdb", actor="thử", now=NOW)
    assert (made.export_runs, made.packages) == (1, 1)
    content = (tmp_path / "b.childdb").read_bytes()
    assert not any(word in content for word in (b"SQLite format", "Lò Thị Hoa".encode(), b"goi-"))
    before = [p.read_bytes() for p in office.stick.iterdir()]
    stamps = [p.stat().st_mtime_ns for p in office.stick.iterdir()]
    store = bring_back(tmp_path / "b.childdb", tmp_path / "moi", office, tmp_path / "usb-key")
    assert [r.state for r in ledger.runs(store)] == ["delivered"]
    assert [p.read_bytes() for p in outbox(store).iterdir()] == before
    again = send(sender(store), "tinh", NOVEMBER)
    assert (again.made, again.run.state) == (False, "delivered")
    assert [p.stat().st_mtime_ns for p in office.stick.iterdir()] == stamps
    assert store.audit_verify().whole
    assert store.audit_events()[-1]["action"] == "restore"
    store.close()


def test_from_an_older_backup_what_went_since_is_not_overwritten_and_a_person_decides(template, tmp_path):
    office = copy(template, tmp_path / "o")
    shutil.rmtree(office.stick)
    office.stick.mkdir()
    older = make(tmp_path / "b")  # the backup is older than the sending of November
    backup(older.store, tmp_path / "b.childdb", actor="thử", now=NOW)
    older.send()
    (there,) = older.stick.iterdir()
    before = there.read_bytes()
    store = bring_back(tmp_path / "b.childdb", tmp_path / "moi", older)
    outcome = send(sender(store), "tinh", NOVEMBER)
    assert (outcome.run.state, outcome.fault, there.read_bytes() == before) == ("known", None, True)
    (line,) = status(store)
    assert (line.needs_person, "--correction" in line.todo_vi) == (True, True)
    assert send(sender(store), "tinh", NOVEMBER).made is False
    second = send(sender(store), "tinh", NOVEMBER, correction=True).run
    assert (second.version, second.state) == (2, "delivered")
    for one in (store, office.store, older.store):
        one.close()


def test_a_backup_while_others_write_is_of_one_moment(office, tmp_path):
    stop, faults = threading.Event(), []

    def write():
        number = 0
        while not stop.is_set() and number < 200:
            number += 1
            try:
                office.bring(record(f"Trẻ {number}", mother="Mẹ Hai"), name=f"w{number}")
            except Exception as fault:
                faults.append(fault)

    writer, made = threading.Thread(target=write), []
    writer.start()
    try:
        while len({b.batch for b in made}) < 4 and writer.is_alive():
            made.append(backup(office.store, tmp_path / f"b{len(made)}", actor="thử", now=NOW))
    finally:
        stop.set()
        writer.join()
    assert faults == []
    assert len({b.batch for b in made}) == 4
    store = bring_back(made[-1].file, tmp_path / "moi", office)
    assert store.last_batch() == made[-1].batch
    kept, then = store.children(), office.store.children(made[-1].batch)
    assert kept == {who: then[who] for who in kept}
    assert len(store.batches()) == made[-1].batch
    store.close()


def test_what_is_damaged_of_another_key_or_in_the_way_is_refused_and_changes_nothing(office, tmp_path):
    file = tmp_path / "b"
    backup(office.store, file, actor="thử", now=NOW)
    with pytest.raises(UsageFault, match="đã có"):
        backup(office.store, file, actor="thử", now=NOW)
    (left := office.key_file.with_name("k.opened")).mkdir()
    (left / "exchange.json").write_text("a killed run's")
    assert look(file, office.key_file).batch == 2
    assert not left.exists()
    for package in outbox(office.store).iterdir():
        package.write_bytes(b"of today")
    with pytest.raises(UsageFault, match="đã có"):
        restore(file, str(office.db), office.key_file, key_copy=None, actor="thử", now=NOW)
    assert {p.read_bytes() for p in outbox(office.store).iterdir()} == {b"of today"}
    content = file.read_bytes()
    for name, damaged in {
        "cut": content[:-10], "turned": content[:-3] + bytes([content[-3] ^ 1]) + content[-2:], "none": b"", "other": b"x" * 99,
        "head": content[:60],
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises((CheckFailed, UnreadableFile, KeyFault)):
            restore(tmp_path / name, str(tmp_path / "x.db"), office.key_file, key_copy=None, actor="thử", now=NOW)
    stranger = tmp_path / "stranger"
    keys.make(stranger)
    with pytest.raises(KeyFault):
        restore(file, str(tmp_path / "x.db"), stranger, key_copy=None, actor="thử", now=NOW)
    with pytest.raises(NotSetUp):
        restore(file, str(tmp_path / "x.db"), tmp_path / "nokey", key_copy=None, actor="thử", now=NOW)
    (tmp_path / "x.db-wal").write_bytes(b"left behind")
    with pytest.raises(UsageFault, match="-wal"):
        restore(file, str(tmp_path / "x.db"), office.key_file, key_copy=None, actor="thử", now=NOW)
    assert not (tmp_path / "x.db").exists()
    office.store.rotate_key(actor="thử", now=NOW)
    assert look(file, office.key_file).export_runs == 1  # an older key of the ring opens it


def test_either_kind_of_database_takes_the_others_backup(office, tmp_path, on_postgresql):  # noqa: F811
    backup(office.store, tmp_path / "b", actor="thử", now=NOW)
    target = on_postgresql()
    words, key = target.url.render_as_string(hide_password=False), tmp_path / "pgkey"
    with pytest.raises(UsageFault, match="không trống"):
        restore(tmp_path / "b", words, key, key_copy=office.key_file, actor="thử", now=NOW)
    with target.engine.begin() as connection:
        connection.exec_driver_sql("drop schema public cascade")
        connection.exec_driver_sql("create schema public")
    restore(tmp_path / "b", words, key, key_copy=office.key_file, actor="thử", now=LATER)
    there = Store.open(words, key)
    assert there.children() == office.store.children()
    assert [r.manifest for r in ledger.runs(there)] == [r.manifest for r in ledger.runs(office.store)]
    backup(there, tmp_path / "b2", actor="thử", now=LATER)
    store = bring_back(tmp_path / "b2", tmp_path / "moi", office)
    assert store.children() == office.store.children()
    assert store.audit_verify().whole
    shutil.rmtree(outbox(there))
    for one in (store, there):
        one.close()
