"""Erasure: what names or locates one child is overwritten everywhere in the store, as a batch that cannot be undone.

Facts stay under the child's random key, so that counts, figures and snapshots, as known at any batch, do not move: an
erased cell holds the encrypted empty text, which still says *there was one*. What stays behind is a list of keyed
hashes (`setting` erased:N) by which the child is known again on an older backup and on a later list. The same list
goes to a ledger outside the store (childdb/workflow/erasing.py).
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import product
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, insert, select, update

from childdb.store import audit
from childdb.store import models as m
from childdb.store.batches import open_batch
from childdb.store.bulk import chunks
from childdb.store.crypto import Cipher
from childdb.store.typed import record_from
from schemas.errors import StoreBusy
from schemas.facts import FACTS, IDENTIFYING, IDENTITY_FIELDS
from schemas.records import identity_key
from schemas.text import fold, normal

_SETTING = "erased:"
_WORD = re.compile(r"[^\W_]+")
_ERASED = "(đã xóa tên)"  # in place of a text or a file's name that bore the child's
_HIDDEN = ("full_name", "mother_name", "father_name", "household_head", "personal_id")
_BLANKED = ("birth_date", "birth_precision", "sex", "village")  # of the identity; the facts keep theirs


@dataclass(frozen=True)
class Entry:
    """An erasure as it is remembered: the batch, the parent's request, when, and the keyed hashes of who was meant."""

    batch: int
    request: int
    at: str
    marks: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        return {"batch": self.batch, "request": self.request, "at": self.at, "marks": list(self.marks)}


@dataclass(frozen=True)
class Erased:
    """What an erasure overwrote: identities, records, rows of sheets; and the first batch that brought the child."""

    entry: Entry
    identities: int
    records: int
    rows: int
    first_batch: int


@dataclass
class _Known:
    """How the child may be told in texts, for the time of the erasure alone."""

    names: set[str] = field(default_factory=set)
    mothers: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    births: set[date] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)

    def learn(self, cells: Mapping[str, Any]) -> None:
        for kept, name in ((self.names, "full_name"), (self.mothers, "mother_name"), (self.numbers, "personal_id")):
            if cells.get(name):
                kept.add(normal(str(cells[name])))
        if cells.get("birth_date"):
            self.births.add(cells["birth_date"])

    @cached_property
    def signs(self) -> set[str]:
        """What beside the name tells the child: mother, number, birth date as it is written."""
        forms = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d 00:00:00")
        written = {f"{born:{form}}" for born in self.births for form in forms}
        return self.mothers | self.numbers | written | {f"{b.day}/{b.month}/{b.year}" for b in self.births}

    def in_cells(self, cells: Mapping[str, str]) -> bool:
        """Whether a row of cells bears the name and one more sign: mother's name, number or birth date."""
        said = {normal(str(text)) for text in cells.values()}
        return bool(self.names & said) and bool(self.signs & said)

    def in_text(self, text: str) -> bool:
        """Whether a free text or a file's name bears the whole name, with or without tone marks."""
        plain = _words(text)
        return any(_words(name) in plain for name in self.names)

    def searched(self, words: str) -> bool:
        """Whether the words of a search fit the name."""
        asked = fold(words).split()
        return bool(asked) and any(set(asked) <= set(fold(name).split()) for name in self.names)


def _words(text: str) -> str:
    return f" {' '.join(_WORD.findall(fold(text)))} "


# -- who is meant -----------------------------------------------------------------------------------------------------


def marks_of(cipher: Cipher, lookup: bytes, cells: Mapping[str, Any]) -> set[str]:
    """The keyed hashes of a typed person: all identifying cells as one; name, birth date and mother; the number."""
    texts = {lookup.hex()}
    name, born, mother, number = (cells.get(n) for n in ("full_name", "birth_date", "mother_name", "personal_id"))
    if name and born and mother and cells.get("birth_precision") == "day":
        texts.add(_person(normal(str(name)), born, normal(str(mother))))
    if digits := re.sub(r"\D", "", str(number or "")):
        texts.add(digits)
    return _hashed(cipher, texts)


