"""Numbers and dates as official documents write them: 17.010, 96,49 %, tháng 01."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

SIGNS = {">=": ("từ {} trở lên", "{} or more"), ">": ("trên {}", "above {}"), "<=": ("không quá {}", "at most {}"),
         "<": ("dưới {}", "below {}")}  # fmt: skip
SHORT_SIGNS = {">=": "≥ {}", ">": "> {}", "<=": "≤ {}", "<": "< {}"}
_AFTER = {
    "percent": ("%", "%"), "per_1000_live_births": ("‰", " per 1,000"), "per_100000_children": ("/100.000", " per 100,000"),
    "per_1000_births": ("‰", " per 1,000"), "per_100_girls": ("/100", " per 100"), "dong": (" đồng", " đồng"), "grams": (" gam", " grams"), "percent_change": ("%", "%"),
}  # fmt: skip


def plain(number: Decimal | int, lang: str) -> str:
    """At most two decimals, no needless zeros, thousands parted; the Vietnamese comma and dot."""
    rounded = Decimal(number).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    text = f"{rounded:,.2f}".rstrip("0").rstrip(".")
    text = "0" if text in ("-0", "") else text
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


def measured(number: Decimal | int, measure: str, lang: str) -> str:
    """A figure with the sign of its unit."""
    return plain(number, lang) + _AFTER.get(measure, ("", ""))[lang == "en"]


def day(on: date, lang: str) -> str:
    return f"{on:%d/%m/%Y}" if lang == "vi" else on.isoformat()


def two_digits(number: int, below: int = 10) -> str:
    """Days and document numbers below 10, months 1 and 2 (BELOW 3) with a zero before them (Decree 30/2020, annex I)."""
    return f"{number:02d}" if number < below else str(number)
