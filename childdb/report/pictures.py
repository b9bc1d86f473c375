"""One vocabulary of pictures for the Word report, the commune sheet and the page: small multiples over years, communes
as ranked dots, the age pyramid, z-scores against the standard, the map of communes as tiles. (One child's growth curve: `growth_curve.py`, drawn with WHO's
lines by `childdb.workflow.growth.growth_curve(points, sex, measure)`.)

A figure is a dot, what the unknown records allow a pale band, the 95 % limits a thin line, a target a dashed line, a verdict
a shape and a word. Blue and vermilion of Okabe and Ito, which differ in grey as well; letters of DejaVu Sans, drawn, so no font
is needed. The same figures give the same bytes.
"""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

BLUE, RED, INK, GREY, PALE = "#0072B2", "#B25700", "#1A1A1A", "#5F6368", "#C9DCE8"
SETTINGS: Any = {"svg.hashsalt": "childdb", "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 8,
                 "hatch.linewidth": 0.6}  # fmt: skip
# verdict: word, shape, fill, hatch
VERDICTS = {
    "met": (("Đạt", "met"), "o", "#DCEBF5", ""),
    "not_met": (("Chưa đạt", "not met"), "X", "#F3D9C2", "////"),
    "cannot_tell": (("Chưa kết luận", "cannot tell"), "D", "#FFFFFF", ".."),
    "hidden": (("Không nêu", "not shown"), "s", "#EEEEEE", ""),
    "": (("Không có mức", "no target"), "s", "#EEEEEE", ""),
}


