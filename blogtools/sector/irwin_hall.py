"""The Irwin-Hall route to 1 − P: the density of a sum of n uniform numbers, through its saddle point.

Numbers drawn from [0, 1] with density ∝ e^{−βy} are exponential ones of rate β, cut off at 1. For every β, the density
of the sum of n uniform numbers is f(s) = M^n e^{βs} times the density of the sum of n such numbers, M = (1−e^{−β})/β.
With β chosen so that s is its mean, the latter is near its peak, and a Fourier sum of a few dozen terms gives it
without cancellation.
"""

import numpy as np

from blogtools.sector.pairs import Array, Pair, add, exp, log, negative, over, pair, times

# log n! = (n + 1/2) log n − n + log √2π + 1/12n − 1/360n³ + …: to 1e-15 for n ≥ 8.
STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)


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
    multiples of L, and those are 0 for L = n, and below 1e-50 for L = 20 standard deviations. The sum ends where
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


def irwin_hall(n: Array, x: Pair, excess: Pair) -> tuple[Pair, Array]:
    """(exponent, factor) of 1 − P = (n−1)! x^{n−1} f(1/x) = factor·e^exponent, n ≥ 8, ``excess`` = nx − 1 > 0, all [N].

    With f(1/x) = f(n−1/x) the mean w of one number is the smaller of 1/(nx) and 1 − 1/(nx); by Stirling, 1 − P is
    [nx·M·e^{βw−1}]^n · √(2π/n) e^{1/12n−…}/x · (density of the cut exponentials), the n-th power from pairs.
    """
    nx = add(excess, pair(1.0))
    below = nx[0] < 2
    w = over((np.where(below, excess[0], 1.0), np.where(below, excess[1], 0.0)), nx)
    beta = _tilt(w[0])
    M = over(add(pair(1.0), negative(exp(-beta))), pair(beta))
    bracket = add(add(log(times(nx, M)), times(pair(beta), w)), pair(-1.0))
    stirling = np.polyval(STIRLING[::-1], n**-2) / n
    factor = np.sqrt(2 * np.pi / n) * np.exp(stirling) / x[0] * _fourier(n, w[0], beta)
    return times(pair(n), bracket), factor
