"""The figures with their targets as plain values for pages and workbooks: computed once, shown many times."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from childdb.store import Store
from childdb.store.standing import standing
from childdb.workflow import figures
from childdb.workflow.verdict_words import figure, goal, says, short
from indicators.loader import catalogue
from schemas.codes import units

PROGRAMMES = {
    "npa_children_2021_2030": "Chương trình hành động quốc gia vì trẻ em 2021-2030",
    "nutrition_strategy_2021_2030": "Chiến lược dinh dưỡng 2021-2030",
    "mental_health_orphans_2023_2030": "Sức khỏe tâm thần, trẻ mồ côi 2023-2030",
    "child_labour_2021_2025": "Phòng ngừa lao động trẻ em 2021-2025",
    "under5_mortality_programme": "Giảm tử vong trẻ dưới 5 tuổi",
    "education_plan_2030": "Kế hoạch giáo dục đến 2030",
    "universal_preschool": "Phổ cập mầm non",
    "universal_education": "Phổ cập giáo dục",
    "child_injury_2021_2030": "Phòng, chống tai nạn thương tích 2021-2030",
    "sdg_roadmap_2030": "Lộ trình phát triển bền vững 2030",
    "first_1000_days": "Chăm sóc 1000 ngày đầu đời",
    "politburo_health_2025": "Nghị quyết về y tế 2025",
    "health_population_2026_2035": "Y tế, dân số 2026-2035",
    "disabled_children_2018_2025": "Trẻ em khuyết tật 2018-2025",
}
_NUMBERS = ("value", "low", "high", "ci_low", "ci_high", "target")


def usual_day(store: Store, today: date) -> date:
    """The day of the latest list, which is what the data can speak of; today where there is none."""
    days = [c.last_list for c in standing(store) if c.last_list and c.last_list <= today]
    return max(days, default=today)


def computed(store: Store, *, as_of: date, actor: str, now: datetime) -> dict[str, Any]:
    """Every figure of every unit as on a day, with the words of its targets; the run is kept in the store."""
    results = figures.figures(store, as_of=as_of, groups=False)
    run = figures.keep(store, results, actor=actor, now=now)
    frame = results.frame
    levels = dict(zip(frame["unit"], frame["level"], strict=True))
    return {
        "run": run, "batch": results.batch, "as_of": as_of.isoformat(), "made_at": now.isoformat(),
        "units": {str(u): str(level) for u, level in levels.items()},
        "rows": {str(u): [_plain(v) for v in figures.verdicts(results, str(u))] for u in levels},
    }  # fmt: skip


def _plain(v: Mapping[str, Any]) -> dict[str, Any]:
    d = catalogue()[str(v["indicator"])]
    counted = v["measure"] not in ("count", "dong")
    return {
        "indicator": d.id, "title": d.title["vi"], "programmes": list(d.programmes), "domain": d.domain,
        "measure": str(v["measure"]),
        "figure": _vietnamese(figure(v["value"], str(v["measure"]))),
        "counts": _vietnamese(f"{short(v['numerator'])}/{short(v['denominator'])}") if counted else "",
        "unknown": int(v["unknown"] or 0) + int(v["population_unknown"] or 0),
        "bounds": _pair(v["low"], v["high"]), "interval": _pair(v["ci_low"], v["ci_high"]),
        "goal": _vietnamese(goal(v)), "verdict": str(v.get("verdict") or ""), "says": says(v, False),
        "recalled": v["own_confidence"] == "recalled",
        **{name: _number(v.get(name)) for name in _NUMBERS},
    }  # fmt: skip


def _number(value: Any) -> float | None:
    return None if value is None or value != value else float(value)


def _pair(low: Any, high: Any) -> str:
    if _number(low) is None or _number(high) is None:
        return ""
    return f"{_two(low)}-{_two(high)}" if _two(low) != _two(high) else ""


def _vietnamese(text: str) -> str:
    """The numbers of a text with the decimal comma, and long ones in groups of three: 81.000.000 đ, ≥ 98,5."""

    def again(found: re.Match[str]) -> str:
        whole, _, part = found[0].partition(".")
        grouped = f"{int(whole):,}".replace(",", ".") if len(whole) > 4 else whole
        return f"{grouped},{part}" if part else grouped

    return re.sub(r"(?<![\w/.])\d+(\.\d+)?(?![\w])", again, text)


def _two(value: Any) -> str:
    return f"{Decimal(value):.1f}".rstrip("0").rstrip(".").replace(".", ",")


def communes_picture(
    rows: Iterable[tuple[str, Mapping[str, Any]]], whole: Mapping[str, Any] | None, title: str
) -> bytes:
    """Communes as ranked dots in SVG; empty where fewer than two have a value."""
    from childdb.report.pictures import Dot, ranked_dots

    found = [(name, row) for name, row in rows if row["value"] is not None]
    if len(found) < 2:
        return b""
    dots = [
        Dot(name, row["value"], row["low"], row["high"], row["ci_low"], row["ci_high"],
            row["verdict"] if row["verdict"] in ("met", "not_met", "cannot_tell") else "")
        for name, row in found
    ]  # fmt: skip
    first = found[0][1]
    unit = {"percent": "%", "per_1000_live_births": "‰", "per_1000_births": "‰"}.get(first["measure"], "")
    return ranked_dots(
        dots, title=title, whole=whole["value"] if whole else None, target=first["target"], unit=unit, kind="svg"
    )


def years_picture(points: Sequence[tuple[int, Mapping[str, Any]]], title: str, measure: str) -> str:
    """One figure over the years, as the address of an SVG; empty where fewer than two years have a value."""
    from childdb.report.pictures import Dot, Panel, small_multiples

    def number(row: Mapping[str, Any], name: str) -> float | None:
        return None if row[name] in (None, "") else float(row[name])

    dots = [
        (float(year), Dot(str(year), number(row, "value") or 0.0, number(row, "low"), number(row, "high"), number(row, "ci_low"),
                          number(row, "ci_high")))
        for year, row in points if number(row, "value") is not None
    ]  # fmt: skip
    if len(dots) < 2:
        return ""
    return _address(small_multiples([Panel(title, dots, (), "%" if measure == "percent" else "")], kind="svg"))


def _address(svg: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii")


def write_workbook(found: Mapping[str, Any], wanted: Sequence[str], path: Path) -> Path:
    """The figures of the units WANTED in an Excel workbook: exact, for use in the office."""
    import xlsxwriter

    heads = ("Địa bàn", "Chỉ tiêu", "Mã", "Tử số/mẫu số", "Giá trị", "Thấp nhất-cao nhất", "Khoảng tin cậy 95 %", "Chưa biết",
             "Phải đạt", "Kết luận")  # fmt: skip
    keys = ("title", "indicator", "counts", "figure", "bounds", "interval", "unknown", "goal", "says")
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Chỉ tiêu")
        bold = book.add_format({"bold": True, "bg_color": "#E3EEF6", "border": 1, "text_wrap": True})
        sheet.write_row(
            0,
            0,
            [
                f"Số liệu chính xác trong cơ quan, tính đến {'/'.join(reversed(found['as_of'].split('-')))}; không công bố."
            ],
        )
        sheet.write_row(2, 0, heads, bold)
        at = 3
        for unit in wanted:
            for row in found["rows"].get(unit, ()):
                sheet.write_row(at, 0, [units()[unit].name if unit in units() else unit, *(row[k] for k in keys)])
                at += 1
        sheet.autofilter(2, 0, max(at - 1, 3), len(heads) - 1)
        sheet.freeze_panes(3, 2)
        for column, width in enumerate((22, 60, 30, 14, 12, 16, 18, 10, 24, 24)):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    return path
