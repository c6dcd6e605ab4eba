"""Section "Encode": eq17, eq18, and what they lead to (claim9)."""

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
import torch
from scipy import integrate, special, stats
from torch import Tensor

from blogtools.claims.unified_diffusion import formulas as f
from blogtools.claims.unified_diffusion.framework import HOT
from blogtools.diffusion import PosteriorMean, denoising_loss, grid, sample
from blogtools.ledger import Entry, Law, Numeric, Symbolic

SECTION = "Encode"
DRAWS = 3000

x, w = sp.symbols("x w", real=True)
a, b, c, V = sp.symbols("a b c v", positive=True)

W = np.random.default_rng(17).normal(size=(4, 3))
DECODER = np.random.default_rng(18).normal(size=(3, 4))


@dataclass(frozen=True)
class Encoded:
    """x_t = ᾱ F(x_0) + β̄ ε with F(x_0) = tanh(x_0 W), a process for the package's loss."""

    gaussian: bool = True

    def noise(self, like: Tensor, generator: torch.Generator | None = None) -> Tensor:
        return torch.randn((*like.shape[:-1], 3), dtype=like.dtype, generator=generator)

    def forward(self, x0: Tensor, eps: Tensor, t: Any) -> Tensor:
        return HOT.forward(torch.tanh(x0 @ f.tensor(W)), eps, t)

    def recover(self, x0: Tensor, x_t: Tensor, t: Any, generator: torch.Generator | None = None) -> Tensor:
        return HOT.recover(torch.tanh(x0 @ f.tensor(W)), x_t, t)


X0 = np.array([0.4, -1.2, 0.8, 0.1])
SEEN = np.array([2.0, -1.0, 2.0]) / 3


def latent(rng: np.random.Generator, t: float, before: bool = False, bare: bool = False) -> np.ndarray:
    """3,000 draws of x_t along a direction; ``before`` puts the noise into x_0, ``bare`` leaves F out."""
    generator, x0 = f.torch_generator(rng), f.tensor(X0).expand(DRAWS, -1)
    if before:
        return (torch.tanh(HOT.forward(x0, HOT.noise(x0, generator), t) @ f.tensor(W)) @ f.tensor(SEEN)).numpy()
    if bare:
        return (HOT.forward(x0[:, :3], HOT.noise(x0[:, :3], generator), t) @ f.tensor(SEEN)).numpy()
    process = Encoded()
    return (process.forward(x0, process.noise(x0, generator), t) @ f.tensor(SEEN)).numpy()


def eq18(x0: np.ndarray, t: float, sigma: float, seed: int, encoded: bool = True, power: int = 2) -> float:
    """Mean over the batch of ‖x_0 − G(ᾱF(x_0) + β̄ε)‖²/2σ̄² with a linear G."""
    eps = torch.randn((len(x0), 3), dtype=torch.float64, generator=torch.Generator().manual_seed(seed)).numpy()
    code = np.tanh(x0 @ W) if encoded else x0[:, :3]
    guess = (f.keep(t) * code + f.rest(t) * eps) @ DECODER
    return float(((x0 - guess) ** 2).sum(1).mean() / (2 * sigma**power))


def by_package(x0: np.ndarray, t: float, sigma: float, seed: int) -> float:
    """The package's one loss on that process."""
    loss = denoising_loss(
        lambda x, t: x @ f.tensor(DECODER),
        Encoded(),
        f.tensor(x0),
        f.tensor(t),
        torch.Generator().manual_seed(seed),
        weight=lambda t: f.tensor(x0.shape[1] / (2 * sigma**2)),
    )
    return float(loss)


CODES, SHARES = np.array([-1.0, 0.1, 0.6, 1.4]), np.array([0.4, 0.2, 0.3, 0.1])
"""Four words, their codes on a line, and how often each comes."""


