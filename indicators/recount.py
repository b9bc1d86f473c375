"""Figures counted again from the records that a package tells, beside those of the snapshot.

The records come by another road than the snapshot (names decrypted, one row a child as on the day). What they tell takes
the place of the snapshot's tables, and the same definitions are counted over it: those that ask for nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from indicators.definition import Definition
from indicators.engine import compute
from indicators.loader import chosen
from indicators.prepare import care, immunization_status
from indicators.prepare.child import residents, wide
from indicators.prepare.moment import Moment
from indicators.prepare.sources import twelve_months
from indicators.sql_rules import columns_of

TOLD = frozenset({
    "child", "unit", "village", "sex", "ethnicity", "poverty", "school_age", "age_months", "age_years", "age_band", "growth_age",
    "birth_registered", "has_personal_id", "has_health_card", "special_circumstance", "at_risk", "supported", "social_allowance",
    "special_a", "special_b", "special_c", "special_d", "special_h", "special_n", "special_o", "both_parents_dead", "orphan",
    "orphan_kind", "without_parental_care", "entitled_no_support", "care_form", "family_care", "alternative_care",
    *immunization_status.COLUMNS,
})  # fmt: skip
"""Columns of the source `child` that follow from a record: not schooling (a record names no year), growth (not how a child was
measured), work and health events. Which units tell of such things at all, and whether a birth dose was late, the snapshot says."""

_BLOCK = 10_000
_TEXT, _TEXTS = pa.string(), pa.list_(pa.string())
_RECORD = pa.schema({
    "child": pa.int64(), "unit": _TEXT, "village": _TEXT, "sex": _TEXT, "ethnicity": _TEXT, "birth_date": _TEXT,
    "birth_registered": pa.bool_(), "has_personal_id": pa.bool_(), "has_health_card": pa.bool_(), "father_status": _TEXT,
    "mother_status": _TEXT, "care_form": _TEXT, "household_status": _TEXT, "circumstance_codes": _TEXTS, "support_kinds": _TEXTS,
    "doses": _TEXTS,
})  # fmt: skip


@cache
def recountable() -> tuple[Definition, ...]:
    """The definitions that ask for nothing but what a record tells."""
    return tuple(
        d for d in chosen(None)
        if d.source == "child" and d.kind in ("share", "sum", "mean") and set(d.groups) <= TOLD
        and all(columns_of(text, "child") <= TOLD for text in (d.population, d.condition, d.value) if text)
    )  # fmt: skip


class Recount:
    """Records as they go by, and the figures that follow from them.

    CON is a connection in which a run over the same snapshot has left its tables (indicators.engine.run); they are used up.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, *, as_of: date, geography: date | None = None) -> None:
        self._moment = Moment(as_of, twelve_months(as_of), geography or as_of)
        self._con = con
        self._con.register("none_yet", _RECORD.empty_table())
        self._con.execute("create temp table told as from none_yet")
        self._rows: list[dict[str, Any]] = []

    def see(self, record: Mapping[str, Any]) -> None:
        """A record in the package's fields (`child_key`, `commune_code` ..., doses as VACCINE-DOSE@DATE)."""
        self._rows.append({
            **record, "child": int(record["child_key"]), "unit": f"{record['commune_code']}@{record['commune_from']}",
            "has_personal_id": record.get("personal_id") is not None,
            "has_health_card": record.get("health_card") is not None,
        })  # fmt: skip
        if len(self._rows) >= _BLOCK:
            self._put()

    def _put(self) -> None:
        columns = [pa.array([row.get(f.name) for row in self._rows], f.type) for f in _RECORD]
        self._con.register("rows_now", pa.table(columns, schema=_RECORD))
        self._con.execute("insert into told from rows_now")
        self._con.unregister("rows_now")
        self._rows = []

    def figures(self) -> pd.DataFrame:
        """The figures of `recountable`, in the columns of a run (indicators.results)."""
        self._put()
        con, moment = self._con, self._moment
        for name, text in _tables(moment.as_of).items():
            con.execute(f"create temp table told_{name} as {text}")
        for name in _tables(moment.as_of):
            con.execute(f"create or replace temp view snap_{name} as from told_{name}")
        for step in (
            residents, care.circumstances, care.parents_and_carers, care.support, immunization_status.immunized,
        ):  # fmt: skip
            step(con, moment)
        con.execute(f"create or replace temp table prepared_child as {wide(TOLD)}")
        return compute(
            con, recountable(), as_of=moment.as_of, geography=moment.geography, groups=True, batch=None
        ).frame  # fmt: skip


def _tables(day: date) -> dict[str, str]:
    """The snapshot's tables as the records tell them, all in force on the day."""
    held = f"date '{day}' as valid_from, cast(null as date) as valid_to"
    year, month = "birth_date || '-01-01'", "birth_date || '-01'"
    first = f"cast(case length(birth_date) when 4 then {year} when 7 then {month} else birth_date end as date)"
    last = (
        "case length(birth_date) when 4 then cast(birth_date || '-12-31' as date)"
        f" when 7 then last_day(cast({month} as date)) else cast(birth_date as date) end"
    )
    return {
        "residence": f"select child, unit, village, cast(null as bigint) as household, cast(null as varchar) as residence_kind,"
        f" {held}, 0 as valid_from_day from told",
        "child": f"select child, unit, {first} as birth_first, {last} as birth_last, {first} - date '1970-01-01' as birth_first_day,"
        " case length(birth_date) when 4 then 'year' when 7 then 'month' when 10 then 'day' end as birth_precision,"
        " sex, ethnicity, birth_registered, has_personal_id, has_health_card from told",
        "circumstance": f"select child, unnest(circumstance_codes) as code, {held} from told",
        "support": f"select child, unnest(support_kinds) as kind, cast(null as integer) as amount, {held} from told",
        "parent_status": " union all ".join(
            f"select child, '{p}' as parent, {p}_status as status, {held} from told where {p}_status is not null"
            for p in ("father", "mother")
        ),
        "care_arrangement": f"select child, care_form as form, {held} from told where care_form is not null",
        "household_status": f"select child, household_status as status, {held} from told where household_status is not null",
        "vaccination": """
            with dose as (
                select child, unnest(doses) as said
                from told
            ),
            read as (
                select
                    child, regexp_extract(said, '^([A-Z0-9_]+)', 1) as vaccine,
                    try_cast(nullif(regexp_extract(said, '@(.+)$', 1), '') as date) as given_on
                from dose
            )
            select
                r.child, r.vaccine, r.given_on, r.given_on - date '1970-01-01' as given_on_day,
                coalesce(bool_or(v.late_birth_dose), false) as late_birth_dose
            from read as r
            left join snap_vaccination as v
                on v.child = r.child and v.vaccine = r.vaccine and v.given_on = r.given_on
            group by all""",
    }
