"""Section "Learning the field": eq8, claim7, eq9 and eq10."""

import functools
from collections.abc import Callable, Sequence
from fractions import Fraction
from statistics import median
from typing import Any

import numpy as np
import sympy as sp
from scipy import integrate, optimize

from blogtools.claims.poisson_flow import formulas as f
from blogtools.diffusion import (
    Poisson,
    PosteriorMean,
    sample,
    sphere_area,
    target_eq10,
)
from blogtools.ledger import Entry, Exact, Law, Numeric, Symbolic

SECTION = "Learning the field"

a, b, c, mu = sp.symbols("a b c mu", real=True)
p, q = sp.symbols("p q", positive=True)
MEAN = p * a + q * b + (1 - p - q) * c


def loss(m: sp.Expr) -> sp.Expr:
    """E‖x−m‖² for the values a, b, c with probabilities p, q, 1−p−q."""
    return p * (a - m) ** 2 + q * (b - m) ** 2 + (1 - p - q) * (c - m) ** 2


def eq8(x: np.ndarray, t: float, data: np.ndarray, power_shift: int = 0, sign: float = -1.0) -> np.ndarray:
    """The mean over the data as printed, without 1/S_{d+1}."""
    return sign * f.eq8_terms(x, t, data, data.shape[1] + 1 + power_shift).mean(0)


def package_direction(x: np.ndarray, t: float, data: np.ndarray) -> np.ndarray:
    """Direction of the package's field of eq3."""
    return PosteriorMean(f.tensor(data)).field(f.tensor(x), t)[0].numpy()


def package_field(x: np.ndarray, t: float, data: np.ndarray) -> np.ndarray:
    """The package's field of eq3 with its 1/S_{d+1} taken off."""
    unit, log_length = PosteriorMean(f.tensor(data)).field(f.tensor(x), t)
    return (unit * log_length.exp() * sphere_area(data.shape[1] + 1)).numpy()


