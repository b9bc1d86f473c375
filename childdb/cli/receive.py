"""childdb receive: a package taken in by the province, and its signed receipt."""

from __future__ import annotations

import csv
from dataclasses import asdict
from pathlib import Path

import click

from childdb.cli.door import place, today
from childdb.cli.output import emit, say
from schemas.errors import DONE, DONE_WITH_HELD_ROWS, CheckFailed
from schemas.files import whole_file


@click.command("receive")
@click.argument("package", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--into", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("tinh"),
              show_default=True, help="Thư mục của tỉnh / the provincial folder.")  # fmt: skip
@click.option("--receipt", "copy", type=click.Path(path_type=Path, dir_okay=False),
              help="Nơi ghi biên nhận; mặc định cạnh gói / where the receipt goes; by default beside the package.")  # fmt: skip
@click.option("--figures", type=click.Path(path_type=Path, dir_okay=False),
              help="Ghi chỉ tiêu của mọi huyện đã nhận (CSV) / write the figures of all districts received.")  # fmt: skip
@click.pass_context
def command(ctx: click.Context, package: Path, folder: Path, copy: Path | None, figures: Path | None) -> int:
    """Mở, kiểm tra và nhận gói; viết biên nhận có chữ ký / open, check and take a package; sign a receipt."""
    from childdb.workflow.figures import plain_table
    from childdb.workflow.opening import open_keyring
    from childdb.workflow.receiving import provincial_figures, receive

    ring = open_keyring(place(ctx)[1])
    taken = receive(package, folder, ring, today=today())
    beside = copy or package.with_name(taken.receipt.name)
    with whole_file(beside, mode=0o644) as out:  # the sender may be looking
        out.write(taken.receipt.read_bytes())
    if figures and taken.verdict != "refused":
        rows = plain_table(provincial_figures(folder, ring, as_of=taken.as_of))
        with figures.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    words = {"accepted": say(ctx, "nhận đủ", "accepted"), "partly": say(ctx, "nhận một phần", "accepted in part"),
             "refused": say(ctx, "từ chối", "refused")}  # fmt: skip
    click.echo(say(ctx, f"Gói {taken.number} của {taken.sender}: {words[taken.verdict]}. Biên nhận: {beside}",
                   f"Package {taken.number} of {taken.sender}: {words[taken.verdict]}. Receipt: {beside}"))  # fmt: skip
    if taken.reasons:
        rows = [asdict(r) | {"why": say(ctx, r.vi, r.en)} for r in taken.reasons]
        emit(rows, ["commune_code", "child_key", "where", "why"], "table",
             [say(ctx, "xã", "commune"), say(ctx, "mã trẻ", "child"), say(ctx, "mục", "field"), say(ctx, "lý do", "why")])  # fmt: skip
    if taken.verdict == "refused":
        raise CheckFailed("Gói bị từ chối; biên nhận nêu lý do.", "The package is refused; the receipt tells why.")
    return DONE_WITH_HELD_ROWS if taken.verdict == "partly" else DONE
