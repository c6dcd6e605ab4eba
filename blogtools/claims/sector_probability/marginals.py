"""Section "Some of the pieces": eq3 to eq5, the density of k of them."""

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import sympy as sp
from scipy import stats

from blogtools.claims.sector_probability import formulas as f
from blogtools.claims.sector_probability.joint import SMALL, C
from blogtools.ledger import Entry, Exact, Numeric, Symbolic

SECTION = "Some of the pieces"

X = sp.symbols("x1:7", positive=True)
m, k = sp.symbols("m k", integer=True, positive=True)
s, y = sp.symbols("s y", positive=True)
LEFT = (1 - s) ** m / sp.factorial(m)
"""Volume of the simplex of m + 1 pieces that are 1 − s together."""
SHORT = SMALL | {f"x{i}": (0.01, 0.15) for i in range(1, 7)}
SOME = ((3, 1), (4, 1), (4, 2), (5, 2), (5, 3), (6, 2))
"""Pieces n and how many of them, k, are looked at."""

Limit = Callable[[Sequence[Any]], Any]
"""Upper limit of the next piece, given those before it."""


def rest(before: Sequence[Any]) -> Any:
    """eq4: what is left of the stick."""
    return 1 - sum(before)


def last_only(before: Sequence[Any]) -> Any:
    """As if the piece just before it were the only one."""
    return 1 - before[-1]


def marginal(n: int, k: int, limit: Limit = rest, constant: int = 0) -> sp.Expr:
    """eq3 with the limits of eq4: the density (n−1)! integrated over x_{k+1}, …, x_{n−1}, the last innermost."""
    whole: Any = sp.factorial(n - 1 + constant)
    for i in reversed(range(k, n - 1)):
        whole = sp.Integral(whole, (X[i], 0, limit(X[:i])))
    return whole


def outermost_last(n: int, k: int) -> sp.Expr:
    """The same region integrated the other way about: x_{k+1} innermost."""
    whole: Any = sp.factorial(n - 1)
    for i in range(k, n - 1):
        whole = sp.Integral(whole, (X[i], 0, 1 - sum(X[:k]) - sum(X[i + 1 : n - 1])))
    return whole


def of_points(n: int, k: int) -> sp.Expr:
    """The density of x_1, …, x_k from the ordered points: the mixed derivative of P(x_1 > c_1, …, x_k > c_k)."""
    exceeds = f.by_points([*C[:k], *[0] * (n - k)])
    density = (-1) ** k * sp.Derivative(exceeds, *C[:k])
    return density.subs(dict(zip(C[:k], X[:k], strict=True)))


def nested(n: int, k: int, total: int, limit: Callable[[int, Sequence[int]], int]) -> frozenset[tuple[int, ...]]:
    """The whole numbers that loops from 0 up to ``limit(total, those before)`` run through, after k given ones."""
    found = {first for first in itertools.product(range(total + 1), repeat=k) if sum(first) <= total}
    for _ in range(k, n - 1):
        found = {(*a, b) for a in found for b in range(limit(total, a) + 1)}
    return frozenset(found)


def on_simplex(n: int, k: int, total: int) -> frozenset[tuple[int, ...]]:
    """All rows of n − 1 whole numbers that leave a last one."""
    return frozenset(a for a in itertools.product(range(total + 1), repeat=n - 1) if sum(a) <= total)


def eq5(n: int, k: int) -> sp.Expr:
    """eq5 for numbers n and k."""
    return sp.factorial(n - 1) / sp.factorial(n - k - 1) * (1 - sum(X[:k])) ** (n - k - 1)


def eq5_value(n: int, x: Sequence[float], power: int = -1, shift: int = 0) -> float:
    """eq5 in float64."""
    k = len(x)
    return math.factorial(n - 1 + shift) / math.factorial(n - k - 1) * (1 - sum(x)) ** (n - k + power)


def dirichlet(n: int, x: Sequence[float]) -> float:
    """SciPy's Dirichlet density with the n − k pieces that are not looked at taken as one."""
    k = len(x)
    return float(stats.dirichlet.pdf(np.array(x), [1.0] * k + [float(n - k)]))


