"""Section "Downhill": the ansatz eq10, the diffusion equation eq11, and where the particles go (claim2)."""

import functools
import math
from typing import Any

import numpy as np
import sympy as sp

from blogtools.claims.heat_ode import formulas as f
from blogtools.diffusion import Mixture, PosteriorMean, downhill, heat_differences
from blogtools.ledger import Entry, Exact, Law, Numeric, Slope, Symbolic

SECTION = "Downhill"

x, y, s = sp.symbols("x y s", real=True)
t, D = sp.symbols("t D", positive=True)
a, b, c, d11, d12, d21, d22, k1, k2, k3 = sp.symbols("a b c d11 d12 d21 d22 k1 k2 k3", real=True)

LOG_P = a * x + b * y + c * x * y - x**2
"""Log p at one time, with slopes and curvature."""
FIELD = sp.Matrix([[d11 + k1 * x, d12 + k2 * x], [d21 - k1 * y**2, d22 + k3 * y]])
"""A matrix field D(x)."""
SLOPES = sp.Matrix([a + c * y - 2 * x, b + c * x])
CURVES = sp.Matrix([[-2, c], [c, 0]])
FALLS = sp.Matrix([FIELD[0, j].diff(x) + FIELD[1, j].diff(y) for j in range(2)])
"""∇·D, column by column."""


def spread_out() -> sp.Expr:
    """∇·(D∇p)/p written out: D:(∇∇log p + ∇log p ∇log p) + (∇·D)·∇log p."""
    second = CURVES + SLOPES * SLOPES.T
    return sum(FIELD[i, j] * second[i, j] for i in range(2) for j in range(2)) + FALLS.dot(SLOPES)


def flow_of_ansatz() -> sp.Expr:
    """−∇·(f p)/p for f = −D∇log p."""
    drift = -FIELD * sp.Matrix([sp.Derivative(LOG_P, x), sp.Derivative(LOG_P, y)]).doit()
    p = sp.exp(LOG_P)
    return -(sp.Derivative(drift[0] * p, x) + sp.Derivative(drift[1] * p, y)) / p


LEGENDRE = sp.Rational(1, 2) + a * sp.exp(-2 * t) * x + b * sp.exp(-6 * t) * (3 * x**2 - 1) / 2
"""Solves eq11 for D(x) = 1−x² between −1 and 1: every Legendre polynomial P_l fades like e^{−l(l+1)t}."""


def eq10(x: f.Array, t: float, data: f.Array, D: f.Array, sign: float = -1.0, power: int = 1) -> f.Array:
    """−D ∇log p_t for data points at the level t."""
    return sign * f.score(x, t, f.Cloud(data)) @ np.linalg.matrix_power(D, power).T


def by_prediction(x: f.Array, t: float, data: f.Array, D: f.Array) -> f.Array:
    """D (x − x̂_0)/t² with the package's x̂_0."""
    at = f.tensor(x)
    return np.einsum("ij,nj->ni", D, ((at - PosteriorMean(f.tensor(data), math.inf)(at, t)) / t**2).numpy())


