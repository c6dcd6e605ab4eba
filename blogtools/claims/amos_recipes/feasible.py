"""Section "Can the two terms cancel?": eq6 to eq8, and what q is at the start."""

import functools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from scipy import optimize

from blogtools.claims.amos_recipes import formulas as f
from blogtools.ledger import Entry, Exact, Law, Numeric, Slope, Symbolic

SECTION = "Can the two terms cancel?"

theta, goal = sp.symbols("theta goal", real=True)


def integers(rng: np.random.Generator) -> list[tuple[list[int], list[int]]]:
    """θ and θ* with integer components."""
    return [tuple(rng.integers(-20, 21, size=(2, d)).tolist()) for d in (1, 3, 9)]


def two_parts(theta: list[int], goal: list[int], sign: int = 1, squared: bool = True) -> int:
    """‖ε‖² + θ*·ε."""
    eps = [a - b for a, b in zip(theta, goal, strict=True)]
    square = sum(e * e for e in eps) if squared else sum(eps)
    return square + sign * sum(b * e for b, e in zip(goal, eps, strict=True))


def q_of_strangers(rng: np.random.Generator, d: int, ratio: float, shared: float = 0.0) -> f.Array:
    """4,000 q = θ·ε/‖ε‖² for θ* with ‖θ*‖ = ratio·‖ε‖ in a direction of its own (or partly ε's)."""
    eps, goal = rng.normal(size=(2, 4000, d))
    eps /= np.linalg.norm(eps, axis=1, keepdims=True)
    goal /= np.linalg.norm(goal, axis=1, keepdims=True)
    goal = ratio * (goal + shared * eps)
    return ((eps + goal) * eps).sum(1)


def squared(rng: np.random.Generator, d: int, ratio: float, shared: float = 0.0) -> f.Array:
    """Their (q − 1)²."""
    return (q_of_strangers(rng, d, ratio, shared) - 1) ** 2


def spread(h: float, ratio: float = 1.0) -> float:
    """Standard deviation of q in d = 1/h dimensions by quadrature of the law of one coordinate of a unit vector."""
    d = round(1 / h)
    angle = np.linspace(0, np.pi, 20001)
    weight = np.sin(angle) ** (d - 2)
    return ratio * math.sqrt(float((weight * np.cos(angle) ** 2).sum() / weight.sum()))


def balance(rng: np.random.Generator, k: int, ratio: float, q: float = 0.5) -> f.Array:
    """θ_0·ε_0 − q‖ε_0‖² over k, whose mean is 0 for the right q."""
    theta, goal = rng.normal(size=(2, 2000, k))
    eps = theta - ratio * goal
    return ((theta * eps).sum(1) - q * (eps * eps).sum(1)) / k


def q_at_right_angles(a: int, b: int) -> Fraction:
    """The q of θ = a(3, 4, 0) and θ* = b(−4, 3, 0)."""
    theta, goal = (3 * a, 4 * a, 0), (-4 * b, 3 * b, 0)
    eps = [x - y for x, y in zip(theta, goal, strict=True)]
    return Fraction(sum(x * e for x, e in zip(theta, eps, strict=True)), sum(e * e for e in eps))


def eq8(theta: f.Array, goal: f.Array, alpha: float, u: f.Array, two: float = 2.0) -> float:
    """The ρ of eq8: α²‖u‖²/(2q‖ε‖²) with the q of the vectors themselves."""
    eps = theta - goal
    q = 1 + goal @ eps / np.linalg.norm(eps) ** 2
    return float(alpha**2 * np.linalg.norm(u) ** 2 / (two * q * np.linalg.norm(eps) ** 2))


def root_of_eq5(theta: f.Array, goal: f.Array, alpha: float, u: f.Array) -> float:
    """The ρ of eq5 by SciPy's search for a root."""

    def gap(rho: float) -> float:
        return math.fsum(alpha**2 * w * w - 2 * rho * a * (a - b) for a, b, w in zip(theta, goal, u, strict=True))

    return float(optimize.brentq(gap, 0, 1e3, xtol=1e-16, rtol=1e-14))


