"""The prepared sources: which columns the predicates of a definition may name, with their kinds.

No date stands here (differences are taken on whole days before), no list and no double: what a definition can
say about these columns carries to PostgreSQL and Spark as it stands. NULL always means *not known*.

An interval column (`age_months`) stands as two columns, `age_months_lo` and `age_months_hi`: a birth year alone
leaves the age open. A definition writes `age_months < 60`; the rewriting in indicators.sql_rules makes of it a
three-valued case.
"""

from __future__ import annotations

from dataclasses import dataclass

BOOLEAN, INTEGER, TEXT, DECIMAL, KEY = "boolean", "integer", "varchar", "decimal(18,3)", "bigint"


@dataclass(frozen=True)
class PreparedSource:
    """A source: plain columns with DuckDB kinds, interval columns with the kind of their ends, groups.

    `key` names the column that identifies a row to `explain`; `wide_groups` are groups of so many values that
    a definition that asks for them is scanned apart.
    """

    name: str
    says: str
    key: str
    columns: dict[str, str]
    intervals: dict[str, str]
    groups: tuple[str, ...] = ()
    wide_groups: tuple[str, ...] = ()

    def physical(self) -> dict[str, str]:
        """Columns as they stand in the table, interval ends included."""
        ends = {f"{name}_{end}": kind for name, kind in self.intervals.items() for end in ("lo", "hi")}
        return {**self.columns, **ends}


def _columns(text: str, kind: str) -> dict[str, str]:
    return dict.fromkeys(text.split(), kind)


CIRCUMSTANCE_LETTERS = {
    "special_a": "1.01",
    "special_b": "1.02",
    "special_c": "1.03",
    "special_d": "1.04",
    "special_h": "1.08",
    "special_n": "1.13",
    "special_o": "1.14",
}
"""Open and sensitive groups of art. 10 of the Law on Children 2016, by the prefix of their number code; the
sealed ones (letters đ, e, g, i, k, l, m) never stand by child, only as counts (source `sealed`)."""

CHILD = PreparedSource(
    "child",
    "one row per child living in the unit on the as-of date, alive, under 18 at the youngest reading of the birth date",
    "child",
    {
        **_columns("child", KEY),
        **_columns("unit village residence_kind sex ethnicity poverty age_band growth_age", TEXT),
        **_columns("school_age", INTEGER),
        **_columns("birth_registered has_personal_id has_health_card", BOOLEAN),
        **_columns(
            "measured oedema underweight stunted wasted overweight obese overweight_obese any_malnutrition", BOOLEAN
        ),
        **_columns("haz waz whz", DECIMAL),
        **_columns(
            "fully_immunized_12m fully_immunized_12m_with_ipv fully_immunized_12m_crude zero_dose_12m"
            " never_vaccinated got_bcg got_hepb0 got_penta1 got_penta3 got_opv3 got_ipv1 got_measles1 got_mr1 got_je1"
            " on_time_bcg on_time_penta3 on_time_measles1",
            BOOLEAN,
        ),
        **_columns(f"{' '.join(CIRCUMSTANCE_LETTERS)} special_circumstance at_risk supported", BOOLEAN),
        **_columns("both_parents_dead orphan without_parental_care social_allowance entitled_no_support", BOOLEAN),
        **_columns("allowance_entitled", BOOLEAN),
        **_columns("allowance_due", INTEGER),
        **_columns("orphan_kind care_form school_level", TEXT),
        **_columns("family_care alternative_care", BOOLEAN),
        **_columns(
            "attending in_nursery in_kindergarten in_primary in_lower_secondary dropped_out completed_preschool"
            " completed_primary completed_lower_secondary",
            BOOLEAN,
        ),
        **_columns(
            "works child_labour_law child_labour_ncls child_labour_sdg hazardous_work left_child_labour", BOOLEAN
        ),
        **_columns("mental_screened mental_need mental_supported vitamin_a injured married", BOOLEAN),
        **_columns("on_register on_immunization_list on_school_list on_poor_list has_birth_record", BOOLEAN),
    },
    {"age_months": INTEGER, "age_years": INTEGER},
    ("sex", "ethnicity", "poverty"),
    ("village", "age_band", "growth_age"),
)

BIRTH = PreparedSource(
    "birth",
    "one row per birth of the period, live or still, at the mother's commune",
    "child",
    {
        **_columns("child", KEY),
        **_columns("unit sex place attendant", TEXT),
        **_columns("live_birth skilled_attendance in_facility postnatal_visit_week1 registered", BOOLEAN),
        **_columns("low_birth_weight preterm", BOOLEAN),
        **_columns("weight_g gestation_weeks days_to_registration days_since", INTEGER),
    },
    {},
    ("sex",),
)

DEATH = PreparedSource(
    "death",
    "one row per death of the period under 18, at the residence; ages completed at death",
    "child",
    {
        **_columns("child", KEY),
        **_columns("unit sex cause place", TEXT),
        **_columns("injury_death drowning_death registered", BOOLEAN),
    },
    {"age_days": INTEGER, "age_months": INTEGER},
    ("sex", "cause"),
)

