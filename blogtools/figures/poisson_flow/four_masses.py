"""Four masses to drag (9305.fig1, claims 1 and 2): field, lines, basins of capture, and the circle of the far field.

``four_masses.js`` is the twin of ``compute``, so that the browser can follow a drag at its own pace. Both take the same
steps in the same order.
"""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.fields import (
    ARROW,
    COLOURS,
    NAMES,
    Lines,
    arrows,
    lattice,
    letters,
    plane,
    pull,
    shares,
    shares_panel,
    trace,
)
from blogtools.live import Live, Points, Slider, Toggle, style

WIDTH, HEIGHT = 4.4, 3.0
FAR = 60.0
"""Lines start on a circle of this radius about the centroid, where they are evenly spaced to a part in a thousand."""
SIGHT = 12.0
"""Nothing farther from the centroid than this can be in the window."""
STEPS = 120
TAILS = lattice(WIDTH, HEIGHT, 0.4)
START = np.array([[-1.3, 0.5], [0.4, 1.1], [1.4, -0.3], [-0.3, -1.1]])
REFINE, ROUNDS = 12, 2
"""A boundary of basins is looked for between two lines: that many lines more, that many times."""
TOLERANCE = 0.1
"""Beyond the circle the field differs from that of one mass at the centroid by less than this part."""


def compute(places: np.ndarray, mass: float, lines: int, basins: bool, circle: bool) -> dict[str, Any]:
    """Everything that moves, for four masses at ``places`` [4, 2], the first of ``mass`` and the others of 1."""
    masses = np.array([mass, 1.0, 1.0, 1.0])
    centre = masses @ places / masses.sum()
    # The third of a gap, so that no line of a symmetric arrangement runs into a saddle.
    angles = (np.arange(lines) + 1 / 3) * 2 * np.pi / lines
    drawn = _from_afar(angles, centre, places, masses)
    seen = drawn.in_sight(centre, SIGHT)
    force = pull(TAILS, places, masses)
    length = np.linalg.norm(force, axis=1, keepdims=True)
    radius = far_radius(places, masses, centre)
    shown: dict[str, Any] = {
        "arrows": arrows(TAILS, 0.27 * force / np.where(length > 0, length, 1.0), 0.09),
        "circle": _ring(centre, radius if circle else 0.0),
        "centroid": centre[None],
    }
    shown |= shares(drawn.counts(4), lines, masses)
    regions = _basins(angles, drawn, centre, places, masses) if basins else [[], [], [], []]
    for k, name in enumerate(NAMES):
        shown[f"lines {name}"] = [line for line, source in zip(seen, drawn.source, strict=True) if source == k]
        shown[f"basin {name}"] = regions[k]
        shown[name] = places[k : k + 1]
    shown["readout"] += f"  Beyond r\u00a0=\u00a0{radius:.2f} the four pull like one mass, to 10 %."
    return shown


def far_radius(places: np.ndarray, masses: np.ndarray, centre: np.ndarray) -> float:
    """The radius about the centroid beyond which the largest relative difference stays below ``TOLERANCE``.

    Read off 48 circles that widen by a twelfth each, interpolated; the first of them when all are below.
    """
    radii = 0.25 * (13 / 12) ** np.arange(48)
    angles = np.arange(32) * np.pi / 16
    around = (radii[:, None, None] * np.stack([np.cos(angles), np.sin(angles)], -1)).reshape(-1, 2)
    one = -masses.sum() * around / (around**2).sum(1, keepdims=True)
    difference = np.linalg.norm(pull(centre + around, places, masses) - one, axis=1) / np.linalg.norm(one, axis=1)
    worst = difference.reshape(48, 32).max(1)
    above = np.flatnonzero(worst >= TOLERANCE)
    if len(above) == 0:
        return float(radii[0])
    k = min(int(above[-1]), 46)
    part = np.log(worst[k] / TOLERANCE) / np.log(worst[k] / worst[k + 1])
    return float(radii[k] * (radii[k + 1] / radii[k]) ** part)


def _from_afar(angles: np.ndarray, centre: np.ndarray, places: np.ndarray, masses: np.ndarray) -> Lines:
    return trace(centre + FAR * np.stack([np.cos(angles), np.sin(angles)], 1), places, masses, STEPS)


