"""What an indicator is: a frozen record of its TOML file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

KINDS = ("share", "ratio", "sum", "mean", "units_meeting", "estimator")
UNITS = (
    "percent", "per_1000_live_births", "per_1000_births", "per_100_girls", "per_100000_children", "count", "dong", "z_score",
    "grams", "percent_change",
)  # fmt: skip
CONFIDENCES = ("confirmed", "confirmed_one_copy", "recalled")


@dataclass(frozen=True)
class Count:
    """Rows of one source: how many satisfy WHERE, or the sum of VALUE over them."""

    source: str
    where: str
    value: str | None = None


@dataclass(frozen=True)
class LegalSource:
    """The provision a definition rests on; a recalled one marks every figure."""

    instrument: str
    provision: str
    in_force: date
    confidence: str
    source: str


@dataclass(frozen=True)
class Target:
    """One target of one document, year and area (an empty year is a standing threshold)."""

    document: str
    scope: str
    year: int | None
    comparator: str
    value: Decimal
    confidence: str
    source: str


@dataclass(frozen=True)
class Example:
    """Small tables of prepared sources, and the figure they must give."""

    says: str
    given: dict[str, str]
    expect: dict[str, Any]


@dataclass(frozen=True)
class Definition:
    """An indicator. `per` is what the figure is multiplied by (percent: 100)."""

    id: str
    title: dict[str, str]
    programmes: tuple[str, ...]
    kind: str
    unit: str
    better: str  # higher | lower | neither
    source: str
    population: str
    condition: str | None
    value: str | None
    numerator: tuple[Count, ...]
    denominator: tuple[Count, ...]
    estimator: str | None
    per: int
    groups: tuple[str, ...]
    note: dict[str, str]
    legal_sources: tuple[LegalSource, ...]
    targets: tuple[Target, ...]
    examples: tuple[Example, ...]
    path: Path

    @property
    def domain(self) -> str:
        return self.path.parent.name

    @property
    def confidence(self) -> str:
        """The weakest mark among its legal sources."""
        return max((s.confidence for s in self.legal_sources), key=CONFIDENCES.index)

    @property
    def version(self) -> str:
        """Twelve hex digits over what decides the figure (not over titles, targets or examples)."""
        rule = {
            "id": self.id, "kind": self.kind, "unit": self.unit, "source": self.source,
            "population": self.population, "condition": self.condition, "value": self.value,
            "numerator": [vars(c) for c in self.numerator], "denominator": [vars(c) for c in self.denominator],
            "estimator": self.estimator, "per": self.per, "groups": self.groups,
        }  # fmt: skip
        return hashlib.sha256(json.dumps(rule, sort_keys=True).encode()).hexdigest()[:12]

    def sources(self) -> tuple[str, ...]:
        """Every prepared source it reads."""
        named = [self.source] if self.source else []
        named += [c.source for c in (*self.numerator, *self.denominator)]
        return tuple(dict.fromkeys(named))
