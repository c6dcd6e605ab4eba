"""Section "Probability is conserved": eq3, and what becomes of it where a step folds space."""

import functools
from typing import Any

import numpy as np
import sympy as sp
import torch
from scipy import optimize, stats

from blogtools.claims.heat_ode import formulas as f
from blogtools.ledger import Entry, Law, Numeric

SECTION = "Probability is conserved"
x = sp.symbols("x", real=True)
step = sp.symbols("Delta", positive=True)

# eq3: maps x -> x + f Δt whose image has a law that SciPy knows, and the law they start from.
MATRIX = np.array([[1.2, 0.3, -0.1], [0.0, 0.8, 0.4], [0.2, -0.5, 1.1]])

STEPS: dict[str, Any] = {
    "f = (e^x - x)/Δt": (torch.exp, stats.norm().pdf, stats.lognorm(1.0).pdf),
    "f = (1 - 3x)/Δt": (lambda x: 1 - 2 * x, stats.norm().pdf, stats.norm(1.0, 2.0).pdf),
    "f = A x": (
        lambda x: torch.as_tensor(MATRIX) @ x,
        stats.multivariate_normal(np.zeros(3)).pdf,
        stats.multivariate_normal(np.zeros(3), MATRIX @ MATRIX.T).pdf,
    ),
    "Box and Muller": (
        lambda u: (-2 * u[0].log()).sqrt() * torch.stack([(2 * torch.pi * u[1]).cos(), (2 * torch.pi * u[1]).sin()]),
        lambda u: 1.0,
        stats.multivariate_normal(np.zeros(2)).pdf,
    ),
}


def eq3(move: str, x: np.ndarray, power: float = 1.0, absolute: bool = True) -> np.ndarray:
    """p_{t+Δt} at the end of the step times its Jacobian determinant."""
    step, _, after = STEPS[move]
    at = f.tensor(x)
    jacobian = np.atleast_2d(torch.autograd.functional.jacobian(step, at).numpy())
    det = np.linalg.det(jacobian)
    return np.squeeze(after(step(at).numpy())) * (abs(det) if absolute else det) ** power


def places(rng: np.random.Generator) -> list[dict[str, Any]]:
    """A point or two for every step."""
    return [
        *({"move": "f = (e^x - x)/Δt", "x": rng.normal()} for _ in range(3)),
        *({"move": "f = (1 - 3x)/Δt", "x": rng.normal()} for _ in range(2)),
        {"move": "f = A x", "x": rng.normal(size=3)},
        *({"move": "Box and Muller", "x": rng.uniform(0.05, 0.95, size=2)} for _ in range(2)),
    ]


GIVEN = {"blogtools.claims.heat_ode.conserved.bend": "the step is given; what it does to the density is asked"}


def bend(x: np.ndarray, dt: float) -> np.ndarray:
    """One step with f = sin 2x + x/2."""
    return x + dt * (np.sin(2 * x) + x / 2)


def folded_cdf(z: np.ndarray, dt: float, weight: str = "") -> np.ndarray:
    """Distribution function of the density that eq3 gives after the step from N(0, 1), summed where the step folds."""
    fine = np.linspace(-9, 9, 200_001)
    ends = bend(fine, dt)
    middle, width = (ends[1:] + ends[:-1]) / 2, np.abs(np.diff(ends))
    slope = np.abs(1 + dt * (2 * np.cos(2 * fine) + 0.5))[:-1] + 1e-300
    density = stats.norm.pdf((fine[1:] + fine[:-1]) / 2) / slope
    order = np.argsort(middle)
    total = np.concatenate([[0.0], np.cumsum((density * width)[order])])
    return np.interp(z, np.concatenate([[ends.min()], middle[order]]), total / total[-1])


def bent(rng: np.random.Generator, dt: float, factor: float = 1.0) -> np.ndarray:
    """3,000 draws of N(0, 1) after the step."""
    return bend(rng.normal(size=3000), factor * dt)


