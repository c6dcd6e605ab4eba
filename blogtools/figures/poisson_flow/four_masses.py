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
    TINY,
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
REFINE, ROUNDS = 3, 5
"""A boundary of basins is looked for between two lines: that many lines more, that many times."""
NEWTON = 8
"""Steps to a null of the field."""
BESIDE, OUT = 0.5, 0.01
"""How far a null may be from a line that turns at it, and where the way out starts, in distances to the next mass."""
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
    owners, runs = [], []
    for before, last in zip(np.roll(edges, 1), edges, strict=True):
        run = np.arange(before + 1, last + 1 if last > before else last + 1 + len(source)) % len(source)
        if source[last] >= 0:
            owners.append(source[last])
            runs.append((seen[run[0]], far[run], seen[run[-1]]))
    closed = _through_nulls([side for first, _, end in runs for side in (first, end)], owners, centre, places, masses)
    for k, owner in enumerate(owners):
        regions[owner].append(np.concatenate([closed[2 * k][::-1], runs[k][1], closed[2 * k + 1]]))
    return regions


def _through_nulls(
    sides: list[np.ndarray], owners: list[int], centre: np.ndarray, places: np.ndarray, masses: np.ndarray
) -> list[np.ndarray]:
    """The two sides [m, 2] of each region, led into the null of the field they turn at and out of it to the owner.

    Lines on either side of a boundary part at a null, and neither reaches it: without this there is a hole. A side
    that does not come by a null stays as it is.
    """
    turns = [_null(side, places, masses) for side in sides]
    starts = np.array([null + way for _, null, outwards in turns for way in (outwards, -outwards)])
    ways = trace(np.stack([starts.real, starts.imag], -1).reshape(-1, 2), places, masses, STEPS)
    seen = ways.in_sight(centre, SIGHT)
    closed = []
    for k, (side, (at, null, outwards)) in enumerate(zip(sides, turns, strict=True)):
        out = next((seen[i] for i in (2 * k, 2 * k + 1) if ways.source[i] == owners[k // 2]), None)
        stays = outwards == 0 or out is None
        closed.append(side if stays else np.concatenate([side[:at], [[null.real, null.imag]], out]))
    return closed


def _null(line: np.ndarray, places: np.ndarray, masses: np.ndarray) -> tuple[int, complex, complex]:
    """The point of the line [m, 2] nearest to a null, that null, and a short way out of it; way 0 if none is near."""
    z, y = line[:-1] @ [1, 1j], places[masses > 0] @ [1, 1j]
    masses = masses[masses > 0]
    distance = np.abs(y - z[:, None]).min(1)
    at = int((np.abs(_newton(z, y, masses)[0]) / distance).argmin())
    null = z[at : at + 1]
    for _ in range(NEWTON):
        null = null + _newton(null, y, masses)[0]
    # Around a null f = f'·(z − null), and its conjugate points away where (z − null)² is along the conjugate of f'.
    outwards = np.sqrt(np.conj(_newton(null, y, masses)[1][0]))
    outwards *= OUT * distance[at] / max(abs(outwards), TINY)
    return at, null[0], outwards if abs(null[0] - z[at]) < BESIDE * distance[at] else 0j


def _newton(z: np.ndarray, y: np.ndarray, masses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Newton's step −f/f' and f' at ``z`` [k] for f = Σ m/(y−z), whose conjugate is the field."""
    apart = y - z[:, None]
    inverse = np.conj(apart) / np.maximum(np.abs(apart) ** 2, TINY)
    slope = (masses * inverse**2).sum(1)
    return -(masses * inverse).sum(1) * np.conj(slope) / np.maximum(np.abs(slope) ** 2, TINY), slope


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
