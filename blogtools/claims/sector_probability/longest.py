"""Section "The longest piece": claim4, its mean, its density, its quantiles, and the limit of many pieces."""

import functools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from blogtools.claims.sector_probability import formulas as f
from blogtools.claims.sector_probability import precise
from blogtools.ledger import Entry, Exact, Law, Numeric, Slope, Symbolic
from blogtools.sector import density, expected_longest, gumbel, longest_exceeds, quantile

SECTION = "The longest piece"

n, k = sp.symbols("n k", integer=True, positive=True)
x = sp.symbols("x", positive=True)


def harmonic(n: int) -> Fraction:
    """H_n = 1 + 1/2 + … + 1/n."""
    return sum((Fraction(1, i) for i in range(1, n + 1)), Fraction(0))


def mean(n: int, *, length: Callable[[int], Fraction] = harmonic, by: int = 0) -> Fraction:
    """H_n/n; the keywords make mutants."""
    return length(n) / (n + by)


def integral_of_eq10(n: int) -> Fraction:
    """The mean as the integral of P(max > x): the k-th term lives up to 1/k and contributes 1/(kn)."""
    return sum(((-1) ** (k - 1) * math.comb(n, k) * Fraction(1, k * n) for k in range(1, n + 1)), Fraction(0))


def eq10_density(n: int, p: int, q: int, *, power: int = -2, last: int | None = None) -> Fraction:
    """Minus the derivative of eq10 at x = p/q."""
    x = Fraction(p, q)
    return sum(
        (
            (-1) ** (k - 1) * math.comb(n, k) * k * (n - 1) * (1 - k * x) ** (n + power)
            for k in range(1, (last or n) + 1)
            if k * x < 1
        ),
        Fraction(0),
    )


def one_is_longest(n: int, p: int, q: int) -> Fraction:
    """One of n pieces is x = p/q long and the others, a stick of length 1 − x, have none longer: counted."""
    others = 1 - f.longest_over(n - 1, p, q - p) if p < q - p else Fraction(1)
    return n * (n - 1) * Fraction(q - p, q) ** (n - 2) * others


def longest(rng: np.random.Generator, n: int, more: int = 0) -> np.ndarray:
    """Longest piece of 20,000 broken sticks."""
    return f.breaks(rng, n + more, 20000).max(1)


def below(n: int, x: float) -> Any:
    """P(max ≤ x) for exactly this float."""
    digits = 60 + n // 2 if n < precise.ENOUGH else 60
    with mpmath.workdps(digits):
        return precise.by_sum(n, mpmath.mpf(x), digits)[1]


STEPS = {math.log(n) ** 2 / n: n for n in (2**8, 2**10, 2**12, 2**14, 2**16, 2**18)}
"""(ln n)²/n to n."""


def many(h: float, t: float) -> Any:
    """P(max > x) at nx − ln n = t for the n with (ln n)²/n = h."""
    n = STEPS[h]
    with mpmath.workdps(60):
        return float(precise.by_sum(n, (mpmath.log(n) + t) / n, 60)[0])


def limit(h: float, t: float, rate: float = 1.0, shift: float = 0.0) -> float:
    """1 − exp(−e^{−t}); the keywords make mutants."""
    return -math.expm1(-math.exp(-rate * t + shift))


def limit_and_next(h: float, t: float, square: float = 0.5) -> float:
    """The limit with its first correction, for w = e^{−t} and L = ln n + t."""
    n, w = STEPS[h], math.exp(-t)
    L = math.log(n) + t
    return limit(h, t) - math.exp(-w) / n * ((w - w * w) * L * L * square - w * L - w * w / 2)


