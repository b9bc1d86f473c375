"""The store: opened with its key, written in batches, never made by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, func, insert, select, text, update

from childdb.store import admit as admitting
from childdb.store import audit, decisions, erasing, held, imports, keys, opening, rotation, runs, trace, undo, verdicts
from childdb.store import models as m
from childdb.store.batches import batch_lines, last_batch, live_batches, open_batch
from childdb.store.bulk import chunks
from childdb.store.crypto import Cipher
from childdb.store.database import connect, default_key_file, faults_named, sqlite_file, store_url
from schemas.errors import KeyFault, NotSetUp, UsageFault
from schemas.facts import IDENTITY_FIELDS
from schemas.records import FileReading, Record, Value

_DATES = ("birth_date", "commune_from")
_LOCK = 28_2023  # the advisory lock that stands for "one writer" on PostgreSQL


@dataclass(frozen=True)
class PersonRow:
    """One identity as it was typed, and the child it belongs to now."""

    identity: int
    child: int
    number: int
    fields: dict[str, Any]


@dataclass(frozen=True)
class BatchRow:
    """One batch for people: `live` tells whether it still counts, `rows` its rows by status."""

    number: int
    kind: str
    made_at: datetime
    actor: str
    undoes: int | None
    live: bool
    file: str | None
    rows: dict[str, int]


class Store:
    """An open store. Reads see what is committed; each write is one transaction."""

    def __init__(self, url: URL, engine: Engine, cipher: Cipher, key_file: Path) -> None:
        self.url, self.engine, self.cipher, self.key_file = url, engine, cipher, key_file
        self._open: Connection | None = None  # the one transaction of a rehearsal

    # -- opening ------------------------------------------------------------------------------------------------

    @classmethod
    def init(cls, named: str | None, key_file: Path | None, *, now: datetime) -> Store:
        """Make the store and, if there is none, its key; an existing store is brought to the newest schema."""
        url, path = store_url(named), key_file or default_key_file()
        engine = connect(url)
        try:
            with faults_named():
                opening.made(engine, sqlite_file(url), path, now=now)
        finally:
            engine.dispose()
        return cls.open(named, key_file)

    @classmethod
    def open(cls, named: str | None, key_file: Path | None) -> Store:
        """Open a store with its key; refuses where either is missing, and makes neither."""
        url, path = store_url(named), key_file or default_key_file()
        file = sqlite_file(url)
        if file is not None and not file.exists():
            raise NotSetUp(
                f"Chưa có kho dữ liệu {file}. Chạy “childdb init” để tạo kho dữ liệu và khóa.",
                f"There is no store {file}. Run `childdb init` to make the store and the key.",
            )
        engine = connect(url)
        try:
            with faults_named():
                cipher = opening.opened(engine, path)
        except BaseException:
            engine.dispose()
            raise
        return cls(url, engine, cipher, path)

    def close(self) -> None:
        self.engine.dispose()

    @property
    def rehearsing(self) -> bool:
        """Whether this store is one open transaction that will be taken back."""
        return self._open is not None

    @property
    def place(self) -> str:
        """Where the store is, without a password."""
        file = sqlite_file(self.url)
        return str(file) if file else self.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view."""
        if self._open is not None:
            yield self._open
            return
        with faults_named(), self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction, alone: committed at the end, or nothing of it."""
        if self._open is not None:
            yield self._open
            return
        with faults_named(), self.engine.connect() as plain:
            connection = plain.execution_options(childdb_write=True)
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(text("select pg_advisory_xact_lock(:n)"), {"n": _LOCK})
                self._refuse_old_key(connection)
                yield connection

    def _refuse_old_key(self, connection: Connection) -> None:
        if not opening.key_fits(connection, self.cipher):
            raise KeyFault(
                "Khóa của kho dữ liệu vừa được thay; hãy chạy lại lệnh.",
                "The store's key has just been changed; run the command again.",
            )

    @contextmanager
    def rehearsal(self) -> Iterator[Store]:
        """A store on which everything may be written and nothing stays: how a preview is made."""
        with faults_named(), self.engine.connect() as plain:
            connection = plain.execution_options(childdb_write=True)
            transaction = connection.begin()
            rehearsed = Store(self.url, self.engine, self.cipher, self.key_file)
            rehearsed._open = connection
            try:
                yield rehearsed
            finally:
                rehearsed._open = None
                transaction.rollback()

    # -- reading ------------------------------------------------------------------------------------------------

    def last_batch(self) -> int:
        with self.reading() as connection:
            return last_batch(connection)

    def live(self, at: int | None = None) -> set[int]:
        """The batches live at AT."""
        with self.reading() as connection:
            return live_batches(batch_lines(connection), at)

    def live_import_of(self, sha256: str) -> int | None:
        """The live import of an identical file, if there is one."""
        with self.reading() as connection:
            lookup = self.cipher.lookup(sha256, "file")
            same = [int(n) for (n,) in connection.execute(select(m.batch.c.id).where(m.batch.c.file_lookup == lookup))]
            if not same:
                return None
            live = live_batches(batch_lines(connection))
            return max((n for n in same if n in live), default=None)

    def people(self, after: int = 0, only: Iterable[int] | None = None) -> list[PersonRow]:
        """Every identity that is not erased (those numbered after AFTER, or ONLY some) with its cells in the clear: for
        matching; what is shown of it needs a reason (`note_use`)."""
        i = m.identity.c
        query = (
            select(i.id, m.child_link.c.child_key, i.number, *(i[name] for name in IDENTITY_FIELDS))
            .join(m.child_link, m.child_link.c.identity_id == i.id)
            .where(i.id > after, i.full_name.is_distinct_from(erasing.blank(self.cipher, "identity", "full_name")))
            .order_by(i.id)
        )  # fmt: skip
        queries = [query] if only is None else [query.where(i.id.in_(block)) for block in chunks(sorted(set(only)))]
        with self.reading() as connection:
            return [
                PersonRow(int(who), int(child), int(number), self._clear(cells))
                for asked in queries
                for who, child, number, *cells in connection.execute(asked)
            ]

    def people_of(self, *children: int) -> list[PersonRow]:
        """The identities of some children, in the clear; what is shown of it needs a reason (`note_use`)."""
        link = m.child_link.c
        with self.reading() as connection:
            who = [
                int(i)
                for block in chunks(sorted(set(children)))
                for i in connection.scalars(select(link.identity_id).where(link.child_key.in_(block)))
            ]
        return self.people(only=who) if who else []

    def _clear(self, cells: list[Any]) -> dict[str, Any]:
        return {
            name: self.cipher.decrypt(cell, f"identity.{name}") if isinstance(cell, bytes) else cell
            for name, cell in zip(IDENTITY_FIELDS, cells, strict=True)
        }

    def identities_by_key(self, wanted: Iterable[str]) -> dict[str, tuple[int, int]]:
        """(identity, its child's key) for those of the key texts that are stored."""
        with self.reading() as connection:
            found, children = imports.identities_by_key(connection, self.cipher, set(wanted))
        return {key: (who, children[who]) for key, who in found.items()}

    def erased_among(self, people: Iterable[Mapping[str, Any]]) -> list[int | None]:
        """For each of PEOPLE (identifying cells as typed) the request by which that person was erased, or None."""
        with self.reading() as connection:
            return list(erasing.erased_among(connection, self.cipher, people))

    def cannot_link(self) -> set[frozenset[int]]:
        with self.reading() as connection:
            return decisions.cannot_link(connection)

    def decisions(self) -> list[verdicts.DecisionRow]:
        """The decisions in force, in their order."""
        with self.reading() as connection:
            return verdicts.standing(connection)

    def own_keys(self, identities: Iterable[int]) -> dict[int, int]:
        """Identity -> its own key: the child's, as long as nothing links it with a lower identity."""
        with self.reading() as connection:
            return verdicts.own_keys(connection, identities)

    def identity_of(self, key: int) -> int:
        """The identity whose own key KEY is."""
        with self.reading() as connection:
            return verdicts.identity_of(connection, key)

    def latest_sheets(self, after: int = 0) -> dict[int, int]:
        """Identity -> the last sheet on which it stands; identities that no live row speaks of are left out."""
        with self.reading() as connection:
            return verdicts.latest_sheets(connection, after)

    def children(self, as_known: int | None = None) -> dict[int, int]:
        """Identity -> child key, as known at a batch."""
        with self.reading() as connection:
            return decisions.children(connection, as_known)

    def batches(self, only: Collection[int] | None = None) -> list[BatchRow]:
        """All batches (or ONLY some), oldest first."""
        with self.reading() as connection:
            live = live_batches(batch_lines(connection))
            counts: dict[int, dict[str, int]] = {}
            s = m.source_row.c
            b = m.batch.c
            counted = select(s.batch_id, s.status, func.count()).group_by(s.batch_id, s.status)
            query = select(b.id, b.kind, b.made_at, b.actor, b.undoes, b.file_name).order_by(b.id)
            if only is not None:
                counted, query = counted.where(s.batch_id.in_(only)), query.where(b.id.in_(only))
            for number, status, rows in connection.execute(counted):
                counts.setdefault(int(number), {})[str(status)] = int(rows)
            return [
                BatchRow(int(n), kind, made, who, undoes, n in live,
                         self.cipher.decrypt(file, "batch.file_name") if file else None, counts.get(int(n), {}))
                for n, kind, made, who, undoes, file in connection.execute(query)
            ]  # fmt: skip

    def held_rows(
        self, *, batch: int | None = None, commune: str | None = None, row: int | None = None
    ) -> list[held.HeldRow]:
        with self.reading() as connection:
            return held.held_rows(connection, self.cipher, batch=batch, commune=commune, row=row)

    def held_page(
        self, *, within: Collection[str] | None, unit: str | None, code: str | None, first: int, most: int
    ) -> held.HeldPage:  # fmt: skip
        """Some of the rows that wait, for a list (`held.held_page`)."""
        with self.reading() as connection:
            return held.held_page(connection, self.cipher, within=within, unit=unit, code=code, first=first, most=most)

    def held_ids(self, unit: str, *, after: int = 0, most: int | None = None) -> list[int]:
        """The numbers of the rows of a unit (a key) that wait."""
        with self.reading() as connection:
            return held.held_ids(connection, unit, after=after, most=most)

    def undo_preview(self, number: int) -> undo.UndoReport:
        with self.reading() as connection:
            return undo.preview(connection, number)

    def audit_verify(self) -> audit.AuditReport:
        with self.reading() as connection:
            return audit.verify(connection, self.cipher)

    def audit_events(self) -> list[dict[str, Any]]:
        a = m.audit_event.c
        with self.reading() as connection:
            rows = connection.execute(select(a.id, a.at, a.actor, a.action, a.detail).order_by(a.id)).mappings()
            return [dict(row) for row in rows]

    # -- writing ------------------------------------------------------------------------------------------------

    def write_import(
        self, reading: FileReading, placements: Mapping[imports.RowKey, imports.Placement], *, actor: str, now: datetime
    ) -> imports.ImportReport:
        """One file as one batch."""
        with self.writing() as connection:
            report = imports.write_import(connection, self.cipher, reading, placements, actor=actor, now=now)
            detail = {"batch": report.batch, "rows": sum(a.read for a in report.accounting.values())}
            audit.append(connection, self.cipher, actor, "import", detail, now=now)
            return report

    def undo(self, number: int, *, actor: str, now: datetime, reason: str = "") -> undo.UndoReport:
        with self.writing() as connection:
            report = undo.undo(connection, self.cipher, number, actor=actor, now=now, reason=reason)
            audit.append(connection, self.cipher, actor, "undo", {"batch": number, "as": report.undone_by}, now=now)
            return report

    def dismiss(self, row: int, reason: str, *, actor: str, now: datetime) -> int:
        """Close a held row with a reason; returns the batch."""
        with self.writing() as connection:
            made = held.dismiss(connection, self.cipher, row, reason, actor=actor, now=now)
            audit.append(connection, self.cipher, actor, "dismiss", {"row": row, "batch": made}, now=now)
            return made

    def admit(
        self, row: int, *, actor: str, now: datetime, number: int = 0, record: Record | None = None,
        same_as: int | None = None, reason: str = "",
    ) -> int:  # fmt: skip
        """Let a held row in, as a child of its own or as that of identity SAME_AS; returns the batch.

        NUMBER above 0 tells apart a child typed like another.
        """
        with self.writing() as connection:
            made = admitting.admit(connection, self.cipher, row, number=number, actor=actor, now=now, record=record,
                                   same_as=same_as, reason=reason)  # fmt: skip
            audit.append(connection, self.cipher, actor, "admit", {"row": row, "batch": made}, now=now)
            return made

    def decide(
        self, verdict: str, one: int | None, other: int | None, *, actor: str, now: datetime, rule: str = "person",
        score: float | None = None, reasons: tuple[str, ...] = (), closes: int | None = None,
    ) -> int:  # fmt: skip
        """A decision about two identities (same, not_same, related; closed closes CLOSES); returns the batch."""
        with self.writing() as connection:
            decisions.check(connection, verdict, one, other, closes)
            made = open_batch(connection, self.cipher, "decision", actor=actor, now=now)
            decisions.write_decision(connection, made, verdict, (one, other), actor=actor, rule=rule, score=score,
                                     reasons=reasons, closes=closes)  # fmt: skip
            decisions.rebuild_links(connection)
            audit.append(connection, self.cipher, actor, "decide", {"verdict": verdict, "batch": made}, now=now)
            return made

    def decide_all(
        self, said: Sequence[verdicts.Verdict], *, actor: str, now: datetime, reason: str = ""
    ) -> int:  # fmt: skip
        """Many decisions as one batch; returns its number."""
        with self.writing() as connection:
            made = verdicts.decide_all(connection, self.cipher, said, actor=actor, now=now, reason=reason)
            audit.append(connection, self.cipher, actor, "decide", {"decisions": len(said), "batch": made}, now=now)
            return made

    def correct(
        self, child_key: int, field: str, old: Value, new: Value, *, actor: str, now: datetime, reason: str
    ) -> int:
        """A person's correction of a profile field; returns the batch."""
        with self.writing() as connection:
            made = admitting.correct(
                connection, self.cipher, child_key, field, old, new, actor=actor, now=now, reason=reason
            )
            audit.append(connection, self.cipher, actor, "correct", {"field": field, "batch": made}, now=now)
            return made

    def note_use(self, actor: str, what: str, reason: str, rows: int, *, now: datetime) -> None:
        """Named rows were shown or sent: an entry of the access log and of the audit chain; refused without a reason, whose
        one line the words of a search may follow."""
        if not reason.partition("\n")[0].strip():
            raise UsageFault("Cần ghi lý do xem hoặc gửi họ tên.", "A reason is needed to see or send names.")
        with self.writing() as connection:
            number = int(connection.scalar(select(func.max(m.access_event.c.id))) or 0) + 1
            purpose = self.cipher.encrypt(reason, "access_event.purpose")
            connection.execute(insert(m.access_event).values(
                id=number, seen_at=now.replace(tzinfo=None), actor=actor, purpose=purpose, what=what, rows=rows
            ))  # fmt: skip
            audit.append(
                connection, self.cipher, actor, "names", {"what": what, "rows": rows, "access": number}, now=now
            )

    def audit(self, actor: str, action: str, detail: Mapping[str, Any], *, now: datetime) -> None:
        with self.writing() as connection:
            audit.append(connection, self.cipher, actor, action, detail, now=now)

    def save_run(
        self, values: Iterable[Mapping[str, Any]], *, as_of: date, geography: date, batch: int, snapshot: str,
        actor: str, now: datetime, period_start: date | None = None,
    ) -> int:  # fmt: skip
        """Keep a computation and its figures; returns the run's number."""
        with self.writing() as connection:
            return runs.save(connection, values, as_of=as_of, geography=geography, batch=batch, snapshot=snapshot,
                             actor=actor, now=now, period_start=period_start)  # fmt: skip

    def save_release(self, run: int, audience: str, content: Mapping[str, Any], *, actor: str, now: datetime) -> int:
        """Note what of a run is shown outside; returns the release's number."""
        with self.writing() as connection:
            number = runs.save_release(connection, run, audience, content, now=now)
            audit.append(connection, self.cipher, actor, "release", {"run": run, "release": number}, now=now)
            return number

    def releases(self) -> list[runs.ReleaseRow]:
        """What was shown outside, oldest first."""
        with self.reading() as connection:
            return runs.releases(connection)

    def runs(self) -> list[runs.RunRow]:
        """The computations kept, oldest first."""
        with self.reading() as connection:
            return runs.listed(connection)

    def run_values(self, run: int) -> list[dict[str, Any]]:
        """The figures of one computation."""
        with self.reading() as connection:
            return runs.values_of(connection, run)

    def trace_child(self, child: int, *, names: bool = False, as_known: int | None = None) -> list[trace.TraceRow]:
        """Where what is known of a child comes from, row by row; the cells only where NAMES are asked for."""
        with self.reading() as connection:
            return trace.of_child(connection, self.cipher, child, names=names, at=as_known)

    def rotate_key(self, *, actor: str, now: datetime) -> int:
        """A new key; every encrypted value is written anew. Returns how many."""
        with self.writing() as connection:
            ring = keys.read(self.key_file)
            new = keys.fresh(ring)
            keys.write(self.key_file, [*ring, new])  # before anything is committed under it
            fresh = Cipher(new.secret)
            wrapped = connection.scalar(select(m.setting.c.value).where(m.setting.c.name == "lookup_secret"))
            secret = bytes.fromhex(self.cipher.decrypt(wrapped or b"", "setting.lookup_secret"))
            written = rotation.reencrypt(connection, self.cipher, fresh)
            again = {"lookup_secret": fresh.wrapped_lookup(secret), "key_check": opening.key_check(fresh)}
            for name, value in again.items():
                connection.execute(update(m.setting).where(m.setting.c.name == name).values(value=value))
            audit.append(connection, fresh, actor, "rotate", {"key": new.version, "values": written}, now=now)
        self.cipher = fresh.with_lookup(again["lookup_secret"])
        return written
