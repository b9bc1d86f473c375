"""The key and the opening: nothing is lost by a rotation, a killed set-up or a wrong place."""

import json
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from childdb.store import Store, keys
from schemas.errors import ChildDBError, KeyFault, NoSpace, NotSetUp, UnreadableFile, UsageFault
from tests.store.conftest import NOW
from tests.store.people import file, record, sheet
from tests.store.test_store import write


def test_a_new_key_leaves_no_value_under_the_old_one(store, store_place):
    write(store, file(sheet([record("Trẻ A", codes=("1.05",), number="011320000001")]), name="1"))
    child = store.people()[0].child
    store.correct(child, "full_name", "Trẻ A", "Trẻ B", actor="người", now=NOW, reason="sửa tên")
    older = store.cipher
    store.rotate_key(actor="thử", now=NOW)
    from childdb.store import models as m

    with store.reading() as c:
        for table, column in m.ENCRYPTED:
            for (value,) in c.execute(text(f'select "{column}" from "{table}" where "{column}" is not null')):
                store.cipher.decrypt(value, f"{table}.{column}")
                with pytest.raises(KeyFault):
                    older.decrypt(value, f"{table}.{column}")
        replaces = c.execute(text("select replaces from record where replaces is not null")).scalar_one()
    kept = (json.loads(replaces) if isinstance(replaces, str) else replaces)["value"]
    assert store.cipher.decrypt(bytes.fromhex(kept), "child_profile.full_name") == "Trẻ A"


def test_another_store_that_shares_the_key_file_opens_after_a_rotation(tmp_path):
    first = Store.init(str(tmp_path / "a.db"), tmp_path / "k", now=NOW)
    Store.init(str(tmp_path / "b.db"), tmp_path / "k", now=NOW).close()
    first.rotate_key(actor="thử", now=NOW)
    first.close()
    for name in ("a.db", "b.db"):
        Store.open(str(tmp_path / name), tmp_path / "k").close()
    assert [k.version for k in keys.read(tmp_path / "k")] == [1, 2]


def test_a_process_that_holds_the_old_key_cannot_write_after_a_rotation(store, store_place):
    other = Store.open(*store_place)
    store.rotate_key(actor="thử", now=NOW)
    with pytest.raises(KeyFault, match="vừa được thay"):
        write(other, file(sheet([record("Trẻ A")]), name="1"))
    other.close()
    assert store.last_batch() == 1


def test_a_rotation_that_fails_leaves_a_key_file_that_opens_the_store(store, store_place, monkeypatch):
    write(store, file(sheet([record("Trẻ A")]), name="1"))
    with store.engine.connect() as c, c.begin():  # a value that no key opens stops the rotation midway
        c.execute(text("update identity set mother_name = full_name"))
    with pytest.raises(KeyFault):
        store.rotate_key(actor="thử", now=NOW)
    again = Store.open(*store_place)
    assert again.last_batch() == 2
    again.close()


def test_the_backup_of_a_key_opens_the_store_and_overwrites_nothing(store, store_place, tmp_path):
    copy = tmp_path / "safe" / "copy.key"
    keys.backup(store.key_file, copy)
    Store.open(store_place[0], copy).close()
    with pytest.raises(KeyFault):
        keys.backup(store.key_file, copy)


def test_setting_up_a_store_whose_key_is_missing_makes_no_new_key(store, store_place):
    Path(store_place[1]).unlink()
    with pytest.raises(KeyFault, match="bản sao"):
        Store.init(*store_place, now=NOW)
    assert not Path(store_place[1]).exists()


def test_a_set_up_that_was_killed_half_way_is_made_whole_by_the_next(place):
    from childdb.store.database import connect, store_url
    from childdb.store.migrate import upgrade

    engine = connect(store_url(place[0]))
    upgrade(engine)  # the tables are there, the settings are not
    engine.dispose()
    with pytest.raises(NotSetUp, match="childdb init"):
        Store.open(*place)
    made = Store.init(*place, now=NOW)
    assert made.last_batch() == 1
    made.close()


def test_a_database_of_another_program_is_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / "other.db") as c:
        c.execute("create table invoice (n integer)")
    c.close()
    before = (tmp_path / "other.db").read_bytes()
    with pytest.raises(UnreadableFile):
        Store.init(str(tmp_path / "other.db"), tmp_path / "k", now=NOW)
    with sqlite3.connect(tmp_path / "other.db") as c:
        assert [n for (n,) in c.execute("select name from sqlite_master")] == ["invoice"]
    c.close()
    assert not (tmp_path / "k").exists()
    assert len(before) == (tmp_path / "other.db").stat().st_size


def test_a_store_of_a_newer_version_is_refused_in_a_sentence(store, store_place):
    with store.engine.connect() as c, c.begin():
        c.execute(text("update alembic_version set version_num = '9999'"))
        c.execute(text("update setting set value = :v where name = 'schema'"), {"v": b"9999"})
    with pytest.raises(NotSetUp):
        Store.open(*store_place)
    with pytest.raises(ChildDBError, match="mới hơn"):
        Store.init(*store_place, now=NOW)


def test_a_damaged_database_file_is_named_as_such(tmp_path):
    store = Store.init(str(tmp_path / "s.db"), tmp_path / "k", now=NOW)
    write(store, file(sheet([record(f"Trẻ {n}", mother=f"Mẹ {n}") for n in range(200)]), name="1"))
    store.close()
    raw = bytearray((tmp_path / "s.db").read_bytes())
    raw[8192:-8192] = b"\xff" * (len(raw) - 16384)
    (tmp_path / "s.db").write_bytes(raw)
    with pytest.raises(UnreadableFile):
        Store.open(str(tmp_path / "s.db"), tmp_path / "k").people()


def test_a_full_disk_stops_the_import_with_nothing_changed(tmp_path):
    store = Store.init(str(tmp_path / "s.db"), tmp_path / "k", now=NOW)
    with store.reading() as c:  # SQLite's own limit gives what a full disk gives; the pool hands out this connection
        pages = c.exec_driver_sql("pragma page_count").scalar_one()
        c.exec_driver_sql(f"pragma max_page_count={pages + 50}")
    rows = [record(f"Trẻ {n}", mother=f"Mẹ {n}") for n in range(1000)]
    with pytest.raises(NoSpace):
        write(store, file(sheet(rows), name="1"))
    assert store.last_batch() == 1
    assert store.people() == []
    assert store.audit_verify().whole
    store.close()


def test_a_server_that_does_not_answer_is_said_so(tmp_path):
    with pytest.raises(ChildDBError, match="Không kết nối được"):
        Store.open("postgresql+psycopg://nobody@127.0.0.1:1/none", tmp_path / "k")
    with pytest.raises(UsageFault):
        Store.open("mysql://x", tmp_path / "k")
