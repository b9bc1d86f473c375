"""What a .xlsb holds beside its values, by walking its records (MS-XLSB 2.1.4: a record's kind and size, then bytes)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from childdb.intake.evidence import SheetScan, Styles, note_style
from childdb.intake.grid import Grid
from childdb.intake.legacy_fonts import encoding_of_font

_ROW, _ERROR_CELL, _ERROR_FORMULA, _MERGE, _BUNDLE = 0, 3, 11, 176, 156
_FONT, _FORMAT, _STYLE, _CELL_STYLES, _CELL_STYLES_END = 43, 44, 47, 617, 618
_CELLS = range(1, 12)  # BrtCellBlank is 1; the rest bear a value
_NAMES = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        kind = data[at]
        at += 1
        if kind & 0x80 and at < len(data):
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        size, shift = 0, 0
        while at < len(data) and shift < 28:
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield kind, data[at : at + size]
        at += size


def measure(data: bytes) -> SheetScan:
    scan, row, places = SheetScan(), 0, []
    for kind, body in records(data):
        if kind == _ROW and len(body) >= 4:
            row = struct.unpack_from("<I", body)[0]
        elif kind in _CELLS and kind > 1 and len(body) >= 4:
            places.append((row, struct.unpack_from("<I", body)[0]))
    if places:
        rows, columns = zip(*places, strict=True)
        scan.cells, scan.first, scan.last = len(places), (min(rows), min(columns)), (max(rows), max(columns))
    return scan


def read_styles(data: bytes) -> Styles:
    """The telling cell styles of xl/styles.bin, by index."""
    styles, fonts, formats, index, inside = Styles(), [], {}, 0, False
    for kind, body in records(data):
        if kind == _FONT and len(body) > 25:
            fonts.append((bool(struct.unpack_from("<H", body, 2)[0] & 0x08), encoding_of_font(_text(body, 21)[0])))
        elif kind == _FORMAT and len(body) > 6:
            formats[struct.unpack_from("<H", body)[0]] = _text(body, 2)[0]
        elif kind in (_CELL_STYLES, _CELL_STYLES_END):
            inside = kind == _CELL_STYLES
        elif kind == _STYLE and inside and len(body) >= 6:
            format_id, font_id = struct.unpack_from("<HH", body, 2)
            styles.note(
                index, fonts[font_id] if font_id < len(fonts) else (False, None), format_id, formats.get(format_id, "")
            )
            index += 1
    return styles


def collect(data: bytes, grid: Grid, styles: Styles) -> None:
    """Error cells, hidden rows, merged ranges and telling styles of one sheet."""
    row, telling = 0, styles.interesting()
    for kind, body in records(data):
        if telling and kind in _CELLS and kind > 1 and len(body) >= 8:
            column, style = struct.unpack_from("<II", body)
            if style & 0xFFFFFF in telling:
                note_style(grid, (row, column), style & 0xFFFFFF, styles)
        if kind == _ROW and len(body) >= 12:
            row = struct.unpack_from("<I", body)[0]
            if body[11] & 0x10:
                grid.hidden_rows.add(row)
        elif kind in (_ERROR_CELL, _ERROR_FORMULA) and len(body) >= 9:
            grid.errors[row, struct.unpack_from("<I", body)[0]] = _NAMES.get(body[8], "#VALUE!")
        elif kind == _MERGE and len(body) >= 16:
            r1, r2, c1, c2 = struct.unpack_from("<IIII", body)
            grid.merges.append((r1, c1, r2, c2))


def sheet_parts(workbook: bytes, relations: dict[str, str]) -> dict[str, str]:
    found = {}
    for kind, body in records(workbook):
        if kind == _BUNDLE and len(body) > 12:
            relation, at = _text(body, 8)
            name, _ = _text(body, at)
            if relation in relations:
                found[name] = relations[relation]
    return found


def _text(body: bytes, at: int) -> tuple[str, int]:
    length = struct.unpack_from("<I", body, at)[0]
    if length == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * length
    return body[at + 4 : end].decode("utf-16-le", "replace"), end
