"""Neighbours of the problem: half-balls (9324.claim3), arcs that cover the circle, and the limit of many points."""

from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from blogtools.sector.check import require_between, require_broadcast, require_count, require_counts, require_fraction
from blogtools.sector.exact import exact_probability
from blogtools.sector.law import not_exceeded
from blogtools.sector.pairs import Array


def half_ball(n: int, d: int) -> Fraction:
    """P that n uniform points of the d-dimensional ball lie in one half of it: 2^{1−n} Σ_{k<d} C(n−1, k), n, d ≥ 1.

    Wendel, A problem in geometric probability, Math. Scand. 11 (1962); exact (9324.claim3). d = 2 is eq11 at θ = π.
    """
    n, d = require_count("n", n), require_count("d", d)
    return Fraction(sum(comb(n - 1, k) for k in range(min(d, n))), 2 ** (n - 1))


def covering(n: Any, arc: Any) -> Any:
    """P that n random arcs, each ``arc`` of a turn long, cover the circle: Σ_k (−1)^k C(n,k) (1 − k·arc)₊^{n−1}.

    Stevens, Solution to a geometrical problem in probability, Ann. Eugen. 9 (1939): they cover it when no gap between
    their beginnings is longer than ``arc``. A Fraction in [0, 1] gives a Fraction (n an int); floats broadcast with n
    and give float64, of the accuracy of ``complement``.
    """
    if isinstance(arc, Fraction):
        n, arc = require_count("n", n), require_fraction("arc", arc)
        return Fraction(1) if arc == 1 else 1 - exact_probability(n, 1 - arc)
    return not_exceeded(n, arc)


def gumbel(n: ArrayLike, x: ArrayLike) -> Array:
    """The limit 1 − exp(−n e^{−nx}) of P_n(max > x) as n → ∞ with nx − log n held, float64, broadcasts; 0 ≤ x ≤ 1.

    n·max − log n tends to Gumbel's law. The error falls like (log n)²/n.
    """
    n, x = require_broadcast(n=require_counts("n", n), x=require_between("x", x, 0, 1))
    return -np.expm1(-np.exp(np.log(n) - n * x))[()]
