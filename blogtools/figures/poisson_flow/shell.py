"""A ring of masses, its empty inside, and one dimension more (9305.fig4, claims 3 to 5).

What the picture says, and the post does not: as long as the masses are points, each gets its share of the lines, hole
or no hole, by Gauss's law. Modes are lost when the ring is smeared out, for then nothing stops a line at the ring:
whatever lies inside takes all. With one dimension more a line ends where it lands, on t = 0, and the shares are right
again.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure

from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.fields import ARROW, TINY, Lines, arrows, lattice, pull, trace
from blogtools.figures.poisson_flow.space import circle, enter, even_directions, faded, pieces, view
from blogtools.live import Choice, Live, Points, Slider, Toggle, style

PLANE, SPACE = "the plane, d = 2", "one more, d + 1 = 3"
WIDTH = 1.9
RADIUS = 2.4
"""Of the sphere in which lines are drawn; the ring has radius 1."""
FAR, STEPS = 40.0, 140
LINES = 89
"""A prime, so that the lines fall into step with no number of masses."""
SMEARED = 48
"""Masses that stand for a smeared ring where no formula does."""
PIXELS = 96
GRID = np.stack(np.meshgrid(*2 * [(np.arange(PIXELS) + 0.5) * 2 * WIDTH / PIXELS - WIDTH]), -1).reshape(-1, 2)
TAILS = lattice(WIDTH - 0.05, WIDTH - 0.05, 0.23)
DECADES = 4.0
"""Strengths from 1 down to 10^−DECADES are told apart; what is weaker is white."""
CAMERA = view(-68.0, 24.0)
SHADE = "#B4D3E8"
ON_RING, INSIDE = to_rgb(style.BLUE), to_rgb(style.ORANGE)


def ring(n: int) -> np.ndarray:
    """Places [n, 2] on the unit circle."""
    angles = (np.arange(n) + 0.25) * 2 * np.pi / n
    return np.stack([np.cos(angles), np.sin(angles)], 1)


def _masses(n: int, smeared: bool, place: np.ndarray, mass: float, space: bool) -> tuple[np.ndarray, np.ndarray]:
    """Places and masses of points that stand for the ring, of mass 1 in all, and last the point inside."""
    # From outside, a smeared ring in the plane pulls like a mass at its middle.
    places = np.zeros((1, 2)) if smeared and not space else ring(SMEARED if smeared else n)
    sources = np.concatenate([places, place[None]])
    weights = np.append(np.full(len(places), 1 / len(places)), mass)
    return np.pad(sources, ((0, 0), (0, 1))) if space else sources, weights


def force(x: np.ndarray, t: float, n: int, smeared: bool, place: np.ndarray, mass: float, space: bool) -> np.ndarray:
    """S_d(1) times the field at ``x`` [k, 2]: in the plane [k, 2], in space at height t [k, 3]. The ring has mass 1."""
    sources, masses = _masses(n, smeared, place, mass, space)
    if space:
        return pull(np.pad(x, ((0, 0), (0, 1)), constant_values=t), sources, masses)
    if not smeared:
        return pull(x, sources, masses)
    outside = (x**2).sum(1, keepdims=True) > 1
    return np.where(outside, pull(x, sources, masses), pull(x, sources[1:], masses[1:]))


@lru_cache(maxsize=16)
def lines(n: int, smeared: bool, place: tuple[float, float], mass: float, space: bool, count: int = LINES) -> Lines:
    """``count`` lines, even far away, from where they come into sight; source 1 is the point inside, 0 the ring."""
    sources, masses = _masses(n, smeared, np.array(place), mass, space)
    centre = masses @ sources / masses.sum()
    angles = (np.arange(count) + 1 / 3) * 2 * np.pi / count
    directions = even_directions(2 * count)[:count] if space else np.stack([np.cos(angles), np.sin(angles)], 1)
    found = trace(centre + FAR * directions, sources, masses, STEPS)
    if smeared and not space:
        found = _past_the_ring(found, np.array(place), mass)
    else:
        found = Lines(found.points, np.where(found.source == len(sources) - 1, 1, 0))
    return enter(found, RADIUS)


def _past_the_ring(outer: Lines, place: np.ndarray, mass: float) -> Lines:
    """Inside a smeared ring only the point pulls: lines go straight to it. Without a point they end at the ring."""
    entered = enter(outer, 1.0).points[:, 0]
    count = outer.points.shape[1]
    first = (np.linalg.norm(outer.points, axis=-1) < 1).argmax(1)[:, None]
    part = np.clip((np.arange(count) - first) / (count - 6 - first), 0, 1)[..., None]
    straight = entered[:, None] + part * (place - entered[:, None] if mass > 0 else 0.0)
    points = np.where(np.arange(count)[:, None] < first[..., None], outer.points, straight)
    return Lines(points, np.full(len(points), int(mass > 0)))


def compute(where: str, n: int, smeared: bool, percent: float, place: np.ndarray, t: float) -> dict[str, Any]:
    """Pull and lines for a point of ``percent`` of the ring's mass at ``place`` [1, 2], seen at height t."""
    space, mass, inside = where == SPACE, percent / 100, place[0]
    d = 3 if space else 2
    reference = (1 + mass) / 1.2 ** (d - 1)
    strength = np.linalg.norm(force(GRID, t, n, smeared, inside, mass, space), axis=1) / reference
    pulls = force(TAILS, t, n, smeared, inside, mass, space)
    size = np.linalg.norm(pulls, axis=1, keepdims=True)
    down = np.abs(pulls[:, 2:]).sum(1) / np.maximum(size[:, 0], TINY)
    shafts = 0.21 * _level(size / reference) * pulls / np.maximum(size, TINY)
    # Where a point without mass lies makes no difference: its lines are found once.
    found = lines(n, smeared, (float(inside[0]), float(inside[1])) if mass else (0.0, 0.0), mass, space)
    parts, owners, depth = pieces(_seen(found.points), found.source, RADIUS)
    colours = np.array([ON_RING, INSIDE])[owners]
    masses = ring(720) if smeared else ring(n)
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * WIDTH
    high = np.pad(corners, ((0, 0), (0, 1)), constant_values=t)
    return {
        "strength": _level(strength).reshape(PIXELS, PIXELS),
        "arrows": arrows(TAILS[down < 0.97], shafts[down < 0.97, :2], 0.07),
        "down": {"data": TAILS[down > 0.8], "sizes": 110 * (down[down > 0.8] - 0.7)},
        "ring": {"data": masses, "sizes": [6 if smeared else 50]},
        "place": {"data": place, "facecolor": INSIDE if mass else "white"},
        "lines": {"data": parts, "color": faded(colours, depth)},
        "ring there": {"data": _seen(masses)[:, :2], "sizes": [6 if smeared else 26]},
        "place there": {"data": _seen(place)[:, :2], "facecolor": INSIDE if mass else "white"},
        "window": (high @ CAMERA.T)[:, :2] if space else np.zeros((4, 2)),
        "dome": RADIUS * circle()[:61] if space else np.zeros((2, 2)),
        "title": f"the pull at height t = {t:.2f}  (× down)" if space else "the pull in the plane",
        "readout": _sentence(n, smeared, mass, t, space, int(found.source.sum())),
    }


