"""What a document is made of, before it is Word or HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from childdb.report.figure import Piece, Pieces


@dataclass(frozen=True)
class Heading:
    """LEVEL 1 is I., 2 is 1., 3 is a): the number stands in the text already."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the body; `from_whom` marks words that an agency or commune wrote itself."""

    pieces: Pieces
    from_whom: str = ""
    italic: bool = False


@dataclass(frozen=True)
class Table:
    """Headings, rows of cells, and the share of the width of each column. The first `names` columns are text."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Piece | Pieces]]
    widths: Sequence[float]
    names: int = 1
    caption: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture with its words for those who do not see it; WIDTH in millimetres."""

    png: bytes
    alt: str
    caption: str
    width: float = 160


Block = Heading | Paragraph | Table | Picture


@dataclass(frozen=True)
class Annex:
    """An annex with page numbers of its own."""

    title: str
    blocks: Sequence[Block]
    landscape: bool = False


@dataclass(frozen=True)
class Body:
    """Who reports, as in force on a day."""

    superior: Sequence[str]
    own: Sequence[str]
    own_words: str
    """The body's name inside a sentence: Phòng Lao động - Thương binh và Xã hội huyện Mường Ảng."""
    letters: str
    """The abbreviation behind BC- in the number."""
    place: str
    addressee: str
    signs: Sequence[str]
    """The lines above the signature: TRƯỞNG PHÒNG, or TM. ỦY BAN NHÂN DÂN and CHỦ TỊCH."""
    recipients: Sequence[str]
    source: str = ""


@dataclass(frozen=True)
class Report:
    """The whole document: its head, body and annexes."""

    body: Body
    on: date
    subject: str
    opening: Sequence[Pieces]
    blocks: Sequence[Block]
    annexes: Sequence[Annex] = field(default_factory=tuple)
    closing: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    """What a later check must know: the runs, the unit, whether it was for inside."""
