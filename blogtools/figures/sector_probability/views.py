"""9324.views: disc, circle, stick and simplex are one picture (claim1); one duck dragged moves all four."""

import itertools
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from blogtools.figures import live_figure
from blogtools.figures.sector_probability.parts import TURN, arc, chance, duck, middle, sector
from blogtools.live import Live, Points, Slider, style
from blogtools.sector import arcs, probability, smallest_sector

DUCKS = 6
BANK = -1.5
"""Height of the bank; ducks outside the unit disc do not count."""
START = np.array([[0.62, -0.24], [0.3, 0.66], [-0.42, 0.5], [-0.2, BANK], [0.2, BANK], [0.6, BANK]])
NAMES = tuple(f"$x_{k + 1}$" for k in range(DUCKS))
BETWEEN = 0.035
"""Radians left blank on either side of a piece."""
FITS, TOO_SHORT = style.GREEN, style.SLATE
CORNERS = {
    1: np.array([[0.5, 0.4]]),
    2: np.array([[0.0, 0.3], [1.0, 0.3]]),
    3: np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]]),
    4: np.array([[0.02, 0.16], [0.62, -0.08], [0.97, 0.27], [0.5, 0.9]]),
}
"""Where the simplex of n pieces has its corners; that of four is a tetrahedron seen from the side."""
AWAY = {
    1: np.array([[0, 0.12]]),
    2: np.array([[-0.02, -0.13], [0.02, -0.13]]),
    3: np.array([[-0.06, -0.1], [0.06, -0.1], [0, 0.1]]),
    4: np.array([[-0.08, -0.1], [0.04, -0.11], [0.09, 0.13], [0, 0.1]]),
}
"""Where a corner's name stands from it."""


def pieces(places: np.ndarray) -> tuple[float, np.ndarray]:
    """The angle of the first of ``places`` [n, 2], where the circle is cut open, and the n pieces from there on."""
    angles = np.arctan2(places[:, 1], places[:, 0])
    return float(angles[0]), arcs(angles - angles[0])


def compute(ducks: np.ndarray, theta: float) -> dict[str, Any]:
    """The four views of those of ``ducks`` [DUCKS, 2] that are on the pond, for a sector of ``theta`` degrees."""
    swimming = np.linalg.norm(ducks, axis=1) <= 1
    x = 1 - theta / 360
    first, lengths = pieces(ducks[swimming]) if swimming.any() else (0.0, np.empty(0))
    shown: dict[str, Any] = {
        "ducks": {"data": ducks, "facecolor": np.where(swimming, style.BLACK, style.GREY)},
        "allowed": np.array([[0.0, -0.55], [x, -0.55]]),
        "allowed name": {"x": x / 2, "text": f"x = 1 − θ/2π = {x:.3f}"},
    }
    shown |= _disc(ducks[swimming], np.radians(theta))
    shown |= _circle(first, lengths, x) | _stick(lengths, x) | _simplex(lengths, x)
    return shown | {"readout": _sentence(lengths, x, theta)}


def _disc(places: np.ndarray, allowed: float) -> dict[str, Any]:
    if len(places) == 0:
        return {"rays": [], "sector": np.zeros((3, 2)), "edge": np.empty((0, 2))}
    angles = np.arctan2(places[:, 1], places[:, 0])
    start, width = map(float, smallest_sector(angles))
    look = style.line("second" if width <= allowed else "wrong", linestyle="-" if width <= allowed else "--")
    outline = sector(start, width)
    return {
        "rays": np.stack([places, np.stack([np.cos(angles), np.sin(angles)], -1)], 1),
        "sector": {"data": outline, "facecolor": look["color"]},
        "edge": {"data": outline, "color": look["color"], "linestyle": look["linestyle"]},
    }


def _circle(first: float, lengths: np.ndarray, x: float) -> dict[str, Any]:
    starts = first + TURN * (np.cumsum(lengths) - lengths)
    wide = TURN * lengths > 2.5 * BETWEEN
    drawn = [
        arc(a + BETWEEN, TURN * length - 2 * BETWEEN) for a, length in zip(starts[wide], lengths[wide], strict=True)
    ]
    shown: dict[str, Any] = {
        "arcs": {"data": drawn, "color": [_colour(length, x) for length in lengths[wide]]},
        "points": np.stack([np.cos(starts), np.sin(starts)], -1),
        "cut": np.array([[0.72, 1.28]]).T * [np.cos(first), np.sin(first)] if len(lengths) else np.empty((0, 2)),
        "cut name": {"text": "cut" if len(lengths) else ""}
        | dict(zip(("x", "y"), middle(first, 0.0, 0.55), strict=True)),
    }
    if len(lengths):
        k = int(lengths.argmax())
        shown["longest"] = {"text": f"longest: {_plain(k)} = {lengths[k]:.3f}", "color": _colour(lengths[k], x)}
    else:
        shown["longest"] = ""
    for k, name in enumerate(NAMES):
        seen = k < len(lengths) and lengths[k] > 0.04
        at = middle(starts[k], TURN * lengths[k], 1.2) if seen else (0.0, 0.0)
        shown[f"arc {name}"] = {"x": at[0], "y": at[1], "text": name if seen else ""}
    return shown


