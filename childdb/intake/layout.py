"""Where the tables of a sheet are, and what each of its rows is: title, heading, data, village, total, signature ..."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from childdb.intake.asides import VILLAGE, aside, counts_all, counts_by_sex, is_number_row, is_repeat, is_unit, key_of
from childdb.intake.convert.dates import UNREADABLE, Parts, split
from childdb.intake.grid import Cell, Grid, shown
from childdb.intake.headings import match, vocabulary
from childdb.intake.legacy_text import undo_twice
from childdb.intake.names_by_place import birth_parts, dated_sexes, given_names
from childdb.intake.template import templates
from childdb.intake.village_rows import lone_villages
from schemas.text import nfc

_LOOK = 80  # rows of a sheet's head that are searched for the heading
_DEEPEST = 3
_FIRST_YEAR, _LATEST = 1900, 2100  # a number below is no birth date but a count


@dataclass
class Table:
    """One table: its heading rows, the heading path of each column, and the rows below it (`stop` is exclusive)."""

    first: int
    last: int
    paths: list[tuple[str, ...]]
    stop: int
    empty: frozenset[int] = frozenset()  # columns with a heading and nothing below it


@dataclass
class Roles:
    """What the rows of a table are: data rows with the village that stands above them, others with their reason."""

    data: list[int] = field(default_factory=list)
    villages: dict[int, str] = field(default_factory=dict)
    sections: dict[int, str] = field(default_factory=dict)  # the category (its code) in whose section a row stands
    skipped: dict[int, str] = field(default_factory=dict)


def hits(row: Sequence[Cell]) -> int:
    """How many cells of a row are parts of known headings."""
    known = vocabulary()
    return len({key_of(v) for v in row if isinstance(v, str) and len(v) < 120 and key_of(v) in known})


def heading_paths(grid: Grid, first: int, last: int) -> list[tuple[str, ...]]:
    """Per column the texts of the heading rows, merged cells spread over their range."""
    width = max((len(grid.rows[r]) for r in range(first, min(last + 1, len(grid.rows)))), default=0)
    spread = _spread(grid, first, last)
    paths: list[list[str]] = [[] for _ in range(width)]
    merged_rows = {r for r1, _, r2, _ in grid.merges for r in range(r1, r2 + 1)}
    for r in range(first, last + 1):
        carried = ""
        for c in range(width):
            value = spread.get((r, c), grid.at(r, c))
            text = nfc(shown(value)) if value is not None else ""
            if not text and r < last and carried and r not in merged_rows and _has_text(grid, r + 1, c):
                text = carried
            carried = text
            if text and (not paths[c] or paths[c][-1] != text):
                paths[c].append(text)
    return [tuple(path) for path in paths]


def _has_text(grid: Grid, r: int, c: int) -> bool:
    value = grid.at(r, c)
    return value is not None and shown(value).strip() != ""


def _spread(grid: Grid, first: int, last: int) -> dict[tuple[int, int], Cell]:
    found: dict[tuple[int, int], Cell] = {}
    for r1, c1, r2, c2 in grid.merges:
        if r2 < first or r1 > last or c2 - c1 > 2000:
            continue
        value = grid.at(r1, c1)
        for r in range(max(r1, first), min(r2, last) + 1):
            for c in range(c1, c2 + 1):
                found[r, c] = value if r1 >= first else None
    return found


def _matched(paths: Sequence[tuple[str, ...]]) -> int:
    """The most columns that one template understands by these headings (those that are only skipped aside)."""
    best = 0
    for id in templates():
        understood = {m.column.field for p in paths if p and (m := match(id, p)).column and m.column.reader != "ignore"}
        best = max(best, len(understood))
    return best


def find_heading(grid: Grid, start: int) -> tuple[int, int] | None:
    """The heading rows from START on: the one to three rows that one template understands best.

    They are looked for round the first row that holds several known headings, then round the next ones.
    """
    stop = min(start + _LOOK, len(grid.rows))
    known = {r: hits(grid.rows[r]) for r in range(start, stop) if _may_be_heading(grid.rows[r])}
    for anchor in (r for r, count in known.items() if count >= 2):
        best: tuple[int, int, int] | None = None
        for first in range(max(start, anchor - 2), anchor + 2):
            for last in range(max(first, anchor), min(first + _DEEPEST, stop)):
                if any(r not in known for r in range(first, last + 1)):
                    continue
                score = _matched(heading_paths(grid, first, last))
                if score >= 2 and (best is None or (score, first - last) > (best[0], best[1] - best[2])):
                    best = (score, first, last)
        if best is not None:
            last = _merged_down(grid, best[1], best[2])
            return best[1], last + _goes_on(grid, best[1], last)
    return None


def _may_be_heading(row: Sequence[Cell]) -> bool:
    """Headings are words; the doses under a vaccine may be small numbers."""
    return all(v is None or isinstance(v, str) or (isinstance(v, int | float) and 0 < v < 40) for v in row)


def _merged_down(grid: Grid, first: int, last: int) -> int:
    """The heading's last row, where its cells are merged further down."""
    reach = [r2 for r1, _, r2, _ in grid.merges if first <= r1 <= last < r2 <= first + 3]
    return min(max(reach, default=last), len(grid.rows) - 1)


