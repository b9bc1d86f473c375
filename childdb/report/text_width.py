"""How wide a line of Times New Roman is, for the rules that Decree 30/2020 measures by the text above them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

import matplotlib as mpl

_FILES = {False: "ptmr8a.afm", True: "ptmb8a.afm"}  # Adobe's metrics of Times, whose widths Times New Roman has
_LETTER = re.compile(r"^C (\d+) ; WX (\d+) ;", re.M)
MM_PER_POINT = 25.4 / 72


@cache
def _widths(bold: bool) -> dict[str, int]:
    place = Path(mpl.get_data_path()) / "fonts" / "afm" / _FILES[bold]
    return {chr(int(code)): int(width) for code, width in _LETTER.findall(place.read_text("latin-1"))}


def width_mm(text: str, size: float, *, bold: bool) -> float:
    """Millimetres of TEXT at SIZE points; tone marks take no width."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    bare = bare.replace("Đ", "D").replace("đ", "d")
    widths = _widths(bold)
    return sum(widths.get(letter, 500) for letter in bare) / 1000 * size * MM_PER_POINT
