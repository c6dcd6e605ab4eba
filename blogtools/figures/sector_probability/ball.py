"""9324.ball: points on a sphere, the half-ball that holds them if there is one (claim3), and Wendel's law beside it."""

import itertools
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from blogtools.figures import live_figure
from blogtools.figures.sector_probability.parts import TURN, arc, chance, grouped, interval
from blogtools.live import Button, Live, Orbit, Slider, style
from blogtools.sector import arcs, half_ball

POINTS, DIMENSIONS, THROWS = 12, 8, 2000
OUTLINE = len(arc(0, np.pi))
NEAR = 1e-12
"""Cosines that close to 0 are those of the points that span the plane."""


def view(azimuth: float, elevation: float) -> np.ndarray:
    """Rotation [3, 3] whose rows are right, up and towards the viewer; angles in degrees, the third axis upright."""
    a, e = np.radians([azimuth, elevation])
    right = [-np.sin(a), np.cos(a), 0.0]
    up = [-np.sin(e) * np.cos(a), -np.sin(e) * np.sin(a), np.cos(e)]
    return np.array([right, up, [np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)]])


def directions(n: int, d: int, rng: np.random.Generator, size: tuple[int, ...] = ()) -> np.ndarray:
    """Independent directions [*size, n, d], those of uniform points of the d-dimensional ball."""
    normal = rng.standard_normal((*size, n, d))
    return np.asarray(normal / np.linalg.norm(normal, axis=-1, keepdims=True))


