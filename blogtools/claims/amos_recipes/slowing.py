"""Section "Convergence that slows down": eq23 to eq29, with a p that falls."""

import functools
import math
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from scipy import integrate

from blogtools.claims.amos_recipes import formulas as f
from blogtools.ledger import Entry, Numeric, Slope, Symbolic
from blogtools.optim import closed_form, exact_recursion, inverse_time

SECTION = "Convergence that slows down"

a0, p0, t, s, b, c = sp.symbols("alpha_0 p_0 t s b c", positive=True)
SMALL = (0.02, 0.01, 0.005, 0.0025)
UP_TO = 12.0
STEPS = 10


def falling(t: int) -> Any:
    """A p_t for the checks: it falls and swings."""
    return (mpmath.mpf(2) + mpmath.sin(t)) / (t + 3)


def roots(alpha0: float, q: float, first: int = 0) -> list[Any]:
    """√(2ρ_t q) of eq16 with p_i in its exponent, t = 1 … 10, from the ρ's themselves."""
    rates: list[Any] = []
    for _ in range(STEPS):
        total = mpmath.fsum(falling(i + 1) * mpmath.sqrt(2 * r * q) for i, r in enumerate(rates))
        rates.append(mpmath.mpf(alpha0) ** 2 / (2 * mpmath.mpf(q)) * mpmath.exp(-2 * total))
    return [mpmath.sqrt(2 * r * q) for r in rates]


def eq23(alpha0: float, q: float, constant: bool = False, shift: int = 0) -> list[Any]:
    """α_0 exp(−Σ_{i<t} p_i √(2ρ_i q)), each from its own values before."""
    found: list[Any] = []
    for _ in range(STEPS):
        total = mpmath.fsum(falling(1 if constant else i + 1 + shift) * value for i, value in enumerate(found))
        found.append(mpmath.mpf(alpha0) * mpmath.exp(-total))
    return found


def sums(alpha0: float, q: float) -> list[Any]:
    """S_1 … S_10 by definition, S_t = Σ_{i=1}^{t−1} p_i √(2ρ_i q)."""
    terms = [falling(i + 1) * value for i, value in enumerate(roots(alpha0, q))]
    return [mpmath.fsum(terms[:n]) for n in range(STEPS)]


def eq24(alpha0: float, q: float, late: int = 0) -> list[Any]:
    """S_1 = 0 and S_{t+1} = S_t + α_0 p_t e^{−S_t}; ``late`` takes p_{t+late}."""
    found = [mpmath.mpf(0)]
    for step in range(1, STEPS):
        found.append(found[-1] + mpmath.mpf(alpha0) * falling(step + late) * mpmath.exp(-found[-1]))
    return found


def backward(alpha0: float, q: float, shift: int = 0) -> list[Any]:
    """(S_t − S_{t−1})/p_{t−1+shift} e^{S_{t−1}} for t = 2 … 10, which must be α_0."""
    found = sums(alpha0, q)
    return [(found[n] - found[n - 1]) / falling(n + shift) * mpmath.exp(found[n - 1]) for n in range(1, STEPS)]


def speed(tau: Any) -> Any:
    """α_0 p_t as a function of τ, in units of h."""
    return 0.4 + np.cos(tau) ** 2


def followed(h: float, power: float = 1.0, late: float = 0.0) -> f.Array:
    """S of eq24 with α_0 p_t = h·speed(ht), at τ = ht = 0, 1, … , 12."""
    found, value = [0.0], 0.0
    for step in range(round(UP_TO / h)):
        value += h * float(speed(h * step + late)) * math.exp(-power * value)
        if (step + 1) % round(1 / h) == 0:
            found.append(value)
    return np.array(found)


def by_ode(h: float) -> f.Array:
    """S of dS/dτ = speed·e^{−S} by SciPy's DOP853."""
    at = np.arange(UP_TO + 1)
    return integrate.solve_ivp(
        lambda tau, s: speed(tau) * np.exp(-s), (0, UP_TO), [0.0], "DOP853", at, rtol=1e-12, atol=1e-13
    ).y[0]


def eq26(tau: f.Array, power: float = 1.0) -> f.Array:
    """1/(∫speed + 1) by SciPy's quadrature."""
    return np.array([(1 + integrate.quad(speed, 0, end)[0]) ** -power for end in tau])


def ode_at(tau: f.Array) -> f.Array:
    """e^{−S} of the ODE at τ."""
    return np.exp(
        -integrate.solve_ivp(
            lambda tau, s: speed(tau) * np.exp(-s), (0, tau[-1]), [0.0], "DOP853", tau, rtol=1e-11, atol=1e-12
        ).y[0]
    )


CASES: tuple[dict[str, Any], ...] = ({"alpha0": 0.3, "q": 1.0}, {"alpha0": 0.01, "q": 0.5})

