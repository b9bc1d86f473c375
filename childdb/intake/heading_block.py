"""What the lines above a table, the sheet's and the file's name say: the list's date, the commune, the village."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from childdb.intake.asides import village_name
from schemas.codes import REFORM, Unit, communes_named, unit_on, units
from schemas.text import fold, nfc

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_CITATION = re.compile(
    r"thong tu|quyet dinh|nghi dinh|ban hanh|kem theo|mau so|cong van|ke hoach|tt-byt|qd-ttg|nd-cp|\bso:"
)
_UNTIL = re.compile(
    r"(?:den|tinh den|den het|thoi diem)\s*(?:het)?\s*(?:ngay)?\s*:?\s*(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})"
)
_DAY = re.compile(r"(?<!\d)(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})(?!\d)")
_DAY_WORDS = re.compile(r"(\d{1,2})\s*thang\s*(\d{1,2})\s*(?:nam|[/,.\-])\s*(\d{4})")
_MONTH = re.compile(r"(?:thang|t)\s*\.?\s*(\d{1,2})\s*(?:nam|[/.\-]|\s)\s*(\d{4})(?!\d)")
_MONTH_BARE = re.compile(r"(?<![\d/.\-])(\d{1,2})\s*[/.\-]\s*(\d{4})(?![\d/.\-])")
_QUARTER = re.compile(r"quy\s*(i{1,3}|iv|[1-4])\s*(?:nam|[/.\-]|\s)\s*(\d{4})")
_HALF = re.compile(r"(?:6|sau) thang (dau|cuoi) nam\s*(\d{4})")
_YEAR = re.compile(r"(?<!hoc )nam\s*:?\s*(\d{4})(?!\s*[-–/]\s*\d)")
_FILE_DAY = re.compile(r"(?<!\d)(20\d{2})[-_. ]?(\d{2})[-_. ]?(\d{2})(?!\d)")
_FILE_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[-_. ](\d{1,2})[-_. ](20\d{2})(?!\d)")
_FILE_MONTH = re.compile(r"(?<!\d)(20\d{2})[-_. ](\d{1,2})(?!\d)")
_FILE_MONTH_FIRST = re.compile(r"(?<!\d)(\d{1,2})[-_. ](20\d{2})(?!\d)")
_VILLAGE = re.compile(
    r"(?<![\w])((?:thôn|bản|xóm|tổ dân phố|tdp)\b(?:\s*[/,(]\s*(?:thôn|bản|xóm|tdp)\)?)*\s*:?\s*[^,;\n]+?)"
    r"(?=\s*(?:,|;|$|\s[-–]\s|\bxã\b|\bthị trấn\b|\bhuyện\b))", re.I
)  # fmt: skip


_NO_NAME = re.compile(
    r"\b(?:thôn|bản|xóm|tổ dân phố|tdp|tên|khu)\b|[\W_]+", re.I
)  # what a label without a name consists of


@dataclass(frozen=True)
class Told:
    """A date that a line tells, and how finely (day, month, quarter, year)."""

    day: date
    precision: str


def _safe(year: int, month: int = 12, day: int | None = None) -> date | None:
    if not 2000 <= year <= 2100 or not 1 <= month <= 12:
        return None
    last = calendar.monthrange(year, month)[1]
    if day is not None and not 1 <= day <= last:
        return None
    return date(year, month, day or last)


def list_date(lines: Iterable[str]) -> Told | None:
    """The date that the title lines tell: "đến ngày" first, then a day, a month, a quarter, a year."""
    folded = [_CITATION.split(line)[0] for line in map(fold, lines)]  # the date of a circular is not the list's
    for pattern, precision in ((_UNTIL, "day"), (_DAY_WORDS, "day"), (_DAY, "day")):
        for line in folded:
            found = pattern.search(line)
            if found and (day := _safe(int(found[3]), int(found[2]), int(found[1]))):
                return Told(day, precision)
    for pattern in (_MONTH, _MONTH_BARE):
        for line in folded:
            for found in pattern.finditer(line):
                day = _safe(int(found[2]), int(found[1]))
                if day:
                    return Told(day, "month")
    for line in folded:
        quarter = _QUARTER.search(line)
        if quarter and (day := _safe(int(quarter[2]), 3 * (_ROMAN.get(quarter[1]) or int(quarter[1])))):
            return Told(day, "quarter")
        half = _HALF.search(line)
        if half and (day := _safe(int(half[2]), 6 if half[1] == "dau" else 12)):
            return Told(day, "half")
    for line in folded:
        found = _YEAR.search(line)
        if found and (day := _safe(int(found[1]))):
            return Told(day, "year")
    return None


def date_in_name(name: str) -> Told | None:
    """The date in a file's or sheet's name."""
    text = fold(name)
    found = _FILE_DAY.search(text)
    if found and (day := _safe(int(found[1]), int(found[2]), int(found[3]))):
        return Told(day, "day")
    found = _FILE_DAY_FIRST.search(text)
    if found and (day := _safe(int(found[3]), int(found[2]), int(found[1]))):
        return Told(day, "day")
    for pattern, year, month in ((_FILE_MONTH, 1, 2), (_FILE_MONTH_FIRST, 2, 1)):
        found = pattern.search(text)
        if found and (day := _safe(int(found[year]), int(found[month]))):
            return Told(day, "month")
    return list_date([re.sub(r"[_]+", " ", name)])


_OTHER_UNITS = re.compile(
    r"(?:huyen|h\.|tinh|phong [a-z&,.\s-]+|ttyt|trung tam y te)\s*:?\s*(?:huyen\s*)?(?:muong ang|dien bien|tuan giao)"
)
TOWN, _TOWN_WORDS = "Thị trấn ", ("thi tran", "tt")  # a township is no commune of the same name
_SIDE = re.compile(r"\s*[(\[,-]?\s*(?:xa\s+|thi tran\s+)?(cu|moi)\s*[)\]]?\s*$")
_DISTRICT = "muong ang"  # the district's name too: without a word for commune or township it tells nothing


@cache
def _names() -> dict[str, str]:
    """Folded short names of the communes to the names as written."""
    return {fold(u.short_name): u.short_name for u in units().values() if u.level == "commune"}


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Communes' names in folded text: behind a word for commune or township, and bare."""
    names = "|".join(sorted(map(re.escape, _names()), key=len, reverse=True))
    worded = rf"(?<![a-z])(xa|thi tran|tt|x|phuong)(?:\.|\s|:)\s*:?\s*({names})(?![a-z])(\s*\(?(?:cu|moi)(?![a-z]))?"
    return re.compile(worded), re.compile(rf"(?<![a-z])({names})(?![a-z])")


