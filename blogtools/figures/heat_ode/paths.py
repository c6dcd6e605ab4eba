"""9280.paths: single points on their way, downhill to the noise and uphill to the data, over the density p_t.

Beside the plane of t and x the density of the present moment, on its side: each point sits on its slope and walks down
(9280.eq10), whatever happens to the hill meanwhile; backwards in time it climbs.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from blogtools.figures import live_figure
from blogtools.figures.heat_ode.line import SHAPES, Line
from blogtools.live import Choice, Live, Points, Slider, style

DOWN, UP = "down: data to noise", "up: noise to data"
T, VIEW = 2.5, 5.0
"""The window: 0 ≤ t ≤ T and |x| ≤ VIEW."""
START = np.array([[0.0, -1.75], [0.0, -0.9], [0.0, 0.5], [0.0, 1.6]])
NAMES = "ABCD"
CLOCK = np.append(0.0, np.geomspace(0.04, T, 45))
"""Times at which paths have corners."""
CROWD = 31
HILL = np.linspace(-VIEW, VIEW, 301)
ARROW = 0.9
"""Length, in units of x, of an arrow of the steepest point."""


@lru_cache(maxsize=8)
def _scene(data: str) -> tuple[Line, np.ndarray, np.ndarray]:
    """The line, its density in shades [x, t] (the largest at each time is 1), and paths at equal steps of rank."""
    line = Line.drawn(SHAPES[data])
    times = (np.arange(150) + 0.5) / 150 * T
    shades = np.stack([line.density(HILL, float(t)) for t in times], 1)
    ranks = (np.arange(CROWD) + 0.5) / CROWD
    crowd = line.paths(line.place(ranks, T), T, CLOCK)
    lines = np.stack([np.broadcast_to(CLOCK[:, None], crowd.shape), crowd], -1)
    return line, shades / shades.max(0), np.swapaxes(lines, 0, 1)


@lru_cache(maxsize=64)
def _path(data: str, t: float, x: float) -> np.ndarray:
    """The path [46, 2] through (t, x)."""
    return np.stack([CLOCK, _scene(data)[0].paths(np.array([x]), t, CLOCK)[:, 0]], 1)


def compute(starts: np.ndarray, data: str, way: str, done: float) -> dict[str, Any]:
    """Paths through ``starts`` [4, 2] of (t, x), and where the points are when ``done`` % of the time has passed."""
    line, shades, crowd = _scene(data)
    t = T * (done / 100 if way == DOWN else 1 - done / 100)
    paths = np.array([_path(data, float(a), float(b)) for a, b in starts])
    k = max(int(np.searchsorted(CLOCK, t, side="right")) - 1, 0)
    x = line.carried(paths[:, k, 1], float(CLOCK[k]), t)
    here = np.stack([np.full(4, t), x], 1)
    hill, peak = line.density(HILL, t), float(line.density(HILL, t).max())
    outline = np.stack([hill / peak, HILL], 1)
    seats = np.stack([line.density(x, t) / peak, x], 1)
    speed = -t * line.slope(x, t)
    shown: dict[str, Any] = {
        "shades": shades**0.6,
        "crowd": crowd,
        "whole": list(paths),
        "gone": [_walked(path, place, way) for path, place in zip(paths, here, strict=True)],
        "walkers": here,
        "now": np.array([[t, -VIEW], [t, VIEW]]),
        "under": np.concatenate([[(0.0, -VIEW)], outline, [(0.0, VIEW)]]),
        "hill": outline,
        "seats": seats,
        "arrows": {
            "offsets": seats,
            "data": np.stack([np.zeros(4), ARROW * (speed if way == DOWN else -speed)], 1),
        },
    }
    for name, start, seat in zip(NAMES, starts, seats, strict=True):
        shown[name] = start[None]
        shown[f"seat {name}"] = {"y": seat[1], "text": name}
    ranks = line.below(x, t)
    moved = np.abs(ranks - [line.below(b[None], float(a))[0] for a, b in starts]).max()
    words = [f"{name} {value:.2f}".replace("-", "−") for name, value in zip(NAMES, speed, strict=True)]
    places = " < ".join(f"{NAMES[i]} {ranks[i]:.4f}" for i in np.argsort(ranks, kind="stable"))
    return shown | {
        "readout": f"t = {t:.2f}: f = −t ∇log p is {' · '.join(words)}{'' if way == DOWN else '; they go against it'}"
        f"\nranks, the probability below: {places}; unchanged to {moved:.0e}".replace("e-0", "e−")
    }


def _walked(path: np.ndarray, here: np.ndarray, way: str) -> np.ndarray:
    """The part [m, 2] of a path, in (t, x), that a point has behind it when it is at ``here``."""
    if way == DOWN:
        return np.concatenate([path[path[:, 0] < here[0]], [here]])
    return np.concatenate([[here], path[path[:, 0] > here[0]]])


def react(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Whoever turns round starts from the other end of the path; with new data everyone keeps the rank."""
    if after["data"] != before["data"]:
        old, new = (_scene(parameters["data"])[0] for parameters in (before, after))
        t = before["starts"][:, 0]
        ranks = [old.below(b[None], float(a)) for a, b in before["starts"]]
        return {"starts": [(a, new.place(rank, float(a))[0]) for a, rank in zip(t, ranks, strict=True)]}
    if after["way"] == before["way"]:
        return {}
    end = 0 if after["way"] == DOWN else -1
    return {"starts": [_path(after["data"], float(a), float(b))[end] for a, b in after["starts"]]}


