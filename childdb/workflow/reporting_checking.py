"""A written report set against the store: what each number stands for, whether it still agrees, and on to the cells."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from childdb.report.binding import Found, Reading, read_report
from childdb.report.figure import Ref, text_of
from childdb.report.numbers import plain
from childdb.report.sentences import tally
from childdb.report.settings import outline
from childdb.store import Store
from childdb.store.runs import RunRow
from childdb.workflow.explaining import Question, unit_on
from childdb.workflow.explaining import trace as trace_children
from childdb.workflow.reporting_figures import Figures, again
from childdb.workflow.reporting_protection import protection_of
from childdb.workflow.reporting_text import Period, Text
from indicators.loader import catalogue
from schemas.errors import NotFound, UsageFault

STANDINGS = {
    "agrees": ("khớp", "agrees"),
    "edited": ("đã sửa tay, khác kết quả", "edited: not what the run gave"),
    "changed": ("kho nay cho số khác", "the store now gives another figure"),
    "no_result": ("kết quả không còn", "there is no such result"),
    "removed": ("đã bị xóa khỏi văn bản", "taken out of the document"),
    "typed": ("gõ thêm, không gắn với kết quả nào", "typed in, bound to no result"),
}
FIELDS = {
    "value": ("giá trị", "value"), "numerator": ("tử số", "numerator"), "denominator": ("mẫu số", "denominator"),
    "unknown": ("chưa rõ", "unknown"), "population_unknown": ("chưa rõ thuộc diện", "not known to belong"),
    "low": ("thấp nhất", "lowest"), "high": ("cao nhất", "highest"), "ci_low": ("cận dưới 95%", "lower 95 % limit"),
    "ci_high": ("cận trên 95%", "upper 95 % limit"), "diff": ("thay đổi", "change"), "target": ("mức so sánh", "target"),
    "more": ("còn thiếu", "still needed"), "settle": ("hồ sơ cần xác minh", "records to settle"),
    "part": ("phần của thay đổi", "part of the change"), "tally": ("số chỉ tiêu", "how many indicators"),
}  # fmt: skip
COLUMNS = ("number", "text", "indicator", "title", "unit", "field", "as_of", "run", "batch")


@dataclass(frozen=True)
class Line:
    """One number of a document: its place, what stands there, what should, and how they compare."""

    number: int
    text: str
    expected: str
    now: str
    standing: str
    indicator: str
    unit: str
    field: str
    around: str


def traced(store: Store, path: Path, lang: str) -> list[dict[str, Any]]:
    """Every number of the report with its indicator, unit, field, date, run and batch."""
    runs = {r.number: r for r in store.runs()}
    return [_told(found, runs.get(found.ref.run), lang) for found in _read(path).found]


def _told(found: Found, run: RunRow | None, lang: str) -> dict[str, Any]:
    ref = found.ref
    return {
        "number": found.place, "text": found.text, "indicator": ref.indicator, "title": _title(ref.indicator, lang), "unit": ref.unit,
        "field": field_words(ref.field, lang), "as_of": run.as_of if run else None, "run": ref.run, "batch": run.batch if run else None,
    }  # fmt: skip


def _title(indicator: str, lang: str) -> str:
    if indicator.startswith("#"):
        return "Nhóm chỉ tiêu" if lang == "vi" else "A group of indicators"
    return catalogue()[indicator].title[lang] if indicator in catalogue() else indicator


def field_words(field: str, lang: str) -> str:
    head, _, rest = field.partition(".")
    words = FIELDS.get(head, (head, head))[lang == "en"]
    return f"{words} ({rest})" if head in ("part", "tally") else words


def cells_behind(store: Store, path: Path, number: int, limit: int) -> list[dict[str, Any]]:
    """The rows and cells behind the number that stands at a place of the report."""
    found = next((f for f in _read(path).found if f.place == number), None)
    if found is None:
        raise NotFound(f"Báo cáo không có con số thứ {number}.", f"The report has no number {number}.")
    if found.ref.indicator.startswith("#"):
        raise UsageFault(
            f"Con số thứ {number} đếm các chỉ tiêu; hãy truy nguồn từng chỉ tiêu.",
            f"Number {number} counts indicators; trace each of them.",
        )
    run = _run(store, found.ref.run)
    asked = Question(found.ref.indicator, found.ref.unit, run.as_of, run.batch, run.period_start, run.geography)
    return trace_children(store, asked, child=None, limit=limit)


def checked(store: Store, path: Path, lang: str) -> list[Line]:
    """Every number of the report that does not agree, and those that do; what was taken out and typed in last."""
    reading = _read(path)
    now, before = _runs(store, reading)
    known_then = _run(store, int(reading.about["then"])) if reading.about.get("then") else None
    unit = reading.about.get("unit") or unit_on(_main_unit(reading), now.geography)
    spoken = reading.about.get("lang", "vi")
    inside = reading.about.get("inside") == "1"
    parts = any(f.ref.field.startswith("part.") for f in reading.found)

    def known_at(batch: int | None) -> Figures:
        protection = protection_of(store, inside=inside)
        return again(store, (now, before, known_then), unit, spoken, protection=protection, as_known=batch, parts=parts)

    then = known_at(now.batch)
    latest = then if store.last_batch() == now.batch else known_at(None)
    looks = [_Look(f, spoken) for f in (then, latest)]
    lines = [_line(found, *(look.text(found.ref) for look in looks)) for found in reading.found]
    for tag, text in reading.removed:
        ref = Ref.read(tag)
        lines.append(Line(0, "", text, "", "removed", ref.indicator if ref else "", ref.unit if ref else "",
                          ref.field if ref else "", ""))  # fmt: skip
    lines += [Line(0, text, "", "", "typed", "", "", "", "") for text in reading.typed]
    return lines


def _line(found: Found, expected: str | None, now: str | None) -> Line:
    same = _bare(found.text) == _bare(expected or "")
    standing = "no_result" if expected is None else "edited" if not same else "agrees" if now == expected else "changed"
    ref = found.ref
    return Line(
        found.place, found.text, expected or "", now or "", standing, ref.indicator, ref.unit, ref.field, found.around
    )


def _bare(text: str) -> str:
    """The text without blanks of any width: editing may bring them in."""
    return re.sub(r"\s", "", text)


def _read(path: Path) -> Reading:
    reading = read_report(path)
    if not reading.found and not reading.removed:
        raise NotFound(
            f"{path.name} không có con số nào gắn với kết quả; đây có phải báo cáo do childdb viết?",
            f"No number in {path.name} is bound to a result; was it written by childdb?",
        )
    return reading


def _runs(store: Store, reading: Reading) -> tuple[RunRow, RunRow]:
    """The report's run and the one before it: as the report says, else by how often its numbers name them."""
    counted = [n for n, _ in Counter(f.ref.run for f in reading.found).most_common()]
    now = int(reading.about.get("now") or counted[0])
    before = int(reading.about.get("before") or next((n for n in counted if n != now), now))
    return _run(store, now), _run(store, before)


def _run(store: Store, number: int) -> RunRow:
    run = next((r for r in store.runs() if r.number == number), None)
    if run is None:
        raise NotFound(
            f"Kho này không có lần tính {number} mà báo cáo dựa vào.",
            f"This store has no run {number}, on which the report rests.",
        )
    return run


def _main_unit(reading: Reading) -> str:
    return Counter(f.ref.unit for f in reading.found).most_common(1)[0][0]


class _Look:
    """Finds the text of a reference among figures."""

    def __init__(self, figures: Figures, lang: str) -> None:
        self.figures, self.lang = figures, lang
        self.writer = Text(figures, outline(), Period("", "", ""), (), ())

    def text(self, ref: Ref) -> str | None:
        unit = self._unit(ref.unit)
        if ref.indicator.startswith("#"):
            counts = tally(*self.writer.counted(ref.indicator[1:], unit))
            return plain(counts[ref.field.partition(".")[2]], self.lang)
        figure = self.figures.of_run(ref.run, ref.indicator, unit)
        return None if figure is None else text_of(figure, ref.field, self.lang)

    def _unit(self, code: str) -> str:
        known = (self.figures.unit, *self.figures.communes)
        return next((u for u in known if u.split("@")[0] == code), code)
