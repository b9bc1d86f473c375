"""What agencies and communes write themselves: asked for by forms, read back by the ordinary import."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Sender:
    """Who is asked: an agency, or a commune (then `id` is xa). `unit` is the commune's key, an agency's seat."""

    id: str
    name: str
    unit: str
    commune: bool
    phone: str = ""


@dataclass(frozen=True)
class Contribution:
    """One line that a sender filled in, as it stands."""

    sender: str
    name: str
    unit: str
    commune: bool
    question: str
    asks: str
    said: str | None
    value: Decimal | None
    listed_on: date | None = None
