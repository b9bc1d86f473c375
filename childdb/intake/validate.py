"""The last gate: what the readers made is checked again as a frame, all faults at once (pandera, lazily).

Single columns have their rules here; rules across columns and tables come from schemas/checks. pandera finds; what is
found is put into the words of the issue catalogue here, once.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from schemas.checks import checks
from schemas.codes import VACCINES, ethnic_groups
from schemas.dates import OpenDate, epoch_day
from schemas.facts import FACTS
from schemas.issues import Issue
from schemas.records import HELD, READY, Record, SourceRow, identity_key

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = (
    "birth_first", "birth_last", "birth_precision", "sex", "ethnicity", "personal_id", "weight_kg", "length_cm", "muac_mm",
    "measured_on", "died_on", "registered_on", "identity",
)  # fmt: skip
_NUMBERS = ("birth_first", "birth_last", "weight_kg", "length_cm", "muac_mm", "measured_on", "died_on", "registered_on")


def check_rows(rows: Sequence[SourceRow], letters: Mapping[str, str]) -> list[SourceRow]:
    """ROWS with the issues that only several columns, rows or tables together show; `letters` by field."""
    places = [i for i, row in enumerate(rows) if row.record is not None]
    if not places:
        return list(rows)
    found = _findings([(i, rows[i].record) for i in places])  # type: ignore[misc]
    result = list(rows)
    for place, issues in found.items():
        row = result[place]
        new = tuple(
            replace(issue, column=letters.get(issue.field or ""), value=issue.value or _said(row, letters, issue))
            for issue in issues
        )
        status = HELD if row.status == HELD or any(i.holds for i in new) else READY
        result[place] = replace(row, issues=(*row.issues, *new), status=status)
    return result


def _said(row: SourceRow, letters: Mapping[str, str], issue: Issue) -> str | None:
    return row.cells.get(letters.get(issue.field or "", ""))


def _findings(records: list[tuple[int, Record]]) -> dict[int, list[Issue]]:
    import pandas as pd

    rows = _frame_of_rows(records)
    numbers = rows["personal_id"].dropna()
    alike = set(numbers[numbers.duplicated(keep=False)].index)
    doubtful = set(rows.loc[list(alike), "place"])
    people = {i: identity_key(r.identity) for i, r in records if i in doubtful}
    rows["identity"] = (
        [people.get(place, str(place)) for place in rows["place"]] if people else rows["place"].astype(str)
    )
    doses = pd.DataFrame(
        [
            {
                "row": i,
                "vaccine": d["vaccine"],
                "dose": d["dose"],
                "given_on": _days(d["given_on"]),
                "birth_first": _first(r),
            }
            for i, r in records
            for d in r.facts.get("vaccination", ())
            if isinstance(d.get("given_on"), date)
        ],
        columns=["row", "vaccine", "dose", "given_on", "birth_first"],
    )
    found: dict[int, list[Issue]] = {}
    for name, place in [*_failures("rows", rows), *_failures("doses", doses)]:
        line = doses.loc[place, "row"] if name in _of_frame("doses") else rows.loc[place, "place"]
        row = int(line)  # type: ignore[arg-type]
        issue = _issue(name, place, rows, doses)
        if issue not in found.setdefault(row, []):
            found[row].append(issue)
    return found


def _frame_of_rows(records: list[tuple[int, Record]]) -> pd.DataFrame:
    """The frame `rows`: a line per record, and one more for each further measurement."""
    import numpy as np
    import pandas as pd

    found: dict[str, list[Any]] = {name: [] for name in ("place", *_COLUMNS) if name != "identity"}
    for place, record in records:
        line = _line(record)
        for measured in record.facts.get("measurement") or ({},):
            found["place"].append(place)
            for name, value in line.items():
                found[name].append(value)
            for name in ("weight_kg", "length_cm", "muac_mm"):
                found[name].append(measured.get(name))
            found["measured_on"].append(_days(measured.get("measured_on")))
    columns: dict[str, Any] = {name: np.array(found[name], dtype=float) for name in _NUMBERS}
    for name in ("sex", "ethnicity", "personal_id", "birth_precision"):
        columns[name] = pd.Series(found[name], dtype=object)
    return pd.DataFrame({"place": found["place"], **columns})


def _line(record: Record) -> dict[str, Any]:
    """What the record's lines in the frame have in common."""
    profile = (record.facts.get("child_profile") or ({},))[0]
    line: dict[str, Any] = {c: profile.get(c) for c in ("sex", "ethnicity", "personal_id", "birth_precision")}
    born = profile.get("birth_date")
    line["birth_first"] = line["birth_last"] = None
    if isinstance(born, date):
        line["birth_first"] = line["birth_last"] = epoch_day(born)
        if line["birth_precision"] != "day":
            whole = OpenDate.from_first(born, line["birth_precision"])
            line["birth_first"], line["birth_last"] = epoch_day(whole.first), epoch_day(whole.last)
    line["died_on"] = _days((record.facts.get("death") or ({},))[0].get("died_on"))
    line["registered_on"] = _days((record.facts.get("birth") or ({},))[0].get("registered_on"))
    return line