def _person(name: str, born: date, mother: str) -> str:
    return "\x1f".join((name, born.isoformat(), mother))


def _hashed(cipher: Cipher, texts: Iterable[str]) -> set[str]:
    return {cipher.lookup(text, "erased").hex() for text in texts}


def entries(connection: Connection) -> list[Entry]:
    """The erasures that this store knows of, oldest first."""
    rows = connection.execute(select(m.setting.c.value).where(m.setting.c.name.startswith(_SETTING)))
    found = [json.loads(bytes(value)) for (value,) in rows]
    return sorted((Entry(e["batch"], e["request"], e["at"], tuple(e["marks"])) for e in found), key=lambda e: e.batch)


def erased_among(
    connection: Connection, cipher: Cipher, people: Iterable[Mapping[str, Any]]
) -> Iterator[int | None]:  # fmt: skip
    """For each of PEOPLE (identifying cells as typed) the request by which that person was erased, or None."""
    by_mark = {mark: entry.request for entry in entries(connection) for mark in entry.marks}
    for cells in people:
        marks = marks_of(cipher, cipher.lookup(identity_key(cells), "identity"), cells) if by_mark else set()
        yield next((by_mark[mark] for mark in marks if mark in by_mark), None)


def identities_of_marks(connection: Connection, cipher: Cipher, marks: Iterable[str]) -> list[int]:
    """The identities that the hashes mean, on a store that has not erased them yet."""
    wanted = set(marks)
    query = select(m.identity.c.id, m.identity.c.lookup).order_by(m.identity.c.id)
    return [int(who) for who, lookup in connection.execute(query) if _full(cipher, bytes(lookup)) in wanted]


def _full(cipher: Cipher, lookup: bytes) -> str:
    return next(iter(_hashed(cipher, [lookup.hex()])))


def blank(cipher: Cipher, table: str, column: str) -> bytes:
    """What an erased cell holds."""
    return cipher.encrypt("", f"{table}.{column}")


def erased_identities(connection: Connection, cipher: Cipher) -> set[int]:
    empty = blank(cipher, "identity", "full_name")
    return {int(who) for (who,) in connection.execute(select(m.identity.c.id).where(m.identity.c.full_name == empty))}


def meant(connection: Connection, cipher: Cipher, identities: Iterable[int]) -> tuple[str, ...]:
    """The hashes of the identities' cells, to be written to the ledger before anything is overwritten."""
    return tuple(sorted(_known(connection, cipher, list(identities)).marks))


def _known(connection: Connection, cipher: Cipher, identities: list[int]) -> _Known:
    found = _Known()
    i, p = m.identity.c, m.FACT_TABLES["child_profile"].c
    said = ("full_name", "mother_name", "personal_id", "birth_date")
    for block in chunks(identities):
        query = select(i.lookup, *(i[name] for name in IDENTITY_FIELDS)).where(i.id.in_(block))
        for lookup, *cells in connection.execute(query):
            clear = _clear(cipher, "identity", IDENTITY_FIELDS, cells)
            found.marks |= marks_of(cipher, bytes(lookup), clear)
            found.learn(clear)
        stated = select(*(p[name] for name in said)).join(m.record, m.record.c.id == p.record_id)
        for row in connection.execute(stated.where(m.record.c.identity_id.in_(block))):
            found.learn(_clear(cipher, "child_profile", said, row))
    # also as corrected, and in any mixture of the spellings met
    persons = product(found.names, found.births, found.mothers)
    found.marks |= _hashed(cipher, (_person(*person) for person in persons))
    found.marks |= _hashed(cipher, (digits for n in found.numbers if (digits := re.sub(r"\D", "", n))))
    return found


def _clear(cipher: Cipher, table: str, names: Iterable[str], cells: Iterable[Any]) -> dict[str, Any]:
    return {
        name: cipher.decrypt(cell, f"{table}.{name}") if isinstance(cell, bytes) else cell
        for name, cell in zip(names, cells, strict=True)
    }


