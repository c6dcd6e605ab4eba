"""Section "Hot": eq6, eq7, eq8 and the weight before it (claim4)."""

import functools
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
import torch
from scipy import stats

from blogtools.claims.unified_diffusion import formulas as f
from blogtools.claims.unified_diffusion.framework import HOT
from blogtools.diffusion import denoising_loss
from blogtools.ledger import Entry, Experiment, Law, Numeric, Symbolic

SECTION = "Hot"

x, x0, m, e, eps_theta = sp.symbols("x x_0 mu epsilon epsilon_theta", real=True)
y1, y2, y3, m1, m2, m3 = sp.symbols("y1 y2 y3 m1 m2 m3", real=True)
a, b, s, wide = sp.symbols("a b sigma s", positive=True)
before, alpha = sp.symbols("A alpha", positive=True)
BELOW_1 = {"A": (0.1, 0.9), "alpha": (0.1, 0.9)}


def chained(rng: np.random.Generator, t: float, shrink: bool = True, grow: float = 1.0) -> np.ndarray:
    """3,000 draws of x_t from x_0 = 1.7 by forty steps x → α_s x + β_s ε with α_s² + β_s² = 1."""
    times, at = np.linspace(0, t, 41), np.full(3000, 1.7)
    for earlier, later in itertools.pairwise(times):
        step = f.keep(later) / f.keep(earlier)
        at = (step if shrink else 1.0) * at + grow * np.sqrt(1 - step**2) * rng.normal(size=3000)
    return at


def in_one_step(x: np.ndarray, t: float) -> np.ndarray:
    """Law of ᾱ_t x_0 + β̄_t ε with the package's ᾱ and β̄."""
    a, b, _, _ = HOT.schedule(t)
    return stats.norm.cdf(x, 1.7 * float(a), float(b))


def normal(values: tuple[Any, ...], means: tuple[Any, ...]) -> sp.Expr:
    """Density of N(means, σ²I)."""
    return sp.prod(
        sp.exp(-((v - c) ** 2) / (2 * s**2)) / sp.sqrt(2 * sp.pi * s**2) for v, c in zip(values, means, strict=True)
    )


def eq7(x0: np.ndarray, mean: np.ndarray, sigma: float, power: int = 2, half: float = 0.5) -> float:
    """‖x_0 − μ̄‖²/2σ̄²."""
    return half * float(((x0 - mean) ** 2).sum()) / sigma**power


def by_torch(x0: np.ndarray, mean: np.ndarray, sigma: float) -> float:
    """−log q(x_0) + log q(μ̄) by torch's normal law: the constant is what x_0 = μ̄ costs."""
    law = torch.distributions.Normal(f.tensor(mean), sigma)
    return float((law.log_prob(f.tensor(mean)) - law.log_prob(f.tensor(x0))).sum())


def guesses(rng: np.random.Generator) -> list[dict[str, Any]]:
    """x_0, its guess and σ̄ in 1, 3 and 784 dimensions."""
    return [
        {"x0": rng.normal(size=d), "mean": rng.normal(size=d), "sigma": sigma}
        for d, sigma in ((1, 0.1), (3, 1.0), (784, 0.7))
    ]


def eq8(
    x0: np.ndarray, t: float, sigma: float, W: np.ndarray, seed: int, power: int = 2, over: int = 2, turn: float = 1.0
) -> float:
    """Mean over a batch [n, d] of β̄²/(2σ̄²ᾱ²) ‖ε − ε_θ(ᾱx_0 + β̄ε)‖² with ε_θ(x) = tanh(xW)."""
    a, b = f.keep(t), f.rest(t)
    eps = torch.randn(x0.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)).numpy()
    missed = eps - turn * np.tanh((a * x0 + b * eps) @ W)
    return float(b**power / (2 * sigma**2 * a**over) * (missed**2).sum(1).mean())


