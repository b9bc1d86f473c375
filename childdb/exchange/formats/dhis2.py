"""DHIS2 dataValueSets as JSON, by the CODE scheme for elements, units and option combinations (dhis2/dataValueSets.json).

docs.dhis2.org, Web API, data values: dataElement, period, orgUnit, categoryOptionCombo, value. The as-of date is a daily
period (yyyyMMdd); a group is a category option combination GROUP=VALUE, the total is `default`.
"""

from __future__ import annotations

import json
from pathlib import Path

from childdb.exchange import aggregates
from childdb.exchange.bundle import Bundle, LeftOut
from childdb.exchange.profile import profile

SUFFIX = ".json"
WHOLE = False
FILE = "dhis2/dataValueSets.json"
_TOTAL = "default"


def write(bundle: Bundle, folder: Path) -> list[Path]:
    path = folder / FILE
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('{"dataValues": [')
        for number, one in enumerate(aggregates.values(bundle.indicators)):
            entry = {
                "dataElement": one.element,
                "period": one.day.replace("-", ""),
                "orgUnit": one.unit,
                "categoryOptionCombo": "=".join(one.group) if one.group[0] else _TOTAL,
                "value": one.value,
            }
            out.write((",\n" if number else "\n") + json.dumps(entry, ensure_ascii=False))
        out.write("\n]}\n")
    return [path]


def read(folder: Path) -> Bundle:
    content = json.loads((folder / FILE).read_text("utf-8"))
    return Bundle(profile(), (), aggregates.figures(_value(**entry) for entry in content["dataValues"]))


def _value(
    dataElement: str, period: str, orgUnit: str, categoryOptionCombo: str, value: str
) -> aggregates.DataValue:  # fmt: skip
    day = f"{period[:4]}-{period[4:6]}-{period[6:]}"
    name, _, option = ("", "", "") if categoryOptionCombo == _TOTAL else categoryOptionCombo.partition("=")
    return aggregates.DataValue(dataElement, orgUnit, day, (name, option), value)


def left_out(bundle: Bundle) -> list[LeftOut]:
    return aggregates.left_out(bundle, "dhis2")
