"""The indicator table as data values (DHIS2, ADX): one value for each measure of a figure, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from childdb.exchange.bundle import INDICATOR_COLUMNS, Bundle, LeftOut, PlainRow, figure_cell

MEASURES = ("numerator", "denominator", "unknown", "value", "low", "high")
CARRIED = frozenset({"indicator", "unit", "group_name", "group_value", "as_of", *MEASURES})


@dataclass(frozen=True)
class DataValue:
    """One number: ELEMENT is indicator.measure, DAY the as-of date, GROUP its name and value (empty: all)."""

    element: str
    unit: str
    day: str
    group: tuple[str, str]
    value: str


def values(rows: Iterable[PlainRow]) -> Iterator[DataValue]:
    for row in rows:
        for measure in MEASURES:
            if row.get(measure) is not None:
                yield DataValue(f"{row['indicator']}.{measure}", str(row["unit"]), str(row["as_of"]),
                                (str(row["group_name"]), str(row["group_value"])), str(row[measure]))  # fmt: skip


def figures(found: Iterable[DataValue]) -> tuple[dict[str, Any], ...]:
    """The figures that the data values make up, in the order of their first value."""
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for one in found:
        indicator, measure = one.element.rsplit(".", 1)
        row = rows.setdefault((indicator, one.unit, one.day, *one.group), dict.fromkeys(INDICATOR_COLUMNS))
        row |= {"indicator": indicator, "unit": one.unit, "as_of": one.day, "group_name": one.group[0],
                "group_value": one.group[1], measure: figure_cell(measure, one.value)}  # fmt: skip
    return tuple(rows.values())


def withheld(row: PlainRow) -> bool:
    """Whether disclosure control has taken a figure's numbers away."""
    return row.get("disclosure") == "suppressed"


def left_out(bundle: Bundle, name: str) -> list[LeftOut]:
    found = []
    if bundle.records:
        found.append(LeftOut(name, "records", len(bundle.records), "Chỉ gửi số tổng hợp, không gửi từng trẻ.",
                             "Aggregates only, no children's records."))  # fmt: skip
    for column in INDICATOR_COLUMNS:
        filled = sum(row.get(column) is not None for row in bundle.indicators)
        if column not in CARRIED and filled:
            found.append(LeftOut(name, column, filled, f"Giá trị số liệu không có chỗ cho cột {column}.",
                                 f"A data value has no place for the column {column}."))  # fmt: skip
    empty = sum(all(row.get(m) is None for m in MEASURES) and not withheld(row) for row in bundle.indicators)
    if hidden := sum(map(withheld, bundle.indicators)):
        found.append(LeftOut(name, "withheld figures", hidden, "Số liệu có nhưng không công bố, để không lộ thông tin của trẻ; không phải số không.",
                             "Figures that exist and are withheld, so that no child can be told; not zero."))  # fmt: skip
    if empty:
        found.append(LeftOut(name, "empty figures", empty, "Dòng không có số nào.", "A figure without any number."))
    return found
