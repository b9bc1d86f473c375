"""Rows between the data that are no children: villages, sections, totals, notes, signatures, repeated headings, numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise

from childdb.intake.convert.circumstances import category_in_words
from childdb.intake.convert.people import read_sex
from childdb.intake.grid import Cell, shown
from childdb.intake.words_lookup import bare_key
from schemas.text import fold, nfc

key_of = lru_cache(maxsize=65536)(bare_key)

VILLAGE = re.compile(
    r"^(?:[ivxlc]+\s*[.)/:-]\s*|\d+\s*[.)/:-]\s*|[-+*]\s*)?(?:bản|thôn|xóm|tổ dân phố|tdp|khu phố|khu|đội|tổ|tên bản)\b",
    re.I,
)
_LEAD = re.compile(r"^(?:(?:[IVXLC]+|[A-E])\s*[.)/-]\s*|\d+\s*[.)/-]\s*|[-+*]\s*)", re.I)
_COUNT = re.compile(r"\s*[:(\[-]\s*\d+\s*(?:trẻ|cháu|em|hộ)?\s*[)\]]?\s*$", re.I)
_LABEL = re.compile(r"^(?:tên\s+)?(?:thôn|bản|xóm)?(?:\s*[/,(]\s*(?:thôn|bản|xóm|tdp)\)?)*\s*:\s*", re.I)
NOT_VILLAGE = re.compile(
    r"tuổi|lớp|trẻ|danh sách|tuyến|hộ |nhóm|khối|tháng|năm|\bnam\b|\bnữ\b|mầm non|trường|ubnd|ủy ban|uỷ ban|\bxã\b|huyện|tỉnh|"
    r"thị trấn|cộng hòa|cộng hoà|độc lập|trạm y tế|\bphòng\b|\bbiểu\b|\bmẫu\b|\bsổ\b",
    re.I,
)
_SIGNATURE = re.compile(
    r"nguoi lap|^lap bieu|tm\.? ?(uy ban|ubnd|u\.b\.n\.d)|^(pho )?chu tich|thu truong|ky,? ?(va )?(ghi ro|ten)|\(ky\b|"
    r"xac nhan cua|^xac nhan$|^ke toan|^can bo (lap|phu trach|thong ke|chuyen)|^truong (tram|ban|thon|phong)|^noi nhan|"
    r"^kt\. ?|^phu trach|^hieu truong|^nguoi (kiem tra|tong hop|bao cao)"
)
_SIGNED_ON = re.compile(r"ngay\s*[\d.…_ ]*\s*thang\s*[\d.…_ ]*\s*nam\s*[\d.…_ ]*$")
_TOTAL = re.compile(r"^(?:[ivx]+\s*[.)]\s*|[-+*]\s*)?(?:(?:tổng|cộng)(?:\s|:|$)|trong đó(?:\s|:|,|$))", re.I)
_TOTAL_BARE = re.compile(
    r"^(tong so|tong cong|tong|cong|tong cong so|cong chung|trong do)\s*[:.]?\s*(\d.*|tre.*|toan.*|xa.*|huyen.*|ban.*|thon.*)?$"
)
_NOTE = re.compile(
    r"^(ghi chu|luu y|chu thich|chu y|\*|danh sach (nay )?(gom|co)|an dinh|tong hop|bang chu|in ra|nguon)"
)


def is_repeat(row: Sequence[Cell], heading: Sequence[Sequence[str]]) -> bool:
    """Whether a row repeats one of the heading's rows, column for column."""
    keys = [(c, key_of(v)) for c, v in enumerate(row) if isinstance(v, str)]
    if len(keys) < 2 or len(keys) * 2 < sum(v is not None for v in row):
        return False
    for known in heading:
        same = sum(1 for c, key in keys if c < len(known) and key and key == known[c])
        if same >= 2 and same * 10 >= len(keys) * 6:
            return True
    return False


def is_number_row(row: Sequence[Cell]) -> bool:
    """A row of column numbers: 1, 2, 3 ... or (1), (2) ..., perhaps with A, B before."""
    numbers: list[int] = []
    others = 0
    for value in row:
        if value is None:
            continue
        found = re.fullmatch(r"\(?\s*(\d{1,3})\s*\)?(?:\s*=.*)?", shown(value).strip())
        if found:
            numbers.append(int(found.group(1)))
        elif isinstance(value, str) and re.fullmatch(r"\(?[A-Za-zĐđ]\)?", value.strip()):
            others += 1
        else:
            return False
    steps = sum(1 for a, b in pairwise(numbers) if b == a + 1)
    return len(numbers) >= 3 and steps >= len(numbers) - 2 and others <= 4 and numbers[0] <= 3


def is_unit(value: Cell) -> bool:
    """Whether a cell says how the column is to be filled: (kg), (dd/mm/yyyy)."""
    return isinstance(value, str) and re.fullmatch(r"\([^()]+\)|kg|g|cm|mm|m", value.strip(), re.I) is not None