ENTRIES = [
    Entry(
        id="9344.eq23",
        kind="identity",
        latex=r"\sqrt{2\rho_tq}\approx\alpha_0\exp\Big(-\sum_{i=1}^{t-1}p_i\sqrt{2\rho_iq}\Big)",
        says="eq17 with a p of its own for every step",
        section=SECTION,
        evidence=(
            Numeric(
                statement=eq23,
                against=roots,
                witnesses=CASES,
                rtol=1e-40,
                shares={"*.slowing.falling": "the p_t that is given"},
                mutants={
                    "one p for all": functools.partial(eq23, constant=True),
                    "p of the next step": functools.partial(eq23, shift=1),
                },
                about="ten steps with a p that falls and swings, at 50 digits",
            ),
        ),
    ),
    Entry(
        id="9344.eq24",
        kind="identity",
        latex=r"S_{t+1}-S_t\approx\alpha_0p_te^{-S_t}",
        says="the difference equation with p_t",
        section=SECTION,
        evidence=(
            Numeric(
                statement=eq24,
                against=sums,
                witnesses=CASES,
                rtol=1e-40,
                atol=1e-45,
                shares={"*.slowing.falling": "the p_t that is given"},
                mutants={
                    "p_{t+1}": functools.partial(eq24, late=1),
                    "p_{t-1}": functools.partial(eq24, late=-1),
                },
                about="S_1 … S_10, against the sums by definition",
            ),
        ),
    ),
    Entry(
        id="9344.slip5",
        kind="identity",
        latex=r"\frac{S_t-S_{t-1}}{p_t}\approx\alpha_0e^{-S_{t-1}}",
        says="the form printed before it has p_t where the last term of S_t carries p_{t-1}",
        section=SECTION,
        corrected_by="9344.slip5.right",
        evidence=(
            Numeric(
                statement=functools.partial(backward, shift=1),
                amended=backward,
                against=lambda alpha0, q: [mpmath.mpf(alpha0)] * (STEPS - 1),
                witnesses=CASES,
                rtol=1e-40,
                mutants={"p_{t+1}": functools.partial(backward, shift=2)},
                about="(S_t − S_{t−1})e^{S_{t−1}} over p is α_0 at every t",
            ),
        ),
    ),
    Entry(
        id="9344.slip5.right",
        kind="identity",
        latex=r"\frac{S_t-S_{t-1}}{p_{t-1}}\approx\alpha_0e^{-S_{t-1}}",
        says="with p_{t-1}; one step on it is eq24, which the post has right",
        section=SECTION,
        evidence=(
            Numeric(
                statement=backward,
                against=lambda alpha0, q: [mpmath.mpf(alpha0)] * (STEPS - 1),
                witnesses=CASES,
                rtol=1e-40,
                mutants={"p_t": functools.partial(backward, shift=1)},
            ),
        ),
    ),
    Entry(
        id="9344.eq25",
        kind="limit",
        latex=r"\frac{dS_t}{dt}\approx\alpha_0p_te^{-S_t}",
        says="its limit for small steps; the error is of first order",
        section=SECTION,
        evidence=(
            Slope(
                statement=followed,
                against=by_ode,
                order=1,
                witnesses=SMALL,
                tolerance=0.05,
                shares={"*.slowing.speed": "the p_t that is given"},
                mutants={
                    "e^{-2S}": functools.partial(followed, power=2.0),
                    "p of another time": functools.partial(followed, late=0.3),
                },
                about="the recursion against SciPy's solution, p = 0.4 + cos² τ",
            ),
            Slope(
                statement=lambda h: np.sqrt(
                    exact_recursion(h * speed(h * np.arange(round(UP_TO / h))), round(UP_TO / h))[:: round(1 / h)]
                ),
                against=lambda h: np.exp(-by_ode(h)),
                order=1,
                witnesses=SMALL,
                tolerance=0.05,
                shares={"*.slowing.speed": "the p_t that is given"},
                mutants={
                    "p rises": lambda h: np.sqrt(
                        exact_recursion(h * speed(h * np.arange(round(UP_TO / h))) * 1.01, round(UP_TO / h))[
                            :: round(1 / h)
                        ]
                    )
                },
                about="and the package's recursion",
            ),
        ),
    ),
    Entry(
        id="9344.eq26",
        kind="identity",
        latex=r"e^{-S_t}\approx\frac1{\alpha_0\int_0^tp_\tau d\tau+1}",
        says="its solution for any p_t: only the integral of p counts",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=a0 * (b + c * t + 3 * t**2) / (a0 * (b * t + c * t**2 / 2 + t**3) + 1),
                against=sp.Derivative(sp.log(a0 * sp.Integral(b + c * s + 3 * s**2, (s, 0, t)) + 1), t),
                partial=True,
                about="p = b + cτ + 3τ²: S = log(α_0∫p + 1) solves eq25",
            ),
            Numeric(
                statement=eq26,
                against=ode_at,
                witnesses=(np.array([0.0, 0.5, 2.0, 7.0]),),
                rtol=1e-8,
                shares={"*.slowing.speed": "the p_t that is given"},
                mutants={"the square": functools.partial(eq26, power=2.0)},
                about="quadrature against SciPy's solution",
            ),
            Numeric(
                statement=lambda tau: closed_form([integrate.quad(speed, 0, end)[0] for end in tau]),
                against=ode_at,
                witnesses=(np.array([0.0, 1.0, 4.0]),),
                rtol=1e-8,
                shares={"*.slowing.speed": "the p_t that is given"},
                mutants={"its square": lambda tau: closed_form([integrate.quad(speed, 0, e)[0] for e in tau]) ** 2},
                about="and the package's",
            ),
        ),
    ),
    Entry(
        id="9344.eq27",
        kind="identity",
        latex=r"e^{-S_t}\approx\frac1{\alpha_0p_0\int_0^te^{-S_\tau}d\tau+1}",
        says="with p_t = p_0 e^{-S_t} the solution holds itself; recipe 2 satisfies it",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=1 / sp.sqrt(2 * a0 * p0 * t + 1),
                against=1 / (a0 * p0 * sp.Integral((2 * a0 * p0 * s + 1) ** sp.Rational(-1, 2), (s, 0, t)) + 1),
                about="eq28 put into both sides",
            ),
        ),
    ),
    Entry(
        id="9344.eq28",
        kind="identity",
        latex=r"e^{-2S_t}\approx\frac1{2\alpha_0p_0t+1}",
        says="the rates fall with inverse time",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=a0 * p0 / (2 * a0 * p0 * t + 1),
                against=sp.Derivative(sp.log(2 * a0 * p0 * t + 1) / 2, t),
                about="S = ½log(2α_0p_0t + 1) solves dS/dt = α_0p_0e^{-2S}, S_0 = 0",
            ),
            Numeric(
                statement=1 / (2 * a0 * p0 * t + 1),
                against=lambda alpha_0, p_0, t: f.by_separation(alpha_0, p_0, t, 2.0),
                witnesses=(
                    {"alpha_0": 0.01, "p_0": 0.3, "t": 700.0},
                    {"alpha_0": 0.5, "p_0": 0.9, "t": 3.0},
                ),
                rtol=1e-9,
                digits=25,
                about="by separation, with mpmath's quadrature",
            ),
            Slope(
                statement=functools.partial(f.worst, power=2.0),
                against=lambda h: h / math.e,
                order=2,
                witnesses=SMALL,
                tolerance=0.06,
                partial=True,
                mutants={
                    "α_0p_0": lambda h: f.worst(h, 2.0) * math.e,
                    "2α_0p_0/e": lambda h: f.worst(h, 2.0) / 2,
                },
                about="here too the closed form is off by at most α_0p_0/e, relative, against the recursion",
            ),
            Slope(
                statement=lambda h: exact_recursion(h, round(10 / h), "inverse-time")[:: round(1 / h)],
                against=lambda h: 1 / (1 + 2 * np.arange(11.0)),
                order=1,
                witnesses=SMALL,
                tolerance=0.05,
                partial=True,
                mutants={"inverse square": lambda h: exact_recursion(h, round(10 / h))[:: round(1 / h)]},
                about="the package's recursion comes to it",
            ),
        ),
    ),
    Entry(
        id="9344.eq29",
        kind="identity",
        latex=r"\alpha_t\approx\frac{\alpha_0\|\boldsymbol\varepsilon_0\|}{\|\boldsymbol u_t\|}\frac1{2\alpha_0p_0t+1},"
        r"\quad\rho_t\approx\frac{\alpha_0^2}{2q}\frac1{2\alpha_0p_0t+1}",
        says="recipe 2: both rates fall with inverse time, half after T = 1/(2α_0p_0) steps",
        section=SECTION,
        evidence=(
            *f.recipe_checks("inverse-time"),
            Slope(
                statement=functools.partial(f.steps_to_half, power=2.0),
                against=0.5,
                order=1,
                witnesses=SMALL,
                tolerance=0.1,
                partial=True,
                mutants={"(√2 − 1)": lambda h: f.steps_to_half(h, 2.0) * (math.sqrt(2) - 1) / 0.5},
                about="α_0p_0 times the half-life of the recursion is ½, but for a first-order error",
            ),
            Numeric(
                statement=1 / (2 * a0 * p0 * t + 1),
                against=lambda alpha_0, p_0, t: float(inverse_time(t, alpha_0 * p_0)),
                witnesses=({"alpha_0": 0.01, "p_0": 0.3, "t": 0.0}, {"alpha_0": 0.01, "p_0": 0.3, "t": 700.0}),
                rtol=1e-13,
                about="the package's law",
            ),
        ),
    ),
]
