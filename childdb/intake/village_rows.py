"""Village names that stand alone in the column of names between the data (Nà Lán), told from children of whom nothing else is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from childdb.intake.grid import Cell, Grid, shown
from schemas.text import fold, nfc

_NUMBERED = 0.8  # of the rows with more than a name must bear a number, else numbers tell nothing


def lone_villages(grid: Grid, data: Sequence[int], meanings: Mapping[int, str]) -> dict[int, str]:
    """Rows of DATA that are villages: the name column alone is filled, no surname of the list begins it, and the
    numbering starts anew below it (or several rows are such)."""
    numbers = [c for c, f in meanings.items() if f == "row.number"]
    names = [c for c, f in meanings.items() if f == "child_profile.full_name"]
    if len(numbers) != 1 or len(names) != 1:
        return {}
    number, name = numbers[0], names[0]
    alone = [r for r in data if _filled(grid.rows[r]) == [name] and isinstance(grid.at(r, name), str)]
    others = [r for r in data if r not in set(alone)]
    if not alone or sum(grid.at(r, number) is not None for r in others) < _NUMBERED * len(others) or not others:
        return {}
    surnames = {_first_word(grid.at(r, name)) for r in others}
    found = [r for r in alone if _first_word(grid.at(r, name)) not in surnames and not _unnamed(grid.at(r, name))]
    after = {r: next((o for o in others if o > r), None) for r in found}
    found = [r for r in found if after[r] is not None]
    anew = [r for r in found if shown(grid.at(after[r] or 0, number)).strip(" .") == "1"]
    kept = found if len(found) > 1 and len(anew) * 2 >= len(found) else anew
    return {r: nfc(str(grid.at(r, name))).strip(" .:;-–") for r in kept}


def _filled(row: Sequence[Cell]) -> list[int]:
    return [c for c, v in enumerate(row) if v is not None and (not isinstance(v, str) or v.strip())]


def _first_word(value: Cell) -> str:
    return fold(shown(value)).partition(" ")[0]


def _unnamed(value: Cell) -> bool:
    """Whether it says that a child has no name yet."""
    return fold(shown(value)).startswith(("trai", "gai", "be ", "chua", "so sinh", "tre ", "con "))
