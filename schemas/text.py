"""Text as the whole house compares it: NFC for keeping, folded forms for comparing.

`normal` keeps tone marks and makes spelling variants equal; `fold` drops tone marks and is for search,
headings and place names, never for keys (d and đ fall together in it).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SIGNED = re.compile(r"[+-]\d*[.,]?\d+(?:e[+-]?\d+)?", re.I)
_SPACES = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_TONES = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook above, dot below
_VOWELS = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"


def nfc(text: str) -> str:
    """NFC with single blanks and no invisible edges."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def _split_tone(syllable: str) -> tuple[str, str]:
    """The syllable without its tone, and the tone (empty if level)."""
    out, tone = [], ""
    for letter in unicodedata.normalize("NFD", syllable):
        if letter in _TONES:
            tone = letter
        else:
            out.append(letter)
    return unicodedata.normalize("NFC", "".join(out)), tone


@lru_cache(maxsize=65_536)  # names of parents, heads and villages come again and again
def normal(text: str) -> str:
    """Case-folded NFC in which hoà and hòa, Thuỷ and Thủy are one: the tone stands behind its syllable."""
    words = []
    for word in re.split(r"([\s\-'’.]+)", nfc(text).casefold()):
        bare, tone = _split_tone(word)
        words.append(bare + tone)
    return nfc("".join(words).replace("’", "'")) if words else ""


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Lower case without tone marks, hats and horns; đ becomes d; blanks single. For search and headings."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
    return _SPACES.sub(" ", bare.replace("đ", "d")).strip()


def neutral(text: str) -> str:
    """TEXT with an apostrophe before it where Excel, opening a CSV file, would run it as a formula; a number stays."""
    if text[:1] not in _STARTS_FORMULA or (text[:1] in "+-" and _SIGNED.fullmatch(text)):
        return text
    return "'" + text
