"""9324.sum: eq10 added up in float64 as published code does it, against the exact law, where θ is close to a turn."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from scipy.special import gammaln

from blogtools.figures import live_figure
from blogtools.figures.sector_probability.parts import TURN, grouped, power
from blogtools.live import Live, Slider, style
from blogtools.sector import complement, log_complement, probability, textbook

LEAST, MOST = 1.0, 10.0
"""Range of c = nx; the longest piece is at least 1/n, so that P = 1 for c ≤ 1."""
GRID = np.linspace(LEAST, MOST, 91)
NUMBERS = np.unique(np.geomspace(2, 2000, 70).round().astype(int))
FLOOR, CEILING = 1e-17, 1e4
"""Errors outside are drawn at the edge."""
ROUNDING = "rounding one term"
ULP = 2.0**-53
"""The largest relative rounding error of one float64 operation."""


def angles(n: Any, c: Any) -> np.ndarray:
    """θ in radians at which nx = c, for c ≤ n."""
    return TURN * (1 - np.asarray(c) / n)


def rounding(n: int, c: Any) -> tuple[np.ndarray, np.ndarray]:
    """The largest term of the sum at nx = c, and what rounding may do to the worst one, to powers of ten.

    A term C(n,k)(1−kx)^{n−1} has the relative error of 1 − kx, which is kx/(1−kx) units, n − 1 times over, and its own.
    """
    k = np.arange(1, n + 1)
    kx = np.minimum(k * np.asarray(c)[..., None] / n, 1 - 1e-9)
    logs = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + (n - 1) * np.log1p(-kx)
    cost = logs + np.log(1 + (n - 1) * kx / (1 - kx)) + np.log(ULP)
    return np.exp(np.minimum(logs.max(-1), 700.0)), np.exp(np.minimum(cost.max(-1), 700.0))


@lru_cache(maxsize=64)
def _curves(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(c, exact, textbook, cost of rounding) over the grid, as far as θ ≥ 0."""
    c = GRID[n >= GRID]
    theta = angles(n, c)
    return c, probability(n, theta), textbook(n, theta), rounding(n, c)[1]


