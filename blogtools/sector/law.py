"""The law of the longest of the n arcs between n points of a circle (9324.eq10-eq12), to 13 digits for n ≤ 10^6.

With x the longest arc that is still allowed, as a part of a turn, and Q = P_n(max ≤ x) = 1 − P_n(max > x):

- eq10 itself, P = Σ_{k≥1} (−1)^{k−1} C(n,k)(1−kx)₊^{n−1}, as long as its first term λ = n(1−x)^{n−1} is below 1: the
  k-th term is at most λ^k/k!, so a few terms do, and nothing cancels.
- The same sum from the other end. By eq13, Q = Σ_k (−1)^k C(n,k)((n−k)x−1)₊^{n−1}, which is
  (nx−1)^{n−1} (1 − P_n(max > x')) with x' = x/(nx−1).
- Between the two, where float64 loses everything: Q = (n−1)! x^{n−1} f(1/x), where f is the density of the sum of n
  uniform numbers (Irwin, Hall 1927), by a Fourier series through the saddle point.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import comb

from blogtools.sector.check import require_between, require_broadcast, require_counts
from blogtools.sector.irwin_hall import irwin_hall
from blogtools.sector.pairs import TURN, Array, Pair, add, log, negative, over, pair, take, times, value

# Values computed at once: small enough that the nodes of a block stay in the cache.
BLOCK = 1024


def _first_terms(n: Array, u: Pair) -> tuple[Pair, Array]:
    """(exponent, factor) of P_n(max > 1−u) = factor·e^exponent by eq10, where λ = n·u^{n−1} ≤ 1 and n ≥ 2, u > 0."""
    x = add(pair(1.0), negative(u))[0]
    k = np.arange(2.0, 21.0)[:, None]  # 1/20! is below float64's last digit
    with np.errstate(divide="ignore"):
        powers = np.exp((n - 1) * np.log1p(-np.minimum((k - 1) * x, u[0]) / u[0]))  # [(1−kx)/(1−x)]^{n−1}
    coefficients = np.cumprod((k - 1 - n) / k, axis=0)  # (−1)^{k−1} C(n,k)/n
    return times(pair(n - 1), log(u)), n * (1 + (coefficients * powers).sum(axis=0))


def _all_but_last_terms(n: Array, x: Pair, excess: Pair) -> tuple[Pair, Array]:
    """(exponent, factor) of Q by eq13, ``excess`` = nx − 1 > 0, where x' = x/(nx−1) is at least 1 or has λ ≤ 1."""
    factor = np.ones_like(n)
    u = over(add(excess, negative(x)), excess)
    more = u[0] > 0
    factor[more] -= value(*_first_terms(n[more], take(u, more)))
    return times(pair(n - 1), log(excess)), factor


