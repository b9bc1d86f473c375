"""`childdb find`: a child by part of its name, with tone marks or without; each look-up is noted."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import click

from childdb.cli.door import actor, now, opened
from childdb.cli.output import emit, format_option, lang, say
from schemas.errors import DONE, ChildDBError, UsageFault

if TYPE_CHECKING:
    from childdb.workflow.finding import Answer, Finder, Query

PURPOSE = "tìm trẻ (find)"


def _what(command: click.Command) -> click.Command:
    for option in reversed((
        click.Argument(["text"], metavar="[TEXT]...", nargs=-1),
        click.Option(["--born"], metavar="YEAR|MONTH|DAY",
                     help="Sinh năm, tháng hoặc ngày / born in a year or month, or on a day: 2019, 2019-03, 05/03/2019."),
        click.Option(["--mother"], default="", metavar="TEXT", help="Một phần tên mẹ / a part of the mother's name."),
        click.Option(["--commune"], metavar="NAME|CODE", help="Xã, trước hoặc sau sắp xếp / a commune, of today or before."),
        click.Option(["--limit"], type=click.IntRange(min=1), default=20, show_default=True,
                     help="Nhiều nhất bao nhiêu trẻ / at most so many children."),
    )):  # fmt: skip
        command.params.insert(0, option)
    return command


@click.command("find")
@click.option("--reason", default=PURPOSE, metavar="TEXT", show_default=True,
              help="Lý do xem họ tên (ghi vào nhật ký) / why names are seen (kept in the audit chain).")  # fmt: skip
@format_option
@click.pass_context
def command(ctx: click.Context, /, reason: str, fmt: str, **said: str) -> int:
    """Tìm trẻ theo một phần họ tên, có dấu hay không dấu / find a child by part of its name, with tone marks or without.

    Không ghi TEXT thì hỏi nhiều lần: mỗi dòng một lần tìm, cùng các lựa chọn trên / without TEXT, one search a line, with
    the same options; an empty line ends.
    """
    from childdb.workflow.finding import Finder

    if not reason.strip():
        raise UsageFault("Xem họ tên phải nêu lý do: --reason.", "Names are shown only with a reason: --reason.")
    with opened(ctx) as store:
        finder = Finder(store)
        if said["text"] or said["mother"]:
            _tell(ctx, finder, _query(said), reason, fmt)
            return DONE
        names = finder.prepare()
        click.echo(say(ctx, f"{names} tên. Mỗi dòng một lần tìm; dòng trống thì thôi.",
                       f"{names} names. One search a line; an empty line ends."), err=True)  # fmt: skip
        while line := _line(ctx):
            _search(ctx, finder, line, reason, fmt)
    return DONE


_what(command)
_one_line = _what(click.Command("find", callback=lambda **said: said))


def _line(ctx: click.Context) -> str:
    if sys.stdin.isatty():
        click.echo(say(ctx, "Tìm: ", "Find: "), nl=False, err=True)
    return sys.stdin.readline().strip()


def _search(ctx: click.Context, finder: Finder, line: str, reason: str, fmt: str) -> None:
    """One line of a conversation: what is wrong in it is said, and the conversation goes on."""
    try:
        said = _one_line.make_context("find", shlex.split(line)).params
        _tell(ctx, finder, _query(said), reason, fmt)
    except (ValueError, click.ClickException) as fault:
        click.echo(fault.format_message() if isinstance(fault, click.ClickException) else line, err=True)
    except ChildDBError as fault:
        click.echo(fault.sentence(lang(ctx)), err=True)


def _query(said: dict[str, str]) -> Query:
    from childdb.workflow.finding import Query as Asked

    return Asked(" ".join(said["text"]), said["mother"], said["born"], said["commune"], int(said["limit"]))


def _tell(ctx: click.Context, finder: Finder, query: Query, reason: str, fmt: str) -> None:
    from childdb.workflow.reviewing import FIELDS, shown

    found: Answer = finder.find(query, reason=reason, actor=actor(), now=now())
    english = lang(ctx) == "en"
    columns = ["child", *(name for name in FIELDS if name != "personal_id")]
    rows = [{"child": person.child} | shown(person) for person in found.people]
    headings = columns if english else ["mã trẻ", *(FIELDS[c][0] for c in columns[1:])]
    if rows or fmt != "table":
        emit(rows, columns, fmt, headings)
    if found.near:
        click.echo(say(ctx, "Không có tên như vậy; đây là các tên đọc gần giống.",
                       "No such name; these sound alike."), err=True)  # fmt: skip
    more = "" if found.children <= len(rows) else say(ctx, f", hiện {len(rows)}", f", {len(rows)} shown")
    click.echo(say(ctx, f"{found.children} trẻ{more}.", f"{found.children} children{more}."), err=True)
