"""What agencies and communes write themselves: asked for by forms, read back by the ordinary import, shown as theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from childdb.report.forms import Asked, Form, write_form
from childdb.report.settings import Bodies
from childdb.store import Store
from childdb.store.returns import ReturnLine, return_lines
from childdb.workflow.returns_behind import within
from schemas import codes
from schemas.records import CONTRIBUTION
from schemas.text import fold

COMMUNE = "xa"
NUMBER = "so"


@dataclass(frozen=True)
class Sender:
    """Who is asked: an agency, or a commune (then `id` is xa). `unit` is the commune's key, an agency's seat."""

    id: str
    name: str
    unit: str
    commune: bool
    numbers: tuple[str, ...] = ()
    phone: str = ""

    def line(self, question: str, number: int) -> str:
        return f"{CONTRIBUTION}{self.id}.{question}.{number}"


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


def senders(bodies: Bodies, unit: str, on: date) -> list[Sender]:
    """The agencies in force on a day, then the communes of the unit; an agency sits in the first of them."""
    communes = [u.key for u in codes.communes_on(on) if within(u.key, unit)]
    seat = communes[0] if communes else unit
    agencies = [Sender(a.id, a.name, seat, False, a.numbers, a.phone) for a in bodies.agencies_on(on)]
    own = [
        Sender(COMMUNE, codes.units()[u].name, u, True, phone=bodies.phone_of(codes.units()[u]))
        for u in communes
        if u != unit
    ]
    return [*agencies, *own]


def write_forms(
    folder: Path, bodies: Bodies, unit: str, on: date, period: str, *, suffixes: Sequence[str] = (".xlsx",)
) -> list[Path]:
    """One form for each sender, in FOLDER; as Excel, as Word (.docx), or both."""
    made = []
    for number, sender in enumerate(senders(bodies, unit, on), 1):
        lines = [
            Asked(sender.line(q.id, n), q.asks if n == 1 else f"{q.asks} (tiếp)", False)
            for q in bodies.questions for n in range(1, q.lines + 1)
        ]  # fmt: skip
        lines += [Asked(sender.line(NUMBER, n), asks, True) for n, asks in enumerate(sender.numbers, 1)]
        name = fold(sender.name).replace(" ", "-").replace(",", "")
        form = Form(sender.name, codes.units()[sender.unit].name, on, period, lines, bodies.deadline(on.year))
        for suffix in suffixes:
            path = folder / f"{number:02d}-{name}{suffix}"
            write_form(path, form)
            made.append(path)
    return made


def contributions(
    store: Store, asked: Sequence[Sender], period: str, *, as_known: int | None = None
) -> list[Contribution]:
    """What was written for a period (2024, 2024-H1), in the order of the senders and of their forms."""
    lines = [line for line in return_lines(store, starts=CONTRIBUTION, as_known=as_known) if line.period == period]
    found = []
    for sender in asked:
        own: dict[tuple[str, int], ReturnLine] = {}
        for line in sorted(lines, key=lambda line: (line.list_date, line.batch)):
            if (place := _place(line, sender)) is not None:
                own[place] = line  # an agency that wrote another commune into its form has still written it once
        for (question, number), line in sorted(own.items(), key=lambda one: one[0]):
            asks = sender.numbers[number - 1] if question == NUMBER and number <= len(sender.numbers) else ""
            found.append(Contribution(
                sender.id, sender.name, sender.unit, sender.commune, question, asks, line.said, line.value
            ))  # fmt: skip
    return found


def _place(line: ReturnLine, sender: Sender) -> tuple[str, int] | None:
    """Which question of the sender's form a line answers; None where it is not the sender's."""
    parts = line.item.removeprefix(CONTRIBUTION).split(".")
    if len(parts) != 3 or parts[0] != sender.id or not parts[2].isdigit():
        return None
    if sender.commune and line.unit != sender.unit:
        return None
    return parts[1], int(parts[2])


def status(store: Store, bodies: Bodies, unit: str, on: date, period: str, today: date) -> list[dict[str, Any]]:
    """Who has answered, and who must be telephoned: those who have not first, then by the order of the forms."""
    asked = senders(bodies, unit, on)
    deadline = bodies.deadline(on.year)
    lines = [line for line in return_lines(store, starts=CONTRIBUTION) if line.period == period]
    rows = []
    for sender in asked:
        own = [line for line in lines if _place(line, sender) is not None]
        state = "answered" if own else "late" if today > deadline else "waiting"
        rows.append({
            "sender": sender.id if not sender.commune else sender.unit.split("@")[0], "name": sender.name, "phone": sender.phone,
            "state": state, "lines": len(own), "listed_on": max((line.list_date for line in own), default=None),
            "days_left": (deadline - today).days,
        })  # fmt: skip
    return sorted(rows, key=lambda r: r["state"] == "answered")
