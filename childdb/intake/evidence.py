"""What an .xlsx holds beside its values: error cells, formulas never calculated, fonts, strikes, hidden rows.

The reader (calamine) gives values alone and turns error cells into blanks, so the XML is scanned once more.
Patterns over the bytes are some ten times faster than a parser; a sheet whose cells bear no address is the
rare case and takes the slow road.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from childdb.intake.grid import Grid, Place, column_of, place_of
from childdb.intake.legacy_fonts import encoding_of_font

_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_DAY = re.compile(r"d", re.I)
_YEAR_OR_MONTH = re.compile(r"[ym]", re.I)
_NOT_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_BUILT_IN_OPEN = {17: "month"}  # mmm-yy


@dataclass
class Styles:
    """Which cell styles strike through, bear a legacy font, pad with zeros or show a date without its day."""

    struck: set[int] = field(default_factory=set)
    fonts: dict[int, str] = field(default_factory=dict)
    padded: dict[int, int] = field(default_factory=dict)
    open_dates: dict[int, str] = field(default_factory=dict)

    def note(self, index: int, font: tuple[bool, str | None], format_id: int, code: str) -> None:
        """What style INDEX tells: its font (struck, legacy encoding) and its number format."""
        struck, encoding = font
        if struck:
            self.struck.add(index)
        if encoding:
            self.fonts[index] = encoding
        plain = _NOT_FORMAT.sub("", code).split(";")[0]
        if re.fullmatch(r"0{9,}", plain):
            self.padded[index] = len(plain)
        precision = _BUILT_IN_OPEN.get(format_id) or date_precision(plain)
        if precision:
            self.open_dates[index] = precision

    def interesting(self) -> set[int]:
        return self.struck | set(self.fonts) | set(self.padded) | set(self.open_dates)


@dataclass(frozen=True)
class RichText:
    """A shared string with runs: the (legacy encoding or None, text) of each run, and whether a run is struck."""

    runs: tuple[tuple[str | None, str], ...]
    struck: bool


def attributes(text: bytes) -> dict[str, str]:
    return {
        m.group(1).decode(): html.unescape((m.group(2) or m.group(3) or b"").decode("utf-8", "replace"))
        for m in _ATTRIBUTE.finditer(text)
    }


def tag(name: str, body: str = "") -> re.Pattern[bytes]:
    """A pattern for <name ...>, whatever its namespace prefix; BODY may follow."""
    return re.compile(rf"<(?:\w+:)?{name}\b([^>]*){body}".encode(), re.S)


_FONTS = tag("fonts", r">(.*?)</(?:\w+:)?fonts>")
_FONT = tag("font", r"(?<!/)>(.*?)</(?:\w+:)?font>|<(?:\w+:)?font\b[^>]*/>")
_FONT_NAME = tag("name")
_STRIKE = tag("strike")
_FORMAT = tag("numFmt")
_XFS = tag("cellXfs", r">(.*?)</(?:\w+:)?cellXfs>")
_XF = tag("xf")
_ITEM = tag("si", r">(.*?)</(?:\w+:)?si>")
_RUN = tag("r", r">(.*?)</(?:\w+:)?r>")
_RUN_FONT = tag("rFont")
_TEXT = tag("t", r"(?<!/)>(.*?)</(?:\w+:)?t>")
_ROW = tag("row", r">")
_COLUMN = tag("col", r">")
_MERGE = tag("mergeCell")
_CELL = tag("c", r"(?:/>|(?<!/)>(.*?)</(?:\w+:)?c>)")
_OPENING = tag("c", r">")
_ERROR = re.compile(rb"""<(?:\w+:)?c\b([^>]*\bt=["']e["'][^>]*)>(.*?)</(?:\w+:)?c>""", re.S)
_INLINE = re.compile(rb"""<(?:\w+:)?c\b([^>]*\bt=["']inlineStr["'][^>]*)>(.*?)</(?:\w+:)?c>""", re.S)
_VALUE = tag("v", r">([^<]*)<")
_FORMULA_ONLY = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)(?<!/)>\s*<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>",
    re.S,
)


def is_strike(text: bytes) -> bool:
    found = _STRIKE.search(text)
    return found is not None and attributes(found.group(1)).get("val", "1") not in ("0", "false")


