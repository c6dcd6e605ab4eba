"""9305.prior: the prior of eq5 drawn by three routes that share nothing but the law."""

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from scipy import special, stats

from blogtools.diffusion import radius_cdf, radius_log_pdf, sample_prior
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.planar import one_thread, plain
from blogtools.live import Button, Live, Slider, Toggle, style

ROUTES = ("inverse_cdf", "beta", "ratio")
NAMES = {"inverse_cdf": "inverse CDF", "beta": "Beta law", "ratio": r"$T\,g\,/\,|h|$"}
DECADES = (-1.0, 7.0)
BINS = np.linspace(*DECADES, 97)
FINE = np.linspace(*DECADES, 401)
CLIP = 3000.0
NUMBERS = 1_000_000
"""At most so many coordinates are drawn for one sample, so that a slider at its end does not stall."""
BAND = float(special.kolmogi(0.05))
"""√n times the largest gap between two distribution functions, which chance exceeds once in twenty."""


@lru_cache(maxsize=8)
def _radii(route: str, d: int, T: float, n: int, seed: int) -> np.ndarray:
    generator = torch.Generator().manual_seed(1000 * seed + ROUTES.index(route))
    with one_thread():
        x = sample_prior(n, d, T, generator, route=route)
        return np.sort(torch.linalg.vector_norm(x, dim=1).double().numpy())


def _tiny(route: str, p: float) -> str:
    return f"{NAMES[route].strip('$')} {'< 1e-9' if p < 1e-9 else format(p, '.0e')}"


def _beyond(d: int, T: float, upper: float) -> float:
    """The radius beyond which a share ``upper`` lies: r²/(r²+T²) ~ Beta(d/2, 1/2)."""
    tail = special.betaincinv(0.5, d / 2, upper)
    return float(T * np.sqrt((1 - tail) / tail))


