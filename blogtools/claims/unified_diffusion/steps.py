"""Section "Three ways to step back": eq3, eq4, eq5, and what becomes of eq3 with a mean for a draw."""

import functools
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
import torch
from scipy import stats

from blogtools.claims.unified_diffusion import formulas as f
from blogtools.claims.unified_diffusion.framework import DRAWS, PROCESSES, seen
from blogtools.diffusion import Heat, Linear, Poisson, ddpm_share, grid, revise, sample
from blogtools.ledger import Entry, Exact, Law, Symbolic

SECTION = "Three ways to step back"
T, AFTER = 0.6, 0.35

u = sp.symbols("u", real=True)
r, rho, share = sp.symbols("r rho f", positive=True)


def stepped(
    rng: np.random.Generator,
    process: str,
    weight: float,
    share: float = 0.0,
    after: float = AFTER,
    roots: bool = True,
) -> np.ndarray:
    """3,000 draws of x_after − weight · x_t along a direction, one step of the package below x_t; x_0 is known."""
    generator, kind = f.torch_generator(rng), PROCESSES[process]
    x0 = f.tensor(f.X0).expand(DRAWS, -1)
    x = kind.forward(x0, kind.noise(x0, generator), T)
    if roots:
        new = revise(kind, x0, x, T, after, fresh=share, generator=generator)
    else:
        eps = (1 - share) * kind.recover(x0, x, T) + share * kind.noise(x0, generator)
        new = kind.forward(x0, eps, after)
    return seen(process, new) - weight * seen(process, x)


def known(x: np.ndarray, process: str, weight: float, share: float = 0.0) -> np.ndarray:
    """Its law."""
    return f.cdf(x, process=process, t=T, after=AFTER, weight=weight, share=share)


def everywhere(*names: str, **fixed: float) -> tuple[dict[str, Any], ...]:
    """Witnesses: x_after alone, and together with x_t."""
    return tuple({"process": name, "weight": weight} | fixed for name in names for weight in (0.0, 0.3))


