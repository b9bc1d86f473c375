"""Resolved records with names: the road of those who may see them (export, named lists); every use is audited there.

One record a child who lives in a unit on the day: alive, born, under 18 at the youngest reading of the birth date, not
moved away. Sealed circumstances stay out unless they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict

from childdb.store.crypto import Cipher
from childdb.store.resolve import Resolved, resolved
from childdb.store.resolve_fields import NAMED_FIELDS
from childdb.store.resolve_spells import RESIDENCE_NAMED, one_set
from childdb.store.sealed import decoded
from childdb.store.snapshot import project
from childdb.store.store import Store
from schemas.dates import OpenDate, add_months


class NamedChild(TypedDict):
    """One child as on a day; None (or an empty tuple) where nothing is known.

    `birth_date` is text as precise as it is known (2021, 2021-03, 2021-03-05); `doses` are VACCINE-DOSE@DATE, by vaccine
    and date; lists of codes are those in force on the day; the measurement is the latest up to the day.
    """

    child_key: int
    unit: str
    commune_code: str
    commune_from: date
    village: str | None
    residence_kind: str | None
    relation_to_head: str | None
    address: str | None
    house_number: str | None
    phone: str | None
    household_number: str | None
    household_head: str | None
    full_name: str | None
    birth_date: str | None
    birth_precision: str | None
    sex: str | None
    ethnicity: str | None
    nationality: str | None
    personal_id: str | None
    birth_registered: bool | None
    registration_number: str | None
    health_card: str | None
    birth_order: int | None
    father_name: str | None
    father_birth_year: int | None
    father_status: str | None
    mother_name: str | None
    mother_birth_year: int | None
    mother_status: str | None
    guardian_name: str | None
    care_form: str | None
    household_status: str | None
    circumstance_group: str | None
    circumstance_codes: tuple[str, ...]
    support_kinds: tuple[str, ...]
    school_year: int | None
    school_level: str | None
    grade: int | None
    attending: bool | None
    measured_on: date | None
    weight_kg: Decimal | None
    length_cm: Decimal | None
    doses: tuple[str, ...]


def is_erased(child: Mapping[str, Any]) -> bool:
    """Whether the child's names were erased at a parent's request: it counts, and nobody can be named or looked for."""
    return bool(child["full_name"] == "")


def named_records(
    store: Store, *, as_of: date, as_known: int | None = None, unit: str | None = None, sealed: bool = False
) -> Iterator[NamedChild]:
    """The children who live in UNIT (or in any unit) on the day AS_OF, by commune, village and key.

    Names are decrypted commune by commune, as the records are taken.
    """
    with resolved(store, as_known=as_known, named=True, sealed=sealed) as known:
        project(known)
        if sealed:
            _with_sealed(known, store.cipher)
        known.con.execute(f"create temp table dweller as {_dwellers(as_of)}")
        units = known.con.execute("select distinct unit from dweller order by unit").fetchall()
        for (place,) in units:
            if unit is None or place == unit:
                yield from _of_unit(known, store.cipher, str(place), as_of)


def _with_sealed(known: Resolved, cipher: Cipher) -> None:
    """Sealed categories beside the open ones."""
    decoded(known.con, cipher, "circumstance", "code_sealed")
    both = "coalesce(f.code, (select clear from clear_code_sealed where kept = f.code_sealed))"
    one_set(known.con, "circumstance", both, "code", ())
    known.con.execute("create or replace temp table snap_circumstance as from circumstance_spell")


def _in_force(day: date, table: str) -> str:
    return f"(select * from {table} where valid_from <= date '{day}' and (valid_to is null or valid_to > date '{day}'))"


def _dwellers(day: date) -> str:
    return f"""
        select r.*
        from {_in_force(day, "residence_spell")} as r
        join snap_child as c on c.child = r.child
        left join snap_death as d on d.child = r.child and d.died_on <= date '{day}'
        where d.child is null and r.unit is not null
          and coalesce(r.residence_kind, '') <> 'moved_away'
          and (c.birth_first is null or c.birth_first <= date '{day}')
          and (c.birth_last is null or c.birth_last > date '{add_months(day, -216)}')"""


def _of_unit(known: Resolved, cipher: Cipher, unit: str, day: date) -> Iterator[NamedChild]:
    cursor = known.con.execute(_query(day), [unit])
    names = [str(d[0]) for d in cursor.description or ()]
    for row in cursor.fetchall():
        yield _record(dict(zip(names, row, strict=True)), cipher)


def _query(day: date) -> str:
    def latest(table: str, on: str, columns: str, where: str) -> str:
        return f"""(
            select child, {columns}
            from {table}
            where child in (select child from here) and {where}
            qualify row_number() over (partition by child order by {on} desc) = 1
        )"""

    def listed(table: str, column: str) -> str:
        return f"(select child, list({column} order by {column}) as found from {_in_force(day, table)} group by child)"

    year = day.year if day.month >= 9 else day.year - 1
    return f"""
        with here as (
            select *
            from dweller
            where unit = ?
        )
        select
            h.*, p.* exclude (child),
            f.status as father_status, m.status as mother_status, a.form as care_form, s.status as household_status,
            c.found as circumstance_codes, u.found as support_kinds,
            k.school_year, k.level as school_level, k.grade, k.attending,
            w.measured_on, w.weight_kg, w.length_cm,
            v.doses
        from here as h
        join profile as p on p.child = h.child
        left join {_in_force(day, "parent_status_spell")} as f on f.child = h.child and f.parent = 'father'
        left join {_in_force(day, "parent_status_spell")} as m on m.child = h.child and m.parent = 'mother'
        left join {_in_force(day, "care_arrangement_spell")} as a on a.child = h.child
        left join {_in_force(day, "household_status_spell")} as s on s.child = h.child
        left join {listed("snap_circumstance", "code")} as c on c.child = h.child
        left join {listed("snap_support", "kind")} as u on u.child = h.child
        left join {
        latest("snap_schooling", "school_year", "school_year, level, grade, attending", f"school_year <= {year}")
    } as k on k.child = h.child
        left join {
        latest("snap_measurement", "measured_on", "measured_on, weight_kg, length_cm", f"measured_on <= date '{day}'")
    } as w on w.child = h.child
        left join (
            select child, list(
                vaccine || coalesce('-' || dose, '') || coalesce('@' || given_on, '') order by vaccine, given_on, dose
            ) as doses
            from snap_vaccination
            where child in (select child from here) and (given_on is null or given_on <= date '{day}')
            group by child
        ) as v on v.child = h.child
        order by h.village nulls first, h.child"""


def _record(row: dict[str, Any], cipher: Cipher) -> NamedChild:
    code, since = row["unit"].split("@")
    places = {**dict.fromkeys(NAMED_FIELDS, "child_profile"), **dict.fromkeys(RESIDENCE_NAMED, "residence")}
    for name, table in places.items():
        if row[name] is not None:
            row[name] = cipher.decrypt(bytes.fromhex(row[name]), f"{table}.{name}")
    born, precision = row["birth_date"], row["birth_precision"] or "day"
    codes = tuple(row["circumstance_codes"] or ())
    made = {
        **row,
        "child_key": row["child"],
        "commune_code": code,
        "commune_from": date.fromisoformat(since),
        "birth_date": OpenDate.from_first(born, precision).text() if born else None,
        "birth_precision": precision if born else None,
        "circumstance_codes": codes,
        "circumstance_group": min((c[:1] for c in codes), default=None),
        "support_kinds": tuple(row["support_kinds"] or ()),
        "doses": tuple(row["doses"] or ()),
    }
    return {name: made[name] for name in NamedChild.__annotations__}  # type: ignore[return-value]
