"""A pair in words: each feature that spoke, its weight in bits, a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from childdb.matching.company import COMPANY
from childdb.matching.comparisons import ladders
from childdb.matching.model import Model

_WORTH_SAYING = 0.5  # bits


@dataclass(frozen=True)
class Reason:
    """One feature: its comparison, the level it reached, what it weighs (above 0: one child) and a sentence."""

    comparison: str
    level: str
    bits: float
    vi: str
    en: str


def reasons(model: Model, gammas: Mapping[str, int], company: str) -> list[Reason]:
    """The features of a pair, the weightiest first; blanks say nothing and are not listed."""
    found = []
    for entry in ladders():
        level = entry.level(int(gammas[entry.id]))
        if level and level.id != entry.absent:
            bits = model.slope * model.weights[entry.id][level.id]
            found.append(Reason(entry.id, level.id, bits, level.vi, level.en))
    vi, en = COMPANY[company]
    found.append(Reason("company", company, model.company[company], vi, en))
    return sorted(found, key=lambda reason: -abs(reason.bits))


def in_words(found: list[Reason], lang: str, held_by: frozenset[str] = frozenset(), most: int = 6) -> str:
    """The weightiest reasons as one line: what holds the pair for a person, what speaks for one child, and against."""
    told = [reason for reason in found if abs(reason.bits) >= _WORTH_SAYING][:most] or found[:1]
    parts = []
    if held := [reason.en if lang == "en" else reason.vi for reason in found if reason.comparison in held_by]:
        parts.append(f"{'A person must say' if lang == 'en' else 'Cần người xác định'}: {'; '.join(held)}")
    for sign, vi, en in ((1, "Giống", "For"), (-1, "Khác", "Against")):
        said = [
            f"{reason.en if lang == 'en' else reason.vi} ({reason.bits:+.1f})"
            for reason in told
            if reason.bits * sign > 0
        ]
        if said:
            parts.append(f"{en if lang == 'en' else vi}: {'; '.join(said)}")
    return ". ".join(parts)
