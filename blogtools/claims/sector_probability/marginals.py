"""Section "Some of the pieces": eq3 to eq7, and the slip of eq6."""

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from scipy import stats

from blogtools.claims.sector_probability import formulas as f
from blogtools.claims.sector_probability.joint import SMALL, C
from blogtools.ledger import Entry, Exact, Numeric, Symbolic
from blogtools.sector import exact_exceedance

SECTION = "Some of the pieces"

X = sp.symbols("x1:7", positive=True)
m, k = sp.symbols("m k", integer=True, positive=True)
s, y, c, r = sp.symbols("s y c r", positive=True)
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


First = Callable[[Sequence[Any]], Any]
"""Upper limit of x_1, given all thresholds."""


def right(c: Sequence[Any]) -> Any:
    """The first upper limit of eq6 as it should be."""
    return 1 - sum(c[1:])


def printed(c: Sequence[Any]) -> Any:
    """The first upper limit of eq6 as printed, with c_2 in the place of c_3."""
    return 1 - (c[1] + c[1] + sum(c[3:]))


def one_more(c: Sequence[Any]) -> Any:
    """The other way to read it: c_2 twice and c_3 as well."""
    return 1 - (c[1] + sum(c[1:]))


def eq6(n: int, c: Sequence[Any], first: First = right, later: bool = True) -> sp.Expr:
    """eq6: the density of eq5 integrated from the thresholds up; ``later=False`` forgets those still to come."""
    k = len(c)
    whole = eq5(n, k)
    for i in reversed(range(k)):
        end = first(c) if i == 0 else 1 - sum(X[:i]) - (sum(c[i + 1 :]) if later else 0)
        whole = sp.Integral(whole, (X[i], c[i], end))
    return whole


def eq7(n: int, thresholds: Sequence[Fraction], power: int = -1) -> Fraction:
    """eq7, and 0 where the thresholds leave nothing."""
    return max(Fraction(0), 1 - sum(thresholds, Fraction(0))) ** (n + power)


def counted(n: int, thresholds: Sequence[Fraction]) -> Fraction:
    """The same by counting points of lattices in twelfths."""
    low = [int(12 * c) for c in thresholds]
    return f.share(12, [*((a, 12) for a in low), *[(0, 12)] * (n - len(low))])


TWELFTHS = tuple(
    (n, tuple(Fraction(a, 12) for a in given))
    for n, given in ((2, (5,)), (3, (1, 4)), (3, (2, 3, 1)), (5, (3,)), (5, (1, 2, 1)), (6, (1, 2, 3, 1, 1, 2)))
)
"""Pieces n and thresholds, k = n among them."""

