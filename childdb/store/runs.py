"""Computations and their figures, kept: which data, which definitions, which numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from childdb.store.batches import code_version
from childdb.store.bulk import Numbers
from childdb.store.models import indicator_run, indicator_value, release
from schemas.errors import NotFound

_BLOCK = 5_000


@dataclass(frozen=True)
class RunRow:
    """One computation: its data (batch, snapshot's hash), its date, period and geography, and how many figures it gave.

    An empty `period_start` is the twelve months that end on `as_of`.
    """

    number: int
    made_at: datetime
    actor: str
    batch: int
    as_of: date
    geography: date
    period_start: date | None
    snapshot: str
    code_version: str
    figures: int


def save(
    connection: Connection, values: Iterable[Mapping[str, Any]], *, as_of: date, geography: date, batch: int,
    snapshot: str, actor: str, now: datetime, period_start: date | None = None,
) -> int:  # fmt: skip
    """Keep a computation; each of VALUES is a row of indicator_value. Returns the run's number."""
    numbers = Numbers(connection)
    run = numbers.take(indicator_run)
    connection.execute(insert(indicator_run).values(
        id=run, made_at=now.replace(tzinfo=None), actor=actor, batch_id=batch, as_of=as_of, geography=geography,
        period_start=period_start, snapshot=snapshot, code_version=code_version(),
    ))  # fmt: skip
    rows = [{"id": numbers.take(indicator_value), "run_id": run, **row} for row in values]
    for start in range(0, len(rows), _BLOCK):
        connection.execute(insert(indicator_value), rows[start : start + _BLOCK])
    return run


def listed(connection: Connection) -> list[RunRow]:
    r, v = indicator_run.c, indicator_value.c
    query = (
        select(r.id, r.made_at, r.actor, r.batch_id, r.as_of, r.geography, r.period_start, r.snapshot, r.code_version,
               func.count(v.id))
        .outerjoin(indicator_value, v.run_id == r.id)
        .group_by(*r)
        .order_by(r.id)
    )  # fmt: skip
    return [RunRow(*row) for row in connection.execute(query)]


def values_of(connection: Connection, run: int) -> list[dict[str, Any]]:
    if connection.scalar(select(indicator_run.c.id).where(indicator_run.c.id == run)) is None:
        raise NotFound(f"Không có lần tính {run}.", f"There is no computation {run}.")
    v = indicator_value.c
    wanted = [c for c in v if c.name not in ("id", "run_id")]
    rows = connection.execute(select(*wanted).where(v.run_id == run).order_by(v.id)).mappings()
    return [dict(row) for row in rows]


@dataclass(frozen=True)
class ReleaseRow:
    """What of a computation was shown outside: to whom, when, and which figures with which were held back."""

    number: int
    run: int
    made_at: datetime
    audience: str
    content: Mapping[str, Any]


def save_release(
    connection: Connection, run: int, audience: str, content: Mapping[str, Any], *, now: datetime
) -> int:  # fmt: skip
    """Note that figures of a run go outside; returns the release's number."""
    number = Numbers(connection).take(release)
    connection.execute(insert(release).values(
        id=number, run_id=run, made_at=now.replace(tzinfo=None), audience=audience, content=dict(content)
    ))  # fmt: skip
    return number


def releases(connection: Connection) -> list[ReleaseRow]:
    """All releases, oldest first."""
    c = release.c
    query = select(c.id, c.run_id, c.made_at, c.audience, c.content).order_by(c.id)
    return [ReleaseRow(*row) for row in connection.execute(query)]
