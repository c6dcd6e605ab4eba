"""Sections "What the paper reports" and "What the post leaves out"."""

import functools
import math
from typing import Any

import numpy as np
import sympy as sp
import torch
from scipy import integrate

from blogtools.claims.poisson_flow import formulas as f
from blogtools.claims.poisson_flow.prior import mass_within
from blogtools.diffusion import (
    Poisson,
    PosteriorMean,
    grid,
    radius_cdf,
    revise,
    sample,
    sample_hemisphere,
)
from blogtools.ledger import Entry, Law, Numeric, Open, Slope, Symbolic

PAPER = "What the paper reports"
BEYOND = "What the post leaves out"

R, t, s, h = sp.symbols("R t s h", positive=True)
x, x0 = sp.symbols("x x0", real=True)
d, D = sp.symbols("d D", integer=True, positive=True)
KERNEL = (R**2 + D * t**2) ** (-(d + D) / 2)

ATOMS = np.array([[-1.0, 0.2], [0.4, 0.9], [0.7, -0.6]])
START = np.array([2.0, 1.0])


def noise_lengths(rng: np.random.Generator, d: int, D: float, freedom: float | None = None) -> np.ndarray:
    """‖g‖ √D/χ_D, 4000 draws; ``freedom`` for another χ."""
    k = D if freedom is None else freedom
    return np.linalg.norm(rng.normal(size=(4000, d)), axis=1) * np.sqrt(k / rng.chisquare(k, 4000))


def package_noise_lengths(rng: np.random.Generator, d: int, D: float) -> np.ndarray:
    """Lengths (x_t − x_0)/t of the package's process."""
    process, start = Poisson(D), f.tensor(np.full((4000, d), 0.3))
    x_t = process.forward(start, process.noise(start, f.torch_generator(rng)), 2.5)
    return ((x_t - start).norm(dim=1) / 2.5).numpy()


def posterior_mean(
    x: np.ndarray, t: float, data: np.ndarray, D: float, shift: float = 0.0, level: bool = True
) -> np.ndarray:
    """Mean of the data under (R²+D t²)^{-(d+D+shift)/2}, or without the D beside t² where ``level`` is false."""
    R2 = ((x - data) ** 2).sum(1) + (D if level else 1) * t**2
    log_w = -(data.shape[1] + D + shift) / 2 * np.log(R2)
    w = np.exp(log_w - log_w.max())
    return w @ data / w.sum()


def package_mean(x: np.ndarray, t: float, data: np.ndarray, D: float) -> np.ndarray:
    """The package's."""
    return PosteriorMean(f.tensor(data), D=D)(f.tensor(x), t).numpy()