@lru_cache(maxsize=64)
def _against_n(c: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(n, error, cost of rounding) for all of NUMBERS that allow nx = c; NaN where the sum is none."""
    n = NUMBERS[c <= NUMBERS]
    theta = angles(n, c)
    cost = [float(rounding(int(number), c)[1]) for number in n]
    return n, np.abs(textbook(n, theta) - probability(n, theta)), np.array(cost)


def compute(n: int, c: float) -> dict[str, Any]:
    """Both sums over nx, their difference, and the difference at nx = ``c`` (at most n) for all n."""
    c = min(c, float(n))
    at, exact, summed, cost = _curves(n)
    lost = at[~np.isfinite(summed)]
    numbers, error, costs = _against_n(round(c, 9))
    overflow = numbers[~np.isfinite(error)]
    none = numbers[error == 0]
    theta = float(angles(n, c))
    here, value = float(probability(n, theta)), float(textbook(n, theta))
    term, unit = map(float, rounding(n, c))
    off = abs(value - here)
    now = {
        "data": [[n, _drawn(off)]] if np.isfinite(off) else np.empty((0, 2)),
        "facecolor": style.colour("wrong") if off else "white",
    }
    return {
        "exact": np.stack([at, exact], 1),
        "summed": np.stack([at, np.clip(summed, -3, 4)], 1),
        "here": np.array([[c, -0.3], [c, 1.3]]),
        "error": np.stack([at, _drawn(np.abs(summed - exact))], 1),
        "cost": np.stack([at, _drawn(cost)], 1),
        "here too": np.array([[c, FLOOR], [c, CEILING]]),
        "lost": _block(lost, -0.3, 1.3),
        "lost name": {"x": float(lost.mean()) if len(lost) else 0.0, "text": "NaN" if len(lost) > 8 else ""},
        "errors": np.stack([numbers, _drawn(error)], 1)[error != 0],
        "zeros": np.stack([none, np.full(len(none), FLOOR)], 1),
        "costs": np.stack([numbers, _drawn(costs)], 1),
        "overflow": _block(np.append(overflow[:1], 2000) if len(overflow) else overflow, FLOOR, CEILING),
        "overflow name": "NaN" if len(overflow) and overflow[0] < 1600 else "",
        "now": now,
        "title": f"Error at nx = {c:.2f}",
        "readout": (
            f"n = {grouped(n)}, θ = {np.degrees(theta):.3f}°: float64 sum {_words(value)}, exact {_near(n, theta)},"
            f" error {power(off) if np.isfinite(off) else 'NaN'}\n"
            f"largest term {_size(term)}; rounding the worst one may cost {_size(unit)}"
        ),
    }


def _drawn(error: Any) -> Any:
    return np.clip(error, FLOOR, CEILING)


def _block(over: np.ndarray, low: float, high: float) -> list[np.ndarray]:
    """The rectangle over a range, or nothing."""
    if len(over) < 2:
        return []
    a, b = over.min(), over.max()
    return [np.array([(a, low), (b, low), (b, high), (a, high)])]


def _words(value: float) -> str:
    if not np.isfinite(value):
        return "NaN"
    return f"{value:.8f}" if abs(value) < 100 else power(value)


def _size(value: float) -> str:
    return power(value) if value < 1e300 else "> 1e300"


def _near(n: int, theta: float) -> str:
    """The exact P; close to 1 by its complement."""
    rest = float(complement(n, theta))
    if rest >= 1e-3:
        return f"{1 - rest:.8f}"
    if rest > 1e-300:
        return f"1 − {power(rest)}"
    digits = -float(log_complement(n, theta)) / np.log(10)
    return f"1 − 1e−{digits:.0f}" if np.isfinite(digits) else "1"


def draw(figure: Figure) -> dict[str, Artist]:
    """P over its error on the left, the error against n on the right."""
    panes = figure.subplot_mosaic([["P", "n"], ["error", "n"]], width_ratios=[1.35, 1])
    return _draw_curves(panes["P"]) | _draw_errors(panes["error"]) | _draw_numbers(panes["n"])


def _draw_curves(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(LEAST, MOST), ylim=(-0.3, 1.3), yticks=[0, 0.5, 1], xticks=range(1, 11))
    axes.tick_params(labelbottom=False)
    axes.set_title("Chance that one sector holds all")
    axes.text(9.9, 1.26, "exact", color=style.colour("theory"), fontsize=14, ha="right", va="top")
    axes.text(8.5, 1.26, "float64 sum", color=style.colour("wrong"), fontsize=14, ha="right", va="top")
    return {
        "lost": axes.add_collection(_shade()),
        "lost name": axes.text(0, 0.35, "", color=style.VERMILION, fontsize=15, ha="center", va="center"),
        "here": _marker(axes),
        "exact": axes.plot([], [], **style.line("theory"), zorder=2)[0],
        "summed": axes.plot([], [], **style.line("wrong"), zorder=3)[0],
    }


def _draw_errors(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(LEAST, MOST), xticks=range(1, 11), xlabel=r"$nx = n(1-θ/2π)$")
    _decades(axes)
    axes.set_ylabel("error")
    axes.text(9.9, 2e3, ROUNDING, color=style.colour("prior"), fontsize=14, ha="right", va="top")
    return {
        "here too": _marker(axes),
        "cost": axes.plot([], [], **style.line("prior", linewidth=2.4), zorder=2)[0],
        "error": axes.plot([], [], **style.line("wrong"), zorder=3)[0],
    }


def _draw_numbers(axes: Axes) -> dict[str, Artist]:
    axes.set(xscale="log", xlim=(2, 2000), xlabel="points n")
    axes.set_xticks([2, 10, 100, 1000], ["2", "10", "100", "1,000"])
    _decades(axes)
    axes.text(2.2, 2e3, ROUNDING, color=style.colour("prior"), fontsize=14, va="top")
    axes.text(2.2, 0.2, "● error\n○ exactly 0", color=style.colour("wrong"), fontsize=14, va="top")
    return {
        "overflow": axes.add_collection(_shade()),
        "overflow name": axes.text(1480, 1e-8, "", color=style.VERMILION, fontsize=15, ha="center", rotation=90),
        "costs": axes.plot([], [], **style.line("prior", linewidth=2.4), zorder=2)[0],
        "errors": axes.scatter([], [], s=16, color=style.colour("wrong"), zorder=3),
        "zeros": axes.scatter(
            [], [], s=26, facecolors="white", edgecolors=style.colour("wrong"), zorder=3, clip_on=False
        ),
        "now": axes.scatter([], [], s=130, edgecolors=style.colour("wrong"), zorder=4, clip_on=False),
        "title": axes.text(0, 1.02, "", fontsize=15, transform=axes.transAxes),
    }


def _decades(axes: Axes) -> None:
    axes.set(yscale="log", ylim=(FLOOR, CEILING))
    axes.set_yticks([1e-15, 1e-10, 1e-5, 1], ["$10^{-15}$", "$10^{-10}$", "$10^{-5}$", "1"])
    axes.minorticks_off()
    axes.axhline(1, **style.line("guide"), zorder=0)


def _shade() -> PolyCollection:
    return PolyCollection([], facecolors=style.VERMILION, alpha=0.15, linewidths=0, zorder=0)


def _marker(axes: Axes) -> Artist:
    return axes.plot([], [], color=style.SLATE, linewidth=1.4, linestyle=":", zorder=1)[0]


@live_figure("9324.sum")
def alternating_sum() -> Live:
    """The alternating sum of eq10 in float64 against the exact law."""
    return Live(
        draw,
        compute,
        [
            Slider("n", "points n", 2, 2000, 200, log=True, integer=True, play=True),
            Slider("c", "nx", LEAST, MOST, 1.2, step=0.1),
        ],
        alt="Above, the exact probability that one sector holds n points, a dark line, and the alternating sum in"
        " float64, vermilion and dashed, which leaves it where nx is close to 1. Below, its error on a logarithmic axis"
        " follows what rounding does to the worst term. Beside it the error at one nx grows with n from rounding to"
        " nonsense; hollow dots on the lower edge are errors of exactly 0. The sum is no number once a binomial in it"
        " exceeds the largest float: from n = 1,030 on where nx is at most 2, later for larger nx.",
        size=(9.2, 4.9),
    )