def scenes(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Data and one (x, t) each, d = 1 ... 10."""
    return [
        {"x": rng.normal(size=k), "t": t, "data": rng.normal(size=(n, k))}
        for k, n, t in ((1, 1, 1.0), (1, 6, 0.5), (2, 5, 0.8), (3, 7, 2.0), (10, 4, 1.0))
    ]


def one_term(rng: np.random.Generator, d: int, part: int, power_shift: int = 0, spread: float = 1.0) -> np.ndarray:
    """Part ``part`` of the bracket of eq8 at x = (0.7, 0...), t = 1 for 20,000 draws of standard normal data."""
    at = np.zeros(d)
    at[0] = 0.7
    x0 = spread * rng.normal(size=(20000, d))
    return -f.eq8_terms(at, 1.0, x0, d + 1 + power_shift)[:, part]


def integrated(d: int, part: int) -> float:
    """The same expectation as an integral over x_0, by SciPy; the coordinates beside the first in polar form."""

    def integrand(rho: float, y: float) -> float:
        weight = 1.0 if d == 1 else float(f.sphere_area(d - 1)) * rho ** (d - 2)
        density = np.exp(-(y**2 + rho**2) / 2) / (2 * np.pi) ** (d / 2)
        top = 0.7 - y if part == 0 else 1.0
        return -weight * density * top * ((0.7 - y) ** 2 + rho**2 + 1) ** (-(d + 1) / 2)

    if d == 1:
        return integrate.quad(lambda y: integrand(0.0, y), -12, 12)[0]
    return integrate.dblquad(integrand, -12, 12, 0, 12)[0]


def by_interpolation(values: Sequence[Fraction]) -> Fraction:
    """Where E(x−μ)² is least: the vertex of the parabola through its values at −1, 0, 1."""
    below, at, above = (sum(((v - m) ** 2 for v in values), Fraction(0)) / len(values) for m in (-1, 0, 1))
    return (below - above) / (2 * (below - 2 * at + above))


def numbers(rng: np.random.Generator) -> list[list[Fraction]]:
    """Lists of fractions, a single one and equal ones among them."""
    drawn = [[Fraction(int(v), 7) for v in rng.integers(-30, 30, n)] for n in (2, 3, 10)]
    return [[Fraction(3, 2)], [Fraction(1), Fraction(1), Fraction(5)], *drawn]


def least(loss: Callable[[np.ndarray], float], k: int) -> np.ndarray:
    """Where a loss of k numbers is least, by SciPy from values alone."""
    return optimize.minimize(loss, np.full(k, 0.1), method="BFGS", options={"gtol": 1e-9}).x


def minimiser_eq10(
    x: np.ndarray, t: float, data: np.ndarray, power_shift: int = 0, sign: int = 1, norm_power: int = 2
) -> np.ndarray:
    """The s that makes eq10 least at one (x, t)."""
    terms = sign * f.eq8_terms(x, t, data, data.shape[1] + 1 + power_shift)
    return least(lambda s: float((np.linalg.norm(s + terms, axis=1) ** norm_power).mean()), len(x) + 1)


def scaled_line(x: np.ndarray, t: float, end: float, data: np.ndarray, only_across: bool = False) -> np.ndarray:
    """Where the line along c(x, t) F crosses ``end``, c a positive function; ``only_across`` scales F_x alone."""

    def slope(_: float, at: np.ndarray) -> np.ndarray:
        F = f.unit(eq8(at[:-1], at[-1], data))
        factor = 2 + np.sin(3 * at[0] + at[-1])
        return at[-1] * np.append(factor * F[:-1], (1 if only_across else factor) * F[-1])

    def crossing(_: float, at: np.ndarray) -> float:
        return at[-1] - end

    crossing.terminal = True  # type: ignore[attr-defined]
    found = integrate.solve_ivp(slope, (0, 1e3), np.append(x, t), "DOP853", events=crossing, rtol=1e-11, atol=1e-13)
    return found.y_events[0][0][:-1]


def package_flow(x: np.ndarray, t: float, end: float, data: np.ndarray) -> np.ndarray:
    """The package's sampler from t to ``end``."""
    predict = PosteriorMean(f.tensor(data))
    return sample(predict, Poisson(), f.tensor(x), f.tensor([t, end]), solver="rk45", rtol=1e-10, atol=1e-12).x.numpy()


ENTRIES = [
    Entry(
        id="9305.eq8",
        kind="identity",
        latex=r"\boldsymbol F(\boldsymbol x,t)=\mathbb E_{\boldsymbol x_0\sim\tilde p}\left["
        r"-\frac{(\boldsymbol x-\boldsymbol x_0,t)}{(\lVert\boldsymbol x-\boldsymbol x_0\rVert^2+t^2)^{(d+1)/2}}"
        r"\right]",
        says="the field as an expectation over the data, up to a positive factor",
        section=SECTION,
        evidence=(
            Numeric(
                statement=eq8,
                against=package_direction,
                witnesses=scenes,
                rtol=1e-10,
                atol=1e-12,
                up_to_scale=True,
                mutants={
                    "exponent d/2": functools.partial(eq8, power_shift=-1),
                    "exponent (d+2)/2": functools.partial(eq8, power_shift=1),
                    "repulsion": functools.partial(eq8, sign=1.0),
                },
                about="the direction of the package's field",
            ),
            Law(
                statement=one_term,
                against=integrated,
                test="mean",
                witnesses=({"d": 1, "part": 0}, {"d": 1, "part": 1}, {"d": 2, "part": 0}, {"d": 3, "part": 3}),
                mutants={
                    "exponent d/2": functools.partial(one_term, power_shift=-1),
                    "exponent (d+2)/2": functools.partial(one_term, power_shift=1),
                    "narrower data": functools.partial(one_term, spread=0.5),
                },
                about="the mean over 20,000 normal data against the integral",
            ),
        ),
    ),
    Entry(
        id="9305.claim7",
        kind="identity",
        latex=r"\frac{c\,\boldsymbol F_{\boldsymbol x}}{c\,F_t}=\frac{\boldsymbol F_{\boldsymbol x}}{F_t}",
        says="a positive factor of the field, even one that varies from place to place, leaves the ODE unchanged",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda c, across, down: [Fraction(c * v, c * down) for v in across],
                against=lambda c, across, down: [v / down for v in across],
                witnesses=lambda rng: [
                    {
                        "c": Fraction(int(rng.integers(1, 99)), 7),
                        "across": [Fraction(int(v), 5) for v in rng.integers(-50, 50, 3)],
                        "down": -Fraction(int(rng.integers(1, 99)), 3),
                    }
                    for _ in range(5)
                ],
                mutants={
                    "F_x alone": lambda c, across, down: [Fraction(c * v, down) for v in across],
                    "added": lambda c, across, down: [Fraction(v - c, down - c) for v in across],
                },
            ),
            Numeric(
                statement=scaled_line,
                against=package_flow,
                witnesses=lambda rng: [
                    {"x": 2 * rng.normal(size=k), "t": 3.0, "end": 0.2, "data": rng.normal(size=(4, k))}
                    for k in (1, 2, 5)
                ],
                rtol=1e-7,
                atol=1e-7,
                mutants={"F_x alone": functools.partial(scaled_line, only_across=True)},
                about="the flow of the scaled field by SciPy, of the plain one by the package, both solved to 1e-10",
            ),
        ),
    ),
    Entry(
        id="9305.eq9",
        kind="identity",
        latex=r"\mathbb E[\boldsymbol x]=\operatorname*{argmin}_{\boldsymbol\mu}"
        r"\mathbb E\bigl[\lVert\boldsymbol x-\boldsymbol\mu\rVert^2\bigr]",
        says="the squared error is least at the mean, and only there",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=(mu - MEAN) ** 2,
                against=loss(mu) - loss(MEAN),
                domain={"p": (0.1, 0.4), "q": (0.1, 0.4)},
                about="what another value costs is its squared distance from the mean",
            ),
            Exact(
                statement=lambda values: sum(values) / len(values),
                against=by_interpolation,
                witnesses=lambda rng: [{"values": values} for values in numbers(rng)],
                mutants={
                    "the median": lambda values: Fraction(median(values)),
                    "the middle of the range": lambda values: (min(values) + max(values)) / 2,
                },
                about="the vertex of the parabola of the loss",
            ),
        ),
    ),
    Entry(
        id="9305.eq10",
        kind="algorithm",
        latex=r"\mathbb E_{\boldsymbol x_0\sim\tilde p}\left\lVert\boldsymbol s_\theta(\boldsymbol x,t)+"
        r"\frac{(\boldsymbol x-\boldsymbol x_0,t)}{(\lVert\boldsymbol x-\boldsymbol x_0\rVert^2+t^2)^{(d+1)/2}}"
        r"\right\rVert^2",
        says="at a fixed (x, t), with x_0 drawn independently of it, the regression learns the field",
        section=SECTION,
        evidence=(
            Numeric(
                statement=minimiser_eq10,
                against=package_field,
                witnesses=lambda rng: scenes(rng)[:4],
                rtol=1e-5,
                atol=1e-6,
                mutants={
                    "exponent d/2": functools.partial(minimiser_eq10, power_shift=-1),
                    "exponent (d+2)/2": functools.partial(minimiser_eq10, power_shift=1),
                    "minus in place of plus": functools.partial(minimiser_eq10, sign=-1),
                    "the fourth power of the error": functools.partial(minimiser_eq10, norm_power=4),
                },
                about="minimised by SciPy from values of the loss alone, which gives five digits",
            ),
            Numeric(
                statement=lambda x, t, data: -f.eq8_terms(x, t, data),
                against=lambda x, t, data: target_eq10(f.tensor(np.tile(x, (len(data), 1))), t, f.tensor(data)),
                witnesses=scenes,
                rtol=1e-12,
                mutants={
                    "exponent d/2": lambda x, t, data: -f.eq8_terms(x, t, data, data.shape[1]),
                    "plus": lambda x, t, data: f.eq8_terms(x, t, data),
                },
                about="the package's target",
            ),
        ),
    ),
]
