"""Section "How the distance shrinks": eq9 to eq13."""

import functools
import math
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from blogtools.claims.amos_recipes import formulas as f
from blogtools.ledger import Entry, Law, Numeric, Slope, Symbolic
from blogtools.optim import remaining_distance

SECTION = "How the distance shrinks"

p, q, rho, alpha, E, U, lam = sp.symbols("p q rho alpha E U lamda", positive=True)
STEPS = (0.04, 0.02, 0.01, 0.005)
FAR = 2.0
"""How far the runs below go, in units of 1/h: about 2p e-foldings of ‖ε‖."""


def eq9(h: float, d: int, cosine: float = 0.3, two: float = 2.0, kept: float = 0.0) -> float:
    """‖ε‖² − 2α‖u‖‖ε‖cos(u, ε) at α = h, from lengths and an angle alone."""
    s = f.scene(d, p=0.3)
    u, eps = float(np.linalg.norm(s.u)), float(np.linalg.norm(s.eps))
    return eps**2 - two * h * u * eps * cosine + kept * h**2 * u**2


def cancelled_step(h: float, d: int) -> float:
    """‖ε‖² after a whole step with the decay of eq5."""
    s = f.scene(d, p=0.3)
    return f.stepped(s, h, f.cancelling(s, h))


def after_random_steps(rng: np.random.Generator, d: int, p: float, spread: float, shift: float = 0.0) -> f.Array:
    """Change of ‖ε‖² over −2α‖u‖‖ε‖ in 2,000 steps from one place, cos(u, ε) even in p ± spread; eq5 holds."""
    s, alpha = f.scene(d), 1e-7
    found = []
    for cosine in rng.uniform(p - spread, p + spread, 2000):
        trial = f.Scene(s.theta, s.goal, f.at_angle(s.eps, float(cosine), rng))
        moved = f.stepped(trial, alpha, f.cancelling(trial, alpha))
        found.append((s.eps @ s.eps - moved) / (2 * alpha * np.linalg.norm(s.eps)))
    return np.array(found) + shift


def linear(h: float, p: float, factor: float = 2.0) -> float:
    """1 − 2p√(2ρq) at √(2ρq) = h."""
    return 1 - factor * p * h


def walked(h: float, p: float, d: int) -> tuple[float, float, list[float]]:
    """A run of FAR/h steps of eq2 with α‖u‖ = h‖ε‖, cos(u, ε) = p and the ρ of eq5.

    Its last and its first ‖ε‖², and the √(2ρq) of its steps with the q of the vectors.
    """
    rng = np.random.default_rng([d, round(1 / h)])
    s = f.scene(d)
    first, roots = float(s.eps @ s.eps), []
    for _ in range(round(FAR / h)):
        u = f.at_angle(s.eps, p, rng)
        alpha = h * float(np.linalg.norm(s.eps))
        rho = f.cancelling(f.Scene(s.theta, s.goal, u), alpha)
        roots.append(math.sqrt(2 * rho * float(s.theta @ s.eps) / float(s.eps @ s.eps)))
        s = f.Scene(s.theta - alpha * u - rho * s.theta, s.goal, u)
    return float(s.eps @ s.eps), first, roots


def logarithm_left(h: float, p: float, d: int) -> float:
    """log(‖ε_t‖²/‖ε_0‖²) of the run."""
    last, first, _ = walked(h, p, d)
    return math.log(last / first)


def eq12(h: float, p: float, d: int, factor: float = 2.0) -> float:
    """−2Σp√(2ρq) over the same number of steps: each root is h, whatever θ, θ* and q are."""
    return -factor * p * h * round(FAR / h)


def roots_of_run(h: float, p: float, d: int) -> list[float]:
    """The √(2ρq) of the run."""
    return walked(h, p, d)[2]


