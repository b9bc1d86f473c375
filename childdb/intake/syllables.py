"""Whether a word can be a Vietnamese syllable: an onset, a rhyme and a tone that may stand together.

It is used as evidence about encodings and damage, never to correct a name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ONSETS = (
    "ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", "b", "c", "d", "đ", "g", "h", "k", "l", "m",
    "n", "p", "r", "s", "t", "v", "x", "",
)  # fmt: skip
_RHYMES = frozenset(
    [
        "a",
        "ac",
        "ach",
        "ai",
        "am",
        "an",
        "ang",
        "anh",
        "ao",
        "ap",
        "at",
        "au",
        "ay",
        "ăc",
        "ăm",
        "ăn",
        "ăng",
        "ăp",
        "ăt",
        "âc",
        "âm",
        "ân",
        "âng",
        "âp",
        "ât",
        "âu",
        "ây",
        "e",
        "ec",
        "em",
        "en",
        "eng",
        "eo",
        "ep",
        "et",
        "ê",
        "êch",
        "êm",
        "ên",
        "ênh",
        "êp",
        "êt",
        "êu",
        "i",
        "ia",
        "ich",
        "im",
        "in",
        "inh",
        "ip",
        "it",
        "iu",
        "iêc",
        "iêm",
        "iên",
        "iêng",
        "iêp",
        "iêt",
        "iêu",
        "o",
        "oa",
        "oac",
        "oach",
        "oai",
        "oam",
        "oan",
        "oang",
        "oanh",
        "oao",
        "oap",
        "oat",
        "oay",
        "oăc",
        "oăm",
        "oăn",
        "oăng",
        "oăt",
        "oc",
        "oe",
        "oen",
        "oeo",
        "oet",
        "oi",
        "om",
        "on",
        "ong",
        "ooc",
        "oong",
        "op",
        "ot",
        "ô",
        "ôc",
        "ôi",
        "ôm",
        "ôn",
        "ông",
        "ôp",
        "ôt",
        "ơ",
        "ơi",
        "ơm",
        "ơn",
        "ơp",
        "ơt",
        "u",
        "ua",
        "uân",
        "uâng",
        "uât",
        "uây",
        "uc",
        "uê",
        "uêch",
        "uênh",
        "uên",
        "uêt",
        "ui",
        "um",
        "un",
        "ung",
        "uôc",
        "uôi",
        "uôm",
        "uôn",
        "uông",
        "uôp",
        "uôt",
        "uơ",
        "uơn",
        "up",
        "ut",
        "uy",
        "uya",
        "uych",
        "uynh",
        "uyên",
        "uyêt",
        "uyt",
        "uyu",
        "uyn",
        "uyp",
        "ư",
        "ưa",
        "ưc",
        "ưi",
        "ưm",
        "ưn",
        "ưng",
        "ưt",
        "ưu",
        "ươc",
        "ươi",
        "ươm",
        "ươn",
        "ương",
        "ươp",
        "ươt",
        "ươu",
        "y",
        "yêm",
        "yên",
        "yêng",
        "yêt",
        "yêu",
        "yn",
        "ym",
        "yt",
        "ynh",
        "ych",
    ]
)
_TONES = {"\u0300": "huyền", "\u0301": "sắc", "\u0303": "ngã", "\u0309": "hỏi", "\u0323": "nặng"}
_STOPS = ("c", "ch", "p", "t")
_WORD = re.compile(r"[^\W\d_]+")


def words(text: str) -> list[str]:
    """The runs of letters of TEXT."""
    return _WORD.findall(text)


@lru_cache(maxsize=200_000)
def possible(word: str) -> bool:
    """Whether WORD may be a syllable. Plain ASCII words are taken as possible: they carry no evidence."""
    if word.isascii():
        return True
    bare, tones = [], []
    for char in unicodedata.normalize("NFD", word.casefold()):
        if char in _TONES:
            tones.append(_TONES[char])
        else:
            bare.append(char)
    if len(tones) > 1:
        return False
    text = unicodedata.normalize("NFC", "".join(bare))
    return any(_fits(text, onset, tones) for onset in _ONSETS if text.startswith(onset))


def _fits(text: str, onset: str, tones: list[str]) -> bool:
    rhyme = text[len(onset) :]
    if onset == "gi" and rhyme == "":
        return True
    if onset == "qu" and rhyme[:1] not in "aăâeêiyoơô":
        return False
    if rhyme not in _RHYMES:
        return False
    return not rhyme.endswith(_STOPS) or tones in (["sắc"], ["nặng"])


def all_possible(text: str) -> bool:
    return all(possible(word) for word in words(text))
