"""9305.slip2: which field eq10 learns from the points of eq11, seen in what becomes of three unequal modes."""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from blogtools.diffusion import grid
from blogtools.figures import live_figure
from blogtools.live import Choice, Live, Points, Slider, style

STARTS = 1000
TRACED = 100
T = 100.0
TIMES = grid(T, 0.01, 20).numpy()
FINE = grid(T, 0.02, 48, "log").numpy()
"""For the lines that are drawn, which a coarse step would show as kinks."""
LEARNED = 4.0
"""D of the field that eq10 learns with eq11's points: d + 2, for the plane."""
MODES = np.array([[-1.5, -0.9], [1.6, -0.6], [0.2, 1.6]])
COLOURS = (style.SKY, style.GREEN, style.PURPLE)
NAMES = "ABC"
PLANE = np.array([1, 1j])
"""Turns places [..., 2] into complex numbers."""


@dataclass(frozen=True)
class Way:
    """A field and a prior: D of PFGM++ of each, in the letters of 9305 (r = t√D is the post's t)."""

    name: str
    of_field: float
    of_prior: float


WAYS = (
    Way("true field", 1.0, 1.0),
    Way("eq10's field", LEARNED, 1.0),
    Way("eq10's field, its own prior", LEARNED, LEARNED),
)
SQUARED = np.array([way.of_field == LEARNED for way in WAYS])


def starts(of_prior: float) -> np.ndarray:
    """Points spread evenly in the measure of the prior with density ∝ (‖x‖²+T²)^{-(2+D)/2}, [STARTS, 2], no chance.

    In the plane r²/(r²+T²) ~ Beta(1, D/2) has a quantile in closed form; directions go round by the golden angle.
    """
    rank = (np.arange(STARTS) + 0.5) / STARTS
    z = -np.expm1(2 / of_prior * np.log1p(-rank))
    r = T * np.sqrt(z / (1 - z))
    angle = np.arange(STARTS) * math.pi * (3 - math.sqrt(5))
    return np.stack([r * np.cos(angle), r * np.sin(angle)], -1)


@lru_cache(maxsize=1)
def all_starts() -> np.ndarray:
    """The starts of each way [3, STARTS]."""
    return np.stack([starts(way.of_prior) @ PLANE for way in WAYS])


