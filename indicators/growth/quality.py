"""Quality of measuring: whose scale or measurer needs a visit.

After WHO and UNICEF, Recommendations for data collection, analysis and reporting on anthropometric indicators in
children under 5 years old (Geneva: WHO, 2019), chapter 3: preference for end digits, heaping of ages, the standard
deviation of z, and the share of implausible z. A group shows `visit` = 1 where a figure passes its bound, given
enough children; the bounds are in `BOUNDS`, and say where to look, not what happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from indicators.growth.sql import register, zscore_query
from indicators.growth.survey_file import Survey, open_survey, source_error
from schemas.errors import UsageFault

Row = dict[str, str | float | None]


@dataclass(frozen=True)
class Bounds:
    """Beyond these a group is worth a visit."""

    dissimilarity: float = 20.0
    """Percent of end digits that would have to move for all ten to be alike; 90 where every figure ends alike."""
    heaping: float = 2.0
    """Children at whole half-years of age over those expected; 1 without heaping."""
    deviation: tuple[float, float] = (0.8, 1.3)
    """SD of z; WHO finds 0.8 to 1.2 and more in surveys of good quality."""
    implausible: float = 1.0
    """Percent of z that are flagged; WHO: above 1 percent points to poor quality."""
    children: int = 30
    """Fewer children than this are not judged."""


@dataclass(frozen=True)
class Judged:
    """A group's figures as `judged_measuring` gives them, and how often each end digit 0-9 was written."""

    row: Row
    weight_digits: Sequence[int]
    length_digits: Sequence[int]


BOUNDS = Bounds()
ALL = "All"
HEAP_WIDTH_MONTHS = 1
HEAP_EVERY_MONTHS = 6


def quality(
    source: Path, group: str | None = None, *, age_in_months: bool = False, bounds: Bounds = BOUNDS
) -> list[Row]:
    """Quality of the measurements of the file SOURCE, all together and by its column GROUP (a commune, a measurer)."""
    return [judged.row for judged in judged_file(source, group, age_in_months=age_in_months, bounds=bounds)]


def judged_file(
    source: Path, group: str | None = None, *, age_in_months: bool = False, bounds: Bounds = BOUNDS
) -> list[Judged]:
    """The same with the end digits."""
    with duckdb.connect() as connection:
        survey = open_survey(connection, source, age_in_months=age_in_months)
        column = _column(survey, group, source)
        register(connection)
        kept = ["age_months", "weight_kg", "lenhei_cm", *([column] if column else [])]
        scored = zscore_query(survey.relation, keep=kept, age_months="age_months")
        try:
            return judged_measuring(connection, f"({scored})", column, bounds)
        except duckdb.Error as fault:
            raise source_error(fault, source) from None


def judged_measuring(
    connection: duckdb.DuckDBPyConnection, relation: str, group: str | None = None, bounds: Bounds = BOUNDS
) -> list[Judged]:
    """The same on a relation with age_months, weight_kg, lenhei_cm and z and f of len, wei, wfl.

    One record for all children (group "All") and one for each value of the column GROUP: children;
    weight_digits and length_digits (dissimilarity, percent); age_heaping (ratio); per index sd_ and implausible_
    (percent); visit (1, 0, or None with too few children) and reasons (names of the figures beyond their bounds).
    """
    found = connection.execute(_query(relation, "'All'", 1))
    columns = [column[0] for column in found.description or []]
    records = found.fetchall()
    if group:
        records += connection.execute(_query(relation, f"cast({group} as varchar)", 2)).fetchall()
    named = (dict(zip(columns, record, strict=True)) for record in records)
    return [Judged(_judged(record, bounds), _digits(record, "weight"), _digits(record, "length")) for record in named]


def _query(relation: str, group: str, order: int) -> str:
    digits = ", ".join(
        f"count(*) filter (where {_end_digit(column)} = {digit}) as {name}_{digit}"
        for column, name in (("weight_kg", "weight"), ("lenhei_cm", "length"))
        for digit in range(10)
    )
    spread = ", ".join(
        f"stddev_samp(z{index}) filter (where f{index} = 0) as sd_{index},"
        f" 100.0 * sum(f{index}) / nullif(count(f{index}), 0) as implausible_{index}"
        for index in ("len", "wei", "wfl")
    )
    near = f"(age_months + 0.5) % {HEAP_EVERY_MONTHS} < {HEAP_WIDTH_MONTHS} and age_months >= {HEAP_EVERY_MONTHS - 1}"
    return f"""
        select
            {group} as name,
            {order} as place,
            count(*) as children,
            count(*) filter (where {near}) as heaped,
            count(*) filter (where age_months >= {HEAP_EVERY_MONTHS - 1} and age_months < 60) as aged,
            {digits},
            {spread}
        from {relation}
        group by name
        order by name nulls last
    """


def _end_digit(column: str) -> str:
    """The digit of the first decimal, which the scale and the board show; 7.25 kg was read finer, and ends in 2."""
    return f"cast(floor(round({column} * 100) / 10) as bigint) % 10"


def _judged(record: dict[str, Any], bounds: Bounds) -> Row:
    children = int(record["children"])
    row: Row = {"group": record["name"] if record["name"] is not None else "?", "children": children}
    for name in ("weight", "length"):
        row[f"{name}_digits"] = dissimilarity(_digits(record, name))
    expected = int(record["aged"]) * HEAP_WIDTH_MONTHS / HEAP_EVERY_MONTHS
    row["age_heaping"] = int(record["heaped"]) / expected if expected else None
    for index in ("len", "wei", "wfl"):
        row[f"sd_{index}"] = record[f"sd_{index}"]
        row[f"implausible_{index}"] = record[f"implausible_{index}"]
    reasons = [name for name, value in row.items() if _beyond(name, value, bounds)]
    enough = children >= bounds.children
    row["visit"] = int(bool(reasons)) if enough else None
    row["reasons"] = " ".join(reasons) if enough else ""
    return row


def _digits(record: dict[str, Any], name: str) -> list[int]:
    return [int(record[f"{name}_{digit}"]) for digit in range(10)]


def _beyond(name: str, value: str | float | None, bounds: Bounds) -> bool:
    if value is None or isinstance(value, str):
        return False
    if name.endswith("_digits"):
        return value > bounds.dissimilarity
    if name == "age_heaping":
        return value > bounds.heaping
    if name.startswith("sd_"):
        return not bounds.deviation[0] <= value <= bounds.deviation[1]
    return name.startswith("implausible_") and value > bounds.implausible


def dissimilarity(counts: Sequence[int]) -> float | None:
    """Half the sum of |share of a digit - 10|, in percent: 0 where all ten end digits are alike, 90 for one alone."""
    total = sum(counts)
    return sum(abs(100 * count / total - 10) for count in counts) / 2 if total else None


def _column(survey: Survey, group: str | None, source: Path) -> str | None:
    if group is None:
        return None
    column = survey.source(group.strip().casefold())
    if column is None:
        raise UsageFault(f"Tệp {source} không có cột {group}.", f"{source} has no column {group}.")
    return column
