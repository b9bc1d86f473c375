"""One cell under one column: its typed value, or the issue. Text and numbers only; dates need their column (dates)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from childdb.intake.convert.circumstances import only_letters, read_circumstances
from childdb.intake.convert.dates import Parts, split
from childdb.intake.convert.numbers import (
    NumberRead,
    read_decimal,
    read_height,
    read_money,
    read_muac,
    read_weight,
)
from childdb.intake.convert.people import read_ethnicity, read_name, read_sex, read_yes_no
from childdb.intake.convert.schooling import read_class
from childdb.intake.grid import Cell, shown
from childdb.intake.words_lookup import bare_key, code_list
from schemas.codes import ethnic_groups
from schemas.text import fold, nfc


@dataclass(frozen=True)
class Reading:
    """A cell's value, and issues as (code, slots); a value of None with no issue says nothing."""

    value: Any = None
    issues: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()


_LATEST_YEAR = 2100
_DECISIVE = ("outcome", "parent")  # lists whose unknown words hold a row back; of others the value alone is left out
_LOST = re.compile(r"[^\W\d_]\?|\?[^\W\d_]|\ufffd")  # what a wrong encoding left of a letter
NOTHING = Reading()
_NOT_TOLD = ("", "-", "--", "?", "khong", "k", "ko", "0", "x", "chua ro", "chua biet")


def fault(code: str, **slots: str) -> Reading:
    return Reading(None, ((code, tuple(slots.items())),))


def _name(cell: Cell) -> Reading:
    read = read_name(shown(cell))
    if read.problem:
        return fault("name_unreadable")
    issues: list[tuple[str, tuple[tuple[str, str], ...]]] = []
    if read.note:
        issues.append(("name_has_note", (("note", read.note),)))
    if read.doubtful:
        issues.append(("name_doubtful", ()))
    return Reading(read, tuple(issues))


def _person(cell: Cell) -> Reading:
    """A parent's or head's name: kept as written; only what is no name at all is an issue of its own."""
    text = nfc(shown(cell)).strip(" .,;:")
    if not text or fold(text) in (
        "khong",
        "khong ro",
        "khong co",
        "k",
        "x",
        "-",
        "da chet",
        "da mat",
        "chet",
        "mat",
        "?",
        "khong biet",
        "ko",
    ):
        return NOTHING
    read = read_name(text)
    return Reading(read.name or (text if any(c.isalpha() for c in text) else None))


def _parent(cell: Cell) -> Reading:
    """(mother's, father's or guardian's, name) from a column for either: told by a word or by Thị, else guardian."""
    text = nfc(shown(cell)).strip()
    low = fold(text)
    for words, column in ((("me", "mẹ"), "mother_name"), (("cha", "bo", "bố"), "father_name")):
        for word in words:
            if low.startswith((fold(word) + ":", fold(word) + " :")) or text.lower().startswith(
                (word + ": ", word + ":")
            ):
                name = _person(text.split(":", 1)[1]).value
                return Reading((column, name)) if name else NOTHING
    name = _person(text).value
    if not name:
        return NOTHING
    middle = f" {nfc(name).lower()} "
    for sign, column in ((" thị ", "mother_name"), (" văn ", "father_name")):
        if sign in middle or (text.isascii() and fold(sign) in middle):
            return Reading((column, name))
    return Reading(("guardian_name", name), (("parent_unclear", ()),))


def _year(cell: Cell) -> Reading:
    """A parent's year of birth, alone or in a whole date."""
    if isinstance(cell, date):
        return Reading(cell.year)
    if isinstance(cell, str):
        read = split(cell, _LATEST_YEAR)
        year = read.year if isinstance(read, Parts) else read.when.first.year if read.when else None
    else:
        number = read_decimal(cell)
        year = int(number) if number is not None and number == int(number) else None
    return Reading(year) if year is not None and 1930 <= year <= _LATEST_YEAR else fault("value_not_read")


def _text(cell: Cell) -> Reading:
    return Reading(nfc(shown(cell)).strip() or None)


def _village(cell: Cell) -> Reading:
    """A village's name as written; nothing where none is told, an issue where letters were lost (B?n M?i)."""
    text = nfc(shown(cell)).strip()
    if _LOST.search(text):
        return fault("value_not_read")
    if fold(text) in _NOT_TOLD or not any(c.isalnum() for c in text):
        return NOTHING
    return Reading(text)


def _phone(cell: Cell) -> Reading:
    text = shown(cell).strip()
    if isinstance(cell, int | float) and len(text) == 9:
        text = "0" + text
    return Reading(nfc(text) or None)


