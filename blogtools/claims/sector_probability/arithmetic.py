"""Section "Where arithmetic fails": the alternating sum in float64, and the accuracy of the package."""

import functools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
from scipy import stats

from blogtools.claims.sector_probability import formulas as f
from blogtools.claims.sector_probability import precise
from blogtools.ledger import Entry, Exact, Numeric
from blogtools.sector import complement, log_complement, probability, textbook

SECTION = "Where arithmetic fails"


def angle(n: int, nx: float) -> float:
    """The float64 angle nearest to x = nx/n."""
    return 2 * math.pi * (1 - nx / n)


def summed_exactly(n: int, theta: float) -> float:
    """The terms of eq10 in float64, added without any rounding."""
    x = 1 - theta / (2 * math.pi)
    return math.fsum(
        (-1) ** (k - 1) * math.comb(n, k) * (1 - k * x) ** (n - 1) for k in range(1, n + 1) if 1 - k * x > 0
    )


def terms_exactly(n: int, theta: float) -> float:
    """The terms of eq10 in fractions, for the float64 x."""
    return float(f.eq10(n, Fraction(1 - theta / (2 * math.pi))))


def digits_lost(n: int, sum_of: Callable[[int, float], Any]) -> float:
    """Decimal exponent of the error of a sum at x = 1.2/n; −17 for none."""
    theta = angle(n, 1.2)
    with mpmath.workdps(40 + n):
        error = abs(mpmath.mpf(float(sum_of(n, theta))) - precise.by_sum(n, precise.arc_of(theta), 40 + n)[0])
        return float(mpmath.log10(max(error, mpmath.mpf("1e-17"))))


def worst_rounding(n: int) -> float:
    """Decimal exponent of what rounding 1 − kx does to a term at x = 1.2/n, for the worst k."""
    x = Fraction(12, 10 * n)
    worst = max(math.comb(n, k) * (n - 1) * (1 - k * x) ** (n - 2) for k in range(1, n + 1) if k * x < 1)
    return math.log10(math.floor(worst)) - 53 * math.log10(2)


def irwin_hall(n: int, y: Fraction, later: int = 0) -> Fraction:
    """Density of the sum of n uniform numbers, by the recursion of B-splines: no sign alternates."""
    if n == 1:
        return Fraction(int(0 <= y < 1))
    return (y * irwin_hall(n - 1, y) + (n + later - y) * irwin_hall(n - 1, y - 1)) / (n - 1)


def none_longer(n: int, p: int, q: int, density: Callable[..., Any] = irwin_hall, power: int = -1) -> Fraction:
    """(n−1)! x^{n−1} f_n(1/x) at x = p/q."""
    x = Fraction(p, q)
    return math.factorial(n - 1) * x ** (n + power) * density(n, 1 / x)


def settings() -> list[tuple[int, float]]:
    """(n, theta) for n from 2 to 10^6, with x from just above 1/n, through the middle of the law, to nearly a turn."""
    found = []
    for n in (2, 3, 5, 12, 13, 40, 200, 1000, 10**4, 10**5, 10**6):
        middle = math.log(n)
        nx = (1.001, 1.01, 1.2, 1.7, 2.5, 4.0, middle - 2, middle, middle + 3, middle + 20, 0.3 * n, 0.7 * n, 0.99 * n)
        found += [(n, angle(n, t)) for t in sorted(set(nx)) if 1 < t < n]
    return found


@functools.cache
def precisely(n: int, theta: float) -> tuple[Any, Any]:
    """P and 1 − P to thirty digits."""
    return precise.law(n, theta)


def log_of_complement(n: int, theta: float) -> Any:
    """The logarithm of 1 − P, from the smaller of the two."""
    P, Q = precisely(n, theta)
    return mpmath.log1p(-P) if P < Q else mpmath.log(Q)


def where(side: int) -> list[tuple[int, float]]:
    """The settings at which P (side 0) or 1 − P (side 1) is a normal float64."""
    return [at for at in settings() if precisely(*at)[side] > float(np.finfo(float).tiny)]


