"""One child for a page: who, where, growth, doses and what is due next, circumstances and supports, what is missing, sources."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from childdb.intake.words_lookup import load
from childdb.store import PersonRow, Store
from childdb.store.one_child import OneChild, one_child
from childdb.workflow.growth import growth_curve
from childdb.workflow.reviewing import shown
from indicators.growth.lms import DAYS_PER_MONTH
from indicators.immunization.due import due_doses
from indicators.immunization.judge import Dose
from indicators.immunization.schedule import series_of
from schemas.codes import circumstances, ethnic_groups, units
from schemas.dates import OpenDate
from schemas.errors import NotFound

LISTS = {
    "register": "sổ theo dõi", "weighing": "danh sách cân đo", "immunization": "sổ tiêm chủng", "school": "danh sách trường, phổ cập",
    "births_deaths": "sổ sinh, tử", "poor_households": "danh sách hộ nghèo", "work": "danh sách lao động trẻ em",
    "support": "danh sách trợ giúp", "mental_health": "sàng lọc tâm lý", "commune_return": "biểu báo cáo",
    "cleaning": "danh sách làm sạch", "correction": "người sửa",
}  # fmt: skip
_PROFILE = {
    "full_name": "Họ và tên", "birth_date": "Ngày sinh", "sex": "Giới tính", "ethnicity": "Dân tộc", "personal_id": "Số định danh",
    "birth_registered": "Khai sinh", "health_card": "Thẻ BHYT", "mother_name": "Họ tên mẹ", "father_name": "Họ tên cha",
    "guardian_name": "Người giám hộ",
}  # fmt: skip
_WANTED = (
    "full_name",
    "birth_date",
    "sex",
    "ethnicity",
    "personal_id",
    "birth_registered",
    "health_card",
    "mother_name",
    "father_name",
)
_SEX = {"M": "Nam", "F": "Nữ"}
_EVENTS = {
    "vitamin_a": "Uống vitamin A", "mental_screening": "Sàng lọc tâm lý", "mental_risk": "Có nguy cơ tâm lý",
    "mental_support": "Hỗ trợ tâm lý", "injury": "Tai nạn, thương tích", "disability": "Khuyết tật", "illness": "Bệnh",
}  # fmt: skip
VACCINES = {
    "BCG": "Lao (BCG)", "HEPB0": "Viêm gan B sơ sinh", "PENTA": "DPT-VGB-Hib", "OPV": "Bại liệt uống (OPV)",
    "IPV": "Bại liệt tiêm (IPV)", "MEASLES": "Sởi", "MCV": "Sởi", "MR": "Sởi - Rubella (MR)", "DPT": "DPT", "DPT4": "DPT nhắc lại",
    "JE": "Viêm não Nhật Bản", "ROTA": "Rota", "PCV": "Phế cầu (PCV)", "HPV": "HPV", "TD": "Uốn ván - bạch hầu (Td)",
}  # fmt: skip
_PARENT = {"father": "Cha", "mother": "Mẹ"}


@dataclass(frozen=True)
class Said:
    """One line of a page: WHAT, since when (until when), and the numbers of the source rows (in `Child.sources`)."""

    what: str
    since: date | None
    until: date | None
    sources: tuple[int, ...]


@dataclass(frozen=True)
class Source:
    """A row of a sheet that says something of the child."""

    number: int
    batch: int
    file: str
    sheet: str
    row: int
    list_kind: str
    list_date: date


@dataclass(frozen=True)
class NextDose:
    """A dose to come: STATE is late, due (now) or later."""

    vaccine: str
    number: int
    due_on: date
    state: str


@dataclass(frozen=True)
class Child:
    """All of a page; texts are Vietnamese, `curves` are SVG pictures as data addresses with their titles."""

    key: int
    name: str
    profile: Sequence[tuple[str, str, tuple[int, ...]]]
    residences: Sequence[Said]
    household: Sequence[Said]
    circumstances: Sequence[Said]
    parents: Sequence[Said]
    supports: Sequence[Said]
    schooling: Sequence[Said]
    work: Sequence[Said]
    events: Sequence[Said]
    doses: Sequence[Said]
    due: Sequence[NextDose]
    measurements: Sequence[tuple[date, Any, Any, tuple[int, ...]]]
    curves: Sequence[tuple[str, str]]
    missing: Sequence[str]
    sources: Sequence[Source]
    sealed: bool


@cache
def _word(group: str, code: str) -> str:
    words = load("codes").get(group, {}).get(code)
    return str(words[0]) if words else code


def typed(store: Store, child: int) -> list[PersonRow]:
    """The identities of a child as they were typed, at once."""
    found = store.people_of(child)
    if not found:
        raise NotFound("Không có trẻ mang mã này.", "There is no child with this key.")
    return found


def communes_of(people: Sequence[PersonRow]) -> set[str]:
    """The units in which a child was written."""
    return {f"{p.fields['commune_code']}@{p.fields['commune_from']}" for p in people if p.fields.get("commune_code")}


def child(store: Store, key: int, *, on: date, sealed: bool) -> Child:
    """The child as on a day."""
    return _Story(one_child(store, key, sealed=sealed), on).told()


class _Story:
    def __init__(self, known: OneChild, on: date) -> None:
        self.known, self.on = known, on
        self.numbers: dict[tuple[int, str, int], int] = {}
        self.sources = []
        for row in known.rows:
            place = (row.batch, row.sheet, row.row)
            if place not in self.numbers:
                self.numbers[place] = len(self.numbers) + 1
                self.sources.append(Source(self.numbers[place], row.batch, row.file, row.sheet, row.row,
                                           LISTS.get(row.list_kind, row.list_kind), row.list_date))  # fmt: skip
        by_batch_row = {(batch, row): n for (batch, _, row), n in self.numbers.items()}
        self.behind: dict[tuple[str, tuple[tuple[str, Any], ...]], tuple[int, ...]] = {}
        for fact in known.facts:
            rows = sorted({by_batch_row[r.batch, r.row] for r in fact.rows if (r.batch, r.row) in by_batch_row})
            self.behind[fact.table, fact.key] = tuple(rows)

    def told(self) -> Child:
        born = self.known.profile.get("birth_date")
        precise = (self.known.profile.get("birth_precision") or "day") == "day"
        profile = [(label, self._profile(name), self._of("child", field=name)) for name, label in _PROFILE.items()]
        name = self._profile("full_name")
        return Child(
            self.known.child, name, [p for p in profile if p[1]], list(self._residences()),
            list(self._spells("household_status", lambda r: _word("poverty", r["status"]), "valid_from", "status")),
            list(self._spells("circumstance", lambda r: _circumstance(r["code"]), "code", "valid_from")),
            [*self._spells("parent_status", lambda r: f"{_PARENT[r['parent']]}: {_word('parent', r['status']).lower()}",
                           "parent", "valid_from"),
             *self._spells("care_arrangement", lambda r: f"Người chăm sóc: {_word('care', r['form']).lower()}", "valid_from")],
            list(self._spells("support", _support, "kind", "valid_from")),
            [Said(_school(r), date(r["school_year"], 9, 1), None, self._of("schooling", school_year=r["school_year"]))
             for r in self._rows("schooling")],
            list(self._spells("work_spell", lambda r: _word("work", r["kind"]), "kind", "valid_from")),
            list(self._events()), list(self._doses()), list(self._due(born)) if born and precise else [],
            [(r["measured_on"], r["weight_kg"], r["length_cm"], self._of("measurement", measured_on=r["measured_on"]))
             for r in self._rows("measurement")],
            list(self._curves(born)) if born and precise else [],
            [_PROFILE[name] for name in _WANTED if not self._profile(name)]
            + (["Ngày sinh đủ ngày, tháng"] if born and not precise else [])
            + ([] if self.known.tables["vaccination"] else ["Mũi tiêm nào đã tiêm"]),
            self.sources, bool(self.known.sealed),
        )  # fmt: skip

    def _rows(self, table: str) -> Sequence[Mapping[str, Any]]:
        return self.known.tables[table]

    def _of(self, table: str, **key: Any) -> tuple[int, ...]:
        """The numbers of the sources of a fact: of the first whose key agrees."""
        wanted = set(key.items())
        return next((rows for (t, k), rows in self.behind.items() if t == table and wanted <= set(k)), ())

    def _profile(self, name: str) -> str:
        value = self.known.profile.get(name)
        if value is None:
            return ""
        if name == "birth_date":
            text = OpenDate.from_first(value, self.known.profile.get("birth_precision") or "day").text()
            return "/".join(reversed(text.split("-")))
        if name == "sex":
            return _SEX.get(value, str(value))
        if name == "ethnicity":
            return ethnic_groups()[value].name if value in ethnic_groups() else str(value)
        if name == "birth_registered":
            return "đã đăng ký" if value else "chưa đăng ký"
        return str(value)

    def _residences(self) -> Iterator[Said]:
        for r in self.known.residence:
            unit = units().get(r["unit"] or "")
            parts = [r["village"], unit.name if unit else None, r["address"], r["house_number"],
                     f"chủ hộ {r['household_head']}" if r["household_head"] else None,
                     f"điện thoại {r['phone']}" if r["phone"] else None,
                     _word("residence", r["residence_kind"]).lower() if r["residence_kind"] else None]  # fmt: skip
            yield Said(", ".join(p for p in parts if p), r["valid_from"], r["valid_to"],
                       self._of("residence", valid_from=r["valid_from"]))  # fmt: skip

    def _spells(self, table: str, word: Any, *key: str) -> Iterator[Said]:
        for r in self._rows(table):
            yield Said(word(r), r["valid_from"], r["valid_to"], self._of(table, **{k: r[k] for k in key}))

    def _events(self) -> Iterator[Said]:
        for r in self._rows("birth"):
            weight = f", nặng {r['weight_g']} g" if r["weight_g"] else ""
            place = f" tại {_word('place', r['place']).lower()}" if r["place"] else ""
            yield Said(f"Sinh{place}{weight}", r["born_on"], None, self._of("birth"))
        for r in self._rows("health_event"):
            yield Said(_EVENTS.get(r["kind"], r["kind"]), r["on_date"], None,
                       self._of("health_event", kind=r["kind"], on_date=r["on_date"]))  # fmt: skip
        for r in self._rows("marriage"):
            yield Said("Kết hôn", r["married_on"], None, self._of("marriage"))
        for r in self._rows("death"):
            yield Said("Chết", r["died_on"], None, self._of("death"))

    def _doses(self) -> Iterator[Said]:
        for r in sorted(self._rows("vaccination"), key=lambda r: (r["given_on"] or date.max, r["vaccine"])):
            number = f" mũi {r['dose']}" if r["dose"] else ""
            yield Said(f"{VACCINES.get(r['vaccine'], r['vaccine'])}{number}", r["given_on"], None,
                       self._of("vaccination", vaccine=r["vaccine"], given_on=r["given_on"]))  # fmt: skip

    def _due(self, born: date) -> Iterator[NextDose]:
        given = [Dose(r["vaccine"], r["given_on"], bool(r["late_birth_dose"])) for r in self._rows("vaccination")
                 if r["given_on"] and r["given_on"] <= self.on]  # fmt: skip
        rollout = {(series_of(v) or v, province): day for (v, province), day in self.known.rollout.items()}
        female = self.known.profile.get("sex") == "F"
        for due in due_doses(born, given, self.on, _province(self.known.residence), rollout, female=female):
            if due.delivered and due.until > self.on:
                state = "late" if due.late else "due" if due.due_on <= self.on else "later"
                yield NextDose(VACCINES.get(due.series, due.series), due.number, due.due_on, state)

    def _curves(self, born: date) -> Iterator[tuple[str, str]]:
        sex = self.known.profile.get("sex")
        if sex not in _SEX:
            return
        for measure, column, title in (
            ("length", "length_cm", "Chiều dài, chiều cao theo tuổi"),
            ("weight", "weight_kg", "Cân nặng theo tuổi"),
        ):
            points = [
                ((r["measured_on"] - born).days / DAYS_PER_MONTH, float(r[column]))
                for r in self._rows("measurement") if r[column] is not None and born <= r["measured_on"]
            ]  # fmt: skip
            points = [p for p in points if p[0] <= 228]
            if points:
                svg = growth_curve(points, sex, measure)
                yield title, "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def _circumstance(code: str) -> str:
    found = circumstances().get(code)
    return found.name["vi"] if found else code


def _support(row: Mapping[str, Any]) -> str:
    amount = f"{row['amount']:,}".replace(",", ".") if row["amount"] else ""
    return _word("support", row["kind"]) + (f", {amount} đồng/tháng" if amount else "")


def _school(row: Mapping[str, Any]) -> str:
    words = [f"Năm học {row['school_year']}-{row['school_year'] + 1}"]
    if row["level"] and row["level"] != "none":
        words.append(_word("level", row["level"]).lower())
    if row["grade"]:
        words.append(f"lớp {row['grade']}")
    if row["dropped_out"]:
        words.append("bỏ học")
    elif row["attending"] is not None or row["level"] == "none":
        words.append("đang học" if row["attending"] else "không đi học")
    return ", ".join(words)


def _province(residence: Sequence[Mapping[str, Any]]) -> str:
    """The code of the province of the latest residence."""
    unit = units().get(residence[-1]["unit"] or "") if residence else None
    while unit is not None and unit.level != "province":
        unit = units().get(f"{unit.parent_code}@{unit.parent_from}")
    return unit.code if unit else ""


__all__ = ["Child", "NextDose", "Said", "Source", "child", "communes_of", "shown", "typed"]
