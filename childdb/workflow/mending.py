"""Rows held back, put right here or sent back: both are the return workbook of the row, written from what the store keeps.

A correction is such a workbook with other cells, read by the ordinary way: the same checks, a small batch of its own; the
row's token closes the held row, and the batch can be undone.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from childdb.intake.guarded import read_file_guarded, write_returns
from childdb.intake.meanings import meaning
from childdb.intake.outcomes import RowOutcome
from childdb.intake.returns import place_of_issue
from childdb.intake.template import templates
from childdb.store import Store
from childdb.store.held import HeldRow
from childdb.store.held_sheets import HeldSheet, columns_of, held_sheets, sheet_of
from childdb.workflow.finding import Finder
from childdb.workflow.importing import FileOutcome, Options, import_files, reading_words
from childdb.workflow.reviewing import shown
from schemas.codes import is_sealed
from schemas.errors import NotFound, UsageFault
from schemas.issues import Issue
from schemas.records import FileReading, SheetReading, identity_key


@dataclass(frozen=True)
class Cell:
    """One cell of a held row: what stands above it, what it means, what it says, and what is wrong with it; whether what
    it says is sealed, or may be."""

    letter: str
    heading: str
    meaning: str
    said: str
    issues: tuple[Issue, ...]
    sealed: bool = False


def held(store: Store, row: int) -> HeldRow:
    """One row that waits."""
    found = store.held_rows(row=row)
    if not found:
        raise NotFound(f"Không có dòng chờ số {row}.", f"There is no waiting row {row}.")
    return found[0]


@dataclass(frozen=True)
class Likely:
    """A known child who may be the one of a row; `unit` is where it was written."""

    identity: int
    child: int
    unit: str
    shown: Mapping[str, str]


def likely(finder: Finder, row: HeldRow) -> list[Likely]:
    """Known children of the row's name and birth date, for a row that waits because it may be one of them."""
    who = row.record.identity if row.record else {}
    if not any(i.code.startswith("match_") or i.code == "row_twice" for i in row.issues) or not who.get("full_name"):
        return []
    born = who.get("birth_date")
    found = finder.near(str(who["full_name"]), born if isinstance(born, date) else None, limit=5)
    found = found or finder.near(str(who["full_name"]), None, limit=5)
    return [
        Likely(p.identity, p.child, f"{p.fields.get('commune_code')}@{p.fields.get('commune_from')}", shown(p))
        for p in found
    ]


def admit(
    store: Store, row: HeldRow, *, same_as: int | None, actor: str, now: datetime, reason: str
) -> int:  # fmt: skip
    """Let the row in as it was read: as known identity SAME_AS, or as a child of its own, told apart from those typed alike."""
    number = 0
    if same_as is None and row.record is not None:
        taken = store.identities_by_key({identity_key(row.record.identity, n) for n in range(20)})
        number = next(n for n in range(21) if identity_key(row.record.identity, n) not in taken)
    return store.admit(row.id, number=number, same_as=same_as, actor=actor, now=now, reason=reason)


def cells(store: Store, row: HeldRow) -> list[Cell]:
    """The row as its sheet has it, column by column, each with its faults."""
    sheet = sheet_of(store, row.id)
    template, columns = columns_of(store, sheet) if sheet else (None, ())
    reading = SheetReading(row.sheet, "read", template, columns=columns)
    by_place: dict[str, list[Issue]] = {}
    for issue in row.issues:
        by_place.setdefault(place_of_issue(reading, issue), []).append(issue)
    known = {c.letter for c in columns}
    shown = [(c.letter, c.heading, c.field) for c in columns if not c.heading.startswith("childdb:")]
    shown += [(letter, "", None) for letter in row.cells if letter not in known]
    return [
        Cell(letter, heading, meaning(field, template) if letter in known else "", row.cells.get(letter, ""),
             tuple(by_place.get(letter, ())), bool(row.cells.get(letter, "").strip()) and _says_sealed(row, field or ""))
        for letter, heading, field in shown
    ]  # fmt: skip


