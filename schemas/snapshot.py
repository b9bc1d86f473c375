"""The snapshot's tables: the only thing that passes from the store to the indicators.

A snapshot is a folder with `<table>.parquet` (or `<table>/province=11/part-0.parquet`) and `manifest.json`. It
holds pseudonymous child keys (random 63-bit integers) and no direct identifier. Every date column `x` is
accompanied by `x_day`, whole days since 1970-01-01 (schemas.dates.epoch_day); spells are [valid_from, valid_to)
with an empty valid_to where they go on. Units are keys CODE@YYYY-MM-DD (schemas.codes.Unit.key), as filed.
Kinds are DuckDB's: bigint, integer, boolean, date, varchar, decimal(p,s).
"""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA_VERSION = 2


@dataclass(frozen=True)
class SnapshotTable:
    """A table: columns as (name, DuckDB type), sort order (unique, so that the bytes repeat), and what a row is."""

    name: str
    columns: tuple[tuple[str, str], ...]
    sort: tuple[str, ...]
    says: str


def _t(name: str, says: str, sort: str, columns: str) -> SnapshotTable:
    pairs: list[tuple[str, str]] = []
    for item in columns.split(","):
        column, kind = item.strip().replace(";", ",").split(" ", 1)
        pairs.append((column, kind))
        if kind == "date":
            pairs.append((f"{column}_day", "integer"))
    return SnapshotTable(name, tuple(pairs), tuple(sort.split(",")), says)


SNAPSHOT: dict[str, SnapshotTable] = {
    t.name: t
    for t in (
        _t("child", "one row per child after identity decisions; `unit` is the latest residence",
           "unit,child",
           "child bigint, unit varchar, birth_first date, birth_last date, birth_precision varchar, sex varchar,"
           " ethnicity varchar, birth_registered boolean, has_personal_id boolean, has_health_card boolean,"
           " named boolean"),
        _t("residence", "where a child lives, as spells; the first spell starts at the first list that states it",
           "child,valid_from,unit",
           "child bigint, unit varchar, village varchar, household bigint, residence_kind varchar,"
           " valid_from date, valid_to date"),
        _t("household_status", "poverty of a child's household by spell (status poor, near_poor, none)",
           "child,valid_from,status",
           "child bigint, household bigint, status varchar, year integer, valid_from date, valid_to date"),
        _t("listing", "on which list a child stood, on its date", "child,list_date,list_kind,unit",
           "child bigint, list_kind varchar, list_date date, period varchar, unit varchar"),
        _t("circumstance", "open and sensitive circumstances as spells; sealed ones never by child",
           "child,code,valid_from",
           "child bigint, code varchar, valid_from date, valid_to date"),
        _t("sealed_count", "sealed circumstances as counts made by the store, on the snapshot's as-of dates",
           "as_of,unit,code,sex,age_band",
           "as_of date, unit varchar, code varchar, sex varchar, age_band varchar, children integer,"
           " only_sealed integer, supported integer"),
        _t("parent_status", "father / mother alive, dead, missing, prison, facility, unable, as spells",
           "child,parent,valid_from",
           "child bigint, parent varchar, status varchar, valid_from date, valid_to date"),
        _t("care_arrangement", "who cares for the child, as spells", "child,valid_from",
           "child bigint, form varchar, valid_from date, valid_to date"),
        _t("birth", "one birth: live or still; `unit` is the mother's commune", "unit,born_on,child",
           "child bigint, born_on date, live_birth boolean, unit varchar, place varchar, attendant varchar,"
           " gestation_weeks integer, weight_g integer, postnatal_visit_week1 boolean, registered_on date,"
           " sex varchar, listed_on date"),
        _t("death", "one death; `unit` is the residence at death", "unit,died_on,child",
           "child bigint, birth_first date, birth_last date, died_on date, unit varchar, cause varchar,"
           " place varchar, registered_on date, sex varchar, listed_on date"),
        _t("measurement", "one weighing of a child on a date", "child,measured_on",
           "child bigint, measured_on date, weight_kg decimal(6;3), length_cm decimal(5;1), measure varchar,"
           " oedema boolean, muac_mm integer, unit varchar"),
        _t("vaccination", "one dose of a vaccine on a date", "child,vaccine,given_on",
           "child bigint, vaccine varchar, dose integer, given_on date, late_birth_dose boolean"),
        _t("health_event", "vitamin A, screening, care, injury ... on a date", "child,kind,on_date",
           "child bigint, kind varchar, on_date date, result varchar"),
        _t("schooling", "one school year of a child (school_year is the year in which it starts)",
           "child,school_year",
           "child bigint, school_year integer, level varchar, grade integer, attending boolean,"
           " completed boolean, dropped_out boolean"),
        _t("work_spell", "work of a child, as spells", "child,kind,valid_from",
           "child bigint, kind varchar, hours_per_day decimal(4;1), hours_per_week decimal(5;1),"
           " hazardous boolean, paid boolean, valid_from date, valid_to date"),
        _t("marriage", "one child marriage", "child,married_on",
           "child bigint, married_on date, age_years integer, spouse_age_years integer"),
        _t("support", "a benefit or service received, as spells", "child,kind,valid_from",
           "child bigint, kind varchar, amount integer, legal_basis varchar, valid_from date, valid_to date"),
        _t("commune_return", "a figure that a commune or an agency reports about itself", "unit,period,item",
           "unit varchar, period varchar, item varchar, value decimal(18;3), said varchar, listed_on date"),
        _t("admin_unit", "administrative units; `unit` is CODE@valid_from", "unit",
           "unit varchar, code varchar, valid_from date, valid_to date, level varchar, parent varchar, name varchar"),
        _t("admin_unit_successor", "which unit became which, whole or in part", "unit,successor",
           "unit varchar, successor varchar, share varchar"),
        _t("unit_trait", "dated traits of a unit: urban, mountainous, ethnic_mountainous, extremely_difficult",
           "unit,trait,valid_from",
           "unit varchar, trait varchar, valid_from date, valid_to date, source varchar"),
        _t("vaccine_rollout", "from when a vaccine is given in a province", "vaccine,province",
           "vaccine varchar, province varchar, given_from date, source varchar"),
    )
}  # fmt: skip
