"""Section "The ODE and where it starts": the prior of eq5, its radius in closed form, its derivation (eq6, eq7)."""

import functools
import math

import mpmath
import numpy as np
import sympy as sp
import torch

from blogtools.claims.poisson_flow import formulas as f
from blogtools.diffusion import radius_cdf, radius_log_pdf, sample_prior
from blogtools.ledger import Entry, Law, Numeric, Slope, Symbolic

SECTION = "The ODE and where it starts"

x = sp.symbols("x", real=True)
r, T = sp.symbols("r T", positive=True)
d = sp.symbols("d", integer=True, positive=True)
h = sp.symbols("h", positive=True)
EQ5 = (r**2 + T**2) ** (-(d + 1) / 2)
RADIUS = r ** (d - 1) * EQ5
"""The post's law of the radius, up to its constant."""


def from_hemisphere(rng: np.random.Generator, d: int, T: float, route: str = "") -> np.ndarray:
    """‖x‖ where rays through uniform points of the upper half sphere of R^{d+1} cross the plane t = T."""
    n = f.unit(rng.normal(size=(4000, d + 1)))
    return T * np.linalg.norm(n[:, :-1], axis=1) / np.abs(n[:, -1])


def dropped_from_hemisphere(rng: np.random.Generator, d: int, T: float, route: str = "") -> np.ndarray:
    """The same points let fall on the plane at right angles, from a sphere of radius T."""
    return T * np.linalg.norm(f.unit(rng.normal(size=(4000, d + 1)))[:, :-1], axis=1)


def normal_norms(rng: np.random.Generator, d: int, T: float, route: str = "") -> np.ndarray:
    """‖T g‖, the start of the heat process."""
    return T * np.linalg.norm(rng.normal(size=(4000, d)), axis=1)


def package_prior(rng: np.random.Generator, d: int, T: float, route: str) -> np.ndarray:
    """Norms of the package's prior."""
    return sample_prior(4000, d, T, f.torch_generator(rng), route=route, dtype=torch.float64).norm(dim=1).numpy()


def mass_within(r: float, d: int, T: float, power: int = 1) -> mpmath.mpf:
    """P(‖x‖ ≤ r) under eq5 by quadrature along the radius; ``power`` is the 1 of (d+1)/2."""

    def density(s: mpmath.mpf) -> mpmath.mpf:
        return s ** (d - 1) * (s**2 + T**2) ** (-mpmath.mpf(d + power) / 2)

    scale = T * math.sqrt(d)
    inner = sorted({0, r, *(v for v in (scale / 9, scale / 3, scale) if v < r)})
    outer = sorted({r, *(v for v in (scale / 9, scale / 3, scale, 9 * scale, 99 * scale) if v > r)})
    inside = mpmath.quad(density, inner)
    return inside / (inside + mpmath.quad(density, [*outer, mpmath.inf]))


def share_of_cone(r: float, d: int, T: float) -> mpmath.mpf:
    """Share of the upper half sphere of R^{d+1} that lies within the angle of r seen from below."""

    def ring(angle: mpmath.mpf) -> mpmath.mpf:
        return mpmath.sin(angle) ** (d - 1)

    edge = mpmath.atan2(r, T)
    within = mpmath.quad(ring, mpmath.linspace(0, edge, 4))
    return within / (within + mpmath.quad(ring, mpmath.linspace(edge, mpmath.pi / 2, 4)))


PLACES = tuple(
    {"r": s, "d": k, "T": t} for k, s in ((1, 0.5), (1, 9.0), (2, 1.0), (3, 4.0), (16, 7.0)) for t in (1.0, 3.0)
)


def side_ratio() -> sp.Expr:
    """|BC|/|BD| as D comes to B: D on the circle at the angle h beyond B, C above it on the line."""
    tangent = (x / T + sp.tan(h)) / (1 - x / T * sp.tan(h))
    return sp.Limit((T * tangent - x) / (2 * sp.sqrt(x**2 + T**2) * sp.sin(h / 2)), h, 0)


