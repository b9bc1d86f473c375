"""Completed ages in SQL, by year, month and day, as schemas.dates.completed_months counts them."""

from __future__ import annotations

from datetime import date


def completed_months(born: str, on: str | date) -> str:
    """SQL for the completed months from a date column to another, or to a day."""
    if isinstance(on, date):
        months, day = str(on.year * 12 + on.month), str(on.day)
    else:
        months, day = f"extract(year from {on}) * 12 + extract(month from {on})", f"extract(day from {on})"
    return (
        f"cast({months} - extract(year from {born}) * 12 - extract(month from {born})"
        f" - case when {day} < extract(day from {born}) then 1 else 0 end as integer)"
    )
