"""Erasing a child at a parent's request, for good: in the store, in its freed pages, in the packages kept, and again
after a restore from a backup that still has the child.

The ledger of erasures is a file beside the key file: it outlives the store, and a restore reads it. It holds keyed
hashes, which say nothing without the key and name nobody with it unless one knows whom to ask for.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from childdb.store import Store, duties, erasing, ledger, named_settings, verdicts
from childdb.store.database import faults_named
from childdb.store.erasing import Entry, Erased
from childdb.workflow.destinations import outbox
from childdb.workflow.disk import disk_faults_named
from childdb.workflow.opening import web_folder
from schemas.errors import NoSpace, NotFound, StoreBusy, UnreadableFile, UsageFault
from schemas.files import file_lock, whole_file

_PATIENCE = 100  # tenths of a second


@dataclass(frozen=True)
class Erasure:
    """What was erased, and what a person has still to do: who received the child, backups made before, the ledger.

    `swept` is False where another window had the store open or the disk was too full: freed pages may still hold what
    stood there, until `finish` was run.
    """

    batch: int
    identities: int
    records: int
    rows: int
    packages: int
    receivers: tuple[str, ...]
    backups: int
    ledger: Path
    swept: bool


def erase(store: Store, child: int, *, request: int, reason: str, actor: str, now: datetime) -> Erasure:
    """Erase CHILD (its key) at REQUEST, a request of kind delete that is not answered yet. Cannot be undone."""
    if not reason.strip():
        raise UsageFault("Cần nêu lý do xóa.", "A reason is needed.")
    identities = _meant(store, child, request)
    with store.reading() as connection:
        marks = erasing.meant(connection, store.cipher, identities)
    # the ledger first: an erasure that was cut is done again at the next restore, never forgotten
    remember(store, [Entry(store.last_batch() + 1, request, now.isoformat(), marks)])
    with store.writing() as connection:
        done = erasing.erase(connection, store.cipher, identities, request=request, marks=marks, reason=reason,
                             actor=actor, now=now)  # fmt: skip
    packages, receivers = _destroy_packages(store, done.first_batch)
    _clear_pages(store)
    earlier = sum(event["action"] == "backup" for event in store.audit_events())
    return Erasure(done.entry.batch, done.identities, done.records, done.rows, packages, receivers, earlier,
                   ledger_file(store.key_file), finish(store))  # fmt: skip


def _meant(store: Store, child: int, request: int) -> list[int]:
    """The identities of the child; refuses a request that does not ask for this."""
    with store.reading() as connection:
        asked = duties.named(connection, store.cipher, "request", request)
        verdicts.identity_of(connection, child)
        gone = erasing.erased_identities(connection, store.cipher)
    if asked.kind != "delete" or asked.ended is not None:
        raise UsageFault(f"Yêu cầu {request} không phải yêu cầu xóa đang chờ.",
                         f"Request {request} is no open request to delete.")  # fmt: skip
    if asked.content["child"] not in (None, child):
        raise UsageFault(f"Yêu cầu {request} là về trẻ khác.", f"Request {request} is about another child.")
    own = [who for who, key in store.children().items() if key == child]
    if not set(own) - gone:
        raise NotFound("Trẻ này đã được xóa.", "This child was erased.")
    return sorted(own)


def finish(store: Store) -> bool:
    """Write the database file anew, so that no freed page keeps what was erased; False where another has it open, or the
    disk has no room for a second file."""
    try:
        with faults_named():
            erasing.sweep(store.engine)
    except (StoreBusy, NoSpace):
        return False
    return True


def _destroy_packages(store: Store, first_batch: int) -> tuple[int, tuple[str, ...]]:
    """The packages kept that may bear the child; the ledger keeps their hashes, and who received them.

    So do those of which the ledger does not know: made before the store was restored from an older backup.
    """
    destroyed, receivers, runs = 0, set(), ledger.runs(store)
    known = {f"{run.counts['number']}.age" for run in runs}
    for package in outbox(store).glob("*.age"):
        if package.name not in known:
            package.unlink(missing_ok=True)
            destroyed += 1
    for run in runs:
        if run.batch < first_batch:
            continue
        if run.delivered or run.known or run.answer:
            receivers.add(run.destination)
        package = outbox(store) / f"{run.counts['number']}.age"
        destroyed += package.exists()
        package.unlink(missing_ok=True)
    return destroyed, tuple(sorted(receivers))


def _clear_pages(store: Store) -> None:
    """What the pages keep of work that is over: workbooks dropped in, previews, return workbooks, reports; and what an
    upload that was broken off has left."""
    for job in (web_folder(store) / "jobs").glob("*/"):
        state = ""
        with suppress(OSError, ValueError, KeyError):
            state = json.loads((job / "job.json").read_text("utf-8"))["state"]
        if state not in ("waiting", "running"):
            shutil.rmtree(job, ignore_errors=True)


def erasures(store: Store) -> int:
    """How many erasures the store knows of."""
    with store.reading() as connection:
        return len(erasing.entries(connection))


# -- the ledger outside the store -------------------------------------------------------------------------------------


def ledger_file(key_file: Path) -> Path:
    return key_file.with_name(key_file.name + ".erasures")


def remember(store: Store, new: Iterable[Entry]) -> None:
    """Add to the ledger beside the key file; several stores may share a key file."""
    path, own = ledger_file(store.key_file), named_settings.store_id(store)
    told = [json.dumps({"store": own, **entry.plain()}) for entry in new]
    with disk_faults_named(), _alone(path):
        lines = dict.fromkeys([*_lines(path), *told])
        with whole_file(path) as out:
            out.write("".join(f"{line}\n" for line in lines).encode("ascii"))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """The ledger for oneself: of two erasures at once neither may be forgotten."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as held:
        for left in reversed(range(_PATIENCE)):
            try:
                held.enter_context(file_lock(path.with_name(path.name + ".lock")))
                break
            except BlockingIOError as fault:
                if not left:
                    raise StoreBusy("Một việc xóa khác đang chạy; thử lại sau.",
                                    "Another erasure is under way; try again.") from fault  # fmt: skip
                time.sleep(0.1)
        yield