def _says_sealed(row: HeldRow, field: str) -> bool:
    """Whether a cell that says something of FIELD says something sealed; where it was not understood whole, it may."""
    if field.startswith("protection_case."):
        return True
    if ticked := re.fullmatch(r"circumstance\.code\[(.+)\]", field):
        return is_sealed(ticked[1])
    stated = row.record.facts.get("circumstance", ()) if row.record else ()
    unknown = not stated or any(i.code == "circumstance_unknown" for i in row.issues)
    return field == "circumstance.code" and (unknown or any(is_sealed(str(f["code"])) for f in stated))


def correct(
    store: Store, row: int, said: Mapping[str, str], *, actor: str, now: datetime, today: date, place: Path
) -> FileOutcome:
    """Import the row again with other cells (SAID by column letter); PLACE is a folder to work in."""
    waiting = held(store, row)
    stood = {c.letter: c.said for c in cells(store, waiting)}
    said = {letter: text.strip() for letter, text in said.items() if text.strip() != _one_line(stood.get(letter, ""))}
    if not said or not stood.keys() >= said.keys():
        raise UsageFault("Chưa sửa ô nào.", "No cell was changed.")
    (sheet,) = held_sheets(store, [waiting], instead={row: said}, given_once=_given_once(store, row))
    head = sheet.reading.sheets[0]
    options = Options(
        f"{head.commune_code}@{head.commune_from}" if head.commune_code else None, head.list_date, head.template
    )
    with tempfile.TemporaryDirectory(prefix="sua-", dir=place, ignore_cleanup_errors=True) as folder:
        (written,) = _write([sheet], Path(folder))
        answers = {_key(c.heading): c.field for c in head.columns if c.field}
        reading = read_file_guarded(written, answers=answers, **reading_words(options, today))
        (outcome,) = import_files(
            store, [written], options, actor=actor, now=now, today=today, readings={written: reading}
        )
    return outcome


def _one_line(text: str) -> str:
    """A cell as a form gives it back that nobody has touched: a browser takes the line breaks out."""
    return re.sub(r"[\r\n]", "", text).strip()


def _key(heading: str) -> str:
    from childdb.workflow.questions import heading_key

    return heading_key(heading)


def _given_once(store: Store, row: int) -> list[str]:
    sheet = sheet_of(store, row)
    template, _ = columns_of(store, sheet) if sheet else (None, ())
    found = templates().get(template or "")
    return [c.field for c in found.columns.values() if c.fill] if found else []


def send_back(store: Store, rows: Sequence[HeldRow], folder: Path, *, sealed: bool) -> tuple[list[Path], int]:
    """Return workbooks of ROWS in FOLDER, one for each sheet on which some of them stand; and of how many rows.

    Without SEALED a row that says, or may say, something sealed is left for who may see that.
    """
    open_ones = [r for r in rows if sealed or not any(c.sealed for c in cells(store, r))]
    return _write(held_sheets(store, open_ones), folder), len(open_ones)


def _write(sheets: Collection[HeldSheet], folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    jobs: list[tuple[Path, FileReading, dict[tuple[str, int], RowOutcome], Path]] = []
    for number, sheet in enumerate(sheets, start=1):
        stem = re.sub(r'[<>:"/\\|?*\x00-\x1f]', " ", Path(sheet.file).stem).strip()[:100] or "danh-sach"
        name = f"{stem}.xlsx" if len(sheets) == 1 else f"{stem}-{number}.xlsx"
        # the sender's file is not kept: a new workbook with the same headings
        jobs.append((folder / "khong-con.xlsx", sheet.reading, {}, folder / name))
    return [path for path in write_returns(jobs) if path is not None]


__all__ = ["Cell", "HeldRow", "Likely", "admit", "cells", "correct", "held", "likely", "send_back"]
