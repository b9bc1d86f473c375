"""The words of cells (relations, causes, vaccines, groups ...) as the lists under words/ give them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from schemas.text import fold, nfc, normal

_PUNCTUATION = re.compile(r"[^\w/+≤>≥<]+")


def load(name: str) -> dict[str, Any]:
    """One file of words/."""
    return tomllib.loads(resources.files("childdb.intake.words").joinpath(f"{name}.toml").read_text("utf-8"))


def exact_key(text: str) -> str:
    """For comparing with tone marks: case, blanks, punctuation and the tone's place aside."""
    return _PUNCTUATION.sub(" ", normal(text)).strip()


def bare_key(text: str) -> str:
    """For comparing without tone marks."""
    return _PUNCTUATION.sub(" ", fold(nfc(text))).strip()


@dataclass(frozen=True)
class Lookup:
    """Spellings to codes: with tone marks first, then without where one code alone is left."""

    exact: dict[str, str]
    bare: dict[str, frozenset[str]]
    labels: dict[str, str]

    def find(self, text: str) -> str | None:
        """The one code of TEXT, or None."""
        code = self.exact.get(exact_key(text))
        if code is not None:
            return code
        if _has_marks(text):
            return None
        found = self.bare.get(bare_key(text), frozenset())
        return next(iter(found)) if len(found) == 1 else None


def _has_marks(text: str) -> bool:
    return bare_key(text) != re.sub(r"\s+", " ", _PUNCTUATION.sub(" ", text.casefold())).strip()


def build(entries: dict[str, list[str]]) -> Lookup:
    exact: dict[str, str] = {}
    bare: dict[str, set[str]] = {}
    for code, spellings in entries.items():
        for spelling in spellings:
            if exact.setdefault(exact_key(spelling), code) != code:
                raise ValueError(f"words: {spelling!r} stands for two codes, {exact[exact_key(spelling)]} and {code}")
            bare.setdefault(bare_key(spelling), set()).add(code)
    labels = {code: spellings[0] for code, spellings in entries.items()}
    return Lookup(exact, {k: frozenset(v) for k, v in bare.items()}, labels)


@cache
def code_list(name: str) -> Lookup:
    """One list of words/codes.toml."""
    return build(load("codes")[name])


def code_lists() -> tuple[str, ...]:
    return tuple(load("codes"))
