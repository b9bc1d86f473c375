"""The low parts of a Word document: runs, numbers in content controls, borders, cells, and a package with the same bytes
each time.

A bound number is an inline content control (hidden frame) whose tag is its reference, inside a hidden bookmark: Word keeps
the first through editing, LibreOffice before 7.5 only the second. A custom XML part lists all of them in the order of the
bookmarks, with their text as written, so that a deleted one is noticed as well.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt
from docx.text.paragraph import Paragraph as WordParagraph
from docx.text.run import Run

from childdb.report.binding import BOOKMARK, MANIFEST
from childdb.report.figure import Bound, Piece

FONT = "Times New Roman"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the clock has no part in the bytes


def format_run(
    run: Run, *, size: float | None = None, bold: bool | None = None, italic: bool | None = None
) -> Run:  # fmt: skip
    if size is not None:
        run.font.size = Pt(size)
    run.bold, run.italic = bold, italic
    return run


class Writer:
    """Writes pieces into paragraphs and remembers every number it bound."""

    def __init__(self) -> None:
        self.bound: list[Bound] = []

    def put(
        self, paragraph: WordParagraph, pieces: Iterable[Piece], *, size: float | None = None, bold: bool = False,
        italic: bool = False,
    ) -> None:  # fmt: skip
        for piece in pieces:
            if isinstance(piece, str):
                if piece:
                    format_run(paragraph.add_run(piece), size=size, bold=bold or None, italic=italic or None)
            else:
                made = parse_xml(f"<w:p {nsdecls('w')}>{self.control(piece, size, bold, italic)}</w:p>")
                paragraph._p.extend(list(made))

    def control(self, number: Bound, size: float | None, bold: bool, italic: bool) -> str:
        """The XML of a content control around a number."""
        self.bound.append(number)
        points = f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>' if size else ""
        marks = ("<w:b/>" if bold else "") + ("<w:i/>" if italic else "")
        place = len(self.bound)
        return (
            f'<w:bookmarkStart {nsdecls("w")} w:id="{place}" w:name="{BOOKMARK}{place}"/>'
            f'<w:sdt {nsdecls("w")} xmlns:w15="{W15}"><w:sdtPr><w:alias w:val={quoteattr(number.ref.indicator)}/>'
            f'<w:tag w:val={quoteattr(number.ref.tag)}/><w:id w:val="{len(self.bound)}"/>'
            f'<w15:appearance w15:val="hidden"/></w:sdtPr><w:sdtContent><w:r><w:rPr>{marks}{points}</w:rPr>'
            f'<w:t xml:space="preserve">{escape(number.text)}</w:t></w:r></w:sdtContent></w:sdt>'
            f'<w:bookmarkEnd {nsdecls("w")} w:id="{place}"/>'
        )

    def manifest(self, about: Mapping[str, str], free: Iterable[str]) -> bytes:
        """Every bound number in order with its text as written, the numbers that stand free, and what the report is about."""
        words = "".join(f" {name}={quoteattr(value)}" for name, value in about.items())
        lines = "".join(f"<n tag={quoteattr(b.ref.tag)}>{escape(b.text)}</n>" for b in self.bound)
        lines += "".join(f'<free text={quoteattr(t)} times="{n}"/>' for t, n in sorted(Counter(free).items()))
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<report xmlns="{MANIFEST}"{words}>{lines}</report>'.encode()


def field(paragraph: WordParagraph, code: str, size: float) -> None:
    """A field such as PAGE."""
    for kind in ("begin", None, "end"):
        run = format_run(paragraph.add_run(), size=size)
        inner = (
            f'<w:fldChar {nsdecls("w")} w:fldCharType="{kind}"/>'
            if kind
            else f'<w:instrText {nsdecls("w")} xml:space="preserve"> {code} </w:instrText>'
        )
        run._r.append(parse_xml(inner))


def rule_below(paragraph: WordParagraph, indent: float) -> None:
    """A line below an (empty) paragraph, INDENT millimetres shorter on either side."""
    twips = round(indent * 56.69)
    properties = paragraph._p.get_or_add_pPr()
    for old in properties.findall(f"{{{properties.nsmap['w']}}}ind"):
        properties.remove(old)
    border = parse_xml(f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>')
    properties.insert_element_before(
        border, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
    indents = parse_xml(f'<w:ind {nsdecls("w")} w:left="{twips}" w:right="{twips}" w:firstLine="0"/>')
    properties.insert_element_before(indents, "w:contextualSpacing", "w:jc", "w:rPr")


def same_bytes(package: bytes) -> bytes:
    """The package again, its parts in order and without the hour of writing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, old.read(name))
    return out.getvalue()