IN_ORDER = ((3, 2), (4, 2), (4, 3), (5, 3))

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
    Entry(
        id="9324.eq6",
        kind="identity",
        latex=r"P_n(x_1>c_1,\dots,x_k>c_k)=\int_{c_1}^{1-(c_2+c_3+\cdots+c_k)}\cdots\left["
        r"\int_{c_k}^{1-(x_1+\cdots+x_{k-1})}p_n(x_1,\dots,x_k)\,dx_k\right]\cdots dx_1",
        says="the probability that k pieces exceed their thresholds; the first limit leaves room for all the others",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=(1 - s - r - c) ** m / sp.factorial(m),
                against=sp.Integral((1 - s - r - y) ** (m - 1) / sp.factorial(m - 1), (y, c, 1 - s - r)),
                domain={name: (0.05, 0.3) for name in "src"},
                about="each integral raises the power, a symbol, to m and takes its threshold c off, for s the pieces "
                "before and r the thresholds after: up to the right limit, where what is integrated reaches 0",
            ),
            *(
                Symbolic(
                    statement=eq6(n, C[:k]),
                    against=f.by_points([*C[:k], *[0] * (n - k)]),
                    domain=SHORT,
                    partial=True,
                    no_automatic="a nest of integrals; the mutants are written out",
                    mutants={
                        "no room left for the first piece's followers": eq6(n, C[:k], first=lambda c: sp.Integer(1)),
                        "c_1 taken off too": eq6(n, C[:k], first=lambda c: 1 - sum(c)),
                    }
                    | ({"thresholds to come forgotten": eq6(n, C[:k], later=False)} if k > 2 else {}),
                    about=f"n = {n}, k = {k}: against the integral over the ordered points",
                )
                for n, k in IN_ORDER
            ),
        ),
    ),
    Entry(
        id="9324.eq6.slip",
        kind="identity",
        latex=r"P_n(x_1>c_1,\dots,x_k>c_k)=\int_{c_1}^{1-(c_2+c_2+\cdots+c_k)}\cdots",
        says="as printed, the first upper limit has c_2 twice: the second should be c_3",
        section=SECTION,
        corrected_by="9324.eq6",
        evidence=tuple(
            Symbolic(
                statement=eq6(n, C[:k], first=printed),
                amended=eq6(n, C[:k]),
                against=(1 - sum(C[:k])) ** (n - 1),
                domain=SHORT,
                no_automatic="a nest of integrals; the mutants are written out",
                mutants={"c_2 twice and c_3 as well": eq6(n, C[:k], first=one_more)},
                about=f"n = {n}, k = {k}: against eq7",
            )
            for n, k in ((4, 3), (5, 3), (5, 4))
        ),
    ),
    Entry(
        id="9324.eq6.harmless",
        kind="identity",
        latex=r"c_1=\cdots=c_k=x",
        says="the slip does no harm to what follows: eq10 has one threshold for all, and then c_2 is c_3",
        section=SECTION,
        evidence=tuple(
            Symbolic(
                statement=eq6(n, [c] * k, first=printed),
                against=(1 - k * c) ** (n - 1),
                domain={"c": (0.02, 0.15)},
                partial=True,
                no_automatic="a nest of integrals; the mutants are written out",
                mutants={"c_2 twice and c_3 as well": eq6(n, [c] * k, first=one_more)},
                about=f"n = {n}, k = {k}, all thresholds equal",
            )
            for n, k in ((4, 3), (5, 4))
        ),
    ),
    Entry(
        id="9324.eq7",
        kind="identity",
        latex=r"P_n(x_1>c_1,\dots,x_k>c_k)=[1-(c_1+\cdots+c_k)]^{n-1}",
        says="shorten each of the k pieces by its threshold: what is left is a stick of length 1-(c_1+...+c_k)",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=(1 - c - r) ** m,
                against=sp.Integral(m * (1 - y - r) ** (m - 1), (y, c, 1 - r)),
                domain={"c": (0.05, 0.4), "r": (0.05, 0.5)},
                about="n = m + 1 a symbol, r the other thresholds: the first piece is y, of density m(1-y)^(m-1), and "
                "the rest a stick of length 1 - y in n - 1 pieces, for which eq7 gives ((1-y-r)/(1-y))^(m-1); "
                "from k - 1 to k, and up to k = n, which eq5 does not reach",
            ),
            *(
                Symbolic(
                    statement=(1 - sum(C[:k])) ** (n - 1),
                    against=f.by_points([*C[:k], *[0] * (n - k)]),
                    domain=SHORT,
                    partial=True,
                    no_automatic="the symbolic n has them" if n > 3 else "",
                    mutants={"exponent n": (1 - sum(C[:k])) ** n, "exponent n-k": (1 - sum(C[:k])) ** (n - k)}
                    if k > 1
                    else {"exponent n": (1 - sum(C[:k])) ** n},
                    about=f"n = {n}, k = {k}: integrated over the ordered points",
                )
                for n in range(2, 6)
                for k in range(1, n + 1)
            ),
            Exact(
                statement=eq7,
                against=counted,
                witnesses=TWELFTHS,
                partial=True,
                mutants={
                    "exponent n": functools.partial(eq7, power=0),
                    "exponent n-2": functools.partial(eq7, power=-2),
                },
                about="counting lattice points, up to six pieces and k = n",
            ),
            Exact(
                statement=lambda n, thresholds: exact_exceedance(n, thresholds),
                against=eq7,
                witnesses=(*TWELFTHS, (40, (Fraction(1, 7), Fraction(2, 9))), (3, (Fraction(2, 3), Fraction(1, 2)))),
                partial=True,
                mutants={"one piece more": lambda n, thresholds: exact_exceedance(n + 1, thresholds)},
                about="the package's fractions, also for thresholds that leave nothing",
            ),
        ),
    ),
]
