"""Section "Up to half a turn, and beyond": eq11 to eq13."""

import functools
import itertools
import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from blogtools.claims.sector_probability import formulas as f
from blogtools.ledger import Entry, Exact, Numeric, Symbolic
from blogtools.sector import exact_probability, longest_exceeds, probability

SECTION = "Up to half a turn, and beyond"

n, k, m, j = sp.symbols("n k m j", integer=True, positive=True)
theta, x, y, z, t = sp.symbols("theta x y z t", positive=True)


def eq11(n: int, turn: Any, *, leaders: int | None = None, power: int = -1) -> Any:
    """eq11 for an angle of ``turn`` turns; the keywords make mutants."""
    return (n if leaders is None else leaders) * turn ** (n + power)


def two_terms(n: int, p: int, q: int, *, pairs: bool = True, sign: int = -1) -> Fraction:
    """eq10 in turns, between half a turn and two thirds: one who leads, less two who both do."""
    turn = Fraction(p, q)
    return eq11(n, turn) + sign * (math.comb(n, 2) if pairs else n) * (2 * turn - 1) ** (n - 1)


def term(k: int) -> sp.Expr:
    """The k-th term of eq10 with x = 1 − theta/2π."""
    x = 1 - sp.Integral(1 / (2 * sp.pi), (t, 0, theta))
    return (-1) ** (k - 1) * sp.binomial(n, k) * (1 - k * x) ** (n - 1)


def in_sector(n: int, p: int, q: int) -> Fraction:
    """P that n points are in one sector of p/q of a turn, by counting lattice points."""
    return f.longest_over(n, q - p, q)


def all_terms(n: int, x: sp.Expr, *, last: int = 0, power: int = -1) -> sp.Expr:
    """The sum of eq12 and eq13 for a number n; ``last`` −1 leaves out its last term."""
    return sp.Add(*((-1) ** (i - 1) * sp.binomial(n, i) * (1 - i * x) ** (n + power) for i in range(1, n + 1 + last)))


def every_term(n: int, x: Any, **changed: Any) -> Any:
    """The same for numbers."""
    return f.eq10(n, x, alive=False, **changed)


def by_differences(n: int, x: Fraction) -> Fraction:
    """The sum less its missing term is an n-th difference of (1 − kx)^{n−1}, made here by subtracting n times."""
    row = [(1 - i * x) ** (n - 1) for i in range(n + 1)]
    for _ in range(n):
        row = [before - after for before, after in itertools.pairwise(row)]
    return 1 - row[0]


def short(rng: np.random.Generator) -> list[tuple[int, int, int]]:
    """Lengths p/q below 1/n."""
    return [(count, p, q) for count in (2, 3, 4, 6, 9) for q in (12, 17) for p in range(q) if count * p < q]


def anywhere(rng: np.random.Generator) -> list[tuple[int, Fraction]]:
    """Up to n = 40, and x of either sign, far beyond 1 too."""
    return [
        (count, Fraction(int(rng.integers(-5000, 5000)), int(rng.integers(1, 900))))
        for count in (1, 2, 3, 4, 5, 7, 12, 25, 40)
        for _ in range(3)
    ]


def complex_points(rng: np.random.Generator) -> list[tuple[int, mpmath.mpc]]:
    """Up to n = 60, and complex x."""
    return [(count, mpmath.mpc(*rng.normal(size=2))) for count in (2, 5, 17, 60)]


