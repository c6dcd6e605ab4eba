"""Section "Every way to break the stick": eq1 and eq2, the density of all the pieces together."""

import functools
import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
from scipy import stats

from blogtools.claims.sector_probability import formulas as f
from blogtools.ledger import Entry, Exact, Law, Symbolic

SECTION = "Every way to break the stick"

m = sp.symbols("m", integer=True, positive=True)
C = sp.symbols("c1:7", positive=True)
SMALL = {f"c{i}": (0.01, 0.15) for i in range(1, 7)}
"""Thresholds that leave something of the stick, however many there are."""
THROWS = 4000


def by_cases(n: int, cases: Callable[[int], int] = lambda n: n - 1) -> int:
    """p_n by the post's argument: the last point fell into one of the n − 1 pieces of before, p_{n−1} for each."""
    return 1 if n == 2 else sum(by_cases(n - 1, cases) for _ in range(cases(n)))


def density_of_points(n: int) -> sp.Expr:
    """Density of x_1, …, x_{n−1} as the mixed derivative of P(x_1 > c_1, …), integrated over the points."""
    c = C[: n - 1]
    return (-1) ** (n - 1) * sp.Derivative(f.by_points([*c, 0]), *c)


def simplex_volume(n: int) -> sp.Expr:
    """Volume of x_1 + … + x_{n−1} ≤ 1, by repeated integration."""
    x = sp.symbols(f"x1:{n}", positive=True)
    whole: Any = sp.Integer(1)
    for i in reversed(range(n - 1)):
        whole = sp.Integral(whole, (x[i], 0, 1 - sum(x[:i])))
    return whole.doit()


def where_it_falls(rng: np.random.Generator, pieces: np.ndarray) -> np.ndarray:
    """The piece in which a new point falls: a longer one has the better chance."""
    return (np.cumsum(pieces, axis=1)[:, :-1] < rng.random((len(pieces), 1))).sum(1)


def any_piece(rng: np.random.Generator, pieces: np.ndarray) -> np.ndarray:
    """Each piece with the same chance."""
    return rng.integers(pieces.shape[1], size=len(pieces))


def longest_piece(rng: np.random.Generator, pieces: np.ndarray) -> np.ndarray:
    """Always the longest."""
    return pieces.argmax(1)


Choice = Callable[[np.random.Generator, np.ndarray], np.ndarray]


def one_after_another(rng: np.random.Generator, n: int, choose: Choice = where_it_falls) -> np.ndarray:
    """Pieces [throws, n]: a piece is chosen and cut at an even place, n − 1 times over."""
    pieces = np.ones((THROWS, 1))
    row = np.arange(THROWS)
    for k in range(1, n):
        which = choose(rng, pieces)
        part = pieces[row, which] * rng.random(THROWS)
        after = np.empty((THROWS, k + 1))
        for j in range(k + 1):
            kept = np.where(j < which, pieces[:, min(j, k - 1)], pieces[:, max(j - 1, 0)])
            cut = np.where(j == which, part, pieces[row, which] - part)
            after[:, j] = np.where((j == which) | (j == which + 1), cut, kept)
        pieces = after
    return pieces


def evened(rng: np.random.Generator, n: int, choose: Choice = where_it_falls) -> np.ndarray:
    """Independent and uniform on [0, 1] exactly if the pieces are uniform on the simplex: each given those before."""
    pieces = one_after_another(rng, n, choose)
    left = 1 - np.cumsum(pieces, axis=1) + pieces
    return np.concatenate([(1 - pieces[:, i] / left[:, i]) ** (n - 1 - i) for i in range(n - 1)])


def evened_breaks(rng: np.random.Generator, n: int, points: int = 0) -> np.ndarray:
    """The same for a stick broken at once, with ``points`` points too many, of whose pieces n − 1 are looked at."""
    pieces = f.breaks(rng, n + points, THROWS)
    left = 1 - np.cumsum(pieces, axis=1) + pieces
    return np.concatenate([(1 - pieces[:, i] / left[:, i]) ** (n - 1 - i) for i in range(n - 1)])


def one_by_one(n: int) -> Law:
    """Pieces cut one after another are uniform on the simplex."""
    return Law(
        statement=functools.partial(evened, n=n),
        against=stats.uniform.cdf,
        mutants={
            "every piece with the same chance": functools.partial(evened, n=n, choose=any_piece),
            "the longest piece": functools.partial(evened, n=n, choose=longest_piece),
        },
        about=f"n = {n}: a new point cuts the piece in which it falls, and all ways to break become equally likely",
    )


ENTRIES = [
    Entry(
        id="9324.eq1",
        kind="identity",
        latex=r"p_3(x_1,x_2,x_3)\,dx_1dx_2=p_2(x_1,x_2+x_3)\,dx_1dx_2+p_2(x_1+x_2,x_3)\,dx_1dx_2=2\,dx_1dx_2",
        says="the second point falls right or left of the first, and both cases have the same density",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=sp.Integer(by_cases(3)),
                against=density_of_points(3),
                domain=SMALL,
                mutants={
                    "one case": sp.Integer(by_cases(3, lambda n: 1)),
                    "three cases": sp.Integer(by_cases(3, lambda n: n)),
                },
                about="two uniform points in either order, integrated over the square and differentiated",
            ),
            one_by_one(3),
        ),
    ),
    Entry(
        id="9324.eq2",
        kind="identity",
        latex=r"p_n(x_1,\dots,x_n)=(n-1)\,p_{n-1}(x_1,\dots,x_{n-1})=\cdots=(n-1)!",
        says="the pieces are uniform on the simplex: no way to break the stick is likelier than another",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=sp.factorial(m),
                against=m * sp.factorial(m - 1),
                about="(n-1)! solves the recursion, for an n = m + 1 that is a symbol",
                domain={"m": (3, 9)},
            ),
            Exact(
                statement=by_cases,
                against=lambda n: sum(1 for _ in itertools.permutations(range(n - 1))),
                witnesses=tuple(range(2, 8)),
                partial=True,
                mutants={
                    "n cases": functools.partial(by_cases, cases=lambda n: n),
                    "one case": functools.partial(by_cases, cases=lambda n: 1),
                },
                about="the cases are the orders in which n - 1 points can fall",
            ),
            *(
                Symbolic(
                    statement=sp.factorial(n - 1),
                    against=density_of_points(n),
                    domain=SMALL,
                    partial=True,
                    mutants={"n!": sp.factorial(n), "(n-2)!": sp.factorial(n) / (n * (n - 1)) + sp.Integer(n == 2)},
                    about=f"n = {n}: the ordered points, integrated and differentiated n - 1 times",
                )
                for n in (2, 3, 4, 5)
            ),
            Exact(
                statement=lambda n: math.factorial(n - 1),
                against=lambda n: 1 / simplex_volume(n),
                witnesses=(2, 3, 4, 5, 6),
                partial=True,
                mutants={"n!": math.factorial, "(n-2)!": lambda n: math.factorial(n - 2)},
                about="its integral over the simplex is 1",
            ),
            Law(
                statement=evened_breaks,
                against=lambda u, n: stats.uniform.cdf(u),
                witnesses=({"n": 2}, {"n": 4}, {"n": 9}),
                mutants={"a point too many": functools.partial(evened_breaks, points=1)},
                about="all points at once: each piece has its law given those before it",
            ),
            one_by_one(6),
        ),
    ),
]
