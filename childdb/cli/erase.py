"""childdb erase: what names one child is destroyed at a parent's request, for good."""

from __future__ import annotations

import sys

import click

from childdb.cli.door import actor, now, opened
from childdb.cli.output import say
from schemas.errors import UsageFault


@click.command("erase")
@click.argument("child", type=int, required=False, metavar="CHILD")
@click.option("--request", type=int, metavar="NUMBER", help="Yêu cầu xóa (childdb request) / the request to delete.")
@click.option("--reason", metavar="TEXT", help="Lý do / why.")
@click.option("--yes", is_flag=True, help="Không hỏi lại / do not ask again.")
@click.option("--finish", "only_finish", is_flag=True, help="Chỉ dọn nốt tệp kho / only write the store's file anew.")
@click.pass_context
def command(
    ctx: click.Context, child: int | None, request: int | None, reason: str | None, yes: bool, only_finish: bool
) -> None:  # fmt: skip
    """Xóa hẳn họ tên, số và dòng gốc của trẻ CHILD (mã trẻ), không rút lại được / erase a child for good.

    Số liệu không đổi: dữ kiện còn lại dưới một mã ngẫu nhiên / figures do not move: facts stay under a random key.
    """
    from childdb.workflow import erasing

    if only_finish:
        with opened(ctx) as store:
            swept = erasing.finish(store)
        _say_swept(ctx, swept)
        return
    if child is None or request is None or not reason:
        raise UsageFault("Cần CHILD, --request và --reason.", "CHILD, --request and --reason are needed.")
    if not yes and not sys.stdin.isatty():
        raise UsageFault("Không có ai để hỏi lại; thêm --yes.", "Nobody to ask again; add --yes.")
    if not yes:
        click.confirm(
            say(ctx, "Xóa hẳn trẻ này, không rút lại được?", "Erase this child for good?"), abort=True, err=True
        )
    with opened(ctx) as store:
        done = erasing.erase(store, child, request=request, reason=reason, actor=actor(), now=now())
    click.echo(say(ctx, f"Đã xóa ở lô {done.batch}: {done.identities} cách ghi tên, {done.records} bản ghi, {done.rows} dòng gốc, {done.packages} gói đã giữ.",
                   f"Erased in batch {done.batch}: {done.identities} identities, {done.records} records, {done.rows} raw rows, {done.packages} kept packages."))  # fmt: skip
    if done.receivers:
        to = ", ".join(done.receivers)
        click.echo(
            say(
                ctx,
                f"Báo nơi đã nhận dữ liệu của trẻ cũng xóa: {to}.",
                f"Tell those who received the child to erase it too: {to}.",
            )
        )
    if done.backups:
        click.echo(say(ctx, f"{done.backups} bản sao lưu trước đó còn trẻ này (đã mã hóa); khôi phục từ đó thì trẻ được xóa lại nhờ sổ xóa.",
                       f"{done.backups} earlier backups still hold the child (encrypted); a restore erases it again by the ledger."))  # fmt: skip
    click.echo(say(ctx, f"Sổ xóa: {done.ledger}. Chép nó cùng bản chép tệp khóa (childdb key backup).",
                   f"Ledger of erasures: {done.ledger}. Keep a copy with the copy of the key (childdb key backup)."))  # fmt: skip
    click.echo(say(ctx, "Tự hủy: tệp Excel của xã, danh sách đã in, bản trả lại có tên trẻ. Rồi: childdb request answer",
                   "Destroy by hand: communes' workbooks, printed lists, return workbooks with the child. Then: childdb request answer"))  # fmt: skip
    _say_swept(ctx, done.swept)


def _say_swept(ctx: click.Context, swept: bool) -> None:
    if swept:
        click.echo(
            say(
                ctx,
                "Tệp kho đã được ghi lại, không còn dấu vết.",
                "The store's file was written anew; no trace is left.",
            )
        )
    else:
        click.echo(say(ctx, "Có cửa sổ khác đang mở kho, hoặc đĩa không đủ chỗ: giải quyết rồi chạy childdb erase --finish",
                       "Another window has the store open, or the disk lacks room: mend that, then run childdb erase --finish"))  # fmt: skip