def scenes(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Data, one (x, t) and D each."""
    return [
        {"x": rng.normal(size=k), "t": level, "data": rng.normal(size=(n, k)), "D": number}
        for k, n, level, number in ((1, 3, 0.5, 1.0), (2, 5, 0.3, 4.0), (10, 4, 1.0, 128.0), (784, 3, 1.0, 2.5))
    ]


CLOUDS = {d: np.random.default_rng(d).normal(size=(7, d)) for d in (2, 10)}
"""Six sources and, in the last row, a query."""


def heat_weighted(x: np.ndarray, t: float, data: np.ndarray, twice: float = 2.0) -> np.ndarray:
    """Mean of the data under Gaussian weights exp(−‖x−x_i‖²/2t²); ``twice`` for the 2."""
    log_w = -((x - data) ** 2).sum(1) / (twice * t**2)
    w = np.exp(log_w - log_w.max())
    return w @ data / w.sum()


def heat_mean(h: float, d: int) -> np.ndarray:
    """The same at t = 0.8."""
    return heat_weighted(CLOUDS[d][-1], 0.8, CLOUDS[d][:-1])


def package_mean_of(h: float, d: int, dimensions: bool = True) -> np.ndarray:
    """The package's posterior mean with D = 1/h at the level 0.8; without ``dimensions`` at r = 0.8 in place of t."""
    level = 0.8 if dimensions else 0.8 * math.sqrt(h)
    return PosteriorMean(f.tensor(CLOUDS[d][:-1]), D=1 / h)(f.tensor(CLOUDS[d][-1]), level).numpy()


def one_step(x: np.ndarray, t: float, after: float, data: np.ndarray) -> np.ndarray:
    """The package's predict and revise, once."""
    at = f.tensor(x)
    return revise(Poisson(), PosteriorMean(f.tensor(data))(at, t), at, t, after).numpy()


def euler(x: np.ndarray, t: float, after: float, data: np.ndarray, sign: float = 1.0) -> np.ndarray:
    """One Euler step of dx/dt = F_x/F_t."""
    F = -f.eq8_terms(x, t, data).sum(0)
    return x + sign * (after - t) * F[:-1] / F[-1]


def solved(_: float) -> np.ndarray:
    """From (2, 1) at t = 4 to t = 0.5 along the exact field of three points, by SciPy."""

    def slope(t: float, x: np.ndarray) -> np.ndarray:
        F = f.eq8_terms(x, t, ATOMS).sum(0)
        return F[:-1] / F[-1]

    return integrate.solve_ivp(slope, (4.0, 0.5), START, "DOP853", rtol=1e-12, atol=1e-14).y[:, -1]


def stepped(h: float, solver: str) -> np.ndarray:
    """The same by 1/h steps of the package's ``solver``, even in log t."""
    times = grid(4.0, 0.5, round(1 / h), kind="log", to_zero=False)
    return sample(PosteriorMean(f.tensor(ATOMS)), Poisson(), f.tensor(START), times, solver=solver).x.numpy()


def package_elevations(rng: np.random.Generator, d: int) -> np.ndarray:
    """t/R of the package's starting points on the half sphere."""
    at, clock = sample_hemisphere(4000, d, 3.0, f.torch_generator(rng), dtype=torch.float64)
    return (3 * clock / (at.square().sum(1) + 9 * clock.square()).sqrt()).numpy()


ENTRIES = [
    Entry(
        id="9305.claim9",
        kind="experiment",
        latex="",
        says="on CIFAR-10 the paper reports better scores, faster sampling and more robustness than score SDEs",
        section=PAPER,
        open=Open(
            "It rests on trained CIFAR-10 networks (arXiv 2209.11178: IS 9.65, FID 2.48 at 104 evaluations).",
            "Train the released configuration on a GPU, three seeds; score 50,000 samples beside DDPM++ of equal size.",
        ),
    ),
    Entry(
        id="9305.fig6",
        kind="figure",
        latex="",
        says="the paper's table of results and its samples",
        section=PAPER,
        open=Open(
            "Its figures are the paper's own measurements (deeper network: IS 9.68, FID 2.35 at 110 evaluations).",
            "What settles claim 9; the samples follow from the released weights.",
        ),
    ),
    Entry(
        id="9305.beyond.noise",
        kind="law",
        latex=r"\boldsymbol x=\boldsymbol x_0+t\,\boldsymbol g\,\frac{\sqrt D}{\chi_D},\quad "
        r"p(\boldsymbol x\mid\boldsymbol x_0)\propto(R^2+Dt^2)^{-(d+D)/2}",
        says="Poisson flow is Gaussian noise over a random clock: x_0 + t g/|h|, and with chi_D the family of PFGM++",
        section=BEYOND,
        evidence=(
            Symbolic(
                statement=KERNEL,
                against=sp.Integral(
                    (s / (sp.sqrt(D) * t)) ** d
                    * sp.exp(-(s**2) * R**2 / (2 * D * t**2))
                    * s ** (D - 1)
                    * sp.exp(-(s**2) / 2),
                    (s, 0, sp.oo),
                ),
                up_to_scale=("R",),
                about="a normal law with spread t sqrt(D)/s, integrated over s by chi_D",
            ),
            Law(
                statement=noise_lengths,
                against=package_noise_lengths,
                test="sampler",
                witnesses=tuple({"d": k, "D": v} for k in (1, 64) for v in (1.0, 3.0, 100.0)),
                mutants={"chi of 2": functools.partial(noise_lengths, freedom=2.0)},
                about="the package's process",
            ),
            Law(
                statement=noise_lengths,
                against=lambda r, d, D: radius_cdf(r, d, 1.0, D),
                witnesses=tuple({"d": k, "D": v} for k in (2, 64) for v in (1.0, 5.0)),
                mutants={"chi of 2": functools.partial(noise_lengths, freedom=2.0)},
                about="the package's law of the length",
            ),
        ),
    ),
    Entry(
        id="9305.beyond.posterior",
        kind="identity",
        latex=r"\hat{\boldsymbol x}_0=\frac{\sum_i(\lVert\boldsymbol x-\boldsymbol x_i\rVert^2+Dt^2)^{-(d+D)/2}"
        r"\boldsymbol x_i}{\sum_i(\lVert\boldsymbol x-\boldsymbol x_i\rVert^2+Dt^2)^{-(d+D)/2}}",
        says="the exact predictor of a data set, for every D",
        section=BEYOND,
        evidence=(
            Numeric(
                statement=posterior_mean,
                against=package_mean,
                witnesses=scenes,
                rtol=1e-9,
                atol=1e-11,
                mutants={
                    "exponent less by 1/2": functools.partial(posterior_mean, shift=-1),
                    "t^2 without D": functools.partial(posterior_mean, level=False),
                },
            ),
        ),
    ),
    Entry(
        id="9305.beyond.heat",
        kind="limit",
        latex=r"\lim_{D\to\infty}(R^2+Dt^2)^{-(d+D)/2}(Dt^2)^{(d+D)/2}=e^{-R^2/2t^2}",
        says="as D grows Poisson flow becomes the heat flow of 9280, with an error of order 1/D",
        section=BEYOND,
        evidence=(
            Symbolic(
                statement=sp.exp(-(R**2) / (2 * t**2)),
                against=sp.Limit((1 + R**2 * h / t**2) ** (-(d + 1 / h) / 2), h, 0, "+"),
                about="the kernel, h = 1/D",
            ),
            Numeric(
                statement=lambda x, t, data, D: heat_weighted(x, t, data),
                against=lambda x, t, data, D: package_mean(x, t, data, math.inf),
                witnesses=scenes,
                rtol=1e-9,
                atol=1e-11,
                mutants={"the spread for the variance": lambda x, t, data, D: heat_weighted(x, t, data, 2 / t)},
                about="the package's end D = infinity",
            ),
            *(
                Slope(
                    statement=functools.partial(package_mean_of, d=k),
                    against=functools.partial(heat_mean, d=k),
                    order=1,
                    witnesses=(1e-3, 5e-4, 2.5e-4, 1.25e-4),
                    mutants={"at r in place of t": functools.partial(package_mean_of, d=k, dimensions=False)},
                    about=f"the package's posterior mean, d = {k}",
                )
                for k in CLOUDS
            ),
        ),
    ),
    Entry(
        id="9305.beyond.euler",
        kind="algorithm",
        latex=r"\boldsymbol x+(t'-t)\frac{\boldsymbol x-\hat{\boldsymbol x}_0}t"
        r"=\hat{\boldsymbol x}_0+t'\,\frac{\boldsymbol x-\hat{\boldsymbol x}_0}t",
        says="the Euler step of eq4 is predict and revise, 9271.eq4",
        section=BEYOND,
        evidence=(
            Symbolic(statement=x0 + s * (x - x0) / t, against=x + (s - t) * (x - x0) / t),
            Numeric(
                statement=euler,
                against=one_step,
                witnesses=lambda rng: [
                    {"x": rng.normal(size=k), "t": 2.0, "after": after, "data": rng.normal(size=(5, k))}
                    for k, after in ((1, 0.0), (2, 1.0), (20, 1.9))
                ],
                rtol=1e-10,
                atol=1e-12,
                mutants={"the other way": functools.partial(euler, sign=-1.0)},
                about="the package's step",
            ),
        ),
    ),
    Entry(
        id="9305.beyond.order",
        kind="order",
        latex="",
        says="on the exact field Euler is of order 1, Heun and the extrapolated predictor are of order 2",
        section=BEYOND,
        evidence=tuple(
            Slope(
                statement=functools.partial(stepped, solver=solver),
                against=solved,
                order=order,
                tolerance=0.2,
                witnesses=(1 / 20, 1 / 40, 1 / 80, 1 / 160),
                mutants={"the other order": functools.partial(stepped, solver=other)},
                about=f"{solver} on the package's sampler",
            )
            for solver, order, other in (("euler", 1, "heun"), ("heun", 2, "euler"), ("2m", 2, "euler"))
        ),
    ),
    Entry(
        id="9305.beyond.straight",
        kind="identity",
        latex=r"\boldsymbol x(t)=\boldsymbol x_1+\frac tT(\boldsymbol x(T)-\boldsymbol x_1)",
        says="the lines of a single source are straight, so one step of any solver is exact",
        section=BEYOND,
        evidence=(
            Numeric(
                statement=lambda after, solver: ATOMS[0] + after / 7.0 * (START - ATOMS[0]),
                against=lambda after, solver: (
                    sample(
                        PosteriorMean(f.tensor(ATOMS[:1])),
                        Poisson(),
                        f.tensor(START),
                        f.tensor([7.0, after]),
                        solver=solver,
                    ).x
                ),
                witnesses=tuple({"after": a, "solver": v} for a in (5.0, 1e-3) for v in ("euler", "heun", "2m")),
                rtol=1e-12,
                mutants={
                    "like the root of t": lambda after, solver: ATOMS[0] + math.sqrt(after / 7.0) * (START - ATOMS[0]),
                },
            ),
        ),
    ),
    Entry(
        id="9305.beyond.hemisphere",
        kind="law",
        latex=r"\frac{(\boldsymbol x,t)}{\lVert(\boldsymbol x,t)\rVert}\ \text{uniform on the half sphere}",
        says="start on a normal law at one noise level, and let each sample have its own clock t = sigma |h|",
        section=BEYOND,
        evidence=(
            Law(
                statement=lambda rng, d: np.abs(f.unit(rng.normal(size=(4000, d + 1)))[:, -1]),
                against=package_elevations,
                test="sampler",
                witnesses=({"d": 1}, {"d": 2}, {"d": 64}),
                mutants={
                    "uniform height": lambda rng, d: rng.random(4000) / (1 if d <= 2 else d**0.5),
                    "one dimension more": lambda rng, d: np.abs(f.unit(rng.normal(size=(4000, d + 2)))[:, -1]),
                },
                about="elevation t/R of the package's starting points",
            ),
        ),
    ),
    Entry(
        id="9305.beyond.clip",
        kind="table",
        latex=r"\Pr(\lVert\boldsymbol x\rVert>3000)\quad(d=3072,\ T=40)",
        says="at the size of CIFAR-10 more than half of the prior lies beyond 3000, where the released code cuts it",
        section=BEYOND,
        evidence=(
            Numeric(
                statement=lambda r: 1 - float(mass_within(r, 3072, 40.0)),
                against=lambda r: float(1 - radius_cdf(np.array(r), 3072, 40.0)),
                witnesses=(3000.0, 3287.0, 10000.0),
                rtol=1e-9,
                mutants={"T = 100": lambda r: 1 - float(mass_within(r, 3072, 100.0))},
                about="0.54 beyond 3000; the median is 3287",
            ),
        ),
    ),
]