def by_package(x0: np.ndarray, t: float, sigma: float, W: np.ndarray, seed: int) -> float:
    """The package's loss on x̂_0 = (x − β̄ε_θ)/ᾱ, weighted as eq7."""

    def predict(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        a, b, _, _ = HOT.schedule(t)
        return (x - b * torch.tanh(x @ f.tensor(W))) / a

    d, generator = x0.shape[1], torch.Generator().manual_seed(seed)
    loss = denoising_loss(predict, HOT, f.tensor(x0), t, generator, weight=lambda t: f.tensor(d / (2 * sigma**2)))
    return float(loss)


def batches(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Batches and a small network."""
    return [
        {"x0": rng.normal(size=(7, d)), "t": t, "sigma": sigma, "W": rng.normal(size=(d, d)), "seed": 3}
        for d, t, sigma in ((1, 0.3, 1.0), (4, 0.8, 0.2), (16, 0.05, 3.0))
    ]


Weight = Callable[[np.ndarray], np.ndarray]
FEATURES, PAIRS, DATA_VARIANCE = 100, 4000, 0.84


def far_off(seed: int, weight: Weight) -> float:
    """How far samples lie from data on the line (W1), for the ε_θ of 100 waves in (x, t) that fits best by ``weight``.

    ``weight`` is a function of β̄/ᾱ. The fit is a linear regression on 4,000 pairs, solved exactly; the samples come by
    fifty DDIM steps, written out here.
    """
    rng = np.random.default_rng([9271, seed])
    data = np.concatenate([rng.normal(-1, 0.2, PAIRS // 2), rng.normal(0.8, 0.1, PAIRS // 2)])
    t = rng.uniform(0.02, 1, PAIRS)
    a = np.exp(-(0.1 * t + 19.9 * t**2 / 2) / 2)
    b, noise = np.sqrt(1 - a**2), rng.normal(size=PAIRS)
    waves = rng.normal(size=(2, FEATURES)) * np.array([[3.0], [4.0]])
    phases = rng.uniform(0, 2 * np.pi, FEATURES)

    def seen(x: np.ndarray, t: np.ndarray) -> np.ndarray:
        flat = [x[:, None], np.ones((len(x), 1))]
        return np.concatenate([np.cos(np.stack([x, t], 1) @ waves + phases), *flat], 1)

    rows, w = seen(a * data + b * noise, t), weight(b / a)
    w = w / w.mean()
    gram = rows.T @ (w[:, None] * rows) / PAIRS + 1e-4 * np.eye(rows.shape[1])
    theta = np.linalg.solve(gram, rows.T @ (w * noise) / PAIRS)
    at, times = rng.normal(size=2000), np.linspace(1, 0.02, 51)
    for now, after in itertools.pairwise(times):
        eps = seen(at, np.full(2000, now)) @ theta
        at = f.keep(after) * (at - f.rest(now) * eps) / f.keep(now) + f.rest(after) * eps
    return float(stats.wasserstein_distance(at, data))


def dropped(seed: int) -> float:
    """W1 without the coefficient of eq8."""
    return far_off(seed, np.ones_like)


def kept(seed: int) -> float:
    """W1 with it, σ̄ one number."""
    return far_off(seed, lambda ratio: ratio**2)


def kept_at_best(seed: int) -> float:
    """W1 with it, σ̄_t as for Gaussian data of the same variance: from b/a where that is small to the data's own."""
    return far_off(seed, lambda ratio: ratio**2 + DATA_VARIANCE)


ENTRIES = [
    Entry(
        id="9271.eq6",
        kind="law",
        latex=r"\boldsymbol x_t=\bar\alpha_t\boldsymbol x_0+\bar\beta_t\boldsymbol\varepsilon,\quad"
        r"\boldsymbol\varepsilon\sim\mathcal N(\boldsymbol 0,\boldsymbol I)",
        says="many small steps x -> alpha x + beta noise are one step with the product of the alphas",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=1 - (before * alpha) ** 2,
                against=alpha**2 * (1 - before**2) + (1 - alpha**2),
                domain=BELOW_1,
                about="the variance after one step more",
            ),
            Law(
                statement=chained,
                against=in_one_step,
                witnesses=({"t": 0.1}, {"t": 0.5}, {"t": 1.0}),
                mutants={
                    "noise without shrinking": functools.partial(chained, shrink=False),
                    "a third more noise": functools.partial(chained, grow=1.33),
                },
                about="forty steps in NumPy, one step with the package's schedule",
            ),
        ),
    ),
    Entry(
        id="9271.eq7",
        kind="identity",
        latex=r"-\log q(\boldsymbol x_0\mid\boldsymbol x_t)=\frac1{2\bar\sigma_t^2}"
        r"\lVert\boldsymbol x_0-\bar{\boldsymbol\mu}(\boldsymbol x_t)\rVert^2+\text{const}",
        says="a Gaussian guess of x_0 is trained by its squared error, up to a constant while sigma-bar stands still",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=((y1 - m1) ** 2 + (y2 - m2) ** 2 + (y3 - m3) ** 2) / (2 * s**2),
                against=sp.log(normal((m1, m2, m3), (m1, m2, m3))) - sp.log(normal((y1, y2, y3), (m1, m2, m3))),
                partial=True,
                about="d = 3; the constant is the value at x_0 = mu",
            ),
            Numeric(
                statement=eq7,
                against=by_torch,
                witnesses=guesses,
                rtol=1e-9,
                mutants={
                    "over sigma-bar": functools.partial(eq7, power=1),
                    "without the half": functools.partial(eq7, half=1.0),
                },
                about="torch's normal law in 1, 3 and 784 dimensions",
            ),
        ),
    ),
    Entry(
        id="9271.eq8",
        kind="identity",
        latex=r"-\log q(\boldsymbol x_0\mid\boldsymbol x_t)=\frac{\bar\beta_t^2}{2\bar\sigma_t^2\bar\alpha_t^2}"
        r"\lVert\boldsymbol\varepsilon-\boldsymbol\epsilon_{\boldsymbol\theta}(\bar\alpha_t\boldsymbol x_0"
        r"+\bar\beta_t\boldsymbol\varepsilon,t)\rVert^2",
        says="to guess x_0 and to guess the noise are one task with two weights",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=b**2 / (2 * s**2 * a**2) * (e - eps_theta) ** 2,
                against=(x0 - (x - b * eps_theta) / a).subs(x, a * x0 + b * e) ** 2 / (2 * s**2),
                about="eq7 with mu = (x_t - b eps)/a; it holds for each component",
            ),
            Numeric(
                statement=eq8,
                against=by_package,
                witnesses=batches,
                rtol=1e-10,
                mutants={
                    "over a": functools.partial(eq8, over=1),
                    "the noise guessed with the wrong sign": functools.partial(eq8, turn=-1.0),
                    "a factor b": functools.partial(eq8, power=1),
                },
                about="the package's one loss, on x_0, with the weight of eq7",
            ),
        ),
    ),
    Entry(
        id="9271.claim4",
        kind="experiment",
        latex="",
        says="the weight before eq8 is better dropped: samples come nearer to the data",
        section=SECTION,
        evidence=(
            *(
                Experiment(
                    statement=dropped,
                    against=with_weight,
                    side="below",
                    seeds=range(8),
                    shares={"blogtools.claims.unified_diffusion.*": "the claim compares two weights in one training"},
                    mutants={"the weight squared": functools.partial(far_off, weight=lambda ratio: ratio**4)},
                    about=f"W1 of 2,000 samples to the data, eight trainings of 102 parameters: {name}",
                )
                for with_weight, name in ((kept, "sigma-bar one number"), (kept_at_best, "sigma-bar the best"))
            ),
        ),
    ),
    Entry(
        id="9271.claim4.why",
        kind="identity",
        latex=r"\bar\sigma_t=\bar\beta_t/\bar\alpha_t\ \Rightarrow\ "
        r"\frac{\bar\beta_t^2}{2\bar\sigma_t^2\bar\alpha_t^2}=\frac12",
        says="to drop the weight is to set sigma-bar to b/a, which is right for data much wider than the noise",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=b**2 / a**2,
                against=sp.Limit(1 / (1 / wide**2 + a**2 / b**2), wide, sp.oo),
                about="the variance of x_0 given x_t, data as a Gaussian, as its width grows past all noise",
            ),
        ),
    ),
]
