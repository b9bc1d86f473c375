"""How people type: habits of each commune, and the ordinary mess at stated rates.

What is typed of a child in a commune is drawn from a stream named by the child and the field, not by the round: so a
row that stays true is typed identically in the next round, and only corrections change it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from random import Random

from sample_data.names import HMONG
from sample_data.population import Child, stream

EXTRA_SPACES = 0.010  # names with a doubled, leading or trailing blank
UPPER_NAME, LOWER_NAME = 0.006, 0.004
YEAR_ONLY_HMONG, YEAR_ONLY = 0.02, 0.002  # of the children of 7 and over
ID_ZERO_LOST = 0.006  # typed as a number: the leading zero is gone
ID_SPACED = 0.004
UNNAMED_UNTIL_DAYS, UNNAMED = 30, 0.6  # newborns written Trai or Gái
UNIT_IN_CELL = 0.02  # 10,5kg
CORRECTED_A_ROUND = 0.015


@dataclass(frozen=True)
class Habits:
    """How one commune keeps its lists (see sample_data/README.md for the layouts)."""

    register: str  # single | sheets | village_rows | by_sex
    dates: str  # text | excel | mixed
    sex: str  # word | ticks | female_tick | by_date
    wording: int  # which set of headings, 1 to 3
    circumstance: str = "word"  # word | letter
    nfd: bool = False
    to_18: bool = False
    capitals: bool = False
    heading_again: int = 0  # the heading is repeated after so many rows (a page)
    changes_in_june: bool = False  # in June the register holds the changes alone
    long_card: bool = False  # health-insurance numbers of 15 characters


HABITS = {
    "03256": Habits("single", "excel", "word", 2, changes_in_june=True, to_18=True, long_card=True),
    "03286": Habits("sheets", "text", "word", 1, changes_in_june=True),
    "03287": Habits("single", "mixed", "female_tick", 3, nfd=True),
    "03292": Habits("sheets", "excel", "ticks", 2, circumstance="letter", changes_in_june=True),
    "03301": Habits("single", "text", "word", 1, heading_again=250, changes_in_june=True),
    "03302": Habits("sheets", "mixed", "word", 3, nfd=True, changes_in_june=True),
    "03307": Habits("single", "excel", "ticks", 1, capitals=True),
    "03310": Habits("single", "text", "word", 1, circumstance="letter"),
    "03312": Habits("by_sex", "text", "by_date", 2, changes_in_june=True),
    "03313": Habits("village_rows", "mixed", "word", 3, heading_again=300, changes_in_june=True),
}


def typed_name(draw: Random, text: str, habits: Habits) -> str:
    """A name with its share of stray blanks and odd case."""
    spaces, case = draw.random(), draw.random()
    if habits.capitals or case < UPPER_NAME:
        text = text.upper()
    elif case < UPPER_NAME + LOWER_NAME:
        text = text.lower()
    if spaces < EXTRA_SPACES:
        words = text.split(" ")
        text = ("  ".join(words), text + " ", " " + text)[int(spaces / EXTRA_SPACES * 3)]
    return text


def typed_date(draw: Random, day: date, how: str) -> str | date:
    """A date as text dd/mm/yyyy, as an Excel date, or now so, now so, with other separators."""
    chance = draw.random()
    if how == "excel" or (how == "mixed" and chance < 0.12):
        return day
    if how == "mixed" and chance < 0.16:
        return f"{day.day}/{day.month}/{day.year}"
    if how == "mixed" and chance < 0.18:
        return f"{day:%d-%m-%Y}"
    if how == "mixed" and chance < 0.19:
        return f"{day:%d.%m.%Y}"
    return f"{day:%d/%m/%Y}"


def year_only(seed: int, child: Child, day: date) -> bool:
    """Whether lists give the child's birth year alone (older children, mostly H'Mông)."""
    share = YEAR_ONLY_HMONG if child.household.ethnicity == HMONG else YEAR_ONLY
    return child.born.year <= 2016 and stream(seed, "year only", child.number).random() < share


def typed_number(draw: Random, number: float, unit: str, places: int = 1) -> str | float:
    """A measurement: a number, or text with a decimal comma, now and then with its unit."""
    text = f"{number:.{places}f}".replace(".", ",")
    chance = draw.random()
    if chance < UNIT_IN_CELL:
        return f"{text}{' ' if chance < UNIT_IN_CELL / 2 else ''}{unit}"
    return text if chance < 0.3 else number


def unnamed(seed: int, child: Child, day: date) -> bool:
    """Whether a newborn still has no name on the lists of DAY."""
    young = (day - child.born).days < UNNAMED_UNTIL_DAYS
    return young and stream(seed, "unnamed", child.number).random() < UNNAMED


def written(text: str, habits: Habits) -> str:
    """The text in the Unicode form that the commune's keyboard program writes."""
    return unicodedata.normalize("NFD" if habits.nfd else "NFC", text)
