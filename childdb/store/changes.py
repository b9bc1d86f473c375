"""What a row changes: its record against what the live assertions of its child say by now.

Values are compared as the columns keep them (identifying ones encrypted, which is the same text for the same value), so
that nothing is decrypted for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from childdb.store import models as m
from childdb.store.bulk import chunks
from childdb.store.crypto import Cipher
from schemas.codes import is_sealed
from schemas.facts import FACTS, OPEN, FactTable
from schemas.issues import Issue
from schemas.records import Record, SheetReading, Value
from schemas.text import fold

Stored = dict[str, Any]  # one fact's columns as the store keeps them, blanks left out
Order = tuple[date, int, int]  # list date, batch, row: what comes later holds

_TOLD_BY_DATE = {("household_status", "year")}  # from the list's date, not from a cell
_FINENESS = {"year": 0, "month": 1, "day": 2}
_BIRTH, _POVERTY = "child_profile.birth_date", "household_status.status"
_MORE = {"circumstance": ["code_sealed"], "residence": ["household_id"]}
_EVENTS = {"birth": "việc sinh", "death": "việc chết", "measurement": "kết quả cân đo", "vaccination": "mũi tiêm",
           "schooling": "việc học"}  # fmt: skip


@dataclass(frozen=True)
class Effect:
    """What a row changes (as table.column), and what it brings to light."""

    changes: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True)
class _Said:
    """One assertion: of which kind of list and period, and its record (stored, or of the import under way)."""

    order: Order
    kind: str
    period: str | None
    record: int | Record


@dataclass
class _State:
    """What a child's assertions amount to: values by table.column, sets by table, events by their scope."""

    values: dict[str, Any] = field(default_factory=dict)
    sets: dict[str, list[Stored]] = field(default_factory=dict)
    events: dict[tuple[Any, ...], list[Stored]] = field(default_factory=dict)  # (table, kind, period, scope) -> rows