# -- what is overwritten ----------------------------------------------------------------------------------------------


def erase(connection: Connection, cipher: Cipher, identities: list[int], *, request: int, marks: Iterable[str],
          reason: str, actor: str, now: datetime, action: str = "erasure") -> Erased:  # fmt: skip
    """Overwrite all that names IDENTITIES in the caller's transaction; returns what was done, as one batch.

    IDENTITIES may be none: then only the hashes are kept, so that a later list is known.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("pragma secure_delete = on")
    known = _known(connection, cipher, identities)
    made = open_batch(connection, cipher, "erasure", actor=actor, now=now, reason=reason)
    first = min([made, *_numbers(connection, m.identity, "id", identities, "first_batch")])
    records = _numbers(connection, m.record, "identity_id", identities, "id")
    _facts(connection, cipher, records)
    rows = _rows(connection, cipher, records, known)
    _households(connection, cipher, records)
    _identities(connection, cipher, identities)
    _texts(connection, cipher, known)
    _frames(connection, cipher, known)
    _registers(connection, cipher, identities, request, made, known)
    entry = Entry(made, request, now.isoformat(), tuple(sorted({*marks, *known.marks})))
    value = json.dumps(entry.plain()).encode("ascii")
    connection.execute(insert(m.setting).values(name=f"{_SETTING}{made}", value=value))
    detail = {
        "batch": made,
        "request": request,
        "identities": len(identities),
        "records": len(records),
        "rows": len(rows),
    }
    audit.append(connection, cipher, actor, action, detail, now=now)
    return Erased(entry, len(identities), len(records), len(rows), first)


def _numbers(connection: Connection, table: Table, where: str, values: Iterable[int], column: str) -> list[int]:
    return [
        int(number)
        for block in chunks(values)
        for (number,) in connection.execute(select(table.c[column]).where(table.c[where].in_(block)))
    ]


def _facts(connection: Connection, cipher: Cipher, records: list[int]) -> None:
    """Identifying cells and free notes of the facts, the records' hashes, and the names that a correction replaced."""
    for name, fact in FACTS.items():
        table = m.FACT_TABLES[name]
        for column in fact.columns:
            if column.protection == IDENTIFYING or (name, column.name) == ("protection_case", "note"):
                _blank(connection, cipher, table, column.name, "record_id", records)
    hidden = {c.name for c in FACTS["child_profile"].columns if c.protection == IDENTIFYING}
    r = m.record.c
    for block in chunks(records):
        for number, replaces in connection.execute(select(r.id, r.replaces).where(r.id.in_(block))).all():
            values: dict[str, Any] = {"content": secrets.token_bytes(20)}
            if replaces and replaces["field"] in hidden:
                values["replaces"] = {**replaces, "value": None}
            connection.execute(update(m.record).where(r.id == number).values(values))


def _blank(
    connection: Connection, cipher: Cipher, table: Table, column: str, where: str, numbers: Iterable[int]
) -> None:  # fmt: skip
    for block in chunks(numbers):
        connection.execute(
            update(table)
            .where(table.c[where].in_(block), table.c[column].is_not(None))
            .values({column: blank(cipher, table.name, column)})
        )


def _rows(connection: Connection, cipher: Cipher, records: list[int], known: _Known) -> list[int]:
    """Raw cells and issues of the child's rows: accepted, admitted, and held or skipped ones that speak of it."""
    own = set(_numbers(connection, m.source_row, "record_id", records, "id"))
    own |= set(_numbers(connection, m.row_decision, "record_id", records, "source_row_id"))
    own |= set(_speaking(connection, cipher, known))
    empty = cipher.encrypt("{}", "source_row.cells")
    for block in chunks(sorted(own)):
        s, i = m.source_row.c, m.row_issue.c
        connection.execute(update(m.source_row).where(s.id.in_(block)).values(cells=empty, typed=None))
        connection.execute(update(m.row_issue).where(i.source_row_id.in_(block)).values(value=None, slots=None))
    return sorted(own)


