"""The report of a year or a part of it, written as a Word document from the store."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from childdb.report.blocks import Report
from childdb.report.decree import write_report
from childdb.report.settings import Bodies, outline, read_bodies
from childdb.store import Store
from childdb.workflow.reporting_annexes import annexes
from childdb.workflow.reporting_contributions import contributions, senders
from childdb.workflow.reporting_figures import Figures, Span, computed
from childdb.workflow.reporting_pictures import as_blocks, pictures
from childdb.workflow.reporting_protection import Maker, protection_of
from childdb.workflow.reporting_text import Period, Text, opening
from indicators.periods import period_named
from schemas import codes
from schemas.dates import add_months
from schemas.errors import NotFound, UsageFault


@dataclass(frozen=True)
class Asked:
    """What is asked of a report: the period and its words, the unit (its key), the settings."""

    span: Span
    period: Period
    unit: str
    bodies: Bodies
    inside: bool = False
    lang: str = "vi"
    audience: str = ""
    """Whom a version for outside is made for (empty: a draft)."""


@dataclass(frozen=True)
class Written:
    """What was made: the file, its figures, and how many numbers are bound in it."""

    path: Path
    figures: Figures
    numbers: int


def bodies(file: Path | None = None) -> Bodies:
    """The dated names of agencies and bodies: of the office's own FILE, else as they come with the program."""
    return read_bodies(file)


def annual_span(year: int, as_of: date | None, since: date | None) -> Span:
    """The year up to 30 November (reports are due by 5 December), against the end of the year before."""
    return Span(as_of or date(year, 11, 30), since or date(year - 1, 12, 31))


_HALF = re.compile(r"(\d{4})-H([12])")
_ROMAN = ("I", "II", "III", "IV")


def period_span(name: str, since: date | None) -> tuple[Span, Period]:
    """A month (2024-11), quarter (2024-Q3) or half year (2024-H1) against the period before it."""
    start, end = half_or_named(name)
    before_end = start - timedelta(days=1)
    before_start = add_months(start, -_months(start, end))
    return Span(end, since or before_end, start, before_start), _period_words(name, start, end)


def half_or_named(name: str) -> tuple[date, date]:
    half = _HALF.fullmatch(name.strip().upper())
    if half is None:
        return period_named(name)
    year = int(half[1])
    return (date(year, 1, 1), date(year, 6, 30)) if half[2] == "1" else (date(year, 7, 1), date(year, 12, 31))


def _months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month + 1


def _period_words(name: str, start: date, end: date) -> Period:
    def words(first: date, months: int) -> str:
        if months == 1:
            return f"tháng {first.month} năm {first.year}"
        if months == 3:
            return f"quý {_ROMAN[(first.month - 1) // 3]} năm {first.year}"
        if months == 6:
            return f"6 tháng {'đầu' if first.month == 1 else 'cuối'} năm {first.year}"
        return f"năm {first.year}" if first.month == 1 else f"năm học {first.year}-{first.year + 1}"

    months = _months(start, end)
    return Period(words(start, months), words(add_months(start, months), months), name.strip().upper())


def reporting_unit(code: str | None, on: date, settings: Bodies | None = None) -> str:
    """The key of the unit that reports: as named, else by the settings the district, and the province once there is none."""
    if code and code in codes.units():
        return code
    for wanted in [code] if code else (settings or read_bodies()).reports:
        unit = codes.unit_on(wanted, on)
        if unit is not None:
            return unit.key
    raise NotFound(f"Không có địa bàn {code} vào ngày {on:%d/%m/%Y}.", f"There is no unit {code} on {on}.")


def write_word(
    store: Store, path: Path, asked: Asked, *, actor: str, now: datetime, figures: Figures | None = None
) -> Written:
    """Write the report to PATH (.docx); the same store gives the same bytes."""
    figures = figures or report_figures(store, asked, actor=actor, now=now)
    unit = codes.units()[asked.unit]
    who = senders(asked.bodies, asked.unit, asked.span.as_of)
    given = contributions(store, who, asked.period.name, as_known=figures.now.results.batch)
    text = Text(figures, outline(), asked.period, given, who)
    drawn = as_blocks(pictures(store, figures, outline()))
    name = unit.name[:1].lower() + unit.name[1:]
    report = Report(
        asked.bodies.body(unit, asked.span.as_of), asked.span.as_of,
        f"Kết quả thực hiện Chỉ thị số 28-CT/TW {asked.period.words} trên địa bàn {name}",
        opening(asked.span.as_of), text.blocks(), annexes(figures, drawn),
        f"Trên đây là kết quả thực hiện Chỉ thị số 28-CT/TW {asked.period.words} trên địa bàn {name}./.",
        {"now": str(figures.now.run), "before": str(figures.before.run), "unit": asked.unit, "lang": asked.lang,
         "inside": "1" if asked.inside else "0", **({"then": str(figures.then.run)} if figures.then else {})},
    )  # fmt: skip
    data, writer = write_report(report)
    figures.protection.write(path, data)
    store.audit(actor, "report", {"run": figures.now.run, "numbers": len(writer.bound)}, now=now)
    return Written(path, figures, len(writer.bound))


def report_figures(store: Store, asked: Asked, *, actor: str, now: datetime) -> Figures:
    if asked.span.since >= asked.span.as_of:
        raise UsageFault(
            "Ngày để so sánh phải trước ngày tính đến.", "The date to compare with must lie before the date reported."
        )
    return computed(
        store,
        asked.span,
        asked.unit,
        asked.lang,
        protection=protection_of(store, inside=asked.inside, maker=Maker(store, actor, now, asked.audience)),
        actor=actor,
        now=now,
    )
