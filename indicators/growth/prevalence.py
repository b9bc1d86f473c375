"""Prevalences as WHO's survey analyser gives them: by age group and sex, with limits, flagged children left out.

Rules of WHO's R packages `anthro` and `anthroplus`: shares beyond the cut-offs -3, -2, -1, +1, +2, +3 of the rounded
z; a child with oedema counts below -3 in the weight-based indices and has no place in their means; rows past the
last age, without cluster or without stratum leave; a row without a sampling weight weighs nothing. Column names
are those of `anthro_prevalence`: HA_2_r is the share (percent) with height-for-age below -2, _se _ll _ul its
error and limits, HA_r HA_stdev the mean and standard deviation of z, HAZ_pop HAZ_unwpop the children, weighted and not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from indicators.growth.estimates import (
    AGES_2007,
    INDICATORS,
    SEXES,
    WIDE_AGES_2007,
    Grouping,
    Row,
    age_sex_groupings,
    by_case,
    estimate,
    one,
)
from indicators.growth.sql import register, zscore_query
from indicators.growth.survey_file import Survey, number, open_survey, source_error
from schemas.errors import UnreadableFile

FURTHER = {
    "typeres": "Area",
    "gregion": "Geographical region",
    "wealthq": "Wealth quintile",
    "mothered": "Maternal education",
    "othergr": "Other grouping",
}
WEALTH = (
    "case upper(further_wealthq) when '1' then 'Q1: Poorest' when 'Q1' then 'Q1: Poorest' when '2' then 'Q2'"
    " when 'Q2' then 'Q2' when '3' then 'Q3' when 'Q3' then 'Q3' when '4' then 'Q4' when 'Q4' then 'Q4'"
    " when '5' then 'Q5: Richest' when 'Q5' then 'Q5: Richest' end"
)


@dataclass(frozen=True)
class Prevalence:
    """One row per group under WHO's column names, and what was left out on the way."""

    rows: list[Row]
    excluded: int
    """Rows without cluster or stratum, or past the last age."""
    without_weight: int


def prevalence(source: Path, reference: str = "2006", *, age_in_months: bool = False) -> Prevalence:
    """Prevalences of the file SOURCE (columns as for z-scores; cluster, strata, sw and groups where present)."""
    with duckdb.connect() as connection:
        survey = open_survey(connection, source, age_in_months=age_in_months)
        register(connection)
        try:
            return _analyse(connection, survey, reference, source)
        except duckdb.Error as fault:
            raise source_error(fault, source) from None


def _analyse(connection: duckdb.DuckDBPyConnection, survey: Survey, reference: str, source: Path) -> Prevalence:
    groupings = _groupings(survey, reference)
    connection.execute(f"create temp table scored as {_scored(survey, reference)}")
    kept = _kept(connection, reference)
    total, remaining, without, negative = one(
        connection,
        f"select count(*), count(*) filter (where {kept}), count(*) filter (where weight is null and {kept}),"
        " count(*) filter (where weight < 0) from scored",
    )
    if negative:
        raise UnreadableFile(f"Tệp {source} có trọng số âm (cột sw).", f"{source} has negative weights (column sw).")
    if not remaining:
        raise UnreadableFile(
            f"Tệp {source} không có dòng nào dùng được để tính tỷ lệ.", f"{source} has no row left to analyse."
        )
    rows = estimate(connection, groupings, reference, kept)
    return Prevalence(rows, total - remaining, without)


def _groupings(survey: Survey, reference: str) -> list[Grouping]:
    if reference == "2007":
        sex, age, wide = (
            by_case("sex_code = {}", SEXES),
            *(by_case("age_months < {}", a) for a in (AGES_2007, WIDE_AGES_2007)),
        )
        crossed = [f"{s}.{a}" for a in WIDE_AGES_2007 for s in SEXES]
        return [
            Grouping("All", "'All'", ["All"]),
            Grouping("Sex", sex, list(SEXES)),
            Grouping("Age Group 1", age, list(AGES_2007)),
            Grouping("Age Group 2", wide, list(WIDE_AGES_2007)),
            Grouping("Age + Sex", f"({sex}) || '.' || ({wide})", crossed),
        ]
    further = [
        Grouping(label, WEALTH if name == "wealthq" else f"further_{name}")
        for name, label in FURTHER.items()
        if survey.source(name)
    ]
    return [*age_sex_groupings("age_months"), *further]


def _scored(survey: Survey, reference: str) -> str:
    """Every row of the file: its design columns, its groups, its rounded z unless flagged."""
    query = zscore_query(
        survey.relation,
        reference,
        keep=["sex_code", "age_days", "age_months", "oedema", *survey.sources],
        age_months="age_months",
    )
    further = "".join(f", {_word(survey, name)} as further_{name}" for name in FURTHER)
    scores = "".join(
        f", case when f{index} = 0 then round(z{index}, 2) end as {name}"
        for name, index in INDICATORS[reference].items()
    )
    weight = survey.source("sw")
    return (
        f"select sex_code, age_days, age_months, coalesce(oedema, false) as oedema"
        f", {_word(survey, 'cluster')} as cluster, {_word(survey, 'strata')} as stratum"
        f", {number(weight) if weight else '1.0'} as weight{further}{scores} from ({query})"
    )


def _word(survey: Survey, name: str) -> str:
    source = survey.source(name)
    if source is None:
        return "cast(null as varchar)"
    text = f"trim(cast({source} as varchar))"
    return f"case when lower({text}) not in ('', 'na') then {text} end"


def _kept(connection: duckdb.DuckDBPyConnection, reference: str) -> str:
    """Who stays: inside the ages, and with a cluster and a stratum wherever the file has any."""
    in_age = (
        "(age_days is null or age_days <= 1826)" if reference == "2006" else "age_months >= 60 and age_months < 229"
    )
    clusters, strata = one(connection, "select count(cluster), count(stratum) from scored")
    conditions = [in_age, "cluster is not null" if clusters else "", "stratum is not null" if strata else ""]
    return " and ".join(condition for condition in conditions if condition)
