"""Section "The ODE and where it starts": eq4-eq7, fig5, claim6, and the radius law in closed form."""

import functools
import math
from typing import Any

import mpmath
import numpy as np
import sympy as sp
import torch
from scipy import integrate, stats

from blogtools.claims.poisson_flow import formulas as f
from blogtools.claims.poisson_flow.dimension import HALVES, RING_AND_BLOB, arrivals
from blogtools.diffusion import Poisson, PosteriorMean, radius_cdf, radius_log_pdf, sample, sample_prior
from blogtools.ledger import Entry, Exact, Law, Numeric, Slope, Symbolic

SECTION = "The ODE and where it starts"

x, y1, y2 = sp.symbols("x y1 y2", real=True)
r, T, R1, R2 = sp.symbols("r T R1 R2", positive=True)
d = sp.symbols("d", integer=True, positive=True)
h = sp.symbols("h", positive=True)
EQ5 = (r**2 + T**2) ** (-(d + 1) / 2)
RADIUS = r ** (d - 1) * EQ5
"""The post's law of the radius, up to its constant."""


def along_time(
    x: np.ndarray, t: float, end: float, data: np.ndarray, *, power: int = 1, sign: float = 1.0
) -> np.ndarray:
    """Get x at ``end`` by dx/dt = F_x/F_t as printed, SciPy; ``power`` the 1 of (d+1)/2, ``sign`` a factor of dx/dt."""

    def slope(t: float, x: np.ndarray) -> np.ndarray:
        F = -f.eq8_terms(x, t, data, len(x) + power).sum(0)
        return sign * F[:-1] / F[-1]

    return integrate.solve_ivp(slope, (t, end), x, "DOP853", rtol=1e-11, atol=1e-13).y[:, -1]


def along_line(x: np.ndarray, t: float, end: float, data: np.ndarray) -> np.ndarray:
    """Where the line through (x, t), run along the package's field with the speed t, crosses ``end``."""
    exact = PosteriorMean(torch.as_tensor(data))

    def slope(_: float, at: np.ndarray) -> np.ndarray:
        return at[-1] * exact.field(torch.as_tensor(at[:-1]), float(at[-1]))[0].numpy()

    def crossing(_: float, at: np.ndarray) -> float:
        return at[-1] - end

    crossing.terminal = True  # type: ignore[attr-defined]
    start = np.append(x, t)
    return integrate.solve_ivp(slope, (0, 1e3), start, "DOP853", events=crossing, rtol=1e-11, atol=1e-13).y_events[0][
        0
    ][:-1]


def by_sampler(x: np.ndarray, t: float, end: float, data: np.ndarray) -> np.ndarray:
    """The same by the package's sampler with its adaptive solver."""
    times = torch.tensor([t, end], dtype=torch.float64)
    exact = PosteriorMean(f.tensor(data))
    return sample(exact, Poisson(), f.tensor(x), times, solver="rk45", rtol=1e-10, atol=1e-12).x.numpy()