def summed(z: float, dt: float, first: bool = False) -> float:
    """Sum over the x that the step carries to z of N(x)/|slope|."""
    fine = np.linspace(-9, 9, 20_001)
    gap = bend(fine, dt) - z
    total = 0.0
    for k in np.nonzero(gap[1:] * gap[:-1] < 0)[0]:
        at = fine[k] - gap[k] * (fine[k + 1] - fine[k]) / (gap[k + 1] - gap[k])
        total += stats.norm.pdf(at) / abs(1 + dt * (2 * np.cos(2 * at) + 0.5))
        if first:
            break
    return total


def mass_below(z: float, dt: float) -> float:
    """P(x' ≤ z) after the step, from the places where the step crosses z, without any Jacobian."""
    fine = np.linspace(-9, 9, 2001)
    below = bend(fine, dt) <= z
    ends = [optimize.brentq(lambda x: bend(x, dt) - z, fine[k], fine[k + 1]) for k in np.nonzero(np.diff(below))[0]]
    return float(sum((1 if below[0] else -1) * (-1) ** k * stats.norm.cdf(at) for k, at in enumerate(ends)))


ENTRIES = [
    Entry(
        id="9280.eq3",
        kind="identity",
        latex=r"p_t(\boldsymbol x_t)\,d\boldsymbol x_t=p_{t+\Delta t}(\boldsymbol x_{t+\Delta t})"
        r"\left|\frac{\partial\boldsymbol x_{t+\Delta t}}{\partial\boldsymbol x_t}\right|d\boldsymbol x_t",
        says="a step carries the probability of a small volume with it: where space is stretched, density falls",
        section=SECTION,
        evidence=(
            Numeric(
                statement=eq3,
                against=lambda move, x: np.squeeze(STEPS[move][1](x)),
                witnesses=places,
                rtol=1e-10,
                mutants={
                    "without the determinant": functools.partial(eq3, power=0.0),
                    "divided by the determinant": functools.partial(eq3, power=-1.0),
                    "without the absolute value": functools.partial(eq3, absolute=False),
                },
                about="steps from one law of SciPy's into another; the Jacobian by autograd",
            ),
            Law(
                statement=bent,
                against=folded_cdf,
                witnesses=({"dt": 0.3}, {"dt": 0.6}),
                mutants={
                    "unmoved": functools.partial(bent, factor=0.0),
                    "half the step": functools.partial(bent, factor=0.5),
                },
                shares=GIVEN,
                about="3,000 normal points after a step, against the density that eq3 gives",
            ),
        ),
    ),
    Entry(
        id="9280.eq3.fold",
        kind="identity",
        latex=r"p_{t+\Delta t}(\boldsymbol y)=\sum_{\boldsymbol x:\,\boldsymbol x+\boldsymbol f\Delta t=\boldsymbol y}"
        r"p_t(\boldsymbol x)\left|\frac{\partial\boldsymbol y}{\partial\boldsymbol x}\right|^{-1}",
        says="eq3 asks for a step short enough to be one-to-one: a longer one folds space, and then densities add",
        section=SECTION,
        evidence=(
            Law(
                statement=bent,
                against=folded_cdf,
                witnesses=({"dt": 0.9}, {"dt": 1.5}),
                mutants={"half the step, which does not fold": functools.partial(bent, factor=0.4)},
                shares=GIVEN,
                about="f = sin 2x + x/2: the step folds from 2/3 on",
            ),
            Numeric(
                statement=summed,
                against=lambda z, dt: (mass_below(z + 1e-3, dt) - mass_below(z - 1e-3, dt)) / 2e-3,
                witnesses=({"z": 2.7, "dt": 1.5}, {"z": -2.7, "dt": 1.5}, {"z": 2.28, "dt": 0.9}),
                rtol=1e-3,
                mutants={"only the first of them": functools.partial(summed, first=True)},
                shares=GIVEN,
                about="the sum over all x that land on one place",
            ),
        ),
    ),
]
