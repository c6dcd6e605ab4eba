"""9305.fig5: the sphere projected onto the plane t = T, whose two similar triangles give eq6 and so the prior.

The post lets D come so close to B that the arc BD is as good as its tangent. Here the arc has a length, and one sees
that the two ratios of eq6 differ by an error of first order in it.
"""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from blogtools.figures import live_figure
from blogtools.live import Live, Slider, style

LEFT, RIGHT, LOW, HIGH = -2.75, 4.75, -0.5, 3.6
LONGEST = 10.0
"""Degrees of the longest arc."""
APART = 0.42
"""C and D have their names in the large picture only when they lie this far from B."""
FLESH = {"OAB": style.SKY, "BDC": style.ORANGE}


class Corners(NamedTuple):
    """The points of the figure, each [2] with its height t last."""

    O: np.ndarray  # noqa: E741
    A: np.ndarray
    B: np.ndarray
    C: np.ndarray
    D: np.ndarray


def corners(x: float, T: float, arc: float) -> Corners:
    """A = (0, T), B = (x, T), D on the circle through B about O, ``arc`` radians further out, and C above it on t = T.

    C is where the ray from O through D meets the plane, so the arc must end above the horizon: arc < atan(T/x).
    """
    origin, foot, B = np.zeros(2), np.array([0.0, T]), np.array([x, T])
    cos, sin = np.cos(arc), np.sin(arc)
    D = np.array([cos * x + sin * T, cos * T - sin * x])
    return Corners(origin, foot, B, D * (T / D[1]), D)


def ratios(points: Corners) -> tuple[float, float]:
    """|BC|/|BD| and |OB|/|OA| of eq6, measured on the points."""
    O, A, B, C, D = points  # noqa: E741
    on_plane, on_sphere = np.linalg.norm(C - B), np.linalg.norm(D - B)
    return float(on_plane / on_sphere), float(np.linalg.norm(B - O) / np.linalg.norm(A - O))


def compute(x: float, T: float, arc: float) -> dict[str, Any]:
    """The figure for B = (x, T) and an arc of ``arc`` degrees: the whole, B, C, D enlarged, and how eq6 comes true."""
    points = corners(x, T, np.radians(arc))
    O, A, B, C, D = points  # noqa: E741
    on_plane, across = ratios(points)
    error, slope = on_plane - across, x * np.hypot(x, T) / T**2
    degrees = np.linspace(0.05, LONGEST, 60)
    curve = np.array([np.divide(*ratios(corners(x, T, a))) for a in np.radians(degrees)])
    free = C[0] - B[0] > APART
    return {
        "sphere": np.hypot(x, T) * _half_circle(),
        "plane": np.array([(LEFT, T), (RIGHT, T)]),
        "ray B": np.stack([O, B]),
        "ray D": np.stack([O, D if D[1] > C[1] else C]),
        "OAB": np.stack([O, A, B]),
        "BDC": np.stack([B, D, C]),
        "dots": np.stack(points),
        "A": _name(A, "A", (-0.1, -0.08)),
        "B": _name(B, "B", (0.04, 0.1)),
        "C": _name(C, "C" if free else "", (0.04, 0.1)),
        "D": _name(D, "D" if free else "", 0.3 * _below(D)),
        "T": {"x": -0.12, "y": 0.36 * T},
        "x": {"text": "$\\|x\\|$" if x > 0.9 else "", "x": x / 2, "y": T - 0.07},
        "height": {"text": "$t=T$" if C[0] < 3.8 else "", "y": T + 0.1},
        **_near(points),
        "limit": np.stack([degrees, curve], 1),
        "now": np.array([[arc, on_plane / across]]),
        "readout": (
            f"|BC|/|BD| = {on_plane:.5f} · |OB|/|OA| = √(x²+T²)/T = {across:.5f} · difference {error:.3g}\n"
            f"difference / arc = {error / np.radians(arc):.4f} per radian, which tends to x√(x²+T²)/T² = {slope:.4f}"
        ),
    }


def _near(points: Corners) -> dict[str, Any]:
    """B, C, D with B at the origin and |BC| for unit, and OAB turned over and shrunk onto the same side BC."""
    O, _, B, C, D = points  # noqa: E741
    unit = C[0] - B[0]
    radius = np.linalg.norm(B)
    C_near, D_near, O_near = ((p - B) / unit for p in (C, D, O))
    # Cosine and sine of the angle at O, which is that at B when BD is perpendicular to OB.
    cos, sin = B[1] / radius, B[0] / radius
    around = np.linspace(-0.9, 2.4, 121) * unit / radius
    circle = radius / unit * np.stack([np.sin(np.arctan2(*B) + around), np.cos(np.arctan2(*B) + around)], 1) + O_near
    return {
        "near BDC": np.stack([np.zeros(2), D_near, C_near]),
        "near OAB": np.array([(0.0, 0.0), (cos * cos, -cos * sin), (1.0, 0.0), (0.0, 0.0)]),
        "near sphere": circle,
        "near ray B": np.stack([np.zeros(2), O_near / np.linalg.norm(O_near) * 3]),
        "near ray D": np.stack([C_near, C_near + (O_near - C_near) / np.linalg.norm(O_near - C_near) * 3]),
        "near dots": np.stack([np.zeros(2), C_near, D_near]),
        "near D": _name(D_near, "D", 0.17 * _below(D)),
    }


