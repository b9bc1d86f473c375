"""What a file is, by its content, and whether it is safe to hand to the readers.

A sheet with two cells at A1 and XFD1048576 makes the fast reader ask for more memory than there is and the process
dies; so extents, unpacked sizes and entity declarations are looked at before anything is read.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from childdb.intake.grid import Limits
from schemas.issues import Issue

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
_NOT_TEXT = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"MZ")
_MARKUP = re.compile(rb"^\s*(?:<\?xml|<!doctype|<html|<table|<head|<meta)", re.I)
_ENTITY = re.compile(rb"<!(?:ENTITY|DOCTYPE)", re.I)


class Refused(Exception):
    """The file is not read; `issue` says why."""

    def __init__(self, code: str, **slots: str) -> None:
        super().__init__(code)
        self.issue = Issue(code, slots=slots)


@dataclass(frozen=True)
class Kind:
    """What the content is: xlsx, xlsm, xlsb, xls, ods, docx or csv."""

    name: str
    macros: bool = False
    external_links: bool = False


def look(path: Path, limits: Limits) -> Kind:
    """The kind of PATH by its content; Refused where it must not be read."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4096)
    except FileNotFoundError:
        raise Refused("file_missing") from None
    except OSError:
        raise Refused("file_unreadable") from None
    if size > limits.file_bytes:
        raise Refused("file_too_large", what=f"{size // 2**20} MB > {limits.file_bytes // 2**20} MB")
    if start.startswith(OLE):
        return _look_ole(path)
    if start[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _look_zip(path, limits)
    if path.suffix.lower() in TEXT_SUFFIXES and not start.startswith(_NOT_TEXT) and not _MARKUP.match(start):
        return Kind("csv")
    raise Refused("file_unreadable")


def _look_ole(path: Path) -> Kind:
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Refused("file_password")
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        raise Refused("file_unreadable")
    return Kind("xls", macros="_VBA_PROJECT".encode("utf-16-le") in data)


def _look_zip(path: Path, limits: Limits) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if any(part.flag_bits & 1 for part in parts):
                raise Refused("file_password")
            if len(parts) > limits.parts or len(names) != len(parts):
                raise Refused("file_dangerous", what=f"{len(parts)} tệp con")
            unpacked = sum(part.file_size for part in parts)
            if unpacked > limits.unpacked_bytes:
                raise Refused("file_too_large", what=f"giải nén {unpacked // 2**20} MB")
            kind = _kind_of(names, archive)
            for part in parts:
                if part.filename.endswith((".xml", ".rels", ".vml")) and _has_entity(archive, part):
                    raise Refused("file_dangerous", what="khai báo thực thể XML")
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, ValueError, struct.error):
        raise Refused("file_unreadable") from None
    return kind


def _kind_of(names: set[str], archive: zipfile.ZipFile) -> Kind:
    macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    external = any("externalLinks/" in name for name in names)
    if any(name.lower() == "xl/workbook.bin" for name in names):
        return Kind("xlsb", macros, external)
    if any(name.lower().startswith("xl/") for name in names) and "[Content_Types].xml" in names:
        return Kind("xlsm" if macros else "xlsx", macros, external)
    if "word/document.xml" in names:
        return Kind("docx", macros)
    if "content.xml" in names and "mimetype" in names:
        if b"spreadsheet" not in archive.read("mimetype")[:200]:
            raise Refused("file_unreadable")
        if b"manifest:encryption-data" in archive.read("META-INF/manifest.xml")[: 2**20]:
            raise Refused("file_password")
        return Kind("ods", any(name.startswith("Basic/") for name in names))
    raise Refused("file_unreadable")


def _has_entity(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether a part declares a document type; a declaration stands before the root element."""
    with archive.open(part) as file:
        start = file.read(65536)
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            start = start.decode("utf-16", "replace").encode()
    return _ENTITY.search(start) is not None


def unpack(archive: zipfile.ZipFile, name: str, limits: Limits) -> bytes:
    """A part of the archive, stopped where it grows beyond what its header claims or the limit allows."""
    return b"".join(_blocks(archive, name, limits))


def _blocks(archive: zipfile.ZipFile, name: str, limits: Limits) -> Iterator[bytes]:
    total = 0
    try:
        with archive.open(name) as file:
            while block := file.read(2**20):
                total += len(block)
                if total > limits.unpacked_bytes:
                    raise Refused("file_too_large", what=f"giải nén hơn {limits.unpacked_bytes // 2**20} MB")
                yield block
    except Refused:
        raise
    except Exception as fault:  # zlib and zipfile raise a dozen kinds on damaged streams
        raise Refused("file_unreadable") from fault


def check_extent(dense_cells: int, limits: Limits, sheet: str) -> None:
    """Refuse a sheet whose furthest cells span more than the reader may allocate."""
    if dense_cells > limits.dense_cells:
        raise Refused("file_too_large", what=f"trang tính “{sheet}” trải {dense_cells} ô")
