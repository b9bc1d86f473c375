"""The fact tables: what may be asserted of a child, with each column's kind and protection and each table's scope.

A scope is the unit that a new assertion replaces, read per child after linking:

- ``field``   each column is a scope of its own (birth_date and birth_precision are one);
- ``state``   what a list dated D states holds from D on, until another list states otherwise; where `many`
              is set, the list states a whole set (all circumstances, all supports);
- ``events``  the events that one list gives for a child, as a set: the set is replaced per list kind,
              per period where `per_period`, and per value of the columns in `scope_by`.

The store's models, the intake's records, the snapshot and the exchange all follow this registry; a contract
test runs over every entry.
"""

from __future__ import annotations

from dataclasses import dataclass, field

OPEN, IDENTIFYING, SEALED = "open", "identifying", "sealed"


@dataclass(frozen=True)
class Column:
    """One column: kind is text, code, int, decimal, bool or date; protection says whether it is encrypted."""

    name: str
    kind: str
    protection: str = OPEN
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class FactTable:
    """A fact table; `key` names the columns by which one event is recognised on two kinds of list."""

    name: str
    scope: str  # field | state | events
    columns: tuple[Column, ...]
    many: bool = False
    scope_by: tuple[str, ...] = ()
    per_period: bool = False
    key: tuple[str, ...] = ()
    trust: tuple[str, ...] = ()  # list kinds, most trusted first, where two disagree about one event
    labels: dict[str, str] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


def _c(name: str, kind: str = "text", protection: str = OPEN, *codes: str) -> Column:
    return Column(name, kind, protection, tuple(codes))


LIST_KINDS = (
    "register",  # sổ theo dõi trẻ em: the child register of a commune
    "weighing",  # danh sách cân đo: weights and heights of a month
    "immunization",  # sổ tiêm chủng: cumulative book, a column per dose
    "school",  # danh sách học sinh / điều tra phổ cập
    "births_deaths",  # sổ sinh, tử
    "poor_households",  # danh sách hộ nghèo, cận nghèo
    "work",  # danh sách trẻ em lao động, có nguy cơ
    "support",  # danh sách trợ giúp, trợ cấp
    "mental_health",  # sàng lọc, hỗ trợ tâm lý
    "commune_return",  # biểu báo cáo của xã, cơ quan
    "cleaning",  # danh sách làm sạch dữ liệu, do công an và thôn bản xác minh
    "correction",  # a person's correction
)

