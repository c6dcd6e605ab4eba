"""Section "The equation for the drift": eq8, eq9, and what any solution of them does (claim1)."""

import functools
import math
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from blogtools.claims.heat_ode import formulas as f
from blogtools.ledger import Entry, Law, Numeric, Slope, Symbolic

SECTION = "The equation for the drift"

x, y = sp.symbols("x y", real=True)
t, s = sp.symbols("t s", positive=True)
step = sp.symbols("Delta", positive=True)
a, b, c, k1, k2, l1, l2, m = sp.symbols("a b c k1 k2 l1 l2 m", real=True)

LOG_P = a * x + b * y + c * t + k1 * x * y
FREE = sp.Matrix([m + k1 * x + k2 * y, l1 * x + l2 * y])
"""A log density and a drift whose first derivatives are free; no others enter eq8 and eq9."""
RESIDUAL = FREE[0] * (a + k1 * y) + FREE[1] * (b + k1 * x) + c + k1 + l2
"""f·∇log p + ∂_t log p + ∇·f of this pair, written out."""

LOGISTIC = sp.exp(t) / (x + (1 - x) * sp.exp(t)) ** 2
"""Density at t of x_0 uniform on [0, 1] under dx/dt = x(1−x)."""


def first_order_of_eq3() -> sp.Expr:
    """Slope in Δt of log p_{t+Δt}(x + fΔt) + log |I + ∂f/∂x Δt|."""
    moved = LOG_P.subs({x: x + FREE[0] * step, y: y + FREE[1] * step, t: t + step}, simultaneous=True)
    jacobian = sp.eye(2) + FREE.jacobian([x, y]) * step
    return sp.Subs(sp.Derivative(moved + sp.log(jacobian.det()), step), step, 0)


def eq8(x: f.Array, t: float, cloud: f.Cloud, time: float = 1.0, drift: float = 1.0) -> f.Array:
    """f·∇log p + ∂_t log p for the drift of eq17, derivatives by autograd."""
    gradient, rate = f.torch_derivatives(x, t, cloud)
    return (-t * drift * gradient * gradient).sum(1) + time * rate


