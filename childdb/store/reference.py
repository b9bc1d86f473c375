"""Reference data, loaded as the first batch: units with their succession, their traits, the roll-out of vaccines."""

from __future__ import annotations

import csv
from datetime import date
from importlib import resources
from typing import Any

from sqlalchemy import Connection, insert

from childdb.store.bulk import Numbers
from childdb.store.models import admin_unit, admin_unit_successor, unit_trait, vaccine_rollout
from schemas import codes


def load_reference(connection: Connection, number: int) -> None:
    """Write the reference tables under batch NUMBER."""
    numbers = Numbers(connection)
    connection.execute(insert(admin_unit), [
        {"code": u.code, "valid_from": u.valid_from, "valid_to": u.valid_to, "level": u.level, "kind": u.kind,
         "parent_code": u.parent_code, "parent_from": u.parent_from, "name": u.name, "source": u.source,
         "batch_id": number}
        for u in codes.units().values()
    ])  # fmt: skip
    connection.execute(insert(admin_unit_successor), [
        {"id": numbers.take(admin_unit_successor), **_key("", s.key), **_key("successor_", s.successor), "share": s.share, "source": s.source,
         "batch_id": number}
        for s in codes.successions()
    ])  # fmt: skip
    traits = [
        {"id": numbers.take(unit_trait), "code": r["code"], "unit_from": _day(r["unit_from"]), "trait": r["trait"], "valid_from": _day(r["valid_from"]),
         "valid_to": _day(r["valid_to"]), "source": r["source"], "batch_id": number}
        for r in _rows("unit_traits")
    ]  # fmt: skip
    if traits:
        connection.execute(insert(unit_trait), traits)
    rollout = [
        {"id": numbers.take(vaccine_rollout), "vaccine": r["vaccine"], "province": r["province"], "given_from": _day(r["given_from"]),
         "source": r["source"], "batch_id": number}
        for r in _rows("vaccine_rollout")
    ]  # fmt: skip
    if rollout:
        connection.execute(insert(vaccine_rollout), rollout)


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("schemas.codes").joinpath(f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _key(prefix: str, key: str) -> dict[str, Any]:
    code, since = key.split("@")
    if prefix:
        return {"successor_code": code, "successor_from": date.fromisoformat(since)}
    return {"code": code, "valid_from": date.fromisoformat(since)}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
