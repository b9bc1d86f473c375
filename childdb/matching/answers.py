"""What a person may answer about a pair, in the words that people write."""

from __future__ import annotations

from childdb.matching.listing import DIFFERENT, RELATED, SAME
from schemas.text import fold

SHOWN = {SAME: ("Giống", "Same"), DIFFERENT: ("Khác", "Different"), RELATED: ("Họ hàng", "Related")}
_WORDS = {
    "same": SAME, "giong": SAME, "cung": SAME, "cung mot tre": SAME,
    "different": DIFFERENT, "khac": DIFFERENT,
    "related": RELATED, "ho hang": RELATED, "anh em": RELATED, "sinh doi": RELATED,
}  # fmt: skip


def answer_of(text: str) -> str | None:
    """same, different or related; None where TEXT is none of the words."""
    return _WORDS.get(fold(text))
