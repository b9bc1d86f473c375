"""Checks across columns and tables: one file per check, found by the folder.

A check module has: a docstring whose first line says what it finds; `CODE` of its issue kind and the
`CONSEQUENCE` and `ADVICE` (vi, en) that the catalogue gives to it; `FRAME` (rows or doses) and `FIELD` (as in
--records); `EXAMPLE`, a list of frame rows with the positions that must be found; and `find(frame)`, a boolean
Series that is true for faulty rows.

The frame `rows` has one line per row of a list: birth_first, birth_last (days since 1970-01-01; open birth dates span
them), sex, personal_id, weight_kg, length_cm, muac_mm, measured_on, died_on, registered_on (days), identity (one
text per distinct typed person). The frame `doses` has row, vaccine, dose, given_on (days), birth_first. Blanks are missing
values; a check says nothing of them.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType


@cache
def checks() -> dict[str, ModuleType]:
    """All checks by name; the folder is the registry."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}