def _stick(lengths: np.ndarray, x: float) -> dict[str, Any]:
    ends = np.append(0.0, np.cumsum(lengths))
    between = BETWEEN / TURN
    wide = lengths > 2.5 * between
    drawn = [
        np.array([[a + between, 0.0], [a + length - between, 0.0]])
        for a, length in zip(ends[:-1][wide], lengths[wide], strict=True)
    ]
    shown: dict[str, Any] = {
        "stick": {"data": drawn, "color": [_colour(length, x) for length in lengths[wide]]},
        "breaks": np.stack([ends[1:-1], np.zeros(max(len(lengths) - 1, 0))], -1),
    }
    for k, name in enumerate(NAMES):
        seen = k < len(lengths) and lengths[k] > 0.03
        middle_of = float(ends[k] + lengths[k] / 2) if seen else 0.0
        shown[f"piece {name}"] = {"x": middle_of, "text": name if seen else ""}
    return shown


def _simplex(lengths: np.ndarray, x: float) -> dict[str, Any]:
    """The simplex of n ≤ 4 pieces: at each corner one piece is all, near it that piece is longer than x."""
    n = len(lengths)
    corners = CORNERS.get(n, np.empty((0, 2)))
    near = [(1 - x) * corners + x * corner for corner in corners]
    edges = [np.array(pair) for pair in itertools.combinations(corners, 2)]
    if n == 4:
        faces = [np.array(face) for small in near for face in itertools.combinations(small, 3)]
    else:
        faces = [small for small in near if n == 3]
    shown: dict[str, Any] = {
        "edges": edges,
        "faces": {"data": faces, "alpha": 0.16 if n == 4 else 0.38},
        "near": [np.array(pair) for small in near for pair in itertools.combinations(small, 2)] if n < 5 else [],
        "state": (lengths @ corners)[None] if 0 < n < 5 else np.empty((0, 2)),
        "part": f"green part: {chance(_exact(n, x))}" if n in (3, 4) else "",
        "none": "" if 0 < n < 5 else f"{n} pieces live\nin {n - 1} dimensions" if n else "no duck on the pond",
    }
    for k, name in enumerate(NAMES[:4]):
        seen = 1 < n < 5 and k < n
        at = corners[k] + AWAY[n][k] if seen else (0.0, 0.0)
        shown[f"corner {name}"] = {"x": at[0], "y": at[1], "text": f"{name} = 1" if seen else ""}
    return shown


def _plain(k: int) -> str:
    """The name of piece k in plain letters: mathematics that changes with every frame would cost most of its time."""
    return f"x{'₁₂₃₄₅₆'[k]}"


def _exact(n: int, x: float) -> float:
    return float(probability(n, TURN * (1 - x)))


def _colour(length: float, x: float) -> str:
    return FITS if length >= x else TOO_SHORT


def _sentence(lengths: np.ndarray, x: float, theta: float) -> str:
    n = len(lengths)
    if n == 0:
        return "Drag a duck onto the pond."
    k = int(lengths.argmax())
    longest = lengths[k]
    long = longest >= x
    return (
        f"n = {n}: longest piece {_plain(k)} = {longest:.3f} {'≥' if long else '<'} x = {x:.3f}, so {theta:.0f}°"
        f" {'hold all' if long else 'do not hold all'}; {360 * (1 - longest):.1f}° are enough\n"
        f"exact probability {chance(_exact(n, x))}"
    )


def draw(figure: Figure) -> dict[str, Artist]:
    """Disc, circle and simplex above, the stick below."""
    panes = figure.subplot_mosaic(
        [["disc", "circle", "simplex"], ["stick", "stick", "stick"]], height_ratios=[2.75, 0.8]
    )
    for name, title in (("disc", "Disc"), ("circle", "= circle"), ("simplex", "= simplex"), ("stick", "= stick")):
        panes[name].set_title(title)
        panes[name].set_axis_off()
    return (
        _draw_disc(panes["disc"])
        | _draw_circle(panes["circle"])
        | _draw_simplex(panes["simplex"])
        | _draw_stick(panes["stick"])
    )


