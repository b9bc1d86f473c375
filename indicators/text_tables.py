"""Small tables drawn in text, as the examples of a definition give them.

Columns are parted by `|`, the heading from the rows by a line of `-` and `+`. An empty cell is *not known*;
`yes` and `no` are booleans; `12..20` in an interval column leaves it open between its ends.
"""

from __future__ import annotations

from collections.abc import Iterator

from indicators.prepare.contracts import BOOLEAN, PreparedSource
from schemas.errors import InvalidDefinition

Cell = str | bool | None


def read_table(text: str) -> list[dict[str, str]]:
    """Rows by heading; cells stripped."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    heading = [c.strip() for c in lines[0].split("|")]
    rows = []
    for line in lines[1:]:
        if set(line) <= set("-+ "):
            continue
        cells = [c.strip() for c in line.split("|")]
        if len(cells) != len(heading):
            raise InvalidDefinition(
                f"Bảng ví dụ có dòng {len(cells)} ô dưới tiêu đề {len(heading)} cột.",
                f"An example table has a row of {len(cells)} cells under {len(heading)} headings.",
            )
        rows.append(dict(zip(heading, cells, strict=True)))
    return rows


def typed_rows(text: str, source: PreparedSource) -> list[dict[str, Cell]]:
    """Rows of a text table in the physical columns of SOURCE; keys are numbered, an absent unit is `U`."""
    return [dict(_typed(row, number, source)) for number, row in enumerate(read_table(text), 1)]


def _typed(row: dict[str, str], number: int, source: PreparedSource) -> Iterator[tuple[str, Cell]]:
    yield "unit", "U"
    if source.key != "unit":
        yield source.key, str(number)
    for name, cell in row.items():
        if name == source.key and name != "unit":
            continue
        if name in source.intervals:
            low, _, high = cell.partition("..")
            yield f"{name}_lo", low or None
            yield f"{name}_hi", (high or low) or None
        elif name not in source.columns:
            raise InvalidDefinition(
                f"Ví dụ nêu cột {name} mà nguồn {source.name} không có.",
                f"An example names the column {name}, which the source {source.name} does not have.",
            )
        elif source.columns[name] == BOOLEAN:
            yield name, {"yes": True, "no": False, "": None}[cell]
        else:
            yield name, cell or None
