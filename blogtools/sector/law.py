"""The law of the longest of the n arcs between n points of a circle (9324.eq10-eq12), to 13 digits for n ≤ 10^6.

With x the longest arc that is still allowed, as a part of a turn, and Q = P_n(max ≤ x) = 1 − P_n(max > x):

- eq10 itself, P = Σ_{k≥1} (−1)^{k−1} C(n,k)(1−kx)₊^{n−1}, as long as its first term λ = n(1−x)^{n−1} is below 1: the
  k-th term is at most λ^k/k!, so a few terms do, and nothing cancels.
- The same sum from the other end. By eq13, Q = Σ_k (−1)^k C(n,k)((n−k)x−1)₊^{n−1}, which is
  (nx−1)^{n−1} (1 − P_n(max > x')) with x' = x/(nx−1).
- Between the two, where float64 loses everything: Q = (n−1)! x^{n−1} f(1/x), where f is the density of the sum of n
  uniform numbers (Irwin, Hall 1927), by a Fourier series through the saddle point.
"""

from typing import Any

import numpy as np
from scipy.optimize import elementwise
from scipy.special import comb, digamma

from blogtools.sector.check import require_between, require_broadcast, require_counts
from blogtools.sector.pairs import TURN, Array, Pair, add, exp, log, negative, over, pair, take, times, value

# Values computed at once: small enough that the nodes of a block stay in the cache.
BLOCK = 1024


def _first_terms(n: Array, u: Pair) -> tuple[Pair, Array]:
    """(exponent, factor) of P_n(max > 1−u) = factor·e^exponent by eq10, where λ = n·u^{n−1} ≤ 1 and n ≥ 2, u > 0."""
    x = add(pair(1.0), negative(u))[0]
    k = np.arange(2.0, 21.0)[:, None]  # 1/20! is below float64's last digit
    with np.errstate(divide="ignore"):
        powers = np.exp((n - 1) * np.log1p(-np.minimum((k - 1) * x / u[0], 1)))  # [(1−kx)/(1−x)]^{n−1}
    coefficients = np.cumprod((k - 1 - n) / k, axis=0)  # (−1)^{k−1} C(n,k)/n
    return times(pair(n - 1), log(u)), n * (1 + (coefficients * powers).sum(axis=0))


def _all_but_last_terms(n: Array, x: Pair, excess: Pair) -> tuple[Pair, Array]:
    """(exponent, factor) of Q by eq13, ``excess`` = nx − 1 > 0, where x' = x/(nx−1) is at least 1 or has λ ≤ 1."""
    factor = np.ones_like(n)
    u = over(add(excess, negative(x)), excess)
    more = u[0] > 0
    factor[more] -= value(*_first_terms(n[more], take(u, more)))
    return times(pair(n - 1), log(excess)), factor


def _deficit(s: Array) -> Array:
    """1 − sin(√s)/√s, an entire function of s (for s < 0 it is 1 − sinh(√−s)/√−s), without cancellation."""
    series = np.ones_like(s)
    for j in range(12, 1, -1):
        series = 1 - s / (2 * j * (2 * j + 1)) * series
    root = np.sqrt(np.maximum(np.abs(s), 1.0))
    return np.where(np.abs(s) < 4, s / 6 * series, 1 - np.where(s > 0, np.sin(root), np.sinh(root)) / root)


def _tilt(w: Array) -> Array:
    """The β > 0 for which the density ∝ e^{−βy} on [0, 1] has the mean w ≤ 1/2, to a few digits (any β is right)."""
    L = 1 - 2 * w  # inverse Langevin function: Cohen's approximation, then Newton
    beta = np.maximum(L * (3 - L * L) / (2 * w * (1 - w)), 1e-3)
    for _ in range(3):
        slope = 1 / beta**2 - 1 / (4 * np.sinh(beta / 2) ** 2)
        beta = np.maximum(beta + (1 / beta - 1 / np.expm1(beta) - w) / slope, 1e-3)
    return beta


