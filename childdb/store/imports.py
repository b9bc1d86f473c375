"""One file into the store as one batch: identities, records, facts, source rows, issues, in one transaction.

What was said is kept: each distinct typed record once, and each source row that repeats it as a pointer to it.
The links that the matching made stand in a decision batch numbered just before the import.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, insert, select

from childdb.store import models as m
from childdb.store.batches import batch_lines, live_batches, open_batch
from childdb.store.bulk import Numbers, Writer, chunks
from childdb.store.changes import Standing
from childdb.store.crypto import Cipher
from childdb.store.decisions import Decision, components, link_of, rebuild_links
from childdb.store.facts import FactWriter
from childdb.store.typed import record_text
from schemas.facts import IDENTITY_FIELDS
from schemas.issues import Issue
from schemas.records import HELD, Accounting, FileReading, Record, SheetReading, SourceRow, identity_key

RowKey = tuple[str, int]
CLEANING = "cleaning"


@dataclass(frozen=True)
class Placement:
    """Whom a ready row means: an identity already stored (`known`), a `new` child, the `same` child as the stored identity
    `partner` or the one whose key text is `partner_key` (stored, or of this file), or a question for a person (`ask`,
    with its issues). `key` is the row's own key text, where the caller has made it.
    """

    verdict: str
    identity: int | None = None
    partner_key: str | None = None
    rule: str | None = None
    score: float | None = None
    reasons: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()
    number: int = 0  # of the identity: above 0 for a child typed like another
    partner: int | None = None
    key: str = ""
    erased: bool = False  # the row names a child that was erased: it is held, and nothing of it is kept


@dataclass
class ImportReport:
    """The import batch, the decision batch before it (if links were made), and what became of each row.

    `changes` are the facts (table.column) that a changed row says otherwise; `issues` what came to light while writing.
    """

    batch: int
    decision_batch: int | None
    statuses: dict[RowKey, str] = field(default_factory=dict)
    changes: dict[RowKey, tuple[str, ...]] = field(default_factory=dict)
    issues: dict[RowKey, tuple[Issue, ...]] = field(default_factory=dict)
    accounting: dict[str, Accounting] = field(default_factory=dict)


@dataclass(frozen=True)
class _Prior:
    """The latest live assertion of a child for one kind of list, period and commune."""

    order: tuple[date, int, int]
    record: int


def write_import(
    connection: Connection,
    cipher: Cipher,
    reading: FileReading,
    placements: Mapping[RowKey, Placement],
    *,
    actor: str,
    now: datetime,
) -> ImportReport:
    """Write the whole file; the caller's transaction makes it all or nothing."""
    return _Import(connection, cipher, reading, placements, actor, now).run()