def _basins(
    angles: np.ndarray, drawn: Lines, centre: np.ndarray, places: np.ndarray, masses: np.ndarray
) -> list[list[np.ndarray]]:
    """For each mass the regions [k, 2] that its lines sweep: bounded by the outermost lines that still end on it."""
    points, source = drawn.points, drawn.source
    for _ in range(ROUNDS):
        edges = np.flatnonzero(source != np.roll(source, -1))
        if len(edges) == 0:
            break
        gap = (np.roll(angles, -1)[edges] - angles[edges]) % (2 * np.pi)
        fresh = (angles[edges, None] + gap[:, None] * np.arange(1, REFINE + 1) / (REFINE + 1)).ravel()
        more = _from_afar(fresh, centre, places, masses)
        order = np.argsort(np.concatenate([angles, fresh]), kind="stable")
        angles = np.concatenate([angles, fresh])[order]
        points, source = np.concatenate([points, more.points])[order], np.concatenate([source, more.source])[order]
    seen = Lines(points, source).in_sight(centre, SIGHT)
    far = np.array([line[0] for line in seen])
    regions: list[list[np.ndarray]] = [[], [], [], []]
    edges = np.flatnonzero(source != np.roll(source, -1))
    if len(edges) == 0:
        if source[0] >= 0:
            regions[source[0]].append(far)
        return regions
    for before, last in zip(np.roll(edges, 1), edges, strict=True):
        run = np.arange(before + 1, last + 1 if last > before else last + 1 + len(source)) % len(source)
        if source[last] >= 0:
            regions[source[last]].append(np.concatenate([seen[run[0]][::-1], far[run], seen[run[-1]]]))
    return regions


def _ring(centre: np.ndarray, radius: float) -> np.ndarray:
    angles = np.arange(121) * np.pi / 60
    return centre + radius * np.stack([np.cos(angles), np.sin(angles)], 1)


def draw(figure: Figure) -> dict[str, Artist]:
    """The plane on the left, the shares on the right."""
    axes, panel = figure.subplots(1, 2, width_ratios=[4.6, 1])
    plane(axes, WIDTH, HEIGHT)
    artists: dict[str, Artist] = {"arrows": axes.add_collection(LineCollection([], colors=ARROW, linewidths=1.2))}
    artists["arrows"].set_zorder(1.5)
    for name, colour in zip(NAMES, COLOURS, strict=True):
        artists[f"basin {name}"] = axes.add_collection(PolyCollection([], facecolors=colour, alpha=0.2, zorder=1))
        artists[f"lines {name}"] = axes.add_collection(LineCollection([], colors=colour, linewidths=1.7, zorder=2))
    (artists["circle"],) = axes.plot([], [], **style.line("theory", linestyle=(0, (4, 3)), linewidth=2), zorder=3)
    (artists["centroid"],) = axes.plot([], [], "+", color=style.SLATE, markersize=13, markeredgewidth=2.4, zorder=3)
    artists["places"] = axes.scatter(*START.T, s=330, c=style.BLACK, zorder=4)
    return artists | letters(axes) | shares_panel(panel)


@live_figure("9305.fig1")
def four_masses() -> Live:
    """Four masses to drag in the plane, with everything computed in the page."""
    return Live(
        draw,
        compute,
        [
            Points("places", "mass", "places", START, (-3.6, -2.6), (3.6, 2.6)),
            Slider("mass", "mass of A", 0.0, 6.0, 1.0, step=0.1, unit="× the others"),
            Slider("lines", "number of lines", 12, 120, 60, integer=True),
            Toggle("basins", "basins of capture", True),
            Toggle("circle", "circle of the far field", True),
        ],
        "Four masses A to D in the plane, the unit arrows of their gravity, and field lines that come in from far away,"
        " each in the colour of the mass it ends on. The region from which lines reach a mass is tinted in the same"
        " colour. A dashed circle about the centroid shows where the four pull like one mass to ten percent. Bars"
        " compare each mass's share of the lines with its share of the mass.",
        size=(8.6, 4.7),
        page=Path(__file__).with_name("four_masses.js"),
    )