def journeys(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Ways from t to a lower end over a few sources, d = 1 ... 20."""
    return [
        {"x": size * rng.normal(size=k), "t": t, "end": end, "data": rng.normal(size=(n, k))}
        for k, n, size, t, end in (
            (1, 1, 1, 2.0, 0.5),
            (1, 4, 3, 5.0, 0.05),
            (2, 5, 10, 20.0, 0.1),
            (3, 3, 1, 1.0, 0.3),
            (20, 4, 5, 3.0, 0.2),
        )
    ]


OTHER_WAYS = {
    "exponent d/2": functools.partial(along_time, power=0),
    "exponent (d+2)/2": functools.partial(along_time, power=2),
    "F_x/F_t turned": functools.partial(along_time, sign=-1.0),
}


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


ATOMS = np.array([[-1.0, 0.2], [0.4, 0.9], [0.7, -0.6]])
REACHED = along_time(np.array([2.0, 1.0]), 5.0, 1e-7, ATOMS)


def where_at(t: float) -> np.ndarray:
    """Where the package's flow from (2, 1) at t = 5 is at ``t``."""
    return by_sampler(np.array([2.0, 1.0]), 5.0, t, ATOMS)


def divergence_of_shift(delta: float, d: int) -> float:
    """KL of the law eq5 at T = 1 from itself moved by ``delta``, over delta²; on the half sphere all is bounded."""
    s, w = np.polynomial.legendre.leggauss(300)
    up = np.pi * (s + 1) / 4
    across = np.pi * (s + 1) / 2
    height = np.cos(up)[:, None]
    if d == 1:
        weight, aside = np.outer(w, [1.0, 1.0]), np.sin(up)[:, None] * np.array([1.0, -1.0])
    else:
        log_weight = (d - 1) * np.log(np.sin(up))[:, None] + (d - 2) * np.log(np.sin(across))
        weight = np.outer(w, w) * np.exp(log_weight - log_weight.max())
        aside = np.sin(up)[:, None] * np.cos(across)
    loss = (d + 1) / 2 * np.log1p(delta**2 * height**2 - 2 * delta * height * aside)
    return float((weight * loss).sum() / weight.sum()) / delta**2


ENTRIES = [
    Entry(
        id="9305.eq4",
        kind="identity",
        latex=r"(d\boldsymbol x,dt)=(\boldsymbol F_{\boldsymbol x},\boldsymbol F_t)\,d\tau\ \Rightarrow\ "
        r"\frac{d\boldsymbol x}{dt}=\frac{\boldsymbol F_{\boldsymbol x}}{\boldsymbol F_t}",
        says="the field line and the ODE in t are one curve, and its slope is (x - mean of the data)/t",
        section=SECTION,
        evidence=(
            Numeric(
                statement=along_time,
                against=along_line,
                witnesses=journeys,
                rtol=1e-8,
                atol=1e-8,
                mutants=OTHER_WAYS,
                about="SciPy in t by the printed field, against SciPy along the line by the package's; solved to 1e-11",
            ),
            Numeric(
                statement=along_time,
                against=by_sampler,
                witnesses=journeys,
                rtol=1e-7,
                atol=1e-7,
                mutants=OTHER_WAYS,
                about="the package's sampler, solved to 1e-10 a step",
            ),
            Symbolic(
                statement=((x - y1) * R1 ** -(d + 1) + (x - y2) * R2 ** -(d + 1))
                / (T * R1 ** -(d + 1) + T * R2 ** -(d + 1)),
                against=(x - (y1 * R2 ** (d + 1) + y2 * R1 ** (d + 1)) / (R1 ** (d + 1) + R2 ** (d + 1))) / T,
                partial=True,
                about="two sources at distances R1, R2: the slope is (x - mean)/t",
            ),
        ),
    ),
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
    Entry(
        id="9305.claim6",
        kind="experiment",
        latex="",
        says="t falls all the way and at t = 0 every line stands on the data; T = 40 is enough for data of norm 1",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda x, t, data: -1,
                against=lambda x, t, data: int(np.sign(PosteriorMean(f.tensor(data)).field(f.tensor(x), t)[0][-1])),
                witnesses=lambda rng: [
                    {"x": s * rng.normal(size=k), "t": t, "data": rng.normal(size=(4, k))}
                    for k in (1, 2, 50)
                    for s in (0.1, 1, 100)
                    for t in (1e-6, 1.0, 100.0)
                ],
                mutants={"t rises": lambda x, t, data: 1},
                about="F_t is negative wherever t > 0, so no line stops on its way",
                partial=True,
            ),
            Slope(
                statement=where_at,
                against=REACHED,
                order=1,
                witnesses=(1e-2, 1e-3, 1e-4),
                mutants={"at the square root of t": lambda t: where_at(math.sqrt(t))},
                about="the way left to the data falls like t",
            ),
            Law(
                statement=functools.partial(arrivals, T=40.0),
                against=lambda u, data, masses: stats.uniform.cdf(u),
                witnesses=({"data": RING_AND_BLOB, "masses": HALVES},),
                mutants={"T = 1": functools.partial(arrivals, T=1.0)},
                about="3000 points of the prior at T = 40 arrive by mass",
            ),
        ),
    ),
    Entry(
        id="9305.claim6.size",
        kind="order",
        latex=r"\mathrm{KL}=\frac{d+1}{d+3}\,\frac{\lVert\boldsymbol x_0\rVert^2}{2T^2}+O(T^{-4})",
        says="how large T must be: what the prior costs goes with the norm of the data over T, hardly with d",
        section=SECTION,
        evidence=tuple(
            Slope(
                statement=lambda delta, d=d: (d + 1) / (d + 3) / 2,
                against=functools.partial(divergence_of_shift, d=d),
                order=2,
                witnesses=(0.4, 0.2, 0.1),
                mutants={
                    "with d": lambda delta, d=d: d / 2,
                    "without (d+1)/(d+3)": lambda delta: 0.5,
                    "first order": lambda delta, d=d: (d + 1) / (d + 3) / 2 / delta,
                },
                about=f"d = {d}",
            )
            for d in (1, 2, 64, 784)
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
]
