"""childdb import: communes' workbooks into the store."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from childdb.cli.door import DATE, actor, now, opened, today
from childdb.cli.output import emit, format_option, lang, progress, say
from schemas.errors import DONE, DONE_WITH_HELD_ROWS, UnreadableFile, UsageFault

if TYPE_CHECKING:
    from childdb.store import Store
    from childdb.workflow.importing import FileOutcome
    from schemas.issues import Issue
    from schemas.records import FileReading

_COUNTS = ("read", "new", "changed", "unchanged", "held_back", "skipped")


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE|FOLDER...")
@click.option(
    "--commune", metavar="NAME|CODE", help="Xã, nếu tệp không ghi / the commune, where the file does not say."
)
@click.option("--list-date", type=DATE, help="Ngày lập danh sách, nếu tệp không ghi / the list's date.")
@click.option("--template", metavar="ID", help="Mẫu bảng tính / read as this template.")
@click.option("--hidden", is_flag=True, help="Đọc cả dòng và trang bị ẩn / read hidden rows and sheets too.")
@click.option("--again", is_flag=True, help="Nhập lại tệp đã nhập / import a file that is already imported.")
@click.option("--dry-run", is_flag=True, help="Chỉ xem trước / stop after the preview.")
@click.option("--yes", is_flag=True, help="Không hỏi / do not ask.")
@click.option("--records", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT.csv",
              help="Ghi mỗi dòng nguồn một dòng / write one line per source row.")  # fmt: skip
@click.option("--returns", type=click.Path(path_type=Path, file_okay=False), default=Path("tra-lai"), metavar="DIR",
              show_default=True, help="Nơi ghi bảng tính trả lại / where return workbooks go.")  # fmt: skip
@format_option
@click.pass_context
def command(ctx: click.Context, paths: Sequence[Path], commune: str | None, list_date: date | None,
            template: str | None, hidden: bool, again: bool, dry_run: bool, yes: bool, records: Path | None,
            returns: Path, fmt: str) -> int:  # fmt: skip
    """Nhập bảng tính của xã vào kho / import communes' workbooks."""
    from childdb.workflow.importing import Options, find_files, import_files, read_all
    from childdb.workflow.returning import write_records, write_returns

    options = Options(commune, list_date, template, hidden, again)
    files = find_files(list(paths))
    with opened(ctx) as store:
        readings = _with_progress(ctx, files, read_all(files, options, today=today()))

        def run(where: Store) -> list[FileOutcome]:
            return import_files(where, files, options, actor=actor(), now=now(), today=today(), readings=readings)

        if dry_run or not yes:
            with store.rehearsal() as rehearsed:
                outcomes = run(rehearsed)
            _preview(ctx, outcomes, fmt)
            if dry_run:
                if records is not None:
                    write_records(outcomes, records)
                return _ended(ctx, outcomes, dry_run=True)
            _ask(ctx)
        outcomes = run(store)
    if yes:
        _preview(ctx, outcomes, fmt)
    if records is not None:
        write_records(outcomes, records)
    written = write_returns(outcomes, returns)
    if fmt == "table":
        _tell_batches(ctx, outcomes)
        for path in written:
            click.echo(say(ctx, f"Bảng tính trả lại: {path}", f"Return workbook: {path}"))
    return _ended(ctx, outcomes, dry_run=False)


def _with_progress(
    ctx: click.Context, files: list[Path], read: Iterable[tuple[Path, FileReading]]
) -> dict[Path, FileReading]:
    found = {}
    with progress(say(ctx, "Đọc tệp", "Reading"), len(files)) as step:
        for path, reading in read:
            found[path] = reading
            step(path.name)
    return found


def _ask(ctx: click.Context) -> None:
    if not sys.stdin.isatty():
        raise UsageFault(
            "Không có người trả lời: chạy lại với --yes để nhập, hoặc --dry-run để chỉ xem trước.",
            "Nobody is here to answer: run again with --yes to import, or with --dry-run for the preview alone.",
        )
    click.confirm(say(ctx, "Nhập vào kho?", "Import?"), abort=True)


