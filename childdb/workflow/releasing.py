"""Figures that leave the office: under disclosure control, noted in the store and in the audit chain, then written."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from childdb.store import Store
from childdb.workflow import figures
from indicators.disclosure import Earlier, Protected, protect, rule_on
from indicators.loader import catalogue, chosen
from indicators.results import Results
from schemas.errors import UsageFault
from schemas.files import whole_file

COLUMNS = {
    "indicator": "mã chỉ tiêu", "title": "chỉ tiêu", "unit": "mã địa bàn", "unit_name": "địa bàn", "level": "cấp",
    "group_name": "nhóm", "group_value": "giá trị nhóm", "numerator": "tử số", "denominator": "mẫu số",
    "unknown": "chưa biết", "value": "giá trị", "low": "thấp nhất", "high": "cao nhất", "ci_low": "KTC 95% dưới",
    "ci_high": "KTC 95% trên", "measure": "đơn vị tính", "confidence": "căn cứ", "as_of": "tính đến",
    "period_start": "từ ngày", "geography": "địa giới ngày", "batch": "lô", "disclosure": "công bố",
}  # fmt: skip
MARK = "(*)"
NOTES = {
    "vi": f"{MARK} Có số liệu nhưng không công bố, để không lộ thông tin của trẻ. Không phải số không. <5: từ 1 đến 4 hồ sơ chưa rõ.",
    "en": f"{MARK} There is a figure, held back so that no child can be told. It is not zero. <5: 1 to 4 records not known.",
}
_COUNTED = {"numerator", "denominator", "unknown", "value", "low", "high", "ci_low", "ci_high"}


@dataclass(frozen=True)
class Wanted:
    """Which figures: as on a day, over a period, in a geography, as known at a batch; of indicators and units."""

    as_of: date
    period_start: date | None = None
    geography: date | None = None
    as_known: int | None = None
    ids: Collection[str] = ()
    units: Collection[str] = ()
    groups: bool = True


@dataclass(frozen=True)
class Released:
    """The number of the release (None: a rehearsal), its figures, and why some units have none."""

    number: int | None
    protected: Protected
    results: Results


def release(
    store: Store, out: Path, wanted: Wanted, *, audience: str, lang: str, actor: str, now: datetime,
    rehearse: bool = False,
) -> Released:  # fmt: skip
    """Write the figures that may leave to OUT (.csv or .xlsx); what is let out is noted before the file stands."""
    if out.suffix.lower() not in (".csv", ".xlsx"):
        raise UsageFault(f"Không viết được {out.name}: chọn tên .csv hoặc .xlsx.",
                         f"{out.name} cannot be written: choose a name with .csv or .xlsx.")  # fmt: skip
    results, protected = protected_figures(store, wanted)
    if rehearse:
        return Released(None, protected, results)
    rows = rows_of(protected, results, lang)
    content = _csv(rows) if out.suffix.lower() == ".csv" else _workbook(rows, lang)
    number = note_release(store, results, protected, audience=audience, actor=actor, now=now)
    with whole_file(out, mode=0o644) as file:
        file.write(content)
    return Released(number, protected, results)


def protected_figures(store: Store, wanted: Wanted) -> tuple[Results, Protected]:
    """The figures wanted, and what of them may leave beside all that has left before; nothing is noted yet.

    The whole catalogue is computed whatever is wanted: what one indicator hides another could tell.
    """
    if wanted.ids:
        chosen(list(wanted.ids))
    results = figures.figures(
        store, as_of=wanted.as_of, as_known=wanted.as_known, geography=wanted.geography,
        period_start=wanted.period_start, filed=True,
    )  # fmt: skip
    return results, protected_of(store, results, wanted)


def protected_of(store: Store, results: Results, wanted: Wanted) -> Protected:
    """What may leave of results (the whole catalogue, computed with `filed`), beside all that has left before."""
    earlier = [Earlier.read(r.content) for r in store.releases() if "figures" in r.content]
    return protect(
        results, earlier, indicators=wanted.ids or None, units=wanted.units or None, groups=wanted.groups
    )  # fmt: skip


def note_release(
    store: Store, results: Results, protected: Protected, *, audience: str, actor: str, now: datetime
) -> int:  # fmt: skip
    """Keep the run and what of it is let out, with an entry in the audit chain; returns the release's number."""
    run = figures.keep(store, results, actor=actor, now=now)
    return store.save_release(run, audience, protected.content, actor=actor, now=now)


def rows_of(protected: Protected, results: Results, lang: str) -> list[dict[str, Any]]:
    """The rows that leave, as plain values; numbers of a hidden figure are None, and `disclosure` says so."""
    rows: list[dict[str, Any]] = []
    start, few = protected.content["period_start"], f"<{rule_on(results.as_of).threshold}"
    for figure in protected.frame.to_dict("records"):
        titles = catalogue()[str(figure["indicator"])].title
        whole = {str(k): v for k, v in figure.items()} | {"title": titles[lang], "period_start": start}
        row = {c: _plain(whole[c]) for c in COLUMNS}
        if row["disclosure"] == "shown" and row["unknown"] is None:
            row["unknown"] = few
        rows.append(row)
    return rows


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT or value != value:
        return None
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()[:10]
    return value if isinstance(value, str) else int(value)


def _csv(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(list(COLUMNS))
    writer.writerows([["" if v is None else _neutral(v) for v in row.values()] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _neutral(value: Any) -> Any:
    """A name that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "@", "\t", "\r") else value


def _workbook(rows: list[dict[str, Any]], lang: str) -> bytes:
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#DDE6EE", "border": 1, "valign": "top"})
        grey = book.add_format({"font_color": "#666666", "align": "right"})
        sheet = book.add_worksheet("Chỉ tiêu" if lang == "vi" else "Indicators")
        sheet.freeze_panes(3, 2)
        sheet.set_landscape()
        sheet.set_paper(8)  # A3: twenty-two columns do not fit a smaller page
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
        sheet.write_string(0, 0, NOTES[lang])
        for column, (name, heading) in enumerate(COLUMNS.items()):
            sheet.write_string(2, column, heading if lang == "vi" else name, head)
            sheet.set_column(column, column, {"title": 46, "indicator": 28, "unit_name": 18}.get(name, 11))
        for number, row in enumerate(rows, start=3):
            for column, (name, value) in enumerate(row.items()):
                if name in _COUNTED and row["disclosure"] != "shown":
                    sheet.write_string(number, column, MARK, grey)
                elif name in _COUNTED and isinstance(value, str) and value.startswith("<"):
                    sheet.write_string(number, column, value, grey)
                elif name in _COUNTED and value is not None:
                    sheet.write_number(number, column, float(value))
                elif value is not None:
                    sheet.write_string(number, column, str(value))
        sheet.autofilter(2, 0, 2 + len(rows), len(COLUMNS) - 1)
    return file.getvalue()
