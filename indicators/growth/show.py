"""Figures as people and programs read them: a table on the screen, CSV, JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence

Row = Mapping[str, str | float | None]

WORDS = {
    "vi": {
        "HA": "Chiều dài/chiều cao theo tuổi",
        "WA": "Cân nặng theo tuổi",
        "WH": "Cân nặng theo chiều dài/chiều cao",
        "BMI": "BMI theo tuổi",
        "group": "Nhóm",
        "mean": "TB z",
        "sd": "ĐLC z",
        "children": "Trẻ",
        "measured": "Đã cân đo",
        "coverage": "Trẻ dưới 5 tuổi và số đã cân đo trong 12 tháng",
    },
    "en": {
        "HA": "Length/height-for-age",
        "WA": "Weight-for-age",
        "WH": "Weight-for-length/height",
        "BMI": "BMI-for-age",
        "group": "Group",
        "mean": "mean z",
        "sd": "SD z",
        "children": "Children",
        "measured": "Measured",
        "coverage": "Children under five, and those measured in 12 months",
    },
}
SHARES = {"_3": "% < -3", "_2": "% < -2", "1": "% > +1", "2": "% > +2", "3": "% > +3"}

QUALITY = {
    "vi": {
        "group": "Nhóm",
        "children": "Lần đo",
        "weight_digits": "Chữ số cuối cân (%)",
        "length_digits": "Chữ số cuối đo (%)",
        "age_heaping": "Dồn tuổi",
        "sd_len": "ĐLC z cao",
        "sd_wei": "ĐLC z nặng",
        "sd_wfl": "ĐLC z nặng/cao",
        "implausible_len": "Vô lý cao (%)",
        "implausible_wei": "Vô lý nặng (%)",
        "implausible_wfl": "Vô lý nặng/cao (%)",
        "visit": "Cần đến",
        "reasons": "Vì",
    },
    "en": {
        "group": "Group",
        "children": "Measured",
        "weight_digits": "Weight digits (%)",
        "length_digits": "Length digits (%)",
        "age_heaping": "Age heaping",
        "sd_len": "SD z length",
        "sd_wei": "SD z weight",
        "sd_wfl": "SD z w/l",
        "implausible_len": "Implausible length (%)",
        "implausible_wei": "Implausible weight (%)",
        "implausible_wfl": "Implausible w/l (%)",
        "visit": "Visit",
        "reasons": "Because of",
    },
}


def as_csv(rows: Sequence[Row]) -> str:
    """Every column, numbers in full."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_json(rows: Sequence[Row]) -> str:
    """A list of objects, numbers in full, null where nothing was measured."""
    return json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=1) + "\n"


def prevalence_table(rows: Sequence[Row], lang: str) -> str:
    """One block per indicator: children, shares with limits, mean and SD of z."""
    words = WORDS[lang]
    blocks = []
    if "children" in rows[0]:
        heading = [words["group"], words["children"], words["measured"], "%"]
        blocks.append(f"{words['coverage']}\n{aligned([heading, *(_coverage(r) for r in rows if r['children'])])}")
    for name in ("HA", "WA", "WH", "BMI"):
        if f"{name}Z_unwpop" in rows[0]:
            heading = [words["group"], "n", *SHARES.values(), words["mean"], words["sd"]]
            lines = [[str(row["Group"]), *_figures(row, name)] for row in rows]
            blocks.append(f"{words[name]}\n{aligned([heading, *lines])}")
    return "\n".join(blocks)


def _coverage(row: Row) -> list[str]:
    children, measured = float(row["children"] or 0), float(row["measured"] or 0)
    return [str(row["Group"]), f"{children:.0f}", f"{measured:.0f}", f"{100 * measured / children:.1f}"]


def quality_table(rows: Sequence[Row], lang: str) -> str:
    """One line per group; the last column names the figures beyond their bounds."""
    names = QUALITY[lang]
    lines = [[_shown(row[name]) for name in names] for row in rows]
    return aligned([list(names.values()), *lines])


def _shown(value: str | float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell, the first to the left, numbers to the right."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    shown = (
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    )
    return "".join(f"{line.rstrip()}\n" for line in shown)


def _figures(row: Row, name: str) -> list[str]:
    children = row[f"{name}Z_unwpop"]
    shares = []
    for suffix in SHARES:
        value, lower, upper = (row[f"{name}{suffix}_{part}"] for part in ("r", "ll", "ul"))
        limits = "" if lower is None else f" ({float(lower):.1f}-{float(upper or 0):.1f})"
        shares.append("-" if value is None else f"{float(value):.1f}{limits}")
    average, deviation = row[f"{name}_r"], row[f"{name}_stdev"]
    return [
        "-" if children is None else f"{children}",
        *shares,
        *("-" if value is None else f"{float(value):.2f}" for value in (average, deviation)),
    ]