def surprise(rng: np.random.Generator, t: float, scale: float, off: float = 1.0, blind: bool = False) -> np.ndarray:
    """−log q(x_0 | x_t) of 4,000 words by the exact q of the package; ``off`` is an error of its noise level."""
    word = rng.choice(4, 4000, p=SHARES)
    codes = f.tensor(scale * CODES)[:, None]
    a, b, _, _ = HOT.schedule(t)
    x_t = HOT.forward(codes[word], f.tensor(rng.normal(size=(4000, 1))), t)
    q = PosteriorMean(codes, math.inf, None if blind else f.tensor(SHARES)).probabilities(x_t / a, off * b / a)
    return -np.log(q.numpy()[np.arange(4000), word])


def left_to_know(t: float, scale: float) -> float:
    """Entropy of the word given x_t, an integral over x_t by SciPy."""
    a, b = f.keep(t), f.rest(t)

    def integrand(y: float) -> float:
        joint = SHARES * stats.norm.pdf(y, a * scale * CODES, b)
        return float(-(special.xlogy(joint, joint).sum() - special.xlogy(joint.sum(), joint.sum())))

    reach = a * scale * 1.4 + 9 * b
    return integrate.quad(integrand, -reach, reach, points=sorted(a * scale * CODES), limit=600)[0]


def written(rng: np.random.Generator, blind: bool = False, late: float = 1.0) -> np.ndarray:
    """Uniform on [0, 1] exactly if words are written as often as they come: pure noise, DDIM on the codes, the nearest.

    Each word has a stretch of [0, 1] as long as its share, and an arrival is put at an even place of it.
    """
    codes = f.tensor(CODES)[:, None]
    exact = PosteriorMean(codes, math.inf, None if blind else f.tensor(SHARES))

    def predict(x: Tensor, t: Tensor) -> Tensor:
        a, b, _, _ = HOT.schedule(t)
        return exact(x / a, late * b / a)

    start = torch.randn(DRAWS, 1, dtype=torch.float64, generator=f.torch_generator(rng))
    end = sample(predict, HOT, start, grid(1.0, 0.02, 150, "rho", 3.0)).x
    word = torch.cdist(end, codes).argmin(1).numpy()
    ends = np.concatenate([[0.0], np.cumsum(SHARES)])
    return ends[word] + rng.random(DRAWS) * SHARES[word]


def grown(rng: np.random.Generator, spread: float, plain: bool = False, short: float = 1.0) -> np.ndarray:
    """3,000 x̂_0 of log-normal data with F(x_0) = log x_0: pure noise, DDIM on normal codes, the exponential."""

    def predict(x: Tensor, t: Tensor) -> Tensor:
        a, b, _, _ = HOT.schedule(t)
        return short * a * spread**2 / (a**2 * spread**2 + b**2) * x

    start = torch.randn(DRAWS, 1, dtype=torch.float64, generator=f.torch_generator(rng))
    code = sample(predict, HOT, start, grid(1.0, 0.01, 150, "rho", 3.0)).x[:, 0].numpy()
    return 1 + code if plain else np.exp(code)


ENCODER_LOSS = sp.log(2 * sp.pi * V) / 2 + ((x - w * a * c * x) ** 2 + w**2 * b**2) / (2 * V)
PRIOR = (a**2 * c**2 * x**2 + b**2 - 1 - sp.log(b**2)) / 2
"""KL of N(a c x, b²) from N(0, 1)."""
EVIDENCE = sp.log(2 * sp.pi * (w**2 + V)) / 2 + x**2 / (2 * (w**2 + V))
"""−log p(x) for x = w z + √v ε."""
MEAN, WIDTH = w * x / (w**2 + V), V / (w**2 + V)
GAP = (sp.log(WIDTH / b**2) + (b**2 + (a * c * x - MEAN) ** 2) / WIDTH - 1) / 2
"""KL of N(a c x, b²) from the posterior of z."""


