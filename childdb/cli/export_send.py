"""childdb export send, status, approve, receipt, worklist: the package on its way, and what came back."""

from __future__ import annotations

import csv
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from childdb.cli.door import DATE, actor, now, opened, place, today
from childdb.cli.output import emit, format_option, lang, say
from schemas.errors import DONE, DONE_WITH_HELD_ROWS, StoreBusy, UsageFault

if TYPE_CHECKING:
    from childdb.store import Store
    from childdb.workflow.sending import Outcome, Period, Sender
    from childdb.workflow.sent_status import Line

TO = click.option("--to", "name", required=True, metavar="NAME", help="Nơi nhận / the destination.")
TO_ANY = click.option("--to", "name", metavar="NAME", help="Chỉ nơi nhận này / this destination only.")


def sender(ctx: click.Context, store: Store) -> Sender:
    """Who sends: this store, the keys beside its key file, the person at the computer, the present moment."""
    from childdb.workflow.opening import open_keyring
    from childdb.workflow.sending import Sender

    return Sender(store, open_keyring(place(ctx)[1]), actor(), now())


def tell_page(ctx: click.Context, store: Store) -> None:
    """Write the page anew, as its ledger has changed; that it cannot be written keeps nothing else from being done."""
    from childdb.workflow.sent_page import write_page
    from schemas.errors import ChildDBError

    try:
        write_page(store, now=now(), lang=lang(ctx))
    except ChildDBError as fault:
        click.echo(fault.sentence(lang(ctx)), err=True)
    except OSError as fault:
        click.echo(say(ctx, f"Không ghi được trang tình hình gửi: {fault.strerror}.",
                       f"The page of what was sent cannot be written: {fault.strerror}."), err=True)  # fmt: skip


@click.command("send")
@TO
@click.option(
    "--as-of", type=DATE, help="Tính đến ngày; mặc định ngày cuối kỳ / as on this date (the period's last day)."
)
@click.option("--period", metavar="YYYY-MM",
              help="Kỳ (2024-11, 2024-Q4, 2024); mặc định kỳ đến hạn, hoặc tháng vừa qua / the period; what is due, or last month.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Chỉ cho xem sẽ gửi gì, giữ lại gì / show, send nothing.")
@click.option("--correction", is_flag=True, help="Gửi bản mới của kỳ đã gửi / a new version of a period sent.")
@click.option("--reason", metavar="TEXT", help="Lý do gửi họ tên, ghi vào nhật ký / why names go out.")
@click.pass_context
def send(ctx: click.Context, name: str, as_of: date | None, period: str | None, dry_run: bool, correction: bool,
         reason: str | None) -> int:  # fmt: skip
    """Lập, ký, niêm phong và gửi gói của kỳ / make, sign, seal and send the period's package."""
    from childdb.workflow import sending
    from childdb.workflow.scheduling import period_asked

    with opened(ctx) as store:
        who, wanted = sender(ctx, store), period_asked(store, name, today(), period, as_of)
        if dry_run:
            return _rehearsed(ctx, who, name, wanted, reason or sending.REASON)
        try:
            outcome = sending.send(who, name, wanted, correction=correction, reason=reason or sending.REASON)
        finally:
            tell_page(ctx, store)
        _told(ctx, store, outcome)
    if outcome.fault:
        raise outcome.fault
    return DONE_WITH_HELD_ROWS if outcome.made and outcome.run.counts["held"] else DONE


