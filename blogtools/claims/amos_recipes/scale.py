"""Sections "Guessing the scale" and "Separating the scale": eq14 to eq16, the factor √2, and what LAMB puts there."""

import functools
import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy as sp
import torch

from blogtools.claims.amos_recipes import formulas as f
from blogtools.ledger import Entry, Exact, Law, Numeric, Slope, Symbolic
from blogtools.optim import rates

GUESS = "Guessing the scale"
SEPARATE = "Separating the scale"

a0, E0, U, D, q = sp.symbols("alpha_0 E_0 U D q", positive=True)
a, b, w, z = sp.symbols("a b w z", real=True)


def squared_distance(
    rng: np.random.Generator, k: int, sigma: float, correlation: float = 0.0, still: bool = False
) -> f.Array:
    """‖θ_0 − θ*‖² of 2,000 pairs of normal vectors of the standard deviation σ."""
    start, other = sigma * rng.normal(size=(2, 2000, k))
    goal = 0 * start if still else correlation * start + math.sqrt(1 - correlation**2) * other
    return ((start - goal) ** 2).sum(1)


def relative_spread(h: float, sigma: float = 0.3) -> float:
    """Standard deviation of ‖ε_0‖² over its mean for k = 1/h: ε_0 has independent components of variance 2σ²."""
    k = round(1 / h)
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    weights = weights / weights.sum()
    square = 2 * sigma**2 * nodes**2
    return math.sqrt(k * float(weights @ square**2 - (weights @ square) ** 2)) / (2 * k * sigma**2)


def step_of_eq13(u: f.Array, lam: float, distance: float, decay: float, unit: bool = True) -> list[float]:
    """Length of the step of eq15, and its cosine with u."""
    step = lam * distance**2 * decay * (u / np.linalg.norm(u) if unit else u)
    return [float(np.linalg.norm(step)), float(step @ u / np.linalg.norm(step) / np.linalg.norm(u))]


def step_of_rate(u: f.Array, lam: float, distance: float, decay: float) -> list[float]:
    """Length of αu with the α of eq13, from the sum of squares of its components; its direction is u's."""
    alpha = lam * (distance**2 * decay) / math.sqrt(math.fsum(x * x for x in u))
    return [math.sqrt(math.fsum((alpha * x) ** 2 for x in u)), 1.0]


