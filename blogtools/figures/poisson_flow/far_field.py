"""A cloud and the one mass that replaces it from afar (9305.fig2 and fig3, claim2), with the multipoles between them.

In the plane the field is the conjugate of −Σ m/(z−y) = −Σ_l a_l/z^{l+1}, a_l = Σ m y^l, for z = x₁ + i x₂ beyond the
cloud. About the centroid a_1 = 0: that is why one mass does so well.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.fields import ARROW, TINY, arrows, lattice, trace
from blogtools.live import Choice, Live, Slider, style

SHAPES = {"uneven": 1, "two alike": 2, "three alike": 3, "four alike": 4}
"""Clouds of one clump, or of as many clumps as a turn by a part of 360° exchanges."""
NUMBER = 48
HIGHEST = 8
LINES = 36
STEPS = 64
RADII = np.geomspace(1.05, 200.0, 64)
TAILS = lattice(0.96, 0.96, 0.16)
ERRORS = (1e-7, 2.0)
SMALL = 0.01
"""The difference that the readout asks for."""
ORDINALS = {2: "quadrupole", 3: "octupole"}


@lru_cache(maxsize=8)
def cloud(shape: str) -> np.ndarray:
    """Places [NUMBER] as complex numbers: centroid 0, the outermost at distance 1."""
    fold = SHAPES[shape]
    rng = np.random.default_rng(9305 + fold)
    clump = rng.normal(size=(NUMBER // fold, 2)) @ [1, 1j] * (0.4 if fold > 1 else 1.0)
    if fold == 1:
        clump = np.where(np.arange(NUMBER) % 3 == 0, 0.3 * clump + 3 + 1.5j, 0.8 * clump)
    places = (
        ((clump + (1.6 if fold > 1 else 0)) * np.exp(0.4j))[:, None] * np.exp(2j * np.pi * np.arange(fold) / fold)
    ).ravel()
    places -= places.mean()
    return places / np.abs(places).max()


@lru_cache(maxsize=8)
def moments(shape: str) -> np.ndarray:
    """a_l of unit masses for l = 0 … 2·HIGHEST; those that symmetry makes 0 are exactly 0."""
    a = np.array([(cloud(shape) ** k).sum() for k in range(2 * HIGHEST + 1)])
    return np.where(np.abs(a) < 1e-9 * NUMBER, 0, a)


def field(z: np.ndarray, shape: str) -> np.ndarray:
    """Field of the cloud at ``z`` (any shape), times S_2(1), as a complex number."""
    return -np.conj((1 / (z[..., None] - cloud(shape))).sum(-1))


def expansion(z: np.ndarray, shape: str, order: int) -> np.ndarray:
    """The same with the moments up to ``order`` alone; 0 at the centroid."""
    w = 1 / np.where(z == 0, np.inf, z)
    return -np.conj(w * np.polyval(moments(shape)[order::-1], w))


def difference(radius: np.ndarray, shape: str, order: int) -> np.ndarray:
    """Largest difference on circles of ``radius`` [k], relative to the field of the cloud."""
    z = radius[:, None] * np.exp(2j * np.pi * np.arange(48) / 48)
    true = field(z, shape)
    return (np.abs(true - expansion(z, shape, order)) / np.abs(true)).max(1)


@lru_cache(maxsize=64)
def errors(shape: str, order: int) -> np.ndarray:
    """``difference`` at RADII."""
    return difference(RADII, shape, order)


def small_from(shape: str, order: int) -> float:
    """The radius from which on the difference is below SMALL."""
    falling = np.log(errors(shape, order))
    above = max(int(np.flatnonzero(falling > np.log(SMALL)).max(initial=0)), 0)
    low, high = falling[above], falling[above + 1]
    part = np.clip((low - np.log(SMALL)) / (low - high), 0, 1)
    return float(RADII[above] * (RADII[above + 1] / RADII[above]) ** part)


def leading(shape: str, order: int) -> tuple[int, float]:
    """The first order that is left out and does not vanish, and its size |a_l|/a_0."""
    a = moments(shape)
    first = next(k for k in range(order + 1, len(a)) if a[k] != 0)
    return first, float(abs(a[first] / a[0]))


def _sentence(shape: str, order: int, radius: float) -> str:
    error = float(difference(np.array([radius]), shape, order)[0])
    first, size = leading(shape, order)
    name = f"order {first}" + (f", the {ORDINALS[first]}," if first in ORDINALS else "")
    return (
        f"At R = {radius:.3g} the fields differ by {_percent(error)} at most; {name} predicts"
        f" {_percent(size * radius**-first)}. Below 1 % from R\u00a0=\u00a0{small_from(shape, order):.3g}."
    )


def _percent(part: float) -> str:
    """Two digits, as far as the numbers have any."""
    if part < 1e-12:
        return "less than 1e-10 %"
    return f"{100 * part:.2g} %" if 1e-6 < part < 9.9 else f"{100 * part:.0e} %"


def _flat(z: np.ndarray) -> np.ndarray:
    return np.stack([z.real, z.imag], -1)


def _window(radius: float) -> float:
    """Half-width of the window, in radii of the cloud: fixed while the circle fits, then growing with it."""
    return max(2.2, 1.2 * radius)


def side_by_side(shape: str, radius: float, order: int) -> dict[str, Any]:
    """Cloud and stand-in in the same window, both in units of it."""
    width = _window(radius)
    tails = TAILS @ [1, 1j]
    true, short = field(tails * width, shape), expansion(tails * width, shape, order)
    places = cloud(shape) / width
    start = 1.8 * np.exp(2j * np.pi * (np.arange(LINES) + 1 / 3) / LINES)
    bar = next(b for b in (50, 20, 10, 5, 2, 1) if b < 0.5 * width or b == 1)
    ring = _flat(radius / width * np.exp(2j * np.pi * np.arange(121) / 120))
    shown: dict[str, Any] = {
        "cloud": _flat(places),
        "cloud lines": trace(_flat(start), _flat(places), np.ones(NUMBER), STEPS).points,
        "cloud arrows": _unit_arrows(tails, true),
        "one lines": _expansion_lines(start, shape, order, width),
        "one arrows": _unit_arrows(tails[np.abs(tails) > 0.06], short[np.abs(tails) > 0.06]),
        "hull": _flat((0 if order == 0 else 1) / width * np.exp(2j * np.pi * np.arange(61) / 60)),
        "hull says": "" if order == 0 or width > 6 else "the series\ndiverges",
        "cloud ring": ring,
        "one ring": ring,
        "scale": np.array([(-0.97, -0.93), (-0.97 + bar / width, -0.93)]),
        "scale says": f"{bar} × the cloud's radius" if bar > 1 else "the cloud's radius",
        "one says": "one mass at the centroid" if order < 2 else f"its multipoles to order {order}",
    }
    return shown | {"readout": _sentence(shape, order, radius)}


def _unit_arrows(tails: np.ndarray, force: np.ndarray) -> np.ndarray:
    length = np.abs(force)
    return arrows(_flat(tails), _flat(0.105 * force / np.where(length > 0, length, 1.0)), 0.035)


def _expansion_lines(start: np.ndarray, shape: str, order: int, width: float) -> np.ndarray:
    """Lines of the expansion by midpoint steps: to the centroid for one mass, otherwise to where the series ends."""

    def unit(z: np.ndarray) -> np.ndarray:
        force = expansion(z * width, shape, order)
        return force / np.maximum(np.abs(force), TINY)

    stop = 0.02 if order < 2 else 1 / width
    z = start
    points = [z]
    for _ in range(STEPS // 2):
        h = np.clip(np.abs(z) - stop, 0, 0.15 * np.abs(z))
        z = z + h * unit(z + h / 2 * unit(z))
        points.append(z)
    return _flat(np.stack(points, 1))


def error_chart(shape: str, radius: float, order: int) -> dict[str, Any]:
    """Both fields on the circle, and their difference against its radius."""
    width = _window(radius)
    z = radius * np.exp(2j * np.pi * np.arange(24) / 24)
    scale = 0.42 * radius / width / (NUMBER / radius)
    true, short = field(z, shape) * scale, expansion(z, shape, order) * scale
    first, size = leading(shape, order)
    error = float(difference(np.array([radius]), shape, order)[0])
    from_here = small_from(shape, order)
    shown = _order_labels(shape)
    return shown | {
        "cloud": _flat(cloud(shape) / width),
        "ring": _flat(radius / width * np.exp(2j * np.pi * np.arange(121) / 120)),
        "true": arrows(_flat(z / width + true / 2), _flat(true), 0.05),
        "short": arrows(_flat(z / width + short / 2), _flat(short), 0.05),
        "others": [np.stack([RADII, errors(shape, k)], 1) for k in range(HIGHEST + 1)],
        "error": np.stack([RADII, errors(shape, order)], 1),
        "law": np.stack([RADII, size * RADII**-first], 1),
        "here": [(radius, max(error, ERRORS[0]))],
        "small": np.array([(from_here, ERRORS[0]), (from_here, SMALL)]),
        "says": f"order {order} kept: error $\\propto R^{{-{first}}}$",
        "readout": _sentence(shape, order, radius),
    }


def _order_labels(shape: str) -> dict[str, Any]:
    """The orders of a curve, such as 0-2, where it leaves the chart below."""
    shown: dict[str, Any] = {}
    for k in range(HIGHEST + 1):
        curve, first = errors(shape, k), leading(shape, k)[0]
        below = np.flatnonzero(curve < 3 * ERRORS[0])
        at = int(below[0]) if len(below) else len(RADII) - 1
        new, last = k == 0 or leading(shape, k - 1)[0] != first, min(first - 1, HIGHEST)
        text = f"{k}–{last}" if last > k else str(k)
        shown[f"order {k}"] = {"x": RADII[at], "y": curve[at], "text": text if new else ""}
    return shown


def draw_side_by_side(figure: Figure) -> dict[str, Artist]:
    """Two windows on the plane with one scale."""
    cloud_axes, one_axes = figure.subplots(1, 2)
    artists: dict[str, Artist] = {}
    for name, axes in (("cloud", cloud_axes), ("one", one_axes)):
        artists |= _window_of(axes, name)
    artists["cloud"] = cloud_axes.scatter([], [], s=34, zorder=4, **style.line("data"))
    cloud_axes.text(0, 1.03, f"{NUMBER} masses", fontsize=15, transform=cloud_axes.transAxes)
    one_axes.plot(0, 0, "o", markersize=13, zorder=4, **style.line("data"))
    artists["hull"] = one_axes.fill([], [], facecolor="white", edgecolor=style.GREY, zorder=3.5)[0]
    artists["hull says"] = one_axes.text(0, 0, "", ha="center", va="center", fontsize=12, color=style.SLATE, zorder=5)
    artists["one says"] = one_axes.text(0, 1.03, "", fontsize=15, transform=one_axes.transAxes)
    (artists["scale"],) = cloud_axes.plot([], [], color=style.BLACK, linewidth=3, zorder=5)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 2, "alpha": 0.85}
    artists["scale says"] = cloud_axes.text(-0.97, -0.89, "", fontsize=13, va="bottom", bbox=box, zorder=5)
    return artists


def _window_of(axes: Axes, name: str) -> dict[str, Artist]:
    axes.set(xlim=(-1, 1), ylim=(-1, 1), aspect="equal", xticks=[], yticks=[])
    for side in axes.spines.values():
        side.set_visible(True)
        side.set_color(style.PALE)
    field_line, ring = style.line("field"), style.line("estimate", linewidth=3)
    return {
        f"{name} arrows": axes.add_collection(LineCollection([], colors=ARROW, linewidths=1.2, zorder=1)),
        f"{name} lines": axes.add_collection(
            LineCollection([], colors=field_line["color"], linewidths=field_line["linewidth"], zorder=2)
        ),
        f"{name} ring": axes.plot([], [], **ring, zorder=3)[0],
    }


def draw_error_chart(figure: Figure) -> dict[str, Artist]:
    """The circle on the left, errors in logarithms on the right."""
    axes, chart = figure.subplots(1, 2, width_ratios=[1, 1.25])
    artists = {"ring": _window_of(axes, "spare")["spare ring"]}
    artists["cloud"] = axes.scatter([], [], s=22, zorder=4, **style.line("data"))
    blue, dark = style.colour("field"), style.colour("theory")
    artists["true"] = axes.add_collection(LineCollection([], colors=blue, linewidths=4.5, zorder=4))
    artists["short"] = axes.add_collection(LineCollection([], colors=dark, linewidths=1.6, zorder=5))
    axes.text(0, 1.03, "the cloud's field", color=blue, fontsize=14, transform=axes.transAxes)
    axes.text(1, 1.03, "the stand-in's", color=dark, fontsize=14, ha="right", transform=axes.transAxes)
    chart.set(xscale="log", yscale="log", xlim=(RADII[0], RADII[-1]), ylim=ERRORS)
    chart.set(xlabel="radius R of the circle, in radii of the cloud", ylabel="largest relative difference")
    chart.axhline(SMALL, **style.line("guide"))
    chart.text(RADII[-1], 1.2 * SMALL, "1 %", ha="right", fontsize=13, color=style.GREY)
    artists["others"] = chart.add_collection(LineCollection([], colors=style.PALE, linewidths=1.2, zorder=1))
    (artists["small"],) = chart.plot([], [], color=style.ORANGE, linewidth=1.5, linestyle=(0, (4, 3)))
    (artists["error"],) = chart.plot([], [], color=blue, linewidth=3)
    (artists["law"],) = chart.plot([], [], **style.line("theory", linestyle=(0, (1, 2))))
    artists["here"] = chart.scatter([], [], s=110, color=style.ORANGE, zorder=5)
    chart.set_xticks([2, 5, 10, 20, 50, 100, 200], ["2", "5", "10", "20", "50", "100", "200"])
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    for k in range(HIGHEST + 1):
        label = chart.text(0, 0, "", fontsize=13, color=style.GREY, ha="center", va="center", bbox=box, zorder=4)
        artists[f"order {k}"] = label
    artists["says"] = chart.text(0.97, 0.96, "", ha="right", va="top", fontsize=15, transform=chart.transAxes)
    return artists


def _controls(radius: float, order: int) -> list[Choice | Slider]:
    return [
        Slider("radius", "radius R of the circle", 1.1, 100, radius, log=True, unit="× the cloud", play=True),
        Slider("order", "multipoles up to", 0, HIGHEST, order, integer=True),
        Choice("shape", "cloud", list(SHAPES), "uneven"),
    ]


@live_figure("9305.fig2")
def far_field() -> Live:
    """A cloud of masses beside the one mass at its centroid; the circle can be blown up."""
    return Live(
        draw_side_by_side,
        side_by_side,
        _controls(2.2, 0),
        "On the left a cloud of 48 masses with its unit field arrows and field lines, on the right the same for the one"
        " mass that replaces it, at the centroid. Inside the orange circle the two differ, outside they look alike. The"
        " line below gives the largest difference on the circle and the radius from which it is below one percent.",
        size=(8.6, 4.7),
    )


@live_figure("9305.fig3")
def equivalent_source() -> Live:
    """The difference between the cloud and its stand-in, against the radius and the order of the multipoles."""
    return Live(
        draw_error_chart,
        error_chart,
        _controls(1.5, 0),
        "On the left a circle about a cloud of masses with two arrows at each of 24 places: the field of the cloud and"
        " that of its stand-in. On the right the largest relative difference of the two against the radius, on"
        " logarithmic axes: a straight line whose slope is minus the first order left out.",
        size=(8.8, 4.5),
    )
