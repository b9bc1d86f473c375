"""A Word document (.docx) as one sheet: a row for each paragraph, and for each row of a table, in the order of the text.

So a form filled in Word is read like one filled in Excel. What stands in a content control that still shows its hint is
blank; struck-out revisions are gone, inserted ones count.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from childdb.intake.grid import Book, Cell, Grid, Limits
from childdb.intake.preflight import Refused, check_extent, unpack

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DOCUMENT = "word/document.xml"
SHEET = "Văn bản Word"
_NUMBER = ".value"  # the tag of a control of our forms that asks for a number
_THOUSANDS = re.compile(r"^\d{1,3}(\.\d{3})+(,\d+)?$")  # 1.250: in Excel the cell would hold the number itself
_SPACES = re.compile(r"[ \t\u00a0]+")


def read(path: Path, limits: Limits) -> Book:
    from defusedxml.ElementTree import fromstring

    with zipfile.ZipFile(path) as archive:
        try:
            root = fromstring(unpack(archive, DOCUMENT, limits))
        except Refused:
            raise
        except Exception as fault:  # broken XML, or a forbidden declaration
            raise Refused("file_unreadable") from fault
    body = root.find(_W + "body")
    rows = list(_rows(body)) if body is not None else []
    check_extent(len(rows) * max((len(r) for r in rows), default=0), limits, SHEET)
    return Book("docx", [Grid(SHEET, rows)])


def _rows(parent: Any) -> Iterator[list[Cell]]:
    for block in parent:
        if block.tag == _W + "p":
            yield [_text(block) or None]
        elif block.tag == _W + "tbl":
            yield from (_cells(row) for row in _own(block, "tr"))
        elif block.tag == _W + "sdt":
            yield from _rows(_content(block))


def _cells(row: Any) -> list[Cell]:
    found: list[Cell] = []
    for cell in _own(row, "tc"):
        said = "\n".join(t for p in cell.iter(_W + "p") if (t := _text(p)))
        wide = cell.find(f"{_W}tcPr/{_W}gridSpan")
        found += [said or None, *[None] * (int(wide.get(_W + "val", "1")) - 1 if wide is not None else 0)]
    return found


def _own(parent: Any, name: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, also those in content controls."""
    for child in parent:
        if child.tag == _W + name:
            yield child
        elif child.tag == _W + "sdt":
            yield from _own(_content(child), name)


def _content(control: Any) -> Any:
    found = control.find(_W + "sdtContent")
    return () if found is None or control.find(f"{_W}sdtPr/{_W}showingPlcHdr") is not None else found


def _text(node: Any) -> str:
    return _SPACES.sub(" ", "".join(_pieces(node))).strip()


def _pieces(node: Any) -> Iterator[str]:
    for child in node:
        if child.tag == _W + "t":
            yield child.text or ""
        elif child.tag in (_W + "br", _W + "cr"):
            yield "\n"
        elif child.tag == _W + "tab":
            yield " "
        elif child.tag == _W + "sdt":
            tag = child.find(f"{_W}sdtPr/{_W}tag")
            said = "".join(_pieces(_content(child)))
            number = tag is not None and tag.get(_W + "val", "").endswith(_NUMBER) and _THOUSANDS.match(said.strip())
            yield said.replace(".", "") if number else said
        elif child.tag not in (_W + "del", _W + "moveFrom", _W + "pPr", _W + "rPr"):
            yield from _pieces(child)
