"""Erasure on a server: the same cells go, and the tables are written anew."""

from datetime import date

from sqlalchemy import select

from childdb.store import Placement, erasing
from childdb.store import models as m
from tests.store.conftest import NOW
from tests.store.people import file, record, sheet


def test_erasure_on_postgresql_leaves_the_facts_and_no_name(on_postgresql):
    store = on_postgresql()
    rows = [record("Lò Thị Hoa", born=date(2021, 3, 4)), record("Quàng Văn Ba")]
    reading = file(sheet(rows))
    store.write_import(reading, {("Trang 1", n): Placement("new") for n in (1, 2)}, actor="thử", now=NOW)
    who = next(p for p in store.people() if p.fields["full_name"] == "Lò Thị Hoa").identity
    with store.reading() as connection:
        marks = erasing.meant(connection, store.cipher, [who])
    with store.writing() as connection:
        done = erasing.erase(
            connection, store.cipher, [who], request=1, marks=marks, reason="xóa", actor="thử", now=NOW
        )
    erasing.sweep(store.engine)
    assert (done.records, done.rows, [p.fields["full_name"] for p in store.people()]) == (1, 1, ["Quàng Văn Ba"])
    assert store.erased_among(r.identity for r in rows) == [1, None]
    with store.reading() as connection:
        names = connection.execute(select(m.FACT_TABLES["child_profile"].c.full_name)).scalars()
        assert sorted(store.cipher.decrypt(n, "child_profile.full_name") for n in names) == ["", "Quàng Văn Ba"]
        assert erasing.identities_of_marks(connection, store.cipher, marks) == []
