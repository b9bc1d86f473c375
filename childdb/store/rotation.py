"""A new key: every encrypted value is written anew under it, in one transaction; child keys stay."""

from __future__ import annotations

from sqlalchemy import Connection, LargeBinary, bindparam, select, update

from childdb.store import models as m
from childdb.store.bulk import BLOCK
from childdb.store.crypto import Cipher


def reencrypt(connection: Connection, old: Cipher, new: Cipher) -> int:
    """Write all encrypted columns anew; returns how many values were written."""
    written = 0
    for table_name in sorted({t for t, _ in m.ENCRYPTED}):
        table = m.metadata.tables[table_name]
        columns = [c for t, c in m.ENCRYPTED if t == table_name]
        statement = (
            update(table).where(table.c.id == bindparam("row_id")).values({c: bindparam(f"new_{c}") for c in columns})
        )
        last = -1
        while True:
            query = select(table.c.id, *(table.c[c] for c in columns)).where(table.c.id > last).order_by(table.c.id)
            rows = connection.execute(query.limit(BLOCK)).all()
            if not rows:
                break
            last = rows[-1][0]
            changes = []
            for number, *values in rows:
                again = {
                    f"new_{c}": None
                    if v is None
                    else new.encrypt(old.decrypt(v, f"{table_name}.{c}"), f"{table_name}.{c}")
                    for c, v in zip(columns, values, strict=True)
                }
                written += sum(v is not None for v in values)
                changes.append({"row_id": number, **again})
            connection.execute(statement, changes)
    return written + _replaced_values(connection, old, new)


def _replaced_values(connection: Connection, old: Cipher, new: Cipher) -> int:
    """The value that a correction replaced is kept as its column keeps it: anew too, or it would match nothing."""
    profile = m.FACT_TABLES["child_profile"].c
    written = 0
    for number, replaces in connection.execute(
        select(m.record.c.id, m.record.c.replaces).where(m.record.c.replaces.is_not(None))
    ).all():
        column = profile[replaces["field"]]
        if replaces["value"] is None or not isinstance(column.type, LargeBinary):
            continue
        place = f"child_profile.{column.name}"
        kept = new.encrypt(old.decrypt(bytes.fromhex(replaces["value"]), place), place).hex()
        again = {**replaces, "value": kept}
        connection.execute(update(m.record).where(m.record.c.id == number).values(replaces=again))
        written += 1
    return written
