"""Names, sex, ethnicity and yes or no, as they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from childdb.intake.syllables import all_possible
from childdb.intake.words_lookup import Lookup, bare_key, build, exact_key, load
from schemas.codes import ethnic_groups
from schemas.text import fold, nfc, normal

_UNNAMED = {
    "trai": "M", "gái": "F", "bé trai": "M", "bé gái": "F", "con trai": "M", "con gái": "F", "cháu trai": "M",
    "cháu gái": "F", "nam": "M", "nữ": "F", "trẻ trai": "M", "trẻ gái": "F", "sơ sinh trai": "M", "sơ sinh gái": "F",
}  # fmt: skip
_UNNAMED_KEYS = {normal(k): v for k, v in _UNNAMED.items()} | {fold(k): v for k, v in _UNNAMED.items()}
_NO_NAME = re.compile(
    r"^(?:chua(?: .*)?|khong (?:co )?ten|so sinh|tre so sinh|be so sinh|moi sinh|tre moi sinh"
    r"|be|em be|chau|con|\?+|\.+|-+|cb .*)$"
)
_CHILD_OF = re.compile(  # Côn is a surname, con is none
    r"^((?:(?:bé|cháu|trẻ|trai|gái|sơ sinh)\s+)*)(?:\s*[,-]\s*)?con\s+(?:ông |bà |anh |chị |của |nhà )?\S+", re.I
)
_NOTE = re.compile(r"^(.*?\S)\s*(?:[(\[{]\s*(.+?)\s*[)\]}]?|\s[-–—]\s*(.+)|[-–—]\s+(.+)|;\s*(.+)|,\s*(.+))\s*$")
_TAIL = re.compile(
    r"^(.*?\S)\s+((?:đã\s+|mới\s+)?(?:chuyển(?:\s+(?:đi|khẩu|xã|đến)).*|(?-i:chuyển)|chết.*|mất(?:\s+(?:năm|ngày|tích|\d).*)?|tử vong.*))$",
    re.I,
)
_LEAD = re.compile(r"^\d{1,4}\s*[.)]\s*(?=[^\W\d_])")
_TITLE = re.compile(r"^(?:cháu|bé|em)\s+(?=\S+\s+\S+)", re.I)
_TWIN = re.compile(r"\s*(?:[1-4]|số [1-4]|i{1,3}|thứ (?:nhất|hai|ba))$", re.I)  # Trai 1, Trai 2
_TWO = re.compile(r"\s(?:và|với)\s", re.I)
_ALLOWED = re.compile(r"^[^\W\d_]+(?:['’`.\- ][ ]?[^\W\d_]+)*\.?$")
_BESIDE = re.compile(r"^\s*([^()]+?)\s*\(\s*([^()]+?)\s*\)\s*$")
_YES = {
    "x",
    "xx",
    "v",
    "co",
    "✓",
    "✔",
    "√",
    "1",
    "yes",
    "y",
    "da",
    "roi",
    "da co",
    "true",
    "dung",
    "+",
    "☑",
    "*",
    "ok",
    "●",
    "•",
}
_NO = {"khong", "k", "ko", "chua", "0", "no", "n", "false", "chua co", "khong co", "-", "o"}
_UNTOLD = {"khong ro", "chua ro", "?", "khong biet", "kxđ", "khong xac dinh", "kxd"}


@dataclass(frozen=True)
class NameRead:
    """A name; a note that followed it; whether it says that there is none yet, and the sex that says so."""

    name: str | None
    note: str | None = None
    sex: str | None = None
    problem: bool = False
    doubtful: bool = False


@lru_cache(maxsize=65536)
def read_name(text: str) -> NameRead:
    text = nfc(text).strip(" .,;:*'\"")
    text = _LEAD.sub("", text)
    for form in (text, _TWIN.sub("", text)):
        if normal(form) in _UNNAMED_KEYS:
            return NameRead(None, sex=_UNNAMED_KEYS[normal(form)])
    if not text or _NO_NAME.match(fold(text)):
        return NameRead(None)
    if child_of := _CHILD_OF.match(text):
        return NameRead(None, sex=_UNNAMED_KEYS.get(normal(child_of.group(1))))
    text, note = _TITLE.sub("", text), None
    found = _NOTE.match(text) or _TAIL.match(text)
    if found:
        note = next(g for g in found.groups()[1:] if g)
        text = found.group(1).strip(" .,;:*-–")
        inner = read_name(text)
        if inner.name is None:
            return NameRead(None, note, inner.sex)
    if not _ALLOWED.match(text) or _TWO.search(text) or len(text) > 60 or len(text.replace(" ", "")) < 2:
        return NameRead(None, problem=True)
    return NameRead(text, note, doubtful=not all_possible(text))


@lru_cache(maxsize=1024)
def read_sex(text: str) -> str | None:
    """M, F or None where it cannot be told (1 and 2, 0 and 1 are used both ways round)."""
    key = fold(nfc(text)).strip(" .")
    if key in ("nam", "trai", "m", "male", "be trai", "con trai", "boy", "n.am", "nam gioi", "chau trai", "gioi nam"):
        return "M"
    if key in ("nu", "gai", "f", "female", "be gai", "con gai", "girl", "n.u", "nu gioi", "chau gai", "gioi nu"):
        return "F"
    return None


@lru_cache(maxsize=1024)
def read_yes_no(text: str) -> tuple[bool | None, bool]:
    """(answer or None, whether it was understood)."""
    key = fold(nfc(text)).strip(" .")
    if key in _YES or re.fullmatch(r"x+", key):
        return True, True
    if key in _NO:
        return False, True
    if key in _UNTOLD:
        return None, True
    if key.startswith(("da ", "co ")):
        return True, True
    if key.startswith(("chua ", "khong ")):
        return False, True
    return None, False


@cache
def _ethnic() -> tuple[Lookup, dict[str, tuple[str, ...]], dict[str, set[str]]]:
    """(our spellings and the main names, ambiguous names, other names of the official list to their groups)."""
    words = load("ethnicity")
    names = {code: list(spellings) for code, spellings in words["names"].items()}
    taken = {exact_key(s) for spellings in names.values() for s in spellings}
    for code, group in ethnic_groups().items():
        if exact_key(group.name) not in taken:
            names.setdefault(code, []).append(group.name)
            taken.add(exact_key(group.name))
    others: dict[str, set[str]] = {}
    for code, group in ethnic_groups().items():
        for name in group.other_names:
            others.setdefault(exact_key(name), set()).add(code)
    return build(names), {exact_key(k): tuple(v) for k, v in words["ambiguous"].items()}, others


@lru_cache(maxsize=4096)
def read_ethnicity(text: str) -> tuple[str | None, tuple[str, ...]]:
    """(code, ()) or (None, codes it may be): main names first, then other names that one group alone has."""
    lookup, ambiguous, others = _ethnic()
    text = re.sub(r"^\s*(?:dân tộc|dt|người)\s*:?\s*", "", nfc(text), flags=re.I)
    key = exact_key(text)
    if re.fullmatch(r"[0-9]{1,2}", key):
        code = f"{int(key):02d}"
        return (code, ()) if code in ethnic_groups() else (None, ())
    if key in ambiguous:
        return None, ambiguous[key]
    exact = lookup.exact.get(key)
    if exact:
        return exact, ()
    if key in others:
        same_bare = lookup.bare.get(bare_key(text), frozenset()) if text.isascii() else frozenset()
        codes = tuple(sorted(others[key] | same_bare))
        return (codes[0], ()) if len(codes) == 1 else (None, codes)
    if beside := _BESIDE.match(text):  # Thái Đen (Tày Đăm): both must tell the same group
        told = [read_ethnicity(part) for part in beside.groups()]
        return told[0] if told[0] == told[1] and told[0][0] else (None, ())
    if not text.isascii():
        return None, ()
    bare = bare_key(text)
    found = lookup.bare.get(bare, frozenset())
    main = {c for c in found if bare_key(ethnic_groups()[c].name) == bare}
    codes = tuple(sorted(main if len(main) == 1 else found))
    if not codes:
        codes = tuple(sorted({c for k, found in others.items() if bare_key(k) == bare for c in found}))
    return (codes[0], ()) if len(codes) == 1 else (None, codes)
