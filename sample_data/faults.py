"""The faulty rows: which go wrong, how, and which issue must be found for each.

A fault is planted in one row of one list of one round; in the next round the commune has put it right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from sample_data.book import ERROR_CELL, Line

FAULTY = 0.0042  # of the rows of a list


@dataclass(frozen=True)
class Fault:
    """`spoil` changes the cells and answers whether it could; the issue CODE must then be found for FIELD."""

    field: str
    code: str
    spoil: Callable[[Line, Random], bool]


def _put(key: str, *values: str | float, needs: bool = True) -> Callable[[Line, Random], bool]:
    def spoil(line: Line, draw: Random) -> bool:
        if needs and line.cells.get(key) is None:
            return False
        line.cells[key] = draw.choice(values)
        return True

    return spoil


def _blank(key: str) -> Callable[[Line, Random], bool]:
    def spoil(line: Line, _draw: Random) -> bool:
        if line.cells.get(key) is None:
            return False
        line.cells[key] = None
        return True

    return spoil


def _ten_times(key: str) -> Callable[[Line, Random], bool]:
    """The decimal comma forgotten: 105 for 10,5."""

    def spoil(line: Line, _draw: Random) -> bool:
        value = line.cells.get(key)
        if not isinstance(value, float) or value < 8:
            return False
        line.cells[key] = round(value * 10)
        return True

    return spoil


BORN_FUTURE = Fault("birth_date", "birth_date_future", _put("born", "12/05/2032", "03/08/2027", "21/11/2029"))
BORN_IMPOSSIBLE = Fault("birth_date", "birth_date_impossible", _put("born", "31/02/2019", "30/02/2021", "31/04/2018"))
BORN_UNREADABLE = Fault("birth_date", "birth_date_unreadable", _put("born", "??/??", "không nhớ"))
BORN_MISSING = Fault("birth_date", "birth_date_missing", _blank("born"))
SEX_MISSING = Fault("sex", "sex_missing", _blank("sex"))
SEX_UNKNOWN = Fault("sex", "sex_unknown", _put("sex", "?", "Bé"))
ETHNICITY_UNKNOWN = Fault("ethnicity_code", "ethnicity_unknown", _put("ethnicity", "Bản Hón", "Đông Dương"))
ID_ROUNDED = Fault("personal_id", "personal_id_rounded", _put("pid", "1,12E+10", "1.13E+10"))
CIRCUMSTANCE_UNKNOWN = Fault(
    "circumstance_codes", "circumstance_unknown", _put("circumstance", "zz", "xem sổ cũ", needs=False)
)
WEIGHT_TEN_TIMES = Fault("weight_kg", "weight_implausible", _ten_times("weight"))
WEIGHT_UNREADABLE = Fault("weight_kg", "weight_unreadable", _put("weight", "mười cân", "8?5"))
WEIGHT_ERROR = Fault("weight_kg", "formula_error", _put("weight", ERROR_CELL))
HEIGHT_IMPLAUSIBLE = Fault("height_cm", "height_implausible", _put("height", 210.5, 198))
HEIGHT_UNREADABLE = Fault("height_cm", "height_unreadable", _put("height", "bảy mươi", "7?.5"))
ARM_IMPLAUSIBLE = Fault("muac_mm", "muac_implausible", _put("muac", 1450, 990))
DOSE_FUTURE = Fault("doses", "date_future", _put("PENTA:1", "15/03/2031", "08/10/2029"))
DOSE_UNREADABLE = Fault("doses", "date_unreadable", _put("OPV:2", "tháng trước", "??/06"))
DOSE_BEFORE_BIRTH = Fault("doses", "date_before_birth", _put("BCG:1", "05/01/2009", "19/06/2011"))

REGISTER_FAULTS = (
    BORN_FUTURE, BORN_IMPOSSIBLE, BORN_UNREADABLE, BORN_MISSING, SEX_MISSING, SEX_UNKNOWN, ETHNICITY_UNKNOWN,
    ID_ROUNDED, CIRCUMSTANCE_UNKNOWN,
)  # fmt: skip
WEIGHING_FAULTS = (
    WEIGHT_TEN_TIMES, WEIGHT_TEN_TIMES, WEIGHT_UNREADABLE, WEIGHT_ERROR, HEIGHT_IMPLAUSIBLE, HEIGHT_UNREADABLE,
    ARM_IMPLAUSIBLE, BORN_FUTURE,
)  # fmt: skip
IMMUNIZATION_FAULTS = (DOSE_FUTURE, DOSE_UNREADABLE, DOSE_BEFORE_BIRTH, BORN_IMPOSSIBLE)
SCHOOL_FAULTS = (BORN_FUTURE, BORN_IMPOSSIBLE, BORN_MISSING)


def plant(line: Line, draw: Random, faults: tuple[Fault, ...], share: float = FAULTY) -> bool:
    """Spoil the line, with the stated chance, by one of FAULTS that can be; says whether it did."""
    if draw.random() >= share or line.struck:
        return False
    for fault in draw.sample(faults, len(faults)):
        if fault.spoil(line, draw):
            line.faults.append((fault.field, fault.code))
            return True
    return False
