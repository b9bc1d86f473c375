"""Which figures the pictures of a report show, and what is said of them to those who do not see them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import resources

from childdb.report.blocks import Block, Picture
from childdb.report.figure import Figure
from childdb.report.numbers import day, measured
from childdb.report.pictures import Dot, Panel, Spread, Tile, pyramid, ranked_dots, small_multiples, tile_map, z_spreads
from childdb.report.sentences import SMALL, chosen_goal
from childdb.report.settings import Outline
from childdb.store import Store
from childdb.store.runs import RunRow
from childdb.workflow.reporting_figures import INDICES, Figures
from indicators.counting import TOTAL
from indicators.loader import catalogue
from indicators.targets import goals_on
from schemas import codes

RANKED = 3
UNITS = {"percent": "%", "per_1000_live_births": "‰"}


@dataclass(frozen=True)
class Drawn:
    """A picture with its words: drawn as PNG (for Word) or SVG (for the page)."""

    data: bytes
    caption: str
    alt: str


def pictures(store: Store, figures: Figures, plan: Outline, *, kind: str = "png") -> list[Drawn]:
    """All pictures of a report, in order."""
    made = [_over_years(store, figures, plan.over_years, kind)]
    made += [_ranked(figures, i, kind) for i in [i for i in plan.communes if _mostly(figures, i)][:RANKED]]
    made += [_map(figures, i, kind) for i in [i for i in plan.map if _mostly(figures, i)][:1]]
    made += [_z_scores(figures, kind)]
    made += [_pyramid(figures, kind)] if figures.ages and not _few_of_an_age(figures) else []
    return [m for m in made if m is not None]


def _mostly(figures: Figures, indicator: str) -> bool:
    """Whether most communes have a figure of the indicator that may be shown."""
    found = [figures.of_run(figures.now.run, indicator, u) for u in figures.communes]
    return sum(f is not None and dot(f, "") is not None for f in found) * 2 > len(found)


def as_blocks(drawn: Sequence[Drawn]) -> list[Block]:
    return [Picture(d.data, d.alt, f"Hình {number}. {d.caption}") for number, d in enumerate(drawn, 1)]


def dot(figure: Figure, label: str) -> Dot | None:
    """A figure as a dot; None where it has no value or may not be shown."""
    if figure.value is None or figure.hidden or figure.too_open:
        return None
    goal = chosen_goal(figure)
    low, high, ci_low, ci_high = (
        None if x is None else float(x) for x in (figure.low, figure.high, figure.ci_low, figure.ci_high)
    )
    return Dot(label, float(figure.value), low, high, ci_low, ci_high, goal.verdict if goal else "")


def _over_years(store: Store, figures: Figures, ids: Sequence[str], kind: str) -> Drawn | None:
    earlier = _kept_years(store, figures)
    panels, told = [], []
    for indicator in ids:
        if indicator not in figures.ids():
            continue
        now = figures.one(indicator)
        years = [(_year(on), Dot(str(on.year), value)) for on, value in earlier.get(indicator, [])]
        for f in (now.before, now):
            shown = dot(f, str(f.as_of.year)) if f is not None else None
            if f is not None and shown is not None:
                years.append((_year(f.as_of), shown))
        if not years or dot(now, "") is None:
            continue
        path = _path(indicator, figures.now.results.as_of)
        panels.append(Panel(now.title, sorted(years, key=lambda y: y[0]), path, UNITS.get(now.measure, "")))
        told.append(f"{now.title}: " + ", ".join(f"{d.label} {measured_float(d.value, now.measure)}" for _, d in years))
    if not panels:
        return None
    return Drawn(
        small_multiples(panels, lang=figures.lang, kind=kind),
        "Các chỉ tiêu chính qua các năm; nét đứt: lộ trình của mức so sánh; dải nhạt: giá trị mà hồ sơ chưa rõ cho phép; vạch: khoảng tin cậy 95%",
        "Nhiều ô nhỏ, mỗi ô một chỉ tiêu qua các năm. " + "; ".join(told) + ".",
    )  # fmt: skip


def measured_float(value: float, measure: str) -> str:
    return measured(Decimal(str(value)), measure, "vi")


def _kept_years(store: Store, figures: Figures) -> dict[str, list[tuple[date, float]]]:
    """Values of the unit from kept runs of earlier years: of each year the last run of twelve months.

    In a paper that leaves only those that were shown before: nothing else has judged whether they may be.
    """
    if figures.now.results.period_start:
        return {}
    newest: dict[int, RunRow] = {}
    for run in store.runs():
        if run.as_of.year < figures.before.results.as_of.year and run.period_start is None:
            newest[run.as_of.year] = run
    found: dict[str, list[tuple[date, float]]] = {}
    for _, run in sorted(newest.items()):
        for v in store.run_values(run.number):
            if v["unit"] != figures.unit or v["group_name"] != TOTAL or v["value"] is None:
                continue
            if figures.protection.was_shown(run, v):
                found.setdefault(v["indicator"], []).append((run.as_of, float(v["value"])))
    return found


def _year(on: date) -> float:
    """A day on the axis on which a year stands for its end, as the targets do."""
    return on.year - 1 + on.timetuple().tm_yday / 366


def _path(indicator: str, on: date) -> list[tuple[float, float]]:
    """The target's path from this year to its last year, of the first confirmed document that judges anybody."""
    targets = catalogue()[indicator].targets
    dated = [t for t in targets if t.year is not None and t.confidence != "recalled" and t.scope == "national"]
    if not dated:
        return []
    document = dated[0].document
    years = sorted({on.year - 1, on.year, *(t.year for t in dated if t.document == document and t.year)})
    path = []
    for year in years:
        goal = next(
            (g for g in goals_on(targets, date(year, 12, 31)) if g.document == document and g.scope == "national"), None
        )
        if goal is not None:
            path.append((float(year), float(goal.value)))
    return path


