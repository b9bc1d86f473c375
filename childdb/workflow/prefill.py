"""A blank form with the children of a village filled in, so that the next round is only changes.

Only what the form can say back whole is filled in: a set of which the form shows a part (circumstances with a sealed
one among them, doses without a date) stays blank, for a blank asserts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from childdb.intake import write_template
from childdb.intake.blank_form import DOSES
from childdb.intake.cell_lists import circumstance_label
from childdb.intake.convert.schooling import school_year
from childdb.intake.template import templates
from childdb.intake.words_lookup import code_list
from childdb.store import Store
from childdb.store.list_tokens import list_token
from childdb.store.named import NamedChild, named_records
from childdb.workflow.villages import Place, cell_date, in_place
from schemas.codes import communes_on, ethnic_groups, is_sealed, units
from schemas.errors import NotFound, UsageFault
from schemas.text import fold

_SEX = {"M": "Nam", "F": "Nữ"}
_LAST_GRADES = (5, 9, 12)  # whether the level is completed is told beside them
_SCHOOL_AGE = 5  # kindergarten's last year, of which the same holds


def prefill(
    store: Store, template: str, path: Path, place: Place, *, on: date, dated: bool, reason: str, actor: str, now: datetime
) -> int:  # fmt: skip
    """Write the form TEMPLATE with the children of a village as on a day; gives how many. DATED writes the day in it."""
    if template in templates() and "full_name" not in templates()[template].blank:
        raise UsageFault(f"Mẫu {template} không có tên trẻ để điền.", f"Template {template} names no children.")
    children = [c for c in named_records(store, as_of=on, unit=place.unit, sealed=True) if in_place(c, place)]
    if not children:
        raise NotFound(f"Không có trẻ nào ở “{place.village}”.", f"No child is known in “{place.village}”.")
    children.sort(key=lambda c: (fold(c["household_head"] or ""), fold(c["full_name"] or ""), c["birth_date"] or ""))
    rows = [{"token": list_token(store, c["child_key"]), **_cells(c, on)} for c in children]
    write_template(
        template,
        path,
        units=communes_on(on),
        children=rows,
        commune=units()[place.unit or ""],
        on=on if dated else None,
    )
    store.note_use(actor, f"template write {template}", reason, len(children), now=now)
    return len(children)


def _cells(child: NamedChild, on: date) -> dict[str, Any]:
    """What is known of a child, by the ids of the forms' columns."""
    born = cell_date(child["birth_date"])
    registered = child["birth_registered"]
    groups = ethnic_groups()
    cells: dict[str, Any] = {
        **{c: child[c] for c in ("full_name", "personal_id", "father_name", "mother_name", "household_head", "guardian_name",
                                 "household_number", "village", "health_card", "address", "phone")},
        "parent_name": child["mother_name"], "birth_date": born, "sex": _SEX.get(child["sex"] or ""),
        f"birth_date_{'male' if child['sex'] == 'M' else 'female'}": born if child["sex"] else None,
        "ethnicity": groups[child["ethnicity"]].name if child["ethnicity"] in groups else None,
        "relation_to_head": _label("relation", child["relation_to_head"]),
        "poverty": _label("poverty", child["household_status"]), "care": _label("care", child["care_form"]),
        "father_status": _label("parent", child["father_status"]), "mother_status": _label("parent", child["mother_status"]),
        "birth_registered": None if registered is None else "Có" if registered else "Không",
        "circumstances": _circumstances(child), **_school(child, on), **_doses(child),
    }  # fmt: skip
    return {column: value for column, value in cells.items() if value is not None}


def _label(listed: str, code: str | None) -> str | None:
    return code_list(listed).labels.get(code) if code else None


def _circumstances(child: NamedChild) -> str | None:
    codes = child["circumstance_codes"]
    if not codes or any(is_sealed(code) for code in codes):
        return None
    return "; ".join(circumstance_label(code) for code in codes)


def _school(child: NamedChild, on: date) -> Mapping[str, Any]:
    level, grade = child["school_level"], child["grade"]
    if (
        not child["attending"]
        or child["school_year"] != school_year(on)
        or grade in _LAST_GRADES
        or not child["birth_date"]
    ):
        return {}
    if level == "kindergarten" and school_year(on) - int(child["birth_date"][:4]) >= _SCHOOL_AGE:
        return {}
    return {"level": _label("level", level), "class": str(grade) if grade else None, "attending": "Có"}


def _doses(child: NamedChild) -> dict[str, date]:
    """The dates of the doses by column; a vaccine with a dose that the form has no date or no column for stays blank."""
    columns = {code for _, code in DOSES}
    found: dict[str, dict[str, date | None]] = {}
    for said in child["doses"]:
        what, _, day = said.partition("@")
        vaccine, _, dose = what.partition("-")
        found.setdefault(vaccine, {})[f"{vaccine}:{dose}"] = date.fromisoformat(day) if day else None
    return {
        f"dose_{code}": day for doses in found.values() if all(d and c in columns for c, d in doses.items())
        for code, day in doses.items() if day
    }  # fmt: skip
