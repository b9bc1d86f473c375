"""A commune's sheet: one A4 page to pin up, and (for those entitled) the names on the pages behind it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date

from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_BREAK
from docx.shared import Mm, Pt

from childdb.report.blocks import Block, Body, Report
from childdb.report.decree import LONG, SHORT, Document
from childdb.report.word import format_run, same_bytes

MARGIN = 14


class Leaflet(Document):
    """The same blocks as in a report, smaller."""

    size = 11

    def __init__(self, title: str, on: date, about: Mapping[str, str]) -> None:
        super().__init__(Report(Body((), (), "childdb", "", "", "", (), ()), on, title, (), (), about=about))
        section = self.doc.sections[0]
        section.page_width, section.page_height = Mm(SHORT), Mm(LONG)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN)
        for footer in (section.footer, section.first_page_footer):
            for run in footer.paragraphs[0].runs:
                run.text = ""

    def made(self, lines: Sequence[str], blocks: Sequence[Block], names: Sequence[Block]) -> bytes:
        """The document: title, LINES below it, BLOCKS on the first page, NAMES behind it."""
        for place, text in enumerate((self.report.subject, *lines)):
            paragraph = self.doc.add_paragraph()
            paragraph.alignment = ALIGN.CENTER
            paragraph.paragraph_format.space_after = Pt(2)
            format_run(
                paragraph.add_run(text),
                size=16 if place == 0 else 10,
                bold=place == 0 or None,
                italic=True if place else None,
            )
        for block in blocks:
            self._block(block, SHORT - 2 * MARGIN)
        if names:
            self.doc.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        for block in names:
            self._block(block, SHORT - 2 * MARGIN)
        self._properties()
        self._manifest()
        out = io.BytesIO()
        self.doc.save(out)
        return same_bytes(out.getvalue())
