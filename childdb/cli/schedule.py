"""childdb schedule: which package goes when, the system's timer, and the run that brings what is due."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from childdb.cli.door import DATE, actor, now, opened, today
from childdb.cli.export_send import sender, tell_page
from childdb.cli.output import emit, format_option, lang, say
from schemas.errors import DONE, DONE_WITH_HELD_ROWS, ChildDBError

if TYPE_CHECKING:
    from childdb.store import Store
    from childdb.workflow.scheduling import Step


@click.group("schedule")
def command() -> None:
    """Lịch gửi gói / the sending schedule."""


@command.command("add")
@click.argument("every", type=click.Choice(["monthly", "quarterly", "yearly"]))
@click.option(
    "--day", type=click.IntRange(1, 31), default=5, show_default=True, help="Ngày trong tháng / the day of the month."
)
@click.option("--month", type=click.IntRange(1, 12), default=1, show_default=True,
              help="Quý, năm: một tháng đến hạn / quarterly, yearly: a month in which it falls due.")  # fmt: skip
@click.option("--to", required=True, metavar="NAME", help="Nơi nhận / the destination.")
@click.option("--from", "since", type=DATE, help="Tính từ ngày (hôm nay) / from this day on (today).")
@click.pass_context
def add(ctx: click.Context, every: str, day: int, month: int, to: str, since: date | None) -> None:
    """Đặt lịch monthly, quarterly hoặc yearly / add a schedule."""
    from childdb.workflow.scheduling import Schedule, next_due, set_schedule

    with opened(ctx) as store:
        wanted = Schedule(f"{to}-{every}", every, day, to, since or today(), month)
        kept = set_schedule(store, wanted, actor=actor(), now=now())
    day_next = next_due(kept, today())
    click.echo(say(ctx, f"Đã đặt lịch “{kept.name}”; hạn tới: {day_next:%d/%m/%Y} (kỳ {kept.period(day_next).name}). "
                        "Cài vào máy (một lần): childdb schedule install",
                   f"The schedule {kept.name!r} is set; next due {day_next} (period {kept.period(day_next).name}). "
                   "Install it on this computer (once): childdb schedule install"))  # fmt: skip


@command.command("list")
@format_option
@click.pass_context
def list_(ctx: click.Context, fmt: str) -> None:
    """Các lịch, hạn tới, những gì đã đến hạn mà chưa gửi / the schedules, and what is due."""
    from childdb.workflow.scheduling import next_due, outstanding, schedules

    with opened(ctx) as store:
        waiting = outstanding(store, today())
        rows = [
            {"name": s.name, "every": s.every, "day": s.day, "to": s.to, "since": s.since, "next_due": next_due(s, today()),
             "outstanding": " ".join(d.period.name for d in waiting if d.to == s.to)}
            for s in schedules(store)
        ]  # fmt: skip
    emit(rows, ["name", "every", "day", "to", "since", "next_due", "outstanding"], fmt,
         [say(ctx, *pair) for pair in (("tên", "name"), ("chu kỳ", "every"), ("ngày", "day"), ("nơi nhận", "to"),
                                       ("tính từ", "since"), ("hạn tới", "next due"), ("kỳ còn nợ", "outstanding"))])  # fmt: skip


@command.command("remove")
@click.argument("name")
@click.pass_context
def remove(ctx: click.Context, name: str) -> None:
    """Bỏ lịch NAME; sổ gửi vẫn giữ / remove NAME; the ledger stays."""
    from childdb.workflow.scheduling import remove_schedule

    with opened(ctx) as store:
        remove_schedule(store, name, actor=actor(), now=now())
    click.echo(say(ctx, f"Đã bỏ lịch “{name}”.", f"The schedule {name!r} is removed."))


@command.command("install")
@click.option(
    "--system", type=click.Choice(["systemd", "cron", "windows"]), help="Mặc định: của máy này / of this computer."
)
@click.option("--write", "folder", type=click.Path(path_type=Path, file_okay=False),
              help="Chỉ ghi tệp vào thư mục, không cài / only write the files there.")  # fmt: skip
@click.option("--remove", "gone", is_flag=True, help="Gỡ khỏi máy / take it off this computer.")
@click.pass_context
def install(ctx: click.Context, system: str | None, folder: Path | None, gone: bool) -> None:
    """Ghi bộ hẹn giờ của hệ điều hành, mỗi giờ chạy “schedule run” / write the system's own timer."""
    from childdb.workflow import timers

    if gone:
        timers.remove(system or timers.here())
        click.echo(say(ctx, "Đã gỡ bộ hẹn giờ.", "The timer is removed."))
        return
    with opened(ctx) as store:
        chosen = system or timers.here()
        wanted = timers.timer(chosen, timers.job(store.url, store.key_file, lang(ctx)))
        if folder:
            written = timers.write(wanted, folder)
        else:
            written = timers.install(wanted, store.key_file.resolve().parent)
            store.audit(actor(), "schedule installed", {"system": chosen}, now=now())
    for path in written:
        click.echo(str(path))
    if folder:
        for line in wanted.commands:
            click.echo(say(ctx, "Cài bằng: ", "Install with: ") + " ".join(line))
    else:
        click.echo(say(ctx, f"Đã cài ({chosen}); mỗi giờ máy tự chạy “childdb schedule run”.",
                       f"Installed ({chosen}); every hour the computer runs `childdb schedule run`."))  # fmt: skip


