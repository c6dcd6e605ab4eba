"""Section "Learning the field": eq8-eq12, claims 7 and 8, and how eq11 draws its length and direction."""

import functools
import itertools
from collections.abc import Callable, Sequence
from fractions import Fraction
from statistics import median
from typing import Any

import numpy as np
import sympy as sp
from scipy import integrate, optimize, stats

from blogtools.claims.poisson_flow import formulas as f
from blogtools.diffusion import (
    Poisson,
    PosteriorMean,
    perturb_eq11,
    sample,
    sphere_area,
    target_eq10,
    target_eq12,
)
from blogtools.ledger import Entry, Exact, Experiment, Law, Numeric, Slope, Symbolic

SECTION = "Learning the field"

a, b, c, mu = sp.symbols("a b c mu", real=True)
p, q = sp.symbols("p q", positive=True)
MEAN = p * a + q * b + (1 - p - q) * c


def loss(m: sp.Expr) -> sp.Expr:
    """E‖x−m‖² for the values a, b, c with probabilities p, q, 1−p−q."""
    return p * (a - m) ** 2 + q * (b - m) ** 2 + (1 - p - q) * (c - m) ** 2


def eq8(x: np.ndarray, t: float, data: np.ndarray, power_shift: int = 0, sign: float = -1.0) -> np.ndarray:
    """The mean over the data as printed, without 1/S_{d+1}."""
    return sign * f.eq8_terms(x, t, data, data.shape[1] + 1 + power_shift).mean(0)


def package_direction(x: np.ndarray, t: float, data: np.ndarray) -> np.ndarray:
    """Direction of the package's field of eq3."""
    return PosteriorMean(f.tensor(data)).field(f.tensor(x), t)[0].numpy()


def package_field(x: np.ndarray, t: float, data: np.ndarray) -> np.ndarray:
    """The package's field of eq3 with its 1/S_{d+1} taken off."""
    unit, log_length = PosteriorMean(f.tensor(data)).field(f.tensor(x), t)
    return (unit * log_length.exp() * sphere_area(data.shape[1] + 1)).numpy()


