"""Growth from the store: a child's measurements and curve, who falters, who is severe, where measuring is poor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from childdb.store import Store
from childdb.workflow.explaining import unit_on
from childdb.workflow.figures import snapshot_of
from indicators.growth import curve, history
from indicators.growth.lms import DAYS_PER_MONTH
from indicators.growth.quality import ALL, Judged, judged_measuring
from indicators.growth.snapshot_prevalence import snapshot_prevalence
from indicators.growth.zscore import (
    LAST_DAY,
    STANDING_MINUS_LYING_CM,
    TWO_YEARS_DAYS,
    adjusted_length,
    zscores,
    zscores_2007,
)  # fmt: skip
from indicators.prepare.child import residents
from indicators.prepare.moment import Moment
from indicators.prepare.sources import connect, open_snapshot, prepare
from schemas import codes
from schemas.dates import add_months
from schemas.errors import NotFound, UsageFault

if TYPE_CHECKING:
    import duckdb

    from childdb.report.growth_curve import Panel, Point

WORDS = {
    "vi": {
        "len": "Chiều dài/chiều cao theo tuổi", "wei": "Cân nặng theo tuổi", "bmi": "BMI theo tuổi",
        "wfl": "Cân nặng theo chiều dài/chiều cao", "months": "Tháng tuổi", "cm": "Chiều dài/chiều cao (cm)",
        "kg": "Cân nặng (kg)", "bmi_unit": "BMI (kg/m²)", "M": "bé trai", "F": "bé gái",
        "note": "Chuẩn tăng trưởng WHO 2006 (0-60 tháng), tham chiếu WHO 2007 (5-19 tuổi). ĐLC: độ lệch chuẩn.",
        "title": "Tăng trưởng của trẻ",
    },
    "en": {
        "len": "Length/height for age", "wei": "Weight for age", "bmi": "BMI for age",
        "wfl": "Weight for length/height", "months": "Age in months", "cm": "Length/height (cm)",
        "kg": "Weight (kg)", "bmi_unit": "BMI (kg/m²)", "M": "boy", "F": "girl",
        "note": "WHO Child Growth Standards 2006 (0-60 months), WHO growth reference 2007 (5-19 years).",
        "title": "Growth of the child",
    },
}  # fmt: skip
POVERTY = {
    "vi": {"poor": "hộ nghèo", "near_poor": "hộ cận nghèo", "none": "hộ không nghèo"},
    "en": {"poor": "poor household", "near_poor": "near-poor household", "none": "household not poor"},
}
SEX_CODE = {"M": 1, "F": 2}
INDICES = history.SCORES


@dataclass(frozen=True)
class ChildGrowth:
    """A child's measurements with their scores, oldest first."""

    child: int
    sex: str | None
    unit: str | None
    rows: Sequence[Mapping[str, Any]]


