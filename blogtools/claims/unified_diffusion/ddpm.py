"""Section "From DDIM to DDPM": eq9, eq10, eq11, claim1 and claim2."""

import functools
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
import torch
from scipy import special, stats

from blogtools.claims.unified_diffusion import formulas as f
from blogtools.claims.unified_diffusion.framework import ATOMS, HOT, MASSES
from blogtools.diffusion import (
    Cosine,
    Heat,
    Linear,
    PosteriorMean,
    Spread,
    VarianceExploding,
    eta_share,
    revise,
    sample,
)
from blogtools.ledger import Entry, Law, Numeric, Symbolic

SECTION = "From DDIM to DDPM"
DRAWS = 3000
ARRIVALS = 2000
"""Few enough that the error of finite steps stays far below what the test can see."""

x, new, x0, u, e, e1 = sp.symbols("x y x_0 u epsilon epsilon_1", real=True)
a, b, a1, b1, s = sp.symbols("a b a1 b1 sigma", positive=True)
keep, step = sp.symbols("A alpha", positive=True)
REST1, BETA, REST = sp.sqrt(1 - keep**2), sp.sqrt(1 - step**2), sp.sqrt(1 - keep**2 * step**2)
SMALL = {"sigma": (0.1, 0.5), "b1": (0.6, 2.0)}
BELOW_1 = {"A": (0.1, 0.9), "alpha": (0.1, 0.9)}

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


def log_posterior() -> sp.Expr:
    """Logarithm of p(x_t | x_{t-1}) p(x_{t-1} | x_0), up to what does not depend on x_{t-1}."""
    return -((x - step * new) ** 2) / (2 * BETA**2) - (new - keep * x0) ** 2 / (2 * REST1**2)


def general_posterior() -> sp.Expr:
    """Variance of x_{t-1} given x_t and x_0 where x_t = (a/a1) x_{t-1} + c ε in any schedule."""
    c2 = b**2 - (a / a1) ** 2 * b1**2
    return 1 / (1 / b1**2 + (a / a1) ** 2 / c2)


SCHEDULES: dict[str, Any] = {
    "cosine": (Cosine(), lambda t: (np.cos(np.pi * t / 2), np.sin(np.pi * t / 2))),
    "exploding": (VarianceExploding(), lambda t: (1.0, 0.01 * np.sqrt(5000.0 ** (2 * t) - 1))),
    "heat": (Heat(), lambda t: (1.0, t)),
}


def share_of_posterior(name: str, t: float, after: float, shrink: bool = True) -> float:
    """The deviation of x_{t-1} given x_t and x_0 over b_{t-1}, from the sum of the two precisions."""
    (a, b), (a1, b1) = (SCHEDULES[name][1](when) for when in (t, after))
    step = a / a1 if shrink else 1.0
    c2 = b**2 - (a / a1) ** 2 * b1**2
    return float(1 / np.sqrt(1 / b1**2 + step**2 / c2) / b1)


def sigma_claim1(t: float, after: float, wrong: str = "") -> float:
    """β̄_{t-1} β_t/β̄_t."""
    step = f.keep(t) / f.keep(after)
    beta = np.sqrt(1 - step**2)
    return {
        "": f.rest(after) * beta / f.rest(t),
        "beta": beta,
        "upside down": f.rest(t) * beta / f.rest(after),
        "squared": (f.rest(after) * beta / f.rest(t)) ** 2,
    }[wrong]


def backward(rng: np.random.Generator, weight: float, eta: float = 1.0) -> np.ndarray:
    """3,000 draws of x_{t-1} − weight · x_t with x_0 = 1.2: x_t first, then the package's step with η."""
    generator, t, after = f.torch_generator(rng), f.tensor(0.5), f.tensor(0.35)
    x0 = torch.full((DRAWS, 1), 1.2, dtype=torch.float64)
    now = HOT.forward(x0, HOT.noise(x0, generator), t)
    share = eta_share(HOT, eta)(t, after)
    return (revise(HOT, x0, now, t, after, fresh=share, generator=generator) - weight * now)[:, 0].numpy()


def forward(rng: np.random.Generator, weight: float) -> np.ndarray:
    """The same pair as it comes about: x_{t-1} first, then x_t = α x_{t-1} + β ε."""
    earlier = f.keep(0.35) * 1.2 + f.rest(0.35) * rng.normal(size=DRAWS)
    alpha = f.keep(0.5) / f.keep(0.35)
    return earlier - weight * (alpha * earlier + np.sqrt(1 - alpha**2) * rng.normal(size=DRAWS))


TIMES = (1.0, 0.7, 0.5, 0.3, 0.1, 0.03)


def ddim(x: np.ndarray, data: np.ndarray, keep_noise: bool = True, over: bool = True) -> np.ndarray:
    """DDIM as its paper writes it: ᾱ' (x − β̄ε_θ)/ᾱ + β̄' ε_θ, five steps with the best ε_θ."""
    for t, after in itertools.pairwise(TIMES):
        eps = (x - f.keep(t) * weighed(x, data, t) @ data) / f.rest(t)
        guess = (x - f.rest(t) * eps) / (f.keep(t) if over else 1.0)
        x = f.keep(after) * guess + f.rest(after if keep_noise else t) * eps
    return x


