"""Classes as lists write them: 3B*!, Lớp 1A2, MG 5 tuổi, NT; the school year of a date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from schemas.text import fold, nfc

_GRADE = re.compile(r"^(?:lop\s*)?(\d{1,2})(?:\s*[.\-/]?\s*[a-h]\s*\d{0,2})?(?:\s*[*!]+)?$")
_GRADE_NUMBERED = re.compile(r"^(?:lop\s*)?(\d{1,2})[.\-/]\d{1,2}(?:\s*[*!]+)?$")
_NURSERY = re.compile(r"^(?:nt|nha tre|nhom tre|nhom.*|24 ?- ?36.*|18 ?- ?24.*)\b")
_KINDERGARTEN = re.compile(
    r"^(?:mg|mau giao|mn|mam non|la|choi|mam|mam \d|lop la|lop choi|lop mam|[345] ?- ?[456] tuoi|[345] tuoi|(?:lop )?(?:lon|nho|be|nho nhat|nhỡ))\b"
)


@dataclass(frozen=True)
class ClassRead:
    """Level and grade (grade None before primary school); `level` None if the class cannot be told."""

    level: str | None
    grade: int | None = None


def level_of(grade: int) -> str | None:
    """The level of a grade 1 to 12 (Law on Education 2019 art. 28)."""
    if 1 <= grade <= 5:
        return "primary"
    if 6 <= grade <= 9:
        return "lower_secondary"
    return "upper_secondary" if 10 <= grade <= 12 else None


@lru_cache(maxsize=4096)
def read_class(text: str) -> ClassRead:
    plain = fold(nfc(text)).strip(" .")
    found = _GRADE.match(plain) or _GRADE_NUMBERED.match(plain)
    if found:
        grade = int(found.group(1))
        level = level_of(grade)
        return ClassRead(level, grade if level else None)
    if _NURSERY.match(plain):
        return ClassRead("nursery")
    if _KINDERGARTEN.match(plain):
        return ClassRead("kindergarten")
    return ClassRead(None)


def school_year(day: date) -> int:
    """The year in which the school year of a day starts; it turns on 1 August (after the old one's end)."""
    return day.year if day.month >= 8 else day.year - 1
