"""Section "Learning the score": the weight of eq20: as a loss on x_0, as printed (slip2), and as it should be."""

import functools
from typing import Any

import numpy as np
import sympy as sp
import torch

from blogtools.claims.heat_ode import formulas as f
from blogtools.claims.heat_ode.learning import SECTION
from blogtools.diffusion import Heat, Linear, VariancePreserving, denoising_loss, score_weight
from blogtools.ledger import Entry, Law, Numeric, Slope, Symbolic

x, x0, S = sp.symbols("x x0 S", real=True)
s = sp.symbols("s", positive=True)


def eq20_draws(seed: int, t: float, d: int, schedule: Any, weight: str = "b^2") -> float:
    """b²/d times eq20 of a model s over 64 draws, in torch; x̂_0 below is the same model."""
    generator = torch.Generator().manual_seed(seed)
    data = f.tensor(np.random.default_rng(seed).normal(size=(64, d)))
    eps = torch.randn(data.shape, dtype=data.dtype, generator=generator)
    alpha, beta, _, _ = (float(v) for v in schedule(t))
    x_t = alpha * data + beta * eps
    s = (alpha * torch.tanh(x_t) - x_t) / beta**2
    target = -(x_t - alpha * data) / beta**2
    each = (s - target).square().sum(1).mean() / d
    return float(each * {"b^2": beta**2, "1": 1.0, "b^4": beta**4}[weight])


def package_loss(seed: int, t: float, d: int, schedule: Any) -> float:
    """The package's one loss, on x̂_0 = tanh x_t, weighted with (a/b)²."""
    data = f.tensor(np.random.default_rng(seed).normal(size=(64, d)))
    process = Linear(schedule)
    generator = torch.Generator().manual_seed(seed)
    return float(denoising_loss(lambda x, t: torch.tanh(x), process, data, t, generator, weight=score_weight(process)))


def targets(rng: np.random.Generator, d: int, sigma: float, power: float = 2.0) -> f.Array:
    """σ^power ‖∇log N‖² for 4,000 draws."""
    x0 = rng.normal(size=(4000, d))
    x_t = x0 + sigma * rng.normal(size=x0.shape)
    return sigma**power * (((x_t - x0) / sigma**2) ** 2).sum(1)


def loss_left(h: float, d: int, power: float = 0.0, model: str = "exact") -> float:
    """σ^power times eq20 of the exact score (or of none) for normal data at σ = h, by fixed draws."""
    rng = np.random.default_rng(d)
    x0, eps = rng.normal(size=(20000, d)), rng.normal(size=(20000, d))
    x_t = x0 + h * eps
    s = -x_t / (1 + h**2) if model == "exact" else 0 * x_t
    return float(h**power * ((s + eps / h) ** 2).sum(1).mean())


ENTRIES = [
    Entry(
        id="9280.claim4.denoising",
        kind="identity",
        latex=r"\sigma_t^2\lVert\boldsymbol s-\nabla\log\mathcal N\rVert^2="
        r"\frac{\lVert\hat{\boldsymbol x}_0-\boldsymbol x_0\rVert^2}{\sigma_t^2},\quad"
        r"\hat{\boldsymbol x}_0=\boldsymbol x_t+\sigma_t^2\boldsymbol s",
        says="regression on the score is regression on x_0: eq20 with its weight is the package's one loss",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=s**2 * (S + (x - x0) / s**2) ** 2,
                against=((x + s**2 * S) - x0) ** 2 / s**2,
            ),
            Numeric(
                statement=eq20_draws,
                against=package_loss,
                witnesses=tuple(
                    {"seed": k, "t": t, "d": d, "schedule": schedule}
                    for k, t, d, schedule in (
                        (0, 0.5, 1, Heat()),
                        (1, 2.0, 8, Heat()),
                        (2, 0.3, 3, VariancePreserving()),
                    )
                ),
                rtol=1e-10,
                mutants={
                    "without the weight": functools.partial(eq20_draws, weight="1"),
                    "with b^4": functools.partial(eq20_draws, weight="b^4"),
                },
                shares={"blogtools.diffusion.schedule.*": "the schedule is given", "*.tensor": "the draws"},
                about="the same draws, for heat and for a variance-preserving schedule",
            ),
        ),
    ),
    Entry(
        id="9280.slip2",
        kind="limit",
        latex=r"\int_0^T\mathbb E\lVert\nabla\log\mathcal N(\boldsymbol x_t;\boldsymbol x_0,\sigma_t^2\boldsymbol I)"
        r"\rVert^2dt<\infty",
        says="summed over t as it stands, eq20 is all small t: its target has the mean square d/σ²",
        section=SECTION,
        corrected_by="9280.slip2.right",
        evidence=(
            Symbolic(
                statement=sp.Integral(
                    (x / s**2) ** 2 * sp.exp(-(x**2) / (2 * s**2)) / sp.sqrt(2 * sp.pi) / s, (x, -sp.oo, sp.oo)
                ),
                amended=sp.Integral(
                    s**2 * (x / s**2) ** 2 * sp.exp(-(x**2) / (2 * s**2)) / sp.sqrt(2 * sp.pi) / s, (x, -sp.oo, sp.oo)
                ),
                against=sp.Integer(1),
                no_automatic="each integral takes sympy a second",
                mutants={
                    "weighted with σ": sp.Integral(
                        s * (x / s**2) ** 2 * sp.exp(-(x**2) / (2 * s**2)) / sp.sqrt(2 * sp.pi) / s, (x, -sp.oo, sp.oo)
                    ),
                },
                about="mean square of the target, one coordinate: the same at every t only with the weight σ²",
            ),
        ),
    ),
    Entry(
        id="9280.slip2.right",
        kind="limit",
        latex=r"\mathbb E\bigl[\sigma_t^2\lVert\nabla\log\mathcal N\rVert^2\bigr]=d",
        says="weighted by σ² every level counts alike; without it even the exact score has a loss of about d/σ²",
        section=SECTION,
        evidence=(
            Law(
                statement=targets,
                against=lambda d, sigma: d,
                test="mean",
                witnesses=({"d": 1, "sigma": 0.01}, {"d": 2, "sigma": 5.0}, {"d": 64, "sigma": 0.3}),
                mutants={
                    "without the weight": functools.partial(targets, power=0.0),
                    "with σ": functools.partial(targets, power=1.0),
                },
                about="4,000 draws",
            ),
            *(
                Slope(
                    statement=functools.partial(loss_left, d=d, power=power),
                    against=0.0,
                    order=power - 2,
                    witnesses=(0.08, 0.04, 0.02, 0.01),
                    mutants={"the other weight": functools.partial(loss_left, d=d, power=2 - power)},
                    about=f"loss of the exact score for normal data, d = {d}, "
                    + ("without a weight: order -2" if power == 0 else "with σ²: it stays"),
                )
                for d, power in ((1, 0.0), (1, 2.0), (16, 0.0), (16, 2.0))
            ),
        ),
    ),
]
