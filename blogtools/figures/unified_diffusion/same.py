"""9271.same: one noise through three networks, trained apart for three processes, gives one digit."""

import math
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from blogtools import data
from blogtools.diffusion import Cosine, Linear, Poisson, eta_share, grid, sample, sample_hemisphere, steps_for
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.digits import SIDE, wall
from blogtools.figures.poisson_flow.planar import one_thread
from blogtools.live import Button, Choice, Live, Slider, style
from blogtools.nets import load

N, SHOWN = 20, 12
TOP = 40.0
NETS = {"Poisson": "poisson-digits", "heat": "heat-digits", "hot": "ddpm-digits"}
PAIRS = tuple(combinations(NETS, 2))
BUDGETS = ("5", "9", "17", "35")


@lru_cache(maxsize=len(NETS))
def _net(name: str) -> Any:
    # Pictures with their channels last are what convolutions on a CPU work on.
    return load(NETS[name]).to(memory_format=torch.channels_last)


@lru_cache(maxsize=128)
def ends(name: str, evaluations: int, eta: float, seed: int) -> np.ndarray:
    """The digits [N, 64] that one network makes of the noise called ``seed``; ``eta`` is fresh noise on the hot way."""
    g, h = sample_hemisphere(N, SIDE**2, 1.0, torch.Generator().manual_seed(seed))
    net, levels = _net(name), grid(TOP, 0.05, steps_for(evaluations, "heun"))
    with one_thread():
        if name == "Poisson":
            return sample(net, Poisson(), TOP * g, levels.outer(h.double()), solver="heun").x.numpy()
        if name == "heat":
            return sample(net, Poisson(math.inf), TOP * g, levels, solver="heun").x.numpy()
        hot, even = Linear(Cosine()), torch.linspace(1, 0, evaluations + 1, dtype=torch.float64)
        fresh, chance = eta_share(hot, eta) if eta else 0.0, torch.Generator().manual_seed(seed + 1)
        return sample(net, hot, g, even, fresh=fresh, generator=chance).x.numpy()


def correlations(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Of each picture of ``a`` [n, d] with that of ``b``, pixel by pixel, after the mean picture is taken off. [n]."""
    mean = (a.mean(0) + b.mean(0)) / 2
    a, b = a - mean, b - mean
    return (a * b).sum(1) / np.sqrt((a * a).sum(1) * (b * b).sum(1))


def compute(evaluations: str, eta: float, seed: int) -> dict[str, Any]:
    """Three walls of digits, and for each pair of networks the correlations of pairs, and of pairs that are none."""
    images = data.digits()
    found = {name: ends(name, int(evaluations), eta if name == "hot" else 0.0, seed) for name in NETS}
    shown: dict[str, Any] = {name: wall(images.pictures(x[:SHOWN]), SHOWN) for name, x in found.items()}
    words = []
    for k, (one, other) in enumerate(PAIRS):
        same = correlations(found[one], found[other])
        none = np.concatenate([correlations(found[one], np.roll(found[other], j, 0)) for j in range(1, 5)])
        height = len(PAIRS) - 1 - k
        shown[f"same {k}"] = np.stack([same, height + 0.12 + 0.3 * (np.arange(N) * 0.618 % 1)], 1)
        shown[f"none {k}"] = np.stack([none, height - 0.12 - 0.3 * (np.arange(len(none)) * 0.618 % 1)], 1)
        shown[f"mean {k}"] = np.array([[same.mean(), height + 0.05], [same.mean(), height + 0.5]])
        words.append(f"{one}, {other} {same.mean():.2f} ({none.mean():.2f})".replace("-", "−"))
    return shown | {"readout": f"mean correlation of {N} pairs (of other noises): " + " · ".join(words)}


def draw(figure: Figure) -> dict[str, Artist]:
    """Left three rows of digits, right the correlations."""
    cells = figure.add_gridspec(3, 2, width_ratios=[1.75, 1])
    artists: dict[str, Artist] = {}
    titles = ("Poisson flow (XIII)", "heat (XII)", "hot diffusion (XI)")
    for row, (name, title) in enumerate(zip(NETS, titles, strict=True)):
        pane = figure.add_subplot(cells[row, 0])
        blank = np.zeros((SIDE + 1, SHOWN * (SIDE + 1)))
        artists[name] = pane.imshow(blank, vmin=0, vmax=1, cmap="gray_r", interpolation="none")
        pane.set_title(title, fontsize=14)
        pane.axis("off")
    away = figure.add_subplot(cells[:, 1])
    away.set(xlim=(-1.6, 1), ylim=(-0.6, len(PAIRS) - 0.3), yticks=[], xlabel="pixel correlation")
    away.set_xticks([-1, -0.5, 0, 0.5, 1])
    away.spines["left"].set_visible(False)
    for k, (one, other) in enumerate(PAIRS):
        height = len(PAIRS) - 1 - k
        away.text(-1.6, height + 0.2, f"{one}, {other}", fontsize=13, va="center")
        away.text(-1.6, height - 0.27, "other noises", color=style.GREY, fontsize=12, va="center")
        artists[f"none {k}"] = away.scatter([], [], s=7, color=style.GREY, linewidths=0)
        artists[f"same {k}"] = away.scatter([], [], s=18, color=style.colour("estimate"), linewidths=0)
        artists[f"mean {k}"] = away.plot([], [], color=style.BLACK, linewidth=2.2)[0]
    return artists


@live_figure("9271.same")
def one_noise_three_networks() -> Live:
    """The same Gaussian numbers at the start of three processes, each with its own network."""
    return Live(
        draw,
        compute,
        [
            Choice("evaluations", "evaluations", BUDGETS, "9"),
            Slider("eta", "fresh noise η on the hot way", 0.0, 1.0, 0.0, step=0.1),
            Button("seed", "other noise"),
        ],
        alt="Three rows of twelve digits, one below the other nearly the same in each column, made of the same noise by"
        " three networks. Beside them the correlations of such pairs, most near 1, over those of pairs of other noises,"
        " which lie about 0.",
        size=(9.4, 4.2),
    )
