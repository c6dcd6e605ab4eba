"""9305.quality: how good the digits are, against the evaluations spent on them, for solvers, grids and processes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from blogtools import data
from blogtools.figures import live_figure
from blogtools.live import Choice, Live, Slider, style

LINES = 10
LABELS_AT = 84.0
LABEL_GAP = 0.058
"""Least height between two labels, as a share of the axis."""


@dataclass(frozen=True)
class Row:
    """One line of the picture: which rows of the measurement, under which name, and how it is drawn."""

    name: str
    colour: str
    wanted: dict[str, str]
    dashed: bool = False


def _row(name: str, colour: str, dash: bool = False, /, **changes: str) -> Row:
    usual = {"net": "poisson-digits", "solver": "heun", "variable": "t", "grid": "rho", "clock": "sample"}
    return Row(name, colour, usual | changes, dash)


VIEWS: dict[str, tuple[Row, ...]] = {
    "solvers": (
        _row("Euler", style.ORANGE, solver="euler"),
        _row("Heun", style.BLUE),
        _row("2M", style.GREEN, solver="2m"),
        _row("RK45", style.PURPLE, solver="rk45"),
    ),
    "t against log t": (
        _row("Euler in t", style.ORANGE, solver="euler"),
        _row("Euler in log t", style.ORANGE, True, solver="euler", variable="log t"),
        _row("Heun in t", style.BLUE),
        _row("Heun in log t", style.BLUE, True, variable="log t"),
        _row("RK45 in t", style.PURPLE, solver="rk45"),
        _row("RK45 in log t", style.PURPLE, True, solver="rk45", variable="log t"),
    ),
    "grids": (
        _row("Euler, ρ = 7", style.ORANGE, solver="euler"),
        _row("Euler, log", style.ORANGE, True, solver="euler", grid="log"),
        _row("Heun, ρ = 7", style.BLUE),
        _row("Heun, log", style.BLUE, True, grid="log"),
        _row("2M, ρ = 7", style.GREEN, solver="2m"),
        _row("2M, log", style.GREEN, True, solver="2m", grid="log"),
    ),
    "processes": (
        _row("Poisson, Heun", style.BLUE),
        _row("heat, Heun", style.PURPLE, net="heat-digits"),
        _row("Poisson, Euler", style.BLUE, True, solver="euler"),
        _row("heat, Euler", style.PURPLE, True, solver="euler", net="heat-digits"),
        _row("DDIM", style.GREEN, solver="ddim", grid="ddpm", net="heat-digits"),
        _row("DDPM", style.ORANGE, solver="ddpm", grid="ddpm", net="heat-digits"),
    ),
    "clocks": (
        _row("a clock each", style.BLUE),
        _row("one clock", style.BLUE, True, clock="global"),
    ),
}


def points(rows: list[dict[str, Any]], wanted: dict[str, str]) -> np.ndarray:
    """Evaluations, mean distance and its deviation of the rows that agree with ``wanted``, by evaluations; [n, 3]."""
    found = [(r["evaluations"], *r["frechet"][:2]) for r in rows if all(r[k] == v for k, v in wanted.items())]
    return np.array(sorted(found), float).reshape(-1, 3)


def spread_out(heights: np.ndarray, gap: float) -> np.ndarray:
    """Heights in [0, 1] moved apart to at least ``gap``, in the same order, and kept inside while there is room."""
    order = np.argsort(heights)
    spread = heights[order].astype(float)
    for _ in range(200):
        short = np.maximum(gap - np.diff(spread), 0) / 2
        if short.max(initial=0) < 1e-6:
            break
        spread[:-1] -= short
        spread[1:] += short
    spread += max(0.0, gap / 2 - spread[0]) - max(0.0, spread[-1] + gap / 2 - 1)
    result = np.empty_like(spread)
    result[order] = spread
    return result


def _limits(result: dict[str, Any]) -> tuple[float, float]:
    """Of the axis: down to the best, up to a few times the fitted Gaussian; what failed altogether lies beyond."""
    return min(*(row["frechet"][0] for row in result["rows"]), result["floor"][0]) * 0.6, 4 * result["fitted_gaussian"][
        0
    ]


def quality_compute(view: str, evaluations: int) -> dict[str, Any]:
    """The lines of a view with their labels, and what each reaches within so many evaluations."""
    shown, reached = rows_compute(VIEWS[view], evaluations)
    said = " · ".join(f"{name} {with_spread(*found)}" for name, found in reached.items()) or "nothing measured"
    floor = data.digits_quality()["floor"]
    return shown | {"readout": f"At most {evaluations} evaluations: {said} · real {floor[0]:.2f}"}


def rows_compute(rows: tuple[Row, ...], evaluations: int) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The lines of at most LINES rows, their labels, the budget, and (mean, deviation) reached within it by name."""
    result = data.digits_quality()
    low, high = np.log10(_limits(result))
    lines = [points(result["rows"], row.wanted) for row in rows]
    ends = np.clip([(np.log10(line[-1, 1]) - low) / (high - low) for line in lines], 0, 1)
    heights = 10 ** (low + (high - low) * spread_out(ends, LABEL_GAP))
    shown: dict[str, Any] = {"now": np.array([[evaluations, 10**low], [evaluations, 10**high]])}
    reached = {}
    for k in range(LINES):
        if k >= len(lines):
            empty = np.empty((0, 2))
            shown |= {f"line_{k}": empty, f"spread_{k}": [], f"name_{k}": "", f"leader_{k}": empty}
            continue
        row, line = rows[k], lines[k]
        look = {"color": row.colour, "linestyle": "--" if row.dashed else "-"}
        bars = [np.array([[n, max(m - s, 10**low)], [n, m + s]]) for n, m, s in line]
        shown[f"line_{k}"] = {"data": line[:, :2], **look}
        shown[f"spread_{k}"] = {"data": bars, "color": row.colour}
        shown[f"name_{k}"] = {"text": row.name, "y": heights[k], "color": row.colour}
        leader = np.array([line[-1, :2] * (1.05, 1), (LABELS_AT * 0.97, heights[k])])
        shown[f"leader_{k}"] = {"data": leader, "color": row.colour}
        within = line[line[:, 0] <= evaluations]
        if len(within):
            reached[row.name] = within[-1, 1:]
    return shown, reached


