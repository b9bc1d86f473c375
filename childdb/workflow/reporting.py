"""The report of a year or a part of it, written as a Word document from the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from childdb.report.blocks import Block, Report
from childdb.report.decree import write_report
from childdb.report.settings import Bodies, outline
from childdb.store import Store
from childdb.workflow.reporting_annexes import annexes
from childdb.workflow.reporting_contributions import Contribution, Sender
from childdb.workflow.reporting_figures import Figures, Span, computed
from childdb.workflow.reporting_protection import Protection
from childdb.workflow.reporting_text import Period, Text, opening
from schemas import codes
from schemas.errors import NotFound


@dataclass(frozen=True)
class Asked:
    """What is asked of a report: the period and its words, the unit (its key), the settings."""

    span: Span
    period: Period
    unit: str
    bodies: Bodies
    inside: bool = False
    lang: str = "vi"


@dataclass(frozen=True)
class Written:
    """What was made: the file, its figures, and how many numbers are bound in it."""

    path: Path
    figures: Figures
    numbers: int


def annual_span(year: int, as_of: date | None, since: date | None) -> Span:
    """The year up to 30 November (reports are due by 5 December), against the end of the year before."""
    return Span(as_of or date(year, 11, 30), since or date(year - 1, 12, 31))


def reporting_unit(code: str | None, on: date) -> str:
    """The key of the unit that reports: as named, else the district, and the province once there is none."""
    if code and code in codes.units():
        return code
    for wanted in [code] if code else ["102", "11"]:
        unit = codes.unit_on(wanted, on)
        if unit is not None:
            return unit.key
    raise NotFound(f"Không có địa bàn {code} vào ngày {on:%d/%m/%Y}.", f"There is no unit {code} on {on}.")


def write_annual(
    store: Store, path: Path, asked: Asked, *, actor: str, now: datetime
) -> Written:  # fmt: skip
    """Write the report to PATH (.docx); the same store gives the same bytes."""
    figures = report_figures(store, asked, actor=actor, now=now)
    unit = codes.units()[asked.unit]
    given: Sequence[Contribution] = ()
    senders: Sequence[Sender] = ()
    text = Text(figures, outline(), asked.period, given, senders)
    pictures: list[Block] = []
    name = unit.name[:1].lower() + unit.name[1:]
    report = Report(
        asked.bodies.body(unit, asked.span.as_of), asked.span.as_of,
        f"Kết quả thực hiện Chỉ thị số 28-CT/TW {asked.period.words} trên địa bàn {name}",
        opening(asked.span.as_of), text.blocks(), annexes(figures, pictures),
        f"Trên đây là kết quả thực hiện Chỉ thị số 28-CT/TW {asked.period.words} trên địa bàn {name}./.",
        {"now": str(figures.now.run), "before": str(figures.before.run), "unit": asked.unit, "lang": asked.lang,
         "inside": "1" if asked.inside else "0"},
    )  # fmt: skip
    data, writer = write_report(report)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    store.audit(actor, "report", {"run": figures.now.run, "numbers": len(writer.bound)}, now=now)
    return Written(path, figures, len(writer.bound))


def report_figures(store: Store, asked: Asked, *, actor: str, now: datetime) -> Figures:
    return computed(
        store, asked.span, asked.unit, asked.lang, protection=Protection(asked.inside), actor=actor, now=now
    )