def _rehearsed(ctx: click.Context, who: Sender, name: str, wanted: Period, reason: str) -> int:
    from childdb.workflow import sending
    from childdb.workflow.destinations import beside_store
    from childdb.workflow.disk import disk_faults_named, own_workshop

    busy = StoreBusy("Một lần thử khác đang chạy; thử lại sau.", "Another rehearsal is under way; try again.")
    # names stand there in the clear: beside the store, where the next rehearsal removes what a killed one left
    with disk_faults_named(), own_workshop(beside_store(who.store, "dang-thu"), busy) as folder:
        built = sending.rehearse(who, name, wanted, folder / "goi", reason=reason)
        stays = built.held_list.read_text("utf-8-sig").splitlines() if built.held_list else []
    counts = built.manifest["counts"]
    click.echo(say(ctx, f"Thử, chưa gửi gì. Kỳ {wanted.name}: sẽ gửi {counts['records']} trẻ, giữ lại {counts['held']}.",
                   f"A rehearsal, nothing was sent. Period {wanted.name}: {counts['records']} children would go, {counts['held']} stay."))  # fmt: skip
    why = "reason" if lang(ctx) == "en" else "ly_do"
    rows = [{"commune": r["commune_code"], "child": r["child_key"], "why": r[why]} for r in csv.DictReader(stays)]
    if rows:
        emit(rows, ["commune", "child", "why"], "table",
             [say(ctx, "xã", "commune"), say(ctx, "mã trẻ", "child"), say(ctx, "lý do giữ lại", "why it stays")])  # fmt: skip
    return DONE_WITH_HELD_ROWS if rows else DONE


def _told(ctx: click.Context, store: Store, outcome: Outcome) -> None:
    from childdb.workflow.sent_status import status

    line = next(one for one in status(store, outcome.run.destination) if one.run == outcome.run.number)
    counts = outcome.run.counts
    click.echo(say(ctx, f"Gói {counts['number']}: {line.records} trẻ gửi đi, {line.held} giữ lại. {line.vi}",
                   f"Package {counts['number']}: {line.records} children go, {line.held} stay. {line.en}"))  # fmt: skip
    if todo := say(ctx, line.todo_vi, line.todo_en):
        click.echo(todo)


@click.command("status")
@TO_ANY
@click.option(
    "--page", type=click.Path(path_type=Path, dir_okay=False), help="Ghi thành trang HTML / write it as an HTML page."
)
@format_option
@click.pass_context
def status(ctx: click.Context, name: str | None, page: Path | None, fmt: str) -> None:
    """Đã gửi gì, chưa gửi gì, vì sao, phải làm gì / what went, what did not, why, what to do."""
    from childdb.workflow.sent_page import write_page
    from childdb.workflow.sent_status import Line
    from childdb.workflow.sent_status import status as lines

    with opened(ctx) as store:
        found = lines(store, name, now=now())
        if page:
            write_page(store, now=now(), lang=lang(ctx), file=page)
    if fmt == "table":
        _spoken(ctx, found)
        return
    columns = [f.name for f in fields(Line)]
    emit([asdict(one) for one in found], columns, fmt)


def _spoken(ctx: click.Context, found: list[Line]) -> None:
    """Each package as a paragraph: which, what became of it, what to do."""
    from childdb.workflow.sent_page import said

    if not found:
        click.echo(say(ctx, "Chưa gửi gói nào.", "Nothing was sent yet."))
    for one in found:
        version = say(ctx, f", bản {one.version}", f", version {one.version}") if (one.version or 1) > 1 else ""
        if one.destination:
            click.echo(say(ctx, f"Nơi nhận {one.destination}, kỳ {one.period}{version}", f"To {one.destination}, period {one.period}{version}")
                       + (say(ctx, f" (lần gửi {one.run}, lúc {one.last_at or one.made_at}): {one.records} trẻ, giữ lại {one.held}.",
                              f" (run {one.run}, {one.last_at or one.made_at}): {one.records} children, {one.held} held.")
                          if one.run else ":"))  # fmt: skip
        what, todo = said(one, lang(ctx))
        click.echo(f"  {'!' if one.needs_person else '·'} {what}")
        if todo:
            click.echo(f"    {todo}")
    needing = sum(one.needs_person for one in found)
    if found:
        click.echo(say(ctx, f"Cần người xử lý: {needing} việc." if needing else "Không có việc gì cần người xử lý.",
                       f"{needing} need(s) a person." if needing else "Nothing needs a person."))  # fmt: skip


