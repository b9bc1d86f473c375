"""The preview of an import on the terminal, and the questions asked in it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from childdb.cli.output import emit, lang, say

if TYPE_CHECKING:
    from childdb.workflow.importing import FileOutcome
    from childdb.workflow.preview import Cause, SheetPreview
    from childdb.workflow.questions import Question

_COUNTS = ("read", "new", "changed", "unchanged", "held_back", "skipped")
_COLUMNS = ("file", "sheet", "template", "list_date", "commune", "status", *_COUNTS)
_VI = ("tệp", "trang", "mẫu", "ngày lập", "xã", "kết quả", "đọc", "mới", "thay đổi", "không đổi", "giữ lại", "bỏ qua")
_STATUS = {"read": "đã đọc", "refused": "không đọc được", "skipped": "bỏ qua", "unchanged": "không có gì mới"}
_WIDTH = 110


def show(ctx: click.Context, outcomes: Sequence[FileOutcome], fmt: str) -> None:
    """Every sheet: its counts in one table, then how it was understood, what it changes, what is wrong."""
    from childdb.workflow.preview import preview

    sheets = [(outcome, list(preview(outcome))) for outcome in outcomes]
    rows = [
        {"file": p.file, "sheet": p.sheet, "template": p.template, "list_date": p.list_date, "commune": p.commune,
         "status": p.status, **p.counts,
         "columns": "; ".join(f"{c.letter}={c.field}" for c in p.columns if c.field),
         "changes": "; ".join(f"{name}={count}" for name, count in p.changes),
         "issues": "; ".join(f"{c.example.code}:{c.column}={c.rows}" for c in p.causes)}
        for _, previews in sheets for p in previews
    ]  # fmt: skip
    if fmt != "table":
        emit(rows, [*_COLUMNS, "columns", "changes", "issues"], fmt)
        return
    english = lang(ctx) == "en"
    shown = rows if english else [{**row, "status": _STATUS[str(row["status"])]} for row in rows]
    if len(rows) > 1:
        sums = {name: sum(int(row[name]) for row in rows) for name in _COUNTS}
        shown = [*shown, {"file": "total" if english else "tổng cộng", **sums}]
    emit(shown, _COLUMNS, fmt, _COLUMNS if english else _VI)
    before: tuple[object, ...] = ()
    for outcome, previews in sheets:
        if outcome.same_as:
            click.echo(say(ctx, f"\n{outcome.path.name}: không có gì mới; giống tệp của lô {outcome.same_as}.",
                           f"\n{outcome.path.name}: nothing new; the same file as batch {outcome.same_as}."))  # fmt: skip
        for issue in outcome.reading.issues:
            click.echo(f"\n{outcome.path.name}: {issue.sentence(lang(ctx))} {issue.advice(lang(ctx))}")
        for p in previews:
            if p.sheet:
                _tell_sheet(ctx, p, same_columns=bool(p.columns) and p.columns == before)
                before = p.columns or before


def _tell_sheet(ctx: click.Context, p: SheetPreview, *, same_columns: bool) -> None:
    read_as = f": {p.title[lang(ctx)]}" if p.title else ""
    click.echo(f"\n{p.file} [{p.sheet}]{read_as}")
    for issue in p.issues:
        click.echo(f"  {issue.sentence(lang(ctx))} {issue.advice(lang(ctx))}")
    if same_columns:
        click.echo(say(ctx, "  cột: như trang trước", "  columns: as on the sheet before"))
    elif p.columns:
        _tell_columns(ctx, p)
    if p.changes:
        words = "; ".join(f"{_named(ctx, name)} {count}" for name, count in p.changes)
        _wrapped(say(ctx, "  thay đổi: ", "  changed: "), words)
    for cause in p.causes:
        click.echo(f"  {_grouped(ctx, cause)}")


def _tell_columns(ctx: click.Context, p: SheetPreview) -> None:
    english = lang(ctx) == "en"
    words = []
    for c in p.columns:
        heading = " ".join(c.heading.split())
        meant = c.field or "not read" if english else c.meaning
        near = say(ctx, " (gần giống)", " (nearly so)") if c.near else ""
        words.append(f"{c.letter} {heading} → {meant}{near}")
    _wrapped(say(ctx, "  cột: ", "  columns: "), "; ".join(words))


def _wrapped(lead: str, words: str) -> None:
    lines = textwrap.wrap(words, _WIDTH - len(lead), break_long_words=False, break_on_hyphens=False)
    for place, line in enumerate(lines):
        click.echo((lead if place == 0 else " " * len(lead)) + line)


def _named(ctx: click.Context, name: str) -> str:
    if lang(ctx) == "en":
        return name
    from childdb.intake.meanings import meaning

    return meaning(name)


def _grouped(ctx: click.Context, cause: Cause) -> str:
    """412 rows: the cause, column F. Never one row's value, which may be a name."""
    words = cause.example.cause(lang(ctx)).rstrip(".")
    column = say(ctx, f", cột {cause.column}", f", column {cause.column}") if cause.column else ""
    rows = say(ctx, f"{cause.rows} dòng", f"{cause.rows} row{'s' if cause.rows > 1 else ''}")
    held = say(ctx, " (giữ lại)", " (held back)") if cause.example.holds else ""
    return f"{rows}: {words}{column}{held}"


def ask(ctx: click.Context, question: Question) -> str | None:
    """One question of the preview; 0 leaves it as an issue."""
    click.echo(f"\n{question.path.name} [{question.sheet}]: {question.issue.sentence(lang(ctx))}")
    click.echo("  0  " + say(ctx, "để nguyên, không đọc trang này", "leave it; the sheet is not read"))
    for number, (label, _) in enumerate(question.choices, start=1):
        click.echo(f"  {number}  {label or say(ctx, 'không cần đọc cột này', 'this column need not be read')}")
    chosen = click.prompt(say(ctx, "Chọn", "Choose"), type=click.IntRange(0, len(question.choices)), default=0)
    return question.choices[chosen - 1][1] if chosen else None