def settings(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Vectors with θ·ε > 0."""
    return [
        {"theta": rng.uniform(1, 5, size=d), "goal": rng.uniform(-1, 1, size=d), "alpha": 0.1, "u": rng.normal(size=d)}
        for d in (1, 4, 30)
    ]


ENTRIES = [
    Entry(
        id="9344.eq6",
        kind="identity",
        latex=r"\boldsymbol\theta_t\cdot\boldsymbol\varepsilon_t=\|\boldsymbol\varepsilon_t\|^2"
        r"+\boldsymbol\theta^*\cdot\boldsymbol\varepsilon_t",
        says="θ·ε in two parts, since θ = ε + θ*",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=(theta - goal) ** 2 + goal * (theta - goal),
                against=theta * (theta - goal),
                about="component by component",
            ),
            Exact(
                statement=two_parts,
                against=lambda theta, goal: sum(a * (a - b) for a, b in zip(theta, goal, strict=True)),
                witnesses=integers,
                mutants={
                    "minus θ*·ε": functools.partial(two_parts, sign=-1),
                    "ε not squared": functools.partial(two_parts, squared=False),
                },
                about="whole vectors of integers",
            ),
        ),
    ),
    Entry(
        id="9344.eq7",
        kind="law",
        latex=r"\boldsymbol\theta_t\cdot\boldsymbol\varepsilon_t\approx q\|\boldsymbol\varepsilon_t\|^2",
        says="q is near 1 in high dimension if ε has nothing to do with θ*: mean 1, spread ‖θ*‖/‖ε‖√d",
        section=SECTION,
        evidence=(
            Law(
                statement=q_of_strangers,
                against=1.0,
                test="mean",
                witnesses=({"d": 2, "ratio": 0.5}, {"d": 30, "ratio": 1.0}, {"d": 1000, "ratio": 3.0}),
                mutants={"a tenth of θ* along ε": functools.partial(q_of_strangers, shared=0.1)},
                about="4,000 draws each",
            ),
            Law(
                statement=squared,
                against=lambda d, ratio: ratio**2 / d,
                test="mean",
                witnesses=({"d": 2, "ratio": 0.5}, {"d": 30, "ratio": 1.0}),
                mutants={
                    "a fifth of θ* along ε": functools.partial(squared, shared=0.2),
                    "half as large": lambda rng, d, ratio: squared(rng, d, ratio) / 2,
                },
                about="their variance is (‖θ*‖/‖ε‖)²/d",
            ),
            Slope(
                statement=spread,
                against=0.0,
                order=0.5,
                witnesses=(1 / 4, 1 / 16, 1 / 64, 1 / 256),
                tolerance=0.01,
                mutants={"the square of it": lambda h: spread(h) ** 2},
                about="by quadrature: it falls like one over the root of the dimension",
            ),
        ),
    ),
    Entry(
        id="9344.eq8",
        kind="identity",
        latex=r"\alpha_t^2\|\boldsymbol u_t\|^2\approx2\rho_tq\|\boldsymbol\varepsilon_t\|^2",
        says="eq5 with q: one equation for the two rates",
        section=SECTION,
        evidence=(
            Numeric(
                statement=eq8,
                against=root_of_eq5,
                witnesses=settings,
                rtol=1e-11,
                mutants={
                    "without the 2": functools.partial(eq8, two=1.0),
                    "with 4": functools.partial(eq8, two=4.0),
                },
                about="with the q of the vectors themselves it is eq5",
            ),
        ),
    ),
    Entry(
        id="9344.slip3",
        kind="law",
        latex=r"\boldsymbol\theta^*\cdot\boldsymbol\varepsilon_0\approx0\ \Rightarrow\ q_0=1",
        says="q = 1 and eq14 cannot both hold at the start",
        section=SECTION,
        corrected_by="9344.slip3.right",
        evidence=(
            Law(
                statement=functools.partial(balance, q=1.0),
                amended=functools.partial(balance, q=0.5),
                against=0.0,
                test="mean",
                witnesses=({"k": 10, "ratio": 1.0}, {"k": 400, "ratio": 1.0}),
                mutants={"q = 0": functools.partial(balance, q=0.0)},
                about="θ_0 and θ* independent and of one length, as eq14 has them: θ_0·ε_0 − q‖ε_0‖² has mean 0",
            ),
        ),
    ),
    Entry(
        id="9344.slip3.right",
        kind="identity",
        latex=r"q_0=\frac{\boldsymbol\theta_0\cdot\boldsymbol\varepsilon_0}{\|\boldsymbol\varepsilon_0\|^2}"
        r"=\frac{\|\boldsymbol\theta_0\|^2}{\|\boldsymbol\theta_0\|^2+\|\boldsymbol\theta^*\|^2}=\tfrac12",
        says="θ_0 ⊥ θ* of one length gives q_0 = ½; a parameter that starts at 0 has q_0 = 0, and no decay cancels",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda a, b: Fraction(a * a, a * a + b * b),
                against=q_at_right_angles,
                witnesses=((1, 1), (3, 3), (2, 5), (0, 4)),
                mutants={
                    "the goal's share": lambda a, b: Fraction(b * b, a * a + b * b),
                    "lengths for squares": lambda a, b: Fraction(a, a + b),
                },
                about="vectors of integers at right angles, of lengths 5a and 5b",
            ),
            Law(
                statement=lambda rng, k, ratio: balance(rng, k, ratio, 1 / (1 + ratio**2)),
                against=0.0,
                test="mean",
                witnesses=({"k": 20, "ratio": 0.5}, {"k": 20, "ratio": 1.0}, {"k": 200, "ratio": 3.0}),
                mutants={"½ for all": functools.partial(balance, q=0.5)},
                partial=True,
                about="and for other lengths 1/(1 + (‖θ*‖/‖θ_0‖)²)",
            ),
        ),
    ),
]