def read_styles(data: bytes) -> Styles:
    """The telling cell styles of xl/styles.xml, by index."""
    styles = Styles()
    fonts: list[tuple[bool, str | None]] = []
    block = _FONTS.search(data)
    for font in _FONT.finditer(block.group(2)) if block else ():
        body = font.group(2) or b""
        name = _FONT_NAME.search(body)
        fonts.append((is_strike(body), encoding_of_font(attributes(name.group(1)).get("val", "")) if name else None))
    formats = {
        int(a["numFmtId"]): a.get("formatCode", "")
        for a in (attributes(m.group(1)) for m in _FORMAT.finditer(data))
        if a.get("numFmtId", "").isdigit()
    }
    cells = _XFS.search(data)
    for index, found in enumerate(_XF.finditer(cells.group(2)) if cells else ()):
        attrs = attributes(found.group(1))
        font_id, format_id = (int(attrs.get(k, "0") or 0) for k in ("fontId", "numFmtId"))
        styles.note(
            index, fonts[font_id] if font_id < len(fonts) else (False, None), format_id, formats.get(format_id, "")
        )
    return styles


def date_precision(code: str) -> str | None:
    """month for a date format without a day, year for one of the year alone, else None."""
    plain = _NOT_FORMAT.sub("", code).lower().split(";")[0]
    if _DAY.search(plain) or not re.search(r"y", plain) or re.search(r"[hs0#]", plain):
        return None
    return "month" if "m" in plain else "year"


def read_rich_strings(data: bytes) -> dict[int, RichText]:
    """Shared strings that have a run with a legacy font or a strike, by index."""
    if b"rPr" not in data:
        return {}
    read = ((index, _rich_text(item.group(2))) for index, item in enumerate(_ITEM.finditer(data)))
    return {index: text for index, text in read if text is not None}


def _rich_text(body: bytes) -> RichText | None:
    """The runs of a string, if one of them has a legacy font or is struck."""
    if b"rPr" not in body:
        return None
    runs, struck = [], False
    for run in _RUN.finditer(body):
        font = _RUN_FONT.search(run.group(2))
        encoding = encoding_of_font(attributes(font.group(1)).get("val", "")) if font else None
        struck = struck or is_strike(run.group(2))
        text = b"".join(t.group(2) for t in _TEXT.finditer(run.group(2)))
        runs.append((encoding, html.unescape(text.decode("utf-8", "replace"))))
    return RichText(tuple(runs), struck) if struck or any(encoding for encoding, _ in runs) else None


@dataclass
class SheetScan:
    """What one pass over a sheet's XML found; `last` is the furthest cell with content."""

    cells: int = 0
    first: Place = (1 << 30, 1 << 30)
    last: Place = (-1, -1)
    rich: dict[Place, int] = field(default_factory=dict)

    def dense(self) -> int:
        """Cells of the rectangle that the reader will allocate."""
        if self.last[0] < 0:
            return 0
        return (self.last[0] - self.first[0] + 1) * (self.last[1] - self.first[1] + 1)


_ADDRESS = re.compile(
    rb"""<(?:\w+:)?c\b(?:\s+(?!r=)[\w:]+=["'][^"']*["'])*\s+r=["']\$?([A-Z]{1,3})\$?([0-9]{1,7})["'][^>/]*(/>|></)?"""
)


def measure(data: bytes) -> SheetScan:
    """How far the cells of a sheet that hold anything reach, from their addresses (before anything is allocated).

    A cell that has only a format is none that the reader keeps.
    """
    scan = SheetScan()
    columns: set[bytes] = set()
    low, high = 1 << 30, -1
    for found in _ADDRESS.finditer(data):
        scan.cells += 1
        if found.group(3):
            continue
        columns.add(found.group(1))
        row = int(found.group(2))
        if row < low:
            low = row
        if row > high:
            high = row
    if columns:
        indexes = [column_of(name.decode()) for name in columns]
        scan.first, scan.last = (low - 1, min(indexes)), (high - 1, max(indexes))
    return scan


def _addressed(data: bytes, cells: int) -> bool:
    """Whether every cell bears its address."""
    if data.count(b"<c ") + data.count(b"<c>") + data.count(b"<c/") == cells and b":c " not in data:
        return True
    return sum(1 for _ in _ANY_CELL.finditer(data)) == cells


_ANY_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")


def _walk(data: bytes) -> Iterator[tuple[Place, bytes, bytes]]:
    """Cells of a sheet that gives no addresses: place by order, attributes, body."""
    row = -1
    for part in re.finditer(rb"<(?:\w+:)?row\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?row>)", data, re.S):
        given = attributes(part.group(1)).get("r", "")
        row = int(given) - 1 if given.isdigit() else row + 1
        column = -1
        for cell in _CELL.finditer(part.group(2) or b""):
            address = attributes(cell.group(1)).get("r")
            column = place_of(address)[1] if address else column + 1
            yield (row, column), cell.group(1), cell.group(2) or b""