def _preview(ctx: click.Context, outcomes: list[FileOutcome], fmt: str) -> None:
    rows = []
    for outcome in outcomes:
        for sheet in outcome.reading.sheets:
            counts = outcome.accounting().get(sheet.name)
            rows.append({
                "file": outcome.path.name, "sheet": sheet.name, "template": sheet.template or "",
                "list_date": sheet.list_date, "commune": _commune(sheet.commune_code, sheet.commune_from),
                "status": sheet.status, **(counts.as_dict() if counts else dict.fromkeys(_COUNTS, 0)),
                "columns": "; ".join(f"{c.letter}={c.field}" for c in sheet.columns if c.field),
            })  # fmt: skip
        if not outcome.reading.sheets:
            status = "unchanged" if outcome.same_as else "refused"
            rows.append({"file": outcome.path.name, "status": status, **dict.fromkeys(_COUNTS, 0)})
    columns = ["file", "sheet", "template", "list_date", "commune", "status", *_COUNTS]
    if fmt != "table":
        emit(rows, [*columns, "columns"], fmt)
        return
    vi = [
        "tệp",
        "trang",
        "mẫu",
        "ngày lập",
        "xã",
        "kết quả",
        "đọc",
        "mới",
        "thay đổi",
        "không đổi",
        "giữ lại",
        "bỏ qua",
    ]
    emit(rows, columns, fmt, columns if lang(ctx) == "en" else vi)
    for outcome in outcomes:
        _tell_issues(ctx, outcome)


def _commune(code: str | None, since: date | None) -> str:
    if not code:
        return ""
    return code if since is None or since.year == 1900 else f"{code}@{since.isoformat()}"


def _tell_issues(ctx: click.Context, outcome: FileOutcome) -> None:
    if outcome.same_as:
        click.echo(say(ctx, f"{outcome.path.name}: không có gì mới; giống tệp của lô {outcome.same_as}.",
                       f"{outcome.path.name}: nothing new; the same file as batch {outcome.same_as}."))  # fmt: skip
    for issue in outcome.reading.issues:
        click.echo(f"{outcome.path.name}: {issue.sentence(lang(ctx))} {issue.advice(lang(ctx))}")
    for sheet, column, _, count, issue in outcome.issue_groups():
        where = f"{outcome.path.name} [{sheet}]" + (say(ctx, f", cột {column}", f", column {column}") if column else "")
        rows = say(ctx, f"{count} dòng", f"{count} rows")
        click.echo(f"  {where}: {rows}: {_without_value(issue, lang(ctx))}")


def _without_value(issue: Issue, language: str) -> str:
    """The sentence of a group: the cause, not one row's value (which may be a name)."""
    return replace(issue, value="…").sentence(language)


def _tell_batches(ctx: click.Context, outcomes: list[FileOutcome]) -> None:
    for outcome in outcomes:
        if outcome.batch is not None:
            click.echo(
                say(ctx, f"{outcome.path.name}: lô {outcome.batch}", f"{outcome.path.name}: batch {outcome.batch}")
            )


def _ended(ctx: click.Context, outcomes: list[FileOutcome], *, dry_run: bool) -> int:
    held = sum(o.held for o in outcomes)
    refused = [o for o in outcomes if o.refused and o.same_as is None]
    if refused and len(refused) == len(outcomes):
        raise UnreadableFile("Không đọc được tệp nào.", "No file could be read.")
    if held or refused:
        click.echo(
            say(ctx, f"{held} dòng giữ lại, {len(refused)} tệp không đọc được.",
                f"{held} rows held back, {len(refused)} files not read."),
            err=True,
        )  # fmt: skip
        return DONE_WITH_HELD_ROWS
    return DONE
