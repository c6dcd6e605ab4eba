"""What the pictures of hot diffusion share: DDPM's process on t ∈ [0, 1], its exact predictor, and start points."""

import math
from functools import lru_cache

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from blogtools.diffusion import Linear, PosteriorMean, VariancePreserving
from blogtools.diffusion.sampler import Predictor
from blogtools.figures.poisson_flow.planar import cloud
from blogtools.live import style

PROCESS = Linear(VariancePreserving())
WINDOW = 2.7
N = 200


def even(steps: int) -> Tensor:
    """Times from 1 to 0 by even steps, as in DDPM. [steps + 1]."""
    return torch.linspace(1, 0, steps + 1, dtype=torch.float64)


def seen_by(guess: Predictor) -> Predictor:
    """A predictor for the heat process, for which x_t/a is what x is and b/a what t is, asked by ``PROCESS``."""

    def predict(x: Tensor, t: Tensor) -> Tensor:
        a, b, _, _ = PROCESS.schedule(t)
        return guess(x / a, b / a)

    return predict


@lru_cache(maxsize=16)
def posterior(data: str) -> PosteriorMean:
    """The mean of x_0 given x_t of the heat process, exact for ``N`` points of a toy."""
    return PosteriorMean(cloud(data, N), math.inf, rows=3 * N)


@lru_cache(maxsize=16)
def start(seed: int) -> Tensor:
    """Where the points begin, x_1 ~ N(0, I). [N, 2]."""
    return torch.from_numpy(np.random.default_rng([9271, seed]).standard_normal((N, 2))).float()


def frame(pane: Axes) -> None:
    """A square of the plane with a pale edge and no ticks."""
    pane.set(xlim=(-WINDOW, WINDOW), ylim=(-WINDOW, WINDOW), xticks=[], yticks=[], aspect="equal")
    for spine in pane.spines.values():
        spine.set(visible=True, color=style.PALE)