def _sex(cell: Cell) -> Reading:
    sex = read_sex(shown(cell))
    return Reading(sex) if sex else fault("sex_unknown")


def _yes_no(cell: Cell) -> Reading:
    answer, understood = read_yes_no(shown(cell))
    return Reading(answer) if understood else fault("yes_no_unknown")


def _sex_tick(cell: Cell) -> Reading:
    """A mark under Nam or under Nữ."""
    answer, understood = read_yes_no(shown(cell))
    if answer is None:
        return fault("sex_unknown")
    return Reading(answer) if understood else fault("sex_unknown")


def _registered(cell: Cell) -> Reading:
    """Birth registered: yes, no, or the certificate's number, which says yes."""
    answer, understood = read_yes_no(shown(cell))
    if understood:
        return Reading(answer)
    text = nfc(shown(cell)).strip()
    if any(c.isdigit() for c in text) and "/" in text:
        return Reading(text)
    return fault("yes_no_unknown")


def _ethnicity(cell: Cell) -> Reading:
    code, choices = read_ethnicity(shown(cell))
    if code:
        return Reading(code)
    if fold(shown(cell)).strip(" .") in _NOT_TOLD:
        return fault("ethnicity_missing")
    if choices:
        return fault("ethnicity_ambiguous", choices=", ".join(ethnic_groups()[c].name for c in choices))
    return fault("ethnicity_unknown")


def _circumstances(cell: Cell) -> Reading:
    codes, unknown = read_circumstances(shown(cell))
    return Reading(codes) if unknown is None else fault("circumstance_unknown")


def _circumstance_tick(cell: Cell) -> Reading:
    """A mark under a category; or the category once more, or one of its parts (KT nặng under Khuyết tật), as codes."""
    answer, understood = read_yes_no(shown(cell))
    if understood:
        return Reading(answer)
    codes, unknown = read_circumstances(shown(cell))
    told = unknown is None and codes and not only_letters(shown(cell))
    return Reading(codes) if told else fault("yes_no_unknown")


def _poverty_tick(cell: Cell) -> Reading:
    """A mark under Hộ nghèo or Hộ cận nghèo; or the state in words (HN, cận nghèo, thoát nghèo)."""
    code = code_list("poverty").find(shown(cell))
    if code and code != "none":
        return Reading(code)
    answer, understood = read_yes_no(shown(cell))
    if understood:
        return Reading(answer)
    return Reading(False) if code else fault("yes_no_unknown")


def _code(list_name: str) -> Callable[[Cell], Reading]:
    def read(cell: Cell) -> Reading:
        lookup = code_list(list_name)
        code = lookup.find(shown(cell))
        if code:
            return Reading(code)
        if fold(shown(cell)).strip(" .") in (
            "-",
            "?",
            "khong ro",
            "chua ro",
            "khong",
            "k",
            "ko",
            "0",
            "khong co",
            "chua",
        ):
            return NOTHING
        return fault(
            "code_unknown" if list_name in _DECISIVE else "value_not_read", choices=", ".join(lookup.labels.values())
        )

    return read


def _poverty(cell: Cell) -> Reading:
    code = code_list("poverty").find(shown(cell))
    if code:
        return Reading(code)
    text = fold(shown(cell)).strip()
    if text in ("-", "0", "o"):
        return Reading("none")
    return fault("code_unknown", choices=", ".join(code_list("poverty").labels.values()))


_PARENTS = (
    (("mo coi ca cha va me", "mo coi ca cha me", "mo coi ca bo me", "mo coi cha me", "mo coi bo me", "mo coi ca hai", "mo coi ca cha lan me"), ("dead", "dead")),
    (("mo coi cha", "mo coi bo", "cha chet", "bo chet", "cha mat", "bo mat", "cha da chet", "cha da mat", "bo da chet", "bo da mat"), ("dead", None)),
    (("mo coi me", "me chet", "me mat", "me da chet", "me da mat"), (None, "dead")),
    (("con ca cha va me", "con ca cha me", "con du cha me", "con ca bo me", "con song", "binh thuong", "du cha me", "con", "song"), ("alive", "alive")),
    (("cha mat tich", "bo mat tich", "bo bo di", "cha bo di"), ("missing", None)),
    (("me mat tich", "me bo di"), (None, "missing")),
    (("cha di tu", "bo di tu"), ("prison", None)),
    (("me di tu",), (None, "prison")),
)  # fmt: skip


