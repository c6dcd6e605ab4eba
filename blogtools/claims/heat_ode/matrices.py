"""Section "What the post leaves out": a D that is a matrix, the same everywhere or not."""

import functools
import itertools
import math

import mpmath
import numpy as np
import torch
from scipy import special, stats

from blogtools.claims.heat_ode import formulas as f
from blogtools.claims.heat_ode.beyond import SECTION
from blogtools.diffusion import continuity_residual, downhill
from blogtools.ledger import Entry, Law, Numeric

MATRIX = np.array([[0.9, 0.5], [0.5, 0.4]])
WHIRL = np.array([[0.0, -0.8], [0.8, 0.0]])


def spread(t: float) -> f.Array:
    """Covariance of a blob of ``TRIO`` after the time t under the constant matrix."""
    return f.TRIO.width**2 * np.eye(2) + 2 * t * MATRIX


def carried(rng: np.random.Generator, end: float, angle: float, D: f.Array) -> f.Array:
    """2,000 draws of p_0 carried by −D ∇log p_t, p_t with blobs that widen by 2 t MATRIX; seen along a direction."""

    def drift(x: f.Array, t: float) -> f.Array:
        C = np.linalg.inv(spread(t))
        apart = x[:, None] - f.TRIO.centres
        assert f.TRIO.weights is not None
        share = special.softmax(np.log(f.TRIO.weights) - np.einsum("nki,ij,nkj->nk", apart, C, apart) / 2, axis=1)
        return np.einsum("nk,nkj->nj", share, apart) @ C @ D.T

    ends = f.flow(drift, f.TRIO.draw(2000, 0.0, rng), 0.0, end, rtol=1e-6)
    return ends @ np.array([math.cos(angle), math.sin(angle)])


def widened_cdf(z: f.Array, end: float, angle: float) -> f.Array:
    """Its distribution function by the widened blobs."""
    u = np.array([math.cos(angle), math.sin(angle)])
    assert f.TRIO.weights is not None
    return stats.norm.cdf((z[:, None] - f.TRIO.centres @ u) / math.sqrt(u @ spread(end) @ u)) @ f.TRIO.weights


def torch_field(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """A matrix D(x) that turns from place to place."""
    a, b = x[..., 0], x[..., 1]
    rows = (torch.stack([1 + a**2, a * b - 0.3], -1), torch.stack([a * b + 0.3, 1 + b.sin() ** 2 * t], -1))
    return torch.stack(rows, -2)


def eq11_sides(x: f.Array, t: float, outside: bool = False, sign: int = -1) -> float:
    """(∂_t p − ∇·(D∇p))/p for that D and two blobs whose law is not eq11's, derivatives by mpmath."""

    def p(a: float, b: float, s: float) -> mpmath.mpf:
        v = s**2 + 0.2
        return sum(mpmath.exp(-((a - c) ** 2 + (b - e) ** 2) / (2 * v)) / v for c, e in ((0.5, 0), (-1, 1)))

    def D(a: float, b: float) -> mpmath.matrix:
        return mpmath.matrix([[1 + a**2, a * b - 0.3], [a * b + 0.3, 1 + mpmath.sin(b) ** 2 * t]])

    a, b = (mpmath.mpf(float(v)) for v in x)
    here, spread = D(a, b), mpmath.mpf(0)
    for i, j in itertools.product(range(2), repeat=2):

        def flux(u: float, v: float, i: int = i, j: int = j) -> mpmath.mpf:
            return (here if outside else D(u, v))[i, j] * mpmath.diff(p, (u, v, t), (1 - j, j, 0))

        spread += mpmath.diff(flux, (a, b), (1 - i, i))
    return float((mpmath.diff(lambda s: p(a, b, s), t) + sign * spread) / p(a, b, t))


def package_residual(x: f.Array, t: float) -> float:
    """The package's residual of eq9 for its drift of eq10 with that D."""

    def log_p(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        v = t**2 + 0.2
        centres = f.tensor([[0.5, 0.0], [-1.0, 1.0]])
        return torch.logsumexp(-(x[..., None, :] - centres).square().sum(-1) / (2 * v[..., None]), -1) - v.log()

    return float(continuity_residual(log_p, downhill(log_p, torch_field), f.tensor(x[None]), t)[0])


ENTRIES = [
    Entry(
        id="9280.beyond.matrix",
        kind="law",
        latex=r"p_t=\sum_iw_i\,\mathcal N\bigl(\boldsymbol c_i,\,s^2\boldsymbol I+2t\boldsymbol D\bigr)",
        says="a matrix D makes ellipses of blobs; its antisymmetric part whirls particles and leaves the density alone",
        section=SECTION,
        evidence=(
            Law(
                statement=functools.partial(carried, D=MATRIX),
                against=widened_cdf,
                witnesses=tuple({"end": end, "angle": angle} for end in (0.3, 1.0) for angle in (0.0, 2.2)),
                mutants={
                    "its diagonal alone": functools.partial(carried, D=np.diag(np.diag(MATRIX))),
                    "its inverse": functools.partial(carried, D=0.2 * np.linalg.inv(MATRIX)),
                },
                shares={"*.spread": "both sides are given the widths of p_t; whether the drift keeps to it is asked"},
                about="2,000 particles",
            ),
            Law(
                statement=functools.partial(carried, D=MATRIX + WHIRL),
                against=widened_cdf,
                witnesses=tuple({"end": 1.0, "angle": angle} for angle in (0.0, 2.2)),
                mutants={"a mirror in place of the whirl": functools.partial(carried, D=MATRIX + np.abs(WHIRL))},
                shares={"*.spread": "both sides are given the widths of p_t; whether the drift keeps to it is asked"},
                about="the same with an antisymmetric part",
            ),
        ),
    ),
    Entry(
        id="9280.beyond.field",
        kind="identity",
        latex=r"\frac{\partial_tp-\nabla\cdot(\boldsymbol D(\boldsymbol x)\nabla p)}p="
        r"\partial_t\log p+\boldsymbol f\cdot\nabla\log p+\nabla\cdot\boldsymbol f,"
        r"\quad\boldsymbol f=-\boldsymbol D\nabla\log p",
        says="how far any density is from eq11 is how far its drift of eq10 is from eq8, for a matrix field D(x)",
        section=SECTION,
        evidence=(
            Numeric(
                statement=eq11_sides,
                against=package_residual,
                witnesses=lambda rng: [{"x": rng.normal(size=2), "t": t} for t in (0.5, 1.0)],
                rtol=1e-8,
                atol=1e-9,
                digits=25,
                mutants={
                    "D outside the divergence": functools.partial(eq11_sides, outside=True),
                    "with the other sign": functools.partial(eq11_sides, sign=1),
                },
                about="eq11 by mpmath's derivatives, the package's residual by autograd",
            ),
        ),
    ),
]
