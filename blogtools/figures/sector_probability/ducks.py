"""9324.fig1: ducks on a pond, the smallest sector that holds them, and how often it is no wider than θ."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from blogtools.figures import live_figure
from blogtools.figures.sector_probability.parts import (
    TURN,
    arc,
    chance,
    checkpoints,
    duck,
    grouped,
    interval,
    middle,
    sector,
)
from blogtools.live import Button, Live, Slider, style
from blogtools.sector import arcs, points_in_disc, probability, smallest_sector

DUCKS, THROWS = 12, 20_000
RIM = 1.09
"""Radius at which the gaps are drawn."""
SHORT = "n(θ/2π)ⁿ⁻¹"
"""9324.eq11, which holds up to half a turn."""
LINE = 0.075
"""Height of a line of text on the axis of shares."""
BETWEEN = 0.025
"""Radians left blank on either side of a gap."""


@lru_cache(maxsize=4)
def throws(seed: int) -> np.ndarray:
    """Places [THROWS, DUCKS, 2]; n ducks are the first n of each throw, so that one may add a duck."""
    return points_in_disc(DUCKS, np.random.default_rng(seed), (THROWS,))


@lru_cache(maxsize=32)
def widths(n: int, seed: int) -> np.ndarray:
    """For each throw the radians of the smallest sector that holds its n ducks, a turn less its longest gap."""
    x, y = np.moveaxis(throws(seed)[:, :n], -1, 0)
    return TURN * (1 - arcs(np.arctan2(y, x)).max(-1))


def compute(n: int, theta: float, count: int, more: int, seed: int) -> dict[str, Any]:
    """The last of ``count`` + ``more`` throws of ``n`` ducks, and the share of all of them that fit into ``theta``°."""
    total = min(count + more, THROWS)
    places = throws(seed)[total - 1, :n]
    angles = np.arctan2(places[:, 1], places[:, 0])
    start, width = map(float, smallest_sector(angles))
    allowed = np.radians(theta)
    fits = width <= allowed
    look = style.line("second" if fits else "wrong", linestyle="-" if fits else "--")
    shown: dict[str, Any] = {
        "ducks": places,
        "rays": np.stack([places, np.stack([np.cos(angles), np.sin(angles)], -1)], 1),
        "sector": {"data": sector(start, width), "facecolor": look["color"]},
        "edge": {"data": sector(start, width), "color": look["color"], "linestyle": look["linestyle"]},
        "allowed": sector(start + (width - allowed) / 2, allowed, 1.0),
    }
    shown |= _gaps(np.sort(angles), start + width, TURN - width)
    short = n * (theta / 360) ** (n - 1)
    running, said = _running(widths(n, seed)[:total] <= allowed, float(probability(n, allowed)), short)
    shown["verdict"] = {
        "text": f"smallest sector {np.degrees(width):.0f}°, {'fits' if fits else 'too wide'}",
        "color": look["color"],
    }
    shown["readout"] = (
        f"throw {grouped(total)}: smallest sector {np.degrees(width):.1f}° {'≤' if fits else '>'} θ = {theta:.0f}°,"
        f" longest gap {360 - np.degrees(width):.1f}°\n{said}"
    )
    return shown | running


def _gaps(angles: np.ndarray, start: float, width: float) -> dict[str, Any]:
    """The n gaps between sorted angles, and the longest, which begins at ``start``."""
    gaps = np.diff(angles, append=angles[0] + TURN)
    wide = gaps > 3 * BETWEEN
    pieces = [arc(a + BETWEEN, gap - 2 * BETWEEN, RIM) for a, gap in zip(angles[wide], gaps[wide], strict=True)]
    x, y = middle(start, width, RIM + 0.06)
    return {
        "gaps": pieces,
        "longest": arc(start + BETWEEN, max(width - 2 * BETWEEN, 0.0), RIM),
        "name": {
            "text": f"{np.degrees(width):.0f}°",
            "x": x,
            "y": y,
            "ha": "left" if x > 0.35 else "right" if x < -0.35 else "center",
            "va": "bottom" if y > 0.7 else "top" if y < -0.7 else "center",
        },
    }


def _running(hits: np.ndarray, exact: float, short: float) -> tuple[dict[str, Any], str]:
    """The share of hits after each of a few numbers of throws, its exact interval, and what to say of the last.

    The ``short`` formula of half a turn is shown where it is not the ``exact`` value; above 1, by its name alone.
    """
    at = checkpoints(len(hits))
    count = np.cumsum(hits)[at - 1]
    low, high = interval(count, at)
    share = count / at
    shown = {
        "band": np.stack([at, low, high], 1),
        "share": np.stack([at, share], 1),
        "now": np.array([[at[-1], share[-1]]]),
        "exact": np.array([[1, exact], [1.3 * THROWS, exact]]),
    } | _named(exact, short)
    wrong = short > exact * (1 + 1e-9)
    said = (
        f"{grouped(int(count[-1]))} of {grouped(len(hits))} fit: {share[-1]:.4f}"
        f" (99 % interval {low[-1]:.4f} to {high[-1]:.4f}) · exact {chance(exact)}"
        f"{f', {SHORT} = {_short(short)}' if wrong else f' = {SHORT}'}"
    )
    return shown, said


def _named(exact: float, short: float) -> dict[str, Any]:
    """The short formula where it is wrong, and the names of both values, neither on a line."""
    wrong = short > exact * (1 + 1e-9)
    if not wrong:
        above, by = exact < 0.85, exact
    else:
        above, by = exact < 0.1, short if exact < 0.1 else exact
    if above or short > 0.9:  # one name beyond the other
        at, under = (by + LINE, False) if above else (by - LINE, True)
    else:
        at, under = short, False
    return {
        "short": np.array([[1, short], [1.3 * THROWS, short]]) if wrong and short <= 1 else np.empty((0, 2)),
        "exact name": {"text": f"exact {chance(exact)}"} | _beside(by, not above),
        "short name": {"text": f"{SHORT} = {_short(short)}" if wrong else ""} | _beside(at, under),
    }


def _short(value: float) -> str:
    """The value of the short formula, which is a chance as far as it goes."""
    return chance(value) if value <= 1 else f"{value:.4g}"


def _beside(y: float, under: bool) -> dict[str, Any]:
    return {"y": y - 0.015, "va": "top"} if under else {"y": y + 0.015, "va": "bottom"}


def draw(figure: Figure) -> dict[str, Artist]:
    """The pond on the left, the share of throws that fit on the right."""
    pond, running = figure.subplots(1, 2, width_ratios=[1.12, 1])
    return draw_pond(pond) | _draw_running(running)


def draw_pond(axes: Axes) -> dict[str, Artist]:
    """Water, ducks, sectors and gaps."""
    axes.set(xlim=(-1.5, 1.5), ylim=(-1.3, 1.3), aspect="equal")
    axes.set_axis_off()
    axes.fill(*arc(0, TURN).T, color=style.SKY, alpha=0.22, linewidth=0, zorder=0)
    theory = style.colour("theory")
    (filled,) = axes.fill([0], [0], alpha=0.3, linewidth=0, zorder=1)
    (edge,) = axes.plot([], [], linewidth=2.4, zorder=2)
    (allowed,) = axes.plot([], [], color=theory, linewidth=1.6, linestyle=(0, (1, 2)), zorder=1.5)
    return {
        "sector": filled,
        "allowed": allowed,
        "edge": edge,
        "rays": axes.add_collection(LineCollection([], colors=style.GREY, linewidths=1.0, zorder=2)),
        "gaps": axes.add_collection(LineCollection([], colors=theory, linewidths=2.2, zorder=2)),
        "longest": axes.plot([], [], color=theory, linewidth=6.5, zorder=3)[0],
        "name": axes.text(0, 0, "", color=theory, fontsize=15, zorder=5),
        "verdict": axes.text(0.0, 1.02, "", fontsize=15, transform=axes.transAxes),
        "ducks": axes.scatter([], [], s=560, marker=duck(), color=style.colour("data"), linewidths=0, zorder=4),
    }


def _draw_running(axes: Axes) -> dict[str, Artist]:
    axes.set(xscale="log", xlim=(1, 1.3 * THROWS), ylim=(0, 1), xlabel="throws", yticks=[0, 0.25, 0.5, 0.75, 1])
    axes.set_xticks([1, 10, 100, 1000, 10_000], ["1", "10", "100", "1,000", "10,000"])
    axes.minorticks_off()
    axes.set_title("Share of throws that fit")
    theory = style.line("theory")
    return {
        "band": axes.fill_between([1], [0], [0], **style.line("band"), zorder=1),
        "exact": axes.plot([], [], **theory, zorder=2)[0],
        "short": axes.plot([], [], **style.line("wrong", linewidth=1.4), zorder=2)[0],
        "short name": axes.text(1.25 * THROWS, 0, "", color=style.colour("wrong"), ha="right", fontsize=14, zorder=5),
        "share": axes.plot([], [], **style.line("estimate"), zorder=3)[0],
        "now": axes.scatter([], [], s=80, color=style.colour("estimate"), zorder=4, clip_on=False),
        "exact name": axes.text(1.25 * THROWS, 0, "", color=theory["color"], ha="right", fontsize=14, zorder=5),
    }


@live_figure("9324.fig1")
def ducks_on_a_pond() -> Live:
    """Ducks on a round pond, one throw and the share of many that fit into a sector of angle θ."""
    return Live(
        draw,
        compute,
        [
            Slider("n", "ducks n", 1, DUCKS, 4, integer=True),
            Slider("theta", "sector θ", 10, 360, 180, step=1, unit="°"),
            Slider("count", "throws", 1, THROWS, 100, log=True, integer=True, play=True),
            Button("more", "throw once more"),
            Button("seed", "start afresh"),
        ],
        alt="On the left ducks on a round pond, the smallest sector that holds them all, green where it is no wider"
        " than the dotted sector of angle θ and dashed vermilion where it is wider, and around the rim the gaps between"
        " the ducks, the longest one thick. On the right the share of throws that fit, with its exact 99 % interval,"
        " closes in on the exact probability as the number of throws grows on a logarithmic axis. Beyond 180° a thin"
        " dashed vermilion line is the short formula, which is too large there and soon above 1.",
        size=(9.0, 4.5),
    )
