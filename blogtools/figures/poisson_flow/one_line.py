"""9305.line: data on a line and the half plane above it, where one added dimension can be seen whole (d = 1).

No flux crosses a field line. So the share of the flux that passes to the left of a line is the same at every height; at
t = 0 it is the mass to its left, which says on which point the line ends. For d = 1 that share is a sum of arcus
tangents, and lines, shares and errors here are exact: nothing is integrated.
"""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.fields import COLOURS
from blogtools.live import Live, Points, Slider, Toggle, style

NAMES = "ABCD"
START = np.array([[-1.9, 0.0], [-0.6, 0.0], [0.7, 0.0], [2.6, 0.0]])
WIDTH, TOP = 4.0, 2.9
"""The window on the half plane: |x| ≤ WIDTH and t ≤ TOP, whatever T is."""
REACH = 4.0
"""Half-width of the window on the prior, in units of T."""
LOWEST, HEIGHTS = 1e-3, 72
"""A line is drawn through HEIGHTS heights in equal ratios down to LOWEST, and from there to its point."""
HALVINGS = 18
"""Of the interval in which a line is at some height: to a hundredth of a pixel."""
CELLS = 800
LADDER = np.geomspace(0.5, 100.0, 27)
SMALLEST = 1e-6
"""Lower end of the axis of errors."""


