"""Section "A closed form": eq17 to eq22, how good the ODE limit is, and the shift of one step."""

import functools
import math
from collections.abc import Sequence
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from scipy import integrate

from blogtools.claims.amos_recipes import formulas as f
from blogtools.ledger import Entry, Numeric, Slope, Symbolic
from blogtools.optim import exact_recursion, half_life_rate, inverse_square

SECTION = "A closed form"

a0, p, t, T = sp.symbols("alpha_0 p t T", positive=True)
SMALL = (0.02, 0.01, 0.005, 0.0025)
UP_TO = 12.0
"""τ = α_0 p t up to which the recursion is followed."""

RECIPES: tuple[dict[str, Any], ...] = (
    {"alpha0": 0.01, "p": 0.3, "q": 1.0},
    {"alpha0": 0.5, "p": 0.9, "q": 0.5},
    {"alpha0": 0.001, "p": 0.05, "q": 2.0},
)
STEPS = 12


def decay_rates(alpha0: float, p: float, q: float, factor: float = 2.0) -> list[Any]:
    """ρ_1 … ρ_12 of eq16, each from the ones before it."""
    found: list[Any] = []
    for _ in range(STEPS):
        before = mpmath.fsum(p * mpmath.sqrt(2 * r * q) for r in found)
        found.append(mpmath.mpf(alpha0) ** 2 / (2 * mpmath.mpf(q)) * mpmath.exp(-factor * before))
    return found


def roots(alpha0: float, p: float, q: float) -> list[Any]:
    """√(2ρ_t q) of them."""
    return [mpmath.sqrt(2 * r * mpmath.mpf(q)) for r in decay_rates(alpha0, p, q)]


def eq17(alpha0: float, p: float, q: float, factor: float = 1.0, shift: int = 0) -> list[Any]:
    """α_0 exp(−Σ_{i<t} p√(2ρ_i q)), each from its own values before: no ρ is needed."""
    found: list[Any] = []
    for _ in range(STEPS):
        earlier = found[: max(0, len(found) - shift)]
        found.append(mpmath.mpf(alpha0) * mpmath.exp(-factor * p * mpmath.fsum(earlier)))
    return found


def eq18(alpha0: float, p: float, q: float, factor: float = 1.0, late: bool = False) -> list[Any]:
    """S_1 … S_12 with S_1 = 0 by the difference equation."""
    found = [mpmath.mpf(0)]
    while len(found) < STEPS:
        here = found[-2] if late and len(found) > 1 else found[-1]
        found.append(found[-1] + mpmath.mpf(alpha0) * p * mpmath.exp(-factor * here))
    return found


def sums(alpha0: float, p: float, q: float) -> list[Any]:
    """S_t = Σ_{i=1}^{t−1} p√(2ρ_i q) by definition."""
    terms = [p * mpmath.sqrt(2 * r * mpmath.mpf(q)) for r in decay_rates(alpha0, p, q)]
    return [mpmath.fsum(terms[:n]) for n in range(STEPS)]


def followed(h: float, power: float = 1.0, first: float = 0.0) -> np.ndarray:
    """S of the difference equation with α_0 p = h at τ = 0, 1, 2, … , UP_TO."""
    found, value = [first], first
    for step in range(1, round(UP_TO / h) + 1):
        value += h * math.exp(-power * value)
        if step % round(1 / h) == 0:
            found.append(value)
    return np.array(found)


def by_ode(h: float) -> np.ndarray:
    """S of dS/dτ = e^{−S}, S = 0 at τ = 0, by SciPy's DOP853."""
    at = np.arange(UP_TO + 1)
    return integrate.solve_ivp(lambda _, s: np.exp(-s), (0, UP_TO), [0.0], "DOP853", at, rtol=1e-12, atol=1e-13).y[0]


def where(h: float) -> float:
    """1 + τ at which it is largest."""
    steps = round(20 / h)
    exact = f.decay_by_steps(h, steps)
    return 1 + h * int(np.abs((1 + h * np.arange(steps + 1)) ** -2.0 / exact - 1).argmax())


def extrapolated(values: Sequence[float], steps: Sequence[float]) -> float:
    """Limit at 0 of values at falling steps: the polynomial through them (Neville)."""
    table = list(values)
    for order in range(1, len(table)):
        table = [
            (steps[i + order] * table[i] - steps[i] * table[i + 1]) / (steps[i + order] - steps[i])
            for i in range(len(table) - 1)
        ]
    return table[0]


def error_at(tau: float) -> float:
    """Limit for h → 0 of (closed form/recursion − 1)/h at τ."""
    steps = (0.02, 0.01, 0.005, 0.0025)
    return extrapolated([((1 + tau) ** -2 / f.decay_by_steps(h, round(tau / h))[-1] - 1) / h for h in steps], steps)