def prior_compute(d: int, T: float, n: int, clip: bool, seed: int) -> dict[str, Any]:
    """Histograms over log r, gaps between empirical and exact distribution, and the Kolmogorov-Smirnov p-values."""
    n = min(n, NUMBERS // d)
    r = 10.0**FINE
    density = np.exp(radius_log_pdf(r, d, T)) * r * np.log(10)
    top = density.max()
    shown: dict[str, Any] = {}
    p_values = []
    for route in ROUTES:
        radii = _radii(route, d, T, n, seed)
        if clip and route == "beta":
            radii = np.minimum(radii, CLIP)
        counts = np.histogram(np.log10(radii), BINS)[0] / (n * (BINS[1] - BINS[0])) / top
        shown[f"bars_{route}"] = [
            [(a, 0.0), (a, h), (b, h), (b, 0.0)]
            for a, b, h in zip(BINS[:-1], BINS[1:], np.minimum(counts, 1.45), strict=True)
            if h > 0
        ]
        shown[f"law_{route}"] = np.stack([FINE, density / top], -1)
        exact = radius_cdf(radii, d, T)
        steps = np.arange(n) / n
        gap = np.sqrt(n) * np.stack([steps - exact, steps + 1 / n - exact], -1).ravel()
        shown[f"gap_{route}"] = np.stack([np.repeat(exact, 2), np.clip(gap, -3.4, 3.4)], -1)
        p = stats.kstest(radii, lambda q: radius_cdf(q, d, T)).pvalue
        p_values.append(f"{'T g/|h|' if route == 'ratio' else NAMES[route]} {p:.2f}" if p >= 0.005 else _tiny(route, p))
    look = style.line("wrong") if clip else style.line("second", linestyle="-")
    shown["bars_beta"] = {"data": shown["bars_beta"], "facecolor": look["color"]}
    shown["gap_beta"] = {"data": shown["gap_beta"], "color": look["color"], "linestyle": look["linestyle"]}
    half, far = _beyond(d, T, 0.5), _beyond(d, T, 0.01)
    shown["half"] = np.array([[np.log10(half), 0.0], [np.log10(half), 1.12]])
    shown["half_name"] = {"text": f"half beyond {plain(half)}", "x": np.log10(half) + 0.12}
    lost = f" · {100 * (1 - float(radius_cdf(np.array(CLIP), d, T))):.0f} % lie beyond 3000" if clip else ""
    shown["readout"] = (
        f"n = {n}: KS p {' · '.join(p_values)} | 1 in 100 exceeds {plain(far)} = {far / half:.0f} medians{lost}"
    )
    return shown


def prior_draw(figure: Figure) -> dict[str, Artist]:
    """Three histograms under the same exact density, and the gaps of the three distribution functions."""
    colours = dict(zip(ROUTES, ("estimate", "second", "third"), strict=True))
    panes = figure.subplot_mosaic(
        [["inverse_cdf", "gap"], ["beta", "gap"], ["ratio", "gap"]],
        width_ratios=[1.35, 1],
        gridspec_kw={"hspace": 0.05},
    )
    artists: dict[str, Artist] = {}
    for route in ROUTES:
        pane = panes[route]
        pane.set(xlim=DECADES, ylim=(0, 1.5), yticks=[])
        pane.set_xticks(range(-1, 8), [f"$10^{{{k}}}$" for k in range(-1, 8)] if route == "ratio" else [])
        pane.spines["left"].set_visible(False)
        colour = style.colour(colours[route])
        pane.text(0.01, 0.82, NAMES[route], color=colour, transform=pane.transAxes, fontsize=15, va="center")
        bars = _bars(colour)
        pane.add_collection(bars)
        artists[f"bars_{route}"] = bars
        artists[f"law_{route}"] = pane.plot([], [], **style.line("theory"))[0]
    top = panes["inverse_cdf"]
    artists["half"] = top.plot([], [], color=style.SLATE, linewidth=1.4, linestyle=":")[0]
    artists["half_name"] = top.text(0, 1.2, "", color=style.SLATE, fontsize=12, va="center")
    panes["inverse_cdf"].set_title("Density of the radius")
    panes["ratio"].set_xlabel(r"$r=\|x\|$ on the plane $t=T$ (units of the data)")
    gap = panes["gap"]
    gap.set(xlim=(0, 1), ylim=(-3.5, 3.5), xlabel="exact distribution function", ylabel=r"$\sqrt{n}\,\times$ gap")
    gap.set_title("Drawn minus exact")
    gap.axhspan(-BAND, BAND, color=style.PALE, alpha=0.45, linewidth=0)
    gap.axhline(0, **style.line("theory", linewidth=1.2))
    gap.text(
        0.5, -BAND - 0.15, "19 of 20 fair samples stay inside", color=style.GREY, ha="center", va="top", fontsize=12
    )
    for route in ROUTES:
        artists[f"gap_{route}"] = gap.plot([], [], color=style.colour(colours[route]), linewidth=1.8)[0]
    return artists


def _bars(colour: str) -> PolyCollection:
    """Bars that can move."""
    return PolyCollection([], facecolor=colour, alpha=0.55, linewidth=0)


@live_figure("9305.prior")
def prior_three_ways() -> Live:
    """The radius law of eq5 by inverse CDF, Beta law and Gaussian ratio."""
    return Live(
        prior_draw,
        prior_compute,
        [
            Slider("d", "dimension d", 1, 3072, 2, log=True, integer=True),
            Slider("T", "T", 1.0, 100.0, 40.0, log=True),
            Slider("n", "points n", 50, 3000, 2000, log=True, integer=True),
            Toggle("clip", "clip r at 3000, as PFGM's code does"),
            Button("seed", "new sample"),
        ],
        alt="Three histograms of the radius on a logarithmic axis, one for each way to draw it, lie under the same"
        " exact density, which has a heavy right tail; beside them the gaps between drawn and exact distribution"
        " functions stay inside a grey band.",
        size=(9.0, 4.6),
    )
