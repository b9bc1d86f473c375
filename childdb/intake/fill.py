"""Values given once: by a cell merged down, or on a household's or village's first line with the lines below left blank."""

from __future__ import annotations

import re
from collections.abc import Sequence

from childdb.intake.grid import Cell, Grid, Place
from childdb.intake.layout import Roles
from childdb.intake.rows import Field

_NEVER = ("full_name", "birth_date", "personal_id", "given_on")  # a child's own, even where cells are merged
_SPARSE = 0.25  # of the lines must be blank before blanks are taken for "as above"
_FEWEST = 4
_MOST = 0.8  # of the first lines bear what is given once for a household


_DITTO = re.compile(
    r"^(?:\"+|''+|”+|“+|〃|’’|,,|/{2,}|-\s*(?:nt|//|\"|'')\s*-|n\.?t\.?|(?:như|nhu) (?:trên|tren))$", re.I
)
_NURSERY = ("class", "code:level")  # nt is a nursery there
_SHARED = ("ethnicity", "village", "mother_name", "father_name", "parent_name", "guardian_name", "commune_code")


def filled_cells(grid: Grid, fields: Sequence[Field], roles: Roles) -> dict[Place, Cell]:
    """The values that blank cells, and cells with a mark for *as above*, take from above, by place."""
    found = _merged(grid, fields, set(roles.data))
    _fill_dittos(grid, fields, roles, found)
    household = [f for f in fields if f.column.fill == "household"]
    leads = [f for f in household if f.name in ("household_number", "household_head")]
    if leads and _sparse(grid, leads, roles):
        household += [
            f for f in fields if f.name in _SHARED and f not in household and _goes_with(grid, f, leads, roles)
        ]
        _fill_households(grid, household, leads, roles, found)
    for f in fields:
        if f.column.fill == "village" and _sparse(grid, [f], roles):
            _fill_down(grid, f, roles, found)
    return found


def _merged(grid: Grid, fields: Sequence[Field], data: set[int]) -> dict[Place, Cell]:
    columns = {f.index for f in fields if f.name not in _NEVER}
    found: dict[Place, Cell] = {}
    for r1, c1, r2, c2 in grid.merges:
        if r2 > r1 and c1 in columns and c1 == c2 and r1 in data and r2 - r1 < 60:
            for r in range(r1 + 1, r2 + 1):
                found[r, c1] = grid.at(r1, c1)
    return found


def _fill_dittos(grid: Grid, fields: Sequence[Field], roles: Roles, found: dict[Place, Cell]) -> None:
    for f in fields:
        if f.name in _NEVER:
            continue
        above: Cell = None
        for r in roles.data:
            value = found.get((r, f.index), grid.at(r, f.index))
            if isinstance(value, str) and _DITTO.match(value.strip()) and f.column.reader not in _NURSERY:
                if above is not None:
                    found[r, f.index] = above
            else:
                above = value


def _goes_with(grid: Grid, f: Field, leads: Sequence[Field], roles: Roles) -> bool:
    """Whether a column is filled on the households' first lines and on no other."""
    first = [any(grid.at(r, lead.index) is not None for lead in leads) for r in roles.data]
    told = [grid.at(r, f.index) is not None for r in roles.data]
    return not any(t for t, lead in zip(told, first, strict=True) if not lead) and sum(told) >= _MOST * sum(first)


def _sparse(grid: Grid, leads: Sequence[Field], roles: Roles) -> bool:
    """Whether a column is given on first lines only: the first line of all is filled, many others are blank."""
    blanks = [all(grid.at(r, f.index) is None for f in leads) for r in roles.data]
    if len(blanks) < _FEWEST or blanks[0]:
        return False
    return _SPARSE * len(blanks) <= sum(blanks)


def _fill_households(
    grid: Grid, household: Sequence[Field], leads: Sequence[Field], roles: Roles, found: dict[Place, Cell]
) -> None:
    first: int | None = None
    for r in roles.data:
        if any(grid.at(r, f.index) is not None for f in leads) or roles.villages[r] != roles.villages.get(
            first or -1, roles.villages[r]
        ):
            first = r
        elif first is not None:
            for f in household:
                above = grid.at(first, f.index)
                if above is not None and grid.at(r, f.index) is None and (first, f.index) not in grid.garbled:
                    found.setdefault((r, f.index), above)


def _fill_down(grid: Grid, f: Field, roles: Roles, found: dict[Place, Cell]) -> None:
    last: Cell = None
    for r in roles.data:
        value = grid.at(r, f.index)
        if value is not None:
            last = value
        elif last is not None:
            found.setdefault((r, f.index), last)
