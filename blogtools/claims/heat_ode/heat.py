"""Section "The heat equation": eq12 and its solution eq13."""

import functools

import mpmath
import numpy as np
import sympy as sp
from scipy import linalg, special

from blogtools.claims.heat_ode import formulas as f
from blogtools.diffusion import Heat, Linear, Poisson, Process, VarianceExploding, heat_differences
from blogtools.ledger import Entry, Law, Numeric, Slope, Symbolic

SECTION = "The heat equation"

x, x0, y, m, u = sp.symbols("x x0 y m u", real=True)
r, t, s, c, D, width = sp.symbols("r t s c D width", positive=True)
d = sp.symbols("d", integer=True, positive=True)

SIGMA = t**2
"""A σ_t with σ_0 = 0 that is not σ_t = t."""
DIFFUSION = sp.expand(sp.diff(SIGMA, t) * SIGMA)
"""Its D_t = σ̇σ."""


def kernel(r: sp.Expr, sigma: sp.Expr, d: sp.Expr) -> sp.Expr:
    """N(x_t; x_0, σ²I) at the distance r."""
    return (2 * sp.pi * sigma**2) ** (-d / 2) * sp.exp(-(r**2) / (2 * sigma**2))


def mixture(
    x: float, t: float, centres: tuple[float, ...], edges: tuple[float, float], power: float = 1.0, square: bool = True
) -> float:
    """eq13 with σ_t = t for p_0 half points, half a box, as a sum and an integral in closed form."""
    sigma = t**power if square else t**0.5
    points = np.exp(-((x - np.array(centres)) ** 2) / (2 * sigma**2)).mean() / (2 * np.pi * sigma**2) ** 0.5
    low, high = edges
    box = (special.ndtr((x - low) / sigma) - special.ndtr((x - high) / sigma)) / (high - low)
    return float(points + box) / 2


def by_quadrature(x: float, t: float, centres: tuple[float, ...], edges: tuple[float, float]) -> mpmath.mpf:
    """The same by mpmath: the integral over the box done by quadrature."""

    def normal(at: float) -> mpmath.mpf:
        return mpmath.npdf(x, at, t)

    low, high = edges
    box = mpmath.quad(normal, mpmath.linspace(low, high, 6)) / (high - low)
    return (mpmath.fsum(normal(at) for at in centres) / len(centres) + box) / 2


GRID = {"*.heat_ode.heat.on_grid": "the places at which both are asked for"}


def on_grid(h: float) -> f.Array:
    """Places −6, −6+h, ... 6."""
    return np.linspace(-6, 6, round(12 / h) + 1)


def p_start(at: f.Array) -> f.Array:
    """p_0 on a line: two blobs, 0.6 and 0.4 wide."""
    return np.exp(-((at + 1) ** 2) / 0.72) / 1.2 + np.exp(-((at - 1) ** 2) / 0.32) / 0.8


def analytic(h: float, t: float = 0.5, factor: float = 1.0) -> f.Array:
    """p_t of it by eq13 with σ_t = t."""
    at, v = on_grid(h), factor * t**2
    one, other = 0.36 + v, 0.16 + v
    return 0.5 * (np.exp(-((at + 1) ** 2) / (2 * one)) / one**0.5 + np.exp(-((at - 1) ** 2) / (2 * other)) / other**0.5)


def differences(h: float, t: float = 0.5) -> f.Array:
    """The same by finite differences in x, solved in time by the exponential of the matrix; D_t = t."""
    at = on_grid(h)
    n = len(at)
    second = (np.eye(n, k=1) - 2 * np.eye(n) + np.eye(n, k=-1)) / h**2
    return linalg.expm(second * t**2 / 2) @ p_start(at)


def returned(h: float) -> f.Array:
    """p_t at σ_t = h."""
    return analytic(1 / 16, t=h)


def drawn(
    rng: np.random.Generator, process: Process, t: float, sigma: float, cloud: f.Cloud, scale: float = 1.0
) -> f.Array:
    """3,000 x_t of the package's process from data of two blobs."""
    start = f.tensor(cloud.draw(3000, 0.0, rng))
    noise = process.noise(start, f.torch_generator(rng))
    return process.forward(start, scale * noise, t).numpy()[:, 0]


def brownian(rng: np.random.Generator, d: int, end: float, factor: float = 2.0) -> f.Array:
    """Steps of variance 2 D_s ds, D_s = 1 + s, from 0 to ``end``: one coordinate of 3,000 wanderers in d dimensions."""
    at, steps = np.zeros((3000, d)), 400
    for k in range(steps):
        now = (k + 0.5) * end / steps
        at = at + np.sqrt(factor * (1 + now) * end / steps) * rng.normal(size=at.shape)
    return at[:, 0]


