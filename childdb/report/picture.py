"""One picture of figures against their targets: a dot, its bounds, the target as a tick, the verdict as a word.

Readable in black and white and by the colour-blind: the verdict is a shape and a word, never colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

VERDICTS = {
    "met": ("Đạt", "met", "o", "#00695C"),
    "not_met": ("Chưa đạt", "not met", "X", "#B3261E"),
    "cannot_tell": ("Chưa kết luận được", "cannot tell", "D", "#5F6368"),
}


@dataclass(frozen=True)
class Line:
    """One figure: value and bounds in percent, its target, and the verdict."""

    title: str
    value: float
    low: float
    high: float
    target: float
    comparator: str
    verdict: str


def targets_picture(lines: Sequence[Line], path: Path, *, title: str, note: str, lang: str = "vi") -> Path:
    """Draw LINES to PATH (.png or .svg); the same lines give the same picture."""
    shown = [line for line in lines if line.verdict in VERDICTS]
    figure = Figure(figsize=(13, 1.5 + 0.36 * len(shown)), dpi=90, layout="constrained")
    canvas = FigureCanvasSVG(figure) if path.suffix == ".svg" else FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    beside = axes.get_yaxis_transform()  # across in parts of the axes' width, down by rows
    for row, line in enumerate(reversed(shown)):
        vi, en, marker, colour = VERDICTS[line.verdict]
        axes.plot([line.low, line.high], [row, row], color=colour, linewidth=5, alpha=0.35, solid_capstyle="round")
        axes.plot(line.value, row, marker=marker, color=colour, markersize=8, linestyle="none")
        axes.plot([line.target, line.target], [row - 0.36, row + 0.36], color="black", linewidth=2)
        said = (
            _number(line.value, lang),
            f"{line.comparator} {_number(line.target, lang)}",
            vi if lang == "vi" else en,
        )
        for place, text, ink in zip((1.12, 1.27, 1.30), said, ("black", "black", colour), strict=True):
            axes.text(
                place, row, text, va="center", ha="left" if ink is colour else "right", color=ink, transform=beside
            )
    axes.set_yticks(range(len(shown)), [line.title for line in reversed(shown)])
    axes.set_xlim(-2, 101)
    axes.set_ylim(-0.7, len(shown) - 0.3)
    axes.grid(axis="x", color="#DDDDDD")
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_title(title, loc="left", fontweight="bold", fontsize=13)
    axes.set_xlabel("%\n" + note, loc="left", fontsize=9, color="#444444")
    metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
    canvas.print_figure(path, metadata=metadata, bbox_inches="tight")
    return path


def _number(value: float, lang: str) -> str:
    """At most two decimals, with the comma in Vietnamese."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if lang == "vi" else text
