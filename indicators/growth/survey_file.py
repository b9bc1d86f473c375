"""A file of measurements, CSV or Parquet, in the column names of WHO's `anthro`; read as a stream, never whole.

`open_survey` gives a relation with the file's own columns as source_0, source_1 ... and, beside them, what
`sql.zscore_query` needs: sex_code, age_days, age_months, weight_kg, lenhei_cm, measure, oedema, and of the
columns in GIRTH_COLUMNS those that are present, as girth_<index>.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from indicators.growth.lms import DAYS_PER_MONTH
from schemas.errors import UnreadableFile, UsageFault

REQUIRED = ("sex", "age")
GIRTH_COLUMNS = {"headc": "hc", "armc": "ac", "triskin": "ts", "subskin": "ss"}
"""WHO's names of head and arm circumference (cm), triceps and subscapular skinfold (mm), and the indices of each."""
MEASURED = ("weight", "lenhei", *GIRTH_COLUMNS)
"""At least one of these has to be there; a column that is not counts as missing in every row, as in WHO's own package."""
CSV_SUFFIXES = (".csv", ".txt", ".tsv")
MISSING = ("", "na", "n/a", "nan", "null", "none", ".", "-")
SEXES = dict.fromkeys(("1", "1.0", "m", "male", "nam"), "1") | dict.fromkeys(
    ("2", "2.0", "f", "female", "nữ", "nu"), "2"
)
POSITIONS = {"l": "'L'", "h": "'H'"}
OEDEMA = dict.fromkeys(("y", "yes", "1", "1.0", "true", "có", "co"), "true") | dict.fromkeys(
    ("n", "no", "2", "2.0", "0", "0.0", "false", "không", "khong"), "false"
)
WORDS = {"sex": SEXES, "measure": POSITIONS, "oedema": OEDEMA}
"""What may stand in these columns, and what it means in SQL; anything else is told to the sender."""
USUAL = {"sex": ("1", "2", "M", "F", "m", "f"), "measure": ("l", "h", "L", "H"), "oedema": ("n", "N", "y", "Y")}
"""Spellings looked for first, as they stand: most cells need no cleaning, and cleaning costs five times as much."""
OLDEST_DAYS = 100_000
"""Ages beyond (99999 and the like stand for unknown in many files) count as this one: past every standard."""
NOTHING = ("null", "DOUBLE")
"""The column and kind of what a file does not have."""
NUMBER_TYPES = re.compile(r"(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|REAL|DECIMAL)", re.IGNORECASE)


@dataclass(frozen=True)
class Survey:
    """An opened file: its columns' names as written, and the bracketed SELECT that reads and cleans it."""

    names: list[str]
    relation: str
    unreadable: str
    """An aggregate SELECT: rows, cells that are no number, rows with a negative age, words not known."""

    @property
    def girths(self) -> dict[str, str]:
        """Index -> the relation's column, for those of GIRTH_COLUMNS that the file has."""
        return {index: f"girth_{index}" for name, index in GIRTH_COLUMNS.items() if self.source(name)}

    @property
    def sources(self) -> list[str]:
        return [f"source_{i}" for i in range(len(self.names))]

    def source(self, name: str) -> str | None:
        """The relation's column for the file's column NAME, upper or lower case alike."""
        folded = [n.strip().casefold() for n in self.names]
        return f"source_{folded.index(name)}" if name in folded else None


def open_survey(connection: duckdb.DuckDBPyConnection, path: Path, *, age_in_months: bool = False) -> Survey:
    """Look at PATH's header and say how to read it; nothing but the header is read here."""
    if not path.is_file():
        raise UnreadableFile(f"Không tìm thấy tệp {path}.", f"There is no file {path}.")
    names, types, reader = _parquet(connection, path) if path.suffix.casefold() == ".parquet" else _csv(path)
    folded = [name.strip().casefold() for name in names]
    _check(folded, path)
    columns = {name: (f"source_{i}", types[i]) for i, name in enumerate(folded) if name}
    raw = ", ".join(f"source_{i}" for i in range(len(names)))
    age = _number(columns["age"])
    days = f"({age}) * {DAYS_PER_MONTH}" if age_in_months else age
    months = age if age_in_months else f"({age}) / {DAYS_PER_MONTH}"
    cleaned = f"""(
    select
        {raw},
        {_meaning("sex", columns)} as sex_code,
        case when {age} >= 0 then cast(floor(least({days}, {OLDEST_DAYS}) + 0.5) as integer) end as age_days,
        case when {age} >= 0 then {months} end as age_months,
        {_number(columns.get("weight", NOTHING))} as weight_kg,
        {_number(columns.get("lenhei", NOTHING))} as lenhei_cm,
        {"".join(f"{_number(columns[n])} as girth_{g}, " for n, g in GIRTH_COLUMNS.items() if n in columns)}
        {_meaning("measure", columns)} as measure,
        {_meaning("oedema", columns)} as oedema
    from {reader}
)"""
    return Survey(names, cleaned, _unreadable(columns, reader))


