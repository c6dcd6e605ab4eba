"""Section "From DDIM to DDPM": eq9 and eq10, the hot step with any σ_t."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
import torch
from scipy import stats

from blogtools.claims.unified_diffusion import formulas as f
from blogtools.claims.unified_diffusion.framework import ATOMS, HOT, MASSES
from blogtools.diffusion import eta_share, revise, sample
from blogtools.ledger import Entry, Law, Numeric, Symbolic

SECTION = "From DDIM to DDPM"
DRAWS = 3000
ARRIVALS = 2000
"""Few enough that the error of finite steps stays far below what the test can see."""

x, x0, u, e, e1 = sp.symbols("x x_0 u epsilon epsilon_1", real=True)
a, b, a1, b1, s = sp.symbols("a b a1 b1 sigma", positive=True)
SMALL = {"sigma": (0.1, 0.5), "b1": (0.6, 2.0)}
EQ10 = a1 * x0 + sp.sqrt(b1**2 - s**2) * (x - a * x0) / b + s * e


def moments(stepped: sp.Expr) -> sp.Matrix:
    """Mean and variance of x_{t-1} given x_0, for x_t = a x_0 + b ε_1; sympy derives them when it compares."""
    value = stepped.subs(x, a * x0 + b * e1)
    slopes = sp.Derivative(value, e), sp.Derivative(value, e1)
    return sp.Matrix([value - slopes[0] * e - slopes[1] * e1, slopes[0] ** 2 + slopes[1] ** 2])


def eq10(
    x0: np.ndarray,
    x: np.ndarray,
    t: float,
    after: float,
    share: float,
    seed: int,
    plus: bool = False,
    over: str = "t",
) -> np.ndarray:
    """One step as printed with σ_t = share · β̄_{t-1} and torch's normal draws."""
    eps = torch.randn(x0.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)).numpy()
    sigma = share * f.rest(after)
    root = np.sqrt(f.rest(after) ** 2 + (1 if plus else -1) * sigma**2)
    found = (x - f.keep(t) * x0) / f.rest(t if over == "t" else after)
    return f.keep(after) * x0 + root * found + sigma * eps


def by_package(x0: np.ndarray, x: np.ndarray, t: float, after: float, share: float, seed: int) -> np.ndarray:
    """The package's step."""
    generator = torch.Generator().manual_seed(seed)
    return revise(HOT, f.tensor(x0), f.tensor(x), t, after, fresh=share, generator=generator).numpy()


def places(rng: np.random.Generator) -> list[dict[str, Any]]:
    """x_0, x_t and two times; no new noise, some, and nothing else."""
    return [
        {"x0": rng.normal(size=(4, d)), "x": rng.normal(size=(4, d)), "t": t, "after": after, "share": share, "seed": 5}
        for d, t, after, share in ((1, 1.0, 0.6, 0.0), (3, 0.4, 0.3, 0.4), (64, 0.2, 0.01, 0.9), (2, 0.9, 0.8, 1.0))
    ]


def split(rng: np.random.Generator, whole: float, part: float, plus: bool = False, roots: bool = True) -> np.ndarray:
    """3,000 draws of √(b²−σ²) ε_1 + σ ε_2."""
    root = np.sqrt(whole**2 + part**2) if plus else np.sqrt(whole**2 - part**2) if roots else whole - part
    return root * rng.normal(size=DRAWS) + part * rng.normal(size=DRAWS)


SPREADS = np.array([0.15, 0.1, 0.2])


