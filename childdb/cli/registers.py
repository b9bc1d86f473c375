"""childdb registers: the lists set against each other, and how many children no list knows."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from childdb.cli.door import DATE, opened, today
from childdb.cli.named_list import HEADINGS, list_options, refuse_without_reason, show
from childdb.cli.output import emit, format_option, lang, say

LIST_NAMES = click.Choice(["register", "immunization", "school", "births", "poor"])
COLUMNS = ["child", "commune", "village", "age_years", "stands_on", "missing_on"]
CHILD_HEADINGS = {"age_years": "tuổi", "stands_on": "có trong", "missing_on": "thiếu ở"}
ESTIMATE = ["unit", "unit_name", "known", "on_no_list", "low", "high"]
ESTIMATE_HEADINGS = ["địa bàn", "tên", "đã biết", "không sổ nào có", "thấp", "cao"]


@click.group("registers")
def command() -> None:
    """Đối chiếu các sổ, danh sách / registers set against each other."""


@command.command("compare")
@list_options
@click.option("--in", "stands_on", type=LIST_NAMES, help="Chỉ trẻ có trong / only children who stand on.")
@click.option("--missing", "missing_on", type=LIST_NAMES, help="Chỉ trẻ thiếu ở / only children missing on.")
@click.option("--children", is_flag=True, help="Liệt kê từng trẻ / child by child.")
@format_option
@click.pass_context
def compare(
    ctx: click.Context, commune: str | None, as_of: date | None, as_known: int | None, names: bool, reason: str,
    stands_on: str | None, missing_on: str | None, children: bool, fmt: str,
) -> None:  # fmt: skip
    """Trẻ có ở sổ này mà thiếu ở sổ kia, theo thôn bản / on one list and missing on another, by village."""
    from childdb.workflow.lists import children_prepared
    from indicators.lists.registers import LISTS, compare_registers, pairs

    refuse_without_reason(names, reason)
    day, english = as_of or today(), lang(ctx) == "en"
    with opened(ctx) as store:
        with children_prepared(store, as_of=day, as_known=as_known) as con:
            found, villages = compare_registers(con, day, commune)
        found = [
            m for m in found
            if (stands_on is None or stands_on in m.stands_on) and (missing_on is None or missing_on in m.missing_on)
        ]  # fmt: skip
        if children or names or stands_on or missing_on:
            rows = [
                {**vars(m), "stands_on": " ".join(m.stands_on), "missing_on": " ".join(m.missing_on)} for m in found
            ]
            show(ctx, store, rows, COLUMNS, CHILD_HEADINGS, fmt, what="registers compare", names=names, reason=reason,
                 as_of=day, as_known=as_known)  # fmt: skip
            return
    columns = ["commune", "commune_name", "village", "children", *LISTS]
    table: list[dict[str, Any]] = [{**vars(v), **v.lacking} for v in villages]
    words = {**HEADINGS, "children": "trẻ", "register": "sổ trẻ em", "immunization": "tiêm chủng", "school": "trường",
             "births": "khai sinh", "poor": "hộ nghèo"}  # fmt: skip
    emit(table, columns, fmt, columns if english else [words[c] for c in columns])
    if fmt != "table":
        return
    click.echo(say(ctx, "Số trẻ thiếu ở mỗi sổ; ô trống: xã chưa gửi sổ ấy.",
                   "How many children each list lacks; blank: no such list was sent."))  # fmt: skip
    for (one, other), count in sorted(pairs(found).items()):
        click.echo(say(ctx, f"  có trong {LISTS[one].vi}, thiếu ở {LISTS[other].vi}: {count}",
                       f"  on the {LISTS[one].en}, missing on the {LISTS[other].en}: {count}"))  # fmt: skip


@command.command("estimate")
@click.option("--as-of", type=DATE, help="Tính đến ngày / as on this date (today).")
@click.option("--as-known", type=int, metavar="BATCH", help="Như đã biết tại lô / as known at a batch.")
@format_option
@click.pass_context
def estimate(ctx: click.Context, as_of: date | None, as_known: int | None, fmt: str) -> None:
    """Ước tính số trẻ dưới 5 tuổi không sổ nào có / estimated children under 5 whom no list knows."""
    from childdb.workflow.figures import figures
    from indicators.estimators import assumptions
    from indicators.loader import chosen

    definition = chosen(["children_on_no_list"])[0]
    with opened(ctx) as store:
        frame = figures(store, as_of=as_of or today(), as_known=as_known, ids=[definition.id]).frame
    rows = [
        {"unit": r["unit"].split("@")[0], "unit_name": r["unit_name"], "known": r["denominator"],
         "on_no_list": r["value"], "low": r["ci_low"], "high": r["ci_high"]}
        for r in frame.to_dict("records") if r["n_children"]
    ]  # fmt: skip
    emit(rows, ESTIMATE, fmt, ESTIMATE if lang(ctx) == "en" else ESTIMATE_HEADINGS)
    words = assumptions(definition.estimator or "")
    click.echo(say(ctx, f"Giả định: {words['vi']}", f"Assumptions: {words['en']}"), err=fmt != "table")