@contextmanager
def _scored(store: Store, as_of: date, as_known: int | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the snapshot, `growth_history` up to the day, and `resident` on it."""
    with snapshot_of(store, as_of=as_of, as_known=as_known) as place, connect() as con:
        open_snapshot(con, place)
        history.score_history(con, until=as_of)
        residents(con, Moment(as_of, since(as_of), as_of))
        yield con


def since(as_of: date) -> date:
    """The first day of the twelve months that end on AS_OF."""
    return add_months(as_of, -12) + timedelta(days=1)


def child_growth(store: Store, child: int, *, as_of: date, as_known: int | None = None) -> ChildGrowth:
    """Every measurement of CHILD up to a day; NotFound for a key nobody bears."""
    with _scored(store, as_of, as_known) as con:
        known = con.execute("select sex, unit from snap_child where child = ?", [child]).fetchone()
        if known is None:
            raise NotFound("Không có trẻ mang mã này.", "There is no child with this key.")
        return ChildGrowth(child, known[0], known[1], history.of_child(con, child))


def faltering(
    store: Store, *, as_of: date, as_known: int | None = None, commune: str | None = None
) -> list[dict[str, Any]]:
    """Who has fallen by more than 1 z, by commune, severe first (`indicators.growth.history.faltering`)."""
    with _scored(store, as_of, as_known) as con:
        found = history.faltering(con, since=since(as_of), units=_units(commune, as_of))
    return _with_unit_names(found)


def severe(
    store: Store, *, as_of: date, as_known: int | None = None, commune: str | None = None, moderate: bool = False
) -> list[dict[str, Any]]:
    """Who is severe at the latest measurement, the most urgent first (`indicators.growth.history.severe`)."""
    with _scored(store, as_of, as_known) as con:
        found = history.severe(con, since=since(as_of), units=_units(commune, as_of), moderate=moderate)
    return _with_unit_names(found)


def store_quality(
    store: Store, *, as_of: date, as_known: int | None = None, commune: str | None = None
) -> list[Judged]:
    """Quality of the last twelve months' measuring: by commune, or by village within COMMUNE, under their names."""
    with _scored(store, as_of, as_known) as con:
        con.execute(
            f"""
            create temp table growth_judged as
            select
                h.age_months, h.weight_kg, h.length_cm as lenhei_cm, {_quality_columns()},
                {"coalesce(r.village, '?')" if commune else "h.unit"} as judged
            from growth_history as h
            left join resident as r on r.child = h.child
            where h.measured_on >= date '{since(as_of)}' and h.age_days <= 1826 {_of_units("h.unit", commune, as_of)}
            """
        )
        found = judged_measuring(con, "growth_judged", "judged")
    return found if commune else [_by_name(judged) for judged in found]


def store_prevalence(
    store: Store, *, as_of: date, as_known: int | None = None, commune: str | None = None, lang: str = "vi"
) -> list[dict[str, Any]]:
    """Prevalences of the district's children under five, or of COMMUNE's (`indicators.growth.snapshot_prevalence`)."""
    with snapshot_of(store, as_of=as_of, as_known=as_known) as place, connect() as con:
        prepare(con, place, as_of=as_of, geography=as_of, sources={"child"})
        history.score_history(con, until=as_of)
        found = snapshot_prevalence(con, since=since(as_of), units=_units(commune, as_of), names=_group_names(lang))
    return [dict(row) for row in found]


def _group_names(lang: str) -> dict[str, dict[str, str]]:
    return {
        "unit": {key: f"{unit.code} {unit.name}" for key, unit in codes.units().items()},
        "ethnicity": {code: group.name for code, group in codes.ethnic_groups().items()},
        "poverty": POVERTY[lang],
    }


def _by_name(judged: Judged) -> Judged:
    key = str(judged.row["group"])
    named = key if key == ALL else f"{key.split('@')[0]} {codes.units()[key].name}"
    return replace(judged, row={**judged.row, "group": named})


def _quality_columns() -> str:
    return ", ".join(f"h.z_{i} as z{i}, h.f_{i} as f{i}" for i in ("len", "wei", "wfl"))


def _of_units(column: str, commune: str | None, as_of: date) -> str:
    wanted = _units(commune, as_of)
    return "" if wanted is None else f"and {column} in ({', '.join(repr(u) for u in wanted)})"


def _units(commune: str | None, as_of: date) -> list[str] | None:
    """The units that count as COMMUNE: itself, and those it was made of, under whose keys older sheets stand."""
    if commune is None:
        return None
    key = unit_on(commune, as_of)
    return [key, *(s.key for s in codes.successions() if s.successor == key)]


def _with_unit_names(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    units = codes.units()
    return [{"commune": str(row["unit"]).split("@")[0], "commune_name": units[row["unit"]].name, **row} for row in rows]


def draw(told: ChildGrowth, path: Path, *, lang: str = "vi", name: str = "") -> Path:
    """The child's curve in PATH (.svg or .png)."""
    from childdb.report.growth_curve import growth_curve_png, growth_curve_svg

    words = WORDS[lang]
    who = ", ".join(part for part in (name or str(told.child), words.get(told.sex or "", "")) if part)
    heading = f"{words['title']}: {who}"
    shown = panels(told, lang)
    suffix = path.suffix.casefold()
    if suffix == ".svg":
        content = growth_curve_svg(shown, title=heading, note=words["note"], lang=lang).encode("utf-8")
    elif suffix == ".png":
        content = growth_curve_png(shown, title=heading, note=words["note"], lang=lang)
    else:
        raise UsageFault(f"Tệp {path} phải là .svg hoặc .png.", f"{path} must end in .svg or .png.")
    path.write_bytes(content)
    return path


MEASURES = {"length": ("len", "length_cm", "cm"), "weight": ("wei", "weight_kg", "kg")}


def growth_curve(points: Sequence[tuple[float, float]], sex: str, measure: str, *, lang: str = "vi") -> str:
    """SVG text of one measure (length or height in cm, weight in kg) by age, against WHO's lines and bands.

    POINTS are (age in months, value), oldest first, ages up to 228 months; SEX is M or F. An implausible value is
    drawn as a cross; the latest other one bears its z.
    """
    from childdb.report.growth_curve import Panel, growth_curve_svg

    index, column, unit = MEASURES[measure]
    words, code = WORDS[lang], SEX_CODE[sex]
    first, last = _age_range([age for age, _ in points] or [0.0])
    scored = [_point(index, column, code, age, value) for age, value in points]
    lines = curve.lines_by_age(index, code, first, last)
    panel = Panel("", words["months"], words[unit], lines, scored, _step(last - first))
    return growth_curve_svg([panel], title=f"{words[index]}, {words[sex]}", note=words["note"], lang=lang)


def _point(index: str, column: str, sex: int, months: float, value: float) -> Point:
    from childdb.report.growth_curve import Point

    given = {column: value}
    if months * DAYS_PER_MONTH > LAST_DAY:
        later = curve.IN_2007[index]
        scores = zscores_2007(sex, months, height_cm=given.get("length_cm"), weight_kg=given.get("weight_kg"))
        return Point(months, value, scores[f"z{later}"], scores[f"f{later}"] == 1)
    scores = zscores(sex, months * DAYS_PER_MONTH, given.get("weight_kg"), given.get("length_cm"))
    return Point(months, value, scores[f"z{index}"], scores[f"f{index}"] == 1)


def panels(told: ChildGrowth, lang: str) -> list[Panel]:
    """Length/height and weight by age, and weight by length; past five years BMI by age in its place."""
    from childdb.report.growth_curve import Panel, Point

    words = WORDS[lang]
    sex = SEX_CODE.get(told.sex or "")
    aged = [row for row in told.rows if row["age_months"] is not None]
    if sex is None or not aged:
        raise NotFound(
            "Không vẽ được: thiếu giới tính, ngày sinh hoặc lần cân đo.",
            "Nothing to draw: the sex, the day of birth or a measurement is missing.",
        )
    first, last = _age_range([float(row["age_months"]) for row in aged])
    grown = any(row["age_days"] > curve.LAST_DAY for row in aged)
    made = []
    by_age = [("len", "length_cm", "cm"), ("wei", "weight_kg", "kg"), *([("bmi", "bmi", "bmi_unit")] if grown else [])]
    for index, column, unit in by_age:
        points = [
            Point(row["age_months"], y, row[f"z_{index}"], row[f"f_{index}"] == 1)
            for row in aged
            if (y := _value(row, column)) is not None
        ]
        lines = curve.lines_by_age(index, sex, first, last)
        made.append(Panel(words[index], words["months"], words[unit], lines, points, _step(last - first)))
    if not grown:
        made.append(_by_length(aged, sex, words))
    return made


def _by_length(rows: Sequence[Mapping[str, Any]], sex: int, words: Mapping[str, str]) -> Panel:
    from childdb.report.growth_curve import Panel, Point

    measured = [row for row in rows if row["weight_kg"] and row["length_cm"]]
    position = "H" if any(row["age_days"] >= TWO_YEARS_DAYS for row in measured) else "L"
    points = [Point(_as_measured(row, position), row["weight_kg"], row["z_wfl"], row["f_wfl"] == 1) for row in measured]
    low, high = (min((p.x for p in points), default=65.0) - 5, max((p.x for p in points), default=80.0) + 5)
    lines = curve.lines_by_length(position, sex, low, high)
    return Panel(words["wfl"], words["cm"], words["kg"], lines, points)


def _as_measured(row: Mapping[str, Any], position: str) -> float:
    """The length as the drawn table has it: lying is 0.7 cm longer than standing."""
    own = _adjusted(row)
    if position == "H" and row["age_days"] < TWO_YEARS_DAYS:
        return own - STANDING_MINUS_LYING_CM
    return own


def _adjusted(row: Mapping[str, Any]) -> float:
    return adjusted_length(row["length_cm"], row["age_days"], row["measure"]) or 0.0


def _value(row: Mapping[str, Any], column: str) -> float | None:
    if column == "bmi":
        weight, length = row["weight_kg"], row["length_cm"]
        return weight / (_adjusted(row) / 100) ** 2 if weight and length else None
    if column == "length_cm":
        return _adjusted(row) if row["length_cm"] else None
    return float(row[column]) if row[column] else None


def _step(months: float) -> float:
    return 3 if months <= 24 else 6 if months <= 60 else 12


def _age_range(months: Sequence[float]) -> tuple[float, float]:
    """Whole years around the child's ages, with one to come."""
    first = max(0, int(min(months) // 12) * 12)
    return float(first), float((int(max(months) // 12) + 1) * 12 + (6 if max(months) % 12 > 9 else 0))
