"""Two or more tables beside one another under one heading row: each is read as a table of its own."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from childdb.intake.grid import Grid
from childdb.intake.headings import match
from childdb.intake.layout import Table, title_lines
from childdb.intake.recognise import understand
from childdb.intake.template import templates
from childdb.intake.words_lookup import bare_key


@dataclass(frozen=True)
class Block:
    """A table with the grid that shows its own columns alone; `titles` stand above them, `last` is the rightmost."""

    grid: Grid
    table: Table
    titles: tuple[str, ...] = ()
    last: bool = True


def blocks(grid: Grid, table: Table, start: int) -> list[Block]:
    """TABLE as it is, or its parts where the names of children stand in several columns and each part fits a template."""
    whole = [Block(grid, table)]
    names = [c for c, path in enumerate(table.paths) if path and _is_name(path)]
    if len(names) < 2:
        return whole
    edges = [0, *(_edge(table, a, b) for a, b in itertools.pairwise(names)), len(table.paths)]
    spans = list(itertools.pairwise(edges))
    parts = [
        replace(table, paths=[p if left <= c < right else () for c, p in enumerate(table.paths)])
        for left, right in spans
    ]
    if not all(any(understand(t, part, {}).fits() for t in templates().values()) for part in parts):
        return whole
    found = []
    for (left, right), part in zip(spans, parts, strict=True):
        right = right if right < len(table.paths) else max(grid.width, right)
        above = Grid(grid.name, [row[left:right] for row in grid.rows[start : table.first]])
        titles = tuple(title_lines(above, len(above.rows)))
        found.append(Block(grid.within(left, right, table.first, table.stop), part, titles, right >= grid.width))
    return found


def _is_name(path: Sequence[str]) -> bool:
    return any((m := match(id, tuple(path))).column is not None and m.column.id == "full_name" for id in templates())


def _edge(table: Table, name: int, following: int) -> int:
    """The first column of the part that holds the name column FOLLOWING."""
    gaps = [c for c in range(name + 1, following) if not table.paths[c]]
    if gaps:
        return gaps[-1] + 1
    first = next((bare_key(path[-1]) for path in table.paths if path), "")
    again = [c for c in range(name + 1, following) if bare_key(table.paths[c][-1]) == first]
    return again[-1] if again else following