def permutations(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Laws q of a noise of 2 to 6 values, F_t one-to-one and F_{t-1} any map of them, for one x_0."""
    return [
        {
            "q": [Fraction(int(v), 1) / int(weights.sum()) for v in weights],
            "now": rng.permutation(k).tolist(),
            "after": rng.integers(0, k, k).tolist(),
        }
        for k in (2, 3, 6, 6)
        for weights in [rng.integers(1, 40, k)]
    ]


def summed(q: list[Fraction], now: list[int], after: list[int], inverse: bool = True) -> list[Fraction]:
    """Σ over x_t of p(x_{t-1} | x_t, x_0) p(x_t | x_0), the first of eq4; without ``inverse`` F_t for F_t^{-1}."""
    out = [Fraction(0)] * len(q)
    for x in range(len(q)):
        noise = now.index(x)
        out[after[noise if inverse else now[x]]] += q[noise]
    return out


def carried(q: list[Fraction], now: list[int], after: list[int]) -> list[Fraction]:
    """p(x_{t-1} | x_0)."""
    return [sum((mass for mass, x in zip(q, after, strict=True) if x == place), Fraction(0)) for place in range(len(q))]


def mixed_cauchy(rng: np.random.Generator, share: float, roots: bool = False) -> np.ndarray:
    """(1−f)ε_1 + fε_2 of the package's Cauchy noise in nine dimensions, along a direction."""
    generator, like = f.torch_generator(rng), torch.empty(DRAWS, 9, dtype=torch.float64)
    old, new = (Poisson().noise(like, generator) for _ in range(2))
    kept = np.sqrt(1 - share**2) if roots else 1 - share
    return ((kept * old + share * new) @ f.tensor(f.ALONG)).numpy()


HEAT = Linear(Heat())


def with_the_mean(rng: np.random.Generator, spread: float, share: Any) -> np.ndarray:
    """2,000 draws at t = 0.03 for data N(0, spread²), 900 small steps through x̂_0 = E[x_0 | x_t] from t = 20 on."""
    generator = f.torch_generator(rng)
    start = f.tensor(np.hypot(spread, 20.0 * spread) * rng.normal(size=(2000, 1)))
    times = spread * grid(20.0, 0.03, 900, "log", to_zero=False)
    return sample(
        lambda x, t: x * spread**2 / (spread**2 + t**2), HEAT, start, times, fresh=share, generator=generator
    ).x[:, 0].numpy()  # fmt: skip


ENTRIES = [
    Entry(
        id="9271.eq3",
        kind="law",
        latex=r"p(\boldsymbol x_{t-1}\mid\boldsymbol x_t,\boldsymbol x_0)=p(\boldsymbol x_{t-1}\mid\boldsymbol x_0)"
        r"\ \Leftrightarrow\ \boldsymbol x_{t-1}=\boldsymbol{\mathcal F}_{t-1}(\boldsymbol x_0,\boldsymbol\varepsilon)",
        says="the baseline step: new noise, independent of x_t, so x_{t-1} has its law whatever the process",
        section=SECTION,
        evidence=(
            Law(
                statement=functools.partial(stepped, share=1.0),
                against=functools.partial(known, share=1.0),
                witnesses=everywhere(*PROCESSES),
                mutants={
                    "the old noise": functools.partial(stepped, share=0.0),
                    "half of the old noise": functools.partial(stepped, share=0.5),
                    "noise of the time t": functools.partial(stepped, share=1.0, after=T),
                },
                about="x_{t-1} alone, and x_{t-1} - 0.3 x_t, which tells whether x_t is forgotten; four processes",
            ),
        ),
    ),
    Entry(
        id="9271.eq3.mean",
        kind="limit",
        latex=r"\hat{\boldsymbol x}_0=\mathbb E[\boldsymbol x_0\mid\boldsymbol x_t]\ \Rightarrow\ "
        r"\mathrm{Var}\to\frac{1+\sqrt{1-\tilde\sigma^2}}2\,s^2",
        says="eq3 needs a draw of x_0: through the mean, small steps end with half the variance of Gaussian data",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=(1 + rho) / 2,
                against=sp.Limit((1 - rho**2) * (1 - r) / (1 - (r + rho * (1 - r)) ** 2), r, 1),
                domain={"rho": (0.1, 0.9)},
                partial=True,
                about="the part of the variance at which such steps stand still, near the data: r = s^2/(s^2+b^2) is 1",
            ),
            Law(
                statement=with_the_mean,
                against=lambda x, spread, share: stats.norm.cdf(
                    x, 0, spread * np.sqrt((1 + np.sqrt(1 - share**2)) / 2)
                ),
                witnesses=({"spread": 1.0, "share": 1.0}, {"spread": 0.3, "share": 1.0}, {"spread": 1.0, "share": 0.8}),
                mutants={
                    "eq4 in its place": lambda rng, spread, share: with_the_mean(rng, spread, 0.0),
                    "DDPM's share": lambda rng, spread, share: with_the_mean(rng, spread, ddpm_share(HEAT)),
                },
                about="900 steps of the package's sampler; eq4 and DDPM, the mutants, keep the whole variance",
            ),
        ),
    ),
    Entry(
        id="9271.eq4",
        kind="law",
        latex=r"\boldsymbol x_{t-1}=\boldsymbol{\mathcal F}_{t-1}\bigl(\boldsymbol x_0,"
        r"\boldsymbol{\mathcal F}_t^{-1}(\boldsymbol x_0,\boldsymbol x_t)\bigr)",
        says="the deterministic step: the noise found in x_t destroys again, a little less; any law of it will do",
        section=SECTION,
        evidence=(
            Exact(
                statement=summed,
                against=carried,
                witnesses=permutations,
                partial=True,
                mutants={"F_t for its inverse": functools.partial(summed, inverse=False)},
                about="the marginal identity 9262.eq7 for noise of a few values with any probabilities, in fractions",
            ),
            Law(
                statement=stepped,
                against=known,
                witnesses=everywhere(*PROCESSES),
                mutants={
                    "new noise": functools.partial(stepped, share=1.0),
                    "a little new noise": functools.partial(stepped, share=0.3),
                    "noise of the time t": functools.partial(stepped, after=T),
                },
                about="x_{t-1} alone, and x_{t-1} - 0.3 x_t; four processes, Cauchy noise among them",
            ),
        ),
    ),
    Entry(
        id="9271.eq5",
        kind="law",
        latex=r"\boldsymbol x_{t-1}=\boldsymbol{\mathcal F}_{t-1}\bigl(\boldsymbol x_0,\sqrt{1-\tilde\sigma_t^2}\,"
        r"\boldsymbol{\mathcal F}_t^{-1}(\boldsymbol x_0,\boldsymbol x_t)+\tilde\sigma_t\boldsymbol\varepsilon\bigr)",
        says="the mixed step: for Gaussian noise, any share of it may be new",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=sp.exp(-((sp.sqrt(1 - share**2) * u) ** 2) / 2) * sp.exp(-((share * u) ** 2) / 2),
                against=sp.exp(-(u**2) / 2),
                domain={"f": (0.1, 0.9)},
                partial=True,
                no_automatic="its powers are written unreduced; sympy merges them before it could change them",
                mutants={
                    "without the root": sp.exp(-(((1 - share**2) * u) ** 2) / 2) * sp.exp(-((share * u) ** 2) / 2),
                    "1 - f": sp.exp(-(((1 - share) * u) ** 2) / 2) * sp.exp(-((share * u) ** 2) / 2),
                    "1 + f^2": sp.exp(-((1 + share**2) * u**2) / 2) * sp.exp(-((share * u) ** 2) / 2),
                },
                about="characteristic functions: the mixture of two normal noises is one",
            ),
            Law(
                statement=stepped,
                against=known,
                witnesses=(
                    *everywhere("hot", "cold", "product", share=0.6),
                    {"process": "hot", "weight": 0.3, "share": 0.2},
                ),
                mutants={
                    "1 - f for the root": functools.partial(stepped, roots=False),
                    "noise of the time t": functools.partial(stepped, after=T),
                },
                about="x_{t-1} alone, and x_{t-1} - 0.3 x_t; three processes",
            ),
        ),
    ),
    Entry(
        id="9271.eq5.cauchy",
        kind="law",
        latex=r"(1-f)\,\boldsymbol\varepsilon_1+f\,\boldsymbol\varepsilon_2\overset d=\boldsymbol\varepsilon",
        says="eq5's roots belong to the normal law: for the Cauchy noise of gravity the shares are 1 - f and f",
        section=SECTION,
        evidence=(
            Law(
                statement=mixed_cauchy,
                against=lambda x, share: stats.cauchy.cdf(x),
                witnesses=({"share": 0.3}, {"share": 0.6}),
                mutants={"the roots of eq5": functools.partial(mixed_cauchy, roots=True)},
                about="the package's noise in nine dimensions, along a direction",
            ),
        ),
    ),
]