@dataclass(frozen=True)
class Dot:
    """A figure at a place (a year, a commune): value, what unknown records allow, 95 % limits, verdict."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    verdict: str = ""


@dataclass(frozen=True)
class Panel:
    """One indicator over years: its dots by year, and the path of its target (year, value)."""

    title: str
    years: Sequence[tuple[float, Dot]]
    target: Sequence[tuple[float, float]]
    unit: str = "%"


@dataclass(frozen=True)
class Spread:
    """Z-scores of one index: what share of the children lies in each half z (from, share in percent), and the words of it."""

    title: str
    bins: Sequence[tuple[float, float]]
    told: str


@dataclass(frozen=True)
class Tile:
    """A commune on the map: its name, its place in the grid, its figure (None: not shown) and the verdict."""

    name: str
    row: int
    column: int
    value: str
    verdict: str


def small_multiples(panels: Sequence[Panel], *, lang: str = "vi", kind: str = "png") -> bytes:
    """Three panels beside each other, a row for each three."""
    rows = (len(panels) + 2) // 3

    def draw(figure: Figure) -> None:
        for axes, panel in zip(
            figure.subplots(rows, 3, squeeze=False).flat, [*panels, *[None] * (rows * 3)], strict=False
        ):
            if panel is None:
                axes.set_axis_off()
            else:
                _panel(axes, panel, lang)

    return _drawn(draw, (7.6, 2.2 * rows), kind)


def ranked_dots(
    dots: Sequence[Dot], *, title: str, whole: float | None, target: float | None, lang: str = "vi", kind: str = "png",
    unit: str = "%",
) -> bytes:  # fmt: skip
    """Communes from the highest down, each a dot with its limits; the whole and the target as upright lines."""
    ranked = sorted(dots, key=lambda d: (d.value, d.label))
    words = {"vi": ("chung", "mức so sánh"), "en": ("whole", "target")}[lang]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for row, dot in enumerate(ranked):
            _dot_across(axes, row, dot)
            axes.annotate(
                _number(dot.value, lang, unit), (1.01, row), xycoords=("axes fraction", "data"), va="center", color=INK
            )
        axes.set_yticks(range(len(ranked)), [d.label for d in ranked])
        for value, style, word in ((whole, "-", words[0]), (target, "--", words[1])):
            if value is not None:
                axes.axvline(value, color=GREY if style == "-" else RED, linestyle=style, linewidth=1.1, zorder=0)
                axes.annotate(f"{word} {_number(value, lang, unit)}", (value, 1.0), xycoords=("data", "axes fraction"),
                              xytext=(0, 3 if style == "-" else 13), textcoords="offset points", ha="center", fontsize=7,
                              color=GREY if style == "-" else RED)  # fmt: skip
        _plain(axes)
        _decimals(axes.xaxis, lang)
        axes.set_title(title, loc="left", fontsize=9.5, fontweight="bold", pad=26)
        axes.set_ylim(-0.7, len(ranked) - 0.3)

    return _drawn(draw, (7.2, 1.1 + 0.27 * len(ranked)), kind)


def strip(
    rows: Sequence[tuple[str, Dot, Sequence[float], float | None]], *, lang: str = "vi", kind: str = "png"
) -> bytes:
    """Shares of one commune among the others: an indicator a row, the others as grey ticks, the target as a dashed one."""
    words = {"vi": ("xã này", "các xã khác", "mức so sánh"), "en": ("this commune", "the others", "target")}[lang]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for row, (_, dot, others, target) in enumerate(reversed(rows)):
            axes.plot(others, [row] * len(others), marker="|", markersize=9, color=GREY, linestyle="none")
            _dot_across(axes, row, dot)
            if target is not None:
                axes.plot([target, target], [row - 0.42, row + 0.42], color=RED, linestyle="--", linewidth=1.3)
        axes.set_yticks(range(len(rows)), [_wrapped(r[0], 46) for r in reversed(rows)])
        axes.set_xlim(-2, 102)
        axes.set_ylim(-0.7, len(rows) - 0.3)
        axes.plot([], [], marker="o", color=BLUE, linestyle="none", label=words[0])
        axes.plot([], [], marker="|", markersize=9, color=GREY, linestyle="none", label=words[1])
        axes.plot([], [], color=RED, linestyle="--", label=words[2])
        _plain(axes)
        figure.legend(loc="outside upper right", ncols=3, frameon=False, fontsize=7.5)

    return _drawn(draw, (7.4, 0.55 + 0.34 * len(rows)), kind)


def pyramid(
    ages: Sequence[tuple[str, int, int]], *, title: str, lang: str = "vi", kind: str = "png"
) -> bytes:  # fmt: skip
    """Boys to the left, girls to the right, an age a row."""
    words = {"vi": ("Nam", "Nữ", "tuổi"), "en": ("Boys", "Girls", "age")}[lang]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        most = max((max(b, g) for _, b, g in ages), default=1)
        for row, (_, boys, girls) in enumerate(ages):
            axes.barh(row, -boys, color=BLUE, height=0.82)
            axes.barh(row, girls, color="#E8C9A8", edgecolor=RED, hatch="///", linewidth=0.5, height=0.82)
            for at, count, side in ((-boys, boys, "right"), (girls, girls, "left")):
                axes.annotate(f"{count}", (at, row), xytext=(-3 if side == "right" else 3, 0), textcoords="offset points",
                              ha=side, va="center", fontsize=6.5)  # fmt: skip
        axes.set_yticks(range(len(ages)), [a for a, _, _ in ages])
        axes.set_xlim(-most * 1.18, most * 1.18)
        axes.set_xticks([])
        axes.set_ylabel(words[2])
        for x, word in ((0.25, words[0]), (0.75, words[1])):
            axes.annotate(
                word, (x, 1.0), xycoords="axes fraction", xytext=(0, 2), textcoords="offset points", ha="center"
            )
        _plain(axes)
        axes.set_title(title, loc="left", fontsize=9.5, fontweight="bold", pad=16)

    return _drawn(draw, (7.2, 1.0 + 0.2 * len(ages)), kind)


def z_spreads(spreads: Sequence[Spread], *, lang: str = "vi", kind: str = "png") -> bytes:
    """How children's z-scores lie against the standard's own children: bars, and the normal curve as a dashed line.

    A bar is the share in one half z; what lies below -2 is hatched. In a population that grows as the standard says the
    bars follow the line, and 2.3 % lie below -2.
    """
    words = {"vi": ("trẻ của địa bàn", "chuẩn của WHO", "% trẻ mỗi nửa z"),
             "en": ("children here", "WHO standard", "% of children per half z")}[lang]  # fmt: skip
    curve = [(x / 20, 50 * math.exp(-((x / 20) ** 2) / 2) / math.sqrt(2 * math.pi)) for x in range(-100, 101)]

    def draw(figure: Figure) -> None:
        for axes, spread in zip(figure.subplots(1, len(spreads), squeeze=False, sharey=True)[0], spreads, strict=True):
            for start, share in spread.bins:
                low = start < -2
                axes.bar(start + 0.25, share, 0.5, color="#F3D9C2" if low else PALE, edgecolor=RED if low else BLUE,
                         hatch="////" if low else "", linewidth=0.5)  # fmt: skip
            axes.plot(*zip(*curve, strict=True), color=INK, linestyle="--", linewidth=1.2)
            axes.axvline(-2, color=RED, linewidth=0.9)
            axes.set_title(f"{_wrapped(spread.title, 30)}\n{spread.told}", loc="left", fontsize=7.5)
            axes.set_xlim(-5, 5)
            axes.set_xticks([-4, -2, 0, 2, 4])
            axes.set_xlabel("z", fontsize=7.5)
            axes.tick_params(labelsize=7)
            _plain(axes)
            _decimals(axes.yaxis, lang)
        figure.axes[0].set_ylabel(words[2], fontsize=7.5)
        handles = [Rectangle((0, 0), 1, 1, facecolor=PALE, edgecolor=BLUE), Line2D([], [], color=INK, linestyle="--")]
        figure.legend(handles, words[:2], loc="outside lower center", ncols=2, frameon=False, fontsize=7.5)

    return _drawn(draw, (7.6, 2.7), kind)


def tile_map(tiles: Sequence[Tile], *, title: str, note: str, lang: str = "vi", kind: str = "png") -> bytes:
    """A square for each commune, about where it lies; its figure in it, its verdict as fill, hatch and word."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for tile in tiles:
            words, _, fill, hatch = VERDICTS[tile.verdict]
            axes.add_patch(Rectangle((tile.column + 0.03, -tile.row + 0.03), 0.94, 0.94, facecolor=fill, edgecolor="#888888",
                                     hatch=hatch, linewidth=0.8))  # fmt: skip
            for text, height, size, bold in (
                (tile.name, 0.78, 7.5, "normal"),
                (tile.value, 0.5, 11, "bold"),
                (words[lang == "en"], 0.22, 7, "normal"),
            ):
                axes.text(tile.column + 0.5, -tile.row + height, text, ha="center", va="center", fontsize=size, fontweight=bold, color=INK,
                          bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.8})  # fmt: skip
        axes.set_xlim(-0.05, max(t.column for t in tiles) + 1.05)
        axes.set_ylim(-max(t.row for t in tiles) - 0.05, 1.05)
        axes.set_axis_off()
        axes.set_title(title, loc="left", fontsize=9.5, fontweight="bold")
        axes.annotate(
            note, (0, 0), xycoords="axes fraction", xytext=(0, -10), textcoords="offset points", fontsize=7, color=GREY
        )

    across, down = max(t.column for t in tiles) + 1, max(t.row for t in tiles) + 1
    return _drawn(draw, (min(7.2, 1.75 * across), 0.75 + 0.95 * down), kind)