def solid_angle(k: int) -> sp.Expr:
    """Solid angle of R^{k+1} for a volume element of the plane t = T: det of the unit vector and its derivatives."""
    coordinates = sp.symbols(f"x1:{k + 1}", real=True)
    point = sp.Matrix([*coordinates, T])
    n = point / sp.sqrt(sum(c**2 for c in point))
    return sp.Matrix.hstack(*(n.applyfunc(lambda v, c=c: sp.Derivative(v, c)) for c in coordinates), n).det()


def claimed_angle(k: int) -> sp.Expr:
    """T/(‖x‖²+T²)^{(k+1)/2}: eq7 with its constants."""
    coordinates = sp.symbols(f"x1:{k + 1}", real=True)
    return T * (sum(c**2 for c in coordinates) + T**2) ** (-sp.Rational(k + 1, 2))


def triangle(h: float, foot: float, T: float, swap: bool = False) -> list[float]:
    """Of B, D, C in fig5: angle at B, angle at D, |BC|/|BD|, with D at the angle h beyond B on the circle.

    ``swap`` puts C on the tangent's other side: under D on the line, at right angles to it.
    """
    start = math.atan2(foot, T)
    B = np.array([foot, T])
    D = math.hypot(foot, T) * np.array([math.sin(start + h), math.cos(start + h)])
    C = np.array([D[0], T]) if swap else D * T / D[1]

    def angle(u: np.ndarray, v: np.ndarray) -> float:
        return math.acos(float(u @ v) / math.sqrt(float(u @ u) * float(v @ v)))

    return [angle(D - B, C - B), angle(B - D, C - D), float(np.linalg.norm(C - B) / np.linalg.norm(D - B))]


def similar(foot: float, T: float) -> np.ndarray:
    """Of O, A, B: angle at O, right angle at A, |OB|/|OA|."""
    return np.array([math.atan(foot / T), math.pi / 2, math.sqrt(foot**2 + T**2) / T])


