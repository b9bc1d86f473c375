"""A second opinion: every figure once more in plain Python loops over the snapshot's records.

It shares with the engine only the definitions' text (read here by a small three-valued evaluator of its own) and the
scalar rules of growth and immunization, whose set-wise twins the engine uses.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq
import sqlglot
from sqlglot import exp

from indicators.definition import Definition
from indicators.growth.zscore import zscores, zscores_2007
from indicators.immunization.judge import Dose, child_status, judge_doses
from indicators.immunization.law import LAW
from indicators.prepare.contracts import CIRCUMSTANCE_LETTERS, COMMUNE_ITEMS
from schemas.dates import add_months, completed_months
from schemas.snapshot import SNAPSHOT

Row = dict[str, object]
OPEN = ("age_months", "age_years", "age_days", "years_of_age", "preschool5_attendance", "preschool5_completion",
        "primary6_in_school", "primary14_completion", "lower_secondary_completion", "upper_secondary_attendance")  # fmt: skip


def read_snapshot(folder: Path) -> dict[str, list[Row]]:
    return {
        name: pq.read_table(folder / f"{name}.parquet").to_pylist() if (folder / f"{name}.parquet").exists() else []
        for name in SNAPSHOT
    }


class World:
    """The records as on a day, in loops."""

    def __init__(self, tables: dict[str, list[Row]], as_of: date) -> None:
        self.tables, self.day = tables, as_of
        self.start = add_months(as_of, -12) + timedelta(days=1)
        self.year = as_of.year if as_of.month >= 9 else as_of.year - 1
        self.by_child = {
            name: _by(rows, "child") for name, rows in tables.items() if rows and "child" in rows[0] and name != "child"
        }
        self.homes = self._homes()
        self.tells = self._tells()
        self.sources = {
            "child": [self._child(c) for c in tables["child"] if c["child"] in self.homes],
            "birth": [self._birth(b) for b in tables["birth"] if self.start <= b["born_on"] <= as_of],
            "death": self._deaths(),
            "marriage": self._marriages(),
            "casualty": self._casualties(),
            "sealed": self._sealed(),
        }
        self.sources["commune"] = self._communes()
        self.sources["circumstance"] = self._circumstances()

    def silent(self, source: str) -> set[object]:
        """Units that send lists, but none that tells of births and deaths, or of marriages."""
        heard = {r["unit"] for r in self.tables["listing"] if r["list_date"] <= self.day}
        units = {c["child"]: c["unit"] for c in self.tables["child"]}
        if source == "marriage":
            told = {units[m["child"]] for m in self.tables["marriage"] if m["married_on"] <= self.day}
        else:
            told = {r["unit"] for r in self.tables["listing"] if r["list_kind"] == "births_deaths"}
            for table, day in (("birth", "born_on"), ("death", "died_on")):
                told |= {r["unit"] for r in self.tables[table] if (r["listed_on"] or r[day]) <= self.day}
        return (heard | set(units.values())) - told if source in ("birth", "death", "marriage") else set()

    def of(self, table: str, child: object) -> list[Row]:
        return self.by_child.get(table, {}).get(child, [])

    def holding(self, table: str, child: object) -> list[Row]:
        return [
            r
            for r in self.of(table, child)
            if r["valid_from"] <= self.day and (r["valid_to"] is None or r["valid_to"] > self.day)
        ]

    def _homes(self) -> dict[object, Row]:
        found = {}
        for c in self.tables["child"]:
            spells = self.holding("residence", c["child"])
            if not spells or any(d["died_on"] <= self.day for d in self.of("death", c["child"])):
                continue
            latest = max(s["valid_from"] for s in spells)
            home = min((s for s in spells if s["valid_from"] == latest), key=lambda s: s["unit"])
            first, last = c["birth_first"], c["birth_last"]
            if home["residence_kind"] == "moved_away" or (first is not None and first > self.day):
                continue
            if last is None or completed_months(last, self.day) < 216:
                found[c["child"]] = home
        return found

    def _tells(self) -> set[tuple[object, str]]:
        kinds = {
            "register": "circumstance",
            "support": "support",
            "work": "work",
            "poor_households": "poverty",
            "mental_health": "mental",
        }
        found = {
            (r["unit"], kinds[r["list_kind"]])
            for r in self.tables["listing"]
            if r["list_date"] <= self.day and r["list_kind"] in kinds
        }
        facts = {
            "circumstance": "circumstance",
            "parent_status": "circumstance",
            "support": "support",
            "work_spell": "work",
            "household_status": "poverty",
        }
        for child, home in self.homes.items():
            for table, fact in facts.items():
                if any(r["valid_from"] <= self.day for r in self.of(table, child)):
                    found.add((home["unit"], fact))
            for event in self.of("health_event", child):
                if event["on_date"] <= self.day:
                    kind = "mental" if event["kind"].startswith("mental") else event["kind"]
                    found.add((home["unit"], kind))
            if any(m["married_on"] <= self.day for m in self.of("marriage", child)):
                found.add((home["unit"], "marriage"))
        return found

    def told(self, unit: object, fact: str, yes: bool) -> bool | None:
        return True if yes else (False if (unit, fact) in self.tells else None)

    def _child(self, c: Row) -> Row:
        key, home = c["child"], self.homes[c["child"]]
        unit = home["unit"]
        row: Row = {
            **{
                k: c[k] for k in ("child", "sex", "ethnicity", "birth_registered", "has_personal_id", "has_health_card")
            },
            "unit": unit,
            "village": home["village"],
            "age_months": self._months(c),
        }
        months = row["age_months"]
        row["age_years"] = None if months is None else (months[0] // 12, months[1] // 12)
        row["growth_age"] = None if months is None else _growth_age(*months)
        first, last = c["birth_first"], c["birth_last"]
        row["school_age"] = self.year - first.year if first and first.year == last.year else None
        row |= self._care(key, unit, months)
        row |= self._health(key, unit)
        row |= self._school(key)
        row |= self._work(key, unit, months)
        row |= self._growth(c)
        row |= self._immunization(c, months)
        lists = {r["list_kind"] for r in self.of("listing", key) if r["list_date"] <= self.day}
        row |= {"on_register": "register" in lists, "on_immunization_list": "immunization" in lists}
        return row

    def _months(self, c: Row) -> tuple[int, int] | None:
        if c["birth_first"] is None:
            return None
        youngest, oldest = completed_months(c["birth_last"], self.day), completed_months(c["birth_first"], self.day)
        return max(0, youngest), oldest

    def _care(self, key: object, unit: object, months: tuple[int, int] | None) -> Row:
        codes = [r["code"] for r in self.holding("circumstance", key)]
        parents = defaultdict(set)
        for r in self.holding("parent_status", key):
            parents[r["parent"]].add(r["status"])
        carers = [r["form"] for r in self.holding("care_arrangement", key) if r["form"]]
        form = max(carers) if carers else None
        told = lambda yes: self.told(unit, "circumstance", yes)  # noqa: E731
        letters = {name: told(any(c[:4] == code for c in codes)) for name, code in CIRCUMSTANCE_LETTERS.items()}
        states = [parents[p] & {"dead", "missing", "facility", "prison"} for p in ("father", "mother")]
        if all(states):
            letters["special_a" if all("dead" in s for s in states) else "special_c"] = True
        group_a, group_b = (any(c[:4] == code for c in codes) for code in ("1.01", "1.02"))
        both = group_a or all("dead" in parents[p] for p in ("father", "mother"))
        gone = {"dead", "missing", "facility", "prison"}
        without = all(parents[p] & gone for p in ("father", "mother"))
        sure = {"1.03.01", "1.03.03", "1.03.04", "1.03.05", "1.03.06", "1.03.08", "1.03.09", "1.03.10"}
        entitled = without or group_a or bool(sure & set(codes)) or (group_b and form != "adoption")
        if months is not None and months[0] >= 192:
            allowance: bool | None = False
        elif entitled:
            allowance = True if months is not None and months[1] < 192 else None
        elif {"1.03", "1.03.02"} & set(codes):
            allowance = None
        else:
            allowance = told(False)
        statuses = [r["status"] for r in self.holding("household_status", key)]
        poverty = next((s for s in ("poor", "near_poor") if s in statuses), "none" if statuses else None)
        if poverty is None and (unit, "poverty") in self.tells:
            poverty = "none"
        risk = any(c[:2] == "2." or c == "2" for c in codes) or poverty in ("poor", "near_poor")
        kinds = {r["kind"] for r in self.holding("support", key)}
        doubt = {"1.03", "1.03.02"} & set(codes)
        without = True if entitled else None if doubt else False
        due = self._allowance(key, unit, months, codes, parents, form, poverty, without)
        return {
            **letters,
            **due,
            "special_circumstance": told(all(states) or any(c[:2] == "1." for c in codes)),
            "at_risk": True if risk else (None if poverty is None else told(False)),
            "both_parents_dead": told(both),
            "orphan": told(both or any("dead" in s for s in parents.values())),
            "orphan_kind": "both"
            if both
            else next(
                (p for p in ("father", "mother") if "dead" in parents[p]), None if told(False) is None else "none"
            ),
            "entitled_no_support": allowance,
            "family_care": None if form is None else form in ("parents", "relative", "non_relative", "adoption"),
            "alternative_care": None if form is None else form in ("relative", "non_relative", "adoption", "facility"),
            "poverty": poverty,
            "supported": self.told(unit, "support", bool(kinds)),
            "social_allowance": self.told(unit, "support", "social_allowance" in kinds),
        }

    def _allowance(self, key, unit, months, codes, parents, form, poverty, without) -> Row:
        """Decree 20/2021, clause by clause: who is surely entitled, and to how much a month on 30/11/2024."""

        def younger(limit: int) -> bool | None:
            if months is None or months[0] < limit <= months[1]:
                return None
            return months[1] < limit

        def amount(*steps: tuple[int, int, int]) -> int | None:
            return next((a for low, high, a in steps if months and low <= months[0] and months[1] < high), None)

        school = [r for r in self.of("schooling", key) if r["school_year"] == self.year]
        at_school = school[0]["attending"] if school else None
        student = kleene_and([kleene_not(younger(192)), at_school])
        poor = None if poverty is None else poverty != "none"
        facility, alone = form == "facility", False
        lost = {p for p in ("father", "mother") if parents[p] & {"dead", "missing"}}
        if len(lost) == 1 and form in (None, "parents"):
            other = parents["mother" if "father" in lost else "father"]
            with_it = "alive" in other or (form == "parents" and not other)
            alone = True if with_it else (False if other else None)
        extreme, severe = "1.04.01" in codes, "1.04.02" in codes
        degree_open = any(c[:4] == "1.04" for c in codes) and not {"1.04.01", "1.04.02", "1.04.03"} & set(codes)
        k1 = kleene_and([without, not facility, younger(192)])
        own = [
            (k1, amount((0, 48, 1_250_000), (48, 192, 750_000))),
            (kleene_and([without, not facility, student]), amount((192, 264, 750_000))),
            (kleene_and([True if extreme else None if degree_open else False, not facility, younger(192)]), 1_250_000),
            (kleene_and([True if severe else None if degree_open else False, not facility, younger(192)]), 1_000_000),
        ]
        hard = any(t["trait"] == "extremely_difficult" and t["unit"] == unit for t in self.tables["unit_trait"])
        if hard and not (without or extreme or severe):
            own.append((kleene_and([younger(36), poor, not facility]) is True, 750_000))
        parent = kleene_and([alone, poor, kleene_or([younger(192), student])])
        sure = [a for yes, a in own if yes is True]
        due = [max(sure) if sure and None not in sure else None] if sure else []
        due += [500_000] if parent is True else []
        if due:
            return {"allowance_entitled": True, "allowance_due": None if None in due else sum(due)}
        if parent is None or any(yes is None for yes, _ in own):
            return {"allowance_entitled": None, "allowance_due": None}
        told = poverty is not None and (unit, "circumstance") in self.tells
        return {"allowance_entitled": False if told else None, "allowance_due": None}

    def _health(self, key: object, unit: object) -> Row:
        events = [e for e in self.of("health_event", key) if self.start <= e["on_date"] <= self.day]
        kinds = {e["kind"] for e in events}
        half_year = add_months(self.day, -6)
        need = any(
            (e["kind"] == "mental_risk" and e["result"] not in ("no", "false", "0", "negative"))
            or (e["kind"] == "mental_screening" and e["result"] == "positive")
            for e in events
        )
        vitamin = any(e["kind"] == "vitamin_a" and e["on_date"] > half_year for e in events)
        return {
            "mental_screened": self.told(unit, "mental", bool(kinds & {"mental_screening", "mental_risk"})),
            "mental_need": self.told(unit, "mental", need),
            "mental_supported": self.told(unit, "mental", "mental_support" in kinds),
            "vitamin_a": self.told(unit, "vitamin_a", vitamin),
            "injured": self.told(unit, "injury", "injury" in kinds),
        }

    def _school(self, key: object) -> Row:
        heights = {
            "nursery": 0,
            "kindergarten": 1,
            "primary": 2,
            "lower_secondary": 3,
            "upper_secondary": 4,
            "vocational": 4,
        }
        rows = [r for r in self.of("schooling", key) if r["school_year"] <= self.year]
        now = next((r for r in rows if r["school_year"] == self.year), None)
        known = [heights[r["level"]] for r in rows if r["level"] in heights]
        done = max((heights[r["level"]] for r in rows if r["completed"] and r["level"] in heights), default=-1)

        def at(level: str) -> bool | None:
            if now is None or now["attending"] is None:
                return None
            return False if not now["attending"] else (None if now["level"] is None else now["level"] == level)

        def completed(height: int) -> bool | None:
            if done >= height or (known and max(known) > height):
                return True
            return (
                False if known else (False if rows and done >= height else (None if not rows or not known else False))
            )

        dropped = None
        if now is not None:
            dropped = False if now["dropped_out"] is None and now["attending"] else now["dropped_out"]
        return {
            "school_level": now and now["level"],
            "attending": now and now["attending"],
            "in_nursery": at("nursery"),
            "in_kindergarten": at("kindergarten"),
            "in_primary": at("primary"),
            "in_lower_secondary": at("lower_secondary"),
            "in_upper": kleene_or([at("upper_secondary"), at("vocational")]),
            "dropped_out": dropped,
            "completed_preschool": completed(1),
            "completed_primary": completed(2),
            "completed_lower_secondary": completed(3),
        }

    def _work(self, key: object, unit: object, months: tuple[int, int] | None) -> Row:
        spells = self.holding("work_spell", key)
        names = ("child_labour_law", "child_labour_ncls", "child_labour_sdg", "hazardous_work")
        left = self._left(key)
        if not spells:
            answer = self.told(unit, "work", False)
            quit_work = {True: True, False: False, None: None}[left] if left != "none" else answer
            return {**dict.fromkeys(names, answer), "works": answer, "left_child_labour": quit_work}
        hazard = any(s["hazardous"] or s["kind"] in ("construction", "mining") for s in spells)
        doubt = any(s["hazardous"] is None for s in spells)
        now = _law(spells, hazard, months)
        if left == "none":
            left = False if now is True else self.told(unit, "work", False)
        return {
            "works": True,
            "left_child_labour": kleene_and([left, kleene_not(now)]),
            "hazardous_work": True if hazard else (None if doubt else False),
            "child_labour_law": _law(spells, hazard, months),
            "child_labour_ncls": _ncls(spells, hazard, months),
            "child_labour_sdg": _sdg(spells, months),
        }

    def _left(self, key: object) -> object:
        """Whether work that ended in the period was child labour, or "none" where none ended."""
        ended = defaultdict(list)
        for r in self.of("work_spell", key):
            if r["valid_to"] is not None and self.start <= r["valid_to"] <= self.day:
                ended[r["valid_to"]].append(r)
        if not ended:
            return "none"
        (c,) = (c for c in self.tables["child"] if c["child"] == key)
        answers = []
        for day, spells in ended.items():
            born = c["birth_first"], c["birth_last"]
            months = None if born[0] is None else (completed_months(born[1], day), completed_months(born[0], day))
            hazard = any(s["hazardous"] or s["kind"] in ("construction", "mining") for s in spells)
            answers.append(_law(spells, hazard, months))
        return kleene_or(answers)

    def _growth(self, c: Row) -> Row:
        rows = [m for m in self.of("measurement", c["child"]) if self.start <= m["measured_on"] <= self.day]
        empty = dict.fromkeys(("haz", "underweight", "stunted", "wasted", "overweight", "obese", "any_malnutrition"))
        if not rows:
            return {**empty, "measured": False}
        m = max(rows, key=lambda r: r["measured_on"])
        if c["birth_precision"] != "day" or c["birth_first"] is None:
            return {**empty, "measured": True, "oedema": bool(m["oedema"])}
        days = (m["measured_on"] - c["birth_first"]).days
        sex = {"M": 1, "F": 2}.get(c["sex"])
        weight, length = (None if m[k] is None else float(m[k]) for k in ("weight_kg", "length_cm"))
        if days < 0:  # weighed before birth: a slip of the list
            return {**empty, "measured": True, "oedema": bool(m["oedema"])}
        if days >= 1827:
            z = zscores_2007(sex, days / 30.4375, weight, length, m["oedema"])
            bfa = _score(z, "bfa")
            return {**empty, "measured": True, "oedema": bool(m["oedema"]),
                    "overweight": _over(bfa, 1), "obese": _over(bfa, 2)}  # fmt: skip
        z = zscores(sex, days, weight, length, m["measure"], None, m["oedema"])
        haz, waz, whz = (_score(z, i) for i in ("len", "wei", "wfl"))
        stunted = _under(haz)
        under, wasted = (True if m["oedema"] else _under(s) for s in (waz, whz))
        return {
            "measured": True,
            "oedema": bool(m["oedema"]),
            "haz": haz,
            "waz": waz,
            "whz": whz,
            "stunted": stunted,
            "underweight": under,
            "wasted": wasted,
            "overweight": False if m["oedema"] else _over(whz, 2),
            "obese": False if m["oedema"] else _over(whz, 3),
            "any_malnutrition": kleene_or([stunted, under, wasted]),
        }

    def _immunization(self, c: Row, months: tuple[int, int] | None) -> Row:
        doses = [v for v in self.of("vaccination", c["child"]) if v["given_on"] <= self.day]
        listed = any(
            r["list_kind"] == "immunization" and r["list_date"] <= self.day for r in self.of("listing", c["child"])
        )
        if months is None or months[0] >= 60 or not (doses or listed):
            return {}
        born = c["birth_first"] if c["birth_precision"] == "day" else None
        given = [Dose(d["vaccine"], d["given_on"], bool(d["late_birth_dose"])) for d in doses]
        verdicts = judge_doses(born, given, LAW, self.day)
        status = child_status(born, given, verdicts, LAW)
        row: Row = dict(vars(status))
        valid = {(v.series, v.number) for v in verdicts if v.valid}
        for name, dose in {
            "got_bcg": ("BCG", 1),
            "got_hepb0": ("HEPB0", 1),
            "got_penta1": ("PENTA", 1),
            "got_penta3": ("PENTA", 3),
            "got_opv3": ("OPV", 3),
            "got_ipv1": ("IPV", 1),
            "got_measles1": ("MCV", 1),
            "got_mr1": ("MCV", 2),
            "got_je1": ("JE", 1),
        }.items():
            row[name] = None if born is None else dose in valid
        given_on = {(v.series, v.number): d["given_on"] for v, d in zip(verdicts, doses, strict=True) if v.valid}
        on_time = {"on_time_bcg": ("BCG", 1, 1), "on_time_penta3": ("PENTA", 3, 5), "on_time_measles1": ("MCV", 1, 10)}
        for name, (series, number, months) in on_time.items():
            day = given_on.get((series, number))
            row[name] = None if born is None else day is not None and day < add_months(born, months)
        return row

    def _birth(self, b: Row) -> Row:
        attendant, day = b["attendant"], b["registered_on"]
        said = next((c["birth_registered"] for c in self.tables["child"] if c["child"] == b["child"]), None)
        registered = said if day is None else day <= self.day
        return {
            **b,
            "skilled_attendance": attendant and attendant in ("doctor", "assistant_doctor", "midwife"),
            "in_facility": b["place"] and b["place"] in ("hospital", "station"),
            "low_birth_weight": None if b["weight_g"] is None else b["weight_g"] < 2500,
            "registered": registered,
            "days_to_registration": (day - b["born_on"]).days if day is not None and registered else None,
            "days_since": (self.day - b["born_on"]).days,
        }

    def _deaths(self) -> list[Row]:
        found = []
        stillborn = {b["child"] for b in self.tables["birth"] if b["live_birth"] is False}
        for d in self.tables["death"]:
            if d["child"] in stillborn or not self.start <= d["died_on"] <= self.day:
                continue
            months = days = None
            if d["birth_first"] is not None:
                months = (
                    max(0, completed_months(d["birth_last"], d["died_on"])),
                    completed_months(d["birth_first"], d["died_on"]),
                )
                days = (max(0, (d["died_on"] - d["birth_last"]).days), (d["died_on"] - d["birth_first"]).days)
            if months is None or months[0] < 216:
                unknown = d["cause"] in (None, "unknown")
                found.append(
                    {
                        **d,
                        "age_months": months,
                        "age_days": days,
                        "injury_death": None if unknown else d["cause"] in ("drowning", "traffic", "other_injury"),
                        "drowning_death": None if unknown else d["cause"] == "drowning",
                    }
                )
        return found

    def _marriages(self) -> list[Row]:
        profile = {c["child"]: c for c in self.tables["child"]}
        spans = [(self.start, self.day), (add_months(self.start, -12), add_months(self.day, -12))]
        return [
            {
                **m,
                "years_of_age": self._age_at(profile[m["child"]], m),
                "unit": profile[m["child"]]["unit"],
                "sex": profile[m["child"]]["sex"],
                "this_period": m["married_on"] >= self.start,
            }
            for m in self.tables["marriage"]
            if any(start <= m["married_on"] <= end for start, end in spans)
        ]

    def _casualties(self) -> list[Row]:
        """In units that are those of the geography."""
        found = []
        now = (self.start, self.day)
        base = (
            add_months(self.start, -12 * (self.day.year - 2020)),
            add_months(self.day, -12 * (self.day.year - 2020)),
        )
        year = (add_months(self.start, -12), add_months(self.day, -12))
        for kind, before in (("drowning", base), ("traffic", year)):
            told = [self._telling(kind, span) for span in (now, before)]
            heard = [self._heard(span) for span in (now, before)]
            known = {
                u for u in told[0] & told[1] if all(u in t or u not in h for t, h in zip(told, heard, strict=True))
            }
            for span in (now, before):
                found += [{**r, "kind": kind, "now": span is now} for r in self._hit(kind, span) if r["unit"] in known]
            unknown = (told[0] | told[1] | heard[0] | heard[1]) - known
            found += [
                {"unit": u, "sex": None, "kind": kind, "counted": True, "now": None, "age_months": (0, 0)}
                for u in unknown
            ]
        return found

    def _heard(self, span: tuple[date, date], kind: str | None = None) -> set[object]:
        last = add_months(span[1], 3)
        rows = [r for r in self.tables["listing"] if span[0] <= r["list_date"] <= last]
        return {r["unit"] for r in rows if kind is None or r["list_kind"] == kind}

    def _telling(self, kind: str, span: tuple[date, date]) -> set[object]:
        died = {d["unit"] for d in self.tables["death"] if span[0] <= d["died_on"] <= span[1]}
        told = self._heard(span, "births_deaths") | died
        if kind == "traffic":
            units = {c["child"]: c["unit"] for c in self.tables["child"]}
            told &= {
                units[e["child"]] for e in self.tables["health_event"]
                if e["kind"] == "injury" and e["result"] is not None and e["on_date"] <= span[1]
            }  # fmt: skip
        return told

    def _hit(self, kind: str, span: tuple[date, date]) -> list[Row]:
        stillborn = {b["child"] for b in self.tables["birth"] if b["live_birth"] is False}
        profile = {c["child"]: c for c in self.tables["child"]}
        found: list[Row] = []
        dead = set()
        for d in self.tables["death"]:
            if not span[0] <= d["died_on"] <= span[1] or d["cause"] not in (kind, "unknown", None):
                continue
            dead |= {d["child"]} if d["cause"] == kind else set()
            if d["child"] not in stillborn:
                sure = True if d["cause"] == kind else None
                found.append(
                    {"unit": d["unit"], "sex": d["sex"], "counted": sure, "age_months": self._at(d, d["died_on"])}
                )
        hurt = defaultdict(list)
        for e in self.tables["health_event"] if kind == "traffic" else []:
            if e["kind"] == "injury" and e["result"] in ("traffic", None) and span[0] <= e["on_date"] <= span[1]:
                hurt[e["child"]].append(e)
        for child, events in hurt.items():
            c, sure = profile[child], any(e["result"] for e in events) or None
            day = max(e["on_date"] for e in events)
            if child not in dead:
                found.append({"unit": c["unit"], "sex": c["sex"], "counted": sure, "age_months": self._at(c, day)})
        return found

    def _at(self, c: Row, day: date) -> tuple[int, int] | None:
        if c["birth_first"] is None:
            return None
        return max(0, completed_months(c["birth_last"], day)), max(0, completed_months(c["birth_first"], day))

    def _age_at(self, c: Row, m: Row) -> tuple[int, int] | None:
        if c["birth_first"] is None:
            return None if m["age_years"] is None else (m["age_years"], m["age_years"])
        youngest, oldest = (completed_months(c[k], m["married_on"]) // 12 for k in ("birth_last", "birth_first"))
        return youngest, oldest

    def _sealed(self) -> list[Row]:
        rows = [r for r in self.tables["sealed_count"] if r["as_of"] == self.day]
        grouped = {r["unit"] for r in rows if r["code"] == "1"}
        found = []
        for r in rows:
            letter = r["code"][:2] == "1." and len(r["code"]) == 4
            whole = r["code"] == "1" or (r["unit"] not in grouped and letter)
            for place in range(r["children"]):
                helped = self.told(r["unit"], "support", place < r["supported"])
                found.append({**r, "whole": whole, "letter": letter, "only_sealed": place < r["only_sealed"],
                              "supported": helped})  # fmt: skip
        return found

    def _circumstances(self) -> list[Row]:
        found = []
        for c in self.sources["child"]:
            codes = {r["code"] for r in self.holding("circumstance", c["child"])}
            codes |= {code for code in ("1.01", "1.03") if c[{"1.01": "special_a", "1.03": "special_c"}[code]]}
            for code in codes | {code[:4] for code in codes}:
                level = (
                    "at_risk" if code[0] == "2" else "other" if code[0] != "1" else "subgroup" if code[4:] else "group"
                )
                kept = {k: c[k] for k in ("child", "unit", "sex", "supported", "age_months")}
                found.append({**kept, "code": code, "level": level})
        return found

    def _communes(self) -> list[Row]:
        found = []
        for u in self.tables["admin_unit"]:
            if u["level"] != "commune" or not _in_force(u, self.day):
                continue
            row: Row = {"unit": u["unit"], "sex": None}
            returns = [r for r in self.tables["commune_return"] if r["unit"] == u["unit"]]
            for item in COMMUNE_ITEMS:
                sent = [r for r in returns if r["item"] == item and self.start <= r["listed_on"] <= self.day]
                row[item] = max(sent, key=lambda r: (r["listed_on"], r["period"]))["value"] if sent else None
            hard = {t["unit"] for t in self.tables["unit_trait"] if t["trait"] == "extremely_difficult"}
            row["extremely_difficult"] = u["unit"] in hard if hard else None
            ages = [c["age_months"] for c in self.sources["child"] if c["unit"] == u["unit"] and c["age_months"]]
            for name, low, before in (
                ("u5", 0, 60), ("u8", 0, 96), ("6_15", 72, 192), ("7_15", 84, 192), ("11_15", 132, 192), ("u16", 0, 192)
            ):  # fmt: skip
                row[f"children_{name}"] = sum(1 for lo, hi in ages if lo >= low and hi < before)
            asked = {
                "preschool5_attendance": ((5,), "in_kindergarten"), "preschool5_completion": ((6,), "completed_preschool"),
                "primary6_in_school": ((6,), "in_primary"), "primary14_completion": ((14,), "completed_primary"),
                "lower_secondary_completion": ((15, 16, 17), "completed_lower_secondary"),
                "upper_secondary_attendance": ((15, 16, 17), "in_upper"),
            }  # fmt: skip
            for name, (years, column) in asked.items():
                own = [c for c in self.sources["child"] if c["unit"] == u["unit"] and c["school_age"] in years]
                answers = [c[column] for c in own]
                low, high = answers.count(True), answers.count(True) + answers.count(None)
                row[name] = tuple(Decimal(n) * 100 / len(answers) for n in (low, high)) if answers else None
            found.append(row)
        return found


def _by(rows: list[Row], column: str) -> dict[object, list[Row]]:
    found = defaultdict(list)
    for r in rows:
        found[r[column]].append(r)
    return found


def _in_force(unit: Row, day: date) -> bool:
    return unit["valid_from"] <= day and (unit["valid_to"] is None or day <= unit["valid_to"])


def _score(z: dict, index: str) -> Decimal | None:
    if z[f"f{index}"] != 0:
        return None
    return Decimal(repr(z[f"z{index}"])).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _under(z: Decimal | None) -> bool | None:
    return None if z is None else z < -2


def _over(z: Decimal | None, limit: int) -> bool | None:
    return None if z is None else z > limit


def kleene_or(answers: list[bool | None]) -> bool | None:
    return True if True in answers else (None if None in answers else False)


def kleene_and(answers: list[bool | None]) -> bool | None:
    return False if False in answers else (None if None in answers else True)


def kleene_not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


# --- child labour, by hand from the tables of definitions 2.1 and 2.2


def _aged(months: tuple[int, int] | None, low: int, high: int) -> bool:
    return months is not None and months[0] >= low * 12 and months[1] < (high + 1) * 12


def _hours(spells: list[Row]) -> tuple[Decimal | None, Decimal | None]:
    weekly, daily = ([s[k] for s in spells] for k in ("hours_per_week", "hours_per_day"))
    return (None if None in weekly else sum(weekly)), (None if None in daily else sum(daily))


def _too_long(spells: list[Row], week_limit: int, day_limit: int) -> bool | None:
    week, day = _hours(spells)
    if (week is not None and week > week_limit) or (day is not None and day > day_limit):
        return True
    return False if week is not None else None


def _off_light(spells: list[Row]) -> bool:
    return any(
        (s["paid"] and s["kind"] not in ("arts_sport", "craft", "herding")) or s["kind"] == "hired" for s in spells
    )


def _growth_age(youngest: int, oldest: int) -> str | None:
    """The band of months in which a child surely is, by which nutrition is shown."""
    for first, beyond in ((0, 6), (6, 12), (12, 24), (24, 36), (36, 48), (48, 60)):
        if first <= youngest and oldest < beyond:
            return f"{first}-{beyond - 1}"
    return None


def _law(spells: list[Row], hazard: bool, months: tuple[int, int] | None) -> bool | None:
    if hazard and _aged(months, 5, 17):
        return True
    if _aged(months, 0, 12):
        if all(s["kind"] == "arts_sport" for s in spells):
            return _too_long(spells, 20, 4)
        if _off_light(spells):
            return True
        week, day = _hours(spells)
        return kleene_or([None if week is None else week > 0, None if day is None else day > 0])
    if _aged(months, 13, 14):
        if _off_light(spells):
            return True
        if any(s["kind"] == "other" and not s["paid"] for s in spells):
            return None
        return _too_long(spells, 20, 4)
    return _too_long(spells, 40, 8) if _aged(months, 15, 17) else None


def _at_least(spells: list[Row], limit: int) -> bool | None:
    economic = [s for s in spells if s["kind"] != "domestic" or s["paid"]]
    known = sum((s["hours_per_week"] or 0 for s in economic), Decimal(0))
    if known >= limit:
        return True
    return None if any(s["hours_per_week"] is None for s in economic) else False


def _outside(months: tuple[int, int] | None) -> bool | None:
    return False if months is not None and (months[1] < 60 or months[0] >= 216) else None


def _ncls(spells: list[Row], hazard: bool, months: tuple[int, int] | None) -> bool | None:
    if hazard and _aged(months, 5, 17):
        return True
    if _aged(months, 5, 12):
        return False if all(s["kind"] == "arts_sport" for s in spells) else _at_least(spells, 1)
    if _aged(months, 13, 14):
        return True if _off_light(spells) else _too_long(spells, 20, 4)
    return _too_long(spells, 40, 8) if _aged(months, 15, 17) else _outside(months)


def _sdg(spells: list[Row], months: tuple[int, int] | None) -> bool | None:
    for low, high, limit in ((5, 11, 1), (12, 14, 14), (15, 17, 43)):
        if _aged(months, low, high):
            return _at_least(spells, limit)
    return _outside(months)


# --- predicates, three-valued


def evaluate(node: exp.Expression, row: Row) -> object:
    """The value of an expression for one row; None is not known."""
    match node:
        case exp.Paren():
            return evaluate(node.this, row)
        case exp.And() | exp.Or():
            sides = [evaluate(node.this, row), evaluate(node.expression, row)]
            return (kleene_and if isinstance(node, exp.And) else kleene_or)(sides)
        case exp.Not():
            answer = evaluate(node.this, row)
            return None if answer is None else not answer
        case exp.Case():
            for branch in node.args["ifs"]:
                if evaluate(branch.this, row) is True:
                    return evaluate(branch.args["true"], row)
            return evaluate(node.args["default"], row) if node.args.get("default") else None
        case exp.Between():
            low, high = node.args["low"], node.args["high"]
            return kleene_and([_compare(">=", node.this, low, row), _compare("<=", node.this, high, row)])
        case exp.In():
            value = evaluate(node.this, row)
            return None if value is None else value in [evaluate(e, row) for e in node.expressions]
        case exp.Is():
            return evaluate(node.this, row) is None  # only IS NULL is ever written
        case exp.Literal():
            return node.this if node.is_string else Decimal(node.this)
        case exp.Boolean():
            return bool(node.this)
        case exp.Neg():
            return -evaluate(node.this, row)
        case exp.Column():
            return row.get(node.name)
    signs = {exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.EQ: "=", exp.NEQ: "<>"}
    return _compare(signs[type(node)], node.this, node.expression, row)


def _compare(sign: str, left: exp.Expression, right: exp.Expression, row: Row) -> bool | None:
    one, other = evaluate(left, row), evaluate(right, row)
    if one is None or other is None:
        return None
    test = {
        "<": lambda a: a < other,
        "<=": lambda a: a <= other,
        ">": lambda a: a > other,
        ">=": lambda a: a >= other,
        "=": lambda a: a == other,
        "<>": lambda a: a != other,
    }[sign]
    if not isinstance(one, tuple):
        return test(one)
    if sign == "=" and one[0] < other < one[1]:
        return None
    ends = {test(one[0]), test(one[1])}
    return ends.pop() if len(ends) == 1 else None


# --- figures


@cache
def parsed(text: str) -> exp.Expression:
    return sqlglot.parse_one(text, read="duckdb")


def ask(text: str, row: Row) -> object:
    """The answer of a row, kept with the row: it is asked once per unit and group that the row belongs to."""
    answers = row.setdefault("answers", {})
    if text not in answers:
        answers[text] = evaluate(parsed(text), row)
    return answers[text]


def counts(definition: Definition, rows_of: dict[str, list[Row]]) -> dict[str, object]:
    """numerator, denominator, unknown, population_unknown of one set of rows, by loops."""
    if definition.kind in ("share", "units_meeting"):
        answers = [
            (ask(definition.population, r), ask(definition.condition or "", r)) for r in rows_of[definition.source]
        ]
        inside = [c for p, c in answers if p is True]
        return _four(
            inside.count(True),
            inside.count(True) + inside.count(False),
            inside.count(None),
            sum(1 for p, _ in answers if p is None),
        )
    if definition.kind in ("sum", "mean"):
        belongs = [(ask(definition.population, r), ask(definition.value or "", r)) for r in rows_of[definition.source]]
        values = [v for p, v in belongs if p is True]
        known = [Decimal(v) for v in values if v is not None]
        return _four(sum(known, Decimal(0)), len(known), values.count(None), sum(1 for p, _ in belongs if p is None))
    above, above_open = _events(definition.numerator, rows_of, definition.denominator)
    below, below_open = _events(definition.denominator, rows_of, definition.numerator)
    pair = definition.denominator[0].source == "commune"  # the same communes are open on both sides
    return _four(above, below, above_open, 0 if pair else below_open)


def _four(numerator: object, denominator: int, unknown: int, opened: int) -> dict[str, object]:
    return {"numerator": numerator, "denominator": denominator, "unknown": unknown, "population_unknown": opened}


def _events(parts: tuple, rows_of: dict[str, list[Row]], others: tuple) -> tuple[int, int]:
    sure = opened = 0
    # a return counts only with the item that stands on the other side of the line
    pair = others[0].value if parts[0].source == others[0].source == "commune" else None
    for part in parts:
        for row in rows_of[part.source]:
            belongs = ask(part.where, row)
            value = 1 if part.value is None else ask(part.value, row)
            value = None if pair and ask(pair, row) is None else value
            if belongs is None or (belongs and value is None):
                opened += 1
            elif belongs:
                sure += int(value)
    return sure, opened
