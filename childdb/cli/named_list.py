"""What every list of children has in common: by key, and with names only for a reason that is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from childdb.cli.door import DATE, actor, now
from childdb.cli.output import emit, lang
from schemas.errors import UsageFault

if TYPE_CHECKING:
    from childdb.store import Store

HEADINGS = {
    "child": "mã trẻ", "commune": "xã", "commune_name": "tên xã", "village": "thôn, bản", "full_name": "họ tên",
    "birth_date": "ngày sinh", "mother_name": "họ tên mẹ",
}  # fmt: skip


def list_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--commune, --as-of, --as-known, --names, --reason."""
    for option in reversed((
        click.option("--commune", metavar="CODE", help="Xã (hoặc huyện) / commune (or district)."),
        click.option("--as-of", type=DATE, help="Tính đến ngày / as on this date (today)."),
        click.option("--as-known", type=int, metavar="BATCH", help="Như đã biết tại lô / as known at a batch."),
        click.option("--names", is_flag=True, help="Kèm họ tên / with names."),
        click.option("--reason", default="", metavar="TEXT", help="Lý do xem họ tên / why names are needed."),
    )):  # fmt: skip
        command = option(command)
    return command


def refuse_without_reason(names: bool, reason: str) -> None:
    if names and not reason.strip():
        raise UsageFault("Xem họ tên phải nêu lý do: --reason.", "Names are shown only with a reason: --reason.")


def show(
    ctx: click.Context, store: Store, rows: Sequence[Mapping[str, Any]], columns: Sequence[str],
    headings: Mapping[str, str], fmt: str, *, what: str, names: bool, reason: str, as_of: date, as_known: int | None,
) -> None:  # fmt: skip
    """Print the rows; with NAMES after noting who saw them and why. HEADINGS are the Vietnamese words for a table."""
    from childdb.workflow.lists import NAMED, with_names

    shown = list(columns)
    listed = rows
    if names:
        listed = with_names(
            store, rows, as_of=as_of, as_known=as_known, what=what, reason=reason, actor=actor(), now=now()
        )
        shown = [shown[0], *NAMED, *shown[1:]]
    words = HEADINGS | dict(headings)
    emit(listed, shown, fmt, shown if lang(ctx) == "en" else [words.get(c, c) for c in shown])
