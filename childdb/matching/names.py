"""Names of people as matching compares them: normalised fast, and how two typings of a name stand to each other."""

from __future__ import annotations

import re
from functools import lru_cache

from schemas.text import fold, normal

# what registers write where a newborn has no name yet (book of 2005: Trai, Gái), folded
UNNAMED = frozenset(
    {
        "trai", "gai", "be trai", "be gai", "con trai", "con gai", "chau trai", "chau gai", "tre trai", "tre gai",
        "so sinh", "tre so sinh", "be", "chua dat ten", "chua co ten", "chua ten", "khong ten", "chua ro",
        "nam", "nu", "moi sinh", "tre moi sinh",
    }
)  # fmt: skip
EQUAL, CLOSE, DIFFER, BLANK = "equal", "close", "differ", "blank"


@lru_cache(maxsize=65536)
def _word(word: str) -> str:
    return normal(word)


@lru_cache(maxsize=262144)
def folded(text: str) -> str:
    """schemas.text.fold with punctuation as blanks (H'Mông = H Mông), remembered."""
    return " ".join(re.sub(r"[^\w]+", " ", fold(text)).split())


@lru_cache(maxsize=262144)
def normalised(text: str | None) -> str:
    """schemas.text.normal word by word (a district has few syllables, each met thousands of times)."""
    if not text:
        return ""
    return " ".join(filter(None, map(_word, text.split())))


def unnamed(text: str | None) -> bool:
    """Whether TEXT is no name: blank, or a newborn's placeholder such as Trai, Gái, chưa đặt tên."""
    if not text:
        return True
    words = folded(text).split()
    if len(words) > 1 and words[-1].isdigit():  # Gái 1, Gái 2
        words = words[:-1]
    return not words or " ".join(words) in UNNAMED


def sex_of_placeholder(text: str | None) -> str | None:
    words = folded(text).split() if text and unnamed(text) else []
    if "trai" in words or words == ["nam"]:
        return "M"
    return "F" if "gai" in words or words == ["nu"] else None


def relation(one: str | None, other: str | None) -> str:
    """How two typings of a grown-up's name stand: equal, close (tone marks lost, or a part of it), differ, blank.

    Close is neither proof nor contradiction: *Lo Thi In* may be *Lò Thị Ín*, and so may *Ín* alone.
    """
    first, second = normalised(one), normalised(other)
    if not first or not second:
        return BLANK
    if first == second:
        return EQUAL
    left, right = folded(first).split(), folded(second).split()
    short, long = sorted((left, right), key=lambda words: (len(words), words))
    if left == right or (short and short[-1] == long[-1] and len(short) < len(long) and set(short) <= set(long)):
        return CLOSE
    return DIFFER