def _half_circle() -> np.ndarray:
    angles = np.linspace(0, np.pi, 121)
    return np.stack([np.cos(angles), np.sin(angles)], 1)


def _below(D: np.ndarray) -> np.ndarray:
    """The direction from D that halves the angle between the ray to O and the circle going on: room for a name."""
    inwards, onwards = -D, np.array([D[1], -D[0]])
    return (inwards + onwards) / np.linalg.norm(inwards + onwards)


def _name(at: np.ndarray, text: str, shift: Any) -> dict[str, Any]:
    return {"text": text, "x": at[0] + shift[0], "y": at[1] + shift[1]}


def draw(figure: Figure) -> dict[str, Artist]:
    """The whole on the left; on the right B, C, D enlarged and the quotient of the two ratios against the arc."""
    panes = figure.subplot_mosaic([["whole", "near"], ["whole", "limit"]], width_ratios=[1.9, 1])
    return _draw_whole(panes["whole"]) | _draw_near(panes["near"]) | _draw_limit(panes["limit"])


def _draw_whole(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(LEFT, RIGHT), ylim=(LOW, HIGH), aspect="equal", xticks=[], yticks=[])
    axes.axis("off")
    axes.axhline(0, **style.line("guide"))
    axes.axvline(0, **style.line("guide"))
    axes.text(-0.12, -0.12, "O", fontsize=19, ha="right", va="top")
    axes.text(RIGHT, 0.08, "$t=0$", color=style.GREY, fontsize=15, ha="right")
    artists: dict[str, Artist] = {}
    for name, colour in FLESH.items():
        artists[name] = axes.add_patch(Polygon(np.zeros((3, 2)), color=colour, alpha=0.55, linewidth=0, zorder=1.5))
    return artists | {
        "sphere": axes.plot([], [], **style.line("theory"))[0],
        "plane": axes.plot([], [], **style.line("data", linewidth=2.6))[0],
        "ray B": axes.plot([], [], **style.line("field", linewidth=2))[0],
        "ray D": axes.plot([], [], **style.line("field", linewidth=2))[0],
        "dots": axes.scatter([], [], s=46, color=style.colour("data"), zorder=4),
        "height": axes.text(RIGHT, 0, "", fontsize=15, ha="right"),
        "T": axes.text(0, 0, "$T$", fontsize=17, ha="right", va="center"),
        "x": axes.text(0, 0, "", fontsize=17, ha="center", va="top"),
        "A": axes.text(0, 0, "", fontsize=19, ha="right", va="top"),
        "B": axes.text(0, 0, "", fontsize=19),
        "C": axes.text(0, 0, "", fontsize=19),
        "D": axes.text(0, 0, "", fontsize=19, ha="center", va="center"),
    }


def _draw_near(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(-0.45, 1.45), ylim=(-0.9, 0.26), aspect="equal", xticks=[], yticks=[])
    axes.set_title("B, C, D enlarged")
    for spine in axes.spines.values():
        spine.set(visible=True, color=style.PALE)
    axes.axhline(0, **style.line("data", linewidth=2.6))
    axes.text(0.05, 0.05, "B", fontsize=17)
    axes.text(1.04, 0.05, "C", fontsize=17)
    flesh = Polygon(np.zeros((3, 2)), color=FLESH["BDC"], alpha=0.55, linewidth=0)
    return {
        "near BDC": axes.add_patch(flesh),
        "near sphere": axes.plot([], [], **style.line("theory"))[0],
        "near ray B": axes.plot([], [], **style.line("field", linewidth=2))[0],
        "near ray D": axes.plot([], [], **style.line("field", linewidth=2))[0],
        "near OAB": axes.plot([], [], color=style.BLUE, linewidth=2.4, linestyle=(0, (3, 2)))[0],
        "near dots": axes.scatter([], [], s=46, color=style.colour("data"), zorder=4),
        "near D": axes.text(0, 0, "D", fontsize=17, ha="center", va="center"),
    }


def _draw_limit(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(0, LONGEST), ylim=(0.95, 1.8), xlabel="arc BD in degrees", yticks=[1, 1.2, 1.4, 1.6])
    axes.set_title("|BC|/|BD|  over  |OB|/|OA|")
    axes.axhline(1, **style.line("theory", linewidth=1.6))
    (curve,) = axes.plot([], [], **style.line("estimate"))
    return {"limit": curve, "now": axes.scatter([], [], s=110, color=style.colour("estimate"), zorder=4, clip_on=False)}


@live_figure("9305.fig5")
def projection() -> Live:
    """An arc of the sphere, its shadow on the plane t = T, and the two triangles of eq6."""
    return Live(
        draw,
        compute,
        [
            Slider("x", "‖x‖", 0.0, 2.4, 1.8, step=0.01, unit="units of length"),
            Slider("T", "T", 1.0, 2.5, 1.8, step=0.01, unit="units of length"),
            Slider("arc", "arc BD", 0.05, LONGEST, 8.0, log=True, unit="°"),
        ],
        alt="A half circle about O below the horizontal line t = T, which it crosses at B = (x, T); A lies on the line"
        " straight above O. D is further along the circle, and the ray from O through D meets the line in C. The"
        " triangles OAB and BDC are shaded. Enlarged, BDC differs from a shrunk copy of OAB, drawn dashed, less and"
        " less as the arc BD becomes short, and a curve shows the quotient of the two ratios falling to 1 with it.",
        size=(9.4, 4.7),
    )
