"""The formulas of 9324 in exact arithmetic, and counting and throwing without them: sides written without the package.

Lengths are parts of a turn (of the stick): x = 1 − θ/2π.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import sympy as sp


def eq10(
    n: int,
    x: Any,
    *,
    choices: Callable[[int, int], int] = math.comb,
    power: int = -1,
    sign: int = -1,
    terms: int | None = None,
    alive: bool = True,
) -> Any:
    """P(longest of n pieces > x) as printed, for a Fraction or an mpmath number; the keywords make mutants.

    ``power`` is the −1 of the exponent, ``terms`` stops the sum early, ``alive=False`` keeps terms with 1 − kx ≤ 0.
    """
    total = 0 * x
    for k in range(1, (n if terms is None else min(n, terms)) + 1):
        if alive and 1 - k * x <= 0:
            break
        total += sign ** (k - 1) * choices(n, k) * (1 - k * x) ** (n + power)
    return total


def eq10_at(n: int, p: int, q: int, **changed: Any) -> Fraction:
    """eq10 at x = p/q."""
    return eq10(n, Fraction(p, q), **changed)


def ways(total: int, bounds: Sequence[tuple[int, int]]) -> int:
    """How many whole numbers within ``bounds`` (both ends allowed) add up to ``total``: one number after another."""
    row = [1] + [0] * total
    for low, high in bounds:
        before = [0, *accumulate(row)]
        row = [before[max(0, s - low + 1)] - before[max(0, s - high)] for s in range(total + 1)]
    return row[total]


def share(q: int, bounds: Sequence[tuple[int, int]], closed: bool = True) -> Fraction:
    """Part of the simplex of n pieces in which low_i ≤ q·x_i ≤ high_i, by counting points of finer and finer lattices.

    The number of points with t·q steps to the stick is a polynomial in t ≥ 1 of degree n − 1 (Ehrhart), whose leading
    coefficient is the volume; ``closed=False`` counts q·x_i < high_i.
    """
    n = len(bounds)
    counts = [ways(t * q, [(t * low, t * high - (not closed)) for low, high in bounds]) for t in range(1, n + 1)]
    for _ in range(n - 1):
        counts = [after - before for before, after in pairwise(counts)]
    return Fraction(counts[0], q ** (n - 1))


def longest_over(n: int, p: int, q: int, closed: bool = True) -> Fraction:
    """P(longest of n pieces > p/q) by counting; ``closed=False``: ≥ p/q."""
    return 1 - share(q, [(0, p)] * n, closed)


LENGTHS = tuple((n, p, 12) for n in (2, 3, 4, 5, 7, 9) for p in (1, 2, 3, 4, 5, 7, 11))
"""Pieces n and length p/q: from below 1/n, where all terms count, to beyond 1/2, where one does."""


def breaks(rng: np.random.Generator, n: int, size: int) -> np.ndarray:
    """Pieces [size, n] of a stick broken at n − 1 points."""
    points = np.sort(rng.random((size, n - 1)), axis=1)
    return np.diff(points, axis=1, prepend=0.0, append=1.0)


def longest_cdf(x: np.ndarray, n: int) -> np.ndarray:
    """1 − eq10 in float64, for n so small that nothing cancels."""
    x = np.asarray(x, dtype=float)
    within = np.ones_like(x)
    for k in range(1, n + 1):
        within += (-1) ** k * math.comb(n, k) * np.where(k * x < 1, 1 - k * x, 0) ** (n - 1)
    return within


def width(angles: np.ndarray) -> np.ndarray:
    """Angle [...] of the smallest sector round the points at ``angles`` [..., n], by trying each as its right edge."""
    turned = np.mod(angles[..., None, :] - angles[..., :, None], 2 * np.pi)
    return turned.max(-1).min(-1)


def by_points(thresholds: Sequence[Any]) -> sp.Expr:
    """P(x_1 > c_1, …, x_n > c_n) as an integral over the n − 1 break points in their order, not over the pieces.

    The points u_1 < u_2 < … have the density (n−1)!, for that many orders of the draws look the same.
    """
    n = len(thresholds)
    u = sp.symbols(f"u1:{n}", positive=True)
    whole: Any = sp.factorial(n - 1)
    for i in range(n - 1):
        end = u[i + 1] - thresholds[i + 1] if i < n - 2 else 1 - thresholds[n - 1]
        whole = sp.Integral(whole, (u[i], sum(thresholds[: i + 1]), end))
    return whole
