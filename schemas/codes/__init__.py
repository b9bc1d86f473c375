"""Code lists with their citation: administrative units, ethnic groups, circumstances, vaccines, targets.

The CSV files beside this one are the reference data as compiled for the project (source and confidence per
row). Codes, never labels, stand in tables; labels are looked up here, in `vi` and `en`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from schemas.text import fold, nfc, normal

VACCINES = ("BCG", "HEPB0", "PENTA", "OPV", "IPV", "MEASLES", "MR", "DPT", "JE", "ROTA", "PCV", "HPV", "TD")
REFORM = date(2025, 7, 1)


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one reference CSV, as text."""
    text = resources.files("schemas.codes").joinpath(f"{name}.csv").read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Unit:
    """An administrative unit; its key is (code, valid_from), for four codes were reused on 2025-07-01."""

    code: str
    valid_from: date
    valid_to: date | None
    level: str  # province | district | commune
    kind: str
    parent_code: str | None
    parent_from: date | None
    name: str
    source: str

    @property
    def key(self) -> str:
        return f"{self.code}@{self.valid_from.isoformat()}"

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    @property
    def short_name(self) -> str:
        """The name without its type word: Búng Lao for Xã Búng Lao."""
        for word in ("Thị trấn ", "Xã ", "Phường ", "Huyện ", "Tỉnh ", "Thành phố "):
            if self.name.startswith(word):
                return self.name[len(word) :]
        return self.name


@cache
def units() -> dict[str, Unit]:
    """All units by key CODE@YYYY-MM-DD."""
    found = {}
    for r in rows("admin_units"):
        start = date.fromisoformat(r["valid_from"])
        unit = Unit(
            r["code"], start, _day(r["valid_to"]), r["level"], r["kind"], r["parent_code"] or None,
            _day(r["parent_valid_from"]), nfc(r["name"]), r["source"],
        )  # fmt: skip
        found[unit.key] = unit
    return found


@dataclass(frozen=True)
class Succession:
    """Which unit became which, whole or in part."""

    key: str
    successor: str
    share: str
    source: str


@cache
def successions() -> tuple[Succession, ...]:
    return tuple(
        Succession(
            f"{r['code']}@{r['valid_from']}",
            f"{r['successor_code']}@{r['successor_valid_from']}",
            r["share"],
            r["source"],
        )
        for r in rows("admin_unit_successors")
    )


def unit_on(code: str, on: date) -> Unit | None:
    """The unit that CODE means on a day."""
    return next((u for u in units().values() if u.code == code and u.in_force(on)), None)


def communes_on(day: date) -> list[Unit]:
    """The communes in force on a day."""
    return [u for u in units().values() if u.level == "commune" and u.in_force(day)]


def successor_of(key: str) -> str | None:
    return next((s.successor for s in successions() if s.key == key), None)


def communes_named(text: str, on: date | None = None) -> list[Unit]:
    """Communes whose name is TEXT (tone marks, type word and case aside), in force on a day if one is given.

    Without a day, a name or code in use before and after the reform gives two units: the caller must ask.
    """
    wanted = _place(text)
    return [
        u
        for u in units().values()
        if u.level == "commune" and (on is None or u.in_force(on)) and wanted in (_place(u.name), u.code, u.key)
    ]


def _place(text: str) -> str:
    """A place name for comparing: no type word, tones folded, Ẳng = Ảng and Nặm = Nậm by folding."""
    if "@" in text:
        return text
    words = fold(text).replace(".", " ").split()
    for prefix in (["thi", "tran"], ["tt"], ["xa"], ["x"], ["huyen"], ["phuong"]):
        if words[: len(prefix)] == prefix and len(words) > len(prefix):
            words = words[len(prefix) :]
            break
    return " ".join(words)


@dataclass(frozen=True)
class EthnicGroup:
    code: str
    name: str
    other_names: tuple[str, ...]


@cache
def ethnic_groups() -> dict[str, EthnicGroup]:
    """The 54 groups (01-54), 55 foreigner, 99 unknown, by code (QĐ 121-TCTK/PPCĐ 1979; VN Core code system)."""
    return {
        r["code"]: EthnicGroup(
            r["code"], nfc(r["name"]), tuple(nfc(n) for n in r["other_names"].split(",") if n.strip())
        )
        for r in rows("ethnic_groups")
    }


@dataclass(frozen=True)
class Circumstance:
    """A circumstance category; keyed by number code or by letter (d and đ are two: never fold a letter)."""

    code: str
    letter: str
    name: dict[str, str]
    group: int  # 1 special, 2 at risk, 3 other
    sensitivity: str  # open | sensitive | sealed
    confidence: str
    source: str


@cache
def circumstances() -> dict[str, Circumstance]:
    return {
        r["code"]: Circumstance(
            r["code"],
            nfc(r["letter"]),
            {"vi": nfc(r["name_vi"]), "en": r["name_en"]},
            int(r["group"][0]),
            r["sensitivity"],
            r["confidence"],
            r["source"],
        )
        for r in rows("circumstance_groups")
    }


def is_sealed(code: str) -> bool:
    """Whether a circumstance is sealed (an unknown code is treated as sealed: the safe side)."""
    entry = circumstances().get(code)
    return entry is None or entry.sensitivity == "sealed"


PROVINCE_ID_CODES = frozenset(
    f"{code:03d}"
    for code in (
        *(1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40),
        *(42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83),
        *(84, 86, 87, 89, 91, 92, 93, 94, 95, 96),
    )
)  # the 63 provinces of TT 07/2016/TT-BCA; a number keeps its old code after the mergers of 2025

__all__ = [
    "PROVINCE_ID_CODES", "REFORM", "VACCINES", "Circumstance", "EthnicGroup", "Succession", "Unit", "circumstances",
    "communes_named", "ethnic_groups", "is_sealed", "normal", "rows", "successions", "successor_of", "unit_on",
    "units",
]  # fmt: skip
