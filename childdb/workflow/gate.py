"""The gate's last question: do the records that were taken out agree with the indicator table, unit by unit.

Records and figures come by two roads (names decrypted from the store; a snapshot counted by the engine). Every figure that
follows from what a record tells is counted again over the records, those held back included, and must be the same for every
unit and group (indicators.recount). And by no engine at all: children under five are counted in plain Python and set beside the
figure whose population is just that; a birth year alone leaves a child possible and not certain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from childdb.workflow.figures import plain_rows
from indicators.recount import Recount, recountable
from schemas.dates import add_months, completed_months
from schemas.errors import CheckFailed

FIGURE, MONTHS = "birth_registration_u5", 60


class Totals:
    """Children under five by unit, as the records go by."""

    def __init__(self, as_of: date) -> None:
        self._as_of = as_of
        self.certain: Counter[str] = Counter()
        self.possible: Counter[str] = Counter()

    def see(self, record: Mapping[str, Any]) -> None:
        unit = f"{record['commune_code']}@{record['commune_from']}"
        born = record.get("birth_date")
        first, last = _span(str(born)) if born else (date.min, self._as_of)
        for place in (unit, ""):
            self.certain[place] += completed_months(first, self._as_of) < MONTHS
            self.possible[place] += completed_months(min(last, self._as_of), self._as_of) < MONTHS

    def disagreements(self, figures: Sequence[Mapping[str, Any]]) -> list[str]:
        """Units in which the figure cannot be of these records; the whole is the unit that holds all others."""
        told = {
            str(row["unit"]): (int(row["denominator"]), int(row["denominator"]) + int(row["unknown"] or 0))
            for row in figures
            if row["indicator"] == FIGURE and row["group_name"] == "total" and row["denominator"] is not None
        }
        if told:
            told[""] = max(told.values(), key=lambda low_high: low_high[1])
        return [
            unit for unit, (low, high) in told.items()
            if (unit in self.possible or unit == "") and not (low <= self.possible[unit] and self.certain[unit] <= high <= self.possible[unit])
        ]  # fmt: skip


def check_totals(totals: Totals, figures: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a package whose records and indicator table are not of the same children."""
    wrong = totals.disagreements(figures)
    if wrong:
        where = ", ".join(unit or "∑" for unit in wrong[:5])
        raise CheckFailed(
            f"Số trẻ trong gói không khớp bảng chỉ tiêu ({FIGURE}; {where}). Chưa lập gói.",
            f"The package's records do not agree with the indicator table ({FIGURE}; {where}). Nothing was made.",
        )


def check_figures(recount: Recount, figures: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a package with a figure that its own records do not give."""
    again = {_place(row): _counts(row) for row in plain_rows(recount.figures())}
    indicators = {d.id for d in recountable()}
    told = {_place(row): _counts(row) for row in figures if row["indicator"] in indicators}
    wrong = sorted(place for place in told.keys() | again.keys() if told.get(place) != again.get(place))
    if wrong:
        units = sorted({unit for _, unit, *_ in wrong})
        where = (
            ", ".join(sorted({place[0] for place in wrong})) + "; " + ", ".join(units[:5]) + (" …" if units[5:] else "")
        )
        raise CheckFailed(
            f"{len(wrong)} số liệu trong bảng chỉ tiêu không khớp với bản ghi ({where}). Chưa lập gói.",
            f"{len(wrong)} figures of the indicator table do not agree with the records ({where}). Nothing was made.",
        )


def _place(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[key]) for key in ("indicator", "unit", "group_name", "group_value"))


def _counts(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[key] for key in ("numerator", "denominator", "unknown"))


def _span(text: str) -> tuple[date, date]:
    """First and last day that a birth date as written (2020, 2020-05, 2020-05-06) may mean."""
    parts = [int(p) for p in text.split("-")]
    first = date(parts[0], *[*parts[1:], 1, 1][:2])
    if len(parts) == 3:
        return first, first
    following = add_months(first, 12 if len(parts) == 1 else 1)
    return first, date.fromordinal(following.toordinal() - 1)
