"""Circumstances (art. 10 of the Law on Children): codes, letters (d and đ are two) and words, several in a cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from childdb.intake.words_lookup import Lookup, build, exact_key, load
from schemas.codes import circumstances
from schemas.text import nfc

_SPLIT = re.compile(r"\s*(?:;|\n|\+|/|&|,)\s*|\s+[-–]\s+|\s+và\s+")
_HOUSEHOLD = re.compile(r"\s+(?:con |thuộc (?:diện )?)?(?=hộ (?:cận )?nghèo)", re.I)  # khuyết tật thuộc hộ nghèo
_LETTER = re.compile(
    r"^(?:(?:điểm|nhóm|mục|khoản|đối tượng)\s*)?(?:1\s*)?([abcdđeghiklmno])(?:[.\-]([0-9]{1,2}))?\)?\.?$"
)
_NUMBER = re.compile(r"^([1-3])[.,]([0-9]{1,2})(?:[.,]([0-9]{1,2}))?$")
_GROUP = re.compile(r"hoàn cảnh|đối tượng|diện|nhóm|đặc biệt|nguy cơ", re.I)


_WORDS = 7  # letters: shorter texts are abbreviations or names
_OF_KINDS = re.compile(
    r"(?:trẻ (?:em )?)?(?:bị )?(?:khuyết tật|mồ côi)(?:\s*\(.*\))?$", re.I
)  # headings of categories with kinds below


_CHILD = re.compile(r"^(?:trẻ em|trẻ|te|tre em|tre|con|cháu)\s+(?:có\s+|bị\s+|thuộc\s+|thuộc diện\s+)?(?=\S)")
_MINORITY = re.compile(r"\s+(?:dtts|dân tộc thiểu số|dân tộc)$")
_KIND_OF_DISABILITY = re.compile(
    r"^khuyết tật(?: về)? (?:vận động|nghe nói|nghe|nói|nhìn|trí tuệ|thần kinh|thần kinh tâm thần|tâm thần|khác|bẩm sinh|chân|tay|mắt)$"
)


@cache
def _lookup() -> tuple[Lookup, dict[str, list[str]], frozenset[str]]:
    words = load("circumstances")
    names = {code: list(spellings) for code, spellings in words["names"].items()}
    taken = {exact_key(s) for spellings in names.values() for s in spellings}
    for code, entry in circumstances().items():
        if code not in ("1", "2", "3"):
            for spelling in {entry.name["vi"], entry.name["vi"].removeprefix("Trẻ em ")}:
                if exact_key(spelling) not in taken:
                    taken.add(exact_key(spelling))
                    names.setdefault(code, []).append(spelling)
    ambiguous = {exact_key(k): v for k, v in words["ambiguous"].items()}
    return build(names), ambiguous, frozenset(exact_key(w) for w in words["silent"]["words"])


@lru_cache(maxsize=4096)
def read_circumstances(text: str) -> tuple[tuple[str, ...], str | None]:
    """The codes in a cell, and the part that could not be told (None if all could)."""
    text = nfc(text)
    whole = _one(text)
    if whole is not None:
        return whole, None
    codes: list[str] = []
    lettered = only_letters(text)  # in "d, k" the k is a letter too, alone it says no
    for part in filter(None, _SPLIT.split(text)):
        found = category_of_letter(part) if lettered else _one(part)
        if found is None:
            halves = [_one(half) for half in _HOUSEHOLD.split(part)]
            if None in halves or len(halves) < 2:
                return (), part
            found = tuple(code for half in halves for code in half or ())
        codes.extend(code for code in found if code not in codes)
    return tuple(codes), None


def category_of_letter(text: str) -> tuple[str, ...] | None:
    """The code of a category's letter (k is one of them), None if it is no letter of a category."""
    found = _LETTER.match(nfc(text).lower().strip(" ."))
    if not found:
        return None
    code = _by_letter(found.group(1) + (f".{int(found.group(2))}" if found.group(2) else ""))
    return (code,) if code else None


def only_letters(text: str) -> bool:
    """Whether a cell tells its categories by their letters alone (d; đ)."""
    return all(_LETTER.match(part.lower().strip(" .")) for part in _SPLIT.split(nfc(text)) if part)


def _one(text: str) -> tuple[str, ...] | None:
    """The codes of one part: () if it says that there is none, None if it cannot be told."""
    lookup, ambiguous, silent = _lookup()
    key = exact_key(text)
    if key in silent or not key:
        return ()
    if key in ambiguous:
        return None
    low = nfc(text).lower().strip(" .")
    if _LETTER.match(low):
        return category_of_letter(low)
    number = _NUMBER.match(low)
    if number:
        groups = [g for g in number.groups()[1:] if g]
        code = ".".join([number.group(1), *(f"{int(g):02d}" for g in groups)])
        return (code,) if code in circumstances() else None
    for form in (text, _short(low)):
        found = lookup.find(form)
        if found:
            return (found,)
    return None


def _short(low: str) -> str:
    """A category without the words for child and for minority before and behind it, and with MC, KT written out."""
    bare = _CHILD.sub("", low)
    bare = _MINORITY.sub("", bare)
    bare = re.sub(r"^mc(?= )", "mồ côi", bare)
    bare = re.sub(r"^kt(?= )", "khuyết tật", bare)
    return _KIND_OF_DISABILITY.sub("khuyết tật", bare)


@cache
def _letters() -> dict[str, str]:
    return {entry.letter: code for code, entry in circumstances().items()}


def _by_letter(letter: str) -> str | None:
    return _letters().get(letter)


def circumstance_heading(parts: Sequence[str]) -> str | None:
    """The category that a column with x marks stands for: its words, or its letter under a heading of groups."""
    last = nfc(parts[-1])
    if _LETTER.match(last.lower().strip(" .")) or _NUMBER.match(last):
        grouped = len(parts) > 1 and any(_GROUP.search(nfc(part)) for part in parts[:-1])
        return _single(last) if grouped else None
    return _single(last) or kind_heading(parts)


def kind_heading(parts: Sequence[str]) -> str | None:
    """The category that a heading tells together with the one above it: Khuyết tật over Nặng, Mồ côi over Cha."""
    if len(parts) < 2 or not _OF_KINDS.match(nfc(parts[-2]).strip()):
        return None
    return _single(f"{nfc(parts[-2]).strip()} {nfc(parts[-1]).strip()}")


def category_in_words(text: str) -> str | None:
    """The one category that a text of more than a letter or number tells: Trẻ em khuyết tật, Hộ nghèo."""
    words = nfc(text).strip(" .:;-–")
    if len(words) < _WORDS or _LETTER.match(words.lower()) or _NUMBER.match(words):
        return None
    return _single(words)


def _single(text: str) -> str | None:
    found = _one(text)
    return found[0] if found and len(found) == 1 else None
