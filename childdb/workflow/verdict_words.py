"""A figure beside its target in a few words: for the command line and for pages."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

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


def figure(value: Any, measure: str) -> str:
    """A value with the sign of its unit; a dash where there is none."""
    return "-" if value is None else short(value) + SIGNS.get(measure, "")


def short(number: Any) -> str:
    text = format(number, "f") if isinstance(number, Decimal) else str(number)
    return text.removesuffix(".00")


def goal(v: Mapping[str, Any]) -> str:
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
