"""Which encoding a font's name gives away: .Vn... fonts hold TCVN3, VNI-... fonts hold VNI."""

from __future__ import annotations

import re

_TCVN3 = re.compile(r"^\s*\.vn", re.I)
_VNI = re.compile(r"^\s*vni[- ]", re.I)


def encoding_of_font(name: str) -> str | None:
    """tcvn3, tcvn3_capital (letters shown as capitals, stored as small ones), vni or None."""
    if _TCVN3.match(name):
        return "tcvn3_capital" if name.strip().endswith("H") else "tcvn3"
    return "vni" if _VNI.match(name) else None
