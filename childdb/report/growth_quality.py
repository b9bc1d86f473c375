"""The quality of measuring as a page of its own: which commune's scale or measurer needs a visit, and by what one sees it.

One HTML file without anything outside it. What stands out is marked by a word and by bold type, not by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

Row = Mapping[str, str | float | None]

WORDS = {
    "vi": {
        "title": "Chất lượng cân đo", "visit": "Cần đến", "good": "Không thấy dấu hiệu xấu", "few": "Quá ít số đo để xét",
        "which": "Nơi cần đến kiểm tra cân, thước hoặc người đo", "none": "Không nơi nào cần đến.",
        "all": "Mọi nơi", "digits": "Chữ số cuối", "weight": "cân nặng", "length": "chiều dài/chiều cao",
        "how": "Đọc bảng này thế nào",
        "explained": (
            "Chữ số cuối: phần trăm chữ số cuối phải đổi để mười chữ số đều nhau; trên 20 là cân, thước hay bị làm tròn.",
            "Dồn tuổi: số trẻ có tuổi tròn nửa năm so với số chờ đợi; trên 2 là tuổi thường được đoán.",
            "Độ lệch chuẩn của z: khảo sát tốt từ 0,8 đến 1,2; trên 1,3 là đo sai nhiều, dưới 0,8 là số chép lại.",
            "Tỷ lệ vô lý: phần trăm z ngoài giới hạn của WHO; trên 1 là có vấn đề.",
        ),
        "source": "Theo WHO, UNICEF: Recommendations for data collection, analysis and reporting on anthropometric indicators in children under 5 years old (2019), chương 3.",
        "reasons": {"weight_digits": "cân hay bị làm tròn", "length_digits": "thước hay bị làm tròn",
                    "age_heaping": "tuổi hay bị đoán", "sd_": "z phân tán bất thường", "implausible_": "nhiều số đo vô lý"},
    },
    "en": {
        "title": "Quality of measuring", "visit": "Visit", "good": "No bad sign", "few": "Too few to judge",
        "which": "Where scale, board or measurer need a visit", "none": "No place needs a visit.",
        "all": "All places", "digits": "End digits", "weight": "weight", "length": "length/height",
        "how": "How to read this",
        "explained": (
            "End digits: percent that would have to change for all ten to be alike; above 20 the readings are rounded.",
            "Age heaping: children at whole half-years over those expected; above 2 ages are often guessed.",
            "SD of z: 0.8 to 1.2 in good surveys; above 1.3 much is measured wrong, below 0.8 figures are copied.",
            "Implausible: percent of z outside WHO's limits; above 1 something is amiss.",
        ),
        "source": "After WHO, UNICEF: Recommendations for data collection, analysis and reporting on anthropometric indicators in children under 5 years old (2019), chapter 3.",
        "reasons": {"weight_digits": "weights are rounded", "length_digits": "lengths are rounded",
                    "age_heaping": "ages are guessed", "sd_": "unusual spread of z", "implausible_": "many implausible figures"},
    },
}  # fmt: skip
STYLE = (
    "body{font:15px/1.45 system-ui,'Segoe UI',sans-serif;margin:2em auto;max-width:72em;padding:0 1em;color:#1a1a1a}"
    "table{border-collapse:collapse;width:100%;margin:1em 0}th,td{padding:.3em .6em;border-bottom:1px solid #ccc;"
    "text-align:right}th:first-child,td:first-child,td:last-child,th:last-child{text-align:left}thead th{vertical-align:bottom;"
    "border-bottom:2px solid #555}td.out{font-weight:bold;text-decoration:underline}tr.visit td:first-child{border-left:6px"
    " solid #1a1a1a}figure{display:inline-block;margin:.5em 2em .5em 0}figcaption{font-size:90%}"
    "@media print{body{margin:0;font-size:11px}}"
)
BAR, HEIGHT = 18, 60


@dataclass(frozen=True)
class Place:
    """A row of figures (as `growth quality` has them) and the counts of end digits 0-9."""

    row: Row
    weight_digits: Sequence[int]
    length_digits: Sequence[int]


def quality_page(places: Sequence[Place], headings: Mapping[str, str], *, period: str, lang: str = "vi") -> str:
    """The page: first whom to visit and why, then the table of all, then the end digits of those to visit.

    HEADINGS gives the columns shown, in order, with their words; PERIOD is put beside the title as it stands.
    """
    words = WORDS[lang]
    visits = [p for p in _worst_first(places) if p.row["visit"] == 1 and p.row["group"] != "All"]
    named = "".join(f"<li><b>{_name(p, lang)}</b>: {escape(_why(p.row, lang))}</li>" for p in visits)
    heads = "".join(f'<th scope="col">{escape(word)}</th>' for word in headings.values())
    body = "".join(_line(p, list(headings), lang) for p in _worst_first(places))
    digits = "".join(_digits(p, lang) for p in (visits or places[:1]))
    told = "".join(f"<li>{escape(line)}</li>" for line in words["explained"])
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{words['title']}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{words['title']}</h1>\n<p>{escape(period)}</p>\n<h2>{words['which']}</h2>\n"
        + (f"<ol>{named}</ol>\n" if visits else f"<p>{words['none']}</p>\n")
        + f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"
        f"<h2>{words['digits']}</h2>\n{digits}\n<h2>{words['how']}</h2>\n<ul>{told}</ul>\n"
        f"<p><small>{escape(str(words['source']))}</small></p>\n</body>\n</html>\n"
    )


def _worst_first(places: Sequence[Place]) -> list[Place]:
    """All together on top, then those to visit, by how many figures speak against them."""

    def rank(place: Place) -> tuple[int, int, str]:
        row = place.row
        return (
            0 if row["group"] == "All" else 1 if row["visit"] == 1 else 2,
            -len(str(row["reasons"] or "").split()),
            str(row["group"]),
        )

    return sorted(places, key=rank)


def _line(place: Place, columns: Sequence[str], lang: str) -> str:
    row = place.row
    out = set(str(row["reasons"] or "").split())
    cells = []
    for column in columns:
        if column == "group":
            text = _name(place, lang)
        elif column == "visit":
            text = escape(str(WORDS[lang][{1: "visit", 0: "good", None: "few"}[_flag(row["visit"])]]))
        elif column == "reasons":
            text = escape(_why(row, lang))
        else:
            text = _shown(row[column], lang)
        cells.append(f'<td class="out">{text}</td>' if column in out else f"<td>{text}</td>")
    marked = ' class="visit"' if row["visit"] == 1 else ""
    return f"<tr{marked}>{''.join(cells)}</tr>\n"


def _flag(value: str | float | None) -> int | None:
    return None if value is None else int(value)


def _name(place: Place, lang: str) -> str:
    name = str(place.row["group"])
    return str(WORDS[lang]["all"]) if name == "All" else escape(name)


def _why(row: Row, lang: str) -> str:
    reasons = WORDS[lang]["reasons"]
    assert isinstance(reasons, dict)  # noqa: S101 - a table of words of our own
    found = [
        words
        for reason in str(row["reasons"] or "").split()
        for start, words in reasons.items()
        if reason.startswith(start)
    ]
    return ", ".join(dict.fromkeys(found))


def _shown(value: str | float | None, lang: str) -> str:
    if value is None:
        return "–"
    text = f"{value:.2f}" if isinstance(value, float) else str(value)
    return text.replace(".", ",") if lang == "vi" and isinstance(value, float) else escape(text)


def _digits(place: Place, lang: str) -> str:
    words = WORDS[lang]
    drawn = "".join(
        f"<figure>{_bars(counts)}<figcaption>{_name(place, lang)}: {words[what]}</figcaption></figure>"
        for what, counts in (("weight", place.weight_digits), ("length", place.length_digits))
        if sum(counts)
    )
    return drawn and f"<div>{drawn}</div>\n"


def _bars(counts: Sequence[int]) -> str:
    """Ten bars as SVG, a line where all would be alike; each bar's title tells its share."""
    total, tallest = sum(counts), max(counts)
    bars = []
    for digit, count in enumerate(counts):
        height = round(HEIGHT * count / tallest, 1)
        bars.append(
            f'<g><title>{digit}: {100 * count / total:.0f} %</title><rect x="{digit * BAR + 2}" y="{HEIGHT - height}"'
            f' width="{BAR - 4}" height="{height}" fill="#4a4a4a"/><text x="{digit * BAR + BAR / 2:g}" y="{HEIGHT + 13}"'
            f' text-anchor="middle" font-size="11">{digit}</text></g>'
        )
    alike = round(HEIGHT - HEIGHT * total / 10 / tallest, 1)
    return (
        f'<svg role="img" width="{10 * BAR}" height="{HEIGHT + 16}" viewBox="0 0 {10 * BAR} {HEIGHT + 16}">{"".join(bars)}'
        f'<line x1="0" x2="{10 * BAR}" y1="{alike}" y2="{alike}" stroke="#b25700" stroke-dasharray="4 3"/></svg>'
    )