def _goes_on(grid: Grid, first: int, last: int) -> bool:
    """Whether the row below holds words under headings merged across, and no data: BCG over Ngày tiêm and Số lô."""
    if last + 1 >= min(first + _DEEPEST, len(grid.rows)):
        return False
    across = {c for r1, c1, r2, c2 in grid.merges if first <= r1 and r2 == last and c2 > c1 for c in range(c1, c2 + 1)}
    filled = [(c, v) for c, v in enumerate(grid.rows[last + 1]) if v is not None]
    words = [(c, v) for c, v in filled if isinstance(v, str) and (c in across or key_of(v) in vocabulary())]
    return len(words) == len(filled) > 1


def find_tables(grid: Grid) -> list[Table]:
    """All tables of a sheet, from top to bottom."""
    found: list[Table] = []
    heading = find_heading(grid, 0)
    while heading:
        first, last = heading
        paths = birth_parts(dated_sexes(grid, heading_paths(grid, first, last), last + 1))
        paths = given_names(grid, paths, last + 1)
        table = Table(first, last, paths, len(grid.rows))
        found.append(table)
        following = _next_heading(grid, table)
        if following is None:
            break
        heading = find_heading(grid, following)
        if heading is None or heading[0] <= last:
            break
        table.stop = _title_above(grid, heading[0], last + 1)
    for table in found:
        table.empty = _empty_columns(grid, table)
    return found


def _empty_columns(grid: Grid, table: Table) -> frozenset[int]:
    """The columns that have a heading and nothing below it."""
    left = {c for c, path in enumerate(table.paths) if path}
    left -= {c for r, c in (*grid.errors, *grid.uncalculated) if table.last < r < table.stop}
    for r in range(table.last + 1, min(table.stop, len(grid.rows))):
        if not left:
            break
        row = grid.rows[r]
        if not is_number_row(row):
            left = {c for c in left if c >= len(row) or row[c] is None}
    return frozenset(left)


def _title_above(grid: Grid, heading: int, low: int) -> int:
    """The first of the title rows that stand above a further table's heading."""
    row = heading
    while row > low:
        values = [v for v in grid.rows[row - 1] if v is not None]
        if len(values) > 2 or any(not isinstance(v, str) for v in values):
            break
        row -= 1
    while row < heading and not any(v is not None for v in grid.rows[row]):
        row += 1
    return row


def _next_heading(grid: Grid, table: Table) -> int | None:
    """A row below that is the heading of another table: known headings, but not those of this table in their places."""
    known = vocabulary()
    own = heading_keys(grid, table)
    for r in range(table.last + 1, len(grid.rows)):
        row = grid.rows[r]
        if any(v is not None and not isinstance(v, str) for v in row):
            continue
        texts = [v for v in row if isinstance(v, str)]
        if len(texts) < 3:
            continue
        short = [v for v in texts[:6] if len(v) < 60 and key_of(v) in known]
        if len(short) >= 2 and hits(row) >= 3 and (not is_repeat(row, own) or _heads_other_columns(row, table)):
            return r
    return None


def _heads_other_columns(row: Sequence[Cell], table: Table) -> bool:
    """Whether a row like the table's heading has a heading of another meaning in a column: weights here, doses there."""
    for text, path in zip(row, table.paths, strict=False):
        if not isinstance(text, str) or not path or key_of(text) in map(key_of, path):
            continue
        meant = [(match(id, (text,)).column, match(id, path).column) for id in templates()]
        told = [(here.field, there.field) for here, there in meant if here and there]
        if told and all(here != there for here, there in told):
            return True
        if not told and any(here for here, _ in meant) and any(there for _, there in meant):
            return True
    return False


def heading_keys(grid: Grid, table: Table) -> list[list[str]]:
    return [
        [key_of(shown(v)) if v is not None else "" for v in grid.rows[r]] for r in range(table.first, table.last + 1)
    ]


