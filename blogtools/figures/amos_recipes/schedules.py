"""9344.schedules: both recipes, the difference equation and its ODE limit (9344.eq18 to eq29)."""

import math
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from blogtools.figures import live_figure
from blogtools.live import Live, Slider, style
from blogtools.optim import exact_recursion, half_life_rate, inverse_square, inverse_time

LAWS = {"inverse-square": ("estimate", "recipe 1"), "inverse-time": ("field", "recipe 2")}
SHOWN = 8
"""Half-lives on the axis."""


def compute(alpha0: float, p: float, q: float, T: int) -> dict[str, Any]:
    """Decay factors over t/T by closed form (set by T) and by the recursion at α_0 p, and the errors of the limit."""
    rates = {law: half_life_rate(T, law) for law in LAWS}
    t = np.arange(SHOWN * T + 1)
    closed = {"inverse-square": inverse_square(t, rates["inverse-square"])}
    closed["inverse-time"] = inverse_time(t, rates["inverse-time"])
    shown: dict[str, Any] = {}
    worst = {}
    for law in LAWS:
        exact = exact_recursion(rates[law], SHOWN * T, law)
        error = np.abs(closed[law] / exact - 1) / rates[law]
        worst[law] = float(error.max())
        thin = slice(None, None, max(1, T // 10))
        shown[law] = np.stack([t / T, closed[law]], 1)
        shown[f"{law} exact"] = np.stack([t[thin] / T, exact[thin]], 1)
        shown[f"{law} error"] = np.stack([t / T, error], 1)
    own = 1 / np.square(alpha0 * p * t + 1)
    shown["own"] = np.stack([t / T, own], 1)
    half = (math.sqrt(2) - 1) / (alpha0 * p)
    shown["rho"] = f"ρ₀ = α₀²/2q = {alpha0**2 / (2 * q):.2g}".replace("e-", "e−")
    shown["readout"] = (
        f"α₀p = {alpha0 * p:.2g}: half after {half:,.0f} steps; T = {T} asks for p ="
        f" {rates['inverse-square'] / alpha0:.3g} (recipe 2: p₀ = {rates['inverse-time'] / alpha0:.3g})\nODE limit off"
        f" by at most {100 * worst['inverse-square'] * rates['inverse-square']:.2g} % and"
        f" {100 * worst['inverse-time'] * rates['inverse-time']:.2g} %: {worst['inverse-square']:.3f} α₀p and"
        f" {worst['inverse-time']:.3f} α₀p₀; 1/e = {1 / math.e:.3f}"
    )
    return shown


def draw(figure: Figure) -> dict[str, Artist]:
    """Left what is left of the first rate, right the error of the closed form."""
    left, right = figure.subplots(1, 2)
    left.set(xlim=(0, SHOWN), ylim=(0, 1.02), xlabel="t / T", title="What is left of both rates")
    right.set(xlim=(0, SHOWN), ylim=(0, 0.55), xlabel="t / T", title="Relative error of the ODE limit, over α₀p")
    right.axhline(1 / math.e, **style.line("theory", linestyle="--"))
    left.axhline(0.5, **style.line("guide"))
    artists: dict[str, Artist] = {"own": left.plot([], [], **style.line("prior", linestyle=":"))[0]}
    for row, (law, (role, name)) in enumerate(LAWS.items()):
        colour = style.colour(role)
        artists[law] = left.plot([], [], color=colour, linewidth=2.6)[0]
        artists[f"{law} exact"] = left.plot([], [], "o", color=colour, markersize=3.5, markeredgewidth=0)[0]
        artists[f"{law} error"] = right.plot([], [], color=colour, linewidth=2.6)[0]
        left.text(7.9, 0.92 - 0.09 * row, f"{name}: {law}", color=colour, ha="right")
    artists["rho"] = left.text(0.15, 0.04, "", color=style.SLATE)
    left.text(7.9, 0.74, "dots: difference equation", color=style.SLATE, ha="right")
    left.text(7.9, 0.65, "dotted: recipe 1 with α₀ and p", color=style.GREY, ha="right")
    right.text(7.9, 0.38, "1/e", color=style.SLATE, ha="right")
    return artists


@live_figure("9344.schedules")
def schedules() -> Live:
    """The two laws of decay."""
    return Live(
        draw,
        compute,
        [
            Slider("alpha0", "α₀", 1e-4, 0.3, 0.01, log=True),
            Slider("p", "p", 0.01, 1.0, 0.5, log=True),
            Slider("q", "q", 0.1, 2.0, 1.0, step=0.1),
            Slider("T", "half-life T", 1, 1000, 100, log=True, integer=True, unit="steps"),
        ],
        alt="What is left of the rates against time in half-lives: recipe 1 (orange, inverse square) and"
        " recipe 2 (blue, inverse time) pass one half together at T, then recipe 1 falls faster. Dots of the difference"
        " equation lie on the curves for long half-lives. On the right their relative distance, in units of α₀p, rises"
        " to a dashed line at 1/e, a little above it for short half-lives.",
        size=(9.4, 4.2),
    )