def _fourier(n: Array, w: Array, beta: Array) -> Array:
    """Density at n·w of the sum of n numbers drawn from [0, 1] with density ∝ e^{−βy}, where n·w is close to its mean.

    The trapezoid sum of the inverse Fourier integral with step 2π/L gives the density plus its copies moved by
    multiples of L, and those are 0 for L = n, and below 1e-30 for L = 20 standard deviations. The sum ends where
    a bound on |φ|^n has passed 1e-17: |φ| falls for t ≤ π, and is below coth(β/2)/√(1+t²/β²) beyond.
    """
    half = beta / 2
    variance = 1 / beta**2 - 1 / (4 * np.sinh(half) ** 2)
    L = np.minimum(n, 20 * np.sqrt(n * variance))
    total, start, count = np.ones_like(n), 1.0, 32
    deficit = _deficit(-(half**2))
    while True:
        t = 2 * np.pi / L * np.arange(start, start + count)[:, None]
        # 1 − |φ|² = (1 − S²)t²/(β²+t²) with S = (sin(t/2)/(t/2)) / (sinh(β/2)/(β/2)); phase is arg φ − tw.
        less = (_deficit((t / 2) ** 2) - deficit) / (1 - deficit)
        modulus = np.log1p(-less * (2 - less) * t**2 / (beta**2 + t**2)) / 2
        phase = t * (0.5 - w) - np.arctan2(np.sin(t / 2), np.tanh(half) * np.cos(t / 2)) + np.arctan(t / beta)
        total += 2 * (np.exp(n * modulus) * np.cos(n * phase)).sum(axis=0)
        end = t[-1]
        bound = np.where(end <= np.pi, modulus[-1], -np.log(np.tanh(half)) - np.log1p((end / beta) ** 2) / 2)
        if np.all(n * bound < -39):
            return total / L
        start, count = start + count, 2 * count


def _middle(n: Array, x: Pair, excess: Pair) -> tuple[Pair, Array]:
    """(exponent, factor) of Q by the Irwin-Hall density, n ≥ 8, ``excess`` = nx − 1 > 0.

    f(1/x) = f(n−1/x), so w, the smaller of 1/(nx) and 1 − 1/(nx), is the mean that the numbers are tilted to; with
    M = (1−e^{−β})/β, f(1/x) is M^n e^{βnw} times the tilted density, for every β. By Stirling,
    Q = [nx·M·e^{βw−1}]^n · √(2π/n) e^{1/12n−…} (1/x) · tilted density, and the bracket is kept near e^{−1/n·…}.
    """
    nx = add(excess, pair(1.0))
    below = nx[0] < 2
    w = over((np.where(below, excess[0], 1.0), np.where(below, excess[1], 0.0)), nx)
    beta = _tilt(w[0])
    M = over(add(pair(1.0), negative(exp(-beta))), pair(beta))
    bracket = add(add(log(times(nx, M)), times(pair(beta), w)), pair(-1.0))
    stirling = np.polyval(
        [-3617 / 122400, 1 / 156, -691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12], n**-2
    )
    factor = np.sqrt(2 * np.pi / n) * np.exp(stirling / n) / x[0] * _fourier(n, w[0], beta)
    return times(pair(n), bracket), factor


def _block(n: Array, x: Pair, u: Pair) -> tuple[Array, Pair, Array]:
    """(P, exponent, factor) with P = P_n(max ≥ x) and 1 − P = factor·e^exponent, all [N]; u = 1 − x."""
    P, factor = np.ones_like(n), np.zeros_like(n)
    exponent = pair(np.zeros_like(n))
    excess = add(times(pair(n), x), pair(-1.0))
    possible = excess[0] > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.log(n) + (n - 1) * np.log(u[0])
        last = np.log(n) + (n - 1) * np.log1p(-np.minimum(x[0] / excess[0], 1))
    head = possible & (first < -np.log(2))
    tail = possible & ~head & (last < 0)
    head |= possible & ~tail & (first < 0)
    middle = possible & ~head & ~tail

    if head.any():
        some = head & (u[0] > 0)
        P[head] = 0.0
        P[some] = value(*_first_terms(n[some], take(u, some)))
        factor[head] = 1 - P[head]
    for where, terms in ((tail, _all_but_last_terms), (middle, _middle)):
        if where.any():
            (exponent[0][where], exponent[1][where]), factor[where] = terms(
                n[where], take(x, where), take(excess, where)
            )
            P[where] = 1 - value(take(exponent, where), factor[where])
    return P, exponent, factor


