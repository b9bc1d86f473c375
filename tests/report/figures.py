"""Figures for the tests of sentences: plain results, without a store."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from childdb.report.figure import Figure, Judged
from indicators.intervals import wilson_at

Z95 = 1.959963984540054


def share(n, d, *, unknown=0, doubtful=0, run=2, as_of=date(2024, 11, 30), **more):
    """A share as the engine gives it: value, bounds and Wilson limits in percent."""
    value = Decimal(100 * n) / d if d else None
    low, high = wilson_at(n, d, Z95)
    whole = d + unknown + doubtful
    return Figure(
        run=run, indicator="full_immunization_u1", title="Tỷ lệ tiêm đủ", unit="102", unit_name="Huyện Mường Ảng",
        as_of=as_of, kind="share", measure="percent", confidence="confirmed", numerator=Decimal(n),
        denominator=Decimal(d), unknown=unknown, population_unknown=doubtful, value=_two(value),
        low=_two(Decimal(100 * n) / whole), high=_two(Decimal(100 * (n + unknown + doubtful)) / whole),
        ci_low=_two(Decimal(str(low * 100))), ci_high=_two(Decimal(str(high * 100))), **more,
    )  # fmt: skip


def count(n, *, run=2, as_of=date(2024, 11, 30), **more):
    plain = share(n, max(n, 1), run=run, as_of=as_of)
    return replace(plain, kind="sum", measure="count", value=Decimal(n), low=Decimal(n), high=Decimal(n), ci_low=None,
                   ci_high=None, numerator=Decimal(n), denominator=Decimal(n), title="Số trẻ mồ côi", **more)  # fmt: skip


def earlier(figure):
    return replace(figure, run=1, as_of=date(2023, 12, 31))


def goal(verdict, *, target="97", comparator=">=", reason="", more=None, settle=None, basis="dated", year=2024,
         confidence="confirmed", document="QĐ 23/QĐ-TTg 07/01/2021", number=0):  # fmt: skip
    return Judged(
        document, comparator, Decimal(target), year, basis, confidence, verdict, reason, True, more, settle, number
    )


def _two(value):
    return None if value is None else value.quantize(Decimal("0.01"))
