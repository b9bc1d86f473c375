"""Which figures of a report may not leave the office: one place, asked for every number that is written.

A share whose number of cases, or of the others below the line, is under the threshold but not nothing tells of few children;
so does a count. Figures of communes' own returns (schools, play areas) are no counts of children. Where exactly one
commune would be hidden, it could be found by subtraction: then the next smallest goes with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from indicators.counting import TOTAL
from indicators.loader import catalogue
from indicators.results import Results

THRESHOLD = 5


@dataclass
class Protection:
    """Nothing is hidden where INSIDE: the paper stays in the office."""

    inside: bool = False
    _hidden: dict[int, set[tuple[str, str]]] = field(default_factory=dict)

    def hides(self, run: int, indicator: str, unit: str) -> bool:
        return not self.inside and (indicator, unit) in self._hidden.get(run, set())

    def see(self, run: int, results: Results) -> None:
        """Judge the figures of a run, before any is written."""
        if self.inside:
            return
        frame = results.frame[results.frame["group_name"] == TOTAL]
        columns = ["indicator", "unit", "level", "numerator", "denominator"]
        rows: dict[tuple[str, str], list[tuple[float, str, bool]]] = {}
        for indicator, unit, level, numerator, denominator in frame[columns].to_numpy().tolist():
            if _of_children(str(indicator)):
                counts = (float(numerator or 0), float(denominator or 0))
                rows.setdefault((str(indicator), str(level)), []).append((counts[0], str(unit), _few(*counts)))
        hidden = self._hidden.setdefault(run, set())
        for (indicator, _), found in rows.items():
            small = [(n, unit) for n, unit, few in found if few]
            if len(small) == 1 and len(found) > 1:
                others = sorted((n, unit) for n, unit, few in found if not few)
                small += others[:1]
            hidden |= {(indicator, unit) for _, unit in small}


def _of_children(indicator: str) -> bool:
    definition = catalogue()[indicator]
    return definition.source != "commune" and definition.unit != "dong" and "commune" not in definition.sources()


def _few(numerator: float, denominator: float) -> bool:
    others = denominator - numerator
    return 0 < numerator < THRESHOLD or 0 < others < THRESHOLD