ENTRIES = [
    Entry(
        id="9324.claim4",
        kind="identity",
        latex=r"\mathbb E[\max]=\int_0^1P_n(\max>x)\,dx=\frac{H_n}n=\frac1n\left(1+\frac12+\cdots+\frac1n\right)",
        says="the longest piece is H_n/n on average: about ln n times as long as the mean piece",
        section=SECTION,
        evidence=(
            Symbolic(
                statement=1 / (n * k),
                against=sp.Integral((1 - k * x) ** (n - 1), (x, 0, 1 / k)),
                domain={"n": (2, 6)},
                about="what the k-th term contributes, for n and k that are symbols",
            ),
            Symbolic(
                statement=sp.binomial(n, k) / n,
                against=sp.binomial(n - 1, k - 1) / k,
                domain={"n": (3, 9), "k": (1, 3)},
                about="with eq9's sum of 1, this makes the mean times n grow by 1/n from n - 1 to n",
            ),
            Exact(
                statement=mean,
                against=integral_of_eq10,
                witnesses=(*range(1, 13), 30, 80),
                partial=True,
                mutants={
                    "H_{n-1}": functools.partial(mean, length=lambda n: harmonic(n - 1)),
                    "over n + 1": functools.partial(mean, by=1),
                    "all odd terms": functools.partial(mean, length=lambda n: harmonic(2 * n) - harmonic(n) / 2),
                },
                about="the alternating sum, in fractions",
            ),
            Law(
                statement=longest,
                against=lambda n: float(harmonic(n) / n),
                test="mean",
                witnesses=({"n": 2}, {"n": 4}, {"n": 25}),
                mutants={"a break too many": functools.partial(longest, more=1)},
                about="20,000 broken sticks",
            ),
            Numeric(
                statement=lambda n: expected_longest(n),
                against=lambda n: mpmath.harmonic(n) / n,
                witnesses=(1, 2, 4, 11, 1000, 10**6),
                rtol=1e-14,
                digits=40,
                mutants={
                    "ln n": lambda n: math.log(n + 1) / n,
                    "a piece more": lambda n: expected_longest(n % 10**6 + 1),
                },
                about="the package, to a million pieces",
            ),
        ),
    ),
    Entry(
        id="9324.longest.density",
        kind="identity",
        latex=r"-\frac d{dx}P_n(\max>x)=n(n-1)(1-x)^{n-2}\,P_{n-1}\!\left(\max\le\frac x{1-x}\right)",
        says="density of the longest piece: one of n is x long, and none of the others, on what it leaves, is longer",
        section=SECTION,
        evidence=(
            Exact(
                statement=eq10_density,
                against=one_is_longest,
                witnesses=tuple((n, p, 12) for n in (2, 3, 4, 6) for p in (1, 2, 3, 4, 5, 7, 11) if n > 2 or p != 6),
                mutants={
                    "exponent n-1": functools.partial(eq10_density, power=-1),
                    "one term": functools.partial(eq10_density, last=1),
                },
                about="the derivative of eq10 against counted lattice points",
            ),
            Numeric(
                statement=lambda n, p, q: density(n, p / q),
                against=eq10_density,
                witnesses=((2, 3, 4), (3, 5, 12), (5, 1, 4), (9, 1, 5), (40, 1, 9), (100, 1, 16), (100, 1, 64)),
                rtol=1e-12,
                mutants={"a piece more": lambda n, p, q: density(n + 1, p / q)},
                about="the package",
            ),
        ),
    ),
    Entry(
        id="9324.longest.quantile",
        kind="algorithm",
        latex=r"P_n(\max\le x_q)=q",
        says="the length that the longest piece stays under with probability q",
        section=SECTION,
        evidence=(
            Numeric(
                statement=lambda n, q: below(n, float(quantile(n, q))),
                against=lambda n, q: q,
                witnesses=tuple((n, q) for n in (2, 3, 10, 100, 10**4, 10**6) for q in (0.01, 0.5, 0.95)),
                rtol=1e-11,
                mutants={
                    "1 - q": lambda n, q: below(n, float(quantile(n, 0.99 * (1 - q)))),
                    "a piece more": lambda n, q: below(n, float(quantile(n % 10**6 + 1, q))),
                },
                about="the package's quantile put into eq10 at high precision",
            ),
            Numeric(
                statement=lambda n, x: longest_exceeds(n, x),
                against=lambda n, x: 1 - below(n, x),
                witnesses=((1, 0.3), (2, 0.7), (4, 0.5), (30, 0.11), (190, 0.02), (10**5, 1.2e-4), (10**6, 1.6e-5)),
                rtol=1e-13,
                digits=60,
                mutants={"a piece more": lambda n, x: longest_exceeds(n % 10**6 + 1, x)},
                about="the package's distribution function by x",
            ),
        ),
    ),
    Entry(
        id="9324.longest.gumbel",
        kind="limit",
        latex=r"P_n(n\max-\ln n>t)\longrightarrow1-\exp(-e^{-t})",
        says="many pieces: the longest is (ln n + t)/n with t from Gumbel's law; the error falls like (ln n)^2/n",
        section=SECTION,
        evidence=(
            *(
                Slope(
                    statement=functools.partial(limit, t=t),
                    against=functools.partial(many, t=t),
                    order=1,
                    witnesses=tuple(STEPS),
                    mutants={
                        "mean in place of ln n": functools.partial(limit, t=t, shift=0.5772),
                        "half the rate": functools.partial(limit, t=t, rate=0.5),
                    },
                    about=f"t = {t:g}: error against (ln n)^2/n, n from 256 to 262,144",
                )
                for t in (-1.0, 1.0, 3.0)
            ),
            *(
                Slope(
                    statement=functools.partial(limit_and_next, t=t),
                    against=functools.partial(many, t=t),
                    order=2,
                    tolerance=0.25,
                    witnesses=tuple(STEPS),
                    mutants={"without it": functools.partial(limit, t=t)},
                    about=f"t = {t:g}: with the first correction, the error falls like its square",
                )
                for t in (-1.0, 1.0, 3.0)
            ),
            Numeric(
                statement=lambda n, x: gumbel(n, x),
                against=lambda n, x: -mpmath.expm1(-n * mpmath.exp(-n * mpmath.mpf(x))),
                witnesses=tuple((n, (math.log(n) + t) / n) for n in (100, 3000, 10**6) for t in (-1.0, 0.0, 4.0, 9.0)),
                rtol=1e-9,
                mutants={
                    "that none exceeds x": lambda n, x: 1 - gumbel(n, x),
                    "a piece more": lambda n, x: gumbel(n % 10**6 + 1, x),
                },
                about="the package's limit",
            ),
        ),
    ),
]
