"""What goes back to the communes after an import: the records file, and a return workbook for every file with faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from childdb.intake import records_csv
from childdb.intake.guarded import write_returns as write_returns_guarded
from childdb.intake.outcomes import Outcomes, RowOutcome, has_faults
from childdb.workflow.importing import FileOutcome
from schemas.records import FileReading

RETURNS = "tra-lai"


def write_records(outcomes: Sequence[FileOutcome], out: Path) -> None:
    """One line per source row of data, held ones too (the columns of `--records`)."""
    records_csv([o.reading for o in outcomes], [_outcomes(o) for o in outcomes], out)


def write_returns(outcomes: Sequence[FileOutcome], folder: Path) -> list[Path]:
    """The return workbooks written into FOLDER, one for each file in which something is to be corrected.

    Never beside a source: where FOLDER is a source's own, its return workbook goes into a folder below.
    """
    jobs: list[tuple[Path, FileReading, Outcomes, Path]] = []
    for outcome in outcomes:
        rows = _outcomes(outcome)
        if outcome.same_as is not None or not outcome.path.exists() or not has_faults(outcome.reading, rows):
            continue
        beside = folder.resolve() == outcome.path.resolve().parent
        place = folder / RETURNS if beside else folder
        place.mkdir(parents=True, exist_ok=True)
        # a file of which no sheet was read goes back too, with what is wrong on its first sheet
        reading = replace(outcome.reading, status="read") if outcome.reading.sheets else outcome.reading
        jobs.append((outcome.path, reading, rows, _free(place / outcome.path.name, [out for *_, out in jobs])))
    return [path for path in write_returns_guarded(jobs) if path is not None]


def _free(path: Path, taken: Sequence[Path]) -> Path:
    """PATH, or with a number where two files of one import bear one name (a.xls and a.xlsx go back as a.xlsx both)."""
    number, wanted = 2, path
    while any(wanted.parent == other.parent and wanted.stem == other.stem for other in taken):
        wanted = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return wanted


def _outcomes(outcome: FileOutcome) -> Outcomes:
    extra, changes = outcome.extra_issues, outcome.changes
    return {
        place: RowOutcome(status, tuple(extra.get(place, ())), changes.get(place, ()))
        for place, status in outcome.statuses.items()
    }