def shift_at(tau: float) -> float:
    """Limit for h → 0 of (decay numbered from S_1 = 0 / from S_0 = 0 − 1)/h at τ."""
    steps = (0.02, 0.01, 0.005, 0.0025)
    found = [
        (f.decay_by_steps(h, round(tau / h), start=1)[-1] / f.decay_by_steps(h, round(tau / h))[-1] - 1) / h
        for h in steps
    ]
    return extrapolated(found, steps)


def half_time(T: Any) -> Any:
    """The α_0 p at which the decay is ½ at t = T, by bisection on the ODE's solution."""
    return mpmath.findroot(
        lambda r: 1 / (r * T + 1) ** 2 - mpmath.mpf(1) / 2, (0, 1 / mpmath.mpf(T)), solver="anderson"
    )


ENTRIES = [
    Entry(
        id="9344.eq17",
        kind="identity",
        latex=r"\sqrt{2\rho_tq}\approx\alpha_0\exp\Big(-\sum_{i=1}^{t-1}p\sqrt{2\rho_iq}\Big)",
        says="the root of eq16's ρ_t: an equation for √(2ρq) alone, each value from those before it",
        section=SECTION,
        evidence=(
            Numeric(
                statement=eq17,
                against=roots,
                witnesses=RECIPES,
                rtol=1e-40,
                mutants={
                    "the square's exponent kept": functools.partial(eq17, factor=2.0),
                    "one term less": functools.partial(eq17, shift=1),
                },
                about="twelve steps at 50 digits, against the ρ of eq16",
            ),
        ),
    ),
    Entry(
        id="9344.eq18",
        kind="identity",
        latex=r"\frac{S_t-S_{t-1}}p\approx\alpha_0e^{-S_{t-1}}\ \Rightarrow\ S_{t+1}-S_t\approx\alpha_0pe^{-S_t}",
        says="for the sum in the exponent it is a difference equation, exact where eq17 is",
        section=SECTION,
        evidence=(
            Numeric(
                statement=eq18,
                against=sums,
                witnesses=RECIPES,
                rtol=1e-40,
                atol=1e-45,
                mutants={
                    "e^{-2S}": functools.partial(eq18, factor=2.0),
                    "from the step before": functools.partial(eq18, late=True),
                },
                about="S_1 … S_12, against the sums of eq16's own rates",
            ),
        ),
    ),
    Entry(
        id="9344.eq19",
        kind="limit",
        latex=r"\frac{dS_t}{dt}\approx\alpha_0pe^{-S_t}",
        says="for small α_0 p the difference is a derivative; the error is of first order in α_0 p",
        section=SECTION,
        evidence=(
            Slope(
                statement=followed,
                against=by_ode,
                order=1,
                witnesses=SMALL,
                tolerance=0.03,
                mutants={
                    "e^{-2S}": functools.partial(followed, power=2.0),
                    "no damping": functools.partial(followed, power=0.0),
                    "S_0 = 0.1": functools.partial(followed, first=0.1),
                },
                about="the recursion against SciPy's solution at τ = α_0pt = 0 … 12",
            ),
            Slope(
                statement=lambda h: exact_recursion(h, round(UP_TO / h))[:: round(1 / h)],
                against=lambda h: np.exp(-2 * by_ode(h)),
                order=1,
                witnesses=SMALL,
                tolerance=0.05,
                mutants={
                    "inverse time": lambda h: exact_recursion(h, round(UP_TO / h), "inverse-time")[:: round(1 / h)]
                },
                about="and the package's recursion, e^{-2S}",
            ),
        ),
    ),
    Entry(
        id="9344.eq20",
        kind="identity",
        latex=r"e^{-2S_t}\approx\frac1{(\alpha_0pt+1)^2}",
        says="the ODE with S_0 = 0 is solved by S = log(α_0pt + 1): the rates fall with the inverse square",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=a0 * p / (a0 * p * t + 1),
                against=sp.Derivative(sp.log(a0 * p * t + 1), t),
                about="eq19 with e^{-S} = 1/(α_0pt + 1); at t = 0 the logarithm is 0",
            ),
            Numeric(
                statement=1 / (a0 * p * t + 1) ** 2,
                against=lambda alpha_0, p, t: f.by_separation(alpha_0, p, t),
                witnesses=(
                    {"alpha_0": 0.01, "p": 0.3, "t": 700.0},
                    {"alpha_0": 0.5, "p": 0.9, "t": 3.0},
                    {"alpha_0": 1.0, "p": 1.0, "t": 0.0},
                ),
                rtol=1e-9,
                digits=25,
                about="the ODE by separation, with mpmath's quadrature",
            ),
        ),
    ),
    Entry(
        id="9344.eq20.constant",
        kind="limit",
        latex=r"\max_t\Big|\frac{(\alpha_0pt+1)^{-2}}{e^{-2S_t}}-1\Big|\to\frac{\alpha_0p}e",
        says="how good the closed form is: relative error τ ↦ α_0p·log(1+τ)/(1+τ), at most α_0p/e, at 1 + τ = e",
        section=SECTION,
        evidence=(
            Slope(
                statement=f.worst,
                against=lambda h: h / math.e,
                order=2,
                witnesses=SMALL,
                tolerance=0.05,
                mutants={
                    "α_0p": lambda h: f.worst(h) * math.e,
                    "α_0p/2": lambda h: f.worst(h) * math.e / 2,
                    "α_0p/π": lambda h: f.worst(h) * math.e / math.pi,
                },
                about="largest error over all t against α_0p/e: what is left is of second order",
            ),
            Numeric(
                statement=lambda tau: math.log(1 + tau) / (1 + tau),
                against=error_at,
                witnesses=(0.5, 1.0, 2.0, 6.0),
                rtol=1e-5,
                mutants={
                    "without the logarithm": lambda tau: 1 / (1 + tau),
                    "the square below": lambda tau: math.log(1 + tau) / (1 + tau) ** 2,
                },
                about="the error at τ over α_0p, extrapolated to α_0p = 0",
            ),
            Numeric(
                statement=lambda h: math.e,
                against=where,
                witnesses=(0.005, 0.0025),
                rtol=5e-3,
                mutants={"at 1 + τ = 2": lambda h: 2.0},
                partial=True,
                about="where it is largest",
            ),
        ),
    ),
    Entry(
        id="9344.slip1",
        kind="limit",
        latex=r"S_1=0",
        says="the sum of eq16 is empty at t = 1, while the ODE is started at S_0 = 0: the two are one step apart",
        section=SECTION,
        corrected_by="9344.slip1.right",
        evidence=(
            Numeric(
                statement=lambda tau: 0.0,
                amended=lambda tau: 2 / (1 + tau),
                against=shift_at,
                witnesses=(0.5, 1.0, 3.0),
                rtol=1e-4,
                mutants={
                    "1/(1 + τ)": lambda tau: 1 / (1 + tau),
                    "2/(1 + τ)²": lambda tau: 2 / (1 + tau) ** 2,
                },
                about="relative difference of the two decays over α_0p, extrapolated to α_0p = 0; printed: none",
            ),
        ),
    ),
    Entry(
        id="9344.slip1.right",
        kind="limit",
        latex=r"\frac{e^{-2S_t}\big|_{S_1=0}}{e^{-2S_t}\big|_{S_0=0}}-1\to\frac{2\alpha_0p}{1+\alpha_0pt}",
        says="the shift of one step costs 2α_0p/(1+τ), at most 2α_0p: more than the ODE limit does, gone for large t",
        section=SECTION,
        evidence=(
            Numeric(
                statement=lambda tau: 2 / (1 + tau),
                against=shift_at,
                witnesses=(0.5, 1.0, 3.0, 8.0),
                rtol=1e-4,
                mutants={"half of it": lambda tau: 1 / (1 + tau)},
            ),
        ),
    ),
    Entry(
        id="9344.eq21",
        kind="identity",
        latex=r"\alpha_t\approx\frac{\alpha_0\|\boldsymbol\varepsilon_0\|}{\|\boldsymbol u_t\|}"
        r"\frac1{(\alpha_0pt+1)^2},\quad\rho_t\approx\frac{\alpha_0^2}{2q}\frac1{(\alpha_0pt+1)^2}",
        says="recipe 1: both rates fall with the inverse square of time",
        section=SECTION,
        evidence=(
            *f.recipe_checks("inverse-square"),
            Numeric(
                statement=1 / (a0 * p * t + 1) ** 2,
                against=lambda alpha_0, p, t: float(inverse_square(t, alpha_0 * p)),
                witnesses=({"alpha_0": 0.01, "p": 0.3, "t": 0.0}, {"alpha_0": 0.01, "p": 0.3, "t": 700.0}),
                rtol=1e-13,
                about="the package's law",
            ),
        ),
    ),
    Entry(
        id="9344.eq22",
        kind="identity",
        latex=r"\alpha_0p=\frac{\sqrt2-1}T",
        says="the unknown p is set by the number of steps T after which the rates are halved",
        section=SECTION,
        evidence=(
            Numeric(
                statement=(sp.sqrt(2) - 1) / T,
                against=half_time,
                witnesses=({"T": 1}, {"T": 300}, {"T": 12345.5}),
                rtol=1e-14,
                about="by search for the root of (α_0pT + 1)² = 2",
            ),
            Numeric(
                statement=(sp.sqrt(2) - 1) / T,
                against=lambda T: half_life_rate(T),
                witnesses=({"T": 1}, {"T": 12345.5}),
                rtol=1e-14,
                about="the package's",
            ),
            Slope(
                statement=f.steps_to_half,
                against=math.sqrt(2) - 1,
                order=1,
                witnesses=SMALL,
                tolerance=0.1,
                mutants={
                    "inverse time": lambda h: f.steps_to_half(h) + 0.5 - (math.sqrt(2) - 1),
                    "(√2 − 1)/2": lambda h: f.steps_to_half(h) / 2,
                },
                partial=True,
                about="the recursion is halved there too, but for a first-order error",
            ),
        ),
    ),
]
