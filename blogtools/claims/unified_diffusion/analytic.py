"""Section "Analytic-DPM": the best σ̄_t (claim3), and what it is good for."""

import functools
from typing import Any

import numpy as np
import sympy as sp
import torch
from scipy import integrate, stats

from blogtools.claims.unified_diffusion import formulas as f
from blogtools.claims.unified_diffusion.framework import ATOMS, HOT, MASSES
from blogtools.diffusion import PosteriorMean, Spread, analytic_sigma_bar, eta_share, sample
from blogtools.ledger import Entry, Law, Numeric, Symbolic

SECTION = "Analytic-DPM"
DRAWS = 3000

M, v = sp.symbols("M v", positive=True)
d = sp.symbols("d", integer=True, positive=True)
LOSS = d * sp.log(v) / 2 + M / (2 * v)


def exact_mean(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """E[x_0 | x_t] of the three points, by the package."""
    a, b, _, _ = HOT.schedule(t)
    return PosteriorMean(f.tensor(ATOMS)[:, None], np.inf, f.tensor(MASSES))(x / a, b / a)


def estimates(rng: np.random.Generator, t: float, off: float = 0.0, scale: float = 1.0) -> np.ndarray:
    """1,000 estimates of σ̄_t² by the package from three points each; ``off`` is an error of the predictor."""
    generator = f.torch_generator(rng)
    data = f.tensor(rng.choice(ATOMS, (1000, 3, 1), p=MASSES))

    def predict(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return exact_mean(x, t) + off

    return np.array([scale * analytic_sigma_bar(predict, HOT, rows, t, generator) ** 2 for rows in data])


def expected(t: float) -> float:
    """Mean of the variance of x_0 given x_t for the three points, an integral over x_t by SciPy."""
    a, b = f.keep(t), f.rest(t)

    def integrand(x: float) -> float:
        weights = MASSES * stats.norm.pdf(x, a * ATOMS, b)
        return float(weights @ ATOMS**2 - (weights @ ATOMS) ** 2 / max(weights.sum(), 1e-300))

    return integrate.quad(integrand, -8, 8, points=sorted(a * ATOMS), limit=400)[0]


def by_noise(t: float, over: bool = True, plus: bool = False) -> float:
    """(β̄/ᾱ)² (1 − E‖ε_θ‖²/d) with the best ε_θ by the package, on a fine grid of x_t."""
    x = torch.linspace(-8, 8, 40001, dtype=torch.float64)
    a, b, _, _ = HOT.schedule(f.tensor(t))
    density = torch.exp(torch.distributions.Normal(a * f.tensor(ATOMS), b).log_prob(x[:, None])) @ f.tensor(MASSES)
    eps = (x - a * exact_mean(x[:, None], f.tensor(t))[:, 0]) / b
    size = float(torch.trapezoid(density * eps**2, x))
    return float((b / a) ** 2 if over else b**2) * (1 + size if plus else 1 - size)


TIMES = (1.0, 0.5, 0.2, 0.1)


def arrived(rng: np.random.Generator, spread: float, eta: float, width: str = "best") -> np.ndarray:
    """3,000 draws of Gaussian data at t = 0.1, three steps of the package from t = 1; x̂_0 with σ̄_t or without."""
    generator, moved = f.torch_generator(rng), f.tensor(rng.normal(size=(DRAWS, 1)))

    def predict(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        a, b, _, _ = HOT.schedule(t)
        return a * spread**2 / (a**2 * spread**2 + b**2) * x

    def sigma_bar(t: torch.Tensor) -> torch.Tensor:
        a, b, _, _ = HOT.schedule(t)
        best = spread * b / torch.sqrt(a**2 * spread**2 + b**2)
        return {"best": best, "none": 0 * best, "the noise b/a": b / a}[width]

    a, b, _, _ = HOT.schedule(TIMES[0])
    start = torch.sqrt(a**2 * spread**2 + b**2) * moved
    found = sample(
        Spread(predict, sigma_bar, generator),
        HOT,
        start,
        f.tensor(TIMES),
        fresh=eta_share(HOT, eta),
        generator=generator,
    )
    return found.x[:, 0].numpy()


def data_law(x: np.ndarray, spread: float, eta: float) -> np.ndarray:
    """The law of ᾱ x_0 + β̄ ε."""
    return stats.norm.cdf(x, 0, np.hypot(f.keep(TIMES[-1]) * spread, f.rest(TIMES[-1])))


WHEN: tuple[dict[str, Any], ...] = ({"t": 0.15}, {"t": 0.3}, {"t": 0.6})

ENTRIES = [
    Entry(
        id="9271.claim3",
        kind="law",
        latex=r"\bar\sigma_t^2=\frac1d\,\mathbb E\lVert\boldsymbol x_0-\bar{\boldsymbol\mu}(\boldsymbol x_t)\rVert^2"
        r"=\frac{\bar\beta_t^2}{\bar\alpha_t^2}\Bigl(1-\frac{\mathbb E\lVert\boldsymbol\epsilon_{\boldsymbol\theta}"
        r"\rVert^2}d\Bigr)",
        says="the best sigma-bar is one expectation over the data, and not zero",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=d * (v - M / d) / (2 * v**2),
                against=sp.Derivative(LOSS, v),
                partial=True,
                about="the slope of E[-log q] in v = sigma-bar^2, M = E|x_0 - mu|^2: below 0, then above, from v = M/d",
            ),
            Law(
                statement=estimates,
                against=expected,
                test="mean",
                witnesses=WHEN,
                mutants={
                    "the predictor off by a tenth": functools.partial(estimates, off=0.3),
                    "a quarter more": functools.partial(estimates, scale=1.25),
                },
                about="1,000 estimates of the package against an integral by SciPy",
            ),
            Numeric(
                statement=by_noise,
                against=expected,
                witnesses=WHEN,
                rtol=1e-6,
                mutants={
                    "not over a": functools.partial(by_noise, over=False),
                    "a plus": functools.partial(by_noise, plus=True),
                },
                about="the form of the paper, from the size of the guessed noise",
            ),
        ),
    ),
    Entry(
        id="9271.claim3.exact",
        kind="law",
        latex=r"\hat{\boldsymbol x}_0\sim\mathcal N(\bar{\boldsymbol\mu},\bar\sigma_t^2\boldsymbol I)",
        says="for Gaussian data eq11 with the best sigma-bar is exact in steps of any length; with 0 it falls short",
        section=SECTION,
        evidence=(
            Law(
                statement=arrived,
                against=data_law,
                witnesses=tuple(
                    {"spread": s, "eta": eta} for s, eta in ((1.0, 0.0), (0.5, 0.0), (0.5, 1.0), (1.5, 9.0))
                ),
                mutants={
                    "sigma-bar 0": functools.partial(arrived, width="none"),
                    "sigma-bar b/a": functools.partial(arrived, width="the noise b/a"),
                },
                about="three steps of the package; DDIM, DDPM and the baseline step",
            ),
        ),
    ),
]
