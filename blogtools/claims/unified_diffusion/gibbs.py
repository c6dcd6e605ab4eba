"""Section "Mask": what x_t says of the noise, and how near alg5 is to Gibbs sampling (claim8)."""

import functools
import itertools
from fractions import Fraction

import numpy as np
import torch

from blogtools.claims.unified_diffusion import words as w
from blogtools.diffusion import Mask, Words
from blogtools.ledger import Entry, Exact

SECTION = "Mask"


def data_law() -> list[Fraction]:
    """The data's law over all words."""
    return [w.SHARES.get(word, Fraction(0)) for word in itertools.product(range(w.SIZE), repeat=w.LENGTH)]


def found_again(t: int, seed: int, late: int = 0) -> list[list[int]]:
    """The places that the package's recovered order covers at t + ``late``, for five texts of seven letters."""
    generator = torch.Generator().manual_seed(seed)
    x0 = torch.randint(0, 5, (5, 7), generator=generator)
    process = Mask(9)
    x_t = process.forward(x0, process.noise(x0, generator), t)
    eps = process.recover(x0, x_t, t, generator)
    return [np.flatnonzero(row.numpy() < t + late).tolist() for row in eps]


def covered(t: int, seed: int) -> list[list[int]]:
    """Where x_t shows masks."""
    generator = torch.Generator().manual_seed(seed)
    torch.randint(0, 5, (5, 7), generator=generator)  # the letters, drawn before the order
    keys = torch.rand(5, 7, dtype=torch.float64, generator=generator).numpy()
    return [sorted(np.argsort(row)[:t].tolist()) for row in keys]


def gibbs(cut: int, look: bool = True) -> list[Fraction]:
    """A sweep's law: from words of the data, a random place is drawn anew from its law given all others.

    ``look`` false draws it from its law alone.
    """
    words, data = w.words(w.SIZE), w.share_of(w.SHARES)
    after = np.array([Fraction(0)] * len(words))
    for x, share in zip(words, data, strict=True):
        for i in range(w.LENGTH) if share else ():
            rest = (words[:, np.arange(w.LENGTH) != i] == x[np.arange(w.LENGTH) != i]).all(1)
            like = np.where(rest, data, np.array(Fraction(0)))
            if not look:
                alone = np.array([data[words[:, i] == v].sum() for v in range(w.SIZE)])
                like = np.where(rest, alone[words[:, i]], np.array(Fraction(0)))
            after += share / w.LENGTH * like / like.sum()
    return list(after[cut:])


def by_last_step(cut: int) -> list[Fraction]:
    """The same by the package: mask one place of the data, then the last step of alg5."""
    words = Words(w.SHARES, w.SIZE, "mask")
    law = dict.fromkeys(itertools.product(range(w.SIZE), repeat=w.LENGTH), Fraction(0))
    for x, share in words.destroyed_data(1).items():
        for word, p in words.merged(x, 1).items():
            law[word] += share * p
    return list(law.values())[cut:]


ENTRIES = [
    Entry(
        id="9271.claim8",
        kind="identity",
        latex="",
        says="which places are masked can be read off x_t: the noise is found again, up to the order in which they go",
        section=SECTION,
        evidence=(
            Exact(
                statement=found_again,
                against=covered,
                witnesses=tuple({"t": t, "seed": s} for t in (0, 1, 4, 7) for s in (1, 2)),
                mutants={"one place too few": functools.partial(found_again, late=-1)},
                about="the package's recovered noise against the places that were drawn, in NumPy",
            ),
        ),
    ),
    Entry(
        id="9271.claim8.gibbs",
        kind="identity",
        latex=r"\sum_{x}p(x)\,\tfrac1l\sum_i[x'_{-i}=x_{-i}]\,p(x'_i\mid x_{-i})=p(x')",
        says="the last step of alg5 is a step of Gibbs sampling, and leaves the data's law as it is",
        section=SECTION,
        evidence=(
            Exact(
                statement=gibbs,
                against=by_last_step,
                witnesses=({"cut": 0},),
                mutants={"drawn without a look at the others": functools.partial(gibbs, look=False)},
                about="words aabb: one place drawn anew given the others, against the package's last step",
            ),
            Exact(
                statement=gibbs,
                against=lambda cut: data_law()[cut:],
                witnesses=({"cut": 0},),
                mutants={"drawn without a look at the others": functools.partial(gibbs, look=False)},
                about="it is the data's law",
            ),
        ),
    ),
]
