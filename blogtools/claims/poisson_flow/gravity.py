"""Section "Gravity in any dimension": eq1 and eq2."""

import functools
import math
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from blogtools.claims.poisson_flow import formulas as f
from blogtools.diffusion import gravity, log_sphere_area
from blogtools.ledger import Entry, Evidence, Numeric, Symbolic

SECTION = "Gravity in any dimension"

x, rho = sp.symbols("x rho", positive=True)
d = sp.symbols("d", integer=True, positive=True)
r = sp.sqrt(x**2 + rho**2)
EQ1 = -x / (4 * sp.pi * r**3)
EQ2 = -x / (f.sphere_area_formula(d) * r**d)
"""One component of eq1 and of eq2 with the source at 0; rho is the length of all the others."""


def divergence(power: sp.Expr) -> sp.Expr:
    """Divergence of a vector of d coordinates over its length to ``power``, in cylinder coordinates x, rho."""
    across = rho ** (2 - d) * sp.Derivative(rho ** (d - 1) / r**power, rho)
    return sp.Derivative(x / r**power, x) + across


def pull_of_one(x: np.ndarray, y: np.ndarray, power: int = 3) -> np.ndarray:
    """eq1 as printed."""
    return -(x - y) / (4 * math.pi * math.dist(x, y) ** power)


def through_sphere(d: int, source: float, radius: float, *, power_shift: float = 0, factor: float = -1.0) -> float:
    """Flux of eq2 out of a sphere round 0 with a source at distance ``source`` from its centre."""
    where = np.zeros((1, d))
    where[0, 0] = source
    return f.flux_out(lambda x: -factor * f.eq2(x, where, power=d + power_shift), d, radius)


def enclosed(d: int, source: float, radius: float) -> float:
    """Gauss's law: minus the mass inside."""
    return -1.0 if abs(source) < radius else 0.0


