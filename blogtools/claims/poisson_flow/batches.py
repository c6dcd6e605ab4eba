"""Section "Learning the field": the target of eq12, formed from a batch, and its bias (claim8)."""

import functools
import itertools
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import sympy as sp
from scipy import stats

from blogtools.claims.poisson_flow import formulas as f
from blogtools.claims.poisson_flow.learning import least, scenes
from blogtools.diffusion import PosteriorMean, target_eq12
from blogtools.ledger import Entry, Exact, Experiment, Numeric, Slope, Symbolic

SECTION = "Learning the field"

a, b = sp.symbols("a b", real=True)


def minimiser_eq12(
    x: np.ndarray, t: float, data: np.ndarray, power_shift: int = 0, each: bool = False, whole: bool = True
) -> np.ndarray:
    """The s that makes eq12 least for one batch; ``each`` normalises before the mean, ``whole`` at all."""
    terms = f.eq8_terms(x, t, data, data.shape[1] + 1 + power_shift)
    aim = f.unit(terms).mean(0) if each else terms.mean(0)
    aim = f.unit(aim) if whole and not each else aim
    return least(lambda s: float(((s + aim) ** 2).sum()), len(x) + 1)


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


THIRDS = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
BATCHES = tuple(
    {"x": Fraction(1, 2), "t": t, "data": [Fraction(-1), Fraction(0), Fraction(2)], "masses": THIRDS, "n": n}
    for n in (1, 2, 3, 6)
    for t in (Fraction(1, 10), Fraction(7, 5))
)

ENTRIES = [
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