ENTRIES = [
    Entry(
        id="9324.eq3",
        kind="identity",
        latex=r"p_n(x_1,\dots,x_k)=\int\cdots\int p_n(x_1,\dots,x_n)\,dx_{k+1}\cdots dx_{n-1}",
        says="the density of k pieces is that of all of them with the others integrated away",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=sp.factorial(m + k) * LEFT,
                against=sp.factorial(k) * sp.binomial(m + k, k) * sp.Integral(1, (y, s, 1)) ** m,
                domain={"s": (0.05, 0.9)},
                about="n = m + k + 1 and k symbols, s the sum of k pieces: the simplex of the m others has the volume "
                "(1-s)^m/m!; the points say the same, k of them coming first in some order and m beyond s",
            ),
            *(
                Symbolic(
                    statement=marginal(n, k),
                    against=of_points(n, k),
                    domain=SHORT,
                    partial=True,
                    no_automatic="a nest of integrals; the mutants are written out",
                    mutants={
                        "n! for (n-1)!": marginal(n, k, constant=1),
                        "one integral too few": marginal(n, k + 1),
                    },
                    about=f"n = {n}, k = {k}: integrated over the pieces against the law of the ordered points",
                )
                for n, k in SOME
            ),
        ),
    ),
    Entry(
        id="9324.eq4",
        kind="identity",
        latex=r"\int_0^{1-(x_1+\cdots+x_k)}\cdots\left[\int_0^{1-(x_1+\cdots+x_{n-2})}"
        r"p_n(x_1,\dots,x_n)\,dx_{n-1}\right]\cdots dx_{k+1}",
        says="each piece runs from 0 to what those before it leave, and so the whole simplex is met once",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=LEFT,
                against=sp.Integral((1 - s - y) ** (m - 1) / sp.factorial(m - 1), (y, 0, 1 - s)),
                domain={"s": (0.05, 0.9)},
                about="m of the integrals, m a symbol, come to (1-s)^m/m!, the volume of a simplex: by induction, the "
                "outermost over y and the others within it",
            ),
            Exact(
                statement=functools.partial(nested, limit=lambda total, before: total - sum(before)),
                against=on_simplex,
                witnesses=((3, 1, 9), (4, 1, 7), (4, 2, 7), (5, 1, 5), (5, 3, 5)),
                partial=True,
                mutants={
                    "only the piece before is taken off": functools.partial(
                        nested, limit=lambda total, before: total - before[-1]
                    ),
                    "up to 1": functools.partial(nested, limit=lambda total, before: total),
                    "one step short": functools.partial(nested, limit=lambda total, before: total - sum(before) - 1),
                },
                about="loops with these limits run through every lattice point of the simplex, and through no other",
            ),
            *(
                Symbolic(
                    statement=marginal(n, k),
                    against=outermost_last(n, k),
                    domain=SHORT,
                    partial=True,
                    no_automatic="a nest of integrals; the mutants are written out",
                    mutants={
                        "only the piece before is taken off": marginal(n, k, limit=last_only),
                        "up to 1": marginal(n, k, limit=lambda before: sp.Integer(1)),
                    },
                    about=f"n = {n}, k = {k}: the same integral in the opposite order",
                )
                for n, k in ((4, 1), (5, 2), (6, 2))
            ),
        ),
    ),
    Entry(
        id="9324.eq5",
        kind="identity",
        latex=r"p_n(x_1,\dots,x_k)=\frac{(n-1)!}{(n-k-1)!}\,[1-(x_1+\cdots+x_k)]^{n-k-1}",
        says="the density of k pieces, for k up to n-1, depends on their sum alone",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=sp.factorial(m + k) / sp.factorial(m) * (1 - s) ** m,
                against=sp.Integral(sp.factorial(m + k) / sp.factorial(m - 1) * (1 - s - y) ** (m - 1), (y, 0, 1 - s)),
                domain={"s": (0.05, 0.9)},
                about="n = m + k + 1 and k symbols, s the sum of k pieces: one more piece integrated away, "
                "which leads from k = n - 1, where it is eq2, down to any k",
            ),
            *(
                Symbolic(
                    statement=eq5(n, k),
                    against=marginal(n, k),
                    domain=SHORT,
                    partial=True,
                    no_automatic="the symbolic n and k have them" if n > 4 else "",
                    mutants={
                        "exponent n-k": eq5(n, k) * (1 - sum(X[:k])),
                        "n! for (n-1)!": n * eq5(n, k),
                        "one piece fewer": eq5(n, k).subs(X[0], 0),
                    },
                    about=f"n = {n}, k = {k}: eq4 integrated",
                )
                for n in range(2, 7)
                for k in range(1, n - 1)
            ),
            Numeric(
                statement=eq5_value,
                against=dirichlet,
                witnesses=tuple((n, tuple(0.9 / n for _ in range(k))) for n, k in ((2, 1), (4, 3), (9, 2), (30, 12))),
                rtol=1e-10,
                mutants={
                    "exponent n-k": functools.partial(eq5_value, power=0),
                    "n! for (n-1)!": functools.partial(eq5_value, shift=1),
                },
                about="SciPy's Dirichlet law",
            ),
        ),
    ),
]
