"""Section "From noise to data": eq16 to eq19, from the law of p_T to the points that it becomes."""

import functools
import math
from typing import Any

import numpy as np
import sympy as sp
from scipy import special, stats

from blogtools.claims.heat_ode import formulas as f
from blogtools.diffusion import Heat, Linear, Poisson, PosteriorMean, VarianceExploding, grid, sample, velocity
from blogtools.ledger import Entry, Law, Numeric, Slope, Symbolic

SECTION = "From noise to data"
x, m = sp.symbols("x m", real=True)
t, s, c, start = sp.symbols("t s c x0", positive=True)
SIGMA = c * t + t**2
PATH = m + (start - m) * sp.sqrt(s**2 + SIGMA**2) / s
"""Where eq17 carries x_0 for p_0 = N(m, s²)."""


def points_cdf(rng: np.random.Generator, t: float, angle: float, scale: float = 1.0) -> f.Array:
    """3,000 draws of the package's x_t from three points, seen along a direction."""
    data = f.tensor(f.POINTS.draw(3000, 0.0, rng))
    process = Linear(Heat())
    x_t = process.forward(data, scale * process.noise(data, f.torch_generator(rng)), t)
    return x_t.numpy() @ np.array([math.cos(angle), math.sin(angle)])


SCHEDULES: dict[str, Any] = {
    "heat": (Linear(Heat()), lambda t: (t, 1.0)),
    "Poisson(inf)": (Poisson(math.inf), lambda t: (t, 1.0)),
    "variance exploding": (
        Linear(VarianceExploding(5.0, 0.05)),
        lambda t: (0.05 * math.sqrt(100 ** (2 * t) - 1), 0.05 * math.log(100) * 100 ** (2 * t) / _root(t)),
    ),
}
"""Processes of the package, each with σ_t and σ̇_t by hand."""


def _root(t: float) -> float:
    return math.sqrt(100 ** (2 * t) - 1)


def eq17(
    x: f.Array, schedule: str, first: float, last: float, data: f.Array, power: float = 1.0, sign: float = -1.0
) -> f.Array:
    """dx/dt = −σ̇σ ∇log p_t by SciPy; ``power`` the exponent of σ."""
    level = SCHEDULES[schedule][1]

    def drift(x: f.Array, t: float) -> f.Array:
        sigma, rate = level(t)
        return sign * rate * sigma**power * f.score(x, sigma, f.Cloud(data))

    return f.flow(drift, x, first, last)


def by_sampler(x: f.Array, schedule: str, first: float, last: float, data: f.Array) -> f.Array:
    """The same by the package's sampler with its adaptive solver."""
    process, exact = SCHEDULES[schedule][0], PosteriorMean(f.tensor(data), math.inf)
    found = sample(
        lambda x, t: exact(x, process.level(t)),
        process,
        f.tensor(x),
        f.tensor([first, last]),
        solver="rk45",
        rtol=1e-10,
        atol=1e-12,
    )
    return found.x.numpy()