def _days(value: object) -> int | None:
    return epoch_day(value) if isinstance(value, date) else None


def _first(record: Record) -> int | None:
    return _days(record.identity.get("birth_date"))


def _of_frame(frame: str) -> set[str]:
    return {name for name, check in checks().items() if frame == check.FRAME}


@cache
def _schema(frame: str) -> Any:
    """The pandera schema of a frame: its columns' rules and the checks of schemas/checks."""
    with warnings.catch_warnings():  # where pyspark is installed, pandera imports it and it warns of pandas 3
        warnings.simplefilter("ignore")
        import pandera.pandas as pa

    across = [pa.Check(_negated(c.find), name=name) for name, c in checks().items() if frame == c.FRAME]
    if frame == "doses":
        columns = {
            "vaccine": pa.Column(checks=pa.Check.isin(VACCINES)),
            "dose": pa.Column(checks=pa.Check.in_range(1, 9)),
        }
        return pa.DataFrameSchema(columns, checks=across)
    profile = {c.name: c for c in FACTS["child_profile"].columns}
    columns = {
        "sex": pa.Column(checks=pa.Check.isin(profile["sex"].codes), nullable=True),
        "birth_precision": pa.Column(checks=pa.Check.isin(profile["birth_precision"].codes), nullable=True),
        "ethnicity": pa.Column(checks=pa.Check.isin(list(ethnic_groups())), nullable=True),
        "personal_id": pa.Column(checks=pa.Check.str_matches(r"^[0-9]{12}\Z"), nullable=True),
        "weight_kg": pa.Column(checks=pa.Check.in_range(0, 200), nullable=True),
        "length_cm": pa.Column(checks=pa.Check.in_range(20, 220), nullable=True),
        "muac_mm": pa.Column(checks=pa.Check.in_range(50, 400), nullable=True),
    }
    return pa.DataFrameSchema(columns, checks=across)


def warm() -> None:
    """Load pandas and pandera and build the schemas, for a process that will read many files."""
    _schema("rows")
    _schema("doses")


def _negated(find: Any) -> Any:
    return lambda frame: ~find(frame)


def _failures(frame_name: str, frame: pd.DataFrame) -> list[tuple[str, int]]:
    """(check or column, index) of each failure, each once: a rule across columns reports one failure per column."""
    import pandera.errors

    if frame.empty:
        return []
    try:
        _schema(frame_name).validate(frame, lazy=True)
        return []
    except pandera.errors.SchemaErrors as fault:
        cases = fault.failure_cases
        named = cases["check"].where(cases["check"].isin(list(checks())), cases["column"])
        pairs = zip(named, cases["index"], strict=True)
        return sorted({(str(name), int(index)) for name, index in pairs if index is not None})


_OF_COLUMN = {
    "weight_kg": ("weight_implausible", "weight_kg"), "length_cm": ("height_implausible", "height_cm"),
    "muac_mm": ("muac_implausible", "muac_mm"), "sex": ("sex_unknown", "sex"), "ethnicity": ("ethnicity_unknown", "ethnicity_code"),
    "personal_id": ("personal_id_rounded", "personal_id"), "birth_precision": ("birth_date_unreadable", "birth_date"),
    "vaccine": ("vaccine_unknown", "doses"), "dose": ("vaccine_unknown", "doses"),
}  # fmt: skip


def _issue(name: str, place: int, rows: pd.DataFrame, doses: pd.DataFrame) -> Issue:
    if name not in checks():
        code, field = _OF_COLUMN[name]
        return Issue(code, field)
    check = checks()[name]
    if name == "dose_order":
        dose = doses.loc[place]
        return Issue(check.CODE, check.FIELD, slots={"dose": f"{dose['vaccine']} {dose['dose']}"})
    if name == "dose_before_birth":
        from schemas.dates import from_epoch_day

        return Issue(check.CODE, check.FIELD, value=f"{from_epoch_day(int(doses.loc[place, 'given_on'])):%d/%m/%Y}")  # type: ignore[arg-type]
    if name == "personal_id_twice":
        number = rows.loc[place, "personal_id"]
        others = [p for p in rows.loc[rows["personal_id"] == number, "place"] if p != rows.loc[place, "place"]]
        return Issue(check.CODE, check.FIELD, slots={"_other_place": str(others[0])})
    return Issue(check.CODE, check.FIELD)