ENTRIES = [
    Entry(
        id="9324.eq10.float64",
        kind="table",
        latex=r"\text{error}\approx\varepsilon\max_k\binom nk(n-1)(1-kx)^{n-2}",
        says="in float64 the sum of eq10 errs by the rounding of its largest terms; for nx ≤ 2 it is NaN from n = 1030",
        section=SECTION,
        evidence=(
            Numeric(
                statement=functools.partial(digits_lost, sum_of=textbook),
                against=worst_rounding,
                witnesses=(20, 50, 100, 150, 200, 300),
                rtol=0,
                atol=3,
                mutants={
                    "no digit lost": functools.partial(digits_lost, sum_of=probability),
                    "the terms in fractions": functools.partial(digits_lost, sum_of=terms_exactly),
                },
                about="decimal exponents of the error at x = 1.2/n, to three: from 1e-14 at n = 20 over 1e-7 at "
                "n = 100 and 1e+6 at n = 200 to 1e+16 at n = 300, where P is 1 to 180 digits",
            ),
            Numeric(
                statement=functools.partial(digits_lost, sum_of=summed_exactly),
                against=worst_rounding,
                witnesses=(20, 50, 100, 150, 200, 300),
                rtol=0,
                atol=3,
                mutants={"the terms in fractions": functools.partial(digits_lost, sum_of=terms_exactly)},
                about="a summation without rounding does not help: the terms themselves are off",
            ),
            Exact(
                statement=lambda n: bool(np.isnan(textbook(n, angle(n, 1.2)))),
                against=lambda n: math.comb(n, n // 2) >= 2**1024,
                witnesses=(100, 1000, 1029, 1030, 1031, 3000),
                partial=True,
                mutants={"finite": lambda n: bool(np.isnan(probability(n, angle(n, 1.2))))},
                about="at nx = 1.2, NaN where a binomial is beyond the largest float64",
            ),
        ),
    ),
    Entry(
        id="9324.eq10.uniforms",
        kind="identity",
        latex=r"1-P_n(\max>x)=(n-1)!\,x^{n-1}f_n\!\left(\frac1x\right)",
        says="no piece exceeds x: the density of the sum of n uniform numbers at 1/x, which a saddle point finds",
        section=SECTION,
        evidence=(
            Exact(
                statement=none_longer,
                against=lambda n, p, q: 1 - f.eq10_at(n, p, q),
                witnesses=f.LENGTHS,
                mutants={
                    "exponent n": functools.partial(none_longer, power=0),
                    "a wrong recursion": functools.partial(none_longer, density=functools.partial(irwin_hall, later=1)),
                },
                about="Irwin and Hall's density by the recursion of B-splines, in fractions",
            ),
            Numeric(
                statement=lambda n, p, q: float(1 - f.eq10_at(n, p, q)),
                against=lambda n, p, q: float(
                    math.factorial(n - 1) * Fraction(p, q) ** (n - 1) * Fraction(float(stats.irwinhall.pdf(q / p, n)))
                ),
                witnesses=((4, 1, 3), (10, 1, 6), (30, 1, 11), (60, 1, 17), (100, 1, 40)),
                rtol=1e-9,
                mutants={"one piece fewer": lambda n, p, q: float(1 - f.eq10_at(n - 1, p, q))},
                about="SciPy's",
            ),
            Numeric(
                statement=lambda n, nx: precise.by_contour(n, mpmath.mpf(nx) / n),
                against=lambda n, nx: precise.by_sum(n, mpmath.mpf(nx) / n, 40 + n)[1],
                witnesses=((300, 1.2), (300, 3.0), (700, 5.0)),
                rtol=1e-22,
                digits=60,
                mutants={"one piece fewer": lambda n, nx: precise.by_contour(n - 1, mpmath.mpf(nx) / n)},
                about="along a contour through the saddle point, to 22 digits",
            ),
        ),
    ),
    Entry(
        id="9324.eq10.accuracy",
        kind="algorithm",
        latex="",
        says="the package's P and 1 - P are right to thirteen digits for every n to a million and every angle",
        section=SECTION,
        evidence=(
            Numeric(
                statement=lambda n, theta: probability(n, theta),
                against=lambda n, theta: precisely(n, theta)[0],
                witnesses=lambda rng: where(0),
                rtol=1e-13,
                digits=60,
                mutants={
                    "x rounded to float64": lambda n, theta: precise.law(n, theta, rounded=True)[0],
                    "one point more": lambda n, theta: probability(min(n + 1, 10**6), theta),
                },
                about="P, from 1e-300 to 1",
            ),
            Numeric(
                statement=lambda n, theta: complement(n, theta),
                against=lambda n, theta: precisely(n, theta)[1],
                witnesses=lambda rng: where(1),
                rtol=1e-13,
                digits=60,
                mutants={
                    "x rounded to float64": lambda n, theta: precise.law(n, theta, rounded=True)[1],
                    "1 - P in float64": lambda n, theta: 1 - probability(n, theta),
                    "one point more": lambda n, theta: complement(min(n + 1, 10**6), theta),
                },
                about="1 - P, from 1e-300 to 1",
            ),
            Numeric(
                statement=lambda n, theta: log_complement(n, theta),
                against=log_of_complement,
                witnesses=lambda rng: where(0),
                rtol=1e-12,
                digits=60,
                mutants={"one point more": lambda n, theta: log_complement(min(n + 1, 10**6), theta)},
                about="log(1 - P), down to -4,600,000",
            ),
        ),
    ),
]