@command.command("clock")
@click.option("--confirm", is_flag=True, help="Một người xác nhận đồng hồ đang đúng / a person says that it is right.")
@click.pass_context
def clock(ctx: click.Context, confirm: bool) -> None:
    """Đồng hồ máy so với lần ghi cuối / the computer's clock beside the last entry."""
    from childdb.store.clock import clock as seen
    from childdb.store.clock import confirm_clock

    with opened(ctx) as store:
        if confirm:
            confirm_clock(store, actor=actor(), now=now())
        found = seen(store, now())
    verdict = say(ctx, "tin được", "believed") if found.believed else say(ctx, "KHÔNG tin được", "NOT believed")
    click.echo(say(ctx, f"Đồng hồ máy: {found.now:%d/%m/%Y %H:%M} UTC; lần ghi cuối: {found.last:%d/%m/%Y %H:%M} UTC: {verdict}.",
                   f"The clock: {found.now:%Y-%m-%d %H:%M} UTC; the last entry: {found.last:%Y-%m-%d %H:%M} UTC: {verdict}."))  # fmt: skip


@command.command("run")
@click.pass_context
def run(ctx: click.Context) -> int:
    """Gửi mọi gói đã đến hạn, theo thứ tự, mỗi gói một lần / bring all that is due, in order, each once."""
    from childdb.workflow.scheduling import run_due

    with opened(ctx) as store:
        try:
            steps = run_due(sender(ctx, store), today())
        finally:
            tell_page(ctx, store)
            _mail(ctx, store)
        faults = _told(ctx, store, steps)
    if faults:
        raise faults[0]
    held = any(s.outcome and s.outcome.made and s.outcome.run.counts["held"] for s in steps)
    return DONE_WITH_HELD_ROWS if held else DONE


def _told(ctx: click.Context, store: Store, steps: list[Step]) -> list[ChildDBError]:
    """Say what became of each due package; returns the faults."""
    from childdb.workflow.sent_page import said
    from childdb.workflow.sent_status import status

    lines = {one.run: one for one in status(store) if one.run}
    if not steps:
        click.echo(say(ctx, "Không có gói nào đến hạn.", "Nothing is due."))
    for step in steps:
        about = say(ctx, f"{step.due.to}, kỳ {step.due.period.name}: ", f"{step.due.to}, {step.due.period.name}: ")
        if step.outcome:
            click.echo(about + " ".join(said(lines[step.outcome.run.number], lang(ctx))).rstrip())
        elif step.fault:
            click.echo(about + step.fault.sentence(lang(ctx)))
    return [fault for s in steps if (fault := s.fault or (s.outcome.fault if s.outcome else None))]


def _mail(ctx: click.Context, store: Store) -> None:
    """Tell by mail; that the mail does not go keeps no package from going."""
    from childdb.workflow.notifying import tell

    try:
        if tell(store, actor=actor(), now=now()):
            click.echo(say(ctx, "Đã gửi thư báo.", "A mail was sent."))
    except ChildDBError as fault:
        click.echo(fault.sentence(lang(ctx)), err=True)
