"""A child's growth against WHO's lines, as a picture: one panel per index, SVG text or PNG bytes, for report and web alike.

Readable in black and white and by the colour-blind: the lines differ by dash and width and bear their number, and between
2 and 3 deviations from the median the ground is grey; the child's measurements are joined dots, an implausible one is a cross beside the line. The same panels give the same bytes.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MultipleLocator

INK = "#1A1A1A"
# by distance from the median: dash, width, colour (blue and vermilion of Okabe and Ito, far apart in grey as well)
STYLES: Mapping[int, tuple[Any, float, str]] = {
    0: ("solid", 1.6, "#005B8E"),
    1: ((0, (6, 2)), 0.9, "#6E6E6E"),
    2: ((0, (3, 2)), 1.3, "#B25700"),
    3: ((0, (1, 1.5)), 1.7, "#8C2D04"),
}
BANDS: Mapping[tuple[int, int], str] = {(-3, -2): "#EFE6DC", (-2, 2): "#F3F7FA", (2, 3): "#EFE6DC"}
LEGEND = {
    "vi": {"child": "Trẻ", "odd": "Số đo vô lý theo WHO", 0: "Trung vị của WHO", 1: "±1 ĐLC", 2: "±2 ĐLC", 3: "±3 ĐLC"},
    "en": {"child": "The child", "odd": "Implausible after WHO", 0: "WHO median", 1: "±1 SD", 2: "±2 SD", 3: "±3 SD"},
}
SETTINGS: Any = {
    "svg.hashsalt": "childdb",  # else the identifiers inside differ from run to run
    "svg.fonttype": "none",  # text stays text: it can be searched and read aloud
    "font.family": "DejaVu Sans",  # has every letter of Vietnamese, and comes with matplotlib
    "font.size": 9,
}


@dataclass(frozen=True)
class Point:
    """One measurement: where it stands, its z (None where none can be told), and whether WHO calls it implausible."""

    x: float
    y: float
    z: float | None
    implausible: bool = False


@dataclass(frozen=True)
class Panel:
    """One index: its words, WHO's lines (z -> pieces of points), and the child's measurements in order."""

    title: str
    x_label: str
    y_label: str
    lines: Mapping[int, Sequence[Sequence[tuple[float, float]]]]
    points: Sequence[Point]
    x_step: float | None = None
    """Distance between the figures below (months: 3, 6 or 12)."""


def growth_curve_svg(panels: Sequence[Panel], *, title: str, note: str = "", lang: str = "vi") -> str:
    """The panels side by side as SVG text."""
    return _drawn(panels, "svg", title, note, lang).decode("utf-8")


def growth_curve_png(panels: Sequence[Panel], *, title: str, note: str = "", lang: str = "vi") -> bytes:
    """The same as PNG bytes, for documents."""
    return _drawn(panels, "png", title, note, lang)


def _drawn(panels: Sequence[Panel], kind: str, title: str, note: str, lang: str) -> bytes:
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(5.2 * len(panels), 6.4), dpi=110, layout=ConstrainedLayoutEngine(wspace=0.05))
        canvas = FigureCanvasSVG(figure) if kind == "svg" else FigureCanvasAgg(figure)
        for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
            _panel(axes, panel, lang)
        # the title is the legend's own: two artists outside the axes would lie one upon the other
        figure.legend(
            *_key(panels, lang), loc="outside upper left", ncols=3 if len(panels) == 1 else 6, frameon=False, title=title, alignment="left",
            title_fontproperties={"weight": "bold", "size": 13},
        )  # fmt: skip
        if note:
            figure.supxlabel(textwrap.fill(note, 84 * len(panels)), x=0.01, ha="left", fontsize=8, color="#444444")
        out = io.BytesIO()
        said = {"Date": None, "Title": title} if kind == "svg" else {"Software": None}
        canvas.print_figure(out, format=kind, metadata=said)
    return out.getvalue()


def _panel(axes: Axes, panel: Panel, lang: str) -> None:
    for (below, above), colour in BANDS.items():
        for low, high in zip(panel.lines.get(below, ()), panel.lines.get(above, ()), strict=True):
            axes.fill_between([x for x, _ in low], [y for _, y in low], [y for _, y in high], color=colour, linewidth=0)
    for z, pieces in panel.lines.items():
        dash, width, colour = STYLES[abs(z)]
        for piece in pieces:
            axes.plot([x for x, _ in piece], [y for _, y in piece], linestyle=dash, linewidth=width, color=colour)
        if pieces:
            x, y = pieces[-1][-1]
            axes.annotate(
                f"{z:+d}" if z else "0", (x, y), xytext=(4, 0), textcoords="offset points", va="center", color=colour
            )
    usual = [p for p in panel.points if not p.implausible]
    odd = [p for p in panel.points if p.implausible]
    axes.plot([p.x for p in usual], [p.y for p in usual], color=INK, linewidth=1.8, marker="o", markersize=5, zorder=5)
    axes.plot([p.x for p in odd], [p.y for p in odd], color=INK, linestyle="none", marker="X", markersize=9, zorder=6)
    if usual and usual[-1].z is not None:
        last = usual[-1]
        axes.annotate(
            f"z = {_number(last.z, lang)}", (last.x, last.y), xytext=(-4, 11), textcoords="offset points", ha="right",
            fontweight="bold", bbox={"boxstyle": "round,pad=0.2", "fc": "white", "ec": "none", "alpha": 0.85}, zorder=7,
        )  # fmt: skip
    axes.set_title(panel.title, loc="left", fontsize=10.5)
    axes.set_xlabel(panel.x_label)
    axes.set_ylabel(panel.y_label)
    axes.margins(x=0.07)
    if panel.x_step:
        axes.xaxis.set_major_locator(MultipleLocator(panel.x_step))
    if lang == "vi":
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace(".", ",")))
    axes.grid(color="#E3E3E3", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _key(panels: Sequence[Panel], lang: str) -> tuple[list[Any], list[str]]:
    from matplotlib.lines import Line2D

    words = LEGEND[lang]
    handles = [Line2D([], [], color=INK, marker="o", linewidth=1.8)]
    named = [str(words["child"])]
    for distance, (dash, width, colour) in STYLES.items():
        handles.append(Line2D([], [], color=colour, linestyle=dash, linewidth=width))
        named.append(str(words[distance]))
    if any(point.implausible for panel in panels for point in panel.points):
        handles.append(Line2D([], [], color=INK, linestyle="none", marker="X", markersize=9))
        named.append(str(words["odd"]))
    return handles, named


def _number(value: float | None, lang: str) -> str:
    text = f"{value:+.2f}"
    return text.replace(".", ",") if lang == "vi" else text