FACTS: dict[str, FactTable] = {
    table.name: table
    for table in (
        FactTable(
            "child_profile",
            "field",
            (
                _c("full_name", "text", IDENTIFYING),
                _c("birth_date", "date"),
                _c("birth_precision", "code", OPEN, "day", "month", "year"),
                _c("sex", "code", OPEN, "M", "F"),
                _c("ethnicity", "code"),
                _c("personal_id", "text", IDENTIFYING),
                _c("birth_registered", "bool"),
                _c("registration_number", "text", IDENTIFYING),
                _c("health_card", "text", IDENTIFYING),
                _c("mother_name", "text", IDENTIFYING),
                _c("father_name", "text", IDENTIFYING),
                _c("guardian_name", "text", IDENTIFYING),
                _c("mother_birth_year", "int"),
                _c("father_birth_year", "int"),
                _c("nationality", "code"),
                _c("birth_order", "int"),
            ),
        ),
        FactTable(
            "residence",
            "state",
            (
                _c("commune_code", "code"),
                _c("commune_from", "date"),
                _c("village"),
                _c("address", "text", IDENTIFYING),
                _c("house_number", "text", IDENTIFYING),
                _c("phone", "text", IDENTIFYING),
                _c("household_number", "text", IDENTIFYING),
                _c("household_head", "text", IDENTIFYING),
                _c("relation_to_head", "code", OPEN, "child", "adopted", "grandchild", "relative", "other"),
                _c("residence_kind", "code", OPEN, "permanent", "permanent_absent", "temporary", "moved_away"),
            ),
        ),
        FactTable(
            "household_status",
            "state",
            (_c("status", "code", OPEN, "poor", "near_poor", "none"), _c("year", "int")),
        ),
        FactTable(
            "circumstance",
            "state",
            (_c("code", "code"), _c("since", "date")),  # sealed codes are stored encrypted (store/models)
            many=True,
            key=("code",),
        ),
        FactTable(
            "parent_status",
            "state",
            (
                _c("parent", "code", OPEN, "father", "mother"),
                _c("status", "code", OPEN, "alive", "dead", "missing", "prison", "facility", "unable"),
                _c("since", "date"),
            ),
            scope_by=("parent",),
        ),
        FactTable(
            "care_arrangement",
            "state",
            (
                _c(
                    "form",
                    "code",
                    OPEN,
                    "parents",
                    "relative",
                    "non_relative",
                    "adoption",
                    "facility",
                    "none",
                ),
                _c("since", "date"),
            ),
        ),
        FactTable(
            "birth",
            "events",
            (
                _c("born_on", "date"),
                _c("live_birth", "bool"),
                _c("mother_commune_code", "code"),
                _c("mother_commune_from", "date"),
                _c("place", "code", OPEN, "hospital", "station", "home", "other"),
                _c(
                    "attendant",
                    "code",
                    OPEN,
                    "doctor",
                    "assistant_doctor",
                    "midwife",
                    "village_midwife",
                    "other",
                    "none",
                ),
                _c("gestation_weeks", "int"),
                _c("weight_g", "int"),
                _c("postnatal_visit_week1", "bool"),
                _c("registered_on", "date"),
            ),
            key=(),
            trust=("births_deaths", "immunization", "register"),
        ),
        FactTable(
            "measurement",
            "events",
            (
                _c("measured_on", "date"),
                _c("weight_kg", "decimal"),
                _c("length_cm", "decimal"),
                _c("measure", "code", OPEN, "L", "H"),
                _c("oedema", "bool"),
                _c("muac_mm", "int"),
            ),
            per_period=True,
            key=("measured_on",),
            trust=("weighing", "register"),
        ),
        FactTable(
            "vaccination",
            "events",
            (
                _c("vaccine", "code"),
                _c("dose", "int"),
                _c("given_on", "date"),
                _c("late_birth_dose", "bool"),  # hepatitis B at birth, given after 24 hours
                _c("place", "code", OPEN, "station", "hospital", "outreach", "private", "other"),
            ),
            scope_by=("vaccine",),
            key=("vaccine", "given_on"),
            trust=("immunization", "register"),
        ),
        FactTable(
            "health_event",
            "events",
            (
                _c(
                    "kind",
                    "code",
                    OPEN,
                    "vitamin_a",
                    "mental_screening",
                    "mental_risk",
                    "mental_support",
                    "injury",
                    "disability",
                    "illness",
                ),
                _c("on_date", "date"),
                _c("result"),
            ),
            scope_by=("kind",),
            per_period=True,
            key=("kind", "on_date"),
        ),
        FactTable(
            "schooling",
            "events",
            (
                _c("school_year", "int"),  # the year in which it starts: 2024 is 2024-2025
                _c(
                    "level",
                    "code",
                    OPEN,
                    "nursery",
                    "kindergarten",
                    "primary",
                    "lower_secondary",
                    "upper_secondary",
                    "vocational",
                    "none",
                ),
                _c("grade", "int"),
                _c("attending", "bool"),
                _c("completed", "bool"),  # has completed the level (preschool programme, primary, lower secondary)
                _c("dropped_out", "bool"),
            ),
            scope_by=("school_year",),
            key=("school_year",),
            trust=("school", "register"),
        ),
        FactTable(
            "work_spell",
            "state",
            (
                _c(
                    "kind",
                    "code",
                    OPEN,
                    "upland_field",
                    "herding",
                    "household_trade",
                    "hired",
                    "domestic",
                    "craft",
                    "arts_sport",
                    "construction",
                    "mining",
                    "other",
                ),
                _c("hours_per_day", "decimal"),
                _c("hours_per_week", "decimal"),
                _c("hazardous", "bool"),
                _c("paid", "bool"),
                _c("since", "date"),
            ),
            many=True,
            key=("kind",),
        ),
        FactTable(
            "marriage",
            "events",
            (_c("married_on", "date"), _c("age_years", "int"), _c("spouse_age_years", "int")),
            key=("married_on",),
        ),
        FactTable(
            "support",
            "state",
            (
                _c(
                    "kind",
                    "code",
                    OPEN,
                    "social_allowance",
                    "health_card",
                    "schooling",
                    "care_visit",
                    "food",
                    "counselling",
                    "legal",
                    "gift",
                    "other",
                ),
                _c("amount", "int"),  # đồng a month
                _c("legal_basis"),
                _c("since", "date"),
            ),
            many=True,
            key=("kind",),
        ),
        FactTable(
            "protection_case",
            "events",
            (_c("kind", "code", SEALED), _c("opened_on", "date", SEALED), _c("note", "text", SEALED)),
            key=("kind", "opened_on"),
        ),
        FactTable(
            "death",
            "events",
            (
                _c("died_on", "date"),
                _c(
                    "cause",
                    "code",
                    OPEN,
                    "perinatal",
                    "pneumonia",
                    "diarrhoea",
                    "congenital",
                    "drowning",
                    "traffic",
                    "other_injury",
                    "other",
                    "unknown",
                ),
                _c("place", "code", OPEN, "hospital", "station", "home", "other"),
                _c("commune_code", "code"),
                _c("commune_from", "date"),
                _c("registered_on", "date"),
            ),
            key=(),
            trust=("births_deaths", "register"),
        ),
    )
}

IDENTITY_FIELDS = (
    "full_name", "birth_date", "birth_precision", "sex", "personal_id", "mother_name", "father_name",
    "household_head", "commune_code", "commune_from", "village",
)  # fmt: skip
