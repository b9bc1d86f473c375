"""Small writers of the formats that no library here writes: .ods, .xls (BIFF8 in a compound file), .xlsb."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

Rows = Sequence[Sequence[Any]]
FIXED = (2024, 1, 1, 0, 0, 0)


def put_part(archive: zipfile.ZipFile, name: str, data: str | bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, FIXED), data, zipfile.ZIP_DEFLATED)


def write_ods(
    path: Path, sheet: str, rows: Rows, hidden: Sequence[int] = (), struck: Sequence[int] = (), font: str = ""
) -> None:
    """`hidden` and `struck` are row numbers; a text "#N/A" becomes an error cell, "=" a formula without a value."""
    names = "office table text style calcext fo"
    spaces = " ".join(
        f'xmlns:{n}="{"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" if n == "calcext" else f"urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"}"'
        for n in names.split()
    )
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(_ods_cell(v, number in struck) for v in row)
        shown = ' table:visibility="collapse"' if number in hidden else ""
        lines.append(f"<table:table-row{shown}>{cells}</table:table-row>")
    fonts = f' style:font-name="{font}"' if font else ""
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:automatic-styles>'
        '<style:style style:name="struck" style:family="table-cell"><style:text-properties style:text-line-through-style="solid"/></style:style>'
        f'<style:style style:name="plain" style:family="table-cell"><style:text-properties{fonts}/></style:style>'
        f'</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="{escape(sheet)}">{"".join(lines)}'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        put_part(archive, "mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        put_part(archive, "META-INF/manifest.xml", "<manifest/>")
        put_part(archive, "content.xml", text)


def _ods_cell(value: Any, struck: bool) -> str:
    style = f' table:style-name="{"struck" if struck else "plain"}"'
    if value is None:
        return "<table:table-cell/>"
    if value == "#N/A":
        return f'<table:table-cell{style} table:formula="of:=NA()" office:value-type="string" calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'
    if value == "=":
        return f'<table:table-cell{style} table:formula="of:=[.A1]"/>'
    if isinstance(value, int | float):
        return f'<table:table-cell{style} office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
    if hasattr(value, "isoformat"):
        return f'<table:table-cell{style} office:value-type="date" office:date-value="{value.isoformat()}"><text:p>{value}</text:p></table:table-cell>'
    return f'<table:table-cell{style} office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def write_xls(
    path: Path,
    sheet: str,
    rows: Rows,
    font: str = "Times New Roman",
    struck: Sequence[int] = (),
    hidden: Sequence[int] = (),
) -> None:
    """A BIFF8 workbook in a compound file; a text "#N/A" becomes an error cell."""
    name = sheet.encode("utf-16-le")
    fonts = b"".join(_record(0x31, _font(font, f == 5)) for f in range(6))
    xf = struct.pack("<HHHBBBBIIH", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    styles = _record(0xE0, xf) * 21 + _record(0xE0, struct.pack("<HHHBBBBIIH", 6, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    head = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 6)) + fonts + styles
    bound = struct.pack("<IBBBB", 0, 0, 0, len(sheet), 1) + name
    offset = len(head) + len(_record(0x85, bound)) + 4
    bound = struct.pack("<I", offset) + bound[4:]
    page = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 6))
    for r in hidden:
        page += _record(0x208, struct.pack("<HHHHHHI", r - 1, 0, 10, 0, 0, 0, 0x120))
    for r, row in enumerate(rows):
        style = 21 if r + 1 in struck else 15
        for c, value in enumerate(row):
            at = struct.pack("<HHH", r, c, style)
            if value == "#N/A":
                page += _record(0x205, at + bytes([42, 1]))
            elif isinstance(value, int | float):
                page += _record(0x203, at + struct.pack("<d", value))
            elif value is not None:
                text = str(value).encode("utf-16-le")
                page += _record(0x204, at + struct.pack("<HB", len(text) // 2, 1) + text)
    path.write_bytes(
        compound({"Workbook": head + _record(0x85, bound) + _record(0x0A, b"") + page + _record(0x0A, b"")})
    )


def _font(name: str, struck: bool) -> bytes:
    text = name.encode("utf-16-le")
    return struct.pack("<HHHHHBBBBBB", 220, 8 if struck else 0, 0x7FFF, 400, 0, 0, 0, 0, 0, len(text) // 2, 1) + text


def compound(streams: dict[str, bytes]) -> bytes:
    """An OLE compound file of regular streams (each padded to 4096 bytes at least)."""
    sectors: list[bytes] = []
    fat: list[int] = []
    entries = [_entry("Root Entry", 5, -2, 0, child=1)]
    for index, (name, data) in enumerate(streams.items(), 1):
        padded = data.ljust(max(4096, (len(data) + 511) // 512 * 512), b"\0")
        first = len(sectors)
        count = len(padded) // 512
        sectors += [padded[i * 512 : i * 512 + 512] for i in range(count)]
        fat += [first + i + 1 for i in range(count - 1)] + [-2]
        entries.append(_entry(name, 2, first, len(padded), right=index + 1 if index < len(streams) else -1))
    while len(entries) % 4:
        entries.append(_entry("", 0, 0, 0))
    directory = len(sectors)
    count = len(entries) // 4
    sectors += [b"".join(entries[i * 4 : i * 4 + 4]) for i in range(count)]
    fat += [directory + i + 1 for i in range(count - 1)] + [-2]
    tables = 1
    while len(fat) + tables > tables * 128:
        tables += 1
    start = len(sectors)
    fat += [-3] * tables
    fat += [-1] * (tables * 128 - len(fat))
    sectors += [struct.pack("<128i", *fat[i * 128 : i * 128 + 128]) for i in range(tables)]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIiIIiIiI", 0, tables, directory, 0, 4096, -2, 0, -2, 0)
    head += struct.pack("<109i", *[start + i for i in range(tables)], *[-1] * (109 - tables))
    return head + b"".join(sectors)


def _entry(name: str, kind: int, first: int, size: int, *, right: int = -1, child: int = -1) -> bytes:
    text = name.encode("utf-16-le")
    return (
        text.ljust(64, b"\0") + struct.pack("<HBBiii", len(text) + 2 if name else 0, kind, 1, -1, right, child)
        + b"\0" * 36 + struct.pack("<iQ", first, size)
    )  # fmt: skip


def _binary(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(body)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return head + size + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def write_xlsb(path: Path, sheet: str, rows: Rows, hidden: Sequence[int] = ()) -> None:
    width = max(map(len, rows))
    data = _binary(129) + _binary(148, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1)) + _binary(145)
    for r, row in enumerate(rows):
        data += _binary(0, struct.pack("<IIHBBBI", r, 0, 300, 0, 0x10 if r + 1 in hidden else 0, 0, 0))
        for c, value in enumerate(row):
            at = struct.pack("<II", c, 0)
            if value == "#N/A":
                data += _binary(3, at + b"\x2a")
            elif isinstance(value, int | float):
                data += _binary(5, at + struct.pack("<d", value))
            elif value is not None:
                data += _binary(6, at + _wide(str(value)))
    data += _binary(146) + _binary(130)
    book = (
        _binary(131)
        + _binary(143)
        + _binary(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide(sheet))
        + _binary(144)
        + _binary(132)
    )
    kinds = "application/vnd.ms-excel"
    with zipfile.ZipFile(path, "w") as archive:
        put_part(archive, "[Content_Types].xml",
                 '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                 f'<Default Extension="bin" ContentType="{kinds}.sheet.binary.macroEnabled.main"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>')  # fmt: skip
        relation = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/></Relationships>'
        put_part(archive, "_rels/.rels", relation.format("officeDocument", "xl/workbook.bin"))
        put_part(archive, "xl/workbook.bin", book)
        put_part(archive, "xl/_rels/workbook.bin.rels", relation.format("worksheet", "worksheets/sheet1.bin"))
        put_part(archive, "xl/worksheets/sheet1.bin", data)
