"""What the claims on edited and masked words share: the data, exact logits, draws of x_l, and a comparison of nets."""

import functools
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from scipy import stats
from torch import Tensor

from blogtools.claims.unified_diffusion import formulas as f
from blogtools.claims.unified_diffusion import words as w
from blogtools.diffusion import Edit, Mask, Texts, Words
from blogtools.ledger import Experiment

DRAWS = 3000
DATA = torch.tensor(list(w.SHARES))
WEIGHTS = f.tensor([float(share) for share in w.SHARES.values()])
EVERYTHING = torch.tensor(w.words(w.SIZE).tolist())
PROCESSES: dict[str, Any] = {"mask": Mask(w.SIZE), "different": Edit(w.SIZE), "any": Edit(w.SIZE, different=False)}
TIMES = tuple(range(w.LENGTH, -1, -1))


def exact_logits(kind: str, power: int = 1) -> Callable[[Tensor, Tensor], Tensor]:
    """The package's exact logits, and those of all words where no word of the data leads to x_t."""
    process = PROCESSES[kind]
    near, far = Texts(DATA, process, w.SIZE, WEIGHTS), Texts(EVERYTHING, process, w.SIZE)

    def logits(x: Tensor, t: Tensor) -> Tensor:
        each = x[:, None].expand(-1, *DATA.shape)
        known = ~torch.isneginf(process.log_chance(DATA.expand_as(each), each, t)).all(-1)
        out = far(x, t)
        if known.any():
            out[known] = near(x[known], t)
        return power * out

    return logits


def start(kind: str, generator: torch.Generator) -> Tensor:
    """3,000 draws of x_l."""
    x0 = DATA[torch.multinomial(WEIGHTS, DRAWS, True, generator=generator)]
    process = PROCESSES[kind]
    return process.forward(x0, process.noise(x0, generator), w.LENGTH)


def uniform(x: np.ndarray) -> np.ndarray:
    """Distribution function on [0, 1]."""
    return stats.uniform.cdf(x)


@functools.cache
def by_package(kind: str, rule: str) -> Fraction:
    """How much of the package's law at the end is on words of the data."""
    words = Words(w.EVEN, 2, kind)
    guess = "exactly" if (kind, rule) == ("different", "improved") else "joint" if rule == "joint" else "places"
    return words.valid(words.ends(words.stepper(guess, fresh=rule == "naive")))


@functools.cache
def kept(kind: str, rule: str) -> Fraction:
    """The same from matrices."""
    law = w.ends(kind, rule, exact=True)
    return sum((share for share, data in zip(law, w.share_of(w.EVEN, 2), strict=True) if data), start=Fraction(0))


def better(
    statement: Callable[[int], float],
    against: Callable[[int], float],
    *,
    settings: str,
    mutants: Mapping[str, Callable[[int], float]],
    about: str,
) -> Experiment:
    """One setting of the sampler above another, with the network that ships."""
    shares = {"blogtools.*": f"the claim compares {settings} of one sampler with one network"}
    return Experiment(statement=statement, against=against, side="above", shares=shares, mutants=mutants, about=about)