def _ranked(figures: Figures, indicator: str, kind: str) -> Drawn | None:
    if indicator not in figures.ids():
        return None
    whole = figures.one(indicator)
    found = [(u, f) for u in figures.communes if (f := figures.of_run(figures.now.run, indicator, u)) is not None]
    dots = [d for u, f in found if (d := dot(f, codes.units()[u].short_name))]
    if not dots or whole.value is None:
        return None
    goal = chosen_goal(whole)
    data = ranked_dots(
        dots, title=whole.title, whole=float(whole.value), target=float(goal.target) if goal else None, lang=figures.lang,
        kind=kind, unit=UNITS.get(whole.measure, ""),
    )  # fmt: skip
    told = ", ".join(
        f"{d.label} {measured_float(d.value, whole.measure)}" for d in sorted(dots, key=lambda d: -d.value)
    )
    return Drawn(
        data, f"{whole.title}, theo xã, xếp từ cao xuống thấp, ngày {day(whole.as_of, 'vi')}", f"{whole.title}: {told}."
    )


def _map(figures: Figures, indicator: str, kind: str) -> Drawn | None:
    if indicator not in figures.ids():
        return None
    whole = figures.one(indicator)
    tiles, told = [], []
    for unit, (row, column) in tile_places(figures.communes).items():
        f = figures.of_run(figures.now.run, indicator, unit)
        d = dot(f, "") if f else None
        value = measured_float(round(d.value, 1), whole.measure) if d else "…"
        name = codes.units()[unit].short_name
        tiles.append(Tile(name, row, column, value, d.verdict if d else "hidden"))
        told.append(f"{name} {value}")
    note = "Mỗi ô là một xã, đặt gần vị trí thật; không phải bản đồ địa giới."
    data = tile_map(tiles, title=whole.title, note=note, lang=figures.lang, kind=kind)
    return Drawn(
        data, f"Bản đồ ô: {whole.title}, ngày {day(whole.as_of, 'vi')}", f"{whole.title} theo xã: {', '.join(told)}."
    )