ENTRIES = [
    Entry(
        id="9280.eq12",
        kind="identity",
        latex=r"\frac{\partial}{\partial t}p_t(\boldsymbol x_t)=D_t\nabla^2_{\boldsymbol x_t}p_t(\boldsymbol x_t)",
        says="the heat equation: eq11 with one number D_t for all places; the normal law with D_t = σ̇σ solves it",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=sp.Derivative(sp.exp(m * x + u * x * y), x, 2) * D
                + D * sp.Derivative(sp.exp(m * x + u * x * y), y, 2),
                against=sp.Derivative(D * sp.Derivative(sp.exp(m * x + u * x * y), x), x)
                + sp.Derivative(D * sp.Derivative(sp.exp(m * x + u * x * y), y), y),
                partial=True,
                about="eq11 for a D without x",
            ),
            Symbolic(
                statement=DIFFUSION * kernel(r, SIGMA, d) * (r**2 / SIGMA**4 - d / SIGMA**2),
                against=sp.Derivative(kernel(r, SIGMA, d), t),
                about="the heat kernel in any dimension d, by its distance r, for σ_t = t²",
            ),
            Symbolic(
                statement=kernel(r, s, d) * (r**2 / s**4 - d / s**2),
                against=sp.Derivative(kernel(r, s, d), r, 2) + (d - 1) / r * sp.Derivative(kernel(r, s, d), r),
                partial=True,
                about="the Laplacian used there, in polar form",
            ),
        ),
    ),
    Entry(
        id="9280.eq13",
        kind="identity",
        latex=r"p_t(\boldsymbol x_t)=\int\mathcal N(\boldsymbol x_t;\boldsymbol x_0,\sigma_t^2\boldsymbol I)"
        r"p_0(\boldsymbol x_0)\,d\boldsymbol x_0,\quad\sigma_t^2=2\int_0^tD_s\,ds,\quad D_t=\dot\sigma_t\sigma_t",
        says="its solution: every point of the data becomes a blob of width σ_t",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=-((x - x0) ** 2) / (2 * s**2) - (x0 - m) ** 2 / (2 * width**2),
                against=-((x - m) ** 2) / (2 * (s**2 + width**2))
                - (x0 - (width**2 * x + s**2 * m) / (s**2 + width**2)) ** 2 * (1 / s**2 + 1 / width**2) / 2,
                partial=True,
                about="a normal p_0: the square completed, so that x_0 integrates away and the variances add",
            ),
            Symbolic(
                statement=c + 3 * m**2 * t**2,
                against=sp.sqrt(2 * sp.Integral(c + 3 * m**2 * u**2, (u, 0, t)))
                * sp.Derivative(sp.sqrt(2 * sp.Integral(c + 3 * m**2 * u**2, (u, 0, t))), t),
                partial=True,
                about="σ² = 2∫D gives D = σ̇σ back, D_t = c + 3m²t²",
            ),
            Numeric(
                statement=mixture,
                against=by_quadrature,
                witnesses=tuple(
                    {"x": x, "t": t, "centres": (-1.0, 0.3, 2.0), "edges": (-0.5, 1.5)}
                    for x, t in ((0.0, 0.3), (1.4, 0.3), (-2.0, 1.0), (5.0, 3.0))
                ),
                rtol=1e-10,
                digits=25,
                mutants={
                    "σ for σ²": functools.partial(mixture, square=False),
                    "σ_t = t²": functools.partial(mixture, power=2.0),
                },
                about="p_0 half points, half a box; by mpmath's quadrature",
            ),
            Slope(
                statement=analytic,
                against=differences,
                order=2,
                witnesses=(1 / 8, 1 / 12, 1 / 16, 1 / 24),
                mutants={
                    "σ² without the 2": functools.partial(analytic, factor=0.5),
                    "σ² = 2t²": functools.partial(analytic, factor=2.0),
                },
                shares=GRID,
                about="finite differences of eq12 come to it with the square of the mesh",
            ),
            Slope(
                statement=analytic,
                against=lambda h: heat_differences(p_start(on_grid(h)), on_grid(h), 0.5),
                order=2,
                witnesses=(1 / 8, 1 / 12, 1 / 16, 1 / 24),
                mutants={"σ² without the 2": functools.partial(analytic, factor=0.5)},
                shares=GRID,
                about="and so do the package's",
            ),
            Slope(
                statement=returned,
                against=lambda h: p_start(on_grid(1 / 16)),
                order=2,
                witnesses=(0.08, 0.04, 0.02, 0.01),
                mutants={"from t = 1/4": lambda h: analytic(1 / 16, t=0.25 + h)},
                shares=GRID,
                about="at t = 0 it is p_0, and leaves it like σ²",
            ),
            Law(
                statement=drawn,
                against=lambda z, process, t, sigma, cloud: f.normal_cdf(z, sigma, cloud, np.ones(1)),
                witnesses=(
                    {"process": Linear(Heat()), "t": 0.7, "sigma": 0.7, "cloud": f.PAIR},
                    {
                        "process": Linear(VarianceExploding(4.0, 0.1)),
                        "t": 0.5,
                        "sigma": 0.1 * 39**0.5,
                        "cloud": f.PAIR,
                    },
                    {"process": Poisson(float("inf")), "t": 2.0, "sigma": 2.0, "cloud": f.PAIR},
                ),
                mutants={"noise half as large again": functools.partial(drawn, scale=1.5)},
                about="x_t drawn by the package's processes",
            ),
            Law(
                statement=brownian,
                against=lambda z, d, end: special.ndtr(z / np.sqrt(2 * end + end**2)),
                witnesses=({"d": 1, "end": 1.0}, {"d": 3, "end": 0.4}),
                mutants={"steps of variance D ds": functools.partial(brownian, factor=1.0)},
                about="3,000 wanderers from one point, D_s = 1 + s: their σ² is 2t + t²",
            ),
        ),
    ),
]