ENTRIES = [
    Entry(
        id="9305.eq5",
        kind="law",
        latex=r"p_{prior}(\boldsymbol x)\propto\frac1{(\lVert\boldsymbol x\rVert^2+T^2)^{(d+1)/2}}",
        says="lines that pass evenly through the half sphere cross the plane t = T with this density",
        section=SECTION,
        evidence=(
            Numeric(
                statement=RADIUS,
                against=lambda r, d, T: math.exp(float(radius_log_pdf(np.array(r), d, T))),
                witnesses=tuple(
                    {"r": s * t * math.sqrt(k), "d": k, "T": t}
                    for k in (1, 2, 64, 3072)
                    for t in (0.5, 40.0)
                    for s in (0.3, 1.0, 2.0, 30.0)
                ),
                rtol=1e-9,
                up_to_scale=("r",),
                about="the package's density of the radius",
            ),
            Numeric(
                statement=mass_within,
                against=share_of_cone,
                witnesses=PLACES,
                rtol=1e-9,
                digits=20,
                mutants={
                    "exponent d/2 + 1": functools.partial(mass_within, power=2),
                    "exponent (d+3)/2": functools.partial(mass_within, power=3),
                },
                about="a circle of the plane holds the share of its cone",
            ),
            Law(
                statement=from_hemisphere,
                against=lambda r, d, T, route: radius_cdf(r, d, T),
                witnesses=tuple({"d": k, "T": 40.0, "route": ""} for k in (1, 2, 64)),
                mutants={"at right angles": dropped_from_hemisphere, "normal": normal_norms},
                about="directions drawn on the half sphere",
            ),
            Law(
                statement=from_hemisphere,
                against=package_prior,
                test="sampler",
                witnesses=tuple(
                    {"d": k, "T": 40.0, "route": way} for k in (1, 64) for way in ("ratio", "beta", "inverse_cdf")
                ),
                mutants={"at right angles": dropped_from_hemisphere, "normal": normal_norms},
                about="the package's three ways to draw it",
            ),
        ),
    ),
    Entry(
        id="9305.slip1",
        kind="law",
        latex=r"\frac{r^2}{r^2+T^2}\sim\mathrm{Beta}\Bigl(\frac d2,\frac12\Bigr)",
        says="the radius law has a closed form, so no numerical inverse of a distribution function is needed",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=RADIUS,
                against=(r**2 / (r**2 + T**2)) ** (d / 2 - 1)
                * (T**2 / (r**2 + T**2)) ** sp.Rational(-1, 2)
                * sp.Derivative(r**2 / (r**2 + T**2), r),
                up_to_scale=("r",),
                about="the Beta density carried over to r",
            ),
            Numeric(
                statement=mass_within,
                against=lambda r, d, T: float(radius_cdf(np.array(r), d, T)),
                witnesses=(*PLACES, {"r": 3287.0, "d": 3072, "T": 40.0}, {"r": 2e4, "d": 3072, "T": 40.0}),
                rtol=1e-9,
                digits=20,
                mutants={
                    "exponent d/2 + 1": functools.partial(mass_within, power=2),
                    "the next dimension": lambda r, d, T: mass_within(r, d + 1, T, power=0),
                },
                about="the package's distribution function against quadrature of the printed density",
            ),
            Law(
                statement=lambda rng, d, T: T / np.sqrt(1 / rng.beta(d / 2, 0.5, 4000) - 1),
                against=lambda rng, d, T: package_prior(rng, d, T, "ratio"),
                test="sampler",
                witnesses=tuple({"d": k, "T": 2.0} for k in (1, 2, 64)),
                mutants={
                    "Beta(d/2, 1)": lambda rng, d, T: T / np.sqrt(1 / rng.beta(d / 2, 1, 4000) - 1),
                    "Beta(d, 1/2)": lambda rng, d, T: T / np.sqrt(1 / rng.beta(d, 0.5, 4000) - 1),
                },
                about="Beta draws against T g/|h|",
            ),
        ),
    ),
    Entry(
        id="9305.eq6",
        kind="identity",
        latex=r"\frac{|BC|}{|BD|}=\frac{|OB|}{|OA|}=\frac{\sqrt{\lVert\boldsymbol x\rVert^2+T^2}}T",
        says="how much longer a small arc of the sphere becomes on the plane",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=sp.sqrt(x**2 + T**2) / T,
                against=side_ratio(),
                about="limit with explicit coordinates",
            ),
        ),
    ),
    Entry(
        id="9305.fig5",
        kind="figure",
        latex="",
        says="the triangles OAB and BDC become similar as D comes to B",
        section=SECTION,
        evidence=tuple(
            Slope(
                statement=functools.partial(triangle, foot=foot, T=T),
                against=similar(foot, T),
                order=1,
                witnesses=(0.02, 0.01, 0.005, 0.0025),
                mutants={"C straight over D": functools.partial(triangle, foot=foot, T=T, swap=True)},
                about=f"x = {foot}, T = {T}: angles at B and D, and the ratio of the sides",
            )
            for foot, T in ((1.0, 1.0), (3.0, 2.0), (0.2, 4.0))
        ),
    ),
    Entry(
        id="9305.eq7",
        kind="identity",
        latex=r"p_{prior}(\boldsymbol x)\propto\frac1{S_{d+1}(\boldsymbol x,T)}\times"
        r"\frac T{\sqrt{\lVert\boldsymbol x\rVert^2+T^2}}\propto\frac1{(\lVert\boldsymbol x\rVert^2+T^2)^{(d+1)/2}}",
        says="area of the sphere times the stretch of the projection gives eq5, in every direction at once",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=T / sp.sqrt(r**2 + T**2) / (f.sphere_area_formula(d + 1) * sp.sqrt(r**2 + T**2) ** d),
                against=EQ5,
                up_to_scale=("r",),
                about="the product is eq5 up to a factor without x",
            ),
            *(
                Symbolic(
                    statement=claimed_angle(k),
                    against=solid_angle(k),
                    about=f"the whole Jacobian of the projection, d = {k}, not only the one direction of fig5",
                )
                for k in (1, 2, 3)
            ),
        ),
    ),
]
