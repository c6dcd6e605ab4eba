"""Section "Cold": eq12, eq13 with its slip, and eq14."""

import functools
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
import torch
from scipy import stats

from blogtools.claims.unified_diffusion import formulas as f
from blogtools.diffusion import Cold, blur, denoising_loss
from blogtools.ledger import Entry, Exact, Law, Numeric, Slope, Symbolic

SECTION = "Cold"

tau, gap = sp.symbols("tau r", positive=True)
y = sp.symbols("y", real=True)
x1, x2, x3, g1, g2, g3 = sp.symbols("x1 x2 x3 g1 g2 g3", real=True)
DENSITY = sp.exp(-gap / tau) / (2 * tau)
"""At a distance r above the middle."""


def with_noise(
    rng: np.random.Generator, t: float, sigma: float, first: bool = False, twice: bool = False
) -> np.ndarray:
    """3,000 draws of x_t of one picture along a direction, by the package; ``first`` blurs the noise too."""
    process, x0 = Cold(blur(3), sigma), f.tensor(f.X0).expand(3000, -1)
    eps = process.noise(x0, f.torch_generator(rng)) * (2 if twice else 1)
    x = blur(3)(x0 + eps, t) if first else process.forward(x0, eps, t)
    return (x @ f.tensor(f.ALONG)).numpy()


def cold_law(x: np.ndarray, t: float, sigma: float) -> np.ndarray:
    """N(F_t(x_0), σ²) along the same, the blur by SciPy."""
    return stats.norm.cdf(x, float(f.ALONG @ f.blurred(f.X0, t)), sigma)


def nearly_cold(sigma: float, root: bool = False) -> np.ndarray:
    """x_t with one and the same noise, times σ."""
    process = Cold(blur(3), np.sqrt(sigma) if root else sigma)
    x0 = f.tensor(f.X0)
    return process.forward(x0, process.noise(x0, torch.Generator().manual_seed(0)), 0.5).numpy()


def log_q(x0: np.ndarray, guess: np.ndarray, scale: float, power: int = 1, width: float = 2.0) -> float:
    """−‖x_0 − G‖_1/τ − d log 2τ."""
    return -float((np.abs(x0 - guess) ** power).sum()) / scale - x0.size * np.log(width * scale)


def by_torch(x0: np.ndarray, guess: np.ndarray, scale: float) -> float:
    """The same by torch's Laplace law, pixel by pixel."""
    return float(torch.distributions.Laplace(f.tensor(guess), scale).log_prob(f.tensor(x0)).sum())


def guesses(rng: np.random.Generator) -> list[dict[str, Any]]:
    """x_0, its guess and τ in 1, 9 and 784 dimensions."""
    return [
        {"x0": rng.normal(size=k), "guess": rng.normal(size=k), "scale": s} for k, s in ((1, 0.2), (9, 1), (784, 3))
    ]


def eq14(x0: np.ndarray, W: np.ndarray, t: float, power: int = 1, blurred: bool = True) -> float:
    """Mean over the batch of ‖x_0 − G(F_t(x_0))‖_1 with F_t by SciPy and G(x) = tanh(xW)."""
    seen = f.blurred(x0, t) if blurred else x0
    return float((np.abs(x0 - np.tanh(seen @ W)) ** power).sum(1).mean())


def l1(x0_hat: torch.Tensor, x0: torch.Tensor) -> torch.Tensor:
    """‖x̂_0 − x_0‖_1."""
    return (x0_hat - x0).abs().sum(-1)