def _speaking(connection: Connection, cipher: Cipher, known: _Known) -> Iterator[int]:
    s = m.source_row.c
    query = select(s.id, s.status, s.cells, s.typed).where(s.status.in_(("held_back", "skipped")))
    for number, status, kept, typed in connection.execute(query) if known.names else ():
        cells = json.loads(cipher.decrypt(kept, "source_row.cells"))
        if status == "skipped":
            if known.in_text(" ".join(map(str, cells.values()))):
                yield int(number)
        elif known.in_cells(cells) or (typed and _same(cipher, typed, known)):
            yield int(number)


def _same(cipher: Cipher, typed: bytes, known: _Known) -> bool:
    record, _ = record_from(cipher.decrypt(typed, "source_row.typed"))
    cells = record.identity
    return bool(cells) and bool(marks_of(cipher, cipher.lookup(identity_key(cells), "identity"), cells) & known.marks)


def _households(connection: Connection, cipher: Cipher, records: list[int]) -> None:
    """Head and number of a household in which nobody else was ever written."""
    home = m.FACT_TABLES["residence"]
    own = set(records)
    concerned = {n for n in _numbers_or_none(connection, home, records) if n is not None}
    for number in concerned:
        dwellers = connection.execute(select(home.c.record_id).where(home.c.household_id == number))
        if all(int(record) in own for (record,) in dwellers):
            for column in ("head", "number"):
                _blank(connection, cipher, m.household, column, "id", [number])
            lookup = secrets.token_bytes(20)
            connection.execute(update(m.household).where(m.household.c.id == number).values(lookup=lookup))


def _numbers_or_none(connection: Connection, home: Table, records: list[int]) -> set[int | None]:
    return {
        number
        for block in chunks(records)
        for (number,) in connection.execute(select(home.c.household_id).where(home.c.record_id.in_(block)))
    }


def _identities(connection: Connection, cipher: Cipher, identities: list[int]) -> None:
    hidden = {name: blank(cipher, "identity", name) for name in _HIDDEN}
    for who in identities:
        values = {**hidden, **dict.fromkeys(_BLANKED), "lookup": secrets.token_bytes(20)}
        connection.execute(update(m.identity).where(m.identity.c.id == who).values(values))


def _texts(connection: Connection, cipher: Cipher, known: _Known) -> None:
    """The child's name in what people wrote: reasons of batches and decisions, purposes and words of searches, names of
    files and sheets."""
    for table, column in ((m.batch, "reason"), (m.row_decision, "reason"), (m.access_event, "purpose")):
        place = f"{table.name}.{column}"
        rows = connection.execute(select(table.c.id, table.c[column]).where(table.c[column].is_not(None))).all()
        for number, kept in rows if known.names else ():
            said, _, asked = cipher.decrypt(kept, place).partition("\n")
            again = "" if known.in_text(said) else said
            if again != said or known.searched(asked):
                connection.execute(
                    update(table).where(table.c.id == number).values({column: cipher.encrypt(again, place)})
                )
    for table, column in ((m.batch, "file_name"), (m.source_sheet, "name")) if known.names else ():
        place = f"{table.name}.{column}"
        for number, kept in connection.execute(
            select(table.c.id, table.c[column]).where(table.c[column].is_not(None))
        ).all():
            name = cipher.decrypt(kept, place)
            if known.in_text(name):
                unnamed = cipher.encrypt(_ERASED + PurePath(name).suffix, place)
                connection.execute(update(table).where(table.c.id == number).values({column: unnamed}))


