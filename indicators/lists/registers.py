"""The lists set against each other: which child stands on one and is missing on another that should name it.

A child is missing on a list only where its unit has sent such a list by the day, and only at the ages, or of the
households, that the list is for (`LISTS`). Schools list their own ages: an age counts where some child of it is listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import duckdb

from indicators.lists.places import inside, places


@dataclass(frozen=True)
class ListRule:
    """`kind` as in the listings; when a child stands on it, and for whom it is meant, over `prepared_child`."""

    kind: str
    stands: str
    meant_for: str
    vi: str
    en: str


LISTS = {
    "register": ListRule(
        "register", "on_register", "age_months_lo < 192", "sổ theo dõi trẻ em (dưới 16 tuổi)",
        "child register (under 16)",
    ),
    "immunization": ListRule(
        "immunization", "on_immunization_list", "age_months_hi < 60", "sổ tiêm chủng (dưới 5 tuổi)",
        "immunization list (under 5)",
    ),
    "school": ListRule(
        "school", "on_school_list", "school_age between 5 and 14", "danh sách trường học (5-14 tuổi theo năm học)",
        "school list (5-14 by school year)",
    ),
    "births": ListRule(
        "births_deaths", "has_birth_record or coalesce(birth_registered, false)", "age_months_hi < 60",
        "đăng ký khai sinh (dưới 5 tuổi)", "birth registrations (under 5)",
    ),
    "poor": ListRule(
        "poor_households", "on_poor_list", "poverty in ('poor', 'near_poor')", "danh sách hộ nghèo, cận nghèo",
        "poor-household list",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Missing:
    """A child that some list should name and does not; `stands_on` and `missing_on` are names of LISTS."""

    child: int
    commune: str
    commune_name: str
    village: str | None
    age_years: int | None
    stands_on: tuple[str, ...]
    missing_on: tuple[str, ...]


@dataclass
class VillageRow:
    """How many children are on record in a village, and how many each list lacks (None: no such list was sent)."""

    commune: str
    commune_name: str
    village: str | None
    children: int = 0
    lacking: dict[str, int | None] = field(default_factory=dict)


def _sent(con: duckdb.DuckDBPyConnection, on: date) -> set[tuple[str, str]]:
    """(unit, list) that have been sent; a register that says who is registered tells of births too."""
    kinds = {rule.kind: name for name, rule in LISTS.items()}
    rows = con.execute(f"select distinct unit, list_kind from snap_listing where list_date <= date '{on}'").fetchall()
    told = con.execute("select distinct unit from prepared_child where birth_registered is not null").fetchall()
    return {(str(unit), kinds[kind]) for unit, kind in rows if kind in kinds} | {(str(u), "births") for (u,) in told}


def compare_registers(
    con: duckdb.DuckDBPyConnection, on: date, code: str | None = None
) -> tuple[list[Missing], list[VillageRow]]:
    """Children missing somewhere, and all villages, by commune and village, from a prepared connection."""
    kept, sent = inside(places(con, on), code), _sent(con, on)
    flags = ", ".join(f"coalesce({rule.stands}, false), coalesce({rule.meant_for}, false)" for rule in LISTS.values())
    rows = con.execute(f"select child, unit, village, age_years_lo, school_age, {flags} from prepared_child").fetchall()
    taught = con.execute("select distinct unit, school_age from prepared_child where on_school_list").fetchall()
    schooled, found = set(taught), []
    villages: dict[tuple[str, str | None], VillageRow] = {}
    for child, unit, village, age, school_age, *answers in rows:
        if unit not in kept:
            continue
        place = kept[unit]
        stands = tuple(name for n, name in enumerate(LISTS) if answers[2 * n])
        asked = {
            name for name in LISTS if (unit, name) in sent and (name != "school" or (unit, school_age) in schooled)
        }
        missing = tuple(
            name for n, name in enumerate(LISTS) if name in asked and answers[2 * n + 1] and not answers[2 * n]
        )
        row = villages.setdefault((place.commune, village), VillageRow(place.commune, place.name, village))
        _count(row, missing, {name for name in LISTS if (unit, name) in sent})
        if stands and missing:
            found.append(Missing(int(child), place.commune, place.name, village, age, stands, missing))
    order = sorted(villages, key=lambda key: (key[0], key[1] or ""))
    return sorted(found, key=lambda m: (m.commune, m.village or "", m.child)), [villages[key] for key in order]


def _count(row: VillageRow, missing: Iterable[str], sent: set[str]) -> None:
    row.children += 1
    for name in LISTS:
        row.lacking.setdefault(name, None)
        if name in sent:
            row.lacking[name] = (row.lacking[name] or 0) + (name in missing)


def pairs(found: Iterable[Missing]) -> dict[tuple[str, str], int]:
    """How many children stand on the first list and are missing on the second."""
    return dict(Counter((a, b) for child in found for a in child.stands_on for b in child.missing_on))
