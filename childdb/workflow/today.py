"""What waits in the office, and how the data stand: the first page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from childdb.store import Store
from childdb.store.standing import CommuneStanding, standing
from childdb.workflow.scheduling import next_due, schedules
from childdb.workflow.sent_status import Line, status


@dataclass(frozen=True)
class Coming:
    """The next package that a schedule asks for."""

    name: str
    day: date
    days: int


@dataclass(frozen=True)
class Today:
    """`needing` are deliveries for a person, `accepted` the last package that the province took."""

    communes: Sequence[CommuneStanding]
    needing: Sequence[Line]
    accepted: Line | None
    coming: Sequence[Coming]
    batch: int


def today(store: Store, *, now: datetime, on: date) -> Today:
    """The state of everything that waits, as of NOW."""
    lines = status(store, now=now)
    taken = [line for line in lines if line.state in ("accepted", "partly")]
    days = [(s.name, next_due(s, on)) for s in schedules(store)]
    return Today(
        standing(store), [line for line in lines if line.needs_person], taken[-1] if taken else None,
        sorted((Coming(name, day, (day - on).days) for name, day in days), key=lambda c: c.day), store.last_batch(),
    )  # fmt: skip
