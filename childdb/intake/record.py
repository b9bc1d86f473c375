"""A row's values into the record it asserts: who the child is, and the facts by table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from childdb.intake.convert.ids import read_id
from childdb.intake.convert.people import NameRead
from childdb.intake.convert.schooling import ClassRead, school_year
from childdb.intake.grid import Cell
from childdb.intake.heading_block import unit_for, units_ever
from childdb.intake.rows import RowValues, birth_from_parts
from childdb.intake.template import Template
from schemas.codes import Unit
from schemas.dates import OpenDate, completed_years
from schemas.facts import IDENTITY_FIELDS
from schemas.issues import Issue
from schemas.records import Record

_POVERTY = {"2.01": "poor", "2.02": "near_poor"}
_OLDEST = 25  # years: a birth date further back is a slip, not a grown-up child
_GROWN = 18
_FIELDS_OF_PROFILE = (
    "ethnicity", "registration_number", "mother_name", "father_name", "guardian_name", "mother_birth_year",
    "father_birth_year", "nationality", "birth_order",
)  # fmt: skip
_FIELDS_OF_RESIDENCE = (
    "address", "house_number", "phone", "household_number", "household_head", "relation_to_head", "residence_kind",
)  # fmt: skip


@dataclass(frozen=True)
class SheetContext:
    """What holds for all rows of a table."""

    template: Template
    list_date: date
    unit: Unit | None
    village: str
    measured_on: date | None
    fields: frozenset[str]  # the fields that the table has columns for
    dated: bool = True  # whether the list's date tells on which side of the reform it stands
    blank_ethnicity: str = ""  # the code that an empty ethnicity stands for, where the form says so

    @cached_property
    def doses(self) -> tuple[str, ...]:
        return tuple(sorted(f for f in self.fields if f.startswith("vaccination.given_on[")))

    @cached_property
    def months(self) -> tuple[str, ...]:
        """Fields of measurements that have a column per month."""
        return tuple(sorted(f for f in self.fields if f.startswith("measurement.") and f.endswith("]")))

    @cached_property
    def tables(self) -> frozenset[str]:
        """The fact tables that the table has columns for."""
        return frozenset(f.partition(".")[0] for f in self.fields)

    @cached_property
    def asks_sex(self) -> bool:
        return self.has("child_profile.sex") or self.has("child_profile.birth_date[M]")

    def has(self, prefix: str) -> bool:
        return any(f.startswith(prefix) for f in self.fields)


class Builder:
    """Builds one row's record; issues are added to the row's."""

    def __init__(self, context: SheetContext, row: RowValues, above: tuple[str, str], padded: int | None) -> None:
        """ABOVE are the village and the category that rows above this one name."""
        self.context, self.row, self.padded = context, row, padded
        self.values = row.values
        self.above, self.section = above
        self.facts: dict[str, list[dict[str, Any]]] = {}
        self.unit = context.unit

    def build(self) -> Record:
        self.stillborn = self.values.get("birth.live_birth") == "false"
        name = self._name()
        born = self._born()
        sex = self._sex()
        number = self._personal_id(born, sex)
        profile = self._profile(name, born, sex, number)
        residence = self._residence()
        self.facts = {"child_profile": [profile] if profile else []}
        if residence and not self.stillborn:  # a stillborn child lives nowhere, and is in no population
            self.facts["residence"] = [residence]
        tables = self.context.tables
        if "household_status" in tables or "circumstance" in tables or self.section:
            self._household()
        if "parent_status" in tables or "care_arrangement" in tables:
            self._parents()
        if "schooling" in tables:
            self._schooling()
        if "work_spell" in tables:
            self._work()
        if "support" in tables or "child_profile.health_card" in self.context.fields:
            self._support()
        if "measurement" in tables:
            self._measurement()
        if "vaccination" in tables:
            self._vaccination()
        if "health_event" in tables:
            self._health()
        if (wed := self.values.get("marriage.married_on")) is not None:
            self.facts["marriage"] = [{"married_on": wed}]
        self._birth_and_death(born)
        identity = {field: profile.get(field, residence.get(field)) for field in IDENTITY_FIELDS}
        return Record(identity, {k: v for k, v in self.facts.items() if v}, tuple(self.row.retracts))

    def _issue(self, code: str, field: str, column: str | None = None, **slots: str) -> None:
        value = self.row.raw.get(column) if column else None
        self.row.issues.append(Issue(code, field, self.row.letters.get(column or ""), value, slots))

    def _name(self) -> str | None:
        read = self.values.get("child_profile.full_name")
        family, middle, given = (
            self.values.get(f"child_profile.full_name[{p}]") for p in ("family", "middle", "given")
        )
        faulty = any(i.field == "full_name" and i.holds for i in self.row.issues)
        if read is None and (family or middle or given):
            from childdb.intake.cell_readers import reader_for

            text = " ".join(p for p in (family, middle, given) if p)
            whole = reader_for("name")(text)
            for code, slots in whole.issues:
                self.row.issues.append(Issue(code, "full_name", None, text, dict(slots)))
            read = whole.value
            faulty = faulty or read is None
        name = read.name if isinstance(read, NameRead) else None
        self.told_sex = read.sex if isinstance(read, NameRead) else None
        if name is None and not faulty and not self.stillborn:
            self._issue("name_missing", "full_name", "child_profile.full_name")
        return name

    def _born(self) -> OpenDate | None:
        fields = ("child_profile.birth_date", "child_profile.birth_date[M]", "child_profile.birth_date[F]")
        found: list[OpenDate] = [self.values[f] for f in fields if f in self.values]
        beside: OpenDate | None = self.values.get("child_profile.birth_date[beside]")
        if not found and beside is not None and not any(i.field == "birth_date" for i in self.row.issues):
            found = [beside]
        born = found[0] if found else None
        if born is not None and beside is not None and beside.first.year != born.first.year:
            self._issue(
                "birth_date_ambiguous",
                "birth_date",
                "child_profile.birth_date",
                first=born.text(),
                second=beside.text(),
            )
            return None
        if not found:
            born, problem = birth_from_parts(self.values, self.context.list_date)
            if problem:
                slots = {"list_date": f"{self.context.list_date:%d/%m/%Y}"}
                said = "/".join(
                    str(self.values.get(f"child_profile.birth_date[{p}]") or "") for p in ("day", "month", "year")
                )
                self.row.issues.append(Issue(problem, "birth_date", None, said, slots))
                return None
        if born is None:
            if not any(i.field == "birth_date" for i in self.row.issues):
                self._issue("birth_date_missing", "birth_date")
            return None
        years = completed_years(born.last, self.context.list_date)
        where = next((f for f in fields if f in self.values), None)
        if years >= _OLDEST:
            self.row.issues.append(
                Issue("birth_date_not_a_child", "birth_date", self.row.letters.get(where or ""), born.text())
            )
            return None
        if years >= _GROWN:
            self.row.issues.append(
                Issue("birth_date_too_old", "birth_date", self.row.letters.get(where or ""), born.text())
            )
        return born

    def _sex(self) -> str | None:
        """The sex by word, by tick, by the column of the birth date, by "Trai" or "Gái"; never two."""
        told: set[str] = set()
        if (word := self.values.get("child_profile.sex")) is not None:
            told.add(word)
        male, female = (self.values.get(f"child_profile.sex[{s}]") for s in "MF")
        has_male, has_female = (f"child_profile.sex[{s}]" in self.context.fields for s in "MF")
        told |= {"M"} if male else set()
        told |= {"F"} if female else set()
        tick_fault = any(i.field == "sex" and i.holds for i in self.row.issues)
        if (
            has_female
            and not has_male
            and not female
            and "child_profile.sex" not in self.context.fields
            and not tick_fault
        ):
            told.add("M")
        for sex in "MF":
            if f"child_profile.birth_date[{sex}]" in self.values or f"child_profile.birth_date[{sex}]" in self.row.raw:
                told.add(sex)
        if self.told_sex:
            told.add(self.told_sex)
        if len(told) == 1:
            return told.pop()
        if len(told) > 1:
            self._issue("sex_told_twice", "sex")
        elif not tick_fault and self.context.asks_sex and not self.stillborn:
            self._issue("sex_missing", "sex", "child_profile.sex")
        return None

    def _personal_id(self, born: OpenDate | None, sex: str | None) -> str | None:
        cell: Cell = self.values.get("child_profile.personal_id")
        if cell is None:
            return None
        read = read_id(cell, self.padded, born.first.year if born else None, sex)
        if read.code:
            self._issue(read.code, "personal_id", "child_profile.personal_id", **dict(read.slots))
        return read.value

    def _profile(self, name: str | None, born: OpenDate | None, sex: str | None, number: str | None) -> dict[str, Any]:
        profile: dict[str, Any] = {"full_name": name, "sex": sex, "personal_id": number}
        if born is not None:
            profile |= {"birth_date": born.first, "birth_precision": born.precision}
        for column in _FIELDS_OF_PROFILE:
            profile[column] = self.values.get(f"child_profile.{column}")
        if "child_profile.parent_name" in self.values:
            column, text = self.values["child_profile.parent_name"]
            profile[column] = profile.get(column) or text
        registered = self.values.get("child_profile.birth_registered")
        if isinstance(registered, str):
            profile["registration_number"] = profile["registration_number"] or registered
            registered = True
        profile["birth_registered"] = registered
        card = self.values.get("child_profile.health_card")
        profile["health_card"] = card if isinstance(card, str) else None
        self._ethnicity(profile)
        return {k: v for k, v in profile.items() if v is not None}

    def _ethnicity(self, profile: dict[str, Any]) -> None:
        if profile["ethnicity"] or any(i.field == "ethnicity_code" for i in self.row.issues):
            return
        if "child_profile.ethnicity" in self.context.fields and "child_profile.ethnicity" not in self.row.retracts:
            if self.context.blank_ethnicity:
                profile["ethnicity"] = self.context.blank_ethnicity
            else:
                self._issue("ethnicity_missing", "ethnicity_code")

    def _residence(self) -> dict[str, Any]:
        residence: dict[str, Any] = {c: self.values.get(f"residence.{c}") for c in _FIELDS_OF_RESIDENCE}
        residence["village"] = self.values.get("residence.village") or self.above or self.context.village or None
        asked = "residence.village" in self.context.fields
        if residence["village"] is None and asked and not any(i.field == "village" for i in self.row.issues):
            self._issue("village_missing", "village")
        text = self.values.get("residence.commune_code")
        if text is not None:
            self._row_commune(str(text))
        elif self.unit is None:
            self._issue("row_commune_unknown", "commune_code", "residence.commune_code")
        if self.unit is not None:
            residence |= {"commune_code": self.unit.code, "commune_from": self.unit.valid_from}
        return {k: v for k, v in residence.items() if v is not None}

    def _row_commune(self, text: str) -> None:
        found = unit_for(text, self.context.list_date)
        if not self.context.dated and len(units_ever(text)) > 1:
            self.unit = None
            self._issue("commune_ambiguous", "commune_code", "residence.commune_code")
            return
        if len(found) == 1:
            self.unit = found[0]
            return
        code = "commune_foreign_code" if text.strip().isdigit() else "row_commune_unknown"
        self._issue(code, "commune_code", "residence.commune_code")

    def _household(self) -> None:
        """Poverty by word, by tick or among the circumstances; and the circumstances that stand on their own."""
        states = {self.values["household_status.status"]} if "household_status.status" in self.values else set()
        for state in ("poor", "near_poor"):
            if told := self.values.get(f"household_status.status[{state}]"):
                states.add(state if told is True else told)
        codes: list[str] = list(self.values.get("circumstance.code") or ())
        codes += [
            f[len("circumstance.code[") : -1]
            for f, v in self.values.items()
            if f.startswith("circumstance.code[") and v is True
        ]
        codes += [
            c for f, v in self.values.items() if f.startswith("circumstance.code[") and isinstance(v, tuple) for c in v
        ]
        if self.section and not codes:
            codes = [self.section]
        states |= {_POVERTY[c] for c in codes if c in _POVERTY}
        if len(states) > 1:
            self._issue("poverty_told_twice", "circumstance_codes")
        elif states:
            self.facts["household_status"] = [{"status": states.pop(), "year": self.context.list_date.year}]
        own = sorted({c for c in codes if c not in _POVERTY})
        if own:
            self.facts["circumstance"] = [{"code": code} for code in own]

    def _parents(self) -> None:
        states = {p: self.values.get(f"parent_status.status[{p}]") for p in ("father", "mother")}
        both = self.values.get("parent_status.status[both]")
        if both:
            for parent, state in zip(("father", "mother"), both, strict=True):
                states[parent] = states[parent] or state
        self.facts["parent_status"] = [{"parent": p, "status": s} for p, s in states.items() if s]
        form = self.values.get("care_arrangement.form")
        self.facts["care_arrangement"] = [{"form": form}] if form else []

    def _schooling(self) -> None:
        level, class_ = self.values.get("schooling.level"), self.values.get("schooling.class")
        attending, dropped, completed = (
            self.values.get(f"schooling.{c}") for c in ("attending", "dropped_out", "completed")
        )
        if class_ == "dropped":
            dropped, class_ = True, None
        if class_ == "none":
            level, class_ = level or "none", None
        row: dict[str, Any] = {"level": level}
        if isinstance(class_, ClassRead):
            if level not in (None, "none", class_.level) and not {level, class_.level} <= {"nursery", "kindergarten"}:
                self._issue("school_contradicts", "level")
                return
            row |= {"level": class_.level if level in (None, "none") else level, "grade": class_.grade}
        if dropped:
            attending = False
        elif attending is None and row["level"]:
            attending = row["level"] != "none"
        row |= {"attending": attending, "dropped_out": True if dropped else None, "completed": completed}
        if dropped is False and self.values.get("schooling.dropped_out") is False:
            row["dropped_out"] = False
        row = {k: v for k, v in row.items() if v is not None}
        if row:
            self.facts["schooling"] = [{"school_year": school_year(self.context.list_date), **row}]

    def _work(self) -> None:
        row = {
            c: self.values.get(f"work_spell.{c}")
            for c in ("kind", "hours_per_day", "hours_per_week", "hazardous", "paid")
        }
        row = {k: v for k, v in row.items() if v is not None}
        if row.get("kind") or any(row.get(h) for h in ("hours_per_day", "hours_per_week")):
            self.facts["work_spell"] = [{"kind": "other", **row}]

    def _support(self) -> None:
        rows: dict[str, dict[str, Any]] = {}
        kind = self.values.get("support.kind")
        own = {c: self.values.get(f"support.{c}") for c in ("amount", "legal_basis", "since")}
        if isinstance(own["since"], OpenDate):
            own["since"] = own["since"].first
        if kind or own["amount"]:
            rows[kind or "social_allowance"] = {k: v for k, v in own.items() if v is not None}
        allowance = self.values.get("support.amount[social_allowance]")
        if allowance is not None:
            entry = rows.setdefault("social_allowance", {})
            if allowance is not True:
                entry["amount"] = allowance
        if self.values.get("child_profile.health_card") is True:
            rows.setdefault("health_card", {})
        self.facts["support"] = [{"kind": k, **row} for k, row in rows.items()]

    def _monthly(self) -> list[dict[str, Any]]:
        """Measurements of a table with columns per month, each on its month's last day (or the list's)."""
        rows: dict[str, dict[str, Any]] = {}
        for field in self.context.months:
            name, _, month = field[len("measurement.") : -1].partition("[")
            if (value := self.values.get(field)) is not None:
                rows.setdefault(month, {})[name] = int(value) if name == "muac_mm" else value
        return [{"measured_on": self._month_end(month), **row} for month, row in sorted(rows.items())]

    def _month_end(self, month: str) -> date:
        year, _, number = month.partition("-")
        latest = self.context.list_date
        this = int(year) if year else latest.year - (int(number) > latest.month)
        return min(OpenDate.of(this, int(number)).last, latest)

    def _measurement(self) -> None:
        if monthly := self._monthly():
            self.facts["measurement"] = monthly
            return
        row = {
            c: self.values.get(f"measurement.{c}") for c in ("weight_kg", "length_cm", "muac_mm", "measure", "oedema")
        }
        told = any(row[c] is not None for c in ("weight_kg", "length_cm", "muac_mm")) or row["oedema"]
        if not told:
            return
        day = self.values.get("measurement.measured_on")
        if day is None and any(i.field == "measured_on" for i in self.row.issues):
            return
        if day is None:
            day = self.context.measured_on or self.context.list_date
            if self.context.measured_on is None and "measurement.measured_on" in self.context.fields:
                self._issue("measured_on_missing", "measured_on", list_date=f"{day:%d/%m/%Y}")
        if isinstance(row["muac_mm"], Decimal):
            row["muac_mm"] = int(row["muac_mm"])
        self.facts["measurement"] = [{"measured_on": day, **{k: v for k, v in row.items() if v is not None}}]

    def _vaccination(self) -> None:
        given: dict[tuple[str, int], dict[str, Any]] = {}
        for name in self.context.doses:
            day = self.values.get(name)
            if day is None:
                continue
            vaccine, dose, *late = name[len("vaccination.given_on[") : -1].split(":")
            row: dict[str, Any] = {"vaccine": vaccine, "dose": int(dose), "given_on": day}
            if late:
                row["late_birth_dose"] = late[0] == "late"
            if given.setdefault((vaccine, int(dose)), row) is not row:
                self._issue("dose_twice", "doses", name)
        self.facts["vaccination"] = list(given.values())

    def _health(self) -> None:
        rows: list[dict[str, Any]] = []
        default = self.values.get("measurement.measured_on") or self.context.measured_on or self.context.list_date
        for kind in ("vitamin_a", "injury", "mental_screening", "mental_support"):
            day = self.values.get(f"health_event.on_date[{kind}]")
            if day is not None:
                rows.append({"kind": kind, "on_date": default if day is True else day})
                if (cause := self.values.get(f"health_event.result[{kind}]")) is not None and kind == "injury":
                    rows[-1]["result"] = cause
        risk = self.values.get("health_event.result[mental_risk]")
        screened = next((r["on_date"] for r in rows if r["kind"] == "mental_screening"), self.context.list_date)
        if risk:
            rows.append({"kind": "mental_risk", "on_date": screened, "result": "risk"})
        self.facts["health_event"] = rows

    def _birth_and_death(self, born: OpenDate | None) -> None:
        if self.context.template.list_kind != "births_deaths":
            return
        place = {"commune_code": self.unit.code, "commune_from": self.unit.valid_from} if self.unit else {}
        row = {
            c: self.values.get(f"birth.{c}")
            for c in ("place", "attendant", "gestation_weeks", "weight_g", "postnatal_visit_week1", "registered_on")
        }
        told = {k: v for k, v in row.items() if v is not None}
        outcome = self.values.get("birth.live_birth")
        if born is not None and born.precision == "day" and (told or outcome or not self.context.has("death.")):
            mother = {f"mother_{k}": v for k, v in place.items()}
            self.facts["birth"] = [{"born_on": born.first, "live_birth": outcome != "false", **mother, **told}]
        death = {c: self.values.get(f"death.{c}") for c in ("died_on", "cause", "place", "registered_on")}
        death = {k: v for k, v in death.items() if v is not None}
        if "died_on" in death:
            self.facts["death"] = [{**death, **place}]
        elif death and not any(i.field == "died_on" for i in self.row.issues):
            self._issue("date_missing", "died_on", "death.died_on")
