"""childdb export: the provincial package, built, checked, sent; where to, and what came back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from childdb.cli import export_destination, export_send
from childdb.cli.door import DATE, actor, now, opened, reason_option, today
from childdb.cli.output import emit, say
from schemas.errors import DONE, DONE_WITH_HELD_ROWS, CheckFailed, UsageFault


@click.group("export")
def command() -> None:
    """Gói dữ liệu gửi tỉnh / the provincial package."""


@command.command("build")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--as-of", type=DATE, help="Tính đến ngày / as on this date (today).")
@click.option("--as-known", type=int, metavar="BATCH", help="Như đã biết tại lô / as known at a batch.")
@click.option("--sender", default=export_destination.SENDER, show_default=True, help="Nơi gửi / sender.")
@click.option("--receiver", default=export_destination.RECEIVER, show_default=True, help="Nơi nhận / receiver.")
@click.option("--format", "formats", multiple=True, help="Thêm định dạng fhir, dhis2, adx, sdmx / further formats.")
@reason_option
@click.pass_context
def build(ctx: click.Context, folder: Path, as_of: date | None, as_known: int | None, sender: str, receiver: str,
          formats: tuple[str, ...], reason: str) -> int:  # fmt: skip
    """Lập gói vào FOLDER và kiểm tra bằng cách đọc lại / build the package in FOLDER and read it back."""
    from childdb.workflow.packages import Content, build_package

    if not reason.strip():
        raise UsageFault("Gửi họ tên phải nêu lý do: --reason.", "Names go out only with a reason: --reason.")
    if folder.exists() and not (folder / "manifest.json").exists() and any(folder.iterdir()):
        raise UsageFault(f"{folder} không phải gói cũ và đã có nội dung.", f"{folder} is not empty and no package.")
    with opened(ctx) as store:
        built = build_package(store, folder, as_of=as_of or today(), as_known=as_known, sender=sender,
                              receiver=receiver, reason=reason, actor=actor(), now=now(),
                              content=Content(formats))  # fmt: skip
    counts = built.manifest["counts"]
    click.echo(say(ctx, f"Gói {folder}: {counts['records']} trẻ, {counts['indicator_rows']} dòng chỉ tiêu; đã đọc lại và khớp.",
                   f"Package {folder}: {counts['records']} children, {counts['indicator_rows']} indicator rows; read back and whole."))  # fmt: skip
    if not counts["held"]:
        return DONE
    click.echo(say(ctx, f"{counts['held']} trẻ chưa gửi được; lý do trong {built.held_list}:",
                   f"{counts['held']} children do not go out; reasons in {built.held_list}:"))  # fmt: skip
    for where, number in counts["held_by_reason"].items():
        click.echo(f"  {where}: {number}")
    return DONE_WITH_HELD_ROWS


@command.command("check")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.pass_context
def check(ctx: click.Context, folder: Path) -> None:
    """Kiểm tra một gói bất kỳ theo lược đồ của nó / check any package against its schema."""
    from childdb.exchange.package import check as read_back

    found = read_back(folder)
    if not found.good:
        emit([{"problem": p} for p in found.problems], ["problem"], "table", [say(ctx, "lỗi", "problem")])
        raise CheckFailed(
            f"Gói không đạt: {len(found.problems)} lỗi.", f"The package fails: {len(found.problems)} problems."
        )
    counts = found.manifest["counts"]
    click.echo(say(ctx, f"Gói đạt: {counts['records']} trẻ, {len(found.manifest['files'])} tệp, lô {found.manifest['batch']}.",
                   f"The package is whole: {counts['records']} children, {len(found.manifest['files'])} files, batch {found.manifest['batch']}."))  # fmt: skip


command.add_command(export_destination.command)
for _verb in (export_send.send, export_send.status, export_send.approve, export_send.receipt, export_send.worklist):
    command.add_command(_verb)