def products(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Decay rates of a few steps, p and q."""
    return [{"rho": rng.uniform(1e-4, 1e-2, size=n), "p": a, "q": b} for n, a, b in ((1, 0.5, 1.0), (7, 0.2, 0.5))]


def one_by_one(rho: f.Array, p: float, q: float) -> float:
    """‖ε_t‖²/‖ε_0‖² by eq11 applied to the steps 0 … t−1, one by one."""
    left = mpmath.mpf(1)
    for r in rho:
        left *= mpmath.exp(-2 * p * mpmath.sqrt(2 * mpmath.mpf(float(r)) * q))
    return left


def summed(rho: f.Array, p: float, q: float, first: int = 0) -> float:
    """exp(−2Σp√(2ρ_i q)) with the sum from i = ``first`` to t−1."""
    return mpmath.exp(-2 * mpmath.fsum(p * mpmath.sqrt(2 * mpmath.mpf(float(r)) * q) for r in rho[first:]))


def solved(E: Any, U: Any, q: Any, lamda: Any) -> list[Any]:
    """α and ρ from eq8 and 2ρq = λ²‖ε‖², by Newton's method."""
    E, U, q, lamda = (mpmath.mpf(value) for value in (E, U, q, lamda))
    found = mpmath.findroot(
        [
            lambda a, r: a**2 * U**2 - 2 * r * q * E**2,
            lambda a, r: 2 * r * q - lamda**2 * E**2,
        ],
        (lamda * E**2 / U * 1.2, lamda**2 * E**2 / q * 0.4),
        tol=1e-60,
    )
    return [found[0], found[1]]


ENTRIES = [
    Entry(
        id="9344.eq9",
        kind="order",
        latex=r"\|\boldsymbol\varepsilon_{t+1}\|^2\approx\|\boldsymbol\varepsilon_t\|^2"
        r"-2\alpha_t\|\boldsymbol u_t\|\|\boldsymbol\varepsilon_t\|\cos(\boldsymbol u_t,\boldsymbol\varepsilon_t)",
        says="with the cancellation only the first-order term is left, and it is the angle that decides",
        section=SECTION,
        evidence=tuple(
            Slope(
                statement=functools.partial(eq9, d=d),
                against=functools.partial(cancelled_step, d=d),
                order=3,
                witnesses=STEPS,
                shares={"*.formulas.*": "the three vectors"},
                mutants={
                    "the sine": functools.partial(eq9, d=d, cosine=math.sqrt(1 - 0.09)),
                    "without the 2": functools.partial(eq9, d=d, two=1.0),
                    "α²‖u‖² kept": functools.partial(eq9, d=d, kept=1.0),
                },
                about=f"d = {d}: right to third order",
            )
            for d in (2, 100)
        ),
    ),
    Entry(
        id="9344.eq10",
        kind="law",
        latex=r"\|\boldsymbol\varepsilon_{t+1}\|^2\approx\|\boldsymbol\varepsilon_t\|^2"
        r"-2\alpha_tp\|\boldsymbol u_t\|\|\boldsymbol\varepsilon_t\|",
        says="a cosine that fluctuates about p does on average what p does, for the distance is linear in it",
        section=SECTION,
        evidence=(
            Law(
                statement=after_random_steps,
                against=lambda d, p, spread: p,
                test="mean",
                witnesses=({"d": 3, "p": 0.3, "spread": 0.6}, {"d": 50, "p": 0.05, "spread": 0.3}),
                mutants={
                    "p larger by a twentieth": functools.partial(after_random_steps, shift=0.05),
                    "the mean of |cos|": lambda rng, d, p, spread: abs(after_random_steps(rng, d, p, spread)),
                },
                about="mean gain of 2,000 whole steps with α = 1e-7",
            ),
        ),
    ),
    Entry(
        id="9344.eq11",
        kind="order",
        latex=r"\|\boldsymbol\varepsilon_{t+1}\|^2\approx\|\boldsymbol\varepsilon_t\|^2(1-2p\sqrt{2\rho_tq})"
        r"\approx\|\boldsymbol\varepsilon_t\|^2e^{-2p\sqrt{2\rho_tq}}",
        says="eq8 turns the rate into the decay; the exponential differs from the line in second order",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=E**2 * (1 - 2 * p * sp.sqrt(2 * rho * q)),
                against=E**2 - 2 * (sp.sqrt(2 * rho * q) * E / U) * p * U * E,
                partial=True,
                about="eq10 with the α of eq8",
            ),
            Slope(
                statement=functools.partial(linear, p=0.7),
                against=lambda h: math.exp(-2 * 0.7 * h),
                order=2,
                witnesses=(0.02, 0.01, 0.005, 0.0025),
                mutants={
                    "without the 2": functools.partial(linear, p=0.7, factor=1.0),
                    "growing": functools.partial(linear, p=0.7, factor=-2.0),
                },
                about="line against exponential, √(2ρq) = h",
            ),
        ),
    ),
    Entry(
        id="9344.eq12",
        kind="limit",
        latex=r"\|\boldsymbol\varepsilon_t\|^2\approx\|\boldsymbol\varepsilon_0\|^2"
        r"\exp\Big(-2\sum_{i=1}^{t-1}p\sqrt{2\rho_iq}\Big)",
        says="step by step the squared distance decays by an exponential; true in the limit of small steps",
        section=SECTION,
        evidence=(
            *(
                Slope(
                    statement=functools.partial(eq12, p=cosine, d=d),
                    against=functools.partial(logarithm_left, p=cosine, d=d),
                    order=1,
                    witnesses=(0.08, 0.04, 0.02, 0.01),
                    tolerance=0.15,
                    mutants={
                        "without the 2": functools.partial(eq12, p=cosine, d=d, factor=1.0),
                        "growing": functools.partial(eq12, p=cosine, d=d, factor=-2.0),
                    },
                    about=f"whole runs of eq2 in d = {d} with p = {cosine}: log‖ε‖² is off by O(√(2ρq)) at the end",
                )
                for d, cosine in ((8, 0.3), (60, 0.6))
            ),
            Numeric(
                statement=lambda h, p, d: [h] * round(FAR / h),
                against=roots_of_run,
                witnesses=({"h": 0.05, "p": 0.3, "d": 8}, {"h": 0.1, "p": 0.6, "d": 60}),
                rtol=1e-10,
                partial=True,
                mutants={"its square": lambda h, p, d: [h * h] * round(FAR / h)},
                about="in these runs √(2ρq) = α‖u‖/‖ε‖, by the cancellation, for the q of the vectors",
            ),
            Numeric(
                statement=lambda rho, p, q: remaining_distance(np.append(rho, 1.0), p, q)[-1],
                against=one_by_one,
                witnesses=products,
                rtol=1e-12,
                mutants={"one term less": lambda rho, p, q: remaining_distance(rho, p, q)[-1]},
                about="the package's, as printed: the product over the terms that the sum holds",
            ),
        ),
    ),
    Entry(
        id="9344.slip4",
        kind="identity",
        latex=r"\|\boldsymbol\varepsilon_t\|^2=\|\boldsymbol\varepsilon_0\|^2"
        r"\exp\Big(-2\sum_{i=1}^{t-1}p\sqrt{2\rho_iq}\Big)",
        says="the sum of eq12 begins at 1, the distance at ε_0: the step 0 is left out",
        section=SECTION,
        corrected_by="9344.slip4.right",
        evidence=(
            Numeric(
                statement=functools.partial(summed, first=1),
                amended=summed,
                against=one_by_one,
                witnesses=products,
                rtol=1e-30,
                mutants={"two steps left out": functools.partial(summed, first=2)},
                about="eq11 taken as exact, step by step",
            ),
        ),
    ),
    Entry(
        id="9344.slip4.right",
        kind="identity",
        latex=r"\|\boldsymbol\varepsilon_t\|^2=\|\boldsymbol\varepsilon_0\|^2"
        r"\exp\Big(-2\sum_{i=0}^{t-1}p\sqrt{2\rho_iq}\Big)",
        says="from i = 0 (or with ε_1 in front); the factor e^{-2α_0 p} between them is near 1 and changes no recipe",
        section=SECTION,
        evidence=(
            Numeric(
                statement=summed,
                against=one_by_one,
                witnesses=products,
                rtol=1e-30,
                mutants={"from i = 1": functools.partial(summed, first=1)},
            ),
        ),
    ),
    Entry(
        id="9344.eq13",
        kind="identity",
        latex=r"\alpha_t\approx\frac{\lambda\|\boldsymbol\varepsilon_t\|^2}{\|\boldsymbol u_t\|},\quad"
        r"\rho_t\approx\frac{\lambda^2\|\boldsymbol\varepsilon_t\|^2}{2q}",
        says="one equation for two rates; let both decay alike, 2ρq = λ²‖ε‖², and both follow",
        section=SECTION,
        evidence=(
            Numeric(
                statement=sp.Matrix([lam * E**2 / U, lam**2 * E**2 / (2 * q)]),
                against=solved,
                witnesses=(
                    {"E": 2.0, "U": 3.0, "q": 1.0, "lamda": 0.1},
                    {"E": 0.3, "U": 50.0, "q": 0.5, "lamda": 0.01},
                ),
                rtol=1e-25,
                about="eq8 and the tie solved together by Newton's method",
            ),
        ),
    ),
]