def draw(figure: Figure) -> dict[str, Artist]:
    """The plane of t and x, and the density of the present moment on its side."""
    plane, hill = figure.subplots(1, 2, width_ratios=[2.4, 1], sharey=True)
    return _draw_plane(plane) | _draw_hill(hill)


def _draw_plane(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(0, T), ylim=(-VIEW, VIEW), xlabel="$t$  (noise $σ_t=t$)", ylabel="$x$")
    axes.get_yaxis().get_label().set_rotation(0)
    axes.set_title("Drag a point")
    # Room for the points that begin at t = 0.
    axes.tick_params("y", pad=14)
    blank = np.zeros((len(HILL), 150))
    field = style.line("field")
    artists: dict[str, Artist] = {
        "shades": axes.imshow(
            blank, cmap="gray_r", vmin=0, vmax=2.2, origin="lower", extent=(0, T, -VIEW, VIEW), aspect="auto"
        ),
        "crowd": axes.add_collection(LineCollection([], colors="white", linewidths=1.0, alpha=0.9, zorder=2)),
        "whole": axes.add_collection(
            LineCollection([], colors=field["color"], linewidths=1.6, linestyles=[(0, (2, 3))], zorder=3)
        ),
        "gone": axes.add_collection(LineCollection([], colors=field["color"], linewidths=3.2, zorder=3)),
        "now": axes.plot([], [], color=style.SLATE, linewidth=1.4, linestyle=":", zorder=2)[0],
        "starts": axes.scatter([], [], s=330, color=style.BLACK, zorder=5, clip_on=False),
        "walkers": axes.scatter([], [], s=110, color=field["color"], zorder=6, clip_on=False),
    }
    for name in NAMES:
        artists[name] = axes.scatter(
            [], [], s=60, c="white", marker=f"$\\mathrm{{{name}}}$", linewidths=0.3, zorder=7, clip_on=False
        )
    return artists


def _draw_hill(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(0, 1.3), xticks=[], xlabel="$p_t$ now")
    axes.tick_params("y", length=0, labelleft=False)
    axes.spines["bottom"].set_visible(False)
    axes.set_title("The hill at this moment")
    field = style.colour("field")
    artists: dict[str, Artist] = {
        "under": axes.fill([0], [0], color=style.PALE, linewidth=0, zorder=0)[0],
        "hill": axes.plot([], [], **style.line("theory"), zorder=1)[0],
        "arrows": axes.quiver(
            np.zeros(4), np.zeros(4), np.zeros(4), np.ones(4), color=field, angles="xy", scale_units="xy", scale=1,
            width=0.018, zorder=3, clip_on=False,
        ),
        "seats": axes.scatter([], [], s=110, color=field, zorder=4, clip_on=False),
    }  # fmt: skip
    return artists | {f"seat {name}": axes.text(1.14, 0, "", color=field, fontsize=14, va="center") for name in NAMES}


@live_figure("9280.paths")
def single_points() -> Live:
    """Single points downhill to the noise and uphill to the data."""
    return Live(
        draw,
        compute,
        [
            Points("starts", "start", "starts", START, (0.0, -0.98 * VIEW), (T, 0.98 * VIEW)),
            Choice("data", "data p_0", list(SHAPES), "two lumps"),
            Choice("way", "way", [DOWN, UP], DOWN),
            Slider("done", "on the way", 0.0, 100.0, 40.0, step=0.5, unit="%", play=True),
        ],
        alt="The plane of time and place, shaded by the density p_t, which spreads as t grows; white paths of equal"
        " steps of rank fan out and never cross, among them four blue ones through points A to D that can be dragged."
        " Beside it the density of the present moment on its side, with the four points on its slope and arrows showing"
        " where each is going: downhill from data to noise, uphill on the way back.",
        size=(9.2, 4.8),
        react=react,
    )