def _draw_disc(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(-1.2, 1.2), ylim=(-1.8, 1.2), aspect="equal")
    axes.fill(*arc(0, TURN).T, color=style.SKY, alpha=0.22, linewidth=0, zorder=0)
    axes.text(0, BANK - 0.26, "bank: drag ducks in and out", color=style.GREY, fontsize=12, ha="center", va="center")
    return {
        "sector": axes.fill([0], [0], alpha=0.3, linewidth=0, zorder=1)[0],
        "edge": axes.plot([], [], linewidth=2.4, zorder=2)[0],
        "rays": axes.add_collection(LineCollection([], colors=style.GREY, linewidths=1.0, zorder=2)),
        "ducks": axes.scatter(
            START[:, 0], START[:, 1], s=470, marker=duck(), color=style.colour("data"), linewidths=0, zorder=4
        ),
    }


def _draw_circle(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(-1.4, 1.4), ylim=(-2.1, 1.4), aspect="equal")
    artists: dict[str, Artist] = {
        "cut": axes.plot([], [], color=style.GREY, linewidth=1.6, linestyle=(0, (3, 2)), zorder=1)[0],
        "longest": axes.text(0, -1.68, "", fontsize=15, ha="center", va="center"),
        "cut name": axes.text(0, 0, "", color=style.GREY, fontsize=13, ha="center", va="center"),
        "arcs": axes.add_collection(LineCollection([], linewidths=6, zorder=2)),
        "points": axes.scatter([], [], s=70, color=style.colour("data"), zorder=3),
    }
    return artists | {f"arc {name}": axes.text(0, 0, "", fontsize=15, ha="center", va="center") for name in NAMES}


def _draw_simplex(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(-0.25, 1.25), ylim=(-0.68, 1.195), aspect="equal")
    artists: dict[str, Artist] = {
        "faces": axes.add_collection(PolyCollection([], facecolors=FITS, linewidths=0, zorder=1)),
        "near": axes.add_collection(LineCollection([], colors=FITS, linewidths=2.4, zorder=2)),
        "edges": axes.add_collection(LineCollection([], **_guide(), zorder=1.5)),
        "state": axes.scatter([], [], s=110, color=style.colour("data"), zorder=4),
        "part": axes.text(0.5, -0.36, "", color=FITS, fontsize=15, ha="center", va="center"),
        "none": axes.text(0.5, 0.4, "", color=style.GREY, fontsize=14, ha="center", va="center"),
    }
    return artists | {
        f"corner {name}": axes.text(0, 0, "", fontsize=13, ha="center", va="center") for name in NAMES[:4]
    }


def _draw_stick(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(-0.02, 1.02), ylim=(-1.2, 1))
    dark = style.colour("theory")
    artists: dict[str, Artist] = {
        "stick": axes.add_collection(LineCollection([], linewidths=8, capstyle="butt", zorder=2)),
        "breaks": axes.scatter([], [], s=70, color=style.colour("data"), zorder=3),
        "allowed": axes.plot([], [], "|-", color=dark, linewidth=1.6, markersize=10)[0],
        "allowed name": axes.text(0, -0.72, "", color=dark, fontsize=13, ha="center", va="top"),
    }
    return artists | {f"piece {name}": axes.text(0, 0.3, "", fontsize=15, ha="center", va="bottom") for name in NAMES}


def _guide() -> dict[str, Any]:
    look = style.line("guide", linewidth=1.6)
    return {"colors": look["color"], "linewidths": look["linewidth"]}


@live_figure("9324.views")
def four_views() -> Live:
    """Ducks on a disc, points on a circle, pieces of a stick, a point of a simplex: the same thing four times."""
    return Live(
        draw,
        compute,
        [
            Points("ducks", "duck", "ducks", START, (-1.15, -1.6), (1.15, 1.05)),
            Slider("theta", "sector θ", 10, 360, 180, step=1, unit="°"),
        ],
        alt="Four views of one throw. Ducks on a pond and the smallest sector that holds them; the same directions as"
        " points of a circle, cut open at the first duck; the cut circle as a stick broken into pieces, beside it the"
        " length x that the longest piece must have; and the pieces as one point of a triangle, whose green corners"
        " are the cases in which a piece is at least x long. Pieces that long are green in all views.",
        size=(9.2, 4.9),
    )