@click.command("approve")
@click.argument("run", type=int, required=False)
@TO_ANY
@click.pass_context
def approve(ctx: click.Context, run: int | None, name: str | None) -> None:
    """Người thứ hai cho gửi một gói đang chờ / a second person releases a package that waits."""
    from childdb.workflow.sending import release

    with opened(ctx) as store:
        released = release(sender(ctx, store), run=run, name=name)
        tell_page(ctx, store)
        for one in released:
            click.echo(say(ctx, f"Đã duyệt lần gửi {one.number} ({one.destination}, kỳ {one.period}). Gửi: childdb export send --to {one.destination} --period {one.period}",
                           f"Released run {one.number} ({one.destination}, {one.period}). Send: childdb export send --to {one.destination} --period {one.period}"))  # fmt: skip


@click.command("receipt")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_context
def receipt(ctx: click.Context, file: Path) -> None:
    """Đọc biên nhận của nơi nhận vào sổ gửi / read a receipt into the ledger."""
    from childdb.workflow.sending import take_receipt
    from childdb.workflow.sent_status import status as lines

    with opened(ctx) as store:
        run, new = take_receipt(sender(ctx, store), file.read_bytes())
        tell_page(ctx, store)
        line = next(one for one in lines(store, run.destination) if one.run == run.number)
    if not new:
        click.echo(say(ctx, "Biên nhận này đã có trong sổ.", "This receipt is in the ledger already."))
    click.echo(
        say(
            ctx,
            f"{run.counts['number']}: {line.vi} {line.todo_vi}".rstrip(),
            f"{run.counts['number']}: {line.en} {line.todo_en}".rstrip(),
        )
    )


@click.command("worklist")
@TO_ANY
@click.option("--commune", metavar="CODE", help="Chỉ xã này / this commune only.")
@click.option("--as-of", type=DATE, help="Tính đến ngày / as on this date (today).")
@click.option("--names", is_flag=True, help="Kèm họ tên; phải nêu --reason / with names; asks for --reason.")
@click.option("--reason", metavar="TEXT", help="Lý do xem họ tên (ghi vào nhật ký) / why names are needed.")
@format_option
@click.pass_context
def worklist(ctx: click.Context, name: str | None, commune: str | None, as_of: date | None, names: bool,
             reason: str | None, fmt: str) -> int:  # fmt: skip
    """Việc phải sửa theo xã: giữ lại ở đây, hoặc nơi nhận trả về / what to mend, by commune."""
    from childdb.workflow.sent_status import worklist as works

    if names and not (reason or "").strip():
        raise UsageFault("Xem họ tên phải nêu lý do: --reason.", "Names are shown only with a reason: --reason.")
    with opened(ctx) as store:
        found = list(works(store, as_of=as_of or today(), destination=name, commune=commune))
        if names:
            store.note_use(actor(), "export worklist", str(reason), len({w.child_key for w in found}), now=now())
    told = {"held": say(ctx, "giữ lại", "held"), "returned": say(ctx, "trả về", "returned")}
    rows = [asdict(w) | {"source": told[w.source], "why": say(ctx, w.vi, w.en)} for w in found]
    columns = ["commune_code", "commune_name", "child_key", *(["full_name"] if names else []), "source", "field", "why"]
    headings = {"commune_code": ("mã xã", "commune"), "commune_name": ("xã", "name"), "child_key": ("mã trẻ", "child"),
                "full_name": ("họ và tên", "full name"), "source": ("nguồn", "source"), "field": ("mục", "field"),
                "why": ("lý do", "why")}  # fmt: skip
    emit(rows, columns, fmt, [say(ctx, *headings[c]) for c in columns])
    return DONE_WITH_HELD_ROWS if rows else DONE
