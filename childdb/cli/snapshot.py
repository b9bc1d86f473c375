"""childdb snapshot: the Parquet folder for analysts, without names or numbers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from childdb.cli.door import DATE, actor, now, opened, today
from childdb.cli.output import say
from schemas.errors import UsageFault


@click.command("snapshot")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--as-of", type=DATE, help="Ngày đếm các thông tin niêm phong / date of the sealed counts (today).")
@click.option("--as-known", type=int, metavar="BATCH", help="Như đã biết tại lô / as known at a batch.")
@click.pass_context
def command(ctx: click.Context, folder: Path, as_of: date | None, as_known: int | None) -> None:
    """Ghi bản chụp (Parquet, không họ tên) vào FOLDER / write a snapshot to FOLDER."""
    from childdb.store.snapshot import write_snapshot

    if folder.exists() and any(folder.iterdir()):
        raise UsageFault(
            f"Thư mục {folder} đã có nội dung; chọn thư mục khác.", f"{folder} is not empty; choose another."
        )
    with opened(ctx) as store:
        manifest = write_snapshot(store, folder, as_known=as_known, sealed_as_of=(as_of or today(),))
        store.audit(actor(), "snapshot", {"batch": manifest.batch}, now=now())
    click.echo(say(ctx, f"Đã ghi bản chụp của lô {manifest.batch} vào {folder}.",
                   f"The snapshot of batch {manifest.batch} was written to {folder}."))  # fmt: skip