def journeys(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Ways down from noise, for each schedule, d = 1 ... 20."""
    return [
        {"x": 2 * rng.normal(size=(2, d)), "schedule": name, "first": a, "last": b, "data": rng.normal(size=(5, d))}
        for d, name, a, b in (
            (1, "heat", 3.0, 0.2),
            (2, "Poisson(inf)", 2.0, 0.3),
            (20, "variance exploding", 1.0, 0.5),
        )
    ]


MASSES = np.array([0.5, 0.3, 0.2])


def arrivals(rng: np.random.Generator, T: float, far: bool = True, turned: float = 1.0) -> f.Array:
    """Which of three points 2,000 draws of p_T come to: uniform exactly if they come by mass."""
    x = f.POINTS.draw(2000, T, rng) if far else 0.3 * rng.normal(size=(2000, 2))
    ends = f.flow(lambda x, t: turned * f.eq17(x, t, f.POINTS), x, T, 0.02, rtol=1e-5)
    chosen = ((ends[:, None] - f.POINTS.centres) ** 2).sum(-1).argmin(1)
    before = np.concatenate([[0.0], np.cumsum(MASSES)])
    return before[chosen] + rng.random(2000) * MASSES[chosen]


ATOMS = np.array([[-1.0, 0.2], [0.4, 0.9], [0.7, -0.6]])
FAR = np.array([[2.0, 1.0], [-3.0, 0.5]])


def stepped(h: float, solver: str) -> f.Array:
    """From t = 4 to 0.5 by 1/h steps of the package's ``solver``, even in log t."""
    times = grid(4.0, 0.5, round(1 / h), kind="log", to_zero=False)
    predict = PosteriorMean(f.tensor(ATOMS), math.inf)
    return sample(predict, Linear(Heat()), f.tensor(FAR), times, solver=solver).x.numpy()


def moved(rng: np.random.Generator, T: float, factor: float = 1.0) -> f.Array:
    """One coordinate of 2,000 draws of p_0, three blobs in the plane, carried up to T by eq17."""
    return f.flow(lambda x, t: factor * f.eq17(x, t, f.TRIO), f.TRIO.draw(2000, 0.0, rng), 0.0, T, rtol=1e-6)[:, 0]


def noised(rng: np.random.Generator, T: float, power: float = 1.0, forget: bool = False) -> f.Array:
    """The same of x_0 + σ_T ε."""
    start = f.TRIO.draw(2000, 0.0, rng)
    return ((0 if forget else start) + T**power * rng.normal(size=start.shape))[:, 0]


PLACES = np.linspace(-4, 4, 801)


def scaled_cdf(h: float, centred: bool = True) -> f.Array:
    """P(x_T/σ_T ≤ z) of eq18 for σ_T = 1/h and data of two blobs, their mean at 0 or not."""
    middle = 0.5 if centred else 0.0
    cloud = f.Cloud(f.PAIR.centres - middle, f.PAIR.width, f.PAIR.weights)
    return f.normal_cdf(PLACES / h, 1 / h, cloud, np.ones(1))


ENTRIES = [
    Entry(
        id="9280.eq16",
        kind="law",
        latex=r"p_t(\boldsymbol x_t)=\int\mathcal N(\boldsymbol x_t;\boldsymbol x_0,\sigma_t^2\boldsymbol I)"
        r"p_0(\boldsymbol x_0)\,d\boldsymbol x_0",
        says="eq13 once more: for a set of points it is the mean of so many normal laws",
        section=SECTION,
        evidence=(
            Numeric(
                statement=lambda x, t: float(np.exp(f.log_p(x, t, f.POINTS))),
                against=lambda x, t: sum(
                    m * stats.multivariate_normal(p, t**2).pdf(x) for p, m in zip(ATOMS, MASSES, strict=True)
                ),
                witnesses=lambda rng: [{"x": rng.normal(size=2), "t": t} for t in (0.2, 1.0, 5.0)],
                rtol=1e-11,
                mutants={
                    "σ² for σ": lambda x, t: float(np.exp(f.log_p(x, t**2, f.POINTS))),
                    "equal masses": lambda x, t: float(np.exp(f.log_p(x, t, f.Cloud(ATOMS)))),
                },
                about="SciPy's normal densities",
            ),
            Law(
                statement=points_cdf,
                against=lambda z, t, angle: f.normal_cdf(z, t, f.POINTS, np.array([math.cos(angle), math.sin(angle)])),
                witnesses=({"t": 0.3, "angle": 0.0}, {"t": 1.0, "angle": 2.0}),
                mutants={"noise half as large again": functools.partial(points_cdf, scale=1.5)},
                about="x_t drawn by the package's process",
            ),
        ),
    ),
    Entry(
        id="9280.eq17",
        kind="algorithm",
        latex=r"\frac{d\boldsymbol x_t}{dt}=-\dot\sigma_t\sigma_t\nabla_{\boldsymbol x_t}\log p_t(\boldsymbol x_t)",
        says="run backwards from p_T it makes data: the package's sampler, which knows x̂_0 only, does the same",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=sp.diff(SIGMA, t) * SIGMA * (PATH - m) / (s**2 + SIGMA**2),
                against=sp.Derivative(PATH, t),
                no_automatic="the path is many terms; the mutants by hand change one thing each",
                mutants={
                    "uphill": -sp.diff(SIGMA, t) * SIGMA * (PATH - m) / (s**2 + SIGMA**2),
                    "without σ̇": SIGMA * (PATH - m) / (s**2 + SIGMA**2),
                    "twice, as the drift of an SDE": 2 * sp.diff(SIGMA, t) * SIGMA * (PATH - m) / (s**2 + SIGMA**2),
                },
                partial=True,
                about="normal data: distances from the mean grow like the standard deviation, σ_t = ct + t²",
            ),
            Numeric(
                statement=eq17,
                against=by_sampler,
                witnesses=journeys,
                rtol=1e-7,
                atol=1e-7,
                mutants={
                    "uphill": functools.partial(eq17, sign=1.0),
                    "twice, as the drift of an SDE": functools.partial(eq17, sign=-2.0),
                    "σ² for σ": functools.partial(eq17, power=2.0),
                },
                about="SciPy as printed, against the package's sampler, solved to 1e-10; three schedules",
            ),
            Numeric(
                statement=lambda x, t, data: -t * f.score(x, t, f.Cloud(data)),
                against=lambda x, t, data: velocity(PosteriorMean(f.tensor(data), math.inf), Linear(Heat()))(
                    f.tensor(x), f.tensor(t)
                ).numpy(),
                witnesses=lambda rng: [
                    {"x": rng.normal(size=(3, d)), "t": 0.7, "data": rng.normal(size=(4, d))} for d in (1, 10)
                ],
                rtol=1e-10,
                mutants={"without σ": lambda x, t, data: -f.score(x, t, f.Cloud(data))},
                about="the package's drift from a predictor",
            ),
            Law(
                statement=arrivals,
                against=lambda u, T: stats.uniform.cdf(u),
                witnesses=({"T": 3.0}, {"T": 10.0}),
                mutants={
                    "from a cloud too small": functools.partial(arrivals, far=False),
                },
                about="2,000 draws of p_T come to three points by their masses",
            ),
            *(
                Slope(
                    statement=functools.partial(stepped, solver=solver),
                    against=lambda h: f.flow(lambda x, t: f.eq17(x, t, f.Cloud(ATOMS)), FAR, 4.0, 0.5),
                    order=order,
                    witnesses=(1 / 40, 1 / 80, 1 / 160, 1 / 320),
                    mutants={"the other order": functools.partial(stepped, solver=other)},
                    about=f"{solver} on the package's sampler",
                )
                for solver, order, other in (("euler", 1, "heun"), ("heun", 2, "euler"))
            ),
        ),
    ),
    Entry(
        id="9280.eq18",
        kind="law",
        latex=r"\boldsymbol x_T\sim p_T\ \Leftrightarrow\ "
        r"\boldsymbol x_T=\boldsymbol x_0+\sigma_T\boldsymbol\varepsilon",
        says="p_T is data plus noise: another way to the cloud to which the ODE carries the data without any noise",
        section=SECTION,
        evidence=(
            Law(
                statement=noised,
                against=moved,
                test="sampler",
                witnesses=({"T": 0.5}, {"T": 2.0}),
                mutants={
                    "σ² for σ": functools.partial(noised, power=3.0),
                    "noise alone": functools.partial(noised, forget=True),
                },
                shares={"*.Cloud.draw": "both start from draws of p_0"},
                about="x_0 + σ_T ε against x_0 carried by eq17",
            ),
            Law(
                statement=noised,
                against=lambda z, T: f.normal_cdf(z, T, f.TRIO, np.array([1.0, 0.0])),
                witnesses=({"T": 0.5}, {"T": 2.0}),
                mutants={"σ² for σ": functools.partial(noised, power=3.0)},
                about="against eq13",
            ),
        ),
    ),
    Entry(
        id="9280.eq19",
        kind="limit",
        latex=r"\boldsymbol x_T\approx\sigma_T\boldsymbol\varepsilon\quad(\sigma_T\to\infty)",
        says="the error of plain noise falls like the mean of the data over σ_T; with the mean at 0 like its square",
        section=SECTION,
        evidence=(
            Slope(
                statement=functools.partial(scaled_cdf, centred=False),
                against=lambda h: special.ndtr(PLACES),
                order=1,
                witnesses=(1 / 20, 1 / 40, 1 / 80, 1 / 160),
                mutants={"centred": scaled_cdf},
                about="two blobs with mean 1/2: distance of the distribution functions of x_T/σ_T and ε",
            ),
            Slope(
                statement=scaled_cdf,
                against=lambda h: special.ndtr(PLACES),
                order=2,
                witnesses=(1 / 20, 1 / 40, 1 / 80, 1 / 160),
                mutants={"not centred": functools.partial(scaled_cdf, centred=False)},
                about="the same with their mean at 0",
            ),
        ),
    ),
]
