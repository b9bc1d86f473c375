"""Where a child of a list lives: the commune in the units of the as-of date, and every unit above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from indicators.geography import read_geography
from schemas.errors import NotFound


@dataclass(frozen=True)
class Place:
    """`commune` is a code; `within` the codes of all units that hold it, itself and the unit as filed included."""

    commune: str
    name: str
    within: frozenset[str]


def places(con: duckdb.DuckDBPyConnection, on: date) -> Mapping[str, Place]:
    """By unit as filed. A unit that a reform split stays under its own code: where its children went is not known."""
    tree = read_geography(con, on)
    filed = [str(r[0]) for r in con.execute("select distinct unit from resident where unit is not null").fetchall()]
    found = {}
    for unit, path in tree.paths(sorted(filed)).items():
        own = tree.units.get(unit)
        communes = [u for u in path if tree.units[u].level == "commune"]
        shown = tree.units[communes[0]] if communes else own
        codes = {tree.units[u].code for u in path} | {unit.split("@")[0]}
        found[unit] = Place(shown.code if shown else unit, shown.name if shown else unit, frozenset(codes))
    return found


def inside(found: Mapping[str, Place], code: str | None) -> Mapping[str, Place]:
    """The filed units in the commune, district or province of that code (all of them without one)."""
    if code is None:
        return found
    kept = {unit: place for unit, place in found.items() if code in place.within}
    if not kept:
        raise NotFound(
            f"Không có trẻ nào ghi ở địa bàn {code} vào ngày này.", f"No child is on record in {code} on this date."
        )
    return kept