def _level(strength: np.ndarray) -> np.ndarray:
    return np.clip(1 + np.log10(np.maximum(strength, 1e-30)) / DECADES, 0, 1)


def _seen(points: np.ndarray) -> np.ndarray:
    """Points of the plane or of space as the camera sees them, [..., 3]."""
    return points @ CAMERA[:, : points.shape[-1]].T


def inside_to_outside(n: int, smeared: bool, t: float, space: bool) -> float:
    """The ring's largest pull at radius 1/2 over its smallest at radius 2."""
    angles = np.arange(12 * n) * np.pi / (6 * n)
    around = np.stack([np.cos(angles), np.sin(angles)], 1)
    inner, outer = (
        np.linalg.norm(force(r * around, t, n, smeared, np.zeros(2), 0.0, space), axis=1) for r in (0.5, 2.0)
    )
    return float(inner.max() / outer.min())


def _sentence(n: int, smeared: bool, mass: float, t: float, space: bool, count: int) -> str:
    ratio = inside_to_outside(n, smeared, t, space)
    exact = 0.0 if smeared else 2.0 ** (2 - n) * (1 + 2.0**-n) / (1 - 2.0**-n)
    words = f"The ring's pull at radius ½ is {_short(ratio)} of that at radius 2"
    words += f", at height {t:.2g}." if space else f" (exactly {_short(exact)})."
    if mass == 0:
        return words
    share = mass / (1 + mass)
    words += f"  The point inside has {100 * share:.0f} % of the mass and gets {count} of {LINES} lines"
    return words + (": none is left for the ring." if smeared and not space else f" (by Gauss {LINES * share:.1f}).")


