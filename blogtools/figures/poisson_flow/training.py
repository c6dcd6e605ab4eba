"""9305.eq11: where PFGM's training points lie, and how far they are from what the prior at t = T asks for."""

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from scipy import special

from blogtools.diffusion import perturb_eq11, radius_log_pdf
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.planar import one_thread, plain
from blogtools.live import Button, Live, Slider, style

POINTS = 1200
TIMES = (-3.0, 3.0)
RADII = (-3.0, 6.0)
FINE = np.linspace(-4.0, 7.0, 1101)


@lru_cache(maxsize=8)
def _points(d: int, sigma: float, tau: float, M: float, seed: int) -> np.ndarray:
    """Log10 of t and of ‖x − x_0‖, [POINTS, 2], about x_0 = 0, which eq11 does not look at."""
    n = min(POINTS, 2_000_000 // d)
    with one_thread():
        x, t = perturb_eq11(torch.zeros(n, d), sigma, tau, M, torch.Generator().manual_seed(seed))
        return np.log10(torch.stack([t, torch.linalg.vector_norm(x, dim=1)], -1).double().numpy())


def reached(r: np.ndarray, t: float, d: int, sigma: float, tau: float, M: float) -> np.ndarray:
    """Share of all scales that eq11 brings to (r, t): 1 in the bulk, 0 where it puts no points.

    The scale s = σ(1+τ)^m is even in log s from a = σ to b = σ(1+τ)^M, and ∫ s^{-(d+1)} e^{-R²/2s²} ds/s over [a, b] is
    R^{-(d+1)}, the kernel of D = 1, times Q(k, R²/2b²) − Q(k, R²/2a²), with k = (d+1)/2, Q the regularised upper
    incomplete gamma function and R² = r² + t².
    """
    b = sigma * (1 + tau) ** M
    half_square = (np.square(r) + t**2) / 2
    k = (d + 1) / 2
    return special.gammaincc(k, half_square / b**2) - special.gammaincc(k, half_square / sigma**2)


def eq11_compute(d: int, sigma: float, tau: float, M: int, t: float, seed: int) -> dict[str, Any]:
    """The points, and at one t the density over log10 of the radius: of eq11, and of D = 1 (the field of eq3)."""
    r = 10.0**FINE
    wanted = np.exp(radius_log_pdf(r, d, t)) * r * np.log(10)
    share = reached(r, t, d, sigma, tau, M)
    step = FINE[1] - FINE[0]
    mass = float((wanted * share).sum() * step)
    # Below this nothing is left of the density but rounding, and no training point comes so far.
    found = wanted * share / mass if mass > 1e-12 else np.zeros_like(wanted)
    distance = float(np.abs(found - wanted).sum() * step / 2) if mass > 1e-12 else 1.0
    top = wanted.max()
    drawn = np.stack([np.minimum(found / top, 2.4), FINE], -1)
    b = sigma * (1 + tau) ** M
    slice_at = np.log10(t)
    return {
        "points": _points(d, sigma, tau, float(M), seed),
        "slice": np.array([[slice_at, RADII[0]], [slice_at, RADII[1]]]),
        "wanted": np.stack([wanted / top, FINE], -1),
        "found": drawn,
        "fill": np.concatenate([[(0.0, FINE[0])], drawn, [(0.0, FINE[-1])]]),
        "slice_name": f"at t = {plain(t)}",
        "readout": (
            f"scales σ … σ(1+τ)^M = {plain(sigma)} … {plain(b)} · at t = {plain(t)} eq11 covers "
            f"{100 * mass:.1f} % of the law that D = 1 wants; total variation between the two {distance:.3f}"
        ),
    }


def eq11_draw(figure: Figure) -> dict[str, Artist]:
    """Left the training points on logarithmic axes, right the densities along the dotted line, on the same axis."""
    plane, density = figure.subplots(1, 2, width_ratios=[1.5, 1], sharey=True)
    plane.set(xlim=TIMES, ylim=RADII, xlabel="t  (units of the data)", ylabel=r"$\|x-x_0\|$  (units of the data)")
    plane.set_xticks(range(-3, 4), ["0.001", "0.01", "0.1", "1", "10", "100", "1000"])
    plane.set_yticks(range(-3, 7), [f"$10^{{{k}}}$" for k in range(-3, 7)])
    plane.set_title("Training points of eq11")
    artists: dict[str, Artist] = {
        "points": plane.scatter([], [], s=8, color=style.colour("estimate"), alpha=0.55, linewidth=0),
        "slice": plane.plot([], [], color=style.SLATE, linewidth=1.4, linestyle=":")[0],
    }
    density.set(xlim=(0, 2.6), xticks=[], ylim=RADII)
    density.tick_params(left=False, labelleft=False)
    density.spines["bottom"].set_visible(False)
    artists["fill"] = density.fill([0, 0, 0], [0, 0, 0], **style.line("band"))[0]
    artists["found"] = density.plot([], [], **style.line("estimate"))[0]
    artists["wanted"] = density.plot([], [], **style.line("theory"))[0]
    density.set_title("Radius")
    artists["slice_name"] = density.text(
        0.98, 1.02, "", transform=density.transAxes, ha="right", va="bottom", fontsize=15
    )
    density.text(
        0.97, 0.14, "what D = 1 wants", transform=density.transAxes, ha="right", color=style.SLATE, fontsize=13
    )
    density.text(
        0.97, 0.05, "what eq11 draws", transform=density.transAxes, ha="right", color=style.ORANGE, fontsize=13
    )
    return artists


@live_figure("9305.eq11")
def training_points() -> Live:
    """Where eq11 puts (x, t) around one data point, against the law of the field it is to learn."""
    return Live(
        eq11_draw,
        eq11_compute,
        [
            Slider("t", "slice at t", 0.001, 1000.0, 40.0, log=True),
            Slider("sigma", "σ", 0.001, 1.0, 0.01, log=True),
            Slider("tau", "τ", 0.005, 0.05, 0.03),
            Slider("M", "M", 10, 400, 291, integer=True),
            Slider("d", "dimension d", 1, 3072, 3072, log=True, integer=True),
            Button("seed", "other points"),
        ],
        alt="Training points fill a diagonal band on logarithmic axes of t and distance. Along a dotted line at one t"
        " the density of their distance agrees with the wanted one inside the band and is cut off at its end.",
        size=(9.0, 4.6),
    )
