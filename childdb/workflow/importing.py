"""Importing: read the files, rehearse or write each as one batch, and account for every row."""

from __future__ import annotations

import gc
import hashlib
import zipfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from childdb.intake import Limits, read_files
from childdb.store import ImportReport, Store
from childdb.workflow.growth_flags import with_growth_flags
from childdb.workflow.placing import Register, RowKey
from schemas.errors import UsageFault
from schemas.issues import Issue
from schemas.records import CONTRIBUTION, Accounting, FileReading, SheetReading

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".tsv", ".docx")
_FORM_BYTES = 4 * 2**20


@dataclass(frozen=True)
class Options:
    """How to read: what the sender did not say may be said here."""

    commune: str | None = None
    list_date: date | None = None
    template: str | None = None
    hidden: bool = False
    again: bool = False
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class FileOutcome:
    """One file after its import (or its rehearsal): the batch, or why there is none, and each row's status."""

    path: Path
    reading: FileReading
    batch: int | None = None
    same_as: int | None = None  # the live import of an identical file
    statuses: Mapping[RowKey, str] = field(default_factory=dict)
    extra_issues: Mapping[RowKey, Sequence[Issue]] = field(default_factory=dict)
    changes: Mapping[RowKey, tuple[str, ...]] = field(default_factory=dict)  # of changed rows: table.column

    @property
    def refused(self) -> bool:
        return self.reading.status != "read"

    def accounting(self) -> dict[str, Accounting]:
        """Per sheet: read = new + changed + unchanged + held back + skipped."""
        return {sheet.name: self._of(sheet) for sheet in self.reading.sheets if sheet.status == "read"}

    def _of(self, sheet: SheetReading) -> Accounting:
        found = Accounting(read=len(sheet.rows))
        for row in sheet.rows:
            if row.skipped:
                found.skipped[row.skipped] = found.skipped.get(row.skipped, 0) + 1
            else:
                status = self.statuses[sheet.name, row.number]
                setattr(found, status, getattr(found, status) + 1)
        return found

    @property
    def held(self) -> int:
        return sum(s == "held_back" for s in self.statuses.values())


def find_files(paths: Sequence[Path], *, returns: Path | None = None) -> list[Path]:
    """The workbooks named, and those in the folders named (their subfolders too), each once, in order of name.

    Folders below them that are named like RETURNS are passed over: what is in them was written by us.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(
                p for p in path.rglob("*")
                if p.is_file() and p.suffix.lower() in SUFFIXES and not p.name.startswith(("~$", "."))
                and (p.suffix.lower() != ".docx" or _is_form(p))
                and not p.name.endswith(".issues.csv")
                and not (returns and returns.name in p.relative_to(path).parts[:-1])
            )  # fmt: skip
            found.update(dict.fromkeys(inside))
        else:
            found[path] = None
    if not found:
        raise UsageFault("Không thấy bảng tính nào trong thư mục đã chọn.", "There is no workbook in that folder.")
    return list(found)


def _is_form(path: Path) -> bool:
    """Whether a Word document is a form of ours: other letters lie in such folders too."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("word/document.xml") as text:
            return CONTRIBUTION.encode() in text.read(_FORM_BYTES)
    except (OSError, KeyError, zipfile.BadZipFile, RuntimeError):
        return False


def fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes; empty where it cannot be read (the reading says why)."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def read_all(
    paths: Sequence[Path], options: Options, *, today: date, progress: Callable[[Path], None] = lambda _: None
) -> Generator[tuple[Path, FileReading], None, None]:
    """Each file as it was read, in child processes with limits, in the order given."""
    for path, reading in read_files(paths, **reading_words(options, today)):
        progress(path)
        yield path, reading


def reading_words(options: Options, today: date) -> dict[str, Any]:
    """The keywords of childdb.intake.read_file."""
    return {"commune": options.commune, "list_date": options.list_date, "template": options.template,
            "hidden": options.hidden, "limits": options.limits, "today": today}  # fmt: skip


def import_files(
    store: Store,
    paths: Sequence[Path],
    options: Options,
    *,
    actor: str,
    now: datetime,
    today: date,
    progress: Callable[[FileOutcome], None] = lambda _: None,
    readings: Mapping[Path, FileReading] | None = None,
    register: Register | None = None,
) -> list[FileOutcome]:
    """Import each file as one batch; a refused file and one that is already imported make none.

    READINGS and REGISTER (made of this very STORE) are taken where the caller has them already.
    """
    done: dict[Path, FileOutcome] = {}
    for path in paths:
        sha = fingerprint(path)
        same = store.live_import_of(sha) if sha and not options.again else None
        if same is not None:
            done[path] = FileOutcome(path, FileReading(path.name, sha, "unchanged"), same_as=same)
            progress(done[path])
    fresh = [p for p in paths if p not in done]
    read = ((p, readings[p]) for p in fresh) if readings is not None else read_all(fresh, options, today=today)
    with closing(read):  # a fault ends those that read ahead at once
        for path, reading in read:
            if any(sheet.status == "read" for sheet in reading.sheets):
                register = register or Register(store)
                with _uncollected():
                    done[path] = import_reading(store, register, path, reading, actor=actor, now=now)
            else:
                done[path] = FileOutcome(path, replace(reading, status="refused"))
            progress(done[path])
    return [done[p] for p in paths]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of reference cycles: it would walk over everybody known again and again, to find nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def import_reading(
    store: Store, register: Register, path: Path, reading: FileReading, *, actor: str, now: datetime
) -> FileOutcome:
    """One reading into one batch, in one transaction."""
    placements = with_growth_flags(reading, register.place(reading))
    report: ImportReport = store.write_import(reading, placements, actor=actor, now=now)
    extra = {key: p.issues for key, p in placements.items() if p.issues}
    for key, issues in report.issues.items():
        extra[key] = (*extra.get(key, ()), *issues)
    return FileOutcome(path, reading, report.batch, None, report.statuses, extra, report.changes)
