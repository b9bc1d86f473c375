"""A file as grids: values by the fast reader, evidence by a scan of the file's own format."""

from __future__ import annotations

import io
import posixpath
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from childdb.intake import binary_scan, delimited, evidence, old_excel, opendocument, word_form
from childdb.intake.grid import Book, Cell, Grid, Limits
from childdb.intake.preflight import Kind, Refused, check_extent, look, unpack


def open_book(path: Path, limits: Limits) -> Book:
    """Read PATH whatever its kind; Refused where it must not or cannot be read."""
    kind = look(path, limits)
    if kind.name == "csv":
        return delimited.read(path)
    if kind.name == "xls":
        book = old_excel.read(path, limits)
    elif kind.name == "ods":
        book = opendocument.read(path, limits)
    elif kind.name == "docx":
        book = word_form.read(path, limits)
    else:
        book = _read_zip(path, kind, limits)
    book.macros, book.external_links = kind.macros, kind.external_links
    return book


def _read_zip(path: Path, kind: Kind, limits: Limits) -> Book:
    with zipfile.ZipFile(path) as archive:
        parts = _sheet_parts(archive, limits, kind.name)
        if len(parts) > limits.sheets:
            raise Refused("file_too_large", what=f"{len(parts)} trang tính")
        scans: dict[str, bytes] = {}
        counts: dict[str, int] = {}
        for name, part in parts.items():
            if part not in archive.NameToInfo:
                continue
            data = unpack(archive, part, limits)
            extent = binary_scan.measure(data) if kind.name == "xlsb" else evidence.measure(data)
            check_extent(extent.dense(), limits, name)
            scans[name], counts[name] = data, extent.cells
        grids = _values(path, kind.name)
        if kind.name == "xlsb":
            binary_styles = binary_scan.read_styles(_part(archive, "xl/styles.bin", limits))
            for grid in grids:
                binary_scan.collect(scans.get(grid.name, b""), grid, binary_styles)
            return Book(kind.name, grids)
        styles = evidence.read_styles(_part(archive, "xl/styles.xml", limits))
        rich = evidence.read_rich_strings(_part(archive, "xl/sharedStrings.xml", limits))
        workbook = _part(archive, "xl/workbook.xml", limits)
        for grid in grids:
            evidence.collect(scans.pop(grid.name, b""), grid, styles, rich, counts.get(grid.name, 0))
            grid.date_1904 = b'date1904="1"' in workbook or b'date1904="true"' in workbook
    return Book(kind.name, grids)


def _part(archive: zipfile.ZipFile, name: str, limits: Limits) -> bytes:
    found = next((n for n in archive.NameToInfo if n.lower() == name.lower()), None)
    return unpack(archive, found, limits) if found else b""


def _sheet_parts(archive: zipfile.ZipFile, limits: Limits, kind: str) -> dict[str, str]:
    """Sheet names and the parts that hold them, by the workbook's relations."""
    if kind == "xlsb":
        return binary_scan.sheet_parts(_part(archive, "xl/workbook.bin", limits), _relations(archive, limits, "bin"))
    targets = _relations(archive, limits, "xml")
    found = {}
    for item in evidence.tag("sheet").finditer(_part(archive, "xl/workbook.xml", limits)):
        attrs = evidence.attributes(item.group(1))
        relation = next((v for k, v in attrs.items() if k.endswith(":id") or k == "id"), "")
        if "name" in attrs and relation in targets:
            found[attrs["name"]] = targets[relation]
    return found


def _relations(archive: zipfile.ZipFile, limits: Limits, suffix: str) -> dict[str, str]:
    data = _part(archive, f"xl/_rels/workbook.{suffix}.rels", limits)
    found = {}
    for item in evidence.tag("Relationship").finditer(data):
        attrs = evidence.attributes(item.group(1))
        target = attrs.get("Target", "")
        full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
        found[attrs.get("Id", "")] = full
    return found


def _values(path: Path, kind: str) -> list[Grid]:
    import python_calamine

    try:
        if path.suffix.lower() == f".{kind}":
            book = python_calamine.CalamineWorkbook.from_path(str(path))
        else:  # the reader goes by the name, which may be wrong
            book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        grids = []
        for meta in book.sheets_metadata:
            if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(meta.name)
            rows = [list(map(plain, row)) for row in sheet.to_python(skip_empty_area=False)]
            visible = meta.visible == python_calamine.SheetVisibleEnum.Visible
            grids.append(Grid(meta.name, rows, visible))
        return grids
    except python_calamine.PasswordError:
        raise Refused("file_password") from None
    except Refused:
        raise
    except BaseException as fault:  # the reader's panics are BaseExceptions, its errors of many kinds
        if isinstance(fault, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise Refused("file_unreadable") from fault


_MIDNIGHT = time()


def plain(value: Any) -> Cell:
    """A reader's value as ours: blanks None, midnights dates."""
    if value == "" and isinstance(value, str):
        return None
    if isinstance(value, datetime) and value.time() == _MIDNIGHT:
        return date(value.year, value.month, value.day)
    return value  # type: ignore[no-any-return]