ENTRIES = [
    Entry(
        id="9271.eq17",
        kind="law",
        latex=r"\boldsymbol x_t=\bar\alpha_t\boldsymbol{\mathcal F}(\boldsymbol x_0)+\bar\beta_t\boldsymbol\varepsilon,"
        r"\quad\boldsymbol\varepsilon\sim\mathcal N(\boldsymbol 0,\boldsymbol I)",
        says="what is destroyed may be a code of the data, of another size than they, and learned",
        section=SECTION,
        evidence=(
            Law(
                statement=latent,
                against=lambda y, t: stats.norm.cdf(y, f.keep(t) * float(np.tanh(X0 @ W) @ SEEN), f.rest(t)),
                witnesses=({"t": 0.1}, {"t": 0.4}, {"t": 0.6}),
                mutants={
                    "noise before the encoder": functools.partial(latent, before=True),
                    "no encoder": functools.partial(latent, bare=True),
                },
                about="four numbers coded as three: a process around the package's hot one, against SciPy",
            ),
        ),
    ),
    Entry(
        id="9271.eq18",
        kind="law",
        latex=r"-\log q(\boldsymbol x_0\mid\boldsymbol x_t)=-\log q\bigl(\boldsymbol x_0\mid\bar\alpha_t"
        r"\boldsymbol{\mathcal F}(\boldsymbol x_0)+\bar\beta_t\boldsymbol\varepsilon\bigr)",
        says="its target is the same one loss; at its least it is what x_t leaves unknown of x_0",
        section=SECTION,
        evidence=(
            Numeric(
                statement=eq18,
                against=by_package,
                witnesses=lambda rng: [
                    {"x0": rng.normal(size=(n, 4)), "t": t, "sigma": v, "seed": 3}
                    for n, t, v in ((1, 0.2, 1.0), (7, 0.7, 0.3))
                ],
                rtol=1e-10,
                mutants={
                    "no encoder": functools.partial(eq18, encoded=False),
                    "over sigma-bar": functools.partial(eq18, power=1),
                },
                about="a Gaussian q: the package's loss on a process with an encoder",
            ),
            Law(
                statement=surprise,
                against=left_to_know,
                test="mean",
                witnesses=({"t": 0.3, "scale": 1.0}, {"t": 0.3, "scale": 4.0}, {"t": 0.6, "scale": 1.0}),
                mutants={
                    "q for half the noise": functools.partial(surprise, off=0.5),
                    "q that takes all words for equal": functools.partial(surprise, blind=True),
                },
                about="discrete data: the mean over 4,000 words is the entropy of the word given x_t",
            ),
        ),
    ),
    Entry(
        id="9271.claim9",
        kind="law",
        latex="",
        says="discrete or continuous data go into a Gaussian code and come back out of pure noise",
        section=SECTION,
        evidence=(
            Law(
                statement=written,
                against=lambda v: stats.uniform.cdf(v),
                mutants={
                    "shares of the words forgotten": functools.partial(written, blind=True),
                    "twice the noise level": functools.partial(written, late=2.0),
                },
                about="four words of unequal shares, as often as they come",
            ),
            Law(
                statement=grown,
                against=lambda v, spread: stats.lognorm.cdf(v, spread),
                witnesses=({"spread": 0.5}, {"spread": 1.0}),
                mutants={
                    "decoded by 1 + code": functools.partial(grown, plain=True),
                    "a guess short by a tenth": functools.partial(grown, short=0.9),
                },
                about="log-normal numbers, coded by the logarithm",
            ),
        ),
    ),
    Entry(
        id="9271.claim9.vae",
        kind="identity",
        latex=r"\mathbb E[-\log q(x_0\mid x_t)]+\mathrm{KL}\bigl(p(x_t\mid x_0)\,\|\,\mathcal N(0,1)\bigr)"
        r"=-\log p(x_0)+\mathrm{KL}\bigl(p(x_t\mid x_0)\,\|\,p(z\mid x_0)\bigr)",
        says="like a VAE: eq18 becomes its bound on -log p when the divergence from the prior is added",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=ENCODER_LOSS + PRIOR,
                against=EVIDENCE + GAP,
                no_automatic="sixty terms for one sum; the mutants are those that could be meant",
                mutants={
                    "eq18 alone": ENCODER_LOSS,
                    "the prior taken off": ENCODER_LOSS - PRIOR,
                    "an encoder without noise": ENCODER_LOSS - w**2 * b**2 / (2 * V) + PRIOR,
                    "the prior doubled": ENCODER_LOSS + 2 * PRIOR,
                },
                about="linear encoder and decoder on the line, all in closed form",
            ),
        ),
    ),
]