class Standing:
    """The assertions of the children met; their facts (those of TABLES) are read when first asked for."""

    def __init__(self, connection: Connection, cipher: Cipher, tables: Iterable[str]) -> None:
        self._connection, self._cipher = connection, cipher
        self._tables = sorted(name for name in tables if name in FACTS)
        self._corrected: set[Any] = set()
        self.live: set[int] = set()  # the live batches
        self._said: dict[Any, list[_Said]] = {}
        self._facts: dict[int, dict[str, list[Stored]]] = {}
        self._retracts: dict[int, tuple[str, ...]] = {}
        self._replaced: dict[int, Mapping[str, Any]] = {}
        self._pending: set[int] = set()

    def add(self, child: Any, order: Order, kind: str, period: str | None, record: int | Record) -> None:
        """One more live assertion of CHILD."""
        self._said.setdefault(child, []).append(_Said(order, kind, period, record))
        if isinstance(record, int):
            self._pending.add(record)
        if kind == "correction":
            self._corrected.add(child)

    def corrected(self, child: Any) -> bool:
        """Whether a person has corrected something of CHILD."""
        return child in self._corrected

    def effect(self, child: Any, record: Record, sheet: SheetReading) -> Effect:
        """What RECORD would change of what is known of CHILD, and the issues that this shows."""
        said = sorted(self._said.get(child, ()), key=lambda s: s.order)
        self._read()
        state = _State()
        for each in said:
            self._take(state, each.kind, each.period, *self._of(each.record))
        facts = self._stored(record)
        changes = [*self._changes(state, facts, sheet), *_retracted(state, record.retracts)]
        if _POVERTY in changes and self._household_says(said) == facts["household_status"][0]["status"]:
            changes = [c for c in changes if c != _POVERTY]
        issues = [*_disagreements(state, facts, sheet), *self._repeated(said, record, facts, sheet)]
        return Effect(tuple(dict.fromkeys(changes)), tuple(issues))

    # -- what is stored -----------------------------------------------------------------------------------------

    def _read(self) -> None:
        r = m.record.c
        for block in chunks(sorted(self._pending)):
            for number, retracts, replaces in self._connection.execute(
                select(r.id, r.retracts, r.replaces).where(r.id.in_(block))
            ):
                self._facts[number] = {}
                self._retracts[number] = tuple(retracts or ())
                if replaces:
                    self._replaced[number] = replaces
            for name in self._tables:
                table = m.FACT_TABLES[name]
                columns = [c.name for c in FACTS[name].columns] + _MORE.get(name, [])
                query = select(table.c.record_id, *(table.c[c] for c in columns)).where(table.c.record_id.in_(block))
                for number, *cells in self._connection.execute(query):
                    row = {c: v for c, v in zip(columns, cells, strict=True) if v is not None}
                    if "code_sealed" in row:
                        row["code"] = row.pop("code_sealed")
                    self._facts[number].setdefault(name, []).append(row)
        self._pending.clear()

    def _of(self, record: int | Record) -> tuple[dict[str, list[Stored]], tuple[str, ...]]:
        if isinstance(record, int):
            return self._facts[record], self._retracts[record]
        return self._stored(record), record.retracts

    def _stored(self, record: Record) -> dict[str, list[Stored]]:
        return {name: [self._row(FACTS[name], row) for row in rows] for name, rows in record.facts.items() if rows}

    def _row(self, fact: FactTable, row: Mapping[str, Value]) -> Stored:
        kept: Stored = {}
        for column in fact.columns:
            value = row.get(column.name)
            if value is None:
                continue
            place = f"{fact.name}.{column.name}"
            if fact.name == "circumstance" and column.name == "code" and is_sealed(str(value)):
                value = self._cipher.encrypt(str(value), "circumstance.code_sealed")  # type: ignore[assignment]
            elif column.protection != OPEN:
                text = value.isoformat() if isinstance(value, date) else str(value)
                value = self._cipher.encrypt(text, place)  # type: ignore[assignment]
            kept[column.name] = value
        return kept

    # -- what holds, and what differs from it ---------------------------------------------------------------------

    def _take(
        self, state: _State, kind: str, period: str | None, facts: dict[str, list[Stored]], retracts: Sequence[str]
    ) -> None:
        for name in retracts:
            table, _, scope = name.partition(":")
            state.values.pop(name, None)
            state.sets.pop(table, None)
            for gone in [k for k in state.events if k[0] == table and scope in ("", *map(str, k[3]))]:
                del state.events[gone]
        for name, rows in facts.items():
            fact = FACTS[name]
            if fact.scope == "events":
                for within, events in _scoped(fact, rows).items():
                    state.events[name, kind, period if fact.per_period else None, within] = events
            elif fact.many:
                state.sets[name] = rows
            else:
                for place, value in _values(fact, rows):
                    if place != _BIRTH or _fineness(value) >= _fineness(state.values.get(place)):
                        state.values[place] = value

    def _changes(self, state: _State, facts: dict[str, list[Stored]], sheet: SheetReading) -> Iterator[str]:
        for name, rows in facts.items():
            fact = FACTS[name]
            if fact.scope == "events":
                for scope, events in _scoped(fact, rows).items():
                    key = (name, sheet.list_kind, sheet.period if fact.per_period else None, scope)
                    known = [e for k, each in state.events.items() if k[0] == name and k[3] == scope for e in each]
                    yield from _set_changes(fact, events, known, state.events.get(key, []))
            elif fact.many:
                known = state.sets.get(name, [])
                yield from _set_changes(fact, rows, known, known)
            else:
                for place, value in _values(fact, rows):
                    known_value = state.values.get(place)
                    if place == _BIRTH and _fineness(value) < _fineness(known_value):
                        continue  # a finer date prevails
                    if value != known_value and not _same_village(place, value, known_value):
                        yield place

    def _household_says(self, said: Sequence[_Said]) -> str | None:
        """The poverty that the lists told last of the household in which a child was stated last: it holds for all of it."""
        homes = [
            row["household_id"] for each in said if isinstance(each.record, int)
            for row in self._facts[each.record].get("residence", ()) if "household_id" in row
        ]  # fmt: skip
        if not homes:
            return None
        h, r, s, sheet = (
            t.c for t in (m.FACT_TABLES["household_status"], m.FACT_TABLES["residence"], m.source_row, m.source_sheet)
        )
        query = (
            select(h.status, s.batch_id).join(m.FACT_TABLES["residence"], r.record_id == h.record_id)
            .join(m.source_row, s.record_id == h.record_id).join(m.source_sheet, sheet.id == s.sheet_id)
            .where(r.household_id == homes[-1]).order_by(sheet.list_date.desc(), s.batch_id.desc(), s.id.desc())
        )  # fmt: skip
        return next((status for status, batch in self._connection.execute(query) if batch in self.live), None)

    def _repeated(
        self, said: Sequence[_Said], record: Record, facts: dict[str, list[Stored]], sheet: SheetReading
    ) -> Iterator[Issue]:
        """A value that a correction replaced, in a list not older than the correction."""
        profile = facts.get("child_profile", [{}])[0]
        clear = record.facts.get("child_profile", [{}])[0]
        for each in said:
            replaced = self._replaced.get(each.record) if isinstance(each.record, int) else None
            if not replaced or (sheet.list_date and each.order[0] > sheet.list_date):
                continue
            name = str(replaced["field"])
            if name in profile and _as_written(profile[name]) == str(replaced["value"]).upper():
                letter = next((c.letter for c in sheet.columns if c.field == f"child_profile.{name}"), None)
                yield Issue("correction_repeated", name, letter, str(clear[name]))


