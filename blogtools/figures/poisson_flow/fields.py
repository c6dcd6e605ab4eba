"""What the pictures of gravity share: pull, field lines, arrows, a table of shares.

``blogtools.diffusion.poisson_flow.gravity`` is the checked library for this field. A picture is computed anew at every
move and needs its lines in few steps, so here a step is a fixed part of the distance to the nearest mass. Tests hold
the two together.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection

from blogtools.live import style

NAMES = "ABCD"
COLOURS = (style.ORANGE, style.GREEN, style.PURPLE, style.SKY)
"""Of four masses, and of the lines that end on them."""
ARROW = "#7FB2D6"
"""The field's blue, paler, so that lines stand out before arrows."""
SHORT, LONG = 0.05, 0.4
"""Steps of a field line, in distances to the nearest mass: short where it turns, long where it goes straight."""
SAG = 0.001
"""A step is chosen so that the chord drawn for it stays about this close to the line."""
CAPTURE = 0.008
"""A line this close to a mass has arrived: well inside where even a light mass outweighs the others."""
HALF_UP = 1e-9
"""Added before rounding, so that a half goes up as it does in the browser."""
TINY = 1e-60
"""In place of a length of 0 in a denominator, over a numerator that is 0 as well."""


def pull(x: np.ndarray, sources: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """S_d(1) times the field of 9305.eq2: −Σ m (x−y)/‖x−y‖^d, [n, d] for ``x`` [n, d]; 0 from a source at x itself."""
    weights = _weights(_squares(x, sources), masses, x.shape[1])
    return weights @ sources - weights.sum(1, keepdims=True) * x


def _squares(x: np.ndarray, sources: np.ndarray) -> np.ndarray:
    """‖x−y‖² [n, N]; differences column by column keep their digits beside a mass."""
    squares = (x[:, :1] - sources[:, 0]) ** 2
    for k in range(1, x.shape[1]):
        squares += (x[:, k, None] - sources[:, k]) ** 2
    return squares


def _weights(squares: np.ndarray, masses: np.ndarray, d: int) -> np.ndarray:
    safe = np.where(squares > 0, squares, np.inf)
    return masses / (safe if d == 2 else safe * np.sqrt(safe) if d == 3 else safe ** (d / 2))


@dataclass(frozen=True)
class Lines:
    """``points`` [n, steps+1, d], standing still from the end on; ``source`` [n]: the mass a line ends on, or −1."""

    points: np.ndarray
    source: np.ndarray

    def in_sight(self, centre: np.ndarray, radius: float) -> list[np.ndarray]:
        """Each line [m, d] from its last point outside this sphere on, and without standing still at the end."""
        first = np.maximum((np.linalg.norm(self.points - centre, axis=2) < radius).argmax(1) - 1, 0)
        moving = (self.points[:, 1:] != self.points[:, :-1]).any(2)
        return [line[i : i + 1 + m[i:].sum()] for line, i, m in zip(self.points, first, moving, strict=True)]

    def counts(self, number: int) -> np.ndarray:
        """How many lines end on each of the masses 0 … number − 1."""
        return np.bincount(self.source[self.source >= 0], minlength=number)


def trace(seeds: np.ndarray, sources: np.ndarray, masses: np.ndarray, steps: int) -> Lines:
    """Field lines from ``seeds`` [n, d] inwards, all at once, by Runge-Kutta steps along the unit direction.

    A step is a part of the distance to the nearest mass above 0: some thirty of them come in from far away.
    """
    sources, heavy = sources[masses > 0], np.flatnonzero(masses > 0)
    masses = masses[heavy]

    def unit(x: np.ndarray, squares: np.ndarray) -> np.ndarray:
        weights = _weights(squares, masses, x.shape[1])
        force = weights @ sources
        force -= weights.sum(1, keepdims=True) * x
        force /= np.maximum(np.sqrt((force * force).sum(1, keepdims=True)), TINY)
        return force

    source = np.full(len(seeds), -1)
    points = np.empty((steps + 1, *seeds.shape))
    points[0] = seeds
    x, on_the_way, stride = seeds, np.arange(len(seeds)), np.full((len(seeds), 1), LONG)
    for k in range(steps):
        points[k + 1] = points[k]
        squares = _squares(x, sources)
        nearest = squares.argmin(1)
        distance = np.sqrt(squares[np.arange(len(x)), nearest])
        arrived = distance < CAPTURE
        if arrived.any():
            source[on_the_way[arrived]] = heavy[nearest[arrived]]
            points[k + 1, on_the_way[arrived]] = sources[nearest[arrived]]
            x, squares, distance, on_the_way, stride = (a[~arrived] for a in (x, squares, distance, on_the_way, stride))
        if len(x) == 0:
            points[k + 2 :] = points[k + 1]
            break
        h = stride * distance[:, None]
        k1 = unit(x, squares)
        k2 = unit(at := x + h / 2 * k1, _squares(at, sources))
        k3 = unit(at := x + h / 2 * k2, _squares(at, sources))
        k4 = unit(at := x + h * k3, _squares(at, sources))
        x = x + h / 6 * (k1 + 2 * (k2 + k3) + k4)
        points[k + 1, on_the_way] = x
        # An arc of length h that turns by an angle is h/8 of that angle from its chord.
        sag = h / 8 * np.sqrt(((k4 - k1) ** 2).sum(1, keepdims=True))
        stride = np.clip(stride * np.sqrt(SAG / np.maximum(sag, TINY)), SHORT, LONG)
    return Lines(points.swapaxes(0, 1), source)


def arrows(tails: np.ndarray, vectors: np.ndarray, head: float) -> np.ndarray:
    """Arrows as polylines [n, 5, 2] centred on ``tails`` [n, 2]: tail, tip, barb, tip, barb (``head`` long)."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    along = vectors / np.where(length > 0, length, 1.0) * np.minimum(head, 0.45 * length)
    across = 0.55 * np.stack([-along[:, 1], along[:, 0]], 1)
    tail, tip = tails - vectors / 2, tails + vectors / 2
    return np.stack([tail, tip, tip - along + across, tip, tip - along - across], 1)


def lattice(width: float, height: float, spacing: float) -> np.ndarray:
    """Points [n, 2] of a square lattice in |x| ≤ width, |y| ≤ height, symmetric about 0."""
    x, y = (np.arange(-(reach // spacing), reach // spacing + 1) * spacing for reach in (width, height))
    return np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)


def plane(axes: Axes, width: float, height: float, name: str = "x") -> None:
    """Axes for geometry: equal scales, |x₁| ≤ width and |x₂| ≤ height, ticks at whole numbers."""
    axes.set(xlim=(-width, width), ylim=(-height, height), aspect="equal", xlabel=f"${name}_1$", ylabel=f"${name}_2$")
    for axis, reach in ((axes.xaxis, width), (axes.yaxis, height)):
        axis.set_ticks(np.arange(-int(reach), int(reach) + 1, 2 if reach >= 3 else 1))
        axis.get_label().set_rotation(0)


def letters(axes: Axes, size: float = 60) -> dict[str, Artist]:
    """White letters A to D, to be put on black dots."""
    return {
        name: axes.scatter([], [], s=size, c="white", marker=f"$\\mathrm{{{name}}}$", linewidths=0.3, zorder=6)
        for name in NAMES
    }


def shares_panel(axes: Axes) -> dict[str, Artist]:
    """An empty table of four bars, A at the top: the share of the lines against a mark for the share of the mass."""
    axes.set(xlim=(0, 100), ylim=(-0.6, 3.6), xlabel="% of all", yticks=range(4), yticklabels=NAMES[::-1])
    axes.set_title("bars: lines\nmarks: mass", fontsize=13)
    axes.tick_params("y", length=0, labelsize=15)
    axes.spines["left"].set_visible(False)
    theory = style.line("theory")
    marks = LineCollection([], colors=theory["color"], linewidths=theory["linewidth"])
    return {"bars": axes.add_collection(PolyCollection([], facecolors=COLOURS)), "exact": axes.add_collection(marks)}


def shares(counts: np.ndarray, lines: int, masses: np.ndarray) -> dict[str, Any]:
    """The bars and marks of ``shares_panel``, and the sentence that says the same."""
    bars = [
        [(0, k + 0.28), (c, k + 0.28), (c, k - 0.28), (0, k - 0.28)]
        for k, c in zip((3, 2, 1, 0), 100 * counts / lines, strict=True)
    ]
    exact = [[(m, k + 0.4), (m, k - 0.4)] for k, m in zip((3, 2, 1, 0), 100 * masses / masses.sum(), strict=True)]
    ends = ", ".join(f"{name} {count}" for name, count in zip(NAMES, counts, strict=True))
    gauss = ", ".join(f"{lines * m / masses.sum() + HALF_UP:.1f}" for m in masses)
    return {"bars": bars, "exact": exact, "readout": f"Of {lines} lines end on {ends}; by their masses, {gauss}."}
