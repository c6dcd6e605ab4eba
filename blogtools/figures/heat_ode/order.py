"""9280.order: what "≈" means in eq5 and eq6: the error of one step, and of all steps, against the step.

The drift is f = Mx, whose divergence is Tr M everywhere, so that along its flow log p changes by exactly −Tr M a time.
"""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blogtools.figures import live_figure
from blogtools.live import Live, Slider, style

SHORTEST, LONGEST = 1e-4, 0.25
LADDER = np.geomspace(SHORTEST, LONGEST, 60)
LOWEST, HIGHEST = 1e-10, 3e3
REACH = 1.5
"""Of the entries: the largest step keeps every I + M Δt invertible, for ‖M‖ Δt ≤ 3/4."""
LINES = {
    "eq5": ("determinant (eq5), one step", style.line("third", linewidth=4.5)),
    "one": ("log density (eq6), one step", style.line("field", linewidth=2.4, linestyle=(0, (4, 2)))),
    "all": ("log density (eq6), all steps", style.line("estimate", linewidth=2.8)),
}
CORNERS = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0]])
NET = np.linspace(-2, 2, 9)


def errors(M: np.ndarray, dt: np.ndarray) -> np.ndarray:
    """Errors [3, n] at steps ``dt`` [n]: of 1 + Tr M Δt for the determinant of eq5, of eq6 in one step and to t = 1.

    In this drift all 1/Δt steps are alike.
    """
    trace = float(np.trace(M))
    determinant = np.linalg.det(np.eye(2) + dt[:, None, None] * M)
    one = np.abs(np.log(np.abs(determinant)) - trace * dt)
    return np.stack([np.abs(determinant - 1 - trace * dt), one, one / dt])


def slopes(M: np.ndarray) -> list[float]:
    """Of the three errors on logarithmic axes, at steps near 0.001; NaN where there is no error."""
    steps = np.array([7e-4, 1.4e-3])
    found = errors(M, steps)
    found[found < 1e-13] = np.nan
    return [float(s) for s in np.log(found[:, 1] / found[:, 0]) / np.log(2)]


def compute(xx: float, xy: float, yx: float, yy: float, dt: float) -> dict[str, Any]:
    """A square under I + M Δt, and the errors against Δt, for M = [[xx, xy], [yx, yy]]."""
    M = np.array([[xx, xy], [yx, yy]])
    lines = errors(M, LADDER)
    now = errors(M, np.array([dt]))[:, 0]
    moved = CORNERS @ (np.eye(2) + dt * M).T
    shown: dict[str, Any] = {"square": moved, "moved": moved, "arrows": _places() @ M.T}
    orders = slopes(M)
    for (name, (words, _)), line, error, order in zip(LINES.items(), lines, now, orders, strict=True):
        seen = line > LOWEST
        shown[name] = np.stack([LADDER[seen], line[seen]], 1)
        shown[f"{name} now"] = np.array([[dt, error]]) if error > LOWEST else np.empty((0, 2))
        shown[f"{name} slope"] = f"{words}: {_order(order)}"
    factor = float(np.linalg.det(np.eye(2) + dt * M))
    return shown | {
        "readout": f"Δt = {dt:.3g}, ∇·f = Tr M = {np.trace(M):.2f}: area × {factor:.5f}, 1 + ∇·f Δt ="
        f" {1 + np.trace(M) * dt:.5f}, exp(∇·f Δt) = {np.exp(np.trace(M) * dt):.5f}".replace("-", "−")
        + f"\nslopes {', '.join(_order(k).removeprefix('slope ') for k in orders)} · one step loses"
        f" {now[0]:.2g} in eq5, which is |det M| Δt², and {now[1]:.2g} in eq6, to leading order ½ |Tr M²| Δt² ="
        f" {abs(np.trace(M @ M)) / 2 * dt**2:.2g}"
    }


def _order(slope: float) -> str:
    return "no error" if np.isnan(slope) else f"slope {slope:.2f}".replace("-", "−")


def _places() -> np.ndarray:
    x, y = np.meshgrid(NET, NET)
    return np.stack([x.ravel(), y.ravel()], 1)


def draw(figure: Figure) -> dict[str, Artist]:
    """The square in its drift, and the errors."""
    plane, order = figure.subplots(1, 2, width_ratios=[1, 1.35])
    return _draw_plane(plane) | _draw_order(order)


def _draw_plane(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(-2.2, 2.2), ylim=(-2.2, 2.2), aspect="equal", xlabel="$x$", ylabel="$y$", xticks=[-2, 0, 2])
    axes.set_yticks([-2, 0, 2])
    axes.set_title("One step $I+MΔt$ of $f=Mx$")
    axes.plot(*CORNERS.T, **style.line("data", linewidth=2.2), zorder=3)
    places = _places()
    (outline,) = axes.plot([], [], **style.line("estimate", linewidth=2.8), zorder=4)
    return {
        "arrows": axes.quiver(
            *places.T, *places.T, color=style.colour("field"), alpha=0.55, angles="xy", scale_units="xy", scale=7,
            width=0.006, zorder=2,
        ),
        "square": axes.fill([0], [0], color=style.colour("estimate"), alpha=0.3, linewidth=0, zorder=1)[0],
        "moved": outline,
    }  # fmt: skip


def _draw_order(axes: Axes) -> dict[str, Artist]:
    axes.set(xscale="log", yscale="log", xlim=(SHORTEST, 1.3 * LONGEST), ylim=(LOWEST, HIGHEST), xlabel="step $Δt$")
    axes.set_xticks([1e-4, 1e-3, 1e-2, 1e-1], ["$10^{-4}$", "$10^{-3}$", "$10^{-2}$", "0.1"])
    axes.set_yticks([1, 1e-3, 1e-6, 1e-9], ["1", "$10^{-3}$", "$10^{-6}$", "$10^{-9}$"])
    axes.minorticks_off()
    axes.set_title("Error")
    artists: dict[str, Artist] = {}
    for row, (name, (_, look)) in enumerate(LINES.items()):
        colour = look["color"]
        artists[name] = axes.plot([], [], **look, zorder=3)[0]
        artists[f"{name} now"] = axes.scatter([], [], s=110 - 30 * row, color=colour, zorder=4)
        # No error exceeds 3, and none comes near that at small steps: at the top left the names meet no line.
        artists[f"{name} slope"] = axes.text(
            0.02, 0.93 - 0.07 * row, "", color=colour, fontsize=14, transform=axes.transAxes
        )
    return artists


@live_figure("9280.order")
def orders() -> Live:
    """The square of a step and the step itself: errors of eq5 and eq6."""
    entries = [("xx", "M₁₁", 0.8), ("xy", "M₁₂", -0.9), ("yx", "M₂₁", 0.6), ("yy", "M₂₂", 0.3)]
    return Live(
        draw,
        compute,
        [
            *(Slider(name, label, -REACH, REACH, value, step=0.05) for name, label, value in entries),
            Slider("dt", "step Δt", SHORTEST, LONGEST, 0.2, log=True),
        ],
        alt="A black square in the drift of a matrix, and in orange what one step makes of it. Beside it, on"
        " logarithmic axes, three errors against the step: the determinant's and that of the log density after one step"
        " fall with the square of the step, slope 2; that of the log density after all steps with the step, slope 1.",
        size=(9.2, 4.6),
    )
