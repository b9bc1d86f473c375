"""The CSV files of `childdb match file`: the list, the pairs left for a person, and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from childdb.cli.csv_table import CsvTable, read_csv, write_csv
from childdb.matching.answers import answer_of
from childdb.matching.listing import COLUMNS, Doubt
from schemas.errors import UnreadableFile

REVIEW_COLUMNS = ("record_a", "record_b", "score", "why")


def read_rows(path: Path) -> tuple[CsvTable, list[dict[str, str]]]:
    """The table as it stands, and its rows by COLUMNS (a missing column is blank throughout)."""
    table = read_csv(path)
    table.require(["record_id"])
    columns = {name: table.texts(name) for name in COLUMNS}
    seen: set[str] = set()
    for row, record in enumerate(columns["record_id"]):
        if not record:
            raise table.empty_cell(row, "record_id")
        if record in seen:
            raise UnreadableFile(
                f"Tệp {table.name}, dòng {table.lines[row]}: record_id đã có ở dòng khác; mỗi dòng cần một mã riêng.",
                f"{table.name}, row {table.lines[row]}: this record_id stands on another row; each needs its own.",
            )
        seen.add(record)
    return table, [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def write_clusters(path: Path, table: CsvTable, clusters: Sequence[str]) -> None:
    """The input as it stood, with `cluster_id` as its last column (an earlier one is replaced)."""
    kept = [place for place, name in enumerate(table.header) if name.strip().casefold() != "cluster_id"]
    rows = ([*(row[p] for p in kept), cluster] for row, cluster in zip(table.rows, clusters, strict=True))
    write_csv(path, [*(table.header[p] for p in kept), "cluster_id"], rows, table.delimiter)


def write_doubts(path: Path, doubts: Sequence[Doubt], records: Sequence[str]) -> None:
    rows = ([records[d.left], records[d.right], f"{d.score:.4f}", d.why] for d in doubts)
    write_csv(path, REVIEW_COLUMNS, rows)


def read_answers(path: Path, records: Sequence[str]) -> dict[tuple[int, int], str]:
    """The answers by pair of places; a pair without an answer is left open, one answered twice differently refused."""
    table = read_csv(path)
    table.require(["record_a", "record_b", "answer"])
    places = {record: place for place, record in enumerate(records)}
    found: dict[tuple[int, int], str] = {}
    columns = (table.texts(name) for name in ("record_a", "record_b", "answer"))
    for row, (one, other, text) in enumerate(zip(*columns, strict=True)):
        if not text:
            continue
        answer = answer_of(text)
        if answer is None:
            raise table.refusal(row, "answer")
        for record, column in ((one, "record_a"), (other, "record_b")):
            if record not in places:
                raise table.refusal(row, column)
        pair = (min(places[one], places[other]), max(places[one], places[other]))
        if pair[0] == pair[1] or found.setdefault(pair, answer) != answer:
            raise table.refusal(row, "answer")
    return found
