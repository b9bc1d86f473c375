"""Small snapshot folders for tests: rows as dicts, `x_day` columns filled in, the real units of the district."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.codes import successions, units
from schemas.dates import epoch_day
from schemas.snapshot import SCHEMA_VERSION, SNAPSHOT, SnapshotTable

ANG_TO = "03292@1900-01-01"
BUNG_LAO_OLD = "03301@1900-01-01"
BUNG_LAO_NEW = "03301@2025-07-01"
CHIENG_DONG = "03299@1900-01-01"
XUAN_LAO = "03302@1900-01-01"
MUONG_LAN_NEW = "03313@2025-07-01"
DISTRICT = "102@1900-01-01"
TUAN_GIAO = "099@1900-01-01"
PROVINCE = "11@1900-01-01"

KINDS = {
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "varchar": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}


def write_snapshot(folder: Path, tables: dict[str, list[dict]], batch: int = 7) -> Path:
    """A snapshot folder with the given rows and the reference tables; tables not given have no file."""
    folder.mkdir(parents=True, exist_ok=True)
    filled = {"admin_unit": unit_rows(), "admin_unit_successor": succession_rows(), **tables}
    for name, rows in filled.items():
        pq.write_table(arrow_table(SNAPSHOT[name], rows), folder / f"{name}.parquet")
    manifest = {
        "batch": batch,
        "schema_version": SCHEMA_VERSION,
        "tables": {n: len(r) for n, r in filled.items()},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


def arrow_table(table: SnapshotTable, rows: list[dict]) -> pa.Table:
    full = [with_days(table, row) for row in rows]
    arrays = {c: pa.array([r.get(c) for r in full], arrow_kind(kind)) for c, kind in table.columns}
    return pa.table(arrays)


def with_days(table: SnapshotTable, row: dict) -> dict:
    known = {c for c, _ in table.columns}
    assert set(row) <= known, set(row) - known
    days = {f"{c}_day": epoch_day(row[c]) for c, kind in table.columns if kind == "date" and row.get(c) is not None}
    return {**row, **days}


def arrow_kind(kind: str) -> pa.DataType:
    if kind.startswith("decimal"):
        precision, scale = kind[8:-1].split(",")
        return pa.decimal128(int(precision), int(scale))
    return KINDS[kind]


def unit_rows() -> list[dict]:
    return [
        {
            "unit": u.key,
            "code": u.code,
            "valid_from": u.valid_from,
            "valid_to": u.valid_to,
            "level": u.level,
            "parent": f"{u.parent_code}@{u.parent_from.isoformat()}" if u.parent_code else None,
            "name": u.name,
        }
        for u in units().values()
    ]


def succession_rows() -> list[dict]:
    return [{"unit": s.key, "successor": s.successor, "share": s.share} for s in successions()]


def child(key: int, unit: str = ANG_TO, born: date = date(2022, 3, 5), **more: object) -> dict[str, list[dict]]:
    """The rows of one child who lives in a unit from 2023 on, to be merged with `together`."""
    profile = {
        "child": key,
        "unit": unit,
        "birth_first": born,
        "birth_last": born,
        "birth_precision": "day",
        "sex": "F",
        "ethnicity": "03",
        "has_personal_id": False,
        "has_health_card": True,
        "named": True,
        **more,
    }
    home = {
        "child": key,
        "unit": unit,
        "village": "Bản Bó",
        "household": key,
        "residence_kind": "permanent",
        "valid_from": date(2023, 12, 1),
        "valid_to": None,
    }
    return {"child": [profile], "residence": [home]}


def together(*parts: dict[str, list[dict]]) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for part in parts:
        for name, rows in part.items():
            found.setdefault(name, []).extend(rows)
    return found
