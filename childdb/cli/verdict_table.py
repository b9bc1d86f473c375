"""Figures beside their targets: a table that fits 120 columns for people, every column for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from childdb.cli.output import emit, lang, say
from childdb.workflow.verdict_words import figure, goal, says, short

COLUMNS = (
    "indicator", "unit", "unit_name", "numerator", "denominator", "unknown", "population_unknown", "value", "low", "high",
    "ci_low", "ci_high", "measure", "own_confidence", "document", "scope", "yardstick", "basis", "target_year",
    "comparator", "target", "confidence", "verdict", "reason", "more_children", "records_to_settle",
)  # fmt: skip
HEADINGS = {
    "indicator": ("chỉ tiêu", "indicator"), "counts": ("tử số/mẫu số", "counts"), "open": ("chưa biết", "unknown"),
    "figure": ("giá trị", "value"), "goal": ("phải đạt (văn bản)", "target (document)"), "says": ("kết luận", "verdict"),
}  # fmt: skip


def show_verdicts(ctx: click.Context, verdicts: Sequence[Mapping[str, Any]], fmt: str) -> None:
    """Print figures with one line per target; a figure without a target has one line without."""
    if fmt != "table":
        emit(verdicts, COLUMNS, fmt)
        return
    english = lang(ctx) == "en"
    before = ""
    rows = []
    for v in verdicts:
        row = _row(v, english)
        if v["indicator"] == before:  # the figure is said once
            row |= dict.fromkeys(("indicator", "counts", "open", "figure"), "")
        before = str(v["indicator"])
        rows.append(row)
    emit(rows, list(HEADINGS), fmt, [h[english] for h in HEADINGS.values()])
    click.echo(say(
        ctx,
        "* mức phải đạt, hoặc cách tính, chưa xác nhận (mức chưa xác nhận không quyết định gì); ~ nội suy giữa hai năm;\n"
        "năm trong ngoặc là năm phải đạt; VB sau: văn bản ban hành sau ngày tính.\nĐủ các cột (giới hạn, khoảng tin cậy, phạm vi, lý do): --format csv.",
        "* target, or rule of counting, recalled (a recalled target decides nothing); ~ interpolated between two years;\n"
        "the year in brackets is the target's; later: the document is of a later day.\nAll columns (bounds, confidence limits, scope, reason): --format csv.",
    ))  # fmt: skip


def _row(v: Mapping[str, Any], english: bool) -> dict[str, Any]:
    unknown = int(v["unknown"] or 0) + int(v["population_unknown"] or 0)
    return {
        "indicator": f"{v['indicator']}{'*' if v['own_confidence'] == 'recalled' else ''}",
        "counts": "" if v["measure"] in ("count", "dong") else f"{short(v['numerator'])}/{v['denominator']}",
        "open": str(unknown or ""),
        "figure": figure(v["value"], str(v["measure"])),
        "goal": goal(v),
        "says": says(v, english),
    }
