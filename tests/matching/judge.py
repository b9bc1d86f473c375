"""How good clusters are against the truth: pairs found, pairs wrong, records sent to a person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from childdb.matching.listing import match_list


@dataclass(frozen=True)
class Quality:
    """Pairwise precision and recall; `wrong` counts merges too many: children beyond the first in each cluster."""

    precision: float
    recall: float
    wrong: int
    asked_pairs: int
    asked_records: int

    @property
    def f1(self):
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


def quality(cluster, keys, doubts=()):
    found = Counter(cluster)
    right = sum(n * (n - 1) // 2 for n in Counter(zip(cluster, keys, strict=True)).values())
    made = sum(n * (n - 1) // 2 for n in found.values())
    true = sum(n * (n - 1) // 2 for n in Counter(keys).values())
    children = Counter(name for name, _ in {(c, k) for c, k in zip(cluster, keys, strict=True)})
    wrong = sum(n - 1 for n in children.values())
    asked = {row for doubt in doubts for row in (doubt.left, doubt.right)}
    return Quality(right / max(1, made), right / max(1, true), wrong, len(doubts), len(asked))


def answered(doubts, keys):
    """What a person who knows the truth would answer."""
    return {(d.left, d.right): "same" if keys[d.left] == keys[d.right] else "different" for d in doubts}


def judged(rows, truth):
    """The quality without a person, and with one who answers every pair asked."""
    keys = [truth[row["record_id"]] for row in rows]
    alone = match_list(rows)
    helped = match_list(rows, answered(alone.doubts, keys))
    return quality(alone.cluster, keys, alone.doubts), quality(helped.cluster, keys, alone.doubts)


def pairs_of(cluster):
    members = {}
    for row, name in enumerate(cluster):
        members.setdefault(name, []).append(row)
    return {pair for rows in members.values() for pair in combinations(rows, 2)}
