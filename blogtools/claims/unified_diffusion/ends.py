"""Section "From DDIM to DDPM": its two ends, DDPM (claim1) and DDIM (claim2)."""

import itertools
from typing import Any

import numpy as np
import sympy as sp
import torch

from blogtools.claims.unified_diffusion import formulas as f
from blogtools.claims.unified_diffusion.ddpm import DRAWS, EQ10, SECTION, mutant
from blogtools.claims.unified_diffusion.framework import HOT
from blogtools.claims.unified_diffusion.guessed import weighed
from blogtools.diffusion import Cosine, Heat, Linear, PosteriorMean, VarianceExploding, eta_share, revise, sample
from blogtools.ledger import Entry, Law, Numeric, Symbolic

x, new, x0, u = sp.symbols("x y x_0 u", real=True)
a, b, a1, b1, s = sp.symbols("a b a1 b1 sigma", positive=True)
keep, step = sp.symbols("A alpha", positive=True)
REST1, BETA, REST = sp.sqrt(1 - keep**2), sp.sqrt(1 - step**2), sp.sqrt(1 - keep**2 * step**2)
BELOW_1 = {"A": (0.1, 0.9), "alpha": (0.1, 0.9)}


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


ENTRIES = [
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
