"""Held rows as they stood on their sheets: with the title, the headings and the village above them, as a reading of the file."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from childdb.store import models as m
from childdb.store.held import HeldRow
from childdb.store.store import Store
from schemas.records import ColumnReading, FileReading, SheetReading, SourceRow

_FRAME = ("title", "heading")
_ABOVE = ("village_row", "section")
_SECOND = re.compile(r" \(bảng \d+\)$")


@dataclass(frozen=True)
class HeldSheet:
    """One sheet of one import with the rows of it that are asked for; `template` is None where none was recognised."""

    sheet: int
    batch: int
    file: str
    reading: FileReading


def sheet_of(store: Store, row: int) -> int | None:
    """The number of the sheet on which a source row stands."""
    with store.reading() as connection:
        found = connection.scalar(select(m.source_row.c.sheet_id).where(m.source_row.c.id == row))
        return None if found is None else int(found)


def columns_of(store: Store, sheet: int) -> tuple[str | None, tuple[ColumnReading, ...]]:
    """The template of a sheet and its columns as they were understood."""
    s = m.source_sheet.c
    with store.reading() as connection:
        template, columns = connection.execute(select(s.template, s.columns).where(s.id == sheet)).one()
    return template, tuple(ColumnReading(c["letter"], c["heading"], c["field"]) for c in columns)


def held_sheets(
    store: Store, rows: Collection[HeldRow], *, instead: Mapping[int, Mapping[str, str]] | None = None,
    given_once: Collection[str] = (),
) -> list[HeldSheet]:  # fmt: skip
    """The sheets of ROWS, each a reading with those rows alone; INSTEAD gives other cells of a row (by its number).

    What a list gives once for the rows below (fields GIVEN_ONCE) is taken from the nearest row above that has it.
    """
    by_id = {row.id: row for row in rows}
    s, r = m.source_sheet.c, m.source_row.c
    found: list[HeldSheet] = []
    with store.reading() as connection:
        homes = connection.execute(select(r.id, r.sheet_id, r.token).where(r.id.in_(list(by_id)))).all()
        tokens = {int(i): token for i, _, token in homes}
        for sheet in sorted({int(home) for _, home, _ in homes}):
            head = connection.execute(select(m.source_sheet).where(s.id == sheet)).mappings().one()
            name = store.cipher.decrypt(head["name"], "source_sheet.name")
            columns = tuple(ColumnReading(c["letter"], c["heading"], c["field"]) for c in head["columns"])
            letters = [c.letter for c in columns if c.field in given_once]
            wanted = sorted(number for number, home, _ in homes if home == sheet)
            lines = connection.execute(
                select(r.id, r.number, r.skip_reason, r.cells).where(r.sheet_id == sheet)
                .where(or_(r.skip_reason.in_((*_FRAME, *_ABOVE)), r.id.in_(wanted)) if not letters else r.id.is_not(None))
                .order_by(r.number, r.id)
            )  # fmt: skip
            kept = _rows(store, _SECOND.sub("", name), lines, by_id, tokens, letters, instead or {})
            said = SheetReading(
                name, "read", head["template"], head["list_kind"], head["list_date"], head["period"],
                head["commune_code"], head["commune_from"], columns, tuple(kept),
            )  # fmt: skip
            row = by_id[wanted[0]]
            found.append(HeldSheet(sheet, row.batch, row.file, FileReading(row.file, "", "read", (said,))))
    return found


def _rows(
    store: Store, name: str, lines: Any, by_id: Mapping[int, HeldRow], tokens: Mapping[int, str | None],
    letters: list[str], instead: Mapping[int, Mapping[str, str]],
) -> list[SourceRow]:  # fmt: skip
    kept: list[SourceRow] = []
    above: dict[str, str] = {}
    place: SourceRow | None = None
    for number, at, skipped, sealed in lines:
        wanted = by_id.get(int(number))
        if wanted is None and skipped not in (*_FRAME, *_ABOVE) and not letters:
            continue
        cells = json.loads(store.cipher.decrypt(sealed, "source_row.cells"))
        if skipped in _FRAME:
            kept.append(SourceRow(name, at, cells, skipped=skipped))
        elif skipped in _ABOVE:
            place = SourceRow(name, at, cells, skipped=skipped)
        elif skipped is None:
            if wanted is not None:
                if place is not None:
                    kept.append(place)
                    place = None
                filled = {c: above[c] for c in letters if not cells.get(c) and c in above}
                said = {**cells, **filled, **instead.get(wanted.id, {})}
                kept.append(
                    SourceRow(name, at, said, "held_back", wanted.record, wanted.issues, token=tokens[wanted.id])
                )
            above |= {c: cells[c] for c in letters if cells.get(c)}
    return kept


__all__ = ["HeldSheet", "columns_of", "held_sheets", "sheet_of"]