def _as_written(value: Any) -> str:
    """A value as a correction writes it down."""
    if isinstance(value, bytes):
        return value.hex().upper()
    return (value.isoformat() if isinstance(value, date) else str(value)).upper()


def _values(fact: FactTable, rows: Sequence[Stored]) -> Iterator[tuple[str, Any]]:
    """(table.column, or with the scope's value: parent_status.father) and the value; a birth date with its precision."""
    for row in rows:
        scope = "".join(f".{row[c]}" for c in fact.scope_by if c in row)
        for column, value in row.items():
            if column in fact.scope_by or column == "birth_precision" or (fact.name, column) in _TOLD_BY_DATE:
                continue
            place = f"{fact.name}{scope}" if fact.scope_by else f"{fact.name}.{column}"
            yield place, (value, row.get("birth_precision")) if place == _BIRTH else value


def _same_village(place: str, value: Any, known: Any) -> bool:
    return place == "residence.village" and known is not None and fold(value) == fold(known)


def _fineness(birth: Any) -> int:
    return _FINENESS.get(birth[1], 2) if birth else -1


def _scoped(fact: FactTable, rows: Sequence[Stored]) -> dict[tuple[Any, ...], list[Stored]]:
    found: dict[tuple[Any, ...], list[Stored]] = {}
    for row in rows:
        found.setdefault(tuple(row.get(c) for c in fact.scope_by), []).append(row)
    return found


def _key(fact: FactTable, row: Stored) -> tuple[Any, ...]:
    return tuple(row.get(c) for c in fact.key)


def _set_changes(
    fact: FactTable, rows: Sequence[Stored], known: Sequence[Stored], own: Sequence[Stored]
) -> Iterator[str]:
    """The columns in which ROWS say more or otherwise than any of KNOWN, and what of OWN they leave out."""
    for row in rows:
        alike = [k for k in known if _key(fact, k) == _key(fact, row)]
        for column in [c for c in row if not any(k.get(c) == row[c] for k in alike)] if alike else (_mark(fact),):
            yield f"{fact.name}.{column}"
    if {_key(fact, k) for k in own} - {_key(fact, row) for row in rows}:
        yield f"{fact.name}.{_mark(fact)}"


def _mark(fact: FactTable) -> str:
    """The column that stands for an event or a member of a set that comes or goes."""
    return (fact.key or (fact.columns[0].name,))[-1]


def _retracted(state: _State, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        table = name.partition(":")[0]
        if name in state.values or table in state.sets or any(k[0] == table for k in state.events):
            yield name.replace(":", ".")


def _disagreements(state: _State, facts: dict[str, list[Stored]], sheet: SheetReading) -> Iterator[Issue]:
    """Another kind of list says otherwise of the same event."""
    for name, label in _EVENTS.items():
        fact = FACTS[name]
        others = [e for k, each in state.events.items() if k[0] == name and k[1] != sheet.list_kind for e in each]
        if any(
            _key(fact, other) == _key(fact, row) and any(c in other and other[c] != v for c, v in row.items())
            for row in facts.get(name, ())
            for other in others
        ):
            yield Issue("lists_disagree", name, slots={"field": label})


__all__ = ["Effect", "Standing"]
