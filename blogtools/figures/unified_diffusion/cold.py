"""9271.cold: from a blur back to digits, naively and improved, and what a deterministic blur forgets (eq15, eq16)."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from torch import Tensor

from blogtools import data
from blogtools.diffusion import Cold, PosteriorMean, blur, sample
from blogtools.diffusion.sampler import Predictor
from blogtools.diffusion.samples.quality import nearest
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.digits import wall
from blogtools.figures.poisson_flow.planar import one_thread
from blogtools.live import Button, Live, Slider, style

SIDE, N, SHOWN = 8, 36, 14
PROCESS = Cold(blur(SIDE))
SAID = {"naive": "naive", "quiet": "improved, no noise", "noisy": "improved, with noise"}
ROWS = {
    "naive": ("naive (eq15): blur what is predicted", style.VERMILION),
    "quiet": ("improved (eq16), begun without noise", style.BLUE),
    "noisy": ("improved (eq16), begun with noise", style.GREEN),
}


@lru_cache(maxsize=1)
def images() -> data.Images:
    """The digits; the first thousand are all that the predictor knows."""
    return data.digits()


@lru_cache(maxsize=128)
def _posterior(t: float) -> PosteriorMean:
    """Of the digits as they are at t, blurred."""
    return PosteriorMean(PROCESS.operator(torch.from_numpy(images().train), t), math.inf, rows=3 * N)


def exact(sigma: float) -> Predictor:
    """E[x_0 | F_t(x_0) + σε = x] for a training digit x_0: Gaussian weights by the distance of the blurred digits."""
    train = torch.from_numpy(images().train)
    return lambda x, t: _posterior(float(t)).probabilities(x, sigma) @ train


def mixed(t: Tensor, after: Tensor) -> Tensor:
    """The share of new noise: all for the naive third of the batch, none for the others. [3, 1]."""
    return torch.tensor([1.0, 0.0, 0.0])[:, None]


@lru_cache(maxsize=24)
def walked(sigma: float, steps: int, seed: int) -> np.ndarray:
    """x_t of the three rows at even steps, of ``N`` digits that a full blur left one grey. [K + 1, 3, N, 64]."""
    begin = PROCESS.operator(originals(seed), 1.0)
    noise = sigma * torch.randn(begin.shape, generator=torch.Generator().manual_seed(seed))
    start = torch.stack([begin + noise, begin, begin + noise])
    times = torch.linspace(1, 0, steps + 1, dtype=torch.float64)
    with one_thread():
        run = sample(exact(sigma), PROCESS, start, times, fresh=mixed, keep_path=True)
    assert run.path is not None
    return run.path.double().numpy()


def originals(seed: int) -> Tensor:
    """The training digits whose blurs are the starts. [N, 64]."""
    train = images().train
    return torch.from_numpy(train[np.random.default_rng([9271, seed]).choice(len(train), N, replace=False)])


def spread(x: np.ndarray) -> float:
    """Mean distance of two of the rows of ``x`` [n, d]."""
    squares = np.square(x).sum(-1)
    gaps = np.sqrt(np.clip(squares[:, None] + squares - 2 * x @ x.T, 0, None))
    return float(gaps[np.triu_indices(len(x), 1)].mean())


@lru_cache(maxsize=24)
def ends(sigma: float, steps: int, seed: int) -> list[tuple[int, float]]:
    """For each row: how many different training digits are nearest to an end, and the ends' mean distance."""
    return [(len(set(nearest(x, images().train)[0].tolist())), spread(x)) for x in walked(sigma, steps, seed)[-1]]


def compute(share: float, sigma: float, steps: int, seed: int) -> dict[str, Any]:
    """The rows after ``share`` % of the steps."""
    done = round(share / 100 * steps)
    places, found, first = walked(sigma, steps, seed)[done], ends(sigma, steps, seed), originals(seed).numpy()
    shown: dict[str, Any] = {"originals": wall(images().pictures(first[:SHOWN]), SHOWN)}
    words = []
    for (name, (title, _)), x, (different, apart) in zip(ROWS.items(), places, found, strict=True):
        shown[name] = wall(images().pictures(x[:SHOWN]), SHOWN)
        shown[f"{name} title"] = f"{title}: {N} starts, {different} different ends"
        words.append(f"{SAID[name]} {different} and {apart:.2f}")
    whole = spread(first.astype(float))
    return shown | {
        "readout": (
            f"step {done} of {steps}, t = {1 - done / steps:.2f} · different digits among {N} ends, and their mean"
            f" distance from one another (the blurred ones: {N} and {whole:.2f}): " + " · ".join(words)
        )
    }


def draw(figure: Figure) -> dict[str, Artist]:
    """Four rows of pictures: what was blurred, and three ways back."""
    panes = figure.subplots(4, 1)
    artists: dict[str, Artist] = {}
    titles = {"originals": ("what was blurred, each to one grey", style.BLACK)} | ROWS
    for pane, (name, (title, colour)) in zip(panes, titles.items(), strict=True):
        blank = np.zeros((SIDE + 1, SHOWN * (SIDE + 1)))
        artists[name] = pane.imshow(blank, vmin=0, vmax=1, interpolation="none")
        pane.axis("off")
        written = pane.text(0, 1.05, title, color=colour, fontsize=14, va="bottom", transform=pane.transAxes)
        if name in ROWS:
            artists[f"{name} title"] = written
    return artists


@live_figure("9271.cold")
def back_from_a_blur() -> Live:
    """Naive and improved sampling from one grey, with the exact predictor of the digits."""
    return Live(
        draw,
        compute,
        [
            Slider("share", "way back", 0, 100, 100, step=5, unit="%", play=True),
            Slider("sigma", "noise σ", 0.01, 0.5, 0.15, log=True),
            Slider("steps", "steps", 5, 40, 20, integer=True),
            Button("seed", "other digits"),
        ],
        alt="Fourteen digits and three ways back from their full blurs, pictures of one grey. The naive way and the"
        " improved one without noise end at a few digits again and again; begun with noise, nearly all ends differ.",
        size=(9.2, 4.6),
    )
