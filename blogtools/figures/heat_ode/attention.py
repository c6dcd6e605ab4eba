"""9280.attention: x̂_0 as one attention layer over the data: the query is dragged, σ_t² is the temperature.

−‖x − x_i‖²/2σ² = x·x_i/σ² − ‖x_i‖²/2σ² − ‖x‖²/2σ²; softmax does not see the last term, and the middle one is a bias of
the keys, which plain attention lacks.
"""

import math
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from torch.nn.functional import scaled_dot_product_attention

from blogtools.data.toys import toy
from blogtools.diffusion import Heat, Linear, PosteriorMean, grid, sample
from blogtools.figures import live_figure
from blogtools.live import Choice, Live, Points, Slider, Toggle, style

POINTS = 48
VIEW = 2.5
DATA = ("moons", "rings", "spiral", "unequal")
FLOOR = 1e-8
"""Weights below are not in the picture."""
LARGEST = 2600.0
"""Area of the disc of a point that has all the weight."""


@lru_cache(maxsize=len(DATA))
def points(data: str) -> torch.Tensor:
    """The data [48, 2], always the same."""
    return torch.from_numpy(toy(data, POINTS, np.random.default_rng(9280))).double()


def attention(x: torch.Tensor, keys: torch.Tensor, t: float, bias: bool) -> torch.Tensor:
    """The weights [N] of torch's attention for one query ``x`` [2]: its values are the rows of the identity."""
    mask = -keys.square().sum(1)[None] / (2 * t**2) if bias else None
    whole = torch.eye(len(keys), dtype=keys.dtype)
    return scaled_dot_product_attention(x[None] / t**2, keys, whole, attn_mask=mask, scale=1.0)[0]


def compute(query: np.ndarray, data: str, t: float, bias: bool) -> dict[str, Any]:
    """Weights and means for ``query`` [1, 2] at σ_t = ``t``, by attention and by the Gaussian posterior."""
    keys, x = points(data), torch.from_numpy(query[0])
    predict = PosteriorMean(keys, math.inf)
    weights = attention(x, keys, t, bias)
    posterior = predict.probabilities(x[None], t)[0]
    mean, exact = weights @ keys, predict(x[None], t)[0]
    order = posterior.argsort(descending=True, stable=True)
    share = weights.numpy()
    with torch.no_grad():
        run = sample(predict, Linear(Heat()), x[None], grid(t, min(t, 0.5) / 100, 24), solver="heun", keep_path=True)
    assert run.path is not None
    seen = share > 3e-3
    ranks = np.arange(1.0, POINTS + 1)
    entropy = float(torch.special.entr(weights).sum())
    colour = style.colour("estimate" if bias else "wrong")
    return {
        "data": keys.numpy(),
        "discs": {"data": keys.numpy(), "sizes": LARGEST * share},
        "rays": {
            "data": [np.stack([query[0], k]) for k in keys.numpy()[seen]],
            "linewidths": 0.6 + 4 * share[seen],
        },
        "path": run.path[:, 0].numpy(),
        "mean": {"data": mean.numpy()[None], "facecolor": colour},
        "exact": exact.numpy()[None],
        "exact weights": np.stack([ranks, posterior[order].numpy().clip(FLOOR / 10)], 1),
        "weights": {
            "data": np.stack([ranks, share[order.numpy()].clip(FLOOR / 10)], 1),
            "facecolor": colour,
        },
        "kind": {"text": "attention" if bias else "attention without bias", "color": colour},
        "readout": (
            f"weights: attention and Gaussian posterior differ by at most {_power((weights - posterior).abs().max())},"
            f" their means by {_power((mean - exact).norm())}\n"
            f"σ_t = {t:.3g}: the weight of {math.exp(entropy):.1f} points (exp of the entropy) out of {POINTS}; x̂_0 ="
            f" ({mean[0]:.3f}, {mean[1]:.3f})".replace("-", "−")
        ),
    }


def _power(value: torch.Tensor) -> str:
    return f"{float(value):.1g}".replace("e-", "e−").replace("e−0", "e−")


def draw(figure: Figure) -> dict[str, Artist]:
    """The plane with the query, and the weights in order."""
    plane, weights = figure.subplots(1, 2, width_ratios=[1.25, 1])
    return _draw_plane(plane) | _draw_weights(weights)


def _draw_plane(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(-VIEW, VIEW), ylim=(-VIEW, VIEW), aspect="equal", xticks=[-2, 0, 2], yticks=[-2, 0, 2])
    axes.set_title("Drag the query $x_t$")
    axes.set_xlabel("diamond: $\\hat x_0$, ring: exact, dots: the ODE", fontsize=13)
    field = style.colour("field")
    return {
        "discs": axes.scatter([], [], s=[], color=style.colour("estimate"), alpha=0.4, linewidths=0, zorder=1),
        "rays": axes.add_collection(LineCollection([], colors=style.GREY, alpha=0.55, zorder=2)),
        "data": axes.scatter([], [], s=26, color=style.colour("data"), linewidths=0, zorder=3),
        "path": axes.plot([], [], color=field, linewidth=2.2, linestyle=(0, (1.5, 1.5)), zorder=4)[0],
        "exact": axes.scatter([], [], s=330, facecolors="none", edgecolors=style.SLATE, linewidths=2.6, zorder=5),
        "mean": axes.scatter([], [], s=150, marker="D", color=style.colour("estimate"), linewidths=0, zorder=6),
        "query": axes.scatter([], [], s=230, color=field, edgecolors="white", linewidths=1.5, zorder=7),
    }


def _draw_weights(axes: Axes) -> dict[str, Artist]:
    axes.set(yscale="log", xlim=(0, POINTS + 1), ylim=(FLOOR, 2), xlabel="data point, the nearest first")
    axes.set_yticks([1, 1e-2, 1e-4, 1e-6, 1e-8], ["1", "$10^{-2}$", "$10^{-4}$", "$10^{-6}$", "$10^{-8}$"])
    axes.set_xticks([1, 12, 24, 36, 48])
    axes.minorticks_off()
    axes.set_title("Weight")
    axes.text(0.99, 0.95, "Gaussian posterior", color=style.SLATE, fontsize=14, ha="right", transform=axes.transAxes)
    return {
        "exact weights": axes.plot([], [], **style.line("theory", linewidth=4), zorder=1)[0],
        "weights": axes.scatter([], [], s=22, color=style.colour("estimate"), linewidths=0, zorder=2),
        "kind": axes.text(0.99, 0.875, "", fontsize=14, ha="right", transform=axes.transAxes),
    }


@live_figure("9280.attention")
def one_layer() -> Live:
    """The exact predictor as one attention layer over the data."""
    return Live(
        draw,
        compute,
        [
            Points("query", "query", "query", [[0.35, 1.9]], -0.97 * VIEW, 0.97 * VIEW),
            Choice("data", "data", DATA, "moons"),
            Slider("t", "σ_t", 0.05, 5.0, 0.8, log=True, play=True),
            Toggle("bias", "key bias −‖x_i‖²/2σ_t²", True),
        ],
        alt="Data points in the plane and a blue query that can be dragged. An orange disc about each point is as large"
        " as its attention weight; an orange diamond, the weighted mean, sits in the ring of the exact x̂_0, and a"
        " dotted path leads the query down to the data. Beside it the weights in order: the dots of the attention lie"
        " on the dark line of the Gaussian posterior, unless the bias of the keys is switched off.",
        size=(9.2, 4.9),
    )