COMMUNE_ITEMS = (
    "child_friendly",
    "play_points",
    "villages",
    "villages_with_facilities",
    "schools",
    "schools_with_sanitation",
    "schools_with_psychological_support",
    "schools_disability_ready",
    "schools_standard_meals",
    "schools_safe",
    "children_consulted",
    "children_rights_aware",
    "children_in_participation_models",
    "children_online_safety",
    "children_swim_safely",
    "children_water_safety",
    "children_road_rules",
    "children_ecd_services",
    "children_development_on_track",
    "children_disaster_hit",
    "children_disaster_relieved",
    "child_labour_cases",
    "child_labour_cases_supported",
    "staff",
    "staff_child_labour_informed",
    "parents",
    "parents_child_labour_informed",
    "children_child_labour_informed",
    "employers",
    "employers_child_labour_informed",
    "carers_newborn_asked",
    "carers_newborn_signs_known",
    "disabled_children",
    "disabled_children_services",
    "children_abused",
    "hiv_exposed_infants",
    "hiv_infected_infants",
    "literacy_level",
)
"""Items of the communes' own returns that definitions name; a yes is 1, a no is 0, a level recognised 1 or 2 (none: 0)."""

CHILDREN_OF_AGE = {
    "children_u5": (0, 60),
    "children_u8": (0, 96),
    "children_6_15": (72, 192),
    "children_7_15": (84, 192),
    "children_11_15": (132, 192),
    "children_u16": (0, 192),
}
"""Children living in a commune whose age lies for certain in [from, before) completed months: what returns are set against."""

SCHOOL_SHARES = {
    "preschool5_attendance": ("c.school_age = 5", "c.in_kindergarten"),
    "preschool5_completion": ("c.school_age = 6", "c.completed_preschool"),
    "primary6_in_school": ("c.school_age = 6", "c.in_primary"),
    "primary14_completion": ("c.school_age = 14", "c.completed_primary"),
    "lower_secondary_completion": ("c.school_age between 15 and 17", "c.completed_lower_secondary"),
    "upper_secondary_attendance": (
        "c.school_age between 15 and 17",
        "case when c.attending then c.school_level in ('upper_secondary', 'vocational') when not c.attending then false end",
    ),
}  # fmt: skip
"""What NĐ 20/2014 asks of a commune, as (who, of them in percent); at 5 years it is the year of 5 that counts, over at 6."""

COMMUNE = PreparedSource(
    "commune",
    "one row per commune in force at the geography date, with the items of its latest return of the period",
    "unit",
    {
        **_columns("unit", TEXT),
        **_columns(" ".join(COMMUNE_ITEMS), DECIMAL),
        **_columns("extremely_difficult", BOOLEAN),
        **_columns(" ".join(CHILDREN_OF_AGE), INTEGER),
    },
    dict.fromkeys(SCHOOL_SHARES, DECIMAL),
)

SEALED = PreparedSource(
    "sealed",
    "one row per child and category that the store has counted on the as-of date, without a key: `whole` rows are each child once,"
    " `letter` rows a group",
    "unit",
    {
        **_columns("unit code sex age_band", TEXT),
        **_columns("whole letter only_sealed supported", BOOLEAN),
    },
    {},
    ("sex",),
    ("code",),
)

CIRCUMSTANCE = PreparedSource(
    "circumstance",
    "one row per child and category in force (sub-groups and the groups that hold them), open and sensitive ones alone",
    "child",
    {**_columns("child", KEY), **_columns("unit code level sex", TEXT), **_columns("supported", BOOLEAN)},
    {"age_months": INTEGER},
    ("sex",),
    ("code",),
)

MARRIAGE = PreparedSource(
    "marriage",
    "one row per marriage told of, of the period or of the same period a year before, at the latest residence",
    "child",
    {**_columns("child", KEY), **_columns("unit sex", TEXT), **_columns("this_period", BOOLEAN)},
    {"years_of_age": INTEGER},
    ("sex",),
)

CASUALTY = PreparedSource(
    "casualty",
    "one row per child drowned, or killed or hurt on the road, in this period (`now`) or the one it is set against (drowning: the"
    " base year; traffic: a year before), and one without a child per commune whose lists do not tell of both",
    "child",
    {**_columns("child", KEY), **_columns("unit sex kind", TEXT), **_columns("counted now", BOOLEAN)},
    {"age_months": INTEGER},
    ("sex",),
)

HISTORY = PreparedSource(
    "history",
    "one row per live birth of the ten years before the as-of month, whatever became of the child; months since 1900",
    "child",
    {**_columns("child", KEY), **_columns("unit", TEXT), **_columns("born_month death_age_months end_month", INTEGER),
     **_columns("recorded", BOOLEAN)},
    {},
)  # fmt: skip

SOURCES: dict[str, PreparedSource] = {
    s.name: s for s in (CHILD, BIRTH, DEATH, COMMUNE, SEALED, CIRCUMSTANCE, MARRIAGE, CASUALTY, HISTORY)
}
