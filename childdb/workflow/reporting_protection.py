"""Which figures of a report may not leave the office: the project's disclosure control, asked for every number written.

The whole unit's figures come first, then those of its communes beside them, then those of the date before beside both; all
beside what has been released before. What has to be held back so that no hidden figure can be worked out is hidden with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from childdb.store import Store
from indicators.disclosure import Earlier, protect
from indicators.results import Results


@dataclass
class Protection:
    """Nothing is hidden where INSIDE: the paper stays in the office."""

    inside: bool = False
    earlier: list[Earlier] = field(default_factory=list)
    _hidden: dict[int, set[tuple[str, str]]] = field(default_factory=dict)

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


def protection_of(store: Store, *, inside: bool) -> Protection:
    """The protection of a report, beside what the store has noted as released."""
    return Protection(inside, [Earlier.read(r.content) for r in store.releases() if "figures" in r.content])
