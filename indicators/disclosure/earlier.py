"""What earlier releases have told of a figure, and which figures next to them would tell too much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from indicators.definition import Definition
from indicators.disclosure.rule import Rule
from indicators.disclosure.tables import strict
from indicators.prepare.sources import twelve_months

Figure = tuple[str, str, str, str]
"""Indicator, unit, group, value of the group."""
Counts = tuple[int, int, int, int]
"""Numerator (rounded), denominator, unknown, population_unknown."""
EVENTS = frozenset({"birth", "death", "marriage", "casualty"})  # sources whose counts of two periods add up


@dataclass(frozen=True)
class Earlier:
    """One release: its date and period, what each of its units held, and its figures (None: hidden)."""

    as_of: date
    period_start: date
    units: Mapping[str, tuple[str, ...]]
    figures: Mapping[Figure, Counts | None]

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Earlier:
        """A release as the store has kept it (`Protected.content`)."""
        return cls(
            date.fromisoformat(content["as_of"]),
            date.fromisoformat(content["period_start"]),
            {unit: tuple(atoms) for unit, atoms in content["units"].items()},
            {(i, u, g, v): None if told is None else (told[0], told[1], told[2], told[3])
             for i, u, g, v, told in content["figures"]},
        )  # fmt: skip

    def is_of(self, as_of: date, period_start: date | None) -> bool:
        """Whether it tells of the same day and period."""
        return (self.as_of, self.period_start) == (as_of, period_start or twelve_months(as_of))


def too_telling(
    definitions: Mapping[str, Definition], now: Mapping[Figure, Counts], as_of: date, period_start: date | None,
    earlier: Sequence[Earlier], rule: Rule,
) -> dict[Figure, frozenset[int]]:  # fmt: skip
    """The figures that stay hidden because of what was told before, with the places of the counts that would tell.

    A figure that was hidden for this day and period stays so (no count of it tells more than before). One that differs a
    little from the one shown for the same day (of events: and period) would tell of the few children in between. Events of periods can be subtracted from each other: where
    a chain of periods shown would give a small count, or one that was hidden, the figure stays hidden. And a small stock
    that moved a little since another day tells who came or went: a day not long ago, of sensitive groups any day.
    """
    start = period_start or twelve_months(as_of)
    told: dict[Figure, list[tuple[Earlier, Counts | None]]] = defaultdict(list)
    for release in earlier:
        for figure, counts in release.figures.items():
            told[figure].append((release, counts))
    found = {}
    places = {d.id: (0, 1, 2, 3) if strict(d) else (0, 1) for d in definitions.values()}
    for figure, counts in now.items():
        before = told.get(figure, [])
        telling = frozenset(
            p
            for p in (places[figure[0]] if before else ())
            if _tells(definitions[figure[0]], p, counts, (start, as_of), before, rule)
        )
        if telling or any(c is None and r.is_of(as_of, start) for r, c in before):
            found[figure] = telling
    return found


def _tells(
    definition: Definition, place: int, now: Counts, period: tuple[date, date],
    before: Sequence[tuple[Earlier, Counts | None]], rule: Rule,
) -> bool:  # fmt: skip
    above, below = _event_sides(definition)
    of_events = above if place == 0 else below
    count = _part(definition, now, place)
    for release, counts in before:
        if counts is None:
            continue
        then = _part(definition, counts, place)
        # of one day, another period changes only what is told of the period
        near = release.as_of == period[1] if not of_events else release.is_of(period[1], period[0])
        other_day = not of_events and release.as_of != period[1] and min(count, then) < rule.change_below
        near |= other_day and (strict(definition) or abs((period[1] - release.as_of).days) <= rule.change_days)
        if near and rule.small(count - then):
            return True
    shown = [(r.period_start, r.as_of, None if c is None else _part(definition, c, place)) for r, c in before]
    return of_events and _subtracts(shown, (*period, count), rule)


def _part(definition: Definition, counts: Counts, place: int) -> int:
    """Those who count, those who do not (or the denominator), the unknown, those who may not belong."""
    if place == 1 and definition.kind == "share":
        return counts[1] - counts[0]
    return counts[place]


def _event_sides(definition: Definition) -> tuple[bool, bool]:
    """Whether the numerator, and all the rest, count events."""
    if definition.kind == "ratio":
        return tuple(all(c.source in EVENTS for c in side) for side in (definition.numerator, definition.denominator))  # type: ignore[return-value]
    return definition.source in EVENTS, definition.source in EVENTS


def _subtracts(told: Iterable[tuple[date, date, int | None]], now: tuple[date, date, int], rule: Rule) -> bool:
    """Whether NOW (first day, last day, count) beside what was told would give a small or a hidden count of some days.

    Days are points, and a count that is shown is the way from one point to another: the count between any two points
    with a way between them can be computed.
    """
    ways: dict[date, list[tuple[date, int]]] = defaultdict(list)
    hidden = set()
    for first, last, count in told:
        after = last + timedelta(days=1)
        if count is None:
            hidden.add((first, after))
        else:
            ways[first].append((after, count))
            ways[after].append((first, -count))

    def reached(point: date) -> dict[date, int]:
        found, todo = {point: 0}, [point]
        while todo:
            here = todo.pop()
            for there, count in ways[here]:
                if there not in found:
                    found[there] = found[here] + count
                    todo.append(there)
        return found

    start, end, count = now[0], now[1] + timedelta(days=1), now[2]
    left, right = reached(start), reached(end)
    if end in left:  # it can be computed as it is
        return rule.small(count - left[end])
    return any(
        rule.small(count + there - here) or (p, q) in hidden or (q, p) in hidden
        for p, here in left.items() for q, there in right.items() if (p, q) != (start, end)
    )  # fmt: skip
