"""The deterministic rules: what two persons as typed say of each other, without looking at any third.

A blank is evidence of nothing: it never makes two persons the same and never parts them. `judge` is symmetric.
"""

from __future__ import annotations

from dataclasses import dataclass

from childdb.matching.names import (
    BLANK,
    CLOSE,
    DIFFER,
    EQUAL,
    folded,
    normalised,
    relation,
    sex_of_placeholder,
    unnamed,
)
from childdb.matching.numbers import number, slip
from childdb.matching.person import ASK, SAME, Person
from childdb.matching.places import same_commune, village_relation
from schemas.dates import OpenDate

UNKNOWN, DAY, OPEN, COMPATIBLE, APART = "unknown", "day", "open", "compatible", "apart"
NEWBORN_RULE = "mother_birth_sex"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`firm` doubts hold a row even where another rule would have linked it with somebody."""

    verdict: str
    rule: str
    reasons: tuple[str, ...]
    firm: bool = False


def judge(one: Person, other: Person) -> Judgement | None:
    """Same, ask a person, or None where nothing links the two."""
    first, second = number(one.personal_id), number(other.personal_id)
    if first and first == second:
        return _by_number(one, other)
    if sex_relation(one, other) == DIFFER or (first and second and not slip(first, second)):
        return None
    found = _by_birth(one, other) if unnamed(one.full_name) or unnamed(other.full_name) else _by_name(one, other)
    if first and second and found and found.verdict == SAME:
        return Judgement(ASK, "number_slip", ("number_slip",), firm=True)
    return None if first and second else found


def sex_relation(one: Person, other: Person) -> str:
    first = one.sex or sex_of_placeholder(one.full_name)
    second = other.sex or sex_of_placeholder(other.full_name)
    if not first or not second:
        return BLANK
    return EQUAL if first == second else DIFFER


def birth_relation(one: Person, other: Person) -> str:
    """day (one day), open (typed alike to the month or year), compatible, apart, or unknown."""
    if one.birth_first is None or other.birth_first is None:
        return UNKNOWN
    if one.birth_precision == other.birth_precision:
        if one.birth_first != other.birth_first:
            return APART
        return DAY if one.birth_precision == "day" else OPEN
    first = OpenDate.from_first(one.birth_first, one.birth_precision or "year")
    second = OpenDate.from_first(other.birth_first, other.birth_precision or "year")
    return COMPATIBLE if first.first <= second.last and second.first <= first.last else APART


def _by_number(one: Person, other: Person) -> Judgement:
    """One number is one child, unless what is written beside it contradicts."""
    if sex_relation(one, other) == DIFFER:
        return Judgement(ASK, "personal_id", ("same_number", "number_sex_differs"), firm=True)
    if one.birth_first and other.birth_first and one.birth_first.year != other.birth_first.year:
        return Judgement(ASK, "personal_id", ("same_number", "number_birth_differs"), firm=True)
    if birth_relation(one, other) == APART and _strangers(one, other):
        return Judgement(ASK, "personal_id", ("same_number", "number_all_else_differs"), firm=True)
    return Judgement(SAME, "personal_id", ("same_number",))


def _strangers(one: Person, other: Person) -> bool:
    """Named persons who share no word of the name and no mother: a number copied to a wrong row."""
    if unnamed(one.full_name) or unnamed(other.full_name):
        return False
    shared = set(folded(one.full_name or "").split()) & set(folded(other.full_name or "").split())
    return not shared - {"van", "thi"} and relation(one.mother_name, other.mother_name) not in (EQUAL, CLOSE)


def _by_name(one: Person, other: Person) -> Judgement | None:
    """Name, birth date, sex and mother, household head or father."""
    birth, mother = birth_relation(one, other), relation(one.mother_name, other.mother_name)
    if birth == APART or mother == DIFFER or normalised(one.full_name) != normalised(other.full_name):
        return None
    village = village_relation(one.village, other.village)
    father = relation(one.father_name, other.father_name)
    head = relation(one.household_head, other.household_head)
    confirmed = _confirmation(mother, father, head)
    doubts = _doubts(one, other, birth, confirmed)
    if confirmed is None:
        return _unconfirmed(one, other, doubts, (mother, father, head, village))
    if confirmed != "mother" and father == DIFFER:
        doubts.append("father_differs")
    if village == DIFFER and birth != DAY:
        doubts.append("village_differs")
    if doubts:
        return Judgement(ASK, f"name_birth_sex_{confirmed}", tuple(doubts))
    date = "same_birth_date" if birth == DAY else "same_open_birth"
    return Judgement(SAME, f"name_birth_sex_{confirmed}", ("same_name", date, "same_sex", f"same_{confirmed}"))


def _confirmation(mother: str, father: str, head: str) -> str | None:
    pairs = (("mother", mother), ("household", head), ("father", father))
    return next((name for name, found in pairs if found == EQUAL), None)


def _doubts(one: Person, other: Person, birth: str, confirmed: str | None) -> list[str]:
    doubts = []
    if birth in (COMPATIBLE, UNKNOWN):
        doubts.append("birth_open")
    if sex_relation(one, other) == BLANK:
        doubts.append("sex_blank")
    if confirmed != "mother" and relation(one.mother_name, other.mother_name) == CLOSE:
        doubts.append("mother_close")
    return doubts


def _unconfirmed(one: Person, other: Person, doubts: list[str], found: tuple[str, str, str, str]) -> Judgement | None:
    """Name, birth and sex agree and no grown-up confirms it: ask within one commune, never merge, never double.

    Where the grown-ups that both name do differ, or the birth date is open, only one village makes it worth asking.
    """
    mother, father, head, village = found
    if village == DIFFER or (mother != CLOSE and not same_commune(one.commune, other.commune)):
        return None
    weak = DIFFER in (father, head) or birth_relation(one, other) != DAY
    if weak and village != EQUAL and CLOSE not in (mother, father, head):
        return None
    return Judgement(ASK, "name_birth_sex", (*(doubts or ["nothing_confirms"]),))


def _by_birth(one: Person, other: Person) -> Judgement | None:
    """A newborn without a name is known by its mother, day of birth and sex alone (if it is the only such child)."""
    if relation(one.mother_name, other.mother_name) != EQUAL or birth_relation(one, other) != DAY:
        return None
    if sex_relation(one, other) == BLANK:
        return Judgement(ASK, NEWBORN_RULE, ("sex_blank",))
    return Judgement(SAME, NEWBORN_RULE, ("same_mother", "same_birth_date", "same_sex", "only_candidate"))
