"""Section "The ODE and where it starts": eq4, when the flow ends (claim6), and how far off it must start."""

import functools
import math
from typing import Any

import numpy as np
import sympy as sp
import torch
from scipy import integrate, stats

from blogtools.claims.poisson_flow import formulas as f
from blogtools.claims.poisson_flow.dimension import HALVES, RING_AND_BLOB, arrivals
from blogtools.diffusion import Poisson, PosteriorMean, sample
from blogtools.ledger import Entry, Exact, Law, Numeric, Slope, Symbolic

SECTION = "The ODE and where it starts"

x, y1, y2 = sp.symbols("x y1 y2", real=True)
T, R1, R2 = sp.symbols("T R1 R2", positive=True)
d = sp.symbols("d", integer=True, positive=True)


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
        id="9305.claim6",
        kind="experiment",
        latex="",
        says="t falls all the way and at t = 0 every line stands on the data; T = 40 is enough for data of norm 1",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda x, t, data: -1,
                against=lambda x, t, data: int(PosteriorMean(f.tensor(data)).field(f.tensor(x), t)[0][-1].sign()),
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
                mutants={"T = 0.3": functools.partial(arrivals, T=0.3)},
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
]