def _panel(axes: Axes, panel: Panel, lang: str) -> None:
    years = [year for year, _ in panel.years]
    if panel.target:
        axes.plot(
            [y for y, _ in panel.target],
            [v for _, v in panel.target],
            color=RED,
            linestyle="--",
            linewidth=1.1,
            zorder=1,
        )
        year, value = panel.target[-1]
        axes.annotate(
            _number(value, lang, panel.unit),
            (year, value),
            xytext=(0, 4),
            textcoords="offset points",
            ha="right",
            color=RED,
            fontsize=7,
        )
    axes.plot(years, [d.value for _, d in panel.years], color=INK, linewidth=0.8, zorder=3)
    for year, dot in panel.years:
        if dot.low is not None and dot.high is not None:
            axes.plot([year, year], [dot.low, dot.high], color=PALE, linewidth=7, solid_capstyle="butt", zorder=2)
        if dot.ci_low is not None and dot.ci_high is not None:
            axes.plot([year, year], [dot.ci_low, dot.ci_high], color=BLUE, linewidth=1.1, zorder=3)
        axes.plot(
            [year], [dot.value], marker=VERDICTS[dot.verdict][1], color=BLUE, markersize=5, linestyle="none", zorder=4
        )
    if panel.years:
        year, last = panel.years[-1]
        axes.annotate(
            _number(last.value, lang, panel.unit),
            (year, last.value),
            xytext=(6, -3),
            textcoords="offset points",
            fontweight="bold",
            fontsize=7.5,
        )
    ends = [round(y) for y in years] + [round(y) for y, _ in panel.target]
    ticks = sorted({min(ends), max(ends)}) if ends else []
    axes.set_xticks(ticks, [str(t) for t in ticks])
    axes.set_title(_wrapped(panel.title, 34), loc="left", fontsize=7.5)
    axes.margins(x=0.22, y=0.22)
    _plain(axes)
    axes.tick_params(labelsize=7)
    _decimals(axes.yaxis, lang)


def _dot_across(axes: Axes, row: int, dot: Dot) -> None:
    if dot.low is not None and dot.high is not None:
        axes.plot([dot.low, dot.high], [row, row], color=PALE, linewidth=7, solid_capstyle="butt", zorder=1)
    if dot.ci_low is not None and dot.ci_high is not None:
        axes.plot([dot.ci_low, dot.ci_high], [row, row], color=BLUE, linewidth=1.2, zorder=2)
    axes.plot([dot.value], [row], marker=VERDICTS[dot.verdict][1], color=BLUE, markersize=6, linestyle="none", zorder=3)


def _plain(axes: Axes) -> None:
    axes.grid(color="#E3E3E3", linewidth=0.5)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _decimals(axis: Any, lang: str) -> None:
    """The decimal comma on an axis of figures."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: _number(value, lang, "")))


def _number(value: float, lang: str, unit: str) -> str:
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return (text.replace(".", ",") if lang == "vi" else text) + unit


def _wrapped(text: str, width: int) -> str:
    lines = textwrap.wrap(text, width)
    return "\n".join(lines[:3] if len(lines) <= 3 else [*lines[:2], lines[2] + " …"])


def _drawn(draw: Callable[[Figure], None], size: tuple[float, float], kind: str) -> bytes:
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=size, dpi=200, layout="constrained")
        canvas = FigureCanvasSVG(figure) if kind == "svg" else FigureCanvasAgg(figure)
        draw(figure)
        out = io.BytesIO()
        canvas.print_figure(out, format=kind, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return out.getvalue()
