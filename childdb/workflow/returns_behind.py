"""The communes' own returns behind a figure, with the cells that say them; and from such a cell on to the figures it feeds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from childdb.store import Store
from childdb.store.returns import ReturnLine, return_lines
from indicators.definition import Definition
from indicators.loader import catalogue
from indicators.prepare.contracts import COMMUNE_ITEMS
from indicators.prepare.sources import twelve_months
from schemas import codes


def within(commune: str, unit: str) -> bool:
    """Whether a commune (its key) is the unit or lies in it."""
    return unit in _upwards(commune)


def _upwards(unit: str) -> list[str]:
    found: list[str] = []
    at: str | None = unit
    while at is not None and at in codes.units():
        found.append(at)
        above = codes.units()[at]
        at = f"{above.parent_code}@{above.parent_from}" if above.parent_code else None
    return found


def _roles(definition: Definition) -> dict[str, str]:
    """The items that a definition reads, each with the side it stands on."""
    sides = [("numerator", c.source, f"{c.where} {c.value or ''}") for c in definition.numerator]
    sides += [("denominator", c.source, f"{c.where} {c.value or ''}") for c in definition.denominator]
    own = (definition.population, definition.condition, definition.value)
    sides += [("counted", definition.source, " ".join(x or "" for x in own))]
    return {
        item: role for role, source, said in reversed(sides) if source == "commune"
        for item in COMMUNE_ITEMS if re.search(rf"\b{item}\b", said)
    }  # fmt: skip


def _latest(store: Store, items: set[str], as_of: date, since: date | None, as_known: int | None) -> list[ReturnLine]:
    """Per commune and item the line that the figures of a day read: the latest listed in the period."""
    first = since or twelve_months(as_of)
    newest: dict[tuple[str, str], ReturnLine] = {}
    for line in return_lines(store, as_known=as_known):
        if line.item in items and first <= line.list_date <= as_of:
            old = newest.get((line.unit, line.item))
            if old is None or (old.list_date, old.period) <= (line.list_date, line.period):
                newest[line.unit, line.item] = line
    return list(newest.values())


def cells_of_returns(
    store: Store, indicator: str, unit: str, *, as_of: date, since: date | None, as_known: int | None
) -> Iterator[dict[str, Any]]:
    """The cells of the communes' returns that a figure reads; in place of a child stands the commune, and its item."""
    items = _roles(catalogue()[indicator])
    files = {b.number: b.file or "" for b in store.batches()}
    for line in _latest(store, set(items), as_of, since, as_known):
        if within(line.unit, unit):
            yield {
                "child": line.unit, "standing": line.item, "table": "commune_return", "batch": line.batch,
                "file": files.get(line.batch, ""), "sheet": line.sheet, "row": line.row,
                "cells": " ".join(f"{c}{line.row}" for c in line.cells), "list_kind": "commune_return",
                "list_date": line.list_date,
            }  # fmt: skip


def fed_by_return(
    store: Store, batch: int, sheet: str, row: int, *, as_of: date, since: date | None, as_known: int | None
) -> list[dict[str, Any]]:
    """The figures that a row of a commune's return feeds: of the commune and of what it lies in."""
    roles = {d.id: _roles(d) for d in catalogue().values()}
    items = {item for found in roles.values() for item in found}
    return [
        {"indicator": indicator, "unit": unit, "unit_name": codes.units()[unit].name, "group_name": "total",
         "group_value": "", "child": "", "standing": found[line.item], "feeds": True, "decides": True}
        for line in _latest(store, items, as_of, since, as_known) if (line.batch, line.sheet, line.row) == (batch, sheet, row)
        for indicator, found in roles.items() if line.item in found
        for unit in _upwards(line.unit)
    ]  # fmt: skip
