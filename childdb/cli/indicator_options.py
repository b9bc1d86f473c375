"""Options and words that several commands on indicators share."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from childdb.cli.door import DATE, today
from schemas.errors import NotFound, UsageFault

as_of_option = click.option("--as-of", type=DATE, help="Tính đến ngày / as on this date (today).")
known_option = click.option("--as-known", type=int, metavar="BATCH", help="Như đã biết tại lô / as known at a batch.")
geography_option = click.option("--geography", type=DATE, help="Theo địa giới ngày / in the units of this date.")
unit_option = click.option(
    "--unit", metavar="CODE", help="Địa bàn (mã hoặc MÃ@NGÀY; mặc định: cả huyện) / unit (default: the district)."
)
ids_option = click.option("--id", "--indicator", "ids", multiple=True, metavar="ID", help="Chỉ chỉ tiêu này / only this indicator.")  # fmt: skip


period_option = click.option(
    "--period", metavar="PERIOD",
    help="Kỳ: tháng 2024-11, quý 2024-Q4, năm 2024, năm học 2024-2025 / month, quarter, year, school year.",
)  # fmt: skip


def days_of(as_of: date | None, period: str | None) -> tuple[date, date | None]:
    """The as-of date and the first day of the period (empty: twelve months), as the options say.

    Of a period that goes on the figures are as on today; one that has not begun is refused.
    """
    from indicators.periods import period_named

    now = today()
    if period is None:
        return as_of or now, None
    first, last = period_named(period)
    day = as_of or min(last, max(first, now))
    if not first <= day <= last:
        raise UsageFault(f"Ngày {day} không thuộc kỳ {period}.", f"{day} is not within the period {period}.")
    if as_of is None and first > now:
        raise UsageFault(f"Kỳ {period} chưa bắt đầu.", f"The period {period} has not begun.")
    return day, first


_LEVELS = ("district", "province", "commune")


def whole_of(results: Any) -> str:
    """The unit that the figures are about: the district with nearly all their rows, without one the province."""
    totals = results.frame[results.frame["group_name"] == "total"]
    rows = totals["n_children"].fillna(0).astype(int).groupby([totals["unit"], totals["level"]]).sum()
    nearly_all = [(level, unit) for (unit, level), n in rows.items() if n >= 0.9 * rows.max()]
    return min(((_LEVELS.index(level), unit) for level, unit in nearly_all), default=(0, ""))[1]


def unit_key(code: str | None, results: Any) -> str:
    """The unit's key as on the results' geography; by default the whole of them."""
    units = {str(u) for u in results.frame["unit"]}
    if code is None:
        return whole_of(results)
    if code in units:
        return code
    found = sorted(u for u in units if u.split("@")[0] == code)
    if not found:
        raise NotFound(f"Không có địa bàn {code} vào ngày này.", f"There is no unit {code} on this date.")
    if len(found) > 1:
        raise UsageFault(
            f"Mã {code} chỉ nhiều địa bàn: {', '.join(found)}.", f"{code} means several units: {', '.join(found)}."
        )
    return found[0]
