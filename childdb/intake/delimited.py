"""Text tables: encoding (UTF-8, UTF-16, Windows-1258, Windows-1252) and delimiter (; , tab) found by trial."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path

from childdb.intake.grid import Book, Cell, Grid
from childdb.intake.preflight import Refused
from childdb.intake.syllables import possible, words

csv.field_size_limit(2**20)


def read(path: Path) -> Book:
    text = decode_bytes(path.read_bytes())
    if "\x00" in text:
        raise Refused("file_unreadable")
    delimiter = delimiter_of(text)
    try:
        rows: list[list[Cell]] = [
            [cell if cell.strip() else None for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
        ]
    except csv.Error:
        raise Refused("file_unreadable") from None
    return Book("csv", [Grid(path.stem, rows)])


def decode_bytes(data: bytes) -> str:
    """The text of DATA: by its mark, else UTF-8, else UTF-16 by its zeros, else 1258 or 1252 by its syllables."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                raise Refused("file_unreadable") from None
    try:
        text = data.decode("utf-8")
        if "\x00" not in text:
            return text
    except UnicodeDecodeError:
        pass
    for encoding, odd in (("utf-16-le", data[1:400:2]), ("utf-16-be", data[0:400:2])):
        if odd.count(0) * 2 > len(odd):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                raise Refused("file_unreadable") from None
    return _single_byte(data)


def _single_byte(data: bytes) -> str:
    """Windows-1258 or Windows-1252 (the latter for text of the old fonts), whichever has more possible words."""
    from childdb.intake.legacy_text import decode

    western = data.decode("cp1252", "replace")
    vietnamese = unicodedata.normalize("NFC", data.decode("cp1258", "replace"))
    scores = {
        "1258": _share_possible(vietnamese),
        "tcvn3": _share_possible(decode(data.decode("latin-1"), "tcvn3")),
        "vni": _share_possible(decode(western, "vni")),
    }
    best = max(scores, key=lambda name: scores[name])
    if scores[best] < 0.5:
        raise Refused("file_unreadable")
    return {"1258": vietnamese, "tcvn3": data.decode("latin-1"), "vni": western}[best]


def _share_possible(text: str) -> float:
    marked = [word for word in words(text[:200_000]) if not word.isascii()]
    foreign = sum(1 for char in text[:200_000] if "\x80" <= char <= "\xbf" or char == "\ufffd")
    if not marked:
        return 0.0
    return (sum(map(possible, marked)) - foreign) / len(marked)


def delimiter_of(text: str) -> str:
    """The delimiter that gives the most even table over the first rows; quotes are respected."""
    sample = text[:100_000]
    best, best_score = ",", -1.0
    for delimiter in ("\t", ";", ",", "|"):
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)][:200]
        except csv.Error:
            continue
        wide = [w for w in widths if w > 1]
        if not wide:
            continue
        common = max(set(wide), key=wide.count)
        score = wide.count(common) / max(len(widths), 1) * min(common, 12)
        if score > best_score:
            best, best_score = delimiter, score
    return best
