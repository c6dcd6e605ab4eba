"""9344.valley: in two dimensions, what the decay of 9344.eq5 takes back of a step's length."""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from blogtools.figures import live_figure
from blogtools.live import Live, Points, Slider, style
from blogtools.optim import distance

CURVATURE = np.array([1.0, 6.0])
START = np.array([[2.2, 1.3], [0.6, 0.3]])
LADDER = np.geomspace(1e-3, 1.0, 60)
AROUND = np.linspace(0, 2 * np.pi, 91)


def update(theta: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """The unit gradient of the valley Σ c_i (θ_i − θ*_i)²/2."""
    gradient = CURVATURE * (theta - goal)
    length = float(np.linalg.norm(gradient))
    return gradient / length if length else gradient


def needed(theta: np.ndarray, goal: np.ndarray) -> float:
    """ρ/α² of eq5; NaN where θ·ε is 0."""
    product = float(theta @ (theta - goal))
    return float(np.square(update(theta, goal)).sum()) / (2 * product) if product else np.nan


def compute(places: np.ndarray, alpha: float, share: float, steps: int) -> dict[str, Any]:
    """Two walks from θ, without decay and with ``share`` of the ρ of eq5, and ‖ε‖² after one step against α."""
    theta, goal = places
    u, ratio = update(theta, goal), needed(theta, goal)
    eps = theta - goal
    feasible = bool(np.isfinite(ratio)) and ratio > 0
    linear = float(eps @ eps) - 2 * LADDER * float(u @ eps)
    rho = share * ratio * LADDER**2 if feasible else np.zeros_like(LADDER)
    tiny = 1e-12
    bare = np.abs(distance(theta, goal, u, LADDER, np.zeros_like(LADDER)) - linear)
    with_decay = np.abs(distance(theta, goal, u, LADDER, rho) - linear)
    walks = {False: [theta], True: [theta]}
    for decayed, path in walks.items():
        for _ in range(steps):
            here = path[-1]
            k = needed(here, goal) if decayed else 0.0
            decay = share * k * alpha**2 if np.isfinite(k) and k > 0 else 0.0
            path.append(here - alpha * update(here, goal) - min(decay, 1.0) * here)
    slope = np.polyfit(np.log(LADDER[:20]), np.log(np.maximum(with_decay[:20], tiny)), 1)[0]
    ends = {decayed: float(np.square(path[-1] - goal).sum()) for decayed, path in walks.items()}
    q = float(theta @ eps) / float(eps @ eps) if eps.any() else np.nan
    verdict = (
        f"ρ = {ratio * alpha**2:.3g} cancels α²‖u‖² = {alpha**2:.3g}"
        if feasible
        else "θ·ε ≤ 0: no decay cancels, it would lead away"
    )
    return {
        "bare walk": np.array(walks[False]),
        "decayed walk": np.array(walks[True]),
        "bare": np.stack([LADDER, np.maximum(bare, tiny)], 1),
        "decayed": np.stack([LADDER, np.maximum(with_decay, tiny)], 1) if feasible else np.empty((0, 2)),
        "now": {"xdata": [alpha, alpha]},
        "slope": f"with decay, small α: slope {slope:.1f}".removesuffix(".0") if feasible else "",
        # θ·ε = 0 is the circle that has 0 and θ* at the ends of a diameter.
        "circle": goal / 2 + np.linalg.norm(goal) / 2 * np.stack([np.cos(AROUND), np.sin(AROUND)], 1),
        "readout": (
            f"q = θ·ε/‖ε‖² = {q:.2f} · {verdict}\n‖ε‖² after {steps} steps: without decay {ends[False]:.4f},"
            f" with it {ends[True]:.4f}"
        ).replace("-", "−"),
    }


def draw(figure: Figure) -> dict[str, Artist]:
    """The valley with two walks, and the second-order part of one step."""
    plane, order = figure.subplots(1, 2, width_ratios=[1.15, 1])
    plane.set(xlim=(-3, 3), ylim=(-2.4, 2.4), aspect="equal", xlabel="$θ_1$", ylabel="$θ_2$", title="A valley")
    plane.plot([0], [0], "+", color=style.SLATE, markersize=12)
    plane.text(-0.3, -0.3, "0", color=style.SLATE)
    artists: dict[str, Artist] = {
        "circle": plane.plot([], [], **style.line("prior", linestyle=":"))[0],
        "bare walk": plane.plot([], [], **style.line("wrong", marker="o", markersize=4))[0],
        "decayed walk": plane.plot([], [], **style.line("estimate", marker="o", markersize=4))[0],
        "places": plane.scatter(*START.T, s=140, color=[style.BLACK, style.BLUE], zorder=4),
    }
    plane.text(0.02, 0.02, "black: θ    blue: θ*    dotted: θ·ε = 0", transform=plane.transAxes, fontsize=12)
    order.set(xlim=(1e-3, 1), ylim=(1e-10, 3), xscale="log", yscale="log", xlabel="step α", title="Beyond first order")
    order.set_yticks([1, 1e-4, 1e-8], ["1", "$10^{-4}$", "$10^{-8}$"])
    order.set_xticks([1e-3, 1e-2, 1e-1, 1], ["0.001", "0.01", "0.1", "1"])
    order.minorticks_off()
    artists["bare"] = order.plot([], [], **style.line("wrong"))[0]
    artists["decayed"] = order.plot([], [], **style.line("estimate", linewidth=2.8))[0]
    artists["now"] = order.plot([0.3, 0.3], [1e-10, 3], **style.line("guide"))[0]
    order.text(0.03, 0.9, "no decay: slope 2", color=style.VERMILION, transform=order.transAxes)
    artists["slope"] = order.text(0.8, 0.06, "", color=style.ORANGE, ha="right", transform=order.transAxes)
    order.set_ylabel("in ‖ε‖² after one step")
    return artists


@live_figure("9344.valley")
def valley() -> Live:
    """The cancellation of eq5 in the plane."""
    return Live(
        draw,
        compute,
        [
            Points("places", "θ and θ*", "places", START, (-2.9, -2.3), (2.9, 2.3)),
            Slider("alpha", "step α", 0.01, 1.0, 0.3, log=True),
            Slider("share", "share of the ρ of eq5", 0.0, 2.0, 1.0, step=0.05),
            Slider("steps", "steps", 1, 40, 4, integer=True),
        ],
        alt="A point walks down a valley to its goal in steps of one length, in vermilion without decay, in orange with"
        " the decay that cancels. Beside it, what one step adds to the squared distance beyond first order: slope 2 on"
        " logarithmic axes without decay, slope 3 with it. Inside a dotted circle no decay cancels.",
        size=(9.4, 4.5),
    )
