"""The room's door: run the catalogue, explain a figure, judge figures by their targets.

from indicators import api
results = api.run(Path("snapshot"), as_of=date(2024, 11, 30))
verdicts = api.compare_targets(results)
api.explain(Path("snapshot"), "stunting_u5", unit="03292@1900-01-01", as_of=date(2024, 11, 30))
"""

from __future__ import annotations

from indicators.engine import run
from indicators.explain import Explanation, explain
from indicators.loader import catalogue, not_computed
from indicators.results import Results
from indicators.targets import compare_targets

__all__ = ["Explanation", "Results", "catalogue", "compare_targets", "explain", "not_computed", "run"]
