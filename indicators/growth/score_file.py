"""From a file of measurements to the same file with z-scores: every row, in its order, every column."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from indicators.growth.sql import indices, register, rounded_sql, score_columns, zscore_query
from indicators.growth.survey_file import CSV_SUFFIXES, Survey, open_survey, quoted, source_error
from schemas.errors import NoSpace, UsageFault

MEMORY_LIMIT = "1GB"
"""What the engine may hold, however long the file."""


@dataclass(frozen=True)
class Scored:
    """What became of a file: its rows, cells that were no number, rows whose age is below nought, words not known."""

    rows: int
    unreadable_cells: int
    negative_ages: int
    unknown_words: int
    """Cells of sex, measure and oedema that say none of what can stand there: taken as missing."""


def score_file(source: Path, target: Path, reference: str = "2006", *, age_in_months: bool = False) -> Scored:
    """Write SOURCE to TARGET (CSV or Parquet, each by its suffix) with the scores of REFERENCE appended.

    z is rounded to two decimals; where none can be computed it and its flag are empty. A row whose age is negative
    keeps its place without scores by age. TARGET appears whole or not at all; memory stays bounded.
    """
    suffix = target.suffix.casefold()
    if suffix not in (*CSV_SUFFIXES, ".parquet"):
        raise UsageFault(f"Tệp ra {target} phải là .csv hoặc .parquet.", f"{target} must end in .csv or .parquet.")
    with _whole(target) as part, duckdb.connect() as connection:
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        survey = open_survey(connection, source, age_in_months=age_in_months)
        _refuse_present(survey, reference, source)
        register(connection)
        try:
            counted = connection.execute(survey.unreadable).fetchone() or (0, 0, 0, 0)
            connection.execute(
                f"copy ({_selection(survey, reference)}) to {quoted(str(part))} ({_form(survey, reference, suffix)})"
            )
            if not counted[0] and suffix != ".parquet":  # the writer ends even no row with a line's end
                part.write_text(_heading(survey, reference, suffix), encoding="utf-8")
        except (duckdb.IOException, duckdb.OutOfMemoryException) as fault:
            raise _not_written(target) from fault
        except duckdb.Error as fault:
            raise source_error(fault, source) from None
    return Scored(*counted)


def _selection(survey: Survey, reference: str) -> str:
    """The file's columns and the scores."""
    query = zscore_query(
        survey.relation,
        reference,
        keep=survey.sources,
        age_months="age_months",
        girths=survey.girths,
        in_order=True,
    )
    columns = [f"{survey.sources[i]} as {_identifier(name, i)}" for i, name in enumerate(survey.names)]
    for index in indices(reference, tuple(survey.girths)):
        columns += [f"{rounded_sql(f'z{index}')} as z{index}", f"f{index}"]
    return f"select {', '.join(columns)} from ({query})"


def _identifier(name: str, position: int) -> str:
    """A column's name in SQL; R writes its row numbers under an empty heading, which SQL does not know."""
    return '"' + (name or f"column_{position}").replace('"', '""') + '"'


def _form(survey: Survey, reference: str, suffix: str) -> str:
    if suffix == ".parquet":
        return "format parquet, compression zstd, preserve_order true"
    heading = quoted(_heading(survey, reference, suffix))
    return f"format csv, header false, delim '{_delimiter(suffix)}', prefix {heading}, suffix '\n'"


def _heading(survey: Survey, reference: str, suffix: str) -> str:
    """The first line, ours to write so that names stay as the sender wrote them, empty ones included."""
    line = io.StringIO()
    names = [*survey.names, *score_columns(reference, tuple(survey.girths))]
    csv.writer(line, delimiter=_delimiter(suffix), lineterminator="\n").writerow(names)
    return line.getvalue()


def _delimiter(suffix: str) -> str:
    return "\t" if suffix == ".tsv" else ","


def _refuse_present(survey: Survey, reference: str, source: Path) -> None:
    present = [name for name in score_columns(reference, tuple(survey.girths)) if survey.source(name)]
    if present:
        listed = ", ".join(present)
        raise UsageFault(f"Tệp {source} đã có cột {listed}.", f"{source} already has the columns {listed}.")


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A file in a folder beside TARGET that takes its place when all is written; a failure leaves TARGET as it was."""
    try:
        with tempfile.TemporaryDirectory(prefix=".childdb-", dir=target.parent) as folder:
            part = Path(folder) / target.name
            yield part
            os.replace(part, target)
    except OSError as fault:
        raise _not_written(target) from fault


def _not_written(target: Path) -> NoSpace:
    return NoSpace(
        f"Không ghi được {target}: đĩa đầy hoặc không có quyền.", f"{target} cannot be written: disk full or no right."
    )