def _law(n: Array, x: Pair, u: Pair) -> tuple[Array, Pair, Array]:
    """``_block`` for arrays of one shape, [...]."""
    shape, n = n.shape, n.ravel().astype(np.float64)
    flat = [a.ravel() for a in (*x, *u)]
    blocks = [slice(i, i + BLOCK) for i in range(0, max(n.size, 1), BLOCK)]
    parts = [_block(n[b], (flat[0][b], flat[1][b]), (flat[2][b], flat[3][b])) for b in blocks]
    P, hi, lo, factor = (
        np.concatenate(each).reshape(shape) for each in zip(*((P, *e, f) for P, e, f in parts), strict=True)
    )
    return P, (hi, lo), factor


def _by_angle(n: Any, theta: Any) -> tuple[Array, Pair, Array]:
    n, theta = require_broadcast(n=require_counts("n", n), theta=require_between("theta", theta, 0, 2 * np.pi))
    u = over(pair(theta), TURN)
    return _law(n, add(pair(1.0), negative(u)), u)


def _by_arc(n: Any, x: Any) -> tuple[Array, Pair, Array]:
    n, x = require_broadcast(n=require_counts("n", n), x=require_between("x", x, 0, 1))
    return _law(n, pair(x), add(pair(1.0), pair(-x)))


