"""Who falls due for a vaccine in a month: by key, and with the names as typed for those who may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from childdb.store import Store
from childdb.workflow.child import VACCINES
from childdb.workflow.lists import children_prepared
from childdb.workflow.reviewing import shown
from indicators.lists.doses import due_in_month


def due_now(store: Store, today: date) -> list[dict[str, Any]]:
    """Each dose that falls due in the month of TODAY or has waited since before it: plain values, no name."""
    with children_prepared(store, as_of=today) as con:
        found = due_in_month(con, today, today.replace(day=1))
        units = dict(con.execute("select child, unit from resident").fetchall())
    return [
        {"child": d.child, "unit": str(units[d.child]), "village": d.village or "", "vaccine": VACCINES.get(d.vaccine, d.vaccine), "number": d.number,
         "due_on": d.due_on.isoformat(), "state": d.state}
        for d in found.doses
    ]  # fmt: skip


def names_of(store: Store, children: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
    """Child -> its cells as they were typed last."""
    return {person.child: shown(person) for person in store.people_of(*children)}
