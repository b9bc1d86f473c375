"""Vaccines in headings and words: which vaccine, which dose, on time or late."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from childdb.intake.words_lookup import bare_key, load

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


@cache
def _vaccines() -> dict[str, dict[str, Any]]:
    return load("vaccines")


@cache
def _names() -> list[tuple[str, str, re.Pattern[str]]]:
    """(spelling, vaccine, pattern), longest first, so that "bại liệt tiêm" is not taken for "bại liệt"."""
    pairs = {bare_key(name).replace("/", " "): code for code, entry in _vaccines().items() for name in entry["names"]}
    ordered = sorted(pairs.items(), key=lambda pair: -len(pair[0]))
    return [(name, code, re.compile(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z])")) for name, code in ordered]


def dose_heading(parts: Sequence[str]) -> str | None:
    """VACCINE:dose or HEPB0:1:early / HEPB0:1:late for a heading path, or None."""
    text = bare_key(" ".join(parts))
    plain = re.sub(r"[≤≥<>]", " ", text.replace("/", " "))
    plain = re.sub(r"\s+", " ", plain).strip()
    if re.search(r"\b(seo|day du|tcdd|uv me|me tiem)\b", plain):
        return None
    for name, code, pattern in _names():
        found = pattern.search(plain)
        if found:
            rest = (plain[: found.start()] + " " + plain[found.end() :]).strip()
            return _with_dose(code, name, rest, text)
    return None


def _with_dose(code: str, name: str, rest: str, text: str) -> str | None:
    entry = _vaccines()[code]
    if code == "HEPB0":
        late = re.search(r"[>≥]\s*24|sau 24|tren 24|muon", text)
        early = re.search(r"[≤<]\s*24|truoc 24|trong 24|trong vong 24|duoi 24|\b24 ?(gio|h)\b", text)
        return f"HEPB0:1:{'late' if late else 'early' if early else ''}".rstrip(":")
    numbers = [int(n) for n in re.findall(r"(?<![0-9a-z])(?:mui|lan|lieu|m|l)? ?([1-9])(?![0-9])", rest)]
    numbers += [_ROMAN[w] for w in rest.split() if w in _ROMAN]
    if not numbers:
        single = entry.get("single")
        return f"{code}:{single}" if single else None
    low = entry.get("lowest", 1)
    if len(set(numbers)) > 1 or not low <= numbers[0] <= entry["doses"]:
        return f"{code}:{low}" if numbers[0] < low else None
    return f"{code}:{numbers[0]}"