def carry(
    start: np.ndarray, squared: np.ndarray, modes: np.ndarray, weights: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """Paths [K, ways, n] of ``start`` [ways, n] along dx/dt = (x − x̂_0)/t at the ``times`` [K], places as x₁ + i x₂.

    x̂_0 is the mean of ``modes`` [3] under w_i R_i^{-3} with R_i² = ‖x−x_i‖² + t², as the true field has it, and in the
    rows that are ``squared`` [ways] under w_i R_i^{-6}: eq10 learns the kernel times eq11's density, which is the
    kernel again. Steps are those of 2M (arXiv 2211.01095).
    """
    path = np.empty((len(times), *start.shape), complex)
    path[0] = x = start
    before, past = x, times[0]
    for k, (t, after) in enumerate(itertools.pairwise(times)):
        apart = modes[:, None, None] - x
        squares = apart.real**2 + apart.imag**2 + t * t
        cubes = squares * np.sqrt(squares)
        np.square(cubes, out=cubes, where=squared[:, None])
        pulls = weights[:, None, None] / cubes
        mean = np.einsum("i,ijk", modes.real, pulls) + 1j * np.einsum("i,ijk", modes.imag, pulls)
        mean /= pulls.sum(0)
        aim = mean
        if k > 0 and after > 0:
            aim = mean + math.log(t / after) / (2 * math.log(past / t)) * (mean - before)
        before, past = mean, t
        path[k + 1] = x = aim + after / t * (x - aim)
    return path


def nearest(places: np.ndarray, modes: np.ndarray) -> np.ndarray:
    """For each of the ``places`` the index of the mode next to it."""
    return np.abs(places[..., None] - modes).argmin(-1)


def modes_compute(modes: np.ndarray, first: float, second: float, way: str) -> dict[str, Any]:
    """Shares of the three modes by each way, and the lines of the chosen one."""
    weights = np.array([first, (1 - first) * second, (1 - first) * (1 - second)])
    places, begin, chosen = modes @ PLANE, all_starts(), [each.name for each in WAYS].index(way)
    ends = nearest(carry(begin, SQUARED, places, weights, TIMES)[-1], places)
    shares = np.stack([np.bincount(row, minlength=3) for row in ends]) / STARTS
    errors = np.abs(shares - weights).sum(1) / 2
    traced = begin[chosen : chosen + 1, :: STARTS // TRACED]
    path = carry(traced, SQUARED[chosen : chosen + 1], places, weights, FINE)[:, 0]
    owners, lines = nearest(path[-1], places), np.stack([path.real, path.imag], -1).swapaxes(0, 1)
    shown: dict[str, Any] = {f"lines_{i}": lines[owners == i] for i in range(3)}
    for k, heights in enumerate(shares):
        shown[f"bars_{k}"] = [_bar(i, k, share) for i, share in enumerate(heights)]
        for i, share in enumerate(heights):
            shown[f"share_{k}{i}"] = {"text": f"{share:.3f}".lstrip("0"), "y": share + 0.02}
    shown["truth"] = [np.array([[i - 0.46, w], [i + 0.46, w]]) for i, w in enumerate(weights)]
    shown["rings"] = {"data": modes, "sizes": 1500 * weights}
    for i, place in enumerate(modes):
        shown[f"name_{i}"] = {"x": place[0], "y": place[1] + 0.28}
    shown["readout"] = "mass sent to the wrong mode: " + " · ".join(
        f"{each.name} {100 * error:.1f} %" for each, error in zip(WAYS, errors, strict=True)
    )
    return shown


def _bar(mode: int, way: int, share: float) -> list[tuple[float, float]]:
    left = mode - 0.42 + 0.29 * way
    return [(left, 0.0), (left, share), (left + 0.26, share), (left + 0.26, 0.0)]


def modes_draw(figure: Figure) -> dict[str, Artist]:
    """Left the modes with the lines that end in each, right their shares beside the truth."""
    plane, shares = figure.subplots(1, 2, width_ratios=[1, 1.25])
    plane.set(xlim=(-4, 4), ylim=(-4, 4), xticks=[], yticks=[], aspect="equal")
    plane.set_title("Who goes where")
    for spine in plane.spines.values():
        spine.set(visible=True, color=style.PALE)
    artists: dict[str, Artist] = {}
    for i, colour in enumerate(COLOURS):
        lines = LineCollection([], color=colour, linewidth=0.9, alpha=0.65)
        artists[f"lines_{i}"] = plane.add_collection(lines)
        artists[f"name_{i}"] = plane.text(0, 0, NAMES[i], fontsize=17, ha="center", va="bottom", zorder=5)
    artists["rings"] = plane.scatter(*MODES.T, color=COLOURS, alpha=0.3, linewidth=0, zorder=3)
    artists["modes"] = plane.scatter(*MODES.T, s=46, color=style.colour("data"), zorder=4)
    shares.set(xlim=(-0.55, 2.55), ylim=(0, 1.0), ylabel="share of arrivals")
    shares.set_xticks([0, 1, 2], list(NAMES), fontsize=15)
    shares.tick_params(bottom=False)
    shares.set_title("What each mode gets")
    looks = (("field", 0.8), ("wrong", 0.85), ("prior", 0.75))
    for k, (role, alpha) in enumerate(looks):
        bars = PolyCollection([], facecolor=style.colour(role), alpha=alpha, linewidth=0)
        artists[f"bars_{k}"] = shares.add_collection(bars)
        shares.text(
            0.98, 0.97 - 0.08 * k, WAYS[k].name, transform=shares.transAxes, color=style.colour(role), ha="right"
        )
        for i in range(3):
            at = i - 0.29 + 0.29 * k
            artists[f"share_{k}{i}"] = shares.text(at, 0, "", ha="center", fontsize=11, color=style.colour(role))
    artists["truth"] = shares.add_collection(LineCollection([], **style.line("theory"), zorder=4))
    shares.text(0.98, 0.97 - 0.24, "what it should be", transform=shares.transAxes, color=style.SLATE, ha="right")
    return artists


@live_figure("9305.slip2")
def what_eq10_learns() -> Live:
    """Three modes under the true field, under the field that eq10 learns, and under that field with its own prior."""
    return Live(
        modes_draw,
        modes_compute,
        [
            Points("modes", "modes A, B, C", "modes", MODES, -3.4, 3.4),
            Choice("way", "lines of", tuple(way.name for way in WAYS), WAYS[1].name),
            Slider("first", "mass of A", 0.05, 0.95, 0.6, step=0.01),
            Slider("second", "share of B in the rest", 0.05, 0.95, 0.7, step=0.01),
        ],
        alt="Lines from afar end in three modes of unequal mass. Bars beside a mark for the right share: under the true"
        " field they meet the mark, under the field that eq10 learns the largest mode gets too little and the others"
        " too much, and with its own prior that field meets the mark again.",
        size=(9.2, 4.4),
    )
