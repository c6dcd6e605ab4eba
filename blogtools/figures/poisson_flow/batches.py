"""9305.eq12: what a batch of n points says of the field at (x, t), and what Normalize does to its mean."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from blogtools.data import digits
from blogtools.diffusion import Poisson
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow import planar
from blogtools.live import Choice, Live, Slider, Toggle, style

PLACES = 12
"""Points (x, t) at which the estimates are made, of which each has many batches."""
SIZES = 2 ** np.arange(0, 11)
LOWEST = 0.02
"""Degrees below which an angle is drawn at the edge."""
BINS = np.linspace(np.log10(LOWEST), np.log10(180.0), 49)
TIMES = ("0.03", "0.1", "0.3", "1", "3", "10")
TARGETS = ("Normalize (eq12)", "divide by F_t (x̂₀)", "plain mean (eq8)")
DATA = {"digits (d = 64)": 64, "moons (d = 2)": 2}


@dataclass(frozen=True)
class Bias:
    """Angles in degrees: of single batches, of their mean to the true field, and chance's part in it."""

    single: np.ndarray
    mean: float
    chance: float


@lru_cache(maxsize=4)
def data(d: int) -> np.ndarray:
    """The data set [N, d]: all the training digits, or as many points of the moons."""
    return digits().train.astype(float) if d == 64 else planar.cloud("moons", 1000).double().numpy()


@lru_cache(maxsize=16)
def _places(d: int, t: float) -> tuple[np.ndarray, np.ndarray]:
    """Training points x [PLACES, d] at time t, and log R^{-(d+1)} of each to every datum [PLACES, N]."""
    x0 = data(d)
    rng = np.random.default_rng(12)
    chosen = torch.from_numpy(x0[rng.choice(len(x0), PLACES, replace=False)])
    noise = Poisson(1.0).noise(chosen, torch.Generator().manual_seed(12))
    x = (chosen + t * noise).numpy()
    squares = np.square(x[:, None] - x0).sum(-1) + t**2
    return x, -(d + 1) / 2 * np.log(squares)


