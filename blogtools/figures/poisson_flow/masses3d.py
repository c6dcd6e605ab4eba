"""Four masses in space (9305.fig1 for d = 3): lines from all sides, and on a sphere where each of them will end."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.fields import (
    COLOURS,
    NAMES,
    Lines,
    letters,
    plane,
    shares,
    shares_panel,
    trace,
)
from blogtools.figures.poisson_flow.space import circle, enter, even_directions, faded, pieces, view
from blogtools.live import Live, Orbit, Points, Slider, style

FAR = 60.0
"""Lines start this far from the centroid, evenly in direction."""
STEPS = 120
RADIUS = 2.5
"""Of the sphere about the origin inside which lines are drawn."""
START = np.array([[-1.2, -0.6], [0.9, 1.0], [1.1, -1.0], [-0.6, 1.2]])
HEIGHTS = np.array([0.9, 0.6, -0.2, -1.0])
"""Third coordinates; A's is set by the reader."""


def compute(
    places: np.ndarray, height: float, mass: float, lines: int, azimuth: float, elevation: float
) -> dict[str, Any]:
    """The view from ``azimuth`` and ``elevation`` (degrees) of masses over ``places`` [4, 2], A at ``height``."""
    at = np.column_stack([places, [height, *HEIGHTS[1:]]])
    masses = np.array([mass, 1.0, 1.0, 1.0])
    drawn = inside_lines(tuple(at.ravel().tolist()), mass, lines)
    turned = view(azimuth, elevation)
    seen, source = drawn.points @ turned.T, drawn.source
    colours = np.array([*map(to_rgb, COLOURS), to_rgb(style.GREY)])
    parts, owners, depth = pieces(seen, source, RADIUS)
    dots = seen[:, 0]
    back = np.argsort(dots[:, 2])
    flat = at @ turned.T
    shown: dict[str, Any] = {
        "lines": {"data": parts, "color": faded(colours[owners], depth)},
        "dots": {"data": dots[back, :2], "facecolor": faded(colours[source], dots[:, 2] / RADIUS)[back]},
        "masses": flat[:, :2],
        "equator": (RADIUS * circle() @ turned[:, :2].T)[:, :2],
        "axis": (np.array([[0, 0, -RADIUS], [0, 0, RADIUS]]) @ turned.T)[:, :2],
    }
    for k, name in enumerate(NAMES):
        shown[name] = flat[k : k + 1, :2]
        shown[f"plan {name}"] = places[k : k + 1]
    return shown | shares(drawn.counts(4), lines, masses)


@lru_cache(maxsize=8)
def inside_lines(at: tuple[float, ...], mass: float, number: int) -> Lines:
    """Lines of the four masses at ``at`` (12 numbers) from afar; points before the sphere stand where it is entered."""
    sources, masses = np.reshape(at, (4, 3)), np.array([mass, 1.0, 1.0, 1.0])
    found = trace(masses @ sources / masses.sum() + FAR * even_directions(number), sources, masses, STEPS)
    return enter(found, RADIUS)


def draw(figure: Figure) -> dict[str, Artist]:
    """Space on the left; on the right the same from above, and the shares."""
    grid = figure.add_gridspec(2, 2, width_ratios=[2.1, 1], height_ratios=[1.15, 1])
    space, plan, panel = figure.add_subplot(grid[:, 0]), figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1])
    artists = _space(space)
    plane(plan, 2.0, 1.6)
    plan.set_title("seen from above", fontsize=13)
    artists["plan"] = plan.scatter(START[:, 0], START[:, 1], s=230, c=style.BLACK, zorder=4)
    artists |= {f"plan {name}": letter for name, letter in letters(plan, 45).items()}
    return artists | shares_panel(panel)


def _space(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(-2.65, 2.65), ylim=(-2.65, 2.65), aspect="equal")
    axes.set_axis_off()
    axes.plot(*(RADIUS * circle()).T, **style.line("guide"), zorder=0)
    artists: dict[str, Artist] = {}
    (artists["equator"],) = axes.plot([], [], **style.line("guide"), zorder=0)
    (artists["axis"],) = axes.plot([], [], **style.line("guide", linestyle=(0, (2, 3))), zorder=0)
    artists["lines"] = axes.add_collection(LineCollection([], linewidths=1.7, zorder=2))
    artists["dots"] = axes.scatter([], [], s=44, zorder=3, linewidths=0)
    artists["masses"] = axes.scatter([], [], s=330, c=style.BLACK, zorder=5)
    return artists | letters(axes)


@live_figure("9305.fig1.3d")
def four_masses_3d() -> Live:
    """Four masses in space: move them in the plan, turn the whole by dragging the background."""
    return Live(
        draw,
        compute,
        [
            Points("places", "mass", "plan", START, (-1.6, -1.4), (1.6, 1.4)),
            Slider("height", "height of A", -1.2, 1.2, float(HEIGHTS[0]), step=0.05),
            Slider("mass", "mass of A", 0.0, 6.0, 1.0, step=0.1, unit="× the others"),
            Slider("lines", "number of lines", 20, 240, 120, integer=True),
            Slider("azimuth", "turn", 0, 360, 35, step=1, unit="°", play=True),
            Slider("elevation", "tilt", -90, 90, 20, step=1, unit="°"),
            Orbit("azimuth", "elevation"),
        ],
        "Four masses A to D in space inside a sphere. Field lines enter the sphere evenly from all sides; a line and"
        " the dot where it enters have the colour of the mass on which the line ends, paler at the back. A plan"
        " shows the masses from above, bars compare each mass's share of the lines with its share of the mass.",
        size=(8.6, 5.4),
    )
