"""What every command on the store needs: the store that was named, and the clock (read here and nowhere below)."""

from __future__ import annotations

import getpass
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from childdb.store import Store


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date where this computer stands."""
    return datetime.now().astimezone().date()


def actor() -> str:
    """Who sits at this computer, for the batch and the audit chain."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def place(ctx: click.Context) -> tuple[str | None, Path | None]:
    """The store's URL or path and the key file, as named by options or environment."""
    words = ctx.find_root().obj or {}
    key = words.get("key_file")
    return words.get("db"), Path(key) if key else None


@contextmanager
def opened(ctx: click.Context) -> Iterator[Store]:
    """The store, open; refuses in one sentence where there is none, and never makes one."""
    from childdb.workflow.opening import open_store

    store = open_store(*place(ctx))
    try:
        yield store
    finally:
        store.close()


class DateType(click.ParamType[date]):
    """A date as 2024-11-30 or 30/11/2024."""

    name = "YYYY-MM-DD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        for form in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                return datetime.strptime(str(value), form).date()  # noqa: DTZ007  (a calendar day has no zone)
            except ValueError:
                continue
        self.fail(f"“{value}”: ghi ngày theo mẫu 2024-11-30 / write the date like 2024-11-30", param, ctx)


class MomentType(click.ParamType[datetime]):
    """A day, or a day and an hour, where this computer stands: 2026-03-05, 05/03/2026, "2026-03-05 14:30"."""

    name = "YYYY-MM-DD [HH:MM]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        for form in ("%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%Y-%m-%d", "%d/%m/%Y"):
            try:
                return datetime.strptime(str(value), form).astimezone(UTC)
            except ValueError:
                continue
        self.fail(f"“{value}”: ghi như 2026-03-05 14:30 / write it like 2026-03-05 14:30", param, ctx)


DATE = DateType()
MOMENT = MomentType()
reason_option = click.option(
    "--reason",
    required=True,
    metavar="TEXT",
    help="Lý do xem hoặc gửi họ tên (ghi vào nhật ký) / why names are needed.",
)
