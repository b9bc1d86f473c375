"""Figures beside their targets: a table that fits 120 columns for people, every column for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import click

from childdb.cli.output import emit, lang, say

COLUMNS = (
    "indicator", "unit", "unit_name", "numerator", "denominator", "unknown", "population_unknown", "value", "low", "high",
    "ci_low", "ci_high", "measure", "own_confidence", "document", "scope", "yardstick", "basis", "target_year",
    "comparator", "target", "confidence", "verdict", "reason", "more_children", "records_to_settle",
)  # fmt: skip
SIGNS = {"percent": " %", "percent_change": " %", "per_1000_live_births": " ‰", "per_1000_births": " ‰", "dong": " đ",
         "grams": " g", "per_100000_children": "/10⁵", "per_100_girls": "/100"}  # fmt: skip
COMPARATORS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}
VERDICTS = {
    "met": ("đạt", "met"),
    "not_met": ("chưa đạt", "not met"),
    "cannot_tell": ("chưa rõ", "unclear"),
    "not_comparable": ("không so được", "not comparable"),
    "no_data": ("không có số liệu", "no data"),
}
REASONS = {
    "unknown_records_span_the_target": ("thiếu số liệu", "data missing"),
    "small_numbers": ("số nhỏ", "small numbers"),
    "recalled_target": ("mức *", "target *"),
    "not_known_whether_extremely_difficult": ("xã ĐBKK?", "hard area?"),
    "document_of_a_later_day": ("VB sau", "later"),
    "period_is_not_a_year": ("kỳ", "period"),
}
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
        "counts": "" if v["measure"] in ("count", "dong") else f"{_short(v['numerator'])}/{v['denominator']}",
        "open": str(unknown or ""),
        "figure": figure(v["value"], str(v["measure"])),
        "goal": _goal(v),
        "says": says(v, english),
    }


def figure(value: Any, measure: str) -> str:
    """A value with the sign of its unit; a dash where there is none."""
    return "-" if value is None else _short(value) + SIGNS.get(measure, "")


def _short(number: Any) -> str:
    text = format(number, "f") if isinstance(number, Decimal) else str(number)
    return text.removesuffix(".00")


def _goal(v: Mapping[str, Any]) -> str:
    if v.get("target") is None:
        return ""
    number = f"{v['target']:.2f}".rstrip("0").rstrip(".")
    about = "~" if v["basis"] == "interpolated" else ""
    year = "" if v["basis"] == "standing" or v["target_year"] is None else f", {v['target_year']}"
    mark = "*" if v["confidence"] == "recalled" else ""
    return f"{COMPARATORS[str(v['comparator'])]} {about}{number}{mark} ({short_name(str(v['document']))}{year})"


def short_name(document: str) -> str:
    """QĐ 23/QĐ-TTg 07/01/2021 -> QĐ 23, with its article if it names one; a document without a number by the first letters
    of its first two words."""
    kind, number, *rest = f"{document} -".split()
    digits = number.replace("-", "/").split("/")[0]
    article = next((f" {word}" for word in rest if word.startswith("Đ.")), "")
    return f"{kind} {digits}{article}" if digits.isdigit() else (kind[0] + number[0]).upper()


def says(v: Mapping[str, Any], english: bool) -> str:
    """A verdict in a few words: what is short of the target, or why nothing can be said."""
    verdict = str(v.get("verdict") or "")
    if not verdict:
        return ""
    words = VERDICTS[verdict][english]
    reason = REASONS.get(str(v.get("reason") or ""))
    more = v.get("more_children")
    if verdict == "not_met" and more is not None and more == more:
        word = ("thiếu", "short of") if str(v["comparator"]).startswith(">") else ("thừa", "over by")
        words += f", {word[english]} {int(more)}"
    elif reason:
        words += f": {reason[english]}"
    return words
