"""The analyst's door: `childdb.connect(...)`, figures and snapshots as pandas frames; no name passes through it."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pandas as pd

from childdb.store import Store
from childdb.store.snapshot import write_snapshot
from childdb.workflow import figures


class Snapshot:
    """A snapshot folder opened in DuckDB: each table of schemas.snapshot is a view, and nothing else can be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._con = duckdb.connect()
        for file in sorted(folder.glob("*.parquet")):
            self._con.execute(f"create view \"{file.stem}\" as select * from read_parquet('{_quoted(file)}')")

    @property
    def tables(self) -> list[str]:
        return [
            str(row[0])
            for row in self._con.execute("select view_name from duckdb_views() where not internal").fetchall()
        ]

    def sql(self, query: str, parameters: dict[str, Any] | None = None) -> pd.DataFrame:
        """The answer of DuckDB as a frame."""
        return self._con.execute(query, parameters or {}).df()

    def table(self, name: str) -> pd.DataFrame:
        """One whole table as a frame."""
        if name not in self.tables:
            raise KeyError(name)
        return self.sql(f'select * from "{name}"')


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")


class Connection:
    """An open store for analysts; close it, or use it in a `with`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._folders: list[tempfile.TemporaryDirectory[str]] = []

    def indicators(
        self, *, as_of: date, as_known: int | None = None, geography: date | None = None, ids: list[str] | None = None,
        groups: bool = True,
    ) -> pd.DataFrame:  # fmt: skip
        """Figures as on a date: one row per indicator, unit and group (columns: indicators.results)."""
        return figures.figures(
            self._store, as_of=as_of, as_known=as_known, geography=geography, ids=ids, groups=groups
        ).frame

    def targets(self, *, as_of: date) -> pd.DataFrame:
        """Each figure beside each of its targets, with the verdict."""
        from indicators.targets import compare_targets

        return compare_targets(figures.figures(self._store, as_of=as_of, groups=False))

    def snapshot(self, *, as_known: int | None = None, as_of: date | None = None) -> Snapshot:
        """What is known (at batch AS_KNOWN), to be queried; AS_OF is the date of the sealed counts."""
        holder = tempfile.TemporaryDirectory(prefix="childdb-")
        self._folders.append(holder)
        folder = Path(holder.name) / "snapshot"
        write_snapshot(self._store, folder, as_known=as_known, sealed_as_of=(as_of,) if as_of else ())
        return Snapshot(folder)

    def close(self) -> None:
        self._store.close()
        for holder in self._folders:
            holder.cleanup()
        self._folders.clear()

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def connect(db: str | Path | None = None, key_file: str | Path | None = None) -> Connection:
    """Open a store made by `childdb init`: a path or URL (or CHILDDB_DATABASE, or the user's data folder) and its key."""
    import os

    named = db or os.environ.get("CHILDDB_DATABASE")
    key = key_file or os.environ.get("CHILDDB_KEY_FILE")
    return Connection(Store.open(str(named) if named else None, Path(key) if key else None))
