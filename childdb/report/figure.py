"""What the report is written from: figures with their bounds, targets and the same figure before; and numbers bound to them.

Everything here is plain data. A number that stands in a document is a `Bound`: its text, and the reference by which the
same text can be made again from the store (`text_of`), so that writing and checking cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from childdb.report.numbers import measured, plain

Count = tuple[Decimal, Decimal, Decimal]
"""Numerator, denominator, unknown."""
UNKNOWNS = ("unknown", "population_unknown")
WHOLE = ("numerator", "denominator", *UNKNOWNS)
MEASURED = ("value", "low", "high", "ci_low", "ci_high")
HIDDEN, OPEN = "…", "?"


@dataclass(frozen=True)
class Ref:
    """Which result a number stands for: the run, the indicator, the unit (its code) and the field of the figure.

    Fields: value, low, high, ci_low, ci_high, numerator, denominator, unknown, population_unknown; diff.RUN (against
    another run); target.K, more.K, settle.K (of the K-th goal); part.NAME.RUN; tally.VERDICT (of a group of indicators).
    """

    run: int
    indicator: str
    unit: str
    field: str

    @property
    def tag(self) -> str:
        """The reference as one word; Word allows a tag 64 letters."""
        return f"{self.run}|{self.indicator}|{self.unit}|{self.field}"

    @classmethod
    def read(cls, tag: str) -> Ref | None:
        parts = tag.split("|")
        return cls(int(parts[0]), *parts[1:]) if len(parts) == 4 and parts[0].isdigit() else None


@dataclass(frozen=True)
class Bound:
    """A number in a text, with what it stands for."""

    text: str
    ref: Ref


Piece = str | Bound
Pieces = tuple[Piece, ...]


@dataclass(frozen=True)
class Judged:
    """A goal on the day of a figure and what the figure says of it."""

    document: str
    comparator: str
    target: Decimal
    year: int | None
    basis: str  # dated | interpolated | not_yet_due | kept | standing
    confidence: str
    verdict: str  # met | not_met | cannot_tell | not_comparable | no_data
    reason: str = ""
    yardstick: bool = False
    more: int | None = None
    settle: int | None = None
    number: int = 0
    """Its place among the goals of the figure."""


@dataclass(frozen=True)
class Figure:
    """One result. `hidden` says that it may not leave the office (too few); then no number of it is written."""

    run: int
    indicator: str
    title: str
    unit: str
    unit_name: str
    as_of: date
    kind: str
    measure: str
    confidence: str
    numerator: Decimal | None
    denominator: Decimal | None
    unknown: int
    population_unknown: int
    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    ci_low: Decimal | None = None
    ci_high: Decimal | None = None
    judged: tuple[Judged, ...] = ()
    before: Figure | None = None
    then: Figure | None = None
    """The figure before, as it was known then."""
    parts: Mapping[str, Count] = field(default_factory=dict)
    apart: Sequence[tuple[Figure, str]] = ()
    """The communes that stand out, each above or below the whole."""
    hidden: bool = False
    few: int = 0
    """Where the paper leaves the office: unknown records fewer than this (and some) are told as fewer than this."""

    @property
    def open_records(self) -> int:
        return self.unknown + self.population_unknown

    def bound(self, name: str, lang: str) -> Bound:
        text = text_of(self, name, lang)
        if text is None:
            raise KeyError(f"{self.indicator} has no {name}")
        return Bound(text, Ref(self.run, self.indicator, self.unit, name))

    @property
    def too_open(self) -> bool:
        """Whether more cases are unknown than known: then the value says nothing and is not written."""
        return self.unknown > (self.denominator or 0)

    def mark(self, name: str) -> str | None:
        """What stands in place of a number that may not be shown, says nothing, or does not exist."""
        if self.hidden:
            return HIDDEN
        if name == "value" and self.too_open:
            return OPEN
        return "–" if text_of(self, name, "vi") is None else None

    def shown(self, name: str, lang: str) -> Piece:
        """The bound number for a table cell, or the mark in its place."""
        return self.mark(name) or self.bound(name, lang)


def unknown_cell(figure: Figure, lang: str) -> Pieces:
    """The unknown records for a table cell; in brackets those of which it is not known whether they belong at all."""
    shown = figure.shown("unknown", lang)
    if figure.hidden or not figure.population_unknown:
        return (shown,)
    return (shown, " (", figure.shown("population_unknown", lang), ")")


def text_of(figure: Figure, name: str, lang: str) -> str | None:
    """The text of a field of a figure; None where the figure has none."""
    head, _, rest = name.partition(".")
    if head in WHOLE:
        count = getattr(figure, head)
        if head in UNKNOWNS and 0 < count < figure.few:
            return f"dưới {figure.few}" if lang == "vi" else f"fewer than {figure.few}"
        return None if count is None else plain(count, lang)
    if head in MEASURED:
        value = getattr(figure, head)
        return None if value is None else measured(value, figure.measure, lang)
    if head == "diff":
        change = difference(figure)
        return None if change is None else plain(abs(change), lang)
    if head == "part":
        part, _, of = rest.partition(".")
        count = figure.parts.get(of or part, (None,))[0]
        return None if count is None else plain(abs(count), lang)
    return _of_goal(figure, head, rest, lang)


def _of_goal(figure: Figure, head: str, rest: str, lang: str) -> str | None:
    goal = next((j for j in figure.judged if str(j.number) == rest), None)
    if goal is None or head not in ("target", "more", "settle"):
        return None
    if head == "target":
        return measured(goal.target, figure.measure, lang)
    count = goal.more if head == "more" else goal.settle
    return None if count is None else plain(count, lang)


def difference(figure: Figure) -> Decimal | None:
    """The value less the value before."""
    before = figure.before
    if before is None or figure.value is None or before.value is None:
        return None
    return figure.value - before.value