def clouds(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Points in a mixture, 1 ... 20 dimensions, points of data among them."""
    return [
        {"x": rng.normal(size=(3, d)), "t": t, "cloud": f.Cloud(rng.normal(size=(5, d)), width)}
        for d, t, width in ((1, 1.0, 0.0), (2, 0.5, 0.4), (20, 2.0, 0.0), (20, 0.3, 1.0))
    ]


def through(z: float, t: float, factor: float = 1.0, ends: str = "both") -> float:
    """−[f p] between 0 and z: what flows in through the two ends of an interval."""
    at = np.array([[0.0], [z]])
    flux = f.eq17(at, t, f.PAIR, factor)[:, 0] * np.exp(f.log_p(at, t, f.PAIR))
    return float(flux[0] - flux[1]) if ends == "both" else float(-flux[1])


def growth(z: float, t: float) -> mpmath.mpf:
    """d/dt of P(0 ≤ x_t ≤ z), by mpmath."""

    def mass(t: mpmath.mpf) -> mpmath.mpf:
        spread = mpmath.sqrt(mpmath.mpf(f.PAIR.width) ** 2 + t**2)
        centres, weights = f.PAIR.centres[:, 0], f.PAIR.weights
        assert weights is not None
        return mpmath.fsum(
            w * (mpmath.ncdf((z - c) / spread) - mpmath.ncdf(-c / spread))
            for c, w in zip(centres, weights, strict=True)
        )

    return mpmath.diff(mass, t)


def turning(x: f.Array, t: float, turn: float, factor: float = 1.0, skew: bool = True) -> f.Array:
    """−t (I + turn·A) ∇log p in the plane, A a quarter turn; with ``skew`` false a mirror in its place."""
    down = f.eq17(x, t, f.TRIO, factor)
    return down + turn * np.stack([(-1 if skew else 1) * down[:, 1], down[:, 0]], 1)


def arrived(rng: np.random.Generator, turn: float, angle: float, factor: float = 1.0, skew: bool = True) -> f.Array:
    """2,000 draws of p_0 carried to t = 2 and seen along a direction."""
    move = functools.partial(turning, turn=turn, factor=factor, skew=skew)
    ends = f.flow(move, f.TRIO.draw(2000, 0.0, rng), 0.0, 2.0, rtol=1e-6)
    return ends @ np.array([math.cos(angle), math.sin(angle)])


def home(x: f.Array, turn: float, back: float = 1.0) -> f.Array:
    """From t = 0 to 2 along a turning drift, and back along ``back`` times the turn."""
    there = f.flow(functools.partial(turning, turn=turn), x, 0.0, 2.0)
    return f.flow(functools.partial(turning, turn=back * turn), there, 2.0, 0.0)


FAR = np.array([[4.0, 1.0], [3.0, -1.0]])


def gap(t: float, cloud: f.Cloud = f.POINTS) -> float:
    """Distance at ``t`` of two paths that start at t = 5 from the two rows of ``FAR``."""
    ends = f.flow(lambda x, t: f.eq17(x, t, cloud), FAR, 5.0, t)
    return float(np.linalg.norm(ends[0] - ends[1]))


ENTRIES = [
    Entry(
        id="9280.eq8",
        kind="identity",
        latex=r"-\nabla\cdot\boldsymbol f_t=\boldsymbol f_t\cdot\nabla\log p_t+\frac{\partial}{\partial t}\log p_t",
        says="what a drift must obey to carry p_t: it is conservation of probability to first order in the step",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=RESIDUAL,
                against=first_order_of_eq3(),
                about="eq3 and eq4 for a step: its slope in Δt is the difference of eq8's sides",
            ),
            Symbolic(
                statement=sp.expand(x * (1 - x) * sp.diff(sp.log(LOGISTIC), x) + sp.diff(sp.log(LOGISTIC), t)),
                against=-sp.Derivative(x * (1 - x), x),
                no_automatic="its log-derivatives are many terms for one density",
                mutants={
                    "without the change in time": x * (1 - x) * sp.diff(sp.log(LOGISTIC), x),
                    "time runs back": x * (1 - x) * sp.diff(sp.log(LOGISTIC), x) - sp.diff(sp.log(LOGISTIC), t),
                },
                domain={"x": (0.05, 0.95)},
                partial=True,
                about="even points under dx/dt = x(1-x), which is no heat",
            ),
            Numeric(
                statement=eq8,
                against=lambda x, t, cloud: t * f.laplacian(x, t, cloud),
                witnesses=clouds,
                rtol=1e-9,
                atol=1e-10,
                mutants={
                    "without the change in time": functools.partial(eq8, time=0.0),
                    "the drift turned round": functools.partial(eq8, drift=-1.0),
                    "half the drift": functools.partial(eq8, drift=0.5),
                },
                about="the drift of eq17 in mixtures up to d = 20, autograd against closed forms",
            ),
        ),
    ),
    Entry(
        id="9280.eq9",
        kind="identity",
        latex=r"\frac{\partial}{\partial t}p_t(\boldsymbol x_t)=-\nabla_{\boldsymbol x_t}\cdot"
        r"\bigl(\boldsymbol f_t(\boldsymbol x_t)p_t(\boldsymbol x_t)\bigr)",
        says="the continuity equation: eq8 times p; what flows through the ends is what the inside gains",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=RESIDUAL,
                against=(
                    sp.Derivative(sp.exp(LOG_P), t)
                    + sp.Derivative(FREE[0] * sp.exp(LOG_P), x)
                    + sp.Derivative(FREE[1] * sp.exp(LOG_P), y)
                )
                / sp.exp(LOG_P),
                about="eq9 divided by p is eq8, for a pair whose first derivatives are free",
            ),
            Symbolic(
                statement=sp.diff(LOGISTIC, t),
                against=-sp.Derivative(x * (1 - x) * LOGISTIC, x),
                domain={"x": (0.05, 0.95)},
                partial=True,
                about="even points under dx/dt = x(1-x)",
            ),
            Numeric(
                statement=through,
                against=growth,
                witnesses=tuple({"z": z, "t": t} for z in (0.3, 2.0, -1.5) for t in (0.4, 1.5)),
                rtol=1e-10,
                digits=30,
                mutants={
                    "the drift turned round": functools.partial(through, factor=-1.0),
                    "one end only": functools.partial(through, ends="one"),
                    "half the drift": functools.partial(through, factor=0.5),
                },
                about="two blobs on a line: flow through the ends against the growth of the mass between, by mpmath",
            ),
        ),
    ),
    Entry(
        id="9280.claim1",
        kind="law",
        latex=r"\boldsymbol x_0\sim p_0\ \Rightarrow\ \boldsymbol x_T\sim p_T",
        says="any drift that solves eq8 carries p_0 to p_T, and back; there are many, with different paths",
        section=SECTION,
        evidence=(
            Law(
                statement=arrived,
                against=lambda z, turn, angle: f.normal_cdf(
                    z, 2.0, f.TRIO, np.array([math.cos(angle), math.sin(angle)])
                ),
                witnesses=tuple({"turn": turn, "angle": angle} for turn in (0.0, 4.0) for angle in (0.0, 1.2)),
                mutants={
                    "half the drift": functools.partial(arrived, factor=0.5),
                    "a mirror in place of the turn": functools.partial(arrived, skew=False),
                },
                about="straight down, and with a whirl A∇p that has no divergence: 2,000 points land on p_2",
            ),
            Numeric(
                statement=home,
                against=lambda x, turn: x,
                witnesses=lambda rng: [{"x": f.TRIO.draw(4, 0.0, rng), "turn": turn} for turn in (0.5, 4.0)],
                rtol=1e-7,
                atol=1e-7,
                mutants={"back along another solution": functools.partial(home, back=0.0)},
                about="there and back along the same drift; along another solution one comes back elsewhere",
            ),
        ),
    ),
    Entry(
        id="9280.claim1.points",
        kind="limit",
        latex=r"\lVert\boldsymbol x_t-\boldsymbol x_t'\rVert=O(\sigma_t)",
        says="where p_0 is points the map is one-to-one for t > 0 only: all that start in one basin end on one point",
        section=SECTION,
        evidence=(
            Slope(
                statement=gap,
                against=0.0,
                order=1,
                witnesses=(1e-1, 3e-2, 1e-2, 3e-3),
                mutants={"data with a density": functools.partial(gap, cloud=f.TRIO)},
                about="distance of two paths that end on the same point; for blobs it stays",
            ),
        ),
    ),
]