def _block(n: Array, x: Pair, u: Pair) -> tuple[Array, Pair, Array]:
    """(P, exponent, factor) with P = P_n(max ≥ x) and 1 − P = factor·e^exponent, all [N]; u = 1 − x."""
    P, exponent, factor = np.ones_like(n), pair(np.zeros_like(n)), np.zeros_like(n)
    excess = add(times(pair(n), x), pair(-1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        head = np.log(n) + (n - 1) * np.log(u[0])  # log λ
        tail = np.log(n) + (n - 1) * np.log1p(-x[0] / np.maximum(x[0], excess[0]))  # the same for x'
    # P has to come from its own sum where it may be small, and 1 − P from the other where that may be.
    rules = [excess[0] <= 0, u[0] == 0, head < -np.log(2), tail < 0, head < 0]
    route = np.select(rules, ["one", "zero", "head", "tail", "head"], "middle")
    P[route == "zero"], factor[route == "zero"] = 0.0, 1.0
    if (some := route == "head").any():
        P[some] = value(*_first_terms(n[some], take(u, some)))
        factor[some] = 1 - P[some]
    for name, terms in (("tail", _all_but_last_terms), ("middle", irwin_hall)):
        if (some := route == name).any():
            power, factor[some] = terms(n[some], take(x, some), take(excess, some))
            exponent[0][some], exponent[1][some] = power
            P[some] = 1 - value(power, factor[some])
    return P, exponent, factor


def law(n: Array, x: Pair, u: Pair) -> tuple[Array, Pair, Array]:
    """``_block`` for arrays of one shape, [...]."""
    shape, flat = n.shape, [n.ravel().astype(np.float64), *(a.ravel() for a in (*x, *u))]
    blocks = []
    for start in range(0, max(n.size, 1), BLOCK):
        N, *arcs = (a[start : start + BLOCK] for a in flat)
        P, exponent, factor = _block(N, (arcs[0], arcs[1]), (arcs[2], arcs[3]))
        blocks.append((P, *exponent, factor))
    P, hi, lo, factor = (np.concatenate(part).reshape(shape) for part in zip(*blocks, strict=True))
    return P, (hi, lo), factor


def by_angle(n: ArrayLike, theta: ArrayLike) -> tuple[Array, Pair, Array]:
    """``law`` for checked arguments, theta in radians, of any shapes that broadcast."""
    n, theta = require_broadcast(n=require_counts("n", n), theta=require_between("theta", theta, 0, 2 * np.pi))
    u = over(pair(theta), TURN)
    return law(n, add(pair(1.0), negative(u)), u)


def by_arc(n: ArrayLike, x: ArrayLike) -> tuple[Array, Pair, Array]:
    """``law`` for checked arguments, x in turns, of any shapes that broadcast."""
    n, x = require_broadcast(n=require_counts("n", n), x=require_between("x", x, 0, 1))
    P, exponent, factor = law(n, pair(x), add(pair(1.0), pair(-x)))
    # Here it is max > x, which one piece of length 1 is not for x = 1; for n > 1 there is no difference.
    whole = (n == 1) & (x == 1)
    return np.where(whole, 0.0, P), exponent, np.where(whole, 1.0, factor)


def log_of(P: Array, exponent: Pair, factor: Array) -> Array:
    """The logarithm of 1 − P from the three results of ``law``."""
    with np.errstate(divide="ignore"):
        return np.where(P < 0.5, np.log1p(-np.minimum(P, 0.5)), exponent[0] + (exponent[1] + np.log(factor)))


def probability(n: ArrayLike, theta: ArrayLike) -> Array:
    """P that n uniform points of a disc lie in one closed sector of angle ``theta`` (9324.eq10, eq11, eq12), float64.

    ``n``, whole numbers from 1 to 10^6, and ``theta``, radians from 0 to 2π, broadcast. For exactly the float64 that
    ``theta`` is, the relative error is below 1e-13, down to the smallest normal float 2.2e-308; below that P is 0 or
    subnormal. P(1, 0) is 1. ``ValueError`` for anything else: NaN, 2.0 or True points, shapes that do not broadcast.
    In arrays 1 to 30 µs a value; one alone takes 0.1 to 1 ms.
    """
    return by_angle(n, theta)[0][()]


def complement(n: ArrayLike, theta: ArrayLike) -> Array:
    """1 − P, with its own relative error below 1e-13 where it is at least 2.2e-308; ``log_complement`` goes further.

    Arguments as for ``probability``. 0 exactly where it is 0, that is for nx ≤ 1.
    """
    return value(*by_angle(n, theta)[1:])[()]


def log_complement(n: ArrayLike, theta: ArrayLike) -> Array:
    """log(1 − P), −∞ where P = 1; relative error below 1e-13. Arguments as for ``probability``."""
    return log_of(*by_angle(n, theta))[()]


def longest_exceeds(n: ArrayLike, x: ArrayLike) -> Array:
    """P_n(max > x) of 9324.eq10 by the arc itself, 0 ≤ x ≤ 1 as a part of a turn; else as ``probability``."""
    return by_arc(n, x)[0][()]


def not_exceeded(n: ArrayLike, x: ArrayLike) -> Array:
    """P_n(max ≤ x), accurate where it is small (Stevens' covering); else as ``longest_exceeds``."""
    return value(*by_arc(n, x)[1:])[()]


def textbook(n: ArrayLike, theta: ArrayLike) -> Array:
    """9324.eq10 summed term by term in float64, as published code does it. To be looked at, not used.

    Exact to rounding for theta ≤ π. Beyond, at nx = 1.2, it is off by 2e-7 (median; up to 1e-6) at n = 100 and has no
    correct digit at n = 200. It is NaN where a C(n,k) with kx < 1 overflows: for nx ≤ 2 from n = 1030 on, for larger nx
    later (nx = 3: n = 1122). Arguments as for ``probability``.
    """
    n, theta = require_broadcast(n=require_counts("n", n), theta=require_between("theta", theta, 0, 2 * np.pi))

    def one(n: int, theta: float) -> float:
        x = 1 - theta / (2 * np.pi)
        k = np.arange(1, n + 1)
        k = k[1 - k * x > 0]
        return float(np.sum((-1.0) ** (k - 1) * comb(n, k) * (1 - k * x) ** (n - 1)))

    with np.errstate(all="ignore"):
        return np.vectorize(one, otypes=[float])(n, theta)[()]
