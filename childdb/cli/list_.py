"""childdb list: the four lists of the national cleaning procedure, to print, sign and read back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from childdb.cli.door import DATE, actor, now, opened, reason_option, today
from childdb.cli.output import say
from schemas.errors import UsageFault

LISTS = {
    "no-number": "Trẻ chưa có số định danh / children without a number.",
    "wrong-number": "Trẻ có số định danh chưa đúng / children with a wrong number.",
    "doubtful-facts": "Trẻ thiếu hoặc có thông tin cần xác minh / children with missing or doubtful facts.",
    "new-children": "Trẻ mới được bổ sung / children who are new.",
}


@click.group("list")
def command() -> None:
    """Danh sách làm sạch dữ liệu, để in, ký và nhập lại / cleaning lists to print, sign and read back."""


def _verb(kind: str, words: str) -> None:
    @command.command(kind, help=words)
    @click.argument("out", metavar="OUT.xlsx|FOLDER", type=click.Path(path_type=Path))
    @click.option("--commune", metavar="NAME|CODE", help="Của một xã / of one commune.")
    @click.option("--village", metavar="NAME", help="Của một bản / of one village.")
    @click.option("--on", "on", type=DATE, help="Tính đến ngày / as on this date (today).")
    @click.option("--since", type=DATE, hidden=kind != "new-children",
                  help="Mới từ ngày (mặc định: từ danh sách kỳ trước của xã) / new since this date.")  # fmt: skip
    @reason_option
    @click.pass_context
    def verb(ctx: click.Context, out: Path, commune: str | None, village: str | None, on: date | None,
             since: date | None, reason: str) -> None:  # fmt: skip
        _write(ctx, kind, out, (commune, village), on or today(), since, reason)


for _kind, _words in LISTS.items():
    _verb(_kind, _words)


def _write(
    ctx: click.Context, kind: str, out: Path, where: tuple[str | None, str | None], on: date, since: date | None, reason: str
) -> None:  # fmt: skip
    from childdb.workflow.cleaning import cleaning_lists
    from childdb.workflow.villages import place_of

    if not reason.strip():
        raise UsageFault(
            "Danh sách có họ tên phải nêu lý do: --reason.", "Names are listed only with a reason: --reason."
        )
    with opened(ctx) as store:
        place = place_of(store, *where, on)
        written, count = cleaning_lists(
            store, kind, out, place, on=on, since=since, reason=reason, actor=actor(), now=now()
        )  # fmt: skip
    if not written:
        click.echo(
            say(ctx, "Không có trẻ nào trong danh sách này; không ghi tệp.", "No child is on this list; no file.")
        )
    for path in written:
        click.echo(say(ctx, f"Đã ghi {path}.", f"{path} was written."))
    if written:
        click.echo(say(ctx, f"{count} trẻ.", f"{count} children."))
