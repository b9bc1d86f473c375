"""A report as a Word document in the form of Decree 30/2020/NĐ-CP (annex I, form 1.4), a draft for the office to finish.

Left for the office: number, day, signer and seal. Where the decree gives a span the sizes here are: country line 12, motto
14, agency 12, number 13, body 14, signature 14, recipients 12 and 11, page number 13, annex word and title 14.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from childdb.report.binding import THEIRS, free_numbers
from childdb.report.blocks import Annex, Block, Body, Heading, Paragraph, Picture, Report, Table
from childdb.report.numbers import two_digits
from childdb.report.text_width import width_mm
from childdb.report.word import FONT, Writer, field, format_run, rule_below, same_bytes

LEFT, RIGHT, TOP, BOTTOM = 30, 20, 20, 20  # millimetres; the decree: 30-35, 15-20, 20-25, 20-25
SHORT, LONG = 210, 297
BODY, NUMBER, COUNTRY, MOTTO = 14, 13, 12, 14
COLUMNS = (66, 94)  # of the head, together the width of the text
COUNTRY_LINE, MOTTO_LINE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
DRAFT = "DỰ THẢO"
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
PAD = 3.8  # of a table cell, both sides, in millimetres


def write_report(report: Report) -> tuple[bytes, Writer]:
    """The document's bytes (the same for the same report), and what was bound in it."""
    return Document(report).written()


