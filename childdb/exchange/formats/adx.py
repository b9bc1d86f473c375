"""ADX, aggregate data exchange (ISO 20290; IHE QRPH supplement, revision 2.1): adx/indicators.xml.

One group for each unit and day (a period of one day from the as-of date); groups of a figure are the dimensions
groupName and groupValue. `exported` is asked for by the standard and is the as-of date at midnight UTC: a clock's time
would give other bytes for the same content.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import quoteattr

from defusedxml import ElementTree

from childdb.exchange import aggregates
from childdb.exchange.bundle import Bundle, LeftOut
from childdb.exchange.profile import profile

SUFFIX = ".xml"
WHOLE = False
FILE = "adx/indicators.xml"
NAMESPACE = "urn:ihe:qrph:adx:2015"
DATA_SET = "childdb-indicators"


def write(bundle: Bundle, folder: Path) -> list[Path]:
    path = folder / FILE
    path.parent.mkdir(exist_ok=True)
    exported = max((str(row["as_of"]) for row in bundle.indicators), default="1970-01-01")
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        out.write(f"<adx xmlns={quoteattr(NAMESPACE)} exported={quoteattr(exported + 'T00:00:00Z')}>\n")
        for (unit, day), values in groupby(aggregates.values(bundle.indicators), key=lambda v: (v.unit, v.day)):
            out.write(f' <group orgUnit={quoteattr(unit)} period="{day}/P1D" dataSet="{DATA_SET}">\n')
            out.writelines(map(_data_value, values))
            out.write(" </group>\n")
        out.write("</adx>\n")
    return [path]


def _data_value(one: aggregates.DataValue) -> str:
    name, option = map(quoteattr, one.group)
    group = f" groupName={name} groupValue={option}" if one.group[0] else ""
    return f"  <dataValue dataElement={quoteattr(one.element)}{group} value={quoteattr(one.value)}/>\n"


def read(folder: Path) -> Bundle:
    root = ElementTree.parse(folder / FILE).getroot()
    return Bundle(profile(), (), aggregates.figures(_values(root)))


def _values(root: ElementTree.Element) -> Iterator[aggregates.DataValue]:  # type: ignore[name-defined]
    for group in root.iter(f"{{{NAMESPACE}}}group"):
        day = group.get("period").split("/")[0]
        for one in group.iter(f"{{{NAMESPACE}}}dataValue"):
            groups = (one.get("groupName", ""), one.get("groupValue", ""))
            yield aggregates.DataValue(one.get("dataElement"), group.get("orgUnit"), day, groups, one.get("value"))


def left_out(bundle: Bundle) -> list[LeftOut]:
    return aggregates.left_out(bundle, "adx")
