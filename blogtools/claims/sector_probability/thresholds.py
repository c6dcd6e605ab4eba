"""Section "Some of the pieces": eq6 and eq7, k pieces over their thresholds, and the slip of eq6."""

import functools
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from blogtools.claims.sector_probability import formulas as f
from blogtools.claims.sector_probability.joint import C
from blogtools.claims.sector_probability.marginals import SECTION, SHORT, X, eq5
from blogtools.ledger import Entry, Exact, Symbolic
from blogtools.sector import exact_exceedance

m = sp.symbols("m", integer=True, positive=True)
s, y, c, r = sp.symbols("s y c r", positive=True)

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
        says="c_2 twice in the first upper limit, as printed",
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
