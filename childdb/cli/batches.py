"""childdb batches: what was written, and whether it still counts."""

import click

from childdb.cli.door import opened
from childdb.cli.output import emit, format_option, lang

_COLUMNS = ["batch", "kind", "made_at", "actor", "undoes", "live", "file", "new", "changed", "unchanged", "held_back",
            "skipped"]  # fmt: skip
_VI = [
    "lô",
    "loại",
    "lúc (UTC)",
    "người",
    "rút lô",
    "còn tính",
    "tệp",
    "mới",
    "thay đổi",
    "không đổi",
    "giữ lại",
    "bỏ qua",
]


@click.command("batches")
@format_option
@click.pass_context
def command(ctx: click.Context, fmt: str) -> None:
    """Các lô đã ghi / the batches written."""
    with opened(ctx) as store:
        rows = [
            {"batch": b.number, "kind": b.kind, "made_at": b.made_at.isoformat(" ", "minutes"), "actor": b.actor,
             "undoes": b.undoes, "live": b.live, "file": b.file or "", **b.rows}
            for b in store.batches()
        ]  # fmt: skip
    emit(rows, _COLUMNS, fmt, _COLUMNS if lang(ctx) == "en" else _VI)