class _Import:
    """The steps of one import, in the order of `run`."""

    def __init__(
        self, connection: Connection, cipher: Cipher, reading: FileReading, placements: Mapping[RowKey, Placement],
        actor: str, now: datetime,
    ) -> None:  # fmt: skip
        self.connection, self.cipher, self.reading, self.placements = connection, cipher, reading, placements
        self.actor, self.now = actor, now
        self.numbers, self.writer = Numbers(connection), Writer(connection)
        self.accepted = [
            (sheet, row) for sheet in reading.sheets if sheet.status == "read"
            for row in sheet.rows if self._is_accepted(sheet, row)
        ]  # fmt: skip
        self.key_of = {
            (s.name, r.number): self._key(s, r) for s, r in self.accepted if _record(r).identity
        }  # fmt: skip
        self.identity_of: dict[str, int] = {}
        self.child_of: dict[int, int] = {}
        self.fresh_keys: dict[str, int] = {}
        self.seen_children: set[Any] = set()
        self.prior: dict[tuple[Any, ...], _Prior] = {}
        self.standing = Standing(connection, cipher, {t for _, row in self.accepted for t in self._tables(row)})
        self.records: dict[tuple[int | None, bytes], int] = {}
        self.answers: dict[tuple[Any, ...], int] = {}  # (row token, sender, kind, period) -> the row of this import

    def _is_accepted(self, sheet: SheetReading, row: SourceRow) -> bool:
        placement = self.placements.get((sheet.name, row.number))
        said = row.record is not None or bool(row.unit_facts)
        return said and row.status != HELD and row.skipped is None and (placement is None or placement.verdict != "ask")

    def _key(self, sheet: SheetReading, row: SourceRow) -> str:
        placement = self.placements.get((sheet.name, row.number))
        made = placement.key if placement else ""
        return made or identity_key(_record(row).identity, self._number_of(sheet, row))

    def _number_of(self, sheet: SheetReading, row: SourceRow) -> int:
        placement = self.placements.get((sheet.name, row.number))
        return placement.number if placement else 0

    @staticmethod
    def _tables(row: SourceRow) -> set[str]:
        record = _record(row)
        return set(record.facts) | {name.partition(".")[0].partition(":")[0] for name in record.retracts}

    def run(self) -> ImportReport:
        links = [
            (self.key_of[place], p) for place, p in self.placements.items()
            if p.verdict == "same" and place in self.key_of
        ]  # fmt: skip
        decision = (
            open_batch(self.connection, self.cipher, "decision", actor="childdb", now=self.now) if links else None
        )
        number = open_batch(
            self.connection, self.cipher, "import", actor=self.actor, now=self.now,
            file=(self.reading.name, self.reading.sha256),
        )  # fmt: skip
        self._find_identities(links)
        self._make_identities(number)
        self._link(decision, links)
        self._read_prior()
        self.facts = FactWriter(self.connection, self.cipher, self.numbers, self.writer)
        report = ImportReport(number, decision)
        self.facts.expect(_record(row) for _, row in self.accepted)
        for issue in self.reading.issues:
            self._write_issue(number, None, None, issue)
        for sheet in self.reading.sheets:
            if sheet.status == "read":
                self._write_sheet(number, sheet, report)
            else:
                for issue in sheet.issues:
                    self._write_issue(number, None, None, replace(issue, slots={**issue.slots, "sheet": sheet.name}))
        self.writer.flush()
        self._close_answered(number)
        return report

    # -- whom the rows mean -------------------------------------------------------------------------------------

    def _find_identities(self, links: Sequence[tuple[str, Placement]]) -> None:
        wanted = set(self.key_of.values()) | {p.partner_key for _, p in links if p.partner_key}
        self.identity_of, self.child_of = identities_by_key(self.connection, self.cipher, wanted)
        self.partners = {p.partner for _, p in links if p.partner is not None}
        self.child_of.update(link_of(self.connection, self.partners - set(self.child_of)))

    def _make_identities(self, number: int) -> None:
        columns = ("id", "lookup", "number", "child_key", "first_batch", *IDENTITY_FIELDS)
        for sheet, row in self.accepted:
            key = self.key_of.get((sheet.name, row.number))
            if key is None or key in self.identity_of:
                continue
            new, child = self.numbers.take(m.identity), secrets.randbits(62) + 1
            self.identity_of[key], self.child_of[new], self.fresh_keys[key] = new, child, new
            cells = _record(row).identity
            self.writer.add(
                m.identity, columns,
                (new, self.cipher.lookup(key, "identity"), self._number_of(sheet, row), child, number,
                 *(protected(self.cipher, "identity", name, cells.get(name)) for name in IDENTITY_FIELDS)),
            )  # fmt: skip
        self.writer.flush()

    def _link(self, decision: int | None, links: Sequence[tuple[str, Placement]]) -> None:
        pairs = []
        for key, placement in links if decision is not None else ():
            here = self.identity_of[key]
            there = placement.partner or self.identity_of.get(placement.partner_key or "")
            if decision is None or there is None or here == there:
                continue  # the partner's row was held back after all: this one stands alone
            low, high = sorted((here, there))
            pairs.append(Decision(0, decision, "same", low, high))
            self.writer.add(
                m.match_decision,
                ("id", "batch_id", "verdict", "identity_a", "identity_b", "decided_by", "rule", "score", "reasons"),
                (self.numbers.take(m.match_decision), decision, "same", low, high, "childdb", placement.rule,
                 placement.score, list(placement.reasons)),
            )  # fmt: skip
        self.writer.flush()
        lowest_of = components({i for d in pairs for i in (d.identity_a, d.identity_b) if i}, pairs)
        stored = (set(self.identity_of.values()) | self.partners) - set(self.fresh_keys.values())
        joined = any(self.child_of[w] != self.child_of[lowest] for w, lowest in lowest_of.items() if w in stored)
        if joined:  # two stored children become one: their other identities are concerned too
            rebuild_links(self.connection)
            self.child_of.update(link_of(self.connection, self.child_of))
            return
        for who, lowest in lowest_of.items():
            self.child_of[who] = self.child_of[lowest]
        for new in self.fresh_keys.values():
            self.writer.add(m.child_link, ("identity_id", "child_key"), (new, self.child_of[new]))
        self.writer.flush()

    def _read_prior(self) -> None:
        """The latest live assertions of the children met, and the records their identities already have."""
        live = live_batches(batch_lines(self.connection))
        self.standing.live = live
        stored = sorted(set(self.identity_of.values()) - set(self.fresh_keys.values()))
        children = {self.child_of[i] for i in self.identity_of.values()}
        family: dict[int, int] = {}
        for block in chunks(sorted(children)):
            query = select(m.child_link.c.identity_id, m.child_link.c.child_key).where(
                m.child_link.c.child_key.in_(block)
            )
            family.update({int(i): int(k) for i, k in self.connection.execute(query)})
        r = m.record.c
        for block in chunks(sorted(family)):
            for who, scope, prior in self._assertions(r.identity_id.in_(block), live):
                child = self.child_of.get(who, family[who])
                self.seen_children.add(child)
                self._note((child, *scope), prior)
                self.standing.add(child, prior.order, scope[0], scope[1], prior.record)
        for block in chunks(stored):
            self._note_records(select(r.identity_id, r.content, r.id).where(r.identity_id.in_(block)))
        if any(row.unit_facts for _, row in self.accepted):
            self._note_records(select(r.identity_id, r.content, r.id).where(r.identity_id.is_(None)))
            self._note_returns(live)

    def _note_returns(self, live: set[int]) -> None:
        """The latest live assertions of what communes report of themselves."""
        c, r = m.commune_return.c, m.record.c
        items: dict[int, list[str]] = {}
        for rec, item in self.connection.execute(select(c.record_id, c.item)):
            items.setdefault(int(rec), []).append(item)
        for _, (kind, period, code, since), prior in self._assertions(r.identity_id.is_(None), live):
            unit = (code, since, tuple(sorted(items.get(prior.record, ()))))
            self.seen_children.add(unit)
            self._note((unit, kind, period, code, since), prior)

    def _assertions(self, whose: ColumnElement[bool], live: set[int]) -> Iterator[tuple[int, tuple[Any, ...], _Prior]]:
        """Live assertions as (identity, (kind, period, commune), which record and how late)."""
        for query in _asserted(whose):
            for row in self.connection.execute(query):
                who, rec, *scope, listed, batch, place, by = list[Any](row)
                if batch in live and by in live:
                    yield who, tuple(scope), _Prior((listed, batch, place), rec)

    def _note_records(self, query: Select[Any]) -> None:
        for who, content, number in self.connection.execute(query):
            self.records[who, bytes(content)] = number

    def _note(self, scope: tuple[Any, ...], prior: _Prior) -> None:
        if scope not in self.prior or self.prior[scope].order < prior.order:
            self.prior[scope] = prior

    # -- rows ---------------------------------------------------------------------------------------------------

    def _write_sheet(self, number: int, sheet: SheetReading, report: ImportReport) -> None:
        sheet_id = self.numbers.take(m.source_sheet)
        counts = Accounting(read=len(sheet.rows))
        # the sheet's line comes first: its rows refer to it
        self.connection.execute(insert(m.source_sheet).values(
            id=sheet_id, batch_id=number, name=self.cipher.encrypt(sheet.name, "source_sheet.name"),
            template=sheet.template, list_kind=sheet.list_kind, list_date=sheet.list_date, period=sheet.period,
            commune_code=sheet.commune_code, commune_from=sheet.commune_from, accounting={},
            columns=[{"letter": c.letter, "heading": c.heading, "field": c.field} for c in sheet.columns],
        ))  # fmt: skip
        for row in sheet.rows:
            status = self._write_row(number, sheet_id, sheet, row, report)
            if row.skipped:
                counts.skipped[row.skipped] = counts.skipped.get(row.skipped, 0) + 1
            else:
                setattr(counts, status, getattr(counts, status) + 1)
                report.statuses[sheet.name, row.number] = status
        if not counts.holds():
            raise AssertionError(f"accounting of a sheet does not hold: {counts}")
        for issue in sheet.issues:
            self._write_issue(number, sheet_id, None, issue)
        report.accounting[sheet.name] = counts
        self.connection.execute(
            m.source_sheet.update().where(m.source_sheet.c.id == sheet_id).values(accounting=counts.as_dict())
        )

    def _write_row(self, number: int, sheet_id: int, sheet: SheetReading, row: SourceRow, report: ImportReport) -> str:
        place = (sheet.name, row.number)
        accepted = self._is_accepted(sheet, row)
        row_id = self.numbers.take(m.source_row)
        record_id, typed, asked = None, None, self.placements.get(place)
        nothing = asked is not None and asked.erased
        if row.skipped:
            status = "skipped"
        elif accepted:
            record_id, status = self._assert_record(sheet, row, number, row_id, report)
        else:
            status, said = HELD, row.record is not None or bool(row.unit_facts)
            if said and not nothing:
                typed = self.cipher.encrypt(record_text(_record(row), row.unit_facts), "source_row.typed")
        self.writer.add(
            m.source_row,
            ("id", "sheet_id", "batch_id", "number", "status", "skip_reason", "record_id", "cells", "typed", "token"),
            (row_id, sheet_id, number, row.number, status, row.skipped, record_id,
             self.cipher.encrypt(json.dumps({} if nothing else row.cells, ensure_ascii=False), "source_row.cells"),
             typed, row.token),
        )  # fmt: skip
        if row.token and status != "skipped":
            self.answers[row.token, *_sender(sheet)] = row_id
            if sheet.list_kind == CLEANING:  # its rows stand for rows of every kind of list
                self.answers[row.token, sheet.commune_code, sheet.commune_from] = row_id
        own = () if nothing else row.issues
        for issue in (*own, *(asked.issues if asked else ()), *report.issues.get(place, ())):
            self._write_issue(number, sheet_id, row_id, issue)
        return status

    def _assert_record(
        self, sheet: SheetReading, row: SourceRow, number: int, row_id: int, report: ImportReport
    ) -> tuple[int, str]:
        record, place = _record(row), (sheet.name, row.number)
        who = self.identity_of[self.key_of[sheet.name, row.number]] if record.identity else None
        content = self.cipher.lookup(content_text(record, row.unit_facts, sheet), "record")
        known = self.records.get((who, content))
        if known is None:
            known = self.facts.write(who, content, record, row.unit_facts, sheet)
            self.records[who, content] = known
        child: Any = self.child_of[who] if who is not None else _unit_key(row.unit_facts, sheet)
        scope = (child, sheet.list_kind, sheet.period, sheet.commune_code, sheet.commune_from)
        prior = self.prior.get(scope)
        if prior is not None and prior.record == known:
            status = "unchanged"
        else:
            status = "changed" if child in self.seen_children else "new"
        if who is not None and (status == "changed" or self.standing.corrected(child)):
            effect = self.standing.effect(child, record, sheet)
            if effect.issues:
                report.issues[place] = effect.issues
            if status == "changed" and not effect.changes:
                status = "unchanged"  # another record than before that says nothing else
            elif status == "changed":
                report.changes[place] = effect.changes
        self.seen_children.add(child)
        order = (_date(sheet.list_date), number, row_id)
        self._note(scope, _Prior(order, known))
        if who is not None:
            self.standing.add(child, order, sheet.list_kind or "", sheet.period, record)
        return known, status

    def _write_issue(self, number: int, sheet_id: int | None, row_id: int | None, issue: Issue) -> None:
        self.writer.add(
            m.row_issue, ("id", "batch_id", "sheet_id", "source_row_id", "code", "field", "column", "value", "slots"),
            (self.numbers.take(m.row_issue), number, sheet_id, row_id, issue.code, issue.field, issue.column,
             None if issue.value is None else self.cipher.encrypt(issue.value, "row_issue.value"),
             self.cipher.encrypt(json.dumps(dict(issue.slots), ensure_ascii=False), "row_issue.slots")
             if issue.slots else None),
        )  # fmt: skip

    def _close_answered(self, number: int) -> None:
        """A held row is closed by a live later row of the same sender, kind and period that bears its token.

        That row may be held again: then it waits in the other's place, which comes back if this import is undone.
        """
        s, sheet = m.source_row.c, m.source_sheet.c
        for block in chunks({token for token, *_ in self.answers}):
            found = self.connection.execute(
                select(s.id, s.token, sheet.commune_code, sheet.commune_from, sheet.list_kind, sheet.period)
                .join(m.source_sheet, sheet.id == s.sheet_id)
                .where(s.token.in_(block), s.status == HELD, s.batch_id < number)
            ).all()
            for held, *answered in found:
                if by := self.answers.get(tuple(answered)) or self.answers.get(tuple(answered[:3])):
                    self.connection.execute(insert(m.row_decision).values(
                        id=self.numbers.take(m.row_decision), batch_id=number, source_row_id=held, verdict="closed",
                        by_row=by,
                    ))  # fmt: skip


