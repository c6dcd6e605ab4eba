"""Section "From DDIM to DDPM": eq11, the guess of x_0 from a guess of the noise."""

from typing import Any

import numpy as np
import sympy as sp
import torch
from scipy import special, stats

from blogtools.claims.unified_diffusion import formulas as f
from blogtools.claims.unified_diffusion.ddpm import DRAWS, SECTION, mutant
from blogtools.claims.unified_diffusion.framework import HOT
from blogtools.diffusion import PosteriorMean, Spread, sample
from blogtools.ledger import Entry, Law, Numeric

x = sp.symbols("x", real=True)
a, b, a1, b1 = sp.symbols("a b a1 b1", positive=True)


def weighed(x: np.ndarray, data: np.ndarray, t: float) -> np.ndarray:
    """How likely x_t [n, d] came from each point of the data, [n, N]."""
    apart = ((x[:, None] - f.keep(t) * data) ** 2).sum(-1)
    return special.softmax(-apart / (2 * f.rest(t) ** 2), axis=1)


def eq11(x: np.ndarray, data: np.ndarray, t: float, sign: float = -1.0, over: bool = True) -> np.ndarray:
    """(x − β̄ε_θ)/ᾱ with the best ε_θ, the mean of the noises that lead from the data to x."""
    noises = (x[:, None] - f.keep(t) * data) / f.rest(t)
    eps = (weighed(x, data, t)[..., None] * noises).sum(1)
    return (x + sign * f.rest(t) * eps) / (f.keep(t) if over else 1.0)


def exact_mean(x: np.ndarray, data: np.ndarray, t: float) -> np.ndarray:
    """E[x_0 | x_t] by the package."""
    a, b, _, _ = HOT.schedule(t)
    return PosteriorMean(f.tensor(data), np.inf)(f.tensor(x) / a, b / a).numpy()


def clouds(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Points x_t and data in 1, 2 and 20 dimensions."""
    return [
        {"x": rng.normal(size=(3, d)), "data": rng.normal(size=(n, d)), "t": t}
        for d, n, t in ((1, 2, 0.5), (2, 9, 0.2), (20, 5, 0.9))
    ]


STEP = (0.6, 0.4)


def whole_step(rng: np.random.Generator, sigma_bar: float, share: float, width: float = 1.0) -> np.ndarray:
    """3,000 draws of x_{t-1} below x_t = 0.7, x̂_0 by eq11 with a fixed mean, by the package."""
    generator = f.torch_generator(rng)
    predict = Spread(lambda x, t: 0.3 + 0 * x, width * sigma_bar, generator)
    start = torch.full((DRAWS, 1), 0.7, dtype=torch.float64)
    return sample(predict, HOT, start, f.tensor(STEP), fresh=share, generator=generator).x[:, 0].numpy()


def whole_law(y: np.ndarray, sigma_bar: float, share: float) -> np.ndarray:
    """Eq10 at μ̄, and the two noises added: σ_t² + (ᾱ_{t-1} − ᾱ_t √(β̄_{t-1}² − σ_t²)/β̄_t)² σ̄_t²."""
    (a, b), (a1, b1) = ((f.keep(t), f.rest(t)) for t in STEP)
    sigma = share * b1
    root = np.sqrt(b1**2 - sigma**2)
    spread = np.hypot(sigma, (a1 - a * root / b) * sigma_bar)
    return stats.norm.cdf(y, a1 * 0.3 + root * (0.7 - a * 0.3) / b, spread)


ENTRIES = [
    Entry(
        id="9271.eq11",
        kind="law",
        latex=r"\hat{\boldsymbol x}_0=\frac1{\bar\alpha_t}\bigl(\boldsymbol x_t-\bar\beta_t"
        r"\boldsymbol\epsilon_{\boldsymbol\theta}(\boldsymbol x_t,t)\bigr)+\bar\sigma_t\boldsymbol\varepsilon",
        says="the best guess of the noise gives the mean of x_0, and the noise of eq11 joins that of eq10",
        section=SECTION,
        evidence=(
            Numeric(
                statement=eq11,
                against=exact_mean,
                witnesses=clouds,
                rtol=1e-9,
                atol=1e-10,
                mutants={
                    "plus the noise": mutant(eq11, sign=1.0),
                    "not divided by a": mutant(eq11, over=False),
                },
                about="without its noise: the mean over the data by NumPy and by the package",
            ),
            Law(
                statement=whole_step,
                against=whole_law,
                witnesses=tuple(
                    {"sigma_bar": v, "share": share} for v, share in ((0.5, 0.0), (0.5, 0.6), (0.2, 1.0), (0.0, 0.3))
                ),
                mutants={
                    "no noise in the guess": mutant(whole_step, width=0.0),
                    "twice the noise": mutant(whole_step, width=2.0),
                },
                about="eq10 and eq11 together, one step of the package",
            ),
        ),
    ),
]