def smooth_mean(y: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
    """E[x_0 | x_0 + level·ε = y] for three blobs on the line."""
    centres, spread, masses = f.tensor(ATOMS), f.tensor(SPREADS), f.tensor(MASSES)
    variance = spread**2 + level**2
    apart = y - centres
    share = torch.softmax(masses.log() - variance.log() / 2 - apart**2 / (2 * variance), -1)
    return (share * (centres + spread**2 / variance * apart)).sum(-1, keepdim=True)


def from_noise(rng: np.random.Generator, eta: float, share: float | None = None, late: float = 1.0) -> np.ndarray:
    """2,000 arrivals at t = 0.02 of the package's sampler with eq10, 400 steps from pure noise at t = 1."""
    generator = f.torch_generator(rng)

    def predict(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        a, b, _, _ = HOT.schedule(t)
        return smooth_mean(x / a, late * b / a)

    start, times = (
        torch.randn(ARRIVALS, 1, dtype=torch.float64, generator=generator),
        torch.linspace(1, 0.02, 401, dtype=torch.float64),
    )
    fresh = eta_share(HOT, eta) if share is None else share
    return sample(predict, HOT, start, times, fresh=fresh, generator=generator).x[:, 0].numpy()


def blobs_cdf(x: np.ndarray, eta: float) -> np.ndarray:
    """The law that every η should reach."""
    spread = np.hypot(f.keep(0.02) * SPREADS, f.rest(0.02))
    return stats.norm.cdf((x[:, None] - f.keep(0.02) * ATOMS) / spread) @ MASSES


mutant: Callable[..., Any] = functools.partial


ENTRIES = [
    Entry(
        id="9271.eq9",
        kind="law",
        latex=r"\bar\alpha_{t-1}\boldsymbol x_0+\bar\beta_{t-1}\boldsymbol\varepsilon\overset d="
        r"\bar\alpha_{t-1}\boldsymbol x_0+\sqrt{\bar\beta_{t-1}^2-\sigma_t^2}\,"
        r"\boldsymbol\varepsilon_1+\sigma_t\boldsymbol\varepsilon_2",
        says="one Gaussian noise is the sum of two smaller ones",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=sp.exp(-(b1**2) * u**2 / 2),
                against=sp.exp(-((sp.sqrt(b1**2 - s**2) * u) ** 2) / 2) * sp.exp(-((s * u) ** 2) / 2),
                domain=SMALL,
                about="characteristic functions",
            ),
            Law(
                statement=split,
                against=lambda y, whole, part: stats.norm.cdf(y, 0, whole),
                witnesses=({"whole": 0.8, "part": 0.3}, {"whole": 0.8, "part": 0.8}, {"whole": 2.0, "part": 1.5}),
                mutants={
                    "a plus under the root": mutant(split, plus=True),
                    "without roots": mutant(split, roots=False),
                },
                about="draws",
            ),
        ),
    ),
    Entry(
        id="9271.eq10",
        kind="identity",
        latex=r"\boldsymbol x_{t-1}=\bar\alpha_{t-1}\boldsymbol x_0+\sqrt{\bar\beta_{t-1}^2-\sigma_t^2}\,"
        r"\frac{\boldsymbol x_t-\bar\alpha_t\boldsymbol x_0}{\bar\beta_t}+\sigma_t\boldsymbol\varepsilon",
        says="the hot step with any sigma_t up to b_{t-1}: it is eq5, and keeps the law of x_{t-1} given x_0",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=EQ10,
                against=a1 * x0 + b1 * (sp.sqrt(1 - (s / b1) ** 2) * (x - a * x0) / b + s / b1 * e),
                domain=SMALL,
                about="eq5 with the share sigma/b_{t-1}",
            ),
            Symbolic(
                statement=moments(EQ10),
                against=sp.Matrix([a1 * x0, b1**2]),
                domain=SMALL,
                no_automatic="the wrong steps are written out",
                mutants={
                    "a plus under the root": moments(a1 * x0 + sp.sqrt(b1**2 + s**2) * (x - a * x0) / b + s * e),
                    "x_t - x_0": moments(a1 * x0 + sp.sqrt(b1**2 - s**2) * (x - x0) / b + s * e),
                    "over b_{t-1}": moments(a1 * x0 + sp.sqrt(b1**2 - s**2) * (x - a * x0) / b1 + s * e),
                    "without the old noise": moments(a1 * x0 + s * e),
                },
                about="the marginal identity 9262.eq7: mean and variance, which make a Gaussian",
            ),
            Numeric(
                statement=eq10,
                against=by_package,
                witnesses=places,
                rtol=1e-10,
                atol=1e-12,
                mutants={
                    "a plus under the root": mutant(eq10, plus=True),
                    "over b_{t-1}": mutant(eq10, over="t-1"),
                },
                about="the package's step with the same draws",
            ),
        ),
    ),
    Entry(
        id="9271.eq10.law",
        kind="law",
        latex=r"\sigma_t=\eta\,\bar\beta_{t-1}\beta_t/\bar\beta_t",
        says="from DDIM to DDPM and beyond: with small steps and the mean for x_0, any eta ends in the law of the data",
        section=SECTION,
        evidence=(
            Law(
                statement=from_noise,
                against=blobs_cdf,
                witnesses=({"eta": 0.0}, {"eta": 0.5}, {"eta": 1.0}, {"eta": 1.5}),
                mutants={
                    "the baseline step": mutant(from_noise, share=1.0),
                    "twice the level": mutant(from_noise, late=2.0),
                },
                about="three blobs on the line, exact predictor, 400 steps of the package's sampler",
            ),
        ),
    ),
]
