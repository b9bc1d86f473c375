"""childdb indicators release, releases: figures that leave the office, and what has left."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from childdb.cli.door import actor, now, opened
from childdb.cli.indicator_options import (
    as_of_option,
    days_of,
    geography_option,
    ids_option,
    known_option,
    period_option,
)
from childdb.cli.output import emit, format_option, lang, say


@click.command("release")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.csv|OUT.xlsx")
@click.option("--to", "audience", required=True, metavar="TEXT", help="Công bố, gửi cho ai / who will see it.")
@as_of_option
@period_option
@geography_option
@known_option
@ids_option
@click.option("--unit", "units", multiple=True, metavar="CODE", help="Chỉ địa bàn này / only this unit.")
@click.option("--totals", is_flag=True, help="Không chia nhóm / without groups.")
@click.option("--dry-run", is_flag=True, help="Chỉ xem sẽ giấu gì, không ghi / only what would be hidden.")
@click.pass_context
def release(
    ctx: click.Context, out: Path, audience: str, as_of: date | None, period: str | None, geography: date | None,
    as_known: int | None, ids: tuple[str, ...], units: tuple[str, ...], totals: bool, dry_run: bool,
) -> None:  # fmt: skip
    """Số liệu đưa ra ngoài: giấu số nhỏ và những số suy ra được nó / figures that leave, small counts protected."""
    from childdb.workflow import releasing as story
    from childdb.workflow.explaining import unit_on

    day, first = days_of(as_of, period)
    keys = [unit_on(u, geography or day) for u in units]
    wanted = story.Wanted(day, first, geography, as_known, ids, keys, groups=not totals)
    with opened(ctx) as store:
        done = story.release(store, out, wanted, audience=audience, lang=lang(ctx), actor=actor(), now=now(),
                             rehearse=dry_run)  # fmt: skip
    frame = done.protected.frame
    hidden = int((frame["disclosure"] != "shown").sum())
    for refusal in done.results.refusals:
        click.echo(refusal.en if lang(ctx) == "en" else refusal.vi, err=True)
    for indicator, unit, group, value in done.protected.exposed:
        told = f"{indicator}, {unit}" + (f", {group}={value}" if value else "")
        click.echo(say(ctx, f"Các bản công bố trước có thể đã để lộ số nhỏ của {told}; không giấu lại được nữa.",
                       f"Earlier releases may have given away a small count of {told}; it cannot be hidden any more."),
                   err=True)  # fmt: skip
    said = say(ctx, f"{len(frame)} số liệu, giấu {hidden} (đánh dấu, không ghi thành 0).",
               f"{len(frame)} figures, {hidden} held back (marked, never written as 0).")  # fmt: skip
    if dry_run:
        click.echo(say(ctx, f"Xem trước: {said} Chưa ghi gì.", f"Rehearsal: {said} Nothing was written."))
    else:
        click.echo(say(ctx, f"Bản công bố {done.number}: {out}. {said}", f"Release {done.number}: {out}. {said}"))


@click.command("releases")
@format_option
@click.pass_context
def releases(ctx: click.Context, fmt: str) -> None:
    """Các bản đã công bố, đã gửi ra ngoài / what has left the office."""
    with opened(ctx) as store:
        kept = store.releases()
    columns = ["release", "made_at", "to", "run", "as_of", "period_start", "geography", "figures", "hidden"]
    vi = ["bản", "lúc", "gửi cho", "lần tính", "tính đến", "từ ngày", "địa giới", "số liệu", "đã giấu"]
    rows = [
        {"release": r.number, "made_at": r.made_at, "to": r.audience, "run": r.run,
         **{c: r.content.get(c) for c in ("as_of", "period_start", "geography")},
         "figures": len(r.content.get("figures", ())),
         "hidden": sum(f[4] is None for f in r.content.get("figures", ()))}
        for r in kept
    ]  # fmt: skip
    emit(rows, columns, fmt, columns if lang(ctx) == "en" else vi)
