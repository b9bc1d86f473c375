"""childdb indicators missing: the records that are not known behind a figure, and how few could settle it."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from childdb.cli.door import opened
from childdb.cli.indicator_options import (
    as_of_option,
    days_of,
    geography_option,
    known_option,
    period_option,
)
from childdb.cli.named_list import refuse_without_reason, show
from childdb.cli.output import format_option, lang, say
from childdb.workflow.verdict_words import figure, says
from schemas.errors import NotFound

COLUMNS = ["child", "commune", "village", "belongs", "lacks"]
HEADINGS = {"belongs": "thuộc diện", "lacks": "cần biết"}


@click.command("missing")
@click.argument("indicator", metavar="ID")
@click.option("--unit", required=True, metavar="CODE", help="Địa bàn / unit.")
@as_of_option
@period_option
@geography_option
@known_option
@click.option("--all", "everything", is_flag=True, help="Mọi trường hợp chưa biết / every open record.")
@click.option("--names", is_flag=True, help="Kèm họ tên / with names.")
@click.option("--reason", default="", metavar="TEXT", help="Lý do xem họ tên / why names are needed.")
@format_option
@click.pass_context
def missing(
    ctx: click.Context, indicator: str, unit: str, as_of: date | None, period: str | None, geography: date | None,
    as_known: int | None, everything: bool, names: bool, reason: str, fmt: str,
) -> None:  # fmt: skip
    """Danh sách ngắn nhất những gì còn thiếu để kết luận một chỉ tiêu / the shortest list of data that would settle it."""
    from childdb.workflow.explaining import unit_on
    from childdb.workflow.figures import snapshot_of
    from indicators.lists.missing import missing as story
    from indicators.loader import chosen

    refuse_without_reason(names, reason)
    day, first = days_of(as_of, period)
    definition, key = chosen([indicator])[0], unit_on(unit, geography or day)
    english = lang(ctx) == "en"
    with opened(ctx) as store:
        with snapshot_of(store, as_of=day, as_known=as_known) as place:
            try:
                found = story(place, definition, key, as_of=day, geography=geography, period_start=first)
            except KeyError as error:
                raise NotFound(
                    f"Không có con số nào của {unit} theo địa giới ngày {geography or day}.",
                    f"There is no figure of {unit} in the units of {geography or day}.",
                ) from error
        listed = found.records if everything else found.records[: found.enough or 0]
        rows: list[dict[str, Any]] = [
            {"child": r.key, "commune": r.unit.split("@")[0], "village": r.village, "belongs": not r.doubtful,
             "lacks": "; ".join(r.data(lang(ctx))) if fmt == "table" else " ".join(r.lacks)}
            for r in listed
        ]  # fmt: skip
        if fmt == "table":
            told = figure(found.figure["value"], definition.unit)
            click.echo(f"{definition.title[lang(ctx)]}: {told}")
            for verdict in found.verdicts:
                click.echo(f"  {verdict['document']} [{verdict['scope']}]: {says(verdict, english)}")
            click.echo(_summary(ctx, len(found.records), found.enough))
        if rows or fmt != "table":
            show(ctx, store, rows, COLUMNS, HEADINGS, fmt, what="indicators missing", names=names, reason=reason,
                 as_of=day, as_known=as_known)  # fmt: skip


def _summary(ctx: click.Context, records: int, enough: int | None) -> str:
    if not records:
        return say(ctx, "Không còn trường hợp nào chưa biết.", "No record is open.")
    if enough is None:
        return say(
            ctx,
            f"{records} trường hợp chưa biết, nhưng không kết luận nào phụ thuộc vào chúng (--all để xem).",
            f"{records} records are open, but no verdict hangs on them (--all shows them).",
        )
    return say(
        ctx,
        f"{records} trường hợp chưa biết; ít nhất {enough} trường hợp trong số đó mới có thể đủ để kết luận.",
        f"{records} records are open; at least {enough} of them have to be known before it can be settled.",
    )
