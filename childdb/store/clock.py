"""The computer's clock, believed or not: set against the last things written, unless a person has spoken for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from childdb.store import named_settings
from childdb.store.models import batch, delivery, export_run, receipt
from childdb.store.store import Store
from schemas.errors import CheckFailed

BACKWARD, FORWARD = timedelta(minutes=10), timedelta(days=400)
_ENTRIES = {"batch": batch.c.made_at, "export_run": export_run.c.made_at, "delivery": delivery.c.tried_at,
            "receipt": receipt.c.received_at}  # fmt: skip
_KIND, _NAME = "clock", "confirmed"


@dataclass(frozen=True)
class Clock:
    """What the clock says and the last entry it is set against, both UTC."""

    now: datetime
    last: datetime

    @property
    def believed(self) -> bool:
        return self.last - BACKWARD <= self.now <= self.last + FORWARD


def clock(store: Store, now: datetime) -> Clock:
    """The clock beside the last entry written since a person last said that it was right."""
    said = named_settings.read_all(store, _KIND).get(_NAME, {})
    with store.reading() as connection:
        times = [
            connection.scalar(select(func.max(column)).where(column.table.c.id > said.get(name, 0)))
            for name, column in _ENTRIES.items()
        ]
    if said:
        times.append(datetime.fromisoformat(said["at"]))
    return Clock(_plain(now), max(t for t in times if t is not None))


def check_clock(store: Store, now: datetime) -> None:
    """Refuse a clock that runs behind the last thing written, or years before it."""
    seen = clock(store, now)
    if seen.believed:
        return
    raise CheckFailed(
        f"Đồng hồ máy chỉ {seen.now:%d/%m/%Y %H:%M}, nhưng lần ghi cuối là {seen.last:%d/%m/%Y %H:%M} (giờ UTC). "
        "Chưa gửi gì; hãy chỉnh lại đồng hồ rồi chạy lại. Nếu đồng hồ đúng: childdb schedule clock --confirm",
        f"The clock says {seen.now:%Y-%m-%d %H:%M}, but the last entry is of {seen.last:%Y-%m-%d %H:%M} (UTC). Nothing "
        "was sent; set the clock right and run again. If the clock is right: childdb schedule clock --confirm",
    )


def confirm_clock(store: Store, *, actor: str, now: datetime) -> None:
    """A person says that the clock is right now: what was written before, under a wrong one, decides no longer."""
    with store.reading() as connection:
        said = {name: connection.scalar(select(func.max(c.table.c.id))) or 0 for name, c in _ENTRIES.items()}
    named_settings.write(store, _KIND, _NAME, {**said, "at": _plain(now).isoformat()}, actor=actor, now=now)


def _plain(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