def commune_names(lines: Iterable[str]) -> list[str]:
    """Names of communes that the lines tell: those behind a word for commune if there are any, else bare ones."""
    worded: list[str] = []
    bare: list[str] = []
    for line in lines:
        text = fold(nfc(line))
        worded += [
            TOWN * (word in _TOWN_WORDS) + _names()[name] + side.replace("(", " ")
            for word, name, side in _patterns()[0].findall(text)
        ]
        rest = _OTHER_UNITS.sub(" ", text)
        bare += [_names()[name] for name in _patterns()[1].findall(rest) if name != _DISTRICT]
    return list(dict.fromkeys(worded or bare))


def commune_codes(name: str) -> list[str]:
    """Commune codes in a file's name."""
    known = {u.code for u in units().values() if u.level == "commune"}
    return [c for c in re.findall(r"(?<!\d)(\d{5})(?!\d)", name) if c in known]


def unit_for(text: str, on: date) -> list[Unit]:
    """The units that a name or code means on a day; a name out of use by then still means its last unit."""
    if "@" in text:
        return [u for u in units().values() if u.key == text]
    side = _SIDE.search(fold(text))  # Mường Lạn (cũ): before the reform, whatever the day
    if side:
        return unit_for(fold(text)[: side.start()], REFORM - timedelta(days=1) if side[1] == "cu" else max(on, REFORM))
    if re.match(r"(?:thi tran|tt)\b", fold(text)):
        return [u for u in communes_named(text) if fold(u.name).startswith(_TOWN_WORDS[0])]
    if re.fullmatch(r"\d{4}", text.strip()):  # a cell of numbers has lost the code's leading zero
        text = "0" + text.strip()
    found = communes_named(text, on)
    if not found:
        found = communes_named(text)
        code = unit_on(text, on)
        found = [code] if code else found
    return found


def units_ever(text: str) -> list[Unit]:
    """Every unit that a name or code ever meant."""
    return unit_for(text, date.min)


def village_in(lines: Sequence[str]) -> str:
    """The one village that the title names, or nothing."""
    found = {village_name(m.group(1)) for line in lines for m in _VILLAGE.finditer(nfc(line))}
    named = {v for v in found if _NO_NAME.sub("", v).strip() and "…" not in v and "..." not in v}
    return next(iter(named)) if len(named) == 1 else ""