def by_package(x0: np.ndarray, W: np.ndarray, t: float) -> float:
    """The package's one loss with that error, no noise."""

    def predict(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return torch.tanh(x @ f.tensor(W))

    return float(denoising_loss(predict, Cold(blur(3)), f.tensor(x0), f.tensor(t), error=l1))


def median(values: list[int]) -> Fraction:
    """The middle one of an odd number of values."""
    return Fraction(sorted(values)[len(values) // 2])


def cheapest(values: list[int]) -> Fraction:
    """Which of the halves between −50 and 50 has the least mean distance to the values."""
    return min((Fraction(k, 2) for k in range(-100, 101)), key=lambda m: sum(abs(v - m) for v in values))


ENTRIES = [
    Entry(
        id="9271.eq12",
        kind="law",
        latex=r"\boldsymbol x_t=\boldsymbol{\mathcal F}_t(\boldsymbol x_0)+\sigma\boldsymbol\varepsilon,\quad"
        r"\boldsymbol\varepsilon\sim q(\boldsymbol\varepsilon)",
        says="the cold process: any destruction, and a noise sigma that may go to 0 at the end",
        section=SECTION,
        evidence=(
            Law(
                statement=with_noise,
                against=cold_law,
                witnesses=({"t": 0.3, "sigma": 0.5}, {"t": 0.7, "sigma": 0.01}, {"t": 0.999, "sigma": 0.1}),
                mutants={
                    "the noise blurred too": functools.partial(with_noise, first=True),
                    "noise twice": functools.partial(with_noise, twice=True),
                },
                about="the package's blur and noise against SciPy's",
            ),
            Slope(
                statement=nearly_cold,
                against=f.blurred(f.X0, 0.5),
                order=1,
                witnesses=(1e-1, 1e-2, 1e-3, 1e-4),
                mutants={"sigma for its square": functools.partial(nearly_cold, root=True)},
                about="x_t comes to the plain blur like sigma",
            ),
        ),
    ),
    Entry(
        id="9271.eq13",
        kind="identity",
        latex=r"q(\boldsymbol x_0\mid\boldsymbol x_t)=\frac1{Z(\tau)}"
        r"e^{-\lVert\boldsymbol x_0-\boldsymbol{\mathcal G}_t(\boldsymbol x_t)\rVert_1/\tau},\quad Z(\tau)=(2\tau)^d",
        says="the l1 guess of x_0 is Laplace's law, pixel by pixel, and its Z is known",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=2 * tau,
                against=sp.Integral(sp.exp(-sp.Abs(y) / tau), (y, -sp.oo, sp.oo)),
                partial=True,
                about="Z of one pixel; for d of them the integral is a product",
            ),
            Symbolic(
                statement=DENSITY,
                against=sp.Derivative(1 - sp.exp(-gap / tau) / 2, gap),
                partial=True,
                about="d = 1: the slope of Laplace's distribution function, above the middle",
            ),
            Numeric(
                statement=log_q,
                against=by_torch,
                witnesses=guesses,
                rtol=1e-10,
                mutants={
                    "Z = tau^d": functools.partial(log_q, width=1.0),
                    "the square norm": functools.partial(log_q, power=2),
                },
                about="log q in 1, 9 and 784 dimensions, by torch",
            ),
        ),
    ),
    Entry(
        id="9271.slip1",
        kind="identity",
        latex=r"q(\boldsymbol x_0\mid\boldsymbol x_t)=\frac1{Z(\tau)}\int "
        r"e^{-\lVert\boldsymbol x_0-\boldsymbol{\mathcal G}_t(\boldsymbol x_t)\rVert_1/\tau}d\boldsymbol x_0",
        says="as printed, eq13 is integrated over x_0: that is 1 whatever x_0, and no density of it",
        section=SECTION,
        corrected_by="9271.eq13",
        evidence=(
            Symbolic(
                statement=sp.Integral(sp.exp(-sp.Abs(y) / tau), (y, -sp.oo, sp.oo)) / (2 * tau),
                amended=DENSITY,
                against=sp.Derivative(1 - sp.exp(-gap / tau) / 2, gap),
                about="d = 1, at a distance r above the middle, against the slope of the distribution function",
            ),
        ),
    ),
    Entry(
        id="9271.eq14",
        kind="identity",
        latex=r"\lVert\boldsymbol x_0-\boldsymbol{\mathcal G}_t(\boldsymbol{\mathcal F}_t(\boldsymbol x_0))\rVert_1",
        says="the cold training target: -log q of eq13 up to a constant and a factor",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=sp.Abs(x1 - g1) + sp.Abs(x2 - g2) + sp.Abs(x3 - g3),
                against=-tau
                * sp.log(sp.exp(-(sp.Abs(x1 - g1) + sp.Abs(x2 - g2) + sp.Abs(x3 - g3)) / tau) / (2 * tau) ** 3)
                - 3 * tau * sp.log(2 * tau),
                about="d = 3",
                partial=True,
            ),
            Numeric(
                statement=eq14,
                against=by_package,
                witnesses=lambda rng: [
                    {"x0": rng.normal(size=(6, 9)), "W": rng.normal(size=(9, 9)), "t": t} for t in (0.0, 0.3, 0.9)
                ],
                rtol=1e-10,
                mutants={
                    "squares": functools.partial(eq14, power=2),
                    "nothing destroyed": functools.partial(eq14, blurred=False),
                },
                about="the package's one loss with the l1 error, the blur by SciPy",
            ),
        ),
    ),
    Entry(
        id="9271.eq14.median",
        kind="identity",
        latex=r"\operatorname*{argmin}_m\mathbb E\lvert x-m\rvert=\operatorname{median}(x)",
        says="the l1 target learns the median of each pixel, not the mean: its guess is another picture",
        section=SECTION,
        evidence=(
            Exact(
                statement=median,
                against=cheapest,
                witnesses=lambda rng: [(rng.integers(-40, 41, n).tolist(),) for n in (1, 3, 7, 31)],
                mutants={
                    "the mean": lambda values: Fraction(sum(values), len(values)),
                    "the middle of the range": lambda values: Fraction(min(values) + max(values), 2),
                },
                partial=True,
                about="integers, by trying all halves",
            ),
        ),
    ),
]