def _frames(connection: Connection, cipher: Cipher, known: _Known) -> None:
    """The child's name in what stands around rows: headings of a sheet kept for one child, and what was found of a sheet."""
    s, i, a = m.source_sheet.c, m.row_issue.c, m.heading_answer.c
    for number, columns in connection.execute(select(s.id, s.columns)).all() if known.names else ():
        again = [{**c, "heading": _ERASED} if known.in_text(c["heading"]) else c for c in columns]
        if again != columns:
            connection.execute(update(m.source_sheet).where(s.id == number).values(columns=again))
    told = select(i.id, i.value, i.slots).where(i.source_row_id.is_(None))
    for number, value, slots in connection.execute(told).all() if known.names else ():
        said = [
            cipher.decrypt(kept, f"row_issue.{name}") for name, kept in (("value", value), ("slots", slots)) if kept
        ]
        if any(known.in_text(text) for text in said):
            connection.execute(update(m.row_issue).where(i.id == number).values(value=None, slots=None))
    for number, heading in connection.execute(select(a.id, a.heading)).all() if known.names else ():
        if known.in_text(heading):
            connection.execute(delete(m.heading_answer).where(a.id == number))


def _registers(
    connection: Connection, cipher: Cipher, identities: list[int], request: int, made: int, known: _Known
) -> None:  # fmt: skip
    """Requests no longer say which child they were about: the applicant's name would lead back to it. What was written
    down as done, and of a breach, no longer bears the child's name."""
    keys = set(_numbers(connection, m.identity, "id", identities, "child_key"))
    keys |= set(_numbers(connection, m.child_link, "identity_id", identities, "child_key"))
    rows = connection.execute(select(m.request.c.id, m.request.c.content)).all()
    for number, kept in rows:
        content = json.loads(cipher.decrypt(kept, "request.content"))
        if number == request or content.get("child") in keys:
            content |= {"child": None, "words": ""} | ({"erased_in": made} if number == request else {})
        _keep_register(connection, cipher, m.request, number, kept, _unnamed(content, known, but=("applicant",)))
    for number, kept in connection.execute(select(m.incident.c.id, m.incident.c.content)).all():
        content = json.loads(cipher.decrypt(kept, "incident.content"))
        _keep_register(connection, cipher, m.incident, number, kept, _unnamed(content, known))


def _unnamed(content: Mapping[str, Any], known: _Known, *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        name: _ERASED if name not in but and isinstance(text, str) and known.in_text(text) else text
        for name, text in content.items()
    }


def _keep_register(
    connection: Connection, cipher: Cipher, table: Table, number: int, kept: bytes, content: Mapping[str, Any]
) -> None:  # fmt: skip
    again = cipher.encrypt(json.dumps(content, ensure_ascii=False, sort_keys=True), f"{table.name}.content")
    if again != bytes(kept):
        connection.execute(update(table).where(table.c.id == number).values(content=again))


def sweep(engine: Engine) -> None:
    """Write the database anew, so that no freed page and no journal keeps what stood there; needs nobody else in it."""
    connection = engine.raw_connection()
    try:
        if engine.dialect.name == "sqlite":
            cursor = connection.cursor()
            cursor.execute("pragma busy_timeout = 1000")  # who reads now may read for long: it is said, not waited for
            cursor.execute("vacuum")
            cursor.execute("pragma wal_checkpoint(truncate)")
            if (cursor.fetchone() or (1,))[0]:
                raise StoreBusy("Có cửa sổ khác đang mở kho dữ liệu; đóng lại rồi thử lại.",
                                "Another window has the store open; close it and try again.")  # fmt: skip
            return
        connection.rollback()
        connection.driver_connection.autocommit = True  # type: ignore[union-attr]
        cursor = connection.cursor()
        for name in sorted({"setting", "record", *(table for table, _ in m.ENCRYPTED)}):
            cursor.execute(f'vacuum full "{name}"')
        connection.driver_connection.autocommit = False  # type: ignore[union-attr]
    finally:
        connection.invalidate()  # not back to the pool as it was set here


__all__ = [
    "Entry", "Erased", "blank", "entries", "erase", "erased_among", "erased_identities", "identities_of_marks", "meant",
    "sweep",
]  # fmt: skip