def _asserted(whose: ColumnElement[bool]) -> tuple[Select[Any], Select[Any]]:
    """The assertions of records: accepted rows, and held rows that a decision (the last column's batch) admitted."""
    r, s, sheet, d = m.record.c, m.source_row.c, m.source_sheet.c, m.row_decision.c
    of_row = (sheet.list_kind, sheet.period, sheet.commune_code, sheet.commune_from, sheet.list_date, s.batch_id, s.id)
    accepted = (
        select(r.identity_id, r.id, *of_row, s.batch_id.label("by"))
        .join(m.source_row, s.record_id == r.id)
        .join(m.source_sheet, sheet.id == s.sheet_id)
        .where(whose, s.status.in_(("new", "changed", "unchanged")))
    )
    admitted = (
        select(r.identity_id, r.id, *of_row, d.batch_id.label("by"))
        .join(m.row_decision, d.record_id == r.id)
        .join(m.source_row, s.id == d.source_row_id)
        .join(m.source_sheet, sheet.id == s.sheet_id)
        .where(whose, d.verdict == "admitted")
    )
    return accepted, admitted


def identities_by_key(connection: Connection, cipher: Cipher, keys: set[str]) -> tuple[dict[str, int], dict[int, int]]:
    """(key text -> identity, identity -> child key) for those of KEYS that are stored."""
    by_lookup = {cipher.lookup(key, "identity"): key for key in keys}
    found: dict[str, int] = {}
    children: dict[int, int] = {}
    query = select(m.identity.c.lookup, m.identity.c.id, m.child_link.c.child_key).join(
        m.child_link, m.child_link.c.identity_id == m.identity.c.id
    )
    for block in chunks(by_lookup):
        for lookup, who, child in connection.execute(query.where(m.identity.c.lookup.in_(block))):
            found[by_lookup[bytes(lookup)]] = int(who)
            children[int(who)] = int(child)
    return found, children


