"""The law of the longest piece in fractions (9324.eq7, eq10): no rounding, for checks and for small n."""

from collections.abc import Sequence
from fractions import Fraction
from math import comb

from blogtools.sector.check import require_count, require_fraction


def exact_exceedance(n: int, c: Sequence[Fraction | int]) -> Fraction:
    """P_n(x_1 > c_1, …, x_k > c_k) = [1 − (c_1+…+c_k)]^{n−1}, 0 when the sum reaches 1 (9324.eq7).

    ``c``: 0 to n thresholds, each a Fraction or int ≥ 0, as parts of the stick. n ≥ 1; ``ValueError`` otherwise.
    """
    n = require_count("n", n)
    if len(c) > n:
        raise ValueError(f"c has {len(c)} thresholds, but n = {n} pieces")
    left = 1 - sum((require_fraction("c", threshold, high=None) for threshold in c), Fraction(0))
    return left ** (n - 1) if left > 0 else Fraction(0)


def exact_probability(n: int, turn: Fraction | int) -> Fraction:
    """P that n points lie in one closed sector of angle 2π·``turn``, as a Fraction (9324.eq10 at x = 1 − turn).

    n ≥ 1, ``turn`` a Fraction or int in [0, 1]; ``ValueError`` otherwise. A closed and an open sector differ only for
    n = 1 at turn 0, where a closed one holds the point: 1. One power of an n·log₂(denominator)-bit number a term.
    """
    n, turn = require_count("n", n), require_fraction("turn", turn)
    x = 1 - turn
    if n * x <= 1:
        return Fraction(1)
    p, q = x.numerator, x.denominator
    total = sum((-1) ** (k - 1) * comb(n, k) * (q - k * p) ** (n - 1) for k in range(1, min(n, (q - 1) // p) + 1))
    return Fraction(total, q ** (n - 1))
