"""Section "Learning the field": the training points of eq11, and how they draw length and direction."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

from blogtools.claims.poisson_flow import formulas as f
from blogtools.diffusion import perturb_eq11
from blogtools.ledger import Entry, Law

SECTION = "Learning the field"

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


ENTRIES = [
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
                    "m whole numbers of M/5": functools.partial(
                        printed_eq11, exponents=lambda rng, n: M / 5 * rng.integers(0, 6, n)
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
]
