"""What is not known behind a figure, record by record, and how few of these records could settle its targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from indicators.counting import Counter
from indicators.definition import Definition
from indicators.engine import compute, read_batch, write_paths
from indicators.geography import read_geography
from indicators.prepare.contracts import SCHOOL_SHARES, SOURCES
from indicators.prepare.sources import connect, prepare
from indicators.results import counters_of
from indicators.sql_rules import columns_of, physical_sql
from indicators.targets import compare_targets

DATA: dict[tuple[str, str], tuple[str, ...]] = {
    ("ngày, tháng, năm sinh", "full birth date"): (
        "age_months", "age_years", "age_days", "school_age", "years_of_age",
    ),
    ("sổ tiêm chủng (hoặc ngày sinh)", "immunization book (or birth date)"): (
        "fully_immunized_12m", "fully_immunized_12m_with_ipv", "fully_immunized_12m_crude", "zero_dose_12m",
        "never_vaccinated", "got_bcg", "got_hepb0", "got_ipv1", "got_je1", "got_measles1", "got_mr1", "got_opv3",
        "got_penta1", "got_penta3", "on_time_bcg", "on_time_measles1", "on_time_penta3",
    ),
    ("cân đo trong kỳ", "weighing of the period"): (
        "stunted", "underweight", "wasted", "overweight", "obese", "overweight_obese", "any_malnutrition", "haz",
    ),
    ("đi học năm học này", "schooling of the year"): (
        "attending", "school_level", "dropped_out", "in_nursery", "in_kindergarten", "in_primary", "in_lower_secondary",
        "completed_preschool", "completed_primary", "completed_lower_secondary", *SCHOOL_SHARES,
    ),
    ("hoàn cảnh", "circumstances"): (
        "special_circumstance", "special_d", "at_risk", "orphan", "orphan_kind", "both_parents_dead",
        "entitled_no_support", "allowance_entitled",
    ),
    ("người chăm sóc", "who cares for the child"): ("family_care", "alternative_care"),
    ("trợ giúp, trợ cấp", "support, allowance"): ("supported", "social_allowance"),
    ("mức trợ cấp (ngày sinh, diện)", "sum of the allowance (birth date, clause)"): ("allowance_due",),
    ("việc làm, số giờ, điều kiện", "work, hours, conditions"): (
        "works", "child_labour_law", "child_labour_ncls", "child_labour_sdg", "hazardous_work", "left_child_labour",
    ),
    ("sàng lọc, hỗ trợ tâm lý", "mental-health screening, support"): (
        "mental_screened", "mental_need", "mental_supported",
    ),
    ("hộ nghèo, cận nghèo", "poverty of the household"): ("poverty",),
    ("đăng ký khai sinh", "birth registration"): ("birth_registered", "registered", "days_to_registration"),
    ("số định danh", "personal number"): ("has_personal_id",),
    ("thẻ bảo hiểm y tế", "health card"): ("has_health_card",),
    ("uống vitamin A", "vitamin A"): ("vitamin_a",),
    ("tai nạn, thương tích", "injuries"): ("injured",),
    ("nguyên nhân tử vong", "cause of death"): ("injury_death", "drowning_death"),
    ("nguyên nhân (chết, bị thương)", "cause (of death, of injury)"): ("counted",),
    ("danh sách của cả hai kỳ", "lists of both periods"): ("now",),
    ("danh mục xã đặc biệt khó khăn", "list of extremely difficult communes"): ("extremely_difficult",),
    ("mức độ xóa mù chữ (xã báo cáo)", "literacy level (commune's return)"): ("literacy_level",),
    ("cân nặng khi sinh", "birth weight"): ("low_birth_weight", "weight_g"),
    ("tuổi thai", "weeks of gestation"): ("gestation_weeks", "preterm"),
    ("tình trạng khi sinh", "live birth or stillbirth"): ("live_birth",),
    ("nơi đẻ", "place of birth"): ("in_facility",),
    ("người đỡ đẻ", "birth attendant"): ("skilled_attendance",),
    ("khám sau sinh tuần đầu", "postnatal visit in week 1"): ("postnatal_visit_week1",),
    ("giới tính", "sex"): ("sex",),
}  # fmt: skip
"""The datum that a prepared column waits for, in vi and en; items of returns go by their own name."""
_DATUM = {column: words for words, columns in DATA.items() for column in columns}


@dataclass(frozen=True)
class OpenRecord:
    """One record of a source whose part in the figure is open. `doubtful`: even whether it belongs. `lacks`: columns."""

    source: str
    key: int | str
    unit: str
    village: str | None
    doubtful: bool
    lacks: tuple[str, ...]

    def data(self, lang: str) -> tuple[str, ...]:
        """What has to be learnt of it, in words."""
        return tuple(dict.fromkeys(_DATUM.get(c, (c, c))[lang == "en"] for c in self.lacks))


@dataclass(frozen=True)
class Missing:
    """The figure of a unit, its verdicts, its open records (those that surely belong first), and the fewest of them
    (`enough`) that could settle a verdict which they leave open; None where none hangs on them."""

    figure: dict[str, Any]
    verdicts: list[dict[str, Any]]
    records: list[OpenRecord]
    enough: int | None


def missing(
    snapshot: Path, definition: Definition, unit: str, *, as_of: date, geography: date | None = None,
    period_start: date | None = None,
) -> Missing:  # fmt: skip
    """What is open behind the total of a unit (key of the geography date); KeyError where there is no such figure."""
    on = geography or as_of
    sources = set(definition.sources())
    con = connect()
    try:
        prepare(con, snapshot, as_of=as_of, geography=on, period_start=period_start, sources=sources)
        results = compute(con, [definition], as_of=as_of, geography=on, groups=False, batch=read_batch(snapshot))
        figure = results.one(definition.id, unit)
        judged = compare_targets(results, {definition.id: definition})
        verdicts = [{str(k): v for k, v in row.items()} for row in judged[judged["unit"] == unit].to_dict("records")]
        write_paths(con, read_geography(con, on), sources)
        above, below = ([], []) if definition.kind == "estimator" else counters_of(definition)
        found: dict[tuple[str, int | str], OpenRecord] = {}
        for counter in (*above, *below):
            for record in _open(con, counter, unit):
                found.setdefault((record.source, record.key), record)
    finally:
        con.close()
    records = sorted(found.values(), key=lambda r: (r.doubtful, r.unit, r.village or "", str(r.key)))
    return Missing(figure, verdicts, records, _enough(verdicts, len(records)))


def _enough(verdicts: list[dict[str, Any]], records: int) -> int | None:
    """The fewest records for any open verdict: of a share as reckoned, else all of them."""
    wanted = [
        records if v["records_to_settle"] is None or v["records_to_settle"] != v["records_to_settle"]
        else int(v["records_to_settle"])
        for v in verdicts
        if v["reason"] == "unknown_records_span_the_target" or (v["verdict"] == "no_data" and records)
    ]  # fmt: skip
    return min(wanted, default=None)


def _open(con: duckdb.DuckDBPyConnection, counter: Counter, unit: str) -> list[OpenRecord]:
    source = SOURCES[counter.source]
    belongs = f"({counter.population_sql()})"
    asked = counter.condition if counter.value is None else counter.value
    answer = f"({physical_sql(asked or 'true', counter.source)})"
    columns = sorted(columns_of(counter.population, counter.source) | columns_of(asked or "true", counter.source))
    lacking = ", ".join(
        f"s.{c}_lo is null or s.{c}_lo is distinct from s.{c}_hi" if c in source.intervals else f"s.{c} is null"
        for c in columns
    )
    village = "s.village" if "village" in source.columns else "cast(null as varchar)"
    rows = con.execute(
        f"""
        select s.{source.key}, s.unit, {village}, {belongs} is null{", " + lacking if lacking else ""}
        from prepared_{counter.source} as s
        inner join unit_path as p on p.filed = s.unit
        where p.unit = $unit and ({belongs} is null or ({belongs} and {answer} is null))
        """,
        {"unit": unit},
    ).fetchall()
    return [
        OpenRecord(
            counter.source, filed if key is None else key, filed, place, bool(doubtful),
            tuple(c for c, empty in zip(columns, lacks, strict=True) if empty),
        )
        for key, filed, place, doubtful, *lacks in rows
    ]  # fmt: skip
