"""The snapshot: a folder of Parquet files without names or numbers, which alone passes to the indicators.

The same batch gives the same bytes: a unique order, fixed row groups, one writing thread, no clock time. The folder
stands complete or not at all.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from childdb.store import sealed
from childdb.store.batches import code_version
from childdb.store.database import faults_named
from childdb.store.resolve import Resolved, resolved
from childdb.store.snapshot_tables import ORDER, contract_columns, order_by, source
from childdb.store.store import Store
from schemas.errors import CheckFailed, UsageFault
from schemas.snapshot import SCHEMA_VERSION, SNAPSHOT

ROW_GROUP = 122_880
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a snapshot is: the batch as known at which it holds, and rows and SHA-256 of each file by table."""

    schema_version: int
    store: str
    batch: int
    without: tuple[int, ...]
    sealed_as_of: tuple[str, ...]
    code_version: str
    rows: dict[str, int]
    sha256: dict[str, str]

    def text(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


def write_snapshot(
    store: Store,
    folder: Path,
    *,
    as_known: int | None = None,
    sealed_as_of: Sequence[date] = (),
    without: frozenset[int] = frozenset(),
    linked_at: int | None = None,
) -> Manifest:
    """Write the snapshot as known at a batch (the last, if none is given) to FOLDER, which is new or empty.

    WITHOUT leaves batches out as if they were undone; SEALED_AS_OF are the dates on which sealed facts are counted;
    LINKED_AT takes the decisions on who is whom from another batch (store.resolve).
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageFault(f"{folder} đã có nội dung; chọn thư mục khác.", f"{folder} is not empty; choose another.")
    days = tuple(sorted(set(sealed_as_of)))
    with faults_named():
        folder.parent.mkdir(parents=True, exist_ok=True)
        growing = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            with resolved(store, as_known=as_known, without=without, sealed=bool(days), linked_at=linked_at) as known:
                manifest = _write(store, known, growing, days, without)
            growing.chmod(0o755)
            if folder.exists():
                folder.rmdir()
            growing.rename(folder)
        except BaseException:
            shutil.rmtree(growing, ignore_errors=True)
            raise
    return manifest


def project(known: Resolved) -> None:
    """Make `snap_<table>` of every table of the contract but the sealed counts, in the contract's columns."""
    for name in ORDER:
        if name != "sealed_count":
            columns = contract_columns(SNAPSHOT[name])
            known.con.execute(
                f"create temp table snap_{name} as with found as ({source(name, named=known.named)}) "
                f"select {columns} from found"
            )


def _write(store: Store, known: Resolved, folder: Path, days: tuple[date, ...], without: frozenset[int]) -> Manifest:
    project(known)
    sealed.count(known, store.cipher, days)
    con = known.con
    con.execute("set threads = 1")
    con.execute("set preserve_insertion_order = true")
    rows, hashes = {}, {}
    for name, table in SNAPSHOT.items():
        path = folder / f"{name}.parquet"
        con.execute(
            f"copy (from snap_{name} order by {order_by(table)}) to '{_quoted(path)}' "
            f"(format parquet, compression zstd, row_group_size {ROW_GROUP})"
        )
        ((rows[name],),) = con.execute(f"select count(*) from snap_{name}").fetchall()
        hashes[name] = _sha256(path)
    manifest = Manifest(
        SCHEMA_VERSION, known.store_id, known.batch, tuple(sorted(without)), tuple(d.isoformat() for d in days),
        code_version(), rows, hashes,
    )  # fmt: skip
    (folder / MANIFEST).write_text(manifest.text(), "utf-8")
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a snapshot; CheckFailed where it cannot be read."""
    try:
        data: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
        return Manifest(**{
            **data, "without": tuple(data["without"]), "sealed_as_of": tuple(data["sealed_as_of"])
        })  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise CheckFailed(
            f"Không đọc được {MANIFEST} của bản chụp {folder.name}.",
            f"The {MANIFEST} of the snapshot {folder.name} cannot be read.",
        ) from fault


def check_snapshot(folder: Path) -> Manifest:
    """Verify every file of a snapshot against its manifest and the contract; raises CheckFailed."""
    manifest = read_manifest(folder)
    if manifest.schema_version != SCHEMA_VERSION:
        raise CheckFailed(
            f"Bản chụp theo phiên bản {manifest.schema_version}, cần {SCHEMA_VERSION}.",
            f"The snapshot is of schema version {manifest.schema_version}, not {SCHEMA_VERSION}.",
        )
    strange = {p.name for p in folder.iterdir()} ^ {MANIFEST, *(f"{name}.parquet" for name in SNAPSHOT)}
    if strange or set(manifest.sha256) != set(SNAPSHOT) or set(manifest.rows) != set(SNAPSHOT):
        raise CheckFailed(
            "Bản chụp thiếu hoặc thừa tệp: " + ", ".join(sorted(strange)),
            "The snapshot lacks files or has others besides: " + ", ".join(sorted(strange)),
        )
    with duckdb.connect() as con:
        for name in SNAPSHOT:
            _check_file(con, folder / f"{name}.parquet", name, manifest)
    return manifest


def _check_file(con: duckdb.DuckDBPyConnection, path: Path, name: str, manifest: Manifest) -> None:
    if _sha256(path) != manifest.sha256[name]:
        raise CheckFailed(f"Tệp {path.name} không khớp SHA-256.", f"{path.name} does not agree with its SHA-256.")
    quoted = _quoted(path)
    found = [(str(row[0]), str(row[1]).lower()) for row in con.execute(f"describe from '{quoted}'").fetchall()]
    if found != [(column, kind.replace(", ", ",")) for column, kind in SNAPSHOT[name].columns]:
        raise CheckFailed(f"Các cột của {path.name} không đúng.", f"{path.name} has other columns than the contract.")
    ((rows,),) = con.execute(f"select count(*) from '{quoted}'").fetchall()
    if rows != manifest.rows[name]:
        raise CheckFailed(f"Số dòng của {path.name} không đúng.", f"{path.name} has another number of rows.")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