def with_spread(mean: float, deviation: float) -> str:
    """Two decimals, and powers of ten for what failed altogether."""
    return f"{mean:.2f}±{deviation:.2f}" if mean < 1000 else f"{mean:.0e}±{deviation:.0e}".replace("e+0", "e")


def quality_draw(figure: Figure) -> dict[str, Artist]:
    """Fréchet distance against evaluations on logarithmic axes, with the floor and the fitted Gaussian."""
    result = data.digits_quality()
    pane = figure.subplots()
    pane.set(xscale="log", yscale="log", xlim=(4.5, 200), ylim=_limits(result))
    pane.set(xlabel="evaluations of the network", ylabel="Fréchet distance")
    pane.set_xticks([5, 10, 20, 50], ["5", "10", "20", "50"])
    pane.spines["bottom"].set_bounds(4.5, 76)
    low, high = _limits(result)
    ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if low <= t <= high]
    pane.set_yticks(ticks, [f"{t:g}" for t in ticks])
    pane.minorticks_off()
    floor, deviation = result["floor"]
    pane.fill_between([4.5, 76], floor - deviation, floor + deviation, color=style.PALE, alpha=0.6, linewidth=0)
    pane.plot([4.5, 76], [floor, floor], **style.line("theory", linewidth=1.6))
    pane.text(4.6, floor, "real against real", color=style.SLATE, va="bottom", fontsize=12)
    gaussian = result["fitted_gaussian"][0]
    pane.axhline(gaussian, **style.line("prior"))
    pane.text(195, gaussian, "fitted Gaussian", color=style.GREY, ha="right", va="bottom", fontsize=12)
    artists: dict[str, Artist] = {"now": pane.plot([], [], color=style.SLATE, linewidth=1.4, linestyle=":")[0]}
    for k in range(LINES):
        artists[f"spread_{k}"] = pane.add_collection(LineCollection([], linewidth=3, alpha=0.3))
        artists[f"line_{k}"] = pane.plot([], [], "o-", linewidth=2.4, markersize=7)[0]
        artists[f"name_{k}"] = pane.text(LABELS_AT, 1, "", va="center", fontsize=13)
        artists[f"leader_{k}"] = pane.plot([], [], linewidth=0.9, alpha=0.5)[0]
    return artists


@live_figure("9305.quality")
def quality_against_evaluations() -> Live:
    """Quality of the digits against the evaluations spent, as measured by benchmarks/digits_quality.py."""
    return Live(
        quality_draw,
        quality_compute,
        [
            Choice("view", "compare", tuple(VIEWS), "processes"),
            Slider("evaluations", "budget", 5, 75, 18, log=True, integer=True, unit="evaluations"),
        ],
        alt="The Fréchet distance of drawn digits falls with the evaluations spent on them, unless a solver breaks"
        " at few of them, towards the line that real digits reach against real digits.",
        size=(8.6, 4.7),
    )
