"""A backup: the store with its ledger, the keys of exchange and the packages sent, in one encrypted file that was opened.

The file is a line of its own (the backup's secret under the store's key) and an age file of a tar. It opens with the
store's key file, which is not in it: keep a copy of that elsewhere (`childdb key backup`).
"""

from __future__ import annotations

import base64
import binascii
import json
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pyrage
from sqlalchemy import URL

from childdb.exchange.carriers import file_sha256
from childdb.exchange.keyring import Entry, keyring_file
from childdb.exchange.sealing import seal, unseal
from childdb.store import Store, copying, keys
from childdb.store.database import default_key_file, store_url
from childdb.workflow.destinations import beside_store, outbox
from childdb.workflow.disk import disk_faults_named, own_workshop
from childdb.workflow.erasing import ledger_file, replay
from schemas.errors import CheckFailed, StoreBusy, UnreadableFile, UsageFault
from schemas.files import disk_full, settle, whole_file

_HEAD = b"childdb backup 1 "
_DATABASE, _KEYRING, _OUTBOX, _MANIFEST = "store.db", "exchange.json", "sent", "backup.json"


@dataclass(frozen=True)
class Backup:
    """What a backup holds: when it was made (UTC), the last batch, runs in the ledger, packages kept, bytes; and how many
    erasures were done again on the store that was restored from it."""

    file: Path
    made_at: str
    batch: int
    export_runs: int
    packages: int
    bytes: int
    erased_again: int = 0


def backup(store: Store, file: Path, *, actor: str, now: datetime) -> Backup:
    """Write FILE, which is new, whole or not at all, and open it again: what cannot be restored is no backup."""
    if file.exists():
        raise UsageFault(f"{file} đã có; chọn tên khác.", f"{file} exists already; choose another name.")
    with disk_faults_named(), _alone(beside_store(store, "dang-sao-luu")) as place:
        folder, sealed = place / "backup", place / "backup.age"
        folder.mkdir()
        # the database first: a package made meanwhile is then one too many in the outbox, never one too few
        copying.copy_store(store, folder / _DATABASE)
        _gather(store, folder)
        _write_manifest(folder, now)
        own = pyrage.x25519.Identity.generate()
        seal(folder, sealed, [_entry(str(own.to_public()))])
        secret = base64.b64encode(copying.wrapped(store, str(own)))
        shutil.rmtree(folder)
        growing = file.with_name(f".{file.name}.trial")
        again = place / "opened"
        try:
            with whole_file(growing) as out, sealed.open("rb") as source:
                out.write(_HEAD + secret + b"\n")
                shutil.copyfileobj(source, out)
            _open(growing, store.key_file, again)
            made = _told(file, again, store.key_file, growing.stat().st_size)
            growing.replace(file)
            with suppress(OSError):  # a stick or a share need not know how
                settle(file.parent)
        finally:
            growing.unlink(missing_ok=True)
    store.audit(actor, "backup", {"batch": made.batch, "export_runs": made.export_runs}, now=now)
    return made


def _alone(place: Path) -> AbstractContextManager[Path]:
    """The folder where a backup is put together or opened; refuses a second one at the same time."""
    return own_workshop(place, StoreBusy("Một tiến trình khác đang sao lưu hoặc khôi phục; thử lại sau.",
                                         "Another process is backing up or restoring; try again."))  # fmt: skip


def _gather(store: Store, folder: Path) -> None:
    ring, sent = keyring_file(store.key_file), outbox(store)
    if ring.exists():
        shutil.copyfile(ring, folder / _KEYRING)
    for package in sorted(sent.glob("*.age")):
        (folder / _OUTBOX).mkdir(exist_ok=True)
        shutil.copyfile(package, folder / _OUTBOX / package.name)


def _write_manifest(folder: Path, now: datetime) -> None:
    files = {p.relative_to(folder).as_posix(): file_sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()}
    text = json.dumps({"format": 1, "made_at": now.isoformat(timespec="seconds"), "files": files}, indent=1)
    (folder / _MANIFEST).write_text(text + "\n", "utf-8")


def _entry(public: str, secret: str | None = None) -> Entry:
    return Entry("opening", "", "backup", public, "", None, secret)


@contextmanager
def _opened(file: Path, key_file: Path, near: Path) -> Iterator[Path]:
    """The backup's content in a folder beside the file NEAR that goes again; what a killed run left there goes first."""
    with _alone(near.with_name(near.name + ".opened")) as place:
        folder = place / "opened"
        _open(file, key_file, folder)
        yield folder


