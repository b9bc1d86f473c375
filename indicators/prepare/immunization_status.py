"""Valid doses by the schedule of their day, and whether a child is fully immunized, as the law has it.

Computed for children under 5 years. A child who neither stands on an immunization list nor has any dose on record is
not known: it may have been vaccinated elsewhere.
"""

from __future__ import annotations

import duckdb

from indicators.immunization.sql import fully_immunized_query
from indicators.prepare.moment import Moment

VALID_DOSES = {
    "got_bcg": "bcg_1_valid", "got_hepb0": "hepb0_1_valid", "got_penta1": "penta_1_valid",
    "got_penta3": "penta_3_valid", "got_opv3": "opv_3_valid", "got_ipv1": "ipv_1_valid",
    "got_measles1": "mcv_1_valid", "got_mr1": "mcv_2_valid", "got_je1": "je_1_valid",
}  # fmt: skip
ON_TIME = {"on_time_bcg": ("BCG", 1), "on_time_penta3": ("PENTA", 3), "on_time_measles1": ("MCV", 1)}
ON_TIME_BEFORE = {("BCG", 1): 1, ("PENTA", 3): 5, ("MCV", 1): 10}
"""Completed months before which a dose is on time: BCG in the first month (TT 38/2017 Đ.1); others a month after the
recommended age of the schedule."""

ANSWERS = (
    "fully_immunized_12m", "fully_immunized_12m_with_ipv", "fully_immunized_12m_crude", "zero_dose_12m",
    "never_vaccinated",
)  # fmt: skip

COLUMNS = {name: f"child_immunization.{name}" for name in (*ANSWERS, *VALID_DOSES, *ON_TIME)}


def immunized(con: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """One row per child under 5 whose doses are known, with the answers of the rule *law*."""
    con.execute(
        f"""
        create or replace temp table dose as
        select v.child, v.vaccine, v.given_on, v.given_on_day as given_day, v.late_birth_dose
        from snap_vaccination as v
        inner join resident as r on r.child = v.child
        where v.given_on <= date '{moment.as_of}' and r.age_months_lo < 60
        """
    )
    con.execute(
        """
        create or replace temp table dosed_child as
        with dosed as (
            select distinct child
            from dose
        )
        select
            r.child,
            case when r.birth_precision = 'day' then r.birth_first end as birth_date,
            case when r.birth_precision = 'day' then r.birth_first_day end as birth_day
        from resident as r
        left join child_listed as l on l.child = r.child
        left join dosed as d on d.child = r.child
        where r.age_months_lo < 60
          and (d.child is not null or l.on_immunization_list)
        """
    )
    columns = VALID_DOSES | {name: f"{series.lower()}_{number}_on_time" for name, (series, number) in ON_TIME.items()}
    flags = ", ".join(f"{column} as {name}" for name, column in columns.items())
    con.execute(
        f"""
        create or replace temp table child_immunization as
        select child, {", ".join(ANSWERS)}, {flags}
        from ({fully_immunized_query("dose", "dosed_child", as_of=moment.as_of, before_months=ON_TIME_BEFORE)})
        """
    )
