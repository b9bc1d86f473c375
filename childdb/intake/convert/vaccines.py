"""Vaccines in headings and words: which vaccine, which dose, on time or late."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from childdb.intake.words_lookup import bare_key, load
from schemas.text import nfc

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


@cache
def _vaccines() -> dict[str, dict[str, Any]]:
    return load("vaccines")


@cache
def _names() -> list[tuple[str, re.Pattern[str]]]:
    """(vaccine, pattern of a spelling), the longest first, so that "bại liệt tiêm" is not taken for "bại liệt"."""
    pairs = {bare_key(name).replace("/", " "): code for code, entry in _vaccines().items() for name in entry["names"]}
    ordered = sorted(pairs.items(), key=lambda pair: -len(pair[0]))
    return [(code, re.compile(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z])")) for name, code in ordered]


_AGE_ASIDE = re.compile(r"[(\[][^()\[\]]*\d\s*(?:tháng|thang|tuần|tuan|tuổi|tuoi|năm|nam)\b[^()\[\]]*[)\]]", re.I)
_AGE = re.compile(r"(?<![0-9])(?:(?:luc|khi|du|tu|tre)\s+)*([0-9]{1,2})\s*thang(?:\s+tuoi)?(?![a-z])")
_AFTER = re.compile(r"(?<![a-z])(?:sau|cach)\s+(?:mui|lan|lieu|[0-9]).*$")  # how long after which other dose


def dose_heading(parts: Sequence[str]) -> str | None:
    """VACCINE:dose or HEPB0:1:early / HEPB0:1:late for a heading path, or None."""
    said = nfc(" ".join(parts))
    text = bare_key(said)
    asides = [bare_key(aside) for aside in _AGE_ASIDE.findall(said)]
    plain = bare_key(_AGE_ASIDE.sub(" ", said))
    ages = {int(age) for part in (*asides, plain) for age in _AGE.findall(part)}
    plain = _AGE.sub(" ", plain)
    plain = re.sub(r"[≤≥<>]", " ", plain.replace("/", " "))
    plain = re.sub(r"\s+", " ", plain).strip()
    if re.search(
        r"\b(seo|day du|tcdd|uv me|me tiem|quai bi|so lo|lo vac xin|han dung|phan ung|noi tiem|noi uong|nguoi tiem|can bo tiem|ghi chu)\b",
        plain,
    ):
        return None
    for code, pattern in _names():
        found = pattern.search(plain)
        if found:
            rest = (plain[: found.start()] + " " + plain[found.end() :]).strip()
            return _with_dose(code, _AFTER.sub("", rest), text, ages)
    return None


def _with_dose(code: str, rest: str, text: str, ages: set[int]) -> str | None:
    """The dose by its number, else by the age (in months) at which it is due, else the vaccine's only one."""
    entry = _vaccines()[code]
    if code == "HEPB0":
        late = re.search(r"[>≥]\s*24|sau 24|tren 24|muon", text)
        early = re.search(r"[≤<]\s*24|truoc 24|trong 24|trong vong 24|duoi 24|\b24 ?(gio|h)\b", text)
        if re.search(r"(?<![0-9a-z])(?:mui|lan|lieu|m|l)? ?[2-9](?![0-9])", rest.replace("24", "")):
            return None  # a second or third dose of it is none of the schedule
        return f"HEPB0:1:{'late' if late else 'early' if early else ''}".rstrip(":")
    low = entry.get("lowest", 1)
    numbers = [int(n) for n in re.findall(r"(?<![0-9a-z])(?:mui|lan|lieu|m|l)? ?([1-9])(?![0-9])", rest)]
    numbers += [_ROMAN[w] for w in rest.split() if w in _ROMAN]
    if not numbers and ages and entry["doses"] > 1:
        due = [entry.get("ages", []).index(age) + low for age in ages if age in entry.get("ages", [])]
        return f"{code}:{due[0]}" if len(due) == 1 else None
    if not numbers:
        single = entry.get("single")
        return f"{code}:{single}" if single else None
    if len(set(numbers)) > 1:
        return None
    if numbers[0] < low:  # the first booster is dose 4; DPT 1 is no booster
        return f"{code}:{low}" if "nhac" in text else None
    return f"{code}:{numbers[0]}" if numbers[0] <= entry["doses"] else None
