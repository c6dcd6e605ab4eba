"""Sections "Edit" and "Mask": what the training losses say of -log p, a bound for alg2 and the value for alg4."""

import functools
import itertools
import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from blogtools.claims.unified_diffusion import formulas as f
from blogtools.claims.unified_diffusion import words as w
from blogtools.claims.unified_diffusion.texts import DATA, DRAWS, PROCESSES, WEIGHTS
from blogtools.diffusion import Texts, Words, edit_bound, mask_bound
from blogtools.ledger import Entry, Exact, Law

START = w.LENGTH * math.log(w.SIZE / (w.SIZE - 1))
"""What it costs alg2 to begin with random tokens, none of which need be wrong."""


def exact(kind: str) -> Texts:
    """The package's exact logits."""
    return Texts(DATA, PROCESSES[kind], w.SIZE, WEIGHTS)


def masked(rng: np.random.Generator, word: int, weigh: Callable[[Tensor], Tensor] = lambda t: t) -> np.ndarray:
    """3,000 draws of the package's bound for one word of the data, exact logits."""
    generator = f.torch_generator(rng)
    t = torch.randint(1, w.LENGTH + 1, (DRAWS,), generator=generator)
    x0 = DATA[word].expand(DRAWS, -1)
    found = mask_bound(exact("mask"), PROCESSES["mask"], x0, t, generator)
    return (found * t / weigh(t.double())).numpy()


def edited(rng: np.random.Generator, word: int, power: int = 1, start: float = START, every: bool = True) -> np.ndarray:
    """The same for edits; ``start`` is what the beginning costs, ``every`` false leaves out the steps with t = l."""
    generator = f.torch_generator(rng)
    t, logits = torch.randint(1, w.LENGTH + every, (DRAWS,), generator=generator), exact("different")
    x0 = DATA[word].expand(DRAWS, -1)
    found = edit_bound(lambda x, t: power * logits(x, t), PROCESSES["different"], x0, t, generator)
    return (found + start - START).numpy()


def surprise(word: int) -> float:
    """-log p of that word."""
    return -math.log(list(w.SHARES.values())[word])


def divergence(word: int, start: float = START) -> float:
    """Of the true steps from those of alg2, over all t, and of its beginning, from matrices."""
    states, data = w.words(w.SIZE), w.share_of(w.SHARES).astype(float)
    x0 = states.tolist().index(DATA[word].tolist())
    whole = start
    for t in range(1, w.LENGTH + 1):
        forward = w.chances("different", t).astype(float)
        guess = w.exactly(w.place_by_place(w.posterior(forward, data), w.SIZE), t, w.SIZE)
        for x in np.flatnonzero(forward[x0]):
            for i in np.flatnonzero(states[x] != states[x0]):
                right = guess[x] @ (states[:, i] == states[x0, i]) / t
                whole += forward[x0, x] / t * math.log(1 / t / right)
    return whole


@functools.cache
def written() -> dict[tuple[int, ...], Fraction]:
    """The law of what alg2 writes from random tokens, by the package's enumeration."""
    words = Words(w.SHARES, w.SIZE, "different")
    everything = list(itertools.product(range(w.SIZE), repeat=w.LENGTH))
    return words.ends(words.stepper("exactly", fresh=False), dict.fromkeys(everything, Fraction(1, len(everything))))


def is_above(word: int, start: float = START) -> bool:
    """Whether that divergence is at least -log p of what alg2 writes."""
    return divergence(word, start) >= -math.log(written()[tuple(DATA[word].tolist())])


ENTRIES = [
    Entry(
        id="9271.alg2.bound",
        kind="law",
        latex=r"-\log p(x_0)\le l\log\frac{|V|}{|V|-1}+\sum_t\mathrm{KL}\bigl(p(x_{t-1}\mid x_t,x_0)\,\|\,"
        r"q(x_{t-1}\mid x_t)\bigr)",
        says="edits are trained by a bound: how far alg2's steps and its random beginning are from the true ones",
        section="Edit",
        evidence=(
            Law(
                statement=edited,
                against=divergence,
                test="mean",
                witnesses=({"word": 1}, {"word": 4}, {"word": 8}),
                mutants={
                    "the beginning is free": functools.partial(edited, start=0.0),
                    "guesses sharpened": functools.partial(edited, power=2),
                    "without the first step": functools.partial(edited, every=False),
                },
                about="3,000 draws of the package's bound, against matrices",
            ),
            Exact(
                statement=is_above,
                against=lambda word: True,
                witnesses=tuple({"word": k} for k in range(len(w.SHARES))),
                partial=True,
                mutants={"the beginning is free": functools.partial(is_above, start=0.0)},
                about="each word: it is above -log p of what alg2 writes, in fractions by the package's enumeration",
            ),
        ),
    ),
    Entry(
        id="9271.alg4.bound",
        kind="law",
        latex=r"\mathbb E_{t,x_t}\Bigl[-\frac lt\sum_{i\,\text{masked}}\log q(x_{0,i}\mid x_t)\Bigr]=-\log p(x_0)",
        says="the training loss, weighted l/t, is -log p of the text if q is exact, and above it otherwise",
        section="Mask",
        evidence=(
            Law(
                statement=masked,
                against=surprise,
                test="mean",
                witnesses=({"word": 1}, {"word": 4}),
                mutants={
                    "not divided by t": functools.partial(masked, weigh=lambda t: torch.ones_like(t)),
                    "divided by t + 1": functools.partial(masked, weigh=lambda t: t + 1),
                },
                about="3,000 draws of the package's bound, against the word's share",
            ),
        ),
    ),
]