def _parents_status(cell: Cell) -> Reading:
    text = bare_key(shown(cell))
    for words, states in _PARENTS:
        if text in words:
            return Reading(states)
    return NOTHING if text in ("", "khong", "k") else fault("parents_status_unknown")


def _health_card(cell: Cell) -> Reading:
    """The card's last ten digits, or True for a mark that there is a card (QĐ 1351 and 1666/QĐ-BHXH)."""
    text = shown(cell).strip().upper().replace(" ", "").replace("-", "")
    digits = text[-10:]
    if len(text) in (10, 15) and digits.isdigit():
        return Reading(digits)
    answer, understood = read_yes_no(shown(cell))
    if understood:
        return Reading(True) if answer else NOTHING
    return Reading(nfc(text)) if any(c.isdigit() for c in text) else NOTHING


def _class(cell: Cell) -> Reading:
    text = shown(cell)
    if fold(text).strip() in ("-", "chua di hoc", "khong di hoc", "khong", "o nha", "chua", "k", "0"):
        return Reading("none")
    if fold(text).strip() in ("bo hoc", "da bo hoc", "thoi hoc"):
        return Reading("dropped")
    read = read_class(text)
    return Reading(read) if read.level else fault("value_not_read")


def _number(reader: Callable[[object], NumberRead], name: str) -> Callable[[Cell], Reading]:
    def read(cell: Cell) -> Reading:
        found = reader(cell)
        return Reading(found.value) if found.problem is None else fault(f"{name}_{found.problem}")

    return read


def _bounded(
    low: int, high: int, code: str = "number_out_of_range", *, whole: bool = False, money: bool = False
) -> Callable[[Cell], Reading]:
    def read(cell: Cell) -> Reading:
        number = read_money(cell) if money else read_decimal(cell)
        if number is None:
            return fault("number_unreadable")
        if not low <= number <= high or (whole and number != int(number)):
            return fault(code, low=str(low), high=str(high))
        return Reading(int(number) if whole else number)

    return read


def _birth_weight(cell: Cell) -> Reading:
    """Grams; kilograms by their unit or range (below 10)."""
    found = read_weight(cell)
    if found.problem:
        return fault(f"weight_{found.problem}")
    if found.value is None:
        return NOTHING
    kilograms = found.value
    return (
        Reading(int(kilograms * 1000)) if Decimal("0.3") <= kilograms <= Decimal("7.5") else fault("weight_implausible")
    )


def _allowance(cell: Cell) -> Reading:
    """An amount, or True for a mark that the allowance is paid."""
    answer, understood = read_yes_no(shown(cell))
    if understood and not isinstance(cell, int | float):
        return Reading(True) if answer else NOTHING
    if read_money(cell) == 0:
        return NOTHING
    return _bounded(1_000, 20_000_000, whole=True, money=True)(cell)


def _nationality(cell: Cell) -> Reading:
    return Reading(code_list("nationality").find(shown(cell)) or nfc(shown(cell)).strip())


READ: dict[str, Callable[[Cell], Reading]] = {
    "name": _name,
    "name_part": _text,
    "person": _person,
    "parent": _parent,
    "text": _text,
    "village": _village,
    "commune": _text,
    "date_part": _text,
    "phone": _phone,
    "sex": _sex,
    "yes_no": _yes_no,
    "tick": _yes_no,
    "sex_tick": _sex_tick,
    "registered": _registered,
    "ethnicity": _ethnicity,
    "circumstances": _circumstances,
    "poverty": _poverty,
    "poverty_tick": _poverty_tick,
    "circumstance_tick": _circumstance_tick,
    "parents_status": _parents_status,
    "health_card": _health_card,
    "class": _class,
    "weight": _number(read_weight, "weight"),
    "height": _number(read_height, "height"),
    "muac": _number(read_muac, "muac"),
    "birth_weight": _birth_weight,
    "hours_day": _bounded(0, 24, "hours_implausible"),
    "hours_week": _bounded(0, 112, "hours_implausible"),
    "weeks": _bounded(20, 45, whole=True),
    "count": _bounded(1, 20, whole=True),
    "year": _year,
    "money": _bounded(0, 100_000_000, whole=True, money=True),
    "decimal": _bounded(-(10**12), 10**12),
    "allowance": _allowance,
    "nationality": _nationality,
}


@lru_cache(maxsize=256)
def reader_for(name: str) -> Callable[[Cell], Reading]:
    """The reader of a column, by the name its template gives."""
    return _code(name[5:]) if name.startswith("code:") else READ[name]
