"""What a register's note says of the hepatitis B dose at birth: within 24 hours, or later.

The register has two columns, <=24 hours and >24 hours; lists copy them as a note in many wordings.
"""

from __future__ import annotations

import re

from schemas.text import fold

_HOURS = r"\s*([0-9]+(?:[.,][0-9]+)?)\s*(?:gio|tieng|g\b|h\b|hrs?\b|hours?\b|$)"
_DAYS = r"\s*([0-9]+)\s*(?:ngay|days?\b)"
_LATER = re.compile(
    r"(?:(?<![<=])>(?!=)|\b(?:tren|sau|qua|hon|ngoai|muon|tre|over|after|beyond|late|later|more than|gt)\b)"
)
_WITHIN = re.compile(
    r"(?:<|≤|=|>=|≥|\b(?:trong|truoc|duoi|within|before|under|less than|up to|at most|khong qua|khong hon"
    r"|khong tren|not over|not later|not after|dung|le|lt)\b)"
)
_DENIED = re.compile(r"\b(?:khong|chua|not|no)\b[^0-9]*?(?:trong|truoc|duoi|within|before|under|<|≤)")


def says_over_24_hours(note: str) -> bool:
    """True where the note says that the dose came later than 24 hours after birth.

    `>24 giờ`, `sau 24h`, `muộn`, `over 24 hours`, `36 giờ`, `2 ngày` say so; `≤24 giờ`, `trong 24 giờ`,
    `24h` and an empty note do not.
    """
    text = fold(note).replace("＞", ">").replace("＜", "<").replace("<=", "≤").replace(">=", "≥")
    text = re.sub(r"gt_?(?=[0-9])", "gt ", re.sub(r"l[te]_?(?=[0-9])", "le ", text))
    if not text:
        return False
    if _DENIED.search(text):
        return True
    if _WITHIN.search(text):
        return False
    if _LATER.search(text) or re.search(r"24\s*(?:gio|h|hours?)?\s*\+", text):
        return True
    hours, days = re.search(_HOURS, text), re.search(_DAYS, text)
    return (hours is not None and float(hours[1].replace(",", ".")) > 24) or (days is not None and int(days[1]) > 1)