def roles(grid: Grid, table: Table, meanings: dict[int, str], *, hidden: bool) -> Roles:
    """Tell what each row below the heading is. `meanings` maps the understood columns to their fields."""
    found = Roles()
    own = heading_keys(grid, table)
    births = [c for c, f in meanings.items() if f.startswith("child_profile.birth_date")]
    names = [c for c, f in meanings.items() if f.startswith("child_profile.full_name")]
    told = {c for c, f in meanings.items() if not f.startswith("row.")}
    telling = told - {c for c, f in meanings.items() if f == "residence.village"}
    faulty = {r for r, c in grid.errors if c in told} | {r for r, c in grid.uncalculated if c in told}
    village, section, signed = "", "", False
    above = {line for r in range(table.first) for line in _texts_of(grid, r)}
    for r in range(table.last + 1, table.stop):
        row = grid.rows[r] if r < len(grid.rows) else []
        filled = [c for c, v in enumerate(row) if v is not None and (not isinstance(v, str) or v.strip())]
        if r in grid.hidden_rows and filled and not hidden:
            found.skipped[r] = "hidden"
            continue
        if not filled and r not in faulty:
            found.skipped[r] = "blank"
            continue
        said = [row[c] for c in filled if c in told]
        if r - table.last <= 2 and said and all(map(is_unit, said)):
            found.skipped[r] = "heading"
            continue
        if (r - table.last <= 2 or any(_digits(row[c]) for c in names if c < len(row))) and is_number_row(row):
            found.skipped[r] = "column_numbers"
            continue
        has_birth = any(c < len(row) and row[c] is not None and _datelike(row[c]) for c in births) or (
            bool(grid.errors) and any((r, c) in grid.errors for c in births)
        )
        has_birth = has_birth and not counts_all(row, filled)  # a total of 2000 reads as a year
        if not has_birth and filled and len(filled) <= 3 and _again(row, filled, above):
            found.skipped[r] = "title"
            continue
        if not has_birth:
            reason, text = aside(row, filled, names, told, own, signed)
            if not reason and found.skipped.get(r - 1) == "total" and counts_by_sex(row, filled):
                reason = "total"
            if reason:
                found.skipped[r] = reason
                signed = signed or reason == "signature"
                village = text if reason == "village_row" else village
                section = text if reason == "section" else section
                continue
        if not has_birth and not any(c in telling for c in filled) and r not in faulty:
            only_number = all(
                meanings.get(c) == "row.number" or c in told or isinstance(row[c], int | float) for c in filled
            )
            found.skipped[r] = "blank" if only_number else "note"
            continue
        found.data.append(r)
        found.villages[r] = village
        if section:
            found.sections[r] = section
    _settle_villages(found, lone_villages(grid, found.data, meanings))
    return found


def _settle_villages(found: Roles, alone: dict[int, str]) -> None:
    """Take rows that turned out to name a village out of the data, and give their village to the rows below."""
    if not alone:
        return
    found.data = [r for r in found.data if r not in alone]
    marks = {r: why for r, why in found.skipped.items() if why == "village_row"}
    found.skipped |= dict.fromkeys(alone, "village_row")
    for r in found.data:
        last = max((a for a in alone if a < r), default=None)
        if last is not None and not any(last < m < r for m in marks):
            found.villages[r] = alone[last]


def _again(row: Sequence[Cell], filled: Sequence[int], above: set[str]) -> bool:
    """Whether a row repeats lines of the title, as at the head of a printed page; village names are none."""
    return all(isinstance(v := row[c], str) and nfc(v) in above and not VILLAGE.match(nfc(v)) for c in filled)


def _texts_of(grid: Grid, r: int) -> list[str]:
    return [nfc(v) for v in grid.rows[r] if isinstance(v, str) and v.strip()]


def _digits(value: Cell) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and value.strip(" ()").isdigit())


def _datelike(value: Cell) -> bool:
    """Whether a cell of the birth-date column may be a date, and not a line of a signature block."""
    if isinstance(value, str):
        read = split(value, _LATEST)
        return isinstance(read, Parts) or read.problem != UNREADABLE
    return not isinstance(value, int | float) or value >= _FIRST_YEAR


def title_lines(grid: Grid, stop: int, start: int = 0) -> list[str]:
    """The texts from row START to above row STOP, one line per text."""
    lines: list[str] = []
    for r in range(start, min(stop, len(grid.rows))):
        seen: set[str] = set()
        for c, value in enumerate(grid.rows[r]):
            if isinstance(value, str) and value.strip() and value not in seen:
                seen.add(value)
                forms = [value, undo_twice(value)] if grid.garbled.get((r, c)) == "twice" else [value]
                lines.extend(nfc(part) for form in forms for part in form.split("\n") if part.strip())
            elif isinstance(value, date):
                said = next((v for v in reversed(grid.rows[r]) if isinstance(v, str)), "")
                lines.append(f"{nfc(said)} {value:%d/%m/%Y}".strip())
    return lines


def closing_lines(grid: Grid, rows: Iterable[int]) -> list[str]:
    return [nfc(v) for r in rows if r < len(grid.rows) for v in grid.rows[r] if isinstance(v, str)]
