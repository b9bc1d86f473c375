"""What the person sees before anything is imported: how each sheet was understood, what it changes, what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from childdb.intake.meanings import meaning
from childdb.intake.outcomes import OWN_SHEETS
from childdb.intake.template import templates
from childdb.workflow.importing import FileOutcome
from schemas.codes import REFORM
from schemas.issues import Issue
from schemas.records import Accounting, SheetReading

OWN_COLUMNS = "childdb:"  # the hidden columns that we add
NEAR = "fuzzy"  # how a column was understood: by a heading spelt nearly so


@dataclass(frozen=True)
class Column:
    """One column: letter, heading as typed, the field it is read into (None: not read), its name on paper, and how."""

    letter: str
    heading: str
    field: str | None
    meaning: str
    near: bool


@dataclass(frozen=True)
class Cause:
    """Rows with one fault in one column; `example` bears one row's value, which may name a person."""

    rows: int
    column: str
    example: Issue


@dataclass(frozen=True)
class SheetPreview:
    """One sheet, or a file of which no sheet was read (`sheet` is empty then)."""

    file: str
    sheet: str
    status: str
    counts: Mapping[str, Any]
    template: str = ""
    title: Mapping[str, str] = field(default_factory=dict)
    list_date: Any = None
    commune: str = ""
    columns: tuple[Column, ...] = ()
    changes: tuple[tuple[str, int], ...] = ()  # (table.column, rows), most frequent first
    causes: tuple[Cause, ...] = ()
    issues: tuple[Issue, ...] = ()


def preview(outcome: FileOutcome) -> Iterator[SheetPreview]:
    """The sheets of one file, in their order."""
    counts = outcome.accounting()
    if not outcome.reading.sheets:
        status = "unchanged" if outcome.same_as else "refused"
        yield SheetPreview(outcome.path.name, "", status, Accounting().as_dict(), issues=outcome.reading.issues)
    for sheet in outcome.reading.sheets:
        if sheet.name in OWN_SHEETS:
            continue
        template = templates().get(sheet.template or "")
        yield SheetPreview(
            outcome.path.name, sheet.name, sheet.status, (counts.get(sheet.name) or Accounting()).as_dict(),
            sheet.template or "", template.title if template else {}, sheet.list_date, _commune(sheet),
            tuple(Column(c.letter, c.heading, c.field, meaning(c.field, sheet.template), c.how == NEAR)
                  for c in sheet.columns if not c.heading.startswith(OWN_COLUMNS)),
            tuple(_changes(outcome, sheet).most_common()), tuple(_causes(outcome, sheet)), sheet.issues,
        )  # fmt: skip


def columns_of(template: str) -> list[tuple[str, str]]:
    """Every column that a template knows, as (column, its name on paper): what a heading may be said to mean."""
    found = templates().get(template)
    if found is None:
        return []
    ignored = [c.id for c in found.columns.values() if c.reader == "ignore"]
    read = [(c.id, meaning(c.field, template)) for c in found.columns.values() if c.reader != "ignore"]
    return [*read, *((id, meaning(None)) for id in ignored[:1])]


def _commune(sheet: SheetReading) -> str:
    if not sheet.commune_code:
        return ""
    since = sheet.commune_from
    return f"{sheet.commune_code}@{since}" if since and since >= REFORM else sheet.commune_code


def _changes(outcome: FileOutcome, sheet: SheetReading) -> Counter[str]:
    return Counter(name for row in sheet.rows for name in outcome.changes.get((sheet.name, row.number), ()))


def _causes(outcome: FileOutcome, sheet: SheetReading) -> Iterator[Cause]:
    """Equal causes together, most frequent first."""
    rows: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], Issue] = {}
    for row in sheet.rows:
        met = {
            (issue.code, issue.column or ""): issue
            for issue in (*row.issues, *outcome.extra_issues.get((sheet.name, row.number), ()))
        }
        rows.update(met.keys())
        examples = met | examples
    for (code, column), count in rows.most_common():
        yield Cause(count, column, examples[code, column])


__all__ = ["Cause", "Column", "SheetPreview", "columns_of", "preview"]