def _short(number: float) -> str:
    return f"{number:.2g}".replace("e-0", "e-")


def draw(figure: Figure) -> dict[str, Artist]:
    """The plane on the left, the lines seen from the side on the right."""
    axes, side = figure.subplots(1, 2, width_ratios=[1, 1.2])
    return _plane(axes) | _side(side)


def _plane(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(-WIDTH, WIDTH), ylim=(-WIDTH, WIDTH), aspect="equal", xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    axes.set(xlabel="$x_1$", ylabel="$x_2$")
    shades = LinearSegmentedColormap.from_list("pull", ["white", SHADE])
    return {
        "strength": axes.imshow(
            np.zeros((PIXELS, PIXELS)), cmap=shades, vmin=0, vmax=1, origin="lower", interpolation="none",
            extent=(-WIDTH, WIDTH, -WIDTH, WIDTH), zorder=0,
        ),
        "arrows": axes.add_collection(LineCollection([], colors=style.BLUE, linewidths=1.4, zorder=2)),
        "down": axes.scatter(*TAILS.T, marker="x", color=style.BLUE, linewidths=1.4, zorder=2),
        "ring": axes.scatter([], [], color=style.BLACK, zorder=3),
        "place": axes.scatter([], [], s=120, edgecolors=style.ORANGE, linewidths=1.6, zorder=4),
        "title": axes.text(0, 1.03, "", fontsize=15, transform=axes.transAxes),
    }  # fmt: skip


def _side(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(-2.5, 2.5), ylim=(-1.15, 3.1), aspect="equal")
    axes.set_axis_off()
    axes.plot(*_seen(RADIUS * circle())[:, :2].T, **style.line("guide"), zorder=0)
    axes.text(0, 1.03, f"{LINES} lines from far away end", fontsize=15, transform=axes.transAxes)
    axes.text(0, 0.95, "on the ring", fontsize=15, color=ON_RING, transform=axes.transAxes)
    axes.text(1, 0.95, "on the point inside", fontsize=15, color=INSIDE, ha="right", transform=axes.transAxes)
    guide = style.line("guide")
    return {
        "window": axes.fill([], [], facecolor=ARROW, alpha=0.25, zorder=1)[0],
        "dome": axes.plot([], [], **guide, zorder=0)[0],
        "ring there": axes.scatter([], [], color=style.BLACK, zorder=2),
        "lines": axes.add_collection(LineCollection([], linewidths=1.6, zorder=3)),
        "place there": axes.scatter([], [], s=90, edgecolors=style.ORANGE, linewidths=1.6, zorder=4),
    }


@live_figure("9305.fig4")
def shell() -> Live:
    """A ring of masses whose inside is empty in the plane, and is not with one dimension more."""
    return Live(
        draw,
        compute,
        [
            Choice("where", "gravity in", [PLANE, SPACE], PLANE),
            Toggle("smeared", "smear the ring out"),
            Slider("n", "masses on the ring", 3, 36, 20, integer=True),
            Slider("percent", "point inside", 0, 100, 0, step=1, unit="% of the ring"),
            Slider("t", "height t of the view", 0.02, 1.5, 0.5, play=True),
            Points("place", "the point inside", "place", [[0.25, 0.1]], -0.55, 0.55),
        ],
        "On the left masses on a ring, the strength of their pull as a shade of blue, its direction as arrows. In the"
        " plane the inside of the ring is white, that is empty; with one dimension more, at a height above the ring, it"
        " is not. On the right the lines that come in from far away, seen from the side, and on what they end: the ring"
        " or a point inside it.",
        size=(8.8, 4.7),
    )
