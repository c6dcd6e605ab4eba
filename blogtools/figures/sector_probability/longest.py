"""9324.longest: the law of the longest piece (claim4), its mean, any quantile, and Gumbel's limit."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from blogtools.figures import live_figure
from blogtools.figures.sector_probability.parts import grouped, power
from blogtools.live import Live, Slider, style
from blogtools.sector import density, expected_longest, gumbel, longest_exceeds, quantile

LOW, HIGH = -2.5, 7.0
"""Of g = nx − ln n, in which the law has a limit."""
TOPS = ((4, 1.3), (20, 0.78), (1_000_000, 0.53))
"""The highest density shown for up to so many pieces."""
SIZES = np.array([2, 3, 5, 10, 20, 50, 100, 300, 1000, 10_000, 100_000, 1_000_000])
COARSE = np.linspace(LOW, HIGH, 96)


def to_x(n: int, g: Any) -> np.ndarray:
    """The part of the stick x at which nx − ln n = g."""
    return (np.asarray(g, float) + np.log(n)) / n


@lru_cache(maxsize=64)
def law(n: int) -> np.ndarray:
    """Points (g, density of g) [m, 2] over the window, from 1/n, below which the longest piece is never, to 1."""
    low, high = max(LOW, 1 - np.log(n)), min(HIGH, n - np.log(n))
    g = np.linspace(low, high, 161)
    inside = density(n, np.clip(to_x(n, g), 0, 1)) / n
    return np.concatenate([[(low, 0.0)], np.stack([g, inside], 1), [(high, 0.0)]])


@lru_cache(maxsize=1)
def distances() -> np.ndarray:
    """(n, largest gap between the exact law and Gumbel's) for SIZES."""
    return np.array([(n, distance(int(n))) for n in SIZES])


@lru_cache(maxsize=64)
def distance(n: int) -> float:
    """The largest difference of P(max > x) from Gumbel's limit over the window."""
    x = np.clip(to_x(n, COARSE), 0, 1)
    return float(np.abs(longest_exceeds(n, x) - gumbel(n, x)).max())


def compute(n: int, percent: float) -> dict[str, Any]:
    """The law of the longest of ``n`` pieces in g = nx − ln n, and the place below which ``percent`` of it lies."""
    exact = law(n)
    at = float(quantile(n, percent / 100))
    g = n * at - np.log(n)
    mean = float(expected_longest(n))
    centre = n * mean - np.log(n)
    inside = exact[:, 0] <= g
    edge = float(np.interp(g, *exact.T))
    below = np.concatenate([exact[inside], [(g, edge), (g, 0.0)]])
    limit = -np.log(-np.log(percent / 100))
    peak = float(exact[:, 1].max())
    far = distance(n)
    top = next(top for most, top in TOPS if n <= most)
    height = max(edge, 0.06 * top)
    return {
        "axes": {"ylim": (0, top)},
        "below": [below],
        "exact": exact,
        "quantile": np.array([[g, 0.0], [g, height]]),
        "quantile name": {
            "text": f"{percent:g} %",
            "x": g + 0.1 if g > centre + 1 else g - 0.1,
            "y": height if abs(g - centre) > 1 else 0.02 * top,
            "ha": "left" if g > centre + 1 else "right",
        },
        "mean": np.array([[centre, 0.0], [centre, peak + 0.04 * top]]),
        "mean name": {"x": centre - 0.05, "y": peak + 0.05 * top, "text": f"mean {centre:.2f}\n(x = {_part(mean)})"},
        "now": np.array([[n, far]]),
        "readout": (
            f"n = {grouped(n)}: longest piece on average Hₙ/n = {_part(mean)} = {n * mean:.3f}/n;"
            f" {percent:g} % below {_part(at)} = {n * at:.3f}/n\n"
            f"(a sector of {_degrees(1 - at)} holds all with chance {1 - percent / 100:.2f}) · "
            f"Gumbel {limit + np.log(n):.3f}/n, the laws differ by {power(far)}"
        ),
    }  # fmt: skip


def _part(x: float) -> str:
    return f"{x:.4f}" if x >= 0.01 else power(x) if x < 1e-4 else f"{x:.6f}"


def _degrees(turn: float) -> str:
    return f"{360 * turn:.{2 if turn < 0.99 else 4}f}°"


def draw(figure: Figure) -> dict[str, Artist]:
    """The density on the left, the distance from Gumbel's law against n on the right."""
    left, right = figure.subplots(1, 2, width_ratios=[1.75, 1])
    return _draw_density(left) | _draw_distance(right)


def _draw_density(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(LOW, HIGH), yticks=[], xlabel="$nx$ − ln $n$  for the longest piece $x$")
    axes.spines["left"].set_visible(False)
    axes.set_title("Density of the longest piece")
    g = np.linspace(LOW, HIGH, 201)
    limit = style.line("second", linestyle=(0, (4, 2)), linewidth=2.4)
    axes.plot(g, np.exp(-g - np.exp(-g)), **limit, zorder=3)
    axes.text(1, 0.8, "Gumbel", color=limit["color"], fontsize=15, ha="right", transform=axes.transAxes)
    axes.text(1, 0.88, "exact", color=style.colour("theory"), fontsize=15, ha="right", transform=axes.transAxes)
    dark = style.colour("theory")
    return {
        "axes": axes,
        "below": axes.add_collection(PolyCollection([], facecolors=style.SLATE, alpha=0.18, linewidths=0, zorder=1)),
        "exact": axes.plot([], [], **style.line("theory"), zorder=2)[0],
        "quantile": axes.plot([], [], color=dark, linewidth=2.0, zorder=2)[0],
        "quantile name": axes.text(0, 0.012, "", color=dark, fontsize=14, ha="right", zorder=5),
        "mean": axes.plot([], [], color=dark, linewidth=1.6, linestyle=":", zorder=2)[0],
        "mean name": axes.text(0, 0, "", color=dark, fontsize=15, va="bottom", zorder=5),
    }


def _draw_distance(axes: Axes) -> dict[str, Artist]:
    known = distances()
    axes.set(xscale="log", yscale="log", xlim=(2, 1e6), ylim=(0.5 * known[:, 1].min(), 1), xlabel="pieces n")
    axes.set_xticks([10, 1000, 100_000], ["10", "1,000", "100,000"])
    axes.set_yticks([1, 1e-2, 1e-4], ["1", "$10^{-2}$", "$10^{-4}$"])
    axes.minorticks_off()
    axes.set_title("Distance to Gumbel")
    axes.plot(*known.T, **style.line("theory"))
    return {"now": axes.scatter([], [], s=110, color=style.colour("second"), zorder=4, clip_on=False)}


@live_figure("9324.longest")
def longest_piece() -> Live:
    """The law of the longest of n pieces, from 2 to a million, and its limit."""
    return Live(
        draw,
        compute,
        [
            Slider("n", "pieces n", 2, 1_000_000, 12, log=True, integer=True, play=True),
            Slider("percent", "quantile", 1, 99, 50, step=1, unit="%"),
        ],
        alt="The exact density of the longest of n pieces, a dark line shifted and stretched so that it can have a"
        " limit, moves onto Gumbel's density, dashed green, as n grows. The mean is marked, and the area below a"
        " quantile is shaded. Beside it the largest difference of the two laws falls with n on logarithmic axes.",
        size=(9.2, 4.5),
    )
