"""The longest of the n arcs as a random variable: density, quantile, mean (9324.claim4)."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import elementwise
from scipy.special import digamma

from blogtools.sector.check import require_between, require_broadcast, require_counts
from blogtools.sector.law import by_arc, law, log_of
from blogtools.sector.pairs import Array, add, log, negative, over, pair, take, times, value


def _density(n: Array, x: Array) -> Array:
    """The density for 1/n < x < 1, n ≥ 2, [N]."""
    u = add(pair(1.0), pair(-x))
    z = over(pair(x), u)
    exponent, factor = times(pair(n - 2.0), log(u)), n * (n - 1.0)
    shared = z[0] < 1
    z = take(z, shared)
    _, power, none_longer = law(n[shared] - 1, z, add(pair(1.0), negative(z)))
    exponent[0][shared], exponent[1][shared] = add(take(exponent, shared), power)
    factor[shared] *= none_longer
    return value(exponent, factor)


def density(n: ArrayLike, x: ArrayLike) -> Array:
    """Density of the longest of n ≥ 2 arcs at x in [0, 1], per turn: −d/dx of 9324.eq10; relative error below 1e-13.

    It is n(n−1)(1−x)^{n−2} times the probability that the n−1 others, which share 1−x, have none longer than x.
    Broadcasts, float64; ``ValueError`` as for ``probability``. At n = 2 it jumps from 0 to 2 at x = 1/2 (2 there).
    """
    n, x = require_broadcast(n=require_counts("n", n, at_least=2), x=require_between("x", x, 0, 1))
    inside = (n * x >= 1) & (x < 1)
    result = np.where((n == 2) & (x == 1), 2.0, 0.0)
    result[inside] = _density(n[inside], x[inside])
    return result[()]


def quantile(n: ArrayLike, q: ArrayLike) -> Array:
    """The x with P_n(max ≤ x) = q, 0 ≤ q ≤ 1, in turns, to the last digit or two of a float64; 1/n at 0, 1 at 1.

    Broadcasts; ``ValueError`` as for ``probability``. Where q is near 1, it is 1−q of the given float that counts.
    """
    n, q = require_broadcast(n=require_counts("n", n), q=require_between("q", q, 0, 1))

    def difference(x: Array, n: Array, q: Array) -> Array:
        # Logarithms keep the digits at both ends of q; −800 stands for −∞, below the logarithm of any q.
        return np.maximum(log_of(*by_arc(n, x)), -800) - np.log(q)

    result = np.where(q == 0, 1.0 / n, 1.0)
    some = (q > 0) & (q < 1) & (n > 1)
    bracket = np.nextafter(1.0 / n[some], 0), np.ones(int(some.sum()))
    tolerances = {"xatol": 0.0, "xrtol": 4.5e-16, "fatol": 0.0, "frtol": 0.0}
    result[some] = elementwise.find_root(difference, bracket, args=(n[some], q[some]), tolerances=tolerances).x
    return result[()]


def expected_longest(n: ArrayLike) -> Array:
    """Mean of the longest of n arcs, H_n/n = (1 + 1/2 + … + 1/n)/n of a turn (9324.claim4), float64 for each n."""
    n = require_counts("n", n)
    return ((digamma(n + 1.0) + np.euler_gamma) / n)[()]