@lru_cache(maxsize=256)
def smallest_cap(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    """The throw [n, 3], the middle of the smallest cap that holds it, and the cosine of the cap's angle to its rim.

    A smallest cap has two of the points at the ends of a diameter, or three on its rim. A cosine of at least 0 says
    that a half-ball holds all; below it none does.
    """
    points = directions(POINTS, 3, np.random.default_rng(seed))[:n]
    pairs = [points[i] + points[j] for i, j in itertools.combinations(range(n), 2)]
    planes = [np.cross(points[j] - points[i], points[k] - points[i]) for i, j, k in itertools.combinations(range(n), 3)]
    middles = np.array([points[0], *pairs, *planes, *(-plane for plane in planes)])
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    depth = (middles @ points.T).min(1)
    best = int(depth.argmax())
    return points, middles[best], float(depth[best])


def in_half_ball(points: np.ndarray) -> np.ndarray:
    """Whether a half-ball holds the n directions ``points`` [throws, n, d] of each throw; d is 1, 2 or 3."""
    throws, n, d = points.shape
    if n <= d:
        return np.ones(throws, bool)
    if d == 1:
        return np.asarray((points[..., 0] > 0).all(1) | (points[..., 0] < 0).all(1))
    if d == 2:
        return np.asarray(arcs(np.arctan2(points[..., 1], points[..., 0])).max(1) >= 0.5)
    # A half-ball that holds all can be turned until two of them lie in its plane, in at least three ways; walking
    # around these, the first of the two has the smaller number at least once, so that one sign is enough.
    first, second = np.array(list(itertools.combinations(range(n), 2))).T
    cosines = np.cross(points[:, first], points[:, second]) @ points.swapaxes(1, 2)
    return np.asarray((cosines > -NEAR).all(2).any(1))


@lru_cache(maxsize=POINTS)
def counted(n: int) -> tuple[int, ...]:
    """How many of THROWS throws of ``n`` points a half-ball holds, for d = 1, 2, 3."""
    rng = np.random.default_rng([9324, n])
    return tuple(int(in_half_ball(directions(n, d, rng, (THROWS,))).sum()) for d in (1, 2, 3))


def compute(n: int, azimuth: float, elevation: float, seed: int) -> dict[str, Any]:
    """A throw of ``n`` points seen from ``azimuth`` and ``elevation`` degrees, and Wendel's law for d = 1 … 8."""
    points, normal, depth = smallest_cap(n, seed)
    turned = view(azimuth, elevation)
    seen, up = points @ turned.T, turned @ normal
    fits = depth >= 0
    look = style.line("second" if fits else "wrong", linestyle="-" if fits else "--")
    front, back = _half(up)
    left_out = points @ normal < -NEAR
    order = np.argsort(seen[:, 2])
    shades = np.where(seen[:, 2] > 0, style.BLACK, style.GREY)
    shades = np.where(left_out, style.VERMILION, shades)
    shown: dict[str, Any] = {
        "front": {"data": [front], "facecolor": look["color"]},
        "back": {"data": [back], "facecolor": look["color"]},
        "rim": {"data": front[OUTLINE:], "color": look["color"], "linestyle": look["linestyle"]},
        "far rim": {"data": back[OUTLINE:], "color": look["color"]},
        "normal": {"data": np.array([[0.0, 0.0], up[:2]]), "color": look["color"]},
        "rays": np.stack([np.zeros((n, 2)), seen[:, :2]], 1),
        "points": {"data": seen[order, :2], "facecolor": shades[order], "sizes": 130 + 60 * seen[order, 2]},
        "equator": (np.pad(arc(0, TURN), ((0, 0), (0, 1))) @ turned.T)[:, :2],
        "verdict": {
            "text": "a half-ball holds all"
            if fits
            else f"no half-ball holds all; this one leaves out {left_out.sum()}",
            "color": look["color"],
        },
    }
    exact = [float(half_ball(n, d)) for d in range(1, DIMENSIONS + 1)]
    hits = np.array(counted(n))
    low, high = interval(hits, np.full(3, THROWS))
    width = np.degrees(2 * np.arccos(np.clip(depth, -1, 1)))
    wendel = half_ball(n, 3)
    return shown | {
        "bars": [_bar(d, p) for d, p in enumerate(exact, 1)],
        "here": [_bar(3, exact[2])],
        "name": {"text": f"{exact[2]:.4f}", "y": max(exact[2], high[2]) + 0.02},
        "estimates": np.stack([np.arange(1, 4), hits / THROWS], 1),
        "intervals": [np.array([[d, a], [d, b]]) for d, a, b in zip((1, 2, 3), low, high, strict=True)],
        "readout": (
            f"n = {n}: the smallest cap that holds all opens {width:.1f}°, {'at most' if fits else 'more than'} 180°\n"
            f"d = 3, Wendel: {_fraction(wendel)} · {grouped(THROWS)} throws"
            f" {hits[2] / THROWS:.4f} (99 % interval {low[2]:.4f} to {high[2]:.4f})"
        ),
    }


def _half(up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Outlines [m, 2] of the half-sphere about ``up``, as far as it lies in front and behind; the rim comes last."""
    turn = float(np.arctan2(up[1], up[0]))
    across = np.array([np.sin(turn), -np.cos(turn), 0.0])
    over = np.cross(up, across)
    over = over if over[2] > 0 else -over
    t = np.linspace(np.pi, 0, 61)[:, None]
    rim = np.cos(t) * across + np.sin(t) * np.array([over, -over])[:, None]
    edge = arc(turn - np.pi / 2, np.pi)
    front, back = (np.concatenate([edge, half[:, :2]]) for half in rim)
    return front, back


def _bar(d: int, p: float) -> np.ndarray:
    return np.array([(d - 0.36, 0), (d + 0.36, 0), (d + 0.36, p), (d - 0.36, p)])


def _fraction(p: Fraction) -> str:
    return "1" if p == 1 else f"{p.numerator}/{p.denominator} = {chance(float(p))}"


def draw(figure: Figure) -> dict[str, Artist]:
    """The ball on the left, the law by dimension on the right."""
    ball, law = figure.subplots(1, 2, width_ratios=[1, 1.15])
    return _draw_ball(ball) | _draw_law(law)


def _draw_ball(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(-1.12, 1.12), ylim=(-1.12, 1.12), aspect="equal")
    axes.set_axis_off()
    axes.plot(*arc(0, TURN).T, color=style.GREY, linewidth=1.6, zorder=2)
    return {
        "back": axes.add_collection(PolyCollection([], alpha=0.12, linewidths=0, zorder=0)),
        "front": axes.add_collection(PolyCollection([], alpha=0.25, linewidths=0, zorder=1)),
        "equator": axes.plot([], [], **style.line("guide"), zorder=1)[0],
        "far rim": axes.plot([], [], linewidth=1.4, linestyle=":", zorder=1)[0],
        "rim": axes.plot([], [], linewidth=2.4, zorder=3)[0],
        "normal": axes.plot([], [], linewidth=1.8, zorder=3)[0],
        "rays": axes.add_collection(LineCollection([], colors=style.GREY, linewidths=1.0, zorder=2)),
        "points": axes.scatter([], [], s=130, color=style.BLACK, linewidths=0, zorder=4),
        "verdict": axes.text(0.0, 1.02, "", fontsize=15, transform=axes.transAxes),
    }


def _draw_law(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(0.4, DIMENSIONS + 0.6), ylim=(0, 1.1), xlabel="dimension d", xticks=range(1, DIMENSIONS + 1))
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.tick_params("x", length=0)
    axes.set_title("Chance of a half-ball (Wendel)")
    dark, orange = style.colour("theory"), style.colour("estimate")
    return {
        "bars": axes.add_collection(PolyCollection([], facecolors=dark, alpha=0.35, linewidths=0, zorder=1)),
        "here": axes.add_collection(PolyCollection([], facecolors=dark, linewidths=0, zorder=2)),
        "name": axes.text(3, 0, "", color=dark, fontsize=14, ha="center", va="bottom", zorder=5),
        "intervals": axes.add_collection(LineCollection([], colors=orange, linewidths=3, zorder=3)),
        "estimates": axes.scatter([], [], s=70, color=orange, zorder=4),
    }


@live_figure("9324.ball")
def points_on_a_ball() -> Live:
    """Points in space and the half-ball that holds them all, if there is one."""
    return Live(
        draw,
        compute,
        [
            Slider("n", "points n", 1, POINTS, 5, integer=True),
            Slider("azimuth", "turn", 0, 360, 30, step=1, unit="°", play=True),
            Slider("elevation", "tilt", -90, 90, 20, step=1, unit="°"),
            Button("seed", "throw again"),
            Orbit("azimuth", "elevation"),
        ],
        alt="On the left points on a sphere that one can turn, and a half-ball: green where it holds all the points,"
        " dashed vermilion where none does; the one drawn leaves some out, another may leave out fewer. On"
        " the right bars of the exact chance that a half-ball holds n points for dimensions 1 to 8, with estimates and"
        " their intervals for d = 1, 2 and 3.",
        size=(9.0, 4.5),
    )
