"""By when the law asks for an answer: dated periods from schemas/codes/legal_clocks.csv, each with its source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cache

from schemas.codes import rows
from schemas.errors import UsageFault

VIETNAM = timezone(timedelta(hours=7))
REQUESTS = ("view", "provide", "correct", "withdraw", "delete")
"""What a parent, or a child of seven or more, may ask for."""


@dataclass(frozen=True)
class Clock:
    """A period that runs from a moment; `unit` is hours, days or working_days."""

    name: str
    valid_from: date
    amount: int
    unit: str
    vi: str
    en: str
    source: str

    def due(self, start: datetime) -> datetime:
        """The last moment. Working days are Monday to Friday: a holiday between makes it too early, never too late."""
        if self.unit == "hours":
            return start + timedelta(hours=self.amount)
        if self.unit == "days":
            return start + timedelta(days=self.amount)
        end, left = start, self.amount
        while left:
            end += timedelta(days=1)
            left -= end.astimezone(VIETNAM).weekday() < 5
        return end


@cache
def clocks() -> tuple[Clock, ...]:
    return tuple(
        Clock(r["clock"], date.fromisoformat(r["valid_from"]), int(r["amount"]), r["unit"], r["vi"], r["en"], r["source"])
        for r in rows("legal_clocks")
    )  # fmt: skip


def clock(name: str, on: date) -> Clock:
    """The clock in force on a day; refuses a day for which no law is recorded."""
    found = [c for c in clocks() if c.name == name and c.valid_from <= on]
    if not found:
        raise UsageFault(f"Chưa có thời hạn luật định cho ngày {on:%d/%m/%Y}: chỉ có từ 01/01/2026 (Luật 91/2025/QH15).",
                         f"No legal period is recorded for {on}: only from 2026-01-01 (Law 91/2025/QH15).")  # fmt: skip
    return max(found, key=lambda c: c.valid_from)