def _lines(path: Path) -> list[str]:
    return path.read_text("ascii").splitlines() if path.exists() else []


def remembered(path: Path, store: Store) -> list[Entry]:
    """The erasures of this store in a ledger file, which may be missing."""
    own = named_settings.store_id(store)
    try:
        said = [json.loads(line) for line in _lines(path)]
        return [Entry(e["batch"], e["request"], e["at"], tuple(e["marks"])) for e in said if e["store"] == own]
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise UnreadableFile(f"Sổ xóa {path} bị hỏng.", f"The ledger of erasures {path} is damaged.") from fault


def replay(store: Store, ledgers: Iterable[Path], *, actor: str, now: datetime) -> list[Erased]:
    """Erase again whom the ledgers name and this restored store does not know as erased; its packages too."""
    with store.reading() as connection:
        known = {mark for entry in erasing.entries(connection) for mark in entry.marks}
    wanted = {entry.marks: entry for path in ledgers for entry in remembered(path, store)}
    done = []
    for entry in sorted(wanted.values(), key=lambda e: (e.at, e.batch)):
        if set(entry.marks) <= known:
            continue
        with store.writing() as connection:
            identities = erasing.identities_of_marks(connection, store.cipher, entry.marks)
            done.append(erasing.erase(
                connection, store.cipher, identities, request=entry.request, marks=entry.marks, actor=actor, now=now,
                reason=f"xóa lại sau khôi phục (yêu cầu {entry.request})", action="erasure again",
            ))  # fmt: skip
        _destroy_packages(store, done[-1].first_batch)
    if done:
        finish(store)
    with store.reading() as connection:
        all_known = erasing.entries(connection)
    if all_known:  # what the backup itself remembers belongs in the ledger beside the key too
        remember(store, all_known)
    return done
