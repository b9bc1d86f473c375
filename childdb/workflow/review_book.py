"""The queue as a workbook: pairs go out with names and tokens, answers come back by tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from childdb.intake.pairs_book import BookAnswer, BookPair, read_pairs, write_pairs
from childdb.matching.answers import SHOWN, answer_of
from childdb.store import Store
from childdb.store.list_tokens import identities_by_token, list_token
from childdb.workflow.matching import Pair
from childdb.workflow.reviewing import ALIKE, OTHER, answer, side_by_side
from schemas.errors import CheckFailed


@dataclass(frozen=True)
class BookRead:
    """How many pairs of a workbook were answered and left blank, and the batch of decisions (None: nothing new)."""

    answered: int
    blank: int
    batch: int | None


def write_book(store: Store, pairs: Sequence[Pair], path: Path, *, on: date) -> None:
    """Write PAIRS, the costliest first, to PATH (.xlsx)."""
    keys = store.own_keys(who for pair in pairs for who in pair.key)
    written = []
    for pair in pairs:
        lines = side_by_side(pair)
        differ = frozenset(place for place, line in enumerate(lines) if line.mark in (OTHER, ALIKE))
        tokens = (list_token(store, keys[pair.one.identity]), list_token(store, keys[pair.other.identity]))
        written.append(BookPair([n.one for n in lines], [n.other for n in lines], differ, pair.why, tokens))
    write_pairs(path, written, [vi for vi, _ in SHOWN.values()], on=on)


def read_book(store: Store, path: Path, *, actor: str, now: datetime) -> BookRead:
    """Take the answers of a workbook in as one batch of decisions; all of them or, where one cannot be, none."""
    rows = read_pairs(path)
    said = [row for row in rows if row.text]
    identities = identities_by_token(store, {token for row in said for token in row.tokens})
    answers = [(*_pair(path, row, identities), _word(path, row), None) for row in said]
    made = answer(store, answers, actor=actor, now=now, reason=path.name)
    return BookRead(len(said), len(rows) - len(said), made)


def _pair(path: Path, row: BookAnswer, identities: dict[str, int]) -> tuple[int, int]:
    try:
        return identities[row.tokens[0]], identities[row.tokens[1]]
    except KeyError:
        raise CheckFailed(
            f"{path.name}, trang {row.sheet}, dòng {row.row}: cặp này không có trong kho dữ liệu; không ghi câu trả lời nào. "
            "Kiểm tra xem bảng có phải của kho này không.",
            f"{path.name}, sheet {row.sheet}, row {row.row}: this pair is not in the store; no answer was written. "
            "Check that the workbook belongs to this store.",
        ) from None


def _word(path: Path, row: BookAnswer) -> str:
    word = answer_of(row.text)
    if word is None:
        words = ", ".join(vi for vi, _ in SHOWN.values())
        raise CheckFailed(
            f"{path.name}, trang {row.sheet}, dòng {row.row}: không hiểu câu trả lời “{row.text}”; ghi một trong {words}. "
            "Chưa ghi câu trả lời nào.",
            f"{path.name}, sheet {row.sheet}, row {row.row}: the answer “{row.text}” is not understood; write one of {words}. "
            "No answer was written.",
        )
    return word
