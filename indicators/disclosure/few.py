"""Small counts of the unknown leave as a class (1 to threshold - 1), and the bounds with the most that the class can hold.

So a figure stands although a few records lack a fact. Definitions that are `strict` have no class: they are hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from indicators.definition import Definition
from indicators.disclosure.rule import Rule
from indicators.disclosure.tables import of_persons, strict

UNKNOWNS = ("unknown", "population_unknown")


def as_class(definition: Definition, row: Mapping[str, Any], rule: Rule) -> dict[str, Decimal | None]:
    """What takes the place of ROW's numbers: None for each small count of the unknown, and the wider low and high.

    Nothing where no count of the unknown is small, or where it counts communes that have not reported.
    """
    if not of_persons(definition) or strict(definition) or definition.kind == "estimator":
        return {}
    if "commune" in definition.sources():
        return {}
    small = [name for name in UNKNOWNS if rule.small(int(row[name] or 0))]
    if not small:
        return {}
    told: dict[str, Decimal | None] = dict.fromkeys(small)
    unknown, doubtful = (rule.threshold - 1 if name in small else int(row[name] or 0) for name in UNKNOWNS)
    if not _empty(row["low"]):
        told["low"] = _least(definition, row, unknown, doubtful)
    if not _empty(row["high"]):
        told["high"] = _most(definition, row, unknown, doubtful)
    return told


def _least(definition: Definition, row: Mapping[str, Any], unknown: int, doubtful: int) -> Decimal:
    below = int(row["denominator"]) + doubtful + (unknown if definition.kind == "share" else 0)
    return _divided(definition.per * int(row["numerator"]), below, ROUND_FLOOR)


def _most(definition: Definition, row: Mapping[str, Any], unknown: int, doubtful: int) -> Decimal:
    above, below = int(row["numerator"]) + unknown, int(row["denominator"])
    if definition.kind == "share":
        return _divided(definition.per * (above + doubtful), below + unknown + doubtful, ROUND_CEILING)
    most = _divided(definition.per * above, below, ROUND_CEILING)
    # a part is never more than the whole, unless it is so already
    whole = max(Decimal(definition.per), _divided(definition.per * int(row["numerator"]), below, ROUND_CEILING))
    return min(most, whole) if definition.unit == "percent" else most


def _divided(above: int, below: int, rounding: str) -> Decimal:
    return (Decimal(above) / below).quantize(Decimal("0.01"), rounding=rounding)


def _empty(number: Any) -> bool:
    return number is None or number != number