def ddim_by_package(x: np.ndarray, data: np.ndarray) -> np.ndarray:
    """The package's sampler with ``fresh`` 0."""
    exact = PosteriorMean(f.tensor(data), np.inf)

    def predict(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        a, b, _, _ = HOT.schedule(t)
        return exact(x / a, b / a)

    return sample(predict, HOT, f.tensor(x), f.tensor(TIMES), fresh=0.0).x.numpy()


def starts(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Noise and data."""
    return [{"x": rng.normal(size=(5, d)), "data": rng.normal(size=(n, d))} for d, n in ((1, 2), (2, 6), (30, 4))]


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
    Entry(
        id="9271.claim1",
        kind="identity",
        latex=r"\bar\sigma_t=0,\quad\sigma_t=\frac{\bar\beta_{t-1}\beta_t}{\bar\beta_t}",
        says="DDPM: with this sigma_t the step is the forward chain read backwards, p(x_{t-1} | x_t, x_0)",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=REST1**2 * BETA**2 / REST**2,
                against=-1 / sp.Derivative(log_posterior(), (new, 2)),
                domain=BELOW_1,
                about="the variance: one over the curvature of log p(x_t | x_{t-1}) p(x_{t-1} | x_0)",
            ),
            Numeric(
                statement=keep * x0 + sp.sqrt(REST1**2 - (REST1 * BETA / REST) ** 2) * (x - keep * step * x0) / REST,
                against=sp.solve(sp.diff(log_posterior(), new), new)[0],
                witnesses=tuple(
                    {"A": A, "alpha": step, "x": 0.7, "x_0": x0}
                    for A, step, x0 in ((0.3, 0.6, -0.4), (0.9, 0.99, 1.1), (0.05, 0.8, 2.0))
                ),
                rtol=1e-30,
                no_automatic="many of its changes leave the real numbers",
                mutants={
                    "sigma_t = 0": keep * x0 + REST1 * (x - keep * step * x0) / REST,
                    "half of sigma_t": keep * x0
                    + sp.sqrt(REST1**2 - (REST1 * BETA / REST) ** 2 / 4) * (x - keep * step * x0) / REST,
                },
                about="the mean: where its slope is zero",
            ),
            Numeric(
                statement=sigma_claim1,
                against=lambda t, after: float(
                    eta_share(HOT, 1.0)(f.tensor(t), f.tensor(after)) * HOT.schedule(after)[1]
                ),
                witnesses=tuple({"t": t, "after": after} for t, after in ((1.0, 0.9), (0.5, 0.49), (0.3, 0.05))),
                rtol=1e-9,
                mutants={name: mutant(sigma_claim1, wrong=name) for name in ("beta", "upside down", "squared")},
                about="the package's DDPM share of b_{t-1}",
            ),
            Law(
                statement=backward,
                against=forward,
                test="sampler",
                witnesses=tuple({"weight": weight} for weight in (0.0, 0.5, 1.0)),
                mutants={
                    "DDIM": mutant(backward, eta=0.0),
                    "half of sigma_t": mutant(backward, eta=0.5),
                },
                about="the pair (x_{t-1}, x_t): the package backwards, NumPy forwards",
            ),
        ),
    ),
    Entry(
        id="9271.claim1.levels",
        kind="identity",
        latex=r"\sigma_t=b_{t-1}\sqrt{1-\Bigl(\frac{b_{t-1}/a_{t-1}}{b_t/a_t}\Bigr)^2}",
        says="DDPM's sigma_t without the rule a^2 + b^2 = 1: only the levels b/a before and after the step count",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=b1**2 * (1 - (b1 * a / (a1 * b)) ** 2),
                against=general_posterior(),
                about="the variance of x_{t-1} given both neighbours in any schedule",
            ),
            Numeric(
                statement=share_of_posterior,
                against=lambda name, t, after: float(
                    eta_share(Linear(SCHEDULES[name][0]), 1.0)(f.tensor(t), f.tensor(after))
                ),
                witnesses=tuple(
                    {"name": name, "t": t, "after": after}
                    for name in SCHEDULES
                    for t, after in ((0.9, 0.7), (0.5, 0.48), (0.3, 0.05))
                ),
                rtol=1e-8,
                mutants={"no shrinking in the step": mutant(share_of_posterior, shrink=False)},
                about="the package's share for three schedules",
            ),
        ),
    ),
    Entry(
        id="9271.claim2",
        kind="identity",
        latex=r"\bar\sigma_t=\sigma_t=0",
        says="DDIM: nothing is drawn after the start, and the noise guessed at t is used again at t-1",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=a1 / a * x + (b1 - a1 * b / a) * u,
                against=EQ10.subs(s, 0).subs(x0, (x - b * u) / a),
                about="eq10 and eq11 with both at 0 are DDIM's step in terms of the guessed noise",
            ),
            Numeric(
                statement=ddim,
                against=ddim_by_package,
                witnesses=starts,
                rtol=1e-8,
                atol=1e-9,
                mutants={
                    "the noise of t kept": mutant(ddim, keep_noise=False),
                    "not divided by a": mutant(ddim, over=False),
                },
                about="five steps from the same start, by NumPy and by the package",
            ),
        ),
    ),
]