def scenes(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Data and one (x, t) each, d = 1 ... 10."""
    return [
        {"x": rng.normal(size=k), "t": t, "data": rng.normal(size=(n, k))}
        for k, n, t in ((1, 1, 1.0), (1, 6, 0.5), (2, 5, 0.8), (3, 7, 2.0), (10, 4, 1.0))
    ]


def one_term(rng: np.random.Generator, d: int, part: int, power_shift: int = 0, spread: float = 1.0) -> np.ndarray:
    """Part ``part`` of the bracket of eq8 at x = (0.7, 0...), t = 1 for 20,000 draws of standard normal data."""
    at = np.zeros(d)
    at[0] = 0.7
    x0 = spread * rng.normal(size=(20000, d))
    return -f.eq8_terms(at, 1.0, x0, d + 1 + power_shift)[:, part]


def integrated(d: int, part: int) -> float:
    """The same expectation as an integral over x_0, by SciPy; the coordinates beside the first in polar form."""

    def integrand(rho: float, y: float) -> float:
        weight = 1.0 if d == 1 else float(f.sphere_area(d - 1)) * rho ** (d - 2)
        density = np.exp(-(y**2 + rho**2) / 2) / (2 * np.pi) ** (d / 2)
        top = 0.7 - y if part == 0 else 1.0
        return -weight * density * top * ((0.7 - y) ** 2 + rho**2 + 1) ** (-(d + 1) / 2)

    if d == 1:
        return integrate.quad(lambda y: integrand(0.0, y), -12, 12)[0]
    return integrate.dblquad(integrand, -12, 12, 0, 12)[0]


def by_interpolation(values: Sequence[Fraction]) -> Fraction:
    """Where E(x−μ)² is least: the vertex of the parabola through its values at −1, 0, 1."""
    below, at, above = (sum(((v - m) ** 2 for v in values), Fraction(0)) / len(values) for m in (-1, 0, 1))
    return (below - above) / (2 * (below - 2 * at + above))


def numbers(rng: np.random.Generator) -> list[list[Fraction]]:
    """Lists of fractions, a single one and equal ones among them."""
    drawn = [[Fraction(int(v), 7) for v in rng.integers(-30, 30, n)] for n in (2, 3, 10)]
    return [[Fraction(3, 2)], [Fraction(1), Fraction(1), Fraction(5)], *drawn]


def least(loss: Callable[[np.ndarray], float], k: int) -> np.ndarray:
    """Where a loss of k numbers is least, by SciPy from values alone."""
    return optimize.minimize(loss, np.full(k, 0.1), method="BFGS", options={"gtol": 1e-9}).x


def minimiser_eq10(
    x: np.ndarray, t: float, data: np.ndarray, power_shift: int = 0, sign: int = 1, norm_power: int = 2
) -> np.ndarray:
    """The s that makes eq10 least at one (x, t)."""
    terms = sign * f.eq8_terms(x, t, data, data.shape[1] + 1 + power_shift)
    return least(lambda s: float((np.linalg.norm(s + terms, axis=1) ** norm_power).mean()), len(x) + 1)


def minimiser_eq12(
    x: np.ndarray, t: float, data: np.ndarray, power_shift: int = 0, each: bool = False, whole: bool = True
) -> np.ndarray:
    """The s that makes eq12 least for one batch; ``each`` normalises before the mean, ``whole`` at all."""
    terms = f.eq8_terms(x, t, data, data.shape[1] + 1 + power_shift)
    aim = f.unit(terms).mean(0) if each else terms.mean(0)
    aim = f.unit(aim) if whole and not each else aim
    return least(lambda s: float(((s + aim) ** 2).sum()), len(x) + 1)


SIGMA, TAU, M = 0.02, 0.05, 150.0
"""Constants of eq11 for the tests of its law; the scale then runs over three powers of ten."""


def eq11(
    rng: np.random.Generator,
    d: int,
    *,
    n: int = 4000,
    same_m: bool = True,
    exponents: Callable[[np.random.Generator, int], np.ndarray] = lambda rng, n: M * rng.random(n),
    joint: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """(x − x_0, t) by eq11 as printed; ``same_m`` false draws m twice, ``joint`` takes |ε_t| for ‖ε_x‖."""
    eps = SIGMA * rng.normal(size=(n, d + 1))
    u = f.unit(rng.normal(size=(n, d)))
    m = exponents(rng, n)
    length = np.abs(eps[:, -1]) if joint else np.linalg.norm(eps[:, :-1], axis=1)
    t = np.abs(eps[:, -1]) * (1 + TAU) ** (m if same_m else exponents(rng, n))
    return (length * (1 + TAU) ** m)[:, None] * u, t


def measured(x: np.ndarray, t: np.ndarray, what: str) -> np.ndarray:
    """One number of each draw: log distance R in d+1 dimensions, elevation t/R, or one coordinate over R."""
    R = np.sqrt((x**2).sum(1) + t**2)
    return {"log R": np.log(R), "t/R": t / R, "x/R": x[:, 0] / R}[what]


def printed_eq11(rng: np.random.Generator, d: int, what: str, **change: Any) -> np.ndarray:
    """One number of each draw of eq11 as printed."""
    return measured(*eq11(rng, d, **change), what)


def package_eq11(rng: np.random.Generator, d: int, what: str) -> np.ndarray:
    """The same of the package's draws, all from one x_0 that is taken off again."""
    x0 = f.tensor(np.full((4000, d), 0.5))
    x, t = perturb_eq11(x0, SIGMA, TAU, M, f.torch_generator(rng))
    apart, height = (x - x0).numpy(), t.numpy()
    R = np.linalg.norm(np.column_stack([apart, height]), axis=1)
    return np.log(R) if what == "log R" else (height if what == "t/R" else apart[:, 0]) / R


def law_of_distance(z: np.ndarray, d: int, what: str) -> np.ndarray:
    """P(log R ≤ z): R is σχ_{d+1} at a scale whose logarithm is uniform; the mean over m by Gauss and Legendre."""
    s, w = np.polynomial.legendre.leggauss(300)
    scale = SIGMA * (1 + TAU) ** (M * (s + 1) / 2)
    return stats.chi.cdf(np.exp(z)[:, None] / scale, d + 1) @ w / 2


def scaled_line(x: np.ndarray, t: float, end: float, data: np.ndarray, only_across: bool = False) -> np.ndarray:
    """Where the line along c(x, t) F crosses ``end``, c a positive function; ``only_across`` scales F_x alone."""

    def slope(_: float, at: np.ndarray) -> np.ndarray:
        F = f.unit(eq8(at[:-1], at[-1], data))
        factor = 2 + np.sin(3 * at[0] + at[-1])
        return at[-1] * np.append(factor * F[:-1], (1 if only_across else factor) * F[-1])

    def crossing(_: float, at: np.ndarray) -> float:
        return at[-1] - end

    crossing.terminal = True  # type: ignore[attr-defined]
    found = integrate.solve_ivp(slope, (0, 1e3), np.append(x, t), "DOP853", events=crossing, rtol=1e-11, atol=1e-13)
    return found.y_events[0][0][:-1]


def package_flow(x: np.ndarray, t: float, end: float, data: np.ndarray) -> np.ndarray:
    """The package's sampler from t to ``end``."""
    predict = PosteriorMean(f.tensor(data))
    return sample(predict, Poisson(), f.tensor(x), f.tensor([t, end]), solver="rk45", rtol=1e-10, atol=1e-12).x.numpy()


ATOMS, AT, HEIGHT = np.array([[-1.0], [0.0], [2.0]]), np.array([0.5]), 0.7
TERMS = f.eq8_terms(AT, HEIGHT, ATOMS)


def mean_of_normalized(h: float, each: bool = False, spread: bool = False) -> np.ndarray:
    """E Normalize(mean of 1/h terms), summed over all counts of three atoms; ``spread`` adds its r.m.s. error."""
    n = round(1 / h)
    counts = np.array([(i, j, n - i - j) for i in range(n + 1) for j in range(n + 1 - i)])
    probability = stats.multinomial.pmf(counts, n, [1 / 3] * 3)
    units = f.unit(counts @ TERMS)
    error = np.sqrt(probability @ ((units - f.unit(TERMS.mean(0))) ** 2).sum(1))
    return probability @ units + (error if spread else 0)


def batch_expectation(
    x: Fraction,
    t: Fraction,
    data: Sequence[Fraction],
    masses: Sequence[Fraction],
    n: int,
    *,
    source: bool = True,
    k: int = 1,
) -> Fraction:
    """E of Σ w_i x_i / Σ w_i given (x, t), w = R^{-2k}, over batches of the source of (x, t) and n−1 others.

    At d = 1 and k = 1 these are the weights of eq3, which are fractions. Without ``source`` all n are independent.
    """
    true = [m / ((x - y) ** 2 + t**2) for y, m in zip(data, masses, strict=True)]
    first = [v / sum(true) for v in true] if source else list(masses)
    total = Fraction(0)
    for batch in itertools.product(range(len(data)), repeat=n):
        chance = first[batch[0]]
        for i in batch[1:]:
            chance *= masses[i]
        w = [1 / ((x - data[i]) ** 2 + t**2) ** k for i in batch]
        total += chance * sum(v * data[i] for v, i in zip(w, batch, strict=True)) / sum(w)
    return total


def whole_mean(x: Fraction, t: Fraction, data: Sequence[Fraction], masses: Sequence[Fraction], n: int) -> Fraction:
    """The same of all the data: x − t F_x/F_t."""
    parts = [(y, m / ((x - y) * (x - y) + t * t)) for y, m in zip(data, masses, strict=True)]
    return sum((y * v for y, v in parts), Fraction(0)) / sum((v for _, v in parts), Fraction(0))


def mean_over_batches(
    x: np.ndarray, t: float, data: np.ndarray, n: int, *, source: bool = True, power_shift: int = 0
) -> np.ndarray:
    """The same in any dimension for equal masses: every batch of the source and n−1 others, with its chance."""
    R = np.sqrt(((x - data) ** 2).sum(1) + t**2)
    true, w = R ** -(data.shape[1] + 1.0), R ** -(data.shape[1] + 1.0 + power_shift)
    batches = np.array(list(itertools.product(range(len(data)), repeat=n)))
    chance = (true / true.sum())[batches[:, 0]] if source else np.full(len(batches), 1 / len(data))
    estimates = (w[batches][..., None] * data[batches]).sum(1) / w[batches].sum(1, keepdims=True)
    return chance @ estimates / len(data) ** (n - 1)


m, v, w = sp.symbols("m v w", positive=True)
PAIR = (
    m * v * (m * a + (1 - m) * (v * a + w * b) / (v + w)) + (1 - m) * w * (m * (v * a + w * b) / (v + w) + (1 - m) * b)
) / (m * v + (1 - m) * w)
"""E of the estimate from the source (a with chance ∝ m v, b ∝ (1−m) w) and one point more."""

CLOUD = np.random.default_rng(5).normal(size=(300, 2)) @ np.array([[1.0, 0.4], [0.0, 0.5]])


def bias_in_degrees(seed: int, n: int, divide_by_t: bool = False) -> float:
    """Mean angle between the mean target of a batch of n, the source among it, and the field, at 20 points by eq11."""
    places, rng = np.random.default_rng(seed).spawn(2)
    angles = []
    for _ in range(20):
        apart = 10 ** places.uniform(-0.5, 0.5) * f.unit(places.normal(size=3))
        terms = f.eq8_terms(CLOUD[places.integers(300)] + apart[:2], abs(apart[2]), CLOUD)
        posterior = np.linalg.norm(terms, axis=1) ** 1.5  # R^{-3}, for the terms have length R^{-2}
        source = rng.choice(300, (2000, 1), p=posterior / posterior.sum())
        sums = terms[np.column_stack([source, rng.integers(300, size=(2000, n - 1))])].sum(1)
        target = f.unit((sums / sums[:, -1:] if divide_by_t else f.unit(sums)).mean(0))
        angles.append(np.degrees(np.arccos(min(1.0, target @ f.unit(terms.mean(0))))))
    return float(np.mean(angles))


def drawn_apart(rng: np.random.Generator, d: int) -> np.ndarray:
    """‖ε‖ u with a direction of its own, 5000 draws."""
    return np.linalg.norm(rng.normal(size=(5000, d)), axis=1)[:, None] * f.unit(rng.normal(size=(5000, d)))


def first_of(draw: Callable[[np.random.Generator, int], np.ndarray]) -> Callable[..., np.ndarray]:
    """The first coordinate of each draw."""
    return lambda rng, d: draw(rng, d)[:, 0]


def two_small(draw: Callable[[np.random.Generator, int], np.ndarray]) -> Callable[..., np.ndarray]:
    """1 where the first two coordinates are both below 1/2 in size."""
    return lambda rng, d: (np.abs(draw(rng, d)[:, :2]) < 0.5).all(1).astype(float)


def of_fixed_length(rng: np.random.Generator, d: int) -> np.ndarray:
    """√d u."""
    return d**0.5 * f.unit(rng.normal(size=(5000, d)))


def of_cube(rng: np.random.Generator, d: int) -> np.ndarray:
    """‖ε‖ times the direction of a uniform point of a cube's upper corner."""
    return np.linalg.norm(rng.normal(size=(5000, d)), axis=1)[:, None] * f.unit(rng.random((5000, d)))


THIRDS = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
BATCHES = tuple(
    {"x": Fraction(1, 2), "t": t, "data": [Fraction(-1), Fraction(0), Fraction(2)], "masses": THIRDS, "n": n}
    for n in (1, 2, 3, 6)
    for t in (Fraction(1, 10), Fraction(7, 5))
)

ENTRIES = [
    Entry(
        id="9305.eq8",
        kind="identity",
        latex=r"\boldsymbol F(\boldsymbol x,t)=\mathbb E_{\boldsymbol x_0\sim\tilde p}\left["
        r"-\frac{(\boldsymbol x-\boldsymbol x_0,t)}{(\lVert\boldsymbol x-\boldsymbol x_0\rVert^2+t^2)^{(d+1)/2}}"
        r"\right]",
        says="the field as an expectation over the data, up to a positive factor",
        section=SECTION,
        evidence=(
            Numeric(
                statement=eq8,
                against=package_direction,
                witnesses=scenes,
                rtol=1e-10,
                atol=1e-12,
                up_to_scale=True,
                mutants={
                    "exponent d/2": functools.partial(eq8, power_shift=-1),
                    "exponent (d+2)/2": functools.partial(eq8, power_shift=1),
                    "repulsion": functools.partial(eq8, sign=1.0),
                },
                about="the direction of the package's field",
            ),
            Law(
                statement=one_term,
                against=integrated,
                test="mean",
                witnesses=({"d": 1, "part": 0}, {"d": 1, "part": 1}, {"d": 2, "part": 0}, {"d": 3, "part": 3}),
                mutants={
                    "exponent d/2": functools.partial(one_term, power_shift=-1),
                    "exponent (d+2)/2": functools.partial(one_term, power_shift=1),
                    "narrower data": functools.partial(one_term, spread=0.5),
                },
                about="the mean over 20,000 normal data against the integral",
            ),
        ),
    ),
    Entry(
        id="9305.claim7",
        kind="identity",
        latex=r"\frac{c\,\boldsymbol F_{\boldsymbol x}}{c\,F_t}=\frac{\boldsymbol F_{\boldsymbol x}}{F_t}",
        says="a positive factor of the field, even one that varies from place to place, leaves the ODE unchanged",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda c, across, down: [Fraction(c * v, c * down) for v in across],
                against=lambda c, across, down: [v / down for v in across],
                witnesses=lambda rng: [
                    {
                        "c": Fraction(int(rng.integers(1, 99)), 7),
                        "across": [Fraction(int(v), 5) for v in rng.integers(-50, 50, 3)],
                        "down": -Fraction(int(rng.integers(1, 99)), 3),
                    }
                    for _ in range(5)
                ],
                mutants={
                    "F_x alone": lambda c, across, down: [Fraction(c * v, down) for v in across],
                    "added": lambda c, across, down: [Fraction(c + v, c + down) for v in across],
                },
            ),
            Numeric(
                statement=scaled_line,
                against=package_flow,
                witnesses=lambda rng: [
                    {"x": 2 * rng.normal(size=k), "t": 3.0, "end": 0.2, "data": rng.normal(size=(4, k))}
                    for k in (1, 2, 5)
                ],
                rtol=1e-7,
                atol=1e-7,
                mutants={"F_x alone": functools.partial(scaled_line, only_across=True)},
                about="the flow of the scaled field by SciPy, of the plain one by the package, both solved to 1e-10",
            ),
        ),
    ),
    Entry(
        id="9305.eq9",
        kind="identity",
        latex=r"\mathbb E[\boldsymbol x]=\operatorname*{argmin}_{\boldsymbol\mu}"
        r"\mathbb E\bigl[\lVert\boldsymbol x-\boldsymbol\mu\rVert^2\bigr]",
        says="the squared error is least at the mean, and only there",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=(mu - MEAN) ** 2,
                against=loss(mu) - loss(MEAN),
                domain={"p": (0.1, 0.4), "q": (0.1, 0.4)},
                about="what another value costs is its squared distance from the mean",
            ),
            Exact(
                statement=lambda values: sum(values) / len(values),
                against=by_interpolation,
                witnesses=lambda rng: [{"values": values} for values in numbers(rng)],
                mutants={
                    "the median": lambda values: Fraction(median(values)),
                    "the middle of the range": lambda values: (min(values) + max(values)) / 2,
                },
                about="the vertex of the parabola of the loss",
            ),
        ),
    ),
    Entry(
        id="9305.eq10",
        kind="algorithm",
        latex=r"\mathbb E_{\boldsymbol x_0\sim\tilde p}\left\lVert\boldsymbol s_\theta(\boldsymbol x,t)+"
        r"\frac{(\boldsymbol x-\boldsymbol x_0,t)}{(\lVert\boldsymbol x-\boldsymbol x_0\rVert^2+t^2)^{(d+1)/2}}"
        r"\right\rVert^2",
        says="at a fixed (x, t), with x_0 drawn independently of it, the regression learns the field",
        section=SECTION,
        evidence=(
            Numeric(
                statement=minimiser_eq10,
                against=package_field,
                witnesses=lambda rng: scenes(rng)[:4],
                rtol=1e-5,
                atol=1e-6,
                mutants={
                    "exponent d/2": functools.partial(minimiser_eq10, power_shift=-1),
                    "exponent (d+2)/2": functools.partial(minimiser_eq10, power_shift=1),
                    "minus in place of plus": functools.partial(minimiser_eq10, sign=-1),
                    "the fourth power of the error": functools.partial(minimiser_eq10, norm_power=4),
                },
                about="minimised by SciPy from values of the loss alone, which gives five digits",
            ),
            Numeric(
                statement=lambda x, t, data: -f.eq8_terms(x, t, data),
                against=lambda x, t, data: target_eq10(f.tensor(np.tile(x, (len(data), 1))), t, f.tensor(data)),
                witnesses=scenes,
                rtol=1e-12,
                mutants={
                    "exponent d/2": lambda x, t, data: -f.eq8_terms(x, t, data, data.shape[1]),
                    "plus": lambda x, t, data: f.eq8_terms(x, t, data),
                },
                about="the package's target",
            ),
        ),
    ),
    Entry(
        id="9305.eq11",
        kind="law",
        latex=r"\boldsymbol x=\boldsymbol x_0+\lVert\boldsymbol\varepsilon_{\boldsymbol x}\rVert(1+\tau)^m\boldsymbol u"
        r",\quad t=|\varepsilon_t|(1+\tau)^m",
        says="training points round a sample: even in direction over the half sphere, even in the log of the distance",
        section=SECTION,
        evidence=(
            Law(
                statement=printed_eq11,
                against=package_eq11,
                test="sampler",
                witnesses=tuple({"d": k, "what": w} for k in (1, 3, 64) for w in ("log R", "t/R", "x/R")),
                mutants={
                    "m of its own for t": functools.partial(printed_eq11, same_m=False),
                    "m from 0 to M/2": functools.partial(printed_eq11, exponents=lambda rng, n: M / 2 * rng.random(n)),
                    "one length for both": functools.partial(printed_eq11, joint=True),
                },
                about="eq11 as printed against the package's",
            ),
            Law(
                statement=printed_eq11,
                against=law_of_distance,
                witnesses=({"d": 1, "what": "log R"}, {"d": 64, "what": "log R"}),
                mutants={
                    "m normal": functools.partial(
                        printed_eq11, exponents=lambda rng, n: M * (0.5 + rng.normal(size=n) / 6)
                    ),
                    "m whole numbers of M/10": functools.partial(
                        printed_eq11, exponents=lambda rng, n: M / 10 * rng.integers(0, 11, n)
                    ),
                },
                about="the distance: chi times a scale whose logarithm is uniform",
            ),
            Law(
                statement=printed_eq11,
                against=lambda v, d, what: stats.beta.cdf(v**2, 0.5, d / 2),
                witnesses=({"d": 1, "what": "t/R"}, {"d": 3, "what": "t/R"}, {"d": 64, "what": "t/R"}),
                mutants={
                    "m of its own for t": functools.partial(printed_eq11, same_m=False),
                    "one length for both": functools.partial(printed_eq11, joint=True),
                },
                about="the elevation is that of the prior eq5, at every distance",
            ),
        ),
    ),
    Entry(
        id="9305.slip3",
        kind="law",
        latex=r"\lVert\boldsymbol\varepsilon_{\boldsymbol x}\rVert\,\boldsymbol u\overset{d}="
        r"\boldsymbol\varepsilon_{\boldsymbol x}",
        says="drawing length and direction apart changes nothing: for a normal vector they are independent",
        section=SECTION,
        evidence=(
            Law(
                statement=first_of(drawn_apart),
                against=lambda v, d: stats.norm.cdf(v),
                witnesses=({"d": 1}, {"d": 2}, {"d": 64}),
                mutants={"a fixed length": first_of(of_fixed_length), "directions of a cube": first_of(of_cube)},
                about="each coordinate is normal",
            ),
            Law(
                statement=two_small(drawn_apart),
                against=lambda d: float((1 - 2 * stats.norm.sf(0.5)) ** 2),
                test="mean",
                witnesses=({"d": 3}, {"d": 8}),
                mutants={"a fixed length": two_small(of_fixed_length)},
                about="two coordinates are independent",
            ),
        ),
    ),
    Entry(
        id="9305.eq12",
        kind="algorithm",
        latex=r"\left\lVert\boldsymbol s_\theta(\boldsymbol x,t)+\mathrm{Normalize}\left(\mathbb E_{\boldsymbol x_0}"
        r"\frac{(\boldsymbol x-\boldsymbol x_0,t)}{(\lVert\boldsymbol x-\boldsymbol x_0\rVert^2+t^2)^{(d+1)/2}}"
        r"\right)\right\rVert^2",
        says="with all the data for a batch, the regression learns the unit field",
        section=SECTION,
        evidence=(
            Numeric(
                statement=minimiser_eq12,
                against=lambda x, t, data: target_eq12(f.tensor(x), t, f.tensor(data)),
                witnesses=lambda rng: scenes(rng)[1:],
                rtol=1e-6,
                atol=1e-6,
                mutants={
                    "each normalized before the mean": functools.partial(minimiser_eq12, each=True),
                    "not normalized": functools.partial(minimiser_eq12, whole=False),
                    "exponent d/2": functools.partial(minimiser_eq12, power_shift=-1),
                },
                about="the package's target, and so its unit field, from values of the loss alone",
            ),
        ),
    ),
    Entry(
        id="9305.claim8",
        kind="order",
        latex=r"\mathbb E\,\mathrm{Normalize}(\bar{\boldsymbol f}_n)-\mathrm{Normalize}(\mathbb E\boldsymbol f)=O(1/n)",
        says="a batch in the place of the data makes eq12 biased; the bias falls like 1/n",
        section=SECTION,
        evidence=(
            Slope(
                statement=mean_of_normalized,
                against=f.unit(TERMS.mean(0)),
                order=1,
                witnesses=(1 / 16, 1 / 32, 1 / 64, 1 / 128),
                mutants={"with the error of one batch": functools.partial(mean_of_normalized, spread=True)},
                about="expectation over all batches of n from three points; the error of a single batch falls like "
                "1/sqrt(n) only",
            ),
            Experiment(
                statement=functools.partial(bias_in_degrees, n=4),
                against=3.0,
                side="above",
                mutants={"divided by the t-component": functools.partial(bias_in_degrees, n=4, divide_by_t=True)},
                about="300 points of the plane, source in the batch: a batch of 4 is off by more than 3 degrees",
            ),
            Experiment(
                statement=functools.partial(bias_in_degrees, n=128),
                against=3.0,
                side="below",
                mutants={"a batch of 4": functools.partial(bias_in_degrees, n=4)},
                about="and one of 128 by less",
            ),
        ),
    ),
    Entry(
        id="9305.claim8.cure",
        kind="identity",
        latex=r"\mathbb E\left[\frac{\sum_i R_i^{-(d+1)}\boldsymbol x_i}{\sum_i R_i^{-(d+1)}}\,\middle|\,"
        r"\boldsymbol x,t\right]=\mathbb E[\boldsymbol x_0\mid\boldsymbol x,t]",
        says="divided by its t-component in place of its length, the batch target is unbiased for every batch size",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=(m * v * a + (1 - m) * w * b) / (m * v + (1 - m) * w),
                against=PAIR,
                domain={"m": (0.1, 0.9)},
                partial=True,
                about="batches of two from two points a, b with masses m, 1-m and any weights v, w",
            ),
            Exact(
                statement=batch_expectation,
                against=whole_mean,
                witnesses=BATCHES,
                partial=True,
                mutants={
                    "the source not in the batch": functools.partial(batch_expectation, source=False),
                    "the next exponent": functools.partial(batch_expectation, k=2),
                },
                about="all batches of up to six from three points of a line, in fractions: x - t F_x/F_t of the batch",
            ),
            Numeric(
                statement=mean_over_batches,
                against=lambda x, t, data, n: PosteriorMean(f.tensor(data))(f.tensor(x), t),
                witnesses=lambda rng: [
                    {"x": rng.normal(size=k), "t": 0.5, "data": rng.normal(size=(4, k)), "n": n}
                    for k, n in ((1, 3), (2, 1), (2, 4), (10, 3))
                ],
                rtol=1e-9,
                atol=1e-12,
                mutants={
                    "the source not in the batch": functools.partial(mean_over_batches, source=False),
                    "exponent less by one": functools.partial(mean_over_batches, power_shift=-1),
                },
                about="the package's posterior mean of all the data",
            ),
        ),
    ),
]