def flux_left(x: np.ndarray, t: Any, places: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """Share of the flux F_t (9305.eq3, d = 1) through height t that passes left of x; ``masses`` [N] sum to 1.

    ``x`` and ``t`` of any shapes that broadcast; the share of one point is the angle under which it sees (−∞, x].
    """
    apart = x[..., None] - places
    apart /= np.asarray(t, float)[..., None]
    return 0.5 + np.arctan(apart, out=apart) @ masses / np.pi


def place_of(share: np.ndarray, t: Any, places: np.ndarray, masses: np.ndarray, halvings: int) -> np.ndarray:
    """The x with this share of the flux to its left at height t, broadcast, by bisection.

    A single point at y has it at y + t tan(π(share − ½)), so several have it between the least and largest of these.
    """
    aside = np.asarray(t) * np.tan(np.pi * (share - 0.5))
    low, high = places.min() + aside, places.max() + aside
    for _ in range(halvings):
        middle = (low + high) / 2
        left = flux_left(middle, t, places, masses) < share
        low, high = np.where(left, middle, low), np.where(left, high, middle)
    return (low + high) / 2


def total_variation(T: np.ndarray, places: np.ndarray, masses: np.ndarray, centre: float) -> np.ndarray:
    """Half the integral of |prior − true flux density| on t = T, for each T [K], from shares of CELLS equal cells.

    Only a cell in which the two densities cross loses something, of second order in its size.
    """
    shares = np.arange(1, CELLS) / CELLS
    x = centre + T[:, None] * np.tan(np.pi * (shares - 0.5))
    gap = flux_left(x, T[:, None], places, masses) - shares
    return np.abs(np.diff(gap, prepend=0.0, append=0.0, axis=1)).sum(1) / 2


def compute(data: np.ndarray, T: float, lines: int, mass: float, centred: bool) -> dict[str, Any]:
    """Lines, areas and bars for four points at ``data`` [4, 2] (their heights do not count), A of ``mass``."""
    weights = np.array([mass, 1.0, 1.0, 1.0])
    weights /= weights.sum()
    order = np.argsort(data[:, 0], kind="stable")
    places, masses = data[order, 0], weights[order]
    sums = np.cumsum(masses)
    sums /= sums[-1]
    centre = float(places @ masses) if centred else 0.0

    start = centre + T * np.tan(np.pi * ((np.arange(lines) + 0.5) / lines - 0.5))
    left = flux_left(start, T, places, masses)
    end = order[np.searchsorted(sums, left)]
    drawn = _lines(left, data[end, 0], min(T, 1.1 * TOP), places, masses)

    edges = np.concatenate([[-np.inf], place_of(sums[:-1], T, places, masses, 60), [np.inf]])
    shares = np.empty(4)
    shares[order] = np.diff(0.5 + np.arctan((edges - centre) / T) / np.pi)
    counts = np.bincount(end, minlength=4)
    shown: dict[str, Any] = {
        "starts": np.stack([start, np.full(lines, T)], 1),
        "top": np.array([(-WIDTH, T), (WIDTH, T)]),
        "where": f"$x/T$  at  $t=T={T:.3g}$",
        "true": _true(T, places, masses),
        "bars": [_bar(k, 100 * count / lines) for k, count in enumerate(counts)],
        "exact": [[(100 * w, 3.42 - k), (100 * w, 2.58 - k)] for k, w in enumerate(weights)],
    }
    for rank, k in enumerate(order):
        shown[f"lines {NAMES[k]}"] = drawn[end == k]
        shown[f"area {NAMES[k]}"] = _area(edges[rank] / T, edges[rank + 1] / T, centre / T)
        shown[NAMES[k]] = np.array([[data[k, 0], 0.0]])

    errors = total_variation(np.append(LADDER, [T, 1.1 * T]), places, masses, centre)
    error, further = errors[-2:].round(12)
    shown["errors"] = np.stack([LADDER, np.maximum(errors[:-2], SMALLEST / 10)], 1)
    shown["error"] = np.array([[T, max(error, SMALLEST)]])
    slope = f", falling like T^{np.log(further / error) / np.log(1.1):.1f}" if further > 0 else ""
    each = " · ".join(
        f"{name} {100 * share:.1f} ({100 * weight:.1f})"
        for name, share, weight in zip(NAMES, shares, weights, strict=True)
    )
    shown["readout"] = (
        f"% of the prior on each point (of the mass): {each}\n"
        f"prior against flux: total variation {100 * error:.2g} %{slope} · largest error of a share"
        f" {100 * np.abs(shares - weights).max():.2g} %"
    )
    return shown


def _lines(left: np.ndarray, ends: np.ndarray, top: float, places: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """The lines [n, HEIGHTS + 1, 2] with these shares of the flux to their left, from ``top`` to their points."""
    t = np.broadcast_to(np.geomspace(top, LOWEST, HEIGHTS), (len(left), HEIGHTS))
    x = place_of(left[:, None], t, places, masses, HALVINGS)
    landing = np.stack([ends, np.zeros(len(ends))], 1)[:, None]
    return np.concatenate([np.stack([x, t], -1), landing], 1)


def _true(T: float, places: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """The normalised flux density on t = T over x/T."""
    s = np.linspace(-REACH, REACH, 321)
    return np.stack([s, (1 / (1 + (s[:, None] - places / T) ** 2)) @ masses / np.pi], 1)


def _area(low: float, high: float, centre: float) -> list[np.ndarray]:
    """The region under the prior over [low, high] within the window, all in units of T; none if outside or empty."""
    low, high = max(low, -REACH), min(high, REACH)
    if low >= high:
        return []
    s = np.linspace(low, high, 121)
    height = 1 / (np.pi * (1 + (s - centre) ** 2))
    return [np.concatenate([[(low, 0.0)], np.stack([s, height], 1), [(high, 0.0)]])]


def _bar(row: int, length: float) -> np.ndarray:
    return np.array([(0, 3.28 - row), (length, 3.28 - row), (length, 2.72 - row), (0, 2.72 - row)])


def draw(figure: Figure) -> dict[str, Artist]:
    """Left the prior over the half plane, right the shares under the error against T."""
    panes = figure.subplot_mosaic(
        [["prior", "error"], ["plane", "shares"]], width_ratios=[2.3, 1], height_ratios=[1, 2.05]
    )
    artists = _draw_prior(panes["prior"]) | _draw_plane(panes["plane"]) | _draw_error(panes["error"])
    shares = panes["shares"]
    shares.set(xlim=(0, 100), ylim=(-0.6, 3.6), xlabel="share in %", yticks=range(4), yticklabels=NAMES[::-1])
    shares.set_title("Lines, and mass (mark)")
    shares.tick_params("y", length=0, labelsize=15)
    shares.spines["left"].set_visible(False)
    artists["bars"] = shares.add_collection(PolyCollection([], facecolors=COLOURS))
    theory = style.line("theory")
    artists["exact"] = shares.add_collection(LineCollection([], colors=theory["color"], linewidths=3.2))
    return artists


def _draw_prior(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(-REACH, REACH), ylim=(0, 0.46), yticks=[], xticks=range(-4, 5))
    axes.spines["left"].set_visible(False)
    axes.set_title("The prior, coloured by where its lines end")
    axes.text(REACH, 0.4, "dark: true flux", color=style.colour("theory"), fontsize=14, ha="right")
    artists: dict[str, Artist] = {"where": axes.set_xlabel(" ")}
    for name, colour in zip(NAMES, COLOURS, strict=True):
        artists[f"area {name}"] = axes.add_collection(PolyCollection([], facecolors=colour, alpha=0.75))
    (artists["true"],) = axes.plot([], [], **style.line("theory"))
    return artists


def _draw_plane(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(-WIDTH, WIDTH), ylim=(-0.28, TOP), aspect="equal", xlabel="$x$", ylabel="$t$")
    axes.set(xticks=range(-4, 5), yticks=[0, 1, 2])
    axes.get_yaxis().get_label().set_rotation(0)
    axes.axhline(0, **style.line("guide", linewidth=2.0))
    artists: dict[str, Artist] = {}
    for name, colour in zip(NAMES, COLOURS, strict=True):
        artists[f"lines {name}"] = axes.add_collection(LineCollection([], colors=colour, linewidths=1.5, zorder=2))
    (artists["top"],) = axes.plot([], [], **style.line("prior", linestyle=(0, (4, 3)), linewidth=2), zorder=2.5)
    artists["starts"] = axes.scatter([], [], s=16, color=style.colour("prior"), zorder=3)
    axes.set_title("Field lines down to the data")
    artists["data"] = axes.scatter(START[:, 0], START[:, 1], s=300, color=style.colour("data"), zorder=4)
    for name in NAMES:
        artists[name] = axes.scatter([], [], s=55, c="white", marker=f"$\\mathrm{{{name}}}$", linewidths=0.3, zorder=5)
    return artists


def _draw_error(axes: Axes) -> dict[str, Artist]:
    axes.set(xscale="log", yscale="log", xlim=(LADDER[0], LADDER[-1]), ylim=(SMALLEST, 1), xlabel="$T$")
    axes.set_xticks([1, 10, 100], ["1", "10", "100"])
    axes.set_yticks([1, 1e-2, 1e-4, 1e-6], ["1", "$10^{-2}$", "$10^{-4}$", "$10^{-6}$"])
    axes.minorticks_off()
    axes.set_title("Prior off by (total variation)")
    (curve,) = axes.plot([], [], **style.line("theory"))
    dot = axes.scatter([], [], s=110, color=style.colour("estimate"), zorder=4, clip_on=False)
    return {"errors": curve, "error": dot}


@live_figure("9305.line")
def one_line_of_data() -> Live:
    """Data on a line, one dimension more, and the prior far above."""
    return Live(
        draw,
        compute,
        [
            Points("data", "point", "data", START, (-3.4, -1e-9), (3.4, 1e-9)),
            Slider("T", "T", 0.5, 100.0, 40.0, log=True, unit="units of x"),
            Slider("lines", "number of lines", 8, 120, 60, integer=True),
            Slider("mass", "mass of A", 0.0, 6.0, 1.0, step=0.1, unit="× the others"),
            Toggle("centred", "prior above the centroid", True),
        ],
        alt="Four data points A to D on the line t = 0 and, in the half plane above, field lines that come down from"
        " the prior at t = T, each in the colour of the point on which it ends; every point receives its lines from all"
        " sides above, evenly over the half turn. Above, the prior, its area coloured by where its lines end, under the"
        " true flux of the data at that height. Beside it the error of the prior falls as T grows, and bars of each"
        " point's share of the lines meet the marks of its share of the mass.",
        size=(9.2, 5.6),
    )
