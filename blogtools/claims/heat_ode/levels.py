"""Section "From noise to data": the choice of σ_t (claim3), and how large σ_T must be (slip1)."""

import functools
import math
from typing import Any

import numpy as np
import sympy as sp
from scipy import integrate, stats

from blogtools.claims.heat_ode import formulas as f
from blogtools.claims.heat_ode.noise import SECTION
from blogtools.diffusion import PosteriorMean, prior_kl
from blogtools.ledger import Entry, Numeric, Slope, Symbolic

x = sp.symbols("x", real=True)
t, s, R = sp.symbols("t s R", positive=True)


def same_curve(x: float, schedule: str, low: float, high: float, power: float = 1.0) -> f.Array:
    """eq17 from σ = ``high`` down to ``low`` under one schedule."""
    clock, rate = {
        "t": (lambda v: v, lambda v: 1.0),
        "root of 2t": (lambda v: v**2 / 2, lambda v: 1 / v),
        "t^3": (lambda v: v ** (1 / 3), lambda v: 3 * v ** (2 / 3)),
        "e^t - 1": (lambda v: math.log1p(v), lambda v: 1 + v),
    }[schedule]
    sigma: Any = {
        "t": lambda t: t,
        "root of 2t": lambda t: math.sqrt(2 * t),
        "t^3": lambda t: t**3,
        "e^t - 1": math.expm1,
    }[schedule]

    def drift(x: f.Array, t: float) -> f.Array:
        level = sigma(t)
        return -rate(level) * level**power * f.score(x, level, f.PAIR)

    return f.flow(drift, np.array([[x]]), clock(high), clock(low))


def curve_of_package(x: float, schedule: str, low: float, high: float) -> f.Array:
    """The package's flow of the same data, in σ alone: blobs are points seen at a higher level."""
    predict = PosteriorMean(f.tensor(f.PAIR.centres), math.inf, f.tensor(f.PAIR.weights))

    def slope(sigma: float, y: f.Array) -> f.Array:
        spread = math.hypot(sigma, f.PAIR.width)
        mean = predict(f.tensor(y[None]), spread).numpy()[0]
        return sigma * (y - mean) / spread**2

    return integrate.solve_ivp(slope, (high, low), [x], "DOP853", rtol=1e-11, atol=1e-12).y[:, -1:]


def divergence(h: float, points: tuple[float, ...], weights: tuple[float, ...]) -> float:
    """KL(p_T ‖ N(0, σ_T²)) on a line for points with masses, σ_T = 1/h, by Gauss and Hermite."""
    z, w = np.polynomial.hermite_e.hermegauss(120)
    total = 0.0
    for point, mass in zip(points, weights, strict=True):
        y = z + h * point
        ratio = sum(v * np.exp(y * h * p - (h * p) ** 2 / 2) for p, v in zip(points, weights, strict=True))
        total += mass * float(w @ np.log(ratio)) / math.sqrt(2 * math.pi)
    return total


def log_ratio(shift: sp.Expr, sigma: sp.Expr) -> sp.Expr:
    """Log N(x; shift, σ²) − log N(x; 0, σ²)."""
    return (x**2 - (x - shift) ** 2) / (2 * sigma**2)


def cost_of_point(R: float, sigma: float, d: int) -> float:
    """KL of N(x_0, σ²I) from N(0, σ²I) for ‖x_0‖ = R, by SciPy along x_0; the other directions give nothing."""
    line = stats.norm(R, sigma)
    return integrate.quad(
        lambda x: line.pdf(x) * (line.logpdf(x) - stats.norm(0, sigma).logpdf(x)), R - 12 * sigma, R + 12 * sigma
    )[0]


