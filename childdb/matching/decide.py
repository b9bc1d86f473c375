"""Merge, ask or leave apart: the thresholds, derived from the stated cost of each mistake."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np


@dataclass(frozen=True)
class Costs:
    """Costs in units of one question; see costs.toml."""

    ask: float
    missed: float
    wrong_merge: float
    wrong_merge_unconfirmed: float
    share_of_records: float
    least_pairs: int

    @property
    def merge_from(self) -> float:
        """The probability from which merging is expected to cost less than asking: (1 - p) wrong_merge <= ask."""
        return 1 - self.ask / self.wrong_merge

    @property
    def merge_unconfirmed_from(self) -> float:
        """The same for a pair that no grown-up of the household confirms."""
        return 1 - self.ask / self.wrong_merge_unconfirmed

    @property
    def ask_from(self) -> float:
        """The probability from which asking costs less than leaving apart: ask <= p missed."""
        return self.ask / self.missed

    def records_to_ask(self, records: int) -> int:
        """How many records of a list may be sent to a person."""
        return max(2 * self.least_pairs, int(records * self.share_of_records))


@cache
def costs() -> Costs:
    text = resources.files("childdb.matching").joinpath("costs.toml").read_text("utf-8")
    return Costs(**tomllib.loads(text))


def probability(bits: np.ndarray) -> np.ndarray:
    """The probability that stands behind each weight in BITS.

    >>> probability(np.array([0.0, 2.0])).tolist()
    [0.5, 0.8]
    """
    return np.asarray(1 / (1 + 2.0 ** -np.clip(bits, -60.0, 60.0)))