ENTRIES = [
    Entry(
        id="9324.eq11",
        kind="identity",
        latex=r"P=\binom n1(1-x)^{n-1}=n\left(\frac\theta{2\pi}\right)^{n-1}\quad(\theta\le\pi)",
        says="up to half a turn only one point can lead all the others: n chances, each with n-1 points to follow",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=n * (theta / (2 * sp.pi)) ** (n - 1),
                against=term(1),
                domain={"theta": (0.2, 3.0), "n": (2, 7)},
                about="the first term of eq10 with x = 1 - theta/2pi",
            ),
            Exact(
                statement=lambda n, p, q: eq11(n, Fraction(p, q)),
                against=in_sector,
                witnesses=tuple((count, p, 12) for count in (2, 3, 4, 5, 8) for p in (1, 2, 3, 5, 6)),
                partial=True,
                mutants={
                    "one leader": lambda n, p, q: eq11(n, Fraction(p, q), leaders=1),
                    "exponent n": lambda n, p, q: eq11(n, Fraction(p, q), power=0),
                    "pairs taken off": two_terms,
                },
                about="counting lattice points, theta = pi among them",
            ),
            Exact(
                statement=lambda n, turn: exact_probability(n, turn),
                against=eq11,
                witnesses=((4, Fraction(1, 2)), (7, Fraction(3, 7)), (1000, Fraction(1, 2)), (3, Fraction(0))),
                partial=True,
                mutants={"one point more": lambda n, turn: exact_probability(n + 1, turn)},
                about="the package's fractions",
            ),
            Numeric(
                statement=lambda n, theta: probability(n, theta),
                against=lambda n, theta: eq11(n, mpmath.mpf(theta) / (2 * mpmath.pi)),
                witnesses=((2, 0.1), (4, 3.0), (30, 1.0), (1000, math.pi), (1000, 3.1)),
                rtol=1e-13,
                mutants={
                    "one point more": lambda n, theta: probability(n + 1, theta),
                    "a wider sector": lambda n, theta: probability(n, 1.01 * theta),
                },
                about="the package in float64",
            ),
        ),
    ),
    Entry(
        id="9324.eq11.next",
        kind="identity",
        latex=r"P=n\left(\frac\theta{2\pi}\right)^{n-1}-\binom n2\left(\frac\theta\pi-1\right)^{n-1}"
        r"\quad\left(\pi\le\theta\le\frac{4\pi}3\right)",
        says="beyond half a turn two points can both lead, and were counted twice: the second term takes it back",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=n * (theta / (2 * sp.pi)) ** (n - 1) - sp.binomial(n, 2) * (theta / sp.pi - 1) ** (n - 1),
                against=term(1) + term(2),
                domain={"theta": (3.2, 4.1), "n": (3, 7)},
                about="the first two terms of eq10; the third needs x < 1/3",
            ),
            Exact(
                statement=two_terms,
                against=in_sector,
                witnesses=tuple((count, p, 12) for count in (2, 3, 4, 5, 8) for p in (6, 7, 8)),
                partial=True,
                mutants={
                    "eq11 alone": lambda n, p, q: eq11(n, Fraction(p, q)),
                    "pairs added": functools.partial(two_terms, sign=1),
                    "n pairs": functools.partial(two_terms, pairs=False),
                },
                about="counting lattice points",
            ),
        ),
    ),
    Entry(
        id="9324.eq12",
        kind="identity",
        latex=r"P_n(\max>x)=\sum_{k=1}^n(-1)^{k-1}\binom nk(1-kx)^{n-1}\quad\left(0\le x<\frac1n\right)",
        says="below 1/n all n pieces can exceed x at once, and every term counts",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda n, p, q: every_term(n, Fraction(p, q)),
                against=f.longest_over,
                witnesses=short,
                partial=True,
                mutants={
                    "all but the last": lambda n, p, q: every_term(n, Fraction(p, q), terms=n - 1),
                    "exponent n": lambda n, p, q: every_term(n, Fraction(p, q), power=0),
                    "no binomials": lambda n, p, q: every_term(n, Fraction(p, q), choices=lambda n, k: 1),
                },
                about="counting lattice points: the longest piece is never under 1/n",
            ),
            Numeric(
                statement=lambda n, x: longest_exceeds(n, x),
                against=lambda n, x: every_term(n, mpmath.mpf(x)),
                witnesses=((2, 0.4), (5, 0.0), (30, 0.03), (300, 1 / 301)),
                rtol=1e-15,
                digits=400,
                mutants={"beyond 1/n": lambda n, x: longest_exceeds(n, min(0.9, 3 * x + 0.3))},
                about="the package against all terms, to n = 300",
            ),
        ),
    ),
    Entry(
        id="9324.eq13",
        kind="identity",
        latex=r"\sum_{k=1}^n(-1)^{k-1}\binom nk(1-kx)^{n-1}=1",
        says="true for every x: the n-th difference of a polynomial of degree n-1 vanishes",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=(y - k * x) ** m - (y - (k + 1) * x) ** m,
                against=sp.Integral(m * (z - k * x) ** (m - 1), (z, y - x, y)),
                domain={"x": (0.01, 0.1), "y": (1, 3)},
                about="let G(n, m; y) be the sum of (-1)^k C(n,k) (y-kx)^m over k from 0 to n; by Pascal's rule it is "
                "G(n-1, m; y) - G(n-1, m; y-x), and so the integral of m G(n-1, m-1; z) from y-x to y",
            ),
            Symbolic(
                statement=sp.Sum((-1) ** k * sp.binomial(j, k), (k, 0, j)),
                against=sp.Integer(0),
                domain={"j": (2, 8)},
                no_automatic="a factor changes nothing about 0; the mutants are written out",
                mutants={
                    "all signs plus": sp.Sum(sp.binomial(j, k), (k, 0, j)),
                    "from 1": sp.Sum((-1) ** k * sp.binomial(j, k), (k, 1, j)),
                },
                about="it begins at G(j, 0) = 0 for every j from 1 on: so G(n, m) = 0 for m < n, and eq13 is m = n-1",
            ),
            *(
                Symbolic(
                    statement=all_terms(count, x),
                    against=sp.Integer(1),
                    domain={"x": (0.1, 3)},
                    partial=True,
                    no_automatic="" if count == 3 else "those of n = 3 are enough",
                    mutants={
                        "all but the last": all_terms(count, x, last=-1),
                        "exponent n": all_terms(count, x, power=0),
                    },
                    about=f"n = {count}, multiplied out",
                )
                for count in range(3, 9)
            ),
            Exact(
                statement=every_term,
                against=by_differences,
                witnesses=anywhere,
                partial=True,
                mutants={
                    "exponent n": functools.partial(every_term, power=0),
                    "all signs plus": functools.partial(every_term, sign=1),
                    "dead terms dropped": f.eq10,
                },
                about="the differences taken one after another, for n to 40 and x of either sign",
            ),
            Numeric(
                statement=every_term,
                against=lambda n, x: mpmath.mpf(1),
                witnesses=complex_points,
                rtol=1e-12,
                digits=240,
                mutants={"exponent n": functools.partial(every_term, power=0)},
                about="complex x",
            ),
        ),
    ),
]
