"""Section "One dimension more": eq3 and claim5."""

import functools
import math
from typing import Any

import mpmath
import numpy as np
import torch
from scipy import integrate, stats

from blogtools.claims.poisson_flow import formulas as f
from blogtools.diffusion import Poisson, PosteriorMean, grid, sample, sample_prior
from blogtools.ledger import Entry, Law, Numeric, Slope

SECTION = "One dimension more"


def eq3(
    x: np.ndarray,
    t: float,
    data: np.ndarray,
    masses: np.ndarray,
    *,
    power: int = 1,
    area: int = 1,
    sign: int = -1,
    height: float = 1.0,
) -> list[mpmath.mpf]:
    """Unit direction and log length of eq3 for the sources ``data`` at one (x, t), in mpmath.

    ``power`` and ``area`` are the 1 of (d+1)/2 and of S_{d+1}; ``height`` multiplies t in the distance.
    """
    d = len(x)
    total = [mpmath.mpf(0)] * (d + 1)
    for place, mass in zip(data, masses / masses.sum(), strict=True):
        apart = [mpmath.mpf(a) - mpmath.mpf(b) for a, b in zip(x, place, strict=True)]
        square = mpmath.fsum(a**2 for a in apart) + (height * mpmath.mpf(t)) ** 2
        pull = sign * mpmath.mpf(mass) * square ** (-mpmath.mpf(d + power) / 2) / f.sphere_area(d + area)
        total = [v + pull * a for v, a in zip(total, [*apart, mpmath.mpf(t)], strict=True)]
    length = mpmath.sqrt(mpmath.fsum(v**2 for v in total))
    return [*(v / length for v in total), mpmath.log(length)]


def package_field(x: np.ndarray, t: float, data: np.ndarray, masses: np.ndarray) -> list[float]:
    """The same by the package."""
    unit, log_length = PosteriorMean(f.tensor(data), weights=f.tensor(masses)).field(f.tensor(x), t)
    return [*unit.tolist(), float(log_length)]