def updates(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Updates of several sizes."""
    return [
        {"u": size * rng.normal(size=d), "lam": 0.01, "distance": 3.0, "decay": 0.4}
        for d, size in ((1, 1.0), (10, 100.0), (300, 1e-4))
    ]


def with_lambda(E_0: Any, U: Any, D: Any, q: Any, alpha_0: Any) -> list[Any]:
    """eq13 with the λ at which the first step is α_0 of ‖ε_0‖, found by the secant method."""

    def first_step(lam: Any) -> Any:
        return lam * E_0**2 - alpha_0 * E_0

    E_0, alpha_0 = mpmath.mpf(E_0), mpmath.mpf(alpha_0)
    lam = mpmath.findroot(first_step, (0, mpmath.mpf(1)), tol=1e-90)
    return [lam * E_0**2 * D / U, (lam * E_0) ** 2 * D / (2 * q)]


def regression() -> tuple[f.Array, f.Array, f.Array]:
    """Rows x [40, 6], targets [40] and first weights [6] at scale 1."""
    rng = np.random.default_rng(9344)
    return rng.normal(size=(40, 6)), rng.normal(size=40), rng.normal(size=6)


def scaled_outputs(scale: float, rate: str = "σ", decay: float = 1.0) -> f.Array:
    """Outputs of a regression whose weights are θ/scale after twenty steps of eq16 in θ, with σ = scale; autograd."""
    x, y, first = (torch.from_numpy(part) for part in regression())
    theta = (scale * first).requires_grad_()
    sigma = {"σ": scale, "1": 1.0, "σ²": scale**2}[rate]
    for t in range(20):
        (gradient,) = torch.autograd.grad(((x @ theta / scale - y) ** 2).mean(), theta)
        f_t = 1 / (0.05 * t + 1)
        step = 0.1 * math.sqrt(6) * sigma * f_t * gradient / gradient.norm()
        theta = (theta - step - decay * 0.1**2 / 2 * f_t * theta).detach().requires_grad_()
    return (x @ theta / scale).detach().numpy()


def plain_outputs(scale: float) -> f.Array:
    """The same training in the weights themselves, with the gradient written out; there is no scale in it."""
    x, y, weights = regression()
    for t in range(20):
        gradient = 2 / len(x) * x.T @ (x @ weights - y)
        f_t = 1 / (1 + t / 20)
        weights = weights * (1 - f_t / 200) - f_t / 10 * 6**0.5 * gradient / (gradient @ gradient) ** 0.5
    return x @ weights


def needed_decay(a: int, b: int, alpha0: Fraction) -> Fraction:
    """The ρ_0 of eq5 for θ_0 = a(3, 4), θ* = b(−4, 3) and a first step of the length α_0‖θ_0‖."""
    theta, goal = (3 * a, 4 * a), (-4 * b, 3 * b)
    product = sum(x * (x - y) for x, y in zip(theta, goal, strict=True))
    return alpha0**2 * sum(x * x for x in theta) / (2 * product)


def lamb_over_recipe(k: int, start: int) -> Fraction:
    """Square of the first step of LAMB over that of eq16 with σ = ½, k numbers that all start at ``start``."""
    return Fraction(4 * start**2)


def lamb_lengths(k: int, start: int) -> Fraction:
    """The same from whole vectors."""
    theta, scale = [Fraction(start)] * k, [Fraction(1, 2)] * k
    return Fraction(sum(x * x for x in theta), sum(x * x for x in scale))


ENTRIES = [
    Entry(
        id="9344.eq14",
        kind="law",
        latex=r"\|\boldsymbol\varepsilon_0\|^2=\|\boldsymbol\theta_0\|^2+\|\boldsymbol\theta^*\|^2"
        r"-2\boldsymbol\theta_0\cdot\boldsymbol\theta^*\approx2k\sigma^2",
        says="two independent vectors of one size are √2 of that size apart",
        section=GUESS,
        evidence=(
            Symbolic(
                statement=a**2 + w**2 + b**2 + z**2 - 2 * (a * b + w * z),
                against=(a - b) ** 2 + (w - z) ** 2,
                partial=True,
                about="θ_0 = (a, w), θ* = (b, z)",
            ),
            Law(
                statement=squared_distance,
                against=lambda k, sigma: 2 * k * sigma**2,
                test="mean",
                witnesses=({"k": 1, "sigma": 1.0}, {"k": 64, "sigma": 0.125}, {"k": 500, "sigma": 2.0}),
                mutants={
                    "θ* = 0": functools.partial(squared_distance, still=True),
                    "a fifth of θ_0 left in θ*": functools.partial(squared_distance, correlation=0.2),
                },
                about="2,000 pairs each",
            ),
            Slope(
                statement=relative_spread,
                against=0.0,
                order=0.5,
                witnesses=(1 / 10, 1 / 100, 1 / 1000),
                tolerance=1e-6,
                mutants={"its square": lambda h: relative_spread(h) ** 2},
                partial=True,
                about="the approximation is as good as √(2/k)",
            ),
        ),
    ),
    Entry(
        id="9344.eq15",
        kind="identity",
        latex=r"\alpha_t\boldsymbol u_t\approx\lambda\|\boldsymbol\varepsilon_0\|^2\times"
        r"\frac{\boldsymbol u_t}{\|\boldsymbol u_t\|}\times\exp(\dots)",
        says="a step is a length times a direction times a decay: the size of u itself does not matter",
        section=SEPARATE,
        evidence=(
            Numeric(
                statement=step_of_eq13,
                against=step_of_rate,
                witnesses=updates,
                rtol=1e-12,
                mutants={"u not normalised": functools.partial(step_of_eq13, unit=False)},
                about="length and direction for updates of very different sizes",
            ),
        ),
    ),
    Entry(
        id="9344.eq16",
        kind="identity",
        latex=r"\alpha_t\approx\frac{\alpha_0\|\boldsymbol\varepsilon_0\|}{\|\boldsymbol u_t\|}\exp(\dots),\quad"
        r"\rho_t\approx\frac{\alpha_0^2}{2q}\exp(\dots)",
        says="λ = α_0/‖ε_0‖: the first step is the part α_0 of the way, for every parameter, whatever its scale",
        section=SEPARATE,
        evidence=(
            Numeric(
                statement=sp.Matrix([a0 * E0 / U * D, a0**2 / (2 * q) * D]),
                against=with_lambda,
                witnesses=(
                    {"E_0": 3.0, "U": 7.0, "D": 0.3, "q": 1.0, "alpha_0": 0.001},
                    {"E_0": 0.02, "U": 0.5, "D": 1.0, "q": 0.5, "alpha_0": 0.01},
                ),
                rtol=1e-25,
                about="eq13 with that λ",
            ),
            Numeric(
                statement=lambda E_0, U, D, q, alpha_0: list(rates(alpha_0, D, E_0, U, q)),
                against=with_lambda,
                witnesses=({"E_0": 3.0, "U": 7.0, "D": 0.3, "q": 0.5, "alpha_0": 0.001},),
                rtol=1e-12,
                mutants={"q = 1": lambda E_0, U, D, q, alpha_0: list(rates(alpha_0, D, E_0, U))},
                about="the package's rates",
            ),
            Numeric(
                statement=scaled_outputs,
                against=plain_outputs,
                witnesses=(0.01, 0.5, 100.0),
                rtol=1e-9,
                atol=1e-9,
                shares={"*.scale.regression": "the data and the first weights"},
                mutants={
                    "one rate for all scales": functools.partial(scaled_outputs, rate="1"),
                    "σ² for σ": functools.partial(scaled_outputs, rate="σ²"),
                    "without the decay": functools.partial(scaled_outputs, decay=0.0),
                },
                about="rescale a layer (θ = cφ): with α_t ∝ σ and this ρ_t the training does the same, step by step",
            ),
        ),
    ),
    Entry(
        id="9344.slip2",
        kind="identity",
        latex=r"\|\boldsymbol\varepsilon_0\|\approx\sqrt k\,\sigma",
        says="eq14 gives 2kσ², and the recipes take kσ²",
        section=GUESS,
        corrected_by="9344.slip2.right",
        evidence=(
            Law(
                statement=lambda rng, k, sigma: squared_distance(rng, k, sigma) / (k * sigma**2),
                amended=lambda rng, k, sigma: squared_distance(rng, k, sigma) / (2 * k * sigma**2),
                against=1.0,
                test="mean",
                witnesses=({"k": 64, "sigma": 0.125}, {"k": 500, "sigma": 2.0}),
                mutants={
                    "3kσ²": lambda rng, k, sigma: squared_distance(rng, k, sigma) / (3 * k * sigma**2),
                },
                about="mean of ‖ε_0‖² over its estimate, for matrices",
            ),
        ),
    ),
    Entry(
        id="9344.slip2.right",
        kind="law",
        latex=r"\|\boldsymbol\varepsilon_0\|\approx\sqrt{2k}\,\sigma",
        says="for matrices, a factor √2 that α_0 absorbs; what starts at 0 or at 1 has the kσ² of the post",
        section=GUESS,
        evidence=(
            Law(
                statement=lambda rng, k, sigma: squared_distance(rng, k, sigma) / (2 * k * sigma**2),
                against=1.0,
                test="mean",
                witnesses=({"k": 10, "sigma": 1.0}, {"k": 300, "sigma": 0.05}),
                mutants={"kσ²": lambda rng, k, sigma: squared_distance(rng, k, sigma) / (k * sigma**2)},
                about="matrices",
            ),
            Law(
                statement=lambda rng, k, sigma: squared_distance(rng, k, sigma, still=True) / (k * sigma**2),
                against=1.0,
                test="mean",
                witnesses=({"k": 10, "sigma": 0.5}, {"k": 300, "sigma": 0.5}),
                mutants={
                    "2kσ²": lambda rng, k, sigma: squared_distance(rng, k, sigma, still=True) / (2 * k * sigma**2)
                },
                about="one of the two ends at the start, the other at ±σ",
            ),
        ),
    ),
    Entry(
        id="9344.slips.cancel",
        kind="identity",
        latex=r"\boldsymbol\theta_0\perp\boldsymbol\theta^*,\ \|\boldsymbol\theta_0\|=\|\boldsymbol\theta^*\|:\quad"
        r"\rho_0=\frac{\alpha_0^2k\sigma^2}{2\cdot\frac12\cdot2k\sigma^2}=\frac{\alpha_0^2}2",
        says="the two slips cancel in ρ_0: q_0 = ½ and 2kσ² together ask for the α_0²/2 of the recipe with q = 1",
        section=GUESS,
        evidence=(
            Exact(
                statement=lambda a, b, alpha0: alpha0**2 / 2,
                against=needed_decay,
                witnesses=tuple((a, b, Fraction(1, n)) for a, b in ((1, 1), (2, 2), (1, 3)) for n in (7, 100)),
                mutants={
                    "the √2 alone": lambda a, b, alpha0: alpha0**2 / 4,
                    "q = ½ alone": lambda a, b, alpha0: alpha0**2,
                },
                about="θ_0·ε_0 = ‖θ_0‖² whatever the length of θ*, if it stands at a right angle",
            ),
        ),
    ),
    Entry(
        id="9344.claim4",
        kind="identity",
        latex=r"\|\boldsymbol\varepsilon_0\|\to\|\boldsymbol\theta_t\|:\quad"
        r"\alpha_t=\frac{\alpha_0\|\boldsymbol\theta_t\|}{\|\boldsymbol u_t\|}",
        says="‖θ_t‖ in place of ‖ε_0‖ is LAMB; gains then step twice as far as with σ = ½, and zeros stay zeros",
        section=SEPARATE,
        evidence=(
            Exact(
                statement=lamb_over_recipe,
                against=lamb_lengths,
                witnesses=tuple((k, start) for k in (1, 16) for start in (0, 1)),
                mutants={
                    "as far": lambda k, start: Fraction(1),
                    "lengths for squares": lambda k, start: Fraction(start * 2),
                },
                about="squares of the first steps, LAMB over recipe: 4 for gains at 1, 0 for biases at 0",
            ),
        ),
    ),
]
