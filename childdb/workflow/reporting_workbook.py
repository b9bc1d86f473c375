"""What stands in the workbook of targets: the whole unit against its targets, the communes on each date, the years."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from childdb.report.change import direction
from childdb.report.figure import UNKNOWNS, Figure, Judged, text_of
from childdb.report.numbers import SHORT_SIGNS, day, plain
from childdb.report.sentences import recalled_mark, short_document
from childdb.report.workbook import Cell, Sheet, workbook
from childdb.workflow.reporting_annexes import CONFIDENCES, NOTE, VERDICTS, WAYS, by_domain
from childdb.workflow.reporting_figures import Figures
from schemas import codes

MEASURES = {"percent": "%", "per_1000_live_births": "trên 1.000 trẻ đẻ sống", "per_100000_children": "trên 100.000 trẻ em",
            "per_1000_births": "trên 1.000 ca sinh", "per_100_girls": "bé trai trên 100 bé gái", "count": "số", "dong": "đồng", "z_score": "z", "grams": "gam", "percent_change": "% thay đổi"}  # fmt: skip


def write(figures: Figures, path: Path) -> Path:
    """Write the workbook to PATH; its numbers are those of the report of the same runs."""
    runs = (figures.now, figures.before)
    sheets = [
        _targets(figures),
        *(_communes(figures, n.run, day(n.results.as_of, "vi")) for n in runs if figures.communes),
        _years(figures),
    ]
    figures.protection.write(path, workbook(sheets))
    return path


def number(figure: Figure | None, name: str) -> Cell:
    """A figure's number as a number, or the mark in its place."""
    if figure is None:
        return "–"
    value: Cell = getattr(figure, name)
    if name in UNKNOWNS and value and int(value) < figure.few:
        value = text_of(figure, name, "vi")
    return figure.mark(name) or value


def _head(figures: Figures, what: str) -> list[str]:
    unit = codes.units()[figures.unit].name
    runs = f"lần tính {figures.now.run} và {figures.before.run}, như đã biết tại lô {figures.now.results.batch}"
    return [f"{what}: {unit}", f"Tính đến {day(figures.now.results.as_of, 'vi')}; {runs}.", NOTE]


def _targets(figures: Figures) -> Sheet:
    rows: list[list[Cell]] = []
    for words, ids in by_domain(figures):
        for indicator in ids:
            f = figures.one(indicator)
            goals: list[Judged | None] = [g for g in f.judged if g.verdict != "not_comparable"]
            for goal in goals or [None]:
                judged: list[Cell] = ["", "", "", ""]
                if goal is not None:
                    sign = SHORT_SIGNS[goal.comparator].replace("{}", plain(goal.target, "vi"))
                    judged = [sign + ("*" if goal.confidence == "recalled" else ""), str(goal.year or ""), short_document(goal.document),
                              "…" if f.hidden else VERDICTS[goal.verdict]]  # fmt: skip
                rows.append([
                    words, f.title + recalled_mark(f), MEASURES[f.measure], number(f, "numerator"), number(f, "denominator"),
                    number(f, "unknown"), number(f, "population_unknown"), number(f, "value"), number(f, "low"), number(f, "high"),
                    number(f.before, "value"), "…" if f.hidden else WAYS[direction(f)], *judged, CONFIDENCES[f.confidence],
                ])  # fmt: skip
    heads = ("Lĩnh vực", "Chỉ tiêu", "Đơn vị", "Tử số", "Mẫu số", "Chưa rõ", "Chưa rõ thuộc diện", "Giá trị", "Thấp nhất", "Cao nhất",
             f"Ngày {day(figures.before.results.as_of, 'vi')}", "Thay đổi", "Mức so sánh", "Năm", "Văn bản", "Kết luận", "Căn cứ định nghĩa")  # fmt: skip
    return Sheet("So với mức", _head(figures, "Kết quả so với các mức"), heads, rows,
                 (15, 38, 9, 11, 8, 8, 8, 11, 11, 11, 11, 11, 10, 6, 16, 12, 11), 2)  # fmt: skip


def _communes(figures: Figures, run: int, on: str) -> Sheet:
    units = figures.communes
    rows: list[list[Cell]] = []
    for words, ids in by_domain(figures):
        for indicator in ids:
            whole = figures.of_run(run, indicator, figures.unit)
            own = [figures.of_run(run, indicator, u) for u in units]
            if whole is None or not any(own):
                continue
            goal = next((g for g in whole.judged if g.verdict != "not_comparable"), None)
            sign = SHORT_SIGNS[goal.comparator].replace("{}", plain(goal.target, "vi")) if goal else ""
            rows.append([words, whole.title + recalled_mark(whole), MEASURES[whole.measure], sign, number(whole, "value"),
                         *(number(f, "value") for f in own)])  # fmt: skip
    heads = ("Lĩnh vực", "Chỉ tiêu", "Đơn vị", "Mức so sánh", "Chung", *(codes.units()[u].short_name for u in units))
    return Sheet(f"Theo xã {on.replace('/', '.')}", _head(figures, f"Kết quả theo xã, ngày {on}"), heads, rows,
                 (18, 44, 12, 11, 10, *([10] * len(units))), 2)  # fmt: skip


def _years(figures: Figures) -> Sheet:
    """A line for each indicator and unit, a column for each date."""
    rows: list[list[Cell]] = []
    units: Sequence[str] = (figures.unit, *figures.communes)
    for words, ids in by_domain(figures):
        for indicator in ids:
            for unit in units:
                now = figures.of_run(figures.now.run, indicator, unit)
                then = figures.of_run(figures.before.run, indicator, unit)
                if now is not None and now.judged:
                    rows.append([words, now.title, codes.units()[unit].name, number(then, "value"), number(now, "value"),
                                 "…" if now.hidden else WAYS[direction(now)]])  # fmt: skip
    heads = (
        "Lĩnh vực",
        "Chỉ tiêu",
        "Địa bàn",
        day(figures.before.results.as_of, "vi"),
        day(figures.now.results.as_of, "vi"),
        "Thay đổi",
    )
    return Sheet("Theo năm", _head(figures, "Các chỉ tiêu có mức, theo năm"), heads, rows, (18, 60, 22, 14, 14, 16), 3)
