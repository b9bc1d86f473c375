"""childdb import: communes' workbooks into the store."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from childdb.cli.door import DATE, actor, now, opened, today
from childdb.cli.output import format_option, progress, say
from childdb.cli.preview import ask, show
from schemas.errors import DONE, DONE_WITH_HELD_ROWS, UnreadableFile, UsageFault

if TYPE_CHECKING:
    from childdb.store import Store
    from childdb.workflow.importing import FileOutcome, Options
    from childdb.workflow.questions import Settled

_LIMITS = ("seconds", "memory_mb", "file_mb", "unpacked_mb", "cells", "sheets", "parts")


def _limits(ctx: click.Context, param: click.Parameter, said: Sequence[str]) -> Mapping[str, float]:
    """NAME=VALUE, each with a value above 0."""
    found = {}
    for text in said:
        name, _, value = text.partition("=")
        if name not in _LIMITS or not re.fullmatch(r"0*[1-9][0-9]*(\.[0-9]+)?|0*\.[0-9]*[1-9][0-9]*", value):
            names = ", ".join(_LIMITS)
            raise click.BadParameter(f"“{text}”: ghi TÊN=SỐ, tên là {names} / write NAME=NUMBER", ctx, param)
        found[name] = float(value)
    return found


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
@click.option("--limit", "limits", multiple=True, metavar="NAME=VALUE", callback=_limits,
              help="Giới hạn đọc mỗi tệp / what reading a file may cost: seconds=60, memory_mb=2048, file_mb=200, "
                   "unpacked_mb=1200, cells=24000000, sheets=300, parts=5000.")  # fmt: skip
@format_option
@click.pass_context
def command(ctx: click.Context, paths: Sequence[Path], commune: str | None, list_date: date | None,
            template: str | None, hidden: bool, again: bool, dry_run: bool, yes: bool, records: Path | None,
            returns: Path, limits: Mapping[str, float], fmt: str) -> int:  # fmt: skip
    """Nhập bảng tính của xã vào kho / import communes' workbooks."""
    from childdb.intake import Limits
    from childdb.workflow.importing import Options, find_files, import_files
    from childdb.workflow.placing import Register
    from childdb.workflow.questions import remember
    from childdb.workflow.returning import write_records, write_returns

    options = Options(commune, list_date, template, hidden, again, Limits.of(limits))
    files = find_files(list(paths), returns=returns)
    with opened(ctx) as store, ThreadPoolExecutor(1) as beside:
        everybody = beside.submit(Register, store)  # while the files are read in processes of their own
        settled = _read(ctx, store, files, options, asking=not (yes or dry_run) and sys.stdin.isatty())

        def run(where: Store, register: Register | None) -> list[FileOutcome]:
            return import_files(where, files, options, actor=actor(), now=now(), today=today(),
                                readings=settled.readings, register=register)  # fmt: skip

        if dry_run or not yes:
            with store.rehearsal() as rehearsed:
                outcomes = run(rehearsed, everybody.result().on(rehearsed))
            show(ctx, outcomes, fmt)
            if dry_run:
                if records is not None:
                    write_records(outcomes, records)
                return _ended(ctx, outcomes)
            _ask(ctx)
        remember(store, settled.answers, actor=actor(), now=now())
        outcomes = run(store, everybody.result() if yes else None)  # a rehearsal leaves its own people in the register
    if yes:
        show(ctx, outcomes, fmt)
    if records is not None:
        write_records(outcomes, records)
    written = write_returns(outcomes, returns)
    if fmt == "table":
        _tell_batches(ctx, outcomes)
        for path in written:
            click.echo(say(ctx, f"Bảng tính trả lại: {path}", f"Return workbook: {path}"))
    return _ended(ctx, outcomes)


def _read(ctx: click.Context, store: Store, files: list[Path], options: Options, *, asking: bool) -> Settled:
    """Every file as it was read; open points are asked here, before anything is imported."""
    from childdb.workflow.questions import settle

    with progress(say(ctx, "Đọc tệp", "Reading"), len(files)) as step:
        return settle(
            store, files, options, today=today(), ask=partial(ask, ctx) if asking else None,
            progress=lambda path: step(path.name),
        )  # fmt: skip


def _ask(ctx: click.Context) -> None:
    if not sys.stdin.isatty():
        raise UsageFault(
            "Không có người trả lời: chạy lại với --yes để nhập, hoặc --dry-run để chỉ xem trước.",
            "Nobody is here to answer: run again with --yes to import, or with --dry-run for the preview alone.",
        )
    click.confirm(say(ctx, "Nhập vào kho?", "Import?"), abort=True)


def _tell_batches(ctx: click.Context, outcomes: list[FileOutcome]) -> None:
    for outcome in outcomes:
        if outcome.batch is not None:
            click.echo(
                say(ctx, f"{outcome.path.name}: lô {outcome.batch}", f"{outcome.path.name}: batch {outcome.batch}")
            )


def _ended(ctx: click.Context, outcomes: list[FileOutcome]) -> int:
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
