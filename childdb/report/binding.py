"""Reading a report back: every bound number with what it stands for, what was taken out, and what was typed in.

The document may have been edited in Word or LibreOffice. A bound number is a content control whose tag is a reference, or the
bookmark around it that the manifest names; this custom XML part says what was bound when the report was written, and which numbers stood free then (dates, numbers of
documents); where that part is lost only those two answers are.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from defusedxml.ElementTree import fromstring

from childdb.report.figure import Ref
from schemas.errors import UnreadableFile

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MANIFEST = "urn:childdb:report"
THEIRS = "theirs"
BOOKMARK = "_childdb"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LIMIT = 200 * 2**20  # unpacked bytes of one part


@dataclass(frozen=True)
class Found:
    """A bound number as it stands in the document now, and the words around it."""

    place: int
    text: str
    ref: Ref
    around: str


@dataclass(frozen=True)
class Reading:
    """What was read: the bound numbers, those that are gone, free numbers that were not there, and the manifest's words."""

    found: tuple[Found, ...]
    removed: tuple[tuple[str, str], ...] = ()
    typed: tuple[str, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)


def read_report(path: Path) -> Reading:
    """Read a report; UnreadableFile where it is no Word document."""
    try:
        with zipfile.ZipFile(path) as package:
            document = _part(package, "word/document.xml")
            manifest = next((m for m in map(_parsed, _custom(package)) if m is not None), None)
    except (OSError, KeyError, zipfile.BadZipFile, ValueError, SyntaxError) as fault:
        raise UnreadableFile(
            f"{path.name} không phải báo cáo Word (.docx) đọc được.", f"{path.name} is no readable Word report."
        ) from fault
    if manifest is None:
        return Reading(tuple(_bound(document, {})))
    written = [(n.get("tag", ""), n.text or "") for n in manifest.findall(f"{{{MANIFEST}}}n")]
    free = Counter({n.get("text", ""): int(n.get("times", "1")) for n in manifest.findall(f"{{{MANIFEST}}}free")})
    found = tuple(_bound(document, {f"{BOOKMARK}{n}": tag for n, (tag, _) in enumerate(written, 1)}))
    gone = Counter(tag for tag, _ in written)
    gone.subtract(f.ref.tag for f in found)
    texts = dict(written)
    removed = tuple((tag, texts[tag]) for tag in dict(written) for _ in range(gone[tag]))
    typed = Counter(free_numbers(document))
    typed.subtract(free)
    return Reading(
        found, removed, tuple(t for t, n in sorted(typed.items()) for _ in range(max(0, n))), dict(manifest.attrib)
    )


def free_numbers(document: Any) -> Iterator[str]:
    """Numbers that stand in the text outside every bound number and outside the words of others."""
    for paragraph in _paragraphs(document):
        yield from _NUMBER.findall("".join(t if mark is None else " " for t, mark in _runs(paragraph, {})))


def _part(package: zipfile.ZipFile, name: str) -> Any:
    if package.getinfo(name).file_size > _LIMIT:
        raise ValueError(name)
    return fromstring(package.read(name))


def _custom(package: zipfile.ZipFile) -> Iterator[bytes]:
    for name in sorted(package.namelist()):
        if name.startswith("customXml/") and name.endswith(".xml") and package.getinfo(name).file_size < _LIMIT:
            yield package.read(name)


def _parsed(part: bytes) -> Any:
    if MANIFEST.encode() not in part:
        return None
    root = fromstring(part)
    return root if root.tag == f"{{{MANIFEST}}}report" else None


def _bound(document: Any, tags: Mapping[str, str]) -> Iterator[Found]:
    """The bound numbers in order; TAGS gives the reference of a bookmark."""
    place = 0
    for paragraph in _paragraphs(document):
        runs = list(_runs(paragraph, tags))
        around = "".join(text for text, _ in runs).strip()
        for mark, group in groupby(runs, key=lambda run: run[1]):
            ref = Ref.read(mark.tag) if mark else None
            if ref is not None:
                place += 1
                yield Found(place, "".join(text for text, _ in group), ref, around)


def _paragraphs(node: Any) -> Iterator[Any]:
    """Every paragraph that is not inside the words of others."""
    for child in node:
        if child.tag == f"{W}sdt" and _tag(child) == THEIRS:
            continue
        if child.tag == f"{W}p":
            yield child
        else:
            yield from _paragraphs(child)


@dataclass(frozen=True)
class _Mark:
    """Around what a text stands: the reference, and which control or bookmark of the document it is."""

    tag: str
    number: int


def _runs(paragraph: Any, tags: Mapping[str, str]) -> Iterator[tuple[str, _Mark | None]]:
    """The texts of a paragraph, each with the mark around it; what is marked as deleted is not there."""
    open_marks: dict[str, _Mark] = {}

    def walk(node: Any, inside: _Mark | None) -> Iterator[tuple[str, _Mark | None]]:
        for child in node:
            if child.tag in (f"{W}del", f"{W}moveFrom", f"{W}p"):
                continue
            if child.tag == f"{W}bookmarkStart" and str(child.get(f"{W}name")).startswith(BOOKMARK):
                name = str(child.get(f"{W}name"))
                open_marks[str(child.get(f"{W}id"))] = _Mark(tags.get(name, name), id(child))
            elif child.tag == f"{W}bookmarkEnd":
                open_marks.pop(str(child.get(f"{W}id")), None)
            elif child.tag == f"{W}t":
                yield child.text or "", inside or next(iter(open_marks.values()), None)
            elif child.tag == f"{W}sdt":
                tag = _tag(child)
                content = child.find(f"{W}sdtContent")
                if content is not None:
                    yield from walk(content, _Mark(tag, id(child)) if Ref.read(tag) else inside)
            else:
                yield from walk(child, inside)

    yield from walk(paragraph, None)


def _tag(control: Any) -> str:
    found = control.find(f"{W}sdtPr/{W}tag")
    return "" if found is None else str(found.get(f"{W}val") or "")
