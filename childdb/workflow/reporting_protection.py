"""Which figures of a report may not leave the office: the project's disclosure control, asked for every number written.

The whole unit's figures come first, then those of its communes beside them, then those of the date before beside both; all
beside what has been released before. What has to be held back so that no hidden figure can be worked out is hidden with it.
A paper for outside is noted as a release before it stands, drafts too: who holds one has seen its figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from childdb.store import Store
from childdb.store.runs import RunRow
from indicators.counting import TOTAL
from indicators.disclosure import Earlier, protect
from indicators.results import Results
from schemas.files import whole_file


@dataclass(frozen=True)
class Maker:
    """Who makes the papers, from which store, when, and for whom (empty: a draft)."""

    store: Store
    actor: str
    now: datetime
    audience: str = ""


@dataclass
class Protection:
    """Nothing is hidden where INSIDE: the paper stays in the office."""

    inside: bool = False
    earlier: list[Earlier] = field(default_factory=list)
    maker: Maker | None = None
    noted: list[int] = field(default_factory=list)
    """The releases under which the papers of these figures are noted."""
    _hidden: dict[int, set[tuple[str, str]]] = field(default_factory=dict)
    _told: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def hides(self, run: int, indicator: str, unit: str) -> bool:
        return not self.inside and (indicator, unit) in self._hidden.get(run, set())

    def see(self, run: int, results: Results, unit: str, communes: Sequence[str]) -> None:
        """Judge the figures of a run (computed by filed unit), before any of them is written."""
        if self.inside:
            return
        hidden = self._hidden.setdefault(run, set())
        for units in ([unit], list(communes)):
            if units:
                told = protect(results, self.earlier, units=units, groups=False)
                frame = told.frame[told.frame["disclosure"] != "shown"]
                hidden |= {(str(i), str(u)) for i, u in zip(frame["indicator"], frame["unit"], strict=True)}
                self.earlier.append(Earlier.read(told.content))
                self._told[run].append(told.content)

    def write(self, path: Path, data: bytes, only: Collection[str] | None = None, *, private: bool = False) -> None:
        """Note what a paper shows, then write it whole; with names (PRIVATE) or exact numbers for its owner alone."""
        self.note(path.name, only)
        with whole_file(path, mode=0o600 if private or self.inside else 0o644) as out:
            out.write(data)

    def was_shown(self, run: RunRow, value: Mapping[str, Any]) -> bool:
        """Whether a total of an earlier run may stand in the paper: inside, or where a release has shown its counts."""
        if self.inside:
            return True
        key, counts = (value["indicator"], value["unit"], TOTAL, ""), (value["numerator"], value["denominator"])
        told = (e.figures.get(key) for e in self.earlier if e.is_of(run.as_of, run.period_start))
        return any(c is not None and c[:2] == counts for c in told)

    def note(self, paper: str, only: Collection[str] | None = None) -> None:
        """Note what PAPER shows (of the indicators ONLY, else of all), unless all of it was shown already."""
        if self.inside or self.maker is None:
            return
        known = _released(self.maker.store)
        for run, parts in self._told.items():
            content = _together(parts, only)
            if not _was_shown(Earlier.read(content), known):
                words = f"{self.maker.audience or 'dự thảo báo cáo'}: {paper}"
                number = self.maker.store.save_release(run, words, content, actor=self.maker.actor, now=self.maker.now)
                self.noted.append(number)


def _together(parts: Sequence[Mapping[str, Any]], only: Collection[str] | None) -> dict[str, Any]:
    """The contents of one run as one."""
    return {
        **parts[0],
        "units": {unit: atoms for part in parts for unit, atoms in part["units"].items()},
        "figures": [f for part in parts for f in part["figures"] if only is None or f[0] in only],
    }


def _was_shown(told: Earlier, known: Sequence[Earlier]) -> bool:
    before = [e for e in known if e.is_of(told.as_of, told.period_start)]
    return all(any(f in e.figures and e.figures[f] == counts for e in before) for f, counts in told.figures.items())


def protection_of(store: Store, *, inside: bool, maker: Maker | None = None) -> Protection:
    """The protection of a report, beside what the store has noted as released; noted itself where it has a MAKER."""
    return Protection(inside, _released(store), maker)


def _released(store: Store) -> list[Earlier]:
    return [Earlier.read(r.content) for r in store.releases() if "figures" in r.content]