def places(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Sources and queries from d = 1 to 3072: near and far, high and low, duplicates, and a query over a source."""
    found = []
    for d, n, t, size in (
        (1, 1, 1.0, 1.0),
        (1, 5, 1e-3, 1.0),
        (2, 6, 0.3, 1.0),
        (2, 6, 40.0, 1.0),
        (3, 4, 1e-3, 10.0),
        (64, 5, 0.5, 0.3),
        (784, 4, 2.0, 0.2),
        (3072, 3, 40.0, 0.5),
    ):
        data = size * rng.normal(size=(n, d))
        masses = rng.uniform(0.5, 2, n)
        found.append({"x": size * rng.normal(size=d), "t": t, "data": data, "masses": masses})
        found.append({"x": data[0], "t": t, "data": np.concatenate([data, data[:1]]), "masses": np.append(masses, 1.0)})
    return found


def normal_density(x: float, d: int) -> float:
    """Standard normal density of R^d at distance x from 0."""
    return math.exp(-(x**2) / 2) / (2 * math.pi) ** (d / 2)


def pull_on_the_line(t: float, x: float, power: int = 1) -> float:
    """F_t of eq3 for standard normal data in d = 1, the integral over x_0 done by SciPy; ``power`` the 1 of (d+1)/2."""

    def integrand(x0: float) -> float:
        return t * ((x - x0) ** 2 + t**2) ** (-(1 + power) / 2) * normal_density(x0, 1)

    whole = integrate.quad(integrand, x - 12, x + 12, points=[x - t, x, x + t], epsabs=1e-12, limit=400)[0]
    return -whole / (2 * math.pi)


def pull_in_space(t: float, d: int, area: int = 1) -> float:
    """F_t of eq3 for standard normal data in R^d at height t over 0, in polar form; ``area`` the 1 of S_{d+1}."""

    def integrand(r: float) -> float:
        return r ** (d - 1) * normal_density(r, d) * t * (r**2 + t**2) ** (-(d + 1) / 2)

    whole = integrate.quad(integrand, 0, 12, points=[t, 10 * t], epsabs=1e-12, limit=400)[0]
    return -float(f.sphere_area(d) / f.sphere_area(d + area)) * whole


def through_plane(d: int, t: float, power: int = 1) -> mpmath.mpf:
    """Flux of one source's F_t through the plane at height t, in polar form with r = t tan(angle)."""

    def integrand(angle: mpmath.mpf) -> mpmath.mpf:
        r = t * mpmath.tan(angle)
        return r ** (d - 1) * t * (r**2 + t**2) ** (-mpmath.mpf(d + power) / 2) * t / mpmath.cos(angle) ** 2

    whole = mpmath.quad(integrand, mpmath.linspace(0, mpmath.pi / 2, 5))
    return -f.sphere_area(d) / f.sphere_area(d + 1) * whole


def over_ring(rho: float, t: float) -> list[float]:
    """(F_x, F_t) at distance rho from the axis and height t of a uniform ring in space: complete elliptic integrals."""
    outer, inner = (1 + rho) ** 2 + t**2, (1 - rho) ** 2 + t**2
    m = 4 * rho / outer
    K, E = mpmath.ellipk(m), mpmath.ellipe(m)
    across = (
        (K - (1 - rho**2 + t**2) / inner * E) / (4 * mpmath.pi**2 * rho * mpmath.sqrt(outer))
        if rho > 0
        else mpmath.mpf(0)
    )
    down = t * E / (2 * mpmath.pi**2 * inner * mpmath.sqrt(outer))
    return [float(-across), float(-down)]


def package_over_ring(rho: float, t: float) -> list[float]:
    """The same by the package, the ring as 2000 sources, which is exact to all digits at this distance."""
    unit, log_length = PosteriorMean(f.tensor(f.circle(2000))).field(f.tensor([rho, 0.0]), t)
    F = unit * log_length.exp()
    return [float(F[0]), float(F[2])]


RING_AND_BLOB = np.concatenate([f.circle(40), np.array([0.3, 0.1]) + f.circle(20, 0.1)])
"""Half the mass on a ring of radius 1, half within it: what d dimensions lose."""
HALVES = np.repeat([0.5 / 40, 0.5 / 20], [40, 20])
LINE = stats.norm.ppf((np.arange(50) + 0.5) / 50)[:, None]
"""Fifty quantiles of a normal law."""


def arrivals(
    rng: np.random.Generator,
    data: np.ndarray,
    masses: np.ndarray,
    *,
    T: float = 200.0,
    D: float = 1.0,
    own_prior: bool = False,
    gaussian: bool = False,
    n: int = 3000,
) -> np.ndarray:
    """Ranks of where the package's flow leads n points of the prior; uniform if it leads them to data by mass.

    ``D`` another than 1 keeps the prior of eq5 unless ``own_prior``; ``gaussian`` starts from T times a normal law.
    """
    d, generator = data.shape[1], f.torch_generator(rng)
    law = math.inf if gaussian else D if own_prior else 1.0
    x = sample_prior(n, d, T / math.sqrt(D) if own_prior else T, generator, D=law, dtype=torch.float64)
    predict = PosteriorMean(f.tensor(data), D=D, weights=f.tensor(masses))
    times = grid(T / math.sqrt(D), 1e-3, 60, kind="log")
    return f.ranks(rng, sample(predict, Poisson(D), x, times, solver="heun").x.numpy(), data, masses)


ENTRIES = [
    Entry(
        id="9305.eq3",
        kind="identity",
        latex=r"\boldsymbol F(\boldsymbol x,t)=-\frac1{S_{d+1}(1)}\int\frac{(\boldsymbol x-\boldsymbol x_0,\,t)}"
        r"{(\lVert\boldsymbol x-\boldsymbol x_0\rVert^2+t^2)^{(d+1)/2}}\tilde p(\boldsymbol x_0)\,d\boldsymbol x_0",
        says="the field of data on the plane t = 0 of d+1 dimensions; just above it F_t is minus half the density",
        section=SECTION,
        evidence=(
            Numeric(
                statement=eq3,
                against=package_field,
                witnesses=places,
                rtol=1e-9,
                atol=1e-10,  # F_x rests on x less a mean of the data, which leaves it eps ‖x‖/t
                digits=30,
                mutants={
                    "exponent d/2": functools.partial(eq3, power=0),
                    "exponent (d+2)/2": functools.partial(eq3, power=2),
                    "S_d": functools.partial(eq3, area=0),
                    "repulsion": functools.partial(eq3, sign=1),
                    "2t in the distance": functools.partial(eq3, height=2),
                },
                about="the package's field against a sum with 30 digits, d = 1 ... 3072: the power 1500 of a distance",
            ),
            Slope(
                statement=functools.partial(pull_on_the_line, x=0.5),
                against=-normal_density(0.5, 1) / 2,
                order=1,
                witnesses=(0.02, 0.01, 0.005, 0.0025),
                mutants={
                    "exponent d/2": functools.partial(pull_on_the_line, x=0.5, power=0),
                    "exponent (d+2)/2": functools.partial(pull_on_the_line, x=0.5, power=2),
                },
                about="F_t tends to minus half the density as t falls to 0, d = 1",
            ),
            *(
                Slope(
                    statement=functools.partial(pull_in_space, d=d),
                    against=-normal_density(0, d) / 2,
                    order=1,
                    witnesses=(0.008, 0.004, 0.002),
                    mutants={
                        "S_d": functools.partial(pull_in_space, d=d, area=0),
                        "S_{d+2}": functools.partial(pull_in_space, d=d, area=2),
                    },
                    about=f"the same, d = {d}",
                )
                for d in (2, 3, 6)
            ),
            Numeric(
                statement=through_plane,
                against=lambda d, t: -0.5,
                witnesses=tuple({"d": d, "t": t} for d in (1, 2, 3, 16, 64) for t in (0.1, 40.0)),
                rtol=1e-9,
                digits=20,
                mutants={
                    "exponent d/2 + 1": functools.partial(through_plane, power=2),
                    "the next dimension": lambda d, t: (
                        through_plane(d, t) * f.sphere_area(d + 1) / f.sphere_area(d + 2)
                    ),
                },
                about="half of the flux of every source goes through any plane above it",
            ),
        ),
    ),
    Entry(
        id="9305.claim5",
        kind="experiment",
        latex="",
        says="on a plane of d+1 dimensions nothing cancels: every part of the data receives its share of the lines",
        section=SECTION,
        evidence=(
            Numeric(
                statement=over_ring,
                against=package_over_ring,
                witnesses=tuple({"rho": s, "t": t} for s in (0.0, 0.3, 0.8, 2.0) for t in (0.1, 0.5, 2.0)),
                rtol=1e-9,
                atol=1e-12,
                mutants={
                    "nothing inside": lambda rho, t: [0.0, 0.0] if rho < 1 else over_ring(rho, t),
                    "no pull across inside": lambda rho, t: (
                        [0.0, over_ring(rho, t)[1]] if rho < 1 else over_ring(rho, t)
                    ),
                },
                about="over a ring, outwards within it and down: elliptic integrals against the package",
            ),
            Law(
                statement=arrivals,
                against=lambda u, data, masses: stats.uniform.cdf(u),
                witnesses=(
                    {"data": RING_AND_BLOB, "masses": HALVES},
                    {"data": LINE, "masses": np.full(50, 1 / 50)},
                ),
                mutants={
                    "the field with D = 4": functools.partial(arrivals, D=4.0),
                    "a Gaussian prior": functools.partial(arrivals, gaussian=True),
                    "from T = 0.3": functools.partial(arrivals, T=0.3),
                },
                about="3000 points of the prior on t = 200 flow to ring and blob, and to fifty points of a line",
            ),
        ),
    ),
]