def tile_places(units: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Where each commune stands on the map of tiles; those without a place stand in a row below."""
    text = resources.files("childdb.report").joinpath("tiles.csv").read_text("utf-8")
    placed = {
        f"{r['code']}@{r['valid_from']}": (int(r["row"]), int(r["column"])) for r in csv.DictReader(text.splitlines())
    }
    below = max((row for row, _ in placed.values()), default=-1) + 1
    left = [u for u in units if u not in placed]
    return {u: placed[u] for u in units if u in placed} | {u: (below + n // 4, n % 4) for n, u in enumerate(left)}


INDEX_WORDS = {
    "haz": ("Chiều cao theo tuổi", "Height for age"), "waz": ("Cân nặng theo tuổi", "Weight for age"),
    "whz": ("Cân nặng theo chiều cao", "Weight for height"),
}  # fmt: skip
FEWEST = 200
"""Children below which a spread of z-scores is not drawn: its bars would be chance."""
ENDS = (-10, 9)  # half z: what lies beyond -5 and 5 stands in the last bars


def _z_scores(figures: Figures, kind: str) -> Drawn | None:
    """Z-scores of children under 5 of the whole unit against the standard, where the share below -2 may be shown."""
    vi = figures.lang == "vi"
    spreads = []
    for index, indicator in INDICES.items():
        halves, figure = (
            figures.z_counts.get(index, Counter()),
            figures.one(indicator) if indicator in figures.ids() else None,
        )
        total = sum(halves.values())
        if figure is None or figure.value is None or figure.hidden or figure.too_open or total < FEWEST:
            continue
        bars = _bars(halves, 0 if figures.protection.inside else SMALL)
        below = measured(figure.value, figure.measure, figures.lang)
        told = f"dưới -2: {below} (chuẩn 2,3%)" if vi else f"below -2: {below} (standard 2.3%)"
        spreads.append(Spread(INDEX_WORDS[index][not vi], [(h / 2, 100 * n / total) for h, n in bars], told))
    if not spreads:
        return None
    on = day(figures.now.results.as_of, "vi")
    return Drawn(
        z_spreads(spreads, lang=figures.lang, kind=kind),
        f"Z-score của trẻ dưới 5 tuổi so với chuẩn tăng trưởng của WHO, ngày {on}; nét đứt: trẻ phát triển theo chuẩn",
        "Phân bố z-score của trẻ dưới 5 tuổi so với đường chuẩn. "
        + "; ".join(f"{s.title}: {s.told}" for s in spreads) + ".",
    )  # fmt: skip


def _bars(halves: Mapping[int, int], fewest: int) -> list[tuple[int, float]]:
    """Counts by half z from end to end; fewer than FEWEST share their neighbours' height on the way to the middle."""
    counts = Counter[int]()
    for half, n in halves.items():
        counts[min(max(half, ENDS[0]), ENDS[1])] += n
    bars: list[tuple[int, float]] = []
    for side in (range(ENDS[0], 0), range(ENDS[1], -1, -1)):
        waiting: list[int] = []
        for half in side:
            waiting.append(half)
            together = sum(counts[h] for h in waiting)
            if together == 0 or together >= fewest or half == side[-1]:
                bars += [(h, together / len(waiting)) for h in waiting]
                waiting = []
    return sorted(bars)


def _few_of_an_age(figures: Figures) -> bool:
    """Whether the pyramid would tell fewer than five children of one age and sex to people outside."""
    return not figures.protection.inside and any(0 < n < SMALL for _, *both in figures.ages for n in both)


def _pyramid(figures: Figures, kind: str) -> Drawn:
    title = f"Trẻ em theo tuổi và giới tính, ngày {day(figures.now.results.as_of, 'vi')}"
    told = "; ".join(f"{age} tuổi: {boys} nam, {girls} nữ" for age, boys, girls in figures.ages)
    return Drawn(pyramid(figures.ages, title=title, lang=figures.lang, kind=kind), title, f"{title}. {told}.")
