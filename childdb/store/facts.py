"""A typed record's facts into the fact tables; households and villages are found or made on the way."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select

from childdb.store import models as m
from childdb.store.bulk import Numbers, Writer, chunks
from childdb.store.crypto import Cipher
from schemas.codes import is_sealed
from schemas.facts import FACTS, OPEN
from schemas.records import Record, SheetReading, Value
from schemas.text import fold, normal

_COLUMNS = {name: tuple(c.name for c in fact.columns) for name, fact in FACTS.items()}
_PROTECTED = {name: frozenset(c.name for c in fact.columns if c.protection != OPEN) for name, fact in FACTS.items()}


class FactWriter:
    """Writes records once each; holds the households and villages met, so that each is looked up once."""

    def __init__(self, connection: Connection, cipher: Cipher, numbers: Numbers, writer: Writer) -> None:
        self.connection, self.cipher, self.numbers, self.writer = connection, cipher, numbers, writer
        self._households: dict[bytes, int] = {}
        self._lookups: dict[tuple[Value, ...], bytes] = {}
        self._unknown: set[bytes] = set()  # looked up already and not stored
        self._villages: set[tuple[str, date, str]] | None = None

    def expect(self, records: Iterable[Record]) -> None:
        """Look up the households of RECORDS together, before they are written one by one."""
        rows = (row for record in records for row in record.facts.get("residence", ()))
        self._find_households({key for row in rows if (key := self._household_lookup(row))})

    def _find_households(self, wanted: set[bytes]) -> None:
        h = m.household.c
        for block in chunks(wanted):
            for lookup, number in self.connection.execute(select(h.lookup, h.id).where(h.lookup.in_(block))):
                self._households[bytes(lookup)] = int(number)
        self._unknown |= wanted - set(self._households)

    def write(
        self,
        who: int | None,
        content: bytes,
        record: Record,
        unit_facts: Sequence[Mapping[str, Value]],
        sheet: SheetReading,
        replaces: Mapping[str, Any] | None = None,
    ) -> int:
        """The record with its facts; returns its number."""
        number = self.numbers.take(m.record)
        self.writer.add(
            m.record, ("id", "identity_id", "content", "retracts", "replaces"),
            (number, who, content, list(record.retracts) or None, replaces),
        )  # fmt: skip
        for table, rows in record.facts.items():
            for row in rows:
                self._fact(number, table, row)
        for fact in unit_facts:
            self.writer.add(
                m.commune_return,
                ("id", "record_id", "commune_code", "commune_from", "period", "item", "value", "said"),
                (self.numbers.take(m.commune_return), number, sheet.commune_code, sheet.commune_from,
                 fact.get("period") or sheet.period or str(sheet.list_date.year if sheet.list_date else ""),
                 fact["item"], fact.get("value"), fact.get("said")),
            )  # fmt: skip
        return number

    def _fact(self, number: int, table: str, row: Mapping[str, Value]) -> None:
        if unknown := set(row) - set(_COLUMNS[table]):
            raise KeyError(f"{table} has no columns {sorted(unknown)}")
        cells = [self._cell(table, name, row.get(name)) for name in _COLUMNS[table]]
        columns = ("id", "record_id", *_COLUMNS[table])
        extra: list[Any] = []
        if table == "circumstance":
            columns = (*columns, "code_sealed")
            code = str(row["code"])
            sealed = is_sealed(code)
            extra = [self.cipher.encrypt(code, "circumstance.code_sealed") if sealed else None]
            if sealed:
                cells[_COLUMNS[table].index("code")] = None
        elif table == "residence":
            columns = (*columns, "household_id")
            extra = [self._household(row)]
            self._village(row)
        fact_table = m.FACT_TABLES[table]
        self.writer.add(fact_table, columns, (self.numbers.take(fact_table), number, *cells, *extra))

    def _cell(self, table: str, column: str, value: Value) -> Any:
        if value is None or column not in _PROTECTED[table]:
            return value
        text = value.isoformat() if isinstance(value, date) else str(value)
        return self.cipher.encrypt(text, f"{table}.{column}")

    def _household_lookup(self, row: Mapping[str, Value]) -> bytes | None:
        """The household of a residence: by its number, else by its head, within village and commune."""
        mark = row.get("household_number") or row.get("household_head")
        if not mark:
            return None
        kind = "number" if row.get("household_number") else "head"
        said = (row.get("commune_code"), row.get("commune_from"), row.get("village"), kind, mark)
        if said not in self._lookups:
            key = "\x1f".join([
                str(row.get("commune_code") or ""), str(row.get("commune_from") or ""),
                fold(str(row.get("village") or "")), kind, normal(str(mark)),
            ])  # fmt: skip
            self._lookups[said] = self.cipher.lookup(key, "household")
        return self._lookups[said]

    def _household(self, row: Mapping[str, Value]) -> int | None:
        lookup = self._household_lookup(row)
        if lookup is None:
            return None
        if lookup not in self._households and lookup not in self._unknown:
            self._find_households({lookup})
        if lookup not in self._households:
            number = self.numbers.take(m.household)
            self._households[lookup] = number
            self.writer.add(
                m.household, ("id", "household_key", "lookup", "commune_code", "commune_from", "village", "head", "number"),
                (number, secrets.randbits(62) + 1, lookup, row.get("commune_code"), row.get("commune_from"),
                 row.get("village"), self._cell_of("household.head", row.get("household_head")),
                 self._cell_of("household.number", row.get("household_number"))),
            )  # fmt: skip
        return self._households[lookup]

    def _cell_of(self, place: str, value: Value) -> bytes | None:
        return None if value is None else self.cipher.encrypt(str(value), place)

    def _village(self, row: Mapping[str, Value]) -> None:
        name, code, since = row.get("village"), row.get("commune_code"), row.get("commune_from")
        if not name or not code or not isinstance(since, date):
            return
        if self._villages is None:
            v = m.village.c
            rows = self.connection.execute(select(v.commune_code, v.commune_from, v.folded))
            self._villages = {(code, since, folded) for code, since, folded in rows}
        key = (str(code), since, fold(str(name)))
        if key not in self._villages:
            self._villages.add(key)
            self.connection.execute(insert(m.village).values(
                id=self.numbers.take(m.village), commune_code=code, commune_from=since, name=name, folded=key[2]
            ))  # fmt: skip
