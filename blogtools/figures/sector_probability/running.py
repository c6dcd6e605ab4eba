"""9324.running: three routes to the same probability, throw by throw, each with its exact binomial interval."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from blogtools.figures import live_figure
from blogtools.figures.sector_probability.parts import CONFIDENCE, TURN, chance, checkpoints, grouped, interval
from blogtools.live import Button, Live, Slider, Toggle, style
from blogtools.sector import arcs, points_in_disc, probability

NUMBERS, MOST, POINTS = 400_000, 100_000, 20
"""Random points drawn at most for one route, throws at most, and points in a throw at most."""
ROUTES = {"disc": "estimate", "angles": "second", "exponentials": "third"}
WINDOW = 25
"""Percentage points shown on either side of the exact value."""
NARROWEST, WIDEST = 0.05, 60.0
"""Half widths shown, in percentage points."""
FUNNEL = checkpoints(MOST, 150)
TAIL = (1 - CONFIDENCE) / 2
ERRORS = float(stats.norm.isf(TAIL))
"""Standard errors to each side, 2.58."""
PARTS = ("share", "interval", "half", "dot")
ASIDE = 1.1
"""The intervals of two routes stand apart by that ratio of throws."""


@lru_cache(maxsize=48)
def longest(route: str, n: int, seed: int) -> np.ndarray:
    """The longest arc of each throw of ``n`` points by a route, as part of a turn; as many throws as NUMBERS allow."""
    throws = min(MOST, NUMBERS // n)
    rng = np.random.default_rng([seed, n, list(ROUTES).index(route)])
    if route == "exponentials":
        pieces = rng.standard_exponential((n, throws))
        return np.asarray(pieces.max(0) / pieces.sum(0))
    if route == "disc":
        x, y = np.moveaxis(points_in_disc(n, rng, (throws,)), -1, 0)
        return np.asarray(arcs(np.arctan2(y, x)).max(-1))
    return np.asarray(arcs(TURN * rng.random((throws, n))).max(-1))


def compute(
    n: int, theta: float, trials: int, disc: bool, angles: bool, exponentials: bool, seed: int
) -> dict[str, Any]:
    """Estimate minus exact for the routes that are on, their last intervals, and how wide the intervals have been."""
    x = 1 - theta / 360
    exact = float(probability(n, np.radians(theta)))
    trials = min(trials, NUMBERS // n, MOST)
    at = checkpoints(trials)
    fair = [100 * (stats.binom.ppf(tail, FUNNEL, exact) / FUNNEL - exact) for tail in (TAIL, 1 - TAIL)]
    normal = 100 * ERRORS * np.sqrt(exact * (1 - exact) / FUNNEL)
    shown: dict[str, Any] = {
        "fair": np.stack([FUNNEL, *fair], 1),
        "normal": np.stack([FUNNEL, normal], 1) if exact < 1 else np.empty((0, 2)),
    }
    words = []
    for row, (route, on) in enumerate(zip(ROUTES, (disc, angles, exponentials), strict=True)):
        if not on:
            shown |= {f"{part} {route}": np.empty((0, 2)) for part in PARTS}
            continue
        hits = np.cumsum(longest(route, n, seed)[:trials] >= x)[at - 1]
        low, high = interval(hits, at)
        share = hits / at
        half = 50 * (high - low)
        place = trials * ASIDE**row
        shown |= {
            f"share {route}": np.stack([at, 100 * (share - exact)], 1),
            f"interval {route}": np.array([[place, 100 * (end - exact)] for end in (low[-1], high[-1])]),
            f"half {route}": np.stack([at, half], 1),
            f"dot {route}": np.array([[trials, half[-1]]]),
        }
        words.append(f"{route} {100 * share[-1]:.2f} ± {half[-1]:.2f}")
    shown["readout"] = (
        f"n = {n}, {grouped(trials)} throws: exact {chance(exact)}; estimates and half widths in per cent:\n"
        + (" · ".join(words) or "no route is on")
    )
    return shown


def draw(figure: Figure) -> dict[str, Artist]:
    """The running estimates on the left, the widths of their intervals on the right."""
    left, right = figure.subplots(1, 2, width_ratios=[1.35, 1])
    return _draw_running(left) | _draw_widths(right)


def _draw_running(axes: Axes) -> dict[str, Artist]:
    _throws(axes)
    axes.set(ylim=(-WINDOW, WINDOW), ylabel="percentage points")
    axes.set_yticks([-20, -10, 0, 10, 20], ["−20", "−10", "exact", "+10", "+20"])
    axes.set_title("Estimate minus exact")
    axes.text(1.1 * MOST, 0.8 * WINDOW, "99 % of estimates", color=style.GREY, fontsize=14, ha="right")
    axes.axhline(0, **style.line("theory"), zorder=2)
    artists: dict[str, Artist] = {
        "fair": axes.fill_between([1], [0], [0], color=style.PALE, alpha=0.6, linewidth=0, zorder=1)
    }
    for route, role in ROUTES.items():
        (artists[f"share {route}"],) = axes.plot([], [], color=style.colour(role), linewidth=2.2, zorder=3)
        (artists[f"interval {route}"],) = axes.plot([], [], color=style.colour(role), linewidth=4, zorder=4)
    return artists


def _draw_widths(axes: Axes) -> dict[str, Artist]:
    _throws(axes)
    axes.set(yscale="log", ylim=(NARROWEST, WIDEST), ylabel="± percentage points")
    axes.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    axes.minorticks_off()
    axes.grid(**style.line("guide"))
    axes.set_axisbelow(True)
    axes.set_title("99 % interval, half width")
    above_the_grid: dict[str, Any] = {
        "fontsize": 15, "ha": "right", "va": "center", "bbox": {"facecolor": "white", "linewidth": 0, "pad": 1},
    }  # fmt: skip
    artists: dict[str, Artist] = {"normal": axes.plot([], [], **style.line("theory"), zorder=2)[0]}
    for row, (route, role) in enumerate(ROUTES.items()):
        colour = style.colour(role)
        axes.text(1.1 * MOST, 0.62 * WIDEST / 1.75**row, route, color=colour, **above_the_grid)
        artists[f"half {route}"] = axes.plot([], [], color=colour, linewidth=2.2, zorder=3)[0]
        artists[f"dot {route}"] = axes.scatter([], [], s=(300, 150, 50)[row], color=colour, zorder=4 + row)
    below = 0.62 * WIDEST / 1.75 ** len(ROUTES)
    axes.text(1.1 * MOST, below, "normal law", color=style.colour("theory"), **above_the_grid)
    return artists


def _throws(axes: Axes) -> None:
    axes.set(xscale="log", xlim=(10, 1.4 * MOST), xlabel="throws")
    axes.set_xticks([10, 100, 1000, 10_000, 100_000], ["10", "100", "1,000", "10,000", "100,000"])
    axes.minorticks_off()


@live_figure("9324.running")
def running_estimates() -> Live:
    """Three routes to the probability, estimate and interval throw by throw."""
    return Live(
        draw,
        compute,
        [
            Slider("trials", "throws", 10, MOST, 3000, log=True, integer=True, play=True),
            Slider("n", "points n", 1, POINTS, 4, integer=True),
            Slider("theta", "sector θ", 10, 360, 180, step=1, unit="°"),
            Toggle("disc", "points of the disc", True),
            Toggle("angles", "angles", True),
            Toggle("exponentials", "exponentials", True),
            Button("seed", "start afresh"),
        ],
        alt="On the left the difference between estimate and exact probability, for three ways to throw the points:"
        " three lines that run into zero inside a grey funnel, which holds 99 of 100 estimates, as the number of throws"
        " grows on a logarithmic axis. The bars at their ends are the exact 99 % intervals. On the right the"
        " half width of these intervals against the number of throws, both axes logarithmic: three lines that fall"
        " together, with the dark line of 2.58 standard errors.",
        size=(9.2, 4.5),
    )