def collect(data: bytes, grid: Grid, styles: Styles, rich: dict[int, RichText], cells: int) -> None:
    """Fill GRID's evidence from the sheet's XML, in which `cells` addresses were found."""
    for row in _ROW.finditer(data) if b"hidden=" in data else ():
        if b"hidden" in row.group(1):
            attrs = attributes(row.group(1))
            if attrs.get("hidden", "0") in ("1", "true") and attrs.get("r", "").isdigit():
                grid.hidden_rows.add(int(attrs["r"]) - 1)
    for found in _COLUMN.finditer(data):
        attrs = attributes(found.group(1))
        if attrs.get("hidden", "0") in ("1", "true"):
            grid.hidden_columns.update(range(int(attrs["min"]) - 1, min(int(attrs["max"]), 16384)))
    for found in _MERGE.finditer(data) if b"mergeCell" in data else ():
        first, _, last = attributes(found.group(1)).get("ref", "").partition(":")
        if last:
            grid.merges.append((*place_of(first), *place_of(last)))
    if _addressed(data, cells):
        _collect_by_pattern(data, grid, styles, rich)
    else:
        for place, attrs_text, body in _walk(data):
            _collect_cell(place, attributes(attrs_text), body, grid, styles, rich)


def _collect_by_pattern(data: bytes, grid: Grid, styles: Styles, rich: dict[int, RichText]) -> None:
    if b't="e"' in data or b"t='e'" in data:
        for found in _ERROR.finditer(data):
            value = _VALUE.search(found.group(2))
            error = value.group(2).decode() if value else "#VALUE!"
            grid.errors[place_of(attributes(found.group(1))["r"])] = error
    if b"<f" in data or b":f" in data:
        for found in _FORMULA_ONLY.finditer(data):
            attrs = attributes(found.group(1))
            if attrs.get("t") != "str":
                grid.uncalculated.add(place_of(attrs["r"]))
    ids = styles.interesting()
    if ids:
        wanted = b"|".join(str(i).encode() for i in sorted(ids))
        styled = re.compile(rb"""<(?:\w+:)?c\b([^>]*\bs=["'](?:""" + wanted + rb""")["'][^>]*)>""")
        for found in styled.finditer(data):
            attrs = attributes(found.group(1))
            note_style(grid, place_of(attrs["r"]), int(attrs["s"]), styles)
    if rich:
        wanted = b"|".join(str(i).encode() for i in sorted(rich))
        strings = re.compile(rb"""<(?:\w+:)?c\b([^>]*\bt=["']s["'][^>]*)>\s*<(?:\w+:)?v>(""" + wanted + rb""")</""")
        for found in strings.finditer(data):
            _note_rich(grid, place_of(attributes(found.group(1))["r"]), rich[int(found.group(2))])
    if b"rPr" in data:  # strings with runs that stand in their cells
        for found in _INLINE.finditer(data):
            text = _rich_text(found.group(2))
            if text is not None:
                _note_rich(grid, place_of(attributes(found.group(1))["r"]), text)


def _collect_cell(
    place: Place, attrs: dict[str, str], body: bytes, grid: Grid, styles: Styles, rich: dict[int, RichText]
) -> None:
    value = _VALUE.search(body)
    if attrs.get("t") == "e":
        grid.errors[place] = value.group(2).decode() if value else "#VALUE!"
    elif tag("f").search(body) and attrs.get("t") != "str" and (value is None or not value.group(2).strip()):
        grid.uncalculated.add(place)
    if attrs.get("s", "").isdigit():
        note_style(grid, place, int(attrs["s"]), styles)
    if attrs.get("t") == "s" and value and value.group(2).isdigit() and int(value.group(2)) in rich:
        _note_rich(grid, place, rich[int(value.group(2))])
    elif (text := _rich_text(body)) is not None:
        _note_rich(grid, place, text)


def note_style(grid: Grid, place: Place, style: int, styles: Styles) -> None:
    if style in styles.struck:
        grid.struck.add(place)
    if style in styles.fonts:
        grid.fonts[place] = styles.fonts[style]
    if style in styles.padded:
        grid.padded[place] = styles.padded[style]
    if style in styles.open_dates:
        grid.open_dates[place] = styles.open_dates[style]


def _note_rich(grid: Grid, place: Place, text: RichText) -> None:
    from childdb.intake.legacy_text import decode  # the tables are needed only for such cells

    if text.struck:
        grid.struck.add(place)
    encodings = {encoding for encoding, run in text.runs if run.strip()}
    if encodings - {None}:
        grid.fonts.pop(place, None)
        row, column = place
        if row < len(grid.rows) and column < len(grid.rows[row]):
            grid.rows[row][column] = "".join(decode(run, enc) if enc else run for enc, run in text.runs)