def _open(file: Path, key_file: Path, folder: Path) -> None:
    """The backup's content in FOLDER, which is new; every file as its manifest says."""
    inner = folder.with_name("inner.age")
    try:
        with file.open("rb") as source:
            head = source.readline(4096)
            if not head.startswith(_HEAD):
                raise UnreadableFile(
                    f"{file.name} không phải bản sao lưu của childdb.", f"{file.name} is no backup of childdb."
                )
            wrapped = base64.b64decode(head[len(_HEAD) :], validate=False)
            with inner.open("wb") as out:
                shutil.copyfileobj(source, out)
    except (OSError, binascii.Error) as fault:
        if isinstance(fault, OSError) and disk_full(fault):
            raise
        raise UnreadableFile(f"Không đọc được {file}.", f"{file} cannot be read.") from fault
    unseal(inner, folder, [_entry("", copying.unwrapped(wrapped, key_file))])
    inner.unlink()
    try:
        files = json.loads((folder / _MANIFEST).read_text("utf-8"))["files"]
    except (OSError, ValueError, KeyError) as fault:
        raise CheckFailed("Bản sao lưu thiếu danh mục.", "The backup lacks its manifest.") from fault
    for name, sha256 in files.items():
        if not (folder / name).is_file() or file_sha256(folder / name) != sha256:
            raise CheckFailed(f"Bản sao lưu: {name} không nguyên vẹn.", f"The backup: {name} is not whole.")


def _told(file: Path, folder: Path, key_file: Path, size: int) -> Backup:
    said = copying.proved(folder / _DATABASE, key_file)
    made_at = json.loads((folder / _MANIFEST).read_text("utf-8"))["made_at"]
    packages = len(list((folder / _OUTBOX).glob("*.age")))
    return Backup(file, made_at, said["batch"], said["export_runs"], packages, size)


def look(file: Path, key_file: Path | None) -> Backup:
    """Open a backup and say what is in it; nothing is restored."""
    path = key_file or default_key_file()
    with disk_faults_named(), _opened(file, path, path) as folder:
        return _told(file, folder, path, file.stat().st_size)


def restore(
    file: Path, named: str | None, key_file: Path | None, *, key_copy: Path | None, actor: str, now: datetime,
    erasures: Path | None = None,
) -> Backup:  # fmt: skip
    """The store of a backup at a place where there is none, with its ledger, exchange keys and sent packages.

    KEY_COPY is put where the key file belongs if there is none. Whatever is there already is left as it is, and refused.
    Children erased since are erased again, by the ledgers of erasures beside the key file, its copy, and in ERASURES.
    """
    url, path = store_url(named), key_file or default_key_file()
    with disk_faults_named():
        copying.refuse_taken(url)  # before anything is put beside it
    with (
        disk_faults_named(),
        _opened(file, key_copy if key_copy and not path.exists() else path, path) as folder,
    ):
        if not path.exists() and key_copy:
            keys.write(path, keys.read(key_copy))
        made = _told(file, folder, path, file.stat().st_size)
        store = Store.open(str(folder / _DATABASE), path)
        try:
            if (folder / _OUTBOX).exists():
                (folder / _OUTBOX).rename(outbox(store))
            copying.restored(store, made.made_at, actor=actor, now=now)
            # before the store takes its place: a restore that is cut brings nobody back who was erased
            ledgers = [ledger_file(path), *([ledger_file(key_copy)] if key_copy else []), *filter(None, [erasures])]
            again = len(replay(store, ledgers, actor=actor, now=now))
            _put_back(store, folder, url)
        finally:
            store.close()
    return replace(made, erased_again=again)


def _put_back(copied: Store, folder: Path, url: URL) -> None:
    """The sent packages and the exchange keys first, the store last: a restore that was cut can be done again."""
    ring = keyring_file(copied.key_file)
    if (folder / _KEYRING).exists() and not ring.exists():
        with whole_file(ring) as out:
            out.write((folder / _KEYRING).read_bytes())
    place = outbox(Store(url, copied.engine, copied.cipher, copied.key_file))
    for package in sorted(outbox(copied).glob("*.age")):
        with whole_file(place / package.name) as out, package.open("rb") as source:
            shutil.copyfileobj(source, out)
    copying.restore_store(folder / _DATABASE, url)
