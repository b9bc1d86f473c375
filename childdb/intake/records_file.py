"""The --records file: one line per source row, held ones too, with what was understood of it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from childdb.intake.outcomes import Outcomes, outcome_of
from schemas.codes import REFORM
from schemas.dates import OpenDate
from schemas.issues import Issue
from schemas.records import FileReading, SheetReading, SourceRow
from schemas.text import neutral

COLUMNS = (
    "file", "sheet", "row", "full_name", "birth_date", "birth_precision", "sex", "ethnicity_code", "personal_id", "village",
    "commune_code", "circumstance_codes", "weight_kg", "height_cm", "muac_mm", "doses", "status", "issues",
)  # fmt: skip
_POVERTY = {"poor": "2.01", "near_poor": "2.02"}


def records_csv(readings: Iterable[FileReading], outcomes: Sequence[Outcomes], out: Path) -> None:
    """Write OUT (UTF-8): for each file of READINGS its rows, with the OUTCOMES of the same place in the sequence."""
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for number, reading in enumerate(readings):
            for line in lines(reading, outcomes[number] if number < len(outcomes) else {}):
                writer.writerow({column: neutral(text) for column, text in line.items()})


def lines(reading: FileReading, outcomes: Outcomes) -> list[dict[str, str]]:
    """The lines of one file; a file or a sheet that was not read has one line with `row` empty."""
    if not reading.sheets or any(issue.consequence == "refuse_file" for issue in reading.issues):
        status = "unchanged" if reading.status == "unchanged" else "refused"
        return [{"file": reading.name, "status": status, "issues": _words(reading.issues)}]
    found = []
    for sheet in reading.sheets:
        if sheet.status != "read":
            found.append(
                {
                    "file": reading.name,
                    "sheet": sheet_name(sheet),
                    "status": sheet.status,
                    "issues": _words(sheet.issues),
                }
            )
            continue
        for row in sheet.rows:
            if row.skipped is None:
                outcome = outcome_of(outcomes, sheet, row)
                issues = (*row.issues, *outcome.issues)
                found.append(
                    {"file": reading.name, **_line(sheet, row), "status": outcome.status, "issues": _words(issues)}
                )
    return found


def sheet_name(sheet: SheetReading) -> str:
    """The sheet's own name: a further table of one sheet is a reading of its own, "NAME (bảng 2)"."""
    return sheet.rows[0].sheet if sheet.rows else re.sub(r" \(bảng [0-9]+\)$", "", sheet.name)


def _words(issues: Sequence[Issue]) -> str:
    """field:words;field:words (semicolons and colons inside the words give way)."""
    said = []
    for issue in issues:
        words = issue.sentence("vi").replace(";", ",").replace("\n", " ").rstrip(".")
        said.append(f"{issue.field or 'row'}:{words}")
    return ";".join(dict.fromkeys(said))


def _line(sheet: SheetReading, row: SourceRow) -> dict[str, str]:
    head = {"sheet": row.sheet, "row": str(row.number)}
    if row.record is None:
        return head
    facts = row.record.facts
    profile, home = _first(facts, "child_profile"), _first(facts, "residence")
    measured = max(facts.get("measurement") or ({},), key=lambda m: m.get("measured_on") or date.min)
    return head | {
        "full_name": _text(profile.get("full_name")),
        "birth_date": _birth(profile),
        "birth_precision": str(profile.get("birth_precision") or "none"),
        "sex": _text(profile.get("sex")),
        "ethnicity_code": _text(profile.get("ethnicity")),
        "personal_id": _text(profile.get("personal_id")),
        "village": _text(home.get("village")),
        "commune_code": commune(home.get("commune_code"), home.get("commune_from")),
        "circumstance_codes": ";".join(_circumstances(facts)),
        "weight_kg": _text(measured.get("weight_kg")),
        "height_cm": _text(measured.get("length_cm")),
        "muac_mm": _text(measured.get("muac_mm")),
        "doses": ";".join(_doses(facts)),
    }


def _first(facts: Mapping[str, Any], table: str) -> Mapping[str, Any]:
    rows: Sequence[Mapping[str, Any]] = facts.get(table) or ({},)
    return rows[0]


def _text(value: object) -> str:
    if value is None:
        return ""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def _birth(profile: Mapping[str, Any]) -> str:
    day = profile.get("birth_date")
    return OpenDate.from_first(day, profile["birth_precision"]).text() if isinstance(day, date) else ""


def commune(code: object, since: object) -> str:
    """The code; since the reform of 2025 with its first day, for four codes were reused."""
    if not code:
        return ""
    return f"{code}@{since}" if isinstance(since, date) and since >= REFORM else str(code)


def _circumstances(facts: Mapping[str, Any]) -> list[str]:
    codes = {row["code"] for row in facts.get("circumstance", ())}
    codes |= {_POVERTY[row["status"]] for row in facts.get("household_status", ()) if row["status"] in _POVERTY}
    return sorted(codes)


def _doses(facts: Mapping[str, Any]) -> list[str]:
    rows = sorted(facts.get("vaccination", ()), key=lambda d: (d["vaccine"], d["dose"]))
    return [f"{d['vaccine']}:{d['dose']}:{d['given_on'].isoformat()}" for d in rows]
