"""The comparisons of comparisons.toml as ladders of levels, and as Splink's settings once a model gives the weights."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_OFTEN = 1000  # rows of a list that may bear one name before it is too common to bring communes together
_KEPT = 0.9  # Splink wants a share of matches and of others per level; only their ratio speaks


@dataclass(frozen=True)
class Level:
    id: str
    sql: str
    vi: str
    en: str


@dataclass(frozen=True)
class Comparison:
    """A ladder; Splink numbers its levels downward from the first, the last being 0 and `blank` -1.

    `absent` names the level of a pattern that is not there: it weighs nothing and is not worth a sentence. No level of a
    `silent` ladder weighs anything.
    """

    id: str
    blank: str
    levels: tuple[Level, ...]
    absent: str = ""
    silent: bool = False

    def level(self, gamma: int) -> Level | None:
        return None if gamma < 0 else self.levels[len(self.levels) - 1 - gamma]

    def gamma(self, level: str) -> int:
        return next(len(self.levels) - 1 - i for i, found in enumerate(self.levels) if found.id == level)


@cache
def _document() -> dict[str, Any]:
    text = resources.files("childdb.matching").joinpath("comparisons.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def blocking(rows: int = 0) -> tuple[str, ...]:
    """The rules for a list of so many ROWS; in a long one a grown-up's name that many bear brings together only those of
    one commune, since the pairs would grow with the square of the list and say next to nothing."""
    often = math.log2(max(1.0, rows / _OFTEN))
    said = _document()
    return tuple(rule.replace("{often}", f"{often:.3f}").replace("{born}", said["born"]) for rule in said["blocking"])


@cache
def comparisons() -> tuple[Comparison, ...]:
    found = []
    for name, entry in _document().items():
        if not isinstance(entry, dict):
            continue
        for x, who in entry.get("each", {name: ["", "", ""]}).items():
            levels = tuple(
                Level(
                    level["id"], level.get("sql", "ELSE").replace("{x}", x).replace("{other}", who[2]),
                    _upper(level["vi"].replace("{who}", who[0])), _upper(level["en"].replace("{who}", who[1])),
                )
                for level in entry["levels"]
            )  # fmt: skip
            found.append(Comparison(x, entry["blank"].replace("{x}", x), levels))
    return tuple(found)


@cache
def patterns() -> tuple[Comparison, ...]:
    """The ladders of patterns.toml: what several comparisons say at once."""
    text = resources.files("childdb.matching").joinpath("patterns.toml").read_text("utf-8")
    return tuple(
        Comparison(
            name,
            "",
            tuple(Level(v["id"], "", v["vi"], v["en"]) for v in entry["levels"]),
            entry.get("absent", ""),
            entry.get("silent", False),
        )
        for name, entry in tomllib.loads(text).items()
    )


def ladders() -> tuple[Comparison, ...]:
    """Every ladder that has weights: the comparisons, then the patterns."""
    return comparisons() + patterns()


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def settings(weights: Mapping[str, Mapping[str, float]], prior: float) -> dict[str, Any]:
    """Splink's settings: WEIGHTS in bits per comparison and level, PRIOR in bits for any pair that meets."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": 1 / (1 + 2**-prior),
        "comparisons": [_as_splink(entry, weights.get(entry.id, {})) for entry in comparisons()],
        "blocking_rules_to_generate_predictions": list(blocking()),
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": False,
    }


def _as_splink(entry: Comparison, weights: Mapping[str, float]) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": entry.blank, "label_for_charts": "blank", "is_null_level": True}
    ]  # fmt: skip
    for level in entry.levels:
        weight = weights.get(level.id, 0.0)
        levels.append(
            {
                "sql_condition": level.sql,
                "label_for_charts": level.id,
                "m_probability": _KEPT * min(1.0, 2**weight),
                "u_probability": _KEPT * min(1.0, 2**-weight),
            }
        )
    return {"output_column_name": entry.id, "comparison_description": entry.id, "comparison_levels": levels}