ENTRIES = [
    Entry(
        id="9280.claim3",
        kind="identity",
        latex=r"\frac{d\boldsymbol x}{d\sigma}=-\sigma\nabla\log p_\sigma(\boldsymbol x),"
        r"\quad\sigma_0=0,\ \sigma_T\gg1",
        says="any σ_t that grows from 0 will do: in σ the path is the same, and a large σ_T makes p_T plain noise",
        section=SECTION,
        evidence=(
            Numeric(
                statement=same_curve,
                against=curve_of_package,
                witnesses=tuple(
                    {"x": -4.0, "schedule": name, "low": 0.1, "high": 3.0}
                    for name in ("t", "root of 2t", "t^3", "e^t - 1")
                ),
                rtol=1e-7,
                mutants={
                    "σ̇ alone": functools.partial(same_curve, power=0.0),
                    "σ̇σ²": functools.partial(same_curve, power=2.0),
                },
                about="four schedules; σ_t = root of 2t, which is D = 1, is not even smooth at 0",
            ),
            Slope(
                statement=lambda h: divergence(h, (-1.0, 2.0), (0.5, 0.5)),
                against=0.0,
                order=2,
                tolerance=0.1,
                witnesses=(1 / 20, 1 / 40, 1 / 80),
                mutants={"at the root of σ": lambda h: divergence(math.sqrt(h), (-1.0, 2.0), (0.5, 0.5))},
                about="what plain noise costs, in nats, falls like σ_T^-2",
            ),
        ),
    ),
    Entry(
        id="9280.slip1",
        kind="limit",
        latex=r"\sigma_T\gg1",
        says="large against what? Read as a number it fails for data that are large themselves",
        section=SECTION,
        corrected_by="9280.slip1.right",
        evidence=(
            Symbolic(
                statement=1 / (2 * s**2),
                amended=R**2 / (2 * s**2),
                against=sp.Integral(
                    log_ratio(R, s) * sp.exp(-((x - R) ** 2) / (2 * s**2)) / sp.sqrt(2 * sp.pi) / s,
                    (x, -sp.oo, sp.oo),
                ),
                no_automatic="each integral takes sympy a second",
                mutants={"the norm not squared": R / (2 * s**2), "without the half": R**2 / s**2},
                about="what eq19 costs for one sample of norm R, in nats; as printed R does not matter",
            ),
        ),
    ),
    Entry(
        id="9280.slip1.right",
        kind="limit",
        latex=r"\sigma_T^2\gg\mathbb E\lVert\boldsymbol x_0\rVert^2,\quad"
        r"\mathbb E_{\boldsymbol x_0}\mathrm{KL}=\frac{\mathbb E\lVert\boldsymbol x_0\rVert^2}{2\sigma_T^2}",
        says="σ_T must be large against the norm of the data: a sample of norm R costs R²/2σ_T² nats in any dimension",
        section=SECTION,
        evidence=(
            Numeric(
                statement=lambda R, sigma, d: R**2 / (2 * sigma**2),
                against=cost_of_point,
                witnesses=({"R": 1.0, "sigma": 3.0, "d": 1}, {"R": 28.0, "sigma": 80.0, "d": 784}),
                rtol=1e-8,
                mutants={
                    "the norm as 1": lambda R, sigma, d: 1 / (2 * sigma**2),
                    "with d": lambda R, sigma, d: (R**2 + d) / (2 * sigma**2),
                },
                about="by SciPy's quadrature",
            ),
            Numeric(
                statement=lambda data, sigma: float((data**2).sum(1).mean()) / (2 * sigma**2),
                against=lambda data, sigma: prior_kl(f.tensor(data), sigma),
                witnesses=lambda rng: [{"data": rng.normal(size=(50, d)), "sigma": 5.0 * d} for d in (1, 64)],
                rtol=1e-12,
                mutants={"with the norm of the mean": lambda data, sigma: (data.mean(0) ** 2).sum() / (2 * sigma**2)},
                about="the package's warning",
            ),
        ),
    ),
    Entry(
        id="9280.slip1.whole",
        kind="order",
        latex=r"\mathrm{KL}(p_T\Vert\mathcal N(\boldsymbol 0,\sigma_T^2\boldsymbol I))="
        r"\frac{\lVert\mathbb E\boldsymbol x_0\rVert^2}{2\sigma_T^2}+O(\sigma_T^{-4})\le"
        r"\frac{\mathbb E\lVert\boldsymbol x_0\rVert^2}{2\sigma_T^2}",
        says="for the whole cloud that is a bound: to first order only the mean counts, so centred data cost far less",
        section=SECTION,
        evidence=(
            Slope(
                statement=lambda h: h**2 * 0.5**2 / 2,
                against=lambda h: divergence(h, (-1.0, 2.0), (0.5, 0.5)),
                order=4,
                witnesses=(1 / 5, 1 / 10, 1 / 20, 1 / 40),
                tolerance=0.15,
                mutants={"the mean of the squares": lambda h: h**2 * 2.5 / 2},
                about="points at -1 and 2: the mean, 1/2, gives the first term",
            ),
            Slope(
                statement=lambda h: h**4 * 1.5**4 / 4,
                against=lambda h: divergence(h, (-1.5, 1.5), (0.5, 0.5)),
                order=6,
                witnesses=(1 / 5, 1 / 10, 1 / 20),
                tolerance=0.3,
                mutants={"the mean of the squares": lambda h: h**2 * 1.5**2 / 2, "half of it": lambda h: h**4 * 0.63},
                about="points at ±1.5: the fourth power of 1/σ_T, a quarter of the squared variance",
            ),
            Numeric(
                statement=lambda h: max(divergence(h, (-1.0, 2.0), (0.5, 0.5)) - h**2 * 2.5 / 2, 0.0),
                against=0.0,
                witnesses=(1.0, 0.5, 0.1),
                atol=1e-12,
                rtol=0.0,
                mutants={
                    "bounded by the mean alone": lambda h: max(
                        divergence(h, (-1.0, 2.0), (0.5, 0.5)) - h**2 * 0.25 / 2, 0.0
                    ),
                },
                about="never above E‖x_0‖²/2σ_T²",
            ),
        ),
    ),
]
