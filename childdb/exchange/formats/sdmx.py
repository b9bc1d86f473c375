"""SDMX-CSV 2.0 (SDMX 3.0): sdmx/indicators.csv, one observation a figure, with several measures and attributes.

The dataflow is our own, CHILDDB:INDICATORS(1.0): dimensions INDICATOR, REF_AREA, GROUP_NAME, GROUP_VALUE, TIME_PERIOD; the
measures OBS_VALUE, NUMERATOR, DENOMINATOR, UNKNOWN, LOW, HIGH; the rest are attributes. CONF_STATUS is SDMX's own code list
(F free, C confidential: the figure exists and is withheld). It carries the whole indicator table and no record of a child.
"""

from __future__ import annotations

import csv
from pathlib import Path

from childdb.exchange.aggregates import withheld
from childdb.exchange.bundle import INDICATOR_COLUMNS, Bundle, LeftOut, figure_cell
from childdb.exchange.profile import profile

SUFFIX = ".csv"
WHOLE = False
FILE = "sdmx/indicators.csv"
_HEAD = {"STRUCTURE": "dataflow", "STRUCTURE_ID": "CHILDDB:INDICATORS(1.0)", "ACTION": "I"}
_NAMES = {"unit": "REF_AREA", "unit_name": "REF_AREA_NAME", "as_of": "TIME_PERIOD", "value": "OBS_VALUE"}
_STATUS = "CONF_STATUS"
_TOTAL = "_T"  # SDMX's code for the total of a dimension, which may not be empty


def _column(key: str) -> str:
    return _NAMES.get(key, key.upper())


def write(bundle: Bundle, folder: Path) -> list[Path]:
    path = folder / FILE
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*_HEAD, *map(_column, INDICATOR_COLUMNS), _STATUS])
        for row in bundle.indicators:
            writer.writerow([*_HEAD.values(), *(_written(k, row.get(k)) for k in INDICATOR_COLUMNS),
                             "C" if withheld(row) else "F"])  # fmt: skip
    return [path]


def _written(key: str, value: object) -> str:
    if key in ("group_name", "group_value") and value == "":
        return _TOTAL
    return "" if value is None else str(value)


def read(folder: Path) -> Bundle:
    with (folder / FILE).open(encoding="utf-8", newline="") as lines:
        rows = tuple(
            {k: figure_cell(k, "" if row[_column(k)] == _TOTAL else row[_column(k)]) for k in INDICATOR_COLUMNS}
            | ({"disclosure": "suppressed"} if row[_STATUS] == "C" else {})
            for row in csv.DictReader(lines)
        )
    return Bundle(profile(), (), rows)


def left_out(bundle: Bundle) -> list[LeftOut]:
    if not bundle.records:
        return []
    return [LeftOut("sdmx", "records", len(bundle.records), "Chỉ gửi số tổng hợp, không gửi từng trẻ.",
                    "Aggregates only, no children's records.")]  # fmt: skip