@lru_cache(maxsize=256)
def bias(d: int, t: float, n: int, target: str, source: bool) -> Bias:
    """Many batches of ``n`` at each place, x drawn around one of them (``source`` in the batch) or around another.

    The source is drawn from its posterior given (x, t), all others from the data. The target is the field of the batch
    brought to length one, or to height one, or left as it is.
    """
    x0 = data(d)
    x, log_weight = _places(d, t)
    rng = np.random.default_rng(n + 10_000 * source)
    single, mean, chance = [], [], []
    batches = int(np.clip(16_000 // n, 60, 400))
    for here, logs in zip(x, log_weight, strict=True):
        weight = np.exp(logs - logs.max())
        posterior = weight / weight.sum()
        members = rng.integers(0, len(x0), (batches, n))
        if source:
            members[:, 0] = rng.choice(len(x0), batches, p=posterior)
        total, guess = _mean_of_batch(members, logs, x0)
        true = np.append(posterior @ x0 - here, -t)
        each = np.concatenate([guess - here, np.full((batches, 1), -t)], 1)
        length = np.linalg.norm(each, axis=1, keepdims=True)
        scale = {TARGETS[0]: 1 / length, TARGETS[1]: np.ones_like(length), TARGETS[2]: total[:, None]}[target]
        single.append(_angle(each, true))
        mean.append(_angle((scale * each).mean(0), true))
        halves = [(scale * each)[k::2].mean(0) for k in (0, 1)]
        chance.append(_angle(halves[0], halves[1]) / 2)
    return Bias(np.concatenate(single), _rms(mean), _rms(chance))


def _mean_of_batch(members: np.ndarray, logs: np.ndarray, x0: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Σ R^{-(d+1)} over each batch, up to one factor for all [B], and the weighted mean of its points [B, d]."""
    own = logs[members]
    top = own.max(1, keepdims=True)
    relative = np.exp(own - top)
    cells = members + len(x0) * np.arange(len(members))[:, None]
    table = np.bincount(cells.ravel(), relative.ravel(), len(members) * len(x0)).reshape(len(members), len(x0))
    return relative.mean(1) * np.exp(top[:, 0] - top.max()), table @ x0 / relative.sum(1, keepdims=True)


def _angle(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Degrees between vectors; by the chord, which keeps small angles."""
    unit_a = a / np.linalg.norm(a, axis=-1, keepdims=True)
    unit_b = b / np.linalg.norm(b, axis=-1, keepdims=True)
    return np.degrees(2 * np.arcsin(np.clip(np.linalg.norm(unit_a - unit_b, axis=-1) / 2, 0, 1)))


def batches_compute(n: int, time: str, target: str, source: bool, dataset: str) -> dict[str, Any]:
    """Angles to the true field against batch size, and those of single batches at ``n`` (rounded to a power of two)."""
    d, t = DATA[dataset], float(time)
    power = round(np.log2(n))
    found = [bias(d, t, int(size), target, source) for size in SIZES]
    here = found[power]
    counts = np.histogram(np.log10(np.maximum(here.single, LOWEST)), BINS)[0] / len(here.single)
    edges = 10.0**BINS
    bars = [[(0.0, a), (c, a), (c, b), (0.0, b)] for c, a, b in zip(counts, edges, edges[1:], strict=False) if c]
    curves = {
        "single": [_rms(each.single) for each in found],
        "mean": [each.mean for each in found],
        "chance": [each.chance for each in found],
    }
    shown: dict[str, Any] = {k: np.stack([SIZES, np.maximum(v, LOWEST)], -1) for k, v in curves.items()}
    size = SIZES[power]
    verdict = "a bias is seen" if here.mean > 2 * here.chance else "no bias is seen"
    return shown | {
        "bars": bars,
        "now": np.array([[size, LOWEST], [size, 180.0]]),
        "at": np.array([[size, max(here.mean, LOWEST)]]),
        "readout": (
            f"n = {size}: one batch is off by {_rms(here.single):.1f}°, the mean of many batches by {here.mean:.2f}°"
            f" (by chance {here.chance:.2f}°): {verdict}"
        ),
    }


def batches_draw(figure: Figure) -> dict[str, Artist]:
    """Left angles against batch size, right the angles of single batches at one size, on the same axis."""
    curve, histogram = figure.subplots(1, 2, width_ratios=[1.7, 1], sharey=True)
    curve.set(xscale="log", yscale="log", xlim=(0.9, 1150), ylim=(LOWEST, 180.0))
    curve.set(xlabel="points n in the batch", ylabel="angle to the true field")
    curve.set_xticks([1, 4, 16, 64, 256, 1024], ["1", "4", "16", "64", "256", "1024"])
    curve.set_yticks([0.1, 1, 10, 100], ["0.1°", "1°", "10°", "100°"])
    curve.minorticks_off()
    curve.set_title("Error of the target")
    artists: dict[str, Artist] = {
        "now": curve.plot([], [], color=style.SLATE, linewidth=1.4, linestyle=":")[0],
        "single": curve.plot([], [], **style.line("estimate"))[0],
        "chance": curve.plot([], [], **style.line("prior", linewidth=2.2))[0],
        "mean": curve.plot([], [], **style.line("wrong", linewidth=2.6))[0],
        "at": curve.plot([], [], "o", color=style.colour("wrong"), markersize=10)[0],
    }
    histogram.set(xlim=(0, 0.32), xticks=[])
    histogram.tick_params(left=False, labelleft=False)
    histogram.spines["bottom"].set_visible(False)
    artists["bars"] = histogram.add_collection(PolyCollection([], color=style.ORANGE, alpha=0.55, linewidth=0))
    histogram.set_title("Single batches")
    for k, (text, colour) in enumerate(
        (("one batch", style.ORANGE), ("mean of many: bias", style.VERMILION), ("what chance leaves of it", style.GREY))
    ):
        histogram.text(
            0.98, 0.24 - 0.09 * k, text, color=colour, transform=histogram.transAxes, ha="right", fontsize=13
        )
    return artists


@live_figure("9305.eq12")
def batch_bias() -> Live:
    """The target of eq12 from a batch, against the field of all the data."""
    return Live(
        batches_draw,
        batches_compute,
        [
            Slider("n", "batch n", 1, 1024, 16, step=2, log=True, integer=True),
            Choice("target", "target", TARGETS, TARGETS[0]),
            Toggle("source", "source in the batch", True),
            Choice("time", "t", TIMES, "0.3"),
            Choice("dataset", "data", tuple(DATA), "moons (d = 2)"),
        ],
        alt="On logarithmic axes the error of a single batch falls with its size. The error of the mean of many"
        " batches, the bias, stands out from what chance leaves for small batches with Normalize, and nowhere when"
        " divided by F_t.",
        size=(9.0, 4.5),
    )


def _rms(values: Any) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
