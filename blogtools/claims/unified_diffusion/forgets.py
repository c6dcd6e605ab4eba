"""Section "What a blur forgets": claim6, on the digits with the exact predictor of the data set."""

import functools
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from blogtools.data import digits
from blogtools.diffusion import Cold, blur, sample
from blogtools.diffusion.samples.quality import frechet_distance
from blogtools.ledger import Entry, Exact, Experiment

SECTION = "What a blur forgets"
STARTS, STEPS, SIGMA = 200, 20, 0.1
BLUR = blur(8)


@functools.cache
def train() -> Tensor:
    """The 1,000 digits to learn from, [1000, 64]."""
    return torch.as_tensor(digits().train).double()


@functools.cache
def blurred(t: float) -> Tensor:
    """All of them at t."""
    return BLUR(train(), t)


def exact(x: Tensor, t: Tensor) -> Tensor:
    """E[x_0 | x_t] for x_t = F_t(x_0) + σε over the 1,000 digits."""
    apart = torch.cdist(x, blurred(float(t))).square()
    return torch.softmax(-apart / (2 * SIGMA**2), 1) @ train()


@functools.cache
def gain(t: float) -> tuple[Tensor, Tensor]:
    """Matrix and mean of the best linear predictor at t."""
    data, seen = train() - train().mean(0), blurred(t) - blurred(t).mean(0)
    both, own = data.T @ seen / len(data), seen.T @ seen / len(data)
    return both @ torch.linalg.inv(own + SIGMA**2 * torch.eye(64, dtype=torch.float64)), blurred(t).mean(0)


def linear(x: Tensor, t: Tensor) -> Tensor:
    """The best guess of x_0 that is linear in x_t."""
    matrix, middle = gain(float(t))
    return train().mean(0) + (x - middle) @ matrix.T


PREDICTORS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"exact": exact, "linear": linear}


def generated(seed: int, fresh: float, predictor: str, noise: float) -> Tensor:
    """200 samples [200, 64] from greys of digits, noise · σ in the start, back from t = 1 to 0 in twenty steps."""
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randint(0, 1000, (STARTS,), generator=generator)
    start = blurred(1.0)[rows] + noise * SIGMA * torch.randn(STARTS, 64, dtype=torch.float64, generator=generator)
    times = torch.linspace(1, 0, STEPS + 1, dtype=torch.float64)
    return sample(PREDICTORS[predictor], Cold(BLUR, SIGMA), start, times, fresh=fresh, generator=generator).x


def from_grey(seed: int, fresh: float = 0.0, predictor: str = "exact", noise: float = 1.0) -> float:
    """Fréchet distance of their pixels to those of 797 digits that no predictor has seen."""
    return frechet_distance(generated(seed, fresh, predictor, noise), digits().test)


def with_noise(seed: int) -> float:
    """Fréchet distance where the start has noise."""
    return from_grey(seed)


def without(seed: int) -> float:
    """Fréchet distance where the start is plain grey."""
    return from_grey(seed, noise=0.0)


def reached(seed: int, noise: float) -> float:
    """How many of the 1,000 digits are nearest to one of the samples."""
    return len(set(torch.cdist(generated(seed, 0.0, "exact", noise), train()).argmin(1).tolist()))


def many(seed: int) -> float:
    """With noise in the start."""
    return reached(seed, 1.0)


def few(seed: int) -> float:
    """Without."""
    return reached(seed, 0.0)


def rank_at_the_end(side: int, colours: int) -> int:
    """Rank of the package's blur at t = 1 on pictures of side × side pixels in so many colours."""
    end = blur(side)(torch.eye(colours * side**2, dtype=torch.float64), 1.0)
    return int(np.linalg.matrix_rank(end.numpy()))


def greys(digits_seen: int) -> int:
    """How many different pictures the package's blur makes of the digits at its end."""
    ends = blurred(1.0)[:digits_seen]
    return len({round(float(v) * 512) for v in ends[:, 0]})


def inks(digits_seen: int) -> int:
    """How many different amounts of ink there are, in whole numbers."""
    levels = np.rint((digits().train[:digits_seen].astype(float) + 1) * 8).astype(int)
    return len(set(levels.sum(1).tolist()))


SHARED = {"blogtools.*": "one sampler from two starts, measured on one set of digits"}

ENTRIES = [
    Entry(
        id="9271.claim6",
        kind="experiment",
        latex="",
        says="a blur ends in one number a colour, so a deterministic way back forgets; a little noise repairs it",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda side, colours: colours,
                against=rank_at_the_end,
                witnesses=tuple({"side": w, "colours": c} for w in (1, 2, 5, 8) for c in (1, 3)),
                partial=True,
                mutants={
                    "all of them": lambda side, colours: colours * side**2,
                    "one": lambda side, colours: 1,
                },
                about="rank of the package's blur at its end",
            ),
            Experiment(
                statement=with_noise,
                against=without,
                side="below",
                seeds=range(4),
                shares=SHARED,
                mutants={"ten times the noise": lambda seed: from_grey(seed, noise=10.0)},
                about="improved sampling: Fréchet distance to unseen digits, noise 0.1 in the start or none",
            ),
            Experiment(
                statement=many,
                against=few,
                side="above",
                seeds=range(4),
                shares=SHARED,
                mutants={"no noise, half the starts": lambda seed: few(seed) / 2},
                about="how many of the 1,000 digits are reached from 200 starts",
            ),
        ),
    ),
    Entry(
        id="9271.claim6.count",
        kind="identity",
        latex="",
        says="the 1,000 digits end in 147 greys: no deterministic way back can tell more of them apart",
        section=SECTION,
        evidence=(
            Exact(
                statement=inks,
                against=greys,
                witnesses=({"digits_seen": 50}, {"digits_seen": 1000}),
                shares={"blogtools.data.images.*": "both sides see the same digits"},
                mutants={"as many as digits": lambda digits_seen: digits_seen},
                about="sums of ink in whole numbers, against the package's blur at t = 1",
            ),
            Exact(
                statement=lambda digits_seen: 147,
                against=inks,
                witnesses=({"digits_seen": 1000},),
                mutants={"148": lambda digits_seen: 148},
                about="the number itself",
            ),
        ),
    ),
]
