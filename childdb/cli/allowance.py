"""childdb allowance: who is entitled to an allowance under Decree 20/2021, receives it or not, and how much."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import click

from childdb.cli.door import opened, today
from childdb.cli.named_list import list_options, refuse_without_reason, show
from childdb.cli.output import emit, format_option, lang, say

COLUMNS = ["child", "commune", "village", "clause", "group", "paid_to", "sure", "amount", "received", "paid", "missing"]
HEADINGS = {
    "clause": "khoản", "group": "diện", "paid_to": "chi cho", "sure": "chắc chắn", "amount": "mức/tháng",
    "received": "được hưởng", "paid": "đang nhận", "missing": "còn thiếu",
}  # fmt: skip
RECEIVERS = {"child": "trẻ", "parent": "cha, mẹ", "carer": "người chăm sóc", "facility": "cơ sở"}
SUMS = ["commune", "commune_name", "entitled", "receiving", "not_receiving", "not_known", "due", "missing"]
SUM_HEADINGS = ["xã", "tên xã", "đủ điều kiện", "đang hưởng", "chưa hưởng", "chưa biết", "phải chi/tháng", "còn thiếu"]


@click.group("allowance")
def command() -> None:
    """Trợ cấp xã hội theo NĐ 20/2021 / allowances under Decree 20/2021."""


@command.command("entitled")
@list_options
@click.option("--missing", is_flag=True, help="Chỉ trẻ chưa được hưởng hoặc hưởng thiếu / only what is not received.")
@click.option("--open", "doubtful", is_flag=True, help="Cả trẻ chưa đủ căn cứ kết luận / also those left open.")
@click.option("--sums", is_flag=True, help="Chỉ tổng theo xã / sums by commune only.")
@format_option
@click.pass_context
def entitled(
    ctx: click.Context, commune: str | None, as_of: date | None, as_known: int | None, names: bool, reason: str,
    missing: bool, doubtful: bool, sums: bool, fmt: str,
) -> None:  # fmt: skip
    """Trẻ đủ điều kiện hưởng trợ cấp, mức mỗi tháng, đã hưởng chưa / who is entitled, how much, received or not."""
    from childdb.workflow.lists import children_prepared
    from indicators.lists.entitled import WORDS, by_commune
    from indicators.lists.entitled import entitled as story
    from indicators.prepare.allowance import standard

    refuse_without_reason(names, reason)
    day = as_of or today()
    english = lang(ctx) == "en"
    with opened(ctx) as store:
        with children_prepared(store, as_of=day, as_known=as_known) as con:
            claims = story(con, day, commune)
        totals = by_commune(claims)
        if sums:
            emit([asdict(s) for s in totals], SUMS, fmt, SUMS if english else SUM_HEADINGS)
            return
        rows = [
            {**asdict(c), "group": WORDS[c.clause][english],
             "paid_to": RECEIVERS[c.paid_to] if fmt == "table" and not english else c.paid_to}
            for c in claims
            if (c.sure or doubtful) and (not missing or c.missing)
        ]  # fmt: skip
        show(ctx, store, rows, COLUMNS, HEADINGS, fmt, what="allowance entitled", names=names, reason=reason,
             as_of=day, as_known=as_known)  # fmt: skip
    if fmt != "table":
        return
    found = standard(day)
    if found is None:
        click.echo(say(ctx, "NĐ 20/2021 chưa có hiệu lực vào ngày này.", "Decree 20/2021 was not yet in force."))
        return
    click.echo()
    emit([asdict(s) for s in totals], SUMS, fmt, SUMS if english else SUM_HEADINGS)
    recalled = "" if found[1] != "recalled" else say(ctx, " (chưa xác nhận)", " (recalled)")
    click.echo(say(
        ctx,
        f"Mức chuẩn {found[0]} đồng/tháng{recalled}. Khoản 3 (HIV) không liệt kê theo trẻ.",
        f"Standard {found[0]} đồng a month{recalled}. Clause 3 (HIV) is not listed by child.",
    ))  # fmt: skip