def settings(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Points, data and a matrix D each."""
    return [
        {"x": rng.normal(size=(3, d)), "t": t, "data": rng.normal(size=(6, d)), "D": rng.normal(size=(d, d))}
        for d, t in ((1, 0.5), (2, 0.8), (10, 2.0))
    ]


def on_a_stick(rng: np.random.Generator, slope: float, end: float, power: int = 1, factor: float = 1.0) -> f.Array:
    """2,000 draws of (1 + slope·x)/2 on [−1, 1], moved by −D^power ∇log p_t to t = ``end``."""
    start = (np.sqrt((1 - slope) ** 2 + 4 * slope * rng.random(2000)) - 1) / slope

    def drift(x: f.Array, t: float) -> f.Array:
        now = slope * math.exp(-2 * t)
        return -factor * (1 - x**2) ** power * now / (1 + now * x)

    return f.flow(drift, start, 0.0, end, rtol=1e-7)


def cells(h: float) -> f.Array:
    """Middles of 2/h cells between −1 and 1."""
    return np.linspace(h / 2 - 1, 1 - h / 2, round(2 / h))


def fading(h: float, t: float = 0.3) -> f.Array:
    """1/2 + e^{−2t} x/3 + e^{−6t} P_2(x)/4 there."""
    x = cells(h)
    return 0.5 + math.exp(-2 * t) * x / 3 + math.exp(-6 * t) * (3 * x**2 - 1) / 8


def steepness(x: f.Array, t: float, cloud: f.Cloud, way: float = 1.0) -> list[int]:
    """Sign of log p_t a little along the drift of eq10 minus log p_t here, t held fixed."""
    ahead = x + way * 1e-4 * f.eq17(x, t, cloud)
    return [int(v) for v in np.sign(f.log_p(ahead, t, cloud) - f.log_p(x, t, cloud))]


def rate(x: f.Array, t: float, sign: float = 1.0, frozen: bool = False) -> f.Array:
    """D_t ∇²log p_t for two blobs and σ_t = t; ``frozen``: −D_t ‖∇log p_t‖², as if the hill stood still."""
    if frozen:
        return -t * (f.score(x, t, f.PAIR) ** 2).sum(-1)
    return sign * t * f.laplacian(x, t, f.PAIR)


def along_path(x: f.Array, t: float) -> f.Array:
    """d/dt log p_t(x_t) along the flow, by a central difference."""
    h = 1e-4

    def drift(x: f.Array, t: float) -> f.Array:
        return -t * f.torch_derivatives(x, t, f.PAIR)[0]

    before, after = (f.log_p(f.flow(drift, x, t, t + k * h, rtol=1e-12), t + k * h, f.PAIR) for k in (-1, 1))
    return (after - before) / (2 * h)


VALLEY, HILL = np.array([[0.2]]), np.array([[1.5]])

ENTRIES = [
    Entry(
        id="9280.eq10",
        kind="identity",
        latex=r"\boldsymbol f_t(\boldsymbol x_t)=-\boldsymbol D_t(\boldsymbol x_t)"
        r"\nabla_{\boldsymbol x_t}\log p_t(\boldsymbol x_t)",
        says="the ansatz: what it carries is f p = -D grad p, and with points for data f is D(x - mean of the data)/σ²",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=-sp.exp(LOG_P) * (FIELD * SLOPES),
                against=-FIELD * sp.Matrix([sp.Derivative(sp.exp(LOG_P), x), sp.Derivative(sp.exp(LOG_P), y)]),
                no_automatic="the entries share their terms; the mutants by hand change one thing each",
                mutants={
                    "uphill": sp.exp(LOG_P) * (FIELD * SLOPES),
                    "D transposed": -sp.exp(LOG_P) * (FIELD.T * SLOPES),
                    "without p": -(FIELD * SLOPES),
                },
                about="f p is -D grad p, for a matrix field D",
            ),
            Numeric(
                statement=eq10,
                against=by_prediction,
                witnesses=settings,
                rtol=1e-9,
                atol=1e-10,
                mutants={
                    "uphill": functools.partial(eq10, sign=1.0),
                    "D twice": functools.partial(eq10, power=2),
                },
                about="the package's posterior mean",
            ),
            Numeric(
                statement=eq10,
                against=lambda x, t, data, D: downhill(Mixture(f.tensor(data), 0.0).log_density, f.tensor(D))(
                    f.tensor(x), f.tensor(t)
                ).numpy(),
                witnesses=settings,
                rtol=1e-9,
                atol=1e-10,
                mutants={"D transposed": lambda x, t, data, D: eq10(x, t, data, D.T)},
                about="the package's drift, by autograd",
            ),
        ),
    ),
    Entry(
        id="9280.eq11",
        kind="identity",
        latex=r"\frac{\partial}{\partial t}p_t(\boldsymbol x_t)=\nabla_{\boldsymbol x_t}\cdot"
        r"\bigl(\boldsymbol D_t(\boldsymbol x_t)\nabla_{\boldsymbol x_t}p_t(\boldsymbol x_t)\bigr)",
        says="the ansatz put into eq9 is the diffusion equation, also for a matrix D that differs from place to place",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=spread_out(),
                against=flow_of_ansatz(),
                no_automatic="the mutants by hand change one thing each",
                mutants={
                    "D outside the divergence": spread_out() - FALLS.dot(SLOPES),
                    "with the other sign": -spread_out(),
                    "without the curvature": spread_out() + 2 * FIELD[0, 0],
                },
                about="-∇·(f p) is ∇·(D∇p), for a matrix field in the plane that is not even symmetric",
            ),
            Symbolic(
                statement=sp.diff(LEGENDRE, t),
                against=sp.Derivative((1 - x**2) * sp.Derivative(LEGENDRE, x), x),
                domain={"x": (-0.9, 0.9)},
                partial=True,
                about="a solution with D(x) = 1-x²: Legendre polynomials that fade",
            ),
            Law(
                statement=on_a_stick,
                against=lambda z, slope, end: (
                    (np.clip(z, -1, 1) + 1) / 2 + slope * math.exp(-2 * end) * (np.clip(z, -1, 1) ** 2 - 1) / 4
                ),
                witnesses=({"slope": 0.9, "end": 0.3}, {"slope": -0.8, "end": 1.0}),
                mutants={
                    "D = (1 - x^2)^6": functools.partial(on_a_stick, power=6),
                    "uphill": functools.partial(on_a_stick, factor=-0.3),
                    "at rest": functools.partial(on_a_stick, factor=0.0),
                },
                about="2,000 particles under eq10 with that D(x) have that density",
            ),
            Slope(
                statement=fading,
                against=lambda h: heat_differences(fading(h, 0.0), cells(h), 0.3, lambda x, t: 1 - x**2),
                order=2,
                witnesses=(1 / 10, 1 / 20, 1 / 40, 1 / 80),
                mutants={"half as late": functools.partial(fading, t=0.15)},
                shares={
                    "*.fading": "p_0 for the package, and p_t, are one formula at two times",
                    "*.cells": "the grid",
                },
                about="the package's finite differences with that D(x)",
            ),
        ),
    ),
    Entry(
        id="9280.claim2",
        kind="identity",
        latex=r"\boldsymbol f_t\cdot\nabla\log p_t=-D_t\lVert\nabla\log p_t\rVert^2\le0",
        says="with D > 0 particles go down the slope of the p_t of their moment, and backwards up it",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=-D * ((a + c * y - 2 * x) ** 2 + (b + c * x) ** 2),
                against=sp.Subs(
                    sp.Derivative(
                        LOG_P.subs({x: x - s * D * SLOPES[0], y: y - s * D * SLOPES[1]}, simultaneous=True), s
                    ),
                    s,
                    0,
                ),
                about="slope of log p along the drift: minus a square",
            ),
            Exact(
                statement=steepness,
                against=lambda x, t, cloud: [-1] * len(x),
                witnesses=lambda rng: [
                    {"x": 2 * rng.normal(size=(20, d)), "t": t, "cloud": f.Cloud(rng.normal(size=(5, d)), 0.1)}
                    for d, t in ((1, 0.5), (2, 0.2), (10, 1.0))
                ],
                mutants={"backwards": functools.partial(steepness, way=-1.0)},
                partial=True,
                about="the sign of the change of log p_t after a little way, t held fixed",
            ),
        ),
    ),
    Entry(
        id="9280.claim2.valley",
        kind="identity",
        latex=r"\frac{d}{dt}\log p_t(\boldsymbol x_t)=D_t\nabla^2\log p_t(\boldsymbol x_t)",
        says="but the hills sink meanwhile: a particle in the valley between two modes sees its own density rise",
        section=SECTION,
        evidence=(
            Numeric(
                statement=rate,
                against=along_path,
                witnesses=({"x": VALLEY, "t": 0.4}, {"x": HILL, "t": 0.4}, {"x": np.array([[-3.0], [0.9]]), "t": 1.0}),
                rtol=1e-6,
                mutants={
                    "with the other sign": functools.partial(rate, sign=-1.0),
                    "as if p_t stood still": functools.partial(rate, frozen=True),
                },
                about="central differences along SciPy's path",
            ),
            Exact(
                statement=lambda x: int(np.sign(along_path(x, 0.4))[0]),
                against=lambda x: 1 if x is VALLEY else -1,
                witnesses=({"x": VALLEY}, {"x": HILL}),
                mutants={"downhill in p_t(x_t) always": lambda x: -1},
                partial=True,
                about="up in the valley at x = 0.2, down on the hill at x = 1.5",
            ),
        ),
    ),
]