def _log(P: Array, exponent: Pair, factor: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.where(P < 0.5, np.log1p(-np.minimum(P, 0.5)), exponent[0] + (exponent[1] + np.log(factor)))


def probability(n: Any, theta: Any) -> Any:
    """P that n uniform points of a disc lie in one closed sector of angle ``theta`` (9324.eq10, eq11, eq12), float64.

    ``n`` whole numbers from 1 to 10^6 and ``theta`` in radians from 0 to 2π broadcast. For exactly the float64 that
    ``theta`` is, the relative error is below 1e-13, down to the smallest normal float 2.2e-308; beyond, P is 0 or
    subnormal. P(1, theta) is 1 also at theta = 0. ``ValueError`` for anything else, bool, NaN and 2.0 points included.
    """
    return _by_angle(n, theta)[0][()]


def complement(n: Any, theta: Any) -> Any:
    """1 − P, with its own relative error below 1e-13 where it is at least 2.2e-308; ``log_complement`` goes further.

    Arguments as for ``probability``. 0 exactly where it is 0, that is for nx ≤ 1.
    """
    return value(*_by_angle(n, theta)[1:])[()]


def log_complement(n: Any, theta: Any) -> Any:
    """log(1 − P), −∞ where P = 1; relative error below 1e-13. Arguments as for ``probability``."""
    return _log(*_by_angle(n, theta))[()]


def longest_exceeds(n: Any, x: Any) -> Any:
    """P_n(max > x) of 9324.eq10 by the arc itself, 0 ≤ x ≤ 1 as a part of a turn; else as ``probability``."""
    return np.where((np.asarray(n) == 1) & (np.asarray(x) == 1), 0.0, _by_arc(n, x)[0])[()]


def not_exceeded(n: Any, x: Any) -> Any:
    """P_n(max ≤ x), accurate where it is small (Stevens' covering); else as ``longest_exceeds``."""
    return value(*_by_arc(n, x)[1:])[()]


def _density(n: Array, x: Array) -> tuple[Pair, Array]:
    """(exponent, factor) of the density for 1/n < x < 1, n ≥ 2."""
    u = add(pair(1.0), pair(-x))
    z = over(pair(x), u)
    rest = add(pair(1.0), negative(z))
    alone = rest[0] <= 0
    z = np.where(alone, 1.0, z[0]), np.where(alone, 0.0, z[1])
    rest = np.where(alone, 0.0, rest[0]), np.where(alone, 0.0, rest[1])
    _, exponent, factor = _law(n - 1, z, rest)
    exponent = np.where(alone, 0.0, exponent[0]), np.where(alone, 0.0, exponent[1])
    power = times(pair(n - 2.0), log(u))
    return add(power, exponent), n * (n - 1.0) * np.where(alone, 1.0, factor)


def density(n: Any, x: Any) -> Any:
    """Density of the longest of n ≥ 2 arcs at x in [0, 1], per turn: −d/dx of 9324.eq10; relative error below 1e-13.

    It is n(n−1)(1−x)^{n−2} times the probability that the n−1 others, which share 1−x, have none longer than x.
    Broadcasts, float64; ``ValueError`` as for ``probability``. At n = 2 it jumps from 0 to 2 at x = 1/2 (2 there).
    """
    n, x = require_broadcast(n=require_counts("n", n, at_least=2), x=require_between("x", x, 0, 1))
    inside = (n * x >= 1) & (x < 1)
    result = np.where((n == 2) & (x == 1), 2.0, 0.0)
    result[inside] = value(*_density(n[inside], x[inside]))
    return result[()]


def quantile(n: Any, q: Any) -> Any:
    """The x with P_n(max ≤ x) = q, 0 ≤ q ≤ 1, in turns, to the last digit or two of a float64; 1/n at 0, 1 at 1.

    Broadcasts; ``ValueError`` as for ``probability``. Where q is near 1, it is 1−q of the given float that counts.
    """
    n, q = require_broadcast(n=require_counts("n", n), q=require_between("q", q, 0, 1))

    def difference(x: Array, n: Array, q: Array) -> Array:
        P, exponent, factor = _by_arc(n, x)
        with np.errstate(divide="ignore"):
            lower = np.maximum(_log(P, exponent, factor), -800) - np.log(q)
            upper = np.log1p(-q) - np.maximum(np.log(P), -800)
        return np.where(q <= 0.5, lower, upper)

    result = np.where(q == 0, 1.0 / n, 1.0)
    some = (q > 0) & (q < 1) & (n > 1)
    bracket = np.nextafter(1.0 / n[some], 0), np.ones(int(some.sum()))
    tolerances = {"xatol": 0.0, "xrtol": 2e-16, "fatol": 0.0, "frtol": 0.0}
    result[some] = elementwise.find_root(difference, bracket, args=(n[some], q[some]), tolerances=tolerances).x
    return result[()]


def expected_longest(n: Any) -> Any:
    """Mean of the longest of n arcs, H_n/n = (1 + 1/2 + … + 1/n)/n of a turn (9324.claim4), float64 for each n."""
    n = require_counts("n", n)
    return ((digamma(n + 1.0) + np.euler_gamma) / n)[()]


def textbook(n: Any, theta: Any) -> Any:
    """9324.eq10 summed term by term in float64, as published code does it. To be looked at, not used.

    Exact to rounding for theta ≤ π. Beyond, at nx = 1.2, it is off by 4e-6 at n = 100, has no correct digit at n = 200,
    and is NaN from n = 1030 on, where C(n,k) overflows. Arguments as for ``probability``.
    """
    n, theta = require_broadcast(n=require_counts("n", n), theta=require_between("theta", theta, 0, 2 * np.pi))

    def one(n: int, theta: float) -> float:
        x = 1 - theta / (2 * np.pi)
        k = np.arange(1, n + 1)
        k = k[1 - k * x > 0]
        return float(np.sum((-1.0) ** (k - 1) * comb(n, k) * (1 - k * x) ** (n - 1)))

    with np.errstate(all="ignore"):
        return np.vectorize(one, otypes=[float])(n, theta)[()]