def crowds(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Points, sources and masses of both signs in several dimensions."""
    return [
        {"x": rng.normal(size=(3, k)), "sources": rng.normal(size=(n, k)), "masses": rng.normal(size=n)}
        for k, n in ((1, 1), (1, 4), (2, 1), (2, 7), (3, 5), (10, 4), (64, 3))
    ]


def package_gravity(x: np.ndarray, sources: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """The package's gravity."""
    return gravity(f.tensor(x), f.tensor(sources), f.tensor(masses)).numpy()


def gaussian_area(d: int) -> mpmath.mpf:
    """S_d(1) from ∫ e^{−‖x‖²} dx = π^{d/2} in polar form, with the integral along the radius done by quadrature."""
    along = mpmath.quad(lambda r: r ** (d - 1) * mpmath.exp(-(r**2)), [0, 1, 2, 4, 8, 16])
    return mpmath.pi ** (mpmath.mpf(d) / 2) / along


FLUX: tuple[Evidence, ...] = (
    Numeric(
        statement=through_sphere,
        against=enclosed,
        witnesses=tuple(
            {"d": k, "source": s, "radius": 1.3} for k in (1, 2, 3, 5, 64) for s in (0.0, 0.4, -0.9, 1.8, 3.0)
        ),
        rtol=1e-9,
        atol=1e-12,
        mutants={
            "exponent d-1": functools.partial(through_sphere, power_shift=-1),
            "exponent d+1": functools.partial(through_sphere, power_shift=1),
            "repulsion": functools.partial(through_sphere, factor=1.0),
            "half the constant": functools.partial(through_sphere, factor=-0.5),
        },
        about="Gauss's law: the flux out of an off-centre sphere is -1 round the source and 0 beside it",
    ),
)

ENTRIES = [
    Entry(
        id="9305.eq1",
        kind="identity",
        latex=r"\boldsymbol F(\boldsymbol x)=-\frac1{4\pi}\frac{\boldsymbol x-\boldsymbol y}"
        r"{\lVert\boldsymbol x-\boldsymbol y\rVert^3}",
        says="gravity in three dimensions is the gradient of 1/(4 pi r)",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=EQ1,
                against=sp.Derivative(1 / (4 * sp.pi * r), x),
                about="gradient of the Green's function 1/(4 pi r)",
            ),
            Numeric(
                statement=pull_of_one,
                against=lambda x, y: package_gravity(x, y[None], np.ones(1)),
                witnesses=lambda rng: [
                    {"x": size * rng.normal(size=3), "y": size * rng.normal(size=3)} for size in (1e-6, 1e-2, 1, 1e5)
                ],
                rtol=1e-12,
                mutants={
                    "exponent 2": functools.partial(pull_of_one, power=2),
                    "repulsion": lambda x, y: pull_of_one(y, x),
                    "1/(2 pi)": lambda x, y: 2 * pull_of_one(x, y),
                },
                about="the package's gravity at d = 3, from 1e-6 to 1e5 away",
            ),
            Numeric(
                statement=lambda source: through_sphere(3, source, 1.0),
                against=lambda source: -1.0 if source < 1 else 0.0,
                witnesses=(0.0, 0.3, 0.8, 1.5, 4.0),
                atol=1e-12,
                mutants={
                    "exponent 2": lambda source: through_sphere(3, source, 1.0, power_shift=-1),
                    "1/(2 pi)": lambda source: 2 * through_sphere(3, source, 1.0),
                    "repulsion": lambda source: -through_sphere(3, source, 1.0),
                },
                about="flux through an off-centre sphere",
            ),
        ),
    ),
    Entry(
        id="9305.eq2",
        kind="identity",
        latex=r"\boldsymbol F(\boldsymbol x)=-\frac1{S_d(1)}\frac{\boldsymbol x-\boldsymbol y}"
        r"{\lVert\boldsymbol x-\boldsymbol y\rVert^d}",
        says="gravity in d dimensions is the gradient of the Green's function of Poisson's equation",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=EQ2,
                against=sp.Derivative(r ** (2 - d) / ((d - 2) * d * sp.pi ** (d / 2) / sp.gamma(d / 2 + 1)), x),
                domain={"d": (3, 9)},
                about="gradient of r^(2-d)/((d-2) S_d), for a d that is a symbol",
            ),
            Symbolic(
                statement=EQ2.subs(d, 2),
                against=sp.Derivative(-sp.log(r) / (2 * sp.pi), x),
                about="d = 2, where the Green's function is a logarithm",
            ),
            Symbolic(
                statement=EQ2.subs({d: 1, rho: 0}),
                against=sp.Derivative(-x / 2, x),
                about="d = 1, where the pull does not fade: -sign(x)/2",
                no_automatic="the expression is the number -1/2",
                mutants={"whole": -sp.Integer(1)},
            ),
            Symbolic(
                statement=divergence(d),
                against=sp.Integer(0),
                no_automatic="any multiple of a field without sources has none",
                mutants={"exponent d-1": divergence(d - 1), "exponent d+1": divergence(d + 1)},
                about="no divergence away from the source",
            ),
            *FLUX,
            Numeric(
                statement=f.sphere_area_formula(d),
                against=gaussian_area,
                witnesses=tuple({"d": k} for k in (1, 2, 3, 4, 7, 64)),
                rtol=1e-20,
                digits=25,
                about="S_d(1) from a Gaussian integral",
            ),
            Numeric(
                statement=lambda d: mpmath.log(f.sphere_area(d)),
                against=log_sphere_area,
                witnesses=(1, 2, 3, 4, 65, 785, 3073),
                rtol=1e-12,
                atol=1e-13,
                mutants={
                    "S_{d+1}": lambda d: mpmath.log(f.sphere_area(d + 1)),
                    "ball in place of sphere": lambda d: mpmath.log(f.sphere_area(d) / d),
                },
                about="the package's log S_d(1), in dimensions where S_d(1) itself underflows",
            ),
            Numeric(
                statement=f.eq2,
                against=package_gravity,
                witnesses=crowds,
                rtol=1e-7,
                mutants={
                    "exponent 2": functools.partial(f.eq2, power=2),
                    "exponent 3": functools.partial(f.eq2, power=3),
                    "repulsion": lambda x, sources, masses: -f.eq2(x, sources, masses),
                },
                about="the package's gravity of several masses, d = 1 ... 64; pulls that cancel cost digits",
            ),
        ),
    ),
]