def source_error(fault: duckdb.Error, path: Path) -> UnreadableFile:
    """A sentence without the file's contents: the engine's own message quotes the line, a child's data with it."""
    found = re.search(r"[Ll]ine:? (\d+)", str(fault))
    at_vi, at_en = (f" (dòng {found[1]})", f" (line {found[1]})") if found else ("", "")
    return UnreadableFile(
        f"Không đọc được tệp {path}{at_vi}: tệp hỏng, không phải UTF-8, hoặc số ô trong các dòng không đều.",
        f"{path} cannot be read{at_en}: damaged, not UTF-8, or its rows have unequal numbers of cells.",
    )


def number(column: str, kind: str = "VARCHAR") -> str:
    """SQL for the finite DOUBLE that COLUMN holds or spells, else null."""
    return _number((column, kind))


def quoted(text: str) -> str:
    """TEXT as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[list[str], list[str], str]:
    reader = f"read_parquet({quoted(str(path))})"
    try:
        described = connection.execute(f"describe select * from {reader}").fetchall()
    except duckdb.Error as fault:
        raise source_error(fault, path) from None
    names = [str(row[0]) for row in described]
    renamed = ", ".join(f"{_identifier(name)} as source_{i}" for i, name in enumerate(names))
    return names, [str(row[1]) for row in described], f"(select {renamed} from {reader})"


def _csv(path: Path) -> tuple[list[str], list[str], str]:
    if path.suffix.casefold() not in CSV_SUFFIXES:
        raise UnreadableFile(f"Tệp {path} phải là .csv hoặc .parquet.", f"{path} must end in .csv or .parquet.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            first = lines.readline(1_000_000)
            delimiter = max(",;\t|", key=first.count)
            lines.seek(0)
            names = next(csv.reader(lines, delimiter=delimiter), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        raise source_error(duckdb.Error(""), path) from None
    columns = ", ".join(f"source_{i}: 'VARCHAR'" for i in range(len(names)))
    reader = (
        f"read_csv({quoted(str(path))}, auto_detect = false, header = true, columns = {{{columns}}}, "
        f"delim = {quoted(delimiter)}, quote = '\"', escape = '\"')"
    )
    return names, ["VARCHAR"] * len(names), reader


def _check(folded: Sequence[str], path: Path) -> None:
    missing = [name for name in REQUIRED if name not in folded]
    if not any(name in folded for name in MEASURED):
        missing.append(" / ".join(MEASURED))
    if missing:
        listed = ", ".join(missing)
        raise UnreadableFile(f"Tệp {path} thiếu cột: {listed}.", f"{path} lacks the column: {listed}.")
    double = sorted({name for name in folded if name and folded.count(name) > 1})
    if double:
        listed = ", ".join(double)
        raise UsageFault(f"Tệp {path} có cột trùng tên: {listed}.", f"{path} has columns of one name: {listed}.")


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(column: tuple[str, str]) -> str:
    return f"lower(trim(cast({column[0]} as varchar)))"


def _number(column: tuple[str, str]) -> str:
    """A finite DOUBLE or null; text may have blanks around it and a decimal comma."""
    name, kind = column
    if _numeric(kind):
        value = f"cast({name} as double)"
    else:  # the second reading is made of what the first cannot read
        value = f"coalesce(try_cast({name} as double), try_cast(replace({_text(column)}, ',', '.') as double))"
    return f"case when isfinite({value}) then {value} end"


def _numeric(kind: str) -> bool:
    return NUMBER_TYPES.match(kind) is not None


def _meaning(name: str, columns: dict[str, tuple[str, str]]) -> str:
    """CASE of what the words of a column of WORDS stand for, else null; null where the file has no such column.

    (Not IN: DuckDB makes a join of it, and a join loses the order.)
    """
    words = WORDS[name]
    if name not in columns:
        return f"case when false then {next(iter(words.values()))} end"
    column, kind = columns[name]
    if _numeric(kind):
        numbers = {float(word): meaning for word, meaning in words.items() if word.isdigit()}
        whens = " ".join(f"when {number} then {meaning}" for number, meaning in numbers.items())
        return f"case cast({column} as double) {whens} end" if numbers else "cast(null as varchar)"
    usual = " ".join(f"when {quoted(word)} then {words[word.casefold()]}" for word in USUAL[name])
    others = " ".join(f"when {quoted(word)} then {meaning}" for word, meaning in words.items())
    cleaned = f"case {_text((column, kind))} {others} end"
    if kind.upper() != "VARCHAR":
        return cleaned
    return f"case when {column} is null then null else case {column} {usual} else {cleaned} end end"


def _unreadable(columns: dict[str, tuple[str, str]], reader: str) -> str:
    """Counts that the sender should know of; blanks and NA are no fault."""
    read = {name: _number(columns[name]) for name in ("age", *MEASURED) if name in columns}
    said = {name: _meaning(name, columns) for name in WORDS if name in columns}
    negative = f"count(*) filter (where {read['age']} < 0)"
    return f"select count(*), {_lost(read, columns)}, {negative}, {_lost(said, columns)} from {reader}"


def _lost(readings: dict[str, str], columns: dict[str, tuple[str, str]]) -> str:
    """How many cells hold something and yet have no reading. (A CASE looks at MISSING for those alone, an AND for all.)"""
    return " + ".join(
        f"count(case when {reading} is null then case when {_text(columns[name])} not in {MISSING} then 1 end end)"
        for name, reading in readings.items()
    )