@cache
def _is_protected(table: str, column: str) -> bool:
    return m.metadata.tables[table].c[column].type.__class__.__name__ == "LargeBinary"


def protected(cipher: Cipher, table: str, column: str, value: Any) -> Any:
    """VALUE as the column keeps it: encrypted where the column's type is bytes."""
    if value is None or not _is_protected(table, column):
        return value
    return cipher.encrypt(value.isoformat() if isinstance(value, date) else str(value), f"{table}.{column}")


def _sender(sheet: SheetReading) -> tuple[Any, ...]:
    return (sheet.commune_code, sheet.commune_from, sheet.list_kind, sheet.period)


def _record(row: SourceRow) -> Record:
    return row.record or Record({}, {})  # a row of a commune return says nothing of a child


def content_text(record: Record, unit_facts: Sequence[Mapping[str, Any]], sheet: SheetReading) -> str:
    """One text for equal content; what a commune says of itself is content of that commune and period."""
    said = [f"{sorted(fact.items(), key=str)}" for fact in unit_facts]
    if said:
        said.insert(0, f"{sheet.commune_code}@{sheet.commune_from} {sheet.period}")
    return "\n".join([record.canonical(), *said])


def _unit_key(unit_facts: Sequence[Mapping[str, Any]], sheet: SheetReading) -> tuple[Any, ...]:
    return (sheet.commune_code, sheet.commune_from, tuple(sorted(str(f["item"]) for f in unit_facts)))


def _date(day: date | None) -> date:
    return day or date.min


__all__ = ["ImportReport", "Placement", "content_text", "identities_by_key", "protected", "write_import"]
