"""Letting a held row in, and a person's correction: both are batches of their own and can be undone."""

from __future__ import annotations

import json
import secrets
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from childdb.store import models as m
from childdb.store.batches import open_batch
from childdb.store.bulk import Numbers, Writer
from childdb.store.crypto import Cipher
from childdb.store.decisions import children, rebuild_links, require_identity, write_decision
from childdb.store.facts import FactWriter
from childdb.store.held import held_rows
from childdb.store.imports import content_text, identities_by_key, protected
from schemas.errors import NotFound, UsageFault
from schemas.facts import FACTS, IDENTITY_FIELDS
from schemas.records import Record, SheetReading, Value, identity_key


def make_identity(connection: Connection, cipher: Cipher, record: Record, number: int, batch: int) -> int:
    """The identity of a record, stored or made; NUMBER tells apart children typed alike."""
    key = identity_key(record.identity, number)
    found, _ = identities_by_key(connection, cipher, {key})
    if key in found:
        return found[key]
    made, child = Numbers(connection).take(m.identity), secrets.randbits(62) + 1
    connection.execute(insert(m.identity).values(
        id=made, lookup=cipher.lookup(key, "identity"), number=number, child_key=child, first_batch=batch,
        **{name: protected(cipher, "identity", name, record.identity.get(name)) for name in IDENTITY_FIELDS},
    ))  # fmt: skip
    connection.execute(insert(m.child_link).values(identity_id=made, child_key=child))
    return made


def admit(
    connection: Connection, cipher: Cipher, row: int, *, number: int, actor: str, now: datetime,
    record: Record | None = None, same_as: int | None = None, reason: str = "",
) -> int:  # fmt: skip
    """Let a held row in, as read or as RECORD says, with the list date and rank of its import.

    SAME_AS names a stored identity of which a person says that it is this child: the link stands in the same batch.
    """
    waiting = held_rows(connection, cipher, row=row)
    if not waiting:
        raise NotFound(f"Không có dòng chờ số {row}.", f"There is no waiting row {row}.")
    taken = record or waiting[0].record
    if taken is None:
        raise UsageFault(
            "Dòng này chưa đọc được đủ để nhận; sửa trong bảng tính rồi nhập lại.",
            "Too little of this row could be read; correct it in the workbook and import it again.",
        )
    made = open_batch(connection, cipher, "decision", actor=actor, now=now, reason=reason or None)
    held = waiting[0]
    who = make_identity(connection, cipher, taken, number, made) if taken.identity else None
    numbers, writer = Numbers(connection), Writer(connection)
    sheet = SheetReading("", "read", None, held.list_kind, held.list_date, held.period, held.commune_code,
                         held.commune_from)  # fmt: skip
    content = cipher.lookup(content_text(taken, held.unit_facts, sheet), "record")
    stored = connection.scalar(
        select(m.record.c.id).where(m.record.c.identity_id.is_not_distinct_from(who), m.record.c.content == content)
    )
    known = stored or FactWriter(connection, cipher, numbers, writer).write(who, content, taken, held.unit_facts, sheet)
    writer.flush()
    connection.execute(insert(m.row_decision).values(
        id=numbers.take(m.row_decision), batch_id=made, source_row_id=row, verdict="admitted", record_id=known,
        reason=cipher.encrypt(reason, "row_decision.reason") if reason else None,
    ))  # fmt: skip
    if same_as is not None and who is not None and same_as != who:
        require_identity(connection, same_as)
        write_decision(connection, made, "same", (min(who, same_as), max(who, same_as)), actor=actor, rule="person")
        rebuild_links(connection)
    return made


def correct(
    connection: Connection, cipher: Cipher, child_key: int, field: str, old: Value, new: Value, *,
    actor: str, now: datetime, reason: str,
) -> int:  # fmt: skip
    """A person's correction of one profile field (child_profile.FIELD), naming the value it replaces.

    An import of its own kind, dated its day: it outranks precision and list order.
    """
    _check_correction(field, new)
    who = next((i for i, key in sorted(children(connection).items()) if key == child_key), None)
    if who is None:
        raise NotFound("Không có trẻ mang mã này.", "There is no child with this key.")
    made = open_batch(connection, cipher, "correction", actor=actor, now=now, reason=reason)
    values: dict[str, Value] = {field: new}
    if field == "birth_date":
        values["birth_precision"] = "day"
    # no value at all: the field is retracted, expressly
    retracted = Record({}, {}, (f"child_profile.{field}",))
    record = retracted if new is None else Record({}, {"child_profile": [values]})
    replaced = old.isoformat() if isinstance(old, date) else old
    content = cipher.lookup(f"{who}|{made}|{record.canonical()}", "record")
    numbers, writer = Numbers(connection), Writer(connection)
    # the replaced value may be a name: encrypted like the column it comes from
    kept = protected(cipher, "child_profile", field, replaced)
    replaces = {"field": field, "value": kept.hex() if isinstance(kept, bytes) else kept}
    day = now.date()
    sheet = SheetReading("", "read", list_kind="correction", list_date=day)
    known = FactWriter(connection, cipher, numbers, writer).write(who, content, record, (), sheet, replaces)
    sheet_id = numbers.take(m.source_sheet)
    connection.execute(insert(m.source_sheet).values(
        id=sheet_id, batch_id=made, name=cipher.encrypt("", "source_sheet.name"), list_kind="correction", list_date=day,
        columns=[], accounting={},
    ))  # fmt: skip
    writer.add(
        m.source_row, ("id", "sheet_id", "batch_id", "number", "status", "record_id", "cells"),
        (numbers.take(m.source_row), sheet_id, made, 1, "changed", known,
         cipher.encrypt(json.dumps({field: "" if new is None else str(new)}, ensure_ascii=False), "source_row.cells")),
    )  # fmt: skip
    writer.flush()
    return made


_KINDS: dict[str, type] = {"text": str, "code": str, "int": int, "bool": bool, "date": date}


def _check_correction(field: str, new: Value) -> None:
    """A correction is held to the field's kind and list of codes, as a list is."""
    columns = {c.name: c for c in FACTS["child_profile"].columns if c.name != "birth_precision"}
    if field not in columns:
        raise UsageFault(f"Không sửa được trường {field}.", f"The field {field} cannot be corrected.")
    column = columns[field]
    fits = new is None or type(new) is _KINDS[column.kind]
    if not fits or (new is not None and column.codes and new not in column.codes):
        raise UsageFault(f"Giá trị mới không hợp với trường {field}.", f"The new value does not fit the field {field}.")
