"""9271.analytic: Analytic-DPM's σ̄_t, each one expectation by Monte Carlo, and what it does in few steps (claim3)."""

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from blogtools.diffusion import Spread, analytic_sigma_bar, ddpm_share, sample
from blogtools.diffusion.sampler import Share
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow import planar
from blogtools.figures.unified_diffusion import hot
from blogtools.live import Button, Choice, Live, Slider, style

TIMES = np.linspace(0.0, 1.0, 26)[1:]
DRAWS = 40
"""Copies of the data, each with noise of its own, behind one σ̄_t."""
FACTORS = np.linspace(0.0, 2.0, 9)
REPEATS = 3
RULES: dict[str, Share] = {"eq4 (DDIM)": 0.0, "eq5 (DDPM)": ddpm_share(hot.PROCESS)}


@lru_cache(maxsize=8)
def spread_over_time(data: str) -> np.ndarray:
    """Columns t and σ̄_t; at t = 0 nothing is left to guess. [K, 2]."""
    many = planar.cloud(data, hot.N).repeat(DRAWS, 1)
    predict, chance = hot.seen_by(hot.posterior(data)), torch.Generator().manual_seed(9271)
    with planar.one_thread():
        found = [analytic_sigma_bar(predict, hot.PROCESS, many, float(t), chance) for t in TIMES]
    return np.column_stack([np.append(0.0, TIMES), np.append(0.0, found)])


def ended(data: str, factors: tuple[float, ...], steps: int, rule: str, seed: int) -> np.ndarray:
    """Where the points of ``start(seed)`` end with each factor times σ̄_t, all in one batch. [K, n, 2]."""
    t, sigma_bar = spread_over_time(data).T
    chance, scale = torch.Generator().manual_seed(seed), torch.tensor(factors)[:, None]
    mean = hot.seen_by(hot.posterior(data))
    predict = Spread(mean, lambda now: scale * float(np.interp(float(now), t, sigma_bar)), chance)
    begin = hot.start(seed).expand(len(factors), -1, -1)
    with planar.one_thread():
        run = sample(predict, hot.PROCESS, begin, hot.even(steps), fresh=RULES[rule], generator=chance)
    return run.x.double().numpy()


@lru_cache(maxsize=64)
def pair(data: str, factor: float, steps: int, rule: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The ends without σ̄_t and with it, two clouds [n, 2]."""
    without, with_it = ended(data, (0.0, factor), steps, rule, seed)
    return without, with_it


@lru_cache(maxsize=64)
def curve(data: str, steps: int, rule: str) -> np.ndarray:
    """Columns factor and sliced W1 to the data, the mean of ``REPEATS`` runs. [K, 2]."""
    cloud = planar.cloud(data, hot.N).numpy()
    runs = [ended(data, tuple(FACTORS), steps, rule, 1000 + seed) for seed in range(REPEATS)]
    return np.column_stack(
        [FACTORS, np.mean([[planar.sliced_distance(end, cloud) for end in run] for run in runs], axis=0)]
    )


def compute(factor: float, steps: int, rule: str, data: str, seed: int) -> dict[str, Any]:
    """σ̄_t and where it is used, both end clouds, and the distance over the factor."""
    cloud, found = planar.cloud(data, hot.N).double().numpy(), spread_over_time(data)
    without, with_it = pair(data, factor, steps, rule, seed)
    used = hot.even(steps)[:-1].numpy()
    distances, floor = curve(data, steps, rule), planar.sliced_floor(data, hot.N)
    best = distances[distances[:, 1].argmin(), 0]
    apart = [planar.sliced_distance(end, cloud) for end in (without, with_it)]
    return {
        "sigma bar": found,
        "used": np.column_stack([used, factor * np.interp(used, *found.T)]),
        "data": cloud,
        "other data": cloud,
        "without": without,
        "with": with_it,
        "curve": distances,
        "floor": [[0, floor], [2, floor]],
        "now": [[factor, apart[1]]],
        "readout": (
            f"{steps} steps · sliced W1 of the end cloud to the data: without σ̄ₜ {apart[0]:.3f}, with {factor:.2f} σ̄ₜ"
            f" {apart[1]:.3f} (by chance {floor:.3f}) · least on the curve at {best:.2f}"
            f" · σ̄ₜ from {DRAWS * hot.N:,} draws each"
        ),
    }


def draw(figure: Figure) -> dict[str, Artist]:
    """σ̄_t over t, the end clouds without and with it, the distance over the factor."""
    width, plain, spread, away = figure.subplots(1, 4, width_ratios=[1, 1, 1, 1])
    artists: dict[str, Artist] = {}
    width.set(xlim=(0, 1), ylim=(0, 2.7), xlabel="t", title=r"$\bar{\sigma}_t$")
    width.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    artists["sigma bar"] = width.plot([], [], **style.line("theory"))[0]
    artists["used"] = width.plot([], [], "o", color=style.colour("estimate"), clip_on=False)[0]
    for pane, cloud, name, role, title in (
        (plain, "data", "without", "field", "Without"),
        (spread, "other data", "with", "estimate", r"With $\bar{\sigma}_t\,\varepsilon$"),
    ):
        hot.frame(pane)
        pane.set_title(title, color=style.colour(role))
        pane.set_xlabel("black: the data", fontsize=13)
        artists[cloud] = pane.scatter([], [], s=9, color=style.colour("data"), linewidth=0)
        artists[name] = pane.scatter([], [], s=13, color=style.colour(role), linewidth=0, zorder=3)
    away.set(xlim=(0, 2), ylim=(0, 0.8), xlabel=r"factor of $\bar{\sigma}_t$", title="Sliced W1 to the data")
    artists["floor"] = away.plot([], [], **style.line("prior", linestyle=":"))[0]
    artists["curve"] = away.plot([], [], **style.line("theory"))[0]
    legend = "dot: this run\nline: mean of three others\ndotted: by chance"
    away.text(1, 0.78, legend, color=style.GREY, fontsize=12, ha="center", va="top")
    width.text(1, 0.05, "dots: at the steps", color=style.GREY, fontsize=12, ha="right", va="bottom")
    artists["now"] = away.plot([], [], "o", color=style.colour("estimate"), markersize=11, clip_on=False)[0]
    return artists


@live_figure("9271.analytic")
def best_spread() -> Live:
    """The predictor x̂_0 + σ̄_t ε of eq11 with σ̄_t as Analytic-DPM has it, and larger and smaller."""
    return Live(
        draw,
        compute,
        [
            Slider("factor", "factor of σ̄ₜ", 0.0, 2.0, 1.0, step=0.05, play=True),
            Slider("steps", "steps", 2, 20, 4, integer=True),
            Choice("rule", "step", tuple(RULES), "eq5 (DDPM)"),
            Choice("data", "data", planar.TOYS, "rings"),
            Button("seed", "other chance"),
        ],
        alt="σ̄_t rises from 0 at t = 0 to the width of the data. In few steps the cloud without it shrinks to the"
        " middle, with it the cloud is as wide as the data, if blurred; the distance, a curve of the mean of three"
        " runs with the run that is shown as a dot, is least near factor 1.",
        size=(10.4, 3.4),
    )
