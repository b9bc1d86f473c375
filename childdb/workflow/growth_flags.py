"""Measurements that WHO's plausibility flags exclude from every prevalence, told to whoever sent them.

The row stands (a flag is a doubt, not a proof); the score it gives is in no figure until it is corrected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from childdb.store.imports import Placement
from childdb.workflow.placing import RowKey
from indicators.growth.curve import LAST_DAY
from indicators.growth.lms import DAYS_PER_MONTH
from indicators.growth.zscore import Scores, rounded, zscores, zscores_2007
from schemas.issues import Issue
from schemas.records import READY, FileReading, SheetReading, SourceRow

SEX_CODE = {"M": 1, "F": 2}
FLAGS = {
    "len": ("growth_flag_height", "height_cm", "length_cm"),
    "hfa": ("growth_flag_height", "height_cm", "length_cm"),
    "wei": ("growth_flag_weight", "weight_kg", "weight_kg"),
    "wfa": ("growth_flag_weight", "weight_kg", "weight_kg"),
    "wfl": ("growth_flag_weight_for_height", "weight_kg", "weight_kg"),
    "bfa": ("growth_flag_weight_for_height", "weight_kg", "weight_kg"),
}
"""Index -> the kind of issue, its field as the sender knows it, and the column of the measurement."""


def with_growth_flags(reading: FileReading, placements: Mapping[RowKey, Placement]) -> dict[RowKey, Placement]:
    """PLACEMENTS, with an issue for each measurement of an accepted row that WHO flags as implausible."""
    flagged = dict(placements)
    for sheet in reading.sheets:
        for row in sheet.rows:
            key = (sheet.name, row.number)
            if row.status == READY and key in placements and (issues := tuple(flag_issues(sheet, row))):
                flagged[key] = replace(placements[key], issues=(*placements[key].issues, *issues))
    return flagged


def flag_issues(sheet: SheetReading, row: SourceRow) -> Iterator[Issue]:
    """The flags of ROW's measurements; none where sex or day of birth is not in the row."""
    record = row.record
    measured = record.facts.get("measurement", ()) if record else ()
    if record is None or not measured:
        return
    profile = (record.facts.get("child_profile") or ({},))[0]
    born, sex = profile.get("birth_date"), SEX_CODE.get(str(profile.get("sex")))
    if not isinstance(born, date) or profile.get("birth_precision") != "day" or sex is None:
        return
    for measurement in measured:
        on = measurement.get("measured_on")
        if isinstance(on, date) and on >= born:
            yield from _issues(sheet, row, measurement, _scores(sex, (on - born).days, measurement))


def _scores(sex: int, days: int, measurement: Mapping[str, Any]) -> Scores:
    weight, length = (None if (v := measurement.get(n)) is None else float(v) for n in ("weight_kg", "length_cm"))
    oedema = measurement.get("oedema")
    if days <= LAST_DAY:
        return zscores(sex, days, weight, length, measurement.get("measure"), oedema=oedema)
    return zscores_2007(sex, days / DAYS_PER_MONTH, weight, length, oedema)


def _issues(sheet: SheetReading, row: SourceRow, measurement: Mapping[str, Any], scores: Scores) -> Iterator[Issue]:
    for index, (code, field, column) in FLAGS.items():
        if scores.get(f"f{index}") == 1:
            letter = next((c.letter for c in sheet.columns if c.field == f"measurement.{column}"), None)
            value = row.cells.get(letter or "", str(measurement[column]))
            yield Issue(code, field, letter, value, {"z": f"{rounded(scores[f'z{index}']):+.2f}".replace(".", ",")})