def counts_by_sex(row: Sequence[Cell], filled: Sequence[int]) -> bool:
    """Whether a row below a total goes on with it: Nam 12, Nữ 9."""
    texts = [v for c in filled if isinstance(v := row[c], str) and not v.strip(" ()").isdigit()]
    return len(texts) < len(filled) <= 4 and bool(texts) and all(read_sex(text.strip(" :-+")) for text in texts)


def is_total(text: str) -> bool:
    """Whether a text begins as a total does: Tổng cộng, Cộng, Trong đó."""
    return bool(_TOTAL.match(text.casefold()) or (_TOTAL_BARE.match(fold(text)) and text.isascii()))


def counts_all(row: Sequence[Cell], filled: Sequence[int]) -> bool:
    """Whether a row says that it is a total and else holds numbers alone."""
    texts = [nfc(v) for c in filled if isinstance(v := row[c], str) and not v.strip(" ()").isdigit()]
    return len(texts) == 1 < len(filled) and is_total(texts[0]) and not any(isinstance(row[c], date) for c in filled)


def aside(
    row: Sequence[Cell], filled: Sequence[int], names: Sequence[int], told: set[int], own: list[list[str]], signed: bool
) -> tuple[str | None, str]:
    """Why a row without a birth date is no row of data, and what it says of the rows below: the village of a village
    row, the category (its code) of a section."""
    if is_repeat(row, own):
        return "repeated_heading", ""
    texts = [(c, nfc(v)) for c in filled if isinstance(v := row[c], str)]
    folded = [fold(text) for _, text in texts]
    if is_number_row(row):
        return "column_numbers", ""
    if any(is_total(t) for _, t in texts[:3]):
        return "total", ""
    few = len(filled) <= 4
    if few and any(_SIGNATURE.search(f) or _SIGNED_ON.search(f) for f in folded):
        return "signature", ""
    if signed and not (len(filled) >= 4 and any(c in names for c in filled)):
        return "signature", ""
    numbered = any(isinstance(row[c], int | float) for c in filled)
    distinct = {text for _, text in texts}
    if len(distinct) == 1 and texts and (not numbered or VILLAGE.match(texts[0][1])):
        return _lone(texts[0][0], texts[0][1], names, numbered)
    if few and folded and _NOTE.match(folded[0]):
        return "note", ""
    if len(texts) == 2 and not numbered and re.fullmatch(r"[IVXA-E]+\.?", texts[0][1]):
        return _lone(texts[0][0], texts[1][1], [], False)
    if len(filled) <= 3 and (named := _village_beside_counts(row, texts)):
        return "village_row", named
    return None, ""


def _village_beside_counts(row: Sequence[Cell], texts: Sequence[tuple[int, str]]) -> str:
    """The village of a row that holds its name and else only numbers (its own number, how many children)."""
    named = [text for _, text in texts if VILLAGE.match(text)]
    if len(named) != 1 or any(
        text is not named[0] and not re.fullmatch(r"[\d.()]+|[IVX]+\.?", text) for _, text in texts
    ):
        return ""
    return village_name(named[0])


def _lone(column: int, text: str, names: Sequence[int], numbered: bool) -> tuple[str | None, str]:
    """A row with one text alone: a village, a note, or (in the name column) a child of whom nothing else is told."""
    if VILLAGE.match(text):
        return "village_row", village_name(text)
    if code := category_in_words(_COUNT.sub("", _LEAD.sub("", text, count=1))):
        return "section", code
    if _NOTE.match(fold(text)) or len(text) > 60 or fold(text).startswith(("*", "-", "(")):
        return "note", ""
    if column in names:
        return None, ""
    if numbered:
        return None, ""
    if NOT_VILLAGE.search(text) or not re.search(r"[^\W\d_]", text):
        return "note", ""
    return "village_row", village_name(text)


def says_village(text: str) -> bool:
    """Whether a text begins with a word for village and goes on with a name."""
    return bool(VILLAGE.match(text)) and " " in text.strip()


def village_name(text: str) -> str:
    """The village's name without numbering, label or count: "I. Bản Bua (25 trẻ)" is Bản Bua."""
    bare = _LEAD.sub("", nfc(text), count=1)
    bare = re.sub(r"^thôn\s+(?=(?:bản|xóm)\s)", "", _LABEL.sub("", bare), flags=re.I)
    bare = re.sub(r"\s*[:(\[]\s*(?:tổng số:?\s*|có\s*)?\d+.*$", "", bare, flags=re.I)
    bare = re.sub(
        r"\s*[-–:,;]\s*(?:(?:tổng số:?\s*|có\s*)?\d+ (?:trẻ|cháu|hộ).*|xã .*|thị trấn .*)$", "", bare, flags=re.I
    )
    return bare.strip(" .:;-–")