class Document:
    """Builds the document; `size` is that of the body in points."""

    size = BODY

    def __init__(self, report: Report) -> None:
        self.report, self.writer = report, Writer()
        self.doc = docx.Document()
        self._styles()
        self._page(self.doc.sections[0], landscape=False)

    def written(self) -> tuple[bytes, Writer]:
        self._head(self.report.body)
        self._title()
        for pieces in self.report.opening:
            self._paragraph(Paragraph(pieces, italic=True))  # legal bases
        for block in self.report.blocks:
            self._block(block, SHORT - LEFT - RIGHT)
        if self.report.closing:
            self._paragraph(Paragraph((self.report.closing,)))
        self._signature(self.report.body)
        for number, annex in enumerate(self.report.annexes):
            self._annex(ROMAN[number] if len(self.report.annexes) > 1 else "", annex)
        self._properties()
        self._manifest()
        out = io.BytesIO()
        self.doc.save(out)
        return same_bytes(out.getvalue()), self.writer

    # -- the page -------------------------------------------------------------------------------------------------

    def _styles(self) -> None:
        style = self.doc.styles["Normal"]
        style.font.name, style.font.size = FONT, Pt(BODY)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(script), FONT)
        style.element.get_or_add_rPr().append(parse_xml(f'<w:lang {nsdecls("w")} w:val="vi-VN" w:eastAsia="vi-VN"/>'))
        style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)

    def _page(self, section: Any, *, landscape: bool) -> None:
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (Mm(LONG), Mm(SHORT)) if landscape else (Mm(SHORT), Mm(LONG))
        section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
        section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
        section.header_distance, section.footer_distance = Mm(10), Mm(8)
        section.different_first_page_header_footer = True
        for part in (section.header, section.footer, section.first_page_header, section.first_page_footer):
            part.is_linked_to_previous = False
        number = section.header.paragraphs[0]
        number.alignment = ALIGN.CENTER
        field(number, "PAGE", NUMBER)
        for footer in (section.footer, section.first_page_footer):
            footer.paragraphs[0].alignment = ALIGN.RIGHT
            format_run(footer.paragraphs[0].add_run("Dự thảo"), size=10, italic=True)

    # -- the head -------------------------------------------------------------------------------------------------

    def _head(self, body: Body) -> None:
        table = self.doc.add_table(rows=1, cols=2)
        _fixed(table, COLUMNS)
        left, right = table.rows[0].cells
        own_width = max(width_mm(line.upper(), COUNTRY, bold=True) for line in body.own)
        for line in body.superior:
            self._line(left, line.upper(), COUNTRY)
        for line in body.own:
            self._line(left, line.upper(), COUNTRY, bold=True)
        self._rule(left, COLUMNS[0], own_width * 0.42)
        self._line(left, f"Số:        /BC-{body.letters}", NUMBER)
        self._line(left, DRAFT, NUMBER, bold=True)
        self._line(right, COUNTRY_LINE, COUNTRY, bold=True)
        self._line(right, MOTTO_LINE, MOTTO, bold=True)
        self._rule(right, COLUMNS[1], width_mm(MOTTO_LINE, MOTTO, bold=True))
        on = self.report.on
        self._line(right, f"{body.place}, ngày      tháng {two_digits(on.month, 3)} năm {on.year}", NUMBER, italic=True)
        for cell in (left, right):
            cell._tc.remove(cell.paragraphs[0]._p)  # the empty one that every cell begins with

    def _line(self, cell: Any, text: str, size: float, *, bold: bool = False, italic: bool = False) -> Any:
        paragraph = cell.add_paragraph()
        paragraph.alignment = ALIGN.CENTER
        format_run(paragraph.add_run(text), size=size, bold=bold or None, italic=italic or None)
        return paragraph

    def _rule(self, cell: Any, column: float, length: float) -> None:
        """A rule of LENGTH mm in the middle of a column, on a line of little height."""
        paragraph = cell.add_paragraph()
        paragraph.paragraph_format.line_spacing = Pt(6)
        rule_below(paragraph, max(0.0, (column - PAD - length) / 2))

    def _title(self) -> None:
        for text, before in (("BÁO CÁO", 18), (self.report.subject, 0)):
            paragraph = self.doc.add_paragraph()
            paragraph.alignment = ALIGN.CENTER
            paragraph.paragraph_format.space_before = Pt(before)
            paragraph.paragraph_format.keep_with_next = True
            format_run(paragraph.add_run(text), size=BODY, bold=True)
        width = min(SHORT - LEFT - RIGHT, width_mm(self.report.subject, BODY, bold=True))
        rule = self.doc.add_paragraph()
        rule.paragraph_format.line_spacing = Pt(6)
        rule_below(rule, (SHORT - LEFT - RIGHT - width * 0.42) / 2)
        if self.report.body.addressee:
            paragraph = self.doc.add_paragraph()
            paragraph.alignment = ALIGN.CENTER
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(12)
            format_run(paragraph.add_run(f"Kính gửi: {self.report.body.addressee}"), size=BODY)

    # -- the body -------------------------------------------------------------------------------------------------

    def _block(self, block: Block, width: float) -> None:
        if isinstance(block, Heading):
            self._heading(block)
        elif isinstance(block, Paragraph):
            self._paragraph(block)
        elif isinstance(block, Table):
            self._table(block, width)
        else:
            self._picture(block, width)

    def _heading(self, heading: Heading) -> None:
        paragraph = self.doc.add_paragraph()
        form = paragraph.paragraph_format
        form.first_line_indent, form.space_before, form.keep_with_next = Mm(12.7), Pt(6), True
        paragraph.alignment = ALIGN.JUSTIFY
        format_run(
            paragraph.add_run(heading.text), size=self.size, bold=True, italic=True if heading.level == 3 else None
        )
        properties = paragraph._p.get_or_add_pPr()
        level = parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="{heading.level - 1}"/>')
        properties.insert_element_before(level, "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr")

    def _paragraph(self, block: Paragraph) -> None:
        paragraph = self.doc.add_paragraph()
        paragraph.alignment = ALIGN.JUSTIFY
        form = paragraph.paragraph_format
        form.first_line_indent, form.space_before, form.widow_control, form.line_spacing = Mm(12.7), Pt(6), True, 1.0
        if block.from_whom:
            form.left_indent = Mm(12.7)
        self.writer.put(paragraph, block.pieces, size=self.size, italic=block.italic)
        if block.from_whom:
            _wrap_theirs(paragraph, block.from_whom)

    def _table(self, table: Table, width: float) -> None:
        if table.caption:
            caption = self.doc.add_paragraph()
            caption.paragraph_format.space_before, caption.paragraph_format.keep_with_next = Pt(8), True
            format_run(caption.add_run(table.caption), size=12, bold=True)
        whole = sum(table.widths)
        widths = [width * w / whole for w in table.widths]
        self.doc.element.body.insert(len(self.doc.element.body) - 1, parse_xml(self._table_xml(table, widths)))
        self.doc.add_paragraph().paragraph_format.line_spacing = Pt(6)

    def _table_xml(self, table: Table, widths: Sequence[float]) -> str:
        """The table as XML at once: python-docx takes a second for a thousand cells."""
        twips = [round(w * 56.69) for w in widths]
        grid = "".join(f'<w:gridCol w:w="{t}"/>' for t in twips)
        sides = "".join(
            f'<w:{s} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
            for s in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
        head = self._row_xml(table.headings, twips, table.names, heading=True)
        rows = "".join(self._row_xml(row, twips, table.names) for row in table.rows)
        return (
            f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(twips)}" w:type="dxa"/><w:jc w:val="center"/>'
            f'<w:tblBorders>{sides}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="57" w:type="dxa"/>'
            f'<w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{head}{rows}</w:tbl>'
        )

    def _row_xml(self, cells: Sequence[Any], twips: Sequence[int], names: int, *, heading: bool = False) -> str:
        from xml.sax.saxutils import escape

        made = []
        for place, (cell, width) in enumerate(zip(cells, twips, strict=True)):
            align = "center" if heading else "left" if place < names else "right"
            bold = "<w:b/>" if heading else ""
            inner = "".join(
                f'<w:r><w:rPr>{bold}<w:sz w:val="20"/><w:szCs w:val="20"/></w:rPr>'
                f'<w:t xml:space="preserve">{escape(piece)}</w:t></w:r>'
                if isinstance(piece, str)
                else self.writer.control(piece, 10, False, False)
                for piece in (cell if isinstance(cell, tuple) else (cell,))
            )
            made.append(
                f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
                f'<w:p><w:pPr><w:jc w:val="{align}"/></w:pPr>{inner}</w:p></w:tc>'
            )
        repeat = "<w:tblHeader/>" if heading else ""
        return f"<w:tr><w:trPr><w:cantSplit/>{repeat}</w:trPr>{''.join(made)}</w:tr>"

    def _picture(self, picture: Picture, width: float) -> None:
        paragraph = self.doc.add_paragraph()
        paragraph.alignment = ALIGN.CENTER
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.keep_with_next = Pt(8), True
        run = paragraph.add_run()
        shape = run.add_picture(io.BytesIO(picture.png), width=Mm(min(width, picture.width)))
        shape._inline.docPr.set("descr", picture.alt)
        shape._inline.docPr.set("title", picture.caption)
        caption = self.doc.add_paragraph()
        caption.alignment = ALIGN.CENTER
        format_run(caption.add_run(picture.caption), size=12, italic=True)

    # -- the end --------------------------------------------------------------------------------------------------

    def _signature(self, body: Body) -> None:
        table = self.doc.add_table(rows=1, cols=2)
        _fixed(table, (80, 80))
        left, right = table.rows[0].cells
        table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        first = left.paragraphs[0]
        first.paragraph_format.space_before = Pt(12)
        format_run(first.add_run("Nơi nhận:"), size=12, bold=True, italic=True)
        entries = ["Như trên", *body.recipients] if body.addressee else list(body.recipients)
        for place, text in enumerate(entries):
            end = "." if place == len(entries) - 1 else ";"
            format_run(left.add_paragraph().add_run(f"- {text}{end}"), size=11)
        for place, line in enumerate(body.signs):
            paragraph = right.paragraphs[0] if place == 0 else right.add_paragraph()
            paragraph.alignment = ALIGN.CENTER
            paragraph.paragraph_format.space_before = Pt(12 if place == 0 else 0)
            format_run(paragraph.add_run(line.upper()), size=BODY, bold=True)
        for _ in range(4):  # room for signature and seal; the name is the office's to write
            right.add_paragraph()

    def _annex(self, roman: str, annex: Annex) -> None:
        section = self.doc.add_section(WD_SECTION.NEW_PAGE)
        self._page(section, landscape=annex.landscape)
        for old in section._sectPr.findall(qn("w:pgNumType")):  # a new section begins as a copy of the last
            section._sectPr.remove(old)
        section._sectPr.append(parse_xml(f'<w:pgNumType {nsdecls("w")} w:start="1"/>'))
        _in_order(section._sectPr)
        for text, italic in (
            (f"Phụ lục {roman}".strip(), False), (annex.title.upper(), False),
            (f"(Kèm theo Báo cáo số        /BC-{self.report.body.letters} ngày      tháng      năm      "
             f"của {self.report.body.own_words})", True),
        ):  # fmt: skip
            paragraph = self.doc.add_paragraph()
            paragraph.alignment = ALIGN.CENTER
            paragraph.paragraph_format.keep_with_next = True
            format_run(paragraph.add_run(text), size=BODY, bold=None if italic else True, italic=italic or None)
        width = (LONG if annex.landscape else SHORT) - LEFT - RIGHT
        for block in annex.blocks:
            self._block(block, width)

    def _properties(self) -> None:
        made = datetime(self.report.on.year, self.report.on.month, self.report.on.day)  # noqa: DTZ001 - a day, no clock
        core = self.doc.core_properties
        core.title, core.language, core.content_status = self.report.subject, "vi-VN", "Draft"
        core.author = core.last_modified_by = self.report.body.own_words
        core.comments, core.created, core.modified, core.revision = "", made, made, 1

    def _manifest(self) -> None:
        part = Part(PackURI("/customXml/childdb.xml"), "application/xml", self._said(), self.doc.part.package)
        self.doc.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)

    def _said(self) -> bytes:
        return self.writer.manifest(self.report.about, free_numbers(self.doc.element))


def _wrap_theirs(paragraph: Any, whom: str) -> None:
    """A content control around a whole paragraph: these words are WHOM's own."""
    from xml.sax.saxutils import quoteattr

    control = parse_xml(
        f'<w:sdt {nsdecls("w")}><w:sdtPr><w:alias w:val={quoteattr(whom[:64])}/><w:tag w:val="{THEIRS}"/></w:sdtPr>'
        f"<w:sdtContent/></w:sdt>"
    )
    paragraph._p.addprevious(control)
    control[-1].append(paragraph._p)


def _fixed(table: Any, widths: Sequence[float]) -> None:
    """Widths that stay as they are, in millimetres."""
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


_ORDER = ("headerReference", "footerReference", "type", "pgSz", "pgMar", "pgNumType", "cols", "titlePg", "docGrid")


def _in_order(properties: Any) -> None:
    """The children of a section's properties in the order of the schema."""
    known = {qn(f"w:{name}"): place for place, name in enumerate(_ORDER)}
    children = sorted(properties, key=lambda e: known.get(e.tag, len(_ORDER)))
    for child in children:
        properties.remove(child)
    properties.extend(children)
