"""Text typed with the old fonts (TCVN3, VNI, VIQR) into Unicode; and damage that must not be repaired in silence.

The letters á â ã è é ê ì í ò ó ô õ ù ú ý stand both in Unicode and, as other letters, in TCVN3, so an encoding
is judged by the cell's font, then by the evidence of the whole column (syllables possible in one reading
alone), never by one cell. It runs before any cleaning: the ư of TCVN3 is the soft hyphen.
Tables: TCVN 5712:1993 (VN3), VNI-Windows, RFC 1456 (VIQR).
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from childdb.intake.convert.people import read_ethnicity
from childdb.intake.grid import Grid, Place
from childdb.intake.syllables import all_possible, possible, words
from childdb.intake.words_lookup import bare_key

_TCVN3_CODES = (
    "µ¶·¸¹" "¨»¼½¾Æ" "©ÇÈÉÊË" "ÌÎÏÐÑ" "ªÒÓÔÕÖ" "×ØÜÝÞ" "ßáâãä" "«åæçèé" "¬êëìíî" "ïñòóô" "\u00adõö÷øù" "úûüýþ"
    "®" "¡¢£¤¥¦§"
)  # fmt: skip
_TCVN3_LETTERS = (
    "àảãáạ" "ăằẳẵắặ" "âầẩẫấậ" "èẻẽéẹ" "êềểễếệ" "ìỉĩíị" "òỏõóọ" "ôồổỗốộ" "ơờởỡớợ" "ùủũúụ" "ưừửữứự" "ỳỷỹýỵ"
    "đ" "ĂÂÊÔƠƯĐ"
)  # fmt: skip
TCVN3 = dict(zip(_TCVN3_CODES, _TCVN3_LETTERS, strict=True))
_WITHOUT_CAPITAL = frozenset(c for c in _TCVN3_LETTERS if c.upper() not in _TCVN3_LETTERS and c.islower())
_TCVN3_TABLE = str.maketrans(TCVN3)


def _vni_pairs() -> dict[str, str]:
    grave, acute, tilde, hook, dot = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
    hat, breve = "\u0302", "\u0306"
    tone = {"ø": grave, "ù": acute, "õ": tilde, "û": hook, "ï": dot}
    hats = {"â": hat, "à": hat + grave, "á": hat + acute, "ã": hat + tilde, "å": hat + hook, "ä": hat + dot}
    breves = {
        "ê": breve, "è": breve + grave, "é": breve + acute, "ü": breve + tilde, "ú": breve + hook, "ë": breve + dot,
    }  # fmt: skip
    pairs: dict[str, str] = {}
    for base in "aeouy":
        marks = dict(tone)
        if base in "aeo":
            marks.update(hats)
        if base == "a":
            marks.update(breves)
        for mark, combining in marks.items():
            pairs[base + mark] = unicodedata.normalize("NFC", base + combining)
    for base, horned in (("ô", "ơ"), ("ö", "ư")):
        pairs[base] = horned
        for mark, combining in tone.items():
            pairs[base + mark] = unicodedata.normalize("NFC", horned + combining)
    pairs.update({"í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ñ": "đ"})
    both = dict(pairs)
    for code, char in pairs.items():
        both[code.upper()] = char.upper()
        if len(code) == 2:
            both[code[0].upper() + code[1]] = char.upper()
    return both


VNI = _vni_pairs()
_VNI_PATTERN = re.compile("|".join(sorted(map(re.escape, VNI), key=len, reverse=True)))
_VIQR_PATTERN = re.compile(r"(dd|DD|Dd|[aeo]\^|a\(|[ou]\+|[aeiouy])([`'?~.])?", re.I)
_VIQR_MARKS = {"`": "\u0300", "'": "\u0301", "~": "\u0303", "?": "\u0309", ".": "\u0323"}
_VIQR_STRONG = re.compile(r"(?:[aeo]\^|[a]\(|[ou]\+)[`'?~.]?(?=[a-z]|\b|\s|$)|[aeiouy][`~](?=[a-z\s]|$)", re.I)

_VIQR_WEAK = re.compile(r"[aeiouy]['?.](?=[a-z\s]|$)|dd", re.I)
_UNICODE_LATIN = set("ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúý")
# the signs « » · × ÷ ¬ are letters where they follow one: Kh¬ Mó, N÷
_MARKERS = re.compile(
    r"(?<=[^\W\d_])[«»·×÷¬]|["
    + re.escape("".join(sorted({chr(c) for c in range(0xA1, 0x100)} - _UNICODE_LATIN - set("«»°±·×÷¬"))))
    + "]"
)

# what a TCVN3 converter makes of text that was Unicode already: á became ỏ, and so on
_TWICE = dict(zip("ỏõóốộờỡớũúụừựỳ", "áâãèéêìíòóôõùú", strict=True))
_TWICE_TABLE = str.maketrans(_TWICE)
# a sheet is damaged as a whole where some cells show it and none, of so many, shows the contrary
_LONGEST_HEADING = 8  # words
_SHEET_TEXTS, _SHEET_CELLS = 10, 3
_LOST_OPEN = re.compile(r"ơ[imnpt](?![^\W\d_])")  # ươi, ươm, ươn ... without their ư are syllables too
_TWICE_IMAGE = set(_TWICE)
_TWICE_UNTOUCHED = set("áâãèéêìíòôù")  # letters that a second conversion would not have left standing


def decode(text: str, encoding: str) -> str:
    """TEXT of one encoding (tcvn3, tcvn3_capital, vni, viqr) in Unicode; other characters stay."""
    if encoding.startswith("tcvn3"):
        done = text.translate(_TCVN3_TABLE)
        if encoding == "tcvn3_capital":
            return done.upper()
        return _first_capitals(" ".join(_even_capitals(word) for word in done.split(" ")))
    if encoding == "vni":
        return _VNI_PATTERN.sub(lambda m: VNI[m.group()], text)
    if encoding == "viqr":
        return _VIQR_PATTERN.sub(_viqr_letter, text)
    return text


def _even_capitals(word: str) -> str:
    """NGUYễN is typed with the capitals key down in a font whose accented letters have no capitals."""
    plain = [c for c in word if c.isascii() and c.isalpha()]
    return word.upper() if len(plain) > 1 and all(c.isupper() for c in plain) else word


def _first_capitals(text: str) -> str:
    """Lò Đức ánh is Lò Đức Ánh: the font has no capital of a letter with a tone."""
    starts = [word[0] for word in text.split()]
    if (
        len(starts) < 2
        or not all(c.isupper() or c in _WITHOUT_CAPITAL for c in starts)
        or not any(map(str.isupper, starts))
    ):
        return text
    return " ".join(w[:1].upper() + w[1:] if w[:1] in _WITHOUT_CAPITAL else w for w in text.split(" "))


def _viqr_letter(found: re.Match[str]) -> str:
    base, mark = found.group(1), found.group(2)
    if base.lower() == "dd":
        return ("Đ" if base[0] == "D" else "đ") + (mark or "")
    extra = {"^": "\u0302", "(": "\u0306", "+": "\u031b"}.get(base[1:], "")
    return unicodedata.normalize("NFC", base[0] + extra + (_VIQR_MARKS[mark] if mark else ""))


@lru_cache(maxsize=100_000)
def _readings(text: str) -> frozenset[str]:
    """In which encodings every word of TEXT is possible (unicode, tcvn3, vni)."""
    found = set()
    if not _MARKERS.search(text) and all_possible(unicodedata.normalize("NFC", text)):
        found.add("unicode")
    if max(text, default=" ") <= "\u00ff":
        for encoding in ("tcvn3", "vni"):
            done = decode(text, encoding)
            if not _MARKERS.search(done) and all_possible(done):
                found.add(encoding)
    return frozenset(found)


def decode_grid(grid: Grid, heading_words: Collection[str] = ()) -> None:
    """Decode GRID's legacy text in place and mark what is damaged (`garbled`); HEADING_WORDS are parts of headings,
    which are understood even where they were converted twice."""
    distinct = {value for row in grid.rows for value in row if isinstance(value, str)}
    if grid.fonts or any(_MARKERS.search(value) for value in distinct):
        texts = [
            (r, c, value)
            for r, row in enumerate(grid.rows)
            for c, value in enumerate(row)
            if isinstance(value, str) and not value.isascii()
        ]
        _decode_single_byte(grid, texts)
    if any(value.isascii() and _VIQR_STRONG.search(value) for value in distinct):
        _decode_viqr(grid)
    _mark_damage(grid)
    for (r, c), why in list(grid.garbled.items()):
        if why == "twice" and (undone := _heading_undone(str(grid.rows[r][c]), heading_words)):
            grid.rows[r][c] = undone  # a heading tells what its column means; it is no value
            del grid.garbled[r, c]


def _heading_undone(text: str, known: Collection[str]) -> str | None:
    """The heading that TEXT was, each of its words converted once more or not."""
    parts = text.split(" ")
    if len(parts) > _LONGEST_HEADING:
        return None
    tries = itertools.product(*(dict.fromkeys((undo_twice(part), part)) for part in parts))
    return next((undone for words in tries if bare_key(undone := " ".join(words)) in known), None)


def _decode_single_byte(grid: Grid, texts: list[tuple[int, int, str]]) -> None:
    groups: dict[tuple[int, str | None], list[tuple[Place, str]]] = defaultdict(list)
    for r, c, value in texts:
        groups[c, grid.fonts.get((r, c))].append(((r, c), value))
    for (r, c), family in grid.fonts.items():  # a capital font shows capitals even where no letter is marked
        plain = grid.at(r, c)
        if family == "tcvn3_capital" and isinstance(plain, str) and plain.isascii():
            grid.rows[r][c] = plain.upper()
    sheet = Counter[str]()
    verdicts = {}
    for key, cells in groups.items():
        verdicts[key] = _evidence(value for _, value in cells)
        if key[1] is None:
            sheet.update(verdicts[key])
    for (column, font), cells in groups.items():
        evidence = verdicts[column, font]
        if not evidence and font is None:
            evidence = sheet
        runs = _runs(cells)
        for place, value in cells:
            _decode_cell(grid, place, value, font, evidence, runs)


def _runs(cells: Sequence[tuple[Place, str]]) -> list[tuple[int, str]]:
    """The rows of one column whose text is possible in one encoding alone, if that changes but once from top to bottom
    (a heading of one hand over data of another, rows pasted below others); else nothing."""
    told = [(row, next(iter(found))) for (row, _), v in sorted(cells) if len(found := _readings(v)) == 1]
    changes = sum(a[1] != b[1] for a, b in itertools.pairwise(told))
    return told if changes == 1 else []


def _of_run(runs: Sequence[tuple[int, str]], row: int, readings: frozenset[str]) -> str | None:
    """The encoding of the run in which ROW stands; None at the border of two."""
    above = next((e for r, e in reversed(runs) if r < row), None)
    below = next((e for r, e in runs if r > row), None)
    chosen = above if below is None or below == above else None
    return chosen if chosen in readings and sum(e == chosen for _, e in runs) > 1 else None


def _evidence(values: Iterable[str]) -> Counter[str]:
    """How many texts are possible in one encoding alone, by encoding."""
    counted = Counter[str]()
    for value in values:
        readings = _readings(value)
        if len(readings) == 1:
            counted.update(readings)
        elif not readings and _MARKERS.search(value) and max(value) <= "\u00ff":
            encoding = "tcvn3" if _looks_tcvn3(value) else "vni"
            if 2 * _sound_words(value, encoding) >= len(words(value)):  # else it is damage of another kind
                counted[encoding] += 1
    return counted


def _looks_tcvn3(value: str) -> bool:
    """Of a text that is whole in neither encoding: in which more of its words are possible."""
    return _sound_words(value, "tcvn3") >= _sound_words(value, "vni")


def _sound_words(value: str, encoding: str) -> int:
    return sum(possible(w) and not _MARKERS.search(w) for w in words(decode(value, encoding)))


def _decode_cell(
    grid: Grid, place: Place, value: str, font: str | None, evidence: Counter[str], runs: Sequence[tuple[int, str]]
) -> None:
    readings = _readings(value)
    by_font = {"tcvn3_capital": "tcvn3"}.get(font or "", font)
    if len(readings) == 1:
        chosen: str | None = next(iter(readings))
    elif not readings:
        chosen = _best_broken(value, by_font, evidence)
    else:
        chosen = (
            _among(readings, by_font, evidence) or _known_word(value, readings) or _of_run(runs, place[0], readings)
        )
    if chosen is None:
        grid.garbled[place] = "unclear"
    elif chosen != "unicode":
        capital = chosen == "tcvn3" and font == "tcvn3_capital"
        done = unicodedata.normalize("NFC", decode(value, "tcvn3_capital" if capital else chosen))
        grid.rows[place[0]][place[1]] = done
        if lost_letter(done, True):
            grid.garbled[place] = "lost"


def _best_broken(value: str, by_font: str | None, evidence: Counter[str]) -> str:
    """The encoding of a text that is whole in none: its font's, else its column's; Unicode without a marker."""
    if max(value) > "\u00ff":
        return "unicode"
    if by_font:
        return by_font
    best = [e for e, _ in evidence.most_common()]
    if not _MARKERS.search(value):
        return best[0] if best else "unicode"
    old = [e for e in best if e != "unicode"]  # a letter of an old font stands in it
    return _known_word(value, frozenset(("tcvn3", "vni"))) or (
        old[0] if old else "tcvn3" if _looks_tcvn3(value) else "vni"
    )


def _among(readings: frozenset[str], by_font: str | None, evidence: Counter[str]) -> str | None:
    """Of several possible readings the one that font and column agree on; None if the column is mixed."""
    seen = {e for e in evidence if evidence[e] and e in readings}
    if by_font in readings and ("unicode" not in seen or by_font in seen):
        return by_font if "unicode" not in seen else None
    if len(seen) == 1:
        return next(iter(seen))
    if not seen:
        return "unicode" if "unicode" in readings else sorted(readings)[0]
    return None


def _known_word(value: str, readings: frozenset[str]) -> str | None:
    """Of several possible readings the one in which the text is the name of an ethnic group."""
    known = {
        text: e for e in sorted(readings) if read_ethnicity(text := unicodedata.normalize("NFC", decode(value, e)))[0]
    }
    return next(iter(known.values())) if len(known) == 1 else None


def _decode_viqr(grid: Grid) -> None:
    """A sheet typed in VIQR: its strongly marked texts become possible syllables, then the weakly marked ones too."""
    marked = [
        (r, c, value)
        for r, row in enumerate(grid.rows)
        for c, value in enumerate(row)
        if isinstance(value, str) and value.isascii() and _VIQR_STRONG.search(value)
    ]
    good = [(r, c, done) for r, c, v in marked if not (done := decode(v, "viqr")).isascii() and all_possible(done)]
    if len(good) < 2 or len(good) * 5 < len(marked) * 4:
        return
    for r, c, value in marked:
        grid.rows[r][c] = decode(value, "viqr")
    for row in grid.rows:
        for c, cell in enumerate(row):
            if isinstance(cell, str) and cell.isascii() and _VIQR_WEAK.search(cell):
                done = decode(cell, "viqr")
                row[c] = done if all_possible(done) else cell


def undo_twice(text: str) -> str:
    """TEXT with a second conversion taken back, as far as it can be; never for a value."""
    return text.translate(_TWICE_TABLE)


def twice_converted(text: str) -> bool:
    """Whether a word of TEXT is impossible and becomes possible when a second conversion is taken back."""
    return any(
        not possible(word) and possible(word.lower().translate(_TWICE_TABLE))
        for word in words(text)
        if _TWICE_IMAGE & set(word.lower())
    )


@lru_cache(maxsize=100_000)
def _lost(word: str, decoded: bool) -> bool:
    if word.isascii():
        bare = not re.search(r"[aeiouy]", word, re.I)
        return decoded and bare and len(word) > 1 and any(possible(w) and not w.isascii() for w in _with_u(word))
    if len(word) < 2 or possible(word) or read_ethnicity(word)[0]:  # Hmông is a group's name and no syllable
        return False
    return any(possible(w) for w in _with_u(word))


def _with_u(word: str) -> list[str]:
    low = word.lower()
    return [low[:i] + "ư" + low[i:] for i in range(len(low) + 1)]


def lost_letter(text: str, decoded: bool = False) -> bool:
    """Whether a word of TEXT lacks its ư (đợc for được): impossible, and possible with one ư more."""
    return any(_lost(word, decoded) for word in words(text))


def _mark_damage(grid: Grid) -> None:
    distinct = {value for row in grid.rows for value in row if isinstance(value, str) and not value.isascii()}
    if not any(_damaged(unicodedata.normalize("NFC", text)) for text in distinct):
        return
    by_column: dict[int, list[tuple[Place, str]]] = defaultdict(list)
    for r, row in enumerate(grid.rows):
        for c, value in enumerate(row):
            if isinstance(value, str) and not value.isascii() and (r, c) not in grid.garbled:
                by_column[c].append(((r, c), unicodedata.normalize("NFC", value)))
    rows: set[int] = set()
    for cells in by_column.values():
        evident = [place for place, text in cells if _damaged(text) == "twice"]
        grid.garbled.update({place: "twice" for place in evident})
        grid.garbled.update({place: "lost" for place, text in cells if _damaged(text) == "lost"})
        rows |= {row for row, _ in evident}
        if len(evident) * 10 >= len(cells):
            grid.garbled.update(
                {place: "twice" for place, text in cells if place not in grid.garbled and _may_be_twice(text)}
            )
    texts = [pair for cells in by_column.values() for pair in cells]
    within = _damaged_part(texts, rows)
    grid.garbled.update({p: "twice" for p, text in within if p not in grid.garbled and _may_be_twice(text)})
    _mark_lost_beside(grid, texts)
    if rows:  # what stands beside damaged text was converted with it
        beside = ((place, text) for cells in by_column.values() for place, text in cells if place[0] in rows)
        grid.garbled.update(
            {place: "twice" for place, text in beside if place not in grid.garbled and _may_be_twice(text)}
        )


def _damaged_part(texts: Sequence[tuple[Place, str]], rows: set[int]) -> list[tuple[Place, str]]:
    """The texts between the nearest rows, above and below the ROWS with evident damage, that show the contrary; none
    where such a row stands among them, or where they are too few to tell."""
    if not rows:
        return []
    sound = {place[0] for place, text in texts if _TWICE_UNTOUCHED & set(text)}
    low = max((r for r in sound if r < min(rows)), default=-1)
    high = min((r for r in sound if r > low), default=1 << 30)
    part = [pair for pair in texts if low < pair[0][0] < high]
    return part if high > max(rows) and len(part) >= _SHEET_TEXTS else []


def _mark_lost_beside(grid: Grid, texts: list[tuple[Place, str]]) -> None:
    """In a sheet that lost its ư everywhere, Mời may have been Mười too: nothing in the cell shows it."""
    lost = sum(why == "lost" for why in grid.garbled.values())
    if lost >= _SHEET_CELLS and not any("ươ" in _bare_tones(text) for _, text in texts):
        grid.garbled.update(
            {p: "lost" for p, text in texts if p not in grid.garbled and _LOST_OPEN.search(_bare_tones(text))}
        )


@lru_cache(maxsize=100_000)
def _bare_tones(text: str) -> str:
    """TEXT in small letters without tones, hats and horns kept."""
    apart = unicodedata.normalize("NFD", text.lower())
    return unicodedata.normalize("NFC", "".join(c for c in apart if c not in "\u0300\u0301\u0303\u0309\u0323"))


def _may_be_twice(text: str) -> bool:
    """Whether a word of TEXT may come of a second conversion: Hún of Hón, but Mới of nothing."""
    if set(text) & _TWICE_UNTOUCHED:
        return False
    return any(_TWICE_IMAGE & set(word.lower()) and possible(undo_twice(word.lower())) for word in words(text))


@lru_cache(maxsize=200_000)
def _damaged(text: str) -> str | None:
    if all_possible(text):
        return None
    if twice_converted(text):
        return "twice"
    return "lost" if lost_letter(text) else None
